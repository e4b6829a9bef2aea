//! Dead letters, for the operator: this file is about responses that could not be applied.

use askama::Template;
use axum::{
    extract::{Path, Query},
    response::{Html, Redirect},
};
use canvass_actions::dead_letters as verbs;
use canvass_model::id::DeadLetterId;
use canvass_storage::dead_letters;

use crate::{
    Problem,
    access::Operator,
    layout::{OperatorArea, OperatorShell},
    view::moment,
};

/// Dead letters on one page.
const ROWS: u32 = 50;

#[derive(Template)]
#[template(path = "operator/dead_letters.html")]
struct DeadLettersPage {
    shell: OperatorShell,
    letters: Vec<Letter>,
    after: Option<String>,
    retried: bool,
}

struct Letter {
    id: String,
    tenant: String,
    survey: String,
    lane: &'static str,
    since: String,
    reason: String,
}

/// Which dead letters to show.
#[derive(serde::Deserialize)]
pub(crate) struct Wanted {
    #[serde(default)]
    after: String,
    /// Present after a retry.
    retried: Option<String>,
}

/// Dead letters, the oldest first.
pub(crate) async fn index(operator: Operator, Query(wanted): Query<Wanted>) -> Result<Html<String>, Problem> {
    let after = DeadLetterId::parse(&wanted.after);
    let found = operator.read(move |tx| dead_letters::list(tx, after, ROWS)).await?;
    let full = found.len() == ROWS as usize;
    let page = DeadLettersPage {
        shell: operator.shell(OperatorArea::DeadLetters),
        after: found.last().filter(|_| full).map(|it| it.id.to_string()),
        letters: found
            .into_iter()
            .map(|it| Letter {
                id: it.id.to_string(),
                tenant: it.tenant.to_string(),
                survey: it.survey.to_string(),
                lane: it.lane.as_str(),
                since: moment::second(it.made_at),
                reason: it.reason,
            })
            .collect(),
        retried: wanted.retried.is_some(),
    };
    Ok(Html(page.render()?))
}

/// Puts a response into the intake again.
pub(crate) async fn retry(operator: Operator, Path(letter): Path<String>) -> Result<Redirect, Problem> {
    let id = DeadLetterId::parse(&letter).ok_or(Problem::NotFound)?;
    operator.act(|directory, _| async move { verbs::retry(&directory, id).await }).await?;
    Ok(Redirect::to("/-/operate/dead-letters?retried"))
}

/// Removes a response for good.
pub(crate) async fn delete(operator: Operator, Path(letter): Path<String>) -> Result<Redirect, Problem> {
    let id = DeadLetterId::parse(&letter).ok_or(Problem::NotFound)?;
    operator.write(move |tx, _| verbs::discard(tx, id)).await?;
    Ok(Redirect::to("/-/operate/dead-letters"))
}
