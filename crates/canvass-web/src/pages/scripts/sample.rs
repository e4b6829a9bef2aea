//! Samples: this file is about what a script is given when it is tried out, made to fit its survey.

use canvass_model::{
    definition::{Definition, Kind, Question, SetBy},
    id::SurveyId,
    script::TriggerName,
};
use canvass_storage::{
    self as storage, ReadTx,
    responses::{self, Order},
    surveys,
};
use serde_json::{Map, Value, json};

/// Responses in a sample: enough to see what a script does with several.
const RESPONSES: u32 = 3;

/// A plain request of a page.
pub(super) fn request() -> Value {
    json!({ "method": "GET", "path": "", "rest": "", "query": {}, "form": {}, "json": null, "headers": {}, "member": null })
}

/// What a script of a survey is given: the newest responses, or one made up when there are none.
pub(super) fn of_survey(tx: &mut ReadTx<'_>, trigger: TriggerName, survey: SurveyId) -> Result<Value, storage::Error> {
    let found = responses::list(tx, survey, Order::NewestFirst, None, RESPONSES)?;
    let mut items: Vec<Value> = found
        .iter()
        .map(|it| {
            let accepted = &it.accepted;
            json!({
                "id": accepted.id,
                "survey": accepted.survey,
                "version": accepted.version,
                "received_at": accepted.received_at,
                "source": accepted.source,
                "answers": serde_json::from_str::<Value>(&accepted.answers).unwrap_or_default(),
            })
        })
        .collect();
    let is_about_questions = items.is_empty() || trigger == TriggerName::Validate;
    let draft = if is_about_questions { surveys::draft(tx, survey)? } else { None };
    let definition = draft.and_then(|it| Definition::parse_text(&it).ok());
    if items.is_empty() {
        let answers = definition.as_ref().map(made_up).unwrap_or_default();
        items.push(json!({ "id": "sample", "survey": survey.to_string(), "version": 1,
            "received_at": "2026-01-01T09:00:00.000Z", "source": "form", "answers": answers }));
    }
    Ok(match trigger {
        TriggerName::Validate => {
            let answers = items.first().map(|it| it["answers"].clone()).unwrap_or_default();
            let hidden = definition.iter().flat_map(Definition::questions).filter(|it| it.is_hidden());
            let hidden: Map<String, Value> =
                hidden.filter_map(|it| Some((it.id.to_string(), answers.get(it.id.as_str())?.clone()))).collect();
            json!({ "survey": survey.to_string(), "answers": answers, "hidden": hidden })
        }
        TriggerName::Responded
        | TriggerName::Manual
        | TriggerName::Page
        | TriggerName::Schedule
        | TriggerName::Module => Value::Array(items),
    })
}

/// What the field for a sample is called, and what belongs into it.
pub(super) fn words(trigger: TriggerName) -> (&'static str, &'static str) {
    match trigger {
        TriggerName::Page => ("The request, as JSON", "What is left out is as for a plain GET."),
        TriggerName::Validate => {
            ("The response, as JSON", "Its answers are by question; its hidden values stand once more by themselves.")
        }
        TriggerName::Responded => {
            ("The responses, as a list in JSON", "The newest of the survey; change them as you like.")
        }
        TriggerName::Manual | TriggerName::Schedule | TriggerName::Module => {
            ("Parameters, as JSON", "An object from name to value; empty for none.")
        }
    }
}

/// An answer to every question.
fn made_up(definition: &Definition) -> Map<String, Value> {
    let answer = |it: &Question| Some((it.id.as_str().to_owned(), answer(&it.kind)?));
    definition.questions().filter_map(answer).collect()
}

fn answer(kind: &Kind) -> Option<Value> {
    Some(match kind {
        Kind::ShortText { .. } | Kind::LongText { .. } => json!("Some words"),
        Kind::Integer { min, .. } => json!(min.unwrap_or(1)),
        Kind::Decimal { min, .. } => json!(min.unwrap_or(1.5)),
        Kind::SingleChoice { choices, .. } | Kind::Dropdown { choices, .. } => json!(choices.first()?.id.as_str()),
        Kind::MultipleChoice { choices, .. } => json!([choices.first()?.id.as_str()]),
        Kind::Stars { count } => json!(count),
        Kind::OpinionScale { to, .. } => json!(to),
        Kind::Nps { .. } => json!(9),
        Kind::YesNo => json!(true),
        Kind::Hidden { set_by: SetBy::Url, default } => json!(default.as_deref().unwrap_or("mail")),
        Kind::Hidden { set_by: SetBy::Script, default: Some(default) } => json!(default),
        Kind::Statement | Kind::Hidden { set_by: SetBy::Script, default: None } => return None,
    })
}
