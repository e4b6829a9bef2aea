//! What became of the requests of a load: this file is about counting them and telling how long they took.

use std::{collections::BTreeMap, time::Duration};

use hdrhistogram::Histogram;
use serde_json::{Value, json};

/// What a respondent does, step by step.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Step {
    /// Opens the survey.
    Open,
    /// Sends a section and gets the next one.
    Section,
    /// Sends the last section: the response is durable when this is answered.
    Send,
    /// Reads the page behind it.
    Thanks,
}

/// Everything that happened.
#[derive(Debug, Default)]
pub(crate) struct Record {
    steps: BTreeMap<Step, Times>,
    /// Respondents that came.
    pub(super) came: u64,
    /// Responses that were acknowledged.
    pub(super) acknowledged: u64,
    /// What went wrong, in words, and how often.
    pub(super) errors: BTreeMap<String, u64>,
}

/// How long the requests of one step took.
#[derive(Debug)]
struct Times(Histogram<u64>);

/// Digits of a time that are kept.
const DIGITS: u8 = 3;
/// Kinds of errors that are told apart; the others are counted together.
const ERRORS_MAX: usize = 20;

impl Step {
    fn as_str(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Section => "section",
            Self::Send => "send",
            Self::Thanks => "thanks",
        }
    }
}

impl Record {
    /// Notes a request that was answered. `took` counts from when it was due.
    pub(super) fn note(&mut self, step: Step, took: Duration) {
        let micros = u64::try_from(took.as_micros()).unwrap_or(u64::MAX);
        // A histogram that grows by itself refuses nothing.
        let _ = self.steps.entry(step).or_insert_with(Times::new).0.record(micros);
    }

    /// Notes what went wrong for a respondent, who leaves.
    pub(super) fn note_error(&mut self, what: String) {
        let known = self.errors.contains_key(&what) || self.errors.len() < ERRORS_MAX;
        *self.errors.entry(if known { what } else { "something else".to_owned() }).or_default() += 1;
    }

    /// Whether somebody came, and everybody got through.
    pub(crate) fn is_flawless(&self) -> bool {
        0 < self.acknowledged && self.errors.is_empty()
    }

    /// Requests that were answered.
    pub(super) fn answered(&self) -> u64 {
        self.steps.values().map(|it| it.0.len()).sum()
    }

    /// As JSON; times are milliseconds.
    pub(crate) fn to_json(&self, elapsed: Duration) -> Value {
        let steps: serde_json::Map<String, Value> =
            self.steps.iter().map(|(step, times)| (step.as_str().to_owned(), times.to_json())).collect();
        json!({
            "seconds": elapsed.as_secs_f64(),
            "respondents": self.came,
            "acknowledged": self.acknowledged,
            "requests": self.answered(),
            "errors": self.errors,
            "steps": steps,
        })
    }

    /// In words, a table of the steps among them.
    pub(crate) fn sentences(&self, elapsed: Duration) -> String {
        let seconds = elapsed.as_secs_f64().max(f64::MIN_POSITIVE);
        let mut lines = vec![format!(
            "{} respondents in {seconds:.1} s; {} responses acknowledged, {} a second; {} requests.",
            self.came,
            self.acknowledged,
            per(self.acknowledged, seconds),
            self.answered()
        )];
        if !self.steps.is_empty() {
            lines.push(format!(
                "\n{:<8} {:>9} {:>9} {:>9} {:>9} {:>9} {:>9}   milliseconds",
                "", "requests", "p50", "p90", "p99", "p99.9", "max"
            ));
        }
        for (step, Times(times)) in &self.steps {
            let [p50, p90, p99, p999] = QUANTILES.map(|(_, at)| ms(times.value_at_quantile(at)));
            let (name, count, max) = (step.as_str(), times.len(), ms(times.max()));
            lines.push(format!("{name:<8} {count:>9} {p50:>9.2} {p90:>9.2} {p99:>9.2} {p999:>9.2} {max:>9.2}"));
        }
        if !self.errors.is_empty() {
            lines.push("\nWhat went wrong:".to_owned());
            lines.extend(self.errors.iter().map(|(what, count)| format!("{count:>8} × {what}")));
        }
        lines.join("\n")
    }
}

/// The quantiles that are told.
const QUANTILES: [(&str, f64); 4] = [("p50", 0.5), ("p90", 0.9), ("p99", 0.99), ("p99.9", 0.999)];

impl Times {
    fn new() -> Self {
        Self(
            Histogram::<u64>::new(DIGITS)
                .unwrap_or_else(|_| unreachable!("a histogram of {DIGITS} digits can be made")),
        )
    }

    fn to_json(&self) -> Value {
        let mut json = json!({ "requests": self.0.len(), "mean_ms": self.0.mean() / 1e3, "max_ms": ms(self.0.max()) });
        for (name, at) in QUANTILES {
            json[format!("{name}_ms")] = json!(ms(self.0.value_at_quantile(at)));
        }
        json
    }
}

fn ms(micros: u64) -> f64 {
    Duration::from_micros(micros).as_secs_f64() * 1e3
}

fn per(count: u64, seconds: f64) -> String {
    let rate = f64::from(u32::try_from(count).unwrap_or(u32::MAX)) / seconds;
    if rate < 10.0 { format!("{rate:.1}") } else { format!("{rate:.0}") }
}
