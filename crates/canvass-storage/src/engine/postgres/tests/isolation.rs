//! The fence between tenants: this file is about queries that are wrong, and still see and touch nothing of others.

use super::*;

/// One row for every table of a tenant.
const ROWS: [&str; 36] = [
    "insert into meta (name, value) values ('stamp', '1')",
    "insert into member (account, name, email, role, joined_at) values ('a', 'A', 'a@adatum.test', 'creator', 1)",
    "insert into survey (id, title, status, revision, version, changed_since_published, responses, draft, created_at,
        updated_at) values ('s', 'S', 'draft', 1, 0, 1, 0, '{}', 1, 1)",
    "insert into draft_history (survey, revision, draft, actor, what, made_at) values ('s', 1, '{}', 'a', 'made', 1)",
    "insert into survey_version (survey, version, definition, published_at) values ('s', 1, '{}', 1)",
    PAGE,
    "insert into document (page, body) values ('p', '# P')",
    "insert into invitation (hash, id, page, label, created_at) values ('h', 'i', 'p', 'Grace', 1)",
    RESPONSE,
    "insert into chunk (survey, first_position, last_position, responses, head) values ('s', 1, 1, 1, '\\x00')",
    "insert into chunk_part (chunk, name, first_row, last_row, body)
        select number, 'q1', 0, 0, '\\x00' from chunk",
    "insert into sealed (id, chunk) values ('\\x00', 1)",
    "insert into summary (survey, revision, body) values ('s', 1, '{}')",
    "insert into idempotency (idempotency_key, fingerprint, answer, made_at) values ('k', 'f', '{}', 1)",
    "insert into event (made_at, actor, body) values (1, 'a', '{}')",
    "insert into brand (slot, theme, css, sheet, sheet_hash, updated_at) values ('current', '{}', '', '', 'h', 1)",
    "insert into field (field_key, id, place, body) values ('k', 'product', 1, '{}')",
    "insert into survey_value (survey, field, value) values ('s', 'k', 'v')",
    "insert into starter (template, page, version, hash, settled) values ('about', 'p', 1, 'h', 1)",
    "insert into access_log (day, records, body) values (1, 1, '[]')",
    "insert into access_day (day, kept, counted, dropped) values (1, 1, 1, 0)",
    "insert into traffic (span, began_at, facet, value, requests, views, responses, bytes, micros)
        values ('day', 1, 'all', '', 1, 1, 0, 1, 1)",
    "insert into file (id, name, revision, created_at, updated_at) values ('f', 'menu.pdf', 1, 1, 1)",
    "insert into file_content (id, file, version, media, bytes, sha256, scan, actor, made_at)
        values ('c', 'f', 1, 'application/pdf', 1, '', 'clean', '{}', 1)",
    "insert into file_chunk (content, nth, bytes) values ('c', 0, '\\x00')",
    "insert into script (id, name, title, trigger_kind, settings, switch, revision, changed_since_published, draft,
        created_at, updated_at) values ('x', 'x', '', 'manual', '{}', 'on', 1, 0, '', 1, 1)",
    "insert into script_version (script, number, source, functions, actor, note, published_at)
        values ('x', 1, '', '{}', 'a', '', 1)",
    "insert into script_test (script, id, place, name, given, parameters, expectation)
        values ('x', 't', 0, 't', '{}', '{}', '{}')",
    "insert into script_run (id, script, cause, began_at, outcome, cpu_us, fuel, wall_us, memory_peak_bytes,
        host_calls, output, output_truncated, log) values ('u', 'x', 'manual', 1, 'done', 1, 1, 1, 1, 0, '', 0, '[]')",
    "insert into script_secret (name, sealed, updated_at) values ('key', 's', 1)",
    "insert into script_value (value_key, value, updated_at) values ('count', '1', 1)",
    "insert into script_hour (hour, fuel) values (1, 1)",
    "insert into script_hook (script, position, batch, since, failures) values ('x', 0, 1, 1, 0)",
    "insert into annotation (response, script, survey, fields, tags, updated_at)
        values ('r', 'x', 's', '{}', '[]', 1)",
    "insert into annotation_field (survey, field) values ('s', 'score')",
    "insert into export (id, survey, wanted, name, state, attempt, through, rows_done, rows_expected, bytes, actor,
        created_at, updated_at) values ('e', 's', '{}', 's.csv', 'waiting', 0, 0, 0, 0, 0, '{}', 1, 1)",
];
const PAGE: &str =
    "insert into page (id, page_key, native, title, kind, target, visibility, place, revision, created_at,
    updated_at) values ('p', 'p', 'P', 'P', 'document', '', 'public', 0, 1, 1, 1)";
const RESPONSE: &str =
    "insert into response (id, survey, version, received_at, source, answers) values ('r', 's', 1, 1, 'api', '{}')";

/// Every table of tenants, `writer` among them.
fn tables(node: &Node) -> Vec<String> {
    let rows = node.in_directory(Mode::Read, |session| session.query(super::super::TABLES_OF_TENANTS, &[])).unwrap();
    rows.iter().map(|row| text(&row[0])).collect()
}

fn filled(node: &Node) -> TenantId {
    let tenant = node.tenant();
    for row in ROWS {
        assert_eq!(node.execute(tenant, row).unwrap(), 1);
    }
    tenant
}

#[test]
fn a_query_without_a_condition_sees_its_own_tenant_alone() {
    let node = Node::alone();
    let (adatum, fabrikam) = (filled(&node), node.tenant());
    let tables = tables(&node);
    assert_eq!(tables.len(), ROWS.len() + 1);
    for table in tables.iter().filter(|it| !it.ends_with(".writer")) {
        let count = format!("select count(*) from {table}");
        assert_eq!(node.query(adatum, &count), [[Value::Int(1)]], "{table}");
        assert_eq!(node.query(fabrikam, &count), [[Value::Int(0)]], "{table}");
        let aimed = format!("select count(*) from {table} where tenant = '{adatum}'");
        assert_eq!(node.query(fabrikam, &aimed), [[Value::Int(0)]], "{table}");
    }
}

#[test]
fn a_change_aimed_at_another_tenant_touches_nothing() {
    let node = Node::alone();
    let (adatum, fabrikam) = (filled(&node), node.tenant());
    for table in tables(&node).iter().filter(|it| !it.ends_with(".writer")) {
        let update = format!("update {table} set tenant = tenant where tenant = '{adatum}'");
        assert_eq!(node.execute(fabrikam, &update).unwrap(), 0, "{table}");
        assert_eq!(node.execute(fabrikam, &format!("update {table} set tenant = tenant")).unwrap(), 0, "{table}");
        assert_eq!(node.execute(fabrikam, &format!("delete from {table}")).unwrap(), 0, "{table}");
    }
    let lock = format!("select 1 from writer where tenant = '{adatum}' for update");
    assert!(node.in_tenant(fabrikam, Mode::Write, |it| it.query(&lock, &[])).unwrap().is_empty());
}

#[test]
fn a_row_cannot_be_written_for_or_moved_to_another_tenant() {
    let node = Node::alone();
    let (adatum, fabrikam) = (filled(&node), node.tenant());
    let insert = format!("insert into meta (tenant, name, value) values ('{adatum}', 'stolen', '1')");
    assert!(refused_by_policy(&node.execute(fabrikam, &insert)));
    let shift = format!("update meta set tenant = '{fabrikam}'");
    assert!(refused_by_policy(&node.execute(adatum, &shift)));
    assert_eq!(node.query(adatum, "select name from meta"), [[Value::from("stamp")]]);
}

#[test]
fn without_a_tenant_nothing_is_visible_and_nothing_can_be_written() {
    let node = Node::alone();
    let adatum = filled(&node);
    // The second time round the connection has had a tenant before.
    for _ in 0..2 {
        for table in tables(&node) {
            let seen = node.in_directory(Mode::Write, |it| it.query(&format!("select 1 from {table}"), &[])).unwrap();
            assert!(seen.is_empty(), "{table}");
        }
        assert!(node.in_directory(Mode::Write, |it| it.execute(ROWS[0], &[])).is_err());
        assert_eq!(node.query(adatum, "select name from meta").len(), 1);
    }
}

#[test]
fn unique_means_unique_within_a_tenant() {
    let node = Node::alone();
    let (adatum, _) = (filled(&node), filled(&node));
    match node.execute(adatum, &PAGE.replace("('p',", "('another',")) {
        Err(Error::Conflict(what)) => assert_eq!(what, "page_key"),
        other => panic!("{other:?}"),
    }
    match node.execute(adatum, RESPONSE) {
        Err(Error::Conflict(what)) => assert_eq!(what, "id"),
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_deleted_survey_takes_its_own_rows_along() {
    let node = Node::alone();
    let (adatum, fabrikam) = (filled(&node), filled(&node));
    assert_eq!(node.execute(adatum, "delete from survey").unwrap(), 1);
    for table in ["draft_history", "survey_version", "summary", "survey_value", "annotation_field", "export"] {
        assert!(node.query(adatum, &format!("select 1 from {table}")).is_empty(), "{table}");
        assert_eq!(node.query(fabrikam, &format!("select 1 from {table}")).len(), 1, "{table}");
    }
}

#[test]
fn a_removed_tenant_leaves_nothing_and_takes_nothing_of_others() {
    let node = Node::alone();
    let (adatum, fabrikam) = (filled(&node), filled(&node));
    node.append(adatum, &responses(3)).unwrap();
    node.append(fabrikam, &responses(2)).unwrap();
    node.remove_tenant(adatum).unwrap();
    node.remove_tenant(adatum).unwrap();
    for table in tables(&node) {
        let count = format!("select count(*) from {table}");
        assert_eq!(node.query(adatum, &count), [[Value::Int(0)]], "{table}");
        assert_eq!(node.query(fabrikam, &count), [[Value::Int(1)]], "{table}");
    }
    assert_eq!(node.backlog(Lane::Standard).unwrap().records, 2);
}

#[test]
fn the_application_owns_nothing_and_cannot_lift_the_fence() {
    let node = Node::alone();
    let tenant = node.tenant();
    let acting = node.query(tenant, "select current_user::text");
    assert_eq!(acting, [[Value::from("canvass_app")]]);
    let owned = "select 1 from pg_catalog.pg_shdepend d join pg_catalog.pg_roles r on r.oid = d.refobjid
        where r.rolname = 'canvass_app' and d.deptype = 'o'";
    assert!(node.query(tenant, owned).is_empty());
    for attempt in ["alter table meta disable row level security", "drop policy tenant on meta", "drop table meta"] {
        assert!(node.execute(tenant, attempt).is_err(), "{attempt}");
    }
    assert!(node.execute(tenant, "delete from migration").is_err());
}

fn refused_by_policy(result: &Result<u64, Error>) -> bool {
    result.as_ref().is_err_and(|it| it.to_string().contains("row-level security"))
}
