//! Responses: this file is about storing, walking, counting and erasing them.

use canvass_model::{
    id::SurveyId,
    response::{Accepted, Source, SubmissionKey},
    survey::Version,
    time::Timestamp,
};
use canvass_storage::{
    Error,
    responses::{self, Order},
    surveys,
};

use crate::{a_survey, a_tenant, nowhere, on_each_engine};

/// `count` responses to a survey, numbered from 0.
pub fn some(survey: SurveyId, received_at: Timestamp, count: u32) -> Vec<Accepted> {
    let one = |number: u32| Accepted {
        id: SubmissionKey::parse(&format!("key-{number}")).unwrap().response_id(survey),
        survey,
        version: Version(1),
        received_at,
        source: Source::Form,
        answers: format!("{{\"q1\":{number}}}"),
    };
    (0..count).map(one).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_response_sent_twice_is_stored_and_counted_once() {
    on_each_engine(async |directory| {
        let tenant = a_tenant(&directory, "Adatum").await;
        tenant
            .write(|tx| {
                let survey = a_survey(tx, "Lunch")?.id;
                let responses = some(survey, tx.now(), 3);
                assert_eq!(responses::insert_many(tx, &responses[..2])?, [true, true]);
                assert_eq!(responses::insert_many(tx, &responses)?, [false, false, true]);
                assert_eq!(responses::insert_many(tx, &[])?, [false; 0]);
                assert_eq!(surveys::find(tx, survey)?.unwrap().responses, 3);
                let now = tx.now();
                assert_eq!(responses::count_in_month(tx, now)?, 3);
                assert_eq!(responses::count_in_month(tx, now.plus_ms(-40 * Timestamp::DAY_MS))?, 0);
                assert_eq!(responses::find(tx, survey, responses[1].id)?.unwrap().accepted, responses[1]);
                assert_eq!(responses::find(tx, nowhere(), responses[1].id)?, None);
                let asked = [responses[2].id, SubmissionKey::parse("never").unwrap().response_id(survey)];
                assert_eq!(responses::known(tx, survey, &asked)?, [responses[2].id]);
                assert_eq!(responses::known(tx, nowhere(), &asked)?, []);
                assert_eq!(responses::known(tx, survey, &[])?, []);
                Ok::<_, Error>(())
            })
            .await
            .unwrap();
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn paging_walks_past_every_response_once_in_both_directions() {
    on_each_engine(async |directory| {
        let tenant = a_tenant(&directory, "Adatum").await;
        tenant
            .write(|tx| {
                let (survey, other) = (a_survey(tx, "Lunch")?.id, a_survey(tx, "Dinner")?.id);
                let sent = some(survey, tx.now(), 7);
                for response in &sent {
                    responses::insert_many(tx, std::slice::from_ref(response))?;
                    responses::insert_many(tx, &some(other, tx.now(), 1))?;
                }
                for (order, expected) in
                    [(Order::OldestFirst, sent.clone()), (Order::NewestFirst, sent.iter().rev().cloned().collect())]
                {
                    let (mut walked, mut after) = (Vec::new(), None);
                    for _ in 0..4 {
                        let page = responses::list(tx, survey, order, after, 3)?;
                        after = page.last().map(|it| it.position).or(after);
                        walked.extend(page.into_iter().map(|it| it.accepted));
                    }
                    assert_eq!(walked, expected);
                }
                let middle = responses::find(tx, survey, sent[3].id)?.unwrap();
                let neighbours = responses::neighbours(tx, survey, middle.position)?;
                assert_eq!(neighbours, (Some(sent[2].id), Some(sent[4].id)));
                Ok::<_, Error>(())
            })
            .await
            .unwrap();
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_erased_response_is_gone_from_the_count_but_not_from_the_months_use() {
    on_each_engine(async |directory| {
        let tenant = a_tenant(&directory, "Adatum").await;
        tenant
            .write(|tx| {
                let survey = a_survey(tx, "Lunch")?.id;
                let sent = some(survey, tx.now(), 2);
                responses::insert_many(tx, &sent)?;
                assert!(!responses::delete(tx, nowhere(), sent[0].id)?);
                assert!(responses::delete(tx, survey, sent[0].id)?);
                assert!(!responses::delete(tx, survey, sent[0].id)?);
                assert_eq!(responses::find(tx, survey, sent[0].id)?, None);
                assert_eq!(surveys::find(tx, survey)?.unwrap().responses, 1);
                let now = tx.now();
                assert_eq!(responses::count_in_month(tx, now)?, 2);
                Ok::<_, Error>(())
            })
            .await
            .unwrap();
    })
    .await;
}
