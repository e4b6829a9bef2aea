//! Tenants, for the operator: this file is about their list, one tenant, suspending and resuming.

use askama::Template;
use axum::{
    extract::{Path, Query},
    http::StatusCode,
    response::{Html, IntoResponse, Redirect, Response},
};
use canvass_actions::tenants::{self as verbs, REASON_CHARS_MAX};
use canvass_model::{
    alias::Alias,
    plan::{Feature, Lane, PlanId},
    tenant::TenantState,
    time::Timestamp,
};
use canvass_storage::{
    self as storage, dead_letters, domains,
    tenants::{self, Filter, Listed},
};

use crate::{
    Problem,
    access::Operator,
    form::Form,
    layout::{OperatorArea, OperatorShell},
    view::{moment, number},
};

/// Tenants on one page.
const ROWS: u32 = 50;

#[derive(Template)]
#[template(path = "operator/tenants.html")]
struct TenantsPage {
    shell: OperatorShell,
    search: String,
    state: String,
    lanes: Vec<LaneFigure>,
    dead: String,
    /// Responses that cannot be read any more, when there are any.
    damaged: Option<String>,
    lost_visits: String,
    tabs: Vec<Tab>,
    rows: Vec<Row>,
    after: Option<String>,
}

/// How much waits in a lane.
struct LaneFigure {
    name: &'static str,
    waiting: String,
    age: Option<String>,
}

struct Tab {
    value: &'static str,
    label: &'static str,
    count: String,
}

struct Row {
    alias: String,
    name: String,
    state: &'static str,
    tone: &'static str,
    plan: &'static str,
    region: String,
    members: u64,
    since: String,
    active: Option<(String, String)>,
}

#[derive(Template)]
#[template(path = "operator/tenant.html")]
struct TenantPage {
    shell: OperatorShell,
    row: Row,
    reason: Option<String>,
    usage: Vec<(&'static str, String)>,
    /// Its domains, each with its state.
    domains: Vec<(String, &'static str)>,
    scripts: Option<ScriptsFigure>,
    is_active: bool,
    is_suspended: bool,
    errors: Vec<(String, String)>,
}

/// How many scripts a tenant has, and whether they are stopped.
struct ScriptsFigure {
    count: String,
    is_any: bool,
    stopped: Option<String>,
    /// Those stopped by name, each with why.
    each: Vec<(String, String)>,
}

impl TenantPage {
    fn error(&self, field: &str) -> &str {
        self.errors.iter().find(|(name, _)| name == field).map_or("", |(_, message)| message)
    }
}

/// Which tenants to show.
#[derive(serde::Deserialize)]
pub(crate) struct Wanted {
    #[serde(default)]
    q: String,
    #[serde(default)]
    state: String,
    #[serde(default)]
    after: String,
}

/// All tenants, by alias.
pub(crate) async fn show(operator: Operator, Query(wanted): Query<Wanted>) -> Result<Html<String>, Problem> {
    let filter = Filter {
        search: wanted.q.trim().chars().take(100).collect(),
        state: TenantState::parse(&wanted.state),
        after: Alias::parse(&wanted.after).ok(),
        limit: ROWS,
    };
    let search = filter.search.clone();
    let (found, counts, dead, now) = operator
        .read(move |tx| {
            let now = tx.now();
            Ok::<_, storage::Error>((tenants::list(tx, &filter)?, tenants::count(tx)?, dead_letters::count(tx)?, now))
        })
        .await?;
    let full = found.len() == ROWS as usize;
    let (lanes, damaged) = lanes(&operator, now).await?;
    let page = TenantsPage {
        shell: operator.shell(OperatorArea::Tenants),
        search,
        state: TenantState::parse(&wanted.state).map_or("all", TenantState::as_str).to_owned(),
        lanes,
        dead: number::grouped(dead),
        damaged: (0 < damaged).then(|| number::grouped(damaged)),
        lost_visits: number::grouped(operator.lost_visits()),
        tabs: tabs(&counts),
        after: found.last().filter(|_| full).map(|it| it.record.alias.to_string()),
        rows: found.into_iter().map(|it| row(it, now)).collect(),
    };
    Ok(Html(page.render()?))
}

/// One tenant.
pub(crate) async fn tenant(operator: Operator, Path(alias): Path<String>) -> Result<Response, Problem> {
    detail(&operator, &parse(&alias)?, Vec::new(), StatusCode::OK).await
}

/// Stops a tenant, with a reason it reads in its own log.
pub(crate) async fn suspend(operator: Operator, Path(alias): Path<String>, form: Form) -> Result<Response, Problem> {
    let alias = parse(&alias)?;
    let reason: String = form.text("reason").chars().filter(|it| !it.is_control()).collect();
    if reason.is_empty() || REASON_CHARS_MAX < reason.chars().count() {
        let errors = vec![("reason".to_owned(), format!("Say why, in 1 to {REASON_CHARS_MAX} characters"))];
        return detail(&operator, &alias, errors, StatusCode::UNPROCESSABLE_ENTITY).await;
    }
    let tenant = alias.clone();
    operator.act(|directory, by| async move { verbs::suspend(&directory, &by, &tenant, &reason).await }).await?;
    Ok(Redirect::to(&format!("/-/operate/tenants/{alias}")).into_response())
}

/// Lets a tenant go on.
pub(crate) async fn resume(operator: Operator, Path(alias): Path<String>) -> Result<Redirect, Problem> {
    let alias = parse(&alias)?;
    let tenant = alias.clone();
    operator.act(|directory, by| async move { verbs::resume(&directory, &by, &tenant).await }).await?;
    Ok(Redirect::to(&format!("/-/operate/tenants/{alias}")))
}

/// An alias in the path; what is none names nothing.
pub(super) fn parse(alias: &str) -> Result<Alias, Problem> {
    Alias::parse(alias).map_err(|_| Problem::NotFound)
}

/// One tenant's page, with what was wrong beside its field.
pub(super) async fn detail(
    operator: &Operator,
    alias: &Alias,
    errors: Vec<(String, String)>,
    status: StatusCode,
) -> Result<Response, Problem> {
    let filter = Filter { search: alias.to_string(), state: None, after: None, limit: ROWS };
    let (found, now) =
        operator.read(move |tx| Ok::<_, storage::Error>((tenants::list(tx, &filter)?, tx.now()))).await?;
    let listed = found.into_iter().find(|it| it.record.alias == *alias).ok_or(Problem::NotFound)?;
    let (state, reason, plan) = (listed.record.state, listed.record.reason.clone(), listed.record.plan.plan());
    let used = operator.usage(alias).await?;
    let scripts = used.as_ref().filter(|_| plan.includes(Feature::Scripts)).map(|it| ScriptsFigure {
        count: number::counted(u64::from(it.scripts), "script"),
        is_any: 0 < it.scripts,
        stopped: it.scripts_stopped.clone(),
        each: it.stopped_scripts.iter().map(|(name, why)| (name.to_string(), why.clone())).collect(),
    });
    let usage = used.map_or_else(Vec::new, |it| {
        let of = |used: u64, max: u64| format!("{} of {}", number::grouped(used), number::grouped(max));
        vec![
            ("Open surveys", of(u64::from(it.open_surveys), u64::from(plan.active_surveys_max))),
            ("Responses this month", of(it.responses_month, plan.responses_month_max)),
        ]
    });
    let id = listed.record.id;
    let domains = operator.read(move |tx| domains::list(tx, id)).await?;
    let page = TenantPage {
        domains: domains.iter().map(|it| (it.name.to_string(), it.state.as_str())).collect(),
        shell: operator.shell(OperatorArea::Tenants),
        row: row(listed, now),
        reason,
        usage,
        scripts,
        is_active: state == TenantState::Active,
        is_suspended: state == TenantState::Suspended,
        errors,
    };
    Ok((status, Html(page.render()?)).into_response())
}

/// What waits in each lane, and how many responses are damaged in all of them.
async fn lanes(operator: &Operator, now: Timestamp) -> Result<(Vec<LaneFigure>, u64), Problem> {
    let (mut figures, mut damaged) = (Vec::new(), 0);
    for lane in Lane::ALL {
        let backlog = operator.intake().backlog(lane).await?;
        let age = backlog.oldest_at.filter(|_| 0 < backlog.records).map(|it| format!("{} s", now.ms_since(it) / 1_000));
        figures.push(LaneFigure { name: lane.as_str(), waiting: number::grouped(backlog.records), age });
        damaged += backlog.damaged;
    }
    Ok((figures, damaged))
}

fn tabs(counts: &[(TenantState, u64)]) -> Vec<Tab> {
    let count = |state| counts.iter().filter(|(it, _)| *it == state).map(|(_, count)| count).sum::<u64>();
    let all = counts.iter().map(|(_, count)| count).sum();
    let mut tabs = vec![Tab { value: "all", label: "All", count: number::grouped(all) }];
    tabs.extend(TenantState::ALL.into_iter().map(|state| Tab {
        value: state.as_str(),
        label: words(state).0,
        count: number::grouped(count(state)),
    }));
    tabs
}

fn row(listed: Listed, now: Timestamp) -> Row {
    let (state, tone) = words(listed.record.state);
    Row {
        alias: listed.record.alias.to_string(),
        name: listed.record.name.to_string(),
        state,
        tone,
        plan: match listed.record.plan {
            PlanId::Trial => "Trial",
            PlanId::Individual => "Individual",
            PlanId::Standard => "Standard",
            PlanId::Premium => "Premium",
        },
        region: listed.record.region.0,
        members: listed.members,
        since: moment::day(listed.record.created_at),
        active: listed.active_at.map(|it| (it.to_string(), moment::ago(it, now))),
    }
}

/// A state in words, and how it is coloured.
fn words(state: TenantState) -> (&'static str, &'static str) {
    match state {
        TenantState::Requested => ("Requested", ""),
        TenantState::Provisioning => ("Being set up", "warn"),
        TenantState::Active => ("Active", "good"),
        TenantState::Suspended => ("Suspended", "danger"),
        TenantState::Failed => ("Failed", "danger"),
    }
}
