//! Parts: this file is about a vector as the store keeps it: named, compressed, and with a checksum over all of it.

use std::ops::Range;

use super::{
    Chunk, Damaged, SealedPart, Vector,
    bytes::{Reader, put_text, put_u32},
};

/// The first byte of everything stored: how the rest is packed. A change needs a new one and keeps reading the old.
const FORMAT: u8 = 1;
/// Sealed once, read often: worth a little more time than the fastest.
const ZSTD_LEVEL: i32 = 3;
/// The most bytes of a part before compression: a chunk's answers, and what it takes to tell them apart.
pub(super) const BYTES_MAX: usize = 4 * Chunk::BYTES_MAX;

/// Consecutive rows of one column.
#[derive(Debug, Clone, PartialEq)]
pub struct Part {
    name: String,
    /// Whose chunk it is a part of.
    key: [u8; 16],
    first_row: usize,
    vector: Vector,
}

impl Part {
    pub(super) fn new(name: &str, key: [u8; 16], first_row: usize, vector: Vector) -> Self {
        Self { name: name.to_owned(), key, first_row, vector }
    }

    /// The name of its question or [fact](super::Fact).
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The rows it has.
    pub fn rows(&self) -> Range<usize> {
        self.first_row..self.first_row + self.vector.rows()
    }

    /// What stands in them.
    pub fn vector(&self) -> &Vector {
        &self.vector
    }

    pub(super) fn key(&self) -> [u8; 16] {
        self.key
    }

    /// As it is stored.
    pub(super) fn seal(&self) -> Result<SealedPart, Damaged> {
        let mut plain = Vec::new();
        plain.extend(self.key);
        put_text(&mut plain, &self.name);
        put_u32(&mut plain, self.first_row);
        self.vector.write(&mut plain);
        let rows = self.rows();
        let body = pack(&plain)?;
        Ok(SealedPart { name: self.name.clone(), first_row: rows.start, last_row: rows.end.saturating_sub(1), body })
    }

    /// Reads what [`seal`](Chunk::seal) made.
    pub fn open(body: &[u8]) -> Result<Self, Damaged> {
        let plain = unpack(body)?;
        let mut from = Reader(&plain);
        let (key, name, first_row) = (from.id()?, from.text()?.to_owned(), from.u32()? as usize);
        let vector = Vector::read(&mut from)?;
        from.end()?;
        if Chunk::ROWS_MAX < first_row.saturating_add(vector.rows()) {
            return Err(Damaged(format!("{} rows from row {first_row} on", vector.rows())));
        }
        Ok(Self { name, key, first_row, vector })
    }
}

/// Compresses, and puts format, checksum and size before it.
pub(super) fn pack(plain: &[u8]) -> Result<Vec<u8>, Damaged> {
    if BYTES_MAX < plain.len() {
        return Err(Damaged(format!("{} bytes are too many for a part", plain.len())));
    }
    let packed = zstd::bulk::compress(plain, ZSTD_LEVEL).map_err(|error| Damaged(error.to_string()))?;
    let mut sized = Vec::with_capacity(4 + packed.len());
    put_u32(&mut sized, plain.len());
    sized.extend(packed);
    let mut body = vec![FORMAT];
    body.extend(crc32fast::hash(&sized).to_le_bytes());
    body.extend(sized);
    Ok(body)
}

/// What [`pack`] was given.
pub(super) fn unpack(body: &[u8]) -> Result<Vec<u8>, Damaged> {
    let mut from = Reader(body);
    let format = from.u8()?;
    if format != FORMAT {
        return Err(Damaged(format!("the format {format} is unknown")));
    }
    let crc = from.u32()?;
    if crc32fast::hash(from.0) != crc {
        return Err(Damaged("the checksum is wrong".to_owned()));
    }
    let bytes = from.u32()? as usize;
    if BYTES_MAX < bytes {
        return Err(Damaged(format!("{bytes} bytes are too many for a part")));
    }
    let plain = zstd::bulk::decompress(from.0, bytes).map_err(|error| Damaged(error.to_string()))?;
    if plain.len() == bytes { Ok(plain) } else { Err(Damaged(format!("{} bytes instead of {bytes}", plain.len()))) }
}
