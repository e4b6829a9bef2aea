//! Replacing a draft: this file is about putting a definition from a file in the place of all questions.

use askama::Template;
use axum::{
    extract::Path,
    http::StatusCode,
    response::{Html, IntoResponse, Redirect, Response},
};
use canvass_actions as actions;
use canvass_model::{
    definition::Fault,
    id::SurveyId,
    survey::{Revision, Survey},
};
use canvass_storage::surveys;

use super::id;
use crate::{
    Problem,
    access::Creator,
    form::Form,
    layout::{ConsoleArea, ConsoleShell},
    pages::surveys::{base, read_definition},
    view::survey_head::{SurveyHead, Tab},
};

#[derive(Template)]
#[template(path = "console/builder_replacement.html")]
struct ReplacementPage {
    shell: ConsoleShell,
    head: SurveyHead,
    revision: u64,
    refusal: String,
    definition: String,
    faults: Vec<Fault>,
}

/// What was sent, and why it was refused.
#[derive(Default)]
struct Refused {
    words: &'static str,
    definition: String,
    faults: Vec<Fault>,
}

/// The form.
pub(crate) async fn replacement(
    creator: Creator,
    Path((_, survey)): Path<(String, String)>,
) -> Result<Response, Problem> {
    page(&creator, id(&survey)?, Refused::default(), StatusCode::OK).await
}

/// Replaces the draft, unless somebody has changed it since the form was made. It can be undone like any change.
pub(crate) async fn replace(
    creator: Creator,
    Path((_, survey)): Path<(String, String)>,
    form: Form,
) -> Result<Response, Problem> {
    let survey = id(&survey)?;
    let text = form.find("definition").unwrap_or_default().to_owned();
    let definition = match read_definition(&text) {
        Ok(definition) => definition,
        Err(faults) => {
            let refused = Refused { definition: text, faults, ..Refused::default() };
            return page(&creator, survey, refused, StatusCode::UNPROCESSABLE_ENTITY).await;
        }
    };
    let made_from = Revision(form.text("base").parse().unwrap_or_default());
    let replaced =
        creator.write(move |tx, by| actions::surveys::replace_draft(tx, by, survey, made_from, &definition)).await;
    match replaced {
        Ok(draft) => {
            let undo = draft.survey.revision.0.saturating_sub(1);
            Ok(Redirect::to(&format!("{}?did=replaced&undo={undo}", base(&creator, survey))).into_response())
        }
        Err(actions::Error::ChangedMeanwhile) => {
            let words = "Somebody changed the survey after you opened this page, so nothing was replaced. Send it again \
                         to replace it all the same; their changes stay in the list of changes.";
            page(&creator, survey, Refused { words, definition: text, faults: Vec::new() }, StatusCode::CONFLICT).await
        }
        Err(error) => Err(error.into()),
    }
}

async fn page(creator: &Creator, id: SurveyId, refused: Refused, status: StatusCode) -> Result<Response, Problem> {
    let (survey, now): (Survey, _) = creator
        .read(move |tx| {
            let survey = surveys::find(tx, id)?.ok_or(Problem::NotFound)?;
            Ok::<_, Problem>((survey, tx.now()))
        })
        .await?;
    let page = ReplacementPage {
        shell: creator.shell(ConsoleArea::Surveys).await?,
        head: SurveyHead::new(&survey, &creator.tenant().alias, Tab::Questions, now),
        revision: survey.revision.0,
        refusal: refused.words.to_owned(),
        definition: refused.definition,
        faults: refused.faults,
    };
    Ok((status, Html(page.render()?)).into_response())
}
