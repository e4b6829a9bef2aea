//! A tenant's scripts, for the operator: this file is about stopping them, letting them run again, and which are stopped.

use canvass_actions::{Error, scripts as actions};
use canvass_model::{member::Actor, script::ScriptName, tenant::TenantRecord};
use canvass_storage::{Directory, Tenant, scripts};
use serde_json::{Value, json};

use super::{parse_alias, refused, usage};
use crate::{Failure, cli::Cli, failure::Exit};

/// Which scripts of a tenant are stopped.
#[derive(Default)]
pub(super) struct Stops {
    all: Option<String>,
    each: Vec<(String, String)>,
}

/// Stops all scripts of a tenant, or one.
pub(super) async fn stop(
    cli: &Cli,
    directory: &Directory,
    (alias, script): (&str, Option<&str>),
    reason: &str,
) -> Result<(), Failure> {
    let (tenant, name) = (found(directory, alias).await?, named(script)?);
    let stopped = actions::stop(&tenant, &Actor::Canvass, name.as_ref(), reason).await;
    stopped.map_err(|it| unfit(alias, script, ("stopped", &it)))?;
    let json = json!({ "alias": alias, "script": script, "stopped": reason });
    cli.output().show(&json, || match script {
        Some(script) => format!("{script} of {alias} is stopped. Its members read why."),
        None => format!("All scripts of {alias} are stopped. Its members read why."),
    })?;
    Ok(())
}

/// Lets all scripts of a tenant run again, or one.
pub(super) async fn allow(
    cli: &Cli,
    directory: &Directory,
    (alias, script): (&str, Option<&str>),
) -> Result<(), Failure> {
    let (tenant, name) = (found(directory, alias).await?, named(script)?);
    let allowed = actions::allow(&tenant, &Actor::Canvass, name.as_ref()).await;
    allowed.map_err(|it| unfit(alias, script, ("allowed", &it)))?;
    let json = json!({ "alias": alias, "script": script, "stopped": null });
    cli.output().show(&json, || match script {
        Some(script) => format!("{script} of {alias} may run again."),
        None => format!("The scripts of {alias} may run again, but for those that are stopped by name."),
    })?;
    Ok(())
}

/// Which scripts of a tenant are stopped; none of one that is not in use.
pub(super) async fn stops(directory: &Directory, record: &TenantRecord) -> Result<Stops, Failure> {
    let Some(tenant) = in_use(directory, record).await? else { return Ok(Stops::default()) };
    let read = tenant.read(|tx| {
        let each = scripts::list_stopped(tx)?.into_iter();
        let each = each.filter_map(|it| Some((it.name.to_string(), it.stopped_by_operator?))).collect();
        Ok::<_, Error>(Stops { all: actions::stopped(tx)?, each })
    });
    read.await.map_err(|it| Failure::action(format!("the scripts of {} could not be looked at", record.alias), &it))
}

impl Stops {
    pub(super) fn json(&self) -> Value {
        let each = self.each.iter().map(|(name, reason)| json!({ "name": name, "reason": reason }));
        json!({ "stopped": self.all, "stopped_by_name": each.collect::<Vec<_>>() })
    }

    pub(super) fn lines(&self) -> Vec<String> {
        let all = self.all.iter().map(|it| format!("scripts  all stopped: {it}"));
        all.chain(self.each.iter().map(|(name, it)| format!("scripts  {name} stopped: {it}"))).collect()
    }
}

async fn found(directory: &Directory, alias: &str) -> Result<Tenant, Failure> {
    let parsed = parse_alias(alias)?;
    let found = directory.tenant(&parsed).await;
    let found = found.map_err(|it| Failure::storage("the tenant could not be looked up", &it))?;
    found.filter(|it| it.record().state.is_in_use()).ok_or_else(|| Failure::no_tenant(alias))
}

async fn in_use(directory: &Directory, record: &TenantRecord) -> Result<Option<Tenant>, Failure> {
    if !record.state.is_in_use() {
        return Ok(None);
    }
    directory.tenant(&record.alias).await.map_err(|it| Failure::storage("the tenant could not be opened", &it))
}

fn named(script: Option<&str>) -> Result<Option<ScriptName>, Failure> {
    script.map(|it| ScriptName::parse(it).map_err(|why| usage("--script", it, why))).transpose()
}

fn unfit(alias: &str, script: Option<&str>, (done, error): (&str, &Error)) -> Failure {
    match (error, script) {
        (Error::NotFound, Some(script)) => Failure::new(
            Exit::NotFound,
            format!("{script} could not be {done}"),
            format!("{alias} has no script of this name"),
            "Its members see the names in their console.",
        ),
        (Error::NotFound, None) => Failure::no_tenant(alias),
        _ => refused(alias, done, error),
    }
}
