//! Survey fields: this file is about the page of a tenant's own fields, their order, removal and return.

mod form;
mod one;

use askama::Template;
use axum::{
    extract::{Path, Query},
    http::StatusCode,
    response::{Html, IntoResponse, Redirect, Response},
};
use canvass_actions::{self as actions, fields};
use canvass_model::{
    id::FieldKey,
    member::Role,
    metadata::{FIELDS_MAX, Field, FieldId, Fields, Kind, REMOVED_DAYS},
    plan::Feature,
    time::Timestamp,
};
use canvass_storage::{self as storage, fields::Removed};

use self::form::FieldForm;
pub(super) use self::form::plain;
pub(crate) use self::one::{create, show, update};
use super::surveys::Happened;
use crate::{
    Problem,
    access::{Administrator, Analyst, Person},
    form::Form,
    layout::{ConsoleArea, ConsoleShell},
    view::{moment, number},
};

#[derive(Template)]
#[template(path = "console/fields.html")]
struct FieldsPage {
    shell: ConsoleShell,
    base: String,
    may_write: bool,
    /// Why nothing can be changed on this plan; empty when something can.
    plan: String,
    refusal: String,
    notice: Option<Notice>,
    announcement: String,
    items: Vec<Item>,
    removed: Vec<Gone>,
    form: FieldForm,
    is_full: bool,
}

/// One field of the list.
struct Item {
    id: String,
    label: String,
    note: String,
    is_required: bool,
    is_first: bool,
    is_last: bool,
}

/// A removed field.
struct Gone {
    key: String,
    label: String,
    id: String,
    surveys: String,
    until: String,
    until_iso: String,
}

/// What just happened, and the way back.
struct Notice {
    text: String,
    /// Where undoing it is posted; empty when there is nothing to undo.
    undo: String,
}

/// What the page shows besides the list: what was refused and why.
#[derive(Default)]
struct Refused {
    words: String,
    form: FieldForm,
}

/// Everything the page is made of.
struct Found {
    fields: Fields,
    removed: Vec<Removed>,
    /// Surveys without a value in the field that something just happened to.
    lacking: u64,
}

/// The tenant's own fields for surveys.
pub(crate) async fn index(analyst: Analyst, Query(happened): Query<Happened>) -> Result<Response, Problem> {
    page(&analyst, happened, Refused::default(), StatusCode::OK).await
}

/// Moves a field up, down or to a place counted from 1.
pub(crate) async fn place(
    administrator: Administrator,
    Path((_, field)): Path<(String, String)>,
    form: Form,
) -> Result<Response, Problem> {
    let id = id(&field)?;
    let (direction, place) = (form.text("do").to_owned(), form.text("place").parse::<usize>().ok());
    let moved = id.clone();
    change(&administrator, "moved", &id, move |fields| {
        let at = fields.iter().position(|it| *it.id() == moved).ok_or(actions::Error::NotFound)?;
        let to = match (direction.as_str(), place) {
            ("up", _) => at.saturating_sub(1),
            ("down", _) => at + 1,
            (_, Some(place)) => place.saturating_sub(1),
            (_, None) => at,
        };
        Ok(fields.with_moved(&moved, to))
    })
    .await
}

/// Removes a field; the list then offers to undo it.
pub(crate) async fn remove(
    administrator: Administrator,
    Path((_, field)): Path<(String, String)>,
) -> Result<Response, Problem> {
    let id = id(&field)?;
    let removed = id.clone();
    change(&administrator, "removed", &id, move |fields| {
        fields.find(&removed).ok_or(actions::Error::NotFound)?;
        fields.without(&removed).map_err(|faults| {
            let why = faults.into_iter().next().map(|it| it.message).unwrap_or_default();
            actions::Error::Refused(format!("It cannot be removed yet. {why} then; change that link first"))
        })
    })
    .await
}

/// Fetches a removed field back.
pub(crate) async fn restore(
    administrator: Administrator,
    Path((_, key)): Path<(String, String)>,
) -> Result<Response, Problem> {
    let key = FieldKey::parse(&key).ok_or(Problem::NotFound)?;
    let plan = administrator.tenant().plan.plan();
    match administrator.write(move |tx, by| fields::restore(tx, by, &plan, key)).await {
        Ok(field) => Ok(listed(&administrator, "restored", field.id())),
        Err(error) => refused(&administrator, error).await,
    }
}

/// Removes a removed field for good.
pub(crate) async fn delete(
    administrator: Administrator,
    Path((_, key)): Path<(String, String)>,
) -> Result<Response, Problem> {
    let key = FieldKey::parse(&key).ok_or(Problem::NotFound)?;
    administrator.write(move |tx, by| fields::delete(tx, by, key)).await?;
    Ok(Redirect::to(&format!("{}?did=deleted", base(&administrator))).into_response())
}

/// Changes the list as it is now: what one person moves or removes does not disturb what another does.
async fn change(
    administrator: &Administrator,
    did: &str,
    id: &FieldId,
    change: impl Fn(&Fields) -> Result<Fields, actions::Error> + Send + 'static,
) -> Result<Response, Problem> {
    let plan = administrator.tenant().plan.plan();
    let changed = administrator.write(move |tx, by| {
        let wanted = change(&fields::find(tx)?)?;
        fields::replace(tx, by, &plan, None, &wanted)
    });
    match changed.await {
        Ok(()) => Ok(listed(administrator, did, id)),
        Err(error) => refused(administrator, error).await,
    }
}

/// The list again, with why nothing was changed.
async fn refused(administrator: &Administrator, error: actions::Error) -> Result<Response, Problem> {
    let words = match error {
        actions::Error::Refused(words) | actions::Error::Limit(words) | actions::Error::Taken(words) => {
            format!("{words}.")
        }
        error => return Err(error.into()),
    };
    let refused = Refused { words, ..Refused::default() };
    page(administrator, Happened::default(), refused, StatusCode::CONFLICT).await
}

async fn page(person: &Person, happened: Happened, refused: Refused, status: StatusCode) -> Result<Response, Problem> {
    let about = happened.it.as_deref().and_then(|it| FieldId::parse(it).ok());
    let asked = about.clone();
    let found = person
        .read(move |tx| {
            let lacking = asked.as_ref().map(|it| storage::metadata::count_without(tx, it)).transpose()?;
            let (fields, removed) = (fields::find(tx)?, storage::fields::list_removed(tx)?);
            Ok::<_, actions::Error>(Found { fields, removed, lacking: lacking.unwrap_or_default() })
        })
        .await?;
    let base = base(person);
    let plan = person.tenant().plan.plan();
    let is_included = plan.includes(Feature::Metadata);
    let is_administrator = person.as_member().is_some_and(|it| it.role == Role::Administrator);
    let did = happened.did.as_deref().unwrap_or_default();
    let page = FieldsPage {
        shell: person.shell(ConsoleArea::Surveys).await?,
        may_write: is_administrator && is_included,
        plan: if is_included {
            String::new()
        } else {
            format!("The {} plan has no fields of your own.", plan.id.as_str())
        },
        refusal: refused.words,
        notice: notice(did, about.as_ref(), &found, &base),
        announcement: announcement(did, about.as_ref(), &found.fields),
        items: items(&found.fields),
        removed: found.removed.iter().map(gone).collect(),
        form: refused.form,
        is_full: FIELDS_MAX <= found.fields.len(),
        base,
    };
    Ok((status, Html(page.render()?)).into_response())
}

fn items(fields: &Fields) -> Vec<Item> {
    let last = fields.len().saturating_sub(1);
    let item = |(place, field): (usize, &Field)| Item {
        id: field.id().to_string(),
        label: field.label().to_owned(),
        note: traits(field),
        is_required: field.is_required(),
        is_first: place == 0,
        is_last: place == last,
    };
    fields.iter().enumerate().map(item).collect()
}

/// What is special about a field, in a few words.
fn traits(field: &Field) -> String {
    let mut words = vec![field.kind().label().to_owned()];
    if field.is_listed() {
        words.push("in the list".to_owned());
    }
    if let Some(link) = field.link() {
        words.push(format!("links to {link}"));
    }
    words.join(" · ")
}

fn gone(removed: &Removed) -> Gone {
    let until = removed.removed_at.plus_ms(REMOVED_DAYS * Timestamp::DAY_MS);
    Gone {
        key: removed.key.to_string(),
        label: removed.field.label().to_owned(),
        id: removed.field.id().to_string(),
        surveys: match removed.surveys {
            0 => "No survey has a value in it".to_owned(),
            1 => "1 survey keeps a value in it".to_owned(),
            count => format!("{} surveys keep a value in it", number::grouped(count)),
        },
        until: moment::day(until),
        until_iso: until.to_string(),
    }
}

fn notice(did: &str, about: Option<&FieldId>, found: &Found, base: &str) -> Option<Notice> {
    let field = about.and_then(|it| found.fields.find(it));
    let told = |text: String| Some(Notice { text, undo: String::new() });
    match (did, field) {
        ("removed", None) => {
            let removed = found.removed.iter().find(|it| Some(it.field.id()) == about)?;
            let (gone, key) = (gone(removed), removed.key);
            let text = format!("“{}” is removed. {} until {}.", gone.label, gone.surveys, gone.until);
            Some(Notice { text, undo: format!("{}/{key}/restoration", removed_base(base)) })
        }
        ("restored", Some(field)) => told(format!("“{}” is back, with its values.", field.label())),
        ("deleted", None) => told("The field and its values are gone for good.".to_owned()),
        ("added" | "changed", Some(field)) => {
            let lacking = found.lacking;
            let needs = match lacking {
                _ if !field.is_required() || lacking == 0 => String::new(),
                1 => " 1 survey needs a value before it is published next.".to_owned(),
                _ => format!(" {} surveys need a value before they are published next.", number::grouped(lacking)),
            };
            let verb = if did == "added" { "there now" } else { "changed" };
            let open = if needs.is_empty() { "" } else { " Open surveys stay open." };
            told(format!("“{}” is {verb}.{needs}{open}", field.label()))
        }
        _ => None,
    }
}

/// What a screen reader hears of a move.
fn announcement(did: &str, about: Option<&FieldId>, fields: &Fields) -> String {
    let place = about.and_then(|id| fields.iter().position(|it| it.id() == id)).filter(|_| did == "moved");
    place.map_or_else(String::new, |it| format!("“{}” is now field {} of {}", fields[it].label(), it + 1, fields.len()))
}

fn listed(administrator: &Administrator, did: &str, id: &FieldId) -> Response {
    Redirect::to(&format!("{}?did={did}&it={id}", base(administrator))).into_response()
}

fn base(person: &Person) -> String {
    format!("/-/console/{}/fields", person.tenant().alias)
}

/// Where removed fields are.
fn removed_base(base: &str) -> String {
    base.strip_suffix("/fields").map_or_else(String::new, |it| format!("{it}/removed-fields"))
}

/// A field's id in a path. What is no id names nothing: 404.
fn id(text: &str) -> Result<FieldId, Problem> {
    FieldId::parse(text).map_err(|_| Problem::NotFound)
}
