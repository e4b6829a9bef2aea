//! Help: this file is about the tables of parts and properties as people read them, in the console and in the documentation.

use std::fmt::Write;

use super::{
    DEPTH_MAX, SOURCE_BYTES_MAX,
    part::{PARTS, Shade},
    property::{BOX, PROPERTIES, Property, ROOM, TEXT},
};

/// A part, for the person who styles it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PartHelp {
    /// How it is written, with its states: `.button`, `.button:hover`.
    pub names: Vec<String>,
    /// What it is.
    pub about: &'static str,
    /// The properties it takes, and the groups of which it takes every one: "all of text".
    pub properties: Vec<&'static str>,
    /// The properties it takes in its states.
    pub in_states: Vec<&'static str>,
}

/// A property, for the person who sets it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PropertyHelp {
    /// Its name.
    pub name: &'static str,
    /// The group it belongs to; empty for none.
    pub group: &'static str,
    /// What it takes, in words.
    pub takes: String,
}

/// Every part there is, from the outside in.
pub fn parts() -> Vec<PartHelp> {
    let help = PARTS.iter().map(|part| {
        let states = part.states.iter().map(|it| format!(".{}:{}", part.name, it.name));
        let mut in_states: Vec<&str> = Vec::new();
        for property in part.states.iter().flat_map(|it| it.properties) {
            if !in_states.contains(property) {
                in_states.push(property);
            }
        }
        PartHelp {
            names: std::iter::once(format!(".{}", part.name)).chain(states).collect(),
            about: part.about,
            properties: part.properties.iter().copied().flat_map(in_words).collect(),
            in_states,
        }
    });
    help.collect()
}

/// Every property there is.
pub fn properties() -> Vec<PropertyHelp> {
    PROPERTIES
        .iter()
        .map(|it| PropertyHelp { name: it.name, group: group(it.name), takes: Property::takes(it) })
        .collect()
}

/// Groups of properties that parts take as a whole.
const GROUPS: [(&str, &str, &[&str]); 3] =
    [("text", "all of text", TEXT), ("box", "all of box", BOX), ("room", "all of room", ROOM)];

/// The names of properties; those of a whole group as that.
fn in_words(properties: &'static [&'static str]) -> Vec<&'static str> {
    match GROUPS.iter().find(|(_, _, all)| *all == properties) {
        Some((_, words, _)) => vec![words],
        None => properties.to_vec(),
    }
}

fn group(property: &str) -> &'static str {
    GROUPS.iter().find(|(_, _, all)| all.contains(&property)).map_or("", |(name, _, _)| name)
}

/// The part of the documentation that is made from the tables, in Markdown.
pub fn page() -> String {
    let mut page = format!(
        "A style sheet has at most {} kB, and brackets in it are nested at most {DEPTH_MAX} deep.\n\
         \"All of text\" is every property of that group in the second table.\n\n\
         | part | what it is | takes | in its states takes |\n| --- | --- | --- | --- |\n",
        SOURCE_BYTES_MAX / 1024
    );
    for part in parts() {
        let names: Vec<String> = part.names.iter().map(|it| format!("`{it}`")).collect();
        let cells = [names.join(" "), part.about.to_owned(), part.properties.join(", "), part.in_states.join(", ")];
        let _ = writeln!(page, "| {} |", cells.join(" | "));
    }
    page += "\n| property | group | takes |\n| --- | --- | --- |\n";
    for property in properties() {
        let _ = writeln!(page, "| `{}` | {} | {} |", property.name, property.group, property.takes);
    }
    let shades: Vec<String> = Shade::ALL.iter().map(|it| format!("`var({})`", it.variable())).collect();
    let _ = writeln!(page, "\nBeside colours of their own, colours may be the theme's: {}.", shades.join(", "));
    page
}
