//! Axes: this file is about the categories into which the answers to a question, or facts about responses, are sorted.

use std::{collections::HashMap, iter::successors};

use super::subject::{About, Period, Subject};
use crate::{
    answer::{Answer, OTHER_VALUE, Pick, from_stored_value},
    chunk::{Chunk, Damaged, Fact, Part, Vector},
    definition::{Choice, Definition, Kind, Other, QuestionId},
    filter::Mask,
    number,
    survey::Version,
    time::Timestamp,
};

/// One side of a cross-tab: what responses are sorted by, and into which categories.
#[derive(Debug, Clone)]
pub struct Axis {
    /// What they are sorted by.
    pub subject: Subject,
    /// What a question asks, or what people call the fact.
    pub label: String,
    /// Whether one response may be in several categories.
    pub is_multiple: bool,
    /// In the order of the question; what is no longer offered comes behind, as it was met.
    pub categories: Vec<Category>,
    order: Order,
    /// How wide the ranges of a number are; `None` for other questions.
    width: Option<f64>,
    /// Where the first and the last period began that were met.
    received: Option<(Timestamp, Timestamp)>,
    places: HashMap<String, usize>,
}

/// The order in which categories are shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Order {
    /// As they are: those of the question first.
    Given,
    /// By what they begin with.
    From,
    /// By their ids.
    Alphabet,
}

/// One category.
#[derive(Debug, Clone, PartialEq)]
pub struct Category {
    /// A choice's id, `.other`, a point of the scale, `yes` or `no`, where a range or period begins, a version, or a source.
    pub id: String,
    /// What people call it.
    pub label: String,
    /// Where it stands among ranges, versions, and periods in milliseconds; 0 for other categories.
    pub from: f64,
}

/// The categories of a chunk's rows, by their places counted from 1.
pub(super) struct Placed {
    /// Of each row the first, or 0 when it is in none, or does not count.
    pub(super) first: Vec<u16>,
    /// The further ones of rows that are in several, row after row.
    pub(super) more: Vec<(usize, u16)>,
}

/// Stands for a value that was not sorted yet; no axis has so many categories.
const NOT_MET: u16 = u16::MAX;
/// Ranges that a number is sorted into, at most about so many.
const RANGES: f64 = 8.0;

impl Axis {
    /// The most categories: as many as a question has choices, and then some. What is beyond is counted as missing.
    pub const CATEGORIES_MAX: usize = 250;

    /// The axis of a question or fact; `spread` knows the smallest and largest answer to a number. Says in words why there is
    /// none.
    pub(super) fn of(
        definition: &Definition,
        name: &str,
        spread: impl Fn(&QuestionId) -> Option<(f64, f64)>,
    ) -> Result<Self, String> {
        if let Some(about) = About::named(name) {
            return Ok(Self::new(Subject::About(about), about.label().to_owned(), Order::From));
        }
        let question = definition.question_named(name).ok_or_else(|| format!("There is no question {name:?}"))?;
        let mut axis = Self::new(Subject::Question(question.id.clone()), question.label.to_string(), Order::Given);
        match &question.kind {
            Kind::SingleChoice { choices, other } | Kind::Dropdown { choices, other } => {
                axis.push_choices(choices);
                axis.push_other(other);
            }
            Kind::MultipleChoice { choices, other, .. } => {
                axis.is_multiple = true;
                axis.push_choices(choices);
                axis.push_other(other);
            }
            Kind::Stars { count } => axis.push_points(1, *count),
            Kind::OpinionScale { from, to, .. } => axis.push_points(*from, *to),
            Kind::Nps { .. } => axis.push_points(0, 10),
            Kind::YesNo => {
                axis.push("yes", "Yes");
                axis.push("no", "No");
            }
            Kind::Integer { .. } | Kind::Decimal { .. } => {
                let (low, high) = spread(&question.id).unwrap_or((0.0, 0.0));
                let whole = matches!(question.kind, Kind::Integer { .. });
                axis.width = Some(width(high - low, if whole { 1.0 } else { 0.001 }));
                axis.order = Order::From;
            }
            Kind::Hidden { .. } => axis.order = Order::Alphabet,
            Kind::ShortText { .. } | Kind::LongText { .. } | Kind::Statement => {
                return Err(format!(
                    "The answers to {name:?} are no categories; choose a choice, a scale, a number or a hidden value"
                ));
            }
        }
        Ok(axis)
    }

    fn new(subject: Subject, label: String, order: Order) -> Self {
        let (is_multiple, categories, places) = (false, Vec::new(), HashMap::new());
        Self { subject, label, is_multiple, categories, order, width: None, received: None, places }
    }

    /// The name of the column to read.
    pub(super) fn column(&self) -> &str {
        match &self.subject {
            Subject::Question(id) => id.as_str(),
            Subject::About(about) => about.column().name(),
        }
    }

    /// The categories of the rows of a chunk that count.
    pub(super) fn place(&mut self, definition: &Definition, chunk: &Chunk, mask: &Mask) -> Result<Placed, Damaged> {
        let question = match &self.subject {
            Subject::Question(id) => id.clone(),
            Subject::About(about) => return self.place_facts(*about, chunk, mask),
        };
        let kind = definition.question(&question).map(|it| &it.kind);
        let mut placed = Placed { first: vec![0; chunk.head().rows()], more: Vec::new() };
        for part in chunk.column(question.as_str()) {
            match part.vector() {
                Vector::Codes { codes, .. } => self.place_codes(part, codes, kind, (mask, &mut placed))?,
                Vector::Integers { .. }
                | Vector::Decimals { .. }
                | Vector::Texts(_)
                | Vector::Picks { .. }
                | Vector::Values(_)
                | Vector::Ids(_) => {
                    for row in part.rows().filter(|it| mask.holds(*it)) {
                        if let Some(answer) = chunk.answer(part.name(), kind, row)? {
                            placed.put(row, &numbered(self.places(&answer)));
                        }
                    }
                }
            }
        }
        Ok(placed)
    }

    /// The categories of facts.
    fn place_facts(&mut self, about: About, chunk: &Chunk, mask: &Mask) -> Result<Placed, Damaged> {
        let counted = (chunk, mask);
        let first = match about {
            About::Received(period) => {
                let began = |row| Ok(period.began(Timestamp(chunk.integer(Fact::ReceivedAt, row)?)));
                in_runs(counted, began, |began| self.place_of_period(period, began))
            }
            About::Version => in_runs(
                counted,
                |row| chunk.version(row),
                |Version(it)| self.met(&it.to_string(), f64::from(it), |id| format!("Version {id}")),
            ),
            About::Source => {
                in_runs(counted, |row| chunk.source(row), |it| self.met(it.as_str(), 0.0, |_| it.label().to_owned()))
            }
        };
        Ok(Placed { first: first?, more: Vec::new() })
    }

    fn place_of_period(&mut self, period: Period, began: Timestamp) -> Option<usize> {
        let (first, last) = self.received.unwrap_or((began, began));
        self.received = Some((first.min(began), last.max(began)));
        let (id, label) = period.words(began);
        self.met(&id, number::float(began.0), |_| label)
    }

    /// Adds the periods between the first and the last in which nothing was received, so that a gap is seen as one; unless
    /// there are more than an axis can have.
    pub(super) fn fill(&mut self) {
        let (Subject::About(About::Received(period)), Some((first, last))) = (&self.subject, self.received) else {
            return;
        };
        let period = *period;
        let next = |began: &Timestamp| Some(period.after(*began)).filter(|it| *it <= last);
        let all: Vec<Timestamp> = successors(Some(first), next).take(Self::CATEGORIES_MAX + 1).collect();
        if all.len() <= Self::CATEGORIES_MAX {
            for began in all {
                self.place_of_period(period, began);
            }
        }
    }

    /// The same where values are listed: each is sorted once, when the first row that counts has it.
    fn place_codes(
        &mut self,
        part: &Part,
        codes: &[u16],
        kind: Option<&Kind>,
        (mask, placed): (&Mask, &mut Placed),
    ) -> Result<(), Damaged> {
        // Of each code the first place, or that it was not met yet; and the further ones of those in several.
        let most = codes.iter().max().copied().unwrap_or_default();
        let mut firsts = vec![NOT_MET; usize::from(most) + 1];
        let mut further: HashMap<u16, Vec<u16>> = HashMap::new();
        let start = part.rows().start;
        for (at, code) in codes.iter().enumerate().filter(|(at, code)| **code != 0 && mask.holds(start + at)) {
            let mut first = firsts[usize::from(*code)];
            if first == NOT_MET {
                let value = part.vector().entry(usize::from(*code) - 1)?;
                let answer = value.and_then(|it| from_stored_value(kind, it));
                let answer = answer.ok_or_else(|| Damaged(format!("the answer to {}", part.name())))?;
                let found = numbered(self.places(&answer));
                first = found.first().copied().unwrap_or_default();
                firsts[usize::from(*code)] = first;
                if let Some((_, more @ [_, ..])) = found.split_first() {
                    further.insert(*code, more.to_vec());
                }
            }
            placed.first[start + at] = first;
            if !further.is_empty()
                && let Some(more) = further.get(code)
            {
                placed.more.extend(more.iter().map(|it| (start + at, *it)));
            }
        }
        Ok(())
    }

    /// The categories an answer is in; none for one that fits nowhere.
    fn places(&mut self, answer: &Answer) -> Vec<usize> {
        match answer {
            Answer::Choice(pick) => self.place_of(pick).into_iter().collect(),
            Answer::Choices(picks) => {
                let mut places: Vec<usize> = picks.iter().filter_map(|it| self.place_of(it)).collect();
                places.sort_unstable();
                places.dedup();
                places
            }
            Answer::Scale(point) => self.of_number(number::float(*point)),
            Answer::Integer(number) => self.of_number(number::float(*number)),
            Answer::Decimal(number) => self.of_number(*number),
            Answer::YesNo(yes) => self.find_or_add(if *yes { "yes" } else { "no" }, 0.0).into_iter().collect(),
            Answer::Hidden(value) => self.find_or_add(value, 0.0).into_iter().collect(),
            Answer::Text(_) => Vec::new(),
        }
    }

    /// Places in the order in which they are shown.
    pub(super) fn order(&self) -> Vec<usize> {
        let mut order: Vec<usize> = (0..self.categories.len()).collect();
        match self.order {
            Order::Given => {}
            Order::From => {
                order.sort_by(|one, other| self.categories[*one].from.total_cmp(&self.categories[*other].from));
            }
            Order::Alphabet => order.sort_by(|one, other| self.categories[*one].id.cmp(&self.categories[*other].id)),
        }
        order
    }

    fn of_number(&mut self, value: f64) -> Vec<usize> {
        let Some(width) = self.width else {
            return self.find_or_add(&number::to_json(value).to_string(), value).into_iter().collect();
        };
        let from = (value / width).floor() * width;
        self.find_or_add(&text(from), from).into_iter().collect()
    }

    fn place_of(&mut self, pick: &Pick) -> Option<usize> {
        match pick {
            Pick::Listed(id) => self.find_or_add(id.as_str(), 0.0),
            Pick::Other(_) => self.find_or_add(OTHER_VALUE, 0.0),
        }
    }

    fn find_or_add(&mut self, id: &str, from: f64) -> Option<usize> {
        let width = self.width;
        self.met(id, from, |id| match width {
            Some(width) => range(from, width),
            None if id == OTHER_VALUE => "Other".to_owned(),
            None => id.to_owned(),
        })
    }

    /// The place of a category that was met; `None` where there is no room for another one.
    fn met(&mut self, id: &str, from: f64, label: impl FnOnce(&str) -> String) -> Option<usize> {
        if let Some(place) = self.places.get(id) {
            return Some(*place);
        }
        if Self::CATEGORIES_MAX <= self.categories.len() {
            return None;
        }
        self.push(id, &label(id));
        let place = self.categories.len() - 1;
        self.categories[place].from = from;
        Some(place)
    }

    fn push(&mut self, id: &str, label: &str) {
        self.places.insert(id.to_owned(), self.categories.len());
        self.categories.push(Category { id: id.to_owned(), label: label.to_owned(), from: 0.0 });
    }

    fn push_choices(&mut self, choices: &[Choice]) {
        for choice in choices {
            self.push(choice.id.as_str(), &choice.label.to_string());
        }
    }

    fn push_other(&mut self, other: &Other) {
        match other {
            Other::Offered { label } => {
                self.push(OTHER_VALUE, &label.as_ref().map_or_else(|| "Other".to_owned(), ToString::to_string));
            }
            Other::Absent => {}
        }
    }

    fn push_points(&mut self, from: u8, to: u8) {
        for point in from..=to {
            self.push(&point.to_string(), &point.to_string());
        }
    }
}

impl Placed {
    fn put(&mut self, row: usize, places: &[u16]) {
        let Some((first, more)) = places.split_first() else { return };
        if let Some(place) = self.first.get_mut(row) {
            *place = *first;
        }
        self.more.extend(more.iter().map(|it| (row, *it)));
    }
}

/// For each row of a chunk its place counted from 1, or 0 when it does not count. `place` is asked when the key is another
/// than that of the row before: rows that come one after the other mostly have the same.
fn in_runs<K: PartialEq + Copy>(
    (chunk, mask): (&Chunk, &Mask),
    key: impl Fn(usize) -> Result<K, Damaged>,
    mut place: impl FnMut(K) -> Option<usize>,
) -> Result<Vec<u16>, Damaged> {
    let mut places = vec![0; chunk.head().rows()];
    let mut current: Option<(K, u16)> = None;
    for row in chunk.rows().filter(|it| mask.holds(*it)) {
        let key = key(row)?;
        let found = match current {
            Some((same, place)) if same == key => place,
            Some(_) | None => place(key).and_then(|it| u16::try_from(it + 1).ok()).unwrap_or_default(),
        };
        current = Some((key, found));
        places[row] = found;
    }
    Ok(places)
}

/// Places counted from 1; there are never more than [`Axis::CATEGORIES_MAX`].
fn numbered(places: Vec<usize>) -> Vec<u16> {
    places.into_iter().filter_map(|it| u16::try_from(it + 1).ok()).collect()
}

/// The width of about [`RANGES`] ranges: 1, 2 or 5 times a power of ten, and `least` at least.
fn width(spread: f64, least: f64) -> f64 {
    if !(0.0 < spread && spread.is_finite()) {
        return least;
    }
    let power = 10_f64.powf((spread / RANGES).log10().floor());
    let fit = [1.0, 2.0, 5.0, 10.0].into_iter().map(|it| it * power).find(|it| spread / it <= RANGES);
    fit.unwrap_or(10.0 * power).max(least)
}

fn range(from: f64, width: f64) -> String {
    match text(width).as_str() {
        "1" => text(from),
        _ => format!("{} to below {}", text(from), text(from + width)),
    }
}

/// A number without the noise of floats behind a thousandth.
fn text(number: f64) -> String {
    number::to_json((number * 1_000.0).round() / 1_000.0).to_string()
}
