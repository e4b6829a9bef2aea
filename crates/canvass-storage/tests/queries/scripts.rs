//! Scripts' rows: this file is about programs, their versions, runs, values, hooks and notes, on both engines.

mod records;

use std::collections::BTreeMap;

use canvass_model::{
    id::{ResponseId, ScriptId},
    response::{Accepted, Source as From},
    script::{
        Annotation, Expectation, Functions, Schedule, Script, ScriptName, SecretName, Source, StoreKey, Switch,
        TestCase, Trigger, TriggerName, Version as Number, VersionNumber,
    },
};
use canvass_storage::{
    ReadTx, annotations, duties, responses,
    scripts::{self, hooks, secrets, tests, trash, values, versions},
};
use serde_json::json;

use super::*;

fn name(text: &str) -> ScriptName {
    ScriptName::parse(text).unwrap()
}

fn a_script(tx: &mut Tx<'_>, called: &str, trigger: Trigger) -> Result<Script, Error> {
    let script = Script {
        id: tx.new_id(),
        name: name(called),
        title: "Big Five".to_owned(),
        trigger,
        switch: Switch::On,
        stopped_by_operator: None,
        revision: Revision(1),
        live: None,
        changed_since_published: true,
        created_at: tx.now(),
        updated_at: tx.now(),
        trashed_at: None,
    };
    scripts::insert(tx, &script, &Source::parse("result = 1\n").unwrap())?;
    Ok(script)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_script_survives_its_row_with_every_trigger() {
    on_each_engine(async |directory| {
        let tenant = a_tenant(&directory, "Adatum").await;
        tenant
            .write(|tx| {
                let survey = a_survey(tx, "Lunch")?.id;
                let triggers = [
                    Trigger::default(),
                    Trigger::Page,
                    Trigger::Validate(survey),
                    Trigger::Responded(survey),
                    Trigger::Schedule(Schedule::cron("0 8 * * 1", "Europe/Vienna").unwrap()),
                    Trigger::Module,
                ];
                for (place, trigger) in triggers.into_iter().enumerate() {
                    let script = a_script(tx, &format!("s{place}"), trigger)?;
                    assert_eq!(scripts::find(tx, &script.name)?, Some(script.clone()));
                    assert_eq!(scripts::find_by_id(tx, script.id)?, Some(script));
                }
                let of = |tx: &mut Tx<'_>, survey| scripts::list_of(tx, TriggerName::Responded, survey);
                assert_eq!(of(tx, Some(survey))?.len(), 1);
                assert_eq!(of(tx, None)?.len(), 1);
                assert_eq!(of(tx, Some(nowhere()))?, []);
                assert_eq!(scripts::count(tx)?, 6);
                let after = scripts::list_after(tx, Some(&name("s3")), 10)?;
                assert_eq!(after.iter().map(|it| it.name.as_str()).collect::<Vec<_>>(), ["s4", "s5"]);
                assert!(matches!(
                    scripts::insert(tx, &after[0], &Source::default()),
                    Err(Error::Conflict(what)) if what == "this name"
                ));
                Ok::<_, Error>(())
            })
            .await
            .unwrap();
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn old_versions_go_and_the_live_one_stays() {
    on_each_engine(async |directory| {
        let tenant = a_tenant(&directory, "Adatum").await;
        tenant
            .write(|tx| {
                let script = a_script(tx, "nps", Trigger::default())?;
                let functions = Functions { page: true, ..Functions::default() };
                for number in 1..=5 {
                    let version = Number {
                        number: VersionNumber(number),
                        published_at: tx.now(),
                        by: "Ada".to_owned(),
                        note: "better".to_owned(),
                        functions,
                        source_bytes: 12,
                    };
                    let checked = versions::Checked {
                        source: Source::parse("result = 'é'").unwrap(),
                        program: Some(versions::Compiled { code: vec![0, 1], component: "abc".to_owned() }),
                        functions,
                    };
                    versions::insert(tx, script.id, &version, &checked, 2)?;
                    if number == 1 {
                        scripts::update(tx, &Script { live: Some(VersionNumber(1)), ..script.clone() })?;
                        let (found, same) = versions::find(tx, script.id, version.number)?.unwrap();
                        assert_eq!(found, Number { source_bytes: 13, ..version });
                        assert_eq!(same, checked);
                    }
                }
                let numbers: Vec<u32> = versions::list(tx, script.id, None, 10)?.iter().map(|it| it.number.0).collect();
                assert_eq!(numbers, [5, 4, 1]);
                assert_eq!(versions::newest(tx, script.id)?, VersionNumber(5));

                let test = TestCase {
                    id: tx.new_id(),
                    name: "adds".to_owned(),
                    given: json!(null),
                    parameters: json!({ "n": 1 }),
                    expectation: Expectation::Result(json!(2)),
                };
                tests::replace(tx, script.id, std::slice::from_ref(&test))?;
                assert_eq!(tests::list(tx, script.id)?, [test]);
                assert!(scripts::delete(tx, script.id)?);
                assert_eq!(versions::newest(tx, script.id)?, VersionNumber(0));
                assert_eq!(tests::list(tx, script.id)?, []);
                Ok::<_, Error>(())
            })
            .await
            .unwrap();
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_script_in_the_trash_is_found_there_alone_and_goes_in_time() {
    on_each_engine(async |directory| {
        let tenant = a_tenant(&directory, "Adatum").await;
        tenant
            .write(|tx| {
                let kept = a_script(tx, "kept", Trigger::Page)?;
                let thrown = Script { trashed_at: Some(tx.now()), ..a_script(tx, "thrown", Trigger::Page)? };
                scripts::update(tx, &thrown)?;
                assert_eq!(scripts::find(tx, &thrown.name)?, None);
                assert_eq!(scripts::find_by_id(tx, thrown.id)?, None);
                let live = std::slice::from_ref(&kept);
                assert_eq!(scripts::list(tx)?, live);
                assert_eq!(scripts::list_after(tx, None, 10)?, live);
                assert_eq!(scripts::list_of(tx, TriggerName::Page, None)?, live);
                assert_eq!((scripts::count(tx)?, trash::count(tx)?), (1, 1));
                assert_eq!(trash::find(tx, &kept.name)?, None);
                assert_eq!(trash::find_by_id(tx, kept.id)?, None);
                assert_eq!(trash::find(tx, &thrown.name)?.as_ref(), Some(&thrown));
                assert_eq!(trash::find_by_id(tx, thrown.id)?.as_ref(), Some(&thrown));
                assert_eq!(trash::list(tx)?, std::slice::from_ref(&thrown));
                // Its name is nobody else's meanwhile.
                assert!(matches!(scripts::insert(tx, &thrown, &Source::default()), Err(Error::Conflict(_))));
                assert_eq!(trash::delete_old(tx, tx.now(), 10)?, 0);
                assert_eq!(trash::delete_old(tx, tomorrow(tx.now()), 10)?, 1);
                assert_eq!(trash::list(tx)?, []);
                assert_eq!(scripts::list(tx)?, [kept]);
                Ok::<_, Error>(())
            })
            .await
            .unwrap();
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn values_are_found_by_their_beginning_and_weighed_in_bytes() {
    on_each_engine(async |directory| {
        let tenant = a_tenant(&directory, "Adatum").await;
        tenant
            .write(|tx| {
                let key = |text: &str| StoreKey::parse(text).unwrap();
                assert_eq!(values::bytes(tx)?, 0);
                for (at, value) in [("a", "0"), ("quota:é", "1"), ("quota:x", "2"), ("quota%", "3"), ("z", "4")] {
                    values::put(tx, &key(at), "old")?;
                    values::put(tx, &key(at), value)?;
                }
                let listed = |tx: &mut Tx<'_>, prefix, after| {
                    let found = values::list(tx, prefix, after, 10)?;
                    Ok::<_, Error>(found.into_iter().map(|(key, _)| key.as_str().to_owned()).collect::<Vec<_>>())
                };
                assert_eq!(listed(tx, "quota:", None)?, ["quota:x", "quota:é"]);
                assert_eq!(listed(tx, "quota:", Some("quota:x"))?, ["quota:é"]);
                assert_eq!(listed(tx, "", None)?.len(), 5);
                assert_eq!(values::bytes(tx)?, 1 + 8 + 7 + 6 + 1 + 5);
                values::put(tx, &key("a"), "four")?;
                assert_eq!(values::bytes(tx)?, 31);
                assert_eq!(values::find(tx, &key("z"))?.as_deref(), Some("4"));
                assert!(values::delete(tx, &key("z"))?);
                assert!(!values::delete(tx, &key("z"))?);

                let secret = SecretName::parse("mail-key").unwrap();
                secrets::put(tx, &secret, b"one")?;
                secrets::put(tx, &secret, b"two")?;
                assert_eq!(secrets::find(tx, &secret)?.as_deref(), Some(&b"two"[..]));
                assert_eq!(secrets::list(tx, 10)?.len(), 1);
                assert_eq!(secrets::count_others(tx, &secret)?, 0);
                assert!(secrets::delete(tx, &secret)?);
                Ok::<_, Error>(())
            })
            .await
            .unwrap();
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn notes_of_responses_add_up_and_go_with_them() {
    on_each_engine(async |directory| {
        let tenant = a_tenant(&directory, "Adatum").await;
        tenant
            .write(|tx| {
                let (survey, other) = (a_survey(tx, "Lunch")?.id, a_survey(tx, "Dinner")?.id);
                let ids: Vec<ResponseId> = (0..450).map(|_| tx.new_id()).collect();
                let accepted: Vec<Accepted> = ids
                    .iter()
                    .map(|id| Accepted {
                        id: *id,
                        survey,
                        version: Version(1),
                        received_at: tx.now(),
                        source: From::Api,
                        answers: "{}".to_owned(),
                    })
                    .collect();
                responses::insert_many(tx, &accepted)?;
                let (one, two): (ScriptId, ScriptId) = (tx.new_id(), tx.new_id());
                let all = |note: &serde_json::Value| -> BTreeMap<ResponseId, Annotation> {
                    ids.iter().map(|id| (*id, Annotation::read_answer(note).unwrap())).collect()
                };
                assert_eq!(
                    annotations::add(tx, one, survey, &all(&json!({ "score": 1, "old": 1, "tags": ["a"] })))?,
                    450
                );
                assert_eq!(
                    annotations::add(tx, one, survey, &all(&json!({ "score": 2, "old": null, "tags": ["b"] })))?,
                    450
                );
                annotations::add(tx, two, survey, &all(&json!({ "group": "high" })))?;
                // Of another survey, and of nobody.
                assert_eq!(annotations::add(tx, one, other, &all(&json!({ "score": 9 })))?, 0);
                let found = annotations::find_many(tx, &ids)?;
                assert_eq!(found.len(), 450);
                let noted = serde_json::to_value(&found[&ids[449]]).unwrap();
                assert_eq!(noted, json!({ "fields": { "group": "high", "score": 2 }, "tags": ["a", "b"] }));
                assert_eq!(kinds(tx, survey)?, "group: text, old: integer, score: integer");
                annotations::add(tx, two, survey, &all(&json!({ "score": 2.5, "group": true, "good": true })))?;
                assert_eq!(kinds(tx, survey)?, "good: boolean, group: text, old: integer, score: decimal");
                annotations::add(tx, two, survey, &all(&json!({ "score": "none", "good": null })))?;
                assert_eq!(kinds(tx, survey)?, "good: boolean, group: text, old: integer, score: text");
                annotations::add(tx, two, survey, &all(&json!({ "score": 2, "group": "high" })))?;
                responses::delete(tx, survey, ids[0])?;
                assert_eq!(annotations::find_many(tx, &ids)?.len(), 449);
                assert_eq!(annotations::delete_of(tx, two, 1_000)?, 449);
                Ok::<_, Error>(())
            })
            .await
            .unwrap();
    })
    .await;
}

/// The calculated fields of a survey, and what their values have in common.
fn kinds(tx: &mut ReadTx<'_>, survey: SurveyId) -> Result<String, Error> {
    let columns = annotations::columns(tx, survey)?;
    Ok(columns.iter().map(|(name, kind)| format!("{name}: {}", kind.as_str())).collect::<Vec<_>>().join(", "))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hook_survives_its_row() {
    on_each_engine(async |directory| {
        let tenant = a_tenant(&directory, "Adatum").await;
        tenant
            .write(|tx| {
                let script = a_script(tx, "hook", Trigger::default())?;
                let hook = hooks::Hook {
                    script: script.id,
                    position: 7,
                    batch: 1_000,
                    since: tx.now(),
                    due_at: None,
                    failures: 0,
                    retry_at: None,
                    stopped_at: None,
                    run: None,
                };
                hooks::put(tx, &hook)?;
                let run = tx.new_id();
                let hook = hooks::Hook { position: 9, due_at: Some(tx.now()), run: Some(run), failures: 2, ..hook };
                hooks::put(tx, &hook)?;
                assert_eq!(hooks::find(tx, script.id)?, Some(hook.clone()));
                assert_eq!(hooks::list(tx)?, [hook]);
                hooks::delete(tx, script.id)?;
                assert_eq!(hooks::find(tx, script.id)?, None);
                Ok::<_, Error>(())
            })
            .await
            .unwrap();
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_duty_is_held_by_one_and_rung_while_it_is_held() {
    on_each_engine(async |directory| {
        let id = a_tenant(&directory, "Adatum").await.record().id;
        directory.write(move |tx| duties::ring(tx, id)).await.unwrap();
        let claim = async || directory.write(|tx| duties::claim(tx, tx.now().plus_ms(60_000), 10)).await.unwrap();
        let held = claim().await.remove(0);
        assert_eq!(directory.tenant_of_duty(&held).await.unwrap().unwrap().record().id, id);
        assert_eq!(claim().await, []);

        // Somebody wishes for it meanwhile: it is due at once, whatever the holder says.
        directory.write(move |tx| duties::ring(tx, id)).await.unwrap();
        let later = held.clone();
        directory.write(move |tx| duties::settle(tx, &later, Some(tomorrow(tx.now())))).await.unwrap();
        let again = claim().await.remove(0);
        let later = again.clone();
        directory.write(move |tx| duties::settle(tx, &later, Some(tomorrow(tx.now())))).await.unwrap();
        assert_eq!(claim().await, []);
        assert_eq!(directory.read(move |tx| duties::known(tx, &[id])).await.unwrap(), [id]);

        // After a start everybody is looked at.
        assert_eq!(directory.write(duties::ring_all).await.unwrap(), 1);
        let last = claim().await.remove(0);
        directory.write(move |tx| duties::settle(tx, &last, None)).await.unwrap();
        assert_eq!(directory.read(duties::next_due).await.unwrap(), None);
    })
    .await;
}
