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
    fn one_thing_is_no_things() {
        assert_eq!(counted(0, "response"), "0 responses");
        assert_eq!(counted(1, "response"), "1 response");
        assert_eq!(counted(1_284, "response"), "1,284 responses");
    }
}
