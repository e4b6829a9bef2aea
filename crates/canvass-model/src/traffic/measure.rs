//! Measures of traffic: this file is about what is counted, by what, and over which spans.

use std::ops::AddAssign;

use crate::time::Timestamp;

/// What requests are counted by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Facet {
    /// All of them together.
    All,
    /// The page they were for.
    Page,
    /// The site that led to them.
    Source,
    /// The kind of program that asked.
    Agent,
    /// The status they were answered with.
    Status,
}

/// Over which time a count runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Span {
    /// An hour.
    Hour,
    /// A day in UTC.
    Day,
}

/// Counts over some requests.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Tally {
    /// Requests answered.
    pub requests: u64,
    /// Pages that people were shown.
    pub views: u64,
    /// Responses received, by form and API.
    pub responses: u64,
    /// Bytes sent.
    pub bytes: u64,
    /// Microseconds until the heads of all answers were ready, added up.
    pub micros: u64,
}

impl Facet {
    /// All facets.
    pub const ALL: [Self; 5] = [Self::All, Self::Page, Self::Source, Self::Agent, Self::Status];

    /// Its stored name.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::All => "all",
            Self::Page => "page",
            Self::Source => "source",
            Self::Agent => "agent",
            Self::Status => "status",
        }
    }

    /// Reads its name.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|it| it.as_str() == text)
    }
}

impl Span {
    /// Both spans.
    pub const ALL: [Self; 2] = [Self::Hour, Self::Day];

    /// Its stored name.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Hour => "hour",
            Self::Day => "day",
        }
    }

    /// How long it is.
    pub fn ms(self) -> i64 {
        match self {
            Self::Hour => Timestamp::HOUR_MS,
            Self::Day => Timestamp::DAY_MS,
        }
    }

    /// When the span that `at` lies in began, in UTC.
    #[must_use]
    pub fn begin(self, at: Timestamp) -> Timestamp {
        Timestamp(at.0 - at.0.rem_euclid(self.ms()))
    }
}

impl Tally {
    /// The mean time until the head of an answer was ready, in microseconds; 0 without requests.
    pub fn mean_micros(&self) -> u64 {
        self.micros.checked_div(self.requests).unwrap_or_default()
    }
}

impl AddAssign for Tally {
    fn add_assign(&mut self, other: Self) {
        self.requests += other.requests;
        self.views += other.views;
        self.responses += other.responses;
        self.bytes = self.bytes.saturating_add(other.bytes);
        self.micros = self.micros.saturating_add(other.micros);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_span_begins_at_its_full_hour_or_at_midnight() {
        let at = Timestamp::parse("2026-11-21T14:06:30Z").unwrap();
        assert_eq!(Span::Hour.begin(at).to_string(), "2026-11-21T14:00:00.000Z");
        assert_eq!(Span::Day.begin(at).to_string(), "2026-11-21T00:00:00.000Z");
        assert_eq!(Span::Day.begin(Timestamp(-1)), Timestamp(-Timestamp::DAY_MS));
    }

    #[test]
    fn names_are_read_back() {
        for facet in Facet::ALL {
            assert_eq!(Facet::parse(facet.as_str()), Some(facet));
        }
    }
}
