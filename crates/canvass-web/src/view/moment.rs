//! Moments as people read them: this file is about times in UTC in words; script turns them into the reader's zone.

use canvass_model::time::Timestamp;

/// A day: `2 September 2026`.
pub(crate) fn day(at: Timestamp) -> String {
    let utc = at.to_utc();
    format!("{} {} {}", utc.day(), utc.month(), utc.year())
}

/// A minute: `2 September 2026, 14:06 UTC`.
pub(crate) fn minute(at: Timestamp) -> String {
    let utc = at.to_utc();
    format!("{}, {:02}:{:02} UTC", day(at), utc.hour(), utc.minute())
}

/// A second: `2 September 2026, 14:06:12 UTC`.
pub(crate) fn second(at: Timestamp) -> String {
    let utc = at.to_utc();
    format!("{}, {:02}:{:02}:{:02} UTC", day(at), utc.hour(), utc.minute(), utc.second())
}

/// How long ago, roughly: `4 minutes ago`.
pub(crate) fn ago(at: Timestamp, now: Timestamp) -> String {
    let ms = now.ms_since(at).max(0);
    let (count, unit) = match ms {
        _ if ms < Timestamp::MINUTE_MS => return "just now".to_owned(),
        _ if ms < Timestamp::HOUR_MS => (ms / Timestamp::MINUTE_MS, "minute"),
        _ if ms < Timestamp::DAY_MS => (ms / Timestamp::HOUR_MS, "hour"),
        _ => (ms / Timestamp::DAY_MS, "day"),
    };
    format!("{count} {unit}{} ago", if count == 1 { "" } else { "s" })
}

/// A moment in UTC as a `datetime-local` field holds it, to the minute, or to the second where that matters.
pub(crate) fn field(at: Timestamp) -> String {
    let text = at.to_string();
    let is_whole = at.0.rem_euclid(Timestamp::MINUTE_MS) < Timestamp::SECOND_MS;
    text.get(..if is_whole { "2026-09-02T14:06" } else { "2026-09-02T14:06:30" }.len()).unwrap_or_default().to_owned()
}

/// Reads what such a field holds, as UTC.
pub(crate) fn parse_field(text: &str) -> Option<Timestamp> {
    Timestamp::parse(&format!("{text}Z")).or_else(|| Timestamp::parse(&format!("{text}:00Z")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_read_like_words() {
        let at = Timestamp::parse("2026-09-02T14:06:30Z").unwrap();
        assert_eq!(minute(at), "2 September 2026, 14:06 UTC");
        assert_eq!(ago(at, at.plus_ms(61_000)), "1 minute ago");
        assert_eq!(ago(at, at.plus_ms(3 * Timestamp::DAY_MS)), "3 days ago");
        assert_eq!(ago(at, at.plus_ms(-5)), "just now");
    }

    #[test]
    fn a_field_gives_back_the_moment_it_holds() {
        for text in ["2026-09-02T14:06", "2026-09-02T14:06:30"] {
            assert_eq!(field(parse_field(text).unwrap()), text);
        }
        for text in ["", "tomorrow", "2026-09-02", "2026-13-02T14:06", "2026-09-02T14:06+02:00"] {
            assert_eq!(parse_field(text), None, "{text}");
        }
    }
}
