//! Periods: this file is about the four times that the traffic page can show, and what one column of it stands for.

use canvass_model::{time::Timestamp, traffic::Span};
use canvass_storage::traffic::Range;

use crate::view::moment;

/// A time that ends now.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, serde::Deserialize)]
pub(super) enum Period {
    /// By the hour.
    #[serde(rename = "24h")]
    Day,
    /// By six hours.
    #[default]
    #[serde(rename = "7d")]
    Week,
    /// By the day.
    #[serde(rename = "30d")]
    Month,
    /// By the week.
    #[serde(rename = "12m")]
    Year,
}

impl Period {
    /// All periods, the shortest first.
    pub(super) const ALL: [Self; 4] = [Self::Day, Self::Week, Self::Month, Self::Year];

    /// Its name in addresses.
    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::Day => "24h",
            Self::Week => "7d",
            Self::Month => "30d",
            Self::Year => "12m",
        }
    }

    /// What it is called.
    pub(super) fn words(self) -> &'static str {
        match self {
            Self::Day => "24 hours",
            Self::Week => "7 days",
            Self::Month => "30 days",
            Self::Year => "12 months",
        }
    }

    /// From when to when it is at `now`: whole hours or days, so that its columns are equal.
    pub(super) fn range(self, now: Timestamp) -> Range {
        let (span, aligned, spans) = match self {
            Self::Day => (Span::Hour, Span::Hour, 24),
            Self::Week => (Span::Hour, Span::Day, 7 * 24),
            Self::Month => (Span::Day, Span::Day, 30),
            Self::Year => (Span::Day, Span::Day, 52 * 7),
        };
        let to = aligned.begin(now).plus_ms(aligned.ms());
        Range { span, from: to.plus_ms(-spans * span.ms()), to }
    }

    /// How many hours or days make one column.
    pub(super) fn spans_a_column(self) -> usize {
        match self {
            Self::Day | Self::Month => 1,
            Self::Week => 6,
            Self::Year => 7,
        }
    }

    /// What one column stands for.
    pub(super) fn column(self) -> &'static str {
        match self {
            Self::Day => "hour",
            Self::Week => "six hours",
            Self::Month => "day",
            Self::Year => "week",
        }
    }

    /// What stands below the first and the last column: as little as tells where they are.
    pub(super) fn edge(self, at: Timestamp) -> String {
        let utc = at.to_utc();
        match self {
            Self::Day => format!("{:02}:{:02} UTC", utc.hour(), utc.minute()),
            Self::Week | Self::Month => format!("{} {}", utc.day(), utc.month()),
            Self::Year => moment::day(at),
        }
    }

    /// What the column is called that begins at `at`.
    pub(super) fn label(self, at: Timestamp) -> String {
        match self {
            Self::Day | Self::Week => moment::minute(at),
            Self::Month => moment::day(at),
            Self::Year => format!("week from {}", moment::day(at)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_period_ends_after_now_and_has_whole_columns() {
        let now = Timestamp::parse("2026-11-21T14:06:00Z").unwrap();
        for period in Period::ALL {
            let range = period.range(now);
            assert!(range.from < now && now < range.to, "{period:?}");
            let spans = range.to.ms_since(range.from) / range.span.ms();
            assert_eq!(usize::try_from(spans).unwrap() % period.spans_a_column(), 0, "{period:?}");
        }
        assert_eq!(Period::Day.range(now).from.to_string(), "2026-11-20T15:00:00.000Z");
        assert_eq!(Period::Week.range(now).from.to_string(), "2026-11-15T00:00:00.000Z");
    }
}
