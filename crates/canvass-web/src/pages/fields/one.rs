//! One field: this file is about adding one and changing one, with what that does to surveys shown before it is done.

use askama::Template;
use axum::{
    extract::Path,
    http::StatusCode,
    response::{Html, IntoResponse, Response},
};
use canvass_actions::{self as actions, fields};
use canvass_model::metadata::{FieldId, Kind};

use super::{
    Happened, Refused, base,
    form::{FieldForm, errors},
    id, listed, page,
};
use crate::{
    Problem,
    access::Administrator,
    form::Form,
    layout::{ConsoleArea, ConsoleShell},
    view::number,
};

#[derive(Template)]
#[template(path = "console/field.html")]
struct FieldPage {
    shell: ConsoleShell,
    base: String,
    label: String,
    form: FieldForm,
    refusal: String,
    /// What saving does to surveys, to be confirmed; empty when there is nothing to confirm.
    warning: String,
}

/// Adds a field at the end of the list.
pub(crate) async fn create(administrator: Administrator, form: Form) -> Result<Response, Problem> {
    let mut sent = FieldForm::sent(&form);
    let field = match sent.read() {
        Ok(field) => field,
        Err(errors) => {
            sent.errors = errors;
            return again(&administrator, sent, String::new()).await;
        }
    };
    let plan = administrator.tenant().plan.plan();
    let id = field.id().clone();
    let added = administrator.write(move |tx, by| {
        let wanted = fields::find(tx)?.with(field.clone());
        let wanted = wanted.map_err(|faults| actions::Error::Invalid { faults })?;
        fields::replace(tx, by, &plan, None, &wanted)
    });
    match added.await {
        Ok(()) => Ok(listed(&administrator, "added", &id)),
        Err(actions::Error::Invalid { faults }) => {
            sent.errors = errors(&faults);
            again(&administrator, sent, String::new()).await
        }
        Err(actions::Error::Refused(words) | actions::Error::Limit(words)) => {
            again(&administrator, sent, format!("{words}.")).await
        }
        Err(error) => Err(error.into()),
    }
}

/// The form of a field.
pub(crate) async fn show(
    administrator: Administrator,
    Path((_, field)): Path<(String, String)>,
) -> Result<Response, Problem> {
    let id = id(&field)?;
    let fields = administrator.read(fields::find).await?;
    let field = fields.find(&id).ok_or(Problem::NotFound)?;
    let form = FieldForm { base: field.fingerprint().to_string(), ..FieldForm::of(field) };
    one(&administrator, &id, form, Told::default(), StatusCode::OK).await
}

/// Changes a field. What would lose values is refused; what leaves values that are no longer right is done when the
/// person has read how many, and says so.
pub(crate) async fn update(
    administrator: Administrator,
    Path((_, field)): Path<(String, String)>,
    form: Form,
) -> Result<Response, Problem> {
    let id = id(&field)?;
    let mut sent = FieldForm { id: id.to_string(), ..FieldForm::sent(&form) };
    let field = match sent.read() {
        Ok(field) => field,
        Err(errors) => {
            sent.errors = errors;
            return one(&administrator, &id, sent, Told::default(), StatusCode::UNPROCESSABLE_ENTITY).await;
        }
    };
    let plan = administrator.tenant().plan.plan();
    let (seen, is_confirmed) = (sent.seen(), form.is_ticked("confirmed"));
    let changed = administrator.write(move |tx, by| {
        let present = fields::find(tx)?;
        let earlier = present.find(field.id()).ok_or(actions::Error::NotFound)?;
        if earlier.fingerprint() != seen {
            return Err(actions::Error::ChangedMeanwhile);
        }
        let wanted = present.with_changed(&field).map_err(|faults| actions::Error::Invalid { faults })?;
        let effect = fields::effect(tx, &wanted)?;
        if 0 < effect.unmatched && !is_confirmed {
            return Ok(Some(effect));
        }
        fields::replace(tx, by, &plan, None, &wanted)?;
        Ok(None)
    });
    let told = match changed.await {
        Ok(None) => return Ok(listed(&administrator, "changed", &id)),
        Ok(Some(effect)) => Told { warning: warning(effect.unmatched), ..Told::default() },
        Err(actions::Error::Invalid { faults }) => {
            sent.errors = errors(&faults);
            return one(&administrator, &id, sent, Told::default(), StatusCode::UNPROCESSABLE_ENTITY).await;
        }
        Err(actions::Error::ChangedMeanwhile) => {
            let present = administrator.read(fields::find).await?;
            sent.base = present.find(&id).map_or_else(String::new, |it| it.fingerprint().to_string());
            let words = "Somebody changed this field after you opened the page, so nothing was saved. Your change is \
                         below; saving it again replaces theirs.";
            Told { refusal: words.to_owned(), ..Told::default() }
        }
        Err(actions::Error::Refused(words) | actions::Error::Limit(words)) => {
            Told { refusal: format!("{words}."), ..Told::default() }
        }
        Err(error) => return Err(error.into()),
    };
    one(&administrator, &id, sent, told, StatusCode::CONFLICT).await
}

/// What stands above the form.
#[derive(Default)]
struct Told {
    refusal: String,
    warning: String,
}

/// The list with the form of a new field as it was sent.
async fn again(administrator: &Administrator, form: FieldForm, words: String) -> Result<Response, Problem> {
    let status = if words.is_empty() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::CONFLICT };
    page(administrator, Happened::default(), Refused { words, form }, status).await
}

async fn one(
    administrator: &Administrator,
    id: &FieldId,
    form: FieldForm,
    told: Told,
    status: StatusCode,
) -> Result<Response, Problem> {
    let fields = administrator.read(fields::find).await?;
    let page = FieldPage {
        shell: administrator.shell(ConsoleArea::Surveys).await?,
        base: base(administrator),
        label: fields.find(id).ok_or(Problem::NotFound)?.label().to_owned(),
        form,
        refusal: told.refusal,
        warning: told.warning,
    };
    Ok((status, Html(page.render()?)).into_response())
}

fn warning(unmatched: u64) -> String {
    let surveys = match unmatched {
        1 => "1 survey has a value that the new pattern does not take. It keeps it".to_owned(),
        count => {
            format!("{} surveys have a value that the new pattern does not take. They keep it", number::grouped(count))
        }
    };
    format!("{surveys}, and open surveys stay open; the value must be changed before the survey is published next.")
}
