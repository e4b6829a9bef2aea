//! Jobs, for the operator: this file is about provisioning and mail, step by step.

use askama::Template;
use axum::{
    extract::{Path, Query},
    response::{Html, Redirect},
};
use canvass_actions::jobs as verbs;
use canvass_model::{
    id::JobId,
    job::{Job, JobRecord, JobState, ProvisionStep},
    time::Timestamp,
};
use canvass_storage::{self as storage, jobs};

use crate::{
    Problem,
    access::Operator,
    layout::{OperatorArea, OperatorShell},
    view::moment,
};

/// Jobs on one page.
const ROWS: u32 = 50;

#[derive(Template)]
#[template(path = "operator/jobs.html")]
struct JobsPage {
    shell: OperatorShell,
    state: String,
    tabs: Vec<(&'static str, &'static str)>,
    rows: Vec<Row>,
    after: Option<String>,
}

#[derive(Template)]
#[template(path = "operator/job.html")]
struct JobPage {
    shell: OperatorShell,
    row: Row,
    attempts_max: u32,
    is_failed: bool,
    error: Option<String>,
    steps: Vec<Step>,
    created: String,
    due: String,
}

struct Row {
    id: String,
    name: &'static str,
    subject: String,
    state: &'static str,
    tone: &'static str,
    step: String,
    attempts: u32,
    iso: String,
    changed: String,
}

struct Step {
    label: &'static str,
    class: &'static str,
    word: &'static str,
    done: Option<(String, String)>,
}

/// Which jobs to show.
#[derive(serde::Deserialize)]
pub(crate) struct Wanted {
    #[serde(default)]
    state: String,
    #[serde(default)]
    after: String,
}

/// All jobs, the newest first.
pub(crate) async fn index(operator: Operator, Query(wanted): Query<Wanted>) -> Result<Html<String>, Problem> {
    let (state, after) = (JobState::parse(&wanted.state), JobId::parse(&wanted.after));
    let (found, now) =
        operator.read(move |tx| Ok::<_, storage::Error>((jobs::list(tx, state, after, ROWS)?, tx.now()))).await?;
    let full = found.len() == ROWS as usize;
    let mut tabs = vec![("all", "All")];
    tabs.extend(JobState::ALL.into_iter().map(|it| (it.as_str(), words(it).0)));
    let page = JobsPage {
        shell: operator.shell(OperatorArea::Jobs),
        state: state.map_or("all", JobState::as_str).to_owned(),
        tabs,
        after: found.last().filter(|_| full).map(|it| it.id.to_string()),
        rows: found.iter().map(|it| row(it, now)).collect(),
    };
    Ok(Html(page.render()?))
}

/// One job with its steps.
pub(crate) async fn show(operator: Operator, Path(job): Path<String>) -> Result<Html<String>, Problem> {
    let id = JobId::parse(&job).ok_or(Problem::NotFound)?;
    let (found, now) = operator.read(move |tx| Ok::<_, storage::Error>((jobs::find(tx, id)?, tx.now()))).await?;
    let record = found.ok_or(Problem::NotFound)?;
    let page = JobPage {
        shell: operator.shell(OperatorArea::Jobs),
        row: row(&record, now),
        attempts_max: record.job.attempts_max(),
        is_failed: record.state == JobState::Failed,
        error: record.error.clone(),
        steps: steps(&record),
        created: moment::second(record.created_at),
        due: match record.state {
            JobState::Waiting | JobState::Running => moment::second(record.due_at),
            JobState::Done | JobState::Failed => "not any more".to_owned(),
        },
    };
    Ok(Html(page.render()?))
}

/// Makes a failed job due again.
pub(crate) async fn retry(operator: Operator, Path(job): Path<String>) -> Result<Redirect, Problem> {
    let id = JobId::parse(&job).ok_or(Problem::NotFound)?;
    operator.write(move |tx, _| verbs::retry(tx, id)).await?;
    Ok(Redirect::to(&format!("/-/operate/jobs/{id}")))
}

fn row(record: &JobRecord, now: Timestamp) -> Row {
    let (state, tone) = words(record.state);
    Row {
        id: record.id.to_string(),
        name: match &record.job {
            Job::Provision(_) => "Set-up",
            Job::Mail(_) => "Mail",
            Job::Scan(_) => "Virus scan",
            Job::Export(_) => "Export",
        },
        subject: match &record.job {
            Job::Provision(sign_up) => sign_up.alias.to_string(),
            Job::Mail(mail) => mail.to.to_string(),
            Job::Scan(scan) => scan.tenant.to_string(),
            Job::Export(export) => export.tenant.to_string(),
        },
        state,
        tone,
        step: match &record.job {
            Job::Provision(_) => format!("{} of {}", record.steps.len(), ProvisionStep::ALL.len()),
            Job::Mail(_) | Job::Scan(_) | Job::Export(_) => String::new(),
        },
        attempts: record.attempts,
        iso: record.updated_at.to_string(),
        changed: moment::ago(record.updated_at, now),
    }
}

fn steps(record: &JobRecord) -> Vec<Step> {
    let Job::Provision(_) = &record.job else { return Vec::new() };
    let done = |step: ProvisionStep| record.steps.iter().find(|(name, _)| name == step.as_str()).map(|(_, at)| *at);
    let next = ProvisionStep::ALL.into_iter().find(|it| done(*it).is_none());
    let steps = ProvisionStep::ALL.into_iter().map(|step| match (done(step), record.state) {
        (Some(at), _) => {
            Step { label: step.label(), class: "done", word: "done", done: Some((at.to_string(), moment::second(at))) }
        }
        (None, JobState::Failed) if next == Some(step) => {
            Step { label: step.label(), class: "failed", word: "failed", done: None }
        }
        (None, JobState::Running) if next == Some(step) => {
            Step { label: step.label(), class: "running", word: "working", done: None }
        }
        (None, JobState::Waiting | JobState::Running | JobState::Done | JobState::Failed) => {
            Step { label: step.label(), class: "", word: "waiting", done: None }
        }
    });
    steps.collect()
}

/// A state in words, and how it is coloured.
fn words(state: JobState) -> (&'static str, &'static str) {
    match state {
        JobState::Waiting => ("Waiting", ""),
        JobState::Running => ("Running", "warn"),
        JobState::Done => ("Done", "good"),
        JobState::Failed => ("Failed", "danger"),
    }
}
