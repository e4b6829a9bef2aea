//! Surveys for scripts: this file is about what a script may read of its tenant's surveys.

use std::collections::HashMap;

use canvass_model::{
    address::PageAddress,
    id::SurveyId,
    page::Target,
    survey::{Status, Survey},
    time::Timestamp,
};
use canvass_script::Refusal;
use canvass_storage::{ReadTx, Tenant, pages, surveys, surveys::Shelf};
use serde_json::{Value, json};

use super::read;
use crate::{Error, results};

/// Surveys listed at once.
const SURVEYS_MAX: u32 = 500;

/// All surveys at work and in the archive.
pub(super) async fn list(tenant: &Tenant) -> Result<Value, Refusal> {
    read(tenant, |tx| {
        let mut addresses: HashMap<SurveyId, String> = HashMap::new();
        for page in pages::list(tx)? {
            if let Target::Survey(survey) = page.target {
                addresses.entry(survey).or_insert_with(|| page.address.native().to_owned());
            }
        }
        let mut found = surveys::list(tx, Shelf::AtWork, None, SURVEYS_MAX)?;
        let room = SURVEYS_MAX.saturating_sub(u32::try_from(found.len()).unwrap_or(u32::MAX));
        found.extend(surveys::list(tx, Shelf::Archive, None, room)?);
        let now = tx.now();
        let item = |it: &Survey| {
            json!({ "id": it.id, "title": it.title, "state": state(it, now), "page": addresses.get(&it.id) })
        };
        Ok::<_, Error>(found.iter().map(item).collect())
    })
    .await
}

/// One survey with its definition.
pub(super) async fn show(tenant: &Tenant, named: &str) -> Result<Value, Refusal> {
    let id = id(tenant, named).await?;
    read(tenant, move |tx| {
        let survey = surveys::find(tx, id)?.ok_or(Error::NotFound)?;
        let definition = results::definition(tx, &survey)?;
        let now = tx.now();
        Ok::<_, Error>(json!({
            "id": survey.id,
            "title": definition.title_text(),
            "state": state(&survey, now),
            "definition": definition.to_json(),
        }))
    })
    .await
}

/// A survey's running summary, as the API shows it.
pub(super) async fn summary(tenant: &Tenant, named: &str) -> Result<Value, Refusal> {
    let id = id(tenant, named).await?;
    read(tenant, move |tx| {
        let found = results::load(tx, id)?;
        Ok::<_, Error>(found.summary.to_api(&found.definition))
    })
    .await
}

/// The survey that a script names by its id or by the address of its page.
pub(super) async fn id(tenant: &Tenant, named: &str) -> Result<SurveyId, Refusal> {
    let named = named.to_owned();
    let found = read(tenant, move |tx| named_survey(tx, &named)).await?;
    found.ok_or_else(|| Refusal::because("there is no such survey"))
}

fn named_survey(tx: &mut ReadTx<'_>, named: &str) -> Result<Option<SurveyId>, Error> {
    if let Some(id) = SurveyId::parse(named) {
        return Ok(surveys::find(tx, id)?.filter(|it| it.trashed_at.is_none()).map(|it| it.id));
    }
    let Ok(address) = PageAddress::parse(named) else { return Ok(None) };
    match pages::find(tx, address.key())?.map(|it| it.target) {
        Some(Target::Survey(id)) => Ok(surveys::find(tx, id)?.filter(|it| it.trashed_at.is_none()).map(|it| it.id)),
        Some(_) | None => Ok(None),
    }
}

fn state(survey: &Survey, now: Timestamp) -> &'static str {
    match &survey.status {
        Status::Draft => "draft",
        Status::Published { closes_at, .. } if now < *closes_at => "open",
        Status::Published { .. } | Status::Closed { .. } => "closed",
        Status::Archived { .. } => "archived",
    }
}
