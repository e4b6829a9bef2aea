//! Settings on their way to a configuration: this file is about the file, the environment and the flags, laid over
//! each other with the memory of where each setting came from.

use std::{
    collections::HashMap,
    path::{Path, PathBuf},
};

use toml::de::DeTable;

use super::{
    Config, Fault, Faults, Origin,
    keys::{self, Key, Kind, Section},
};

/// What every variable that holds a setting begins with.
const PREFIX: &str = "CANVASS_";

/// A setting made by a flag of the command line.
#[derive(Debug, Clone)]
pub struct Setting {
    /// The flag, as typed.
    pub flag: &'static str,
    /// The section it belongs to.
    pub section: &'static str,
    /// The key in it.
    pub key: &'static str,
    /// What it is set to.
    pub value: toml::Value,
}

/// Settings from all sources; a later one replaces an earlier one.
pub(super) struct Layers {
    sections: Vec<Section>,
    values: HashMap<String, toml::Table>,
    origins: Origins,
    faults: Vec<Fault>,
}

/// Where each setting that somebody made was made.
#[derive(Debug, Default)]
pub(super) struct Origins(HashMap<(String, String), Origin>);

/// A setting on its way in: its section, its key, its value and where it was made.
type Made = (String, String, toml::Value, Origin);

/// Settings of which one replaces the others, in whatever source they stand.
const ALTERNATIVES: [&[(&str, &str)]; 2] = [
    &[("storage", "data"), ("storage", "url"), ("storage", "url_file")],
    &[("mail", "password"), ("mail", "password_file")],
];

impl Origins {
    pub(super) fn of(&self, section: &str, key: &str) -> Origin {
        self.0.get(&(section.to_owned(), key.to_owned())).cloned().unwrap_or(Origin::Default)
    }

    fn is_set(&self, section: &str, key: &str) -> bool {
        self.0.contains_key(&(section.to_owned(), key.to_owned()))
    }
}

impl Layers {
    pub(super) fn new() -> Self {
        Self { sections: keys::sections(), values: HashMap::new(), origins: Origins::default(), faults: Vec::new() }
    }

    /// Lays the settings of a file over what is there.
    pub(super) fn add_file(&mut self, path: &Path) {
        let at = |line| Origin::File { path: path.to_owned(), line };
        let text = match std::fs::read_to_string(path) {
            Ok(text) => text,
            Err(error) => return self.fault(at(1), format!("cannot be read: {error}")),
        };
        let line_of = |offset: usize| text.as_bytes().iter().take(offset).filter(|it| **it == b'\n').count() + 1;
        let (spans, values) = match (DeTable::parse(&text), toml::from_str::<toml::Table>(&text)) {
            (Ok(spans), Ok(values)) => (spans, values),
            (Err(error), _) | (_, Err(error)) => {
                let line = error.span().map_or(1, |it| line_of(it.start));
                return self.fault(at(line), format!("this is not TOML: {}", error.message()));
            }
        };
        let mut layer = Vec::new();
        for (section, body) in spans.get_ref() {
            let origin = at(line_of(section.span().start));
            if !self.is_section(section.get_ref(), &origin) {
                continue;
            }
            let (Some(keys), Some(values)) = (body.get_ref().as_table(), values[section.get_ref().as_ref()].as_table())
            else {
                let name = section.get_ref();
                self.fault(origin, format!("{name:?} is a section: write [{name}] and its settings below it"));
                continue;
            };
            for key in keys.keys() {
                let name = key.get_ref().as_ref();
                let origin = at(line_of(key.span().start));
                layer.push((section.get_ref().to_string(), name.to_owned(), values[name].clone(), origin));
            }
        }
        self.add(layer);
    }

    /// Lays the settings of the environment over what is there. Names without a section are not ours to judge.
    pub(super) fn add_environment(&mut self, variables: impl Iterator<Item = (String, String)>) {
        let mut layer = Vec::new();
        for (variable, text) in variables {
            let Some((section, key)) = variable.strip_prefix(PREFIX).and_then(|it| it.split_once("__")) else {
                continue;
            };
            let (section, key) = (section.to_ascii_lowercase(), key.to_ascii_lowercase());
            let origin = Origin::Environment(variable);
            if !self.is_section(&section, &origin) {
                continue;
            }
            let kind = self.key(&section, &key).map_or(Kind::Text, |it| it.kind);
            layer.push((section, key, from_text(&text, kind), origin));
        }
        layer.sort_by(|left, right| (&left.0, &left.1).cmp(&(&right.0, &right.1)));
        self.add(layer);
    }

    /// Lays the settings of flags over what is there.
    pub(super) fn add_flags(&mut self, flags: Vec<Setting>) {
        let layer =
            flags.into_iter().map(|it| (it.section.to_owned(), it.key.to_owned(), it.value, Origin::Flag(it.flag)));
        self.add(layer.collect());
    }

    /// The configuration they make together, with the memory of their origins.
    pub(super) fn finish(self) -> Result<(Config, Origins), Faults> {
        let Self { sections, values, origins, mut faults } = self;
        let table: toml::Table = values.into_iter().map(|(name, it)| (name, toml::Value::Table(it))).collect();
        match serde_path_to_error::deserialize::<_, Config>(toml::Value::Table(table)) {
            Ok(config) if faults.is_empty() => Ok((config, origins)),
            Ok(_) => Err(Faults(faults)),
            Err(error) => {
                let path = error.path().to_string();
                let mut names = path.split(['.', '[']);
                let (section, key) = (names.next().unwrap_or_default(), names.next().unwrap_or_default());
                let why = error.inner().message().trim();
                let example = example(&sections, section, key);
                let message = format!("{section}.{key} cannot be used: {why}{example}");
                faults.push(Fault { origin: origins.of(section, key), message });
                Err(Faults(faults))
            }
        }
    }

    fn add(&mut self, layer: Vec<Made>) {
        let named = |section: &str, key: &str| layer.iter().find(|it| it.0 == section && it.1 == key);
        for group in ALTERNATIVES {
            let given: Vec<_> = group.iter().filter_map(|(section, key)| named(section, key)).collect();
            match given.as_slice() {
                [] => {}
                [_] => {
                    for (section, key) in group {
                        self.forget(section, key);
                    }
                }
                [first, second, ..] => {
                    let message = format!(
                        "{}.{} and {}.{} exclude each other: keep one of them",
                        first.0, first.1, second.0, second.1
                    );
                    self.faults.push(Fault { origin: second.3.clone(), message });
                }
            }
        }
        for (section, key, value, origin) in layer {
            self.put(section, key, value, origin);
        }
    }

    fn put(&mut self, section: String, name: String, value: toml::Value, origin: Origin) {
        let Some(key) = self.key(&section, &name) else {
            return self.fault_unknown_key(&section, &name, origin);
        };
        if let Some(message) = misfit(&section, key, &value) {
            return self.fault(origin, message);
        }
        self.values.entry(section.clone()).or_default().insert(name.clone(), value);
        self.origins.0.insert((section, name), origin);
    }

    fn forget(&mut self, section: &str, key: &str) {
        if self.origins.is_set(section, key) {
            self.origins.0.remove(&(section.to_owned(), key.to_owned()));
            self.values.entry(section.to_owned()).or_default().remove(key);
        }
    }

    fn key(&self, section: &str, key: &str) -> Option<&Key> {
        self.sections.iter().find(|it| it.name == section)?.key(key)
    }

    /// Whether there is such a section; notes the fault when there is none.
    fn is_section(&mut self, name: &str, origin: &Origin) -> bool {
        let known = || self.sections.iter().map(|it| it.name.as_str());
        if known().any(|it| it == name) {
            return true;
        }
        let home = self.sections.iter().find(|it| it.key(name).is_some());
        let advice = match (home, keys::nearest(name, known())) {
            (Some(home), _) => format!("{name:?} is a setting of [{}]: write it below that line", home.name),
            (None, Some(near)) => format!("there is no section {name:?}; did you mean {near:?}?"),
            (None, None) => {
                format!("there is no section {name:?}; there are {}", known().collect::<Vec<_>>().join(", "))
            }
        };
        self.fault(origin.clone(), advice);
        false
    }

    fn fault_unknown_key(&mut self, section: &str, name: &str, origin: Origin) {
        let known: Vec<&str> = self
            .sections
            .iter()
            .filter(|it| it.name == section)
            .flat_map(|it| it.keys.iter().map(|key| key.name.as_str()))
            .collect();
        let elsewhere = self.sections.iter().find(|it| it.key(name).is_some());
        let advice = match (keys::nearest(name, known.iter().copied()), elsewhere) {
            (Some(near), _) => format!("did you mean {:?}?", spelled(&origin, section, near)),
            (None, Some(other)) => format!("did you mean {:?} of [{}]?", name, other.name),
            (None, None) => format!("it has {}", known.join(", ")),
        };
        self.fault(origin, format!("section [{section}] has no setting {name:?}; {advice}"));
    }

    fn fault(&mut self, origin: Origin, message: String) {
        self.faults.push(Fault { origin, message });
    }
}

/// The file to read when nobody names one: `canvass.toml` in the working folder, if it is there.
pub(super) fn usual_file() -> Option<PathBuf> {
    let path = PathBuf::from("canvass.toml");
    path.exists().then_some(path)
}

/// How the person who wrote at `origin` spells a setting.
fn spelled(origin: &Origin, section: &str, key: &str) -> String {
    match origin {
        Origin::Environment(_) => format!("{PREFIX}{}__{}", section.to_uppercase(), key.to_uppercase()),
        Origin::File { .. } | Origin::Flag(_) | Origin::Default => key.to_owned(),
    }
}

/// A value out of a text: numbers and lists have no type in the environment.
fn from_text(text: &str, kind: Kind) -> toml::Value {
    match kind {
        Kind::Text => toml::Value::from(text),
        Kind::Number => text.trim().parse::<i64>().map_or_else(|_| toml::Value::from(text), toml::Value::from),
        Kind::List => {
            let parts = text.split(',').map(str::trim).filter(|it| !it.is_empty());
            toml::Value::Array(parts.map(toml::Value::from).collect())
        }
        Kind::Flag => text.trim().parse::<bool>().map_or_else(|_| toml::Value::from(text), toml::Value::from),
    }
}

/// Why a value cannot be that of a key, if it cannot. The value itself is not repeated: it may be a secret.
fn misfit(section: &str, key: &Key, value: &toml::Value) -> Option<String> {
    let name = format!("{section}.{}", key.name);
    match (key.kind, value) {
        (Kind::Text, toml::Value::String(_))
        | (Kind::List, toml::Value::Array(_))
        | (Kind::Flag, toml::Value::Boolean(_)) => None,
        (Kind::Number, toml::Value::Integer(number)) => {
            let (min, max) = key.range?;
            (!(min..=max).contains(number)).then(|| format!("{name} is {number}, but goes from {min} to {max}"))
        }
        (Kind::Text, other) => Some(format!("{name} must be a text in quotes, not {}", noun(other))),
        (Kind::Number, other) => Some(format!("{name} must be a whole number, not {}", noun(other))),
        (Kind::Flag, other) => Some(format!("{name} must be true or false, not {}", noun(other))),
        (Kind::List, other) => Some(format!("{name} must be a list like [\"…\", \"…\"], not {}", noun(other))),
    }
}

/// What a setting looks like when it is right, if the default shows it.
fn example(sections: &[Section], section: &str, key: &str) -> String {
    let key = sections.iter().find(|it| it.name == section).and_then(|it| it.key(key));
    let default = key.and_then(|it| it.default.as_ref());
    default.map(|it| format!("; one that can is {it}")).unwrap_or_default()
}

fn noun(value: &toml::Value) -> &'static str {
    match value {
        toml::Value::String(_) => "a text",
        toml::Value::Integer(_) => "a whole number",
        toml::Value::Float(_) => "a number with decimals",
        toml::Value::Boolean(_) => "true or false",
        toml::Value::Datetime(_) => "a time",
        toml::Value::Array(_) => "a list",
        toml::Value::Table(_) => "a section",
    }
}
