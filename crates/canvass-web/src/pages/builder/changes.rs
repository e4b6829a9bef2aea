//! Changes of order and number: this file is about what a press of a button in the list of questions means.
//!
//! A form says "up", not "to place 3": whoever else moved something in the meantime, it goes up by one.

use canvass_model::definition::{Definition, Edit, EditRefusal, KindName, QuestionId, SectionId};

use crate::form::Form;

/// What was pressed.
#[derive(Clone)]
pub(super) enum Press {
    /// A button of a question.
    Question(QuestionId, Tool),
    /// A question was dropped at this place of its section, from 0.
    Drop(QuestionId, usize),
    /// A button of a section.
    Section(SectionId, Tool),
    /// A type of question to add at the end of a section.
    AddQuestion(SectionId, KindName),
    /// A section to add at the end.
    AddSection,
}

/// What a button does.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Tool {
    Up,
    Down,
    Duplicate,
    Remove,
}

impl Tool {
    fn parse(text: &str) -> Option<Self> {
        match text {
            "up" => Some(Self::Up),
            "down" => Some(Self::Down),
            "duplicate" => Some(Self::Duplicate),
            "remove" => Some(Self::Remove),
            _ => None,
        }
    }
}

impl Press {
    /// Reads a form; `None` for one that is not ours.
    pub(super) fn read(form: &Form) -> Option<Self> {
        if form.text("do") == "add-section" {
            return Some(Self::AddSection);
        }
        let tool = Tool::parse(form.text("do"));
        if let Ok(question) = QuestionId::parse(form.text("question")) {
            let place = form.text("place").parse::<usize>().ok();
            return match (tool, place) {
                (Some(tool), _) => Some(Self::Question(question, tool)),
                (None, Some(place)) => Some(Self::Drop(question, place.saturating_sub(1))),
                (None, None) => None,
            };
        }
        let section = SectionId::parse(form.text("section")).ok()?;
        match (KindName::parse(form.text("kind")), tool) {
            (Some(kind), _) => Some(Self::AddQuestion(section, kind)),
            (None, Some(tool)) => Some(Self::Section(section, tool)),
            (None, None) => None,
        }
    }

    /// The change it makes to the draft as it is now.
    pub(super) fn edit(&self, draft: &Definition) -> Result<Edit, EditRefusal> {
        match self {
            Self::Question(id, Tool::Duplicate) => Ok(Edit::DuplicateQuestion { id: id.clone() }),
            Self::Question(id, Tool::Remove) => Ok(Edit::RemoveQuestion { id: id.clone() }),
            Self::Question(id, tool @ (Tool::Up | Tool::Down)) => shift(draft, id, *tool),
            Self::Drop(id, index) => {
                let section = draft.section_of(id).ok_or(EditRefusal::RemovedMeanwhile)?;
                Ok(Edit::MoveQuestion { id: id.clone(), section: section.id.clone(), index: *index })
            }
            Self::Section(id, tool) => section(draft, id, *tool),
            Self::AddQuestion(section, kind_name) => {
                Ok(Edit::AddQuestion { section: section.clone(), index: usize::MAX, kind_name: *kind_name })
            }
            Self::AddSection => Ok(Edit::AddSection { after: draft.sections.last().map(|it| it.id.clone()) }),
        }
    }
}

/// One place up or down; beyond the edge of a section, into the next one.
fn shift(draft: &Definition, id: &QuestionId, tool: Tool) -> Result<Edit, EditRefusal> {
    let sections = &draft.sections;
    let at = sections
        .iter()
        .enumerate()
        .find_map(|(section, it)| it.questions.iter().position(|it| it.id == *id).map(|place| (section, place)));
    let (section, place) = at.ok_or(EditRefusal::RemovedMeanwhile)?;
    let is_last = sections[section].questions.len() <= place + 1;
    let (section, index) = match tool {
        Tool::Up if 0 < place => (section, place - 1),
        Tool::Up if 0 < section => (section - 1, usize::MAX),
        Tool::Down if !is_last => (section, place + 1),
        Tool::Down if section + 1 < sections.len() => (section + 1, 0),
        Tool::Up | Tool::Down | Tool::Duplicate | Tool::Remove => (section, place),
    };
    Ok(Edit::MoveQuestion { id: id.clone(), section: sections[section].id.clone(), index })
}

fn section(draft: &Definition, id: &SectionId, tool: Tool) -> Result<Edit, EditRefusal> {
    let place = draft.sections.iter().position(|it| it.id == *id).ok_or(EditRefusal::RemovedMeanwhile)?;
    let id = id.clone();
    match tool {
        Tool::Up => Ok(Edit::MoveSection { id, to_index: place.saturating_sub(1) }),
        Tool::Down => Ok(Edit::MoveSection { id, to_index: place + 1 }),
        Tool::Remove | Tool::Duplicate => Ok(Edit::RemoveSection { id }),
    }
}
