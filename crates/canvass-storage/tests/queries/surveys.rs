//! Surveys: this file is about the queries on them, their drafts, versions, pages and summaries.

use canvass_model::{
    id::SurveyId,
    member::Actor,
    page::{Page, Target, Visibility},
    survey::{Revision, Status, Survey, Version},
    time::Timestamp,
};
use canvass_storage::{
    Error, Tx, pages, responses, summaries,
    surveys::{self, DraftChange, HISTORY_MAX, Shelf, ShelfCounts},
};

use crate::{a_page, a_survey, a_tenant, nowhere, on_each_engine, page, tomorrow};

/// Publishes a survey the short way.
fn publish(tx: &mut Tx<'_>, survey: Survey, path: &str, visibility: Visibility) -> Result<Survey, Error> {
    let now = tx.now();
    let survey = survey.publish(page(path), now, tomorrow(now)).unwrap();
    surveys::insert_version(tx, survey.id, survey.version, "{\"live\":1}")?;
    surveys::update(tx, &survey)?;
    let place = a_page(tx, path, Target::Survey(survey.id));
    pages::insert(tx, &Page { visibility, ..place })?;
    Ok(survey)
}

fn change<'a>(draft: &'a str, by: &'a Actor) -> DraftChange<'a> {
    DraftChange { draft, title: "New title", by, what: "rename the survey" }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_survey_keeps_every_status_it_can_have() {
    on_each_engine(async |directory| {
        let tenant = a_tenant(&directory, "Adatum").await;
        tenant
            .write(|tx| {
                let now = tx.now();
                let draft = a_survey(tx, "Lunch")?;
                let place = a_page(tx, "Caf%C3%A9/100%25", Target::Survey(draft.id));
                pages::insert(tx, &place)?;
                let open = draft.clone().publish(place.address, now, tomorrow(now)).unwrap();
                let closed = open.clone().close(now).unwrap();
                let archived = closed.clone().archive(now).unwrap();
                let trashed = closed.clone().trash(now).unwrap();
                for survey in [draft, open, closed, archived, trashed] {
                    surveys::update(tx, &survey)?;
                    assert_eq!(surveys::find(tx, survey.id)?, Some(survey));
                }
                assert_eq!(surveys::find(tx, nowhere())?, None);
                Ok::<_, Error>(())
            })
            .await
            .unwrap();
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn each_shelf_lists_its_surveys_the_newest_first() {
    on_each_engine(async |directory| {
        let tenant = a_tenant(&directory, "Adatum").await;
        tenant
            .write(|tx| {
                let now = tx.now();
                let [one, two, three, four] = [1, 2, 3, 4].map(|it| a_survey(tx, &it.to_string()).unwrap());
                surveys::update(tx, &three.clone().archive(now).unwrap())?;
                surveys::update(tx, &four.clone().trash(now).unwrap())?;
                let mut ids = |shelf, after: Option<SurveyId>, limit| -> Vec<SurveyId> {
                    surveys::list(tx, shelf, after, limit).unwrap().iter().map(|it| it.id).collect()
                };
                assert_eq!(ids(Shelf::AtWork, None, 9), [two.id, one.id]);
                assert_eq!(ids(Shelf::AtWork, Some(two.id), 9), [one.id]);
                assert_eq!(ids(Shelf::AtWork, None, 1), [two.id]);
                assert_eq!(ids(Shelf::Archive, None, 9), [three.id]);
                assert_eq!(ids(Shelf::Trash, None, 9), [four.id]);
                Ok::<_, Error>(())
            })
            .await
            .unwrap();
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn surveys_are_listed_by_their_last_change_page_by_page() {
    on_each_engine(async |directory| {
        let tenant = a_tenant(&directory, "Adatum").await;
        tenant
            .write(|tx| {
                let now = tx.now();
                // Three changed in the same millisecond: their ids settle the order.
                for (title, ms) in [("a", 5), ("b", 9), ("c", 5), ("d", 7), ("e", 5)] {
                    let survey = a_survey(tx, title)?;
                    surveys::update(tx, &Survey { updated_at: now.plus_ms(ms), ..survey })?;
                }
                let trashed = a_survey(tx, "gone")?;
                surveys::update(tx, &trashed.trash(now).unwrap())?;
                for size in 1..=6 {
                    let (mut titles, mut after) = (String::new(), None);
                    loop {
                        let page = surveys::list_by_change(tx, Shelf::AtWork, after, size)?;
                        let Some(last) = page.last() else { break };
                        after = Some((last.updated_at, last.id));
                        titles.extend(page.iter().map(|it| it.title.as_str()));
                    }
                    assert_eq!(titles, "bdeca", "{size} on a page");
                }
                assert_eq!(surveys::list_by_change(tx, Shelf::Trash, None, 9)?.len(), 1);
                assert_eq!(surveys::list_by_change(tx, Shelf::Open, None, 9)?.len(), 0);
                Ok::<_, Error>(())
            })
            .await
            .unwrap();
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_survey_that_closed_by_itself_stands_with_the_closed_ones() {
    on_each_engine(async |directory| {
        let tenant = a_tenant(&directory, "Adatum").await;
        tenant
            .write(|tx| {
                let now = tx.now();
                let [draft, open, over, closed, gone] = ["a", "b", "c", "d", "e"].map(|it| a_survey(tx, it).unwrap());
                let open = publish(tx, open, "open", Visibility::Public)?;
                let over = publish(tx, over, "over", Visibility::Public)?;
                let closed = publish(tx, closed, "closed", Visibility::Public)?;
                surveys::update(tx, &closed.clone().close(now).unwrap())?;
                surveys::update(tx, &gone.trash(now).unwrap())?;
                let Status::Published { page, since, .. } = over.status.clone() else { panic!() };
                let status = Status::Published { page, since, closes_at: now };
                surveys::update(tx, &Survey { status, ..over.clone() })?;
                let mut ids = |shelf| -> Vec<SurveyId> {
                    surveys::list(tx, shelf, None, 9).unwrap().iter().map(|it| it.id).collect()
                };
                assert_eq!(ids(Shelf::Drafts), [draft.id]);
                assert_eq!(ids(Shelf::Open), [open.id]);
                assert_eq!(ids(Shelf::Closed), [closed.id, over.id]);
                let counts = ShelfCounts { drafts: 1, open: 1, closed: 2, archived: 0, trashed: 1 };
                assert_eq!(surveys::count_shelves(tx)?, counts);
                Ok::<_, Error>(())
            })
            .await
            .unwrap();
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn only_open_surveys_count_and_only_public_ones_are_listed() {
    on_each_engine(async |directory| {
        let tenant = a_tenant(&directory, "Adatum").await;
        tenant
            .write(|tx| {
                let [draft, public, unlisted, over] = ["a", "b", "c", "d"].map(|it| a_survey(tx, it).unwrap());
                let public = publish(tx, public, "public", Visibility::Public)?;
                publish(tx, unlisted, "unlisted", Visibility::Unlisted)?;
                let over = publish(tx, over, "over", Visibility::Public)?;
                let Status::Published { page, since, .. } = over.status.clone() else { panic!() };
                let status = Status::Published { page, since, closes_at: tx.now() };
                surveys::update(tx, &Survey { status, ..over.clone() })?;
                assert_eq!(surveys::count_open(tx)?, 2);
                assert_eq!(surveys::list_public(tx, 9)?, [(public.clone(), "{\"live\":1}".to_owned())]);
                for (survey, address) in [(&over, "figures"), (&draft, "nothing")] {
                    let place = a_page(tx, address, Target::Results(survey.id));
                    pages::insert(tx, &Page { visibility: Visibility::Public, ..place })?;
                }
                let listed: Vec<SurveyId> = surveys::list_public(tx, 9)?.iter().map(|it| it.0.id).collect();
                assert_eq!(listed, [over.id, public.id], "results of what is over, and never of a draft");
                assert_eq!(surveys::draft(tx, draft.id)?.as_deref(), Some("{\"title\":\"first\"}"));
                Ok::<_, Error>(())
            })
            .await
            .unwrap();
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_draft_is_replaced_only_by_who_has_read_the_latest() {
    on_each_engine(async |directory| {
        let tenant = a_tenant(&directory, "Adatum").await;
        tenant
            .write(|tx| {
                let id = a_survey(tx, "Lunch")?.id;
                let by = Actor::Canvass;
                assert_eq!(surveys::update_draft(tx, id, Revision(1), &change("2", &by))?, Some(Revision(2)));
                assert_eq!(surveys::update_draft(tx, id, Revision(1), &change("3", &by))?, None);
                assert_eq!(surveys::draft(tx, id)?.as_deref(), Some("2"));
                assert_eq!(surveys::earlier_draft(tx, id, Revision(1))?.as_deref(), Some("{\"title\":\"first\"}"));
                let survey = surveys::find(tx, id)?.unwrap();
                assert_eq!((survey.title.as_str(), survey.revision), ("New title", Revision(2)));
                let history = surveys::history(tx, id)?;
                assert_eq!((history.len(), history[0].revision, &history[0].actor), (1, Revision(1), &by));
                for revision in 2..=u64::from(HISTORY_MAX) + 2 {
                    surveys::update_draft(tx, id, Revision(revision), &change("x", &by))?.unwrap();
                }
                let history = surveys::history(tx, id)?;
                assert_eq!(history.len(), HISTORY_MAX as usize);
                assert_eq!(surveys::earlier_draft(tx, id, Revision(1))?, None);
                Ok::<_, Error>(())
            })
            .await
            .unwrap();
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stale_row_never_hides_a_changed_draft() {
    on_each_engine(async |directory| {
        let tenant = a_tenant(&directory, "Adatum").await;
        tenant
            .write(|tx| {
                let stale = a_survey(tx, "Lunch")?;
                surveys::update_draft(tx, stale.id, Revision(1), &change("2", &Actor::Canvass))?;
                let published = publish(tx, stale, "lunch", Visibility::Public)?;
                let stored = surveys::find(tx, published.id)?.unwrap();
                assert_eq!((stored.revision, stored.title.as_str()), (Revision(2), "New title"));
                assert!(stored.changed_since_published);
                Ok::<_, Error>(())
            })
            .await
            .unwrap();
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn versions_are_kept_by_number() {
    on_each_engine(async |directory| {
        let tenant = a_tenant(&directory, "Adatum").await;
        tenant
            .write(|tx| {
                let id = a_survey(tx, "Lunch")?.id;
                surveys::insert_version(tx, id, Version(1), "one")?;
                surveys::insert_version(tx, id, Version(2), "two")?;
                assert_eq!(surveys::version(tx, id, Version(1))?.as_deref(), Some("one"));
                assert_eq!(surveys::version(tx, id, Version(3))?, None);
                assert_eq!(surveys::versions(tx, id, 1)?, ["two"]);
                Ok::<_, Error>(())
            })
            .await
            .unwrap();
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn titles_are_found_for_the_ids_that_name_a_survey() {
    on_each_engine(async |directory| {
        let tenant = a_tenant(&directory, "Adatum").await;
        tenant
            .write(|tx| {
                let (lunch, dinner) = (a_survey(tx, "Lunch")?, a_survey(tx, "Dinner")?);
                surveys::update(tx, &dinner.clone().trash(tx.now()).unwrap())?;
                let mut titles = surveys::titles(tx, &[dinner.id, nowhere(), lunch.id])?;
                titles.sort();
                assert_eq!(titles, [(lunch.id, "Lunch".to_owned()), (dinner.id, "Dinner".to_owned())]);
                assert_eq!(surveys::titles(tx, &[])?, []);
                Ok::<_, Error>(())
            })
            .await
            .unwrap();
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_change_of_public_content_changes_the_stamp_once() {
    on_each_engine(async |directory| {
        let tenant = a_tenant(&directory, "Adatum").await;
        let stamp = async || tenant.read(surveys::content_stamp).await.unwrap();
        let before = stamp().await;
        let survey = tenant.write(|tx| a_survey(tx, "Lunch")).await.unwrap();
        assert_eq!(stamp().await, before, "a draft is not public");
        let cached = tenant.cached("count", surveys::count_open).await.unwrap();
        tenant.write(move |tx| publish(tx, survey.clone(), "lunch", Visibility::Public)).await.unwrap();
        assert_eq!(stamp().await, before + 1);
        let again = tenant.cached("count", surveys::count_open).await.unwrap();
        assert_eq!((*cached, *again), (0, 1));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_summary_counts_its_changes() {
    on_each_engine(async |directory| {
        let tenant = a_tenant(&directory, "Adatum").await;
        tenant
            .write(|tx| {
                let id = a_survey(tx, "Lunch")?.id;
                assert_eq!((summaries::find(tx, id)?, summaries::revision(tx, id)?), (None, 0));
                summaries::put(tx, id, "one")?;
                summaries::put(tx, id, "two")?;
                assert_eq!((summaries::find(tx, id)?.as_deref(), summaries::revision(tx, id)?), (Some("two"), 2));
                Ok::<_, Error>(())
            })
            .await
            .unwrap();
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_thrown_away_long_ago_is_deleted_with_all_it_had() {
    on_each_engine(async |directory| {
        let tenant = a_tenant(&directory, "Adatum").await;
        tenant
            .write(|tx| {
                let now = tx.now();
                let (kept, gone) = (a_survey(tx, "Kept")?, a_survey(tx, "Gone")?);
                let closed = publish(tx, gone.clone(), "gone", Visibility::Public)?.close(now).unwrap();
                let trashed_at = Some(now.plus_ms(-Timestamp::DAY_MS));
                surveys::update(tx, &Survey { trashed_at, ..closed })?;
                summaries::put(tx, gone.id, "{}")?;
                responses::insert_many(tx, &crate::responses::some(gone.id, now, 3))?;
                assert_eq!(surveys::delete_trashed(tx, now, 9)?, [gone.id]);
                assert_eq!(surveys::find(tx, gone.id)?, None);
                assert_eq!(pages::find(tx, page("gone").key())?, None);
                assert_eq!(responses::list(tx, gone.id, responses::Order::OldestFirst, None, 9)?, []);
                assert!(surveys::find(tx, kept.id)?.is_some());
                Ok::<_, Error>(())
            })
            .await
            .unwrap();
    })
    .await;
}
