//! A survey's publication, over the API.

use aide::transform::TransformOperation;
use axum::{Json, http::StatusCode};
use canvass_actions::{self as actions, surveys::Publication};
use canvass_model::{address::PageAddress, definition::Fault, id::SurveyId, page::Visibility};
use schemars::JsonSchema;
use serde::Deserialize;

use super::{
    body::{Body, Id},
    surveys::Shown,
};
use crate::{Problem, access::Creator};

/// Where to publish.
#[derive(Debug, Deserialize, JsonSchema)]
#[schemars(rename = "NewPublication")]
#[serde(deny_unknown_fields)]
pub(super) struct New {
    /// The address below the tenant's, 1 to 8 parts; without it the present one, or one made from the title.
    page: Option<String>,
    /// Whether the tenant's index lists it; without it that stays as it is, and is `public` at first.
    visibility: Option<Listing>,
}

/// Whether the tenant's index lists a page.
#[derive(Debug, Clone, Copy, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
enum Listing {
    /// It is listed.
    Public,
    /// Only those who know its address find it.
    Unlisted,
}

/// Publishes the draft as the next version.
pub(super) async fn create(
    creator: Creator,
    Id(id): Id<SurveyId>,
    body: Body<New>,
) -> Result<(StatusCode, Json<Shown>), Problem> {
    let page = match body.value.page.as_deref().map(PageAddress::parse) {
        None => None,
        Some(Ok(page)) => Some(page),
        Some(Err(refusal)) => {
            let fault = Fault { pointer: "/page".to_owned(), message: refusal.to_string() };
            return Err(Problem::Invalid { faults: vec![fault] });
        }
    };
    let visibility = body.value.visibility.map(|it| match it {
        Listing::Public => Visibility::Public,
        Listing::Unlisted => Visibility::Unlisted,
    });
    let plan = creator.tenant().plan.plan();
    let (survey, described) = creator
        .write(move |tx, by| {
            let page = match &page {
                Some(page) => page.clone(),
                None => actions::surveys::page_of(tx, id)?,
            };
            let survey = actions::surveys::publish(tx, by, id, &Publication { page, visibility }, &plan)?;
            Ok::<_, actions::Error>((survey, actions::metadata::find(tx, id)?))
        })
        .await?;
    Ok((StatusCode::CREATED, Json(Shown::new(&creator, &survey, &described))))
}

/// Closes the survey.
pub(super) async fn delete(creator: Creator, Id(id): Id<SurveyId>) -> Result<Json<Shown>, Problem> {
    let (survey, described) = creator
        .write(move |tx, by| {
            let survey = actions::surveys::close(tx, by, id)?;
            Ok::<_, actions::Error>((survey, actions::metadata::find(tx, id)?))
        })
        .await?;
    Ok(Json(Shown::new(&creator, &survey, &described)))
}

/// How the document describes a publication.
pub(super) fn create_is(operation: TransformOperation<'_>) -> TransformOperation<'_> {
    operation
        .id("publish_survey")
        .summary("Publish the draft at an address")
        .tag("Surveys")
        .response_with::<201, Json<Shown>, _>(|it| it.description("The survey, now open."))
}

/// How the document describes a closing.
pub(super) fn delete_is(operation: TransformOperation<'_>) -> TransformOperation<'_> {
    operation.id("close_survey").summary("Stop collecting responses").tag("Surveys")
}
