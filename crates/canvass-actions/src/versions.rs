//! Versions: this file is about reading the answers of one survey by the definitions they were given to.

use std::collections::{HashMap, hash_map::Entry};

use canvass_model::{
    answer::Answers,
    chunk::Chunk,
    definition::{Definition, QuestionId},
    filter::Mask,
    id::SurveyId,
    response::Accepted,
    summary::Summary,
    survey::Version,
};
use canvass_storage::{self as storage, ReadTx, surveys};

use crate::{Error, error::stored_definition};

/// The published versions of one survey, each read once.
#[derive(Debug, Clone)]
pub(crate) struct Versions {
    survey: SurveyId,
    definitions: HashMap<Version, Definition>,
}

impl Versions {
    pub(crate) fn of(survey: SurveyId) -> Self {
        Self { survey, definitions: HashMap::new() }
    }

    pub(crate) fn survey(&self) -> SurveyId {
        self.survey
    }

    /// A response's answers, read as answers to the version they were given to.
    pub(crate) fn read(&mut self, tx: &mut ReadTx<'_>, response: &Accepted) -> Result<Answers, Error> {
        let definition = self.version(tx, response.version)?;
        Answers::from_stored(definition, &response.answers)
            .map_err(|error| rejected(format!("response {}: {error}", response.id)))
    }

    /// Counts those responses of a chunk that `mask` lets. All its columns must have been read.
    pub(crate) fn count(
        &mut self,
        tx: &mut ReadTx<'_>,
        summary: &mut Summary,
        chunk: &Chunk,
        mask: &Mask,
    ) -> Result<(), Error> {
        for version in chunk.head().versions() {
            self.version(tx, *version)?;
        }
        let kind = |version: Version, id: &QuestionId| Some(&self.definitions.get(&version)?.question(id)?.kind);
        let counted = summary.add_chunk(chunk, mask, kind);
        counted.map_err(|error| rejected(format!("responses to the survey {}: {error}", self.survey)))
    }

    /// A version that was published.
    pub(crate) fn version(&mut self, tx: &mut ReadTx<'_>, version: Version) -> Result<&Definition, Error> {
        match self.definitions.entry(version) {
            Entry::Occupied(entry) => Ok(entry.into_mut()),
            Entry::Vacant(entry) => {
                let text = surveys::version(tx, self.survey, version)?.ok_or_else(|| {
                    rejected(format!("the survey {} was never published as version {}", self.survey, version.0))
                })?;
                Ok(entry.insert(stored_definition(&text)?))
            }
        }
    }
}

fn rejected(reason: String) -> Error {
    Error::Storage(storage::Error::Rejected(reason))
}
