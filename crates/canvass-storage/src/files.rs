//! Files: this file is about what a tenant uploaded and what each upload is made of; the bytes are kept apart.

use std::collections::HashSet;

use canvass_model::{
    file::{Content, File, FileName, Media, Scan},
    id::{ContentId, FileId},
    survey::Revision,
    time::Timestamp,
};

use crate::{
    Error, ReadTx, Tx,
    decode::{self, Columns},
    engine::Value,
    surveys,
};

/// Which files to list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shelf {
    /// Those in use.
    Kept,
    /// Those in the trash.
    Trash,
}

/// How much a tenant keeps: the trash, earlier contents and exports count, what a scan refused does not.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Usage {
    /// How many files.
    pub files: u64,
    /// Bytes of all their contents, and of exports.
    pub bytes: u64,
}

/// More contents than any tenant has.
const CONTENTS_MAX: u32 = 100_000;

/// The file with this id, the trash included.
pub fn find(tx: &mut ReadTx<'_>, id: FileId) -> Result<Option<File>, Error> {
    let sql = select("f.id = $1");
    Ok(grouped(decode::list(tx.session, "file", (&sql, &[Value::text(id)]), file)?).pop())
}

/// The file that has, or had, this content.
pub fn find_of_content(tx: &mut ReadTx<'_>, content: ContentId) -> Result<Option<File>, Error> {
    let sql = select("f.id = (select file from file_content where id = $1)");
    Ok(grouped(decode::list(tx.session, "file", (&sql, &[Value::text(content)]), file)?).pop())
}

/// Files, the newest first, after `after`.
pub fn list(tx: &mut ReadTx<'_>, shelf: Shelf, after: Option<FileId>, limit: u32) -> Result<Vec<File>, Error> {
    let trashed = match shelf {
        Shelf::Kept => "is null",
        Shelf::Trash => "is not null",
    };
    let sql = select(&format!(
        "f.id in (select id from file where trashed_at {trashed} and (cast($1 as text) = '' or id < $1)
            order by id desc limit $2)"
    ));
    let after = after.map(|it| it.to_string()).unwrap_or_default();
    let rows = decode::list(tx.session, "file", (&sql, &[Value::Text(after), Value::count(limit)]), file)?;
    Ok(grouped(rows))
}

/// How many files a shelf has.
pub fn count(tx: &mut ReadTx<'_>, shelf: Shelf) -> Result<u64, Error> {
    let sql = match shelf {
        Shelf::Kept => "select count(*) from file where trashed_at is null",
        Shelf::Trash => "select count(*) from file where trashed_at is not null",
    };
    decode::count(tx.session, "file", (sql, &[]))
}

/// How much there is.
pub fn usage(tx: &mut ReadTx<'_>) -> Result<Usage, Error> {
    let files = decode::count(tx.session, "file", ("select count(*) from file", &[]))?;
    let sql = "select cast(
        (select coalesce(sum(bytes), 0) from file_content where scan <> 'infected')
            + (select coalesce(sum(bytes), 0) from export) as bigint)";
    Ok(Usage { files, bytes: decode::count(tx.session, "file", (sql, &[]))? })
}

/// Contents uploaded before `before` that nobody scanned, the oldest first.
pub fn list_unscanned(tx: &mut ReadTx<'_>, before: Timestamp, limit: u32) -> Result<Vec<ContentId>, Error> {
    let sql = "select id from file_content where scan = 'unscanned' and made_at < $1 order by made_at, id limit $2";
    decode::list(tx.session, "content", (sql, &[before.into(), Value::count(limit)]), |row| {
        row.parsed(ContentId::parse)
    })
}

/// Every content a file is made of whose bytes are kept.
pub fn known_contents(tx: &mut ReadTx<'_>) -> Result<HashSet<ContentId>, Error> {
    let sql = "select id from file_content where scan <> 'infected' limit $1";
    let found =
        decode::list(tx.session, "content", (sql, &[Value::count(CONTENTS_MAX)]), |row| row.parsed(ContentId::parse))?;
    Ok(found.into_iter().collect())
}

/// Stores a new file with its contents.
pub fn insert(tx: &mut Tx<'_>, file: &File) -> Result<(), Error> {
    surveys::change_content(tx)?;
    let sql =
        "insert into file (id, name, revision, created_at, updated_at, trashed_at) values ($1, $2, $3, $4, $5, $6)";
    tx.session.execute(sql, &row(file))?;
    file.contents.iter().try_for_each(|it| insert_content(tx, file.id, it))
}

/// Replaces a file's row; its contents are kept apart.
pub fn update(tx: &mut Tx<'_>, file: &File) -> Result<(), Error> {
    surveys::change_content(tx)?;
    let sql =
        "update file set name = $2, revision = $3, created_at = $4, updated_at = $5, trashed_at = $6 where id = $1";
    tx.session.execute(sql, &row(file))?;
    Ok(())
}

/// Adds a content to a file.
pub fn insert_content(tx: &mut Tx<'_>, file: FileId, content: &Content) -> Result<(), Error> {
    surveys::change_content(tx)?;
    let (signature, trouble) = (signature(&content.scan), content.trouble.as_deref());
    let row = [
        Value::text(content.id),
        Value::text(file),
        Value::count(content.version),
        content.media.as_str().into(),
        Value::count(content.bytes),
        content.sha256.as_str().into(),
        content.scan.as_str().into(),
        signature.into(),
        trouble.into(),
        decode::json(&content.by)?,
        content.at.into(),
    ];
    let sql = "insert into file_content
        (id, file, version, media, bytes, sha256, scan, signature, trouble, actor, made_at)
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)";
    tx.session.execute(sql, &row)?;
    Ok(())
}

/// Changes the place of a content, what it is taken for, and what is known of its scan.
pub fn update_content(tx: &mut Tx<'_>, content: &Content) -> Result<(), Error> {
    surveys::change_content(tx)?;
    let sql = "update file_content set version = $2, media = $3, scan = $4, signature = $5, trouble = $6 where id = $1";
    let row = [
        Value::text(content.id),
        Value::count(content.version),
        content.media.as_str().into(),
        content.scan.as_str().into(),
        signature(&content.scan).into(),
        content.trouble.as_deref().into(),
    ];
    tx.session.execute(sql, &row)?;
    Ok(())
}

/// Removes a content's row; its bytes are removed after the commit.
pub fn delete_content(tx: &mut Tx<'_>, id: ContentId) -> Result<(), Error> {
    surveys::change_content(tx)?;
    tx.session.execute("delete from file_content where id = $1", &[Value::text(id)])?;
    Ok(())
}

/// Removes a file for good. Answers its contents, whose bytes are removed after the commit.
pub fn delete(tx: &mut Tx<'_>, id: FileId) -> Result<Vec<ContentId>, Error> {
    surveys::change_content(tx)?;
    let sql = "select id from file_content where file = $1";
    let args = [Value::text(id)];
    let contents = decode::list(tx.session, "content", (sql, &args), |row| row.parsed(ContentId::parse))?;
    tx.session.execute("delete from file where id = $1", &args)?;
    Ok(contents)
}

/// Removes at most `limit` files thrown away before `before`. Answers their contents, whose bytes are removed after the
/// commit.
pub fn delete_trashed(tx: &mut Tx<'_>, before: Timestamp, limit: u32) -> Result<Vec<ContentId>, Error> {
    let sql = "select c.id, c.file from file_content c
        where c.file in (select id from file where trashed_at < $1 order by trashed_at, id limit $2)";
    let found = decode::list(tx.session, "content", (sql, &[before.into(), Value::count(limit)]), |row| {
        Ok((row.parsed(ContentId::parse)?, row.parsed(FileId::parse)?))
    })?;
    let files: HashSet<FileId> = found.iter().map(|(_, file)| *file).collect();
    for file in files {
        delete(tx, file)?;
    }
    Ok(found.into_iter().map(|(content, _)| content).collect())
}

fn select(condition: &str) -> String {
    format!(
        "select f.id, f.name, f.revision, f.created_at, f.updated_at, f.trashed_at, c.id, c.version, c.media, c.bytes,
            c.sha256, c.scan, c.signature, c.trouble, c.actor, c.made_at
        from file f join file_content c on c.file = f.id
        where {condition} order by f.id desc, c.version desc"
    )
}

/// One content of a file, with the file.
fn file(row: &mut Columns) -> Result<File, Error> {
    Ok(File {
        id: row.parsed(FileId::parse)?,
        name: row.parsed(|it| FileName::parse(it).ok())?,
        revision: Revision(row.count()?),
        created_at: row.time()?,
        updated_at: row.time()?,
        trashed_at: row.optional_time()?,
        contents: vec![content(row)?],
    })
}

fn content(row: &mut Columns) -> Result<Content, Error> {
    let (id, version, media) = (row.parsed(ContentId::parse)?, row.small()?, row.text()?);
    let (bytes, sha256) = (row.count()?, row.text()?);
    let (found, signature) = (row.text()?, row.optional_text()?);
    let scan = match (found.as_str(), signature) {
        ("unscanned", None) => Scan::Unscanned,
        ("clean", None) => Scan::Clean,
        ("infected", Some(signature)) => Scan::Infected(signature),
        (_, signature) => return Err(row.corrupt(&(found, signature))),
    };
    Ok(Content {
        id,
        version,
        media: Media::stored(&media),
        bytes,
        sha256,
        scan,
        trouble: row.optional_text()?,
        by: row.json()?,
        at: row.time()?,
    })
}

/// Files of their contents, which stand together.
fn grouped(rows: Vec<File>) -> Vec<File> {
    let mut files: Vec<File> = Vec::new();
    for mut row in rows {
        match files.last_mut().filter(|it| it.id == row.id) {
            Some(file) => file.contents.append(&mut row.contents),
            None => files.push(row),
        }
    }
    files
}

fn row(file: &File) -> [Value; 6] {
    [
        Value::text(file.id),
        file.name.as_str().into(),
        Value::count(file.revision.0),
        file.created_at.into(),
        file.updated_at.into(),
        file.trashed_at.into(),
    ]
}

fn signature(scan: &Scan) -> Option<&str> {
    match scan {
        Scan::Infected(signature) => Some(signature),
        Scan::Unscanned | Scan::Clean => None,
    }
}
