//! Scripts: this file is about their list, switching them on and off, and what all their pages share.

mod by_hand;
mod cases;
mod code;
mod contract;
mod fields;
mod new;
mod replay;
mod runs;
mod sample;
mod secrets;
mod settings;
mod store;
mod trash;
mod trial;
mod trigger;
mod versions;

use std::collections::HashMap;

use askama::Template;
use axum::{
    extract::{Path, Query},
    response::{Html, Redirect},
};
use canvass_actions::{self as actions, scripts as verbs};
use canvass_model::{
    id::{ScriptId, SurveyId},
    plan::Feature,
    script::{Allowance, Limits, Script, ScriptName, Switch, TriggerName},
};
use canvass_storage::{
    ReadTx,
    scripts::{self, runs::Account},
    surveys,
};

use self::new::Group;
pub(crate) use self::{
    by_hand::{create as run, new as new_run},
    cases::{create as create_case, delete as delete_case, index as cases, run as run_cases, update as update_case},
    code::{check, publish, save, show, try_out},
    contract::show as contract,
    new::{create, new},
    replay::{create as replay, new as new_replay},
    runs::{events as run_events, index as runs, resume, show as run_record, skip},
    secrets::{create as set_secret, delete as remove_secret, index as secrets},
    settings::{show as settings, update as set},
    store::{delete as remove_value, index as store, restore as restore_value},
    trash::{create as throw_away, delete, index as trash, restore as fetch_back},
    versions::{index as versions, restore},
};
use crate::{
    Problem,
    access::{Analyst, Creator, Person},
    form::Form,
    layout::{ConsoleArea, ConsoleShell},
    pages::surveys::Happened,
    view::{
        moment, number,
        script_head::{self, ScriptHead, Stopped, Tab},
    },
};

#[derive(Template)]
#[template(path = "console/scripts.html")]
struct ScriptsPage {
    shell: ConsoleShell,
    base: String,
    may_write: bool,
    /// Whether another script can be made.
    may_make: bool,
    may_keep_secrets: bool,
    /// Why there are none on this plan; empty when there are.
    plan: String,
    /// Why the operator has stopped all of them.
    stopped: Option<String>,
    /// How many of how many there are.
    allowance: Option<String>,
    hour: Option<HourSpent>,
    notice: Option<Notice>,
    announcement: String,
    rows: Vec<Row>,
    groups: Vec<Group>,
}

/// How much of the hour's work is done, for whoever reads the list.
struct HourSpent {
    words: String,
    /// What it means when nothing is left; empty before.
    advice: String,
}

/// One script of the list.
struct Row {
    id: String,
    title: String,
    trigger: String,
    badge: &'static str,
    tone: &'static str,
    /// Runs of the last day.
    runs: String,
    figures: String,
    may_switch: bool,
    /// What switching makes of it: `on` or `off`.
    other: &'static str,
}

/// What just happened, and the way back.
struct Notice {
    text: String,
    /// Where undoing it is posted; empty when there is nothing to undo.
    undo: String,
}

/// What the list is made of.
struct Listed {
    scripts: Vec<Script>,
    titles: HashMap<SurveyId, String>,
    /// What the runs of a day came to, of each script that had some.
    figures: HashMap<ScriptName, Account>,
    stopped: Option<String>,
    /// The script that was just thrown away.
    thrown: Option<Script>,
}

/// One script, with what its head shows.
pub(super) struct Opened {
    pub(super) script: Script,
    survey: Option<String>,
    tests: usize,
    stopped: Option<String>,
}

/// All scripts of the tenant, by name.
pub(crate) async fn index(analyst: Analyst, Query(happened): Query<Happened>) -> Result<Html<String>, Problem> {
    let thrown = happened.it.as_deref().filter(|_| happened.did.as_deref() == Some("trashed"));
    let thrown = thrown.and_then(|it| ScriptName::parse(it).ok());
    let found = analyst
        .read(move |tx| {
            let all = scripts::list(tx)?;
            let ids: Vec<SurveyId> = all.iter().filter_map(|it| it.trigger.survey()).collect();
            Ok::<_, actions::Error>(Listed {
                titles: surveys::titles(tx, &ids)?.into_iter().collect(),
                figures: verbs::figures_of_day(tx)?,
                stopped: verbs::stopped(tx)?,
                thrown: match &thrown {
                    Some(name) => scripts::trash::find(tx, name)?,
                    None => None,
                },
                scripts: all,
            })
        })
        .await?;
    let allowance = Allowance::of(&analyst.tenant().plan.plan());
    let may_write = analyst.may_write() && allowance.is_some();
    let notice = notice(&analyst, &happened, &found);
    let page = ScriptsPage {
        shell: analyst.shell(ConsoleArea::Scripts).await?,
        base: base(&analyst),
        may_write,
        may_make: may_write && allowance.is_some_and(|it| found.scripts.len() < it.scripts_max as usize),
        may_keep_secrets: is_administrator(&analyst),
        plan: plan(&analyst),
        stopped: found.stopped.clone(),
        allowance: allowance.map(|it| {
            let max = number::grouped(u64::from(it.scripts_max));
            format!("You have {} of {max}.", number::grouped(found.scripts.len() as u64))
        }),
        hour: analyst.hour_of_scripts().await?.filter(|it| 0 < it.fuel).map(|it| spent(&it)),
        announcement: notice.as_ref().map(|it| it.text.clone()).unwrap_or_default(),
        notice,
        rows: found.scripts.iter().map(|it| row(it, &found, may_write)).collect(),
        groups: new::groups(),
    };
    Ok(Html(page.render()?))
}

/// Switches a script on or off.
pub(crate) async fn switch(
    creator: Creator,
    Path((_, script)): Path<(String, String)>,
    form: Form,
) -> Result<Redirect, Problem> {
    let opened = open(&creator, &script).await?;
    let switch = Switch::parse(form.text("to"))
        .ok_or_else(|| Problem::BadRequest("This form does not say whether on or off; reload the page".to_owned()))?;
    let settings = verbs::Settings { switch: Some(switch), ..verbs::Settings::default() };
    let (_, tenant, by) = creator.scripting();
    verbs::set(tenant, by, (&opened.script.name, None), &settings).await?;
    let did = format!("?did={}&it={}", switch.as_str(), opened.script.name);
    Ok(Redirect::to(&match form.text("back") {
        "settings" => format!("{}/{}/settings{did}", base(&creator), opened.script.id),
        _ => format!("{}{did}", base(&creator)),
    }))
}

fn spent(hour: &verbs::HourOfWork) -> HourSpent {
    let ends_at = hour.ends_at.to_string();
    let time = ends_at.get(11..16).unwrap_or_default();
    let words =
        format!("{} % of the computing of this hour is used; the next one begins at {time} UTC.", hour.percent());
    let advice = "Until then pages of scripts answer that they are too busy, responses are accepted unchecked, and hooks wait without losing one.";
    HourSpent { words, advice: if hour.is_spent() { advice.to_owned() } else { String::new() } }
}

/// The script of an address, or not found.
pub(super) async fn open(person: &Person, script: &str) -> Result<Opened, Problem> {
    let id = ScriptId::parse(script).ok_or(Problem::NotFound)?;
    person.read(move |tx| read(tx, id)).await?.ok_or(Problem::NotFound)
}

/// A script with what its head shows, read together with what else a page needs.
pub(super) fn read(tx: &mut ReadTx<'_>, id: ScriptId) -> Result<Option<Opened>, actions::Error> {
    let Some(script) = scripts::find_by_id(tx, id)? else { return Ok(None) };
    let survey = match script.trigger.survey() {
        Some(id) => surveys::titles(tx, &[id])?.pop().map(|(_, title)| title),
        None => None,
    };
    let tests = scripts::tests::list(tx, id)?.len();
    Ok(Some(Opened { script, survey, tests, stopped: verbs::stopped(tx)? }))
}

impl Opened {
    /// The head of this script's pages.
    pub(super) fn head(&self, person: &Person, tab: Tab) -> ScriptHead {
        let alias = &person.tenant().alias;
        let mut head = ScriptHead::new(&self.script, alias, self.survey.as_deref(), tab);
        head.tests = self.tests;
        if let Some(words) = self.stopped.clone() {
            head.stopped = Some(Stopped { whose: "all scripts of your organisation", words });
        }
        let plan = plan(person);
        if !plan.is_empty() {
            head.plan = format!("{plan} This one stays readable and does not run.");
        }
        head
    }
}

/// The address of a tenant's scripts in the console.
pub(super) fn base(person: &Person) -> String {
    format!("/-/console/{}/scripts", person.tenant().alias)
}

/// Why there are no scripts on this tenant's plan; empty when there are.
pub(super) fn plan(person: &Person) -> String {
    let plan = person.tenant().plan.plan();
    if plan.includes(Feature::Scripts) {
        String::new()
    } else {
        format!("The {} plan has no scripts.", plan.id.as_str())
    }
}

/// What one run of a trigger may use on this tenant's plan.
pub(super) fn limits(person: &Person, trigger: TriggerName) -> Limits {
    let limits = Allowance::of(&person.tenant().plan.plan()).map_or(Limits::DEFAULT, |it| it.limits(trigger));
    person.script_limits(limits)
}

/// Whether a person may change scripts: their role, and the plan.
pub(super) fn may_write(analyst: &Analyst) -> bool {
    analyst.may_write() && plan(analyst).is_empty()
}

pub(super) fn is_administrator(person: &Person) -> bool {
    person.as_member().is_some_and(|it| it.role == canvass_model::member::Role::Administrator)
}

/// What just happened to a script, in a sentence.
pub(super) fn told(did: &str, name: &str) -> Option<String> {
    let name = ScriptName::parse(name).ok()?;
    Some(match did {
        "on" => format!("“{name}” is on."),
        "off" => format!("“{name}” is off: nothing starts it but a member who tries it out."),
        "deleted" => format!("“{name}” is deleted for good. What it noted of responses stays."),
        "restored" => format!("“{name}” is back, with its pages."),
        "saved" => format!("The settings of “{name}” are saved."),
        _ => return None,
    })
}

fn notice(person: &Person, happened: &Happened, found: &Listed) -> Option<Notice> {
    if let Some(script) = &found.thrown {
        let (name, day) = (&script.name, moment::day(script.gone_at()?));
        let text = format!("“{name}” is in the trash. It is deleted for good on {day}.");
        return Some(Notice { text, undo: format!("{}/{}/restoration", base(person), script.id) });
    }
    let text = told(happened.did.as_deref()?, happened.it.as_deref()?)?;
    Some(Notice { text, undo: String::new() })
}

fn row(script: &Script, found: &Listed, may_write: bool) -> Row {
    let (badge, tone) = script_head::state(script);
    let survey = script.trigger.survey().and_then(|id| found.titles.get(&id));
    let account = found.figures.get(&script.name);
    let runs = account.map_or(0, |it| it.runs);
    let failed = account.map_or(0, |it| it.failed);
    let cpu = account.map_or(0, |it| it.cpu_us);
    let figures = match (runs, failed) {
        (0, _) => "in a day".to_owned(),
        (_, 0) => format!("in a day, {} of computing", number::milliseconds(cpu)),
        _ => format!("in a day, {} failed", number::grouped(failed)),
    };
    Row {
        id: script.id.to_string(),
        title: script.own_title().to_owned(),
        trigger: script_head::starts(&script.trigger, survey.map(String::as_str)),
        badge,
        tone,
        runs: number::counted(runs, "run"),
        figures,
        may_switch: may_write && script.live.is_some() && script.stopped_by_operator.is_none(),
        other: if script.switch == Switch::On { "off" } else { "on" },
    }
}
