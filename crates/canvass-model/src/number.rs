//! Numbers: this file is about moving between whole numbers, floats and JSON without losing a digit.

use serde_json::Value;

/// The largest number Canvass asks for or takes, in size: 2^53. Beyond it floats, and with them JSON readers, spreadsheets
/// and browsers, skip whole numbers.
pub(crate) const MAX: i64 = 1 << 53;

/// A whole number as a float; exact up to [`MAX`].
#[expect(clippy::cast_precision_loss, reason = "numbers are checked against MAX where they come in")]
pub(crate) fn float(whole: i64) -> f64 {
    whole as f64
}

/// A count as a float; nobody counts beyond 2^53.
#[expect(clippy::cast_precision_loss, reason = "a count of responses")]
pub(crate) fn count(count: u64) -> f64 {
    count as f64
}

/// Whether a number is within the bounds of all numbers; false for what is none.
pub(crate) fn is_allowed(number: f64) -> bool {
    number.abs() <= float(MAX)
}

/// A float without a fraction as the whole number it is.
#[expect(clippy::cast_possible_truncation, reason = "checked in the line before")]
pub(crate) fn whole(number: f64) -> Option<i64> {
    let exact = number.fract() == 0.0 && is_allowed(number);
    exact.then_some(number as i64)
}

/// A JSON number without a fraction, also when written with one that is zero.
pub(crate) fn whole_from_json(json: &Value) -> Option<i64> {
    json.as_i64().or_else(|| whole(json.as_f64()?))
}

/// A float as JSON; a whole number without decimals, so that 3 is not written 3.0.
pub(crate) fn to_json(number: f64) -> Value {
    whole(number).map_or_else(|| Value::from(number), Value::from)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_whole_number_stays_whole_and_a_fraction_a_fraction() {
        assert_eq!(to_json(3.0).to_string(), "3");
        assert_eq!(to_json(3.5).to_string(), "3.5");
        assert_eq!(to_json(1e300), Value::from(1e300));
        assert_eq!(whole_from_json(&serde_json::json!(31.0)), Some(31));
        assert_eq!(whole_from_json(&serde_json::json!(31.5)), None);
        assert_eq!(whole_from_json(&serde_json::json!("31")), None);
        assert!(is_allowed(float(MAX)) && !is_allowed(float(MAX) * 2.0) && !is_allowed(f64::NAN));
    }
}
