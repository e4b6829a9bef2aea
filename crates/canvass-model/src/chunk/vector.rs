//! Vectors: this file is about the answers to one question, row after row, in the form that takes least.
//!
//! Reading order: `choose` finds the form, `code` turns vectors into bytes and back.

mod choose;
mod code;

use serde_json::Value;

use super::Damaged;
use crate::number;

/// The answers of consecutive rows. Whatever the form, a row's value is the one that was given.
#[derive(Debug, Clone, PartialEq)]
pub enum Vector {
    /// Values that are given again and again: choices, points of a scale, yes and no.
    Codes {
        /// Each different value once, as `text_of` writes it, in the order in which they were met.
        entries: Vec<String>,
        /// For each row 0 for nothing, or the place of its entry, counted from 1.
        codes: Vec<u16>,
    },
    /// Whole numbers.
    Integers {
        /// The rows that have one.
        answered: Bits,
        /// One for each row.
        numbers: Vec<i64>,
    },
    /// Numbers with decimals, whole ones among them.
    Decimals {
        /// The rows that have one.
        answered: Bits,
        /// One for each row.
        numbers: Vec<f64>,
    },
    /// Texts.
    Texts(Texts),
    /// Several picks of some.
    Picks {
        /// The rows that answered, be it with no pick.
        answered: Bits,
        /// What there is to pick, in an order in which every row's picks stand.
        items: Vec<String>,
        /// One row after the other, a bit for each item.
        bits: Bits,
    },
    /// Anything, as `text_of` writes it.
    Values(Texts),
    /// Ids.
    Ids(Vec<[u8; 16]>),
}

/// A bit for each of some.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Bits {
    bytes: Vec<u8>,
    count: usize,
}

/// Texts in one piece.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Texts {
    answered: Bits,
    /// Where each row's text ends; it begins where the one before ends.
    ends: Vec<u32>,
    text: String,
}

impl Vector {
    /// How many rows it has.
    pub fn rows(&self) -> usize {
        match self {
            Self::Codes { codes, .. } => codes.len(),
            Self::Integers { numbers, .. } => numbers.len(),
            Self::Decimals { numbers, .. } => numbers.len(),
            Self::Texts(texts) | Self::Values(texts) => texts.ends.len(),
            Self::Picks { answered, .. } => answered.count,
            Self::Ids(ids) => ids.len(),
        }
    }

    /// A row's value; `None` when it has none.
    pub fn value(&self, row: usize) -> Result<Option<Value>, Damaged> {
        Ok(match self {
            Self::Codes { entries, codes } => match entry(codes, row).and_then(|it| entries.get(it)) {
                Some(text) => Some(value_of(text)?),
                None => None,
            },
            Self::Integers { .. } => self.integer(row).map(Value::from),
            Self::Decimals { answered, numbers } => {
                numbers.get(row).filter(|_| answered.get(row)).map(|it| number::to_json(*it))
            }
            Self::Texts(texts) => texts.get(row).map(Value::from),
            Self::Picks { answered, items, bits } => {
                if !answered.get(row) {
                    return Ok(None);
                }
                let picked = (0..items.len()).filter(|it| bits.get(row * items.len() + it));
                let picks = picked.map(|it| value_of(&items[it])).collect::<Result<Vec<Value>, Damaged>>()?;
                Some(Value::Array(picks))
            }
            Self::Values(texts) => texts.get(row).map(value_of).transpose()?,
            Self::Ids(_) => None,
        })
    }

    /// A listed value by its place; `None` where no values are listed.
    pub(crate) fn entry(&self, place: usize) -> Result<Option<Value>, Damaged> {
        match self {
            Self::Codes { entries, .. } => entries.get(place).map(|it| value_of(it)).transpose(),
            Self::Integers { .. }
            | Self::Decimals { .. }
            | Self::Texts(_)
            | Self::Picks { .. }
            | Self::Values(_)
            | Self::Ids(_) => Ok(None),
        }
    }

    /// A row's whole number.
    pub(super) fn integer(&self, row: usize) -> Option<i64> {
        match self {
            Self::Integers { answered, numbers } => numbers.get(row).copied().filter(|_| answered.get(row)),
            Self::Codes { .. }
            | Self::Decimals { .. }
            | Self::Texts(_)
            | Self::Picks { .. }
            | Self::Values(_)
            | Self::Ids(_) => None,
        }
    }

    /// A row's text.
    pub(super) fn text(&self, row: usize) -> Option<&str> {
        match self {
            Self::Texts(texts) => texts.get(row),
            Self::Codes { .. }
            | Self::Integers { .. }
            | Self::Decimals { .. }
            | Self::Picks { .. }
            | Self::Values(_)
            | Self::Ids(_) => None,
        }
    }

    /// A row's id.
    pub(super) fn id(&self, row: usize) -> Option<[u8; 16]> {
        match self {
            Self::Ids(ids) => ids.get(row).copied(),
            Self::Codes { .. }
            | Self::Integers { .. }
            | Self::Decimals { .. }
            | Self::Texts(_)
            | Self::Picks { .. }
            | Self::Values(_) => None,
        }
    }

    /// Whole numbers, one for every row.
    pub(super) fn integers(numbers: Vec<i64>) -> Self {
        Self::Integers { answered: Bits::all(numbers.len()), numbers }
    }

    /// Documents of some rows.
    pub(super) fn documents<'t>(documents: impl Iterator<Item = Option<&'t str>>) -> Self {
        Self::Texts(Texts::of(documents))
    }
}

impl Bits {
    pub(super) fn all(count: usize) -> Self {
        Self { bytes: vec![u8::MAX; count.div_ceil(8)], count }
    }

    fn none(count: usize) -> Self {
        Self { bytes: vec![0; count.div_ceil(8)], count }
    }

    /// Whether a bit is set; one beyond the end is not.
    pub(crate) fn get(&self, at: usize) -> bool {
        at < self.count && self.bytes.get(at / 8).is_some_and(|it| it & (1 << (at % 8)) != 0)
    }

    fn set(&mut self, at: usize) {
        if let Some(byte) = self.bytes.get_mut(at / 8) {
            *byte |= 1 << (at % 8);
        }
    }

    /// How many of the first `count` are set.
    pub(super) fn ones(&self) -> usize {
        (0..self.count).filter(|it| self.get(*it)).count()
    }
}

impl Texts {
    fn of<'t>(texts: impl Iterator<Item = Option<&'t str>>) -> Self {
        let (mut ends, mut all, mut there) = (Vec::new(), String::new(), Vec::new());
        for text in texts {
            all.push_str(text.unwrap_or_default());
            there.push(text.is_some());
            ends.push(u32::try_from(all.len()).unwrap_or(u32::MAX));
        }
        let mut answered = Bits::none(there.len());
        there.iter().enumerate().filter(|(_, it)| **it).for_each(|(row, _)| answered.set(row));
        Self { answered, ends, text: all }
    }

    fn get(&self, row: usize) -> Option<&str> {
        if !self.answered.get(row) {
            return None;
        }
        let start = if row == 0 { 0 } else { *self.ends.get(row - 1)? };
        self.text.get(start as usize..*self.ends.get(row)? as usize)
    }

    pub(super) fn answered(&self) -> &Bits {
        &self.answered
    }
}

/// The place among the entries of a row's code.
fn entry(codes: &[u16], row: usize) -> Option<usize> {
    codes.get(row).and_then(|it| usize::from(*it).checked_sub(1))
}

/// A value as text: its JSON, but a number with decimals by its bits, since reading its digits again may change the last.
pub(super) fn text_of(value: &Value) -> String {
    match value {
        Value::Number(number) if number.is_f64() => {
            format!("{FLOAT}{:016x}", number.as_f64().unwrap_or_default().to_bits())
        }
        other => other.to_string(),
    }
}

/// The value that `text_of` wrote.
pub(super) fn value_of(text: &str) -> Result<Value, Damaged> {
    match text.strip_prefix(FLOAT) {
        Some(bits) => {
            let bits = u64::from_str_radix(bits, 16).map_err(|error| Damaged(error.to_string()))?;
            Ok(Value::from(f64::from_bits(bits)))
        }
        None => serde_json::from_str(text).map_err(|error| Damaged(error.to_string())),
    }
}

/// Stands before the bits of a number; no JSON begins with it.
const FLOAT: char = '~';
