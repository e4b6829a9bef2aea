//! Dead letters: this file is about responses that could not be applied, kept until someone decides.

use canvass_model::{
    alias::Alias,
    id::{DeadLetterId, ResponseId, SurveyId, TenantId},
    plan::Lane,
    response::{Accepted, Source},
    survey::Version,
    time::Timestamp,
};

use crate::{
    DirectoryReadTx, DirectoryTx, Error, decode,
    engine::{Session, Value},
    transaction::new_id,
};

/// A response that could not be applied, without its answers: those are the tenant's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeadLetter {
    /// Its id.
    pub id: DeadLetterId,
    /// Whose response it is.
    pub tenant: Alias,
    /// Of which survey.
    pub survey: SurveyId,
    /// From which lane.
    pub lane: Lane,
    /// Why it could not be applied.
    pub reason: String,
    /// Since when.
    pub made_at: Timestamp,
}

/// A response on its way to the dead letters, as an engine found it.
pub(crate) struct Undeliverable<'a> {
    /// Whose response it is.
    pub(crate) tenant: TenantId,
    /// From which lane.
    pub(crate) lane: Lane,
    /// The response.
    pub(crate) response: &'a Accepted,
    /// Why it could not be applied.
    pub(crate) reason: &'a str,
}

/// A response as kept in a dead letter.
#[derive(serde::Serialize, serde::Deserialize)]
struct Record {
    id: ResponseId,
    survey: SurveyId,
    version: Version,
    received_at: Timestamp,
    source: Source,
    answers: String,
}

/// Keeps a response that could not be applied: in a transaction of the directory, for the engines.
pub(crate) fn insert(session: &mut dyn Session, letter: &Undeliverable<'_>, now: Timestamp) -> Result<(), Error> {
    insert_once(session, new_id(), letter, now)
}

/// The same under an id of the engine's, which makes one letter of a record however often it is found.
pub(crate) fn insert_once(
    session: &mut dyn Session,
    id: DeadLetterId,
    letter: &Undeliverable<'_>,
    now: Timestamp,
) -> Result<(), Error> {
    let row = [
        Value::text(id),
        Value::text(letter.tenant),
        Value::text(letter.response.survey),
        letter.lane.as_str().into(),
        decode::json(&Record::from(letter.response))?,
        letter.reason.into(),
        now.into(),
    ];
    let sql = "insert into dead_letter (id, tenant, survey, lane, record, reason, made_at)
        values ($1, $2, $3, $4, $5, $6, $7) on conflict (id) do nothing";
    session.execute(sql, &row)?;
    Ok(())
}

/// Dead letters, the oldest first, after `after`.
pub fn list(tx: &mut DirectoryReadTx<'_>, after: Option<DeadLetterId>, limit: u32) -> Result<Vec<DeadLetter>, Error> {
    let sql = "select d.id, t.alias, d.survey, d.lane, d.reason, d.made_at
        from dead_letter d join tenant t on t.id = d.tenant where d.id > $1 order by d.id limit $2";
    let after = after.map(|it| it.to_string()).unwrap_or_default();
    decode::list(tx.session, "dead letter", (sql, &[Value::Text(after), Value::count(limit)]), |row| {
        Ok(DeadLetter {
            id: row.parsed(DeadLetterId::parse)?,
            tenant: row.parsed(|it| Alias::parse(it).ok())?,
            survey: row.parsed(SurveyId::parse)?,
            lane: row.parsed(Lane::parse)?,
            reason: row.text()?,
            made_at: row.time()?,
        })
    })
}

/// How many there are.
pub fn count(tx: &mut DirectoryReadTx<'_>) -> Result<u64, Error> {
    decode::count(tx.session, "dead letter", ("select count(*) from dead_letter", &[]))
}

/// The response itself with its tenant, for a retry.
pub fn find(tx: &mut DirectoryReadTx<'_>, id: DeadLetterId) -> Result<Option<(Alias, Accepted)>, Error> {
    let sql = "select t.alias, d.record from dead_letter d join tenant t on t.id = d.tenant where d.id = $1";
    decode::first(tx.session, "dead letter", (sql, &[Value::text(id)]), |row| {
        let alias = row.parsed(|it| Alias::parse(it).ok())?;
        Ok((alias, row.json::<Record>()?.into()))
    })
}

/// Removes one, after its response was appended to the intake again.
pub fn delete(tx: &mut DirectoryTx<'_>, id: DeadLetterId) -> Result<bool, Error> {
    Ok(0 < tx.session.execute("delete from dead_letter where id = $1", &[Value::text(id)])?)
}

impl From<&Accepted> for Record {
    fn from(it: &Accepted) -> Self {
        Self {
            id: it.id,
            survey: it.survey,
            version: it.version,
            received_at: it.received_at,
            source: it.source,
            answers: it.answers.clone(),
        }
    }
}

impl From<Record> for Accepted {
    fn from(it: Record) -> Self {
        Self {
            id: it.id,
            survey: it.survey,
            version: it.version,
            received_at: it.received_at,
            source: it.source,
            answers: it.answers,
        }
    }
}
