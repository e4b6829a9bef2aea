//! Exports on real storage: this file is about a file that is interrupted, and goes on or begins anew.

use std::time::Duration;

use canvass_actions::{Error, exports, responses, sealing, surveys};
use canvass_model::{
    definition::Definition,
    export::{Cells, End, Format, Leading, State, Wanted},
    id::{ExportId, ResponseId, SurveyId},
    plan::PlanId,
    response::{Accepted, Source, SubmissionKey},
    survey::Version,
};
use canvass_storage::{Tenant, Tx, chunks::Sealing, exports::Work};
use serde_json::json;
use tokio::task::JoinSet;

use crate::{a_tenant, at, by, on_each_engine};

/// Responses of the survey: together they are a file whose progress is recorded several times.
const RESPONSES: usize = 500;
/// Letters of each of them.
const LETTERS: usize = 60_000;

fn wanted(format: Format) -> Wanted {
    Wanted { format, cells: Cells::Ids, leading: Leading::Nothing, end: End::Footer }
}

/// A survey of long answers, and the ids of its responses.
async fn essays(tenant: &Tenant) -> (SurveyId, Vec<ResponseId>) {
    let publish = |tx: &mut Tx<'_>| {
        let questions = json!([{ "id": "essay", "type": "long_text", "label": "Why?" }]);
        let definition = json!({ "title": "Essays", "sections": [{ "id": "s1", "questions": questions }] });
        let survey = surveys::create(tx, &by(), &Definition::parse(&definition).unwrap())?;
        surveys::publish(tx, &by(), survey.id, &at("essays"), &PlanId::Standard.plan()).map(|it| it.id)
    };
    let survey = tenant.write(publish).await.unwrap();
    let now = tenant.now();
    let accepted = move |number: usize| Accepted {
        id: SubmissionKey::parse(&format!("e{number}")).unwrap().response_id(survey),
        survey,
        version: Version(1),
        received_at: now,
        source: Source::Api,
        answers: json!({ "essay": essay(number) }).to_string(),
    };
    for first in (0..RESPONSES).step_by(100) {
        let batch =
            move |tx: &mut Tx<'_>| responses::apply(tx, &(first..first + 100).map(accepted).collect::<Vec<_>>());
        tenant.write(batch).await.unwrap();
    }
    (survey, (0..RESPONSES).map(|it| accepted(it).id).collect())
}

/// Letters that no format makes much shorter; the same ones for the same number.
fn essay(number: usize) -> String {
    let mut state = number as u64 + 1;
    let letter = |_| {
        // Knuth's MMIX constants.
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        char::from(b'a' + u8::try_from((state >> 33) % 26).unwrap())
    };
    (0..LETTERS).map(letter).collect()
}

async fn asked(tenant: &Tenant, survey: SurveyId, format: Format) -> ExportId {
    tenant.write(move |tx| exports::create(tx, &by(), survey, wanted(format))).await.unwrap().id
}

async fn work(tenant: &Tenant, id: ExportId) -> Work {
    tenant.read(move |tx| canvass_storage::exports::find_work(tx, id)).await.unwrap().unwrap()
}

/// Begins to make an export, and stops as if the process had ended once some of it is durable.
async fn interrupted(tenant: &Tenant, id: ExportId) -> Work {
    let mut making = JoinSet::new();
    let maker = tenant.clone();
    making.spawn(async move { exports::run(&maker, id).await });
    loop {
        let work = work(tenant, id).await;
        assert_eq!(making.len(), 1);
        assert!(work.export.state.is_unfinished(), "it was made before it could be interrupted: {work:?}");
        if 0 < work.export.rows {
            making.shutdown().await;
            return self::work(tenant, id).await;
        }
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
}

async fn file(tenant: &Tenant, work: &Work) -> Vec<u8> {
    let (id, mut all) = (work.export.content.unwrap(), Vec::new());
    while let Some(piece) = tenant.content(id, all.len() as u64).await.unwrap().filter(|it| !it.is_empty()) {
        all.extend(piece);
    }
    assert_eq!(all.len() as u64, work.export.bytes);
    all
}

async fn downloaded(tenant: &Tenant, survey: SurveyId, format: Format) -> Vec<u8> {
    let mut file = exports::download(tenant, &by(), survey, wanted(format)).await.unwrap();
    let mut all = Vec::new();
    while let Some(piece) = file.next().await.unwrap() {
        assert!(!piece.is_empty() && piece.len() < 8_000_000, "a piece is small");
        all.extend(piece);
    }
    all
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_interrupted_goes_on_where_it_was() {
    on_each_engine(async |directory| {
        let tenant = a_tenant(&directory, "Adatum").await;
        let (survey, _) = essays(&tenant).await;
        for format in [Format::Csv, Format::Jsonl] {
            let id = asked(&tenant, survey, format).await;
            let before = interrupted(&tenant, id).await;
            assert!(before.reached.is_some() && before.export.rows < RESPONSES as u64, "{before:?}");
            exports::run(&tenant, id).await.unwrap();
            let after = work(&tenant, id).await;
            assert_eq!((after.export.state, after.export.rows), (State::Done, RESPONSES as u64));
            assert_eq!(after.attempt, before.attempt, "it did not begin anew");
            assert_eq!(after.export.content, before.export.content);
            assert!(file(&tenant, &after).await == downloaded(&tenant, survey, format).await, "{format:?}");
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_interrupted_goes_on_when_its_responses_were_sealed_since() {
    on_each_engine(async |directory| {
        let tenant = a_tenant(&directory, "Adatum").await;
        let (survey, _) = essays(&tenant).await;
        let whole = downloaded(&tenant, survey, Format::Csv).await;
        let id = asked(&tenant, survey, Format::Csv).await;
        let before = interrupted(&tenant, id).await;
        let sealing = Sealing { responses: 70, stay_fresh: 20 };
        assert_eq!(sealing::seal(&tenant, sealing, 1).await.unwrap().responses, 70);
        while sealing::seal(&tenant, sealing, 1).await.unwrap().more {}
        exports::run(&tenant, id).await.unwrap();
        let after = work(&tenant, id).await;
        assert_eq!((after.export.state, after.export.rows), (State::Done, RESPONSES as u64));
        assert_eq!(after.attempt, before.attempt, "it did not begin anew");
        assert!(file(&tenant, &after).await == whole);
        assert!(downloaded(&tenant, survey, Format::Csv).await == whole);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_cannot_go_on_begins_anew() {
    on_each_engine(async |directory| {
        let tenant = a_tenant(&directory, "Adatum").await;
        let (survey, ids) = essays(&tenant).await;
        let parquet = asked(&tenant, survey, Format::Parquet).await;
        let before = interrupted(&tenant, parquet).await;
        exports::run(&tenant, parquet).await.unwrap();
        let after = work(&tenant, parquet).await;
        assert_eq!((after.export.state, after.attempt), (State::Done, before.attempt + 1));
        assert!(file(&tenant, &after).await.ends_with(b"PAR1"));

        // A response that was written already is erased: nothing of it may be left.
        let csv = asked(&tenant, survey, Format::Csv).await;
        interrupted(&tenant, csv).await;
        let erased = ids[0];
        let gone = tenant.write(move |tx| responses::erase(tx, &by(), survey, erased)).await.unwrap();
        assert_eq!(gone.len(), 2, "the bytes of both files");
        tenant.remove_contents(gone).await.unwrap();
        exports::run(&tenant, csv).await.unwrap();
        let after = work(&tenant, csv).await;
        assert_eq!((after.export.state, after.export.rows), (State::Done, RESPONSES as u64 - 1));
        let text = String::from_utf8(file(&tenant, &after).await).unwrap();
        assert!(!text.contains(&erased.to_string()) && text.contains(&ids[1].to_string()));
        assert_eq!(work(&tenant, parquet).await.export.state, State::Withdrawn);
        // No bytes are left but those of the one file.
        assert_eq!(tenant.list_contents().await.unwrap(), [after.export.content.unwrap()]);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_file_that_is_taken_away_while_it_is_made_leaves_nothing_behind() {
    on_each_engine(async |directory| {
        let tenant = a_tenant(&directory, "Adatum").await;
        let (survey, _) = essays(&tenant).await;
        for is_removed in [false, true] {
            let id = asked(&tenant, survey, Format::Csv).await;
            let mut making = JoinSet::new();
            let maker = tenant.clone();
            making.spawn(async move { exports::run(&maker, id).await });
            while work(&tenant, id).await.export.rows == 0 {
                tokio::time::sleep(Duration::from_millis(1)).await;
            }
            let taken = move |tx: &mut Tx<'_>| {
                if is_removed { exports::delete(tx, survey, id) } else { exports::cancel(tx, survey, id) }
            };
            let content = tenant.write(taken).await.unwrap();
            tenant.remove_contents(content.into_iter().collect()).await.unwrap();
            making.join_next().await.unwrap().unwrap().unwrap();
            let left = tenant.read(move |tx| canvass_storage::exports::find(tx, id)).await.unwrap();
            assert_eq!(left.map(|it| it.state), (!is_removed).then_some(State::Cancelled));
            assert_eq!(tenant.list_contents().await.unwrap(), []);
        }
        assert!(matches!(tenant.write(move |tx| exports::cancel(tx, survey, tx.new_id())).await, Err(Error::NotFound)));
    })
    .await;
}
