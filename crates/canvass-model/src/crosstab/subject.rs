//! Subjects: this file is about what an axis sorts responses by: the answers to a question, or what is known of a response
//! besides them.

use crate::{chunk::Fact, definition::QuestionId, time::Timestamp};

/// What an axis sorts by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Subject {
    /// The answers to a question.
    Question(QuestionId),
    /// A fact about each response, which all of them have.
    About(About),
}

/// A fact that responses are sorted by. Its name begins with an underscore, as no question's id does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum About {
    /// When it was received, in periods of UTC.
    Received(Period),
    /// The version it answered.
    Version,
    /// Where it came from.
    Source,
}

/// A period of the calendar.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Period {
    /// From midnight to midnight.
    Day,
    /// From Monday to Sunday.
    Week,
    /// A month.
    Month,
}

impl Subject {
    /// Its name in the API.
    pub fn name(&self) -> &str {
        match self {
            Self::Question(id) => id.as_str(),
            Self::About(about) => about.name(),
        }
    }
}

impl About {
    /// All facts, as a choice shows them.
    pub const ALL: [Self; 5] = [
        Self::Received(Period::Day),
        Self::Received(Period::Week),
        Self::Received(Period::Month),
        Self::Version,
        Self::Source,
    ];

    /// Its name in the API.
    pub fn name(self) -> &'static str {
        match self {
            Self::Received(Period::Day) => "_received_day",
            Self::Received(Period::Week) => "_received_week",
            Self::Received(Period::Month) => "_received_month",
            Self::Version => "_version",
            Self::Source => "_source",
        }
    }

    /// The fact of this name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|it| it.name() == name)
    }

    /// What people call it.
    pub fn label(self) -> &'static str {
        match self {
            Self::Received(Period::Day) => "Day received",
            Self::Received(Period::Week) => "Week received",
            Self::Received(Period::Month) => "Month received",
            Self::Version => "Version",
            Self::Source => "Where it came from",
        }
    }

    /// The column it is read from.
    pub(super) fn column(self) -> Fact {
        match self {
            Self::Received(_) => Fact::ReceivedAt,
            Self::Version => Fact::Version,
            Self::Source => Fact::Source,
        }
    }
}

impl Period {
    /// When the period of a moment began.
    pub(super) fn began(self, at: Timestamp) -> Timestamp {
        let midnight = Timestamp(at.0 - at.0.rem_euclid(Timestamp::DAY_MS));
        match self {
            Self::Day => midnight,
            Self::Week => {
                let days = i64::from(midnight.to_utc().weekday().number_days_from_monday());
                midnight.plus_ms(-days * Timestamp::DAY_MS)
            }
            Self::Month => at.month_began(),
        }
    }

    /// When the period after the one that began then begins.
    pub(super) fn after(self, began: Timestamp) -> Timestamp {
        let days = match self {
            Self::Day => 1,
            Self::Week => 7,
            // Whatever the month, 31 days after its first one is in the next.
            Self::Month => 31,
        };
        self.began(began.plus_ms(days * Timestamp::DAY_MS))
    }

    /// The id and the label of the period that began then: `2026-11-30`, or `2026-11` for a month.
    pub(super) fn words(self, began: Timestamp) -> (String, String) {
        let day = began.to_utc();
        let (year, month) = (day.year(), day.month());
        let date = format!("{year:04}-{:02}-{:02}", u8::from(month), day.day());
        let words = format!("{} {month} {year}", day.day());
        match self {
            Self::Day => (date, words),
            Self::Week => (date, format!("from {words}")),
            Self::Month => (format!("{year:04}-{:02}", u8::from(month)), format!("{month} {year}")),
        }
    }
}
