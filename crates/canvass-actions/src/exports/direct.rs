//! Downloads at once: this file is about a file that is made while it is fetched, as fast as it is fetched.
//!
//! Whoever reads slowly holds a batch of rows and nothing else. Formats that only their end makes whole are made on the disk
//! first, within bounds; larger ones are for the background.

use std::{
    collections::HashMap,
    fs::File,
    sync::{Arc, LazyLock, Mutex, PoisonError},
};

use canvass_model::{
    event::Event,
    export::Wanted,
    file::FileName,
    id::{SurveyId, TenantId},
    member::Actor,
};
use canvass_storage::{self as storage, Tenant, events};

use super::{
    making::{Making, Manner, Step, engine, manner, piece},
    name,
    sheet::Sheet,
};
use crate::{Error, files::size};

/// A file that is made while it is fetched.
pub struct Download {
    name: FileName,
    wanted: Wanted,
    source: Source,
    _place: Place,
}

/// Where its bytes come from.
enum Source {
    /// They are made.
    Making(Box<Making>),
    /// They lie on the disk: the file, and how many bytes it has.
    Scratch(File, u64),
    /// There are no more.
    Nothing,
}

/// Room for one download, taken from its tenant and from this process.
struct Place(TenantId);

/// Downloads that one process makes at once; each holds a batch of rows in memory.
const AT_ONCE_MAX: usize = 64;
/// Those of one tenant, so that nobody takes all places.
const AT_ONCE_OF_TENANT_MAX: usize = 8;
/// Cells of a table that is made on the disk while somebody waits: some ten seconds of work.
const SCRATCH_CELLS_MAX: u64 = 4_000_000;
/// Bytes of a file that is made on the disk while somebody waits: all places together stay below 16 GB.
const SCRATCH_BYTES_MAX: u64 = 256 * 1024 * 1024;
/// How soon a place is likely to be free again.
const RETRY_AFTER_MS: u64 = 5_000;

static PLACES: LazyLock<Mutex<HashMap<TenantId, usize>>> = LazyLock::new(Mutex::default);

/// Begins a download of a survey's responses, as they are now. It is noted in the tenant's log.
pub async fn download(tenant: &Tenant, by: &Actor, survey: SurveyId, wanted: Wanted) -> Result<Download, Error> {
    let place = Place::take(tenant.record().id)?;
    let sheet = Arc::new(tenant.read(move |tx| Sheet::read(tx, survey, wanted)).await?);
    let name = name(&sheet.table.title, wanted.format);
    let source = match manner(wanted.format) {
        Manner::Resumable | Manner::Streamed => {
            Source::Making(Box::new(Making::begin(tenant, (survey, wanted), sheet, None)?))
        }
        Manner::Scratch => {
            refuse_large(sheet.rows_expected, sheet.table.columns.len() as u64)?;
            scratch(Making::begin(tenant, (survey, wanted), sheet, None)?).await?
        }
    };
    let actor = by.clone();
    let event = Event::ResponsesExported { survey, format: wanted.format.as_str().to_owned() };
    tenant.write(move |tx| events::insert(tx, &actor, &event)).await?;
    Ok(Download { name, wanted, source, _place: place })
}

impl Download {
    /// What the file is called.
    pub fn name(&self) -> &FileName {
        &self.name
    }

    /// Its media type.
    pub fn media(&self) -> &'static str {
        self.wanted.format.media()
    }

    /// How many bytes it has, where that is known before its end.
    pub fn bytes(&self) -> Option<u64> {
        match &self.source {
            Source::Making(_) | Source::Nothing => None,
            Source::Scratch(_, bytes) => Some(*bytes),
        }
    }

    /// The next bytes, never none of them; `None` at the end. After an error there is no way on, and the file is not whole.
    pub async fn next(&mut self) -> Result<Option<Vec<u8>>, Error> {
        loop {
            let bytes = match std::mem::replace(&mut self.source, Source::Nothing) {
                Source::Making(mut making) => match making.step().await? {
                    Step::Bytes(bytes) => {
                        self.source = Source::Making(making);
                        bytes
                    }
                    Step::End(bytes) => return Ok(Some(bytes).filter(|it| !it.is_empty())),
                },
                Source::Scratch(file, bytes) => {
                    let (file, piece) = piece(file).await?;
                    if piece.is_empty() {
                        return Ok(None);
                    }
                    self.source = Source::Scratch(file, bytes);
                    piece
                }
                Source::Nothing => return Ok(None),
            };
            if !bytes.is_empty() {
                return Ok(Some(bytes));
            }
        }
    }
}

fn refuse_large(rows: u64, columns: u64) -> Result<(), Error> {
    if rows.saturating_mul(columns) <= SCRATCH_CELLS_MAX {
        return Ok(());
    }
    Err(too_large(&format!("{rows} responses in {columns} columns are")))
}

fn too_large(what: &str) -> Error {
    Error::Limit(format!(
        "{what} too much for this format to be downloaded at once. Prepare the file in the background, or choose CSV"
    ))
}

/// Makes a whole file on the disk.
async fn scratch(mut making: Making) -> Result<Source, Error> {
    loop {
        let is_end = matches!(making.step().await?, Step::End(_));
        let bytes = making.scratch_bytes()?;
        if SCRATCH_BYTES_MAX < bytes {
            return Err(too_large(&format!("More than {} is", size(SCRATCH_BYTES_MAX))));
        }
        if is_end {
            // The name goes at once, the bytes with the last who has the file open.
            let file = making.take_scratch().ok_or(Error::NotFound)?.reopen();
            return file.map(|it| Source::Scratch(it, bytes)).map_err(engine);
        }
    }
}

impl Place {
    fn take(tenant: TenantId) -> Result<Self, Error> {
        let mut places = PLACES.lock().unwrap_or_else(PoisonError::into_inner);
        let all: usize = places.values().sum();
        let own = places.entry(tenant).or_default();
        if AT_ONCE_MAX <= all || AT_ONCE_OF_TENANT_MAX <= *own {
            if *own == 0 {
                places.remove(&tenant);
            }
            return Err(Error::Storage(storage::Error::Busy { retry_after_ms: RETRY_AFTER_MS }));
        }
        *own += 1;
        Ok(Self(tenant))
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut places = PLACES.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(own) = places.get_mut(&self.0) {
            *own -= 1;
            if *own == 0 {
                places.remove(&self.0);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use canvass_storage::Error as StorageError;

    use super::*;

    fn tenant(number: u64) -> TenantId {
        TenantId::parse(&format!("01890a5d-ac96-774b-bcce-{number:012x}")).unwrap()
    }

    #[test]
    fn what_takes_too_long_to_wait_for_is_for_the_background() {
        refuse_large(200_000, 20).unwrap();
        let Err(Error::Limit(words)) = refuse_large(200_001, 20) else { panic!("it is too much") };
        assert!(words.starts_with("200001 responses in 20 columns are too much"), "{words}");
        refuse_large(u64::MAX, u64::MAX).unwrap_err();
    }

    #[test]
    fn nobody_takes_all_places() {
        let held: Vec<Place> = (0..AT_ONCE_OF_TENANT_MAX).map(|_| Place::take(tenant(1)).unwrap()).collect();
        assert!(matches!(Place::take(tenant(1)), Err(Error::Storage(StorageError::Busy { .. }))));
        let other = Place::take(tenant(2)).unwrap();
        drop(held);
        drop(Place::take(tenant(1)).unwrap());
        let many: Vec<Place> = (3..).map_while(|it| Place::take(tenant(it)).ok()).collect();
        assert_eq!(many.len(), AT_ONCE_MAX - 1);
        drop((many, other));
        assert!(PLACES.lock().unwrap().is_empty());
    }
}
