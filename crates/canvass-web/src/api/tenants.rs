//! Tenants, over the operator's API: this file is about listing, making, suspending and resuming them.

use aide::{OperationInput, transform::TransformOperation};
use axum::{
    Json,
    extract::FromRequestParts,
    http::{HeaderMap, StatusCode, header, request::Parts},
    response::{IntoResponse, Response},
};
use canvass_actions::{
    secrets,
    signing_in::Client,
    signing_up::{self, NewSignUp},
    tenants as verbs,
};
use canvass_model::{
    alias::Alias,
    definition::Fault,
    id::JobId,
    job::Job,
    plan::PlanId,
    script::ScriptName,
    tenant::{Region, TenantRecord, TenantState},
    text::{Email, OrganisationName, Password, PersonName},
    time::Timestamp,
};
use canvass_storage::{
    jobs,
    tenants::{self, Filter, Listed as Found},
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::body::{Body, Listed, Paging, Parameters, cursor, idempotency_key, parameter};
use crate::{
    Problem, Settings,
    access::{OperatorProgram, Usage},
};

/// A tenant in the operator's list.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "TenantInList")]
pub(super) struct InList {
    #[serde(flatten)]
    record: TenantRecord,
    /// People who can sign in to it.
    members: u64,
    /// When a response was last applied or a member last signed in.
    active_at: Option<Timestamp>,
}

/// A tenant, as the operator sees it: some counts, and nothing of what it asks or was answered.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "OperatedTenant")]
pub(super) struct Shown {
    #[serde(flatten)]
    record: TenantRecord,
    /// What it uses; `null` for one that is not in use.
    usage: Option<Used>,
}

/// What a tenant uses of its plan.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "OperatedTenantUsage")]
pub(super) struct Used {
    /// Surveys open now.
    active_surveys: u32,
    /// Responses received since the first of this month (UTC).
    responses_month: u64,
    /// Scripts there are.
    scripts: u32,
    /// Why all its scripts are stopped; `null` when they are not.
    scripts_stopped: Option<String>,
    /// The scripts that are stopped by name.
    stopped_scripts: Vec<StoppedScript>,
}

/// A script that the operator has stopped.
#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct StoppedScript {
    name: ScriptName,
    reason: String,
}

/// A tenant to be made.
#[derive(Debug, Deserialize, JsonSchema)]
#[schemars(rename = "NewTenant")]
#[serde(deny_unknown_fields)]
pub(super) struct New {
    /// What the organisation calls itself.
    name: String,
    /// Its name in addresses; made from the name when left out.
    alias: Option<String>,
    /// Its plan.
    plan: PlanId,
    /// One of the installation's regions; the first when left out.
    region: Option<String>,
    /// The administrator's name.
    administrator: String,
    /// The administrator's e-mail address.
    email: String,
    /// The administrator's password: a new one, or that of the account this address has already.
    password: String,
}

/// Why something is done: the tenant's members read it.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Reason {
    /// One or two sentences, 1 to 500 characters in one line.
    pub(super) reason: String,
}

/// Which tenants to list.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[schemars(rename = "TenantsWanted")]
pub(super) struct Wanted {
    /// How many items at most, 1 to 500.
    #[schemars(range(min = 1, max = 500))]
    limit: Option<u32>,
    /// The `next_cursor` of the page before.
    cursor: Option<String>,
    /// Only those with this in their alias or name.
    search: Option<String>,
    /// Only those in this state.
    state: Option<TenantState>,
}

/// The alias in the path; what is none names nothing: 404.
pub(super) struct Named(pub(super) Alias);

/// Characters of a search: more is no name.
const SEARCH_CHARS_MAX: usize = 100;

/// Tenants in the order of their aliases.
pub(super) async fn index(
    program: OperatorProgram,
    Parameters(wanted): Parameters<Wanted>,
) -> Result<Json<Listed<InList>>, Problem> {
    let limit = Paging { limit: wanted.limit, cursor: None }.limit()?;
    let filter = Filter {
        search: wanted.search.unwrap_or_default().trim().chars().take(SEARCH_CHARS_MAX).collect(),
        state: wanted.state,
        after: cursor(wanted.cursor.as_deref(), |it| Alias::parse(it).ok())?,
        limit,
    };
    let found = program.read(move |tx| tenants::list(tx, &filter)).await?;
    let full = found.len() == limit as usize;
    let next_cursor = found.last().filter(|_| full).map(|it| it.record.alias.to_string());
    let items = found.into_iter().map(|Found { record, members, active_at }| InList { record, members, active_at });
    Ok(Json(Listed { items: items.collect(), next_cursor }))
}

/// One tenant, in whatever state.
pub(super) async fn show(program: OperatorProgram, Named(alias): Named) -> Result<Json<Shown>, Problem> {
    Ok(Json(shown(&program, alias).await?))
}

/// Asks for a tenant; the workers make it.
pub(super) async fn create(program: OperatorProgram, headers: HeaderMap, body: Body<New>) -> Result<Response, Problem> {
    let new = checked(body.value, program.settings()).map_err(|faults| Problem::Invalid { faults })?;
    let by = program.token().id;
    let key = match idempotency_key(&headers)? {
        Some(key) => format!("operator token {by}: {key}"),
        None => secrets::fresh()?.reveal().to_owned(),
    };
    let client = Client { address: format!("operator token {by}"), agent: "API".to_owned() };
    let wanted = new.clone();
    let job = program
        .act(|directory, _| async move { signing_up::request(&directory, &wanted, &key, &client).await })
        .await?;
    refuse_other(&program, job, &new).await?;
    let location = format!("/api/v1/tenants/{}", new.alias);
    let tenant = shown(&program, new.alias).await?;
    Ok((StatusCode::ACCEPTED, [(header::LOCATION, location)], Json(tenant)).into_response())
}

/// Closes a tenant's doors, with a reason its members read.
pub(super) async fn suspend(
    program: OperatorProgram,
    Named(alias): Named,
    body: Body<Reason>,
) -> Result<(StatusCode, Json<Shown>), Problem> {
    let reason = worded(&body.value)?;
    let tenant = alias.clone();
    program.act(|directory, by| async move { verbs::suspend(&directory, &by, &tenant, &reason).await }).await?;
    Ok((StatusCode::CREATED, Json(shown(&program, alias).await?)))
}

/// Opens a suspended tenant's doors again.
pub(super) async fn resume(program: OperatorProgram, Named(alias): Named) -> Result<Json<Shown>, Problem> {
    let tenant = alias.clone();
    program.act(|directory, by| async move { verbs::resume(&directory, &by, &tenant).await }).await?;
    Ok(Json(shown(&program, alias).await?))
}

/// One tenant, as it is now.
pub(super) async fn shown(program: &OperatorProgram, alias: Alias) -> Result<Shown, Problem> {
    let wanted = alias.clone();
    let record = program.read(move |tx| tenants::find(tx, &wanted)).await?.ok_or(Problem::NotFound)?;
    Ok(Shown { record, usage: program.usage(&alias).await?.map(Used::from) })
}

/// A reason that may be given, in one line.
pub(super) fn worded(given: &Reason) -> Result<String, Problem> {
    let reason = given.reason.trim();
    if (1..=verbs::REASON_CHARS_MAX).contains(&reason.chars().count()) && !reason.chars().any(char::is_control) {
        return Ok(reason.to_owned());
    }
    let message = format!("Say why, in 1 to {} characters on one line", verbs::REASON_CHARS_MAX);
    Err(Problem::Invalid { faults: vec![Fault::new("/reason", message)] })
}

/// A key that named another sign-up is no key for this one.
async fn refuse_other(program: &OperatorProgram, job: JobId, new: &NewSignUp) -> Result<(), Problem> {
    let record = program.read(move |tx| jobs::find(tx, job)).await?;
    match record.map(|it| it.job) {
        Some(Job::Provision(it)) if it.alias == new.alias && it.email == new.email && it.plan == new.plan => Ok(()),
        Some(Job::Provision(_) | Job::Mail(_) | Job::Scan(_) | Job::Export(_)) => Err(Problem::IdempotencyKeyReused),
        // Jobs that are done are swept after a while.
        None => Ok(()),
    }
}

/// Reads a new tenant; answers all that is wrong, each with its place.
fn checked(new: New, settings: &Settings) -> Result<NewSignUp, Vec<Fault>> {
    let mut faults = Vec::new();
    let name = keep(&mut faults, "/name", OrganisationName::parse(&new.name));
    let alias = match (new.alias, &name) {
        (Some(alias), _) => keep(&mut faults, "/alias", Alias::parse(&alias)),
        (None, Some(name)) => Some(Alias::suggest(name.as_str())),
        (None, None) => None,
    };
    let region = keep(&mut faults, "/region", region(new.region.as_deref(), settings));
    let administrator = keep(&mut faults, "/administrator", PersonName::parse(&new.administrator));
    let email = keep(&mut faults, "/email", Email::parse(&new.email));
    let password = keep(&mut faults, "/password", Password::parse(&new.password));
    let (plan, terms) = (new.plan, settings.terms_version.clone());
    match (name, alias, region, administrator, email, password) {
        (Some(name), Some(alias), Some(region), Some(administrator), Some(email), Some(password)) => {
            Ok(NewSignUp { name, alias, plan, region, administrator, email, password, terms })
        }
        _ => Err(faults),
    }
}

/// One of the configured regions; the first when none is named.
fn region(name: Option<&str>, settings: &Settings) -> Result<Region, String> {
    let known = || settings.regions.iter().map(|it| it.0.as_str()).collect::<Vec<_>>().join(", ");
    settings.region(name).cloned().ok_or_else(|| format!("There are the regions {}", known()))
}

fn keep<T, E: ToString>(faults: &mut Vec<Fault>, pointer: &str, read: Result<T, E>) -> Option<T> {
    read.map_err(|error| faults.push(Fault::new(pointer, error.to_string()))).ok()
}

impl From<Usage> for Used {
    fn from(usage: Usage) -> Self {
        let stopped = usage.stopped_scripts.into_iter().map(|(name, reason)| StoppedScript { name, reason });
        Self {
            active_surveys: usage.open_surveys,
            responses_month: usage.responses_month,
            scripts: usage.scripts,
            scripts_stopped: usage.scripts_stopped,
            stopped_scripts: stopped.collect(),
        }
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Named {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        Alias::parse(&parameter(parts, state, "alias").await?).map(Self).map_err(|_| Problem::NotFound)
    }
}

impl OperationInput for Named {
    fn operation_input(ctx: &mut aide::generate::GenContext, operation: &mut aide::openapi::Operation) {
        super::describe::path_parameter::<Alias>(ctx, operation, "alias");
    }
}

/// How the document describes the list.
pub(super) fn index_is(operation: TransformOperation<'_>) -> TransformOperation<'_> {
    operation.id("list_tenants").summary("Tenants of the installation, by alias").tag("Operator")
}

/// How the document describes one.
pub(super) fn show_is(operation: TransformOperation<'_>) -> TransformOperation<'_> {
    operation.id("show_operated_tenant").summary("One tenant, with what it uses of its plan").tag("Operator")
}

/// How the document describes a creation.
pub(super) fn create_is(operation: TransformOperation<'_>) -> TransformOperation<'_> {
    operation
        .id("create_tenant")
        .summary("Make a tenant")
        .description(
            "The tenant is made by the workers: ask at `Location` until its `state` is `active`, or `failed` with the \
             `reason`. An `Idempotency-Key` makes repeating safe.",
        )
        .tag("Operator")
        .response_with::<202, Json<Shown>, _>(|it| {
            it.description("It is being made; `Location` says where to ask how far it is.")
        })
}

/// How the document describes a suspension.
pub(super) fn suspend_is(operation: TransformOperation<'_>) -> TransformOperation<'_> {
    operation
        .id("suspend_tenant")
        .summary("Close a tenant's doors")
        .description(
            "Nobody signs in, nothing is shown or collected, and everything is kept. The tenant reads the reason.",
        )
        .tag("Operator")
        .response_with::<201, Json<Shown>, _>(|it| it.description("The tenant, now suspended."))
}

/// How the document describes a resumption.
pub(super) fn resume_is(operation: TransformOperation<'_>) -> TransformOperation<'_> {
    operation.id("resume_tenant").summary("Open a suspended tenant's doors again").tag("Operator")
}
