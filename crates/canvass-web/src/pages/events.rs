//! The log: this file is about what happened in a tenant.

use askama::Template;
use axum::{extract::Query, response::Html};

use crate::{
    Problem,
    access::Administrator,
    layout::{ConsoleArea, ConsoleShell},
    view::log_lines::{self, Line},
};

/// Lines on one page.
const LINES: u32 = 50;

#[derive(Template)]
#[template(path = "console/log.html")]
struct LogPage {
    shell: ConsoleShell,
    lines: Vec<Line>,
    before: Option<i64>,
}

/// Which lines to show.
#[derive(serde::Deserialize)]
pub(crate) struct Wanted {
    before: Option<i64>,
}

/// The log, the newest lines first.
pub(crate) async fn index(administrator: Administrator, Query(wanted): Query<Wanted>) -> Result<Html<String>, Problem> {
    let alias = administrator.tenant().alias.clone();
    let lines = administrator.read(move |tx| log_lines::read(tx, &alias, wanted.before, LINES)).await?;
    let full = lines.len() == LINES as usize;
    let before = lines.last().filter(|_| full).map(|it| it.position);
    let shell = administrator.shell(ConsoleArea::Log).await?;
    Ok(Html(LogPage { shell, lines, before }.render()?))
}
