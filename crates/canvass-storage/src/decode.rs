//! Rows as the stores give them: this file is about turning one into typed values, strictly, and values into parameters.

use canvass_model::{time::Timestamp, token::SecretHash};
use serde::{Serialize, de::DeserializeOwned};

use crate::{
    Error,
    engine::{Row, Session, Value},
};

/// The columns of one row, taken from the left. Whatever does not decode is [`Error::Corrupt`].
pub(crate) struct Columns {
    what: &'static str,
    values: std::vec::IntoIter<Value>,
}

/// Runs a query and decodes each of its rows with `decode`; `what` names the thing in an error.
pub(crate) fn list<T>(
    session: &mut dyn Session,
    what: &'static str,
    (sql, args): (&str, &[Value]),
    decode: impl Fn(&mut Columns) -> Result<T, Error>,
) -> Result<Vec<T>, Error> {
    let rows = session.query(sql, args)?;
    self::rows(what, rows, decode)
}

/// Decodes the rows of a query with `decode`; `what` names the thing in an error.
pub(crate) fn rows<T>(
    what: &'static str,
    rows: Vec<Row>,
    decode: impl Fn(&mut Columns) -> Result<T, Error>,
) -> Result<Vec<T>, Error> {
    rows.into_iter()
        .map(|row| {
            let mut columns = Columns::of(what, row);
            let value = decode(&mut columns)?;
            columns.finish()?;
            Ok(value)
        })
        .collect()
}

/// Like [`list`], for a query that answers one row at most.
pub(crate) fn first<T>(
    session: &mut dyn Session,
    what: &'static str,
    query: (&str, &[Value]),
    decode: impl Fn(&mut Columns) -> Result<T, Error>,
) -> Result<Option<T>, Error> {
    Ok(list(session, what, query, decode)?.into_iter().next())
}

/// Runs a query that answers one row with one count.
pub(crate) fn count(session: &mut dyn Session, what: &'static str, query: (&str, &[Value])) -> Result<u64, Error> {
    Ok(first(session, what, query, Columns::count)?.unwrap_or_default())
}

/// A value as JSON text, for a column that holds a document.
pub(crate) fn json(value: &impl Serialize) -> Result<Value, Error> {
    serde_json::to_string(value).map(Value::Text).map_err(Error::engine)
}

impl Columns {
    fn of(what: &'static str, row: Row) -> Self {
        Self { what, values: row.into_iter() }
    }

    /// A whole number.
    pub(crate) fn int(&mut self) -> Result<i64, Error> {
        match self.next()? {
            Value::Int(it) => Ok(it),
            other => Err(self.corrupt(&other)),
        }
    }

    /// A whole number, or nothing.
    pub(crate) fn optional_int(&mut self) -> Result<Option<i64>, Error> {
        match self.next()? {
            Value::Null => Ok(None),
            Value::Int(it) => Ok(Some(it)),
            other => Err(self.corrupt(&other)),
        }
    }

    /// A whole number that is never negative.
    pub(crate) fn count(&mut self) -> Result<u64, Error> {
        let int = self.int()?;
        u64::try_from(int).map_err(|_| self.corrupt(&int))
    }

    /// A small whole number that is never negative.
    pub(crate) fn small(&mut self) -> Result<u32, Error> {
        let int = self.int()?;
        u32::try_from(int).map_err(|_| self.corrupt(&int))
    }

    /// Yes or no, stored as 1 or 0.
    pub(crate) fn flag(&mut self) -> Result<bool, Error> {
        match self.int()? {
            0 => Ok(false),
            1 => Ok(true),
            other => Err(self.corrupt(&other)),
        }
    }

    /// A moment.
    pub(crate) fn time(&mut self) -> Result<Timestamp, Error> {
        self.int().map(Timestamp)
    }

    /// A moment, or nothing.
    pub(crate) fn optional_time(&mut self) -> Result<Option<Timestamp>, Error> {
        Ok(self.optional_int()?.map(Timestamp))
    }

    /// A text.
    pub(crate) fn text(&mut self) -> Result<String, Error> {
        match self.next()? {
            Value::Text(it) => Ok(it),
            other => Err(self.corrupt(&other)),
        }
    }

    /// A text, or nothing.
    pub(crate) fn optional_text(&mut self) -> Result<Option<String>, Error> {
        match self.next()? {
            Value::Null => Ok(None),
            Value::Text(it) => Ok(Some(it)),
            other => Err(self.corrupt(&other)),
        }
    }

    /// Bytes.
    pub(crate) fn bytes(&mut self) -> Result<Vec<u8>, Error> {
        match self.next()? {
            Value::Blob(it) => Ok(it),
            other => Err(self.corrupt(&other)),
        }
    }

    /// Bytes, or nothing.
    pub(crate) fn optional_bytes(&mut self) -> Result<Option<Vec<u8>>, Error> {
        match self.next()? {
            Value::Null => Ok(None),
            Value::Blob(it) => Ok(Some(it)),
            other => Err(self.corrupt(&other)),
        }
    }

    /// A text that `parse` understands: an id, a state, an address.
    pub(crate) fn parsed<T>(&mut self, parse: impl FnOnce(&str) -> Option<T>) -> Result<T, Error> {
        let text = self.text()?;
        parse(&text).ok_or_else(|| self.corrupt(&text))
    }

    /// A text that `parse` understands, or nothing.
    pub(crate) fn optional_parsed<T>(&mut self, parse: impl FnOnce(&str) -> Option<T>) -> Result<Option<T>, Error> {
        match self.optional_text()? {
            None => Ok(None),
            Some(text) => parse(&text).map(Some).ok_or_else(|| self.corrupt(&text)),
        }
    }

    /// A document in JSON.
    pub(crate) fn json<T: DeserializeOwned>(&mut self) -> Result<T, Error> {
        let text = self.text()?;
        serde_json::from_str(&text).map_err(|error| self.corrupt(&error.to_string()))
    }

    /// A document in JSON, or nothing.
    pub(crate) fn optional_json<T: DeserializeOwned>(&mut self) -> Result<Option<T>, Error> {
        let Some(text) = self.optional_text()? else { return Ok(None) };
        serde_json::from_str(&text).map(Some).map_err(|error| self.corrupt(&error.to_string()))
    }

    /// What is wrong with this row, as an error.
    pub(crate) fn corrupt(&self, found: &(impl std::fmt::Debug + ?Sized)) -> Error {
        let mut found = format!("{found:?}");
        if let Some((cut, _)) = found.char_indices().nth(FOUND_CHARS_MAX) {
            found.truncate(cut);
        }
        Error::Corrupt { what: self.what, found }
    }

    fn finish(&mut self) -> Result<(), Error> {
        match self.values.next() {
            None => Ok(()),
            Some(extra) => Err(self.corrupt(&extra)),
        }
    }

    fn next(&mut self) -> Result<Value, Error> {
        self.values.next().ok_or_else(|| self.corrupt("a column too few"))
    }
}

impl Value {
    /// An id, a number or anything else that is written as text.
    #[expect(clippy::needless_pass_by_value, reason = "ids and numbers are copied, and calls read better without `&`")]
    pub(crate) fn text(value: impl ToString) -> Self {
        Self::Text(value.to_string())
    }

    /// A count; the largest integer stands for everything beyond it.
    pub(crate) fn count(value: impl TryInto<i64>) -> Self {
        Self::Int(value.try_into().unwrap_or(i64::MAX))
    }
}

impl From<Timestamp> for Value {
    fn from(it: Timestamp) -> Self {
        Self::Int(it.0)
    }
}

impl From<&str> for Value {
    fn from(it: &str) -> Self {
        Self::Text(it.to_owned())
    }
}

impl From<String> for Value {
    fn from(it: String) -> Self {
        Self::Text(it)
    }
}

impl From<bool> for Value {
    fn from(it: bool) -> Self {
        Self::Int(i64::from(it))
    }
}

impl From<&SecretHash> for Value {
    fn from(it: &SecretHash) -> Self {
        Self::Blob(it.0.to_vec())
    }
}

impl<T: Into<Value>> From<Option<T>> for Value {
    fn from(it: Option<T>) -> Self {
        it.map_or(Self::Null, Into::into)
    }
}

/// Enough of a bad value to recognise it; a whole one may be large, and may be private.
const FOUND_CHARS_MAX: usize = 80;

#[cfg(test)]
mod tests {
    use super::*;

    fn columns(values: &[Value]) -> Columns {
        Columns::of("thing", values.to_vec())
    }

    #[test]
    fn a_value_of_the_wrong_kind_is_corrupt() {
        assert!(matches!(columns(&["a".into()]).int(), Err(Error::Corrupt { what: "thing", .. })));
        assert!(matches!(columns(&[Value::Int(1)]).text(), Err(Error::Corrupt { .. })));
        assert!(matches!(columns(&[Value::Int(2)]).flag(), Err(Error::Corrupt { .. })));
        assert!(matches!(columns(&[Value::Int(-1)]).count(), Err(Error::Corrupt { .. })));
        assert!(matches!(columns(&[Value::Null]).text(), Err(Error::Corrupt { .. })));
        assert!(matches!(columns(&["x".into()]).parsed(|_| None::<()>), Err(Error::Corrupt { .. })));
        assert!(matches!(columns(&["{".into()]).json::<Vec<u8>>(), Err(Error::Corrupt { .. })));
    }

    #[test]
    fn a_row_has_the_columns_that_were_asked_for_and_no_others() {
        assert!(matches!(columns(&[]).int(), Err(Error::Corrupt { .. })));
        let mut two = columns(&[Value::Int(1), Value::Int(2)]);
        assert_eq!(two.int().unwrap(), 1);
        assert!(matches!(two.finish(), Err(Error::Corrupt { .. })));
        assert_eq!(two.int().ok(), None);
    }

    #[test]
    fn an_error_shows_only_the_beginning_of_what_was_found() {
        let Error::Corrupt { found, .. } = columns(&[]).corrupt(&"é".repeat(1_000)) else { panic!() };
        assert_eq!(found.chars().count(), FOUND_CHARS_MAX);
    }
}
