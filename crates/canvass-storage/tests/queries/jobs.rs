//! Jobs: this file is about queueing, claiming and finishing them.

use canvass_model::{
    job::{Job, JobState, Mail},
    text::Email,
    time::Timestamp,
};
use canvass_storage::{DirectoryTx, Error, jobs};

use crate::{on_each_engine, tomorrow};

fn a_mail(subject: &str) -> Job {
    let to = Email::parse("ada@adatum.example").unwrap();
    Job::Mail(Mail { to, subject: subject.to_owned(), text: String::new() })
}

/// A moment before `tx.now()`: a lease until then has lapsed.
fn lapsed(tx: &DirectoryTx<'_>) -> Timestamp {
    tx.now().plus_ms(-1)
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_idempotency_key_is_the_same_job() {
    on_each_engine(async |directory| {
        directory
            .write(|tx| {
                let first = jobs::insert(tx, &a_mail("one"), Some("key"))?;
                assert_eq!(jobs::insert(tx, &a_mail("two"), Some("key"))?, first);
                assert_eq!(jobs::find_by_key(tx, "key")?, Some(first));
                assert_eq!(jobs::find_by_key(tx, "another")?, None);
                let other = jobs::insert(tx, &a_mail("three"), None)?;
                let listed: Vec<_> = jobs::list(tx, None, None, 9)?.iter().map(|it| it.id).collect();
                assert_eq!(listed, [other, first]);
                let older: Vec<_> =
                    jobs::list(tx, Some(JobState::Waiting), Some(other), 9)?.iter().map(|it| it.id).collect();
                assert_eq!(older, [first]);
                assert_eq!(jobs::find(tx, first)?.unwrap().job, a_mail("one"));
                Ok::<_, Error>(())
            })
            .await
            .unwrap();
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_job_is_claimed_by_one_worker_until_its_lease_lapses() {
    on_each_engine(async |directory| {
        directory
            .write(|tx| {
                let id = jobs::insert(tx, &a_mail("one"), None)?;
                let (lapsed, later) = (lapsed(tx), tomorrow(tx.now()));
                assert!(jobs::claim(tx, &["provision"], later, 9)?.is_empty());
                let claimed = jobs::claim(tx, &["provision", "mail"], later, 9)?;
                assert_eq!(
                    claimed.iter().map(|it| (it.id, it.state, it.attempts)).collect::<Vec<_>>(),
                    [(id, JobState::Running, 1)]
                );
                assert!(jobs::claim(tx, &["mail"], later, 9)?.is_empty());
                assert!(jobs::renew(tx, &claimed[0], lapsed)?);
                let again = jobs::claim(tx, &["mail"], later, 9)?;
                assert_eq!(again[0].attempts, 2);
                assert!(!jobs::renew(tx, &claimed[0], later)?, "the first worker has lost it");
                Ok::<_, Error>(())
            })
            .await
            .unwrap();
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn two_nodes_that_claim_at_once_share_the_jobs() {
    on_each_engine(async |directory| {
        for number in 0..20 {
            directory.write(move |tx| jobs::insert(tx, &a_mail(&number.to_string()), None)).await.unwrap();
        }
        let claim = |tx: &mut DirectoryTx<'_>| {
            let later = tomorrow(tx.now());
            jobs::claim(tx, &["mail"], later, 20)
        };
        let (one, two) = tokio::join!(directory.write(claim), directory.write(claim));
        let mut ids: Vec<_> = one.unwrap().into_iter().chain(two.unwrap()).map(|it| it.id).collect();
        ids.sort_unstable();
        ids.dedup();
        assert_eq!(ids.len(), 20);
        assert!(directory.write(claim).await.unwrap().is_empty());
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_job_remembers_its_steps_and_how_it_ended() {
    on_each_engine(async |directory| {
        directory
            .write(|tx| {
                let id = jobs::insert(tx, &a_mail("one"), None)?;
                let later = tomorrow(tx.now());
                jobs::claim(tx, &["mail"], later, 1)?;
                jobs::record_step(tx, id, "connect")?;
                jobs::record_step(tx, id, "connect")?;
                assert_eq!(jobs::find(tx, id)?.unwrap().steps, [("connect".to_owned(), tx.now())]);
                jobs::fail(tx, id, "the server is away", Some(later))?;
                let waiting = jobs::find(tx, id)?.unwrap();
                let longest = tx.now().plus_ms(jobs::PAUSE_MS_MAX);
                assert_eq!((waiting.state, waiting.due_at), (JobState::Waiting, longest));
                assert_eq!(waiting.error.as_deref(), Some("the server is away"));
                assert!(jobs::claim(tx, &["mail"], later, 1)?.is_empty());
                assert!(!jobs::retry(tx, id)?);
                jobs::fail(tx, id, &"x".repeat(9_999), None)?;
                assert!(jobs::retry(tx, id)?);
                let again = &jobs::claim(tx, &["mail"], later, 1)?[0];
                assert_eq!(again.attempts, 1);
                jobs::finish(tx, id)?;
                let done = jobs::find(tx, id)?.unwrap();
                assert_eq!((done.state, done.error), (JobState::Done, None));
                assert_eq!(jobs::delete_finished(tx, later, 9)?, 1);
                assert_eq!(jobs::find(tx, id)?, None);
                Ok::<_, Error>(())
            })
            .await
            .unwrap();
    })
    .await;
}
