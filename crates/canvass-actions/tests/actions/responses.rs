//! Responses: this file is about accepting, applying and erasing them, and the summary that is always right.

use std::time::Duration;

use canvass_actions::{Error, live, responses, surveys};
use canvass_model::{
    answer::Answers,
    event::Event,
    id::SurveyId,
    plan::{Lane, PlanId},
    response::{Accepted, Source, SubmissionKey},
    summary::Summary,
    survey::Version,
    tenant::TenantRecord,
};
use canvass_storage::{ReadTx, Tenant, Tx, dead_letters, events, summaries, surveys as stored, tenants};
use serde_json::{Value, json};

use crate::{a_definition, a_live_survey, a_tenant, alias, as_storage_error, by, on_each_engine};

/// A response to the survey of [`a_definition`], the `number`th.
fn a_response(tx: &mut ReadTx<'_>, survey: SurveyId, number: i64) -> Result<Accepted, Error> {
    let live = live::load_survey(tx, survey)?.ok_or(Error::NotFound)?;
    let colour = if number % 3 == 0 { "red" } else { "blue" };
    let body = json!({ "colour": colour, "age": 20 + number, "why": format!("because {number}") });
    let answers = Answers::from_json(&live.definition, &body).unwrap();
    let key = SubmissionKey::parse(&format!("key-{number}")).unwrap();
    let now = tx.now();
    responses::prepare(&live, &answers, &key, Source::Form, now)
}

/// What a summary must be, counted from the responses themselves.
fn counted(batch: &[Accepted]) -> Summary {
    let mut summary = Summary::default();
    for response in batch {
        summary.add(&Answers::from_stored(&a_definition("Colours"), &response.answers).unwrap());
    }
    summary
}

/// Compares what people see of two summaries: taking a number out again may move the last digits of a variance.
fn assert_same(one: &Summary, two: &Summary) {
    let shown = |it: &Summary| rounded(it.to_api(&a_definition("Colours")));
    assert_eq!(shown(one), shown(two));
}

fn rounded(value: Value) -> Value {
    match value {
        Value::Number(number) => format!("{:.6}", number.as_f64().unwrap()).into(),
        Value::Array(items) => items.into_iter().map(rounded).collect(),
        Value::Object(entries) => entries.into_iter().map(|(name, it)| (name, rounded(it))).collect(),
        Value::Null | Value::Bool(_) | Value::String(_) => value,
    }
}

async fn a_survey(tenant: &Tenant) -> SurveyId {
    tenant.write(|tx| a_live_survey(tx, "colours")).await.unwrap().id
}

fn some(tx: &mut Tx<'_>, survey: SurveyId, numbers: std::ops::Range<i64>) -> Result<Vec<Accepted>, Error> {
    numbers.map(|it| a_response(tx, survey, it)).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_applied_twice_is_counted_once() {
    on_each_engine(async |directory| {
        let tenant = a_tenant(&directory, "Adatum").await;
        let survey = a_survey(&tenant).await;
        let sent = tenant.write(move |tx| some(tx, survey, 0..30)).await.unwrap();
        tenant.append(sent.clone()).await.unwrap();
        let apply = |tx: &mut Tx<'_>, batch: &[Accepted]| responses::apply(tx, batch);
        let applied = directory.intake().apply(Lane::Standard, 100, apply).await.unwrap();
        assert_eq!((applied.taken, applied.dead), (30, 0));
        tenant.append(sent[..10].to_vec()).await.unwrap();
        directory.intake().apply(Lane::Standard, 100, apply).await.unwrap();
        let (summary, row) = tenant
            .read(move |tx| Ok::<_, Error>((responses::summary(tx, survey)?, stored::find(tx, survey)?.unwrap())))
            .await
            .unwrap();
        assert_eq!((&summary, row.responses), (&counted(&sent), 30));
        assert_eq!(summary.responses, 30);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_survey_that_is_closed_takes_no_answers_but_keeps_those_on_their_way() {
    on_each_engine(async |directory| {
        let tenant = a_tenant(&directory, "Adatum").await;
        let survey = a_survey(&tenant).await;
        tenant
            .write(move |tx| {
                let accepted = a_response(tx, survey, 1)?;
                surveys::close(tx, &by(), survey)?;
                assert!(matches!(a_response(tx, survey, 2), Err(Error::Refused(_))));
                responses::apply(tx, std::slice::from_ref(&accepted))?;
                assert_eq!(responses::summary(tx, survey)?.responses, 1);
                Ok::<_, Error>(())
            })
            .await
            .unwrap();
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_response_that_cannot_be_applied_holds_up_nobody() {
    on_each_engine(async |directory| {
        let tenant = a_tenant(&directory, "Adatum").await;
        let survey = a_survey(&tenant).await;
        let mut sent = tenant.write(move |tx| some(tx, survey, 0..5)).await.unwrap();
        let unknown = SurveyId::parse("01890a5d-ac96-774b-bcce-b302099a8057").unwrap();
        sent[1].survey = unknown;
        sent[2].version = Version(7);
        sent[3].answers = "not JSON".to_owned();
        tenant.append(sent.clone()).await.unwrap();
        let applied = directory.intake().apply(Lane::Standard, 100, responses::apply).await.unwrap();
        assert_eq!((applied.taken, applied.dead), (5, 3));
        let letters = directory.read(|tx| dead_letters::list(tx, None, 9)).await.unwrap();
        let reasons: String = letters.iter().map(|it| it.reason.as_str()).collect();
        for part in ["does not exist", "never published as version 7", "cannot be read"] {
            assert!(reasons.contains(part), "{reasons}");
        }
        let summary = tenant.read(move |tx| responses::summary(tx, survey)).await.unwrap();
        assert_eq!(summary, counted(&[sent[0].clone(), sent[4].clone()]));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_erased_response_is_gone_from_the_summary() {
    on_each_engine(async |directory| {
        let tenant = a_tenant(&directory, "Adatum").await;
        let survey = a_survey(&tenant).await;
        tenant
            .write(move |tx| {
                let mut sent = some(tx, survey, 0..12)?;
                responses::apply(tx, &sent)?;
                // The first is the youngest: without it the smallest age must be found again.
                for place in [5, 0] {
                    let erased = sent.remove(place);
                    responses::erase(tx, &by(), survey, erased.id)?;
                    assert_same(&responses::summary(tx, survey)?, &counted(&sent));
                    assert!(matches!(responses::erase(tx, &by(), survey, erased.id), Err(Error::NotFound)));
                    let log = events::list(tx, None, 1)?;
                    assert_eq!(log[0].event, Event::ResponseErased { survey, response: erased.id });
                }
                Ok::<_, Error>(())
            })
            .await
            .unwrap();
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_damaged_summary_is_counted_again() {
    on_each_engine(async |directory| {
        let tenant = a_tenant(&directory, "Adatum").await;
        let survey = a_survey(&tenant).await;
        tenant
            .write(move |tx| {
                let sent = some(tx, survey, 0..8)?;
                responses::apply(tx, &sent[..6])?;
                summaries::put(tx, survey, "damaged")?;
                assert!(matches!(responses::summary(tx, survey), Err(Error::Storage(_))));
                responses::apply(tx, &sent[6..])?;
                assert_eq!(responses::summary(tx, survey)?, counted(&sent));
                Ok::<_, Error>(())
            })
            .await
            .unwrap();
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_month_takes_what_the_plan_includes() {
    on_each_engine(async |directory| {
        let tenant = a_tenant(&directory, "Adatum").await;
        let survey = a_survey(&tenant).await;
        let id = tenant.record().id;
        directory
            .write(move |tx| {
                let record = tenants::find_by_id(tx, id)?.unwrap();
                tenants::update(tx, &TenantRecord { plan: PlanId::Trial, ..record })
            })
            .await
            .unwrap();
        let tenant = directory.tenant(&alias("adatum")).await.unwrap().unwrap();
        let sent = tenant.write(move |tx| some(tx, survey, 0..1_001)).await.unwrap();
        let (last, sent) = sent.split_last().map(|(it, rest)| (it.clone(), rest.to_vec())).unwrap();
        responses::submit(&tenant, sent[1..].to_vec()).await.unwrap();
        let lane = Lane::Standard;
        directory.intake().apply(lane, 2_000, responses::apply).await.unwrap();
        responses::submit(&tenant, sent[..1].to_vec()).await.unwrap();
        directory.intake().apply(lane, 2_000, responses::apply).await.unwrap();
        let until_counted_again = tokio::time::timeout(Duration::from_mins(1), async {
            while tenant.responses_this_month().await.unwrap() < 1_000 {
                tokio::task::yield_now().await;
            }
        });
        until_counted_again.await.unwrap();
        let full = responses::submit(&tenant, vec![last]).await;
        assert!(matches!(full, Err(Error::Limit(_))), "{full:?}");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_watches_a_survey_hears_of_an_erasure() {
    on_each_engine(async |directory| {
        let tenant = a_tenant(&directory, "Adatum").await;
        let survey = a_survey(&tenant).await;
        let sent = tenant
            .write(move |tx| {
                let sent = some(tx, survey, 0..2)?;
                responses::apply(tx, &sent)?;
                Ok::<_, Error>(sent)
            })
            .await
            .unwrap();
        let mut changes = tenant.changes(survey);
        let erased = sent[0].id;
        let erase = tenant.write(move |tx| responses::erase(tx, &by(), survey, erased));
        let heard = async { tokio::time::timeout(Duration::from_mins(1), changes.changed()).await };
        let (erased, heard) = tokio::join!(erase, heard);
        erased.unwrap();
        heard.unwrap().unwrap();
    })
    .await;
}

#[test]
fn the_intake_sees_a_refusal_as_the_records_own_fault() {
    assert!(matches!(as_storage_error(Error::NotFound), canvass_storage::Error::Rejected(_)));
    let busy = canvass_storage::Error::Busy { retry_after_ms: 1 };
    assert!(matches!(as_storage_error(Error::Storage(busy)), canvass_storage::Error::Busy { .. }));
}
