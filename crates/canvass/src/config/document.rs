//! The configuration explained: this file is about the example file and the page of the documentation, both made from
//! the table of settings.

use std::fmt::Write;

use super::keys::{self, Key, Kind, Section};

/// How wide comments in the example are.
const WIDTH: usize = 100;

/// A configuration file in which everything has its default, with every setting explained.
pub fn example() -> String {
    let mut text = wrapped(
        "# ",
        "Every setting of Canvass with its default. A line without \"#\" is in force. Environment variables such as \
         CANVASS_SERVER__LISTEN and flags such as --listen replace what stands here.",
    );
    for section in keys::sections() {
        let _ = write!(text, "\n{}[{}]\n", wrapped("# ", &section.about), section.name);
        for key in &section.keys {
            text.push_str(&wrapped("# ", &explained(key)));
            let _ = match &key.default {
                Some(value) => writeln!(text, "{} = {value}", key.name),
                None => writeln!(text, "# {} = {}", key.name, blank(key.kind)),
            };
        }
    }
    text
}

/// `docs/configuration.md`.
pub fn page() -> String {
    let mut text = HEAD.to_owned();
    for section in keys::sections() {
        let _ = write!(text, "\n## `[{}]`\n\n{}\n\n", section.name, section.about);
        text.push_str("| key | default | meaning |\n| --- | --- | --- |\n");
        for key in &section.keys {
            let _ = writeln!(text, "{}", row(&section, key));
        }
    }
    text
}

const HEAD: &str = "\
# Configuration

This page is made from the program: `canvass config docs`.

Canvass needs no configuration to start. Settings come, each replacing the one before, from

1. a file: the one that `--config` or `CANVASS_CONFIG` names, else `canvass.toml` in the working folder if it is there;
2. the environment: `CANVASS_` and the section and the key with two underscores between, such as \
`CANVASS_SERVER__LISTEN=127.0.0.1:9000`; a list has commas, such as `CANVASS_SERVER__ROLE=web,worker`;
3. flags: `canvass serve --help` names them.

A setting that does not exist is an error that says where it stands and what was probably meant.

| command | does |
| --- | --- |
| `canvass config example` | prints a file in which everything has its default, with every setting explained |
| `canvass config show` | prints what is in force, without secrets |
| `canvass config check` | says what is wrong, or unwise, without starting anything |
";

fn row(section: &Section, key: &Key) -> String {
    let default = key.default.as_ref().map_or_else(|| "not set".to_owned(), |it| format!("`{it}`"));
    let variable = format!("CANVASS_{}__{}", section.name, key.name).to_uppercase();
    format!("| `{}`<br>`{variable}` | {default} | {} |", key.name, explained(key))
}

fn explained(key: &Key) -> String {
    match key.range {
        Some((min, max)) => format!("{} {min} to {max}.", key.about),
        None => key.about.clone(),
    }
}

fn blank(kind: Kind) -> &'static str {
    match kind {
        Kind::Text => "\"\"",
        Kind::Number => "0",
        Kind::List => "[]",
        Kind::Flag => "false",
    }
}

fn wrapped(prefix: &str, text: &str) -> String {
    let mut wrapped = String::new();
    let mut line = String::new();
    for word in text.split_whitespace() {
        if WIDTH < prefix.len() + line.len() + 1 + word.len() && !line.is_empty() {
            let _ = writeln!(wrapped, "{prefix}{line}");
            line.clear();
        }
        if !line.is_empty() {
            line.push(' ');
        }
        line.push_str(word);
    }
    let _ = writeln!(wrapped, "{prefix}{line}");
    wrapped
}
