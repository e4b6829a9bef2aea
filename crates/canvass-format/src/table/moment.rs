//! Moments and days as text: this file is about writing their digits, of which an export of a million rows has many.

use canvass_model::time::Timestamp;
use time::{Date, OffsetDateTime};

/// A moment as [`Timestamp`] shows it; `None` outside the years 0 to 9999, whose texts have other lengths.
pub(super) fn moment(moment: Timestamp) -> Option<[u8; 24]> {
    let seconds = OffsetDateTime::from_unix_timestamp(moment.0.div_euclid(Timestamp::SECOND_MS)).ok()?;
    let (hour, minute, second) = seconds.to_hms();
    let milliseconds = u32::try_from(moment.0.rem_euclid(Timestamp::SECOND_MS)).ok()?;
    let mut text = *b"0000-00-00T00:00:00.000Z";
    if let Some(date) = text.first_chunk_mut() {
        *date = day(seconds.date())?;
    }
    put(&mut text[11..13], hour.into());
    put(&mut text[14..16], minute.into());
    put(&mut text[17..19], second.into());
    put(&mut text[20..23], milliseconds);
    Some(text)
}

/// A day as ISO 8601 writes it; `None` outside the years 0 to 9999.
pub(super) fn day(day: Date) -> Option<[u8; 10]> {
    let (year, month, number) = day.to_calendar_date();
    let year = u32::try_from(year).ok().filter(|it| *it <= 9_999)?;
    let mut text = *b"0000-00-00";
    put(&mut text[..4], year);
    put(&mut text[5..7], u8::from(month).into());
    put(&mut text[8..], number.into());
    Some(text)
}

/// Fills a field with the digits of a number.
fn put(field: &mut [u8], number: u32) {
    let mut left = number;
    for digit in field.iter_mut().rev() {
        *digit = b"0123456789"[(left % 10) as usize];
        left /= 10;
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn digits_are_those_that_are_shown_elsewhere(ms in -62_167_219_200_000_i64..=253_402_300_799_999) {
            let at = Timestamp(ms);
            prop_assert_eq!(moment(at).map(|it| it.to_vec()), Some(at.to_string().into_bytes()));
            let date = at.to_utc().date();
            prop_assert_eq!(day(date).map(|it| it.to_vec()), Some(date.to_string().into_bytes()));
        }
    }

    #[test]
    fn other_years_are_left_to_others() {
        assert_eq!((moment(Timestamp(i64::MAX)), moment(Timestamp(-62_167_219_200_001))), (None, None));
        assert_eq!(day(Date::MIN), None);
    }
}
