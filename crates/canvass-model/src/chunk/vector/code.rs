//! Code: this file is about vectors as bytes, and bytes that claim to be one.

use super::{Bits, Damaged, Texts, Vector};
use crate::chunk::bytes::{Reader, put_text, put_u32};

/// The forms by their number in the bytes. A number is never used again for another form.
const CODES: u8 = 1;
const INTEGERS: u8 = 2;
const DECIMALS: u8 = 3;
const TEXTS: u8 = 4;
const PICKS: u8 = 5;
const VALUES: u8 = 6;
const IDS: u8 = 7;

impl Vector {
    pub(in crate::chunk) fn write(&self, out: &mut Vec<u8>) {
        match self {
            Self::Codes { entries, codes } => {
                out.push(CODES);
                put_list(out, entries);
                put_u32(out, codes.len());
                if entries.len() < usize::from(u8::MAX) {
                    out.extend(codes.iter().map(|it| it.to_le_bytes()[0]));
                } else {
                    out.extend(codes.iter().flat_map(|it| it.to_le_bytes()));
                }
            }
            Self::Integers { answered, numbers } => {
                out.push(INTEGERS);
                answered.write(out);
                write_integers(numbers, out);
            }
            Self::Decimals { answered, numbers } => {
                out.push(DECIMALS);
                answered.write(out);
                out.extend(numbers.iter().flat_map(|it| it.to_le_bytes()));
            }
            Self::Texts(texts) => {
                out.push(TEXTS);
                texts.write(out);
            }
            Self::Picks { answered, items, bits } => {
                out.push(PICKS);
                answered.write(out);
                put_list(out, items);
                out.extend(&bits.bytes);
            }
            Self::Values(texts) => {
                out.push(VALUES);
                texts.write(out);
            }
            Self::Ids(ids) => {
                out.push(IDS);
                put_u32(out, ids.len());
                out.extend(ids.iter().flatten());
            }
        }
    }

    pub(in crate::chunk) fn read(from: &mut Reader<'_>) -> Result<Self, Damaged> {
        match from.u8()? {
            CODES => read_codes(from),
            INTEGERS => {
                let answered = Bits::read(from)?;
                let numbers = read_integers(answered.count, from)?;
                Ok(Self::Integers { answered, numbers })
            }
            DECIMALS => {
                let answered = Bits::read(from)?;
                let bytes = from.bytes(answered.count * 8)?;
                let (numbers, _) = bytes.as_chunks();
                Ok(Self::Decimals { answered, numbers: numbers.iter().map(|it| f64::from_le_bytes(*it)).collect() })
            }
            TEXTS => Texts::read(from).map(Self::Texts),
            PICKS => {
                let answered = Bits::read(from)?;
                let items = read_list(from)?;
                let count = answered.count * items.len();
                let bits = Bits { bytes: from.bytes(count.div_ceil(8))?.to_vec(), count };
                Ok(Self::Picks { answered, items, bits })
            }
            VALUES => Texts::read(from).map(Self::Values),
            IDS => {
                let count = from.count(16)?;
                let (ids, _) = from.bytes(count * 16)?.as_chunks();
                Ok(Self::Ids(ids.to_vec()))
            }
            other => Err(Damaged(format!("no form of a column has the number {other}"))),
        }
    }
}

fn read_codes(from: &mut Reader<'_>) -> Result<Vector, Damaged> {
    let entries = read_list(from)?;
    let is_wide = usize::from(u8::MAX) <= entries.len();
    let count = from.count(if is_wide { 2 } else { 1 })?;
    let codes: Vec<u16> = if is_wide {
        let (pairs, _) = from.bytes(count * 2)?.as_chunks();
        pairs.iter().map(|it| u16::from_le_bytes(*it)).collect()
    } else {
        from.bytes(count)?.iter().map(|it| u16::from(*it)).collect()
    };
    match codes.iter().find(|it| entries.len() < usize::from(**it)) {
        Some(code) => Err(Damaged(format!("the code {code} of {}", entries.len()))),
        None => Ok(Vector::Codes { entries, codes }),
    }
}

/// Whole numbers as their distance from the smallest, in as many bytes as the largest distance takes.
fn write_integers(numbers: &[i64], out: &mut Vec<u8>) {
    let least = numbers.iter().min().copied().unwrap_or_default();
    let far = numbers.iter().map(|it| distance(least, *it)).max().unwrap_or_default();
    let width = WIDTHS.into_iter().find(|it| *it == 8 || far < 1 << (8 * it)).unwrap_or(8);
    out.extend(least.to_le_bytes());
    out.push(width);
    for number in numbers {
        out.extend(&distance(least, *number).to_le_bytes()[..usize::from(width)]);
    }
}

fn read_integers(count: usize, from: &mut Reader<'_>) -> Result<Vec<i64>, Damaged> {
    let (least, width) = (from.i64()?, from.u8()?);
    if !WIDTHS.contains(&width) {
        return Err(Damaged(format!("numbers of {width} bytes")));
    }
    let width = usize::from(width);
    if width == 0 {
        return Ok(vec![least; count]);
    }
    let bytes = from.bytes(count * width)?;
    let number = |bytes: &[u8]| {
        let mut whole = [0; 8];
        whole[..width].copy_from_slice(bytes);
        least.wrapping_add(i64::from_le_bytes(whole))
    };
    Ok(bytes.chunks_exact(width).map(number).collect())
}

/// How wide numbers may be.
const WIDTHS: [u8; 5] = [0, 1, 2, 4, 8];

fn distance(least: i64, number: i64) -> u64 {
    number.wrapping_sub(least).cast_unsigned()
}

impl Bits {
    /// The count, and whether all are set; otherwise each bit.
    fn write(&self, out: &mut Vec<u8>) {
        put_u32(out, self.count);
        let is_full = self.ones() == self.count;
        out.push(u8::from(is_full));
        if !is_full {
            out.extend(&self.bytes);
        }
    }

    fn read(from: &mut Reader<'_>) -> Result<Self, Damaged> {
        let count = from.u32()? as usize;
        if crate::chunk::Chunk::ROWS_MAX < count {
            return Err(Damaged(format!("{count} rows")));
        }
        match from.u8()? {
            0 => Ok(Self { bytes: from.bytes(count.div_ceil(8))?.to_vec(), count }),
            1 => Ok(Self::all(count)),
            other => Err(Damaged(format!("{other} is neither yes nor no"))),
        }
    }
}

impl Texts {
    fn write(&self, out: &mut Vec<u8>) {
        self.answered.write(out);
        out.extend(self.ends.iter().flat_map(|it| it.to_le_bytes()));
        put_text(out, &self.text);
    }

    fn read(from: &mut Reader<'_>) -> Result<Self, Damaged> {
        let answered = Bits::read(from)?;
        let (ends, _) = from.bytes(answered.count * 4)?.as_chunks();
        let ends: Vec<u32> = ends.iter().map(|it| u32::from_le_bytes(*it)).collect();
        let text = from.text()?.to_owned();
        let grow = ends.is_sorted() && ends.iter().all(|it| text.is_char_boundary(*it as usize));
        if !grow || ends.last().is_some_and(|it| *it as usize != text.len()) {
            return Err(Damaged("a text that ends nowhere".to_owned()));
        }
        Ok(Self { answered, ends, text })
    }
}

fn put_list(out: &mut Vec<u8>, texts: &[String]) {
    put_u32(out, texts.len());
    for text in texts {
        put_text(out, text);
    }
}

fn read_list(from: &mut Reader<'_>) -> Result<Vec<String>, Damaged> {
    let count = from.count(4)?;
    (0..count).map(|_| from.text().map(str::to_owned)).collect()
}
