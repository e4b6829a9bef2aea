//! Domains, over the API: this file is about the hosts that a tenant brings along, named by themselves.

use aide::transform::TransformOperation;
use axum::{
    Json,
    extract::FromRequestParts,
    http::{HeaderValue, StatusCode, header, request::Parts},
    response::{IntoResponse, Response},
};
use canvass_actions::domains as verbs;
use canvass_model::{
    definition::Fault,
    domain::{Domain, DomainName, DomainState, Home},
    time::Timestamp,
};
use canvass_storage::domains;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::body::{Body, parameter};
use crate::{
    Problem,
    access::{Analyst, Claimant, Person},
};

/// A domain's name in the path.
pub(super) struct Name(DomainName);

/// A domain that a tenant claims.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Domain")]
pub(super) struct Shown {
    /// Its name, in ASCII.
    domain: DomainName,
    /// Its name in its own script.
    native: String,
    state: DomainState,
    /// When it came into this state.
    since: Timestamp,
    /// Why the last look did not find the record; `null` when it did, or before the first.
    reason: Option<String>,
    /// The record that proves whose it is.
    record: Record,
    /// Where its pages are once it is verified.
    url: String,
    /// When the record was last looked for.
    checked_at: Option<Timestamp>,
    /// When it is looked for next; `null` when nobody will before somebody asks.
    next_check_at: Option<Timestamp>,
    /// Since when the record of a verified domain has been missing.
    lost_at: Option<Timestamp>,
    /// When the domain no longer leads here, unless the record is back before.
    kept_until: Option<Timestamp>,
    claimed_at: Timestamp,
}

/// A record to be set in the name system.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "DomainRecord")]
struct Record {
    /// Always `TXT`.
    #[serde(rename = "type")]
    kind: &'static str,
    name: String,
    value: String,
}

/// A tenant's domains.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Domains")]
pub(super) struct All {
    items: Vec<Shown>,
}

/// The domain to be claimed.
#[derive(Debug, Deserialize, JsonSchema)]
#[schemars(rename = "NewDomain")]
#[serde(deny_unknown_fields)]
pub(super) struct New {
    /// In any script; without scheme, port and path.
    domain: String,
}

impl Shown {
    fn of(person: &Person, domain: Domain) -> Self {
        let registrar = person.registrar();
        Self {
            native: domain.name.native(),
            state: domain.state,
            since: domain.since,
            reason: domain.reason,
            record: Record { kind: "TXT", name: domain.name.record_name(), value: domain.token.record() },
            url: registrar.url(person.tenant(), &Home::Domain(domain.name.clone())),
            checked_at: domain.checked_at,
            next_check_at: domain.next_check_at,
            lost_at: domain.lost_at,
            kept_until: domain.lost_at.map(|it| it.plus_ms(registrar.grace_ms())),
            claimed_at: domain.claimed_at,
            domain: domain.name,
        }
    }
}

/// The tenant's domains, by name.
pub(super) async fn index(analyst: Analyst) -> Result<Json<All>, Problem> {
    let found = analyst.read_directory(|tx, tenant| domains::list(tx, tenant.record().id)).await?;
    Ok(Json(All { items: found.into_iter().map(|it| Shown::of(&analyst, it)).collect() }))
}

/// Claims a domain.
pub(super) async fn create(claimant: Claimant, body: Body<New>) -> Result<Response, Problem> {
    let name = DomainName::parse(&body.value.domain)
        .map_err(|invalid| Problem::Invalid { faults: vec![Fault::new("/domain", invalid.to_string())] })?;
    let (token, wanted) = (verbs::fresh_token()?, name.clone());
    let registrar = claimant.registrar().clone();
    let domain = claimant.write_directory(move |tx, tenant| registrar.claim(tx, tenant, &wanted, &token)).await?;
    let noted = name.clone();
    claimant.write(move |tx, by| verbs::note_claimed(tx, by, &noted)).await?;
    let mut response = (StatusCode::CREATED, Json(Shown::of(&claimant, domain))).into_response();
    if let Ok(location) = HeaderValue::from_str(&format!("/api/v1/domains/{name}")) {
        response.headers_mut().insert(header::LOCATION, location);
    }
    Ok(response)
}

/// One domain.
pub(super) async fn show(analyst: Analyst, Name(name): Name) -> Result<Json<Shown>, Problem> {
    let found = analyst.read_directory(move |tx, tenant| domains::find(tx, tenant.record().id, &name)).await?;
    Ok(Json(Shown::of(&analyst, found.ok_or(Problem::NotFound)?)))
}

/// Looks for its record now.
pub(super) async fn verify(claimant: Claimant, Name(name): Name) -> Result<Json<Shown>, Problem> {
    let registrar = claimant.registrar().clone();
    let looked = claimant.act(|directory, tenant, _| async move { registrar.verify(&directory, &tenant, &name).await });
    let domain = looked.await?;
    Ok(Json(Shown::of(&claimant, domain)))
}

/// Gives it back.
pub(super) async fn delete(claimant: Claimant, Name(name): Name) -> Result<StatusCode, Problem> {
    let released =
        claimant.act(|directory, tenant, by| async move { verbs::release(&directory, &tenant, &by, &name).await });
    released.await?;
    Ok(StatusCode::NO_CONTENT)
}

impl<S: Send + Sync> FromRequestParts<S> for Name {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        DomainName::parse(&parameter(parts, state, "domain").await?).map(Self).map_err(|_| Problem::NotFound)
    }
}

impl aide::OperationInput for Name {
    fn operation_input(_: &mut aide::generate::GenContext, operation: &mut aide::openapi::Operation) {
        let schema = schemars::json_schema!({ "type": "string" });
        super::describe::path_parameter_of(schema, operation, "domain", Some("A domain that the tenant has claimed."));
    }
}

/// How the document describes the list.
pub(super) fn index_is(operation: TransformOperation<'_>) -> TransformOperation<'_> {
    operation.id("list_domains").summary("Domains of the tenant's own").tag("Tenant")
}

/// How the document describes a claim.
pub(super) fn create_is(operation: TransformOperation<'_>) -> TransformOperation<'_> {
    operation
        .id("claim_domain")
        .summary("Claim a domain")
        .description(
            "Set the `record` of the answer in the name system; it is looked for by itself, and at once when you ask \
             for a verification. A claim blocks nobody: the first whose record is seen has the domain.",
        )
        .tag("Tenant")
        .response_with::<201, Json<Shown>, _>(|it| it.description("The claim."))
}

/// How the document describes one.
pub(super) fn show_is(operation: TransformOperation<'_>) -> TransformOperation<'_> {
    operation.id("show_domain").summary("A domain of the tenant's own").tag("Tenant")
}

/// How the document describes a look.
pub(super) fn verify_is(operation: TransformOperation<'_>) -> TransformOperation<'_> {
    operation.id("verify_domain").summary("Look for a domain's record now").tag("Tenant")
}

/// How the document describes a release.
pub(super) fn delete_is(operation: TransformOperation<'_>) -> TransformOperation<'_> {
    operation
        .id("release_domain")
        .summary("Give a domain back")
        .tag("Tenant")
        .response_with::<204, (), _>(|it| it.description("Nothing of the tenant's is served there any more."))
}
