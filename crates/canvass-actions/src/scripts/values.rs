//! Values of the store: this file is about people and programs looking at them, setting them, and removing one.

use canvass_model::{
    definition::Fault,
    event::Event,
    member::Actor,
    script::{Allowance, StoreKey},
    time::Timestamp,
};
use canvass_storage::{ReadTx, Tenant, Tx, events, meta, scripts::values};
use serde_json::Value;

use super::allowance;
use crate::Error;

/// One page of the store.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Values {
    /// Keys and values as JSON, in the order of the keys.
    pub items: Vec<(StoreKey, String)>,
    /// After which key the next page begins; `None` on the last.
    pub next: Option<StoreKey>,
}

/// The value that was removed last, for whoever takes that back.
#[derive(Debug, serde::Serialize, serde::Deserialize)]
struct Removed {
    key: String,
    value: String,
    at: Timestamp,
}

/// Bytes of one page: what a browser or a program takes without thinking.
const PAGE_BYTES_MAX: usize = 1024 * 1024;
/// Under which name the value that was removed last is kept.
const REMOVED: &str = "script store removed";
/// For so long removing a value can be taken back.
pub const VALUE_KEPT_MS: i64 = Timestamp::DAY_MS;

/// Keys that begin with `prefix` and come after `after`: at most `limit`, and at most a mebibyte of them.
pub fn values_page(tx: &mut ReadTx<'_>, prefix: &str, after: Option<&str>, limit: u32) -> Result<Values, Error> {
    let found = values::list(tx, prefix, after, limit)?;
    let (mut page, mut bytes, count) = (Values::default(), 0, found.len());
    for (key, value) in found {
        bytes += key.as_str().len() + value.len();
        if !page.items.is_empty() && PAGE_BYTES_MAX < bytes {
            break;
        }
        page.items.push((key, value));
    }
    let is_whole = page.items.len() == count && count < limit as usize;
    page.next = page.items.last().filter(|_| !is_whole).map(|(key, _)| key.clone());
    Ok(page)
}

/// Puts a value under a key, in place of an earlier one. [`Error::Invalid`] when it is too large, [`Error::Limit`] when the
/// plan has no scripts or the store no room. Answers whether the key is new.
pub async fn put_value(tenant: &Tenant, by: &Actor, key: &StoreKey, value: &Value) -> Result<bool, Error> {
    let allowance = allowance(tenant)?;
    let text = value.to_string();
    if Allowance::VALUE_BYTES_MAX < text.len() {
        let message = format!("A value has at most {} KiB as JSON", Allowance::VALUE_BYTES_MAX / 1024);
        return Err(Error::Invalid { faults: vec![Fault::new("/value", message)] });
    }
    let (key, by) = (key.clone(), by.clone());
    tenant
        .write(move |tx| {
            let is_new = values::find(tx, &key)?.is_none();
            store(tx, &allowance, &key, &text)?;
            events::insert(tx, &by, &Event::ScriptValueSet { key: key.to_string() })?;
            Ok(is_new)
        })
        .await
}

/// Removes a value from the store; for [`VALUE_KEPT_MS`], or until the next one is removed, it can be put back.
/// [`Error::NotFound`] when there is none under this key.
pub fn remove_value(tx: &mut Tx<'_>, by: &Actor, key: &StoreKey) -> Result<(), Error> {
    let value = values::find(tx, key)?.ok_or(Error::NotFound)?;
    values::delete(tx, key)?;
    let removed = Removed { key: key.to_string(), value, at: tx.now() };
    meta::put(tx, REMOVED, &serde_json::to_string(&removed).unwrap_or_default())?;
    Ok(events::insert(tx, by, &Event::ScriptValueRemoved { key: key.to_string() })?)
}

/// Puts back the value that was removed last. [`Error::Refused`] when that was another one, or when there is one under this
/// key again; [`Error::Limit`] when there is no room any more.
pub async fn restore_value(tenant: &Tenant, by: &Actor, key: &StoreKey) -> Result<(), Error> {
    let allowance = Allowance::of(&tenant.record().plan.plan()).unwrap_or(Allowance::FULL);
    let (key, by) = (key.clone(), by.clone());
    tenant
        .write(move |tx| {
            let removed = removed(tx)?.filter(|it| it.key == key.as_str());
            let removed = removed.ok_or_else(|| {
                Error::Refused(format!("“{key}” cannot be put back any more: another value was removed since"))
            })?;
            if values::find(tx, &key)?.is_some() {
                return Err(Error::Refused(format!("There is a value under “{key}” again; it stays as it is")));
            }
            store(tx, &allowance, &key, &removed.value)?;
            meta::put(tx, REMOVED, "")?;
            Ok(events::insert(tx, &by, &Event::ScriptValueRestored { key: key.to_string() })?)
        })
        .await
}

/// Forgets the value that was removed last once nobody can put it back; answers how many that were.
pub fn forget_removed(tx: &mut Tx<'_>) -> Result<u64, Error> {
    match meta::find(tx, REMOVED)?.filter(|it| !it.is_empty()) {
        Some(_) if removed(tx)?.is_none() => {
            meta::put(tx, REMOVED, "")?;
            Ok(1)
        }
        Some(_) | None => Ok(0),
    }
}

fn removed(tx: &mut ReadTx<'_>) -> Result<Option<Removed>, Error> {
    let now = tx.now();
    let stored: Option<Removed> = meta::find(tx, REMOVED)?.and_then(|it| serde_json::from_str(&it).ok());
    Ok(stored.filter(|it| now.ms_since(it.at) <= VALUE_KEPT_MS))
}

fn store(tx: &mut Tx<'_>, allowance: &Allowance, key: &StoreKey, value: &str) -> Result<(), Error> {
    values::put(tx, key, value)?;
    if allowance.store_bytes_max < values::bytes(tx)? {
        let most = allowance.store_bytes_max / (1024 * 1024);
        return Err(Error::Limit(format!("The store is full: it has room for {most} MiB. Remove some keys first")));
    }
    Ok(())
}
