//! Rows in an SPSS file: this file is about bytecode, which says most values in a byte.

/// A text up to here is one variable record; a longer one is cut into segments.
pub(super) const SHORT_MAX: usize = 255;
/// Bytes of a long text for which a segment is counted.
const SEGMENT_COUNTED: usize = 252;
/// Bytes of a long text that a segment holds.
const SEGMENT_HELD: usize = 255;
/// All data come in units of so many bytes.
const UNIT: usize = 8;
/// What is added to a small whole number to make its code.
pub(super) const BIAS: f64 = 100.0;
/// Whole numbers that have a code of their own.
const SMALL: std::ops::RangeInclusive<f64> = -99.0..=151.0;
/// The codes that are no numbers.
const END: u8 = 252;
const LITERAL: u8 = 253;
const SPACES: u8 = 254;
const MISSING: u8 = 255;

/// Values on their way: eight codes, then what those of them that stand for literals mean.
#[derive(Debug, Default)]
pub(super) struct Codes {
    /// What is complete.
    pub(super) bytes: Vec<u8>,
    group: [u8; 8],
    count: usize,
    literals: Vec<u8>,
}

impl Codes {
    pub(super) fn number(&mut self, number: Option<f64>) {
        match number {
            None => self.code(MISSING),
            Some(number) => match small(number) {
                Some(code) => self.code(code),
                None => self.literal(number.to_le_bytes()),
            },
        }
    }

    /// A text of at most `width` bytes, with spaces behind it.
    pub(super) fn text(&mut self, text: &str, width: usize) {
        let segments = segments(width);
        for segment in 0..segments {
            let start = text.len().min(segment * SEGMENT_HELD);
            let end = text.len().min(start + SEGMENT_HELD);
            let held = text.as_bytes().get(start..end).unwrap_or_default();
            self.units(held, units(segment_width(width, segment)));
        }
    }

    /// Says that no value follows.
    pub(super) fn end(&mut self) {
        self.code(END);
        while self.count != 0 {
            self.code(0);
        }
    }

    fn units(&mut self, held: &[u8], units: usize) {
        let mut left = units;
        for chunk in held.chunks(UNIT) {
            let mut unit = [b' '; UNIT];
            // C programs take a zero for the end of a text; a space is as long.
            unit.iter_mut().zip(chunk).for_each(|(to, from)| *to = if *from == 0 { b' ' } else { *from });
            if unit == [b' '; UNIT] {
                self.code(SPACES);
            } else {
                self.literal(unit);
            }
            left -= 1;
        }
        (0..left).for_each(|_| self.code(SPACES));
    }

    fn literal(&mut self, bytes: [u8; UNIT]) {
        // Before the code, which may be the eighth and take the literals with it.
        self.literals.extend_from_slice(&bytes);
        self.code(LITERAL);
    }

    fn code(&mut self, code: u8) {
        if let Some(place) = self.group.get_mut(self.count) {
            *place = code;
        }
        self.count += 1;
        if self.count == self.group.len() {
            self.bytes.extend_from_slice(&self.group);
            self.bytes.append(&mut self.literals);
            self.count = 0;
        }
    }
}

/// The code of a number that has one.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "1 to 251, checked in the same line")]
fn small(number: f64) -> Option<u8> {
    let is_small = SMALL.contains(&number) && number.fract() == 0.0 && (number != 0.0 || number.is_sign_positive());
    is_small.then_some((number + BIAS) as u8)
}

/// How many variable records a text of that width takes.
pub(super) fn segments(width: usize) -> usize {
    if width <= SHORT_MAX { 1 } else { width.div_ceil(SEGMENT_COUNTED) }
}

/// The width of one of them.
pub(super) fn segment_width(width: usize, segment: usize) -> usize {
    if width <= SHORT_MAX {
        width
    } else if segment + 1 < segments(width) {
        SEGMENT_HELD
    } else {
        width - segment * SEGMENT_COUNTED
    }
}

/// Units of data that a variable of that width takes; numbers have width 0 and take one.
pub(super) fn units(width: usize) -> usize {
    width.div_ceil(UNIT).max(1)
}
