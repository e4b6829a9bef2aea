//! Hidden values: this file is about answers nobody is asked, from an address and from scripts.

use serde_json::{Map, Value};
use unicode_normalization::UnicodeNormalization;

use super::{
    Answer,
    check::{self, Given},
};
use crate::definition::{Definition, QuestionId, limit};

/// What a script sets of the hidden values of one response; every value within the rules.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct HiddenValues(Vec<(QuestionId, Option<Answer>)>);

/// The hidden value that an address or a form carries, made to fit whatever it is: control characters are left out, and
/// what is beyond [`limit::HIDDEN_CHARS_MAX`] characters is cut off. `None` when nothing is left. Respondents neither
/// see nor chose it, so it is never their mistake.
pub fn carried(text: &str) -> Option<String> {
    let max = limit::HIDDEN_CHARS_MAX as usize;
    // Cut before it is looked at: nobody carries a megabyte for a respondent.
    let fit: String = text.chars().filter(|it| !it.is_control()).take(CARRIED_CHARS_MAX).nfc().collect();
    let fit: String = fit.trim().chars().take(max).collect();
    let fit = fit.trim_end();
    (!fit.is_empty()).then(|| fit.to_owned())
}

/// Characters of a carried text that are looked at: marks beside letters become fewer in the normal form.
const CARRIED_CHARS_MAX: usize = 10 * limit::HIDDEN_CHARS_MAX as usize;

impl HiddenValues {
    /// Reads an object from a hidden value's id to a text, or to `null` for none. Says in words for the script's author
    /// what is wrong; then nothing of it is taken.
    pub fn parse(definition: &Definition, values: &Map<String, Value>) -> Result<Self, String> {
        let read = values.iter().map(|(name, value)| {
            let shown: String = name.chars().take(SHOWN_CHARS_MAX).collect();
            let Some(question) = definition.question_named(name) else {
                return Err(format!("there is no hidden value {shown}"));
            };
            if !question.is_hidden() {
                return Err(format!("{shown} is a question, and no hidden value: only the respondent answers it"));
            }
            let given = match value {
                Value::Null => None,
                Value::String(text) => {
                    check::hidden(&Given::Text(text)).map_err(|it| format!("{shown}: {}", it.message))?
                }
                Value::Bool(_) | Value::Number(_) | Value::Array(_) | Value::Object(_) => {
                    return Err(format!("the hidden value {shown} must be a text or None"));
                }
            };
            Ok((question.id.clone(), given))
        });
        read.collect::<Result<_, _>>().map(Self)
    }

    /// Whether nothing is set.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The hidden values that are set or removed.
    pub fn ids(&self) -> impl Iterator<Item = &QuestionId> {
        self.0.iter().map(|(id, _)| id)
    }

    /// Whether it says anything of this question.
    pub(super) fn sets(&self, id: &QuestionId) -> bool {
        self.ids().any(|it| it == id)
    }

    /// What is set, without what is removed.
    pub(super) fn answers(&self) -> impl Iterator<Item = (QuestionId, Answer)> {
        self.0.iter().filter_map(|(id, answer)| Some((id.clone(), answer.clone()?)))
    }
}

/// As much of a wrong name as helps to find it.
const SHOWN_CHARS_MAX: usize = 80;

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::{
        answer::{Answers, Scope},
        sample::survey_of,
    };

    fn survey() -> Definition {
        survey_of(&json!([
            { "id": "word", "type": "short_text", "label": "?" },
            { "id": "source", "type": "hidden", "label": "Source", "default": "direct" },
            { "id": "batch", "type": "hidden", "label": "Batch" },
            { "id": "score", "type": "hidden", "label": "Score", "set_by": "script", "default": "none" },
        ]))
    }

    fn form(fields: &[(&str, &str)]) -> Value {
        let fields: Vec<_> = fields.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        Answers::from_form(&survey(), &fields, Scope::Survey).unwrap().to_json()
    }

    #[test]
    fn a_form_carries_what_fits_and_is_never_refused() {
        assert_eq!(form(&[]), json!({ "source": "direct", "score": "none" }));
        assert_eq!(form(&[("source", "mail")]), json!({ "source": "mail", "score": "none" }));
        assert_eq!(form(&[("source", " "), ("source", "e\u{301}")])["source"], "é");
        assert_eq!(form(&[("source", "a\r\nb\0\u{85}c\t")])["source"], "abc");
        assert_eq!(form(&[("source", &"x".repeat(100_000))])["source"], "x".repeat(200));
        assert_eq!(form(&[("source", &"\u{7}".repeat(100_000))])["source"], "direct");
        let crowned = form(&[("source", &"e\u{301}".repeat(300))]);
        assert_eq!(crowned["source"], "é".repeat(200));
    }

    #[test]
    fn what_only_a_script_sets_comes_from_nowhere_else() {
        assert_eq!(form(&[("score", "100")])["score"], "none");
        let refused = Answers::from_json(&survey(), &json!({ "score": "100" })).unwrap_err();
        assert_eq!(refused[0].pointer, "/score");
        assert!(refused[0].message.contains("Only a script"), "{}", refused[0].message);
        assert_eq!(Answers::from_json(&survey(), &json!({ "score": null })).unwrap().to_json()["score"], "none");
    }

    #[test]
    fn a_program_is_told_what_does_not_fit() {
        let refused =
            |value: Value| Answers::from_json(&survey(), &json!({ "source": value })).unwrap_err().remove(0).message;
        assert_eq!(refused(json!("x".repeat(201))), "Write at most 200 characters; this has 201");
        assert_eq!(refused(json!("a\nb")), "Remove the line breaks and control characters");
        assert_eq!(refused(json!(["a"])), "Give a text");
        assert_eq!(refused(json!(7)), "Write a text");
    }

    #[test]
    fn a_script_sets_changes_and_removes_hidden_values_alone() {
        let survey = survey();
        let given = Answers::from_json(&survey, &json!({ "word": "w", "batch": "7" })).unwrap();
        let read = |values: Value| HiddenValues::parse(&survey, values.as_object().unwrap());
        let set = read(json!({ "score": " 100 ", "batch": null, "source": "" })).unwrap();
        assert_eq!(given.clone().with_hidden(&set, &survey).to_json(), json!({ "word": "w", "score": "100" }));
        assert_eq!(given.hidden_json(), json!({ "source": "direct", "batch": "7", "score": "none" }));
        for (wrong, words) in [
            (json!({ "nothing": "1" }), "there is no hidden value nothing"),
            (json!({ "word": "1" }), "word is a question"),
            (json!({ "score": 1 }), "score must be a text or None"),
            (json!({ "score": "x".repeat(201) }), "score: Write at most 200 characters"),
            (json!({ "score": "a\u{1}" }), "score: Remove the line breaks"),
        ] {
            let said = read(wrong).unwrap_err();
            assert!(said.contains(words), "{said}");
        }
    }

    #[test]
    fn a_replay_begins_before_scripts_had_set_anything() {
        let survey = survey();
        let stored = Answers::from_stored(&survey, r#"{"word":"w","source":"mail","score":"100"}"#).unwrap();
        assert_eq!(stored.unchecked(&survey).to_json(), json!({ "word": "w", "source": "mail", "score": "none" }));
    }

    #[test]
    fn stored_hidden_values_are_read_back() {
        let survey = survey();
        let given = Answers::from_json(&survey, &json!({ "batch": "7" })).unwrap();
        assert_eq!(Answers::from_stored(&survey, &given.to_json_text()).unwrap().hidden_json(), given.hidden_json());
    }
}
