//! Parts of a file: this file is about reading `Range` (RFC 9110, section 14), one range at a time.

/// Which bytes a request wants.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Range {
    /// All of them.
    Whole,
    /// These, both included.
    Part { first: u64, last: u64 },
    /// Some that are not there.
    Unsatisfiable,
}

impl Range {
    /// Reads a `Range` of something that has `total` bytes. What is no range of bytes, or several, asks for all of them,
    /// as it may.
    pub(super) fn parse(text: &[u8], total: u64) -> Self {
        let text = str::from_utf8(text).unwrap_or_default().trim();
        let Some((first, last)) = text.strip_prefix("bytes=").and_then(|it| it.trim().split_once('-')) else {
            return Self::Whole;
        };
        match (number(first), number(last)) {
            (Some(first), Some(last)) if first <= last => Self::of(first, last, total),
            (Some(first), None) if last.is_empty() => Self::of(first, u64::MAX, total),
            (None, Some(0)) if first.is_empty() => Self::Unsatisfiable,
            (None, Some(count)) if first.is_empty() => Self::of(total.saturating_sub(count), u64::MAX, total),
            _ => Self::Whole,
        }
    }

    /// What `Content-Range` says of it, if anything.
    pub(super) fn content_range(self, total: u64) -> Option<String> {
        match self {
            Self::Whole => None,
            Self::Part { first, last } => Some(format!("bytes {first}-{last}/{total}")),
            Self::Unsatisfiable => Some(format!("bytes */{total}")),
        }
    }

    fn of(first: u64, last: u64, total: u64) -> Self {
        if total <= first {
            return Self::Unsatisfiable;
        }
        Self::Part { first, last: last.min(total - 1) }
    }
}

/// Digits and nothing else, as the grammar has it.
fn number(text: &str) -> Option<u64> {
    (!text.is_empty() && text.bytes().all(|it| it.is_ascii_digit())).then(|| text.parse().ok())?
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_range_is_read_as_the_standard_says() {
        let part = |first, last| Range::Part { first, last };
        for (text, range) in [
            ("bytes=0-0", part(0, 0)),
            ("bytes=0-", part(0, 99)),
            ("bytes=10-19", part(10, 19)),
            ("bytes=90-1000", part(90, 99)),
            ("bytes=-5", part(95, 99)),
            ("bytes=-1000", part(0, 99)),
            ("bytes=100-", Range::Unsatisfiable),
            ("bytes=100-200", Range::Unsatisfiable),
            ("bytes=-0", Range::Unsatisfiable),
            ("bytes=5-4", Range::Whole),
            ("bytes=-", Range::Whole),
            ("bytes=0-1,5-6", Range::Whole),
            ("bytes=+1-2", Range::Whole),
            ("bytes=99999999999999999999-", Range::Whole),
            ("items=0-1", Range::Whole),
            ("", Range::Whole),
        ] {
            assert_eq!(Range::parse(text.as_bytes(), 100), range, "{text}");
        }
        assert_eq!(part(0, 9).content_range(100).unwrap(), "bytes 0-9/100");
        assert_eq!(Range::Unsatisfiable.content_range(100).unwrap(), "bytes */100");
    }
}
