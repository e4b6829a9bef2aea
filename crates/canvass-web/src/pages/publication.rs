//! Publication: this file is about publishing a survey at an address, and closing it.

mod checks;
mod differences;

use askama::Template;
use axum::{
    extract::{Path, Query},
    http::StatusCode,
    response::{Html, IntoResponse, Redirect, Response},
};
use canvass_actions::{
    self as actions,
    surveys::{Draft, Publication, find_draft},
};
use canvass_model::{
    address::PageAddress,
    definition::{Definition, Fault},
    id::SurveyId,
    page::Visibility,
    survey::{Revision, Status, Survey},
    time::Timestamp,
};
use canvass_storage::{pages, surveys};

use self::checks::Check;
use super::surveys::{Happened, base};
use crate::{
    Problem,
    access::{Analyst, Creator, Person},
    form::Form,
    layout::{ConsoleArea, ConsoleShell},
    view::{
        moment, number,
        survey_head::{SurveyHead, Tab},
    },
};

#[derive(Template)]
#[template(path = "console/publication.html")]
#[expect(clippy::struct_excessive_bools, reason = "each is a condition of its own of what the page shows")]
struct PublicationPage {
    shell: ConsoleShell,
    head: SurveyHead,
    may_write: bool,
    revision: u64,
    next: u32,
    since: Option<(String, String)>,
    is_open: bool,
    told: &'static str,
    refusal: String,
    address: String,
    address_error: String,
    address_is_kept: bool,
    /// What stands before the address.
    before: String,
    /// Whether everybody who knows the address may answer: else the page itself says who.
    for_everybody: bool,
    listed: bool,
    closes: String,
    closes_iso: String,
    closing: String,
    link: Option<String>,
    differences: Option<Vec<String>>,
    responses: u64,
    responses_note: String,
    checks: Vec<Check>,
    is_ready: bool,
}

/// Everything the page is made of.
struct Found {
    draft: Draft,
    live: Option<Definition>,
    /// What the survey's metadata lacks.
    lacking: Vec<Fault>,
    address: PageAddress,
    has_page: bool,
    visibility: Visibility,
    open: u32,
    now: Timestamp,
}

/// What was sent, and why it was refused.
#[derive(Default)]
struct Refused {
    words: String,
    address: Option<String>,
    address_error: String,
    listed: Option<bool>,
}

/// Where and until when the survey is answered, and what publishing would change.
pub(crate) async fn new(
    analyst: Analyst,
    Path((_, survey)): Path<(String, String)>,
    Query(happened): Query<Happened>,
) -> Result<Response, Problem> {
    let id = SurveyId::parse(&survey).ok_or(Problem::NotFound)?;
    let told = match happened.did.as_deref() {
        Some("published") => "Published. The link below is open for everybody who has it.",
        Some("closed") => "Closed. People who open the link read so.",
        Some(_) | None => "",
    };
    let page = page(&analyst, id, Refused::default()).await?;
    Ok(Html(PublicationPage { told, may_write: page.may_write && analyst.may_write(), ..page }.render()?)
        .into_response())
}

/// Publishes the draft that the person has seen.
pub(crate) async fn create(
    creator: Creator,
    Path((_, survey)): Path<(String, String)>,
    form: Form,
) -> Result<Response, Problem> {
    let id = SurveyId::parse(&survey).ok_or(Problem::NotFound)?;
    let given = form.text("address").to_owned();
    let refused = |words: &str, address_error: String| Refused {
        words: words.to_owned(),
        address: Some(given.clone()),
        address_error,
        listed: Some(form.is_ticked("listed")),
    };
    let address = match PageAddress::parse(&given) {
        Ok(address) => address,
        Err(invalid) => {
            let refused = refused("", invalid.to_string());
            return again(&creator, id, refused, StatusCode::UNPROCESSABLE_ENTITY).await;
        }
    };
    let visibility = match (form.is_ticked("everybody"), form.is_ticked("listed")) {
        (false, _) => None,
        (true, true) => Some(Visibility::Public),
        (true, false) => Some(Visibility::Unlisted),
    };
    let publication = Publication { page: address, visibility };
    let plan = creator.tenant().plan.plan();
    let seen = form.text("revision").parse().ok().map(Revision);
    let published = creator.write(move |tx, by| {
        let present = surveys::find(tx, id)?.ok_or(actions::Error::NotFound)?;
        if seen.is_some_and(|it| it != present.revision) {
            return Err(actions::Error::ChangedMeanwhile);
        }
        actions::surveys::publish(tx, by, id, &publication, &plan)
    });
    let (refused, status) = match published.await {
        Ok(_) => {
            let to = format!("{}/publication?did=published", base(&creator, id));
            return Ok(Redirect::to(&to).into_response());
        }
        Err(actions::Error::Invalid { .. }) => {
            (refused("The survey is not ready: see the checks.", String::new()), StatusCode::UNPROCESSABLE_ENTITY)
        }
        Err(actions::Error::Taken(words)) => (refused("", words), StatusCode::CONFLICT),
        Err(error @ (actions::Error::Limit(_) | actions::Error::WrongStatus(_))) => {
            (refused(&format!("{error}."), String::new()), StatusCode::CONFLICT)
        }
        Err(actions::Error::ChangedMeanwhile) => {
            let words = "Somebody changed the survey after you opened this page, so nothing was published. Look at the \
                         changes below, then publish again.";
            (refused(words, String::new()), StatusCode::CONFLICT)
        }
        Err(error) => return Err(error.into()),
    };
    again(&creator, id, refused, status).await
}

/// Stops collecting answers.
pub(crate) async fn close(
    creator: Creator,
    Path((_, survey)): Path<(String, String)>,
    form: Form,
) -> Result<Redirect, Problem> {
    let id = SurveyId::parse(&survey).ok_or(Problem::NotFound)?;
    creator.write(move |tx, by| actions::surveys::close(tx, by, id)).await?;
    Ok(Redirect::to(&match form.text("to") {
        "list" => format!("/-/console/{}/surveys?did=closed&it={id}", creator.tenant().alias),
        _ => format!("{}/publication?did=closed", base(&creator, id)),
    }))
}

async fn again(creator: &Creator, id: SurveyId, refused: Refused, status: StatusCode) -> Result<Response, Problem> {
    Ok((status, Html(page(creator, id, refused).await?.render()?)).into_response())
}

async fn page(person: &Person, id: SurveyId, refused: Refused) -> Result<PublicationPage, Problem> {
    let found = find(person, id).await?;
    let (survey, tenant, plan) = (&found.draft.survey, person.tenant(), person.tenant().plan.plan());
    let head = SurveyHead::new(survey, &tenant.alias, Tab::Publication, found.now);
    let is_open = survey.is_open(found.now);
    let closes_at = match survey.status {
        Status::Published { closes_at, .. } if is_open => closes_at,
        Status::Draft | Status::Published { .. } | Status::Closed { .. } | Status::Archived { .. } => {
            found.now.plus_ms(plan.duration_ms_max)
        }
    };
    let mut checks = checks::of_metadata(&found.lacking, &head.base());
    checks.extend(checks::of(&found.draft.definition, &head.base(), (found.open, is_open, plan.active_surveys_max)));
    let site = format!("{}/{}/", person.settings().base_url, tenant.alias);
    let shown = site.split_once("://").map_or(site.as_str(), |(_, it)| it).to_owned();
    let days = number::counted(plan.duration_days_max().unsigned_abs(), "day");
    Ok(PublicationPage {
        shell: person.shell(ConsoleArea::Surveys).await?,
        may_write: survey.trashed_at.is_none(),
        revision: survey.revision.0,
        next: survey.version.0 + 1,
        since: since(survey),
        is_open,
        told: "",
        refusal: refused.words,
        address: refused.address.unwrap_or_else(|| found.address.href()),
        address_error: refused.address_error,
        address_is_kept: found.has_page && 0 < survey.version.0,
        before: shown,
        for_everybody: found.visibility.is_open(),
        listed: refused.listed.unwrap_or(found.visibility == Visibility::Public),
        closes: moment::minute(closes_at),
        closes_iso: closes_at.to_string(),
        closing: format!("The {} plan keeps a survey open for {days} from its publication.", plan.id.as_str()),
        link: is_open.then(|| format!("{site}{}", found.address.href())),
        differences: found.live.as_ref().map(|it| differences::between(it, &found.draft.definition)),
        responses: survey.responses,
        responses_note: number::counted(survey.responses, "response"),
        is_ready: checks.iter().all(|it| it.is_good),
        checks,
        head,
    })
}

fn since(survey: &Survey) -> Option<(String, String)> {
    match survey.status {
        Status::Published { since, .. } => {
            Some((format!("Version {}, open since", survey.version.0), moment::minute(since)))
        }
        Status::Draft | Status::Closed { .. } | Status::Archived { .. } => None,
    }
}

async fn find(person: &Person, id: SurveyId) -> Result<Found, Problem> {
    let plan = person.tenant().plan.plan();
    let found = person.read(move |tx| {
        let draft = find_draft(tx, id)?;
        let version = draft.survey.version;
        let live = if version.0 == 0 { None } else { surveys::version(tx, id, version)? };
        let page = pages::find_of_survey(tx, id)?;
        Ok::<_, Problem>(Found {
            live: live.and_then(|it| Definition::parse_text(&it).ok()),
            has_page: page.is_some(),
            visibility: page.map_or(Visibility::Public, |it| it.visibility),
            address: actions::surveys::page_of(tx, id)?,
            lacking: actions::metadata::publication_faults(tx, &plan, id)?,
            open: surveys::count_open(tx)?,
            now: tx.now(),
            draft,
        })
    });
    found.await
}
