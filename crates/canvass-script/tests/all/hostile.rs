//! The hostile corpus: these tests are about scripts that want to harm, each contained in the way that it should be.

use std::{collections::BTreeMap, fs, path::Path, time::Duration};

use canvass_model::script::{InvalidSource, LimitKind, Limits, Source};
use canvass_script::{Call, CheckError, Order, Report, Sandbox};
use serde_json::json;

use crate::support::{Desk, check, ended, order, run, sandbox, tenant};

fn corpus() -> BTreeMap<String, String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/hostile");
    let files = fs::read_dir(folder).expect("the corpus is there").map(|it| it.expect("an entry").path());
    let read =
        files.map(|it| (it.file_stem().expect("a name").display().to_string(), fs::read_to_string(it).expect("text")));
    // Two are made of one thing said very often.
    let unary = format!("x={}1\n", "-".repeat(200_000));
    let ifs = nested_ifs(700);
    let made = [("a_parse_deep_unary", unary), ("a_parse_deep_if", format!("{ifs}{}pass\n", " ".repeat(700)))];
    read.chain(made.map(|(name, text)| (name.to_owned(), text))).collect()
}

fn nested_ifs(depth_max: usize) -> String {
    (0..depth_max).fold(String::new(), |text, depth| text + &" ".repeat(depth) + "if 1:\n")
}

/// How each attack ends: with what Python says to it, at a limit, or well, having done no harm. The tests through the front
/// door read it too.
const ENDS: &str = include_str!("../data/hostile-ends.csv");

/// Those that wait rather than work: they have less time, or the tests would have none.
const WAITING: [&str; 2] = ["a_sleep", "h_sleep_negative"];

fn limits(name: &str) -> Limits {
    let wall_ms_max = if WAITING.contains(&name) { 500 } else { 20_000 };
    Limits { fuel_max: 600_000_000, wall_ms_max, ..Limits::DEFAULT }
}

async fn attack(sandbox: &Sandbox, name: &str, source: &str, call: Call) -> Report {
    let mut desk = Desk::default().with("store.get", json!(null)).with("store.put", json!({}));
    let order = Order { limits: limits(name), call, ..order(source) };
    let report = sandbox.run(order, &mut desk).await;
    let wall = Duration::from_millis(limits(name).wall_ms_max);
    assert!(report.usage.cpu <= wall + wall / 10, "{name}: {:?}", report.usage);
    // On a machine that other tests use too, it waits for a processor besides.
    assert!(report.usage.wall <= wall * 5 + Duration::from_secs(2), "{name}: {:?}", report.usage);
    assert!(report.usage.memory_peak_bytes <= Limits::DEFAULT.memory_bytes_max, "{name}: {:?}", report.usage);
    report
}

#[tokio::test]
async fn every_hostile_script_ends_as_it_should_and_its_host_goes_on() {
    let sandbox = sandbox().await;
    let host = sandbox.status().hosts[0].process;
    let threads = || fs::read_to_string(format!("/proc/{host}/status")).expect("it is there");
    let threads = || threads().lines().find(|it| it.starts_with("Threads:")).map(str::to_owned);
    let threads_before = threads();
    let mut found = BTreeMap::new();
    for (name, source) in corpus() {
        found.insert(name.clone(), ended(&attack(&sandbox, &name, &source, Call::Main).await));
        let neighbour = Order { tenant: tenant(2), ..order("1 + 1") };
        let neighbour = sandbox.run(neighbour, &mut Desk::default()).await;
        assert_eq!(neighbour.outcome, Ok(json!(2)), "after {name}");
    }
    let ends = ENDS.lines().skip(1).filter_map(|it| it.split_once(','));
    let expected: BTreeMap<String, String> = ends.map(|(name, end)| (name.to_owned(), end.to_owned())).collect();
    let wrong: Vec<_> = found.iter().filter(|(name, end)| expected.get(*name) != Some(*end)).collect();
    assert!(wrong.is_empty(), "{wrong:#?}");
    assert_eq!(found.len(), expected.len());
    assert!(110 <= found.len(), "60 of the corpus and 50 of our own: {}", found.len());

    let status = sandbox.status();
    assert_eq!((status.hosts[0].process, status.hosts_lost, status.running), (host, 0, 0));
    assert_eq!(threads(), threads_before);
}

#[tokio::test]
async fn on_every_trigger_hostile_scripts_are_contained_and_cost_no_memory() {
    let sandbox = sandbox().await;
    let mut resident = Vec::new();
    let request = json!({"method": "GET", "path": "/", "query": {}});
    for round in 0..2 {
        for (name, source) in corpus() {
            // Those that wait were seen to end above.
            if WAITING.contains(&name.as_str()) {
                continue;
            }
            let calls =
                [Call::Page(request.clone()), Call::Validate(json!({"answers": {}})), Call::Responded(vec![json!({})])];
            let calls: Vec<Call> = if round == 0 { calls.into() } else { vec![Call::Main] };
            for call in calls {
                let end = ended(&attack(&sandbox, &name, &source, call).await);
                assert!(!end.starts_with("unavailable") && end != "crowded" && end != "wall", "{name}: {end}");
            }
        }
        resident.push(sandbox.status().hosts[0].private_bytes);
    }
    let status = sandbox.status();
    assert_eq!((status.hosts_lost, status.hosts_recycled, status.running), (0, 0, 0));
    assert!(resident[1] < resident[0] + 16 * 1024 * 1024, "memory was lost: {resident:?}");
}

#[tokio::test]
async fn a_hostile_text_is_refused_when_it_is_checked() {
    let sandbox = sandbox().await;
    for (name, source) in corpus().into_iter().filter(|(name, _)| name.starts_with("a_parse")) {
        let refused = check(&sandbox, &source).await.expect_err("it is no script");
        let is_right = matches!(refused, CheckError::Syntax { .. } | CheckError::Limit(LimitKind::Stack));
        assert!(is_right, "{name}: {refused:?}");
    }
    // 4.5 MB of them are refused before anybody looks.
    assert_eq!(Source::parse(&nested_ifs(3_000)), Err(InvalidSource::TooLarge));
    assert_eq!(sandbox.status().hosts_lost, 0);
}

#[tokio::test]
async fn no_run_reads_what_a_neighbour_left_in_memory() {
    let sandbox = sandbox().await;
    // Fills as much memory as it may with a word, in many sizes, and leaves it there.
    let leave = "import canvass\nkept = [('neighbour' + str(size)) * size for size in range(1, 1500)]\nlen(kept)";
    // Looks at memory that Python takes without clearing it, and at every object there is.
    let look = "import array, gc, io\nfound = 0\nfor size in (100, 10_000, 1_000_000, 10_000_000):\n    \
                b = bytearray(size)\n    found += b.find(b'neighbour') >= 0\n    \
                t = b'x' * size\n    found += t.find(b'neighbour') >= 0\n\
                word = 'neigh' + 'bour'\n\
                found + sum(1 for it in gc.get_objects() if isinstance(it, list) and any(isinstance(x, str) and x.startswith(word) for x in it))";
    for _ in 0..6 {
        assert_eq!(ended(&run(&sandbox, leave).await), "done");
        let looked = sandbox.run(Order { tenant: tenant(2), ..order(look) }, &mut Desk::default()).await;
        assert_eq!(looked.outcome, Ok(json!(0)));
    }
}
