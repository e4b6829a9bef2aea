//! Scripts in a list: this file is about how they stand, and what their runs came to, for people and for programs.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::plain;
use crate::{
    Failure,
    commands::remote::Api,
    failure::Exit,
    output::{self, Output},
};

/// Every script with its figures.
pub(super) async fn live(output: Output, api: &Api) -> Result<Exit, Failure> {
    let figures = api.get("/script-figures").await?;
    let of = |it: &Value| (plain(&it["script"]), it.clone());
    let figures: BTreeMap<String, Value> = items(&figures).map(of).collect();
    let mut rows = Vec::new();
    let mut cursor = String::new();
    loop {
        let page = api.get(&format!("/scripts?limit=500{cursor}")).await?;
        for script in items(&page) {
            let script = with(script, figures.get(&plain(&script["name"])).unwrap_or(&Value::Null));
            match output {
                Output::Json => output::line(&script.to_string())?,
                Output::Human => rows.push(row(&script)),
            }
        }
        match page["next_cursor"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => break,
        }
    }
    let heads = ["NAME", "STARTED BY", "STATE", "VERSION", "RUNS", "FAILED", "P50 MS", "P95 MS", "P99 MS", "CPU MS"];
    table(output, &heads, &rows, "There are no scripts.")
}

/// The scripts in the trash.
pub(super) async fn trash(output: Output, api: &Api) -> Result<Exit, Failure> {
    let page = api.get("/script-trash").await?;
    let mut rows = Vec::new();
    for script in items(&page) {
        match output {
            Output::Json => output::line(&script.to_string())?,
            Output::Human => {
                let [name, kind, gone] = [&script["name"], &script["trigger"]["kind"], &script["gone_at"]].map(plain);
                rows.push(vec![name, kind, gone]);
            }
        }
    }
    table(output, &["NAME", "STARTED BY", "DELETED FOR GOOD"], &rows, "The trash is empty.")
}

/// One script with its figures.
pub(super) async fn show(output: Output, api: &Api, name: &str) -> Result<Exit, Failure> {
    let script = api.get(&format!("/scripts/{name}")).await?;
    let figures = api.get(&format!("/scripts/{name}/figures")).await?;
    let script = with(&script, &figures);
    output.show(&script, || facts(&script))?;
    Ok(Exit::Done)
}

fn items(page: &Value) -> impl Iterator<Item = &Value> {
    page["items"].as_array().into_iter().flatten()
}

/// A script with its figures; without its source, which `pull` writes.
fn with(script: &Value, figures: &Value) -> Value {
    let mut script = script.clone();
    if let Some(fields) = script.as_object_mut() {
        fields.remove("source");
        fields.remove("draft");
        fields.insert("figures".to_owned(), json!({ "day": figures["day"], "month": figures["month"] }));
    }
    script
}

fn row(script: &Value) -> Vec<String> {
    let day = &script["figures"]["day"];
    let wall = ["p50_ms", "p95_ms", "p99_ms"].map(|it| milliseconds(&day["wall"][it]));
    let mut row = vec![
        plain(&script["name"]),
        plain(&script["trigger"]["kind"]),
        state(script).to_owned(),
        dash(&script["version"]),
        plain(&day["runs"]),
        plain(&day["failed"]),
    ];
    row.extend(wall);
    row.push(milliseconds(&day["cpu_ms"]));
    row
}

fn facts(script: &Value) -> String {
    let mut lines = vec![
        format!("name      {}", plain(&script["name"])),
        format!("title     {}", plain(&script["title"])),
        format!("starts    {}", plain(&script["trigger"]["kind"])),
        format!("state     {}", state(script)),
        format!("version   {}", dash(&script["version"])),
    ];
    lines.extend(script["stopped_by_operator"].as_str().map(|it| format!("reason    {it}")));
    for (span, name) in [("day", "24 hours"), ("month", "30 days")] {
        let of = &script["figures"][span];
        let wall = |it: &str| milliseconds(&of["wall"][it]);
        lines.push(String::new());
        lines.push(format!("{name}: {} runs, {} failed", plain(&of["runs"]), plain(&of["failed"])));
        lines.push(format!(
            "  ms on the clock   p50 {}, p95 {}, p99 {}",
            wall("p50_ms"),
            wall("p95_ms"),
            wall("p99_ms")
        ));
        lines.push(format!("  ms of computing   {}", milliseconds(&of["cpu_ms"])));
        lines.push(format!("  bytes of memory   {} at the most", plain(&of["memory_peak_bytes"])));
        lines.push(format!("  host calls        {}", plain(&of["host_calls"])));
    }
    lines.join("\n")
}

fn state(script: &Value) -> &'static str {
    match (script["stopped_by_operator"].is_string(), script["enabled"] == true, script["version"].is_null()) {
        (true, _, _) => "stopped",
        (false, _, true) => "draft",
        (false, true, false) => "on",
        (false, false, false) => "off",
    }
}

fn milliseconds(value: &Value) -> String {
    value.as_f64().map_or_else(|| "-".to_owned(), |it| format!("{it:.1}"))
}

fn dash(value: &Value) -> String {
    if value.is_null() { "-".to_owned() } else { plain(value) }
}

fn table(output: Output, heads: &[&str], rows: &[Vec<String>], none: &str) -> Result<Exit, Failure> {
    match output {
        Output::Json => {}
        Output::Human if rows.is_empty() => output.note(none),
        Output::Human => output::line(&output::table(heads, rows))?,
    }
    Ok(Exit::Done)
}
