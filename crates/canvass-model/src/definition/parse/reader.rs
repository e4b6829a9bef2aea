//! Strict reading of JSON: this file is about taking fields from an object and noting what is wrong with them.

use std::ops::RangeInclusive;

use serde_json::{Map, Value};

use crate::{
    definition::{Fault, Language, Text, limit},
    number,
};

/// Collects faults while a document is read to its end.
pub(in crate::definition) struct Reader {
    faults: Vec<Fault>,
    /// The languages every text must be written in; the first is the one of plain strings.
    pub(super) languages: Vec<Language>,
}

/// An object of the document, and where it stands.
pub(in crate::definition) struct Object<'a> {
    members: &'a Map<String, Value>,
    pointer: String,
}

/// What a text may look like, with the most characters it may have.
#[derive(Clone, Copy)]
pub(in crate::definition) enum Prose {
    /// One line.
    Line(usize),
    /// Several lines.
    Lines(usize),
}

impl Reader {
    pub(super) fn new(languages: Vec<Language>) -> Self {
        Self { faults: Vec::new(), languages }
    }

    /// What was read, unless there was a fault.
    pub(super) fn finish<T>(self, read: Option<T>) -> Result<T, Vec<Fault>> {
        match read {
            Some(read) if self.faults.is_empty() => Ok(read),
            Some(_) | None => Err(self.faults),
        }
    }

    pub(super) fn is_good(&self) -> bool {
        self.faults.is_empty()
    }

    pub(super) fn fault(&mut self, pointer: String, message: impl Into<String>) {
        if self.faults.len() < limit::FAULTS_MAX {
            self.faults.push(Fault::new(pointer, message));
        }
    }

    /// An object with no other fields than `known`.
    pub(super) fn object<'a>(&mut self, json: &'a Value, pointer: String, known: &[&str]) -> Option<Object<'a>> {
        self.object_with(json, pointer, known, "is not a field of this object")
    }

    /// An object with no other fields than `known`; `foreign` says of one what is wrong with it.
    pub(super) fn object_with<'a>(
        &mut self,
        json: &'a Value,
        pointer: String,
        known: &[&str],
        foreign: &str,
    ) -> Option<Object<'a>> {
        let Some(members) = json.as_object() else {
            self.fault(pointer, "this must be an object");
            return None;
        };
        let object = Object { members, pointer };
        for name in members.keys().filter(|it| !known.contains(&it.as_str())) {
            self.fault(object.at(&escaped(name)), format!("{} {foreign}", shown(name)));
        }
        Some(object)
    }

    /// The elements of a list of at most `max`; `None` when it is absent or wrong.
    pub(super) fn list<'a>(&mut self, object: &Object<'a>, name: &str, max: usize) -> Option<&'a [Value]> {
        let Some(elements) = object.get(name)?.as_array() else {
            self.fault(object.at(name), format!("{name} must be an array"));
            return None;
        };
        if max < elements.len() {
            self.fault(object.at(name), format!("{name} has {} entries; at most {max} are allowed", elements.len()));
            return None;
        }
        Some(elements)
    }

    /// A text that must be there.
    pub(super) fn required_text(&mut self, object: &Object<'_>, name: &str, prose: Prose) -> Option<Text> {
        if !object.has(name) {
            self.fault(object.at(name), format!("{name} is missing"));
        }
        self.text(object, name, prose)
    }

    /// A text: a plain string in the default language, or an object with one in every language.
    pub(super) fn text(&mut self, object: &Object<'_>, name: &str, prose: Prose) -> Option<Text> {
        let pointer = object.at(name);
        match object.get(name)? {
            Value::String(text) => {
                if 1 < self.languages.len() {
                    let languages = self.tags();
                    self.fault(pointer, format!("{name} must be an object with a text for each of {languages}"));
                    return None;
                }
                let text = self.wording(text, pointer, prose);
                Some(Text::new(self.languages.first()?.clone(), text))
            }
            Value::Object(translations) => self.translated(translations, &pointer, prose),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::Array(_) => {
                self.fault(pointer, format!("{name} must be a string, or an object from language to string"));
                None
            }
        }
    }

    fn translated(&mut self, translations: &Map<String, Value>, pointer: &str, prose: Prose) -> Option<Text> {
        let languages = self.languages.clone();
        let mut wordings = languages.iter().map(|_| None).collect::<Vec<Option<String>>>();
        for (tag, wording) in translations {
            let pointer = format!("{pointer}/{}", escaped(tag));
            let place = Language::parse(tag).ok().and_then(|it| languages.iter().position(|known| *known == it));
            match (place, wording.as_str()) {
                (None, _) => {
                    let message = format!("{} is not one of the survey's languages, {}", shown(tag), self.tags());
                    self.fault(pointer, message);
                }
                (Some(_), None) => self.fault(pointer, "this must be a string"),
                (Some(place), Some(text)) => wordings[place] = Some(self.wording(text, pointer, prose)),
            }
        }
        let mut text: Option<Text> = None;
        for (language, wording) in languages.into_iter().zip(wordings) {
            let Some(wording) = wording else {
                if !translations.contains_key(language.as_str()) {
                    self.fault(pointer.to_owned(), format!("the translation into {language} is missing"));
                }
                continue;
            };
            text = Some(match text {
                None => Text::new(language, wording),
                Some(text) => text.with(&language, wording),
            });
        }
        text
    }

    /// A line that is the same in every language.
    pub(super) fn line(&mut self, object: &Object<'_>, name: &str, chars_max: usize) -> Option<String> {
        let pointer = object.at(name);
        let Some(line) = object.get(name)?.as_str() else {
            self.fault(pointer, format!("{name} must be a string"));
            return None;
        };
        Some(self.wording(line, pointer, Prose::Line(chars_max)))
    }

    /// One of a few words.
    pub(super) fn word<T>(
        &mut self,
        object: &Object<'_>,
        name: &str,
        parse: fn(&str) -> Option<T>,
        known: &[&str],
    ) -> Option<T> {
        let read = object.get(name)?.as_str().and_then(parse);
        if read.is_none() {
            self.fault(object.at(name), format!("{name} must be one of {}", known.join(", ")));
        }
        read
    }

    /// Checks one wording; line breaks of any system become `\n`.
    fn wording(&mut self, text: &str, pointer: String, prose: Prose) -> String {
        let (text, chars_max, control) = match prose {
            Prose::Line(max) => (text.to_owned(), max, text.chars().any(char::is_control)),
            Prose::Lines(max) => {
                let text = text.replace("\r\n", "\n").replace('\r', "\n");
                let control = text.chars().any(|it| it.is_control() && it != '\n' && it != '\t');
                (text, max, control)
            }
        };
        if control {
            let breaks = matches!(prose, Prose::Line(_)).then_some("line breaks and ").unwrap_or_default();
            self.fault(pointer, format!("remove the {breaks}control characters"));
        } else if chars_max < text.len() && chars_max < text.chars().count() {
            self.fault(
                pointer,
                format!("this has {} characters; at most {chars_max} are allowed", text.chars().count()),
            );
        }
        text
    }

    /// A whole number within a range; `3.0` is one.
    pub(super) fn whole(&mut self, object: &Object<'_>, name: &str, range: RangeInclusive<i64>) -> Option<i64> {
        let json = object.get(name)?;
        match number::whole_from_json(json) {
            Some(number) if range.contains(&number) => Some(number),
            Some(_) => {
                self.fault(object.at(name), format!("{name} must be from {} to {}", range.start(), range.end()));
                None
            }
            None => {
                self.fault(object.at(name), format!("{name} must be a whole number"));
                None
            }
        }
    }

    /// A whole number within a range that has a small type.
    pub(super) fn small<N: TryFrom<i64> + Into<i64> + Copy>(
        &mut self,
        object: &Object<'_>,
        name: &str,
        range: RangeInclusive<N>,
    ) -> Option<N> {
        let number = self.whole(object, name, (*range.start()).into()..=(*range.end()).into())?;
        N::try_from(number).ok()
    }

    /// A number.
    pub(super) fn decimal(&mut self, object: &Object<'_>, name: &str) -> Option<f64> {
        let json = object.get(name)?;
        let Some(number) = json.as_f64() else {
            self.fault(object.at(name), format!("{name} must be a number"));
            return None;
        };
        if number::is_allowed(number) {
            // Adding zero turns the negative zero into the one people know.
            return Some(number + 0.0);
        }
        self.fault(object.at(name), format!("{name} must be from -{max} to {max}", max = limit::NUMBER_MAX));
        None
    }

    /// Yes or no; no when it is absent.
    pub(super) fn flag(&mut self, object: &Object<'_>, name: &str) -> bool {
        let Some(json) = object.get(name) else { return false };
        json.as_bool().unwrap_or_else(|| {
            self.fault(object.at(name), format!("{name} must be true or false"));
            false
        })
    }

    /// Notes a fault when the lower of two bounds is above the upper.
    pub(super) fn ordered<N: PartialOrd>(
        &mut self,
        object: &Object<'_>,
        low: (&str, Option<N>),
        high: (&str, Option<N>),
    ) {
        if let (Some(lower), Some(upper)) = (low.1, high.1)
            && upper < lower
        {
            self.fault(object.at(low.0), format!("{} is above {}", low.0, high.0));
        }
    }

    fn tags(&self) -> String {
        self.languages.iter().map(Language::as_str).collect::<Vec<_>>().join(", ")
    }
}

impl<'a> Object<'a> {
    pub(super) fn get(&self, name: &str) -> Option<&'a Value> {
        self.members.get(name)
    }

    pub(super) fn has(&self, name: &str) -> bool {
        self.members.contains_key(name)
    }

    /// The pointer of a field.
    pub(super) fn at(&self, name: &str) -> String {
        format!("{}/{name}", self.pointer)
    }
}

/// A name as a step of a JSON pointer.
pub(crate) fn escaped(name: &str) -> String {
    name.chars().take(SHOWN_CHARS_MAX).collect::<String>().replace('~', "~0").replace('/', "~1")
}

/// A name from a hostile document, cut so that the message stays a sentence.
fn shown(name: &str) -> String {
    name.chars().filter(|it| !it.is_control()).take(SHOWN_CHARS_MAX).collect()
}

/// As much of a wrong name as helps to find it.
const SHOWN_CHARS_MAX: usize = 100;
