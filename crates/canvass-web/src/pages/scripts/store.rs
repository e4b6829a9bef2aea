//! The store of scripts: this file is about reading what they keep, and removing what nobody needs any more.

use askama::Template;
use axum::{
    extract::Query,
    response::{Html, Redirect},
};
use canvass_actions::{self as actions, scripts as verbs};
use canvass_model::script::{Allowance, StoreKey};
use canvass_storage::scripts::values;

use crate::{
    Problem,
    access::{Analyst, Creator},
    form::Form,
    layout::{ConsoleArea, ConsoleShell},
    view::{number, run_outcome::pretty},
};

/// Values on one page.
const ROWS: u32 = 50;
/// Characters of a value beside its key.
const PREVIEW_CHARS_MAX: usize = 80;

#[derive(Template)]
#[template(path = "console/script_store.html")]
struct StorePage {
    shell: ConsoleShell,
    base: String,
    may_write: bool,
    may_keep_secrets: bool,
    announcement: String,
    used: String,
    prefix: String,
    rows: Vec<Row>,
    older: String,
}

/// One value.
struct Row {
    key: String,
    preview: String,
    value: String,
}

/// Which values to show.
#[derive(serde::Deserialize)]
pub(crate) struct Wanted {
    #[serde(default)]
    prefix: String,
    after: Option<String>,
    removed: Option<String>,
}

/// The values by key.
pub(crate) async fn index(analyst: Analyst, Query(wanted): Query<Wanted>) -> Result<Html<String>, Problem> {
    let prefix: String = wanted.prefix.chars().take(StoreKey::CHARS_MAX).collect();
    let (from, after) = (prefix.clone(), wanted.after.clone());
    let (found, bytes) = analyst
        .read(move |tx| Ok::<_, actions::Error>((values::list(tx, &from, after.as_deref(), ROWS)?, values::bytes(tx)?)))
        .await?;
    let most = Allowance::of(&analyst.tenant().plan.plan()).map(|it| it.store_bytes_max);
    let full = found.len() == ROWS as usize;
    let query = |after: &StoreKey| {
        let pairs = [("prefix", prefix.as_str()), ("after", after.as_str())];
        form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish()
    };
    let page = StorePage {
        shell: analyst.shell(ConsoleArea::Scripts).await?,
        base: super::base(&analyst),
        may_write: super::may_write(&analyst),
        may_keep_secrets: super::is_administrator(&analyst),
        announcement: wanted.removed.map(|key| format!("“{key}” is removed.")).unwrap_or_default(),
        used: match most {
            Some(most) => format!("{} of {} are used.", number::bytes(bytes), number::bytes(most)),
            None => format!("{} are used.", number::bytes(bytes)),
        },
        older: found.last().filter(|_| full).map_or_else(String::new, |(key, _)| format!("?{}", query(key))),
        rows: found.into_iter().map(|(key, value)| row(&key, &value)).collect(),
        prefix,
    };
    Ok(Html(page.render()?))
}

/// Removes a value.
pub(crate) async fn delete(creator: Creator, form: Form) -> Result<Redirect, Problem> {
    let key = StoreKey::parse(form.find("key").unwrap_or_default()).map_err(|_| Problem::NotFound)?;
    let wanted = key.clone();
    creator.write(move |tx, by| verbs::remove_value(tx, by, &wanted)).await?;
    let pairs = [("prefix", form.text("prefix")), ("removed", key.as_str())];
    let query = form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish();
    Ok(Redirect::to(&format!("{}/store?{query}", super::base(&creator))))
}

fn row(key: &StoreKey, value: &str) -> Row {
    let read = serde_json::from_str(value).map_or_else(|_| value.to_owned(), |it: serde_json::Value| pretty(&it));
    Row { key: key.to_string(), preview: value.chars().take(PREVIEW_CHARS_MAX).collect(), value: read }
}
