//! Rules on every file: this file is about what must not be written down anywhere.

use std::path::Path;

use super::{Source, assert_accepted, assert_kept, assert_noticed, root};

/// Folders of somebody's machine. Written in two halves, so that this file may name them.
const MACHINE_FOLDERS: [&str; 5] =
    [concat!("/", "work/"), concat!("/", "root/"), concat!("/", "tmp/"), concat!("/", "home/"), concat!("/", "Users/")];

/// Where packages come from is the business of whoever installs them, who may have a mirror.
const REGISTRY_HOSTS: [&str; 6] = [
    concat!("registry.", "npmjs.org"),
    concat!("registry.", "yarnpkg.com"),
    concat!("files.", "pythonhosted.org"),
    concat!("pypi.", "org/simple"),
    concat!("static.", "crates.io"),
    concat!("index.", "crates.io"),
];

#[test]
fn no_file_names_a_folder_of_somebodys_machine() {
    assert_kept(machine_folders);

    assert_noticed(machine_folders, "script/test", concat!("cd /", "tmp/canvass"));
    assert_accepted(machine_folders, "script/test", "cd target/tmp/canvass and src/work/mail.rs");
}

#[test]
fn no_file_names_a_package_registry() {
    assert_kept(registries);

    assert_noticed(registries, "package-lock.json", concat!("\"resolved\": \"https://registry.", "npmjs.org/a.tgz\""));
    assert_noticed(registries, "package-lock.json", "\"resolved\": \"https://mirror.example/a.tgz\"");
    assert_noticed(registries, "script/requirements.txt", "--index-url https://mirror.example\na==1");
    assert_noticed(registries, ".npmrc", "registry=https://mirror.example");
}

#[test]
fn every_python_package_is_pinned() {
    assert_kept(pins);

    assert_noticed(pins, "script/requirements.txt", "a==1\nb>=2\n");
    assert_accepted(pins, "script/requirements.txt", "# why\na==1\n");
}

#[test]
fn every_npm_package_is_pinned() {
    assert_kept(npm_pins);

    assert_noticed(npm_pins, "package.json", r#"{"devDependencies": {"a": "^1.0.0"}}"#);
    assert_accepted(npm_pins, "package.json", r#"{"devDependencies": {"a": "1.0.0-beta.2"}}"#);
}

#[test]
fn the_code_editor_is_made_of_the_pinned_packages() {
    let text = |path: &str| std::fs::read_to_string(root().join(path)).expect("the file is there");
    let package: serde_json::Value = serde_json::from_str(&text("script/editor/package.json")).expect("it is JSON");
    let made = text("crates/canvass-web/assets/vendor/codemirror.js");
    let head = made.split("*/").next().expect("it opens with its licence");
    assert!(head.contains("MIT License"), "{head}");
    for (name, version) in package["dependencies"].as_object().expect("it has dependencies") {
        let line = format!(" * {name} {}\n", version.as_str().expect("a version"));
        assert!(head.contains(&line), "made of another {name}: run script/editor/build");
    }
}

#[test]
fn every_file_ends_with_a_line_end_and_holds_no_trailing_space() {
    assert_kept(line_ends);

    assert_noticed(line_ends, "README.md", "no end");
    assert_noticed(line_ends, "README.md", "space \nend\n");
    assert_noticed(line_ends, "README.md", "carriage return\r\n");
}

#[test]
fn no_file_holds_two_sides_of_a_merge() {
    assert_kept(merges);

    for mark in ["<".repeat(7), ">".repeat(7)] {
        assert_noticed(merges, "docs/decisions.md", &format!("One.\n{mark} HEAD\nTwo.\n"));
    }
    assert_accepted(merges, "docs/decisions.md", "=======\n<<<<< five\n");
}

#[test]
fn every_link_between_documents_leads_somewhere() {
    assert_kept(links);

    assert_noticed(links, "docs/decisions.md", "See [this](gone.md).");
    assert_accepted(
        links,
        "docs/decisions.md",
        "See [this](../README.md#try-it), [that](https://x.example) and [here](#a).",
    );
}

fn links(source: &Source) -> Vec<String> {
    let is_document = Path::new(&source.path).extension().is_some_and(|it| it == "md");
    let folder = root().join(&source.path).parent().expect("a file lies in a folder").to_owned();
    let targets = source.text.split("](").skip(1).filter_map(|rest| rest.split([')', '#', ' ']).next());
    targets
        .filter(|it| is_document && !it.is_empty() && !it.contains(':') && !folder.join(it).exists())
        .map(|it| format!("leads nowhere: {it}"))
        .collect()
}

fn machine_folders(source: &Source) -> Vec<String> {
    let names = |folder: &str| {
        source.text.match_indices(folder).any(|(at, _)| {
            !source.text[..at].ends_with(|before: char| before.is_alphanumeric() || ".-_}~".contains(before))
        })
    };
    MACHINE_FOLDERS.iter().filter(|it| names(it)).map(|it| format!("names the machine's folder {it}")).collect()
}

fn registries(source: &Source) -> Vec<String> {
    let mut found: Vec<String> =
        REGISTRY_HOSTS.iter().filter(|it| source.text.contains(**it)).map(|it| format!("names {it}")).collect();
    let words: &[&str] = match source.path.as_str() {
        "package-lock.json" | "script/editor/package-lock.json" => &["\"resolved\":"],
        "script/requirements.txt" => &["--index-url", "--extra-index-url", "--find-links", "://"],
        ".npmrc" | "script/editor/.npmrc" => &["registry="],
        _ => &[],
    };
    found.extend(words.iter().filter(|it| source.text.contains(**it)).map(|it| format!("says where from: {it}")));
    found
}

fn pins(source: &Source) -> Vec<String> {
    let is_requirements = source.path.ends_with("requirements.txt");
    let lines = source.text.lines().filter(|line| is_requirements && !line.starts_with('#') && !line.is_empty());
    lines.filter(|line| !line.contains("==")).map(|line| format!("not pinned: {line}")).collect()
}

fn npm_pins(source: &Source) -> Vec<String> {
    if !source.path.ends_with("package.json") {
        return vec![];
    }
    let package: serde_json::Value = serde_json::from_str(&source.text).expect("package.json is JSON");
    let groups = ["dependencies", "devDependencies"].into_iter().filter_map(|it| package[it].as_object());
    groups
        .flatten()
        .filter(|(_, version)| !version.as_str().is_some_and(|it| it.starts_with(|first: char| first.is_ascii_digit())))
        .map(|(name, version)| format!("not pinned: {name} {version}"))
        .collect()
}

fn merges(source: &Source) -> Vec<String> {
    let is_mark = |line: &str| line.starts_with(&"<".repeat(7)) || line.starts_with(&">".repeat(7));
    let marked = source.text.lines().zip(1..).filter(|(line, _)| is_mark(line));
    marked.map(|(_, number)| format!("line {number}: a merge was never finished")).collect()
}

fn line_ends(source: &Source) -> Vec<String> {
    let mut found = Vec::new();
    if !source.text.is_empty() && !source.text.ends_with('\n') {
        found.push("the last line has no end".to_owned());
    }
    let is_ours = !source.path.contains("/snapshots/") && !source.path.contains("/data/");
    let spaced = source.text.split('\n').position(|line| is_ours && line.ends_with([' ', '\t', '\r']));
    found.extend(spaced.map(|at| format!("line {} ends with white space", at + 1)));
    found
}
