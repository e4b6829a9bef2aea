//! Material for tests: this file is about the real survey, and about making any definition and answers to it.

use proptest::prelude::*;
use serde_json::{Map, Value, json};

use crate::definition::{Definition, Kind, KindName, Question, SetBy};

/// The folder of the real survey.
const BFI: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../canvass/tests/data/bfi/");

/// A file of the real survey.
pub(crate) fn bfi(file: &str) -> String {
    std::fs::read_to_string(format!("{BFI}{file}")).unwrap()
}

/// The real survey.
pub(crate) fn bfi_definition() -> Definition {
    Definition::parse_text(&bfi("survey.json")).unwrap()
}

/// Each real response as question id and non-empty cell.
pub(crate) fn bfi_rows() -> Vec<Vec<(String, String)>> {
    let text = bfi("responses.csv");
    let mut lines = text.lines().map(|it| it.split(',').map(str::to_owned).collect::<Vec<_>>());
    let names = lines.next().unwrap();
    let row = |cells: Vec<String>| {
        let cells = names.iter().cloned().zip(cells).skip(1);
        cells.filter(|(_, cell)| !cell.is_empty()).collect()
    };
    lines.map(row).collect()
}

/// A survey of one English section with these questions.
pub(crate) fn survey_of(questions: &Value) -> Definition {
    Definition::parse(&json!({ "title": "Test", "sections": [{ "questions": questions }] })).unwrap()
}

/// Any document that the parser must take, as JSON.
pub(crate) fn documents() -> impl Strategy<Value = Value> {
    let languages = prop_oneof![Just(vec!["en"]), Just(vec!["de", "en-GB", "zh-Hant"])];
    languages.prop_flat_map(|languages| {
        let section = (prop::option::of(text(&languages, |it| it)), prop::collection::vec(question(&languages), 0..8));
        let title = text(&languages, |it| format!("T{it}"));
        let prose = prop::option::of(text(&languages, |it| format!("{it}\n{it}")));
        (title, prose.clone(), prose, prop::collection::vec(section, 1..4)).prop_map(
            move |(title, description, thank_you, sections)| {
                let sections = sections
                    .into_iter()
                    .map(|(title, questions)| object([("title", title), ("questions", Some(questions.into()))]));
                let sections = Some(sections.collect());
                let languages = Some(json!(languages));
                object([
                    ("title", Some(title)),
                    ("description", description),
                    ("languages", languages),
                    ("sections", sections),
                    ("thank_you", thank_you),
                ])
            },
        )
    })
}

/// Any definition, with two responses' worth of seeds for [`answers_json`] and more.
pub(crate) fn definitions() -> impl Strategy<Value = Definition> {
    documents().prop_map(|it| Definition::parse(&it).unwrap())
}

/// Valid answers to a definition, chosen by `seed`: every seventh question is left out unless it is required.
pub(crate) fn answers_json(definition: &Definition, seed: u64) -> Value {
    let mut seed = seed;
    let mut answers = Map::new();
    for question in definition.questions() {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let random = seed >> 16;
        if (question.required || !random.is_multiple_of(7))
            && let Some(answer) = answer_json(question, random >> 8)
        {
            answers.insert(question.id.to_string(), answer);
        }
    }
    Value::Object(answers)
}

fn answer_json(question: &Question, random: u64) -> Option<Value> {
    let small = i64::try_from(random % 1_000).unwrap();
    let place = usize::try_from(random % 1_000).unwrap();
    let word = ["Füße", "teal", "don't know", "naïve café", "日本語"][place % 5];
    match &question.kind {
        Kind::ShortText { chars_min, .. } | Kind::LongText { chars_min, .. } => {
            Some(format!("{word}{}", "x".repeat(*chars_min as usize)).into())
        }
        Kind::Integer { min, .. } => Some((min.unwrap_or(0) + small % 10).into()),
        Kind::Decimal { min, step, .. } => {
            Some(json!(min.unwrap_or(0.0) + f64::from(u8::try_from(small % 10).unwrap()) * step.unwrap_or(0.5)))
        }
        Kind::SingleChoice { choices, .. } | Kind::Dropdown { choices, .. } => {
            let listed = choices.get(place % (choices.len() + 1)).map(|it| it.id.as_str().into());
            listed
                .or_else(|| {
                    (*question.kind.other() != crate::definition::Other::Absent).then(|| json!({ "other": word }))
                })
                .or_else(|| choices.first().map(|it| it.id.as_str().into()))
        }
        Kind::MultipleChoice { choices, picks_min, .. } => {
            let count = (picks_min.unwrap_or(1).max(1) as usize).max(place % 3).min(choices.len());
            Some(choices.iter().take(count).map(|it| it.id.as_str()).collect())
        }
        Kind::Stars { .. } | Kind::OpinionScale { .. } | Kind::Nps { .. } => {
            let range = question.kind.scale().unwrap();
            Some((range.start() + small % (range.end() - range.start() + 1)).into())
        }
        Kind::YesNo => Some((small % 2 == 0).into()),
        Kind::Hidden { set_by: SetBy::Url, .. } => Some(word.into()),
        Kind::Statement | Kind::Hidden { set_by: SetBy::Script, .. } => None,
    }
}

fn question(languages: &[&'static str]) -> impl Strategy<Value = Value> + Clone + use<> {
    let label = text(languages, |it| it);
    let help = prop::option::of(text(languages, |it| it));
    (prop::sample::select(&KindName::ALL), label, help, any::<bool>(), own(languages)).prop_map(
        |(name, label, help, required, own)| {
            let required = (!matches!(name, KindName::Statement | KindName::Hidden)).then(|| required.into());
            let kind = Some(name.as_str().into());
            let mut question = object([("type", kind), ("label", Some(label)), ("help", help), ("required", required)]);
            for field in crate::definition::fields(name) {
                if let Some(value) = own.get(field) {
                    question[field] = value.clone();
                }
            }
            question
        },
    )
}

/// Every field that belongs to some type, each with values that suit each other; a question takes those of its type.
fn own(languages: &[&'static str]) -> impl Strategy<Value = Value> + Clone + use<> {
    let line = || prop::option::of(text(languages, |it| it));
    let choice = text(languages, |it| it).prop_map(|label| json!({ "label": label }));
    let choices = prop::collection::vec(choice, 2..6);
    let other = prop_oneof![
        Just(None),
        Just(Some(json!(true))),
        Just(Some(json!(false))),
        line().prop_map(|it| Some(object([("label", it)]))),
    ];
    let numbers = (prop::option::of(-1000_i64..1000), prop::option::of(1_u8..4), prop::option::of(0_u32..20));
    (choices, other, line(), line(), line(), numbers).prop_map(
        |(choices, other, unit, low, high, (min, small, chars))| {
            object([
                ("choices", Some(choices.into())),
                ("other", other),
                ("unit", unit),
                ("low_label", low),
                ("high_label", high),
                ("min", min.map(Into::into)),
                ("max", min.map(|it| (it + 1_000).into())),
                ("step", small.map(|it| json!(f64::from(it) / 4.0))),
                ("count", small.map(|it| (it + 2).into())),
                ("from", small.map(|it| (it % 2).into())),
                ("to", small.map(|it| (it + 2).into())),
                ("picks_min", small.map(|it| (it % 2).into())),
                ("picks_max", small.map(|it| (it + 2).into())),
                ("set_by", small.map(|it| SetBy::ALL[usize::from(it % 2)].as_str().into())),
                ("default", small.map(|it| format!("value {it}").into())),
                ("chars_min", chars.map(Into::into)),
                ("chars_max", chars.map(|it| (it + 100).into())),
            ])
        },
    )
}

/// A text in each language, as `wording` makes it of some characters.
fn text(languages: &[&'static str], wording: fn(String) -> String) -> impl Strategy<Value = Value> + Clone + use<> {
    let languages = languages.to_vec();
    let chars = prop::sample::select(&['a', 'Z', '7', ' ', '"', '~', '/', '<', '&', 'ä', '日', '😀']);
    let texts = prop::collection::vec(prop::collection::vec(chars, 0..10), languages.len());
    texts.prop_map(move |texts| {
        let texts = texts.into_iter().map(|it| Value::from(wording(it.into_iter().collect())));
        let mut texts = languages.iter().map(ToString::to_string).zip(texts);
        if let [_] = languages.as_slice() { texts.next().map(|it| it.1).into() } else { Value::Object(texts.collect()) }
    })
}

fn object<const N: usize>(fields: [(&str, Option<Value>); N]) -> Value {
    fields.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?))).collect()
}
