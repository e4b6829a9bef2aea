//! Rows: this file is about the responses that a chunk holds, each with its document as it was.

use std::ops::Range;

use super::{Chunk, Damaged, Fact, Vector, part_of, vector::value_of};
use crate::{
    id::ResponseId,
    response::{Accepted, Response, Source},
    survey::Version,
    time::Timestamp,
};

impl Chunk {
    /// The responses in some rows; everything of them must have been read.
    pub fn responses(&self, rows: Range<usize>) -> Result<Vec<Response>, Damaged> {
        let texts = self.entry_texts()?;
        rows.map(|row| {
            let version = self.version(row)?;
            let accepted = Accepted {
                id: self.id(row)?,
                survey: self.head.survey(),
                version,
                received_at: Timestamp(self.integer(Fact::ReceivedAt, row)?),
                source: self.source(row)?,
                answers: self.document(row, version, &texts)?,
            };
            Ok(Response { position: self.integer(Fact::Position, row)?, accepted })
        })
        .collect()
    }

    /// The id of a row's response; the ids must have been read.
    pub fn id(&self, row: usize) -> Result<ResponseId, Damaged> {
        let part = part_of(self.column(Fact::Id.name()), row);
        let id = part.and_then(|it| it.vector().id(row - it.rows().start));
        id.map(|it| uuid::Uuid::from_bytes(it).into()).ok_or_else(|| Damaged(format!("row {row} has no id")))
    }

    /// The row of a response; the ids must have been read.
    pub fn row_of(&self, id: ResponseId) -> Result<Option<usize>, Damaged> {
        for row in self.rows() {
            if self.id(row)? == id {
                return Ok(Some(row));
            }
        }
        Ok(None)
    }

    /// Where a row's response came from.
    pub fn source(&self, row: usize) -> Result<Source, Damaged> {
        if let [source] = self.head.sources() {
            return Ok(*source);
        }
        let part = part_of(self.column(Fact::Source.name()), row);
        let value = part.map(|it| it.vector().value(row - it.rows().start)).transpose()?.flatten();
        let source = value.as_ref().and_then(|it| Source::parse(it.as_str()?));
        source.ok_or_else(|| Damaged(format!("row {row} has no source")))
    }

    fn document(&self, row: usize, version: Version, texts: &Texts<'_>) -> Result<String, Damaged> {
        if let Some(part) = part_of(self.column(Fact::Document.name()), row)
            && let Some(document) = part.vector().text(row - part.rows().start)
        {
            return Ok(document.to_owned());
        }
        let mut document = String::from("{");
        for name in self.head.order(version) {
            let Some(part) = part_of(self.column(name), row) else { continue };
            let at = document.len();
            if 1 < at {
                document.push(',');
            }
            document.push('"');
            document.push_str(name);
            document.push_str("\":");
            if !write_json(part.vector(), row - part.rows().start, texts, &mut document)? {
                document.truncate(at);
            }
        }
        document.push('}');
        Ok(document)
    }

    /// The JSON of every listed value that is not kept as JSON: numbers with decimals.
    fn entry_texts(&self) -> Result<Texts<'_>, Damaged> {
        let mut texts = Texts::new();
        for part in self.columns.values().flatten() {
            let Vector::Codes { entries, .. } = part.vector() else { continue };
            for entry in entries.iter().filter(|it| !is_json(it)) {
                texts.insert(entry.as_str(), value_of(entry)?.to_string());
            }
        }
        Ok(texts)
    }
}

/// What is written for a value that is not kept as JSON.
type Texts<'c> = std::collections::HashMap<&'c str, String>;

/// Appends a row's value as JSON; `false` when there is none.
fn write_json(vector: &Vector, row: usize, texts: &Texts<'_>, out: &mut String) -> Result<bool, Damaged> {
    match vector {
        Vector::Codes { entries, codes } => {
            let place = codes.get(row).and_then(|it| usize::from(*it).checked_sub(1));
            let Some(entry) = place.and_then(|it| entries.get(it)) else { return Ok(false) };
            out.push_str(texts.get(entry.as_str()).unwrap_or(entry));
            Ok(true)
        }
        Vector::Integers { .. }
        | Vector::Decimals { .. }
        | Vector::Texts(_)
        | Vector::Picks { .. }
        | Vector::Values(_)
        | Vector::Ids(_) => {
            let Some(value) = vector.value(row)? else { return Ok(false) };
            out.push_str(&value.to_string());
            Ok(true)
        }
    }
}

/// Whether an entry is kept as JSON, and not as a number's bits.
fn is_json(entry: &str) -> bool {
    !entry.starts_with('~')
}
