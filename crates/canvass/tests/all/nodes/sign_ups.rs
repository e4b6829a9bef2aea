//! Sign-ups at one of two processes that both work: this file is about each job being run once, whoever runs it.

use std::time::Duration;

use canvass_model::{
    alias::Alias,
    id::JobId,
    job::{Job, JobRecord, JobState, ProvisionStep},
};
use canvass_storage::{Directory, Settings, jobs, surveys};
use serde_json::Value;
use tokio::time::{Instant, sleep};
use tokio_postgres::{Client, NoTls};

use crate::support::{PASSWORD, Process, postgres::Postgres};

/// Longer than a job takes that waits for the lease of a process that died, on a machine that compiles.
const PATIENCE: Duration = Duration::from_mins(1);
/// How often to look.
const POLL: Duration = Duration::from_millis(5);
/// Sign-ups sent at the same time.
const SIGN_UPS: usize = 6;
/// The steps a sign-up gets through while nobody can make surveys.
const STEPS_BEFORE_SURVEYS: usize = 4;

/// One database, and what the test itself sees of it.
struct Database {
    url: String,
    directory: Directory,
}

impl Database {
    /// A new database and its first process.
    async fn with_process() -> (Self, Process) {
        let url = Postgres::shared().database();
        let process = Process::spawn_on(&url, &["--log-format", "json"]);
        let directory = Directory::open(&Settings::postgres(url.clone())).await.unwrap();
        (Self { url, directory }, process)
    }

    async fn job(&self, id: JobId) -> JobRecord {
        self.directory.read(move |tx| jobs::find(tx, id)).await.unwrap().expect("jobs are kept for a while")
    }

    /// Asks for a job until its record is as wanted.
    async fn until(&self, id: JobId, wanted: impl Fn(&JobRecord) -> bool) -> JobRecord {
        let deadline = Instant::now() + PATIENCE;
        loop {
            let record = self.job(id).await;
            if wanted(&record) {
                return record;
            }
            assert!(Instant::now() < deadline, "{record:?}");
            sleep(POLL).await;
        }
    }

    async fn done(&self, id: JobId) -> JobRecord {
        let record = self.until(id, |it| matches!(it.state, JobState::Done | JobState::Failed)).await;
        assert_eq!(record.state, JobState::Done, "{:?}", record.error);
        record
    }

    /// Waits until every job has run, welcome mails too; answers how many mails there were.
    async fn mails(&self) -> usize {
        let open = [JobState::Waiting, JobState::Running];
        let all = || self.directory.read(|tx| jobs::list(tx, None, None, 100));
        let deadline = Instant::now() + PATIENCE;
        while all().await.unwrap().iter().any(|it| open.contains(&it.state)) {
            assert!(Instant::now() < deadline, "jobs are left undone");
            sleep(POLL).await;
        }
        all().await.unwrap().iter().filter(|it| matches!(it.job, Job::Mail(_))).count()
    }

    /// How many surveys a tenant begins with.
    async fn starters(&self, alias: &str) -> usize {
        let tenant = self.directory.tenant(&Alias::parse(alias).unwrap()).await.unwrap().expect("it is there");
        tenant.read(|tx| surveys::list(tx, surveys::Shelf::AtWork, None, 10)).await.unwrap().len()
    }

    /// Keeps everybody from making surveys for as long as the connection lives; each waits for some seconds.
    async fn without_surveys(&self) -> Client {
        let url = Postgres::shared().as_superuser(&self.url);
        let (client, connection) = tokio_postgres::connect(&url, NoTls).await.unwrap();
        tokio::spawn(connection);
        client.batch_execute("begin; lock table canvass_tenants.survey in share row exclusive mode").await.unwrap();
        client
    }
}

/// Signs an organisation up as a person would; answers the job whose progress they may watch.
async fn sign_up(server: &Process, alias: &str) -> JobId {
    let email = format!("ada@{alias}.example");
    let fields = [
        ("name", alias),
        ("alias", alias),
        ("plan", "standard"),
        ("person", "Ada"),
        ("email", &email),
        ("password", PASSWORD),
        ("terms", "1"),
    ];
    let away = server.visitor("Ada").submit("/-/signup", "/-/signup", &fields).await.location();
    JobId::parse(away.rsplit('/').next().unwrap()).expect("the page of a job")
}

/// The names of a job's recorded steps.
fn steps(record: &JobRecord) -> Vec<&str> {
    record.steps.iter().map(|(name, _)| name.as_str()).collect()
}

/// The tries of a job that ended well, by the log of a process that has ended.
fn tries_done(log: &[String], id: JobId) -> Vec<u64> {
    let lines = log.iter().map(|it| serde_json::from_str::<Value>(it).unwrap());
    let lines = lines.filter(|it| it["message"] == "A job is done" && it["job.id"] == id.to_string());
    lines.map(|it| it["attempt"].as_u64().unwrap()).collect()
}

#[tokio::test]
async fn a_sign_up_at_one_of_two_is_run_once() {
    let (database, mut one) = Database::with_process().await;
    let mut other = one.beside(&["--log-format", "json"]);
    let held = database.without_surveys().await;
    let aliases: Vec<String> = (0..2).map(|it| format!("adatum-{it}")).collect();
    let (first, second) = tokio::join!(sign_up(&one, &aliases[0]), sign_up(&other, &aliases[1]));
    // Each process has looked for jobs since the other took one: both are under way, and nobody may take either again.
    for id in [first, second] {
        database.until(id, |it| it.steps.len() == STEPS_BEFORE_SURVEYS).await;
    }
    drop(held);

    let mut asked = vec![(first, aliases[0].clone()), (second, aliases[1].clone())];
    let more: Vec<String> = (2..SIGN_UPS).map(|it| format!("adatum-{it}")).collect();
    for alias in more {
        asked.push((sign_up(&one, &alias).await, alias));
    }
    for (id, alias) in &asked {
        let record = database.done(*id).await;
        assert_eq!((record.attempts, steps(&record)), (1, ProvisionStep::ALL.map(ProvisionStep::as_str).to_vec()));
        assert_eq!(database.starters(alias).await, 1, "{alias}");
    }
    assert_eq!(database.mails().await, SIGN_UPS);
    assert!(one.stop().success() && other.stop().success());
    let log = [one.log(), other.log()].concat();
    for (id, alias) in asked {
        assert_eq!(tries_done(&log, id), [1], "{alias}");
    }
}

#[tokio::test]
async fn a_sign_up_whose_process_is_asked_to_stop_is_run_once() {
    let (database, mut one) = Database::with_process().await;
    let mut other = one.beside(&["--log-format", "json"]);
    let asked = sign_up(&one, "adatum").await;
    assert!(one.stop().success());

    let record = database.done(asked).await;
    assert_eq!((record.attempts, steps(&record)), (1, ProvisionStep::ALL.map(ProvisionStep::as_str).to_vec()));
    assert_eq!((database.starters("adatum").await, database.mails().await), (1, 1));
    assert!(other.stop().success());
    assert_eq!(tries_done(&[one.log(), other.log()].concat(), asked), [1]);
}

#[tokio::test]
async fn a_sign_up_whose_process_is_killed_is_finished_by_the_other_where_it_stood() {
    let (database, mut one) = Database::with_process().await;
    let held = database.without_surveys().await;
    let asked = sign_up(&one, "adatum").await;
    let begun = database.until(asked, |it| it.steps.len() == STEPS_BEFORE_SURVEYS).await;
    one.kill();
    drop(held);
    let mut other = one.beside(&["--log-format", "json"]);

    let record = database.done(asked).await;
    assert_eq!((record.attempts, steps(&record)), (2, ProvisionStep::ALL.map(ProvisionStep::as_str).to_vec()));
    assert_eq!(record.steps[..STEPS_BEFORE_SURVEYS], begun.steps, "what was recorded stays as it was");
    assert_eq!((database.starters("adatum").await, database.mails().await), (1, 1));
    assert!(other.stop().success());
    assert_eq!(tries_done(&one.log(), asked), [0; 0]);
    assert_eq!(tries_done(&other.log(), asked), [2]);
}
