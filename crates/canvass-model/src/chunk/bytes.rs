//! Bytes: this file is about reading numbers and texts out of bytes that may hold anything, and writing them.

use super::Damaged;

/// Reads from the left; whatever is not there is [`Damaged`].
pub(super) struct Reader<'a>(pub(super) &'a [u8]);

impl<'a> Reader<'a> {
    pub(super) fn bytes(&mut self, count: usize) -> Result<&'a [u8], Damaged> {
        let (bytes, rest) = self.0.split_at_checked(count).ok_or_else(cut)?;
        self.0 = rest;
        Ok(bytes)
    }

    fn array<const N: usize>(&mut self) -> Result<[u8; N], Damaged> {
        let (bytes, rest) = self.0.split_first_chunk().ok_or_else(cut)?;
        self.0 = rest;
        Ok(*bytes)
    }

    pub(super) fn u8(&mut self) -> Result<u8, Damaged> {
        self.array().map(|[it]| it)
    }

    pub(super) fn u32(&mut self) -> Result<u32, Damaged> {
        self.array().map(u32::from_le_bytes)
    }

    pub(super) fn i64(&mut self) -> Result<i64, Damaged> {
        self.array().map(i64::from_le_bytes)
    }

    pub(super) fn f64(&mut self) -> Result<f64, Damaged> {
        self.array().map(f64::from_le_bytes)
    }

    pub(super) fn id(&mut self) -> Result<[u8; 16], Damaged> {
        self.array()
    }

    /// A count of things that take at least `each` bytes here: never more than there is room for.
    pub(super) fn count(&mut self, each: usize) -> Result<usize, Damaged> {
        let count = self.u32()? as usize;
        if self.0.len() / each.max(1) < count { Err(cut()) } else { Ok(count) }
    }

    pub(super) fn text(&mut self) -> Result<&'a str, Damaged> {
        let length = self.count(1)?;
        str::from_utf8(self.bytes(length)?).map_err(|error| Damaged(error.to_string()))
    }

    /// That there is nothing more.
    pub(super) fn end(self) -> Result<(), Damaged> {
        if self.0.is_empty() { Ok(()) } else { Err(Damaged(format!("{} bytes too many", self.0.len()))) }
    }
}

/// Appends a length or number that fits: nothing in a chunk has four thousand million of anything.
pub(super) fn put_u32(out: &mut Vec<u8>, number: usize) {
    out.extend(u32::try_from(number).unwrap_or(u32::MAX).to_le_bytes());
}

/// Appends a text and its length before it.
pub(super) fn put_text(out: &mut Vec<u8>, text: &str) {
    put_u32(out, text.len());
    out.extend(text.as_bytes());
}

fn cut() -> Damaged {
    Damaged("it ends too early".to_owned())
}
