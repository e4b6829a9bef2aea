//! Scripts, over the API: this file is about what they are, putting a version live, their settings and throwing them away.

mod figures;
mod hooks;
mod named;
mod replay;
mod runs;
mod secrets;
mod store;
mod tests;
mod trash;
mod versions;

use aide::{
    axum::{
        ApiRouter,
        routing::{delete_with, get_with, post_with, put_with},
    },
    transform::TransformOperation,
};
use axum::{
    Json,
    body::Bytes,
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Response},
};
use canvass_actions::{self as actions, scripts, scripts::Push};
use canvass_model::{
    definition::Fault,
    id::{ScriptId, SurveyId},
    script::{Parameters as Asked, Schedule, Script, ScriptName, Source, Switch, Trigger, TriggerName, VersionNumber},
    survey::Revision,
    time::Timestamp,
};
use canvass_storage as storage;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use self::named::Named;
use super::body::{Body, Listed, Paging, Parameters, cursor, etag, if_match};
use crate::{
    App, Problem,
    access::{Analyst, Creator},
};

/// A script.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Script")]
struct Shown {
    id: ScriptId,
    name: ScriptName,
    /// What people call it; empty for its name.
    title: String,
    trigger: Started,
    /// Whether the tenant lets it run.
    enabled: bool,
    /// Why the operator stopped it, or all scripts; `null` when they did not.
    stopped_by_operator: Option<String>,
    /// The live version; `null` before the first.
    version: Option<VersionNumber>,
    /// Whether the draft differs from the live version.
    changed_since_published: bool,
    /// Counts its changes; its `ETag`.
    revision: Revision,
    created_at: Timestamp,
    updated_at: Timestamp,
}

/// A script with its source.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "ScriptWithSource")]
struct Whole {
    #[serde(flatten)]
    script: Shown,
    /// The live version's source; the draft's before the first publication.
    source: String,
    /// The draft, where it differs.
    draft: Option<String>,
}

/// When a script runs.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "ScriptTriggerSettings")]
#[serde(deny_unknown_fields)]
struct Started {
    kind: TriggerName,
    /// Of `validate` and `responded`: whose responses.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    survey: Option<SurveyId>,
    /// Of `manual`: what it asks for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    parameters: Option<Asked>,
    /// Of `schedule`: at which times.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    schedule: Option<Schedule>,
}

/// What a script is to be. What is left out stays as it is.
#[derive(Debug, Deserialize, JsonSchema)]
#[schemars(rename = "ScriptSettings")]
#[serde(deny_unknown_fields)]
struct Wanted {
    title: Option<String>,
    trigger: Option<Started>,
    enabled: Option<bool>,
}

/// A version that is live now.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "PublishedScript")]
struct Published {
    #[serde(flatten)]
    script: Shown,
    /// The test cases that were run before it went live; all of them passed.
    tests: Vec<tests::Tried>,
}

/// Every route of scripts.
pub(super) fn routes() -> ApiRouter<App> {
    ApiRouter::new()
        .api_route("/api/v1/scripts", get_with(index, index_is))
        .api_route(
            "/api/v1/scripts/{script}",
            get_with(show, show_is).put_with(update, update_is).delete_with(delete, delete_is),
        )
        .api_route("/api/v1/scripts/{script}/settings", put_with(update_settings, update_settings_is))
        .api_route(
            "/api/v1/scripts/{script}/runs",
            get_with(runs::index, runs::index_is).post_with(runs::create, runs::create_is),
        )
        .api_route("/api/v1/scripts/{script}/figures", get_with(figures::show, figures::show_is))
        .api_route("/api/v1/script-figures", get_with(figures::index, figures::index_is))
        .api_route("/api/v1/scripts/{script}/versions", get_with(versions::index, versions::index_is))
        .api_route("/api/v1/scripts/{script}/versions/{version}", get_with(versions::show, versions::show_is))
        .api_route(
            "/api/v1/scripts/{script}/versions/{version}/publication",
            post_with(versions::create, versions::create_is),
        )
        .api_route(
            "/api/v1/scripts/{script}/tests",
            get_with(tests::show, tests::show_is).put_with(tests::update, tests::update_is),
        )
        .api_route("/api/v1/scripts/{script}/tests/runs", post_with(tests::create, tests::create_is))
        .api_route("/api/v1/scripts/{script}/replay", post_with(replay::create, replay::create_is))
        .api_route("/api/v1/scripts/{script}/hook", get_with(hooks::show, hooks::show_is))
        .api_route("/api/v1/scripts/{script}/hook/resumption", post_with(hooks::create, hooks::create_is))
        .api_route("/api/v1/script-trash", get_with(trash::index, trash::index_is))
        .api_route("/api/v1/script-trash/{script}", delete_with(trash::delete, trash::delete_is))
        .api_route("/api/v1/script-trash/{script}/restoration", post_with(trash::create, trash::create_is))
        .api_route("/api/v1/script-store", get_with(store::index, store::index_is))
        .api_route(
            "/api/v1/script-store/{value}",
            get_with(store::show, store::show_is)
                .put_with(store::update, store::update_is)
                .delete_with(store::delete, store::delete_is),
        )
        .api_route("/api/v1/script-secrets", get_with(secrets::index, secrets::index_is))
        .api_route(
            "/api/v1/script-secrets/{secret}",
            put_with(secrets::update, secrets::update_is).delete_with(secrets::delete, secrets::delete_is),
        )
}

/// The scripts by name.
async fn index(analyst: Analyst, Parameters(paging): Parameters<Paging>) -> Result<Json<Listed<Shown>>, Problem> {
    let limit = paging.limit()?;
    let after = cursor(paging.cursor.as_deref(), |it| ScriptName::parse(it).ok())?;
    let (found, stopped) = analyst
        .read(move |tx| {
            let found = storage::scripts::list_after(tx, after.as_ref(), limit)?;
            Ok::<_, actions::Error>((found, scripts::stopped(tx)?))
        })
        .await?;
    let next_cursor = found.last().filter(|_| found.len() == limit as usize).map(|it| it.name.to_string());
    Ok(Json(Listed { items: found.into_iter().map(|it| Shown::under(stopped.as_deref(), it)).collect(), next_cursor }))
}

/// One script with its source.
async fn show(analyst: Analyst, Named(name): Named) -> Result<Response, Problem> {
    let whole = analyst.read(move |tx| whole(tx, &name)).await?;
    Ok(([(header::ETAG, etag(whole.script.revision))], Json(whole)).into_response())
}

/// Puts a source live as the next version of a script, which is made when it is missing.
async fn update(creator: Creator, Named(name): Named, headers: HeaderMap, body: Bytes) -> Result<Response, Problem> {
    let kind = headers.get(header::CONTENT_TYPE).and_then(|it| it.to_str().ok()).unwrap_or_default();
    let kind = kind.split(';').next().unwrap_or_default().trim();
    if !["text/x-python", "text/plain"].iter().any(|it| kind.eq_ignore_ascii_case(it)) {
        return Err(Problem::UnsupportedMediaType { expected: "text/x-python" });
    }
    let seen = if headers.contains_key(header::IF_MATCH) { if_match(&headers)? } else { None };
    let push = Push { name, source: Some(source(&body)?), note: String::new(), seen };
    let (runner, tenant, by) = creator.scripting();
    let published = scripts::push(runner, tenant, by, push).await.map_err(meanwhile)?;
    let status = if published.is_new { StatusCode::CREATED } else { StatusCode::OK };
    let tag = etag(published.script.revision);
    Ok((status, [(header::ETAG, tag)], Json(Published::from(published))).into_response())
}

/// Changes when a script runs, and whether.
async fn update_settings(
    creator: Creator,
    Named(name): Named,
    headers: HeaderMap,
    body: Body<Wanted>,
) -> Result<Response, Problem> {
    let seen = if headers.contains_key(header::IF_MATCH) { if_match(&headers)? } else { None };
    let Wanted { title, trigger, enabled } = body.value;
    let settings = scripts::Settings {
        title,
        trigger: trigger.map(Started::read).transpose()?,
        switch: enabled.map(|it| if it { Switch::On } else { Switch::Off }),
    };
    let (_, tenant, by) = creator.scripting();
    let script = scripts::set(tenant, by, (&name, seen), &settings).await.map_err(meanwhile)?;
    Ok(([(header::ETAG, etag(script.revision))], Json(Shown::from(script))).into_response())
}

/// Puts a script into the trash.
async fn delete(creator: Creator, Named(name): Named, headers: HeaderMap) -> Result<StatusCode, Problem> {
    let seen = if headers.contains_key(header::IF_MATCH) { if_match(&headers)? } else { None };
    let thrown = creator.write(move |tx, by| scripts::throw_away(tx, by, &name, seen)).await;
    thrown.map_err(meanwhile)?;
    Ok(StatusCode::NO_CONTENT)
}

fn whole(tx: &mut storage::ReadTx<'_>, name: &ScriptName) -> Result<Whole, Problem> {
    let script = scripts::found(tx, name)?;
    let draft = storage::scripts::draft(tx, script.id)?.ok_or(Problem::NotFound)?;
    let live = match script.live {
        Some(number) => storage::scripts::versions::find(tx, script.id, number)?.map(|(_, checked)| checked.source),
        None => None,
    };
    let source = live.unwrap_or_else(|| draft.clone());
    let differs = source != draft;
    Ok(Whole {
        script: Shown::under(scripts::stopped(tx)?.as_deref(), script),
        source: source.as_str().to_owned(),
        draft: differs.then(|| draft.as_str().to_owned()),
    })
}

/// The source in a body.
fn source(body: &Bytes) -> Result<Source, Problem> {
    let text = std::str::from_utf8(body).map_err(|_| Problem::BadRequest("The script is not UTF-8 text".to_owned()))?;
    Source::parse(text).map_err(|invalid| Problem::Invalid {
        faults: vec![Fault { pointer: String::new(), message: invalid.to_string() }],
    })
}

/// An edit that came too late names the tag it was made from.
fn meanwhile(error: actions::Error) -> Problem {
    match error {
        actions::Error::ChangedMeanwhile => Problem::PreconditionFailed,
        error => error.into(),
    }
}

impl Started {
    fn read(self) -> Result<Trigger, Problem> {
        let Self { kind, survey, parameters, schedule } = self;
        let fault = |field: &str, message: &str| Problem::Invalid {
            faults: vec![Fault { pointer: format!("/trigger/{field}"), message: message.to_owned() }],
        };
        if survey.is_some() && !matches!(kind, TriggerName::Validate | TriggerName::Responded) {
            return Err(fault("survey", "only `validate` and `responded` have a survey"));
        }
        if parameters.is_some() && kind != TriggerName::Manual {
            return Err(fault("parameters", "only `manual` has parameters"));
        }
        if schedule.is_some() && kind != TriggerName::Schedule {
            return Err(fault("schedule", "only `schedule` has a schedule"));
        }
        let missing = || fault("survey", "say whose responses: the id of a survey");
        Ok(match kind {
            TriggerName::Manual => Trigger::Manual(parameters.unwrap_or_default()),
            TriggerName::Page => Trigger::Page,
            TriggerName::Validate => Trigger::Validate(survey.ok_or_else(missing)?),
            TriggerName::Responded => Trigger::Responded(survey.ok_or_else(missing)?),
            TriggerName::Schedule => {
                Trigger::Schedule(schedule.ok_or_else(|| fault("schedule", "say at which times"))?)
            }
            TriggerName::Module => Trigger::Module,
        })
    }
}

impl From<&Trigger> for Started {
    fn from(trigger: &Trigger) -> Self {
        let plain = Self { kind: trigger.name(), survey: trigger.survey(), parameters: None, schedule: None };
        match trigger {
            Trigger::Manual(parameters) => Self { parameters: Some(parameters.clone()), ..plain },
            Trigger::Schedule(schedule) => Self { schedule: Some(schedule.clone()), ..plain },
            Trigger::Page | Trigger::Validate(_) | Trigger::Responded(_) | Trigger::Module => plain,
        }
    }
}

impl Shown {
    /// A script of a tenant whose scripts are all stopped for a reason, or are not.
    fn under(stopped: Option<&str>, script: Script) -> Self {
        let mut shown = Self::from(script);
        shown.stopped_by_operator = shown.stopped_by_operator.or_else(|| stopped.map(str::to_owned));
        shown
    }
}

impl From<Script> for Shown {
    fn from(it: Script) -> Self {
        Self {
            trigger: Started::from(&it.trigger),
            enabled: it.switch == Switch::On,
            id: it.id,
            name: it.name,
            title: it.title,
            stopped_by_operator: it.stopped_by_operator,
            version: it.live,
            changed_since_published: it.changed_since_published,
            revision: it.revision,
            created_at: it.created_at,
            updated_at: it.updated_at,
        }
    }
}

impl From<scripts::Published> for Published {
    fn from(it: scripts::Published) -> Self {
        Self { script: it.script.into(), tests: it.tested.into_iter().map(tests::Tried::from).collect() }
    }
}

fn index_is(operation: TransformOperation<'_>) -> TransformOperation<'_> {
    operation.id("list_scripts").summary("Scripts by name").tag("Scripts")
}

fn show_is(operation: TransformOperation<'_>) -> TransformOperation<'_> {
    operation
        .id("show_script")
        .summary("A script with its source")
        .tag("Scripts")
        .response_with::<200, Json<Whole>, _>(|it| it.description("The script; its ETag is its revision."))
}

fn update_is(operation: TransformOperation<'_>) -> TransformOperation<'_> {
    let mut operation = operation;
    operation.inner_mut().request_body = Some(named::python());
    operation
        .id("put_script")
        .summary("Put a source live as a script's next version")
        .description(
            "The body is Python, as `text/x-python` in UTF-8, at most 256 KiB. It is read first (422 `syntax` with line and \
             column), then the script's test cases are run (422 `invalid` with `/tests/N` for each that fails); then it is \
             live. A script that is missing is made; it is run by hand until its settings say otherwise. With `If-Match` it \
             must still be the one that was read (412). The plan must include scripts.",
        )
        .tag("Scripts")
        .response_with::<200, Json<Published>, _>(|it| it.description("The new version is live."))
        .response_with::<201, Json<Published>, _>(|it| it.description("The new script is live."))
}

fn update_settings_is(operation: TransformOperation<'_>) -> TransformOperation<'_> {
    operation
        .id("put_script_settings")
        .summary("Change a script's title, its trigger, or whether it runs")
        .description(
            "What is left out stays. A hook (`responded`) begins with the responses that are applied from now on; a \
             schedule with its next time. With `If-Match` the script must still be the one that was read (412).",
        )
        .tag("Scripts")
        .response_with::<200, Json<Shown>, _>(|it| it.description("The script as it is now."))
}

fn delete_is(operation: TransformOperation<'_>) -> TransformOperation<'_> {
    operation
        .id("delete_script")
        .summary("Put a script into the trash")
        .description(
            "Nothing starts it any more, its pages answer 404, and its name stays its own. For 30 days all of it can be \
             restored (`/script-trash`); then it is deleted for good.",
        )
        .tag("Scripts")
        .response_with::<204, (), _>(|it| it.description("It is in the trash."))
}
