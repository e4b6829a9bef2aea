//! Heads: this file is about what a chunk says of itself, so that whoever looks for something may pass it over.

use std::collections::{BTreeSet, HashMap};

use super::{
    Chunk, Damaged, Part, Vector,
    bytes::{Reader, put_text, put_u32},
    part,
};
use crate::{
    id::SurveyId,
    response::{Response, Source},
    survey::Version,
    time::Timestamp,
};

/// What is in a chunk.
#[derive(Debug, Clone, PartialEq)]
pub struct Head {
    survey: SurveyId,
    rows: usize,
    positions: (i64, i64),
    received: (Timestamp, Timestamp),
    /// The versions that were answered, each once, in order.
    versions: Vec<Version>,
    sources: Vec<Source>,
    /// The questions that were answered, and what was answered; `None` where nobody looked.
    zones: Option<HashMap<String, Zone>>,
    /// In which order the questions stand in the documents of each version.
    orders: Vec<(Version, Vec<String>)>,
    /// Tells the chunk's parts from those of others.
    key: [u8; 16],
}

/// The answers to one question in a chunk.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Zone {
    /// Rows that have one.
    pub answered: usize,
    /// The smallest and the largest, when all of them are numbers.
    pub span: Option<(f64, f64)>,
    /// Each different one, when they are few.
    pub values: Option<Vec<serde_json::Value>>,
}

/// The most different values a zone names.
const VALUES_MAX: usize = 64;
/// The most bytes of them.
const VALUES_BYTES_MAX: usize = 2_048;

impl Head {
    pub(super) fn unzoned(survey: SurveyId, responses: &[Response]) -> Self {
        let received = || responses.iter().map(|it| it.accepted.received_at);
        let versions: BTreeSet<Version> = responses.iter().map(|it| it.accepted.version).collect();
        let sources = Source::ALL.into_iter().filter(|of| responses.iter().any(|it| it.accepted.source == *of));
        let position = |it: Option<&Response>| it.map(|it| it.position).unwrap_or_default();
        Self {
            survey,
            rows: responses.len(),
            positions: (position(responses.first()), position(responses.last())),
            received: (received().min().unwrap_or(Timestamp(0)), received().max().unwrap_or(Timestamp(0))),
            orders: Vec::new(),
            versions: versions.into_iter().collect(),
            sources: sources.collect(),
            zones: None,
            key: responses.first().map(|it| *it.accepted.id.as_bytes()).unwrap_or_default(),
        }
    }

    pub(super) fn with<'p>(self, orders: Vec<(Version, Vec<String>)>, parts: impl Iterator<Item = &'p Part>) -> Self {
        let mut zones: HashMap<String, Zone> = HashMap::new();
        for part in parts.filter(|it| !it.name().starts_with('_')) {
            let zone = Zone::of(part.vector());
            match zones.get_mut(part.name()) {
                Some(before) => before.widen(&zone),
                None => drop(zones.insert(part.name().to_owned(), zone)),
            }
        }
        Self { orders, zones: Some(zones), ..self }
    }

    /// The survey that was answered.
    pub fn survey(&self) -> SurveyId {
        self.survey
    }

    /// How many responses there are.
    pub fn rows(&self) -> usize {
        self.rows
    }

    /// The positions of the first and the last.
    pub fn positions(&self) -> (i64, i64) {
        self.positions
    }

    /// When the earliest and the latest were received.
    pub fn received(&self) -> (Timestamp, Timestamp) {
        self.received
    }

    /// The versions that were answered, in order.
    pub fn versions(&self) -> &[Version] {
        &self.versions
    }

    /// Where they came from.
    pub fn sources(&self) -> &[Source] {
        &self.sources
    }

    /// The answers to a question: a zone of none when nobody answered it, `None` when nobody looked.
    pub fn zone(&self, question: &str) -> Option<Zone> {
        Some(self.zones.as_ref()?.get(question).cloned().unwrap_or_default())
    }

    /// In which order questions stand in documents of a version.
    pub(super) fn order(&self, version: Version) -> &[String] {
        let found = self.orders.iter().find(|(it, _)| *it == version);
        found.map(|(_, order)| order.as_slice()).unwrap_or_default()
    }

    pub(super) fn key(&self) -> [u8; 16] {
        self.key
    }

    /// As it is stored.
    pub(super) fn seal(&self) -> Result<Vec<u8>, Damaged> {
        let mut plain = Vec::new();
        plain.extend(self.survey.as_bytes());
        put_u32(&mut plain, self.rows);
        for number in [self.positions.0, self.positions.1, self.received.0.0, self.received.1.0] {
            plain.extend(number.to_le_bytes());
        }
        plain.extend(self.key);
        put_u32(&mut plain, self.sources.len());
        self.sources.iter().for_each(|it| put_text(&mut plain, it.as_str()));
        put_u32(&mut plain, self.orders.len());
        for (version, order) in &self.orders {
            plain.extend(version.0.to_le_bytes());
            put_u32(&mut plain, order.len());
            for name in order {
                put_text(&mut plain, name);
            }
        }
        let zones = self.zones.iter().flatten();
        put_u32(&mut plain, zones.clone().count());
        zones.for_each(|(name, zone)| zone.write(name, &mut plain));
        part::pack(&plain)
    }

    /// Reads what [`seal`](Chunk::seal) made.
    pub fn open(body: &[u8]) -> Result<Self, Damaged> {
        let plain = part::unpack(body)?;
        let mut from = Reader(&plain);
        let survey = SurveyId::from(uuid::Uuid::from_bytes(from.id()?));
        let rows = from.u32()? as usize;
        if rows == 0 || Chunk::ROWS_MAX < rows {
            return Err(Damaged(format!("a chunk of {rows} rows")));
        }
        let positions = (from.i64()?, from.i64()?);
        let received = (Timestamp(from.i64()?), Timestamp(from.i64()?));
        let key = from.id()?;
        let mut sources = Vec::new();
        for _ in 0..from.count(4)? {
            let name = from.text()?;
            sources.push(Source::parse(name).ok_or_else(|| Damaged(format!("the source {name:?}")))?);
        }
        let (mut orders, mut versions) = (Vec::new(), Vec::new());
        for _ in 0..from.count(8)? {
            let version = Version(from.u32()?);
            let names = (0..from.count(4)?).map(|_| from.text().map(str::to_owned)).collect::<Result<_, _>>()?;
            versions.push(version);
            orders.push((version, names));
        }
        let mut zones = HashMap::new();
        for _ in 0..from.count(4)? {
            let (name, zone) = Zone::read(&mut from)?;
            zones.insert(name, zone);
        }
        from.end()?;
        Ok(Self { survey, rows, positions, received, versions, sources, zones: Some(zones), orders, key })
    }
}

impl Zone {
    fn of(vector: &Vector) -> Self {
        match vector {
            Vector::Codes { entries, codes } => {
                let answered = codes.iter().filter(|it| **it != 0).count();
                let bytes: usize = entries.iter().map(String::len).sum();
                let read: Option<Vec<serde_json::Value>> =
                    entries.iter().map(|it| super::vector::value_of(it).ok()).collect();
                let numbers = read.as_ref().and_then(|it| it.iter().map(serde_json::Value::as_f64).collect());
                let is_named = entries.len() <= VALUES_MAX && bytes <= VALUES_BYTES_MAX;
                Self { answered, span: numbers.and_then(span), values: read.filter(|_| is_named) }
            }
            Vector::Integers { answered, numbers } => {
                let there = numbers.iter().enumerate().filter(|(row, _)| answered.get(*row));
                let span = span(there.map(|(_, it)| crate::number::float(*it)).collect());
                Self { answered: answered.ones(), span, values: None }
            }
            Vector::Decimals { answered, numbers } => {
                let there = numbers.iter().enumerate().filter(|(row, _)| answered.get(*row));
                let span = span(there.map(|(_, it)| *it).collect());
                Self { answered: answered.ones(), span, values: None }
            }
            Vector::Texts(texts) | Vector::Values(texts) => {
                Self { answered: texts.answered().ones(), span: None, values: None }
            }
            Vector::Picks { answered, .. } => Self { answered: answered.ones(), span: None, values: None },
            Vector::Ids(ids) => Self { answered: ids.len(), span: None, values: None },
        }
    }

    /// Adds the answers of further rows. Columns of several parts hold texts, which have neither span nor names.
    fn widen(&mut self, other: &Self) {
        *self = Self { answered: self.answered + other.answered, span: None, values: None };
    }

    fn write(&self, name: &str, out: &mut Vec<u8>) {
        put_text(out, name);
        put_u32(out, self.answered);
        out.push(u8::from(self.span.is_some()));
        for bound in self.span.iter().flat_map(|(least, most)| [least, most]) {
            out.extend(bound.to_le_bytes());
        }
        out.push(u8::from(self.values.is_some()));
        if let Some(values) = &self.values {
            put_u32(out, values.len());
            for value in values {
                put_text(out, &super::vector::text_of(value));
            }
        }
    }

    fn read(from: &mut Reader<'_>) -> Result<(String, Self), Damaged> {
        let (name, answered) = (from.text()?.to_owned(), from.u32()? as usize);
        let span = match from.u8()? {
            0 => None,
            _ => Some((from.f64()?, from.f64()?)),
        };
        let values = if from.u8()? == 0 {
            None
        } else {
            let texts = (0..from.count(4)?).map(|_| from.text().and_then(super::vector::value_of));
            Some(texts.collect::<Result<_, _>>()?)
        };
        Ok((name, Self { answered, span, values }))
    }
}

/// The smallest and largest of some numbers.
fn span(numbers: Vec<f64>) -> Option<(f64, f64)> {
    let least = numbers.iter().copied().min_by(f64::total_cmp)?;
    Some((least, numbers.into_iter().max_by(f64::total_cmp)?))
}
