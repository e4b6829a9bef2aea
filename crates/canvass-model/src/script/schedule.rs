//! Schedules: this file is about the moments at which a script runs by itself.

use std::fmt;

use cronexpr::{Crontab, MakeTimestamp};

use crate::time::Timestamp;

/// When a script runs by itself. Written in JSON as `{"every_minutes": 15}` or
/// `{"cron": "0 8 * * 1", "time_zone": "Europe/Vienna"}`.
#[derive(Debug, Clone, PartialEq)]
pub enum Schedule {
    /// Every so many minutes, counted from when it was set.
    Every {
        /// How many; 1 to [`Schedule::MINUTES_MAX`].
        minutes: u32,
    },
    /// At the times that a cron expression of five fields (minute, hour, day, month, weekday) names in a time zone.
    Cron(Cron),
}

/// A cron expression in a time zone; exists only when both are understood and there is a next time.
#[derive(Clone)]
pub struct Cron {
    expression: String,
    time_zone: String,
    times: Box<Crontab>,
}

/// Why a schedule was refused, worded for the person at the form.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum InvalidSchedule {
    /// Outside the bounds.
    #[error("Choose 1 to {} minutes; for rarer runs use a cron expression", Schedule::MINUTES_MAX)]
    Minutes,
    /// Not five fields of a cron expression.
    #[error(
        "Use a cron expression of five fields: minute, hour, day, month and weekday, like 0 8 * * 1 for Mondays at 8"
    )]
    Expression,
    /// Not a name of the time zone database.
    #[error("Use the name of a time zone, like Europe/Vienna or UTC")]
    Zone,
    /// No such time comes, like on 31 February.
    #[error("This time never comes; change the day or the month")]
    Never,
}

/// A schedule as JSON.
#[derive(serde::Serialize, serde::Deserialize, schemars::JsonSchema)]
#[serde(untagged)]
#[schemars(rename = "ScriptSchedule")]
enum Document {
    /// Every so many minutes.
    Every(Every),
    /// At times.
    Cron(At),
}

/// An interval as JSON.
#[derive(serde::Serialize, serde::Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "ScriptInterval")]
struct Every {
    /// Minutes from one run to the next.
    every_minutes: u32,
}

/// Times as JSON.
#[derive(serde::Serialize, serde::Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "ScriptTimes")]
struct At {
    /// A cron expression of five fields.
    cron: String,
    /// The name of a time zone; UTC when it is left out.
    #[serde(default = "utc")]
    time_zone: String,
}

impl Schedule {
    /// A month; whoever wants a script more rarely names the day.
    pub const MINUTES_MAX: u32 = 31 * 24 * 60;

    /// Every so many minutes.
    pub fn every(minutes: u32) -> Result<Self, InvalidSchedule> {
        if (1..=Self::MINUTES_MAX).contains(&minutes) {
            Ok(Self::Every { minutes })
        } else {
            Err(InvalidSchedule::Minutes)
        }
    }

    /// At the times of a cron expression in a time zone.
    pub fn cron(expression: &str, time_zone: &str) -> Result<Self, InvalidSchedule> {
        let fields: Vec<&str> = expression.split_ascii_whitespace().collect();
        let good = fields.len() == 5 && expression.len() <= CRON_BYTES_MAX;
        if !good || fields.iter().any(|it| it.contains('H') || it.contains('h')) {
            return Err(InvalidSchedule::Expression);
        }
        let zone = time_zone.trim();
        let is_name = |it: char| it.is_ascii_alphanumeric() || matches!(it, '/' | '_' | '-' | '+');
        if zone.is_empty() || !zone.starts_with(|it: char| it.is_ascii_alphabetic()) || !zone.chars().all(is_name) {
            return Err(InvalidSchedule::Zone);
        }
        let expression = fields.join(" ");
        // Each is tried without the other, so that the person hears which one is not understood.
        cronexpr::parse_crontab(&format!("* * * * * {zone}")).map_err(|_| InvalidSchedule::Zone)?;
        let times =
            cronexpr::parse_crontab(&format!("{expression} {zone}")).map_err(|_| InvalidSchedule::Expression)?;
        let cron = Cron { expression, time_zone: zone.to_owned(), times: Box::new(times) };
        cron.next(Timestamp(0)).ok_or(InvalidSchedule::Never)?;
        Ok(Self::Cron(cron))
    }

    /// The first moment of it after `now`; `since` is when an interval began to be counted. `None` when none comes.
    pub fn next(&self, since: Timestamp, now: Timestamp) -> Option<Timestamp> {
        match self {
            Self::Every { minutes } => {
                let step = i64::from(*minutes) * Timestamp::MINUTE_MS;
                let passed = now.ms_since(since).max(0) / step;
                Some(since.plus_ms((passed + 1) * step))
            }
            Self::Cron(cron) => cron.next(now),
        }
    }
}

impl Cron {
    /// The five fields.
    pub fn expression(&self) -> &str {
        &self.expression
    }

    /// The name of the time zone.
    pub fn time_zone(&self) -> &str {
        &self.time_zone
    }

    fn next(&self, now: Timestamp) -> Option<Timestamp> {
        let next = self.times.find_next(MakeTimestamp::from_millisecond(now.0).ok()?).ok()?;
        Some(Timestamp(next.timestamp().as_millisecond()))
    }
}

impl PartialEq for Cron {
    fn eq(&self, other: &Self) -> bool {
        self.expression == other.expression && self.time_zone == other.time_zone
    }
}

impl fmt::Debug for Cron {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Cron({} {})", self.expression, self.time_zone)
    }
}

impl serde::Serialize for Schedule {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Every { minutes } => Document::Every(Every { every_minutes: *minutes }),
            Self::Cron(it) => Document::Cron(At { cron: it.expression.clone(), time_zone: it.time_zone.clone() }),
        }
        .serialize(serializer)
    }
}

impl<'de> serde::Deserialize<'de> for Schedule {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        match Document::deserialize(deserializer)? {
            Document::Every(it) => Self::every(it.every_minutes),
            Document::Cron(it) => Self::cron(&it.cron, &it.time_zone),
        }
        .map_err(serde::de::Error::custom)
    }
}

impl schemars::JsonSchema for Schedule {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        Document::schema_name()
    }
    fn json_schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
        Document::json_schema(generator)
    }
}

fn utc() -> String {
    "UTC".to_owned()
}

/// Longer than any expression a person writes.
const CRON_BYTES_MAX: usize = 200;
