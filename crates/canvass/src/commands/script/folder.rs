//! Scripts in files: this file is about `NAME.py` with `NAME.json` beside it, read and written.

use std::{
    fs,
    path::{Path, PathBuf},
};

use serde_json::{Map, Value};

use crate::{Failure, failure::Exit};

/// A script in a file.
pub(super) struct Local {
    pub(super) name: String,
    pub(super) source: String,
    path: PathBuf,
}

/// Whether a file that says something else is written over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Overwrite {
    Yes,
    No,
}

/// Settings and test cases.
type Settings = (Map<String, Value>, Option<Value>);

/// The scripts in these files and folders, by name.
pub(super) fn find(paths: &[PathBuf]) -> Result<Vec<Local>, Failure> {
    let mut found = Vec::new();
    for path in paths {
        if path.is_dir() {
            let entries = fs::read_dir(path).map_err(|error| unreadable(path, &error))?;
            for entry in entries {
                let file = entry.map_err(|error| unreadable(path, &error))?.path();
                if file.extension().is_some_and(|it| it == "py") {
                    found.push(Local::read(&file)?);
                }
            }
        } else {
            found.push(Local::read(path)?);
        }
    }
    if found.is_empty() {
        let why = "there is no file that ends in .py";
        return Err(Failure::new(
            Exit::NotFound,
            "there is nothing to push",
            why,
            "Name a file or a folder of scripts.",
        ));
    }
    found.sort_by(|one, other| one.name.cmp(&other.name));
    Ok(found)
}

/// The text of a file.
pub(super) fn read(path: &Path) -> Result<String, Failure> {
    fs::read_to_string(path).map_err(|error| unreadable(path, &error))
}

/// Writes a script and its settings into a folder.
pub(super) fn write(
    folder: &Path,
    name: &str,
    (source, settings): (&str, &Value),
    may: Overwrite,
) -> Result<(), Failure> {
    fs::create_dir_all(folder).map_err(|error| unwritable(folder, &error))?;
    let json = serde_json::to_string_pretty(settings).unwrap_or_default() + "\n";
    for (ending, text) in [("py", source), ("json", json.as_str())] {
        let path = folder.join(format!("{name}.{ending}"));
        let there = fs::read_to_string(&path).ok();
        if there.as_deref() == Some(text) {
            continue;
        }
        if there.is_some() && may == Overwrite::No {
            let advice = "Keep your own file elsewhere, or write over it with --force.";
            return Err(Failure::new(
                Exit::Refused,
                format!("{} was kept", path.display()),
                "it says something else",
                advice,
            ));
        }
        fs::write(&path, text).map_err(|error| unwritable(&path, &error))?;
    }
    Ok(())
}

/// Writes the type stubs of the module `canvass` into a folder; answers where.
pub(super) fn write_stubs(folder: &Path, text: &str) -> Result<String, Failure> {
    let path = folder.join("canvass.pyi");
    fs::create_dir_all(folder).map_err(|error| unwritable(folder, &error))?;
    fs::write(&path, text).map_err(|error| unwritable(&path, &error))?;
    Ok(path.display().to_string())
}

impl Local {
    /// Reads `NAME.py`.
    pub(super) fn read(path: &Path) -> Result<Self, Failure> {
        let name = path.file_stem().and_then(|it| it.to_str()).unwrap_or_default().to_owned();
        if path.extension().is_none_or(|it| it != "py") {
            let why = "it does not end in .py";
            return Err(Failure::new(Exit::Usage, format!("{} is no script", path.display()), why, "Name it NAME.py."));
        }
        Ok(Self { name, source: read(path)?, path: path.to_owned() })
    }

    /// What stands in `NAME.json`: settings, and test cases if it has some.
    pub(super) fn settings(&self) -> Result<Settings, Failure> {
        let path = self.path.with_extension("json");
        if !path.exists() {
            return Ok((Map::new(), None));
        }
        let wrong = |why: String| {
            let what = format!("{} cannot be used", path.display());
            Failure::new(Exit::Refused, what, why, "`canvass script pull` shows how it looks.")
        };
        let json: Value = serde_json::from_str(&read(&path)?).map_err(|error| wrong(error.to_string()))?;
        let Value::Object(mut settings) = json else { return Err(wrong("it is no object".to_owned())) };
        let tests = settings.remove("tests");
        Ok((settings, tests))
    }
}

fn unreadable(path: &Path, error: &std::io::Error) -> Failure {
    Failure::new(Exit::NotFound, format!("{} cannot be read", path.display()), error, "Check its name.")
}

fn unwritable(path: &Path, error: &std::io::Error) -> Failure {
    Failure::new(
        Exit::Failed,
        format!("{} cannot be written", path.display()),
        error,
        "Choose another folder with --to.",
    )
}
