//! The tables: this file is about the fence around each of them, and their likeness to the embedded store's.

use std::collections::BTreeSet;

use super::*;

/// Tables that only this store needs: of versions, of turns, and of bytes that the embedded store has in files.
const POSTGRES_ALONE: [&str; 3] = ["migration", "writer", "file_chunk"];
/// Tables that only the embedded store needs.
const SQLITE_ALONE: [&str; 1] = ["applied"];

#[test]
fn every_table_of_tenants_is_fenced() {
    let node = Node::alone();
    let sql = "
        select c.relname, c.relrowsecurity and c.relforcerowsecurity,
            (select count(*) from pg_catalog.pg_policy p where p.polrelid = c.oid),
            (select string_agg(pg_get_expr(p.polqual, p.polrelid) || ' ' || pg_get_expr(p.polwithcheck, p.polrelid), '')
                from pg_catalog.pg_policy p where p.polrelid = c.oid)
        from pg_catalog.pg_class c
        where c.relnamespace = 'canvass_tenants'::regnamespace and c.relkind in ('r', 'p')";
    let rows = node.in_directory(Mode::Read, |it| it.query(sql, &[])).unwrap();
    assert!(!rows.is_empty());
    let rule = "(tenant = NULLIF(current_setting('canvass.tenant'::text, true), ''::text))";
    for row in rows {
        assert_eq!(row[1..], [Value::Int(1), Value::Int(1), Value::Text(format!("{rule} {rule}"))], "{:?}", row[0]);
    }
}

#[test]
fn a_table_that_a_later_migration_adds_is_fenced_by_itself() {
    let url = Server::shared().database();
    drop(Node::open(&url));
    let owner = Owner::connect(&url);
    owner.run(
        "create table canvass_tenants.later (
        tenant text not null default current_setting('canvass.tenant'), id text, primary key (tenant, id))",
    );
    let node = Node::open(&url);
    let (adatum, fabrikam) = (node.tenant(), node.tenant());
    node.execute(adatum, "insert into later (id) values ('x')").unwrap();
    assert!(node.query(fabrikam, "select id from later").is_empty());

    owner.run("create table canvass_tenants.forgotten (id text primary key)");
    assert!(Node::try_open(&url).is_err());
}

#[test]
fn the_tenant_stands_first_in_every_key_and_index() {
    let node = Node::alone();
    let sql = "
        select i.indexrelid::regclass::text, a.attname
        from pg_catalog.pg_index i
        join pg_catalog.pg_class c on c.oid = i.indrelid
        join pg_catalog.pg_attribute a on a.attrelid = i.indrelid and a.attnum = i.indkey[0]
        where c.relnamespace = 'canvass_tenants'::regnamespace";
    let rows = node.in_directory(Mode::Read, |it| it.query(sql, &[])).unwrap();
    assert!(10 < rows.len());
    for row in rows {
        assert_eq!(row[1], Value::from("tenant"), "{:?}", row[0]);
    }
}

#[test]
fn both_stores_have_the_same_tables_and_columns() {
    let node = Node::alone();
    for (schema, sqlite) in [
        (
            "canvass_directory",
            [
                include_str!("../../../../migrations/directory/0001_spine.sqlite.sql"),
                include_str!("../../../../migrations/directory/0002_domains.sqlite.sql"),
                include_str!("../../../../migrations/directory/0003_scripts.sqlite.sql"),
                include_str!("../../../../migrations/directory/0004_operator_tokens.sqlite.sql"),
            ]
            .concat(),
        ),
        (
            "canvass_tenants",
            [
                include_str!("../../../../migrations/tenant/0001_spine.sqlite.sql"),
                include_str!("../../../../migrations/tenant/0002_pages.sqlite.sql"),
                include_str!("../../../../migrations/tenant/0003_brand.sqlite.sql"),
                include_str!("../../../../migrations/tenant/0004_metadata.sqlite.sql"),
                include_str!("../../../../migrations/tenant/0005_traffic.sqlite.sql"),
                include_str!("../../../../migrations/tenant/0006_files.sqlite.sql"),
                include_str!("../../../../migrations/tenant/0007_templates.sqlite.sql"),
                include_str!("../../../../migrations/tenant/0008_scripts.sqlite.sql"),
                include_str!("../../../../migrations/tenant/0009_script_trash.sqlite.sql"),
                include_str!("../../../../migrations/tenant/0010_script_hour.sqlite.sql"),
                include_str!("../../../../migrations/tenant/0011_exports.sqlite.sql"),
                include_str!("../../../../migrations/tenant/0012_columns.sqlite.sql"),
            ]
            .concat(),
        ),
    ] {
        let here = columns_here(&node, schema);
        assert!(20 < here.len());
        assert_eq!(here, columns_of_sqlite(&sqlite), "{schema}");
    }
}

/// Table, column, kind and whether it may be empty.
type Column = (String, String, String, bool);

fn columns_here(node: &Node, schema: &str) -> BTreeSet<Column> {
    let sql = "
        select table_name::text, column_name::text, data_type::text, is_nullable = 'YES'
        from information_schema.columns
        where cast(table_schema as text) = $1 and (table_schema, column_name) <> ('canvass_tenants', 'tenant')";
    let rows = node.in_directory(Mode::Read, |it| it.query(sql, &[schema.into()])).unwrap();
    let columns = rows.iter().filter(|row| !POSTGRES_ALONE.contains(&text(&row[0]).as_str())).map(|row| {
        let kind = match text(&row[2]).as_str() {
            "bigint" => "INTEGER",
            "text" => "TEXT",
            "bytea" => "BLOB",
            "double precision" => "REAL",
            other => panic!("{other} is no portable type"),
        };
        (text(&row[0]), text(&row[1]), kind.to_owned(), row[3] == Value::Int(1))
    });
    columns.collect()
}

fn columns_of_sqlite(sql: &str) -> BTreeSet<Column> {
    let database = rusqlite::Connection::open_in_memory().unwrap();
    database.execute_batch(sql).unwrap();
    let sql = "select t.name, c.name, upper(c.type), not c.\"notnull\" and not c.pk
        from pragma_table_list t join pragma_table_info(t.name) c
        where t.schema = 'main' and t.name not like 'sqlite_%'";
    let mut statement = database.prepare(sql).unwrap();
    let columns = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?))).unwrap();
    columns.map(Result::unwrap).filter(|it: &Column| !SQLITE_ALONE.contains(&it.0.as_str())).collect()
}

/// A tenant of the first version of the tables keeps its pages; no fence hides them from the change.
#[test]
fn pages_of_the_first_version_are_kept() {
    Node::alone();
    let url = Server::shared().database();
    let owner = Owner::connect(&url);
    let first = super::super::migrations::run_where(&owner.client, |it| it.number == 1);
    owner.runtime.block_on(first).unwrap().unwrap();
    let tenant: TenantId = new_id();
    owner.run(&format!(
        "select set_config('canvass.tenant', '{tenant}', false);
        set search_path = canvass_tenants;
        insert into survey (id, title, status, status_since, closes_at, page, revision, version,
            changed_since_published, responses, draft, created_at, updated_at)
            values ('s1', 'Lunch', 'published', 1, 2, 'Lunch', 1, 1, 0, 0, '{{}}', 1, 1);
        insert into page (page_key, native, kind, survey, visibility, created_at)
            values ('lunch', 'Lunch', 'survey', 's1', 'unlisted', 7)"
    ));
    let node = Node::open(&url);
    let pages = node.query(tenant, "select id, page_key, native, kind, target, visibility, created_at from page");
    let expected = ["s1", "lunch", "Lunch", "survey", "s1", "unlisted"].map(Value::from).to_vec();
    assert_eq!(pages, [[expected, vec![Value::Int(7)]].concat()]);
    assert_eq!(node.query(new_id(), "select id from page"), Vec::<Row>::new(), "the fence stands again");
}
