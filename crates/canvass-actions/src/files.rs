//! Files: this file is about uploading, replacing, renaming and throwing away what pages serve, within the plan.

mod sweeping;
mod trash;

use canvass_model::{
    event::{Event, FileChange},
    file::{Content, File, FileName, Media, Scan, Scanning},
    id::{ContentId, FileId},
    job::{Job, ScanContent},
    member::Actor,
    plan::{MEGABYTE, Plan},
    survey::Revision,
    time::Timestamp,
};
use canvass_storage::{Arrived, Directory, Incoming, ReadTx, Tenant, Tx, events, files, jobs};

pub use self::{
    sweeping::sweep,
    trash::{delete, restore, trash},
};
use crate::Error;

/// How many bytes an upload may have, and what bounds it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Room {
    /// The most bytes it may have.
    pub bytes_max: u64,
    /// Why not more.
    pub bound: Bound,
}

/// What bounds an upload.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Bound {
    /// One file may have no more.
    OneFile,
    /// All files together may have no more.
    AllFiles,
}

/// What a scan came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// Nothing was found.
    Clean,
    /// This signature was found.
    Infected(String),
}

/// Begins to take an upload in. [`Error::Limit`] when the plan has no room for another byte; how much room there is when
/// the upload ends, [`create`] and [`replace`] look again.
pub async fn receive(tenant: &Tenant) -> Result<(Incoming, Room), Error> {
    let plan = tenant.record().plan.plan();
    let room = tenant.read(move |tx| room(tx, &plan)).await?;
    Ok((tenant.receive(), room))
}

/// Makes a file of an upload. [`Error::Limit`] when the plan has no room for it, [`Error::Refused`] for an empty one.
pub fn create(tx: &mut Tx<'_>, by: &Actor, plan: &Plan, (name, arrived): (&FileName, &Arrived)) -> Result<File, Error> {
    let usage = files::usage(tx)?;
    if u64::from(plan.files_max) <= usage.files {
        return Err(Error::Limit(format!(
            "The {} plan has room for {} files, those in the trash included, and there are as many. Delete one for good, \
             or choose a larger plan",
            plan.id.as_str(),
            plan.files_max
        )));
    }
    fit(tx, plan, arrived)?;
    let now = tx.now();
    let file = File {
        id: tx.new_id(),
        name: name.clone(),
        revision: Revision(1),
        created_at: now,
        updated_at: now,
        trashed_at: None,
        contents: vec![content(1, by, (name, arrived), now)],
    };
    files::insert(tx, &file)?;
    record(tx, by, &file, FileChange::Uploaded)?;
    Ok(file)
}

/// Gives a file another content; pages go on serving it, and the one before stays for [`revert`]. Refused like [`create`].
pub fn replace(tx: &mut Tx<'_>, by: &Actor, plan: &Plan, (id, arrived): (FileId, &Arrived)) -> Result<File, Error> {
    let file = found(tx, id)?;
    fit(tx, plan, arrived)?;
    let version = file.newest().map_or(0, |it| it.version) + 1;
    // What was served last is what undo goes back to; what a scan refused is nothing to go back to.
    let kept = file.contents.iter().find(|it| it.has_bytes()).map(|it| it.id);
    for gone in file.contents.iter().filter(|it| Some(it.id) != kept) {
        files::delete_content(tx, gone.id)?;
    }
    files::insert_content(tx, id, &content(version, by, (&file.name, arrived), tx.now()))?;
    changed(tx, by, file, FileChange::Replaced)
}

/// Goes back to the content before the last replacement; doing it again goes forward.
pub fn revert(tx: &mut Tx<'_>, by: &Actor, id: FileId) -> Result<File, Error> {
    let file = found(tx, id)?;
    let newest = file.newest().map_or(0, |it| it.version);
    let Some(earlier) = file.contents.iter().skip(1).find(|it| it.has_bytes()) else {
        return Err(Error::Refused("This file was not replaced yet, so there is nothing to undo".to_owned()));
    };
    files::update_content(tx, &Content { version: newest + 1, ..earlier.clone() })?;
    for refused in file.contents.iter().filter(|it| !it.has_bytes()) {
        files::delete_content(tx, refused.id)?;
    }
    changed(tx, by, file, FileChange::Reverted)
}

/// Renames a file. Its contents are judged anew: an extension may say what they are. `heads` are their first bytes.
pub fn rename(
    tx: &mut Tx<'_>,
    by: &Actor,
    id: FileId,
    (name, heads): (&FileName, &[(ContentId, Vec<u8>)]),
) -> Result<File, Error> {
    let file = found(tx, id)?;
    if file.name == *name {
        return Ok(file);
    }
    for content in &file.contents {
        let Some((_, head)) = heads.iter().find(|(it, _)| *it == content.id) else { continue };
        files::update_content(tx, &Content { media: Media::decide(name.as_str(), head), ..content.clone() })?;
    }
    let earlier = file.name.as_str().to_owned();
    changed(tx, by, File { name: name.clone(), ..file }, FileChange::Renamed(earlier))
}

/// Queues what an upload still needs, or removes its bytes when no file was made of it. A crash before it is made good by
/// [`sweep`].
pub async fn settle(
    (directory, tenant): (&Directory, &Tenant),
    scanning: Scanning,
    (arrived, made): (&Arrived, Option<&File>),
) -> Result<(), Error> {
    if !made.is_some_and(|it| it.contents.iter().any(|it| it.id == arrived.id)) {
        return Ok(tenant.remove_contents(vec![arrived.id]).await?);
    }
    match scanning {
        Scanning::Off => Ok(()),
        Scanning::On => queue_scan(directory, tenant, arrived.id).await,
    }
}

/// Records what a scan found. The bytes of an infected content are removed by the caller after the commit.
pub fn judge(tx: &mut Tx<'_>, content: ContentId, verdict: &Verdict) -> Result<(), Error> {
    let Some((file, found)) = of_content(tx, content)? else { return Ok(()) };
    let scan = match verdict {
        Verdict::Clean => Scan::Clean,
        Verdict::Infected(signature) => Scan::Infected(signature.clone()),
    };
    files::update_content(tx, &Content { scan, trouble: None, ..found })?;
    if let Verdict::Infected(signature) = verdict {
        record(tx, &Actor::Canvass, &file, FileChange::Infected(signature.clone()))?;
    }
    Ok(())
}

/// Notes why a scan came to nothing this time, for whoever waits for it.
pub fn note_trouble(tx: &mut Tx<'_>, content: ContentId, trouble: &str) -> Result<(), Error> {
    let Some((_, found)) = of_content(tx, content)? else { return Ok(()) };
    if found.trouble.as_deref() == Some(trouble) {
        return Ok(());
    }
    Ok(files::update_content(tx, &Content { trouble: Some(trouble.to_owned()), ..found })?)
}

/// A file with this id that is not in the trash, or [`Error::NotFound`].
pub fn found(tx: &mut ReadTx<'_>, id: FileId) -> Result<File, Error> {
    files::find(tx, id)?.filter(|it| it.trashed_at.is_none()).ok_or(Error::NotFound)
}

/// Bytes in words: `1.2 MB`. A megabyte has a million.
pub fn size(bytes: u64) -> String {
    let in_units = |unit: u64| {
        let tenths = bytes.saturating_mul(10).div_ceil(unit);
        if tenths < 100 && !tenths.is_multiple_of(10) {
            format!("{}.{}", tenths / 10, tenths % 10)
        } else {
            tenths.div_ceil(10).to_string()
        }
    };
    match bytes {
        0..1_000 => format!("{bytes} bytes"),
        1_000..=999_000 => format!("{} kB", in_units(1_000)),
        999_001..=999_000_000 => format!("{} MB", in_units(MEGABYTE)),
        _ => format!("{} GB", in_units(1_000 * MEGABYTE)),
    }
}

fn room(tx: &mut ReadTx<'_>, plan: &Plan) -> Result<Room, Error> {
    let left = plan.files_bytes_max.saturating_sub(files::usage(tx)?.bytes);
    if left == 0 {
        return Err(full(plan));
    }
    Ok(if plan.file_bytes_max <= left {
        Room { bytes_max: plan.file_bytes_max, bound: Bound::OneFile }
    } else {
        Room { bytes_max: left, bound: Bound::AllFiles }
    })
}

/// Why an upload that has more bytes than there is room for is refused.
pub fn refusal(plan: &Plan, bound: Bound) -> Error {
    match bound {
        Bound::OneFile => Error::Limit(format!(
            "A file may have at most {} on the {} plan, and this one has more",
            size(plan.file_bytes_max),
            plan.id.as_str()
        )),
        Bound::AllFiles => full(plan),
    }
}

fn full(plan: &Plan) -> Error {
    Error::Limit(format!(
        "All files together may have at most {} on the {} plan, those in the trash, earlier contents and exports included. \
         Delete some for good, or choose a larger plan",
        size(plan.files_bytes_max),
        plan.id.as_str()
    ))
}

/// Refuses what the plan has no room for: the last look, alone in its tenant.
fn fit(tx: &mut ReadTx<'_>, plan: &Plan, arrived: &Arrived) -> Result<(), Error> {
    if arrived.bytes == 0 {
        return Err(Error::Refused("This file is empty; choose another".to_owned()));
    }
    let room = room(tx, plan)?;
    if room.bytes_max < arrived.bytes { Err(refusal(plan, room.bound)) } else { Ok(()) }
}

fn content(version: u32, by: &Actor, (name, arrived): (&FileName, &Arrived), now: Timestamp) -> Content {
    Content {
        id: arrived.id,
        version,
        media: Media::decide(name.as_str(), &arrived.head),
        bytes: arrived.bytes,
        sha256: arrived.sha256.clone(),
        scan: Scan::Unscanned,
        trouble: None,
        by: by.clone(),
        at: now,
    }
}

/// The file of a content that waits for its scan, with the content.
fn of_content(tx: &mut ReadTx<'_>, id: ContentId) -> Result<Option<(File, Content)>, Error> {
    let Some(file) = files::find_of_content(tx, id)? else { return Ok(None) };
    let content = file.contents.iter().find(|it| it.id == id && it.scan == Scan::Unscanned).cloned();
    Ok(content.map(|it| (file, it)))
}

/// Stores a changed file, and reads it again with its contents.
fn changed(tx: &mut Tx<'_>, by: &Actor, file: File, what: FileChange) -> Result<File, Error> {
    let file = File { updated_at: tx.now(), revision: Revision(file.revision.0 + 1), ..file };
    files::update(tx, &file)?;
    record(tx, by, &file, what)?;
    files::find(tx, file.id)?.ok_or(Error::NotFound)
}

fn record(tx: &mut Tx<'_>, by: &Actor, file: &File, what: FileChange) -> Result<(), Error> {
    let event = Event::FileChanged { file: file.id, name: file.name.as_str().to_owned(), what };
    Ok(events::insert(tx, by, &event)?)
}

/// Queues a scan, once a day at most: a scan that was given up is tried again the next.
async fn queue_scan(directory: &Directory, tenant: &Tenant, content: ContentId) -> Result<(), Error> {
    let job = Job::Scan(ScanContent { tenant: tenant.record().id, content });
    directory
        .write(move |tx| {
            let key = format!("scan:{content}:{}", tx.now().0 / Timestamp::DAY_MS);
            jobs::insert(tx, &job, Some(&key)).map(drop)
        })
        .await
        .map_err(Error::from)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_size_is_said_as_people_say_it() {
        for (bytes, words) in [
            (0, "0 bytes"),
            (999, "999 bytes"),
            (1_000, "1 kB"),
            (1_234, "1.3 kB"),
            (12_345, "13 kB"),
            (999_999, "1 MB"),
            (5 * MEGABYTE, "5 MB"),
            (2_000 * MEGABYTE, "2 GB"),
        ] {
            assert_eq!(size(bytes), words);
        }
    }
}
