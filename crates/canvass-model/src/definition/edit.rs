//! Changes to a definition: this file is about every edit a member can make, and how two who edit at once lose nothing.

use super::{Definition, Fault, Fingerprint, KindName, Question, QuestionId, SectionId, Text};

/// One change.
#[derive(Debug, Clone, PartialEq)]
pub enum Edit {
    /// Renames the survey.
    SetTitle(Text),
    /// Changes or removes what stands above the first section.
    SetDescription(Option<Text>),
    /// Changes or removes what a respondent reads at the end.
    SetThankYou(Option<Text>),
    /// Adds an empty section after another, or as the first.
    AddSection {
        /// The section it follows; `None` for the first place.
        after: Option<SectionId>,
    },
    /// Changes a section's heading and description.
    EditSection {
        /// Which.
        id: SectionId,
        /// Its heading.
        title: Option<Text>,
        /// What stands below it.
        description: Option<Text>,
    },
    /// Removes a section with its questions.
    RemoveSection {
        /// Which.
        id: SectionId,
    },
    /// Moves a section.
    MoveSection {
        /// Which.
        id: SectionId,
        /// Its place afterwards, from 0; beyond the end means the end.
        to_index: usize,
    },
    /// Adds an empty question.
    AddQuestion {
        /// The section it goes into.
        section: SectionId,
        /// Its place there, from 0; beyond the end means the end.
        index: usize,
        /// Its type.
        kind_name: KindName,
    },
    /// Replaces a question, found by its id, with one made from it.
    EditQuestion {
        /// The fingerprint of the question it was made from.
        base: Fingerprint,
        /// The question as it shall be, still with its id.
        question: Box<Question>,
        /// Its new id, if it gets one.
        rename: Option<QuestionId>,
    },
    /// Removes a question.
    RemoveQuestion {
        /// Which.
        id: QuestionId,
    },
    /// Moves a question, also to another section.
    MoveQuestion {
        /// Which.
        id: QuestionId,
        /// The section it goes into.
        section: SectionId,
        /// Its place there afterwards, from 0; beyond the end means the end.
        index: usize,
    },
    /// Adds a copy below a question.
    DuplicateQuestion {
        /// Which.
        id: QuestionId,
    },
    /// Replaces everything, as an import or a document written by hand does.
    Replace(Box<Definition>),
}

/// Why a change was refused, worded for the person who made it.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum EditRefusal {
    /// Somebody else changed the question since the edit began.
    #[error("Somebody else changed this question while you were editing it; compare, then save again")]
    ChangedMeanwhile {
        /// The question as it is now.
        theirs: Box<Question>,
    },
    /// Somebody else removed what was edited.
    #[error("Somebody else removed this while you were editing it")]
    RemovedMeanwhile,
    /// The change would make the definition wrong.
    #[error("{}", .0.first().map_or("This cannot be saved", |it| &it.message))]
    Invalid(Vec<Fault>),
}

/// The definition after `edit`.
pub(super) fn apply(_definition: &Definition, _edit: Edit) -> Result<Definition, EditRefusal> {
    todo!()
}

impl Edit {
    /// A few words for the log of changes, like "add question".
    pub fn what(&self) -> String {
        todo!()
    }
}
