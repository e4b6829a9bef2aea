//! Migrations: this file is about the ordered changes of each schema, and how a file is brought to the newest.

use rusqlite::{Connection, TransactionBehavior};

use crate::{Error, engine::sqlite::connection::meaning};

/// The changes of one schema, the oldest first. A file's `user_version` is how many of them it has.
#[derive(Clone, Copy)]
pub(super) struct Schema {
    /// What the file is, for the operator.
    what: &'static str,
    changes: &'static [&'static str],
}

/// The directory of all tenants.
pub(super) const DIRECTORY: Schema = Schema {
    what: "directory",
    changes: &[
        include_str!("../../../migrations/directory/0001_spine.sqlite.sql"),
        include_str!("../../../migrations/directory/0002_domains.sqlite.sql"),
        include_str!("../../../migrations/directory/0003_scripts.sqlite.sql"),
        include_str!("../../../migrations/directory/0004_operator_tokens.sqlite.sql"),
    ],
};

/// One tenant's data.
pub(super) const TENANT: Schema = Schema {
    what: "tenant's database",
    changes: &[
        include_str!("../../../migrations/tenant/0001_spine.sqlite.sql"),
        include_str!("../../../migrations/tenant/0002_pages.sqlite.sql"),
        include_str!("../../../migrations/tenant/0003_brand.sqlite.sql"),
        include_str!("../../../migrations/tenant/0004_metadata.sqlite.sql"),
        include_str!("../../../migrations/tenant/0005_traffic.sqlite.sql"),
        include_str!("../../../migrations/tenant/0006_files.sqlite.sql"),
        include_str!("../../../migrations/tenant/0007_templates.sqlite.sql"),
        include_str!("../../../migrations/tenant/0008_scripts.sqlite.sql"),
        include_str!("../../../migrations/tenant/0009_script_trash.sqlite.sql"),
        include_str!("../../../migrations/tenant/0010_script_hour.sqlite.sql"),
        include_str!("../../../migrations/tenant/0011_exports.sqlite.sql"),
        include_str!("../../../migrations/tenant/0012_columns.sqlite.sql"),
    ],
};

/// One lane's log of accepted responses; `docs/durability.md` describes what a frame holds.
pub(super) const INTAKE: Schema =
    Schema { what: "intake", changes: &[include_str!("../../../migrations/intake/0001_spine.sqlite.sql")] };

impl Schema {
    /// Brings a file to the newest version, each change in a transaction of its own; refuses a file that is newer.
    pub(super) fn bring_up(self, connection: &mut Connection) -> Result<(), Error> {
        let found = version(connection)?;
        if self.changes.len() < found {
            return Err(Error::Unusable(format!(
                "the {} was written by a newer Canvass (schema {found}, this one knows {}); install that version or \
                 a newer one",
                self.what,
                self.changes.len()
            )));
        }
        for (index, change) in self.changes.iter().enumerate().skip(found) {
            let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate).map_err(meaning)?;
            transaction.execute_batch(change).map_err(meaning)?;
            transaction.execute_batch(&format!("pragma user_version = {}", index + 1)).map_err(meaning)?;
            transaction.commit().map_err(meaning)?;
        }
        Ok(())
    }
}

fn version(connection: &Connection) -> Result<usize, Error> {
    let found: i64 = connection.query_row("pragma user_version", [], |row| row.get(0)).map_err(meaning)?;
    usize::try_from(found).map_err(|_| Error::Corrupt { what: "schema version", found: found.to_string() })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A tenant of the first version keeps its pages.
    #[test]
    fn pages_of_the_first_version_are_kept() {
        let mut file = Connection::open_in_memory().unwrap();
        Schema { changes: &TENANT.changes[..1], ..TENANT }.bring_up(&mut file).unwrap();
        file.execute_batch(
            "pragma foreign_keys = on;
            insert into survey (id, title, status, status_since, closes_at, page, revision, version,
                changed_since_published, responses, draft, created_at, updated_at)
                values ('s1', 'Lunch', 'published', 1, 2, 'Lunch', 1, 1, 0, 0, '{}', 1, 1);
            insert into page (page_key, native, kind, survey, visibility, created_at)
                values ('lunch', 'Lunch', 'survey', 's1', 'unlisted', 7)",
        )
        .unwrap();
        TENANT.bring_up(&mut file).unwrap();
        let sql = "select id || page_key || native || kind || target || visibility || created_at from page";
        let page: String = file.query_row(sql, [], |row| row.get(0)).unwrap();
        assert_eq!(page, "s1lunchLunchsurveys1unlisted7");
        assert_eq!(version(&file).unwrap(), TENANT.changes.len());
    }
}
