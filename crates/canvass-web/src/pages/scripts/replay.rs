//! Replay: this file is about giving the draft past responses, and showing what would be different.

use askama::Template;
use axum::{
    extract::Path,
    http::StatusCode,
    response::{Html, IntoResponse, Response},
};
use canvass_actions::{
    self as actions,
    scripts::replay::{self, Replayed},
};
use canvass_model::{id::SurveyId, script::TriggerName};
use serde_json::Value;

use super::{Opened, trigger};
use crate::{
    Problem,
    access::{Analyst, Creator, Person},
    form::Form,
    layout::{ConsoleArea, ConsoleShell},
    view::{
        number,
        script_head::{ScriptHead, Tab},
    },
};

/// Responses a replay looks at unless it is told otherwise.
const FIRST_LIMIT: u32 = 500;
/// Characters of a value that are shown.
const VALUE_CHARS_MAX: usize = 200;

#[derive(Template)]
#[template(path = "console/script_replay.html")]
struct ReplayPage {
    shell: ConsoleShell,
    head: ScriptHead,
    may_write: bool,
    /// Whether scripts with this trigger can be replayed.
    is_possible: bool,
    surveys: Vec<(String, String)>,
    survey: String,
    limit: String,
    errors: Vec<(String, String)>,
    found: Option<Found>,
}

/// What a replay came to.
struct Found {
    heading: String,
    note: String,
    failure: String,
    rows: Vec<Row>,
}

/// One difference.
struct Row {
    href: String,
    response: String,
    what: String,
    now: String,
    then: String,
}

impl ReplayPage {
    fn error(&self, name: &str) -> &str {
        self.errors.iter().find(|(it, _)| it == name).map_or("", |(_, message)| message)
    }
}

/// The form.
pub(crate) async fn new(analyst: Analyst, Path((_, script)): Path<(String, String)>) -> Result<Response, Problem> {
    let opened = super::open(&analyst, &script).await?;
    let page = blank(&analyst, &opened, super::may_write(&analyst)).await?;
    Ok(Html(page.render()?).into_response())
}

/// Replays the draft.
pub(crate) async fn create(
    creator: Creator,
    Path((_, script)): Path<(String, String)>,
    form: Form,
) -> Result<Response, Problem> {
    let opened = super::open(&creator, &script).await?;
    let mut page = blank(&creator, &opened, true).await?;
    page.survey = form.text("survey").to_owned();
    page.limit = form.text("limit").to_owned();
    let (survey, limit) = (SurveyId::parse(&page.survey), page.limit.parse::<u32>().ok().filter(|it| 0 < *it));
    if survey.is_none() {
        page.errors.push(("survey".to_owned(), "Choose a survey".to_owned()));
    }
    if limit.is_none() {
        let most = number::grouped(u64::from(replay::RESPONSES_MAX));
        page.errors.push(("limit".to_owned(), format!("Enter a whole number from 1 to {most}")));
    }
    let (Some(survey), Some(limit)) = (survey, limit) else {
        return Ok((StatusCode::UNPROCESSABLE_ENTITY, Html(page.render()?)).into_response());
    };
    let wanted = replay::Wanted { survey, source: None, limit };
    let (scripts, tenant, _) = creator.scripting();
    let status = match replay::replay(scripts, tenant, &opened.script.name, wanted).await {
        Ok(replayed) => {
            page.found = Some(found(&creator, survey, &replayed));
            StatusCode::OK
        }
        Err(actions::Error::Refused(words) | actions::Error::Unavailable(words)) => {
            page.errors.push(("survey".to_owned(), words));
            StatusCode::CONFLICT
        }
        Err(error) => return Err(error.into()),
    };
    Ok((status, Html(page.render()?)).into_response())
}

fn found(person: &Person, survey: SurveyId, replayed: &Replayed) -> Found {
    let alias = &person.tenant().alias;
    let looked = number::counted(u64::from(replayed.responses), "response");
    let heading = match (&replayed.failure, replayed.changed) {
        (Some(_), _) => "The draft failed".to_owned(),
        (None, 0) => format!("Nothing would differ in {looked}"),
        (None, changed) => format!("{} of {looked} would differ", number::grouped(u64::from(changed))),
    };
    let against = match replayed.live {
        Some(version) => format!("Compared with what version {} says.", version.0),
        None => "No version is live yet, so everything is new.".to_owned(),
    };
    let cut = if replayed.differences.len() < replay::DIFFERENCES_MAX {
        String::new()
    } else {
        format!(" Only the first {} differences are shown.", number::grouped(replay::DIFFERENCES_MAX as u64))
    };
    let row = |it: &replay::Difference| Row {
        href: format!("/-/console/{alias}/surveys/{survey}/responses/{}", it.response),
        response: it.response.to_string().chars().rev().take(8).collect::<Vec<_>>().into_iter().rev().collect(),
        what: it.field.clone(),
        now: shown(&it.before),
        then: shown(&it.after),
    };
    Found {
        heading,
        note: format!("{against}{cut}"),
        failure: replayed
            .failure
            .as_ref()
            .map(|it| if it.traceback.is_empty() { it.message.clone() } else { it.traceback.clone() })
            .unwrap_or_default(),
        rows: replayed.differences.iter().map(row).collect(),
    }
}

/// A value in a cell.
fn shown(value: &Value) -> String {
    let text = match value {
        Value::Null => "nothing".to_owned(),
        Value::String(text) => text.clone(),
        Value::Array(items) if items.iter().all(Value::is_string) => {
            items.iter().filter_map(Value::as_str).collect::<Vec<_>>().join(", ")
        }
        Value::Array(_) | Value::Object(_) | Value::Bool(_) | Value::Number(_) => value.to_string(),
    };
    text.chars().take(VALUE_CHARS_MAX).collect()
}

async fn blank(person: &Person, opened: &Opened, may_write: bool) -> Result<ReplayPage, Problem> {
    Ok(ReplayPage {
        shell: person.shell(ConsoleArea::Scripts).await?,
        head: opened.head(person, Tab::Replay),
        may_write,
        is_possible: match opened.script.trigger.name() {
            TriggerName::Validate | TriggerName::Responded => true,
            TriggerName::Manual | TriggerName::Page | TriggerName::Schedule | TriggerName::Module => false,
        },
        surveys: person.read(trigger::surveys).await?,
        survey: opened.script.trigger.survey().map(|it| it.to_string()).unwrap_or_default(),
        limit: FIRST_LIMIT.to_string(),
        errors: Vec::new(),
        found: None,
    })
}
