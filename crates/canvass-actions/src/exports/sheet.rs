//! What an export's table is like: this file is about its columns, and the row that a response makes.

use canvass_model::{
    answer,
    export::{Leading, Wanted},
    hex::hex,
    id::SurveyId,
    metadata::{Field, Kind as FieldType, Value},
    response::{Response, Source},
    script::{FieldKind, FieldName, Tag},
    survey::Survey,
    table::{Cell, Choice, Column, Kind, Row, Table},
};
use canvass_storage::{self as storage, ReadTx, annotations, annotations::Noted, responses, surveys};
use sha2::{Digest, Sha256};

use crate::{Error, error::stored_definition, metadata};

/// The table that a survey's responses make, as far as it is known before its first row.
#[derive(Debug, Clone)]
pub(super) struct Sheet {
    pub(super) table: Table,
    /// The position of the last response it holds.
    pub(super) through: i64,
    /// How many responses there are.
    pub(super) rows_expected: u64,
    /// What stands first in every row.
    constants: Vec<Cell>,
    answers: answer::Columns,
    /// What scripts have calculated: a column for each field, and one for tags. None where they have noted nothing.
    calculated: Vec<(FieldName, FieldKind)>,
}

/// Published versions that give a survey its columns, the newest; nobody publishes more often.
const VERSIONS_MAX: u32 = 1_000;
/// What joins tags in their cell.
const SEPARATOR: &str = ";";

impl Sheet {
    /// Reads what the table of a survey is like now. [`Error::NotFound`] when there is no such survey.
    pub(super) fn read(tx: &mut ReadTx<'_>, survey: SurveyId, wanted: Wanted) -> Result<Self, Error> {
        let survey = surveys::find(tx, survey)?.ok_or(Error::NotFound)?;
        let answers = answers(tx, &survey)?;
        let calculated = annotations::columns(tx, survey.id)?;
        let (mut columns, constants) = match wanted.leading {
            Leading::Nothing => (Vec::new(), Vec::new()),
            Leading::Metadata => metadata_columns(tx, survey.id)?.into_iter().unzip(),
        };
        columns.extend(own_columns());
        columns.extend(answers.columns());
        columns.extend(calculated.iter().map(|(field, kind)| calculated_column(field, *kind)));
        if !calculated.is_empty() {
            columns.push(column("_tags", "Tags", Kind::Text));
        }
        let through = responses::last_position(tx, survey.id)?;
        let table = Table { title: title(&survey), columns };
        Ok(Self { table, through, rows_expected: survey.responses, constants, answers, calculated })
    }

    /// The same as far as a position.
    pub(super) fn until(&self, through: i64) -> Self {
        Self { through, ..self.clone() }
    }

    /// Whether what scripts noted is a part of the rows.
    pub(super) fn has_notes(&self) -> bool {
        !self.calculated.is_empty()
    }

    /// What tells this table from another: its columns and what stands first in every row.
    pub(super) fn head(&self) -> String {
        hex(&Sha256::digest(format!("{:?} {:?}", self.table, self.constants)))
    }

    /// The row of a response.
    pub(super) fn row(&self, response: &Response, noted: Option<&Noted>) -> Result<Row, Error> {
        let accepted = &response.accepted;
        let unreadable = |why: String| {
            Error::Storage(storage::Error::Corrupt { what: "response", found: format!("{}: {why}", accepted.id) })
        };
        let mut row = Vec::with_capacity(self.table.columns.len());
        row.extend(self.constants.iter().cloned());
        row.push(Cell::Text(accepted.id.to_string()));
        row.push(Cell::Moment(accepted.received_at));
        row.push(Cell::Integer(i64::from(accepted.version.0)));
        row.push(Source::ALL.iter().position(|it| *it == accepted.source).map_or(Cell::Missing, Cell::Choice));
        self.answers.read(&accepted.answers, &mut row).map_err(|it| unreadable(it.to_string()))?;
        for (field, kind) in &self.calculated {
            let cell = match noted.and_then(|it| it.fields.get(field)) {
                None => Some(Cell::Missing),
                Some(value) => kind.cell(value),
            };
            // What does not fit came after the columns were read.
            row.push(cell.ok_or_else(|| {
                Error::Unavailable(format!(
                    "A script has noted another kind of value in {field} while the file was made; begin it again"
                ))
            })?);
        }
        if self.has_notes() {
            let tags: Vec<&str> = noted.into_iter().flat_map(|it| it.tags.iter().map(Tag::as_str)).collect();
            row.push(if tags.is_empty() { Cell::Missing } else { Cell::Text(tags.join(SEPARATOR)) });
        }
        Ok(row)
    }
}

/// The columns of a survey's questions over all its versions; of its draft before the first.
fn answers(tx: &mut ReadTx<'_>, survey: &Survey) -> Result<answer::Columns, Error> {
    let mut columns = answer::Columns::default();
    let versions = surveys::versions(tx, survey.id, VERSIONS_MAX)?;
    if versions.is_empty() {
        let draft = surveys::draft(tx, survey.id)?.ok_or(Error::NotFound)?;
        columns.add(&stored_definition(&draft)?);
    }
    for version in versions {
        columns.add(&stored_definition(&version)?);
    }
    Ok(columns)
}

/// What leads every row of every table. No question's id begins with an underscore.
fn own_columns() -> [Column; 4] {
    let sources = Source::ALL.map(|it| Choice { id: it.as_str().to_owned(), label: source(it).to_owned() });
    [
        column("_id", "Response", Kind::Text),
        column("_received_at", "Received at", Kind::Moment),
        column("_version", "Version of the survey", Kind::Integer),
        column("_source", "Source", Kind::Choice(sources.to_vec())),
    ]
}

fn source(source: Source) -> &'static str {
    match source {
        Source::Form => "Form",
        Source::Api => "API",
        Source::Demo => "Demonstration",
    }
}

/// A column for each field that describes surveys, with what the survey has in it.
fn metadata_columns(tx: &mut ReadTx<'_>, survey: SurveyId) -> Result<Vec<(Column, Cell)>, Error> {
    let described = metadata::find(tx, survey)?;
    let of_field = |field: &Field| {
        let kind = match field.kind() {
            FieldType::Text | FieldType::Uuid => Kind::Text,
            FieldType::Integer => Kind::Integer,
            FieldType::Decimal => Kind::Decimal,
            FieldType::Boolean => Kind::Boolean,
            FieldType::Date => Kind::Day,
        };
        let cell = match described.metadata.get(field.id()) {
            None => Cell::Missing,
            Some(Value::Text(text)) => Cell::Text(text.clone()),
            Some(Value::Integer(number)) => Cell::Integer(*number),
            Some(Value::Decimal(number)) => Cell::Decimal(*number),
            Some(Value::Boolean(yes)) => Cell::Boolean(*yes),
            Some(Value::Date(day)) => Cell::Day(*day),
            Some(Value::Uuid(id)) => Cell::Text(id.to_string()),
        };
        (column(&format!("_metadata.{}", field.id()), field.label(), kind), cell)
    };
    Ok(described.fields.iter().map(of_field).collect())
}

fn calculated_column(field: &FieldName, kind: FieldKind) -> Column {
    let kind = match kind {
        FieldKind::Integer => Kind::Integer,
        FieldKind::Decimal => Kind::Decimal,
        FieldKind::Boolean => Kind::Boolean,
        FieldKind::Text => Kind::Text,
    };
    column(&format!("_fields.{field}"), &format!("{field}, calculated"), kind)
}

fn column(name: &str, label: &str, kind: Kind) -> Column {
    Column { name: name.to_owned(), label: label.to_owned(), kind }
}

fn title(survey: &Survey) -> String {
    if survey.title.is_empty() { "Untitled survey".to_owned() } else { survey.title.clone() }
}
