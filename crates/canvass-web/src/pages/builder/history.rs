//! Earlier drafts: this file is about who changed what, and going back.

use askama::Template;
use axum::{
    extract::Path,
    http::StatusCode,
    response::{Html, IntoResponse, Redirect, Response},
};
use canvass_actions as actions;
use canvass_model::{
    id::SurveyId,
    survey::{Revision, Survey},
};
use canvass_storage::surveys::{self, Earlier};

use super::id;
use crate::{
    Problem,
    access::{Analyst, Creator, Person},
    form::Form,
    layout::{ConsoleArea, ConsoleShell},
    pages::surveys::base,
    view::{
        moment, sentence,
        survey_head::{SurveyHead, Tab},
    },
};

#[derive(Template)]
#[template(path = "console/builder_history.html")]
struct HistoryPage {
    shell: ConsoleShell,
    head: SurveyHead,
    may_write: bool,
    revision: u64,
    refusal: String,
    changes: Vec<Change>,
}

/// One change, and the revision before it.
struct Change {
    what: String,
    who: String,
    at: String,
    at_iso: String,
    before: u64,
}

/// Who changed what, the newest first.
pub(crate) async fn history(analyst: Analyst, Path((_, survey)): Path<(String, String)>) -> Result<Response, Problem> {
    let page = page(&analyst, id(&survey)?, "").await?;
    let page = HistoryPage { may_write: page.may_write && analyst.may_write(), ..page };
    Ok(Html(page.render()?).into_response())
}

/// Goes back to an earlier draft, unless somebody has changed it since the form was made.
pub(crate) async fn undo(
    creator: Creator,
    Path((_, survey)): Path<(String, String)>,
    form: Form,
) -> Result<Response, Problem> {
    let survey = id(&survey)?;
    let revision = |name: &str| form.text(name).parse().ok().map(Revision);
    let (Some(to), Some(made_from)) = (revision("to"), revision("base")) else {
        return Err(Problem::BadRequest("This form does not say where to go back to; reload the page".to_owned()));
    };
    let undone = creator.write(move |tx, by| {
        let present = surveys::find(tx, survey)?.ok_or(actions::Error::NotFound)?;
        if present.revision != made_from {
            return Err(actions::Error::ChangedMeanwhile);
        }
        actions::surveys::undo(tx, by, survey, to)
    });
    match undone.await {
        Ok(draft) => {
            let undo = draft.survey.revision.0.saturating_sub(1);
            Ok(Redirect::to(&format!("{}?did=undone&undo={undo}", base(&creator, survey))).into_response())
        }
        Err(actions::Error::ChangedMeanwhile) => {
            let words = "The survey was changed in the meantime, so nothing was undone. These are all changes: go back \
                         to one of them if you still want to.";
            Ok((StatusCode::CONFLICT, Html(page(&creator, survey, words).await?.render()?)).into_response())
        }
        Err(error) => Err(error.into()),
    }
}

async fn page(person: &Person, id: SurveyId, refusal: &str) -> Result<HistoryPage, Problem> {
    let (survey, history, now): (Survey, Vec<Earlier>, _) = person
        .read(move |tx| {
            let survey = surveys::find(tx, id)?.ok_or(Problem::NotFound)?;
            Ok::<_, Problem>((survey, surveys::history(tx, id)?, tx.now()))
        })
        .await?;
    Ok(HistoryPage {
        shell: person.shell(ConsoleArea::Surveys).await?,
        head: SurveyHead::new(&survey, &person.tenant().alias, Tab::Questions, now),
        may_write: survey.trashed_at.is_none(),
        revision: survey.revision.0,
        refusal: refusal.to_owned(),
        changes: history
            .iter()
            .map(|it| Change {
                what: sentence(&it.what),
                who: it.actor.name().to_owned(),
                at: moment::ago(it.at, now),
                at_iso: it.at.to_string(),
                before: it.revision.0,
            })
            .collect(),
    })
}
