//! Starter pages: this file is about which pages of a tenant came from the template site, and what was decided about them.

use canvass_model::{
    brand::ContentHash,
    id::PageId,
    page::Page,
    template_site::{TemplateName, TemplateSite},
};

use crate::{
    Error, ReadTx, Tx,
    decode::{self, Columns},
    engine::Value,
    pages,
};

/// What is kept of one page of the template site.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Starter {
    /// Which.
    pub template: TemplateName,
    /// The page it became; `None` when the tenant did not want it.
    pub page: Option<PageId>,
    /// The version of the site whose text was installed.
    pub version: u32,
    /// Of what was installed.
    pub hash: ContentHash,
    /// The newest version of the site that the tenant has decided about.
    pub settled: u32,
    /// What undoing the last decision brings back, as the actions write it.
    pub former: Option<String>,
}

/// Rows read at once: more than a site has pages, for those of earlier sites stay.
const STARTERS_MAX: usize = 8 * TemplateSite::PAGES_MAX;

/// What is kept of every page that ever came from the template site.
pub fn list(tx: &mut ReadTx<'_>) -> Result<Vec<Starter>, Error> {
    let sql = format!(
        "select template, page, version, hash, settled, former from starter order by template limit {STARTERS_MAX}"
    );
    decode::list(tx.session, "starter", (&sql, &[]), starter)
}

/// The pages that came from the template site, those in the trash included, each with its Markdown if it has one.
pub fn pages(tx: &mut ReadTx<'_>) -> Result<Vec<(Page, Option<String>)>, Error> {
    let sql = format!(
        "select {}, (select body from document where document.page = page.id)
        from page where id in (select starter.page from starter) limit {STARTERS_MAX}",
        pages::COLUMNS
    );
    decode::list(tx.session, "page", (&sql, &[]), |row| Ok((pages::page(row)?, row.optional_text()?)))
}

/// Keeps this of a page, in place of what was kept of it before.
pub fn put(tx: &mut Tx<'_>, starter: &Starter) -> Result<(), Error> {
    let Starter { template, page, version, hash, settled, former } = starter;
    let row = [
        Value::text(template),
        page.as_ref().map(ToString::to_string).as_deref().into(),
        Value::count(*version),
        hash.as_str().into(),
        Value::count(*settled),
        former.as_deref().into(),
    ];
    let update = "update starter set page = $2, version = $3, hash = $4, settled = $5, former = $6 where template = $1";
    if 0 < tx.session.execute(update, &row)? {
        return Ok(());
    }
    let insert = "insert into starter (template, page, version, hash, settled, former) values ($1, $2, $3, $4, $5, $6)";
    tx.session.execute(insert, &row)?;
    Ok(())
}

/// Forgets that a page was ever installed or decided about.
pub fn delete(tx: &mut Tx<'_>, template: &TemplateName) -> Result<(), Error> {
    tx.session.execute("delete from starter where template = $1", &[Value::text(template)])?;
    Ok(())
}

fn starter(row: &mut Columns) -> Result<Starter, Error> {
    Ok(Starter {
        template: row.parsed(TemplateName::parse)?,
        page: row.optional_parsed(PageId::parse)?,
        version: row.small()?,
        hash: row.parsed(ContentHash::parse)?,
        settled: row.small()?,
        former: row.optional_text()?,
    })
}
