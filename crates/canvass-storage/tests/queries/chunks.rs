//! Chunks: this file is about sealed responses, which nobody can tell from fresh ones.

use canvass_model::{
    chunk::{Columns, Fact},
    id::{ResponseId, SurveyId},
    response::{Accepted, Response},
    survey::Version,
};
use canvass_storage::{
    Error, ReadTx, Tx, annotations,
    chunks::{self, Sealing, Walk},
    responses::{self, Order},
    surveys,
};

use crate::{a_survey, a_tenant, nowhere, on_each_engine, responses::some};

/// Chunks of three, and one that stays fresh.
const THREE: Sealing = Sealing { responses: 3, stay_fresh: 1 };

fn seal_all(tx: &mut Tx<'_>, survey: SurveyId) -> Result<usize, Error> {
    let mut sealed = 0;
    loop {
        match chunks::seal(tx, survey, THREE)? {
            0 => return Ok(sealed),
            more => sealed += more,
        }
    }
}

fn all(tx: &mut ReadTx<'_>, survey: SurveyId) -> Result<Vec<Response>, Error> {
    responses::list(tx, survey, Order::OldestFirst, None, u32::MAX)
}

/// What a walk passes, in pieces of one transaction.
fn walked(tx: &mut ReadTx<'_>, survey: SurveyId) -> Result<Vec<Response>, Error> {
    let (mut walk, mut found) = (Walk::over(survey), Vec::new());
    while let Some(chunk) = walk.next(tx, &|_| Some(Columns::All))? {
        let ids: Vec<ResponseId> = chunk.rows().map(|it| chunk.id(it).unwrap()).collect();
        for id in ids {
            found.extend(responses::find(tx, survey, id)?);
        }
    }
    Ok(found)
}

#[tokio::test(flavor = "multi_thread")]
async fn sealed_responses_are_read_like_fresh_ones() {
    on_each_engine(async |directory| {
        let tenant = a_tenant(&directory, "Adatum").await;
        tenant
            .write(|tx| {
                let (survey, other) = (a_survey(tx, "Lunch")?.id, a_survey(tx, "Dinner")?.id);
                let sent = some(survey, tx.now(), 11);
                for response in &sent {
                    responses::insert_many(tx, std::slice::from_ref(response))?;
                    responses::insert_many(tx, &some(other, tx.now(), 1))?;
                }
                let before = all(tx, survey)?;
                assert_eq!(chunks::list_due(tx, THREE, 9)?, [survey]);
                assert_eq!(seal_all(tx, survey)?, 9, "as long as one stays fresh behind three");
                assert_eq!(chunks::list_due(tx, THREE, 9)?, []);
                assert_eq!(all(tx, survey)?, before);
                assert_eq!(walked(tx, survey)?, before);
                let some: Vec<Response> = [0, 1, 4, 8, 9, 10].map(|it| before[it].clone()).into();
                let positions: Vec<i64> = some.iter().map(|it| it.position).collect();
                assert_eq!(responses::list_at(tx, survey, &positions)?, some);
                assert_eq!(responses::list_at(tx, other, &positions)?, []);
                for limit in 1..12 {
                    for order in [Order::OldestFirst, Order::NewestFirst] {
                        let (mut found, mut after) = (Vec::new(), None);
                        loop {
                            let page = responses::list(tx, survey, order, after, limit)?;
                            let Some(last) = page.last() else { break };
                            after = Some(last.position);
                            found.extend(page);
                        }
                        if order == Order::NewestFirst {
                            found.reverse();
                        }
                        assert_eq!(found, before, "{limit} at a time");
                    }
                }
                for (at, response) in before.iter().enumerate() {
                    let id = response.accepted.id;
                    assert_eq!(responses::find(tx, survey, id)?.as_ref(), Some(response));
                    assert_eq!(responses::find(tx, other, id)?, None);
                    let around = responses::neighbours(tx, survey, response.position)?;
                    let id_at = |at: Option<usize>| at.and_then(|it| before.get(it)).map(|it| it.accepted.id);
                    assert_eq!(around, (id_at(at.checked_sub(1)), id_at(Some(at + 1))));
                }
                let mut ids: Vec<ResponseId> = sent.iter().map(|it| it.id).collect();
                let mut known = responses::known(tx, survey, &ids)?;
                ids.sort_unstable();
                known.sort_unstable();
                assert_eq!(known, ids);
                assert_eq!(responses::known(tx, nowhere(), &ids)?, []);
                assert_eq!(responses::last_position(tx, survey)?, before[10].position);
                assert_eq!(responses::insert_many(tx, &sent)?, [false; 11], "sealed or not, none comes twice");
                assert_eq!(surveys::find(tx, survey)?.unwrap().responses, 11);
                Ok::<_, Error>(())
            })
            .await
            .unwrap();
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sealed_response_can_be_changed_noted_and_erased() {
    on_each_engine(async |directory| {
        let tenant = a_tenant(&directory, "Adatum").await;
        tenant
            .write(|tx| {
                let survey = a_survey(tx, "Lunch")?.id;
                let sent = some(survey, tx.now(), 7);
                responses::insert_many(tx, &sent)?;
                seal_all(tx, survey)?;
                let mut left = all(tx, survey)?;
                assert!(!responses::update(tx, nowhere(), sent[1].id, "{}")?);
                for at in [1, 6] {
                    assert!(responses::update(tx, survey, sent[at].id, "{\"q2\":\"new\"}")?);
                    left[at].accepted.answers = "{\"q2\":\"new\"}".to_owned();
                }
                assert_eq!(all(tx, survey)?, left);
                for at in [5, 0, 1, 2] {
                    assert!(!responses::delete(tx, nowhere(), sent[at].id)?);
                    assert!(responses::delete(tx, survey, sent[at].id)?);
                    assert!(!responses::delete(tx, survey, sent[at].id)?);
                    left.retain(|it| it.accepted.id != sent[at].id);
                    assert_eq!(all(tx, survey)?, left);
                    assert_eq!(walked(tx, survey)?, left);
                    assert_eq!(responses::find(tx, survey, sent[at].id)?, None);
                }
                assert_eq!(surveys::find(tx, survey)?.unwrap().responses, 3);
                assert_eq!(responses::insert_many(tx, &sent[..1])?, [true], "what was erased may come again");
                Ok::<_, Error>(())
            })
            .await
            .unwrap();
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_walk_sees_each_response_once_however_others_seal_in_between() {
    on_each_engine(async |directory| {
        let tenant = a_tenant(&directory, "Adatum").await;
        tenant
            .write(|tx| {
                let survey = a_survey(tx, "Lunch")?.id;
                responses::insert_many(tx, &some(survey, tx.now(), 10))?;
                let before = all(tx, survey)?;
                // As if the first five had been passed while all were fresh.
                let mut walk = Walk::over(survey);
                let first = walk.next(tx, &|_| Some(Columns::All))?.unwrap();
                assert_eq!(first.rows(), 0..10);
                let mut walk = Walk::beyond(survey, Order::OldestFirst, Some(before[4].position));
                seal_all(tx, survey)?;
                let mut seen = Vec::new();
                while let Some(chunk) = walk.next(tx, &|_| Some(Columns::named(["q1"]).and(Fact::Id)))? {
                    seen.extend(chunk.rows().map(|it| chunk.id(it).unwrap()));
                }
                let expected: Vec<ResponseId> = before[5..].iter().map(|it| it.accepted.id).collect();
                assert_eq!(seen, expected);
                let mut walk = Walk::beyond(survey, Order::NewestFirst, Some(before[5].position));
                let mut seen = Vec::new();
                while let Some(chunk) = walk.next(tx, &|_| Some(Columns::named([Fact::Id.name()])))? {
                    seen.extend(chunk.rows().rev().map(|it| chunk.id(it).unwrap()));
                }
                let expected: Vec<ResponseId> = before[..5].iter().rev().map(|it| it.accepted.id).collect();
                assert_eq!(seen, expected, "the other way round");
                Ok::<_, Error>(())
            })
            .await
            .unwrap();
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn large_responses_make_smaller_chunks_and_versions_are_kept() {
    on_each_engine(async |directory| {
        let tenant = a_tenant(&directory, "Adatum").await;
        tenant
            .write(|tx| {
                let survey = a_survey(tx, "Lunch")?.id;
                let large = |number: u32, sent: Accepted| Accepted {
                    version: Version(1 + number % 2),
                    answers: format!("{{\"q1\":\"{}\"}}", "x".repeat(7 << 20)),
                    ..sent
                };
                let sent: Vec<Accepted> =
                    (0..).zip(some(survey, tx.now(), 4)).map(|(number, it)| large(number, it)).collect();
                responses::insert_many(tx, &sent)?;
                assert_eq!(chunks::seal(tx, survey, THREE)?, 2, "a third would be more than 16 megabytes");
                assert_eq!(all(tx, survey)?.into_iter().map(|it| it.accepted).collect::<Vec<_>>(), sent);
                Ok::<_, Error>(())
            })
            .await
            .unwrap();
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_read_stays_fresh() {
    on_each_engine(async |directory| {
        let tenant = a_tenant(&directory, "Adatum").await;
        let survey = tenant
            .write(|tx| {
                let survey = a_survey(tx, "Lunch")?.id;
                let mut sent = some(survey, tx.now(), 5);
                sent[1].answers = "{".to_owned();
                responses::insert_many(tx, &sent)?;
                Ok::<_, Error>(survey)
            })
            .await
            .unwrap();
        let refused = tenant.write(move |tx| chunks::seal(tx, survey, THREE)).await;
        assert!(matches!(refused, Err(Error::Corrupt { what: "chunk of responses", .. })), "{refused:?}");
        let kept = tenant.read(move |tx| all(tx, survey)).await.unwrap();
        assert_eq!(kept.len(), 5);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn notes_stay_with_a_response_that_is_sealed() {
    on_each_engine(async |directory| {
        let tenant = a_tenant(&directory, "Adatum").await;
        tenant
            .write(|tx| {
                let (survey, other) = (a_survey(tx, "Lunch")?.id, a_survey(tx, "Dinner")?.id);
                let sent = some(survey, tx.now(), 5);
                responses::insert_many(tx, &sent)?;
                let (script, note) = (tx.new_id(), serde_json::json!({ "score": 1, "tags": ["new"] }));
                let note = canvass_model::script::Annotation::read_answer(&note).unwrap();
                let notes = |of: &[usize]| of.iter().map(|it| (sent[*it].id, note.clone())).collect();
                assert_eq!(annotations::add(tx, script, survey, &notes(&[0, 4]))?, 2);
                seal_all(tx, survey)?;
                assert_eq!(annotations::add(tx, script, survey, &notes(&[1]))?, 1, "a sealed response can be noted of");
                assert_eq!(annotations::add(tx, script, other, &notes(&[1]))?, 0, "but not as another survey's");
                let ids: Vec<ResponseId> = sent.iter().map(|it| it.id).collect();
                assert_eq!(annotations::find_many(tx, &ids)?.len(), 3);
                for at in [0, 4] {
                    responses::delete(tx, survey, ids[at])?;
                }
                assert_eq!(annotations::find_many(tx, &ids)?.len(), 1, "notes go with their response");
                Ok::<_, Error>(())
            })
            .await
            .unwrap();
    })
    .await;
}

/// A small source of chance: the same seed gives the same.
struct Dice(u64);

impl Dice {
    fn throw(&mut self, sides: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap() % sides
    }

    /// Answers of any sort, some of them written as no survey would.
    fn answers(&mut self) -> String {
        let values = [
            "1",
            "2.50",
            "-7",
            "true",
            "\"red\"",
            "\"a \\u00e9\"",
            "{\"other\":\"x\"}",
            "[\"a\",\"b\"]",
            "[\"b\"]",
            "1e9",
        ];
        let entries: Vec<String> = (0..self.throw(5))
            .map(|_| format!("\"q{}\":{}", self.throw(4), values[self.throw(values.len())]))
            .collect();
        format!("{{{}}}", entries.join(","))
    }
}

/// Whatever is stored, changed, erased and sealed in whatever order: what is read is what it would be without sealing.
#[tokio::test(flavor = "multi_thread")]
async fn however_responses_are_sealed_they_are_what_they_were() {
    on_each_engine(async |directory| {
        let tenant = a_tenant(&directory, "Adatum").await;
        for seed in 0..12 {
            tenant.write(move |tx| random_life(tx, &mut Dice(seed), 60)).await.unwrap();
        }
    })
    .await;
}

fn random_life(tx: &mut Tx<'_>, dice: &mut Dice, steps: usize) -> Result<(), Error> {
    let survey = a_survey(tx, "Lunch")?.id;
    let mut plain: Vec<Response> = Vec::new();
    let mut number = 0;
    for step in 0..steps {
        match dice.throw(6) {
            0 | 1 => {
                for mut new in some(survey, tx.now(), number + 4).split_off(number as usize) {
                    new.answers = dice.answers();
                    new.version = Version(1 + u32::try_from(dice.throw(2)).unwrap());
                    responses::insert_many(tx, std::slice::from_ref(&new))?;
                    let position = responses::last_position(tx, survey)?;
                    plain.push(Response { position, accepted: new });
                }
                number += 4;
            }
            2 if !plain.is_empty() => {
                let (at, answers) = (dice.throw(plain.len()), dice.answers());
                assert!(responses::update(tx, survey, plain[at].accepted.id, &answers)?);
                plain[at].accepted.answers = answers;
            }
            3 if !plain.is_empty() => {
                let gone = plain.remove(dice.throw(plain.len()));
                assert!(responses::delete(tx, survey, gone.accepted.id)?);
            }
            _ => {
                let sealing = Sealing { responses: 1 + dice.throw(5), stay_fresh: dice.throw(3) };
                chunks::seal(tx, survey, sealing)?;
            }
        }
        assert_eq!(all(tx, survey)?, plain, "step {step}");
        assert_eq!(walked(tx, survey)?, plain, "step {step}");
        let (after, limit) =
            (i64::try_from(dice.throw(40)).unwrap() + plain.first().map_or(0, |it| it.position), 1 + dice.throw(9));
        let limit_u32 = u32::try_from(limit).unwrap();
        let up: Vec<Response> = plain.iter().filter(|it| after < it.position).take(limit).cloned().collect();
        assert_eq!(responses::list(tx, survey, Order::OldestFirst, Some(after), limit_u32)?, up, "step {step}");
        let down: Vec<Response> = plain.iter().rev().filter(|it| it.position < after).take(limit).cloned().collect();
        assert_eq!(responses::list(tx, survey, Order::NewestFirst, Some(after), limit_u32)?, down, "step {step}");
        assert_eq!(surveys::find(tx, survey)?.unwrap().responses, plain.len() as u64, "step {step}");
        let positions: Vec<i64> = plain.iter().map(|it| it.position).step_by(3).collect();
        let some: Vec<Response> = plain.iter().step_by(3).cloned().collect();
        assert_eq!(responses::list_at(tx, survey, &positions)?, some, "step {step}");
    }
    Ok(())
}
