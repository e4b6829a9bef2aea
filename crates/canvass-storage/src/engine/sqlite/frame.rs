//! Frames: this file is about how accepted responses are packed into the rows of the intake, and read back.
//!
//! `docs/durability.md` describes the format; a change needs a new [`FORMAT`] and keeps reading the old one.

use canvass_model::{
    id::{ResponseId, SurveyId, TenantId},
    response::{Accepted, Source},
    survey::Version,
    time::Timestamp,
};
use uuid::Uuid;
use zstd::{bulk::Compressor, zstd_safe::compress_bound};

/// The first byte of a body: how the rest is packed.
const FORMAT: u8 = 1;
/// Fast enough to disappear beside a sync; a third of the size.
const ZSTD_LEVEL: i32 = 1;
/// What a record takes besides its answers.
const HEAD_BYTES: usize = 16 + 16 + 16 + 8 + 4 + 1 + 4;

/// A response and whose it is.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Record {
    pub(super) tenant: TenantId,
    pub(super) response: Accepted,
}

/// Packed records, as stored.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Frame {
    /// The place of its first record in the order of acceptance; the others follow.
    pub(super) sequence: u64,
    pub(super) records: u32,
    /// The size before compression.
    pub(super) bytes: u64,
    pub(super) crc: u32,
    pub(super) body: Vec<u8>,
}

/// What packs one frame after the other; its memory is kept in between.
pub(super) struct Packer {
    compressor: Compressor<'static>,
    plain: Vec<u8>,
    packed: Vec<u8>,
}

impl Record {
    /// What the record adds to a frame before compression.
    pub(super) fn bytes(&self) -> usize {
        HEAD_BYTES + self.response.answers.len()
    }
}

impl Packer {
    pub(super) fn new() -> std::io::Result<Self> {
        Ok(Self { compressor: Compressor::new(ZSTD_LEVEL)?, plain: Vec::new(), packed: Vec::new() })
    }

    /// Packs records into one frame.
    pub(super) fn pack(&mut self, sequence: u64, records: &[Record]) -> std::io::Result<Frame> {
        self.plain.clear();
        for record in records {
            write(&mut self.plain, record);
        }
        let room = compress_bound(self.plain.len());
        if self.packed.len() < room {
            self.packed.resize(room, 0);
        }
        let length = self.compressor.compress_to_buffer(&self.plain, self.packed.as_mut_slice())?;
        let body = [&[FORMAT], &self.packed[..length]].concat();
        let mut frame = Frame {
            sequence,
            records: u32::try_from(records.len()).unwrap_or(u32::MAX),
            bytes: self.plain.len() as u64,
            crc: 0,
            body,
        };
        frame.crc = frame.checksum();
        Ok(frame)
    }
}

impl Frame {
    /// The records, or why they cannot be read.
    pub(super) fn unpack(&self) -> Result<Vec<Record>, String> {
        if self.checksum() != self.crc {
            return Err("its checksum is wrong".to_owned());
        }
        let (format, packed) = self.body.split_first().ok_or("it is empty")?;
        if *format != FORMAT {
            return Err(format!("its format {format} is unknown"));
        }
        let bytes = usize::try_from(self.bytes).map_err(|it| it.to_string())?;
        let plain = zstd::bulk::decompress(packed, bytes).map_err(|it| it.to_string())?;
        let mut rest = plain.as_slice();
        let mut records = Vec::new();
        while !rest.is_empty() {
            records.push(read(&mut rest).ok_or("a record in it cannot be read")?);
        }
        if records.len() == self.records as usize {
            Ok(records)
        } else {
            Err(format!("it holds {} records instead of {}", records.len(), self.records))
        }
    }

    /// Covers the row, not only the body: a row that moved to another sequence would be applied wrongly.
    fn checksum(&self) -> u32 {
        let mut hash = crc32fast::Hasher::new();
        hash.update(&self.sequence.to_le_bytes());
        hash.update(&self.records.to_le_bytes());
        hash.update(&self.bytes.to_le_bytes());
        hash.update(&self.body);
        hash.finalize()
    }
}

fn write(plain: &mut Vec<u8>, Record { tenant, response }: &Record) {
    plain.extend(tenant.as_bytes());
    plain.extend(response.id.as_bytes());
    plain.extend(response.survey.as_bytes());
    plain.extend(response.received_at.0.to_le_bytes());
    plain.extend(response.version.0.to_le_bytes());
    plain.push(match response.source {
        Source::Form => 0,
        Source::Api => 1,
        Source::Demo => 2,
    });
    plain.extend(u32::try_from(response.answers.len()).unwrap_or(u32::MAX).to_le_bytes());
    plain.extend(response.answers.as_bytes());
}

fn read(rest: &mut &[u8]) -> Option<Record> {
    let tenant = TenantId::from(Uuid::from_bytes(take(rest)?));
    let id = ResponseId::from(Uuid::from_bytes(take(rest)?));
    let survey = SurveyId::from(Uuid::from_bytes(take(rest)?));
    let received_at = Timestamp(i64::from_le_bytes(take(rest)?));
    let version = Version(u32::from_le_bytes(take(rest)?));
    let source = match take::<1>(rest)? {
        [0] => Source::Form,
        [1] => Source::Api,
        [2] => Source::Demo,
        _ => return None,
    };
    let length = usize::try_from(u32::from_le_bytes(take(rest)?)).ok()?;
    let (answers, after) = rest.split_at_checked(length)?;
    *rest = after;
    let answers = str::from_utf8(answers).ok()?.to_owned();
    Some(Record { tenant, response: Accepted { id, survey, version, received_at, source, answers } })
}

fn take<const N: usize>(rest: &mut &[u8]) -> Option<[u8; N]> {
    let (bytes, after) = rest.split_first_chunk()?;
    *rest = after;
    Some(*bytes)
}

#[cfg(test)]
mod tests {
    use proptest::{collection::vec, prelude::*};

    use super::*;

    prop_compose! {
        fn record()(ids in any::<[u128; 3]>(), at in any::<i64>(), version in any::<u32>(), source in 0..3usize,
                    answers in ".{0,200}") -> Record {
            let response = Accepted {
                id: Uuid::from_u128(ids[0]).into(),
                survey: Uuid::from_u128(ids[1]).into(),
                version: Version(version),
                received_at: Timestamp(at),
                source: Source::ALL[source],
                answers,
            };
            Record { tenant: Uuid::from_u128(ids[2]).into(), response }
        }
    }

    proptest! {
        #[test]
        fn what_is_packed_is_unpacked(records in vec(record(), 0..40), sequence in 0..u64::MAX / 2) {
            let frame = Packer::new().unwrap().pack(sequence, &records).unwrap();
            prop_assert_eq!(frame.unpack(), Ok(records));
        }

        #[test]
        fn a_frame_with_any_bit_turned_is_refused(records in vec(record(), 1..9), place in any::<prop::sample::Index>(),
                                                  bit in 0..8u8) {
            let mut frame = Packer::new().unwrap().pack(7, &records).unwrap();
            let place = place.index(frame.body.len());
            frame.body[place] ^= 1 << bit;
            prop_assert!(frame.unpack().is_err());
        }
    }

    #[test]
    fn a_frame_belongs_to_its_place() {
        let mut frame = Packer::new().unwrap().pack(7, &[]).unwrap();
        frame.sequence = 8;
        assert!(frame.unpack().is_err());
    }
}
