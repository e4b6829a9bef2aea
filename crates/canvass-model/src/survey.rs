//! A survey: this file is about its life from draft to archive. What it asks is its [definition](crate::definition).

use crate::{address::PageAddress, id::SurveyId, time::Timestamp};

/// Where a survey is in its life. Each state carries only what is true in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Status {
    /// Being written; nobody can answer.
    Draft,
    /// Collecting answers.
    Published {
        /// The address it is answered at.
        page: PageAddress,
        /// Since when.
        since: Timestamp,
        /// When it closes by itself, fixed by the plan at publication.
        closes_at: Timestamp,
    },
    /// No longer collecting; answers are final.
    Closed {
        /// The address that now says so.
        page: PageAddress,
        /// Since when.
        since: Timestamp,
    },
    /// Put away: not listed among the surveys at work.
    Archived {
        /// Since when.
        since: Timestamp,
    },
}

/// A survey as listed: its place in its life and its counts, without its questions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Survey {
    /// Its id.
    pub id: SurveyId,
    /// The draft's title in its default language.
    pub title: String,
    /// Its status.
    pub status: Status,
    /// Counts the draft's changes from 1; an edit names the one it was made from.
    pub revision: Revision,
    /// The live version's number; 0 before the first publication.
    pub version: Version,
    /// Whether the draft differs from the live version.
    pub changed_since_published: bool,
    /// Responses applied so far.
    pub responses: u64,
    /// When it was made.
    pub created_at: Timestamp,
    /// When its draft or status last changed.
    pub updated_at: Timestamp,
    /// When it was put into the trash, if it is there.
    pub trashed_at: Option<Timestamp>,
}

/// A version's number: 1 at the first publication.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize, schemars::JsonSchema,
)]
#[serde(transparent)]
pub struct Version(pub u32);

/// A draft's revision: grows by one with every change.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize, schemars::JsonSchema,
)]
#[serde(transparent)]
pub struct Revision(pub u64);

/// The survey's state does not allow what was asked, worded for the person who asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum WrongStatus {
    /// Only an open survey closes.
    #[error("Only a published survey can be closed")]
    NotPublished,
    /// An open survey cannot be put away.
    #[error("Close the survey first; it is still collecting responses")]
    StillPublished,
    /// In the trash nothing happens.
    #[error("This survey is in the trash; restore it first")]
    InTrash,
}

impl Status {
    /// The status's stored and public name.
    pub fn as_str(&self) -> &'static str {
        match self {
            Self::Draft => "draft",
            Self::Published { .. } => "published",
            Self::Closed { .. } => "closed",
            Self::Archived { .. } => "archived",
        }
    }

    /// The address people find it at, if it has one.
    pub fn page(&self) -> Option<&PageAddress> {
        match self {
            Self::Published { page, .. } | Self::Closed { page, .. } => Some(page),
            Self::Draft | Self::Archived { .. } => None,
        }
    }
}

impl Survey {
    /// Days a survey stays in the trash before it is deleted for good.
    pub const TRASH_DAYS: i64 = 30;

    /// Whether answers are accepted at `now`.
    pub fn is_open(&self, now: Timestamp) -> bool {
        self.trashed_at.is_none() && matches!(self.status, Status::Published { closes_at, .. } if now < closes_at)
    }

    /// Publishes the next version at `page`, to close at `closes_at` at the latest. A survey that was open keeps its
    /// opening and closing times.
    pub fn publish(self, page: PageAddress, now: Timestamp, closes_at: Timestamp) -> Result<Self, WrongStatus> {
        if self.trashed_at.is_some() {
            return Err(WrongStatus::InTrash);
        }
        let (since, closes_at) = match self.status {
            Status::Published { since, closes_at, .. } if now < closes_at => (since, closes_at),
            Status::Draft | Status::Published { .. } | Status::Closed { .. } | Status::Archived { .. } => {
                (now, closes_at)
            }
        };
        Ok(Self {
            status: Status::Published { page, since, closes_at },
            version: Version(self.version.0 + 1),
            changed_since_published: false,
            updated_at: now,
            ..self
        })
    }

    /// Stops collecting.
    pub fn close(self, now: Timestamp) -> Result<Self, WrongStatus> {
        match self.status {
            Status::Published { page, .. } => {
                Ok(Self { status: Status::Closed { page, since: now }, updated_at: now, ..self })
            }
            Status::Draft | Status::Closed { .. } | Status::Archived { .. } => Err(WrongStatus::NotPublished),
        }
    }

    /// Puts a draft or closed survey away.
    pub fn archive(self, now: Timestamp) -> Result<Self, WrongStatus> {
        match self.status {
            Status::Published { .. } => Err(WrongStatus::StillPublished),
            Status::Draft | Status::Closed { .. } | Status::Archived { .. } => {
                Ok(Self { status: Status::Archived { since: now }, updated_at: now, ..self })
            }
        }
    }

    /// Puts it into the trash, from where it can be restored.
    pub fn trash(self, now: Timestamp) -> Result<Self, WrongStatus> {
        match self.status {
            Status::Published { .. } => Err(WrongStatus::StillPublished),
            Status::Draft | Status::Closed { .. } | Status::Archived { .. } => {
                Ok(Self { trashed_at: Some(now), updated_at: now, ..self })
            }
        }
    }

    /// Takes it out of the trash.
    #[must_use]
    pub fn restore(self, now: Timestamp) -> Self {
        Self { trashed_at: None, updated_at: now, ..self }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn draft() -> Survey {
        Survey {
            id: SurveyId::from(uuid::Uuid::nil()),
            title: "Lunch".to_owned(),
            status: Status::Draft,
            revision: Revision(1),
            version: Version(0),
            changed_since_published: true,
            responses: 0,
            created_at: Timestamp(1),
            updated_at: Timestamp(1),
            trashed_at: None,
        }
    }

    fn page() -> PageAddress {
        PageAddress::parse("lunch").unwrap()
    }

    #[test]
    fn a_published_survey_closes_by_itself() {
        let survey = draft().publish(page(), Timestamp(10), Timestamp(20)).unwrap();
        assert!(survey.is_open(Timestamp(19)));
        assert!(!survey.is_open(Timestamp(20)));
    }

    #[test]
    fn publishing_again_keeps_the_closing_time_and_counts_a_version() {
        let survey = draft().publish(page(), Timestamp(10), Timestamp(20)).unwrap();
        let again = survey.publish(page(), Timestamp(15), Timestamp(90)).unwrap();
        assert_eq!(again.version, Version(2));
        assert!(matches!(again.status, Status::Published { since: Timestamp(10), closes_at: Timestamp(20), .. }));
    }

    #[test]
    fn an_open_survey_cannot_be_thrown_away() {
        let survey = draft().publish(page(), Timestamp(10), Timestamp(20)).unwrap();
        assert_eq!(survey.clone().trash(Timestamp(11)), Err(WrongStatus::StillPublished));
        let closed = survey.close(Timestamp(11)).unwrap();
        assert!(closed.clone().trash(Timestamp(12)).unwrap().publish(page(), Timestamp(13), Timestamp(20)).is_err());
        assert_eq!(closed.close(Timestamp(12)), Err(WrongStatus::NotPublished));
    }
}
