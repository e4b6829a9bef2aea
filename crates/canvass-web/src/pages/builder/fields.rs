//! A question as a form: this file is about turning one into fields that can be edited, and edited fields into one.

use std::collections::BTreeSet;

use canvass_model::definition::{Choice, Fault, Kind, KindName, Language, Other, Question, Text};
use serde_json::{Map, Value, json};

use crate::{form::Form, view::sentence};

/// Names of fields with what is wrong with them.
pub(super) type Errors = Vec<(String, String)>;

/// The field of a text in a language: the plain name in the default one, else with the language behind it.
pub(super) fn in_language(name: &str, languages: &[Language], language: &Language) -> String {
    match languages.first() {
        Some(first) if first != language => format!("{name}.{language}"),
        Some(_) | None => name.to_owned(),
    }
}

/// The fields of a question as it stands.
pub(super) fn of(question: &Question, languages: &[Language]) -> Form {
    let mut fields = Fields { languages, fields: Vec::new() };
    fields.text("label", Some(&question.label));
    fields.text("help", question.help.as_ref());
    fields.flag("required", question.required);
    match &question.kind {
        Kind::ShortText { chars_min, chars_max } | Kind::LongText { chars_min, chars_max } => {
            fields.put("chars_min", if *chars_min == 0 { String::new() } else { chars_min.to_string() });
            fields.put("chars_max", chars_max.to_string());
        }
        Kind::Integer { min, max, unit } => {
            fields.number("min", min.as_ref());
            fields.number("max", max.as_ref());
            fields.text("unit", unit.as_ref());
        }
        Kind::Decimal { min, max, step, unit } => {
            fields.number("min", min.as_ref());
            fields.number("max", max.as_ref());
            fields.number("step", step.as_ref());
            fields.text("unit", unit.as_ref());
        }
        Kind::SingleChoice { choices, other } | Kind::Dropdown { choices, other } => fields.choices(choices, other),
        Kind::MultipleChoice { choices, other, picks_min, picks_max } => {
            fields.choices(choices, other);
            fields.number("picks_min", picks_min.as_ref());
            fields.number("picks_max", picks_max.as_ref());
        }
        Kind::Stars { count } => fields.put("count", count.to_string()),
        Kind::OpinionScale { from, to, low_label, high_label } => {
            fields.put("from", from.to_string());
            fields.put("to", to.to_string());
            fields.text("low_label", low_label.as_ref());
            fields.text("high_label", high_label.as_ref());
        }
        Kind::Nps { low_label, high_label } => {
            fields.text("low_label", low_label.as_ref());
            fields.text("high_label", high_label.as_ref());
        }
        Kind::Hidden { set_by, default } => {
            fields.put("id", question.id.to_string());
            fields.put("set_by", set_by.as_str().to_owned());
            fields.put("default", default.clone().unwrap_or_default());
        }
        Kind::YesNo | Kind::Statement => {}
    }
    Form(fields.fields)
}

/// The fields of one text as it stands.
pub(super) fn of_text(name: &str, text: Option<&Text>, languages: &[Language]) -> Form {
    let mut fields = Fields { languages, fields: Vec::new() };
    fields.text(name, text);
    Form(fields.fields)
}

/// Reads the question that a form describes. New choices get ids that are not in `taken`: answers to a choice that was
/// removed are never mistaken for answers to a new one.
pub(super) fn read(
    form: &Form,
    (id, kind): (&str, KindName),
    languages: &[Language],
    taken: &BTreeSet<String>,
) -> Result<Question, Errors> {
    let mut reading = Reading { form, languages, object: Map::new(), errors: Vec::new() };
    reading.put("id", json!(id));
    reading.put("type", json!(kind.as_str()));
    reading.put("label", text(form, "label", languages).unwrap_or_else(|| empty(languages)));
    reading.text("help");
    let choices = choices(form, languages, taken);
    reading.of_kind(kind, &choices);
    if !matches!(kind, KindName::Statement | KindName::Hidden) && form.is_ticked("required") {
        reading.put("required", json!(true));
    }
    let ids: Vec<&str> = choices.iter().filter_map(|it| it["id"].as_str()).collect();
    let mut errors = reading.errors;
    match Question::parse(&Value::Object(reading.object), languages) {
        Ok(question) if errors.is_empty() => Ok(question),
        Ok(_) => Err(errors),
        Err(faults) => {
            errors.extend(faults.iter().map(|it| (field_of(&it.pointer, &ids, languages), worded(it))));
            Err(errors)
        }
    }
}

/// A text of a form in every language of the survey; `None` when it is written in none.
pub(super) fn text(form: &Form, name: &str, languages: &[Language]) -> Option<Value> {
    let wordings: Vec<(String, String)> =
        languages.iter().map(|it| (it.to_string(), form.text(&in_language(name, languages, it)).to_owned())).collect();
    match wordings.as_slice() {
        _ if wordings.iter().all(|(_, wording)| wording.is_empty()) => None,
        [(_, only)] => Some(json!(only)),
        several => Some(several.iter().map(|(tag, it)| (tag.clone(), json!(it))).collect()),
    }
}

/// The ids of the choices in a form, in their order.
pub(super) fn choice_ids(form: &Form) -> Vec<&str> {
    let ids = form.0.iter().filter_map(|(name, _)| name.strip_prefix("choice."));
    ids.filter(|it| !it.contains('.')).collect()
}

struct Fields<'a> {
    languages: &'a [Language],
    fields: Vec<(String, String)>,
}

impl Fields<'_> {
    fn put(&mut self, name: &str, value: String) {
        self.fields.push((name.to_owned(), value));
    }

    fn text(&mut self, name: &str, text: Option<&Text>) {
        for language in self.languages {
            let wording = text.and_then(|it| it.translations().find(|(tag, _)| *tag == language));
            let wording = wording.map_or("", |(_, wording)| wording).to_owned();
            self.put(&in_language(name, self.languages, language), wording);
        }
    }

    fn number(&mut self, name: &str, number: Option<&impl ToString>) {
        self.put(name, number.map_or_else(String::new, ToString::to_string));
    }

    fn flag(&mut self, name: &str, on: bool) {
        if on {
            self.put(name, "yes".to_owned());
        }
    }

    fn choices(&mut self, choices: &[Choice], other: &Other) {
        for choice in choices {
            self.text(&format!("choice.{}", choice.id), Some(&choice.label));
        }
        match other {
            Other::Absent => self.text("other_label", None),
            Other::Offered { label } => {
                self.flag("other", true);
                self.text("other_label", label.as_ref());
            }
        }
    }
}

/// A question's document while it is put together from a form.
struct Reading<'a> {
    form: &'a Form,
    languages: &'a [Language],
    object: Map<String, Value>,
    errors: Errors,
}

impl Reading<'_> {
    fn of_kind(&mut self, kind: KindName, choices: &[Value]) {
        match kind {
            KindName::ShortText | KindName::LongText => {
                self.whole("chars_min");
                self.whole("chars_max");
            }
            KindName::Integer => {
                self.whole("min");
                self.whole("max");
                self.text("unit");
            }
            KindName::Decimal => {
                for name in ["min", "max", "step"] {
                    self.decimal(name);
                }
                self.text("unit");
            }
            KindName::SingleChoice | KindName::Dropdown => self.choices(choices),
            KindName::MultipleChoice => {
                self.choices(choices);
                self.whole("picks_min");
                self.whole("picks_max");
            }
            KindName::Stars => self.whole("count"),
            KindName::OpinionScale => {
                self.whole("from");
                self.whole("to");
                self.text("low_label");
                self.text("high_label");
            }
            KindName::Nps => {
                self.text("low_label");
                self.text("high_label");
            }
            KindName::Hidden => {
                self.line("set_by");
                self.line("default");
            }
            KindName::YesNo | KindName::Statement => {}
        }
    }

    fn put(&mut self, name: &str, value: Value) {
        self.object.insert(name.to_owned(), value);
    }

    fn text(&mut self, name: &str) {
        if let Some(text) = text(self.form, name, self.languages) {
            self.put(name, text);
        }
    }

    /// A line that is the same in every language.
    fn line(&mut self, name: &str) {
        let given = self.form.text(name);
        if !given.is_empty() {
            self.put(name, json!(given));
        }
    }

    fn choices(&mut self, choices: &[Value]) {
        self.put("choices", choices.into());
        if self.form.is_ticked("other") {
            let label = text(self.form, "other_label", self.languages);
            self.put("other", label.map_or(json!(true), |it| json!({ "label": it })));
        }
    }

    fn whole(&mut self, name: &str) {
        let given = self.form.text(name);
        match given.parse::<i64>() {
            _ if given.is_empty() => {}
            Ok(number) => self.put(name, json!(number)),
            Err(_) => self.errors.push((name.to_owned(), "Write a whole number, like 12".to_owned())),
        }
    }

    /// Takes the comma of half the world too.
    fn decimal(&mut self, name: &str) {
        let given = self.form.text(name).replace(',', ".");
        match given.parse::<f64>() {
            _ if given.is_empty() => {}
            Ok(number) if number.is_finite() => self.put(name, json!(number)),
            Ok(_) | Err(_) => self.errors.push((name.to_owned(), "Write a number, like 2.5".to_owned())),
        }
    }
}

/// The choices of a form. Each of the new lines takes the place of a choice without a text, or else stands at the end.
fn choices(form: &Form, languages: &[Language], taken: &BTreeSet<String>) -> Vec<Value> {
    let label = |id: &str| text(form, &format!("choice.{id}"), languages);
    let ids = choice_ids(form);
    let used: BTreeSet<String> = ids.iter().map(|it| (*it).to_owned()).chain(taken.iter().cloned()).collect();
    let mut lines = form.find("choices.new").unwrap_or_default().lines().map(str::trim).filter(|it| !it.is_empty());
    let mut choices = Vec::with_capacity(ids.len());
    for id in ids {
        let label = label(id).or_else(|| lines.next().map(|it| everywhere(it, languages)));
        choices.push(json!({ "id": id, "label": label.unwrap_or_else(|| empty(languages)) }));
    }
    let mut number = 0;
    for line in lines {
        number += 1;
        while used.contains(&format!("c{number}")) {
            number += 1;
        }
        let id = format!("c{number}");
        choices.push(json!({ "id": id, "label": everywhere(line, languages) }));
    }
    choices
}

/// A wording in the default language, to be translated into the others.
fn everywhere(wording: &str, languages: &[Language]) -> Value {
    match languages {
        [_] | [] => json!(wording),
        [first, others @ ..] => {
            let others = others.iter().map(|it| (it.to_string(), json!("")));
            std::iter::once((first.to_string(), json!(wording))).chain(others).collect()
        }
    }
}

fn empty(languages: &[Language]) -> Value {
    everywhere("", languages)
}

/// The field that a place in a question's document stands for.
fn field_of(pointer: &str, choices: &[&str], languages: &[Language]) -> String {
    let steps: Vec<&str> = pointer.split('/').skip(1).collect();
    let translated = |name: &str, language: Option<&&str>| match language.and_then(|it| Language::parse(it).ok()) {
        Some(language) => in_language(name, languages, &language),
        None => name.to_owned(),
    };
    match steps.as_slice() {
        ["choices", place, rest @ ..] => match place.parse::<usize>().ok().and_then(|it| choices.get(it)) {
            Some(id) => translated(&format!("choice.{id}"), rest.get(1)),
            None => "choices.new".to_owned(),
        },
        ["choices"] => "choices.new".to_owned(),
        ["other", "label", rest @ ..] => translated("other_label", rest.first()),
        [name, rest @ ..] => translated(name, rest.first()),
        [] => "label".to_owned(),
    }
}

/// The fields of the document by the names they have in the form.
const LABELS: [(&str, &str); 11] = [
    ("chars_min", "the fewest characters"),
    ("chars_max", "the most characters"),
    ("picks_min", "the fewest choices"),
    ("picks_max", "the most choices"),
    ("min", "the smallest"),
    ("max", "the largest"),
    ("step", "the step"),
    ("count", "the number of stars"),
    ("to", "the high end"),
    ("set_by", "where it comes from"),
    ("default", "the value without one"),
];

/// A fault in the words of the form. `to` is a field only where a sentence begins with it.
fn worded(fault: &Fault) -> String {
    let words = fault.message.split(' ').enumerate().map(|(place, word)| {
        let label = LABELS.iter().find(|(name, _)| *name == word && (word != "to" || place == 0));
        label.map_or(word, |(_, label)| label)
    });
    sentence(&words.collect::<Vec<_>>().join(" "))
}
