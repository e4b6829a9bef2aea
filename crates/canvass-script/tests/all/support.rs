//! Stage for the tests: this file is about starting a sandbox, and ordering runs in few words.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use canvass_model::{
    id::TenantId,
    script::{Limits, ScriptName, Source},
    time::Timestamp,
};
use canvass_script::{
    Call, CheckError, Failure, Host, Module, Order, Phase, Program, Refusal, Report, Sandbox, Settings,
};
use futures_util::future::BoxFuture;
use serde_json::{Value, json};

/// The moment at which every run of the tests begins: 2026-11-30T12:00:00Z.
pub(crate) const NOW_MS: i64 = 1_796_040_000_000;

/// How long a sandbox may take to be ready. The first one on a machine compiles the guest.
const READY_MAX: Duration = Duration::from_secs(20 * 60);

/// A sandbox with one working host and one that stands by, ready.
pub(crate) async fn sandbox() -> Sandbox {
    ready(settings()).await
}

/// Settings of the tests, which share what they compile.
pub(crate) fn settings() -> Settings {
    let cache = Path::new(env!("CARGO_TARGET_TMPDIR")).join("script-cache");
    Settings { hosts: 1, ..Settings::new(PathBuf::from(env!("CARGO_BIN_EXE_script-host")), cache) }
}

/// Starts a sandbox and waits until all its hosts are there.
pub(crate) async fn ready(settings: Settings) -> Sandbox {
    let wanted = settings.hosts + 1;
    let sandbox = Sandbox::start(settings);
    until(READY_MAX, || {
        let status = sandbox.status();
        assert!(!matches!(status.phase, Phase::Failed(_)), "{status:?}");
        status.hosts.len() == wanted
    })
    .await;
    sandbox
}

/// Waits until something holds, and fails when it does not in time.
pub(crate) async fn until(within: Duration, mut holds: impl FnMut() -> bool) {
    let asked = tokio::time::Instant::now();
    while !holds() {
        assert!(asked.elapsed() < within, "it did not come about within {within:?}");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

/// A tenant by a number.
pub(crate) fn tenant(number: u128) -> TenantId {
    TenantId::parse(&format!("{number:032x}")).expect("an id")
}

/// An order that runs a text alone, with usual limits.
pub(crate) fn order(source: &str) -> Order {
    Order {
        tenant: tenant(1),
        name: ScriptName::parse("survey").expect("a name"),
        source: Arc::new(Source::parse(source).expect("a source")),
        program: None,
        modules: Vec::new(),
        call: Call::Main,
        context: json!({
            "tenant": {"alias": "adatum", "name": "Adatum"},
            "member": {"name": "Ann", "role": "editor"},
            "trigger": "manual",
            "parameters": {"month": 11},
        }),
        limits: Limits::DEFAULT,
        now: Timestamp(NOW_MS),
        seed: 7,
    }
}

/// Another script that may be imported.
pub(crate) fn module(name: &str, source: &str) -> Module {
    Module {
        name: ScriptName::parse(name).expect("a name"),
        source: Arc::new(Source::parse(source).expect("a source")),
    }
}

/// Runs a text alone, with nobody to call.
pub(crate) async fn run(sandbox: &Sandbox, source: &str) -> Report {
    sandbox.run(order(source), &mut Desk::default()).await
}

/// What a text alone answers.
pub(crate) async fn answer(sandbox: &Sandbox, source: &str) -> Value {
    let report = run(sandbox, source).await;
    report.outcome.unwrap_or_else(|failure| panic!("{failure}\n{failure:#?}"))
}

/// How a text alone fails: an exception's class, or a limit's name.
pub(crate) async fn failure(sandbox: &Sandbox, source: &str) -> String {
    ended(&run(sandbox, source).await)
}

/// How a run ended, in a word.
pub(crate) fn ended(report: &Report) -> String {
    match &report.outcome {
        Ok(_) => "done".to_owned(),
        Err(Failure::Exception { kind, .. }) => kind.clone(),
        Err(Failure::Limit(kind)) => kind.as_str().to_owned(),
        Err(Failure::Crowded) => "crowded".to_owned(),
        Err(Failure::Off) => "off".to_owned(),
        Err(Failure::Unavailable(why)) => format!("unavailable: {why}"),
    }
}

/// Reads a text.
pub(crate) async fn check(sandbox: &Sandbox, source: &str) -> Result<Program, CheckError> {
    let name = ScriptName::parse("survey").expect("a name");
    sandbox.check(tenant(1), &name, &Source::parse(source).expect("a source")).await
}

/// Whoever sits on the server's side of a run: answers from a table, and keeps what was asked.
#[derive(Default)]
pub(crate) struct Desk {
    pub(crate) answers: BTreeMap<&'static str, Vec<Result<Value, Refusal>>>,
    pub(crate) asked: Vec<(String, Value)>,
}

impl Desk {
    /// The next answer to a call. The last one is given again and again.
    pub(crate) fn with(mut self, call: &'static str, answer: Value) -> Self {
        self.answers.entry(call).or_default().push(Ok(answer));
        self
    }

    /// The next answer to a call is a refusal.
    pub(crate) fn refusing(mut self, call: &'static str, why: &str) -> Self {
        self.answers.entry(call).or_default().push(Err(Refusal::because(why)));
        self
    }
}

impl Host for Desk {
    fn call<'a>(&'a mut self, name: &'a str, arguments: &'a str) -> BoxFuture<'a, Result<String, Refusal>> {
        self.asked.push((name.to_owned(), serde_json::from_str(arguments).unwrap_or(Value::Null)));
        let answer = match self.answers.get_mut(name) {
            Some(answers) if 1 < answers.len() => answers.remove(0),
            Some(answers) => answers[0].clone(),
            None => Err(Refusal::because(format!("there is no host call {name}"))),
        };
        Box::pin(async move { answer.map(|it| it.to_string()) })
    }
}
