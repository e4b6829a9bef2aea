//! Summaries: this file is about the stored running statistics of each survey.

use canvass_model::id::SurveyId;

use crate::{
    Error, ReadTx, Tx,
    decode::{self, Columns},
    engine::Value,
};

/// A survey's summary as stored, if it has one.
pub fn find(tx: &mut ReadTx<'_>, survey: SurveyId) -> Result<Option<String>, Error> {
    let sql = "select body from summary where survey = $1";
    decode::first(tx.session, "summary", (sql, &[Value::text(survey)]), Columns::text)
}

/// How often a survey's summary changed; 0 before the first response.
pub fn revision(tx: &mut ReadTx<'_>, survey: SurveyId) -> Result<u64, Error> {
    let sql = "select revision from summary where survey = $1";
    Ok(decode::first(tx.session, "summary", (sql, &[Value::text(survey)]), Columns::count)?.unwrap_or_default())
}

/// Stores a survey's summary; its revision grows by one.
pub fn put(tx: &mut Tx<'_>, survey: SurveyId, body: &str) -> Result<(), Error> {
    tx.counted.push(survey);
    let row = [Value::text(survey), body.into()];
    let update = "update summary set revision = revision + 1, body = $2 where survey = $1";
    if 0 < tx.session.execute(update, &row)? {
        return Ok(());
    }
    tx.session.execute("insert into summary (survey, revision, body) values ($1, 1, $2)", &row)?;
    Ok(())
}
