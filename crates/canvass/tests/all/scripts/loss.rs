//! Lost hosts: this file is about script hosts that are killed under load, and about what visitors and hooks notice of it.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

use nix::{
    sys::signal::{Signal, kill},
    unistd::Pid,
};
use reqwest::StatusCode;
use serde_json::{Value, json};
use tokio::task::JoinSet;

use super::{at, page, put, run, set};
use crate::support::{Answer, Person, Process, Survey, lunch_at, soup};

/// How often a host is killed.
const BLOWS: usize = 12;
/// How long hosts are left in peace between two blows, at least.
const BETWEEN_BLOWS: Duration = Duration::from_millis(250);
/// Pages that were there between two blows, at least.
const PAGES_BETWEEN_BLOWS: usize = 2;
/// Responses that the hook works on meanwhile.
const RESPONSES: usize = 150;
/// How long it may take until scripts run, and until the hook has worked on everything.
const PATIENCE: Duration = Duration::from_mins(4);

/// Reads and computes: it can be begun again.
const READING: &str = "import canvass
def page(request):
    canvass.store.get('visits')
    return f'<p>The sum is {sum(range(60_000))}</p>'";

/// Writes, and then computes: it must not be begun again.
const WRITING: &str = "import canvass
store = canvass.store
count = store.get('visits', 0) + 1
store.put('visits', count)
sum(range(60_000))
count";

/// Counts how often it worked on each response.
const HOOK: &str = "import canvass
def responded(responses):
    store = canvass.store
    store.put('worked', store.get('worked', 0) + len(responses))
    sum(range(200_000))
    return {it.id: {'times': it.fields.get('times', 0) + 1} for it in responses}";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn killed_hosts_cost_a_retry_or_a_clear_503_and_nothing_is_done_twice() {
    let (mut server, [token]) = Process::spawn_with_tenants(["adatum"], &[]).await;
    let program = Person::with_token("A program", server.url(), &token);
    let survey = settle(&program).await;
    let (is_over, pages) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicUsize::new(0)));
    let mut callers = JoinSet::new();
    // Two at once is what a tenant may have; a third would be told that there are too many.
    callers.spawn(visit(server.visitor("Ray"), Arc::clone(&is_over), Arc::clone(&pages)));
    let writing = tokio::spawn(write(program.clone(), Arc::clone(&is_over)));
    let sending = tokio::spawn(send(survey.clone()));

    let mut killed = 0;
    let deadline = Instant::now() + PATIENCE;
    while killed < BLOWS {
        assert!(Instant::now() < deadline, "after {killed} blows no page comes any more");
        tokio::time::sleep(BETWEEN_BLOWS).await;
        if pages.load(Ordering::Acquire) < killed * PAGES_BETWEEN_BLOWS {
            continue;
        }
        let hosts = server.children();
        // Each in turn, whatever it does at this moment.
        let Some(host) = hosts.get(killed % hosts.len().max(1)) else { continue };
        kill(Pid::from_raw(host.cast_signed()), Signal::SIGKILL).expect("it is ours");
        killed += 1;
    }
    is_over.store(true, Ordering::Release);

    let mut answered = [pages.load(Ordering::Acquire), 0];
    while let Some(caller) = callers.join_next().await {
        answered[1] += caller.expect("every visitor was answered");
    }
    let (written, not_written) = writing.await.expect("every call was answered");
    sending.await.expect("every response was accepted");
    assert!(0 < written, "some calls came through, and {not_written} did not");
    assert!(answered[1] * 4 < answered[0], "what only reads is begun again: {answered:?}");

    assert_each_once(&survey, &program).await;
    let counted = run(&program, "reader", json!({})).await["result"].clone();
    assert_eq!(counted, written, "what was not said to be done is not done, and what was is done once");
    assert!(server.stop().success());
    let log = server.log();
    assert!(log.iter().any(|it| it.contains("a script host was lost")), "the operator is told");
    assert!(!log.iter().any(|it| it.contains("panicked")), "{log:#?}");
}

async fn settle(program: &Person) -> Survey {
    let survey = lunch_at(program, "adatum").await;
    let deadline = Instant::now() + PATIENCE;
    // The first start prepares the interpreter.
    while put(program, "reading", READING).await.status != StatusCode::CREATED {
        assert!(Instant::now() < deadline, "scripts do not start");
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
    set(program, "reading", json!({ "kind": "page" })).await.expect(200);
    page(program, "reading", "reading", "public").await;
    put(program, "writing", WRITING).await.expect(201);
    put(program, "reader", "import canvass\ncanvass.store.get('visits', 0)").await.expect(201);
    put(program, "worker", HOOK).await.expect(201);
    set(program, "worker", json!({ "kind": "responded", "survey": survey.id })).await.expect(200);
    survey
}

/// Asks for the page again and again, counts how often it was there, and answers how often not.
async fn visit(ray: Person, is_over: Arc<AtomicBool>, pages: Arc<AtomicUsize>) -> usize {
    let mut lost = 0;
    while !is_over.load(Ordering::Acquire) {
        let answer = ray.get("/adatum/reading").await;
        if answer.status == StatusCode::OK {
            assert!(answer.shows("The sum is 1799970000"), "{}", answer.text());
            pages.fetch_add(1, Ordering::AcqRel);
        } else {
            assert_clear(&answer);
            lost += 1;
        }
    }
    lost
}

/// Lets the writing script run again and again: how often it said that it has written, and how often not.
async fn write(program: Person, is_over: Arc<AtomicBool>) -> (usize, usize) {
    let (mut done, mut lost) = (0, 0);
    while !is_over.load(Ordering::Acquire) {
        let answer = program.post_json(&at("writing", "/runs"), &json!({ "parameters": {} })).await;
        if answer.status == StatusCode::OK {
            assert_eq!(answer.json()["outcome"], "done");
            done += 1;
        } else {
            assert_clear(&answer);
            lost += 1;
        }
    }
    (done, lost)
}

/// A refusal says what to do: that scripts do not run just now, or that too many do, and to try again.
#[track_caller]
fn assert_clear(answer: &Answer) {
    match answer.status {
        StatusCode::SERVICE_UNAVAILABLE => {
            assert!(answer.shows("try again") || answer.shows("Try again"), "{}", answer.text());
        }
        StatusCode::TOO_MANY_REQUESTS => assert!(!answer.header("retry-after").is_empty()),
        other => panic!("{other}: {}", answer.text()),
    }
}

async fn send(survey: Survey) {
    for _ in 0..RESPONSES / 10 {
        for _ in 0..10 {
            survey.program.post_json(&survey.api("/responses"), &soup()).await.expect(201);
        }
        tokio::time::sleep(BETWEEN_BLOWS).await;
    }
}

/// Waits until the hook has worked on every response; on each it did once.
async fn assert_each_once(survey: &Survey, program: &Person) {
    let deadline = Instant::now() + PATIENCE;
    let all = loop {
        let all = program.get(&survey.api("/responses?limit=500")).await.expect(200).json();
        let items: Vec<Value> = all["items"].as_array().expect("a list").clone();
        if items.len() == RESPONSES && items.iter().all(|it| it["fields"]["times"].is_number()) {
            break items;
        }
        assert!(Instant::now() < deadline, "the hook does not go on: {all}");
        tokio::time::sleep(Duration::from_millis(100)).await;
    };
    assert!(all.iter().all(|it| it["fields"]["times"] == 1), "each once");
    put(program, "worked", "import canvass\ncanvass.store.get('worked', 0)").await.expect(201);
    assert_eq!(run(program, "worked", json!({})).await["result"], RESPONSES, "the hook's own count");
}
