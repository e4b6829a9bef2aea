//! Documents: this file is about the Markdown that pages of that kind serve.

use canvass_model::id::PageId;

use crate::{
    Error, ReadTx, Tx,
    decode::{self, Columns},
    engine::Value,
    surveys,
};

/// The Markdown of a page, if it was ever written.
pub fn document(tx: &mut ReadTx<'_>, page: PageId) -> Result<Option<String>, Error> {
    let sql = "select body from document where page = $1";
    decode::first(tx.session, "document", (sql, &[Value::text(page)]), Columns::text)
}

/// Replaces the Markdown of a page.
pub fn put_document(tx: &mut Tx<'_>, page: PageId, body: &str) -> Result<(), Error> {
    surveys::change_content(tx)?;
    let sql = "insert into document (page, body) values ($1, $2) on conflict do nothing";
    let row = [Value::text(page), body.into()];
    if tx.session.execute(sql, &row)? == 0 {
        tx.session.execute("update document set body = $2 where page = $1", &row)?;
    }
    Ok(())
}
