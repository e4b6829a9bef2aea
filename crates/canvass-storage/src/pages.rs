//! Pages: this file is about what each public address of a tenant serves; documents and invitations have files of their own.

mod documents;
mod invitations;

use std::collections::HashMap;

use canvass_model::{
    address::{PageAddress, PageKey},
    id::{FileId, PageId, ScriptId, SurveyId},
    page::{Destination, FeedFormat, Kind, Page, Target, Visibility, WebUrl},
    survey::Revision,
    time::Timestamp,
};

pub use self::{
    documents::{document, put_document},
    invitations::{
        Invitation, count_invitations, delete_invitation, find_invitation, find_invitation_by_id, insert_invitation,
        list_invitations, page_of_invitation, touch_invitation,
    },
};
use crate::{
    Error, ReadTx, Tx,
    decode::{self, Columns},
    engine::Value,
    surveys,
};

/// More pages than any tenant has: lists and trees are read in one go.
pub const PAGES_MAX: u32 = 1_000;

/// Keys asked about at once.
pub const KEYS_MAX: usize = 500;

/// The page at this address; pages in the trash have none.
pub fn find(tx: &mut ReadTx<'_>, key: &PageKey) -> Result<Option<Page>, Error> {
    let sql = select("where page_key = $1 and trashed_at is null");
    decode::first(tx.session, "page", (&sql, &[key.as_str().into()]), page)
}

/// The page with this id, the trash included.
pub fn find_by_id(tx: &mut ReadTx<'_>, id: PageId) -> Result<Option<Page>, Error> {
    decode::first(tx.session, "page", (&select("where id = $1"), &[Value::text(id)]), page)
}

/// The page at which a survey is answered, if it has one: the oldest, should there be several.
pub fn find_of_survey(tx: &mut ReadTx<'_>, survey: SurveyId) -> Result<Option<Page>, Error> {
    let sql = select("where kind = 'survey' and target = $1 and trashed_at is null order by created_at, id limit 1");
    decode::first(tx.session, "page", (&sql, &[Value::text(survey)]), page)
}

/// All pages that are not in the trash, in the order of their addresses' keys; at most [`PAGES_MAX`].
pub fn list(tx: &mut ReadTx<'_>) -> Result<Vec<Page>, Error> {
    let sql = select("where trashed_at is null order by page_key limit $1");
    decode::list(tx.session, "page", (&sql, &[Value::count(PAGES_MAX)]), page)
}

/// Pages that are not in the trash by id, the newest first, after `after`.
pub fn list_by_age(tx: &mut ReadTx<'_>, after: Option<PageId>, limit: u32) -> Result<Vec<Page>, Error> {
    let sql = select("where trashed_at is null and (cast($1 as text) = '' or id < $1) order by id desc limit $2");
    let after = after.map(|it| it.to_string()).unwrap_or_default();
    decode::list(tx.session, "page", (&sql, &[Value::Text(after), Value::count(limit)]), page)
}

/// The pages in the trash, the latest first; at most [`PAGES_MAX`].
pub fn list_trashed(tx: &mut ReadTx<'_>) -> Result<Vec<Page>, Error> {
    let sql = select("where trashed_at is not null order by trashed_at desc, id limit $1");
    decode::list(tx.session, "page", (&sql, &[Value::count(PAGES_MAX)]), page)
}

/// The pages that serve one of these files, by their addresses; at most [`PAGES_MAX`], for at most [`KEYS_MAX`] files.
pub fn list_of_files(tx: &mut ReadTx<'_>, files: &[FileId]) -> Result<Vec<(FileId, Page)>, Error> {
    if files.is_empty() {
        return Ok(Vec::new());
    }
    let args: Vec<Value> = files.iter().take(KEYS_MAX).map(Value::text).collect();
    let places: Vec<String> = (1..=args.len()).map(|it| format!("${it}")).collect();
    let sql = select(&format!(
        "where kind = 'file' and target in ({}) and trashed_at is null order by page_key limit {PAGES_MAX}",
        places.join(", ")
    ));
    let found = decode::list(tx.session, "page", (&sql, &args), page)?;
    let of_file = |it: Page| match it.target {
        Target::File(file) => Some((file, it)),
        Target::Survey(_)
        | Target::Results(_)
        | Target::Document
        | Target::Feed(_)
        | Target::Redirect(_)
        | Target::Script(_) => None,
    };
    Ok(found.into_iter().filter_map(of_file).collect())
}

/// How many pages there are, those in the trash not counted.
pub fn count(tx: &mut ReadTx<'_>) -> Result<u32, Error> {
    let sql = "select count(*) from page where trashed_at is null";
    decode::count(tx.session, "page", (sql, &[])).map(|it| u32::try_from(it).unwrap_or(u32::MAX))
}

/// Of these keys those of pages that are there, each with its spelling; at most [`KEYS_MAX`] are asked about.
pub fn spellings(tx: &mut ReadTx<'_>, keys: &[&str]) -> Result<HashMap<String, String>, Error> {
    if keys.is_empty() {
        return Ok(HashMap::new());
    }
    let args: Vec<Value> = keys.iter().take(KEYS_MAX).map(|it| (*it).into()).collect();
    let places: Vec<String> = (1..=args.len()).map(|it| format!("${it}")).collect();
    let sql = format!(
        "select page_key, native from page where page_key in ({}) and trashed_at is null limit {KEYS_MAX}",
        places.join(", ")
    );
    let found = decode::list(tx.session, "page", (&sql, &args), |row| Ok((row.text()?, row.text()?)))?;
    Ok(found.into_iter().collect())
}

/// Stores a new page. [`Error::Conflict`] when its address is taken.
pub fn insert(tx: &mut Tx<'_>, page: &Page) -> Result<(), Error> {
    surveys::change_content(tx)?;
    let sql = "insert into page (id, page_key, native, title, kind, target, visibility, opens_at, closes_at, place,
            revision, created_at, updated_at, trashed_at)
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14) on conflict do nothing";
    match tx.session.execute(sql, &row(page))? {
        0 => Err(Error::Conflict("this address".to_owned())),
        _ => Ok(()),
    }
}

/// Replaces a page's row; its password and its document are kept apart. The caller has made sure that its address is
/// free.
pub fn update(tx: &mut Tx<'_>, page: &Page) -> Result<(), Error> {
    surveys::change_content(tx)?;
    let sql = "update page set page_key = $2, native = $3, title = $4, kind = $5, target = $6, visibility = $7,
            opens_at = $8, closes_at = $9, place = $10, revision = $11, created_at = $12, updated_at = $13,
            trashed_at = $14
        where id = $1";
    tx.session.execute(sql, &row(page))?;
    Ok(())
}

/// Stores new pages at addresses that are free. [`Error::Conflict`] when one is taken.
pub fn insert_many(tx: &mut Tx<'_>, pages: &[Page]) -> Result<(), Error> {
    surveys::change_content(tx)?;
    for some in pages.chunks(ROWS_AT_ONCE) {
        let args: Vec<Value> = some.iter().flat_map(row).collect();
        let places: Vec<String> = (0..some.len()).map(|it| places(it * 14, 14)).collect();
        let sql = format!(
            "insert into page (id, page_key, native, title, kind, target, visibility, opens_at, closes_at, place,
                revision, created_at, updated_at, trashed_at) values {} on conflict do nothing",
            places.join(", ")
        );
        if tx.session.execute(&sql, &args)? != some.len() as u64 {
            return Err(Error::Conflict("one of these addresses".to_owned()));
        }
    }
    Ok(())
}

/// Gives pages other addresses, each as its next revision. Pages may take each other's; the caller has made sure that no
/// other page stands there.
pub fn readdress(tx: &mut Tx<'_>, moved: &[(PageId, PageAddress)]) -> Result<(), Error> {
    surveys::change_content(tx)?;
    let now = tx.now();
    // Aside first, to keys no page has, for two pages never share one, not even on the way.
    for some in moved.chunks(ROWS_AT_ONCE) {
        let ids: Vec<Value> = some.iter().map(|(id, _)| Value::text(id)).collect();
        let sql = format!("update page set page_key = '/' || page_key where id in {}", places(0, ids.len()));
        tx.session.execute(&sql, &ids)?;
    }
    for some in moved.chunks(ROWS_AT_ONCE) {
        let row = |(id, address): &(PageId, PageAddress)| {
            [Value::text(id), address.key().as_str().into(), address.native().into()]
        };
        let args: Vec<Value> = std::iter::once(now.into()).chain(some.iter().flat_map(row)).collect();
        let rows: Vec<String> = (0..some.len()).map(|it| places(1 + it * 3, 3)).collect();
        let sql = format!(
            "with moved (id, page_key, native) as (values {})
            update page set page_key = moved.page_key, native = moved.native, revision = revision + 1, updated_at = $1
            from moved where page.id = moved.id",
            rows.join(", ")
        );
        tx.session.execute(&sql, &args)?;
    }
    Ok(())
}

/// Rows of one statement: an engine takes so many parameters and no more.
const ROWS_AT_ONCE: usize = 50;

/// `($3, $4, $5)` for 3 parameters after 2.
fn places(after: usize, count: usize) -> String {
    let places: Vec<String> = (after + 1..=after + count).map(|it| format!("${it}")).collect();
    format!("({})", places.join(", "))
}

/// Removes a page for good, and whatever redirects to it; `false` when there is none.
pub fn delete(tx: &mut Tx<'_>, id: PageId) -> Result<bool, Error> {
    surveys::change_content(tx)?;
    for destination in [Destination::Page(id), Destination::Moved(id)] {
        let target = Value::Text(target_text(&Target::Redirect(destination)));
        tx.session.execute("delete from page where kind = 'redirect' and target = $1", &[target])?;
    }
    Ok(0 < tx.session.execute("delete from page where id = $1", &[Value::text(id)])?)
}

/// Removes every page of a survey: where it is answered, and where its results are shown.
pub(crate) fn delete_of_survey(tx: &mut Tx<'_>, survey: SurveyId) -> Result<(), Error> {
    let sql = "select id from page where kind in ('survey', 'results') and target = $1";
    let args = [Value::text(survey)];
    let pages = decode::list(tx.session, "page", (sql, &args), |row| row.parsed(PageId::parse))?;
    for page in pages {
        delete(tx, page)?;
    }
    Ok(())
}

/// Removes every page that a script makes.
pub(crate) fn delete_of_script(tx: &mut Tx<'_>, script: ScriptId) -> Result<(), Error> {
    let sql = "select id from page where kind = 'script' and target = $1";
    let pages = decode::list(tx.session, "page", (sql, &[Value::text(script)]), |row| row.parsed(PageId::parse))?;
    for page in pages {
        delete(tx, page)?;
    }
    Ok(())
}

/// Removes at most `limit` pages thrown away before `before`. Answers how many.
pub fn delete_trashed(tx: &mut Tx<'_>, before: Timestamp, limit: u32) -> Result<u32, Error> {
    let sql = "select id from page where trashed_at < $1 order by trashed_at, id limit $2";
    let args = [before.into(), Value::count(limit)];
    let gone = decode::list(tx.session, "page", (sql, &args), |row| row.parsed(PageId::parse))?;
    for id in &gone {
        delete(tx, *id)?;
    }
    Ok(u32::try_from(gone.len()).unwrap_or(u32::MAX))
}

/// The hash of a page's password, if it has one.
pub fn password_hash(tx: &mut ReadTx<'_>, id: PageId) -> Result<Option<String>, Error> {
    let sql = "select password_hash from page where id = $1";
    let found = decode::first(tx.session, "page", (sql, &[Value::text(id)]), Columns::optional_text)?;
    Ok(found.flatten())
}

/// Sets or removes the hash of a page's password.
pub fn set_password_hash(tx: &mut Tx<'_>, id: PageId, hash: Option<&str>) -> Result<(), Error> {
    surveys::change_content(tx)?;
    tx.session.execute("update page set password_hash = $2 where id = $1", &[Value::text(id), hash.into()])?;
    Ok(())
}

/// Reads an address as stored: decoded, so that only the percent sign is special.
pub(crate) fn stored_address(native: &str) -> Option<PageAddress> {
    PageAddress::parse(&native.replace('%', "%25")).ok()
}

/// What [`page`] reads.
pub(crate) const COLUMNS: &str = "id, native, title, kind, target, visibility, opens_at, closes_at, place, revision,
            created_at, updated_at, trashed_at";

fn select(rest: &str) -> String {
    format!("select {COLUMNS} from page {rest}")
}

pub(crate) fn page(row: &mut Columns) -> Result<Page, Error> {
    Ok(Page {
        id: row.parsed(PageId::parse)?,
        address: row.parsed(stored_address)?,
        title: row.text()?,
        target: target(row)?,
        visibility: row.parsed(Visibility::parse)?,
        opens_at: row.optional_time()?,
        closes_at: row.optional_time()?,
        place: row.small()?,
        revision: Revision(row.count()?),
        created_at: row.time()?,
        updated_at: row.time()?,
        trashed_at: row.optional_time()?,
    })
}

/// The columns `kind` and `target`.
fn target(row: &mut Columns) -> Result<Target, Error> {
    match row.parsed(Kind::parse)? {
        Kind::Survey => row.parsed(SurveyId::parse).map(Target::Survey),
        Kind::Results => row.parsed(SurveyId::parse).map(Target::Results),
        Kind::Document => row.text().map(|_| Target::Document),
        Kind::Feed => row.parsed(FeedFormat::parse).map(Target::Feed),
        Kind::File => row.parsed(FileId::parse).map(Target::File),
        Kind::Redirect => row.parsed(destination).map(Target::Redirect),
        Kind::Script => row.parsed(ScriptId::parse).map(Target::Script),
    }
}

fn row(page: &Page) -> [Value; 14] {
    [
        Value::text(page.id),
        page.address.key().as_str().into(),
        page.address.native().into(),
        page.title.as_str().into(),
        page.target.kind().as_str().into(),
        target_text(&page.target).into(),
        page.visibility.as_str().into(),
        page.opens_at.into(),
        page.closes_at.into(),
        Value::count(page.place),
        Value::count(page.revision.0),
        page.created_at.into(),
        page.updated_at.into(),
        page.trashed_at.into(),
    ]
}

fn target_text(target: &Target) -> String {
    match target {
        Target::Survey(survey) | Target::Results(survey) => survey.to_string(),
        Target::Document => String::new(),
        Target::Feed(format) => format.as_str().to_owned(),
        Target::File(file) => file.to_string(),
        Target::Script(script) => script.to_string(),
        Target::Redirect(Destination::Page(page)) => format!("{PAGE}{page}"),
        Target::Redirect(Destination::Moved(page)) => format!("{MOVED}{page}"),
        Target::Redirect(Destination::Url(url)) => url.as_str().to_owned(),
    }
}

fn destination(text: &str) -> Option<Destination> {
    if let Some(page) = text.strip_prefix(PAGE) {
        return PageId::parse(page).map(Destination::Page);
    }
    if let Some(page) = text.strip_prefix(MOVED) {
        return PageId::parse(page).map(Destination::Moved);
    }
    WebUrl::parse(text).ok().map(Destination::Url)
}

/// Begins the target of a redirect to a page; no address elsewhere begins so.
const PAGE: &str = "page:";
/// The same, for what a page that moved left behind.
const MOVED: &str = "moved:";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_survives_its_stored_form() {
        for path in ["Lunch/Menu", "caf%C3%A9", "100%25", "%2541", "a%20b"] {
            let address = PageAddress::parse(path).unwrap();
            assert_eq!(stored_address(address.native()), Some(address));
        }
    }

    #[test]
    fn a_destination_survives_its_stored_form() {
        let page = PageId::parse("01a2004c-a70e-7597-9348-ee57b4413718").unwrap();
        let url = WebUrl::parse("https://adatum.example/page:1").unwrap();
        for it in [Destination::Page(page), Destination::Moved(page), Destination::Url(url)] {
            assert_eq!(destination(&target_text(&Target::Redirect(it.clone()))), Some(it));
        }
    }
}
