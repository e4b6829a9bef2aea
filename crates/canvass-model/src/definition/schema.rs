//! The JSON Schema of a definition: this file is about telling other programs what a document looks like.
//!
//! It says all that a schema can. What only the parser knows: that ids are unique, that texts are written in each of the
//! survey's languages, that a lower bound is not above the upper one, how many questions and hidden values a survey has
//! in all, and which names an address keeps for itself.

use serde_json::{Map, Value, json};

use super::{
    ChoiceId, KindName, Language, QuestionId, SectionId, SetBy, limit,
    parse::{DOCUMENT, SECTION, fields},
};

/// The JSON Schema (draft 2020-12) of the survey document.
pub fn schema() -> Value {
    let questions = KindName::ALL.map(|it| json!({ "$ref": format!("#/$defs/{it}") }));
    let mut definitions = Map::new();
    definitions.insert("section".into(), object(&SECTION, &["questions"], section_field));
    definitions.insert("question".into(), json!({ "oneOf": questions }));
    definitions.insert("choice".into(), object(&["id", "label"], &["label"], choice_field));
    for name in KindName::ALL {
        definitions.insert(name.to_string(), question(name));
    }
    let mut schema = object(&DOCUMENT, &["title", "sections"], document_field);
    schema["$schema"] = "https://json-schema.org/draft/2020-12/schema".into();
    schema["title"] = "Survey definition".into();
    schema["description"] = "What a survey asks: as in the API, the command line, exports and the store.".into();
    schema["$defs"] = Value::Object(definitions);
    schema
}

fn document_field(name: &str) -> Value {
    match name {
        "title" => {
            let one = json!({ "type": "string", "maxLength": limit::TITLE_CHARS_MAX, "pattern": LINE_NOT_EMPTY });
            described(translated(&one, limit::TITLE_CHARS_MAX, LINE), "What the survey is called.")
        }
        "description" => described(lines(limit::PROSE_CHARS_MAX), "What stands above the first section, in Markdown."),
        "thank_you" => described(lines(limit::PROSE_CHARS_MAX), "What a respondent reads at the end, in Markdown."),
        "languages" => json!({
            "description": "The languages every text is written in, the default first; English when left out.",
            "type": "array",
            "items": { "type": "string", "pattern": Language::PATTERN, "maxLength": Language::CHARS_MAX },
            "minItems": 1,
            "maxItems": limit::LANGUAGES_MAX,
            "uniqueItems": true,
        }),
        "sections" => described(list("section", 1, limit::SECTIONS_MAX), "Its pages, in order."),
        _ => Value::Bool(false),
    }
}

fn section_field(name: &str) -> Value {
    match name {
        "id" => described(pattern(SectionId::PATTERN), "Stable; made when left out."),
        "title" => described(line(limit::TITLE_CHARS_MAX), "Its heading."),
        "description" => described(lines(limit::PROSE_CHARS_MAX), "What stands below its heading, in Markdown."),
        "questions" => described(list("question", 0, limit::QUESTIONS_MAX), "Its questions, in order."),
        _ => Value::Bool(false),
    }
}

fn choice_field(name: &str) -> Value {
    match name {
        "id" => described(pattern(ChoiceId::PATTERN), "Stable; made when left out."),
        "label" => described(line(limit::CHOICE_CHARS_MAX), "What is shown."),
        _ => Value::Bool(false),
    }
}

fn question(name: KindName) -> Value {
    let fields = fields(name);
    let required: &[&str] =
        if fields.contains(&"choices") { &["type", "label", "choices"] } else { &["type", "label"] };
    let mut schema = object(&fields, required, |field| question_field(name, field));
    schema["title"] = name.label().into();
    schema
}

fn question_field(name: KindName, field: &str) -> Value {
    match field {
        "id" => described(pattern(QuestionId::PATTERN), "Stable: answers, results and exports are keyed by it."),
        "type" => json!({ "const": name.as_str() }),
        "label" => described(line(limit::LABEL_CHARS_MAX), "The question itself; empty only in a draft."),
        "help" => described(lines(limit::HELP_CHARS_MAX), "What helps to answer it, in Markdown."),
        "required" => described(json!({ "type": "boolean", "default": false }), "Whether it must be answered."),
        "chars_min" => described(whole(0, chars_max(name)), "The fewest characters of an answer."),
        "chars_max" => described(whole(1, chars_max(name)), "The most characters of an answer."),
        "min" | "max" => number(name),
        "step" => described(
            json!({ "type": "number", "exclusiveMinimum": 0, "maximum": limit::NUMBER_MAX }),
            "Answers are whole multiples of it above the minimum, or above zero without one.",
        ),
        "unit" => described(line(limit::UNIT_CHARS_MAX), "What is counted or measured."),
        "choices" => described(list("choice", 0, limit::CHOICES_MAX), "What to choose from, in the order shown."),
        "other" => json!({
            "description": "Whether one may write an answer of one's own, and what that field is called.",
            "oneOf": [{ "type": "boolean" }, object(&["label"], &[], |_| line(limit::END_CHARS_MAX))],
        }),
        "picks_min" => described(whole(0, limit::PICKS_MAX), "The fewest choices of an answer."),
        "picks_max" => described(whole(1, limit::PICKS_MAX), "The most choices of an answer."),
        "count" => described(whole(limit::STARS_MIN, limit::STARS_MAX), "How many stars; 5 when left out."),
        "from" => described(whole(0, 1), "The low end; 1 when left out."),
        "to" => described(whole(limit::SCALE_TO_MIN, limit::SCALE_TO_MAX), "The high end; 5 when left out."),
        "set_by" => json!({
            "description": "Whose value it is: the address's and that of programs, or of scripts alone; url when left out.",
            "enum": SetBy::ALL.map(SetBy::as_str),
            "default": SetBy::Url.as_str(),
        }),
        "default" => described(
            json!({ "type": "string", "maxLength": limit::HIDDEN_CHARS_MAX, "pattern": LINE }),
            "The value of a response that comes without one.",
        ),
        "low_label" => described(line(limit::END_CHARS_MAX), "What the low end means."),
        "high_label" => described(line(limit::END_CHARS_MAX), "What the high end means."),
        _ => Value::Bool(false),
    }
}

fn chars_max(name: KindName) -> u32 {
    if name == KindName::LongText { limit::LONG_TEXT_CHARS_MAX } else { limit::SHORT_TEXT_CHARS_MAX }
}

fn number(name: KindName) -> Value {
    let r#type = if name == KindName::Integer { "integer" } else { "number" };
    json!({ "type": r#type, "minimum": -limit::NUMBER_MAX, "maximum": limit::NUMBER_MAX })
}

/// No control characters.
const LINE: &str = r"^[^\u0000-\u001f\u007f-\u009f]*$";
/// No control characters, and something to read.
const LINE_NOT_EMPTY: &str = r"^[^\u0000-\u001f\u007f-\u009f]*\S[^\u0000-\u001f\u007f-\u009f]*$";
/// No control characters but tabs and line breaks.
const LINES: &str = r"^[^\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f]*$";

fn line(chars_max: usize) -> Value {
    translated(&json!({ "type": "string", "maxLength": chars_max, "pattern": LINE }), chars_max, LINE)
}

fn lines(chars_max: usize) -> Value {
    translated(&json!({ "type": "string", "maxLength": chars_max, "pattern": LINES }), chars_max, LINES)
}

/// A text in the default language, or one in every language.
fn translated(one: &Value, chars_max: usize, pattern: &str) -> Value {
    json!({
        "oneOf": [one, {
            "type": "object",
            "patternProperties": {
                Language::PATTERN: { "type": "string", "maxLength": chars_max, "pattern": pattern },
            },
            "additionalProperties": false,
            "minProperties": 1,
        }],
    })
}

fn object(fields: &[&str], required: &[&str], field: impl Fn(&str) -> Value) -> Value {
    let properties: Map<_, _> = fields.iter().map(|it| ((*it).to_owned(), field(it))).collect();
    json!({ "type": "object", "properties": properties, "required": required, "additionalProperties": false })
}

fn list(of: &str, min: usize, max: usize) -> Value {
    json!({ "type": "array", "items": { "$ref": format!("#/$defs/{of}") }, "minItems": min, "maxItems": max })
}

fn whole(min: impl Into<Value>, max: impl Into<Value>) -> Value {
    json!({ "type": "integer", "minimum": min.into(), "maximum": max.into() })
}

fn pattern(pattern: &str) -> Value {
    json!({ "type": "string", "pattern": pattern })
}

fn described(mut schema: Value, description: &str) -> Value {
    schema["description"] = description.into();
    schema
}
