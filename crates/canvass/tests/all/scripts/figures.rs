//! What scripts cost: this file is about the figures of their runs, the same over the API and in the console.

use canvass_model::{
    script::{Cause, Outcome, Run, ScriptName, Usage},
    time::Timestamp,
};
use canvass_storage::scripts::runs;
use serde_json::{Value, json};

use super::{at, contoso, put, run, start};

#[tokio::test(flavor = "multi_thread")]
async fn the_figures_of_a_day_and_of_a_month_are_those_of_its_runs() {
    let (canvass, program) = start().await;
    let id = put(&program, "double", "2 * 21").await.expect(201).json()["id"].as_str().unwrap().to_owned();
    put(&program, "idle", "1").await.expect(201);
    let tenant = canvass.tenant("adatum").await;
    let recorded = tenant.write(|tx| {
        // A hundred of today that took 1 to 100 milliseconds, and one of ten days ago that took a second.
        for number in 1..=101_u64 {
            let days = if number == 101 { 10 } else { 0 };
            let outcome = if number == 7 { Outcome::Exception } else { Outcome::Done };
            let wall_us = if number == 101 { 1_000_000 } else { number * 1_000 };
            let usage = Usage { cpu_us: 2_000, fuel: 1, wall_us, memory_peak_bytes: number << 20, host_calls: 3 };
            let run = Run {
                id: tx.new_id(),
                script: ScriptName::parse("double").unwrap(),
                version: None,
                cause: Cause::Manual,
                at: tx.now().plus_ms(-days * Timestamp::DAY_MS),
                outcome,
                usage,
                failure: None,
                output: String::new(),
                output_truncated: false,
                log: Vec::new(),
            };
            runs::insert(tx, &run)?;
        }
        Ok::<_, canvass_storage::Error>(())
    });
    recorded.await.unwrap();

    let figures = program.get(&at("double", "/figures")).await.expect(200).json();
    let wall = json!({ "p50_ms": 50.0, "p95_ms": 95.0, "p99_ms": 99.0 });
    let day = json!({ "runs": 100, "failed": 1, "wall": wall, "cpu_ms": 200.0,
        "memory_peak_bytes": 100 << 20, "host_calls": 300 });
    assert_eq!((&figures["script"], &figures["day"]), (&json!("double"), &day), "{figures}");
    let month = &figures["month"];
    assert_eq!((&month["runs"], &month["wall"]["p50_ms"]), (&json!(101), &json!(51.0)), "{month}");
    assert_eq!((&month["memory_peak_bytes"], &month["cpu_ms"]), (&json!(101 << 20), &json!(202.0)));
    let all = program.get("/api/v1/script-figures").await.expect(200).json();
    assert_eq!(all["items"][0], figures, "the same function");
    let nothing =
        json!({ "runs": 0, "failed": 0, "wall": null, "cpu_ms": 0.0, "memory_peak_bytes": 0, "host_calls": 0 });
    assert_eq!(all["items"][1], json!({ "script": "idle", "day": nothing, "month": nothing }));
    program.get(&at("nothing", "/figures")).await.expect(404);

    let page = canvass.ann().await.get(&format!("/-/console/adatum/scripts/{id}/runs")).await.expect(200);
    for figure in ["50 ms", "95 ms", "99 ms", "200 ms", "105.9 MB"] {
        assert!(page.shows(figure), "{figure}: {}", page.text());
    }
    // Those of a script that really ran are there at once, and another tenant has none of them.
    run(&program, "idle", json!({})).await;
    let idle = program.get(&at("idle", "/figures")).await.expect(200).json();
    assert_eq!(idle["day"]["runs"], 1);
    assert!(0.0 < idle["day"]["wall"]["p99_ms"].as_f64().unwrap(), "{idle}");
    let mary = contoso(&canvass).await;
    assert_eq!(mary.get("/api/v1/script-figures").await.expect(200).json()["items"], Value::Array(Vec::new()));
}
