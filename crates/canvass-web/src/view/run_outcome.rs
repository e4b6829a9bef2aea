//! What a run came to, in words: this file is about its answer, its failure and what it cost, for the members of its tenant.

use canvass_model::script::{LimitKind, Limits, LogLine, Outcome, RunFailure, Usage};
use serde_json::Value;

use super::number;

/// Rows of a table that are shown.
const ROWS_MAX: usize = 200;
/// Columns of a table that are shown: a list with more is shown as JSON.
const COLUMNS_MAX: usize = 20;
/// A cell of a table is cut after so many characters.
const CELL_CHARS_MAX: usize = 500;

/// What a run came to.
pub(crate) struct RunOutcome {
    /// `good`, `warn` or `danger`.
    pub(crate) tone: &'static str,
    /// What happened, in a sentence.
    pub(crate) heading: String,
    /// What to do about it; may be empty.
    pub(crate) advice: String,
    /// The line of the program it is about.
    pub(crate) line: Option<u32>,
    /// Where the program is edited.
    pub(crate) code: String,
    pub(crate) traceback: String,
    pub(crate) answer: Answer,
    pub(crate) output: String,
    pub(crate) is_truncated: bool,
    /// Level and message of each line.
    pub(crate) log: Vec<(&'static str, String)>,
    pub(crate) costs: Vec<Cost>,
}

/// What a script answered, as it is best shown.
#[derive(Debug, PartialEq)]
pub(crate) enum Answer {
    /// It is not known: the run failed, or its answer was not kept.
    Absent,
    /// `null`.
    Nothing,
    /// A text, or JSON.
    Text(String),
    /// A list of objects.
    Table(Table),
    /// What a page would be.
    Page(PageAnswer),
}

/// A list of objects, as rows.
#[derive(Debug, PartialEq)]
pub(crate) struct Table {
    pub(crate) heads: Vec<String>,
    pub(crate) rows: Vec<Vec<String>>,
    /// Rows that are not shown.
    pub(crate) more: usize,
}

/// What a page would be.
#[derive(Debug, PartialEq)]
pub(crate) struct PageAnswer {
    pub(crate) status: u64,
    pub(crate) kind: String,
    pub(crate) body: String,
    /// Whether a browser shows it as a page or a picture.
    pub(crate) is_seen: bool,
}

/// One figure of what a run used, beside its limit.
pub(crate) struct Cost {
    pub(crate) name: &'static str,
    pub(crate) value: String,
    pub(crate) of: String,
}

/// Everything there is to show of a run.
pub(crate) struct Told<'a> {
    pub(crate) outcome: Outcome,
    pub(crate) failure: Option<&'a RunFailure>,
    pub(crate) usage: Usage,
    pub(crate) limits: Limits,
    pub(crate) output: &'a str,
    pub(crate) is_truncated: bool,
    pub(crate) log: &'a [LogLine],
}

impl RunOutcome {
    /// A run in words; `code` is where its program is edited.
    pub(crate) fn new(told: &Told<'_>, answer: Answer, code: String) -> Self {
        let (tone, heading, advice) = words(told);
        Self {
            tone,
            heading,
            advice,
            line: told.failure.and_then(|it| it.line),
            code,
            traceback: told.failure.map(|it| it.traceback.clone()).unwrap_or_default(),
            answer,
            output: told.output.to_owned(),
            is_truncated: told.is_truncated,
            log: told.log.iter().map(|it| (it.level.as_str(), it.message.clone())).collect(),
            costs: costs(&told.usage, &told.limits),
        }
    }
}

impl Answer {
    /// An answer as it is best shown; `is_page` says that a page would be served from it.
    pub(crate) fn of(value: &Value, is_page: bool) -> Self {
        if is_page && let Some(page) = page(value) {
            return Self::Page(page);
        }
        match value {
            Value::Null => Self::Nothing,
            Value::String(text) => Self::Text(text.clone()),
            Value::Array(items) => table(items).map_or_else(|| Self::Text(pretty(value)), Self::Table),
            Value::Object(_) | Value::Bool(_) | Value::Number(_) => Self::Text(pretty(value)),
        }
    }
}

/// A value as people read JSON.
pub(crate) fn pretty(value: &Value) -> String {
    serde_json::to_string_pretty(value).unwrap_or_default()
}

/// How an outcome is called, and how it is coloured.
pub(crate) fn badge(outcome: Outcome) -> (&'static str, &'static str) {
    match outcome {
        Outcome::Done => ("Done", "good"),
        Outcome::Exception => ("Failed", "danger"),
        Outcome::Limit(_) => ("Limit", "danger"),
        Outcome::Refused => ("Refused", "danger"),
        Outcome::Crowded => ("Too many", "warn"),
        Outcome::Spent => ("Used up", "warn"),
        Outcome::Off => ("Off", "warn"),
        Outcome::Unavailable => ("Not run", "warn"),
    }
}

/// What one run may use, as a list of names and amounts.
pub(crate) fn allowance(limits: &Limits) -> Vec<(&'static str, String)> {
    vec![
        ("Computing", format!("{} million instructions", number::grouped(limits.fuel_max / 1_000_000))),
        ("On the clock", milliseconds(limits.wall_ms_max)),
        ("Memory", mebibytes(limits.memory_bytes_max)),
        ("Host calls", number::grouped(u64::from(limits.host_calls_max))),
        ("Printed", number::bytes(limits.output_bytes_max)),
        ("Its answer", number::bytes(limits.result_bytes_max)),
    ]
}

fn words(told: &Told<'_>) -> (&'static str, String, String) {
    let failure = told.failure;
    let message = failure.map(|it| format!("{}: {}", it.kind, it.message)).unwrap_or_default();
    match told.outcome {
        Outcome::Done => ("good", format!("Done in {}", number::milliseconds(told.usage.wall_us)), String::new()),
        Outcome::Exception => ("danger", message, String::new()),
        Outcome::Limit(kind) => ("danger", excess(kind, &told.limits), advice(kind).to_owned()),
        Outcome::Refused => {
            let why = failure.map(|it| it.message.clone()).unwrap_or_default();
            ("danger", "What it answered or wanted to store is not allowed".to_owned(), why)
        }
        Outcome::Crowded => {
            let advice = "Wait until some have ended, and try it again.".to_owned();
            ("warn", "Too many scripts of your organisation run at once".to_owned(), advice)
        }
        Outcome::Spent => {
            let advice = "Runs begin again with the next hour. Until then hooks wait, and lose nothing.".to_owned();
            ("warn", "Your scripts have done the work of this hour".to_owned(), advice)
        }
        Outcome::Off => {
            let advice = "Ask the operator of this installation.".to_owned();
            ("warn", "Scripts are switched off on this installation".to_owned(), advice)
        }
        Outcome::Unavailable => {
            let advice = "Try it again in a minute; if it stays so, ask the operator of this installation.".to_owned();
            ("warn", "Scripts cannot be run just now".to_owned(), advice)
        }
    }
}

fn excess(kind: LimitKind, limits: &Limits) -> String {
    match kind {
        LimitKind::Cpu => {
            format!("It computed for more than {} million instructions", number::grouped(limits.fuel_max / 1_000_000))
        }
        LimitKind::Wall => format!("It took longer than {}", milliseconds(limits.wall_ms_max)),
        LimitKind::Memory => format!("It needed more than {} of memory", mebibytes(limits.memory_bytes_max)),
        LimitKind::Stack => "It nested calls deeper than Python can".to_owned(),
        LimitKind::HostCalls => {
            format!("It called Canvass more than {} times", number::grouped(u64::from(limits.host_calls_max)))
        }
        LimitKind::HostBytes => "It gave Canvass, or asked of it, more at once than one call carries".to_owned(),
        LimitKind::Result => format!("Its answer is longer than {}", number::bytes(limits.result_bytes_max)),
        LimitKind::Argument => {
            format!("It was to be given more than {}", number::bytes(limits.result_bytes_max))
        }
    }
}

fn advice(kind: LimitKind) -> &'static str {
    match kind {
        LimitKind::Cpu | LimitKind::Wall => {
            "Look for a loop that does not end, or move the work to a script that runs by the clock."
        }
        LimitKind::Memory => "Go through responses one by one with responses.iterate instead of keeping them all.",
        LimitKind::Stack => "Look for a function that calls itself without an end, or data nested too deeply.",
        LimitKind::HostCalls => "Ask for many things at once: iterate, annotate_many and store.list do.",
        LimitKind::HostBytes | LimitKind::Result | LimitKind::Argument => "Do it in parts.",
    }
}

fn costs(usage: &Usage, limits: &Limits) -> Vec<Cost> {
    if *usage == Usage::default() {
        return Vec::new();
    }
    let share = |used: u64, max: u64| format!("{} %", (used.saturating_mul(100)).div_ceil(max.max(1)));
    vec![
        Cost {
            name: "Computing",
            value: format!("{} ({})", number::milliseconds(usage.cpu_us), share(usage.fuel, limits.fuel_max)),
            of: String::new(),
        },
        Cost { name: "Clock", value: number::milliseconds(usage.wall_us), of: milliseconds(limits.wall_ms_max) },
        Cost { name: "Memory", value: mebibytes(usage.memory_peak_bytes), of: mebibytes(limits.memory_bytes_max) },
        Cost {
            name: "Host calls",
            value: number::grouped(u64::from(usage.host_calls)),
            of: number::grouped(u64::from(limits.host_calls_max)),
        },
    ]
}

fn milliseconds(ms: u64) -> String {
    if ms.is_multiple_of(1_000) { format!("{} s", ms / 1_000) } else { format!("{ms} ms") }
}

fn mebibytes(bytes: u64) -> String {
    format!("{} MiB", bytes.div_ceil(1024 * 1024))
}

/// The wire form of what a page answers.
fn page(value: &Value) -> Option<PageAnswer> {
    let kind = value.get("type")?.as_str()?.to_owned();
    Some(PageAnswer {
        status: value.get("status")?.as_u64()?,
        body: value.get("body")?.as_str()?.to_owned(),
        is_seen: matches!(kind.as_str(), "text/html" | "image/svg+xml"),
        kind,
    })
}

/// A list of objects with few keys; nothing else is a table.
fn table(items: &[Value]) -> Option<Table> {
    let mut heads: Vec<String> = Vec::new();
    for item in items {
        for key in item.as_object()?.keys() {
            if !heads.contains(key) {
                heads.push(key.clone());
            }
        }
        if COLUMNS_MAX < heads.len() {
            return None;
        }
    }
    let cell = |row: &Value, head: &String| match row.get(head) {
        None | Some(Value::Null) => String::new(),
        Some(Value::String(text)) => text.chars().take(CELL_CHARS_MAX).collect(),
        Some(other) => other.to_string().chars().take(CELL_CHARS_MAX).collect(),
    };
    let rows = items.iter().take(ROWS_MAX).map(|row| heads.iter().map(|head| cell(row, head)).collect()).collect();
    (!heads.is_empty()).then(|| Table { rows, more: items.len().saturating_sub(ROWS_MAX), heads })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_list_of_objects_is_a_table() {
        let answer =
            Answer::of(&json!([{ "survey": "Lunch", "responses": 3 }, { "survey": "Tea", "new": null }]), false);
        let Answer::Table(table) = answer else { panic!("no table: {answer:?}") };
        assert_eq!(table.heads, ["survey", "responses", "new"]);
        assert_eq!(table.rows, [["Lunch", "3", ""], ["Tea", "", ""]]);
    }

    #[test]
    fn other_answers_are_read_as_they_are() {
        assert_eq!(Answer::of(&json!(null), false), Answer::Nothing);
        assert_eq!(Answer::of(&json!("a\nb"), false), Answer::Text("a\nb".to_owned()));
        assert_eq!(Answer::of(&json!([1, 2]), false), Answer::Text("[\n  1,\n  2\n]".to_owned()));
        assert_eq!(Answer::of(&json!([]), false), Answer::Text("[]".to_owned()));
    }

    #[test]
    fn a_page_is_seen_when_a_browser_would_show_it() {
        let wire = |kind: &str| json!({ "status": 200, "type": kind, "headers": {}, "body": "<p>" });
        let is_seen = |kind| match Answer::of(&wire(kind), true) {
            Answer::Page(page) => page.is_seen,
            other => panic!("no page: {other:?}"),
        };
        assert!(is_seen("text/html") && is_seen("image/svg+xml"));
        assert!(!is_seen("text/csv"));
        assert!(matches!(Answer::of(&wire("text/html"), false), Answer::Text(_)), "a run by hand may answer anything");
    }

    #[test]
    fn every_limit_says_what_was_too_much_and_what_to_do() {
        for kind in LimitKind::ALL {
            assert!(!excess(kind, &Limits::DEFAULT).is_empty() && advice(kind).ends_with('.'), "{kind:?}");
        }
        assert_eq!(excess(LimitKind::Wall, &Limits::VALIDATE), "It took longer than 50 ms");
        assert_eq!(excess(LimitKind::Memory, &Limits::DEFAULT), "It needed more than 64 MiB of memory");
    }
}
