//! Results: this file is about a survey's live summary.

use std::convert::Infallible;

use askama::Template;
use axum::{
    extract::{Path, State},
    response::{
        Html, Sse,
        sse::{Event, KeepAlive},
    },
};
use canvass_actions::{Error, results};
use canvass_model::{
    answer::{Answer, Answers},
    definition::Question,
    id::SurveyId,
};
use canvass_storage::{
    responses::{self, Order},
    surveys,
};
use futures_util::{Stream, StreamExt, stream};

use crate::{
    App, Problem,
    access::Analyst,
    layout::{ConsoleArea, ConsoleShell},
    view::{
        chart::{self, Body, Chart},
        moment, number,
        survey_head::{SurveyHead, Tab},
    },
};

/// Newest responses searched for texts to quote.
const NEWEST: u32 = 50;
/// Texts quoted of each question.
const QUOTES_MAX: usize = 3;
/// A quoted text is cut after so many characters.
const QUOTE_CHARS_MAX: usize = 280;

#[derive(Template)]
#[template(path = "console/results.html")]
struct ResultsPage {
    shell: ConsoleShell,
    head: SurveyHead,
    responses: u64,
    total: String,
    last: Option<(String, String)>,
    link: Option<String>,
    charts: Vec<Chart>,
}

/// The summary of all responses applied so far.
pub(crate) async fn show(analyst: Analyst, Path((_, survey)): Path<(String, String)>) -> Result<Html<String>, Problem> {
    let id = SurveyId::parse(&survey).ok_or(Problem::NotFound)?;
    let (found, newest, now) = analyst
        .read(move |tx| {
            let found = results::load(tx, id)?;
            let newest = responses::list(tx, id, Order::NewestFirst, None, NEWEST)?;
            Ok::<_, Error>((found, newest, tx.now()))
        })
        .await?;
    let answers: Vec<Answers> =
        newest.iter().filter_map(|it| Answers::from_stored(&found.definition, &it.accepted.answers).ok()).collect();
    let tenant = analyst.tenant();
    let link = found.survey.is_open(now).then(|| found.survey.status.page()).flatten();
    let public = analyst.public_url().await?;
    let page = ResultsPage {
        shell: analyst.shell(ConsoleArea::Surveys).await?,
        head: SurveyHead::new(&found.survey, &tenant.alias, Tab::Results, now),
        responses: found.summary.responses,
        total: number::grouped(found.summary.responses),
        last: newest.first().map(|it| {
            let at = it.accepted.received_at;
            (at.to_string(), moment::ago(at, now))
        }),
        link: link.map(|it| format!("{public}/{}", it.href())),
        charts: chart::charts(&found.definition, &found.summary, |question| quotes(question, &answers)),
    };
    Ok(Html(page.render()?))
}

/// An event whenever responses were applied.
pub(crate) async fn events(
    State(app): State<App>,
    analyst: Analyst,
    Path((_, survey)): Path<(String, String)>,
) -> Result<Sse<impl Stream<Item = Result<Event, Infallible>>>, Problem> {
    let id = SurveyId::parse(&survey).ok_or(Problem::NotFound)?;
    analyst.read(move |tx| surveys::find(tx, id)).await?.ok_or(Problem::NotFound)?;
    let events = stream::unfold(analyst.changes(id), |mut changes| async move {
        changes.changed().await.ok()?;
        Some((Ok(Event::default().data("changed")), changes))
    });
    Ok(Sse::new(events.take_until(app.drained())).keep_alive(KeepAlive::default()))
}

/// The newest texts given to a question.
fn quotes(question: &Question, answers: &[Answers]) -> Vec<String> {
    let text = |it: &Answers| match it.get(&question.id) {
        Some(Answer::Text(text)) => Some(text.chars().take(QUOTE_CHARS_MAX).collect()),
        Some(
            Answer::Integer(_)
            | Answer::Decimal(_)
            | Answer::Choice(_)
            | Answer::Choices(_)
            | Answer::Scale(_)
            | Answer::YesNo(_)
            | Answer::Hidden(_),
        )
        | None => None,
    };
    answers.iter().filter_map(text).take(QUOTES_MAX).collect()
}
