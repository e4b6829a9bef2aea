//! Responses: this file is about browsing them as a table and one by one.

use std::sync::Arc;

use askama::Template;
use axum::{
    extract::{Path, RawQuery},
    response::{Html, IntoResponse, Redirect, Response},
};
use canvass_actions::{Error, finding::Finding, responses as verbs, results};
use canvass_model::{
    answer::Answers,
    definition::{Definition, Language},
    id::{ResponseId, SurveyId},
    response::{Response as Stored, Source},
};
use canvass_storage::{
    ReadTx, annotations,
    responses::{self, Order},
    surveys,
};

use crate::{
    Problem,
    access::{Analyst, Creator},
    form::Form,
    layout::{ConsoleArea, ConsoleShell},
    view::{
        filter_bar::{self, Control, FilterBar, Filtering},
        moment,
        survey_head::{SurveyHead, Tab},
    },
};

/// Responses on one page.
const ROWS: u32 = 50;

#[derive(Template)]
#[template(path = "console/responses.html")]
struct ResponsesPage {
    shell: ConsoleShell,
    head: SurveyHead,
    columns: Vec<Column>,
    rows: Vec<Row>,
    order: &'static str,
    is_newest_first: bool,
    is_first_page: bool,
    after: Option<i64>,
    erased: bool,
    filter: FilterBar,
}

struct Column {
    label: String,
    is_number: bool,
}

struct Row {
    id: String,
    iso: String,
    received: String,
    source: &'static str,
    cells: Vec<Cell>,
}

struct Cell {
    text: String,
    is_number: bool,
}

#[derive(Template)]
#[template(path = "console/response.html")]
struct ResponsePage {
    shell: ConsoleShell,
    base: String,
    survey_title: String,
    id: String,
    received: String,
    version: u32,
    source: &'static str,
    answers: Vec<(String, String)>,
    /// What scripts have calculated, and the tags they have given.
    calculated: Vec<(String, String)>,
    tags: Vec<String>,
    newer: Option<String>,
    older: Option<String>,
    may_write: bool,
}

/// A page of responses, of those that the filter in the address lets.
pub(crate) async fn index(
    analyst: Analyst,
    Path((_, survey)): Path<(String, String)>,
    RawQuery(query): RawQuery,
) -> Result<Response, Problem> {
    let id = SurveyId::parse(&survey).ok_or(Problem::NotFound)?;
    let wanted = Form::of_address(query.as_deref());
    let (order, name) = match wanted.text("order") {
        "oldest" => (Order::OldestFirst, "oldest"),
        _ => (Order::NewestFirst, "newest"),
    };
    let after = match wanted.text("after") {
        "" => None,
        text => Some(text.parse().map_err(|_| Problem::BadRequest("`after` is no position".to_owned()))?),
    };
    let read = move |tx: &mut ReadTx<'_>| {
        let survey = surveys::find(tx, id)?.ok_or(Error::NotFound)?;
        let definition = results::definition(tx, &survey)?;
        Ok::<_, Error>((survey, definition, tx.now()))
    };
    let (survey, definition, now) = analyst.read(read).await?;
    let head = SurveyHead::new(&survey, &analyst.tenant().alias, Tab::Responses, now);
    let action = format!("{}/responses", head.base());
    let (filter, bar) = match filter_bar::read(&definition, survey.version, &action, &wanted, &["order"]) {
        Filtering::Go(address) => return Ok(Redirect::to(&address).into_response()),
        Filtering::Show(filter, bar) => (filter, *bar),
    };
    let definition = Arc::new(definition);
    let (found, next) = if filter.is_empty() {
        let found = analyst.read(move |tx| responses::list(tx, id, order, after, ROWS)).await?;
        let next = found.last().filter(|_| found.len() == ROWS as usize).map(|it| it.position);
        (found, next)
    } else {
        let finding = Finding::new(id, (Arc::clone(&definition), filter), order, after, ROWS);
        let finding = analyst.look_through(move |_| Ok(finding.clone())).await?;
        let next = finding.next();
        (analyst.read(move |tx| finding.read(tx)).await?, next)
    };
    let page = ResponsesPage {
        shell: analyst.shell(ConsoleArea::Surveys).await?,
        head,
        columns: columns(&definition),
        after: next,
        rows: found.iter().map(|it| row(it, &definition)).collect(),
        order: name,
        is_newest_first: order == Order::NewestFirst,
        is_first_page: after.is_none(),
        erased: wanted.is_ticked("erased"),
        filter: bar,
    };
    Ok(Html(page.render()?).into_response())
}

/// One response.
pub(crate) async fn show(
    analyst: Analyst,
    Path((_, survey, response)): Path<(String, String, String)>,
) -> Result<Html<String>, Problem> {
    let (id, response) = ids(&survey, &response)?;
    let ((survey, definition, found, noted), (before, after)) = analyst
        .read(move |tx| {
            let survey = surveys::find(tx, id)?.ok_or(Error::NotFound)?;
            let definition = results::definition(tx, &survey)?;
            let found = responses::find(tx, id, response)?.ok_or(Error::NotFound)?;
            let neighbours = responses::neighbours(tx, id, found.position)?;
            let noted = annotations::find_many(tx, &[response])?.remove(&response).unwrap_or_default();
            Ok::<_, Error>(((survey, definition, found, noted), neighbours))
        })
        .await?;
    let language = language(&definition);
    let given = Answers::from_stored(&definition, &found.accepted.answers).unwrap_or_default();
    let answers = definition.questions().filter(|it| it.takes_answer()).map(|question| {
        let text = given.get(&question.id).map_or_else(String::new, |it| it.label_cell(question, &language));
        (question.label.in_language(&language).to_owned(), text)
    });
    let page = ResponsePage {
        base: format!("/-/console/{}/surveys/{}", analyst.tenant().alias, survey.id),
        survey_title: survey.title,
        id: found.accepted.id.to_string(),
        received: moment::second(found.accepted.received_at),
        version: found.accepted.version.0,
        source: source(found.accepted.source),
        answers: answers.collect(),
        calculated: noted.fields.iter().map(|(field, value)| (field.to_string(), calculated(value))).collect(),
        tags: noted.tags.iter().map(|it| it.as_str().to_owned()).collect(),
        newer: after.map(|it| it.to_string()),
        older: before.map(|it| it.to_string()),
        may_write: analyst.may_write(),
        shell: analyst.shell(ConsoleArea::Surveys).await?,
    };
    Ok(Html(page.render()?))
}

/// A calculated field as people read it.
fn calculated(value: &serde_json::Value) -> String {
    match value {
        serde_json::Value::String(text) => text.clone(),
        serde_json::Value::Bool(true) => "Yes".to_owned(),
        serde_json::Value::Bool(false) => "No".to_owned(),
        other => other.to_string(),
    }
}

/// Erases a response.
pub(crate) async fn delete(
    creator: Creator,
    Path((_, survey, response)): Path<(String, String, String)>,
) -> Result<Redirect, Problem> {
    let (id, response) = ids(&survey, &response)?;
    let contents = creator.write(move |tx, by| verbs::erase(tx, by, id, response)).await?;
    creator.remove_contents(contents).await?;
    Ok(Redirect::to(&format!("/-/console/{}/surveys/{id}/responses?erased", creator.tenant().alias)))
}

fn ids(survey: &str, response: &str) -> Result<(SurveyId, ResponseId), Problem> {
    let survey = SurveyId::parse(survey).ok_or(Problem::NotFound)?;
    Ok((survey, ResponseId::parse(response).ok_or(Problem::NotFound)?))
}

fn columns(definition: &Definition) -> Vec<Column> {
    let language = language(definition);
    let asked = definition.questions().filter(|it| it.takes_answer());
    asked
        .map(|it| Column { label: it.label.in_language(&language).to_owned(), is_number: it.kind.is_number() })
        .collect()
}

fn row(response: &Stored, definition: &Definition) -> Row {
    let accepted = &response.accepted;
    let language = language(definition);
    let given = Answers::from_stored(definition, &accepted.answers).unwrap_or_default();
    let cells = definition.questions().filter(|it| it.takes_answer()).map(|question| Cell {
        text: given.get(&question.id).map_or_else(String::new, |it| it.label_cell(question, &language)),
        is_number: question.kind.is_number(),
    });
    Row {
        id: accepted.id.to_string(),
        iso: accepted.received_at.to_string(),
        received: moment::second(accepted.received_at),
        source: source(accepted.source),
        cells: cells.collect(),
    }
}

fn language(definition: &Definition) -> Language {
    definition.languages.first().cloned().unwrap_or_else(Language::english)
}

fn source(source: Source) -> &'static str {
    match source {
        Source::Form => "Form",
        Source::Api => "API",
        Source::Demo => "Demonstration",
    }
}
