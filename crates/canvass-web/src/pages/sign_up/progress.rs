//! Following a sign-up: this file is about the page that shows each step of a provisioning, live or by reloading.

use std::convert::Infallible;

use askama::Template;
use axum::{
    extract::{Path, State},
    response::{
        Html, IntoResponse, Response, Sse,
        sse::{Event, KeepAlive},
    },
};
use canvass_model::{
    id::JobId,
    job::{Job, JobRecord, JobState, ProvisionStep, SignUp},
};
use canvass_storage::jobs;
use futures_util::{Stream, StreamExt, stream};

use crate::{App, Problem, access::Visitor};

#[derive(Template)]
#[template(path = "public/progress.html")]
struct ProgressPage {
    job: String,
    name: String,
    alias: String,
    is_running: bool,
    status: String,
    failure: Option<String>,
    steps: Vec<Step>,
}

struct Step {
    label: &'static str,
    is_done: bool,
    is_running: bool,
}

/// How often a waiting page's job is looked at.
const LOOK_EVERY: std::time::Duration = std::time::Duration::from_millis(150);
/// A page that is still waiting after this reconnects by itself.
const LOOKS_MAX: u32 = 800;

/// The steps so far.
pub(crate) async fn show(visitor: Visitor, Path(job): Path<String>) -> Result<Response, Problem> {
    let id = JobId::parse(&job).ok_or(Problem::NotFound)?;
    let (record, sign_up) = find(&visitor, id).await?.ok_or(Problem::NotFound)?;
    Ok(Html(page(&record, &sign_up).render()?).into_response())
}

/// An event for every step, and the last when the page need not wait any more.
pub(crate) async fn events(
    State(app): State<App>,
    visitor: Visitor,
    Path(job): Path<String>,
) -> Result<Sse<impl Stream<Item = Result<Event, Infallible>>>, Problem> {
    let id = JobId::parse(&job).ok_or(Problem::NotFound)?;
    find(&visitor, id).await?.ok_or(Problem::NotFound)?;
    let events = stream::unfold((visitor, None, 0), move |(visitor, seen, looks)| async move {
        let (event, seen, looks) = next(&visitor, id, seen, looks).await?;
        Some((Ok(event), (visitor, seen, looks)))
    });
    Ok(Sse::new(events.take_until(app.drained())).keep_alive(KeepAlive::default()))
}

/// What was seen of a job: its state and how many steps are done.
type Seen = Option<(JobState, usize)>;

async fn next(visitor: &Visitor, id: JobId, seen: Seen, mut looks: u32) -> Option<(Event, Seen, u32)> {
    if matches!(seen, Some((JobState::Done | JobState::Failed, _))) {
        return None;
    }
    loop {
        looks += 1;
        if LOOKS_MAX < looks {
            return None;
        }
        let (record, _) = find(visitor, id).await.ok()??;
        let now = Some((record.state, record.steps.len()));
        if now != seen {
            let event = match record.state {
                JobState::Done | JobState::Failed => {
                    Event::default().event("done").data(format!("/-/signup/progress/{id}"))
                }
                JobState::Waiting | JobState::Running => Event::default().data(record.steps.len().to_string()),
            };
            return Some((event, now, looks));
        }
        tokio::time::sleep(LOOK_EVERY).await;
    }
}

/// The job, when it is a sign-up: no other job can be followed by who knows its id.
async fn find(visitor: &Visitor, id: JobId) -> Result<Option<(JobRecord, SignUp)>, Problem> {
    let record = visitor.read(move |tx| jobs::find(tx, id)).await?;
    Ok(record.and_then(|record| match record.job.clone() {
        Job::Provision(sign_up) => Some((record, sign_up)),
        Job::Mail(_) | Job::Scan(_) | Job::Export(_) => None,
    }))
}

fn page(record: &JobRecord, sign_up: &SignUp) -> ProgressPage {
    let is_done = |step: ProvisionStep| record.steps.iter().any(|(name, _)| name == step.as_str());
    let next = ProvisionStep::ALL.into_iter().position(|it| !is_done(it));
    let is_running = matches!(record.state, JobState::Waiting | JobState::Running);
    let steps = ProvisionStep::ALL.into_iter().enumerate().map(|(place, step)| Step {
        label: step.label(),
        is_done: is_done(step),
        is_running: is_running && next == Some(place),
    });
    let status = match next.and_then(|place| ProvisionStep::ALL.get(place).map(|step| (place, step))) {
        Some((place, step)) => format!("Step {} of {}: {}", place + 1, ProvisionStep::ALL.len(), step.label()),
        None => "Almost there".to_owned(),
    };
    let failure = (record.state == JobState::Failed).then(|| {
        let reason = record.error.clone().unwrap_or_default();
        let reason = reason.trim_end_matches('.');
        if reason.is_empty() { "It did not work.".to_owned() } else { format!("{reason}.") }
    });
    ProgressPage {
        job: record.id.to_string(),
        name: sign_up.name.to_string(),
        alias: sign_up.alias.to_string(),
        is_running,
        status,
        failure,
        steps: steps.collect(),
    }
}
