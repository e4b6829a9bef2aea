//! Runs of a script: this file is about their list as it grows, one run's record, and letting a script go on.

use std::{convert::Infallible, time::Duration};

use askama::Template;
use axum::{
    extract::{Path, Query, State},
    response::{
        Html, Redirect, Sse,
        sse::{Event, KeepAlive},
    },
};
use canvass_actions::{
    self as actions,
    scripts::{self as verbs, Hooked},
};
use canvass_model::{
    id::{ResponseId, RunId},
    script::{Allowance, Cause, Run, ScriptName, TriggerName},
    time::Timestamp,
};
use canvass_storage::scripts::runs::{self, Filter};
use futures_util::{Stream, StreamExt, stream};

use crate::{
    App, Problem,
    access::{Analyst, Creator, Person},
    form::Form,
    layout::{ConsoleArea, ConsoleShell},
    view::{
        moment, number,
        run_outcome::{self, Answer, RunOutcome, Told},
        script_head::{ScriptHead, Tab},
    },
};

/// Runs on one page.
const ROWS: u32 = 50;
/// Characters of what a run said first.
const LINE_CHARS_MAX: usize = 160;
/// How often a page that is watched looks for new runs.
const LOOK_EVERY: Duration = Duration::from_secs(1);
/// A page that is still watched after this reconnects by itself.
const LOOKS_MAX: u32 = 1_800;

#[derive(Template)]
#[template(path = "console/script_runs.html")]
struct RunsPage {
    shell: ConsoleShell,
    head: ScriptHead,
    may_run: bool,
    may_write: bool,
    only_failed: bool,
    halt: Option<Halt>,
    figures: Vec<(&'static str, String)>,
    costs: Vec<Figure>,
    rows: Vec<Row>,
    older: String,
    kept: String,
}

/// A figure of the last day, and of thirty.
struct Figure {
    name: &'static str,
    day: String,
    month: String,
}

/// Why a script that runs by itself does not go on.
struct Halt {
    words: String,
    advice: String,
    /// The response to pass over, if that would help.
    response: Option<String>,
}

/// One run of the list.
struct Row {
    id: String,
    cause: &'static str,
    first_line: String,
    outcome: &'static str,
    tone: &'static str,
    wall: String,
    cost: String,
    at: String,
    at_iso: String,
}

#[derive(Template)]
#[template(path = "console/script_run.html")]
struct RunPage {
    shell: ConsoleShell,
    head: ScriptHead,
    id: String,
    at: String,
    at_iso: String,
    facts: Vec<(&'static str, String)>,
    outcome: RunOutcome,
}

/// Which runs to show.
#[derive(Default, serde::Deserialize)]
pub(crate) struct Wanted {
    failed: Option<String>,
    before: Option<String>,
}

/// What the list is made of.
struct Found {
    runs: Vec<Run>,
    figures: verbs::Figures,
    hooked: Option<Hooked>,
    now: Timestamp,
}

/// The runs of a script, the newest first.
pub(crate) async fn index(
    analyst: Analyst,
    Path((_, script)): Path<(String, String)>,
    Query(wanted): Query<Wanted>,
) -> Result<Html<String>, Problem> {
    let opened = super::open(&analyst, &script).await?;
    let (name, only_failed) = (opened.script.name.clone(), wanted.failed.is_some());
    let before = wanted.before.as_deref().and_then(RunId::parse);
    let found = analyst
        .read(move |tx| {
            let filter = Filter { script: Some(name.clone()), failed: only_failed, before, limit: ROWS };
            Ok::<_, actions::Error>(Found {
                runs: runs::list(tx, &filter)?,
                figures: verbs::figures(tx, Some(&name))?.remove(&name).unwrap_or_default(),
                hooked: verbs::hooked(tx, &name)?,
                now: tx.now(),
            })
        })
        .await?;
    let base = format!("{}/{}/runs", super::base(&analyst), opened.script.id);
    let full = found.runs.len() == ROWS as usize;
    let failed = if only_failed { "&failed=yes" } else { "" };
    let may_write = super::may_write(&analyst);
    let page = RunsPage {
        shell: analyst.shell(ConsoleArea::Scripts).await?,
        head: opened.head(&analyst, Tab::Runs),
        may_run: may_write && super::by_hand::is_possible(opened.script.trigger.name()) && opened.script.is_on(),
        may_write,
        only_failed,
        halt: found.hooked.as_ref().and_then(|it| halt(it, found.now)),
        figures: headline(&found.figures),
        costs: costs(&found.figures),
        older: found
            .runs
            .last()
            .filter(|_| full)
            .map_or_else(String::new, |it| format!("{base}?before={}{failed}", it.id)),
        rows: found.runs.iter().map(|it| row(it, found.now)).collect(),
        kept: kept(&analyst),
    };
    Ok(Html(page.render()?))
}

/// An event whenever there is another run.
pub(crate) async fn events(
    State(app): State<App>,
    analyst: Analyst,
    Path((_, script)): Path<(String, String)>,
) -> Result<Sse<impl Stream<Item = Result<Event, Infallible>>>, Problem> {
    let name = super::open(&analyst, &script).await?.script.name;
    let newest = newest(&analyst, &name).await?;
    let events = stream::unfold((analyst, name, newest), |(analyst, name, seen)| async move {
        for _ in 0..LOOKS_MAX {
            tokio::time::sleep(LOOK_EVERY).await;
            let now = self::newest(&analyst, &name).await.ok()?;
            if now != seen {
                return Some((Ok(Event::default().data("run")), (analyst, name, now)));
            }
        }
        None
    });
    Ok(Sse::new(events.take_until(app.drained())).keep_alive(KeepAlive::default()))
}

/// One run's record.
pub(crate) async fn show(
    analyst: Analyst,
    Path((_, script, run)): Path<(String, String, String)>,
) -> Result<Html<String>, Problem> {
    let opened = super::open(&analyst, &script).await?;
    let id = RunId::parse(&run).ok_or(Problem::NotFound)?;
    let run = analyst.read(move |tx| runs::find(tx, id)).await?;
    let run = run.filter(|it| it.script == opened.script.name).ok_or(Problem::NotFound)?;
    let told = Told {
        outcome: run.outcome,
        failure: run.failure.as_ref(),
        usage: run.usage,
        limits: super::limits(&analyst, of_cause(run.cause, opened.script.trigger.name())),
        output: &run.output,
        is_truncated: run.output_truncated,
        log: &run.log,
    };
    let mut facts = vec![("Started by", cause(run.cause).to_owned())];
    facts.push(("Version", run.version.map_or_else(|| "The draft".to_owned(), |it| it.0.to_string())));
    facts.push(("Instructions", format!("{} million", number::grouped(run.usage.fuel / 1_000_000))));
    let code = format!("{}/{}", super::base(&analyst), opened.script.id);
    let page = RunPage {
        shell: analyst.shell(ConsoleArea::Scripts).await?,
        head: opened.head(&analyst, Tab::Runs),
        id: run.id.to_string(),
        at: moment::second(run.at),
        at_iso: run.at.to_string(),
        facts,
        outcome: RunOutcome::new(&told, Answer::Absent, code),
    };
    Ok(Html(page.render()?))
}

/// Lets a script that has stopped by itself go on.
pub(crate) async fn resume(creator: Creator, Path((_, script)): Path<(String, String)>) -> Result<Redirect, Problem> {
    let opened = super::open(&creator, &script).await?;
    let (_, tenant, by) = creator.scripting();
    verbs::resume(tenant, by, &opened.script.name).await?;
    Ok(Redirect::to(&format!("{}/{}/runs", super::base(&creator), opened.script.id)))
}

/// Lets it go on behind the response it cannot work on.
pub(crate) async fn skip(
    creator: Creator,
    Path((_, script)): Path<(String, String)>,
    form: Form,
) -> Result<Redirect, Problem> {
    let opened = super::open(&creator, &script).await?;
    let response = ResponseId::parse(form.text("response")).ok_or(Problem::NotFound)?;
    let (_, tenant, by) = creator.scripting();
    verbs::skip(tenant, by, &opened.script.name, response).await?;
    Ok(Redirect::to(&format!("{}/{}/runs", super::base(&creator), opened.script.id)))
}

async fn newest(analyst: &Analyst, name: &ScriptName) -> Result<Option<RunId>, Problem> {
    let filter = Filter { script: Some(name.clone()), limit: 1, ..Filter::default() };
    Ok(analyst.read(move |tx| runs::list(tx, &filter)).await?.first().map(|it| it.id))
}

/// The trigger whose limits a run had.
fn of_cause(cause: Cause, now: TriggerName) -> TriggerName {
    match cause {
        Cause::Page => TriggerName::Page,
        Cause::Validate => TriggerName::Validate,
        Cause::Responded => TriggerName::Responded,
        Cause::Schedule => TriggerName::Schedule,
        Cause::Manual | Cause::Test | Cause::Replay => now,
    }
}

fn cause(cause: Cause) -> &'static str {
    match cause {
        Cause::Manual => "By hand",
        Cause::Page => "A page",
        Cause::Validate => "A response to be checked",
        Cause::Responded => "New responses",
        Cause::Schedule => "The clock",
        Cause::Test => "A test",
        Cause::Replay => "A replay",
    }
}

fn row(run: &Run, now: Timestamp) -> Row {
    let (outcome, tone) = run_outcome::badge(run.outcome);
    let said = match (&run.failure, run.log.first()) {
        (Some(failure), _) => format!("{}: {}", failure.kind, failure.message),
        (None, Some(line)) => line.message.clone(),
        (None, None) => run.output.lines().next().unwrap_or_default().to_owned(),
    };
    Row {
        id: run.id.to_string(),
        cause: cause(run.cause),
        first_line: said.chars().take(LINE_CHARS_MAX).collect(),
        outcome,
        tone,
        wall: number::milliseconds(run.usage.wall_us),
        cost: format!("{} computing", number::milliseconds(run.usage.cpu_us)),
        at: moment::ago(run.at, now),
        at_iso: run.at.to_string(),
    }
}

/// What the runs of the last day came to, at a glance.
fn headline(figures: &verbs::Figures) -> Vec<(&'static str, String)> {
    let day = figures.day.as_ref();
    let mut shown = vec![
        ("Runs in a day", number::grouped(day.map_or(0, |it| it.runs))),
        ("Failed", number::grouped(day.map_or(0, |it| it.failed))),
    ];
    if let Some(wall) = day.and_then(|it| it.wall) {
        shown.push(("Half took at most", number::milliseconds(wall.p50_us)));
        shown.push(("99 in 100", number::milliseconds(wall.p99_us)));
    }
    shown
}

/// All figures, of a day and of thirty.
fn costs(figures: &verbs::Figures) -> Vec<Figure> {
    let figure = |name, of: fn(&runs::Account) -> Option<String>| {
        let shown = |it: &Option<runs::Account>| it.as_ref().and_then(of).unwrap_or_else(|| "–".to_owned());
        Figure { name, day: shown(&figures.day), month: shown(&figures.month) }
    };
    vec![
        figure("Runs", |it| Some(number::grouped(it.runs))),
        figure("Failed", |it| Some(number::grouped(it.failed))),
        figure("Half took at most", |it| Some(number::milliseconds(it.wall?.p50_us))),
        figure("95 in 100 took at most", |it| Some(number::milliseconds(it.wall?.p95_us))),
        figure("99 in 100 took at most", |it| Some(number::milliseconds(it.wall?.p99_us))),
        figure("Computing, in all", |it| Some(number::milliseconds(it.cpu_us))),
        figure("Memory, at the most", |it| Some(number::bytes(it.memory_peak_bytes))),
        figure("Host calls, in all", |it| Some(number::grouped(it.host_calls))),
    ]
}

fn halt(hooked: &Hooked, now: Timestamp) -> Option<Halt> {
    let failures = number::counted(u64::from(hooked.hook.failures), "time");
    let response = hooked.next.map(|it| it.to_string());
    let waiting = match hooked.waiting_since {
        Some(since) => format!(" The response it works on next arrived {}.", moment::ago(since, now)),
        None => String::new(),
    };
    if hooked.hook.stopped_at.is_some() {
        return Some(Halt {
            words: format!("It has failed {failures} in a row, and waits for you."),
            advice: format!("Mend it, publish it, and let it go on: no response is lost.{waiting}"),
            response,
        });
    }
    (0 < hooked.hook.failures).then(|| Halt {
        words: format!("It has failed {failures} in a row, and is tried again by itself."),
        advice: format!("No response is passed over.{waiting}"),
        response: None,
    })
}

fn kept(person: &Person) -> String {
    let Some(allowance) = Allowance::of(&person.tenant().plan.plan()) else { return String::new() };
    format!(
        "The latest {} runs of all your scripts are kept, for {} days.",
        number::grouped(u64::from(allowance.kept_runs_max)),
        allowance.kept_days_max
    )
}
