//! Answers in tables: this file is about which column each question of a survey gets, over all its versions, and about
//! reading stored answers straight into the cells of a row.
//!
//! A question keeps its column whatever its versions made of it. Where they asked for different things, the column holds
//! what both fit into: whole numbers and decimals become decimals, one pick and several become several, everything else
//! becomes text.

mod reading;
#[cfg(test)]
mod tests;

use std::collections::HashMap;

use super::Unreadable;
use crate::{
    definition::{self, Definition, Kind, Question, Text},
    table::{self, Cell, Choice, Column},
};

/// The columns of a survey's questions: those of the newest version in its order, then those that were removed since.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Columns {
    asked: Vec<Asked>,
    versions: usize,
}

/// One question's column.
#[derive(Debug, Clone, PartialEq)]
struct Asked {
    name: String,
    label: String,
    shape: Shape,
}

/// What the answers to a question have in common, over all versions.
#[derive(Debug, Clone, PartialEq)]
enum Shape {
    Text,
    Integer,
    Scale(Vec<(i64, String)>),
    Decimal,
    YesNo,
    One(Choices),
    Any(Choices),
}

/// The choices of a question, those of the newest version first.
#[derive(Debug, Clone, PartialEq, Default)]
struct Choices {
    listed: Vec<Choice>,
    places: HashMap<String, usize>,
}

impl Columns {
    /// Adds a version's questions. Call it with the newest version first: its order, labels and choices lead.
    pub fn add(&mut self, version: &Definition) {
        let places: HashMap<String, usize> =
            self.asked.iter().enumerate().map(|(place, it)| (it.name.clone(), place)).collect();
        for question in version.questions() {
            let Some(shape) = Shape::of(&question.kind) else { continue };
            match places.get(question.id.as_str()).and_then(|place| self.asked.get_mut(*place)) {
                Some(asked) => {
                    let newer = std::mem::replace(&mut asked.shape, Shape::Text);
                    asked.shape = newer.joined(shape);
                }
                None => self.asked.push(Asked::new(question, shape, self.versions)),
            }
        }
        self.versions += 1;
    }

    /// The columns, from left to right. Their names are the questions' ids.
    pub fn columns(&self) -> impl Iterator<Item = Column> {
        self.asked.iter().map(|it| Column { name: it.name.clone(), label: it.label.clone(), kind: it.shape.kind() })
    }

    /// How many columns there are.
    pub fn len(&self) -> usize {
        self.asked.len()
    }

    /// Whether nothing is asked.
    pub fn is_empty(&self) -> bool {
        self.asked.is_empty()
    }

    /// Adds the cells of stored answers to a row: one for each column. Answers to questions that no version asked are
    /// passed over.
    pub fn read(&self, answers: &str, row: &mut Vec<Cell>) -> Result<(), Unreadable> {
        let first = row.len();
        row.resize(first + self.asked.len(), Cell::Missing);
        let cells = row.get_mut(first..).unwrap_or_default();
        reading::read(&self.asked, answers, cells)
    }
}

impl Asked {
    /// The column of a question that `newer` versions do not ask.
    fn new(question: &Question, shape: Shape, newer: usize) -> Self {
        let label = question.label.in_default();
        let label = if newer == 0 { label.to_owned() } else { format!("{label} (removed)") };
        Self { name: question.id.to_string(), label, shape }
    }
}

impl Shape {
    /// What the answers to a question look like; `None` for a text to read.
    fn of(kind: &Kind) -> Option<Self> {
        let end =
            |number: u8, label: &Option<Text>| label.as_ref().map(|it| (i64::from(number), it.in_default().to_owned()));
        let ends = |low: (u8, &Option<Text>), high: (u8, &Option<Text>)| {
            Self::Scale(end(low.0, low.1).into_iter().chain(end(high.0, high.1)).collect())
        };
        Some(match kind {
            Kind::ShortText { .. } | Kind::LongText { .. } | Kind::Hidden { .. } => Self::Text,
            Kind::Integer { .. } => Self::Integer,
            Kind::Decimal { .. } => Self::Decimal,
            Kind::SingleChoice { choices, .. } | Kind::Dropdown { choices, .. } => Self::One(Choices::of(choices)),
            Kind::MultipleChoice { choices, .. } => Self::Any(Choices::of(choices)),
            Kind::Stars { .. } => Self::Scale(Vec::new()),
            Kind::OpinionScale { from, to, low_label, high_label } => ends((*from, low_label), (*to, high_label)),
            Kind::Nps { low_label, high_label } => ends((0, low_label), (10, high_label)),
            Kind::YesNo => Self::YesNo,
            Kind::Statement => return None,
        })
    }

    /// What both fit into.
    fn joined(self, older: Self) -> Self {
        match (self, older) {
            (Self::Integer, Self::Integer | Self::Scale(_)) | (Self::Scale(_), Self::Integer) => Self::Integer,
            (Self::Scale(newer), Self::Scale(_)) => Self::Scale(newer),
            (Self::Decimal, Self::Decimal | Self::Integer | Self::Scale(_))
            | (Self::Integer | Self::Scale(_), Self::Decimal) => Self::Decimal,
            (Self::YesNo, Self::YesNo) => Self::YesNo,
            (Self::One(newer), Self::One(older)) => Self::One(newer.joined(older)),
            (Self::Any(newer), Self::Any(older) | Self::One(older)) | (Self::One(newer), Self::Any(older)) => {
                Self::Any(newer.joined(older))
            }
            (Self::Text, _)
            | (Self::Integer | Self::Scale(_), Self::Text | Self::YesNo | Self::One(_) | Self::Any(_))
            | (Self::Decimal, Self::Text | Self::YesNo | Self::One(_) | Self::Any(_))
            | (
                Self::YesNo,
                Self::Text | Self::Integer | Self::Scale(_) | Self::Decimal | Self::One(_) | Self::Any(_),
            )
            | (
                Self::One(_) | Self::Any(_),
                Self::Text | Self::Integer | Self::Scale(_) | Self::Decimal | Self::YesNo,
            ) => Self::Text,
        }
    }

    fn kind(&self) -> table::Kind {
        match self {
            Self::Text => table::Kind::Text,
            Self::Integer => table::Kind::Integer,
            Self::Scale(labels) => table::Kind::Scale(labels.clone()),
            Self::Decimal => table::Kind::Decimal,
            Self::YesNo => table::Kind::Boolean,
            Self::One(choices) => table::Kind::Choice(choices.listed.clone()),
            Self::Any(choices) => table::Kind::Choices(choices.listed.clone()),
        }
    }
}

impl Choices {
    fn of(choices: &[definition::Choice]) -> Self {
        let mut all = Self::default();
        for it in choices {
            all.add(Choice { id: it.id.to_string(), label: it.label.in_default().to_owned() });
        }
        all
    }

    fn joined(mut self, older: Self) -> Self {
        older.listed.into_iter().for_each(|it| self.add(it));
        self
    }

    fn add(&mut self, choice: Choice) {
        if !self.places.contains_key(&choice.id) {
            self.places.insert(choice.id.clone(), self.listed.len());
            self.listed.push(choice);
        }
    }
}
