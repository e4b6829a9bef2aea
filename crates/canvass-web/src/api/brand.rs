//! The tenant's brand, over the API.

use aide::{
    OperationInput,
    generate::GenContext,
    openapi::{MediaType, Operation, ReferenceOr, RequestBody},
    transform::TransformOperation,
};
use axum::{
    Json,
    body::Bytes,
    extract::{FromRequest, Request},
    http::{StatusCode, header},
};
use canvass_actions::{self as actions, brand as verbs};
use canvass_model::{
    alias::Alias,
    brand::{Brand, Theme},
    definition::Fault,
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::body::Body;
use crate::{
    Problem,
    access::{Analyst, Creator},
    view::look::Look,
};

/// How a tenant's public pages look.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Brand")]
pub(super) struct Shown {
    /// Colours, type and room.
    theme: Theme,
    /// Its own CSS, rules for named parts; empty when there is none.
    css: String,
    /// Where the style sheet made of both is served, for ever; `null` while nothing was chosen.
    sheet_url: Option<String>,
    /// Its logo.
    logo: Option<Logo>,
}

/// A logo, a PNG.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Logo")]
struct Logo {
    /// Where it is served, for ever.
    url: String,
    /// Its width in pixels.
    width: u32,
    /// Its height in pixels.
    height: u32,
}

/// The look to be set.
#[derive(Debug, Deserialize, JsonSchema)]
#[schemars(rename = "NewBrand")]
#[serde(deny_unknown_fields)]
pub(super) struct New {
    /// Colours, type and room.
    theme: Theme,
    /// Its own CSS; without it, the present one stays.
    css: Option<String>,
}

/// A picture as the body.
pub(super) struct Picture(Vec<u8>);

/// How the pages look.
pub(super) async fn show(analyst: Analyst) -> Result<Json<Shown>, Problem> {
    let brand = analyst.read(verbs::find).await?;
    let look = analyst.look().await?;
    Ok(Json(Shown { sheet_url: look.sheet.clone(), ..Shown::of(brand, &analyst.tenant().alias) }))
}

/// Sets theme and CSS.
pub(super) async fn update(creator: Creator, body: Body<New>) -> Result<Json<Shown>, Problem> {
    let (plan, New { theme, css }) = (creator.tenant().plan.plan(), body.value);
    let brand = creator
        .write(move |tx, by| {
            let css = match &css {
                Some(css) => css.clone(),
                None => verbs::find(tx)?.css,
            };
            verbs::set(tx, by, &plan, (&theme, &css))
        })
        .await?;
    Ok(Json(Shown::of(brand, &creator.tenant().alias)))
}

/// Sets the logo.
pub(super) async fn update_logo(creator: Creator, Picture(bytes): Picture) -> Result<Json<Shown>, Problem> {
    let logo = verbs::read_logo(&creator.settings().artist, bytes).await.map_err(|error| match error {
        actions::Error::Refused(message) => {
            Problem::Invalid { faults: vec![Fault { pointer: String::new(), message }] }
        }
        error => error.into(),
    })?;
    let brand = creator.write(move |tx, by| verbs::set_logo(tx, by, &logo)).await?;
    Ok(Json(Shown::of(brand, &creator.tenant().alias)))
}

/// Removes the logo.
pub(super) async fn delete_logo(creator: Creator) -> Result<StatusCode, Problem> {
    creator.write(verbs::remove_logo).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// How the document describes it.
pub(super) fn show_is(operation: TransformOperation<'_>) -> TransformOperation<'_> {
    operation.id("show_brand").summary("How the public pages look").tag("Tenant")
}

/// How the document describes its change.
pub(super) fn update_is(operation: TransformOperation<'_>) -> TransformOperation<'_> {
    operation.id("update_brand").summary("Set the theme and the CSS of the public pages").tag("Tenant")
}

/// How the document describes a new logo.
pub(super) fn update_logo_is(operation: TransformOperation<'_>) -> TransformOperation<'_> {
    operation
        .id("update_logo")
        .summary("Set the logo: a PNG, JPEG, WebP or SVG of at most 2 MB and 4,096 pixels")
        .tag("Tenant")
}

/// How the document describes the logo's end.
pub(super) fn delete_logo_is(operation: TransformOperation<'_>) -> TransformOperation<'_> {
    operation
        .id("delete_logo")
        .summary("Remove the logo")
        .tag("Tenant")
        .response_with::<204, (), _>(|it| it.description("There is no logo any more."))
}

impl Shown {
    fn of(brand: Brand, alias: &Alias) -> Self {
        let Look { sheet, logo, .. } = Look::of(&brand, alias);
        let logo = logo.map(|it| Logo { url: it.src, width: it.width, height: it.height });
        Self { theme: brand.theme, css: brand.css, sheet_url: sheet, logo }
    }
}

impl<S: Send + Sync> FromRequest<S> for Picture {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        let kind = request.headers().get(header::CONTENT_TYPE).and_then(|it| it.to_str().ok()).unwrap_or_default();
        if !kind.to_ascii_lowercase().starts_with("image/") {
            return Err(Problem::UnsupportedMediaType { expected: "image/png, image/jpeg or image/webp" });
        }
        let bytes = Bytes::from_request(request, state).await.map_err(Problem::from_bytes)?;
        Ok(Self(bytes.to_vec()))
    }
}

impl OperationInput for Picture {
    fn operation_input(_: &mut GenContext, operation: &mut Operation) {
        let kinds = ["image/png", "image/jpeg", "image/webp"].map(|it| (it.to_owned(), MediaType::default()));
        let content = kinds.into_iter().collect();
        let body = RequestBody { content, required: true, ..RequestBody::default() };
        operation.request_body = Some(ReferenceOr::Item(body));
    }
}
