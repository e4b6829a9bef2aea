//! The store of scripts: this file is about reading what they keep, and removing what nobody needs any more.

use askama::Template;
use axum::{
    extract::Query,
    http::StatusCode,
    response::{Html, IntoResponse, Redirect, Response},
};
use canvass_actions::{self as actions, scripts as verbs};
use canvass_model::script::{Allowance, StoreKey};
use canvass_storage::scripts::values;

use crate::{
    Problem,
    access::{Analyst, Creator, Person},
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
    refusal: String,
    /// The key that was just removed; empty when none was.
    removed: String,
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
#[derive(Default, serde::Deserialize)]
pub(crate) struct Wanted {
    #[serde(default)]
    prefix: String,
    after: Option<String>,
    removed: Option<String>,
    restored: Option<String>,
}

/// The values by key.
pub(crate) async fn index(analyst: Analyst, Query(wanted): Query<Wanted>) -> Result<Html<String>, Problem> {
    Ok(Html(page(&analyst, super::may_write(&analyst), wanted).await?.render()?))
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

/// Puts back the value that was removed last.
pub(crate) async fn restore(creator: Creator, form: Form) -> Result<Response, Problem> {
    let key = StoreKey::parse(form.find("key").unwrap_or_default()).map_err(|_| Problem::NotFound)?;
    let prefix = form.text("prefix").to_owned();
    let (_, tenant, by) = creator.scripting();
    match verbs::restore_value(tenant, by, &key).await {
        Ok(()) => {
            let pairs = [("prefix", prefix.as_str()), ("restored", key.as_str())];
            let query = form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish();
            Ok(Redirect::to(&format!("{}/store?{query}", super::base(&creator))).into_response())
        }
        Err(actions::Error::Refused(refusal) | actions::Error::Limit(refusal)) => {
            let wanted = Wanted { prefix, ..Wanted::default() };
            let page = StorePage { refusal, ..page(&creator, true, wanted).await? };
            Ok((StatusCode::CONFLICT, Html(page.render()?)).into_response())
        }
        Err(error) => Err(error.into()),
    }
}

async fn page(person: &Person, may_write: bool, wanted: Wanted) -> Result<StorePage, Problem> {
    let prefix: String = wanted.prefix.chars().take(StoreKey::CHARS_MAX).collect();
    let (from, after) = (prefix.clone(), wanted.after.clone());
    let (found, bytes) = person
        .read(move |tx| {
            let found = verbs::values_page(tx, &from, after.as_deref(), ROWS)?;
            Ok::<_, actions::Error>((found, values::bytes(tx)?))
        })
        .await?;
    let most = Allowance::of(&person.tenant().plan.plan()).map(|it| it.store_bytes_max);
    let query = |after: &StoreKey| {
        let pairs = [("prefix", prefix.as_str()), ("after", after.as_str())];
        form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish()
    };
    Ok(StorePage {
        shell: person.shell(ConsoleArea::Scripts).await?,
        base: super::base(person),
        may_write,
        may_keep_secrets: super::is_administrator(person),
        announcement: match (&wanted.removed, &wanted.restored) {
            (Some(key), _) => format!("“{key}” is removed."),
            (None, Some(key)) => format!("“{key}” is back."),
            (None, None) => String::new(),
        },
        refusal: String::new(),
        removed: wanted.removed.unwrap_or_default(),
        used: match most {
            Some(most) => format!("{} of {} are used.", number::bytes(bytes), number::bytes(most)),
            None => format!("{} are used.", number::bytes(bytes)),
        },
        older: found.next.as_ref().map_or_else(String::new, |key| format!("?{}", query(key))),
        rows: found.items.into_iter().map(|(key, value)| row(&key, &value)).collect(),
        prefix,
    })
}

fn row(key: &StoreKey, value: &str) -> Row {
    let read = serde_json::from_str(value).map_or_else(|_| value.to_owned(), |it: serde_json::Value| pretty(&it));
    Row { key: key.to_string(), preview: value.chars().take(PREVIEW_CHARS_MAX).collect(), value: read }
}
