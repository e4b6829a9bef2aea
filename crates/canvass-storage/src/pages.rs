//! Pages: this file is about what each public address of a tenant serves.

use canvass_model::{
    address::{PageAddress, PageKey},
    id::SurveyId,
};

use crate::{Error, ReadTx, Tx};

/// Who may see a page without signing in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Visibility {
    /// Everybody; listed on the tenant's index.
    Public,
    /// Everybody who knows the address.
    Unlisted,
}

/// One public address of a tenant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page {
    /// Where it is.
    pub address: PageAddress,
    /// What it serves.
    pub kind: Kind,
    /// Who may see it.
    pub visibility: Visibility,
}

/// What a page serves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// The live version of a survey.
    Survey(SurveyId),
}

/// The page at this address.
pub fn find(tx: &mut ReadTx<'_>, key: &PageKey) -> Result<Option<Page>, Error> {
    todo!()
}

/// The page that serves a survey, if it has one.
pub fn find_of_survey(tx: &mut ReadTx<'_>, survey: SurveyId) -> Result<Option<Page>, Error> {
    todo!()
}

/// Stores a page. [`Error::Conflict`] when its address is taken.
pub fn insert(tx: &mut Tx<'_>, page: &Page) -> Result<(), Error> {
    todo!()
}

/// Removes a page; `false` when there is none.
pub fn delete(tx: &mut Tx<'_>, key: &PageKey) -> Result<bool, Error> {
    todo!()
}
