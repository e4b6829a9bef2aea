//! Making a file: this file is about the steps from responses to bytes. Between two steps nothing is held but what the next
//! one needs: no transaction, no thread.

use std::{
    fs::File,
    io::{self, Read as _},
    sync::{Arc, Mutex, PoisonError},
};

use canvass_format::table::{self, Done, Extent, Options};
use canvass_model::{
    export::{Cells, End, Format, Wanted},
    id::SurveyId,
    response::Response,
    table::{Row, Writer},
};
use canvass_storage::{self as storage, Tenant};
use tempfile::NamedTempFile;

use super::{
    sheet::Sheet,
    walk::{Batch, Walk},
};
use crate::Error;

/// A file on its way.
pub(super) struct Making {
    tenant: Tenant,
    survey: SurveyId,
    wanted: Wanted,
    sheet: Arc<Sheet>,
    phase: Phase,
    outlet: Outlet,
    rows: u64,
    reached: Option<i64>,
}

/// How far a file is.
enum Phase {
    /// Its format says at the beginning how much is to come: the rows are looked at once before.
    Measuring(Walk, Box<Extent>),
    /// Rows are written.
    Writing(Walk, Box<dyn Writer + Send>),
    /// It is whole, or broken for good.
    Over,
}

/// Where a writer's bytes go.
enum Outlet {
    /// To whoever asks for the next.
    Spout(Spout),
    /// Into a file that only its end makes whole.
    Scratch(NamedTempFile),
}

/// How a format is made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Manner {
    /// Its bytes leave as rows come, and it can go on behind any row.
    Resumable,
    /// Its bytes leave as rows come.
    Streamed,
    /// It is made in a file on the disk of this machine first.
    Scratch,
}

/// What was written of a file before.
pub(super) struct Earlier {
    /// How many rows, and the sum of their bytes.
    pub(super) done: Done,
    /// The position of the last of them.
    pub(super) reached: i64,
}

/// What a step came to.
pub(super) enum Step {
    /// These bytes, perhaps none; more is to come.
    Bytes(Vec<u8>),
    /// The last bytes; a file that was made on the disk is whole.
    End(Vec<u8>),
}

/// Takes bytes from a writer and gives them to whoever asks for the next.
#[derive(Clone, Default)]
struct Spout(Arc<Mutex<Vec<u8>>>);

/// Bytes read from the disk at once.
const PIECE_BYTES: usize = 256 * 1024;

/// How a format is made.
pub(super) fn manner(format: Format) -> Manner {
    match format {
        Format::Csv | Format::Jsonl => Manner::Resumable,
        Format::Xlsx | Format::Parquet | Format::Sav | Format::R | Format::Stata | Format::Codebook => Manner::Streamed,
        Format::Sqlite => Manner::Scratch,
    }
}

impl Making {
    /// Begins a file, or goes on behind what was written of it before. [`Error::Limit`] when the format has no room for the
    /// table.
    pub(super) fn begin(
        tenant: &Tenant,
        (survey, wanted): (SurveyId, Wanted),
        sheet: Arc<Sheet>,
        earlier: Option<Earlier>,
    ) -> Result<Self, Error> {
        let rows = earlier.as_ref().map_or(0, |it| it.done.rows);
        let reached = earlier.as_ref().map(|it| it.reached);
        let outlet = match manner(wanted.format) {
            Manner::Resumable | Manner::Streamed => Outlet::Spout(Spout::default()),
            Manner::Scratch => Outlet::Scratch(NamedTempFile::with_prefix("canvass-export-").map_err(refusal)?),
        };
        let mut making =
            Self { tenant: tenant.clone(), survey, wanted, sheet, phase: Phase::Over, outlet, rows, reached };
        making.phase = match outside(wanted.format) {
            Some(format) if format.needs_extent() => {
                Phase::Measuring(making.walk(), Box::new(Extent::new(&making.sheet.table)))
            }
            Some(_) | None => Phase::Writing(making.walk(), making.writer(earlier, None)?),
        };
        Ok(making)
    }

    /// Rows written so far.
    pub(super) fn rows(&self) -> u64 {
        self.rows
    }

    /// The position of the last response written.
    pub(super) fn reached(&self) -> Option<i64> {
        self.reached
    }

    /// Bytes on the disk so far; 0 for what leaves as it comes.
    pub(super) fn scratch_bytes(&self) -> Result<u64, Error> {
        match &self.outlet {
            Outlet::Spout(_) => Ok(0),
            Outlet::Scratch(file) => Ok(std::fs::metadata(file.path()).map_err(refusal)?.len()),
        }
    }

    /// The file that was made on the disk, which is then its taker's.
    pub(super) fn take_scratch(&mut self) -> Option<NamedTempFile> {
        match std::mem::replace(&mut self.outlet, Outlet::Spout(Spout::default())) {
            Outlet::Spout(_) => None,
            Outlet::Scratch(file) => Some(file),
        }
    }

    /// Writes the next responses, or what belongs at the end. After an error there is no way on.
    pub(super) async fn step(&mut self) -> Result<Step, Error> {
        match std::mem::replace(&mut self.phase, Phase::Over) {
            Phase::Measuring(walk, extent) => self.measure(walk, extent).await,
            Phase::Writing(walk, writer) => self.write(walk, writer).await,
            Phase::Over => Ok(Step::End(Vec::new())),
        }
    }

    async fn measure(&mut self, mut walk: Walk, mut extent: Box<Extent>) -> Result<Step, Error> {
        self.phase = match walk.next().await? {
            Some(batch) => {
                let sheet = Arc::clone(&self.sheet);
                let measured = blocking(move || {
                    extent.add(&rows(&sheet, &batch)?);
                    Ok(extent)
                });
                Phase::Measuring(walk, measured.await?)
            }
            None => Phase::Writing(self.walk(), self.writer(None, Some(*extent))?),
        };
        Ok(Step::Bytes(Vec::new()))
    }

    async fn write(&mut self, mut walk: Walk, mut writer: Box<dyn Writer + Send>) -> Result<Step, Error> {
        let batch = if self.wanted.format.has_rows() { walk.next().await? } else { None };
        let Some(batch) = batch else {
            blocking(move || writer.finish().map_err(refusal)).await?;
            return Ok(Step::End(self.outlet.take()));
        };
        let (sheet, count) = (Arc::clone(&self.sheet), batch.responses.len());
        let written = blocking(move || {
            writer.write(&rows(&sheet, &batch)?).map_err(refusal)?;
            Ok(writer)
        });
        self.phase = Phase::Writing(walk, written.await?);
        if let Phase::Writing(walk, _) = &self.phase {
            self.reached = walk.reached();
        }
        self.rows += count as u64;
        Ok(Step::Bytes(self.outlet.take()))
    }

    fn walk(&self) -> Walk {
        Walk::begin(&self.tenant, self.survey, &self.sheet, self.reached)
    }

    fn writer(&self, earlier: Option<Earlier>, extent: Option<Extent>) -> Result<Box<dyn Writer + Send>, Error> {
        let table = &self.sheet.table;
        let writer = match (&self.outlet, outside(self.wanted.format)) {
            (Outlet::Spout(spout), Some(format)) => {
                let options = options(self.wanted, extent);
                match earlier {
                    None => table::writer(format, table, &options, spout.clone()),
                    Some(it) => table::resume(format, table, &options, it.done, spout.clone()),
                }
            }
            (Outlet::Scratch(file), _) => storage::table_file::create(file.path(), table),
            (Outlet::Spout(_), None) => Err(io::Error::other("a format that is made nowhere")),
        };
        writer.map_err(refusal)
    }
}

impl Outlet {
    fn take(&self) -> Vec<u8> {
        match self {
            Self::Spout(Spout(waiting)) => std::mem::take(&mut *waiting.lock().unwrap_or_else(PoisonError::into_inner)),
            Self::Scratch(_) => Vec::new(),
        }
    }
}

impl io::Write for Spout {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// A format as its writer calls it; `None` for the one that only a database can write.
fn outside(format: Format) -> Option<table::Format> {
    match format {
        Format::Csv => Some(table::Format::Csv),
        Format::Xlsx => Some(table::Format::Xlsx),
        Format::Jsonl => Some(table::Format::JsonLines),
        Format::Parquet => Some(table::Format::Parquet),
        Format::Sav => Some(table::Format::Sav),
        Format::R => Some(table::Format::R),
        Format::Stata => Some(table::Format::Stata),
        Format::Codebook => Some(table::Format::Codebook),
        Format::Sqlite => None,
    }
}

fn options(wanted: Wanted, extent: Option<Extent>) -> Options {
    Options {
        cells: match wanted.cells {
            Cells::Ids => table::Cells::Ids,
            Cells::Labels => table::Cells::Labels,
        },
        end: match wanted.end {
            End::Plain => table::End::Plain,
            End::Footer => table::End::Footer,
        },
        extent,
    }
}

fn rows(sheet: &Sheet, batch: &Batch) -> Result<Vec<Row>, Error> {
    let row = |it: &Response| sheet.row(it, batch.notes.get(&it.accepted.id));
    batch.responses.iter().map(row).collect()
}

/// Why a file could not be written. What a format has no room for is said by its writer in words for people.
fn refusal(error: io::Error) -> Error {
    match error.kind() {
        io::ErrorKind::InvalidInput | io::ErrorKind::FileTooLarge => Error::Limit(error.to_string()),
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => Error::Storage(storage::Error::Full),
        _ => engine(error),
    }
}

/// The next bytes of a file that was made on the disk; none at its end.
pub(super) async fn piece(mut file: File) -> Result<(File, Vec<u8>), Error> {
    let read = move || {
        let mut piece = Vec::with_capacity(PIECE_BYTES);
        (&mut file).take(PIECE_BYTES as u64).read_to_end(&mut piece).map_err(engine)?;
        Ok((file, piece))
    };
    blocking(read).await
}

/// What went wrong with the disk, or in our own work.
pub(super) fn engine(error: impl std::error::Error + Send + Sync + 'static) -> Error {
    Error::Storage(storage::Error::Engine(Box::new(error)))
}

/// Runs work that keeps a processor busy away from the request tasks.
async fn blocking<T: Send + 'static>(work: impl FnOnce() -> Result<T, Error> + Send + 'static) -> Result<T, Error> {
    tokio::task::spawn_blocking(work).await.map_err(engine)?
}
