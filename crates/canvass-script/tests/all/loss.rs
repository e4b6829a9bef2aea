//! Hosts that end: these tests are about killing them, wearing them out, lying in their name, and leaving none behind.

use std::{
    fs,
    io::{BufRead, BufReader},
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

use canvass_model::script::Limits;
use canvass_script::{Failure, Host, Order, Refusal, Sandbox, Settings, Wear};
use futures_util::future::BoxFuture;
use nix::{
    sys::signal::{Signal, kill},
    unistd::Pid,
};
use serde_json::json;
use tokio::task::JoinSet;

use crate::support::{Desk, ended, order, ready, run, sandbox, settings, tenant, until};

/// Whether a process runs. One that has ended but was not asked for its end, a zombie, does not.
fn is_there(process: u32) -> bool {
    fs::read_to_string(format!("/proc/{process}/stat"))
        .is_ok_and(|stat| stat.rsplit(") ").next().is_some_and(|rest| !rest.starts_with('Z')))
}

fn kill_now(process: u32) {
    let _ = kill(Pid::from_raw(i32::try_from(process).expect("a process")), Signal::SIGKILL);
}

fn processes(sandbox: &Sandbox) -> Vec<u32> {
    sandbox.status().hosts.iter().map(|it| it.process).collect()
}

/// Whoever counts how often a run wrote.
struct Counter(Arc<AtomicUsize>);

impl Host for Counter {
    fn call<'a>(&'a mut self, name: &'a str, _: &'a str) -> BoxFuture<'a, Result<String, Refusal>> {
        if name == "store.put" {
            self.0.fetch_add(1, Ordering::SeqCst);
        }
        Box::pin(async { Ok("{}".to_owned()) })
    }
}

#[tokio::test]
async fn hosts_killed_at_random_under_load_cost_a_retry_or_a_clear_error() {
    let sandbox = ready(Settings { hosts: 2, ..settings() }).await;
    let writes = Arc::new(AtomicUsize::new(0));
    let mut runs = JoinSet::new();
    for number in 0..240_u128 {
        let (sandbox, writes) = (sandbox.clone(), Arc::clone(&writes));
        // Every third run writes, then works on: it must not be begun again.
        let source = if number % 3 == 0 {
            "import canvass\ncanvass.store.put('a', 1)\nsum(range(60_000))"
        } else {
            "import canvass\ncanvass.store.get('a')\nsum(range(60_000))"
        };
        let limits = Limits { wall_ms_max: 30_000, ..Limits::DEFAULT };
        let order = Order { tenant: tenant(number % 20), limits, ..order(source) };
        runs.spawn(async move { (number, sandbox.run(order, &mut Counter(writes)).await) });
    }
    let (mut done, mut lost, mut killed) = (0, 0, 0);
    let mut blows = tokio::time::interval(Duration::from_millis(150));
    while !runs.is_empty() {
        tokio::select! {
            Some(ended) = runs.join_next() => {
                let (number, report) = ended.expect("no run panics");
                match report.outcome {
                    Ok(answer) => { assert_eq!(answer, json!(1_799_970_000_i64)); done += 1; }
                    Err(Failure::Unavailable(why)) => { assert!(why.contains("lost") || why.contains("no script host"), "{why}"); lost += 1; }
                    Err(other) => panic!("run {number}: {other}"),
                }
            }
            _ = blows.tick(), if killed < 6 => {
                if let Some(process) = processes(&sandbox).first() {
                    kill_now(*process);
                    killed += 1;
                }
            }
        }
    }
    assert_eq!(done + lost, 240);
    assert!(0 < killed && 120 < done, "{done} done, {lost} lost, {killed} killed");
    assert!(writes.load(Ordering::SeqCst) <= 80, "a run that wrote was begun again");
    until(Duration::from_secs(20), || sandbox.status().hosts.len() == 3).await;
    assert_eq!(ended(&run(&sandbox, "1").await), "done");
}

#[tokio::test]
async fn a_run_that_wrote_is_not_begun_again_and_one_that_read_is() {
    let sandbox = sandbox().await;
    for (source, expected) in [
        (
            "import canvass\ncanvass.store.put('a', 1)\nwhile True: pass",
            "unavailable: the script host was lost while the script ran",
        ),
        // Alone in its second host it would go on for ever, were it not for its limit.
        ("import canvass\ncanvass.store.get('a')\nwhile True: pass", "cpu"),
    ] {
        let writes = Arc::new(AtomicUsize::new(0));
        let order = Order {
            limits: Limits { wall_ms_max: 60_000, fuel_max: 15_000_000_000, ..Limits::DEFAULT },
            ..order(source)
        };
        let (hosts, counter) = (processes(&sandbox), Arc::clone(&writes));
        let begun = sandbox.clone();
        let run = tokio::spawn(async move { begun.run(order, &mut Counter(counter)).await });
        until(Duration::from_secs(10), || sandbox.status().hosts.iter().any(|it| it.running == 1)).await;
        tokio::time::sleep(Duration::from_millis(200)).await;
        kill_now(hosts[0]);
        assert_eq!(ended(&run.await.expect("no panic")), expected);
        assert!(writes.load(Ordering::SeqCst) <= 1);
        until(Duration::from_secs(20), || sandbox.status().hosts.len() == 2).await;
    }
}

#[tokio::test]
async fn worn_hosts_are_replaced_without_a_run_noticing() {
    let usual = Wear::default();
    for wear in [
        Wear { runs_max: 5, ..usual },
        Wear { age_max: Duration::from_millis(300), ..usual },
        Wear { private_bytes_max: 1, ..usual },
    ] {
        let sandbox = ready(Settings { wear, ..settings() }).await;
        let (begun, mut runs) = (tokio::time::Instant::now(), 0);
        while runs < 70 || sandbox.status().hosts_recycled == 0 {
            assert!(begun.elapsed() < Duration::from_secs(30), "no host was replaced for {wear:?}");
            assert_eq!(ended(&run(&sandbox, "1 + 1").await), "done");
            runs += 1;
        }
        assert_eq!(sandbox.status().hosts_lost, 0, "{wear:?}");
    }
}

#[tokio::test]
async fn a_sandbox_that_stops_waits_for_its_runs_and_leaves_no_process() {
    let sandbox = sandbox().await;
    let hosts = processes(&sandbox);
    let begun = sandbox.clone();
    let running = tokio::spawn(async move { run(&begun, "import time\ntime.sleep(0.5)\n'slept'").await });
    until(Duration::from_secs(5), || sandbox.status().running == 1).await;

    sandbox.stop(Duration::from_secs(10)).await;

    assert_eq!(running.await.expect("no panic").outcome, Ok(json!("slept")));
    until(Duration::from_secs(5), || !hosts.iter().any(|it| is_there(*it))).await;
    assert_eq!(ended(&run(&sandbox, "1").await), "unavailable: the server is stopping");
}

#[tokio::test]
async fn a_sandbox_that_is_dropped_leaves_no_process() {
    let sandbox = sandbox().await;
    let hosts = processes(&sandbox);
    assert!(hosts.iter().all(|it| is_there(*it)));
    drop(sandbox);
    until(Duration::from_secs(5), || !hosts.iter().any(|it| is_there(*it))).await;
}

#[tokio::test]
async fn a_server_that_is_killed_leaves_no_process_even_where_scripts_never_end() {
    drop(sandbox().await);
    let mut server = Command::new(env!("CARGO_BIN_EXE_script-host"));
    let mut server = server.arg("server").arg(settings().cache).stdout(Stdio::piped()).spawn().expect("it starts");
    let mut lines = BufReader::new(server.stdout.take().expect("an output")).lines();
    let hosts = lines.next().expect("a line").expect("text");
    let hosts: Vec<u32> = hosts.split(' ').map(|it| it.parse().expect("a process")).collect();
    assert!(hosts.len() == 3 && hosts.iter().all(|it| is_there(*it)), "{hosts:?}");

    server.kill().expect("it is there");
    server.wait().expect("it ends");

    until(Duration::from_secs(5), || !hosts.iter().any(|it| is_there(*it))).await;
}

/// A program that speaks as a script host and lies in one way.
fn liar(lie: &str, folder: &Path) -> PathBuf {
    let text = include_str!("../data/liar.py").replace("LIE", lie);
    let path = folder.join(format!("{lie}.py"));
    fs::write(&path, text).expect("it is written");
    fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).expect("it may run");
    path
}

#[tokio::test]
async fn a_host_that_lies_is_ended_and_its_caller_hears_so_in_time() {
    let folder = tempfile::tempdir().expect("a folder");
    // A lie of its very first word: no such host is ever used.
    for lie in ["silent_start", "garbage_start", "huge_start", "not_a_greeting", "no_text"] {
        let sandbox = Sandbox::start(Settings { program: liar(lie, folder.path()), ..settings() });
        let began = Instant::now();
        let found = ended(&run(&sandbox, "1").await);
        assert!(found.starts_with("unavailable"), "{lie}: {found}");
        assert!(began.elapsed() < Duration::from_secs(12), "{lie}: {:?}", began.elapsed());
    }
    // A lie about a run.
    for (lie, expected) in [
        ("garbage_run", "unavailable: the script host was lost while the script ran"),
        ("strange_run", "unavailable: the script host was lost while the script ran"),
        ("second_greeting", "unavailable: the script host was lost while the script ran"),
        ("calls_at_once", "unavailable: the script host was lost while the script ran"),
        ("silent_run", "wall"),
        ("forged_answer", "ValueError"),
        ("deep_answer", "ValueError"),
    ] {
        let sandbox = Sandbox::start(Settings { program: liar(lie, folder.path()), ..settings() });
        let limits = Limits { wall_ms_max: 500, ..Limits::DEFAULT };
        // With byte code at hand nothing is checked first.
        let program = Arc::new(canvass_script::Program {
            code: Vec::new(),
            component: canvass_script::component::hash(),
            functions: canvass_model::script::Functions::default(),
        });
        let order = Order { limits, program: Some(program), ..order("1") };
        let found = ended(&sandbox.run(order, &mut Desk::default().with("store.get", json!(1))).await);
        assert_eq!(found, expected, "{lie}");
    }
}
