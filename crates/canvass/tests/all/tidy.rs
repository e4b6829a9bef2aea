//! What no lint can see: this file is about finding every file of the repository and holding rules against it.
//!
//! A rule is a function from one file to what is wrong with it. Each is tested twice: on the repository, where it
//! must find nothing, and on a bad sample, so that a rule that has gone blind is noticed.

mod code;
mod dependencies;
mod files;
mod layers;
mod lexer;
mod migrations;
mod templates;

use std::{
    fs,
    path::{Path, PathBuf},
    sync::OnceLock,
};

/// Folders that hold what programs made; they are ignored by git too.
const MADE: [&str; 6] = [".git", ".tools", "canvass-data", "node_modules", "target", "__pycache__"];

/// One text file: its path from the root of the repository, with `/`, and what it says.
struct Source {
    path: String,
    text: String,
}

impl Source {
    fn is_rust(&self) -> bool {
        Path::new(&self.path).extension().is_some_and(|it| it == "rs")
    }

    fn is_template(&self) -> bool {
        self.path.starts_with("crates/canvass-web/templates/")
    }

    /// The crate the file belongs to, if it is part of what is built: tests are free to look behind the curtain.
    fn product_crate(&self) -> Option<&str> {
        let (name, rest) = self.path.strip_prefix("crates/")?.split_once('/')?;
        let is_product = rest.starts_with("src/") && !rest.contains("tests/") && !rest.ends_with("/tests.rs");
        is_product.then_some(name)
    }
}

/// Every text file that people wrote.
fn sources() -> &'static [Source] {
    static SOURCES: OnceLock<Vec<Source>> = OnceLock::new();
    SOURCES.get_or_init(|| {
        let mut sources = Vec::new();
        collect(&root(), &mut sources);
        assert!(sources.len() > 50, "the repository has more files than these {}", sources.len());
        sources
    })
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().nth(2).expect("crates lie two folders deep").to_owned()
}

fn collect(folder: &Path, sources: &mut Vec<Source>) {
    for entry in fs::read_dir(folder).expect("a folder that was listed can be read") {
        let entry = entry.expect("an entry that was listed can be read");
        let kind = entry.file_type().expect("an entry has a type");
        if kind.is_dir() && !MADE.iter().any(|made| entry.file_name() == *made) {
            collect(&entry.path(), sources);
        } else if kind.is_file()
            && let Ok(text) = fs::read_to_string(entry.path())
        {
            let path = entry.path().strip_prefix(root()).expect("it lies below").display().to_string();
            sources.push(Source { path, text });
        }
    }
}

/// Fails with everything `rule` finds in the repository.
fn assert_kept(rule: impl Fn(&Source) -> Vec<String>) {
    let found: Vec<String> = sources()
        .iter()
        .flat_map(|source| rule(source).into_iter().map(|finding| format!("{}: {finding}", source.path)))
        .collect();
    assert!(found.is_empty(), "\n{}\n", found.join("\n"));
}

/// Fails unless `rule` finds something wrong with `text` at `path`.
fn assert_noticed(rule: impl Fn(&Source) -> Vec<String>, path: &str, text: &str) {
    let source = Source { path: path.to_owned(), text: text.to_owned() };
    assert!(!rule(&source).is_empty(), "nothing found in {path}:\n{text}");
}

/// Fails if `rule` finds something wrong with `text` at `path`.
fn assert_accepted(rule: impl Fn(&Source) -> Vec<String>, path: &str, text: &str) {
    let source = Source { path: path.to_owned(), text: text.to_owned() };
    assert_eq!(rule(&source), Vec::<String>::new(), "in {path}:\n{text}");
}
