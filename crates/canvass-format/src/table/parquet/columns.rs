//! Columns of Parquet: this file is about their types, and the cells of one until their group is written.

use std::sync::Arc;

use canvass_model::table::{Cell, Choice, Column, Kind};
use parquet::{
    basic::{LogicalType, Repetition, TimeUnit, Type as Physical},
    column::writer::ColumnWriterImpl,
    data_type::{BoolType, ByteArray, ByteArrayType, DataType, DoubleType, Int32Type, Int64Type},
    errors::Result,
    file::writer::SerializedColumnWriter,
    schema::types::{Type, TypePtr},
};
use time::Date;

use crate::table::Cells;

/// What a value costs beside its bytes: a handle to them, what counts its users, and its levels.
const VALUE_BYTES: usize = 80;

/// The type of a column. Every cell may be missing.
pub(super) fn schema(column: &Column) -> Result<TypePtr> {
    let leaf = |name: &str, physical, logical, repetition| {
        let builder = Type::primitive_type_builder(name, physical).with_logical_type(logical);
        builder.with_repetition(repetition).build().map(Arc::new)
    };
    let (physical, logical) = match &column.kind {
        Kind::Text | Kind::Choice(_) => (Physical::BYTE_ARRAY, Some(LogicalType::String)),
        Kind::Integer | Kind::Scale(_) => (Physical::INT64, None),
        Kind::Decimal => (Physical::DOUBLE, None),
        Kind::Boolean => (Physical::BOOLEAN, None),
        Kind::Moment => (Physical::INT64, Some(LogicalType::timestamp(true, TimeUnit::MILLIS))),
        Kind::Day => (Physical::INT32, Some(LogicalType::Date)),
        Kind::Choices(_) => {
            let element = leaf("element", Physical::BYTE_ARRAY, Some(LogicalType::String), Repetition::REQUIRED)?;
            let list = Type::group_type_builder("list").with_fields(vec![element]);
            let list = Arc::new(list.with_repetition(Repetition::REPEATED).build()?);
            let group = Type::group_type_builder(&column.name).with_logical_type(Some(LogicalType::List));
            return group.with_fields(vec![list]).with_repetition(Repetition::OPTIONAL).build().map(Arc::new);
        }
    };
    leaf(&column.name, physical, logical, Repetition::OPTIONAL)
}

/// The cells of a column that wait.
pub(super) enum Buffer {
    Text(Values<ByteArrayType>),
    Integer(Values<Int64Type>),
    Decimal(Values<DoubleType>),
    Boolean(Values<BoolType>),
    Day(Values<Int32Type>),
    /// With the texts of the choices, which are shared.
    Choice(Vec<ByteArray>, Values<ByteArrayType>),
    Choices(Vec<ByteArray>, Values<ByteArrayType>),
}

/// Values, and how they lie among missing ones and in lists.
pub(super) struct Values<T: DataType> {
    known: Vec<T::T>,
    /// For a plain column 0 for missing, 1 for a value; for a list 0 for missing, 1 for none, 2 for an element.
    definitions: Vec<i16>,
    /// For a list 0 for the first of a row, 1 for a further one.
    repetitions: Option<Vec<i16>>,
    bytes: usize,
}

impl Buffer {
    pub(super) fn of(kind: &Kind, cells: Cells) -> Self {
        match kind {
            Kind::Text => Self::Text(Values::plain()),
            Kind::Integer | Kind::Scale(_) | Kind::Moment => Self::Integer(Values::plain()),
            Kind::Decimal => Self::Decimal(Values::plain()),
            Kind::Boolean => Self::Boolean(Values::plain()),
            Kind::Day => Self::Day(Values::plain()),
            Kind::Choice(choices) => Self::Choice(words(choices, cells), Values::plain()),
            Kind::Choices(choices) => Self::Choices(words(choices, cells), Values::listed()),
        }
    }

    /// Adds a cell; an answer of one's own begins with `other`.
    pub(super) fn push(&mut self, cell: &Cell, other: &str) {
        match (self, cell) {
            (Self::Text(values), Cell::Text(text)) => values.push(Some(bytes(text)), text.len()),
            (Self::Integer(values), Cell::Integer(number)) => values.push(Some(*number), 0),
            (Self::Integer(values), Cell::Moment(moment)) => values.push(Some(moment.0), 0),
            (Self::Decimal(values), Cell::Decimal(number)) => values.push(Some(*number), 0),
            (Self::Boolean(values), Cell::Boolean(yes)) => values.push(Some(*yes), 0),
            (Self::Day(values), Cell::Day(day)) => values.push(Some(days(*day)), 0),
            (Self::Choice(choices, values), Cell::Choice(place)) => values.push(choices.get(*place).cloned(), 0),
            (Self::Choice(_, values), Cell::Other(text)) => {
                values.push(Some(bytes(&format!("{other}{text}"))), text.len());
            }
            (Self::Choices(choices, values), Cell::Choices(places, texts)) => {
                let picked = places.iter().filter_map(|it| choices.get(*it).cloned());
                let written = texts.iter().map(|it| bytes(&format!("{other}{it}")));
                values.push_list(picked.chain(written), texts.iter().map(String::len).sum());
            }
            // Missing; what fits its column no better never came here.
            (Self::Text(values) | Self::Choice(_, values) | Self::Choices(_, values), _) => values.push(None, 0),
            (Self::Integer(values), _) => values.push(None, 0),
            (Self::Decimal(values), _) => values.push(None, 0),
            (Self::Boolean(values), _) => values.push(None, 0),
            (Self::Day(values), _) => values.push(None, 0),
        }
    }

    /// The memory the cells take, roughly.
    pub(super) fn bytes(&self) -> usize {
        match self {
            Self::Text(values) | Self::Choice(_, values) | Self::Choices(_, values) => values.bytes,
            Self::Integer(values) => values.bytes,
            Self::Decimal(values) => values.bytes,
            Self::Boolean(values) => values.bytes,
            Self::Day(values) => values.bytes,
        }
    }

    /// Writes the cells and forgets them.
    pub(super) fn pass_on(&mut self, column: &mut SerializedColumnWriter<'_>) -> Result<()> {
        match self {
            Self::Text(values) | Self::Choice(_, values) | Self::Choices(_, values) => values.pass_on(column.typed()),
            Self::Integer(values) => values.pass_on(column.typed()),
            Self::Decimal(values) => values.pass_on(column.typed()),
            Self::Boolean(values) => values.pass_on(column.typed()),
            Self::Day(values) => values.pass_on(column.typed()),
        }
    }
}

impl<T: DataType> Values<T> {
    fn plain() -> Self {
        Self { known: Vec::new(), definitions: Vec::new(), repetitions: None, bytes: 0 }
    }

    fn listed() -> Self {
        Self { repetitions: Some(Vec::new()), ..Self::plain() }
    }

    fn push(&mut self, value: Option<T::T>, text_bytes: usize) {
        self.definitions.push(i16::from(value.is_some()));
        if let Some(repetitions) = &mut self.repetitions {
            repetitions.push(0);
        }
        self.known.extend(value);
        self.bytes += VALUE_BYTES + text_bytes;
    }

    fn push_list(&mut self, values: impl Iterator<Item = T::T>, text_bytes: usize) {
        let repetitions = self.repetitions.get_or_insert_default();
        let mut count = 0;
        for value in values {
            self.known.push(value);
            self.definitions.push(2);
            repetitions.push(i16::from(count != 0));
            count += 1;
        }
        if count == 0 {
            self.definitions.push(1);
            repetitions.push(0);
        }
        self.bytes += VALUE_BYTES * count.max(1) + text_bytes;
    }

    fn pass_on(&mut self, column: &mut ColumnWriterImpl<'_, T>) -> Result<()> {
        column.write_batch(&self.known, Some(&self.definitions), self.repetitions.as_deref())?;
        self.known.clear();
        self.definitions.clear();
        self.bytes = 0;
        if let Some(repetitions) = &mut self.repetitions {
            repetitions.clear();
        }
        Ok(())
    }
}

fn words(choices: &[Choice], cells: Cells) -> Vec<ByteArray> {
    let words = |it: &Choice| match cells {
        Cells::Ids => bytes(&it.id),
        Cells::Labels => bytes(&it.label),
    };
    choices.iter().map(words).collect()
}

fn bytes(text: &str) -> ByteArray {
    ByteArray::from(text.as_bytes().to_vec())
}

/// Days since the first of January 1970.
fn days(day: Date) -> i32 {
    day.to_julian_day() - EPOCH.to_julian_day()
}

const EPOCH: Date = match Date::from_ordinal_date(1970, 1) {
    Ok(day) => day,
    Err(_) => Date::MIN,
};
