//! Chunks: this file is about thousands of responses of one survey kept question by question, so that a count reads the
//! columns it asks for and nothing else. `docs/columns.md` describes what is stored.
//!
//! Reading order: `vector` holds the answers to one question, `part` is a vector as stored bytes, `head` says what is in
//! a chunk without reading it, `build` makes columns of documents, `order` finds in which order a document's questions
//! stood, `seal` is a chunk on its way into the store, `rows` gives the responses back.

mod build;
mod bytes;
mod head;
mod order;
mod part;
mod rows;
mod seal;
#[cfg(test)]
pub(crate) mod tests;
mod vector;

use std::{
    collections::{BTreeSet, HashMap},
    ops::Range,
};

pub use self::{
    head::{Head, Zone},
    part::Part,
    seal::{Sealed, SealedPart},
    vector::Vector,
};
use crate::{
    answer::{Answer, from_stored_value},
    definition::{Kind, QuestionId},
    id::SurveyId,
    response::Response,
    survey::Version,
};

/// Responses of one survey in the order of application, column by column; as many columns as were asked for.
#[derive(Debug, Clone)]
pub struct Chunk {
    head: Head,
    /// The columns that were read, by the name of their question or [`Fact`]; the parts of each from the first row on.
    columns: HashMap<String, Vec<Part>>,
    /// The rows that count.
    rows: Range<usize>,
}

/// What is known of a response besides its answers. A fact's column is named with an underscore first, which no question's
/// id begins with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Fact {
    /// Its place in the order of application.
    Position,
    /// Its id.
    Id,
    /// When it was accepted.
    ReceivedAt,
    /// The version it answered.
    Version,
    /// Where it came from.
    Source,
    /// Its whole document, where the columns do not give it back to the letter.
    Document,
}

/// Which columns of a chunk to read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Columns {
    /// All of them.
    All,
    /// Those with these names, of [facts](Fact::name) and of questions.
    Named(BTreeSet<String>),
}

/// Stored bytes that are no chunk, or a chunk that does not hold what it says.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct Damaged(pub String);

impl Chunk {
    /// The most responses of a chunk: enough that what a chunk costs by itself does not count, few enough that one is
    /// written again in a moment. A cross-tab of a million was quickest around this size.
    pub const ROWS_MAX: usize = 8_192;
    /// The most bytes of answers in a chunk, unless a single response has more.
    pub const BYTES_MAX: usize = 16 << 20;

    /// Responses that are not sealed, with the columns that `columns` asks for; `None` when it asks for nothing. Their
    /// documents must be objects.
    pub fn fresh(
        survey: SurveyId,
        responses: &[Response],
        columns: &dyn Fn(&Head) -> Option<Columns>,
    ) -> Result<Option<Self>, Damaged> {
        let head = Head::unzoned(survey, responses);
        let Some(wanted) = columns(&head) else { return Ok(None) };
        let columns = build::columns(responses, &wanted)?.into_parts();
        Ok(Some(Self { head, columns, rows: 0..responses.len() }))
    }

    /// A sealed chunk of which some parts were read: those that begin before the end of `rows` and end after its start.
    pub fn assemble(head: Head, parts: impl IntoIterator<Item = Part>, rows: Range<usize>) -> Result<Self, Damaged> {
        let end = head.rows();
        if end < rows.end {
            return Err(Damaged(format!("row {} of a chunk of {end}", rows.end)));
        }
        let mut columns: HashMap<String, Vec<Part>> = HashMap::new();
        for part in parts {
            let of_one = columns.entry(part.name().to_owned()).or_default();
            let follows = of_one.last().is_none_or(|it| it.rows().end <= part.rows().start);
            if !follows || end < part.rows().end || part.key() != head.key() {
                return Err(Damaged(format!("a part of {} is out of place", part.name())));
            }
            of_one.push(part);
        }
        Ok(Self { head, columns, rows })
    }

    /// What the chunk says of itself.
    pub fn head(&self) -> &Head {
        &self.head
    }

    /// The rows that count.
    pub fn rows(&self) -> Range<usize> {
        self.rows.clone()
    }

    /// The same without the rows up to a position; their [positions](Fact::Position) must have been read.
    pub fn after(mut self, position: i64) -> Result<Self, Damaged> {
        let skipped = self.rows_up_to(position)?;
        self.rows.start = self.rows.start.max(skipped).min(self.rows.end);
        Ok(self)
    }

    /// The same without the rows from a position on; their positions must have been read.
    pub fn before(mut self, position: i64) -> Result<Self, Damaged> {
        let left = self.rows_up_to(position.saturating_sub(1))?;
        self.rows.end = self.rows.end.min(left).max(self.rows.start);
        Ok(self)
    }

    /// The position of a row; the positions must have been read.
    pub fn position(&self, row: usize) -> Result<i64, Damaged> {
        self.integer(Fact::Position, row)
    }

    /// How many rows stand at a position or before; their positions must have been read.
    pub fn rows_up_to(&self, position: i64) -> Result<usize, Damaged> {
        let mut count = 0;
        for row in 0..self.head.rows() {
            if position < self.integer(Fact::Position, row)? {
                break;
            }
            count = row + 1;
        }
        Ok(count)
    }

    /// The parts of a column in their order. A row in none of them has nothing there.
    pub fn column(&self, name: &str) -> &[Part] {
        self.columns.get(name).map(Vec::as_slice).unwrap_or_default()
    }

    /// The names of the questions whose columns were read.
    pub fn questions(&self) -> impl Iterator<Item = QuestionId> {
        self.columns.keys().filter_map(|it| QuestionId::parse(it).ok())
    }

    /// A row's answer to a question of this kind; `None` when there is none.
    pub fn answer(&self, name: &str, kind: Option<&Kind>, row: usize) -> Result<Option<Answer>, Damaged> {
        let Some(part) = part_of(self.column(name), row) else { return Ok(None) };
        let Some(value) = part.vector().value(row - part.rows().start)? else { return Ok(None) };
        match from_stored_value(kind, value) {
            Some(answer) => Ok(Some(answer)),
            None => Err(Damaged(format!("the answer to {name}"))),
        }
    }

    /// The version that a row answered.
    pub fn version(&self, row: usize) -> Result<Version, Damaged> {
        if let [version] = self.head.versions() {
            return Ok(*version);
        }
        let number = self.integer(Fact::Version, row)?;
        u32::try_from(number).map(Version).map_err(|_| Damaged(format!("version {number}")))
    }

    /// A fact that is a whole number.
    pub(crate) fn integer(&self, fact: Fact, row: usize) -> Result<i64, Damaged> {
        let missing = || Damaged(format!("no {} of row {row}", fact.name()));
        let part = part_of(self.column(fact.name()), row).ok_or_else(missing)?;
        part.vector().integer(row - part.rows().start).ok_or_else(missing)
    }
}

impl Fact {
    /// All facts.
    pub const ALL: [Self; 6] =
        [Self::Position, Self::Id, Self::ReceivedAt, Self::Version, Self::Source, Self::Document];

    /// The name of its column.
    pub fn name(self) -> &'static str {
        match self {
            Self::Position => "_position",
            Self::Id => "_id",
            Self::ReceivedAt => "_received_at",
            Self::Version => "_version",
            Self::Source => "_source",
            Self::Document => "_document",
        }
    }
}

impl Columns {
    /// Columns by their names.
    pub fn named(names: impl IntoIterator<Item = impl Into<String>>) -> Self {
        Self::Named(names.into_iter().map(Into::into).collect())
    }

    /// The same and a fact.
    #[must_use]
    pub fn and(self, fact: Fact) -> Self {
        self.with(fact.name())
    }

    /// The same and the column of this name.
    #[must_use]
    pub fn with(self, name: &str) -> Self {
        match self {
            Self::All => Self::All,
            Self::Named(mut names) => {
                names.insert(name.to_owned());
                Self::Named(names)
            }
        }
    }

    /// Whether this column is among them.
    pub fn hold(&self, name: &str) -> bool {
        match self {
            Self::All => true,
            Self::Named(names) => names.contains(name),
        }
    }
}

/// The part that holds a row.
fn part_of(parts: &[Part], row: usize) -> Option<&Part> {
    let place = parts.partition_point(|it| it.rows().end <= row);
    parts.get(place).filter(|it| it.rows().contains(&row))
}
