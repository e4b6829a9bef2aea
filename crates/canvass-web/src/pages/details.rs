//! Details: this file is about what a tenant notes of a survey in its own fields, and the facts about the survey.

use askama::Template;
use axum::{
    extract::{Path, Query},
    http::StatusCode,
    response::{Html, IntoResponse, Redirect, Response},
};
use canvass_actions::{self as actions, metadata::Described};
use canvass_model::{
    definition::{Fault, Fingerprint},
    id::SurveyId,
    member::Role,
    metadata::{Field, Kind, Metadata},
    plan::Feature,
    survey::Survey,
    time::Timestamp,
};
use canvass_storage::surveys;

use super::{
    fields::plain,
    surveys::{Happened, base},
};
use crate::{
    Problem,
    access::{Analyst, Creator, Person},
    form::Form,
    layout::{ConsoleArea, ConsoleShell},
    view::{
        metadata::{self, Cell},
        moment,
        survey_head::{SurveyHead, Tab},
    },
};

#[derive(Template)]
#[template(path = "console/details.html")]
#[expect(clippy::struct_excessive_bools, reason = "each is a condition of its own of what the page shows")]
struct DetailsPage {
    shell: ConsoleShell,
    head: SurveyHead,
    may_write: bool,
    may_define: bool,
    /// Why nothing can be changed on this plan; empty when something can.
    plan: String,
    is_told: bool,
    refusal: String,
    errors: Vec<(String, String)>,
    /// What is still to be put right before the next publication.
    lacking: Vec<String>,
    is_published: bool,
    base: String,
    controls: Vec<Control>,
    cells: Vec<Cell>,
    created: (String, String),
    changed: (String, String),
    published: String,
}

/// One field's control, its value as it is or as it was sent.
struct Control {
    name: String,
    label: String,
    kind: Kind,
    is_required: bool,
    help: String,
    value: String,
    /// Where the stored value leads; empty when it leads nowhere.
    href: String,
}

/// What was sent, and why it was refused.
#[derive(Default)]
struct Refused {
    words: String,
    faults: Vec<Fault>,
    sent: Option<Form>,
}

impl DetailsPage {
    fn error(&self, name: &str) -> &str {
        self.errors.iter().find(|(it, _)| it == name).map_or("", |(_, message)| message)
    }
}

/// What is noted of a survey, and the facts about it.
pub(crate) async fn show(
    analyst: Analyst,
    Path((_, survey)): Path<(String, String)>,
    Query(happened): Query<Happened>,
) -> Result<Response, Problem> {
    let id = SurveyId::parse(&survey).ok_or(Problem::NotFound)?;
    let page = page(&analyst, id, Refused::default()).await?;
    let is_told = happened.did.as_deref() == Some("saved");
    Ok(Html(DetailsPage { is_told, may_write: page.may_write && analyst.may_write(), ..page }.render()?)
        .into_response())
}

/// Replaces what is noted of a survey.
pub(crate) async fn update(
    creator: Creator,
    Path((_, survey)): Path<(String, String)>,
    form: Form,
) -> Result<Response, Problem> {
    let id = SurveyId::parse(&survey).ok_or(Problem::NotFound)?;
    let plan = creator.tenant().plan.plan();
    let (sent, seen) = (form.clone(), Fingerprint::offered(form.text("base")));
    let saved = creator.write(move |tx, by| {
        let read = |fields: &_| Metadata::from_texts(fields, |it: &Field| plain(it.kind(), sent.text(&name(it))));
        actions::metadata::replace(tx, by, &plan, (id, Some(&seen)), read)
    });
    let (refused, status) = match saved.await {
        Ok(_) => return Ok(Redirect::to(&format!("{}/details?did=saved", base(&creator, id))).into_response()),
        Err(actions::Error::Invalid { faults }) => {
            (Refused { faults, ..Refused::default() }, StatusCode::UNPROCESSABLE_ENTITY)
        }
        Err(actions::Error::ChangedMeanwhile) => {
            let words = "Somebody changed these details after you opened the page, so nothing was saved. Your entries \
                         are below; saving them again replaces theirs.";
            (Refused { words: words.to_owned(), ..Refused::default() }, StatusCode::CONFLICT)
        }
        Err(error @ (actions::Error::Limit(_) | actions::Error::WrongStatus(_))) => {
            (Refused { words: format!("{error}."), ..Refused::default() }, StatusCode::CONFLICT)
        }
        Err(error) => return Err(error.into()),
    };
    let page = page(&creator, id, Refused { sent: Some(form), ..refused }).await?;
    Ok((status, Html(page.render()?)).into_response())
}

/// The name of a field's control.
fn name(field: &Field) -> String {
    format!("value.{}", field.id())
}

async fn page(person: &Person, id: SurveyId, refused: Refused) -> Result<DetailsPage, Problem> {
    let plan = person.tenant().plan.plan();
    let (survey, described, lacking, now) = person
        .read(move |tx| {
            let survey = surveys::find(tx, id)?.ok_or(Problem::NotFound)?;
            let described = actions::metadata::find(tx, id)?;
            let lacking = actions::metadata::publication_faults(tx, &plan, id)?;
            Ok::<_, Problem>((survey, described, lacking, tx.now()))
        })
        .await?;
    let is_included = plan.includes(Feature::Metadata);
    let is_administrator = person.as_member().is_some_and(|it| it.role == Role::Administrator);
    let Described { fields, metadata } = &described;
    let when = |at: Timestamp| (at.to_string(), moment::minute(at));
    Ok(DetailsPage {
        shell: person.shell(ConsoleArea::Surveys).await?,
        head: SurveyHead::new(&survey, &person.tenant().alias, Tab::Details, now),
        may_write: is_included && survey.trashed_at.is_none(),
        may_define: is_administrator && is_included,
        plan: if is_included { String::new() } else { plan.id.as_str().to_owned() },
        is_told: false,
        refusal: refused.words,
        errors: refused
            .faults
            .iter()
            .map(|it| (format!("value.{}", it.pointer.trim_start_matches('/')), it.message.clone()))
            .collect(),
        lacking: lacking.into_iter().map(|it| it.message).collect(),
        is_published: survey.is_open(now),
        base: metadata.fingerprint().to_string(),
        controls: fields.iter().map(|it| control(it, metadata, refused.sent.as_ref())).collect(),
        cells: metadata::cells(fields, metadata),
        created: when(survey.created_at),
        changed: when(survey.updated_at),
        published: published(&survey),
    })
}

fn control(field: &Field, metadata: &Metadata, sent: Option<&Form>) -> Control {
    let name = name(field);
    let stored = || metadata.get(field.id()).map(ToString::to_string).unwrap_or_default();
    Control {
        value: sent.map_or_else(stored, |it| it.text(&name).to_owned()),
        name,
        label: field.label().to_owned(),
        kind: field.kind(),
        is_required: field.is_required(),
        help: field.pattern().map_or_else(String::new, |it| format!("Must match {it}")),
        href: metadata.link(field).unwrap_or_default(),
    }
}

fn published(survey: &Survey) -> String {
    match survey.version.0 {
        0 => "Not yet".to_owned(),
        version => format!("Version {version}"),
    }
}
