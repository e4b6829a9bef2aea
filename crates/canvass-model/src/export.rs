//! Exports: this file is about responses leaving as a file, made in the background and kept for some days.

use crate::{
    file::FileName,
    id::{ContentId, ExportId, SurveyId},
    member::Actor,
    time::Timestamp,
};

/// A file of responses: asked for, being made, made, or why it was not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Export {
    /// Its id.
    pub id: ExportId,
    /// Whose responses.
    pub survey: SurveyId,
    /// What the file is to be like.
    pub wanted: Wanted,
    /// What the file is called.
    pub name: FileName,
    /// Where it is.
    pub state: State,
    /// Rows written so far.
    pub rows: u64,
    /// Rows it will have, as far as was known when it began.
    pub rows_expected: u64,
    /// Bytes written so far.
    pub bytes: u64,
    /// The SHA-256 of the whole file in hexadecimal, once it is made.
    pub sha256: Option<String>,
    /// The file's bytes, as far as they are kept.
    pub content: Option<ContentId>,
    /// Why it is not made, for the person who asked.
    pub reason: Option<String>,
    /// Who asked.
    pub by: Actor,
    /// When.
    pub created_at: Timestamp,
    /// When it came to its end, whichever.
    pub finished_at: Option<Timestamp>,
}

/// What a file of responses is to be like.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Wanted {
    /// The format.
    pub format: Format,
    /// How choices are written.
    pub cells: Cells,
    /// What stands before the columns of the responses.
    pub leading: Leading,
    /// How the end of the file is told.
    pub end: End,
}

/// The formats of an export.
#[derive(
    Debug, Clone, Copy, Default, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize, schemars::JsonSchema,
)]
#[serde(rename_all = "lowercase")]
#[schemars(rename = "ExportFormat")]
pub enum Format {
    /// Comma-separated values (RFC 4180), UTF-8.
    #[default]
    Csv,
    /// A workbook for Excel and other spreadsheets, with a codebook.
    Xlsx,
    /// JSON Lines: a JSON object a line.
    Jsonl,
    /// Apache Parquet: typed columns, for data tools.
    Parquet,
    /// An SPSS system file, with labels.
    Sav,
    /// An SQLite database.
    Sqlite,
    /// An archive with an R script and the CSV that it reads, with types and labels.
    R,
    /// An archive with a Stata script and the CSV that it reads, with types and labels.
    Stata,
    /// What each column means.
    Codebook,
}

/// How choices are written where a format has no labels beside them.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Cells {
    /// As ids, which never change.
    #[default]
    Ids,
    /// As labels in the survey's default language.
    Labels,
}

/// What stands before the columns of the responses.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Leading {
    /// Nothing.
    #[default]
    Nothing,
    /// The survey's metadata, the same in every row: for whoever puts the rows of several surveys together.
    Metadata,
}

/// How the end of the file is told, where a format does not tell it by itself.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum End {
    /// By the end of the transfer alone: nothing but rows is in the file.
    #[default]
    Plain,
    /// By a last line with the number of rows and the checksum.
    Footer,
}

/// Where an export is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(rename = "ExportState")]
pub enum State {
    /// Waits until the tenant's earlier exports are made.
    Waiting,
    /// Is being made.
    Running,
    /// The file can be fetched.
    Done,
    /// It was given up.
    Failed,
    /// Somebody stopped it.
    Cancelled,
    /// A response in it was erased, and the file with it.
    Withdrawn,
}

impl Export {
    /// Exports of a tenant that may wait or run at once; one runs at a time.
    pub const UNFINISHED_MAX: u64 = 10;
    /// Exports of a tenant that are kept, those without a file included.
    pub const KEPT_MAX: u64 = 200;
    /// Days that an export is kept behind its end.
    pub const KEPT_DAYS: i64 = 7;

    /// When it is removed; `None` before its end.
    pub fn expires_at(&self) -> Option<Timestamp> {
        self.finished_at.map(|it| it.plus_ms(Self::KEPT_DAYS * Timestamp::DAY_MS))
    }

    /// Whether its file can be fetched at `now`.
    pub fn has_file(&self, now: Timestamp) -> bool {
        self.state == State::Done && self.expires_at().is_some_and(|it| now < it)
    }
}

impl Format {
    /// All formats, in the order in which they are offered.
    pub const ALL: [Self; 9] = [
        Self::Csv,
        Self::Xlsx,
        Self::Sav,
        Self::Jsonl,
        Self::Parquet,
        Self::Sqlite,
        Self::R,
        Self::Stata,
        Self::Codebook,
    ];

    /// The format's stored and public name.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Csv => "csv",
            Self::Xlsx => "xlsx",
            Self::Jsonl => "jsonl",
            Self::Parquet => "parquet",
            Self::Sav => "sav",
            Self::Sqlite => "sqlite",
            Self::R => "r",
            Self::Stata => "stata",
            Self::Codebook => "codebook",
        }
    }

    /// Reads a format's name.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|it| it.as_str() == text)
    }

    /// What people call it.
    pub fn label(self) -> &'static str {
        match self {
            Self::Csv => "CSV",
            Self::Xlsx => "Excel workbook",
            Self::Jsonl => "JSON Lines",
            Self::Parquet => "Parquet",
            Self::Sav => "SPSS",
            Self::Sqlite => "SQLite database",
            Self::R => "R",
            Self::Stata => "Stata",
            Self::Codebook => "Codebook",
        }
    }

    /// What the names of its files end in, behind the dot.
    pub fn extension(self) -> &'static str {
        match self {
            Self::Csv | Self::Xlsx | Self::Jsonl | Self::Parquet | Self::Sav | Self::Sqlite => self.as_str(),
            Self::R => "r.zip",
            Self::Stata => "stata.zip",
            Self::Codebook => "codebook.md",
        }
    }

    /// Its media type, as in `Content-Type`.
    pub fn media(self) -> &'static str {
        match self {
            Self::Csv => "text/csv; charset=utf-8",
            Self::Xlsx => "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            Self::Jsonl => "application/x-ndjson",
            Self::Parquet => "application/vnd.apache.parquet",
            Self::Sav => "application/x-spss-sav",
            Self::Sqlite => "application/vnd.sqlite3",
            Self::R | Self::Stata => "application/zip",
            Self::Codebook => "text/markdown; charset=utf-8",
        }
    }

    /// Whether it holds rows; the others are about the columns alone.
    pub fn has_rows(self) -> bool {
        match self {
            Self::Csv | Self::Xlsx | Self::Jsonl | Self::Parquet | Self::Sav | Self::Sqlite | Self::R | Self::Stata => {
                true
            }
            Self::Codebook => false,
        }
    }
}

impl State {
    /// All states.
    pub const ALL: [Self; 6] =
        [Self::Waiting, Self::Running, Self::Done, Self::Failed, Self::Cancelled, Self::Withdrawn];

    /// The state's stored and public name.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Running => "running",
            Self::Done => "done",
            Self::Failed => "failed",
            Self::Cancelled => "cancelled",
            Self::Withdrawn => "withdrawn",
        }
    }

    /// Reads a state's name.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|it| it.as_str() == text)
    }

    /// Whether it may still become a file.
    pub fn is_unfinished(self) -> bool {
        match self {
            Self::Waiting | Self::Running => true,
            Self::Done | Self::Failed | Self::Cancelled | Self::Withdrawn => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_read_back_and_serialised_alike() {
        for format in Format::ALL {
            assert_eq!(Format::parse(format.as_str()), Some(format));
            assert_eq!(serde_json::to_value(format).unwrap(), format.as_str());
        }
        for state in State::ALL {
            assert_eq!(State::parse(state.as_str()), Some(state));
            assert_eq!(serde_json::to_value(state).unwrap(), state.as_str());
        }
        assert_eq!((Format::parse("CSV"), State::parse("")), (None, None));
    }
}
