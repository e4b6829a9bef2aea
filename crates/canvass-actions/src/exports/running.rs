//! Making exports in the background: this file is about going on where the last try stopped, and noticing when somebody
//! took the export away.

use std::sync::Arc;

use canvass_format::table::Done;
use canvass_model::{
    export::{Export, Wanted},
    id::{ExportId, SurveyId},
    time::Timestamp,
};
use canvass_storage::{
    Incoming, Tenant,
    exports::{self, Made, Plan, Progress, Work},
    files,
};
use sha2::{Digest as _, Sha256};
use tempfile::NamedTempFile;

use super::{
    end,
    making::{Earlier, Making, Manner, Step, engine, manner, piece},
    sheet::Sheet,
};
use crate::{Error, files::size};

/// How often what is made is recorded, and durable: what a crash costs at most.
const RECORD_EVERY_MS: i64 = Timestamp::SECOND_MS;
/// The same in bytes, whichever comes first.
const RECORD_EVERY_BYTES: u64 = 8 * 1024 * 1024;
/// Times that an export begins anew because responses in it were erased meanwhile.
const BEGUN_MAX: usize = 20;
/// Bytes of a file that is made on the disk of this machine before it is kept.
const SCRATCH_BYTES_MAX: u64 = 4 * 1024 * 1024 * 1024;

/// What became of a try.
enum Course {
    /// The file is made.
    Made,
    /// Somebody stopped or removed the export, or erased a response in it.
    TakenAway,
}

/// Makes an export, or goes on where an earlier try stopped. One that is at its end, or gone, is passed over. What its
/// person can do something about ends it; other errors are the worker's to try again.
pub async fn run(tenant: &Tenant, id: ExportId) -> Result<(), Error> {
    for _ in 0..BEGUN_MAX {
        let found = tenant.read(move |tx| exports::find_work(tx, id)).await?;
        let Some(work) = found.filter(|it| it.export.state.is_unfinished()) else { return Ok(()) };
        match attempt(tenant, work).await {
            Ok(Course::Made) => return Ok(()),
            Ok(Course::TakenAway) => {}
            Err(error) if error.may_pass() => return Err(error),
            Err(error @ (Error::Limit(_) | Error::Refused(_))) => return end(tenant, id, &error.to_string()).await,
            Err(error) => {
                tracing::error!(tenant = %tenant.record().id, export = %id, %error, "An export cannot be made");
                return super::give_up(tenant, id).await;
            }
        }
    }
    end(tenant, id, "Responses in it were erased again and again while it was made. Try again").await
}

/// An export being made by this process.
struct Run<'a> {
    tenant: &'a Tenant,
    id: ExportId,
    attempt: u64,
    making: Making,
    incoming: Incoming,
    recorded_at: Timestamp,
    recorded_bytes: u64,
}

async fn attempt(tenant: &Tenant, work: Work) -> Result<Course, Error> {
    let Export { id, survey, wanted, .. } = work.export;
    let sheet = tenant.read(move |tx| Sheet::read(tx, survey, wanted)).await?;
    let begun = match resume(tenant, &work, &sheet).await? {
        Some(run) => Some(run),
        None => begin(tenant, (id, survey, wanted), Arc::new(sheet)).await?,
    };
    let Some(mut run) = begun else { return Ok(Course::TakenAway) };
    match run.make().await {
        Ok(course) => Ok(course),
        Err(error) if run.is_ours().await? => Err(error),
        // Whoever took it away removed its bytes, which is what the error was about.
        Err(_) => run.abandon().await,
    }
}

/// Goes on behind what is durable of an earlier try; `None` when there is nothing to go on from.
async fn resume<'a>(tenant: &'a Tenant, work: &Work, sheet: &Sheet) -> Result<Option<Run<'a>>, Error> {
    let Export { survey, wanted, rows, bytes, content, .. } = work.export;
    let is_resumable = manner(wanted.format) == Manner::Resumable && work.head == sheet.head();
    let (true, Some(content), Some(reached)) = (is_resumable, content, work.reached) else { return Ok(None) };
    let mut hash = Sha256::new();
    let Some(incoming) = tenant.receive_on(content, bytes, |it| hash.update(it)).await? else { return Ok(None) };
    // What it is to hold was decided when it was begun.
    let sheet = Arc::new(sheet.until(work.through));
    let earlier = Earlier { done: Done { rows, hash }, reached };
    let making = Making::begin(tenant, (survey, wanted), sheet, Some(earlier))?;
    Ok(Some(Run::new(tenant, work, making, incoming)))
}

/// Begins anew; `None` when the export is at its end or gone.
async fn begin(
    tenant: &Tenant,
    (id, survey, wanted): (ExportId, SurveyId, Wanted),
    sheet: Arc<Sheet>,
) -> Result<Option<Run<'_>>, Error> {
    let plan = Plan { through: sheet.through, head: sheet.head(), rows_expected: sheet.rows_expected };
    let begun = tenant.write(move |tx| {
        let before = exports::find(tx, id)?;
        Ok::<_, Error>((before.and_then(|it| it.content), exports::begin(tx, id, &plan)?))
    });
    let (earlier, begun) = begun.await?;
    let Some(work) = begun else { return Ok(None) };
    tenant.remove_contents(earlier.into_iter().collect()).await?;
    let making = Making::begin(tenant, (survey, wanted), sheet, None)?;
    Ok(Some(Run::new(tenant, &work, making, tenant.receive())))
}

impl<'a> Run<'a> {
    fn new(tenant: &'a Tenant, work: &Work, making: Making, incoming: Incoming) -> Self {
        let (id, attempt, recorded_bytes) = (work.export.id, work.attempt, incoming.bytes());
        Self { tenant, id, attempt, making, incoming, recorded_at: tenant.now(), recorded_bytes }
    }

    async fn make(&mut self) -> Result<Course, Error> {
        // From the first moment a row names the bytes, so that they are found whatever happens.
        if !self.record().await? {
            return self.abandon().await;
        }
        loop {
            let (bytes, is_end) = match self.making.step().await? {
                Step::Bytes(bytes) => (bytes, false),
                Step::End(bytes) => (bytes, true),
            };
            self.incoming.write(&bytes).await?;
            if SCRATCH_BYTES_MAX < self.making.scratch_bytes()? {
                return Err(Error::Limit(format!("A file of this format has at most {}", size(SCRATCH_BYTES_MAX))));
            }
            if is_end {
                break;
            }
            if self.is_record_due() && !self.record().await? {
                return self.abandon().await;
            }
        }
        if let Some(file) = self.making.take_scratch()
            && !self.pour(file).await?
        {
            return self.abandon().await;
        }
        self.finish().await
    }

    /// Takes a file that was made on the disk; `false` when the export is no longer ours.
    async fn pour(&mut self, file: NamedTempFile) -> Result<bool, Error> {
        let mut file = file.reopen().map_err(engine)?;
        loop {
            let (rest, piece) = piece(file).await?;
            if piece.is_empty() {
                return Ok(true);
            }
            file = rest;
            self.incoming.write(&piece).await?;
            if self.is_record_due() && !self.record().await? {
                return Ok(false);
            }
        }
    }

    fn is_record_due(&self) -> bool {
        RECORD_EVERY_MS <= self.tenant.now().ms_since(self.recorded_at)
            || RECORD_EVERY_BYTES <= self.incoming.bytes() - self.recorded_bytes
    }

    /// Makes what there is durable, and records it; `false` when the export is no longer ours.
    async fn record(&mut self) -> Result<bool, Error> {
        self.incoming.keep_so_far().await?;
        let progress = Progress {
            rows: self.making.rows(),
            bytes: self.incoming.bytes(),
            reached: self.making.reached(),
            content: Some(self.incoming.id()),
        };
        let (id, attempt, room) = (self.id, self.attempt, self.tenant.record().plan.plan().files_bytes_max);
        let recorded = self.tenant.write(move |tx| {
            let is_ours = exports::advance(tx, (id, attempt), &progress)?;
            if is_ours && room < files::usage(tx)?.bytes {
                return Err(full(room));
            }
            Ok::<_, Error>(is_ours)
        });
        let is_ours = recorded.await?;
        (self.recorded_at, self.recorded_bytes) = (self.tenant.now(), self.incoming.bytes());
        Ok(is_ours)
    }

    async fn finish(&mut self) -> Result<Course, Error> {
        if !self.record().await? {
            return self.abandon().await;
        }
        let arrived = std::mem::replace(&mut self.incoming, self.tenant.receive()).finish().await?;
        let (id, attempt, content) = (self.id, self.attempt, arrived.id);
        let made = Made { rows: self.making.rows(), content, bytes: arrived.bytes, sha256: arrived.sha256 };
        if self.tenant.write(move |tx| exports::finish(tx, (id, attempt), &made)).await? {
            return Ok(Course::Made);
        }
        self.tenant.remove_contents(vec![content]).await?;
        Ok(Course::TakenAway)
    }

    /// Whether nobody took the export away.
    async fn is_ours(&mut self) -> Result<bool, Error> {
        let (id, attempt) = (self.id, self.attempt);
        let work = self.tenant.read(move |tx| exports::find_work(tx, id)).await?;
        Ok(work.is_some_and(|it| it.attempt == attempt && it.export.state.is_unfinished()))
    }

    async fn abandon(&mut self) -> Result<Course, Error> {
        self.tenant.remove_contents(vec![self.incoming.id()]).await?;
        Ok(Course::TakenAway)
    }
}

fn full(room: u64) -> Error {
    Error::Limit(format!(
        "There is no room for it: files and exports together may have {} on this plan. Delete some, or choose a larger plan",
        size(room)
    ))
}
