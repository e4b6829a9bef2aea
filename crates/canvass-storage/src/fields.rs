//! A tenant's own fields for surveys: this file is about their definitions, those in use and those removed for a while.

use canvass_model::{
    id::FieldKey,
    metadata::{Document, FIELDS_MAX, Field, FieldId, Fields},
    time::Timestamp,
};

use crate::{
    Error, ReadTx, Tx,
    decode::{self, Columns},
    engine::Value,
};

/// A field that was removed and can be fetched back.
#[derive(Debug, Clone, PartialEq)]
pub struct Removed {
    /// What names it for ever.
    pub key: FieldKey,
    /// The field as it was.
    pub field: Field,
    /// When it was removed.
    pub removed_at: Timestamp,
    /// How many surveys have a value in it.
    pub surveys: u64,
}

/// Removed fields kept at once.
pub const REMOVED_MAX: u32 = 100;

/// The fields in use, in their order.
pub fn list(tx: &mut ReadTx<'_>) -> Result<Fields, Error> {
    let sql = "select body from field where removed_at is null order by place, field_key limit $1";
    let found = decode::list(tx.session, "field", (sql, &[Value::count(FIELDS_MAX as u64)]), field)?;
    Fields::new(found).map_err(|faults| Error::Corrupt { what: "fields", found: format!("{faults:?}") })
}

/// Those removed and not yet gone, the latest first.
pub fn list_removed(tx: &mut ReadTx<'_>) -> Result<Vec<Removed>, Error> {
    let sql = "select f.field_key, f.body, f.removed_at, count(v.survey)
        from field f left join survey_value v on v.field = f.field_key
        where f.removed_at is not null
        group by f.field_key, f.body, f.removed_at order by f.removed_at desc, f.field_key limit $1";
    decode::list(tx.session, "field", (sql, &[Value::count(REMOVED_MAX)]), |row| {
        let key = row.parsed(FieldKey::parse)?;
        Ok(Removed { key, field: field(row)?, removed_at: row.time()?, surveys: row.count()? })
    })
}

/// How many are removed and not yet gone.
pub fn count_removed(tx: &mut ReadTx<'_>) -> Result<u64, Error> {
    decode::count(tx.session, "field", ("select count(*) from field where removed_at is not null", &[]))
}

/// Stores a new field at a place, counted from 0.
pub fn insert(tx: &mut Tx<'_>, field: &Field, place: usize) -> Result<(), Error> {
    let key: FieldKey = tx.new_id();
    let row = [Value::text(key), Value::text(field.id()), Value::count(place as u64), decode::json(&field.document())?];
    tx.session.execute("insert into field (field_key, id, place, body) values ($1, $2, $3, $4)", &row)?;
    Ok(())
}

/// Replaces the definition and place of the field in use that has this id.
pub fn update(tx: &mut Tx<'_>, field: &Field, place: usize) -> Result<(), Error> {
    let row = [Value::text(field.id()), Value::count(place as u64), decode::json(&field.document())?];
    tx.session.execute("update field set place = $2, body = $3 where id = $1 and removed_at is null", &row)?;
    Ok(())
}

/// Takes the field in use that has this id out of use, as of `at`; its values stay until it is gone.
pub fn remove(tx: &mut Tx<'_>, id: &FieldId, at: Timestamp) -> Result<(), Error> {
    let row = [Value::text(id), at.into()];
    tx.session.execute("update field set removed_at = $2 where id = $1 and removed_at is null", &row)?;
    Ok(())
}

/// Takes a removed field into use again, behind all others.
pub fn restore(tx: &mut Tx<'_>, key: FieldKey) -> Result<(), Error> {
    let row = [Value::text(key), Value::count(FIELDS_MAX as u64)];
    tx.session.execute("update field set removed_at = null, place = $2 where field_key = $1", &row)?;
    Ok(())
}

/// Removes a field that is out of use for good, with its values. Answers whether it was there.
pub fn delete(tx: &mut Tx<'_>, key: FieldKey) -> Result<bool, Error> {
    tx.session.execute(
        "delete from survey_value where field = (select field_key from field where field_key = $1 and removed_at is not null)",
        &[Value::text(key)],
    )?;
    let sql = "delete from field where field_key = $1 and removed_at is not null";
    Ok(0 < tx.session.execute(sql, &[Value::text(key)])?)
}

/// Removes at most `limit` fields taken out of use before `before`, with their values. Answers how many.
pub fn delete_removed(tx: &mut Tx<'_>, before: Timestamp, limit: u32) -> Result<u64, Error> {
    let sql = "select field_key from field where removed_at < $1 order by removed_at, field_key limit $2";
    let args = [before.into(), Value::count(limit)];
    let gone = decode::list(tx.session, "field", (sql, &args), |row| row.parsed(FieldKey::parse))?;
    for key in &gone {
        delete(tx, *key)?;
    }
    Ok(gone.len() as u64)
}

fn field(row: &mut Columns) -> Result<Field, Error> {
    let document: Document = row.json()?;
    Field::stored(&document).map_err(|faults| row.corrupt(&faults))
}
