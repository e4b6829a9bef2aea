//! Surveys: this file is about their list and what happens to them as wholes.

mod list;

use askama::Template;
use axum::{
    extract::Path,
    http::{StatusCode, header},
    response::{Html, IntoResponse, Redirect, Response},
};
use canvass_actions as actions;
use canvass_model::{
    definition::{Definition, Fault},
    id::SurveyId,
    member::Actor,
    survey::{Status, Survey},
    text::Title,
};
use canvass_storage::{Tx, surveys};

pub(crate) use self::list::index;
use crate::{
    Problem,
    access::{Analyst, Creator},
    form::Form,
    layout::{ConsoleArea, ConsoleShell},
};

/// A survey started with one press has this title until somebody writes a better one.
const FIRST_TITLE: &str = "Untitled survey";

/// What just happened to a survey, told by the page one is sent to.
#[derive(Default, serde::Deserialize)]
pub(crate) struct Happened {
    /// What.
    pub(crate) did: Option<String>,
    /// To which survey or question.
    pub(crate) it: Option<String>,
}

#[derive(Template)]
#[template(path = "console/survey_new.html")]
struct NewPage {
    shell: ConsoleShell,
    title: String,
    title_error: String,
    definition: String,
    /// What is wrong with the definition, and where.
    faults: Vec<Fault>,
}

/// Starts a survey: with the title that was written, or with a first one to be changed.
pub(crate) async fn create(creator: Creator, form: Form) -> Result<Response, Problem> {
    let given = form.find("title").unwrap_or(FIRST_TITLE);
    let title = match Title::parse(given) {
        Ok(title) => title,
        Err(refusal) => {
            let page = NewPage { title: given.to_owned(), title_error: refusal.to_string(), ..blank(&creator).await? };
            return refuse(&page);
        }
    };
    let survey = creator.write(move |tx, by| actions::surveys::create_blank(tx, by, &title)).await?;
    Ok(Redirect::to(&base(&creator, survey.id)).into_response())
}

/// The page to start a survey from a title or a file.
pub(crate) async fn new(creator: Creator) -> Result<Html<String>, Problem> {
    Ok(Html(blank(&creator).await?.render()?))
}

/// Starts a survey from its definition.
pub(crate) async fn import(creator: Creator, form: Form) -> Result<Response, Problem> {
    let text = form.find("definition").unwrap_or_default().to_owned();
    let definition = match read_definition(&text) {
        Ok(definition) => definition,
        Err(faults) => return refuse(&NewPage { definition: text, faults, ..blank(&creator).await? }),
    };
    let survey = creator.write(move |tx, by| actions::surveys::create(tx, by, &definition)).await?;
    Ok(Redirect::to(&format!("{}?did=imported", base(&creator, survey.id))).into_response())
}

/// The draft as the documented JSON, to keep or to import elsewhere.
pub(crate) async fn export(analyst: Analyst, Path((_, survey)): Path<(String, String)>) -> Result<Response, Problem> {
    let id = SurveyId::parse(&survey).ok_or(Problem::NotFound)?;
    let draft = analyst.read(move |tx| actions::surveys::find_draft(tx, id)).await?;
    let text = serde_json::to_string_pretty(&draft.definition.to_json())
        .map_err(|error| Problem::Internal(error.to_string()))?;
    let name = canvass_model::address::PageAddress::suggest(&draft.survey.title).href();
    let headers = [
        (header::CONTENT_TYPE, "application/json".to_owned()),
        // The plain name for old clients, the percent-encoded one for titles in any script (RFC 6266).
        (header::CONTENT_DISPOSITION, format!("attachment; filename=\"survey.json\"; filename*=UTF-8''{name}.json")),
    ];
    Ok((headers, text + "\n").into_response())
}

/// Makes a copy of a survey and goes to it.
pub(crate) async fn copy(creator: Creator, Path((_, survey)): Path<(String, String)>) -> Result<Redirect, Problem> {
    let id = SurveyId::parse(&survey).ok_or(Problem::NotFound)?;
    let copy = creator.write(move |tx, by| actions::surveys::duplicate(tx, by, id)).await?;
    Ok(Redirect::to(&format!("{}?did=copied", base(&creator, copy.id))))
}

/// Puts a survey away.
pub(crate) async fn archive(creator: Creator, Path((_, survey)): Path<(String, String)>) -> Result<Redirect, Problem> {
    let id = SurveyId::parse(&survey).ok_or(Problem::NotFound)?;
    creator
        .write(move |tx, by| {
            end(tx, by, id)?;
            actions::surveys::archive(tx, by, id)
        })
        .await?;
    Ok(listed(&creator, "archived", id))
}

/// Throws a survey away; the list then offers to undo it.
pub(crate) async fn trash(creator: Creator, Path((_, survey)): Path<(String, String)>) -> Result<Redirect, Problem> {
    let id = SurveyId::parse(&survey).ok_or(Problem::NotFound)?;
    creator
        .write(move |tx, by| {
            end(tx, by, id)?;
            actions::surveys::trash(tx, by, id)
        })
        .await?;
    Ok(listed(&creator, "trashed", id))
}

/// Takes a survey out of the trash.
pub(crate) async fn restore(creator: Creator, Path((_, survey)): Path<(String, String)>) -> Result<Redirect, Problem> {
    let id = SurveyId::parse(&survey).ok_or(Problem::NotFound)?;
    creator.write(move |tx, by| actions::surveys::restore(tx, by, id)).await?;
    Ok(listed(&creator, "restored", id))
}

/// The address of a survey's pages in the console.
pub(super) fn base(creator: &Creator, survey: SurveyId) -> String {
    format!("/-/console/{}/surveys/{survey}", creator.tenant().alias)
}

/// Reads a definition that somebody pasted.
pub(super) fn read_definition(text: &str) -> Result<Definition, Vec<Fault>> {
    if text.trim().is_empty() {
        return Err(vec![Fault::new("", "Paste a survey definition first")]);
    }
    Definition::parse_text(text)
}

/// Closes a survey whose time is over, so that it can be put away: to people it has been closed since then.
fn end(tx: &mut Tx<'_>, by: &Actor, id: SurveyId) -> Result<(), actions::Error> {
    let now = tx.now();
    let is_over = |it: &Survey| matches!(it.status, Status::Published { closes_at, .. } if closes_at <= now);
    if surveys::find(tx, id)?.is_some_and(|it| it.trashed_at.is_none() && is_over(&it)) {
        actions::surveys::close(tx, by, id)?;
    }
    Ok(())
}

fn listed(creator: &Creator, did: &str, survey: SurveyId) -> Redirect {
    Redirect::to(&format!("/-/console/{}/surveys?did={did}&it={survey}", creator.tenant().alias))
}

fn refuse(page: &NewPage) -> Result<Response, Problem> {
    Ok((StatusCode::UNPROCESSABLE_ENTITY, Html(page.render()?)).into_response())
}

async fn blank(creator: &Creator) -> Result<NewPage, Problem> {
    Ok(NewPage {
        shell: creator.shell(ConsoleArea::Surveys).await?,
        title: String::new(),
        title_error: String::new(),
        definition: String::new(),
        faults: Vec::new(),
    })
}
