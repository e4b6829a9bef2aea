//! Reading a template site: this file is about its manifest, and about everything that must not be in it.

use std::collections::HashSet;

use serde::Deserialize;

use super::{
    PLACEHOLDERS, TemplateContent, TemplateName, TemplatePage, TemplateSite,
    fill::{Piece, pieces},
};
use crate::{
    address::PageAddress,
    definition::Definition,
    markdown,
    page::{FeedFormat, Page, Visibility},
};

/// The manifest as it is written.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Manifest {
    version: u32,
    pages: Vec<WrittenPage>,
    #[serde(default)]
    surveys: Vec<String>,
}

/// A page of it.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenPage {
    name: String,
    address: String,
    title: String,
    visibility: String,
    document: Option<String>,
    feed: Option<String>,
}

/// Everything that is wrong so far.
struct Faults(Vec<String>);

pub(super) fn site(
    manifest: &str,
    mut file: impl FnMut(&str) -> Result<String, String>,
) -> Result<TemplateSite, Vec<String>> {
    let manifest: Manifest =
        serde_json::from_str(manifest).map_err(|error| vec![format!("{}: {error}", TemplateSite::MANIFEST)])?;
    let mut faults = Faults(Vec::new());
    if manifest.version == 0 {
        faults.add(TemplateSite::MANIFEST, "versions begin at 1");
    }
    faults.at_most("pages", manifest.pages.len(), TemplateSite::PAGES_MAX);
    faults.at_most("surveys", manifest.surveys.len(), TemplateSite::SURVEYS_MAX);
    if !faults.0.is_empty() {
        return Err(faults.0);
    }
    let mut read = |name: &str, extension: &str, faults: &mut Faults| text(name, extension, &mut file, faults);
    let pages: Vec<_> = manifest.pages.iter().filter_map(|it| page(it, &mut read, &mut faults)).collect();
    let surveys: Vec<_> = manifest.surveys.iter().filter_map(|it| survey(it, &mut read, &mut faults)).collect();
    let (mut names, mut keys) = (HashSet::new(), HashSet::new());
    for page in &pages {
        if !names.insert(page.name.clone()) {
            faults.add(page.name.as_str(), "two pages have this name");
        }
        if !keys.insert(page.address.key().clone()) {
            faults.add(page.name.as_str(), "two pages have its address");
        }
    }
    let site = TemplateSite { version: manifest.version, pages, surveys };
    if faults.0.is_empty() { Ok(site) } else { Err(faults.0) }
}

fn page(
    written: &WrittenPage,
    read: &mut impl FnMut(&str, &str, &mut Faults) -> Option<String>,
    faults: &mut Faults,
) -> Option<TemplatePage> {
    let WrittenPage { name, address, title, visibility, document, feed } = written;
    let at = format!("page {name:?}");
    let Some(name) = TemplateName::parse(name) else {
        faults.add(&at, "a name is 1 to 40 small letters, digits and hyphens, a letter first");
        return None;
    };
    let address = PageAddress::parse(address).map_err(|it| faults.add(&at, &format!("its address: {it}"))).ok();
    let visibility = match Visibility::parse(visibility) {
        Some(it @ (Visibility::Public | Visibility::Unlisted | Visibility::Members)) => Some(it),
        Some(Visibility::Password | Visibility::Invited) | None => {
            faults.add(&at, "its visibility must be public, unlisted or members");
            None
        }
    };
    if title.trim().is_empty() || Page::TITLE_CHARS_MAX / 2 < title.chars().count() || title.contains(char::is_control)
    {
        faults.add(&at, &format!("its title must have 1 to {} characters in one line", Page::TITLE_CHARS_MAX / 2));
    }
    faults.of_placeholders(&at, title);
    let content = match (document, feed) {
        (Some(file), None) => read(file, ".md", faults).map(|text| {
            faults.of_placeholders(file, &text);
            if let Some(refusal) = markdown::unfit(&text) {
                faults.add(file, &refusal);
            }
            TemplateContent::Document(text)
        }),
        (None, Some(format)) => {
            let format = FeedFormat::parse(format);
            if format.is_none() {
                faults.add(&at, "its feed must be rss, atom or json");
            }
            format.map(TemplateContent::Feed)
        }
        (Some(_), Some(_)) | (None, None) => {
            faults.add(&at, "it needs either a document, which is the name of a file, or a feed");
            None
        }
    };
    Some(TemplatePage { name, address: address?, title: title.clone(), content: content?, visibility: visibility? })
}

fn survey(
    name: &str,
    read: &mut impl FnMut(&str, &str, &mut Faults) -> Option<String>,
    faults: &mut Faults,
) -> Option<Definition> {
    let text = read(name, ".json", faults)?;
    let found = Definition::parse_text(&text);
    match found {
        Ok(definition) => Some(definition),
        Err(all) => {
            for it in all {
                faults.add(name, &it.to_string());
            }
            None
        }
    }
}

/// A file's text. Names hold nothing that leads out of the folder.
fn text(
    name: &str,
    extension: &str,
    file: &mut impl FnMut(&str) -> Result<String, String>,
    faults: &mut Faults,
) -> Option<String> {
    if name.strip_suffix(extension).and_then(TemplateName::parse).is_none() {
        faults.add(name, &format!("a file's name is small letters, digits and hyphens, and ends in {extension}"));
        return None;
    }
    match file(name) {
        Ok(text) if text.len() <= TemplateSite::FILE_BYTES_MAX => Some(text),
        Ok(_) => {
            faults.add(name, &format!("a file has at most {} kB", TemplateSite::FILE_BYTES_MAX / 1024));
            None
        }
        Err(refusal) => {
            faults.add(name, &refusal);
            None
        }
    }
}

impl Faults {
    fn add(&mut self, place: &str, message: &str) {
        self.0.push(format!("{place}: {message}"));
    }

    fn at_most(&mut self, what: &str, count: usize, max: usize) {
        if max < count {
            self.add(TemplateSite::MANIFEST, &format!("it has {count} {what}, and may have {max}"));
        }
    }

    fn of_placeholders(&mut self, place: &str, text: &str) {
        for piece in pieces(text) {
            if let Piece::Placeholder(name) = piece
                && !PLACEHOLDERS.iter().any(|(known, _)| *known == name)
            {
                let known: Vec<&str> = PLACEHOLDERS.iter().map(|(it, _)| *it).collect();
                let shown: String = name.chars().take(40).collect();
                self.add(place, &format!("there is no placeholder {shown:?}; there are {}", known.join(", ")));
            }
        }
    }
}
