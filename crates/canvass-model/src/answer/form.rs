//! Answers from the public form: this file is about reading its fields against a definition.

use std::collections::HashMap;

use super::{
    Answer, Answers, Invalid, OTHER_SUFFIX, OTHER_VALUE, Refusal, Scope,
    check::{self, Given, GivenPick, Spot, Wrong},
    hidden,
};
use crate::definition::{Definition, Kind, Other, Question, SetBy, limit};

/// What the form gave to one question: its non-empty values, and the text of one's own.
#[derive(Default)]
struct Filled<'a> {
    values: Vec<&'a str>,
    other: Option<&'a str>,
}

/// Reads and checks the fields of a form.
pub(super) fn read(definition: &Definition, fields: &[(String, String)], scope: Scope<'_>) -> Result<Answers, Invalid> {
    let (filled, strangers) = sort(definition, fields);
    let nothing = Filled::default();
    let mut refusals = Vec::new();
    let mut entries = Vec::with_capacity(filled.len());
    for section in &definition.sections {
        if matches!(scope, Scope::Section(id) if *id != section.id) {
            continue;
        }
        for question in &section.questions {
            match read_one(question, filled.get(question.id.as_str()).unwrap_or(&nothing)) {
                Ok(Some(answer)) => entries.push((question.id.clone(), answer)),
                Ok(None) => {}
                Err(wrong) => refusals.push(refusal(question, wrong)),
            }
        }
    }
    refusals.extend(strangers);
    if refusals.is_empty() {
        return Ok(Answers { entries });
    }
    let given = fields.iter().filter(|(name, _)| !name.starts_with('_'));
    Err(Invalid { refusals, given: given.cloned().collect() })
}

/// The fields by question, and a refusal for each that belongs to none.
fn sort<'a>(definition: &Definition, fields: &'a [(String, String)]) -> (HashMap<&'a str, Filled<'a>>, Vec<Refusal>) {
    let mut filled: HashMap<&str, Filled<'_>> = HashMap::with_capacity(fields.len());
    let mut strangers = Vec::new();
    for (name, value) in fields.iter().filter(|(name, _)| !name.starts_with('_')) {
        let own = name.strip_suffix(OTHER_SUFFIX);
        let id = own.unwrap_or(name);
        let question = definition.question_named(id);
        match (question, own) {
            (Some(question), Some(_)) if *question.kind.other() != Other::Absent => {
                filled.entry(id).or_default().other.get_or_insert(value);
            }
            (Some(_), None) if value.is_empty() => {}
            (Some(_), None) => filled.entry(id).or_default().values.push(value),
            (_, _) if strangers.len() < limit::FAULTS_MAX => strangers.push(Refusal {
                question: None,
                field: name.chars().take(100).collect(),
                pointer: String::new(),
                message: "This survey has no such question".to_owned(),
            }),
            (_, _) => {}
        }
    }
    (filled, strangers)
}

fn read_one(question: &Question, filled: &Filled<'_>) -> Result<Option<Answer>, Wrong> {
    let answer = match (&question.kind, filled.values.as_slice()) {
        (Kind::Hidden { set_by, .. }, values) => {
            let carried = match set_by {
                SetBy::Url => values.iter().find_map(|it| hidden::carried(it)),
                // Whatever a form says of it is made up.
                SetBy::Script => None,
            };
            carried.map(Answer::Hidden).or_else(|| check::fallback(&question.kind))
        }
        (Kind::SingleChoice { .. } | Kind::Dropdown { .. } | Kind::MultipleChoice { .. }, values) => {
            check::answer(&question.kind, &picks(values, filled.other))?
        }
        (_, []) => None,
        (kind, [value]) => check::answer(kind, &Given::Text(value))?,
        (_, _) => return Err(Wrong { spot: Spot::Answer, message: "Give one answer only".to_owned() }),
    };
    if answer.is_none() && question.required {
        return Err(Wrong { spot: Spot::Answer, message: check::missing(&question.kind) });
    }
    Ok(answer)
}

/// One's own text counts when "other" is chosen, or when nothing is: who writes there means it.
fn picks<'a>(values: &[&'a str], other: Option<&'a str>) -> Given<'a> {
    let other = other.unwrap_or_default();
    if values.is_empty() && !other.trim().is_empty() {
        return Given::Picks(vec![GivenPick::Other(other)]);
    }
    let pick = |value: &&'a str| match *value {
        OTHER_VALUE => GivenPick::Other(other),
        id => GivenPick::Listed(id.into()),
    };
    Given::Picks(values.iter().map(pick).collect())
}

fn refusal(question: &Question, wrong: Wrong) -> Refusal {
    let suffix = match wrong.spot {
        Spot::Answer => "",
        Spot::Other => OTHER_SUFFIX,
    };
    Refusal {
        question: Some(question.id.clone()),
        field: format!("{}{suffix}", question.id),
        pointer: format!("/{}", question.id),
        message: wrong.message,
    }
}
