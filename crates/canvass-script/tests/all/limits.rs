//! The limits of a run: these tests are about each of them ending what goes beyond, and nothing else.

use std::time::{Duration, Instant};

use canvass_model::script::Limits;
use canvass_script::{Call, Order, Report, Sandbox};
use serde_json::json;

use crate::support::{Desk, answer, ended, failure, order, run, sandbox};

async fn within(sandbox: &Sandbox, limits: Limits, source: &str) -> Report {
    sandbox
        .run(Order { limits, ..order(source) }, &mut Desk::default().with("store.get", json!("x".repeat(1_000))))
        .await
}

#[tokio::test]
async fn work_beyond_the_fuel_ends_the_run_and_the_same_run_uses_the_same_fuel() {
    let sandbox = sandbox().await;
    let limits = Limits { fuel_max: 300_000_000, wall_ms_max: 60_000, ..Limits::DEFAULT };
    let report = within(&sandbox, limits, "while True: pass").await;
    assert_eq!(ended(&report), "cpu");
    assert_eq!(report.usage.fuel, limits.fuel_max);
    assert!(Duration::ZERO < report.usage.cpu);

    let counting = "sum(i * i for i in range(20_000))";
    let (one, two) = (run(&sandbox, counting).await, run(&sandbox, counting).await);
    assert_eq!(one.usage.fuel, two.usage.fuel);
    assert!(1_000_000 < one.usage.fuel, "{:?}", one.usage);
}

#[tokio::test]
async fn time_beyond_the_wall_ends_the_run_whether_it_works_or_waits() {
    let sandbox = sandbox().await;
    let limits = Limits { fuel_max: u64::MAX / 2, wall_ms_max: 300, ..Limits::DEFAULT };
    for source in [
        "while True: pass",
        "import time\ntime.sleep(3600)",
        "import asyncio\nasyncio.run(asyncio.sleep(3600))",
        "import time\nwhile True: time.sleep(0)",
    ] {
        let began = Instant::now();
        let report = within(&sandbox, limits, source).await;
        assert_eq!(ended(&report), "wall", "{source}");
        assert!(report.usage.cpu < Duration::from_millis(330), "{source}: {:?}", report.usage);
        // Waiting for a processor, on a machine that other tests use too, does not count and has a bound of its own.
        assert!((300..2_700).contains(&report.usage.wall.as_millis()), "{source}: {:?}", report.usage);
        assert!(began.elapsed() < Duration::from_secs(4), "{source}: {:?}", began.elapsed());
    }
}

#[tokio::test]
async fn memory_beyond_the_limit_ends_the_run_unless_the_script_makes_do() {
    let sandbox = sandbox().await;
    let hungry = "x = []\nwhile True: x.append('abcdefgh' * 100_000)";
    for mib in [40, 64] {
        let limits = Limits { memory_bytes_max: mib << 20, ..Limits::DEFAULT };
        let report = within(&sandbox, limits, hungry).await;
        assert_eq!(ended(&report), "memory");
        assert!(report.usage.memory_peak_bytes <= mib << 20, "{:?}", report.usage);
        assert!((mib - 8) << 20 < report.usage.memory_peak_bytes, "{:?}", report.usage);
    }
    assert_eq!(
        answer(&sandbox, "try:\n    x = bytearray(900_000_000)\nexcept MemoryError:\n    x = 'less'\nx").await,
        json!("less")
    );
}

#[tokio::test]
async fn host_calls_beyond_the_limit_end_the_run() {
    let sandbox = sandbox().await;
    let limits = Limits { host_calls_max: 20, ..Limits::DEFAULT };
    let asking = |times: u32| {
        format!(
            "import canvass\nfor _ in range({times}):\n    try: canvass.store.get('a')\n    except BaseException: pass\n'done'"
        )
    };
    assert_eq!(ended(&within(&sandbox, limits, &asking(20)).await), "done");
    let report = within(&sandbox, limits, &asking(21)).await;
    assert_eq!(ended(&report), "host_calls");
    assert_eq!(report.usage.host_calls, 21);
}

#[tokio::test]
async fn output_and_log_beyond_their_limits_are_dropped_and_the_report_says_so() {
    let sandbox = sandbox().await;
    let limits = Limits { output_bytes_max: 1_001, log_lines_max: 3, ..Limits::DEFAULT };
    let report = within(
        &sandbox,
        limits,
        "import canvass\nfor i in range(1_000):\n    print('ää')\n    canvass.log.info('x' * 10_000)",
    )
    .await;
    assert_eq!(ended(&report), "done");
    assert!(report.output_truncated && report.output.len() <= 1_001 && 990 < report.output.len());
    assert_eq!(report.log.len(), 3);
    assert!(report.log.iter().all(|line| line.message.len() <= 4_096));

    let short = within(&sandbox, limits, "print('short')").await;
    assert_eq!((short.output.as_str(), short.output_truncated), ("short\n", false));
}

#[tokio::test]
async fn answers_and_arguments_beyond_the_limit_are_refused() {
    let sandbox = sandbox().await;
    let limits = Limits { result_bytes_max: 10_000, ..Limits::DEFAULT };
    assert_eq!(ended(&within(&sandbox, limits, "'x' * 9_000").await), "done");
    assert_eq!(ended(&within(&sandbox, limits, "'x' * 10_000").await), "result");

    let given = |count: usize| Order {
        limits,
        call: Call::Responded(vec![json!("x".repeat(count))]),
        ..order("len(responses)")
    };
    assert_eq!(ended(&sandbox.run(given(9_000), &mut Desk::default()).await), "done");
    let refused = sandbox.run(given(10_000), &mut Desk::default()).await;
    assert_eq!(ended(&refused), "argument");
    assert_eq!(refused.usage.fuel, 0);
}

#[tokio::test]
async fn values_too_large_for_a_host_call_are_refused_either_way_and_the_run_goes_on() {
    let sandbox = sandbox().await;
    let source = "import canvass\nanswers = []\nfor text in ('x' * 2_000_000, 'y'):\n    try:\n        answers.append(len(canvass.store.get(text)))\n    except canvass.HostError as error:\n        answers.append(str(error))\nanswers";
    let mut desk = Desk::default().with("store.get", json!("z".repeat(2_000_000)));
    let report = sandbox.run(order(source), &mut desk).await;
    let answers = report.outcome.expect("it goes on");
    assert!(answers[0].as_str().expect("a refusal").contains("a host call takes 1048576"), "{answers}");
    assert!(answers[1].as_str().expect("a refusal").contains("a host call gives 1048576 at most"), "{answers}");
    assert_eq!(desk.asked.len(), 1, "the first never left the sandbox");
}

#[tokio::test]
async fn recursion_ends_as_python_ends_it_or_at_the_interpreters_stack() {
    let sandbox = sandbox().await;
    assert_eq!(failure(&sandbox, "def f(n): return f(n + 1)\nf(0)").await, "RecursionError");
    let deep = failure(&sandbox, "import sys\nsys.setrecursionlimit(10**9)\ndef f(n): return f(n + 1)\nf(0)").await;
    assert!(["RecursionError", "stack", "memory"].contains(&deep.as_str()), "{deep}");
}

#[tokio::test]
async fn a_traceback_is_cut_at_its_limit() {
    let sandbox = sandbox().await;
    let limits = Limits { traceback_bytes_max: 500, ..Limits::DEFAULT };
    let report = within(&sandbox, limits, "raise ValueError('ä' * 100_000)").await;
    let Err(canvass_script::Failure::Exception { traceback, message, .. }) = report.outcome else {
        panic!("it raises")
    };
    assert!(traceback.len() <= 500 && 490 < traceback.len());
    assert!(message.chars().count() <= 4_000);
}
