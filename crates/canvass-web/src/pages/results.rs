//! Results: this file is about a survey's live summary.

use std::{convert::Infallible, sync::Arc};

use askama::Template;
use axum::{
    extract::{Path, RawQuery, State},
    response::{
        Html, IntoResponse, Redirect, Response, Sse,
        sse::{Event, KeepAlive},
    },
};
use canvass_actions::{Error, finding::Finding, results};
use canvass_model::{
    answer::{Answer, Answers},
    definition::{Definition, Question},
    filter::Filter,
    id::SurveyId,
    response::Response as Stored,
    summary::Summary,
};
use canvass_storage::{
    responses::{self, Order},
    surveys,
};
use futures_util::{Stream, StreamExt, stream};

use crate::{
    App, Problem,
    access::Analyst,
    form::Form,
    layout::{ConsoleArea, ConsoleShell},
    view::{
        chart::{self, Body, Chart},
        filter_bar::{self, Control, FilterBar, Filtering},
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
    filter: FilterBar,
    /// All responses, when the filter lets only some.
    of_all: String,
}

/// The summary of all responses applied so far, or of those that the filter in the address lets.
pub(crate) async fn show(
    analyst: Analyst,
    Path((_, survey)): Path<(String, String)>,
    RawQuery(query): RawQuery,
) -> Result<Response, Problem> {
    let id = SurveyId::parse(&survey).ok_or(Problem::NotFound)?;
    let (found, now) = analyst.read(move |tx| Ok::<_, Error>((results::load(tx, id)?, tx.now()))).await?;
    let tenant = analyst.tenant();
    let head = SurveyHead::new(&found.survey, &tenant.alias, Tab::Results, now);
    let (wanted, action) = (Form::of_address(query.as_deref()), format!("{}/results", head.base()));
    let (filter, bar) = match filter_bar::read(&found.definition, found.survey.version, &action, &wanted, &[]) {
        Filtering::Go(address) => return Ok(Redirect::to(&address).into_response()),
        Filtering::Show(filter, bar) => (filter, *bar),
    };
    let definition = Arc::new(found.definition);
    let (summary, newest) = counted(&analyst, id, (&definition, filter), found.summary.clone()).await?;
    let answers: Vec<Answers> =
        newest.iter().filter_map(|it| Answers::from_stored(&definition, &it.accepted.answers).ok()).collect();
    let link = found.survey.is_open(now).then(|| found.survey.status.page()).flatten();
    let public = analyst.public_url().await?;
    let page = ResultsPage {
        shell: analyst.shell(ConsoleArea::Surveys).await?,
        head,
        responses: found.summary.responses,
        total: number::grouped(summary.responses),
        last: newest.first().map(|it| {
            let at = it.accepted.received_at;
            (at.to_string(), moment::ago(at, now))
        }),
        link: link.map(|it| format!("{public}/{}", it.href())),
        charts: chart::charts(&definition, &summary, |question| quotes(question, &answers)),
        filter: bar,
        of_all: number::grouped(found.summary.responses),
    };
    Ok(Html(page.render()?).into_response())
}

/// The summary of the responses that a filter lets, and the newest of these; `all` is that of all.
async fn counted(
    analyst: &Analyst,
    id: SurveyId,
    (definition, filter): (&Arc<Definition>, Filter),
    all: Summary,
) -> Result<(Summary, Vec<Stored>), Problem> {
    if filter.is_empty() {
        let newest = analyst.read(move |tx| responses::list(tx, id, Order::NewestFirst, None, NEWEST)).await?;
        return Ok((all, newest));
    }
    let counting = results::count(id, Arc::clone(definition), filter.clone());
    let counted = analyst.look_through(move |_| Ok(counting.clone())).await?.finish();
    let finding = Finding::new(id, (Arc::clone(definition), filter), Order::NewestFirst, None, NEWEST);
    let finding = analyst.look_through(move |_| Ok(finding.clone())).await?;
    Ok((counted, analyst.read(move |tx| finding.read(tx)).await?))
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
