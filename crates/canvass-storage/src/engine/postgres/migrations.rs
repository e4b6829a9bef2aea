//! The tables: this file is about bringing the schemas to this version, once, whichever node comes first.

use tokio_postgres::{Client, Error as ServerError};

use crate::Error;

/// One step forward of the tables.
pub(super) struct Migration {
    /// The tables it is about: the schema is `canvass_` and this.
    pub(super) scope: &'static str,
    pub(super) number: i64,
    pub(super) name: &'static str,
    pub(super) sql: &'static str,
}

/// All migrations, in the order in which they run. Each has a twin for the embedded store, the intake's excepted: there
/// it is built differently.
pub(super) const MIGRATIONS: [Migration; 17] = [
    Migration {
        scope: "directory",
        number: 1,
        name: "spine",
        sql: include_str!("../../../migrations/directory/0001_spine.postgres.sql"),
    },
    Migration {
        scope: "directory",
        number: 2,
        name: "domains",
        sql: include_str!("../../../migrations/directory/0002_domains.postgres.sql"),
    },
    Migration {
        scope: "directory",
        number: 3,
        name: "scripts",
        sql: include_str!("../../../migrations/directory/0003_scripts.postgres.sql"),
    },
    Migration {
        scope: "directory",
        number: 4,
        name: "operator_tokens",
        sql: include_str!("../../../migrations/directory/0004_operator_tokens.postgres.sql"),
    },
    Migration {
        scope: "tenants",
        number: 1,
        name: "spine",
        sql: include_str!("../../../migrations/tenant/0001_spine.postgres.sql"),
    },
    Migration {
        scope: "tenants",
        number: 2,
        name: "pages",
        sql: include_str!("../../../migrations/tenant/0002_pages.postgres.sql"),
    },
    Migration {
        scope: "tenants",
        number: 3,
        name: "brand",
        sql: include_str!("../../../migrations/tenant/0003_brand.postgres.sql"),
    },
    Migration {
        scope: "tenants",
        number: 4,
        name: "metadata",
        sql: include_str!("../../../migrations/tenant/0004_metadata.postgres.sql"),
    },
    Migration {
        scope: "tenants",
        number: 5,
        name: "traffic",
        sql: include_str!("../../../migrations/tenant/0005_traffic.postgres.sql"),
    },
    Migration {
        scope: "tenants",
        number: 6,
        name: "files",
        sql: include_str!("../../../migrations/tenant/0006_files.postgres.sql"),
    },
    Migration {
        scope: "tenants",
        number: 7,
        name: "templates",
        sql: include_str!("../../../migrations/tenant/0007_templates.postgres.sql"),
    },
    Migration {
        scope: "tenants",
        number: 8,
        name: "scripts",
        sql: include_str!("../../../migrations/tenant/0008_scripts.postgres.sql"),
    },
    Migration {
        scope: "tenants",
        number: 9,
        name: "script_trash",
        sql: include_str!("../../../migrations/tenant/0009_script_trash.postgres.sql"),
    },
    Migration {
        scope: "tenants",
        number: 10,
        name: "script_hour",
        sql: include_str!("../../../migrations/tenant/0010_script_hour.postgres.sql"),
    },
    Migration {
        scope: "tenants",
        number: 11,
        name: "exports",
        sql: include_str!("../../../migrations/tenant/0011_exports.postgres.sql"),
    },
    Migration {
        scope: "tenants",
        number: 12,
        name: "columns",
        sql: include_str!("../../../migrations/tenant/0012_columns.postgres.sql"),
    },
    Migration {
        scope: "intake",
        number: 1,
        name: "spine",
        sql: include_str!("../../../migrations/intake/0001_spine.postgres.sql"),
    },
];

/// Fences every tenants' table that a migration made.
const FENCE: &str = include_str!("../../../migrations/tenant/fence.postgres.sql");

/// What is there before the first migration.
const FOUNDATION: &str = "
    create schema if not exists canvass_directory;
    create schema if not exists canvass_tenants;
    create schema if not exists canvass_intake;
    create table if not exists canvass_directory.migration (
        scope text not null,
        number bigint not null,
        name text not null,
        made_at timestamptz not null default now(),
        primary key (scope, number)
    )";

/// What the application's role may do.
const GRANTS: &str = "
    grant usage on schema canvass_directory, canvass_tenants, canvass_intake to canvass_app;
    grant select, insert, update, delete
        on all tables in schema canvass_directory, canvass_tenants, canvass_intake to canvass_app;
    revoke insert, update, delete on canvass_directory.migration from canvass_app";

/// Runs what has not run, in one transaction. Two nodes that start at once take turns.
pub(super) async fn run(client: &Client) -> Result<Result<(), Error>, ServerError> {
    run_where(client, |_| true).await
}

/// The same with those alone that are `wanted`: an older version of the tables.
pub(super) async fn run_where(
    client: &Client,
    wanted: impl Fn(&Migration) -> bool,
) -> Result<Result<(), Error>, ServerError> {
    client.batch_execute(FOUNDATION).await?;
    client.batch_execute("begin; lock table canvass_directory.migration in access exclusive mode").await?;
    let done = run_missing(client, wanted).await;
    client.batch_execute(if matches!(done, Ok(Ok(()))) { "commit" } else { "rollback" }).await?;
    done
}

async fn run_missing(client: &Client, wanted: impl Fn(&Migration) -> bool) -> Result<Result<(), Error>, ServerError> {
    let rows = client.query("select scope, number, name from canvass_directory.migration", &[]).await?;
    let stored: Vec<(String, i64, String)> = rows.iter().map(|row| (row.get(0), row.get(1), row.get(2))).collect();
    if let Some((scope, number, name)) = stored.iter().find(|it| !is_known(it)) {
        return Ok(Err(Error::Unusable(format!(
            "This database was made by another version of Canvass: it has the migration {number:04}_{name} of the \
             {scope}, which this version does not know. Run that version, or a newer one."
        ))));
    }
    let is_missing = |it: &&Migration| !stored.iter().any(|(scope, number, _)| it.is(scope, *number));
    for it in MIGRATIONS.iter().filter(is_missing).filter(|it| wanted(it)) {
        client.batch_execute(&format!("set local search_path = canvass_{}", it.scope)).await?;
        client.batch_execute(it.sql).await?;
        let sql = "insert into canvass_directory.migration (scope, number, name) values ($1, $2, $3)";
        client.execute(sql, &[&it.scope, &it.number, &it.name]).await?;
    }
    client.batch_execute(FENCE).await?;
    client.batch_execute(GRANTS).await?;
    Ok(Ok(()))
}

fn is_known((scope, number, name): &(String, i64, String)) -> bool {
    MIGRATIONS.iter().any(|it| it.is(scope, *number) && it.name == name)
}

impl Migration {
    fn is(&self, scope: &str, number: i64) -> bool {
        self.scope == scope && self.number == number
    }
}
