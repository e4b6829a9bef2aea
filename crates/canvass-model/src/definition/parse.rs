//! A definition from JSON: this file is about reading a document strictly and naming every fault in it.

mod kind;
mod reader;

use std::collections::{HashMap, HashSet};

use serde_json::Value;

use self::reader::{Object, Prose, Reader};
pub(crate) use self::{kind::fields, reader::escaped};
use super::{
    Content, Fault, InvalidIdentifier, Kind, KindName, Language, Question, QuestionId, Section, SectionId, SetBy, limit,
};

/// The fields of the document.
pub(super) const DOCUMENT: [&str; 5] = ["title", "description", "languages", "sections", "thank_you"];
/// What the address of a survey means something by, so that no hidden value can come by it.
const KEPT_NAMES: [&str; 2] = ["thanks", "invitation"];
/// The fields of a section.
pub(super) const SECTION: [&str; 4] = ["id", "title", "description", "questions"];

/// Reads the whole document.
pub(super) fn definition(json: &Value) -> Result<Content, Vec<Fault>> {
    let mut reader = Reader::new(Vec::new());
    let content = document(&mut reader, json);
    reader.finish(content)
}

/// Reads one question by itself.
pub(super) fn question_alone(json: &Value, languages: &[Language]) -> Result<Question, Vec<Fault>> {
    let mut reader = Reader::new(languages.to_vec());
    let question = question(&mut reader, json, String::new(), &mut Ids::new(&[], str::to_ascii_lowercase));
    reader.finish(question)
}

fn document(reader: &mut Reader, json: &Value) -> Option<Content> {
    let document = reader.object(json, String::new(), &DOCUMENT)?;
    let languages = languages(reader, &document);
    reader.languages.clone_from(&languages);
    let title = reader.required_text(&document, "title", Prose::Line(limit::TITLE_CHARS_MAX));
    if let Some(title) = &title
        && title.in_default().trim().is_empty()
    {
        reader.fault(document.at("title"), "the title is empty");
    }
    let description = reader.text(&document, "description", Prose::Lines(limit::PROSE_CHARS_MAX));
    let thank_you = reader.text(&document, "thank_you", Prose::Lines(limit::PROSE_CHARS_MAX));
    let sections = sections(reader, &document);
    Some(Content { title: title?, description, languages, sections, thank_you })
}

/// The languages; English when the document does not say, and in place of wrong ones so that reading can go on.
fn languages(reader: &mut Reader, document: &Object<'_>) -> Vec<Language> {
    let mut languages = Vec::new();
    if document.has("languages") {
        let tags = reader.list(document, "languages", limit::LANGUAGES_MAX);
        if tags.is_some_and(<[Value]>::is_empty) {
            reader.fault(document.at("languages"), "name at least one language");
        }
        for (place, tag) in tags.unwrap_or_default().iter().enumerate() {
            let pointer = document.at(&format!("languages/{place}"));
            match tag.as_str().map(Language::parse) {
                Some(Ok(language)) if languages.contains(&language) => {
                    reader.fault(pointer, format!("{language} is listed twice"));
                }
                Some(Ok(language)) => languages.push(language),
                Some(Err(invalid)) => reader.fault(pointer, invalid.to_string()),
                None => reader.fault(pointer, "this must be a string"),
            }
        }
    }
    if languages.is_empty() { vec![Language::english()] } else { languages }
}

fn sections(reader: &mut Reader, document: &Object<'_>) -> Vec<Section> {
    if !document.has("sections") {
        reader.fault(document.at("sections"), "sections is missing");
    }
    let listed = reader.list(document, "sections", limit::SECTIONS_MAX).unwrap_or_default();
    if document.has("sections") && listed.is_empty() && reader.is_good() {
        reader.fault(document.at("sections"), "a survey has at least one section");
    }
    let questions = || listed.iter().filter_map(|it| it.get("questions")?.as_array()).flatten();
    if limit::QUESTIONS_MAX < questions().count() {
        let message = format!("a survey has at most {} questions", limit::QUESTIONS_MAX);
        reader.fault(document.at("sections"), message);
        return Vec::new();
    }
    if limit::HIDDEN_MAX < questions().filter(|it| it["type"] == KindName::Hidden.as_str()).count() {
        let message = format!("a survey has at most {} hidden values", limit::HIDDEN_MAX);
        reader.fault(document.at("sections"), message);
    }
    let mut section_ids = Ids::new(&listed.iter().collect::<Vec<_>>(), str::to_owned);
    // Exports make columns of question ids, and columns do not tell capitals apart.
    let mut question_ids = Ids::new(&questions().collect::<Vec<_>>(), str::to_ascii_lowercase);
    let read = listed.iter().enumerate().filter_map(|(place, json)| {
        let pointer = document.at(&format!("sections/{place}"));
        let object = reader.object(json, pointer, &SECTION)?;
        let id = section_ids.read(reader, &object, SectionId::parse, SectionId::generated);
        let title = reader.text(&object, "title", Prose::Line(limit::TITLE_CHARS_MAX));
        let description = reader.text(&object, "description", Prose::Lines(limit::PROSE_CHARS_MAX));
        if !object.has("questions") {
            reader.fault(object.at("questions"), "questions is missing");
        }
        let listed = reader.list(&object, "questions", limit::QUESTIONS_MAX).unwrap_or_default();
        let questions = listed.iter().enumerate().filter_map(|(place, json)| {
            question(reader, json, object.at(&format!("questions/{place}")), &mut question_ids)
        });
        let questions = questions.collect();
        Some(Section { id: id?, title, description, questions })
    });
    read.collect()
}

fn question(reader: &mut Reader, json: &Value, pointer: String, ids: &mut Ids) -> Option<Question> {
    let name = json.get("type").and_then(Value::as_str).and_then(KindName::parse);
    let object = match name {
        Some(name) => {
            let foreign = format!("does not belong to a question of type {name}");
            reader.object_with(json, pointer, &fields(name), &foreign)?
        }
        None => reader.object(json, pointer, &kind::all_fields())?,
    };
    if name.is_none() {
        let known = KindName::ALL.map(KindName::as_str).join(", ");
        let problem = if object.has("type") { "is not a question type" } else { "is missing" };
        reader.fault(object.at("type"), format!("type {problem}; it is one of {known}"));
    }
    let id = ids.read(reader, &object, QuestionId::parse, QuestionId::generated);
    let label = reader.required_text(&object, "label", Prose::Line(limit::LABEL_CHARS_MAX));
    let help = reader.text(&object, "help", Prose::Lines(limit::HELP_CHARS_MAX));
    let required = reader.flag(&object, "required");
    let kind = name.map(|name| kind::read(reader, &object, name));
    if let (Some(id), Some(Kind::Hidden { set_by: SetBy::Url, .. })) = (&id, &kind)
        && KEPT_NAMES.iter().any(|it| id.as_str().eq_ignore_ascii_case(it))
    {
        reader.fault(object.at("id"), format!("{id} has a meaning of its own in addresses; choose another id"));
    }
    Some(Question { id: id?, label: label?, help, required, kind: kind? })
}

/// The ids of one kind: those given, so that none is used twice and a generated one never takes a given one's place.
pub(super) struct Ids {
    /// Ids as compared, with where each was first met; empty for one that is given further on.
    met: HashMap<String, Option<String>>,
    key: fn(&str) -> String,
    generated: usize,
}

impl Ids {
    /// Notes the ids that the objects carry. `key` tells which ids are the same.
    pub(super) fn new(objects: &[&Value], key: fn(&str) -> String) -> Self {
        let given: HashSet<String> = objects.iter().filter_map(|it| it.get("id")?.as_str().map(key)).collect();
        Self { met: given.into_iter().map(|it| (it, None)).collect(), key, generated: 0 }
    }

    /// The id of `object`, or the first free one in its place.
    pub(super) fn read<I: std::fmt::Display>(
        &mut self,
        reader: &mut Reader,
        object: &Object<'_>,
        parse: fn(&str) -> Result<I, InvalidIdentifier>,
        generate: fn(usize) -> I,
    ) -> Option<I> {
        let pointer = object.at("id");
        let Some(given) = object.get("id") else { return Some(self.first_free(generate)) };
        let Some(given) = given.as_str() else {
            reader.fault(pointer, "id must be a string");
            return None;
        };
        let id = match parse(given) {
            Ok(id) => id,
            Err(invalid) => {
                reader.fault(pointer, invalid.to_string());
                return None;
            }
        };
        match self.met.insert((self.key)(given), Some(pointer.clone())).flatten() {
            None => Some(id),
            Some(first) => {
                reader.fault(pointer, format!("the id {id} is already used at {first}"));
                None
            }
        }
    }

    fn first_free<I: std::fmt::Display>(&mut self, generate: fn(usize) -> I) -> I {
        loop {
            self.generated += 1;
            let id = generate(self.generated);
            if !self.met.contains_key(&(self.key)(&id.to_string())) {
                return id;
            }
        }
    }
}
