//! Responses leaving as CSV: this file is about a stream of rows that costs the same memory however many there are.
//!
//! UTF-8, RFC 4180, a header of column names. Cells of text that a spreadsheet would take for a formula begin with an
//! apostrophe (OWASP, "CSV Injection"). With a footer, the last line holds the number of rows and the SHA-256 of all
//! bytes before it, so that a file cut short cannot be mistaken for a whole one.

use std::collections::HashMap;

use axum::{
    body::Body,
    http::{HeaderName, HeaderValue, header},
    response::{IntoResponse, Response},
};
use bytes::Bytes;
use canvass_actions::{
    Error,
    metadata::{self, Described},
    results,
};
use canvass_model::{
    answer::{Answer, Answers, Pick},
    definition::{Definition, Language},
    event::Event,
    id::{ResponseId, SurveyId},
    metadata::{Field, Value},
    response::Response as Stored,
    script::{FieldName, Tag},
};
use canvass_storage::{
    ReadTx,
    annotations::{self, Noted},
    responses::{self, Order},
};
use futures_util::stream;
use sha2::{Digest, Sha256};

use crate::{Problem, access::Analyst, hex::hex};

/// How choices are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Cells {
    /// As ids, which never change.
    Ids,
    /// As the labels of the definition's default language.
    Labels,
}

/// What stands before the columns of the responses.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Leading {
    /// Nothing.
    Nothing,
    /// The survey's metadata, the same in every row: for whoever puts the rows of several surveys together.
    Metadata,
}

/// How the end of the file is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum End {
    /// By the end of the transfer alone: nothing but rows is in the file.
    Plain,
    /// By a last line with the number of rows and the checksum.
    Footer,
}

/// Rows read at once: some hundreds of kilobytes.
const ROWS_AT_ONCE: u32 = 1_000;

/// Columns before the answers. No question's id begins with an underscore.
const COLUMNS: [&str; 4] = ["_id", "_received_at", "_version", "_source"];

/// Where an export stands.
struct Walk {
    analyst: Analyst,
    survey: SurveyId,
    definition: Definition,
    /// Names and contents of the columns that are the same in every row.
    constants: Vec<(String, String)>,
    /// What scripts have calculated: a column for each field, and one for tags. None where they have noted nothing.
    calculated: Vec<FieldName>,
    cells: Cells,
    end: End,
    after: Option<i64>,
    rows: u64,
    hash: Sha256,
    state: State,
}

enum State {
    Header,
    Rows,
    Done,
}

/// The responses of a survey as a streamed CSV file. The export is noted in the tenant's log.
pub(crate) async fn csv(
    analyst: Analyst,
    survey: SurveyId,
    (leading, cells): (Leading, Cells),
    end: End,
) -> Result<Response, Problem> {
    let read = move |tx: &mut ReadTx<'_>| {
        Ok::<_, Error>((results::load(tx, survey)?, metadata::find(tx, survey)?, annotations::columns(tx, survey)?))
    };
    let (found, described, calculated) = analyst.read(read).await?;
    let constants = match leading {
        Leading::Nothing => Vec::new(),
        Leading::Metadata => constants(&described),
    };
    analyst.record(Event::ResponsesExported { survey, format: "csv".to_owned() }).await?;
    let name = canvass_model::alias::Alias::suggest(found.definition.title_text());
    let walk = Walk {
        analyst,
        survey,
        definition: found.definition,
        constants,
        calculated,
        cells,
        end,
        after: None,
        rows: 0,
        hash: Sha256::new(),
        state: State::Header,
    };
    let rows = stream::try_unfold(walk, |walk| async { walk.step().await });
    let disposition = HeaderValue::from_str(&format!("attachment; filename=\"{name}.csv\""))
        .unwrap_or_else(|_| HeaderValue::from_static("attachment"));
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static("text/csv; charset=utf-8")),
        (header::CONTENT_DISPOSITION, disposition),
        (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
        (HeaderName::from_static("x-accel-buffering"), HeaderValue::from_static("no")),
    ];
    Ok((headers, Body::from_stream(rows)).into_response())
}

impl Walk {
    /// The next piece of the file. A failure cuts the transfer, so that the client knows.
    async fn step(mut self) -> Result<Option<(Bytes, Self)>, std::io::Error> {
        match self.state {
            State::Header => {
                self.state = State::Rows;
                let ids = self.definition.questions().filter(|it| it.takes_answer()).map(|it| it.id.to_string());
                let constants = self.constants.iter().map(|(name, _)| name.clone());
                let header = constants.chain(COLUMNS.iter().map(|it| (*it).to_owned())).chain(ids);
                let header = header.chain(self.calculated_names()).collect();
                self.piece(&[header])
            }
            State::Rows => self.rows().await,
            State::Done => Ok(None),
        }
    }

    async fn rows(mut self) -> Result<Option<(Bytes, Self)>, std::io::Error> {
        let (survey, after) = (self.survey, self.after);
        let is_calculated = !self.calculated.is_empty();
        let read = self.analyst.read(move |tx| {
            let found = responses::list(tx, survey, Order::OldestFirst, after, ROWS_AT_ONCE)?;
            let ids: Vec<ResponseId> = found.iter().map(|it| it.accepted.id).collect();
            let notes = if is_calculated { annotations::find_many(tx, &ids)? } else { HashMap::new() };
            Ok::<_, Error>((found, notes))
        });
        let (found, notes) = read.await.map_err(std::io::Error::other)?;
        let Some(last) = found.last() else { return self.finish() };
        self.after = Some(last.position);
        let rows = found.iter().map(|it| self.row(it, notes.get(&it.accepted.id))).collect::<Result<Vec<_>, _>>()?;
        self.rows += rows.len() as u64;
        self.piece(&rows)
    }

    fn finish(mut self) -> Result<Option<(Bytes, Self)>, std::io::Error> {
        self.state = State::Done;
        match self.end {
            End::Plain => Ok(None),
            End::Footer => {
                let hash = hex(&self.hash.clone().finalize());
                let mut footer = vec![format!("# rows: {}", self.rows), format!("sha256: {hash}")];
                let answers = self.definition.questions().filter(|it| it.takes_answer()).count();
                let calculated = self.calculated_names().count();
                footer.resize(self.constants.len() + COLUMNS.len() + answers + calculated, String::new());
                self.piece(&[footer])
            }
        }
    }

    fn piece(mut self, rows: &[Vec<String>]) -> Result<Option<(Bytes, Self)>, std::io::Error> {
        let mut writer =
            csv::WriterBuilder::new().flexible(true).terminator(csv::Terminator::CRLF).from_writer(Vec::new());
        for row in rows {
            writer.write_record(row)?;
        }
        let bytes = writer.into_inner().map_err(|error| std::io::Error::other(error.to_string()))?;
        self.hash.update(&bytes);
        Ok(Some((Bytes::from(bytes), self)))
    }

    /// The names of the columns that scripts have calculated.
    fn calculated_names(&self) -> impl Iterator<Item = String> {
        let tags = (!self.calculated.is_empty()).then(|| "_tags".to_owned());
        self.calculated.iter().map(|it| format!("_fields.{it}")).chain(tags)
    }

    fn row(&self, response: &Stored, noted: Option<&Noted>) -> Result<Vec<String>, std::io::Error> {
        let accepted = &response.accepted;
        let answers = Answers::from_stored(&self.definition, &accepted.answers).map_err(std::io::Error::other)?;
        let mut row: Vec<String> = self.constants.iter().map(|(_, content)| content.clone()).collect();
        row.extend([
            accepted.id.to_string(),
            accepted.received_at.to_string(),
            accepted.version.0.to_string(),
            accepted.source.as_str().to_owned(),
        ]);
        let language = self.definition.languages.first().cloned().unwrap_or_else(Language::english);
        for question in self.definition.questions().filter(|it| it.takes_answer()) {
            row.push(answers.get(&question.id).map_or_else(String::new, |answer| {
                let cell = match self.cells {
                    Cells::Ids => answer.cell(),
                    Cells::Labels => answer.label_cell(question, &language),
                };
                if holds_free_text(answer) || self.cells == Cells::Labels { harmless(cell) } else { cell }
            }));
        }
        for field in &self.calculated {
            row.push(noted.and_then(|it| it.fields.get(field)).map_or_else(String::new, calculated));
        }
        if !self.calculated.is_empty() {
            let tags = noted.into_iter().flat_map(|it| it.tags.iter().map(Tag::as_str));
            row.push(harmless(tags.collect::<Vec<_>>().join(";")));
        }
        Ok(row)
    }
}

/// A column for each field, with what the survey has in it.
fn constants(described: &Described) -> Vec<(String, String)> {
    let column = |field: &Field| {
        let content = described.metadata.get(field.id()).map_or_else(String::new, |value| match value {
            Value::Text(text) => harmless(text.clone()),
            Value::Integer(_) | Value::Decimal(_) | Value::Boolean(_) | Value::Date(_) | Value::Uuid(_) => {
                value.to_string()
            }
        });
        (format!("_metadata.{}", field.id()), content)
    };
    described.fields.iter().map(column).collect()
}

/// The cell of a calculated field.
fn calculated(value: &serde_json::Value) -> String {
    match value {
        serde_json::Value::String(text) => harmless(text.clone()),
        serde_json::Value::Null => String::new(),
        other => other.to_string(),
    }
}

/// Whether a cell may hold what a respondent wrote.
fn holds_free_text(answer: &Answer) -> bool {
    match answer {
        Answer::Text(_) | Answer::Hidden(_) | Answer::Choice(Pick::Other(_)) => true,
        Answer::Choices(picks) => picks.iter().any(|it| matches!(it, Pick::Other(_))),
        Answer::Integer(_)
        | Answer::Decimal(_)
        | Answer::Choice(Pick::Listed(_))
        | Answer::Scale(_)
        | Answer::YesNo(_) => false,
    }
}

/// Text that no spreadsheet takes for a formula.
pub(crate) fn harmless(cell: String) -> String {
    if cell.parse::<f64>().is_err() && cell.starts_with(['=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠'])
    {
        format!("'{cell}")
    } else {
        cell
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formulas_are_disarmed_and_numbers_stay_numbers() {
        for attack in ["=1+1", "+cmd|' /C calc'!A0", "-2+3+cmd", "@SUM(A1)", "\t=1", "＝1+1"] {
            assert_eq!(harmless(attack.to_owned()), format!("'{attack}"));
        }
        for plain in ["-5", "+3.5", "words", "", "a=b"] {
            assert_eq!(harmless(plain.to_owned()), plain);
        }
    }
}
