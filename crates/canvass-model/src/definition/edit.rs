//! Changes to a definition: this file is about every edit a member can make, and how two who edit at once lose nothing.

#[cfg(test)]
mod tests;

use std::collections::{BTreeSet, HashSet};

use super::{
    Choice, ChoiceId, Content, Definition, Fault, Fingerprint, Kind, KindName, Other, Question, QuestionId, Section,
    SectionId, SetBy, Text, limit, write,
};

/// One change.
#[derive(Debug, Clone, PartialEq)]
pub enum Edit {
    /// Renames the survey.
    SetTitle {
        /// The fingerprint of the title it was made from.
        base: Fingerprint,
        /// The title as it shall be.
        title: Text,
    },
    /// Changes or removes what stands above the first section.
    SetDescription {
        /// The fingerprint of the description it was made from.
        base: Fingerprint,
        /// The description as it shall be.
        description: Option<Text>,
    },
    /// Changes or removes what a respondent reads at the end.
    SetThankYou {
        /// The fingerprint of the text it was made from.
        base: Fingerprint,
        /// The text as it shall be.
        thank_you: Option<Text>,
    },
    /// Adds an empty section after another, or as the first.
    AddSection {
        /// The section it follows; `None` for the first place.
        after: Option<SectionId>,
    },
    /// Changes a section's heading and description.
    EditSection {
        /// Which.
        id: SectionId,
        /// The fingerprint of the section it was made from.
        base: Fingerprint,
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
    /// Somebody else changed the heading or description of the section since the edit began.
    #[error("Somebody else changed this section while you were editing it; compare, then save again")]
    SectionChangedMeanwhile {
        /// The section as it is now.
        theirs: Box<Section>,
    },
    /// Somebody else changed the text since the edit began.
    #[error("Somebody else changed this text while you were editing it; compare, then save again")]
    TextChangedMeanwhile {
        /// The text as it is now, if it is still there.
        theirs: Option<Text>,
    },
    /// Somebody else removed what was edited.
    #[error("Somebody else removed this while you were editing it")]
    RemovedMeanwhile,
    /// The change would make the definition wrong.
    #[error("{}", .0.first().map_or("This cannot be saved", |it| &it.message))]
    Invalid(Vec<Fault>),
}

/// The definition after `edit`; a new question gets none of the `taken` ids.
pub(super) fn apply(
    definition: &Definition,
    edit: Edit,
    taken: &BTreeSet<QuestionId>,
) -> Result<Definition, EditRefusal> {
    let mut content = definition.content.clone();
    match edit {
        Edit::SetTitle { base, title } => {
            let mut present = Some(content.title);
            replace_text(&mut present, &base, Some(title))?;
            content.title = present.ok_or(EditRefusal::RemovedMeanwhile)?;
        }
        Edit::SetDescription { base, description } => replace_text(&mut content.description, &base, description)?,
        Edit::SetThankYou { base, thank_you } => replace_text(&mut content.thank_you, &base, thank_you)?,
        Edit::AddSection { after } => add_section(&mut content, after.as_ref())?,
        Edit::EditSection { id, base, title, description } => {
            let place = section_place(&content, &id)?;
            edit_section(&mut content.sections[place], &base, title, description)?;
        }
        Edit::RemoveSection { id } => {
            let place = section_place(&content, &id)?;
            content.sections.remove(place);
        }
        Edit::MoveSection { id, to_index } => {
            let place = section_place(&content, &id)?;
            let section = content.sections.remove(place);
            content.sections.insert(to_index.min(content.sections.len()), section);
        }
        Edit::AddQuestion { section, index, kind_name } => {
            let place = section_place(&content, &section)?;
            let question = blank_question(definition, kind_name, free_id(definition, taken));
            insert(&mut content.sections[place].questions, index, question);
        }
        Edit::EditQuestion { base, question, rename } => {
            let (section, place) = question_place(definition, &question.id)?;
            edit_question(&mut content.sections[section].questions[place], &base, *question, rename)?;
        }
        Edit::RemoveQuestion { id } => {
            let (section, place) = question_place(definition, &id)?;
            content.sections[section].questions.remove(place);
        }
        Edit::MoveQuestion { id, section, index } => {
            let (from, place) = question_place(definition, &id)?;
            let to = section_place(&content, &section)?;
            let question = content.sections[from].questions.remove(place);
            insert(&mut content.sections[to].questions, index, question);
        }
        Edit::DuplicateQuestion { id } => {
            let (section, place) = question_place(definition, &id)?;
            let questions = &mut content.sections[section].questions;
            let copy = Question { id: free_id(definition, taken), ..questions[place].clone() };
            insert(questions, place + 1, copy);
        }
        Edit::Replace(replacement) => content = replacement.content,
    }
    // The parser holds every rule there is, so that an edit cannot get round one.
    Definition::parse(&write::definition(&content)).map_err(EditRefusal::Invalid)
}

fn replace_text(present: &mut Option<Text>, base: &Fingerprint, text: Option<Text>) -> Result<(), EditRefusal> {
    if *present != text && *base != Fingerprint::of_text(present.as_ref()) {
        return Err(EditRefusal::TextChangedMeanwhile { theirs: present.take() });
    }
    *present = text;
    Ok(())
}

fn add_section(content: &mut Content, after: Option<&SectionId>) -> Result<(), EditRefusal> {
    let place = after.map_or(Ok(0), |it| section_place(content, it).map(|it| it + 1))?;
    let mut number = 1;
    while content.sections.iter().any(|it| it.id == SectionId::generated(number)) {
        number += 1;
    }
    let id = SectionId::generated(number);
    content.sections.insert(place, Section { id, title: None, description: None, questions: Vec::new() });
    Ok(())
}

fn edit_section(
    section: &mut Section,
    base: &Fingerprint,
    title: Option<Text>,
    description: Option<Text>,
) -> Result<(), EditRefusal> {
    let same = section.title == title && section.description == description;
    if !same && section.fingerprint() != *base {
        return Err(EditRefusal::SectionChangedMeanwhile { theirs: Box::new(section.clone()) });
    }
    section.title = title;
    section.description = description;
    Ok(())
}

fn edit_question(
    present: &mut Question,
    base: &Fingerprint,
    question: Question,
    rename: Option<QuestionId>,
) -> Result<(), EditRefusal> {
    if *present != question && present.fingerprint() != *base {
        return Err(EditRefusal::ChangedMeanwhile { theirs: Box::new(present.clone()) });
    }
    let id = rename.unwrap_or(question.id);
    *present = Question { id, ..question };
    Ok(())
}

fn section_place(content: &Content, id: &SectionId) -> Result<usize, EditRefusal> {
    content.sections.iter().position(|it| it.id == *id).ok_or(EditRefusal::RemovedMeanwhile)
}

fn question_place(definition: &Definition, id: &QuestionId) -> Result<(usize, usize), EditRefusal> {
    definition.places.get(id).copied().ok_or(EditRefusal::RemovedMeanwhile)
}

fn insert(questions: &mut Vec<Question>, index: usize, question: Question) {
    questions.insert(index.min(questions.len()), question);
}

/// The first id that no question has or had, whatever its capitals.
fn free_id(definition: &Definition, taken: &BTreeSet<QuestionId>) -> QuestionId {
    let used: HashSet<String> =
        definition.places.keys().chain(taken).map(|it| it.as_str().to_ascii_lowercase()).collect();
    let mut number = 1;
    loop {
        let id = QuestionId::generated(number);
        if !used.contains(id.as_str()) {
            return id;
        }
        number += 1;
    }
}

fn blank_question(definition: &Definition, name: KindName, id: QuestionId) -> Question {
    let empty = || {
        let blank = Text::new(definition.default_language().clone(), "");
        definition.languages.iter().fold(blank, |text, language| text.with(language, ""))
    };
    let choices = || [1, 2].map(|it| Choice { id: ChoiceId::generated(it), label: empty() }).to_vec();
    let kind = match name {
        KindName::ShortText => Kind::ShortText { chars_min: 0, chars_max: limit::SHORT_TEXT_CHARS_MAX },
        KindName::LongText => Kind::LongText { chars_min: 0, chars_max: limit::LONG_TEXT_CHARS_MAX },
        KindName::Integer => Kind::Integer { min: None, max: None, unit: None },
        KindName::Decimal => Kind::Decimal { min: None, max: None, step: None, unit: None },
        KindName::SingleChoice => Kind::SingleChoice { choices: choices(), other: Other::Absent },
        KindName::MultipleChoice => {
            Kind::MultipleChoice { choices: choices(), other: Other::Absent, picks_min: None, picks_max: None }
        }
        KindName::Dropdown => Kind::Dropdown { choices: choices(), other: Other::Absent },
        KindName::Stars => Kind::Stars { count: limit::STARS_DEFAULT },
        KindName::OpinionScale => Kind::OpinionScale {
            from: limit::SCALE_FROM_DEFAULT,
            to: limit::SCALE_TO_DEFAULT,
            low_label: None,
            high_label: None,
        },
        KindName::Nps => Kind::Nps { low_label: None, high_label: None },
        KindName::YesNo => Kind::YesNo,
        KindName::Statement => Kind::Statement,
        KindName::Hidden => Kind::Hidden { set_by: SetBy::Url, default: None },
    };
    Question { id, label: empty(), help: None, required: false, kind }
}

impl Edit {
    /// A few words for the log of changes, like "add question".
    pub fn what(&self) -> String {
        match self {
            Self::SetTitle { .. } => "rename the survey".to_owned(),
            Self::SetDescription { .. } => "change the description".to_owned(),
            Self::SetThankYou { .. } => "change the thank-you text".to_owned(),
            Self::AddSection { .. } => "add a section".to_owned(),
            Self::EditSection { id, .. } => format!("edit section {id}"),
            Self::RemoveSection { id } => format!("remove section {id}"),
            Self::MoveSection { id, .. } => format!("move section {id}"),
            Self::AddQuestion { kind_name, .. } => format!("add a question: {}", kind_name.label().to_lowercase()),
            Self::EditQuestion { question, rename: None, .. } => format!("edit question {}", question.id),
            Self::EditQuestion { question, rename: Some(id), .. } => {
                format!("edit question {}, now {id}", question.id)
            }
            Self::RemoveQuestion { id } => format!("remove question {id}"),
            Self::MoveQuestion { id, section, .. } => format!("move question {id} in section {section}"),
            Self::DuplicateQuestion { id } => format!("duplicate question {id}"),
            Self::Replace(_) => "replace the whole definition".to_owned(),
        }
    }
}
