//! A whole installation inside the test process: this file is about starting it, and about what must be true when it
//! ends.

use std::{
    path::{Path, PathBuf},
    sync::Once,
    thread,
    time::Duration,
};

use canvass::{
    Running,
    config::{Config, ScriptMode},
};
use canvass_model::{job::JobState, plan::Lane};
use canvass_storage::{Directory, Error, dead_letters, jobs};
use tempfile::TempDir;
use tokio::runtime::{Builder, Runtime};

use super::{Person, log::Errors, postgres::Postgres};

/// How long jobs and responses may take to be worked off, on a machine that compiles at the same time.
const PATIENCE: Duration = Duration::from_mins(1);
/// How long the interpreter of scripts may take to be prepared, on a machine that does other things too.
const PREPARED_WITHIN: Duration = Duration::from_mins(4);
/// How often to look whether they are.
const POLL: Duration = Duration::from_millis(5);
/// How many jobs that failed are shown.
const SHOWN_MAX: u32 = 20;

/// An installation of its own: empty, on a free port, on the engine the tests run on. When it is dropped, nothing may
/// be left undone: no waiting or failed job, no dead letter, no error in the log, but those the test took.
pub struct Canvass {
    url: String,
    directory: Directory,
    errors: Errors,
    failures_are_mine: bool,
    running: Option<Running>,
    runtime: Option<Runtime>,
    folder: TempDir,
}

/// Whether the tests run on PostgreSQL: `CANVASS_TEST_STORAGE=postgres`.
pub fn on_postgres() -> bool {
    match std::env::var("CANVASS_TEST_STORAGE").as_deref() {
        Ok("postgres") => true,
        Ok("" | "embedded") | Err(_) => false,
        Ok(other) => panic!("CANVASS_TEST_STORAGE is {other:?}, but must be embedded or postgres"),
    }
}

impl Canvass {
    /// Starts an installation with everything as it is by default, but that tenants begin without pages: a test counts
    /// its own.
    pub async fn start() -> Self {
        Self::start_with(|_| {}).await
    }

    /// Starts an installation whose configuration the test changes.
    pub async fn start_with(change: impl FnOnce(&mut Config)) -> Self {
        let folder = TempDir::new().expect("a temporary folder");
        let mut config = Config::default();
        config.server.listen = ([127, 0, 0, 1], 0).into();
        config.storage.data = folder.path().join("data");
        config.mail.outbox = Some(folder.path().join("outbox"));
        if on_postgres() {
            config.storage.url = Some(canvass::config::Secret::new(Postgres::shared().database()));
        }
        // Script hosts are for the tests that run scripts; those share what they compile.
        config.scripts.mode = ScriptMode::Off;
        config.scripts.cache = Some(super::script_cache());
        config.templates.folder = Some(without_pages(folder.path()));
        change(&mut config);
        let errors = Errors::default();
        let runtime = runtime(&errors);
        let started =
            runtime.spawn(async move { Running::start(&config, Path::new(env!("CARGO_BIN_EXE_canvass"))).await }).await;
        let running = started.expect("a start does not panic").unwrap_or_else(|failure| panic!("{failure}"));
        Self {
            url: running.url().to_owned(),
            directory: running.directory().clone(),
            errors,
            failures_are_mine: false,
            running: Some(running),
            runtime: Some(runtime),
            folder,
        }
    }

    /// Starts an installation that runs scripts.
    pub async fn start_with_scripts() -> Self {
        /// Once a process: the first start on a machine prepares the interpreter, for half a minute or more.
        static PREPARED: tokio::sync::OnceCell<()> = tokio::sync::OnceCell::const_new();
        let with_scripts = || Self::start_with(|config| config.scripts.mode = ScriptMode::On);
        let prepare = async || {
            let canvass = with_scripts().await;
            let program = canvass.program_of("adatum").await;
            let deadline = tokio::time::Instant::now() + PREPARED_WITHIN;
            let put = || {
                program.request(reqwest::Method::PUT, "/api/v1/scripts/first").header("content-type", "text/x-python")
            };
            while program.send(put().body("1")).await.status != 201 {
                assert!(tokio::time::Instant::now() < deadline, "scripts do not start");
                tokio::time::sleep(POLL).await;
            }
        };
        PREPARED.get_or_init(prepare).await;
        with_scripts().await
    }

    /// Where it answers.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// A secret of a token of a tenant that may do everything, for another program.
    pub async fn token_of(&self, alias: &str) -> String {
        let tenant = self.tenant(alias).await;
        let secret = canvass_actions::secrets::fresh_token().expect("randomness");
        let name = canvass_model::text::TokenName::parse("Command line").expect("a name");
        let scopes = canvass_model::token::Scope::ALL.to_vec();
        let (made, new) = (secret.clone(), canvass_actions::tokens::NewToken { name, scopes, life_ms: None });
        let created = self.directory().write(move |tx| canvass_actions::tokens::create(tx, &tenant, &new, &made)).await;
        created.expect("a token can be made");
        secret.reveal().to_owned()
    }

    /// Its directory, for what no person can see.
    pub fn directory(&self) -> &Directory {
        &self.directory
    }

    /// The mails it sent, each as it would travel, the oldest first.
    pub fn mails(&self) -> Vec<String> {
        let Ok(files) = self.folder.path().join("outbox").read_dir() else { return Vec::new() };
        let mut files: Vec<_> = files.map(|it| it.expect("a readable folder").path()).collect();
        files.sort();
        let mails = files.iter().filter(|it| it.extension().is_some_and(|it| it == "eml"));
        mails.map(|it| std::fs::read_to_string(it).expect("a mail is text")).collect()
    }

    /// Someone nobody knows.
    pub fn visitor(&self, name: &str) -> Person {
        Person::new(name, &self.url)
    }

    /// Ray, who answers surveys.
    pub fn ray(&self) -> Person {
        self.visitor("Ray")
    }

    /// A program with an API token.
    pub fn program(&self, token: &str) -> Person {
        Person::with_token("A program", &self.url, token)
    }

    /// Waits until every accepted response is applied and every job has run.
    pub async fn settled(&self) {
        settled(&self.directory).await;
    }

    /// The errors logged so far, which the test expected.
    pub fn take_errors(&self) -> Vec<String> {
        self.errors.take()
    }

    /// Says that failed jobs and dead letters at the end are what the test is about.
    pub fn allow_failures(&mut self) {
        self.failures_are_mine = true;
    }

    /// Stops it as SIGTERM would, and answers what was left undone.
    async fn end(running: Running, directory: Directory) -> Result<Vec<String>, Error> {
        settled(&directory).await;
        let mut left = Vec::new();
        for job in directory.read(|tx| jobs::list(tx, Some(JobState::Failed), None, SHOWN_MAX)).await? {
            left.push(format!("job {} failed: {}", job.job.name(), job.error.unwrap_or_default()));
        }
        for letter in directory.read(|tx| dead_letters::list(tx, None, SHOWN_MAX)).await? {
            left.push(format!("a response of {} became a dead letter: {}", letter.tenant, letter.reason));
        }
        running.stop().await.unwrap_or_else(|failure| panic!("{failure}"));
        Ok(left)
    }
}

impl Drop for Canvass {
    fn drop(&mut self) {
        let (Some(runtime), Some(running)) = (self.runtime.take(), self.running.take()) else { return };
        let directory = self.directory.clone();
        // A thread of its own: the test's runtime must not be blocked in, nor this one dropped in it.
        let ended = thread::spawn(move || runtime.block_on(Self::end(running, directory))).join();
        if thread::panicking() {
            return;
        }
        let left = ended.expect("stopping does not panic").expect("the directory answers to the end");
        assert!(self.failures_are_mine || left.is_empty(), "left undone:\n{}", left.join("\n"));
        let errors = self.errors.take();
        assert!(errors.is_empty(), "errors in the log that the test did not take:\n{}", errors.join("\n"));
    }
}

/// A template site with the built-in survey and no pages.
fn without_pages(folder: &Path) -> PathBuf {
    let site = folder.join("templates");
    let survey = include_str!("../../../../canvass-actions/starter/customer-satisfaction.json");
    std::fs::create_dir(&site).expect("a folder can be made");
    std::fs::write(site.join("survey.json"), survey).expect("a file can be written");
    let manifest = r#"{ "version": 1, "pages": [], "surveys": ["survey.json"] }"#;
    std::fs::write(site.join("site.json"), manifest).expect("a file can be written");
    site
}

/// A runtime whose threads log to `errors`, so that installations side by side do not mix their logs.
fn runtime(errors: &Errors) -> Runtime {
    // With no global log the first look at a level would decide for all threads.
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let _ = tracing::subscriber::set_global_default(tracing_subscriber::registry());
    });
    let dispatch = errors.dispatch();
    let log = move || std::mem::forget(tracing::dispatcher::set_default(&dispatch));
    let runtime = Builder::new_multi_thread().worker_threads(2).enable_all().on_thread_start(log).build();
    runtime.expect("threads can be started")
}

async fn settled(directory: &Directory) {
    let settled = async {
        while !is_settled(directory).await.expect("the directory answers") {
            tokio::time::sleep(POLL).await;
        }
    };
    tokio::time::timeout(PATIENCE, settled).await.expect("responses and jobs are worked off in time");
}

async fn is_settled(directory: &Directory) -> Result<bool, Error> {
    for lane in Lane::ALL {
        if directory.intake().backlog(lane).await?.records != 0 {
            return Ok(false);
        }
    }
    for state in [JobState::Waiting, JobState::Running] {
        if !directory.read(move |tx| jobs::list(tx, Some(state), None, 1)).await?.is_empty() {
            return Ok(false);
        }
    }
    Ok(true)
}
