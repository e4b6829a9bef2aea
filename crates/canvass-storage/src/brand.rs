//! The brand: this file is about how a tenant's public pages look now, and looked before the last change.

use canvass_model::brand::{Brand, ContentHash, Logo};

use crate::{
    Error, ReadTx, Tx,
    decode::{self, Columns},
    engine::Value,
    surveys,
};

/// What becomes of the logo when a brand is replaced.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Picture<'a> {
    /// The picture there is stays, whatever it is.
    Kept,
    /// This PNG takes its place.
    New(&'a [u8]),
    /// There is none any more.
    Removed,
}

/// How the pages look; `None` until somebody chose.
pub fn find(tx: &mut ReadTx<'_>) -> Result<Option<Brand>, Error> {
    let sql =
        "select theme, css, sheet, sheet_hash, logo_hash, logo_width, logo_height from brand where slot = 'current'";
    decode::first(tx.session, "brand", (sql, &[]), brand)
}

/// The PNG of the logo, if it still has this hash.
pub fn logo(tx: &mut ReadTx<'_>, hash: &ContentHash) -> Result<Option<Vec<u8>>, Error> {
    let sql = "select logo from brand where slot = 'current' and logo_hash = $1";
    decode::first(tx.session, "logo", (sql, &[hash.as_str().into()]), Columns::bytes)
}

/// Whether there is something to go back to.
pub fn has_previous(tx: &mut ReadTx<'_>) -> Result<bool, Error> {
    let sql = "select count(*) from brand where slot = 'previous'";
    Ok(0 < decode::count(tx.session, "brand", (sql, &[]))?)
}

/// Puts a brand in place of the one there is, which is kept for [`swap`]. `before` is what held when none was stored yet.
pub fn replace(tx: &mut Tx<'_>, before: &Brand, after: &Brand, picture: Picture<'_>) -> Result<(), Error> {
    surveys::change_content(tx)?;
    tx.session.execute("delete from brand where slot = 'previous'", &[])?;
    if tx.session.execute("update brand set slot = 'previous' where slot = 'current'", &[])? == 0 {
        insert(tx, "previous", before, None)?;
    }
    match picture {
        Picture::New(png) => insert(tx, "current", after, Some(png)),
        Picture::Removed => insert(tx, "current", after, None),
        Picture::Kept => {
            insert(tx, "current", after, None)?;
            let copied = ["logo", "logo_hash", "logo_width", "logo_height"]
                .map(|it| format!("{it} = (select {it} from brand where slot = 'previous')"));
            let sql = format!("update brand set {} where slot = 'current'", copied.join(", "));
            tx.session.execute(&sql, &[])?;
            Ok(())
        }
    }
}

/// Goes back to what held before the last change; doing it again goes forward. `false` when there is nothing before.
pub fn swap(tx: &mut Tx<'_>) -> Result<bool, Error> {
    surveys::change_content(tx)?;
    if !has_previous(tx)? {
        return Ok(false);
    }
    for (from, to) in [("current", "between"), ("previous", "current"), ("between", "previous")] {
        tx.session.execute("update brand set slot = $2 where slot = $1", &[from.into(), to.into()])?;
    }
    Ok(true)
}

fn insert(tx: &mut Tx<'_>, slot: &str, brand: &Brand, png: Option<&[u8]>) -> Result<(), Error> {
    let logo = brand.logo.as_ref().filter(|_| png.is_some());
    let row = [
        slot.into(),
        decode::json(&brand.theme)?,
        brand.css.as_str().into(),
        brand.sheet.as_str().into(),
        brand.sheet_hash.as_str().into(),
        png.map_or(Value::Null, |it| Value::Blob(it.to_vec())),
        logo.map(|it| it.hash.as_str()).into(),
        logo.map(|it| Value::count(it.width)).into(),
        logo.map(|it| Value::count(it.height)).into(),
        tx.now().into(),
    ];
    let sql = "insert into brand
        (slot, theme, css, sheet, sheet_hash, logo, logo_hash, logo_width, logo_height, updated_at)
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)";
    tx.session.execute(sql, &row)?;
    Ok(())
}

fn brand(row: &mut Columns) -> Result<Brand, Error> {
    let (theme, css, sheet) = (row.json()?, row.text()?, row.text()?);
    let sheet_hash = row.parsed(ContentHash::parse)?;
    Ok(Brand { theme, css, sheet, sheet_hash, logo: logo_of(row)? })
}

fn logo_of(row: &mut Columns) -> Result<Option<Logo>, Error> {
    let hash = row.optional_parsed(ContentHash::parse)?;
    let [width, height] = [row.optional_int()?, row.optional_int()?].map(|it| it.and_then(|it| u32::try_from(it).ok()));
    match (hash, width, height) {
        (Some(hash), Some(width), Some(height)) => Ok(Some(Logo { hash, width, height })),
        (None, None, None) => Ok(None),
        half => Err(row.corrupt(&half)),
    }
}
