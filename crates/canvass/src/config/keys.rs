//! The table of settings: this file is about what is known of each key, taken from the comments on its field.

use serde_json::Value;

use super::Config;

/// One section, like `[server]`.
#[derive(Debug, Clone)]
pub struct Section {
    /// Its name.
    pub name: String,
    /// What it is for.
    pub about: String,
    /// Its keys, in the order in which they are documented.
    pub keys: Vec<Key>,
}

/// One setting of a section.
#[derive(Debug, Clone)]
pub struct Key {
    /// Its name.
    pub name: String,
    /// What it means.
    pub about: String,
    /// What it holds.
    pub kind: Kind,
    /// Its bounds, both included, if it is a number.
    pub range: Option<(i64, i64)>,
    /// What it is when nobody says; `None` for one that is unset then.
    pub default: Option<toml::Value>,
}

/// What a setting holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A text.
    Text,
    /// A whole number.
    Number,
    /// Texts.
    List,
    /// Yes or no.
    Flag,
}

/// Every setting there is.
pub fn sections() -> Vec<Section> {
    let settings = schemars::generate::SchemaSettings::draft2020_12().with(|it| it.inline_subschemas = true);
    let schema = settings.into_generator().into_root_schema_for::<Config>().to_value();
    let defaults = toml::Table::try_from(Config::default()).unwrap_or_default();
    let sections = properties(&schema).map(|(name, schema)| {
        let defaults = defaults.get(name).and_then(toml::Value::as_table);
        let keys = properties(schema).map(|(name, schema)| key(name, schema, defaults));
        Section { name: name.to_owned(), about: about(schema), keys: keys.collect() }
    });
    sections.collect()
}

/// The known name that is most like `wanted`, if one is like it at all.
pub fn nearest<'a>(wanted: &str, known: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    /// Two slips of the finger; more is another word.
    const SLIPS_MAX: usize = 2;
    known.map(|it| (distance(wanted, it), it)).filter(|(slips, _)| *slips <= SLIPS_MAX).min().map(|(_, it)| it)
}

impl Section {
    /// The key with this name.
    pub fn key(&self, name: &str) -> Option<&Key> {
        self.keys.iter().find(|it| it.name == name)
    }
}

fn properties(schema: &Value) -> impl Iterator<Item = (&str, &Value)> {
    schema.get("properties").and_then(Value::as_object).into_iter().flatten().map(|(name, it)| (name.as_str(), it))
}

fn key(name: &str, schema: &Value, defaults: Option<&toml::Table>) -> Key {
    let kind = match schema.get("type") {
        Some(Value::String(kind)) if kind == "integer" => Kind::Number,
        Some(Value::String(kind)) if kind == "array" => Kind::List,
        Some(Value::String(kind)) if kind == "boolean" => Kind::Flag,
        _ => Kind::Text,
    };
    let bound = |name: &str| schema.get(name).and_then(Value::as_i64);
    Key {
        name: name.to_owned(),
        about: about(schema),
        kind,
        range: bound("minimum").zip(bound("maximum")),
        default: defaults.and_then(|it| it.get(name)).cloned(),
    }
}

fn about(schema: &Value) -> String {
    schema.get("description").and_then(Value::as_str).unwrap_or_default().to_owned()
}

/// How many characters must be put in, taken out or replaced to turn one text into the other.
fn distance(one: &str, other: &str) -> usize {
    let other: Vec<char> = other.chars().collect();
    let mut row: Vec<usize> = (0..=other.len()).collect();
    for (i, left) in one.chars().enumerate() {
        let mut diagonal = std::mem::replace(&mut row[0], i + 1);
        for (j, right) in other.iter().enumerate() {
            let cheapest = row[j].min(row[j + 1]) + 1;
            let replaced = diagonal + usize::from(left != *right);
            diagonal = std::mem::replace(&mut row[j + 1], cheapest.min(replaced));
        }
    }
    row[other.len()]
}
