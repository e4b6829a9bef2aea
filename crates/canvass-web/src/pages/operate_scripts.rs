//! Scripts, for the operator: this file is about how the sandbox is, and about stopping a tenant's scripts.

use askama::Template;
use axum::{
    extract::Path,
    http::StatusCode,
    response::{Html, IntoResponse, Redirect, Response},
};
use canvass_actions::{self as actions, scripts as verbs};
use canvass_model::{alias::Alias, script::ScriptName};
use canvass_script::status::{HostStatus, Phase, Status};

use crate::{
    Problem,
    access::Operator,
    form::Form,
    layout::{OperatorArea, OperatorShell},
    pages::operate,
    view::number,
};

#[derive(Template)]
#[template(path = "operator/scripts.html")]
struct ScriptsPage {
    shell: OperatorShell,
    badge: &'static str,
    tone: &'static str,
    /// Why no runs are taken, and what to do; empty when they are.
    advice: String,
    figures: Vec<(&'static str, String)>,
    walls: Vec<Wall>,
    hosts: Vec<Host>,
}

/// A wall of the operating system.
struct Wall {
    name: String,
    /// What it keeps away.
    about: &'static str,
    missing: Option<String>,
}

/// One script host.
struct Host {
    process: u32,
    running: usize,
    runs: String,
    age: String,
    memory: String,
}

/// How the sandbox of this process is.
pub(crate) async fn show(operator: Operator) -> Result<Html<String>, Problem> {
    let status = operator.sandbox();
    let (badge, tone, advice) = phase(&status.phase);
    let page = ScriptsPage {
        shell: operator.shell(OperatorArea::Scripts),
        badge,
        tone,
        advice,
        figures: figures(&status),
        walls: status
            .walls
            .iter()
            .map(|it| Wall { name: it.name.replace('_', " "), about: about(&it.name), missing: it.missing.clone() })
            .collect(),
        hosts: status.hosts.iter().map(host).collect(),
    };
    Ok(Html(page.render()?))
}

/// Stops the scripts of a tenant, or one of them, with a reason its members read.
pub(crate) async fn stop(operator: Operator, Path(alias): Path<String>, form: Form) -> Result<Response, Problem> {
    let alias = operate::parse(&alias)?;
    let reason = form.text("scripts-reason").to_owned();
    let wanted = alias.clone();
    let which = match named(&form) {
        Ok(which) => which,
        Err(words) => return refused(&operator, &alias, ("scripts-name", words)).await,
    };
    let stopped = operator
        .act(|directory, by| async move {
            let tenant = directory.tenant(&wanted).await?.ok_or(actions::Error::NotFound)?;
            verbs::stop(&tenant, &by, which.as_ref(), &reason).await
        })
        .await;
    match stopped {
        Ok(()) => Ok(back(&alias)),
        Err(actions::Error::Refused(words)) => refused(&operator, &alias, ("scripts-reason", words)).await,
        Err(actions::Error::NotFound) if !form.text("scripts-name").is_empty() => {
            refused(&operator, &alias, ("scripts-name", "This tenant has no script of this name".to_owned())).await
        }
        Err(error) => Err(error.into()),
    }
}

/// Lets a tenant's scripts run again, or one of them.
pub(crate) async fn allow(operator: Operator, Path(alias): Path<String>, form: Form) -> Result<Response, Problem> {
    let alias = operate::parse(&alias)?;
    let which = named(&form).map_err(Problem::BadRequest)?;
    let wanted = alias.clone();
    operator
        .act(|directory, by| async move {
            let tenant = directory.tenant(&wanted).await?.ok_or(actions::Error::NotFound)?;
            verbs::allow(&tenant, &by, which.as_ref()).await
        })
        .await?;
    Ok(back(&alias))
}

/// The script a form is about; `None` for all of them.
fn named(form: &Form) -> Result<Option<ScriptName>, String> {
    match form.text("scripts-name") {
        "" => Ok(None),
        text => ScriptName::parse(text).map(Some).map_err(|invalid| invalid.to_string()),
    }
}

async fn refused(operator: &Operator, alias: &Alias, (field, words): (&str, String)) -> Result<Response, Problem> {
    operate::detail(operator, alias, vec![(field.to_owned(), words)], StatusCode::UNPROCESSABLE_ENTITY).await
}

fn back(alias: &Alias) -> Response {
    Redirect::to(&format!("/-/operate/tenants/{alias}")).into_response()
}

fn phase(phase: &Phase) -> (&'static str, &'static str, String) {
    match phase {
        Phase::Off => {
            let advice = "Scripts are switched off in the configuration: scripts.mode says so.".to_owned();
            ("Off", "", advice)
        }
        Phase::Preparing => {
            let advice =
                "The interpreter is being compiled for this machine, once. Runs wait until it is ready.".to_owned();
            ("Getting ready", "warn", advice)
        }
        Phase::Ready => ("Ready", "good", String::new()),
        Phase::Failed(why) => {
            ("Failed", "danger", format!("No script can be run: {why}. `canvass doctor` says what this machine lacks."))
        }
        Phase::Stopping(_) => ("Stopping", "warn", "This process is about to stop.".to_owned()),
    }
}

fn figures(status: &Status) -> Vec<(&'static str, String)> {
    let count = |it: usize| number::grouped(it as u64);
    vec![
        ("Running", count(status.running)),
        ("Waiting", count(status.waiting)),
        ("Runs", number::grouped(status.runs)),
        ("Turned away", number::grouped(status.crowded)),
        ("Hosts lost", number::grouped(status.hosts_lost)),
        ("Hosts replaced", number::grouped(status.hosts_recycled)),
    ]
}

fn about(wall: &str) -> &'static str {
    match wall {
        "user" => "Hosts are somebody who owns nothing.",
        "no_new_privileges" => "No program a host starts could gain any.",
        "landlock" => "No file can be opened.",
        "resource_limits" => "No more files, memory or processes than a host needs.",
        "seccomp" => "No other request to the system than computing needs.",
        _ => "",
    }
}

fn host(host: &HostStatus) -> Host {
    Host {
        process: host.process,
        running: host.running,
        runs: number::grouped(host.runs),
        age: match host.age.as_secs() {
            seconds @ 0..60 => number::counted(seconds, "second"),
            seconds @ 60..3_600 => number::counted(seconds / 60, "minute"),
            seconds => number::counted(seconds / 3_600, "hour"),
        },
        memory: number::bytes(host.resident_bytes),
    }
}
