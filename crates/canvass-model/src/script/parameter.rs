//! Parameters: this file is about what a script asks for before it is run by hand.

use crate::{
    definition::{Fault, QuestionId},
    id::SurveyId,
    number,
};
use serde_json::Value;

/// The parameters of a script, in the order of its form. Written in JSON as a list.
#[derive(Debug, Clone, PartialEq, Default, serde::Serialize, schemars::JsonSchema)]
#[serde(transparent)]
#[schemars(rename = "ScriptParameters")]
pub struct Parameters(Vec<Parameter>);

/// One parameter.
#[derive(Debug, Clone, PartialEq, serde::Serialize, serde::Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "ScriptParameter")]
pub struct Parameter {
    /// What the script reads it as: `canvass.context.parameters.NAME`.
    pub name: ParameterName,
    /// What the form calls it; its name when it is left out.
    #[serde(default)]
    pub label: String,
    /// What it takes.
    pub kind: ParameterKind,
    /// What can be chosen, for a choice.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub choices: Vec<String>,
    /// Whether it must be given.
    #[serde(default)]
    pub required: bool,
    /// What it is when it is left out; nothing unless it says.
    #[serde(default, skip_serializing_if = "Value::is_null")]
    pub default: Value,
}

/// A parameter's name: as a question's id.
pub type ParameterName = QuestionId;

/// What a parameter takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(rename = "ScriptParameterKind")]
pub enum ParameterKind {
    /// A line of at most [`Parameters::LINE_CHARS_MAX`] characters.
    Text,
    /// A text of at most [`Parameters::TEXT_CHARS_MAX`] characters.
    LongText,
    /// A whole number.
    Integer,
    /// A number.
    Decimal,
    /// Yes or no.
    Boolean,
    /// A day, as `2026-11-30`.
    Date,
    /// One of the tenant's surveys, by its id.
    Survey,
    /// One of its choices.
    Choice,
}

impl Parameters {
    /// A form of more is a program of its own.
    pub const COUNT_MAX: usize = 20;
    /// Choices of one parameter.
    pub const CHOICES_MAX: usize = 100;
    /// Characters of a line.
    pub const LINE_CHARS_MAX: usize = 500;
    /// Characters of a text.
    pub const TEXT_CHARS_MAX: usize = 10_000;
    /// Characters of a label or a choice.
    pub const LABEL_CHARS_MAX: usize = 200;

    /// Checks a list; each fault points into it, like `/0/choices`.
    pub fn new(list: Vec<Parameter>) -> Result<Self, Vec<Fault>> {
        let mut faults = Vec::new();
        if Self::COUNT_MAX < list.len() {
            faults.push(fault(String::new(), format!("a script has at most {} parameters", Self::COUNT_MAX)));
            return Err(faults);
        }
        for (place, it) in list.iter().enumerate() {
            if list.iter().take(place).any(|earlier| earlier.name == it.name) {
                faults.push(fault(format!("/{place}/name"), format!("{} is listed twice", it.name)));
            }
            if Self::LABEL_CHARS_MAX < it.label.chars().count() {
                let most = format!("a label has at most {} characters", Self::LABEL_CHARS_MAX);
                faults.push(fault(format!("/{place}/label"), most));
            }
            faults.extend(choices_fault(it).map(|message| fault(format!("/{place}/choices"), message)));
            if !it.default.is_null() && !it.takes(&it.default) {
                faults.push(fault(format!("/{place}/default"), it.wants()));
            }
        }
        if faults.is_empty() { Ok(Self(list)) } else { Err(faults) }
    }

    /// In the order of the form.
    pub fn iter(&self) -> impl Iterator<Item = &Parameter> {
        self.0.iter()
    }

    /// Whether it asks for nothing.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Checks what was given: an object from name to value. What is left out is its default, or `null`. A script
    /// without parameters takes any object. Each fault points to a name, like `/month`.
    pub fn check(&self, given: &Value) -> Result<Value, Vec<Fault>> {
        let empty = serde_json::Map::new();
        let given = match given {
            Value::Object(given) => given,
            Value::Null => &empty,
            _ => return Err(vec![fault(String::new(), "this must be an object".to_owned())]),
        };
        if self.0.is_empty() {
            return Ok(Value::Object(given.clone()));
        }
        let mut faults: Vec<Fault> = given
            .keys()
            .filter(|key| !self.0.iter().any(|it| it.name.as_str() == key.as_str()))
            .map(|key| fault(pointer(key), "this script has no such parameter".to_owned()))
            .collect();
        let mut checked = serde_json::Map::new();
        for parameter in &self.0 {
            let name = parameter.name.as_str();
            match parameter.check(given.get(name).unwrap_or(&Value::Null)) {
                Ok(value) => drop(checked.insert(name.to_owned(), value)),
                Err(message) => faults.push(fault(pointer(name), message)),
            }
        }
        if faults.is_empty() { Ok(Value::Object(checked)) } else { Err(faults) }
    }
}

impl Parameter {
    /// What the form calls it.
    pub fn own_label(&self) -> &str {
        if self.label.is_empty() { self.name.as_str() } else { &self.label }
    }

    /// A field of a form as this parameter's value; nothing for an empty one.
    pub fn read(&self, text: &str) -> Value {
        let text = text.trim();
        match self.kind {
            ParameterKind::Boolean => Value::Bool(!text.is_empty() && text != "false" && text != "0"),
            _ if text.is_empty() => Value::Null,
            ParameterKind::Integer | ParameterKind::Decimal => {
                text.parse::<serde_json::Number>().map_or(Value::from(text), Value::Number)
            }
            ParameterKind::Text
            | ParameterKind::LongText
            | ParameterKind::Date
            | ParameterKind::Survey
            | ParameterKind::Choice => Value::from(text),
        }
    }

    fn check(&self, given: &Value) -> Result<Value, String> {
        if given.is_null() {
            let is_missing = self.required && self.default.is_null();
            return if is_missing { Err("this parameter is required".to_owned()) } else { Ok(self.default.clone()) };
        }
        if self.takes(given) { Ok(given.clone()) } else { Err(self.wants()) }
    }

    fn takes(&self, given: &Value) -> bool {
        let text = given.as_str();
        let of_at_most = |most: usize| text.is_some_and(|it| it.chars().count() <= most);
        match self.kind {
            ParameterKind::Text => of_at_most(Parameters::LINE_CHARS_MAX) && text.is_some_and(|it| !it.contains('\n')),
            ParameterKind::LongText => of_at_most(Parameters::TEXT_CHARS_MAX),
            ParameterKind::Integer => number::whole_from_json(given).is_some(),
            ParameterKind::Decimal => given.as_f64().is_some_and(number::is_allowed),
            ParameterKind::Boolean => given.is_boolean(),
            ParameterKind::Date => text.is_some_and(is_day),
            ParameterKind::Survey => text.is_some_and(|it| SurveyId::parse(it).is_some()),
            ParameterKind::Choice => text.is_some_and(|it| self.choices.iter().any(|choice| choice == it)),
        }
    }

    fn wants(&self) -> String {
        match self.kind {
            ParameterKind::Text => format!("this must be a line of at most {} characters", Parameters::LINE_CHARS_MAX),
            ParameterKind::LongText => {
                format!("this must be a text of at most {} characters", Parameters::TEXT_CHARS_MAX)
            }
            ParameterKind::Integer => "this must be a whole number".to_owned(),
            ParameterKind::Decimal => "this must be a number".to_owned(),
            ParameterKind::Boolean => "this must be true or false".to_owned(),
            ParameterKind::Date => "this must be a day, like 2026-11-30".to_owned(),
            ParameterKind::Survey => "this must be the id of a survey".to_owned(),
            ParameterKind::Choice => format!("this must be one of {}", self.choices.join(", ")),
        }
    }
}

impl<'de> serde::Deserialize<'de> for Parameters {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::new(Vec::deserialize(deserializer)?).map_err(|faults| {
            let first = faults.first().map(ToString::to_string).unwrap_or_default();
            serde::de::Error::custom(first)
        })
    }
}

fn choices_fault(parameter: &Parameter) -> Option<String> {
    let count = parameter.choices.len();
    if parameter.kind != ParameterKind::Choice {
        return (0 < count).then(|| "only a choice has choices".to_owned());
    }
    if !(1..=Parameters::CHOICES_MAX).contains(&count) {
        return Some(format!("a choice has 1 to {} choices", Parameters::CHOICES_MAX));
    }
    let long = |it: &String| it.is_empty() || Parameters::LABEL_CHARS_MAX < it.chars().count();
    parameter
        .choices
        .iter()
        .any(long)
        .then(|| format!("each choice has 1 to {} characters", Parameters::LABEL_CHARS_MAX))
}

fn is_day(text: &str) -> bool {
    let format = time::macros::format_description!("[year]-[month]-[day]");
    time::Date::parse(text, &format).is_ok()
}

fn pointer(name: &str) -> String {
    format!("/{}", name.replace('~', "~0").replace('/', "~1"))
}

fn fault(pointer: String, message: String) -> Fault {
    Fault { pointer, message }
}
