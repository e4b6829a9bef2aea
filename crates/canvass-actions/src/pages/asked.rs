//! What a member asks of a page in words: this file is about a form's or a document's fields before they are looked up.

use canvass_model::{
    address::PageAddress,
    definition::Fault,
    page::{Kind, Visibility},
    time::Timestamp,
};
use canvass_storage::ReadTx;

use super::{Wanted, suggest, target};
use crate::Error;

/// What a member asks of a page. Only a transaction can tell what its words name: [`Asked::wanted`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Asked {
    /// Where it is to be; `None` makes an address from the title.
    pub address: Option<PageAddress>,
    /// What lists call it.
    pub title: String,
    /// What kind of page it is.
    pub kind: Kind,
    /// What it serves, as [`target()`] reads it.
    pub target: String,
    /// Who may see it.
    pub visibility: Visibility,
    /// The hash of a new password.
    pub password_hash: Option<String>,
    /// When it opens.
    pub opens_at: Option<Timestamp>,
    /// When it closes.
    pub closes_at: Option<Timestamp>,
    /// A document's Markdown.
    pub body: Option<String>,
}

impl Asked {
    /// Looks up what the words name. [`Error::Invalid`] says which name nothing.
    pub fn wanted(&self, tx: &mut ReadTx<'_>) -> Result<Wanted, Error> {
        let address = match &self.address {
            Some(address) => address.clone(),
            None if self.title.trim().is_empty() => {
                return Err(Error::Invalid { faults: vec![Fault::new("/address", "Enter an address, like about-us")] });
            }
            None => suggest(tx, &self.title)?,
        };
        Ok(Wanted {
            address,
            title: self.title.clone(),
            target: target(tx, self.kind, &self.target)?,
            visibility: self.visibility,
            password_hash: self.password_hash.clone(),
            opens_at: self.opens_at,
            closes_at: self.closes_at,
            body: self.body.clone(),
        })
    }
}
