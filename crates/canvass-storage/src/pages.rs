//! Pages: this file is about what each public address of a tenant serves.

use canvass_model::{
    address::{PageAddress, PageKey},
    id::SurveyId,
};

use crate::{
    Error, ReadTx, Tx,
    decode::{self, Columns},
    engine::Value,
    surveys,
};

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

impl Visibility {
    /// The visibility's stored and public name.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Public => "public",
            Self::Unlisted => "unlisted",
        }
    }

    /// Reads a visibility's name.
    pub fn parse(text: &str) -> Option<Self> {
        [Self::Public, Self::Unlisted].into_iter().find(|it| it.as_str() == text)
    }
}

/// The page at this address.
pub fn find(tx: &mut ReadTx<'_>, key: &PageKey) -> Result<Option<Page>, Error> {
    let sql = "select native, kind, survey, visibility from page where page_key = $1";
    decode::first(tx.session, "page", (sql, &[key.as_str().into()]), page)
}

/// The page that serves a survey, if it has one.
pub fn find_of_survey(tx: &mut ReadTx<'_>, survey: SurveyId) -> Result<Option<Page>, Error> {
    let sql = "select native, kind, survey, visibility from page where survey = $1 order by page_key limit 1";
    decode::first(tx.session, "page", (sql, &[Value::text(survey)]), page)
}

/// Stores a page. [`Error::Conflict`] when its address is taken.
pub fn insert(tx: &mut Tx<'_>, page: &Page) -> Result<(), Error> {
    surveys::change_content(tx)?;
    let (kind, survey) = match page.kind {
        Kind::Survey(survey) => ("survey", Value::text(survey)),
    };
    let row = [
        page.address.key().as_str().into(),
        page.address.native().into(),
        kind.into(),
        survey,
        page.visibility.as_str().into(),
        tx.now().into(),
    ];
    let sql = "insert into page (page_key, native, kind, survey, visibility, created_at)
        values ($1, $2, $3, $4, $5, $6) on conflict do nothing";
    match tx.session.execute(sql, &row)? {
        0 => Err(Error::Conflict("this address".to_owned())),
        _ => Ok(()),
    }
}

/// Removes a page; `false` when there is none.
pub fn delete(tx: &mut Tx<'_>, key: &PageKey) -> Result<bool, Error> {
    surveys::change_content(tx)?;
    Ok(0 < tx.session.execute("delete from page where page_key = $1", &[key.as_str().into()])?)
}

/// Reads an address as stored: decoded, so that only the percent sign is special.
pub(crate) fn stored_address(native: &str) -> Option<PageAddress> {
    PageAddress::parse(&native.replace('%', "%25")).ok()
}

fn page(row: &mut Columns) -> Result<Page, Error> {
    let address = row.parsed(stored_address)?;
    let kind = row.text()?;
    let survey = row.parsed(SurveyId::parse)?;
    let kind = match kind.as_str() {
        "survey" => Kind::Survey(survey),
        other => return Err(row.corrupt(other)),
    };
    Ok(Page { address, kind, visibility: row.parsed(Visibility::parse)? })
}

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
}
