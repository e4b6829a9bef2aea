//! Jobs: this file is about background work, recorded in the directory in the transaction that asked for it.

use canvass_model::{
    id::JobId,
    job::{Job, JobRecord, JobState},
    time::Timestamp,
};

use crate::{
    DirectoryReadTx, DirectoryTx, Error,
    decode::{self, Columns},
    engine::Value,
};

/// The longest pause between two tries of a job. What is due later was written under a clock that was set back since, or
/// that is ahead of this one, and need not wait.
pub const PAUSE_MS_MAX: i64 = Timestamp::HOUR_MS;

/// Queues a job, due now. With an `idempotency_key` that was used before, answers the earlier job's id and queues nothing.
pub fn insert(tx: &mut DirectoryTx<'_>, job: &Job, idempotency_key: Option<&str>) -> Result<JobId, Error> {
    let id: JobId = tx.new_id();
    let now = tx.now();
    let row = [Value::text(id), job.name().into(), decode::json(job)?, now.into(), idempotency_key.into()];
    let sql =
        "insert into job (id, name, body, state, steps, attempts, due_at, idempotency_key, created_at, updated_at)
        values ($1, $2, $3, 'waiting', '[]', 0, $4, $5, $4, $4) on conflict do nothing";
    if 0 < tx.session.execute(sql, &row)? {
        tx.job_queued = true;
        return Ok(id);
    }
    let earlier = idempotency_key.map(|key| find_by_key(tx, key)).transpose()?;
    earlier.flatten().ok_or_else(|| Error::Conflict("this job".to_owned()))
}

/// The job with this id.
pub fn find(tx: &mut DirectoryReadTx<'_>, id: JobId) -> Result<Option<JobRecord>, Error> {
    let sql = "select id, body, state, steps, attempts, due_at, error, created_at, updated_at from job where id = $1";
    decode::first(tx.session, "job", (sql, &[Value::text(id)]), record)
}

/// The job that was queued with this idempotency key.
pub fn find_by_key(tx: &mut DirectoryReadTx<'_>, idempotency_key: &str) -> Result<Option<JobId>, Error> {
    let sql = "select id from job where idempotency_key = $1";
    decode::first(tx.session, "job", (sql, &[idempotency_key.into()]), |row| row.parsed(JobId::parse))
}

/// Jobs, the newest first, after `after`; of one state, or of all.
pub fn list(
    tx: &mut DirectoryReadTx<'_>,
    state: Option<JobState>,
    after: Option<JobId>,
    limit: u32,
) -> Result<Vec<JobRecord>, Error> {
    let sql = "select id, body, state, steps, attempts, due_at, error, created_at, updated_at from job
        where (cast($1 as text) = '' or state = $1) and (cast($2 as text) = '' or id < $2)
        order by id desc limit $3";
    let args = [
        state.map_or("", JobState::as_str).into(),
        Value::Text(after.map(|it| it.to_string()).unwrap_or_default()),
        Value::count(limit),
    ];
    decode::list(tx.session, "job", (sql, &args), record)
}

/// Takes at most `limit` jobs of these names that are due, or whose worker let its lease lapse, counts a try of each,
/// and leases them until `lease_until`. Two nodes never get the same. A job of such a name that cannot be read has
/// failed: it must not keep those behind it waiting.
pub fn claim(
    tx: &mut DirectoryTx<'_>,
    names: &[&str],
    lease_until: Timestamp,
    limit: u32,
) -> Result<Vec<JobRecord>, Error> {
    let now = tx.now();
    let beyond = now.plus_ms(PAUSE_MS_MAX);
    let places: Vec<String> = (4..).take(names.len()).map(|it| format!("${it}")).collect();
    let sql = format!(
        "select id, body, state, steps, attempts, due_at, error, created_at, updated_at from job
        where (state = 'waiting' and (due_at <= $1 or $3 < due_at) or state = 'running' and lease_until < $1)
            and name in ({})
        order by due_at, id limit $2",
        places.join(", ")
    );
    let mut args = vec![now.into(), Value::count(limit), beyond.into()];
    args.extend(names.iter().map(|it| Value::from(*it)));
    let due = decode::list(tx.session, "job", (&sql, &args), readable)?;
    // The conditions stand again in the update: a node that was faster leaves no row to touch.
    let sql = "update job set state = 'running', lease_until = $2, attempts = attempts + 1, updated_at = $3
        where id = $1 and (state = 'waiting' and (due_at <= $3 or $4 < due_at)
            or state = 'running' and lease_until < $3)";
    let mut claimed = Vec::with_capacity(due.len());
    for job in due {
        let id = job.as_ref().map_or_else(|unreadable| unreadable.id, |job| job.id);
        if tx.session.execute(sql, &[Value::text(id), lease_until.into(), now.into(), beyond.into()])? == 0 {
            continue;
        }
        match job {
            Ok(job) => {
                let attempts = job.attempts.saturating_add(1);
                claimed.push(JobRecord { state: JobState::Running, attempts, updated_at: now, ..job });
            }
            Err(unreadable) => fail(tx, id, &unreadable.why, None)?,
        }
    }
    Ok(claimed)
}

/// Prolongs the lease of a running job; `false` when the lease lapsed and the job is another worker's by now. What a
/// worker records of its job stands in one transaction with this, so that one that came too late changes nothing.
pub fn renew(tx: &mut DirectoryTx<'_>, job: &JobRecord, lease_until: Timestamp) -> Result<bool, Error> {
    let sql = "update job set lease_until = $3 where id = $1 and attempts = $2 and state = 'running'";
    let args = [Value::text(job.id), Value::count(job.attempts), lease_until.into()];
    Ok(0 < tx.session.execute(sql, &args)?)
}

/// Records that a step of a running job is finished.
pub fn record_step(tx: &mut DirectoryTx<'_>, id: JobId, step: &str) -> Result<(), Error> {
    let sql = "select steps from job where id = $1";
    let steps = decode::first(tx.session, "job", (sql, &[Value::text(id)]), Columns::json::<Vec<(String, Timestamp)>>)?;
    let Some(mut steps) = steps else { return Ok(()) };
    if steps.iter().any(|(it, _)| it == step) {
        return Ok(());
    }
    let now = tx.now();
    steps.push((step.to_owned(), now));
    let sql = "update job set steps = $2, updated_at = $3 where id = $1";
    tx.session.execute(sql, &[Value::text(id), decode::json(&steps)?, now.into()])?;
    Ok(())
}

/// Records that a job finished well.
pub fn finish(tx: &mut DirectoryTx<'_>, id: JobId) -> Result<(), Error> {
    let sql = "update job set state = 'done', lease_until = null, error = null, updated_at = $2 where id = $1";
    let now = tx.now();
    tx.session.execute(sql, &[Value::text(id), now.into()])?;
    Ok(())
}

/// Records a failed try: with `retry_at` it waits until then, at most [`PAUSE_MS_MAX`]; without it the job has failed for
/// good.
pub fn fail(tx: &mut DirectoryTx<'_>, id: JobId, error: &str, retry_at: Option<Timestamp>) -> Result<(), Error> {
    let (now, error) = (tx.now(), error.chars().take(ERROR_CHARS_MAX).collect());
    let (state, due_at) = match retry_at {
        Some(at) => (JobState::Waiting, at.min(now.plus_ms(PAUSE_MS_MAX))),
        None => (JobState::Failed, now),
    };
    let sql = "update job set state = $2, due_at = $3, lease_until = null, error = $4, updated_at = $5 where id = $1";
    let args = [Value::text(id), state.as_str().into(), due_at.into(), Value::Text(error), now.into()];
    tx.session.execute(sql, &args)?;
    Ok(())
}

/// Makes a failed job due again, from its first step and with its attempts forgotten: what it did was undone. `false`
/// when it has not failed.
pub fn retry(tx: &mut DirectoryTx<'_>, id: JobId) -> Result<bool, Error> {
    let sql = "update job set state = 'waiting', due_at = $2, attempts = 0, steps = '[]', updated_at = $2
        where id = $1 and state = 'failed'";
    let now = tx.now();
    let is_due = 0 < tx.session.execute(sql, &[Value::text(id), now.into()])?;
    tx.job_queued |= is_due;
    Ok(is_due)
}

/// Removes at most `limit` finished jobs not changed since `before`. Answers how many.
pub fn delete_finished(tx: &mut DirectoryTx<'_>, before: Timestamp, limit: u32) -> Result<u64, Error> {
    let sql = "delete from job where id in (select id from job where state = 'done' and updated_at < $1 limit $2)";
    tx.session.execute(sql, &[before.into(), Value::count(limit)])
}

/// A job whose text this version of Canvass does not understand.
struct Unreadable {
    id: JobId,
    why: String,
}

fn record(row: &mut Columns) -> Result<JobRecord, Error> {
    readable(row)?.map_err(|unreadable| Error::Corrupt { what: "job", found: unreadable.why })
}

fn readable(row: &mut Columns) -> Result<Result<JobRecord, Unreadable>, Error> {
    let (id, body) = (row.parsed(JobId::parse)?, row.text()?);
    let state = row.parsed(JobState::parse)?;
    let (steps, attempts, due_at) = (row.json()?, row.small()?, row.time()?);
    let (error, created_at, updated_at) = (row.optional_text()?, row.time()?, row.time()?);
    Ok(match serde_json::from_str::<Job>(&body) {
        Ok(job) => Ok(JobRecord { id, job, state, steps, attempts, due_at, error, created_at, updated_at }),
        Err(error) => Err(Unreadable { id, why: format!("this job cannot be read: {error}") }),
    })
}

/// Enough of an error to act on; a server's whole answer belongs into the log.
const ERROR_CHARS_MAX: usize = 2_000;

#[cfg(test)]
mod tests {
    use canvass_model::{job::Mail, text::Email};

    use super::*;
    use crate::{Directory, Settings};

    #[tokio::test]
    async fn a_job_that_cannot_be_read_fails_alone() {
        let folder = tempfile::tempdir().unwrap();
        let directory = Directory::open(&Settings::embedded(folder.path())).await.unwrap();
        let (unreadable, good) = directory.write(|tx| Ok::<_, Error>((queue(tx)?, queue(tx)?))).await.unwrap();
        let damage = directory.write(move |tx| {
            let sql = "update job set body = '{\"job\":\"mail\",\"to\":7}' where id = $1";
            tx.session.execute(sql, &[Value::text(unreadable)])
        });
        assert_eq!(damage.await.unwrap(), 1);

        let claimed = directory.write(|tx| claim(tx, &Job::NAMES, tx.now().plus_ms(1_000), 10)).await.unwrap();

        assert_eq!(claimed.iter().map(|it| it.id).collect::<Vec<_>>(), [good]);
        let state = directory.write(move |tx| {
            let sql = "select state, error from job where id = $1";
            decode::first(tx.session, "job", (sql, &[Value::text(unreadable)]), |row| Ok((row.text()?, row.text()?)))
        });
        let (state, error) = state.await.unwrap().unwrap();
        assert_eq!(state, "failed");
        assert!(error.contains("cannot be read"), "{error}");
    }

    fn queue(tx: &mut DirectoryTx<'_>) -> Result<JobId, Error> {
        let to = Email::parse("ada@adatum.example").unwrap();
        insert(tx, &Job::Mail(Mail { to, subject: "Hello".to_owned(), text: "Ada".to_owned() }), None)
    }
}
