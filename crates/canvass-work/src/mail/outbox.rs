//! The outbox: this file is about mails as files in a folder, one each, for development and tests.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use canvass_model::{id::JobId, job::Mail};

use super::{InvalidMailSettings, Sender, compose};
use crate::worker::Failure;

/// A folder that mails are written into as `.eml` files named after their jobs, which sorts them by time.
#[derive(Debug, Clone)]
pub struct Outbox {
    from: Sender,
    folder: PathBuf,
}

impl Outbox {
    pub(super) fn open(from: Sender, folder: &Path) -> Result<Self, InvalidMailSettings> {
        let invalid = |it: io::Error| InvalidMailSettings::Outbox { path: folder.to_owned(), reason: it.to_string() };
        fs::create_dir_all(folder).map_err(invalid)?;
        probe(folder).map_err(invalid)?;
        Ok(Self { from, folder: folder.to_owned() })
    }

    /// Writes the mail. Doing it again for the same job replaces the file.
    pub(super) async fn send(&self, id: JobId, mail: &Mail) -> Result<(), Failure> {
        let bytes = compose(&self.from, id, mail)?.formatted();
        // Readers of the folder never see half a mail.
        let unfinished = self.folder.join(format!(".{id}.part"));
        let finished = self.folder.join(format!("{id}.eml"));
        let written = async {
            tokio::fs::write(&unfinished, bytes).await?;
            tokio::fs::rename(&unfinished, &finished).await
        };
        written.await.map_err(|it| Failure::transient(format!("the outbox {}: {it}", self.folder.display())))
    }
}

/// Finds out at start, not with the first mail, that the folder cannot be written.
fn probe(folder: &Path) -> io::Result<()> {
    let file = folder.join(".probe");
    fs::write(&file, b"")?;
    fs::remove_file(file)
}
