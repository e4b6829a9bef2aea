//! The template site: this file is about reading the operator's own from a folder, and about what may not stand in it.

use std::{
    fs,
    io::{self, Read as _},
    path::Path,
    sync::Arc,
};

use canvass_actions::starters;
use canvass_model::template_site::TemplateSite;

use crate::{Failure, config::Templates, failure::Exit};

/// What to do about a template site that cannot be used.
pub(crate) const ADVICE: &str =
    "Correct the folder that templates.folder names, or take the setting away to use the built-in site.";

/// The template site that the configuration names, or everything that is wrong with it.
pub(crate) fn read(templates: &Templates) -> Result<Arc<TemplateSite>, Vec<String>> {
    let Some(folder) = &templates.folder else { return Ok(starters::built_in()) };
    let manifest = file(folder, TemplateSite::MANIFEST).map_err(|it| vec![format!("{}: {it}", folder.display())])?;
    TemplateSite::parse(&manifest, |name| file(folder, name)).map(Arc::new)
}

/// The same for a start.
pub(crate) fn open(templates: &Templates) -> Result<Arc<TemplateSite>, Failure> {
    read(templates).map_err(|faults| {
        Failure::new(Exit::Configuration, "the template site cannot be used", faults.join("; "), ADVICE)
    })
}

/// The text of a file that really is in the folder, and no larger than a template's may be.
fn file(folder: &Path, name: &str) -> Result<String, String> {
    let path = folder.join(name);
    let unreadable = |error: io::Error| match error.kind() {
        io::ErrorKind::NotFound => format!("{name} is not there"),
        io::ErrorKind::InvalidData => format!("{name} is not UTF-8 text"),
        _ => format!("{name} cannot be read: {error}"),
    };
    let found = fs::symlink_metadata(&path).map_err(unreadable)?;
    // A link would publish whatever it leads to; a pipe or a device would never end.
    if !found.is_file() {
        return Err(format!("{name} is no plain file"));
    }
    let bytes_max = u64::try_from(TemplateSite::FILE_BYTES_MAX).unwrap_or(u64::MAX);
    let mut text = String::new();
    let opened = fs::File::open(&path).map_err(unreadable)?;
    opened.take(bytes_max + 1).read_to_string(&mut text).map_err(unreadable)?;
    if bytes_max < u64::try_from(text.len()).unwrap_or(u64::MAX) {
        return Err(format!("{name} has more than {} kB", TemplateSite::FILE_BYTES_MAX / 1024));
    }
    Ok(text)
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::symlink;

    use tempfile::TempDir;

    use super::*;

    const MANIFEST: &str = r#"{ "version": 3, "pages": [
        { "name": "about", "address": "about", "title": "About", "visibility": "public", "document": "about.md" }] }"#;

    fn folder(files: &[(&str, &[u8])]) -> TempDir {
        let folder = TempDir::new().unwrap();
        for (name, bytes) in files {
            fs::write(folder.path().join(name), bytes).unwrap();
        }
        folder
    }

    fn read_in(folder: &TempDir) -> Result<Arc<TemplateSite>, Vec<String>> {
        read(&Templates { folder: Some(folder.path().to_owned()) })
    }

    #[test]
    fn a_folder_takes_the_place_of_the_built_in_site() {
        let own = folder(&[("site.json", MANIFEST.as_bytes()), ("about.md", b"We are {{organisation}}.")]);
        assert_eq!(read_in(&own).unwrap().version, 3);
        assert_eq!(read(&Templates { folder: None }).unwrap(), starters::built_in());
    }

    #[test]
    fn a_folder_that_is_not_what_it_seems_is_refused() {
        let secret = folder(&[("secret.md", b"the master key")]);
        let linked = folder(&[("site.json", MANIFEST.as_bytes())]);
        symlink(secret.path().join("secret.md"), linked.path().join("about.md")).unwrap();
        assert_eq!(read_in(&linked).unwrap_err(), ["about.md: about.md is no plain file"]);

        let manifest_elsewhere = folder(&[]);
        symlink(secret.path().join("secret.md"), manifest_elsewhere.path().join("site.json")).unwrap();
        assert!(read_in(&manifest_elsewhere).unwrap_err()[0].contains("site.json is no plain file"));

        let directory = folder(&[("site.json", MANIFEST.as_bytes())]);
        fs::create_dir(directory.path().join("about.md")).unwrap();
        assert!(read_in(&directory).unwrap_err()[0].contains("no plain file"));

        let huge = folder(&[("site.json", MANIFEST.as_bytes()), ("about.md", &[b'a'; 64 * 1024 + 1])]);
        assert!(read_in(&huge).unwrap_err()[0].contains("more than 64 kB"));
        let endless = folder(&[("site.json", &[b'a'; 10 * 1024 * 1024])]);
        assert!(read_in(&endless).unwrap_err()[0].contains("more than 64 kB"));

        let binary = folder(&[("site.json", MANIFEST.as_bytes()), ("about.md", &[0xff, 0xfe])]);
        assert!(read_in(&binary).unwrap_err()[0].contains("not UTF-8"));
        let script = folder(&[("site.json", MANIFEST.as_bytes()), ("about.md", b"<script>alert(1)</script>")]);
        assert!(read_in(&script).unwrap_err()[0].contains("HTML"));
        assert!(read_in(&folder(&[])).unwrap_err()[0].contains("site.json is not there"));
    }
}
