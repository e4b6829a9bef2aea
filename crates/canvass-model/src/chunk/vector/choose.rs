//! Choosing: this file is about which form of a vector holds given values best.

use std::collections::HashMap;

use serde_json::Value;

use super::{Bits, Texts, Vector, text_of};
use crate::chunk::order;

/// Rows of texts in one part: whoever wants one page of responses reads no more than this of each.
const TEXTS_AT_ONCE: usize = 1_024;
/// The most different values that are listed.
const ENTRIES_MAX: usize = 4_096;
/// So many are always listed: their codes take a byte.
const ENTRIES_FREE: usize = 254;
/// The most different picks of a set of bits: all choices and many answers of one's own.
const ITEMS_MAX: usize = 1_024;

impl Vector {
    /// The values of consecutive rows as vectors, each with the row it begins at.
    pub(in crate::chunk) fn of(values: &[Option<Value>]) -> Vec<(usize, Self)> {
        if let Some(codes) = codes(values) {
            return vec![(0, codes)];
        }
        let given = || values.iter().flatten();
        if given().all(Value::is_i64) {
            return vec![(0, integers(values))];
        }
        if given().all(Value::is_number) {
            return vec![(0, decimals(values))];
        }
        if let Some(picks) = picks(values) {
            return vec![(0, picks)];
        }
        let are_texts = given().all(Value::is_string);
        let starts = (0..values.len()).step_by(TEXTS_AT_ONCE);
        let blocks = starts.zip(values.chunks(TEXTS_AT_ONCE)).map(|(start, block)| {
            if are_texts {
                (start, Self::Texts(Texts::of(block.iter().map(|it| it.as_ref().and_then(Value::as_str)))))
            } else {
                let texts: Vec<Option<String>> = block.iter().map(|it| it.as_ref().map(text_of)).collect();
                (start, Self::Values(Texts::of(texts.iter().map(Option::as_deref))))
            }
        });
        blocks.collect()
    }

    /// Whole documents, where a row has one.
    pub(in crate::chunk) fn of_documents(documents: &[Option<&str>]) -> Vec<(usize, Self)> {
        let starts = (0..documents.len()).step_by(TEXTS_AT_ONCE);
        let blocks = starts.zip(documents.chunks(TEXTS_AT_ONCE));
        let there = blocks.filter(|(_, block)| block.iter().any(Option::is_some));
        there.map(|(start, block)| (start, Self::documents(block.iter().copied()))).collect()
    }
}

/// Listed values, unless too many differ.
fn codes(values: &[Option<Value>]) -> Option<Vector> {
    let entries_max = ENTRIES_FREE.max(values.len() / 4).min(ENTRIES_MAX);
    let mut places: HashMap<String, u16> = HashMap::new();
    let mut codes = Vec::with_capacity(values.len());
    for value in values {
        let Some(value) = value else {
            codes.push(0);
            continue;
        };
        let next = u16::try_from(places.len() + 1).ok()?;
        let code = *places.entry(text_of(value)).or_insert(next);
        codes.push(code);
        if entries_max < places.len() {
            return None;
        }
    }
    let mut entries = vec![String::new(); places.len()];
    for (text, code) in places {
        if let Some(entry) = entries.get_mut(usize::from(code) - 1) {
            *entry = text;
        }
    }
    Some(Vector::Codes { entries, codes })
}

fn integers(values: &[Option<Value>]) -> Vector {
    let numbers: Vec<Option<i64>> = values.iter().map(|it| it.as_ref().and_then(Value::as_i64)).collect();
    let filler = numbers.iter().flatten().min().copied().unwrap_or_default();
    let answered = answered(values);
    Vector::Integers { answered, numbers: numbers.into_iter().map(|it| it.unwrap_or(filler)).collect() }
}

fn decimals(values: &[Option<Value>]) -> Vector {
    let numbers = values.iter().map(|it| it.as_ref().and_then(Value::as_f64).unwrap_or_default());
    Vector::Decimals { answered: answered(values), numbers: numbers.collect() }
}

/// Bits for lists of picks, when there is an order in which nearly all of them stand; `None` for anything else.
fn picks(values: &[Option<Value>]) -> Option<Vector> {
    let mut places: HashMap<String, u16> = HashMap::new();
    let mut rows: Vec<Option<Vec<u16>>> = Vec::with_capacity(values.len());
    for value in values {
        let row = match value {
            None => None,
            Some(Value::Array(picks)) => {
                let mut row = Vec::with_capacity(picks.len());
                for pick in picks {
                    let next = u16::try_from(places.len()).ok()?;
                    row.push(*places.entry(text_of(pick)).or_insert(next));
                }
                Some(row)
            }
            Some(Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Object(_)) => return None,
        };
        if ITEMS_MAX < places.len() {
            return None;
        }
        rows.push(row);
    }
    let order = order::common(places.len(), rows.iter().flatten().map(Vec::as_slice));
    // A list that repeats a pick, or stands in an order of its own, would come back as another.
    if !rows.iter().flatten().all(|row| order.fits(row)) {
        return None;
    }
    let mut items = vec![String::new(); places.len()];
    for (text, place) in places {
        items[order.rank(place)] = text;
    }
    let (mut answered, mut bits) = (Bits::none(rows.len()), Bits::none(rows.len() * items.len()));
    for (at, row) in rows.iter().enumerate() {
        let Some(row) = row else { continue };
        answered.set(at);
        for pick in row {
            bits.set(at * items.len() + order.rank(*pick));
        }
    }
    Some(Vector::Picks { answered, items, bits })
}

fn answered(values: &[Option<Value>]) -> Bits {
    let mut bits = Bits::none(values.len());
    values.iter().enumerate().filter(|(_, it)| it.is_some()).for_each(|(row, _)| bits.set(row));
    bits
}
