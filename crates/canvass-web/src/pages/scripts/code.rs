//! The program of a script: this file is about editing its draft, checking it while one types, trying it out and
//! publishing it.

use askama::Template;
use axum::{
    Json,
    extract::Path,
    http::StatusCode,
    response::{Html, IntoResponse, Response},
};
use canvass_actions::{
    self as actions,
    scripts::{self as verbs, Member, manual},
};
use canvass_model::{
    script::{Script, ScriptName, Source, TriggerName},
    survey::Revision,
};
use canvass_storage::scripts;

use super::{
    Opened,
    fields::Control,
    trial::{self, Trial},
};
use crate::{
    Problem,
    access::{Analyst, Creator, Person},
    form::Form,
    layout::{ConsoleArea, ConsoleShell},
    view::{
        number,
        run_outcome::{self, Answer, RunOutcome, Told},
        script_head::{ScriptHead, Tab},
    },
};

#[derive(Template)]
#[template(path = "console/script_code.html")]
struct CodePage {
    shell: ConsoleShell,
    head: ScriptHead,
    may_write: bool,
    guide: String,
    revision: u64,
    source: String,
    notice: Option<Notice>,
    announcement: String,
    /// The line that is no Python, and why.
    line: Option<u32>,
    problem: String,
    faults: Vec<(String, String)>,
    trial: Trial,
    outcome: Option<RunOutcome>,
    limits: Vec<(&'static str, String)>,
}

/// What is said above the program.
#[derive(Default)]
struct Notice {
    tone: &'static str,
    /// `status`, or `alert` for what takes the focus.
    role: &'static str,
    words: String,
    /// The line it is about, with a mark below.
    excerpt: String,
    /// Whether somebody else has saved another draft meanwhile.
    offers_both: bool,
}

/// What a page shows besides the script as it is stored.
#[derive(Default)]
struct Shown {
    /// The program as it was sent; that of the draft when nothing was.
    source: Option<String>,
    notice: Option<Notice>,
    line: Option<u32>,
    problem: String,
    faults: Vec<(String, String)>,
    trial: Option<Trial>,
    outcome: Option<RunOutcome>,
    announcement: String,
}

/// What was sent with a program.
struct Sent {
    name: ScriptName,
    base: Option<Revision>,
    text: String,
    source: Source,
}

/// What the editor hears while one types.
#[derive(serde::Serialize)]
pub(crate) struct Verdict {
    line: Option<u32>,
    column: Option<u32>,
    message: Option<String>,
    /// What to say when nothing is wrong.
    words: &'static str,
}

/// The draft.
pub(crate) async fn show(analyst: Analyst, Path((_, script)): Path<(String, String)>) -> Result<Response, Problem> {
    let opened = super::open(&analyst, &script).await?;
    let may_write = super::may_write(&analyst);
    page(&analyst, &opened, Shown::default(), (may_write, StatusCode::OK)).await
}

/// Reads a program without running or saving it.
pub(crate) async fn check(
    creator: Creator,
    Path((_, script)): Path<(String, String)>,
    form: Form,
) -> Result<Json<Verdict>, Problem> {
    let opened = super::open(&creator, &script).await?;
    let good = Verdict { line: None, column: None, message: None, words: "No errors in it as far as Python can tell." };
    let source = match Source::parse(form.find("source").unwrap_or_default()) {
        Ok(source) => source,
        Err(refusal) => {
            return Ok(Json(Verdict { line: Some(1), column: Some(1), message: Some(refusal.to_string()), ..good }));
        }
    };
    let (scripts, tenant, _) = creator.scripting();
    match verbs::check(scripts, tenant, &opened.script.name, &source).await {
        Ok(_) => Ok(Json(good)),
        Err(actions::Error::Syntax { message, line, column }) => {
            Ok(Json(Verdict { line: Some(line), column: Some(column), message: Some(message), ..good }))
        }
        // Nothing is known, and nothing is said: saving checks again.
        Err(actions::Error::Unavailable(_) | actions::Error::Refused(_) | actions::Error::TooMany { .. }) => {
            Ok(Json(Verdict { words: "", ..good }))
        }
        Err(error) => Err(error.into()),
    }
}

/// Saves the draft.
pub(crate) async fn save(
    creator: Creator,
    Path((_, script)): Path<(String, String)>,
    form: Form,
) -> Result<Response, Problem> {
    let (opened, sent) = match kept(&creator, &script, &form).await? {
        Ok(kept) => kept,
        Err(refused) => return Ok(refused),
    };
    let words = "The draft is saved.".to_owned();
    let shown = Shown {
        source: Some(sent.text),
        announcement: words.clone(),
        notice: Some(Notice { tone: "good", role: "status", words, ..Notice::default() }),
        trial: Some(trial::kept(&creator, &opened.script, &form).await?),
        ..Shown::default()
    };
    page(&creator, &opened, shown, (true, StatusCode::OK)).await
}

/// Saves the draft and runs it once, without effects.
pub(crate) async fn try_out(
    creator: Creator,
    Path((_, script)): Path<(String, String)>,
    form: Form,
) -> Result<Response, Problem> {
    let (opened, sent) = match kept(&creator, &script, &form).await? {
        Ok(kept) => kept,
        Err(refused) => return Ok(refused),
    };
    let mut shown = Shown { source: Some(sent.text), ..Shown::default() };
    let entered = trial::entered(&creator, &opened.script, &form).await?;
    shown.trial = Some(entered.trial);
    let asked = match entered.asked {
        Ok(asked) => asked,
        Err(faults) => {
            shown.faults = faults;
            return page(&creator, &opened, shown, (true, StatusCode::UNPROCESSABLE_ENTITY)).await;
        }
    };
    let member = creator.as_member().map(Member::from);
    let (scripts, tenant, _) = creator.scripting();
    match manual::run(scripts, tenant, member, (&opened.script.name, asked)).await {
        Ok(ended) => {
            let is_page = opened.script.trigger.name() == TriggerName::Page;
            let outcome = ended_well(&creator, &opened.script, &ended, is_page);
            shown.announcement.clone_from(&outcome.heading);
            shown.outcome = Some(outcome);
            page(&creator, &opened, shown, (true, StatusCode::OK)).await
        }
        Err(actions::Error::Refused(words) | actions::Error::Unavailable(words)) => {
            warned(&creator, &opened, shown, words).await
        }
        Err(error) => Err(error.into()),
    }
}

/// Saves the draft and makes it the live version, when its tests pass.
pub(crate) async fn publish(
    creator: Creator,
    Path((_, script)): Path<(String, String)>,
    form: Form,
) -> Result<Response, Problem> {
    let (_, sent) = match kept(&creator, &script, &form).await? {
        Ok(kept) => kept,
        Err(refused) => return Ok(refused),
    };
    let push = verbs::Push { name: sent.name.clone(), source: None, note: String::new(), seen: None };
    let (scripts, tenant, by) = creator.scripting();
    let published = verbs::publish(scripts, tenant, by, push).await;
    let opened = super::open(&creator, &script).await?;
    let trial = Some(trial::kept(&creator, &opened.script, &form).await?);
    let mut shown = Shown { source: Some(sent.text), trial, ..Shown::default() };
    match published {
        Ok(published) => {
            let tests = match published.tested.len() {
                0 => "It has no tests yet.".to_owned(),
                count => format!("{} passed.", number::counted(count as u64, "test")),
            };
            let words = format!("Version {} is live. {tests}", published.version.0);
            shown.announcement.clone_from(&words);
            shown.notice = Some(Notice { tone: "good", role: "status", words, ..Notice::default() });
            page(&creator, &opened, shown, (true, StatusCode::OK)).await
        }
        Err(actions::Error::Invalid { faults }) => {
            let told: Vec<String> = faults.iter().map(|it| it.message.clone()).collect();
            let words = format!("Not published: {} did not pass.", number::counted(told.len() as u64, "test"));
            shown.notice =
                Some(Notice { tone: "danger", role: "alert", words, excerpt: told.join("\n"), ..Notice::default() });
            page(&creator, &opened, shown, (true, StatusCode::UNPROCESSABLE_ENTITY)).await
        }
        Err(actions::Error::Refused(words) | actions::Error::Unavailable(words)) => {
            warned(&creator, &opened, shown, words).await
        }
        Err(error) => Err(error.into()),
    }
}

/// Saves what was sent: the script as it is then, or the page again with why it is not saved.
async fn kept(creator: &Creator, script: &str, form: &Form) -> Result<Result<(Opened, Sent), Response>, Problem> {
    let opened = super::open(creator, script).await?;
    Ok(match saved(creator, &opened.script, form).await? {
        Ok(sent) => Ok((super::open(creator, script).await?, sent)),
        Err((shown, status)) => Err(page(creator, &opened, shown, (true, status)).await?),
    })
}

/// The page again, with why something cannot be done now.
async fn warned(creator: &Creator, opened: &Opened, shown: Shown, words: String) -> Result<Response, Problem> {
    let notice = Some(Notice { tone: "warn", role: "alert", words, ..Notice::default() });
    page(creator, opened, Shown { notice, ..shown }, (true, StatusCode::CONFLICT)).await
}

/// What a run came to, in words.
pub(super) fn ended_well(person: &Person, script: &Script, ended: &manual::Ended, is_page: bool) -> RunOutcome {
    let run = &ended.run;
    let answer = if run.outcome.is_done() { Answer::of(&ended.result, is_page) } else { Answer::Absent };
    let told = Told {
        outcome: run.outcome,
        failure: run.failure.as_ref(),
        usage: run.usage,
        limits: super::limits(person, script.trigger.name()),
        output: &run.output,
        is_truncated: run.output_truncated,
        log: &run.log,
    };
    RunOutcome::new(&told, answer, format!("{}/{}", super::base(person), script.id))
}

/// Saves the program that was sent as the draft; or what the page says instead.
async fn saved(creator: &Creator, script: &Script, form: &Form) -> Result<Result<Sent, (Shown, StatusCode)>, Problem> {
    let text = form.find("source").unwrap_or_default().to_owned();
    let trial = trial::kept(creator, script, form).await?;
    let shown = Shown { source: Some(text.clone()), trial: Some(trial), ..Shown::default() };
    let source = match Source::parse(&text) {
        Ok(source) => source,
        Err(refusal) => {
            let faults = vec![("source".to_owned(), refusal.to_string())];
            return Ok(Err((Shown { faults, ..shown }, StatusCode::UNPROCESSABLE_ENTITY)));
        }
    };
    let (scripts, tenant, _) = creator.scripting();
    if let Err(actions::Error::Syntax { message, line, column }) =
        verbs::check(scripts, tenant, &script.name, &source).await
    {
        let shown = no_python(shown, &source, (line, column, message));
        return Ok(Err((shown, StatusCode::UNPROCESSABLE_ENTITY)));
    }
    let revision = |name: &str| form.text(name).parse().ok().map(Revision);
    let base = revision("over").or_else(|| revision("base"));
    let sent = Sent { name: script.name.clone(), base, text, source };
    let (name, seen, draft) = (sent.name.clone(), sent.base, sent.source.clone());
    match creator.write(move |tx, by| verbs::save_draft(tx, by, &name, seen, &draft)).await {
        Ok(_) => Ok(Ok(sent)),
        Err(actions::Error::ChangedMeanwhile) => {
            let words = "Somebody else saved another draft while you were editing. Yours is below, and not saved yet.";
            let notice =
                Notice { tone: "warn", role: "alert", words: words.to_owned(), offers_both: true, ..Notice::default() };
            Ok(Err((Shown { notice: Some(notice), ..shown }, StatusCode::CONFLICT)))
        }
        Err(error) => Err(error.into()),
    }
}

/// A page that shows where a program is no Python.
fn no_python(shown: Shown, source: &Source, (line, column, message): (u32, u32, String)) -> Shown {
    let text = source.as_str().lines().nth(line.saturating_sub(1) as usize).unwrap_or_default();
    // Tabs stay tabs, so that the mark stands below what it means.
    let before = text.chars().take(column.saturating_sub(1) as usize);
    let mark: String = before.map(|it| if it == '\t' { it } else { ' ' }).collect();
    let words = format!("Line {line}, column {column}: {message}");
    let notice = Notice {
        tone: "danger",
        role: "alert",
        words: format!("Not saved: this is no Python. {words}"),
        excerpt: format!("{line:>4} {text}\n     {mark}^"),
        offers_both: false,
    };
    Shown { line: Some(line), problem: message, notice: Some(notice), ..shown }
}

async fn page(
    person: &Person,
    opened: &Opened,
    shown: Shown,
    (may_write, status): (bool, StatusCode),
) -> Result<Response, Problem> {
    let id = opened.script.id;
    let source = match shown.source {
        Some(source) => source,
        None => {
            person.read(move |tx| scripts::draft(tx, id)).await?.map(|it| it.as_str().to_owned()).unwrap_or_default()
        }
    };
    let trial = match shown.trial {
        Some(trial) => trial,
        None => trial::first(person, &opened.script).await?,
    };
    let page = CodePage {
        shell: person.shell(ConsoleArea::Scripts).await?,
        head: opened.head(person, Tab::Code),
        may_write,
        guide: format!("{}/contract", super::base(person)),
        revision: opened.script.revision.0,
        source,
        notice: shown.notice,
        announcement: shown.announcement,
        line: shown.line,
        problem: shown.problem,
        faults: shown.faults,
        trial,
        outcome: shown.outcome,
        limits: run_outcome::allowance(&super::limits(person, opened.script.trigger.name())),
    };
    Ok((status, Html(page.render()?)).into_response())
}
