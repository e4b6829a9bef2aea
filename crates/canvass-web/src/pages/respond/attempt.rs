//! One post of the form: this file is about reading it, and refusing what no person at a fresh form would send.

use axum::{
    http::StatusCode,
    response::{IntoResponse, Response},
};
use canvass_actions::{self as actions, Error, live::Live};
use canvass_model::{
    answer::{Answers, OTHER_SUFFIX, Refusal},
    definition::Section,
    id::ResponseId,
    response::{Accepted, Source, SubmissionKey},
    time::Timestamp,
};

use super::sheet::Drawn;
use crate::{Problem, access::Entered, form::Form, view::questions::fresh_key};

/// A form left open longer than this is shown anew, answers kept, before it is sent.
const FORM_AGE_MS_MAX: i64 = 7 * Timestamp::DAY_MS;
/// A form cannot come from the future, but a clock that was wrong may have been set right while it was open. Refusing it
/// would be worse than taking it: sent once and sent again under another key, it would be two responses.
const CLOCK_SKEW_MS_MAX: i64 = Timestamp::DAY_MS;

/// What the respondent pressed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Go {
    /// To the section before.
    Back,
    /// To the section after.
    Next,
    /// Send the answers: also what a program means that names no button.
    Submit,
}

/// A post of the form that may go on.
pub(super) struct Attempt {
    pub(super) go: Go,
    /// The place of the section in sight, from 0.
    pub(super) section: usize,
    /// The answers' fields, without the form's own.
    pub(super) fields: Vec<(String, String)>,
    key: SubmissionKey,
}

/// A post that cannot go on, with the form to show instead.
pub(super) struct Refused {
    drawn: Drawn,
    status: StatusCode,
}

impl Attempt {
    /// Reads a post; refuses a form that is out of date or was filled in by a robot.
    pub(super) fn read(live: &Live, form: Form, now: Timestamp) -> Result<Self, Refused> {
        let go = match form.text("_go") {
            "back" => Go::Back,
            "next" => Go::Next,
            _ => Go::Submit,
        };
        let in_sight = form.text("_section").to_owned();
        let section = live.definition.sections.iter().position(|it| it.id.as_str() == in_sight).unwrap_or(0);
        let robot = !form.text("_website").is_empty();
        let key = SubmissionKey::parse(form.text("_key")).ok().filter(|it| is_fresh(it, now));
        let fields = form.0.into_iter().filter(|(name, _)| !name.starts_with('_')).collect();
        let anew = |fields, note: &str, status| Refused {
            drawn: Drawn::new(section, fields, fresh_key()).noted(note),
            status,
        };
        match key {
            _ if robot => Err(anew(
                fields,
                "A field that people do not see was filled in, so nothing was sent. Send the form again without it.",
                StatusCode::UNPROCESSABLE_ENTITY,
            )),
            None => Err(anew(
                fields,
                "This form is out of date, so nothing was sent. Your answers are filled in below: look them over and send them again.",
                StatusCode::UNPROCESSABLE_ENTITY,
            )),
            Some(key) => Ok(Self { go, section, fields, key }),
        }
    }

    /// The fields that belong to a section's questions.
    pub(super) fn fields_of(&self, section: &Section) -> Vec<(String, String)> {
        let belongs = |name: &str| {
            let name = name.strip_suffix(OTHER_SUFFIX).unwrap_or(name);
            section.questions.iter().any(|it| it.id.as_str() == name)
        };
        self.fields.iter().filter(|(name, _)| belongs(name)).cloned().collect()
    }

    /// The form again, at a section, under the same key: whatever happens, it is one response.
    pub(super) fn at(&self, section: usize) -> Drawn {
        Drawn::new(section, self.fields.clone(), self.key.clone())
    }

    /// The response these answers are.
    pub(super) fn accept(&self, live: &Live, answers: &Answers, now: Timestamp) -> Result<Accepted, Error> {
        actions::responses::prepare(live, answers, &self.key, Source::Form, now)
    }
}

impl Refused {
    /// The form to show instead.
    pub(super) fn page(self, entered: &Entered<'_>, live: &Live) -> Result<Response, Problem> {
        Ok(self.drawn.page(entered, live, self.status)?.into_response())
    }
}

/// Refusals as a form shows them: those of no question go to the top of it.
pub(super) fn first_wrong(live: &Live, refusals: &[Refusal]) -> Option<usize> {
    let wrong = |section: &Section| {
        refusals.iter().any(|it| it.question.as_ref().is_some_and(|id| section.questions.iter().any(|q| q.id == *id)))
    };
    live.definition.sections.iter().position(wrong)
}

/// A key is the version 7 UUID its form was made with: it tells the form's age.
fn is_fresh(key: &SubmissionKey, now: Timestamp) -> bool {
    let made_at = ResponseId::parse(key.as_str()).and_then(|it| it.made_at_ms());
    made_at.is_some_and(|at| (-CLOCK_SKEW_MS_MAX..FORM_AGE_MS_MAX).contains(&now.ms_since(Timestamp(at))))
}
