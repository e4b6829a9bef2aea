//! Numbers as people read them: this file is about grouping digits and writing shares.

/// `12345` as `12,345`.
pub(crate) fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut out = String::with_capacity(digits.len() + digits.len() / 3);
    for (place, digit) in digits.chars().enumerate() {
        if 0 < place && (digits.len() - place).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// A share in whole percent, rounded; 0 of nothing.
pub(crate) fn percent(count: u64, whole: u64) -> u64 {
    if whole == 0 { 0 } else { (count.saturating_mul(200) + whole) / (whole * 2) }
}

/// A number with at most so many decimals, without those that are zero.
pub(crate) fn decimal(number: f64, decimals: usize) -> String {
    let text = format!("{number:.decimals$}");
    let text = if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.') } else { &text };
    if text == "-0" { "0".to_owned() } else { text.to_owned() }
}

/// An amount of data in its largest whole unit: `812 bytes`, `1.4 MB`.
pub(crate) fn bytes(number: u64) -> String {
    #[expect(clippy::cast_precision_loss, reason = "shown with one decimal")]
    let in_units = |unit: u64| decimal(number as f64 / unit as f64, 1);
    match number {
        0..1_000 => counted(number, "byte"),
        1_000..1_000_000 => format!("{} kB", in_units(1_000)),
        1_000_000..1_000_000_000 => format!("{} MB", in_units(1_000_000)),
        _ => format!("{} GB", in_units(1_000_000_000)),
    }
}

/// Microseconds as people read them: `0.4 ms`, `12 ms`.
pub(crate) fn milliseconds(micros: u64) -> String {
    #[expect(clippy::cast_precision_loss, reason = "shown with one decimal")]
    let ms = micros as f64 / 1_000.0;
    format!("{} ms", decimal(ms, usize::from(ms < 10.0)))
}

/// `1 response`, `2 responses`, `12,345 responses`.
pub(crate) fn counted(number: u64, thing: &str) -> String {
    format!("{} {thing}{}", grouped(number), if number == 1 { "" } else { "s" })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_are_rounded() {
        assert_eq!(percent(1, 3), 33);
        assert_eq!(percent(2, 3), 67);
        assert_eq!(percent(1, 2), 50);
        assert_eq!(percent(5, 0), 0);
    }

    #[test]
    fn decimals_that_say_nothing_are_left_out() {
        assert_eq!(decimal(28.782_142, 2), "28.78");
        assert_eq!(decimal(3.0, 2), "3");
        assert_eq!(decimal(100.0, 0), "100");
        assert_eq!(decimal(-0.001, 1), "0");
    }

    #[test]
    fn digits_stand_in_threes() {
        assert_eq!(grouped(0), "0");
        assert_eq!(grouped(999), "999");
        assert_eq!(grouped(1_000), "1,000");
        assert_eq!(grouped(10_000_000), "10,000,000");
    }

    #[test]
    fn amounts_have_units() {
        assert_eq!(bytes(1), "1 byte");
        assert_eq!(bytes(999), "999 bytes");
        assert_eq!(bytes(1_400_000), "1.4 MB");
        assert_eq!(bytes(25_000_000_000), "25 GB");
        assert_eq!(milliseconds(412), "0.4 ms");
        assert_eq!(milliseconds(12_400), "12 ms");
    }

    #[test]
    fn one_thing_is_no_things() {
        assert_eq!(counted(0, "response"), "0 responses");
        assert_eq!(counted(1, "response"), "1 response");
        assert_eq!(counted(1_284, "response"), "1,284 responses");
    }
}
