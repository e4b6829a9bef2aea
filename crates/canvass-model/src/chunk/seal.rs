//! Sealing: this file is about responses on their way from rows into a chunk, and that they come back to the letter.

use std::collections::HashMap;

use super::{Chunk, Columns, Damaged, Fact, Head, Part, Vector, build, order};
use crate::{response::Response, survey::Version};

/// A chunk as it is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sealed {
    /// Its head: [`Head::open`] reads it.
    pub head: Vec<u8>,
    /// Its parts, column by column.
    pub parts: Vec<SealedPart>,
}

/// A part as it is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SealedPart {
    /// The name of its column.
    pub name: String,
    /// The first of its rows.
    pub first_row: usize,
    /// The last of them.
    pub last_row: usize,
    /// Its bytes: [`Part::open`] reads them.
    pub body: Vec<u8>,
}

impl Chunk {
    /// Seals responses of one survey that stand in the order of application; one at least, [`Chunk::ROWS_MAX`] at most.
    /// What was sealed gives every document back to the letter, or this is an error.
    pub fn seal(responses: &[Response]) -> Result<Sealed, Damaged> {
        let Some(first) = responses.first() else { return Err(Damaged("no responses".to_owned())) };
        let survey = first.accepted.survey;
        let grow = responses.is_sorted_by(|one, other| one.position < other.position);
        if !grow || Self::ROWS_MAX < responses.len() || responses.iter().any(|it| it.accepted.survey != survey) {
            return Err(Damaged("these responses are no chunk".to_owned()));
        }
        let built = build::columns(responses, &Columns::All)?;
        let orders = orders(responses, &built.names, &built.sequences);
        let head = Head::unzoned(survey, responses);
        let key = head.key();
        let columns = built.into_parts();
        let head = head.with(orders, columns.values().flatten());
        let chunk = Self { head, columns, rows: 0..responses.len() };
        let odd = chunk.odd(responses)?;

        let Self { head, mut columns, .. } = chunk;
        let documents = Vector::of_documents(&odd).into_iter();
        let documents: Vec<Part> =
            documents.map(|(row, vector)| Part::new(Fact::Document.name(), key, row, vector)).collect();
        columns.insert(Fact::Document.name().to_owned(), documents);

        let mut names: Vec<&String> = columns.keys().collect();
        names.sort();
        let parts = names.into_iter().flat_map(|it| &columns[it]).map(Part::seal).collect::<Result<_, _>>()?;
        Ok(Sealed { head: head.seal()?, parts })
    }

    /// The documents that the columns do not give back as they were.
    fn odd<'r>(&self, responses: &'r [Response]) -> Result<Vec<Option<&'r str>>, Damaged> {
        let mut again = self.responses(self.rows())?.into_iter();
        let odd = responses.iter().map(|it| {
            let same = again.next().is_some_and(|again| again.accepted.answers == it.accepted.answers);
            (!same).then_some(it.accepted.answers.as_str())
        });
        Ok(odd.collect())
    }
}

/// For each version the order in which its documents name questions.
fn orders(responses: &[Response], names: &[String], sequences: &[Vec<u16>]) -> Vec<(Version, Vec<String>)> {
    let mut of_versions: HashMap<Version, Vec<&[u16]>> = HashMap::new();
    for (response, sequence) in responses.iter().zip(sequences) {
        of_versions.entry(response.accepted.version).or_default().push(sequence);
    }
    let mut orders: Vec<(Version, Vec<String>)> = of_versions
        .into_iter()
        .map(|(version, lists)| {
            let order = order::common(names.len(), lists.into_iter());
            (version, order.things.iter().map(|it| names[usize::from(*it)].clone()).collect())
        })
        .collect();
    orders.sort_by_key(|(version, _)| *version);
    orders
}
