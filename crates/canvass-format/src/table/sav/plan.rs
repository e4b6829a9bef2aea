//! What a table becomes in SPSS: this file is about which variables each column gets.

use canvass_model::table::{Choice, Column, Kind, Table};

use super::{float, names::Names};
use crate::table::Extent;

/// The widest text SPSS allows a variable.
const TEXT_BYTES_MAX: usize = 32_767;
/// What every variable of a text that needs several holds at least: one character less than fits.
const TEXT_BYTES_SURE: usize = TEXT_BYTES_MAX - 3;

/// The variables and how rows are put into them.
#[derive(Debug)]
pub(super) struct Plan {
    pub(super) variables: Vec<Variable>,
    pub(super) sets: Vec<Set>,
    /// For each column.
    pub(super) places: Vec<Place>,
}

/// One variable.
#[derive(Debug)]
pub(super) struct Variable {
    pub(super) name: String,
    pub(super) label: String,
    pub(super) form: Form,
    /// What its values mean.
    pub(super) meanings: Vec<(f64, String)>,
}

/// What a variable holds and how it is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    /// Text of so many bytes.
    Text(usize),
    /// Numbers whose order means nothing.
    Nominal,
    /// Numbers whose distances mean nothing.
    Ordinal,
    /// Whole numbers.
    Whole,
    /// Numbers with decimals.
    Decimal,
    /// Moments.
    Moment,
    /// Days.
    Day,
}

/// A multiple-response set: variables that say yes or no to the choices of one question.
#[derive(Debug)]
pub(super) struct Set {
    pub(super) name: String,
    pub(super) label: String,
    /// Places among the variables.
    pub(super) members: std::ops::Range<usize>,
}

/// Where the cells of a column go.
#[derive(Debug)]
pub(super) enum Place {
    /// Into one number.
    Number,
    /// Into texts of these widths.
    Text(Vec<usize>),
    /// Into the number of the choice, and texts for an answer of one's own.
    Choice { codes: Vec<f64>, other: Option<f64>, own: Vec<usize> },
    /// Into a yes or no for each choice, and texts for answers of one's own.
    Choices { count: usize, own: Vec<usize> },
}

/// Makes the plan.
struct Planner {
    plan: Plan,
    names: Names,
    set_names: Names,
}

impl Plan {
    pub(super) fn of(table: &Table, extent: &Extent) -> Self {
        let plan = Self { variables: Vec::new(), sets: Vec::new(), places: Vec::new() };
        let mut planner = Planner { plan, names: Names::default(), set_names: Names::default() };
        // Columns keep their names where they can, so the variables that are added get theirs last.
        let names: Vec<String> = table.columns.iter().map(|it| planner.names.give(&it.name)).collect();
        for (place, (column, name)) in table.columns.iter().zip(names).enumerate() {
            planner.column(column, name, extent.text_bytes(place));
        }
        planner.plan
    }
}

impl Planner {
    fn column(&mut self, column: &Column, name: String, text_bytes: usize) {
        let label = &column.label;
        let place = match &column.kind {
            Kind::Text => Place::Text(self.texts(name, label, text_bytes.max(1))),
            Kind::Integer => self.number(name, label, Form::Whole, Vec::new()),
            Kind::Scale(meanings) => {
                let meanings = meanings.iter().map(|(number, meaning)| (float(*number), meaning.clone())).collect();
                self.number(name, label, Form::Ordinal, meanings)
            }
            Kind::Decimal => self.number(name, label, Form::Decimal, Vec::new()),
            Kind::Boolean => self.number(name, label, Form::Nominal, yes_or_no()),
            Kind::Moment => self.number(name, label, Form::Moment, Vec::new()),
            Kind::Day => self.number(name, label, Form::Day, Vec::new()),
            Kind::Choice(choices) => self.choice(column, name, choices, text_bytes),
            Kind::Choices(choices) => self.choices(column, &name, choices, text_bytes),
        };
        self.plan.places.push(place);
    }

    fn number(&mut self, name: String, label: &str, form: Form, meanings: Vec<(f64, String)>) -> Place {
        self.plan.variables.push(Variable { name, label: label.to_owned(), form, meanings });
        Place::Number
    }

    /// Variables for a text of that length; the first is called `name`.
    fn texts(&mut self, name: String, label: &str, bytes: usize) -> Vec<usize> {
        let widths = widths(bytes);
        let mut name = Some(name);
        let first = name.clone().unwrap_or_default();
        for width in &widths {
            let (name, label) = match name.take() {
                Some(name) => (name, label.to_owned()),
                None => (self.names.give(&format!("{first}_more")), format!("(continued) {label}")),
            };
            self.plan.variables.push(Variable { name, label, form: Form::Text(*width), meanings: Vec::new() });
        }
        widths
    }

    fn choice(&mut self, column: &Column, name: String, choices: &[Choice], text_bytes: usize) -> Place {
        let codes = codes(choices);
        let other = (text_bytes != 0).then(|| codes.iter().copied().fold(0.0, f64::max) + 1.0);
        let labels = codes.iter().zip(choices).map(|(code, choice)| (*code, worded(choice).to_owned()));
        let meanings = labels.chain(other.map(|it| (it, "Other".to_owned()))).collect();
        self.number(name, &column.label, Form::Nominal, meanings);
        Place::Choice { codes, other, own: self.own(column, text_bytes) }
    }

    fn choices(&mut self, column: &Column, name: &str, choices: &[Choice], text_bytes: usize) -> Place {
        let first = self.plan.variables.len();
        for choice in choices {
            let name = self.names.give(&format!("{}_{}", column.name, choice.id));
            self.number(name, worded(choice), Form::Nominal, yes_or_no());
        }
        let members = first..self.plan.variables.len();
        if !members.is_empty() {
            let name = format!("${}", self.set_names.give(name.get(..name.len().min(60)).unwrap_or(name)));
            self.plan.sets.push(Set { name, label: column.label.clone(), members });
        }
        Place::Choices { count: choices.len(), own: self.own(column, text_bytes) }
    }

    fn own(&mut self, column: &Column, text_bytes: usize) -> Vec<usize> {
        if text_bytes == 0 {
            return Vec::new();
        }
        let name = self.names.give(&format!("{}_other", column.name));
        self.texts(name, &format!("(other) {}", column.label), text_bytes)
    }
}

/// The widths of the variables that a text of that length needs.
fn widths(bytes: usize) -> Vec<usize> {
    let mut widths = Vec::new();
    let mut left = bytes;
    while TEXT_BYTES_MAX < left {
        widths.push(TEXT_BYTES_MAX);
        left -= TEXT_BYTES_SURE;
    }
    widths.push(left);
    widths
}

/// The numbers that stand for choices: their ids where all of those are numbers, their places otherwise.
fn codes(choices: &[Choice]) -> Vec<f64> {
    let number = |it: &Choice| it.id.parse::<u32>().ok().filter(|number| number.to_string() == it.id).map(f64::from);
    let numbers: Option<Vec<f64>> = choices.iter().map(number).collect();
    numbers.unwrap_or_else(|| (1..=choices.len() as u64).map(|it| float(it.cast_signed())).collect())
}

/// What a choice is called; its id where it has no label.
fn worded(choice: &Choice) -> &str {
    if choice.label.is_empty() { &choice.id } else { &choice.label }
}

fn yes_or_no() -> Vec<(f64, String)> {
    vec![(0.0, "No".to_owned()), (1.0, "Yes".to_owned())]
}
