//! Exports: this file is about who may record progress, what takes a file away, what is forgotten in time, and bytes that
//! are gone on with.

use canvass_model::{
    export::{Cells, End, Export, Format, Leading, State, Wanted},
    file::FileName,
    hex::hex,
    id::{ContentId, ExportId, SurveyId},
    member::Actor,
    time::Timestamp,
};
use canvass_storage::{
    Error, Tenant, Tx,
    exports::{self, Made, Plan, Progress, Work},
    files, surveys,
};
use sha2::{Digest, Sha256};

use crate::{a_survey, a_tenant, on_each_engine};

const WANTED: Wanted =
    Wanted { format: Format::Csv, cells: Cells::Labels, leading: Leading::Metadata, end: End::Footer };

fn an_export(tx: &mut Tx<'_>, survey: SurveyId) -> Result<ExportId, Error> {
    let export = Export {
        id: tx.new_id(),
        survey,
        wanted: WANTED,
        name: FileName::parse("colours.csv").unwrap(),
        state: State::Waiting,
        rows: 0,
        rows_expected: 12,
        bytes: 0,
        sha256: None,
        content: None,
        reason: None,
        by: Actor::Canvass,
        created_at: tx.now(),
        finished_at: None,
    };
    exports::insert(tx, &export)?;
    assert_eq!(exports::find(tx, export.id)?, Some(export.clone()));
    Ok(export.id)
}

fn plan(through: i64) -> Plan {
    Plan { through, head: "head".to_owned(), rows_expected: 9 }
}

fn progress(content: ContentId) -> Progress {
    Progress { rows: 5, bytes: 700, reached: Some(3), content: Some(content) }
}

fn made(content: ContentId) -> Made {
    Made { rows: 9, content, bytes: 1_000, sha256: "ab".repeat(32) }
}

/// A survey and an export that is being made through position 7.
async fn running(tenant: &Tenant) -> (SurveyId, Work) {
    let begin = |tx: &mut Tx<'_>| {
        let survey = a_survey(tx, "Colours")?.id;
        let id = an_export(tx, survey)?;
        Ok::<_, Error>((survey, exports::begin(tx, id, &plan(7))?.unwrap()))
    };
    tenant.write(begin).await.unwrap()
}

#[tokio::test]
async fn one_is_made_after_the_other_in_the_order_asked() {
    on_each_engine(async |directory| {
        let tenant = a_tenant(&directory, "Adatum").await;
        let asked = |tx: &mut Tx<'_>| {
            let (one, other) = (a_survey(tx, "Colours")?.id, a_survey(tx, "Lunch")?.id);
            Ok::<_, Error>((one, [an_export(tx, one)?, an_export(tx, other)?, an_export(tx, one)?]))
        };
        let (survey, [first, second, third]) = tenant.write(asked).await.unwrap();
        let walk = move |tx: &mut Tx<'_>| {
            assert_eq!((exports::next(tx)?, exports::count(tx)?), (Some(first), (3, 3)));
            let stamp = exports::stamp(tx, survey)?;
            assert_eq!(stamp.0, 2);
            let work = exports::begin(tx, first, &plan(7))?.unwrap();
            assert_eq!((work.attempt, work.through, work.reached, work.head.as_str()), (1, 7, None, "head"));
            assert_eq!((work.export.state, work.export.rows_expected), (State::Running, 9));
            assert_eq!(exports::next(tx)?, Some(first), "until its end it keeps its turn");
            assert!(exports::finish(tx, (first, 1), &made(tx.new_id()))?);
            assert_eq!(exports::next(tx)?, Some(second));
            exports::end(tx, second, State::Cancelled, None)?;
            assert_eq!((exports::next(tx)?, exports::count(tx)?), (Some(third), (1, 3)));
            let listed = exports::list(tx, survey, None, 9)?;
            assert_eq!(listed.iter().map(|it| it.id).collect::<Vec<_>>(), [third, first]);
            let rest = exports::list(tx, survey, Some(third), 9)?;
            assert_eq!(rest.iter().map(|it| it.id).collect::<Vec<_>>(), [first]);
            Ok::<_, Error>(())
        };
        tenant.write(walk).await.unwrap();
    })
    .await;
}

#[tokio::test]
async fn only_the_attempt_that_counts_records_anything() {
    on_each_engine(async |directory| {
        let tenant = a_tenant(&directory, "Adatum").await;
        let (_, work) = running(&tenant).await;
        let (id, attempt) = (work.export.id, work.attempt);
        let walk = move |tx: &mut Tx<'_>| {
            let content = tx.new_id();
            assert!(exports::advance(tx, (id, attempt), &progress(content))?);
            let work = exports::find_work(tx, id)?.unwrap();
            assert_eq!((work.reached, work.export.rows, work.export.bytes), (Some(3), 5, 700));
            assert_eq!(work.export.content, Some(content));
            assert_eq!(exports::known_contents(tx)?, [content]);
            assert_eq!(files::usage(tx)?.bytes, 700, "an export takes room");
            let again = exports::begin(tx, id, &plan(9))?.unwrap();
            assert_eq!((again.attempt, again.reached, again.export.content), (attempt + 1, None, None));
            assert!(!exports::advance(tx, (id, attempt), &progress(content))?);
            assert!(!exports::finish(tx, (id, attempt), &made(content))?);
            assert!(exports::finish(tx, (id, attempt + 1), &made(content))?);
            assert!(!exports::advance(tx, (id, attempt + 1), &progress(content))?, "it is at its end");
            assert_eq!(exports::begin(tx, id, &plan(9))?, None);
            let done = exports::find(tx, id)?.unwrap();
            assert_eq!((done.state, done.rows, done.bytes, done.finished_at), (State::Done, 9, 1_000, Some(tx.now())));
            assert_eq!(exports::end(tx, id, State::Failed, Some("late"))?, None);
            assert_eq!(exports::find(tx, id)?.unwrap(), done);
            Ok::<_, Error>(())
        };
        tenant.write(walk).await.unwrap();
    })
    .await;
}

#[tokio::test]
async fn an_erased_response_takes_the_files_away_that_hold_it() {
    on_each_engine(async |directory| {
        let tenant = a_tenant(&directory, "Adatum").await;
        let (survey, unfinished) = running(&tenant).await;
        let (other, elsewhere) = running(&tenant).await;
        let unfinished = (unfinished.export.id, unfinished.attempt);
        let elsewhere = (elsewhere.export.id, elsewhere.attempt);
        let walk = move |tx: &mut Tx<'_>| {
            let (done, earlier) = (an_export(tx, survey)?, an_export(tx, survey)?);
            exports::begin(tx, done, &plan(7))?;
            exports::begin(tx, earlier, &plan(4))?;
            let contents: [ContentId; 4] = [tx.new_id(), tx.new_id(), tx.new_id(), tx.new_id()];
            assert!(exports::finish(tx, (done, 1), &made(contents[0]))?);
            assert!(exports::finish(tx, (earlier, 1), &made(contents[1]))?);
            assert!(exports::advance(tx, unfinished, &progress(contents[2]))?);
            assert!(exports::finish(tx, elsewhere, &made(contents[3]))?);
            let mut gone = exports::withdraw(tx, survey, 5)?;
            gone.sort_unstable();
            assert_eq!(gone, [contents[0], contents[2]]);
            let state = |tx: &mut Tx<'_>, id| exports::find_work(tx, id).map(|it| it.unwrap());
            let withdrawn = state(tx, done)?.export;
            assert_eq!((withdrawn.state, withdrawn.bytes), (State::Withdrawn, 0));
            assert_eq!((withdrawn.content, withdrawn.sha256), (None, None));
            assert_eq!(state(tx, earlier)?.export.state, State::Done);
            assert_eq!(state(tx, elsewhere.0)?.export.state, State::Done);
            assert_eq!(surveys::find(tx, other)?.map(|it| it.id), Some(other));
            let begun = state(tx, unfinished.0)?;
            assert_eq!((begun.export.state, begun.reached, begun.export.content), (State::Running, None, None));
            assert!(!exports::advance(tx, unfinished, &progress(contents[2]))?, "its maker begins anew");
            Ok::<_, Error>(())
        };
        tenant.write(walk).await.unwrap();
    })
    .await;
}

#[tokio::test]
async fn what_has_had_its_time_goes_with_its_bytes_and_nothing_else_does() {
    on_each_engine(async |directory| {
        let tenant = a_tenant(&directory, "Adatum").await;
        let (survey, unfinished) = running(&tenant).await;
        let walk = move |tx: &mut Tx<'_>| {
            let (done, failed) = (an_export(tx, survey)?, an_export(tx, survey)?);
            let content = tx.new_id();
            exports::begin(tx, done, &plan(7))?;
            exports::finish(tx, (done, 1), &made(content))?;
            exports::end(tx, failed, State::Failed, Some("There is no room"))?;
            assert_eq!(exports::find(tx, failed)?.unwrap().reason.as_deref(), Some("There is no room"));
            assert_eq!(exports::delete_ended(tx, tx.now(), 9)?, (0, Vec::new()));
            let then = tx.now().plus_ms(Timestamp::DAY_MS);
            assert_eq!(exports::delete_ended(tx, then, 9)?, (2, vec![content]));
            assert_eq!(exports::delete_ended(tx, then, 9)?, (0, Vec::new()));
            assert_eq!(exports::next(tx)?, Some(unfinished.export.id));
            assert_eq!(exports::delete(tx, unfinished.export.id)?, None);
            assert_eq!(exports::count(tx)?, (0, 0));
            Ok::<_, Error>(())
        };
        tenant.write(walk).await.unwrap();
    })
    .await;
}

#[tokio::test]
async fn a_content_is_gone_on_with_behind_what_was_kept() {
    on_each_engine(async |directory| {
        let tenant = a_tenant(&directory, "Adatum").await;
        let whole: Vec<u8> = (0..700_001_u32).flat_map(u32::to_le_bytes).take(700_001).collect();
        // Before the first piece is full, between pieces, at the edge of one, and with nothing at all.
        for kept in [0, 1_000, 256 * 1024, 300_000, 512 * 1024, 700_001] {
            let mut incoming = tenant.receive();
            let id = incoming.id();
            incoming.write(&whole[..kept / 2]).await.unwrap();
            incoming.keep_so_far().await.unwrap();
            incoming.write(&whole[kept / 2..kept]).await.unwrap();
            incoming.keep_so_far().await.unwrap();
            assert_eq!(incoming.bytes(), kept as u64);
            // What came behind it is forgotten with whoever wrote it.
            incoming.write(&vec![7; 400_000]).await.unwrap();
            drop(incoming);

            let mut hash = Sha256::new();
            let on = tenant.receive_on(id, kept as u64, |it| hash.update(it)).await.unwrap();
            let mut on = on.unwrap_or_else(|| panic!("{kept} bytes are there"));
            assert_eq!(hash.finalize(), Sha256::digest(&whole[..kept]), "{kept}");
            on.write(&whole[kept..]).await.unwrap();
            let arrived = on.finish().await.unwrap();
            assert_eq!((arrived.id, arrived.bytes), (id, 700_001));
            assert_eq!(arrived.sha256, hex(&Sha256::digest(&whole)), "{kept}");
            let mut all = Vec::new();
            while let Some(piece) = tenant.content(id, all.len() as u64).await.unwrap().filter(|it| !it.is_empty()) {
                all.extend(piece);
            }
            assert!(all == whole, "{kept}");
        }
        let other = a_tenant(&directory, "Fabrikam").await;
        let mut incoming = tenant.receive();
        incoming.write(b"some").await.unwrap();
        incoming.keep_so_far().await.unwrap();
        assert!(tenant.receive_on(incoming.id(), 5, |_| {}).await.unwrap().is_none(), "there are fewer");
        assert!(other.receive_on(incoming.id(), 4, |_| {}).await.unwrap().is_none(), "they are another's");
        assert!(tenant.receive_on(incoming.id(), 4, |_| {}).await.unwrap().is_some());
        incoming.abandon().await.unwrap();
        assert_eq!(tenant.list_contents().await.unwrap().len(), 6);
    })
    .await;
}
