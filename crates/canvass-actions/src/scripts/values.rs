//! Values of the store: this file is about a member removing one.

use canvass_model::{event::Event, member::Actor, script::StoreKey};
use canvass_storage::{Tx, events, scripts::values};

use crate::Error;

/// Removes a value from the store; [`Error::NotFound`] when there is none under this key.
pub fn remove_value(tx: &mut Tx<'_>, by: &Actor, key: &StoreKey) -> Result<(), Error> {
    if !values::delete(tx, key)? {
        return Err(Error::NotFound);
    }
    Ok(events::insert(tx, by, &Event::ScriptValueRemoved { key: key.to_string() })?)
}
