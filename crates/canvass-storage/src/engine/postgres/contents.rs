//! The bytes of files: this file is about keeping them as rows of pieces, behind the same fence as everything else.

use canvass_model::id::{ContentId, TenantId};

use super::{
    super::{CHUNK_BYTES, End, Session, Value},
    Postgres, begin_writing,
};
use crate::{
    Error,
    decode::{self, Columns},
};

/// More than the largest plan has files, with what is on its way in.
const CONTENTS_MAX: u32 = 100_000;

impl Postgres {
    /// Adds a piece to a content, durably.
    pub(super) fn insert_chunk(
        &self,
        tenant: TenantId,
        content: ContentId,
        nth: u64,
        bytes: &[u8],
    ) -> Result<(), Error> {
        let row = [Value::text(content), Value::count(nth), Value::Blob(bytes.to_vec())];
        self.transact(begin_writing, |lent| {
            // Not behind the tenant's writers: nothing reads what no row names, and uploads are long.
            lent.speak_for(tenant)?;
            let sql = "insert into file_chunk (content, nth, bytes) values ($1, $2, $3)
                on conflict (tenant, content, nth) do update set bytes = excluded.bytes";
            lent.execute(sql, &row)?;
            Ok((End::Commit, ()))
        })
    }

    /// Goes back to the first `bytes` of a content; `false` when there are fewer.
    pub(super) fn cut_chunk_rows(&self, tenant: TenantId, content: ContentId, bytes: u64) -> Result<bool, Error> {
        let (nth, rest) = (bytes / CHUNK_BYTES as u64, bytes % CHUNK_BYTES as u64);
        let args = [Value::text(content), Value::count(nth)];
        let later = "delete from file_chunk where content = $1 and nth > $2";
        let last =
            "update file_chunk set bytes = substr(bytes, 1, cast($3 as integer)) where content = $1 and nth = $2";
        let left = "select cast(coalesce(sum(length(bytes)), 0) as bigint) from file_chunk where content = $1";
        self.transact(begin_writing, |lent| {
            lent.speak_for(tenant)?;
            lent.execute(later, &args)?;
            lent.execute(last, &[args[0].clone(), args[1].clone(), Value::count(rest)])?;
            let left = decode::count(lent, "content", (left, &args[..1]))?;
            Ok((End::Commit, left == bytes))
        })
    }

    /// Some bytes of a content from `from` on: to the end of the piece they stand in.
    pub(super) fn select_chunk(
        &self,
        tenant: TenantId,
        content: ContentId,
        from: u64,
    ) -> Result<Option<Vec<u8>>, Error> {
        let piece = CHUNK_BYTES as u64;
        let (nth, skipped) = (Value::count(from / piece), Value::count(from % piece + 1));
        let sql = "select substr(bytes, cast($3 as integer)) from file_chunk where content = $1 and nth = $2";
        let args = [Value::text(content), nth, skipped];
        let there = "select 1 from file_chunk where content = $1 and nth = 0";
        self.transact(
            |it| it.begin_reading(tenant),
            |lent| {
                let mut bytes = decode::first(lent, "content", (sql, &args), Columns::bytes)?;
                if bytes.is_none() && !lent.query(there, &args[..1])?.is_empty() {
                    bytes = Some(Vec::new());
                }
                Ok((End::RollBack, bytes))
            },
        )
    }

    /// Removes all pieces of a content.
    pub(super) fn delete_chunks(&self, tenant: TenantId, content: ContentId) -> Result<(), Error> {
        self.transact(begin_writing, |lent| {
            lent.speak_for(tenant)?;
            lent.execute("delete from file_chunk where content = $1", &[Value::text(content)])?;
            Ok((End::Commit, ()))
        })
    }

    /// Every content there are pieces of.
    pub(super) fn select_contents(&self, tenant: TenantId) -> Result<Vec<ContentId>, Error> {
        let sql = "select content from file_chunk where nth = 0 order by content limit $1";
        let args = [Value::count(CONTENTS_MAX)];
        self.transact(
            |it| it.begin_reading(tenant),
            |lent| {
                let found = decode::list(lent, "content", (sql, &args), |row| row.parsed(ContentId::parse))?;
                Ok((End::RollBack, found))
            },
        )
    }
}
