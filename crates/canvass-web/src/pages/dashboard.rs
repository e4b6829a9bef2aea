//! The dashboard: this file is about the first page of a tenant's console.

use askama::Template;
use axum::response::Html;
use canvass_storage::{
    self as storage, responses,
    surveys::{self, Shelf},
};

use crate::{
    Problem,
    access::Analyst,
    layout::{ConsoleArea, ConsoleShell},
    view::{
        log_lines::{self, Line},
        number,
        survey_head::{SurveyHead, Tab},
    },
};

/// Surveys looked through for open ones; a plan allows fewer.
const SURVEYS: u32 = 100;
/// Lines of the log shown.
const LATELY: u32 = 6;
/// From this share of a limit on, the page says so.
const WARN_PERCENT: u64 = 80;

#[derive(Template)]
#[template(path = "console/dashboard.html")]
struct DashboardPage {
    shell: ConsoleShell,
    /// Whether nothing was published yet: then the page says what to do first.
    is_new: bool,
    may_write: bool,
    public: String,
    month: String,
    month_max: String,
    open_count: u32,
    open_max: u32,
    warning: Option<String>,
    open: Vec<SurveyHead>,
    lately: Vec<Line>,
}

/// What goes on in this tenant.
pub(crate) async fn show(analyst: Analyst) -> Result<Html<String>, Problem> {
    let tenant = analyst.tenant();
    let (alias, plan) = (tenant.alias.clone(), tenant.plan.plan());
    let (found, month, open_count, lately, now) = analyst
        .read(move |tx| {
            let now = tx.now();
            let found = surveys::list(tx, Shelf::AtWork, None, SURVEYS)?;
            let month = responses::count_in_month(tx, now)?;
            let open_count = surveys::count_open(tx)?;
            let lately = log_lines::read(tx, &alias, None, LATELY)?;
            Ok::<_, storage::Error>((found, month, open_count, lately, now))
        })
        .await?;
    let used = number::percent(month, plan.responses_month_max);
    let page = DashboardPage {
        shell: analyst.shell(ConsoleArea::Home).await?,
        is_new: found.iter().all(|it| it.version.0 == 0),
        may_write: analyst.may_write(),
        public: analyst.public_url().await?,
        month: number::grouped(month),
        month_max: number::grouped(plan.responses_month_max),
        open_count,
        open_max: plan.active_surveys_max,
        warning: (WARN_PERCENT <= used).then(|| {
            format!(
                "{used} % of this month’s {} responses are used. At the limit new ones are refused; nothing that was \
                 collected is lost.",
                number::grouped(plan.responses_month_max)
            )
        }),
        open: found
            .iter()
            .filter(|it| it.is_open(now))
            .map(|it| SurveyHead::new(it, &tenant.alias, Tab::Results, now))
            .collect(),
        lately,
    };
    Ok(Html(page.render()?))
}
