//! The gallery: this file is about scripts a tenant can begin with, each with what it needs and cases that show it works.

use std::sync::LazyLock;

use serde_json::Value;

use super::{Expectation, Parameters, Schedule, ScriptName, Source, TriggerName};

/// A script to begin with. It becomes the tenant's own: nothing leads back to the gallery.
#[derive(Debug, Clone, PartialEq)]
pub struct Template {
    /// What a script made from it is called, unless that is taken.
    pub name: ScriptName,
    /// What people call it.
    pub title: String,
    /// What it does, in a sentence.
    pub summary: String,
    /// What is to be set or known before it is switched on, a sentence each.
    pub setup: Vec<String>,
    /// What starts it. A survey it belongs to is chosen when a script is made from it.
    pub trigger: TriggerName,
    /// When it runs, for one that runs at times.
    pub schedule: Option<Schedule>,
    /// What it asks for, for one that is run by hand.
    pub parameters: Parameters,
    /// The program.
    pub source: Source,
    /// Its test cases.
    pub examples: Vec<Example>,
}

/// A test case of a template.
#[derive(Debug, Clone, PartialEq, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Example {
    /// What it shows.
    pub name: String,
    /// The request, the response or the responses that the script is given.
    #[serde(default)]
    pub given: Value,
    /// The parameters it is run with.
    #[serde(default)]
    pub parameters: Value,
    /// How it must end.
    pub expectation: Expectation,
}

/// What is written beside a template's source.
#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct Manifest {
    title: String,
    summary: String,
    setup: Vec<String>,
    trigger: TriggerName,
    schedule: Option<Schedule>,
    #[serde(default)]
    parameters: Parameters,
    tests: Vec<Example>,
}

macro_rules! gallery {
    ($($name:literal),* $(,)?) => {
        /// Every template's name, source and manifest, in the order of the gallery.
        const FILES: &[(&str, &str, &str)] = &[
            $(($name, include_str!(concat!("gallery/", $name, ".py")), include_str!(concat!("gallery/", $name, ".json"))),)*
        ];
    };
}

gallery![
    "big-five",
    "nps-follow-up",
    "attention-check",
    "duplicate-scorer",
    "topic-tagger",
    "quota-counter",
    "lookup-notes",
    "two-question-quota",
    "lookup-list",
    "iban-check",
    "certificate",
    "counter",
    "response-feed",
    "weekly-report",
    "lookup-load",
    "csv-mapper",
    "prize-draw",
];

static TEMPLATES: LazyLock<Vec<Template>> =
    LazyLock::new(|| FILES.iter().filter_map(|(name, source, manifest)| read(name, source, manifest).ok()).collect());

/// Every template, those with the same trigger beside each other.
pub fn templates() -> &'static [Template] {
    &TEMPLATES
}

/// The template of a name.
pub fn find(name: &str) -> Option<&'static Template> {
    TEMPLATES.iter().find(|it| it.name.as_str() == name)
}

fn read(name: &str, source: &str, manifest: &str) -> Result<Template, String> {
    let manifest: Manifest = serde_json::from_str(manifest).map_err(|error| format!("{name}: {error}"))?;
    Ok(Template {
        name: ScriptName::parse(name).map_err(|error| error.to_string())?,
        title: manifest.title,
        summary: manifest.summary,
        setup: manifest.setup,
        trigger: manifest.trigger,
        schedule: manifest.schedule,
        parameters: manifest.parameters,
        source: Source::parse(source).map_err(|error| error.to_string())?,
        examples: manifest.tests,
    })
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::script::{Script, TestCase};

    #[test]
    fn every_template_can_be_read() {
        for (name, source, manifest) in FILES {
            read(name, source, manifest).unwrap();
        }
        assert_eq!(templates().len(), FILES.len());
        let (names, titles): (BTreeSet<_>, BTreeSet<_>) = templates().iter().map(|it| (&it.name, &it.title)).unzip();
        assert_eq!((names.len(), titles.len()), (FILES.len(), FILES.len()));
    }

    #[test]
    fn a_template_is_within_the_limits_of_a_script() {
        for it in templates() {
            assert!(it.title.chars().count() <= Script::TITLE_CHARS_MAX, "{}", it.title);
            assert!((1..=Script::TESTS_MAX).contains(&it.examples.len()), "{}", it.title);
            for example in &it.examples {
                assert!(example.name.chars().count() <= TestCase::NAME_CHARS_MAX, "{}", example.name);
                let bytes = example.given.to_string().len().max(example.parameters.to_string().len());
                assert!(bytes <= TestCase::JSON_BYTES_MAX, "{}", example.name);
            }
        }
    }

    #[test]
    fn a_template_has_what_its_trigger_needs() {
        for it in templates() {
            let function = match it.trigger {
                TriggerName::Page => "\ndef page(request):",
                TriggerName::Validate => "\ndef validate(response):",
                TriggerName::Responded => "\ndef responded(responses):",
                TriggerName::Schedule | TriggerName::Manual => "\nresult = ",
                TriggerName::Module => "\ndef ",
            };
            assert!(it.source.as_str().contains(function), "{} lacks {function:?}", it.title);
            assert_eq!(it.schedule.is_some(), it.trigger == TriggerName::Schedule, "{}", it.title);
            for example in it.examples.iter().filter(|_| it.trigger == TriggerName::Manual) {
                it.parameters.check(&example.parameters).unwrap();
            }
        }
    }
}
