//! ZIP archives: this file is about writing one from front to back, without going back to fill in a size.
//!
//! Sizes and checksums stand behind each entry (APPNOTE.TXT 6.3.10, 4.3.9), and the list of entries at the end, without
//! which no reader opens the archive.

use std::io::{self, Write};

use flate2::{Compress, Compression, FlushCompress, Status};

/// Compressed bytes collected before they are passed on.
const BUFFER_BYTES: usize = 64 * 1024;
/// What sizes and offsets of 32 bits cannot say.
const SMALL_MAX: u64 = 0xffff_ffff;
/// Sizes stand behind the entry; its name is UTF-8.
const FLAGS: u16 = 0x0808;
const DEFLATED: u16 = 8;
/// Midnight of the first of January 1980, the earliest there is: nothing here knows the time.
const MOMENT: [u16; 2] = [0, 0x0021];

/// An archive being written.
#[derive(Debug)]
pub(super) struct Archive<S> {
    out: S,
    /// Bytes passed on.
    offset: u64,
    entries: Vec<Entry>,
    open: Option<Open>,
    packed: Vec<u8>,
    extent: Extent,
}

/// How large entries and the archive may get.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Extent {
    /// Up to 4 GiB, which every reader understands.
    Small,
    /// Without bounds (ZIP64).
    Large,
}

#[derive(Debug)]
struct Entry {
    name: String,
    crc: u32,
    packed: u64,
    size: u64,
    offset: u64,
}

/// The entry being written.
struct Open {
    name: String,
    offset: u64,
    start: u64,
    crc: crc32fast::Hasher,
    deflate: Compress,
}

impl<S: Write> Archive<S> {
    pub(super) fn new(out: S, extent: Extent) -> Self {
        let packed = Vec::with_capacity(BUFFER_BYTES);
        Self { out, offset: 0, entries: Vec::new(), open: None, packed, extent }
    }

    /// Ends the entry before, if any, and begins one.
    pub(super) fn begin(&mut self, name: &str) -> io::Result<()> {
        self.end()?;
        let offset = self.offset;
        let (version, size, extra): (u16, u32, &[u8]) = match self.extent {
            Extent::Small => (20, 0, &[]),
            // Announces sizes of 64 bits.
            Extent::Large => (45, u32::MAX, &[1, 0, 16, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]),
        };
        let mut head = b"PK\x03\x04".to_vec();
        shorts(&mut head, &[version, FLAGS, DEFLATED, MOMENT[0], MOMENT[1]]);
        longs(&mut head, &[0, size, size]);
        shorts(&mut head, &[length(name.len())?, length(extra.len())?]);
        head.extend_from_slice(name.as_bytes());
        head.extend_from_slice(extra);
        self.pass_on(&head)?;
        self.open = Some(Open {
            name: name.to_owned(),
            offset,
            start: self.offset,
            crc: crc32fast::Hasher::new(),
            deflate: Compress::new(Compression::fast(), false),
        });
        Ok(())
    }

    /// Bytes put into the entry so far, before they were packed.
    pub(super) fn entry_bytes(&self) -> u64 {
        self.open.as_ref().map_or(0, |it| it.deflate.total_in())
    }

    /// Writes the list of entries.
    pub(super) fn finish(mut self) -> io::Result<()> {
        self.end()?;
        let start = self.offset;
        let entries = std::mem::take(&mut self.entries);
        for entry in &entries {
            self.pass_on(&entry.listed()?)?;
        }
        let (count, bytes) = (length(entries.len())?, self.offset - start);
        let mut end = Vec::new();
        if SMALL_MAX <= start.max(bytes) {
            end.extend_from_slice(b"PK\x06\x06");
            numbers(&mut end, &[44]);
            shorts(&mut end, &[45, 45]);
            longs(&mut end, &[0, 0]);
            numbers(&mut end, &[count.into(), count.into(), bytes, start]);
            end.extend_from_slice(b"PK\x06\x07");
            longs(&mut end, &[0]);
            numbers(&mut end, &[self.offset]);
            longs(&mut end, &[1]);
        }
        end.extend_from_slice(b"PK\x05\x06");
        shorts(&mut end, &[0, 0, count, count]);
        longs(&mut end, &[small(bytes), small(start)]);
        shorts(&mut end, &[0]);
        self.pass_on(&end)?;
        self.out.flush()
    }

    fn end(&mut self) -> io::Result<()> {
        self.deflate(&[], FlushCompress::Finish)?;
        let Some(open) = self.open.take() else { return Ok(()) };
        let entry = Entry {
            name: open.name,
            crc: open.crc.finalize(),
            packed: self.offset - open.start,
            size: open.deflate.total_in(),
            offset: open.offset,
        };
        let mut tail = b"PK\x07\x08".to_vec();
        longs(&mut tail, &[entry.crc]);
        match self.extent {
            Extent::Small if SMALL_MAX <= self.offset.max(entry.size) => {
                let message = "This is more than the 4 GB that such a file can hold; choose CSV or Parquet";
                return Err(io::Error::new(io::ErrorKind::FileTooLarge, message));
            }
            Extent::Small => longs(&mut tail, &[small(entry.packed), small(entry.size)]),
            Extent::Large => numbers(&mut tail, &[entry.packed, entry.size]),
        }
        self.entries.push(entry);
        self.pass_on(&tail)
    }

    /// Packs bytes, and passes on what comes out.
    fn deflate(&mut self, bytes: &[u8], flush: FlushCompress) -> io::Result<()> {
        let mut rest = bytes;
        while let Some(open) = &mut self.open {
            let before = open.deflate.total_in();
            let status = open.deflate.compress_vec(rest, &mut self.packed, flush).map_err(io::Error::other)?;
            let taken = usize::try_from(open.deflate.total_in() - before).unwrap_or(rest.len());
            rest = rest.get(taken..).unwrap_or_default();
            let is_full = self.packed.len() == self.packed.capacity();
            let is_done = match flush {
                FlushCompress::Finish => status == Status::StreamEnd,
                _ => rest.is_empty() && !is_full,
            };
            if is_full || is_done {
                self.out.write_all(&self.packed)?;
                self.offset += self.packed.len() as u64;
                self.packed.clear();
            }
            if is_done {
                break;
            }
        }
        Ok(())
    }

    fn pass_on(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.out.write_all(bytes)?;
        self.offset += bytes.len() as u64;
        Ok(())
    }
}

impl<S: Write> Write for Archive<S> {
    /// Adds to the entry that was begun.
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if let Some(open) = &mut self.open {
            open.crc.update(bytes);
        }
        self.deflate(bytes, FlushCompress::None)?;
        Ok(bytes.len())
    }

    /// Passes on whatever is packed.
    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}

impl Entry {
    /// Its line in the list at the end.
    fn listed(&self) -> io::Result<Vec<u8>> {
        let large: Vec<u64> = [self.size, self.packed, self.offset].into_iter().filter(|it| SMALL_MAX <= *it).collect();
        let mut extra = Vec::new();
        if !large.is_empty() {
            shorts(&mut extra, &[1, length(large.len() * 8)?]);
            numbers(&mut extra, &large);
        }
        let version = if large.is_empty() { 20 } else { 45 };
        let mut listed = b"PK\x01\x02".to_vec();
        shorts(&mut listed, &[version, version, FLAGS, DEFLATED, MOMENT[0], MOMENT[1]]);
        longs(&mut listed, &[self.crc, small(self.packed), small(self.size)]);
        shorts(&mut listed, &[length(self.name.len())?, length(extra.len())?, 0, 0, 0]);
        longs(&mut listed, &[0, small(self.offset)]);
        listed.extend_from_slice(self.name.as_bytes());
        listed.extend_from_slice(&extra);
        Ok(listed)
    }
}

impl std::fmt::Debug for Open {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Open").field("name", &self.name).finish_non_exhaustive()
    }
}

/// A number in 32 bits, or the word for "see the 64 bits elsewhere".
fn small(number: u64) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}

fn length(bytes: usize) -> io::Result<u16> {
    u16::try_from(bytes).map_err(io::Error::other)
}

fn shorts(out: &mut Vec<u8>, numbers: &[u16]) {
    out.extend(numbers.iter().flat_map(|it| it.to_le_bytes()));
}

fn longs(out: &mut Vec<u8>, numbers: &[u32]) {
    out.extend(numbers.iter().flat_map(|it| it.to_le_bytes()));
}

fn numbers(out: &mut Vec<u8>, numbers: &[u64]) {
    out.extend(numbers.iter().flat_map(|it| it.to_le_bytes()));
}
