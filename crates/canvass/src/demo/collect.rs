//! A survey of the demonstration: this file is about making it, letting a crowd answer it, and closing it.

use canvass_actions::{
    Error, fields, live, metadata, responses,
    surveys::{self, Publication},
};
use canvass_model::{
    address::PageAddress,
    answer::Answers,
    definition::Definition,
    id::SurveyId,
    member::Actor,
    metadata::Fields,
    page::Visibility,
    response::{Accepted, Source, SubmissionKey},
    time::Timestamp,
};
use canvass_storage::{Tenant, meta};

use super::{
    answers::{self, Dice},
    catalogue::{Crowd, Exhibit, Life},
};

/// Responses that one append makes durable.
const APPEND: usize = 200;
/// How far back the first response lies: half a month looks alive, and fits every plan's month.
const SPREAD_MS: i64 = 15 * Timestamp::DAY_MS;
/// What the tenant notes of a survey that has everything.
const FILLED: &str = "filled";

/// Gives the tenant its own fields for surveys, unless it has some.
pub(super) async fn define_fields(tenant: &Tenant, document: &'static str) -> Result<(), Error> {
    if document.is_empty() {
        return Ok(());
    }
    let wanted = Fields::parse(&json(document)?).map_err(|faults| Error::Invalid { faults })?;
    let plan = tenant.record().plan.plan();
    tenant
        .write(move |tx| {
            if fields::find(tx)?.is_empty() {
                fields::replace(tx, &Actor::Canvass, &plan, None, &wanted)?;
            }
            Ok(())
        })
        .await
}

/// Makes a survey with its responses, as far as it is not there yet.
pub(super) async fn fill(tenant: &Tenant, exhibit: &'static Exhibit) -> Result<(), Error> {
    let note = format!("demo.{}", exhibit.name);
    let wanted = note.clone();
    match tenant.read(move |tx| meta::find(tx, &wanted)).await? {
        Some(done) if done == FILLED => return Ok(()),
        Some(_) | None => {}
    }
    let survey = made(tenant, exhibit, note.clone()).await?;
    let crowd = match exhibit.life {
        Life::Draft => None,
        Life::Open(crowd) | Life::Closed(crowd) => Some(crowd),
    };
    if let Some(crowd) = crowd {
        answer(tenant, exhibit, survey, crowd).await?;
    }
    tenant
        .write(move |tx| {
            match exhibit.life {
                Life::Closed(_) => {
                    surveys::close(tx, &Actor::Canvass, survey)?;
                }
                Life::Draft | Life::Open(_) => {}
            }
            Ok(meta::put(tx, &note, FILLED)?)
        })
        .await
}

/// The survey, made and published unless an earlier start that was interrupted has done so.
async fn made(tenant: &Tenant, exhibit: &'static Exhibit, note: String) -> Result<SurveyId, Error> {
    let definition = definition(exhibit)?;
    let plan = tenant.record().plan.plan();
    tenant
        .write(move |tx| {
            if let Some(id) = meta::find(tx, &note)?.as_deref().and_then(SurveyId::parse) {
                return Ok(id);
            }
            let survey = surveys::create(tx, &Actor::Canvass, &definition)?;
            if !exhibit.metadata.is_empty() {
                metadata::describe(tx, &plan, survey.id, &json(exhibit.metadata)?)?;
            }
            match exhibit.life {
                Life::Draft => {}
                Life::Open(_) | Life::Closed(_) => {
                    let page = PageAddress::parse(exhibit.name)?;
                    let publication = Publication { page, visibility: Some(Visibility::Public) };
                    surveys::publish(tx, &Actor::Canvass, survey.id, &publication, &plan)?;
                }
            }
            meta::put(tx, &note, &survey.id.to_string())?;
            Ok(survey.id)
        })
        .await
}

/// Sends a crowd's responses through the intake. Sending them again changes nothing: their keys are the same.
async fn answer(tenant: &Tenant, exhibit: &'static Exhibit, survey: SurveyId, crowd: Crowd) -> Result<(), Error> {
    let definition = definition(exhibit)?;
    let accepted = tenant
        .read(move |tx| {
            let live = live::load_survey(tx, survey)?.ok_or(Error::NotFound)?;
            let mut dice = Dice::named(exhibit.name);
            let all = (0..crowd.responses).map(|number| {
                let json = answers::next(&definition, crowd.mood, &mut dice);
                let answers = Answers::from_json(&definition, &json)
                    .map_err(|it| Error::Refused(format!("{}: {it:?}", exhibit.name)))?;
                let key =
                    SubmissionKey::parse(&format!("demo-{number}")).map_err(|it| Error::Refused(it.to_string()))?;
                let accepted = responses::prepare(&live, &answers, &key, Source::Demo, tx.now())?;
                let ago = SPREAD_MS * i64::from(crowd.responses - number) / i64::from(crowd.responses);
                Ok(Accepted { received_at: accepted.received_at.plus_ms(-ago), ..accepted })
            });
            all.collect::<Result<Vec<_>, Error>>()
        })
        .await?;
    for batch in accepted.chunks(APPEND) {
        tenant.append(batch.to_vec()).await?;
    }
    Ok(())
}

fn definition(exhibit: &Exhibit) -> Result<Definition, Error> {
    Definition::parse_text(exhibit.definition).map_err(|faults| Error::Invalid { faults })
}

fn json(document: &str) -> Result<serde_json::Value, Error> {
    serde_json::from_str(document).map_err(|error| Error::Refused(format!("{error} in {document}")))
}
