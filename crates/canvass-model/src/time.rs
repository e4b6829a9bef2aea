//! Moments: this file is about points in time, counted in milliseconds.

use std::fmt;

use time::{OffsetDateTime, format_description::well_known::Rfc3339};

/// Milliseconds since the Unix epoch. Written in JSON as RFC 3339 in UTC with milliseconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(pub i64);

impl Timestamp {
    /// One second, in the unit of a timestamp.
    pub const SECOND_MS: i64 = 1_000;
    /// One minute, in the unit of a timestamp.
    pub const MINUTE_MS: i64 = 60 * Self::SECOND_MS;
    /// One hour, in the unit of a timestamp.
    pub const HOUR_MS: i64 = 60 * Self::MINUTE_MS;
    /// One day, in the unit of a timestamp.
    pub const DAY_MS: i64 = 24 * Self::HOUR_MS;

    /// This moment and `ms` milliseconds; stays at the end of time rather than overflow.
    #[must_use]
    pub fn plus_ms(self, ms: i64) -> Self {
        Self(self.0.saturating_add(ms))
    }

    /// Milliseconds from `earlier` to this moment; negative when `earlier` is later.
    pub fn ms_since(self, earlier: Self) -> i64 {
        self.0.saturating_sub(earlier.0)
    }

    /// The first moment of this moment's calendar month in UTC.
    #[must_use]
    pub fn month_began(self) -> Self {
        let day = self.to_utc();
        let days = i64::from(day.day()) - 1;
        let midnight = self.0 - self.0.rem_euclid(Self::DAY_MS);
        Self(midnight - days * Self::DAY_MS)
    }

    /// Reads an RFC 3339 time.
    pub fn parse(text: &str) -> Option<Self> {
        let moment = OffsetDateTime::parse(text, &Rfc3339).ok()?;
        i64::try_from(moment.unix_timestamp_nanos() / 1_000_000).ok().map(Self)
    }

    /// The calendar moment in UTC; the epoch when it lies outside the years -9999 to 9999.
    pub fn to_utc(self) -> OffsetDateTime {
        OffsetDateTime::from_unix_timestamp_nanos(i128::from(self.0) * 1_000_000).unwrap_or(OffsetDateTime::UNIX_EPOCH)
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let utc = self.to_utc();
        write!(
            f,
            "{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:03}Z",
            utc.year(),
            u8::from(utc.month()),
            utc.day(),
            utc.hour(),
            utc.minute(),
            utc.second(),
            utc.millisecond()
        )
    }
}

impl serde::Serialize for Timestamp {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> serde::Deserialize<'de> for Timestamp {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = <std::borrow::Cow<'de, str>>::deserialize(deserializer)?;
        Self::parse(&text).ok_or_else(|| serde::de::Error::custom("not an RFC 3339 time"))
    }
}

impl schemars::JsonSchema for Timestamp {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Timestamp".into()
    }
    fn inline_schema() -> bool {
        true
    }
    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({ "type": "string", "format": "date-time" })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moment_survives_its_text() {
        let moment = Timestamp(1_795_203_453_017);
        assert_eq!(Timestamp::parse(&moment.to_string()), Some(moment));
    }

    #[test]
    fn a_month_begins_on_its_first_day() {
        let moment = Timestamp::parse("2026-02-28T23:59:59Z").unwrap();
        assert_eq!(moment.month_began().to_string(), "2026-02-01T00:00:00.000Z");
        assert_eq!(moment.month_began().month_began(), moment.month_began());
    }

    #[test]
    fn a_zone_is_understood() {
        assert_eq!(Timestamp::parse("2026-11-21T12:00:00+02:00"), Timestamp::parse("2026-11-21T10:00:00Z"));
    }
}
