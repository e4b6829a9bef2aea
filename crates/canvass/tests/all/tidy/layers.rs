//! Rules on who may do what: this file is about SQL, HTTP, the environment and tasks staying where they belong.

use super::{Source, assert_accepted, assert_kept, assert_noticed, lexer::lex, sources};

/// Files that may start a task nobody waits for. Empty is right: `TaskTracker` and `JoinSet` know their tasks.
const SPAWNING: [&str; 0] = [];

/// Handlers that write without an action. The list may only shrink: an action is where a change leaves its trace.
const WRITING: [&str; 0] = [];

/// How a statement begins, and what else its text must hold to be one.
const STATEMENTS: [(&str, &str); 9] = [
    ("select ", " from "),
    ("with ", " as ("),
    ("insert into ", ""),
    ("insert or ", " into "),
    ("update ", " set "),
    ("delete from ", ""),
    ("create table ", ""),
    ("alter table ", ""),
    ("drop table ", ""),
];

#[test]
fn sql_lives_in_storage_alone() {
    assert_kept(sql);

    let bad = "fn f() { query(\"\n  select id\n  from survey where id = $1\") }";
    assert_noticed(sql, "crates/canvass-actions/src/surveys.rs", bad);
    assert_noticed(sql, "crates/canvass-web/src/pages.rs", "const Q: &str = r#\"INSERT INTO t VALUES (1)\"#;");
    assert_noticed(sql, "crates/canvass/src/doctor.rs", "f(\"update tenant set state = 1\")");
    assert_accepted(sql, "crates/canvass-storage/src/surveys.rs", bad);
    assert_accepted(sql, "crates/canvass-web/src/pages.rs", "f(\"Select a survey from the list\") // select a from b");
}

#[test]
fn http_is_served_by_web_alone() {
    assert_kept(axum);

    assert_noticed(axum, "crates/canvass-actions/src/surveys.rs", "use axum::Json;");
    assert_accepted(axum, "crates/canvass-web/src/routes.rs", "use axum::Json;");
    assert_accepted(axum, "crates/canvass-work/src/lib.rs", "//! Knows nothing of axum.\n");
}

#[test]
fn the_environment_is_read_by_the_configuration_alone() {
    assert_kept(environment);

    assert_noticed(environment, "crates/canvass-work/src/mail.rs", "let it = std::env::var(\"HOME\");");
    assert_noticed(environment, "crates/canvass/src/server.rs", "use std::{env, fmt};");
    assert_accepted(environment, "crates/canvass/src/config/layers.rs", "std::env::vars_os()");
    assert_accepted(environment, "crates/canvass-web/src/lib.rs", "env!(\"CARGO_PKG_VERSION\")");
}

#[test]
fn no_task_runs_that_nobody_waits_for() {
    assert_kept(spawning);

    assert_noticed(spawning, "crates/canvass-work/src/lib.rs", "tokio::spawn(async {});");
    assert_noticed(spawning, "crates/canvass-work/src/lib.rs", "use tokio::{spawn, sync};");
    assert_accepted(spawning, "crates/canvass-work/src/lib.rs", "self.tasks.spawn(async {});");
}

#[test]
fn every_write_of_a_handler_goes_through_an_action() {
    assert_kept(writing);

    let bad = "use canvass_storage::surveys;\ncreator.write(move |tx, _| surveys::update(tx, &survey)).await?;";
    assert_noticed(writing, "crates/canvass-web/src/pages/surveys.rs", bad);
    assert_noticed(writing, "crates/canvass-web/src/pages/surveys.rs", "a.write(|tx, _| storage::jobs::retry(tx, id))");
    assert_accepted(
        writing,
        "crates/canvass-web/src/pages/texts.rs",
        "a.write(|tx, by| saving::texts(tx, by, survey))",
    );
    assert_accepted(
        writing,
        "crates/canvass-web/src/api/surveys.rs",
        "a.write(|tx, by| actions::surveys::trash(tx, by, id))",
    );
    for path in WRITING {
        let source = sources().iter().find(|it| it.path == path).expect("the file is there");
        assert!(writes_alone(source), "{path} no longer needs its exception; remove it from the list");
    }
}

#[test]
fn the_model_waits_for_nothing() {
    assert_kept(waiting);

    assert_noticed(waiting, "crates/canvass-model/src/survey.rs", "pub async fn open() {}");
    assert_accepted(waiting, "crates/canvass-model/src/survey.rs", "/// No async.\npub fn open() {}");
}

#[test]
fn what_the_compiler_cannot_check_is_in_one_place() {
    assert_kept(unchecked);

    assert_noticed(unchecked, "crates/canvass-script/src/wire.rs", "fn f() { unsafe { g() } }");
    assert_noticed(unchecked, "crates/canvass-script/src/engine/image.rs", "unsafe { f() };\nunsafe { g() };");
    assert_noticed(unchecked, "crates/canvass-web/src/lib.rs", "#![expect(unsafe_code, reason = \"\")]");
    assert_accepted(unchecked, "crates/canvass-script/src/engine/image.rs", "unsafe { f() }");
    assert_accepted(unchecked, "crates/canvass-script/src/wire.rs", "// unsafe {");
}

/// The only file with an `unsafe` block, and it has one: machine code is loaded there.
const UNCHECKED: &str = "crates/canvass-script/src/engine/image.rs";

fn unchecked(source: &Source) -> Vec<String> {
    let code = lex(&source.text).code;
    if source.path != UNCHECKED {
        return word_outside(
            source,
            source.product_crate().is_none(),
            &["unsafe {", "unsafe fn", "unsafe impl", "(unsafe_code"],
        );
    }
    let blocks = code.matches("unsafe {").count() + code.matches("unsafe fn").count();
    if 1 < blocks { vec![format!("{blocks} unsafe blocks, and one was looked at")] } else { vec![] }
}

fn sql(source: &Source) -> Vec<String> {
    if source.product_crate().is_none_or(|name| name == "canvass-storage") || !source.is_rust() {
        return vec![];
    }
    lex(&source.text)
        .strings
        .iter()
        .filter(|string| is_statement(string))
        .map(|string| format!("SQL outside canvass-storage: {string:?}"))
        .collect()
}

/// Whether a literal is SQL: a line of it begins as a statement does, all in one case, unlike a sentence.
fn is_statement(literal: &str) -> bool {
    let flat = literal.replace("\\n", " ").split_whitespace().collect::<Vec<_>>().join(" ") + " ";
    let begins = |word: &str| literal.lines().any(|line| line.trim_start().starts_with(word)) || flat.starts_with(word);
    STATEMENTS.iter().any(|(begin, holds)| {
        (begins(begin) && flat.contains(holds))
            || (begins(&begin.to_uppercase()) && flat.contains(&holds.to_uppercase()))
    })
}

fn axum(source: &Source) -> Vec<String> {
    let is_free = source.product_crate().is_none_or(|name| name == "canvass-web");
    word_outside(source, is_free, &["axum::", "axum;"])
}

fn environment(source: &Source) -> Vec<String> {
    let is_free = source.product_crate().is_none() || source.path.starts_with("crates/canvass/src/config");
    word_outside(source, is_free, &["std::env", "env::var", "{env,", " env,", "std_env"])
}

fn spawning(source: &Source) -> Vec<String> {
    let is_free = source.product_crate().is_none() || SPAWNING.contains(&source.path.as_str());
    word_outside(source, is_free, &["tokio::spawn", "task::spawn(", "tokio::{spawn", "thread::spawn"])
}

fn writing(source: &Source) -> Vec<String> {
    let is_handler =
        ["pages/", "api/"].iter().any(|it| source.path.starts_with(&format!("crates/canvass-web/src/{it}")));
    if !is_handler || WRITING.contains(&source.path.as_str()) || !writes_alone(source) {
        return vec![];
    }
    vec!["writes without an action, so it leaves no trace and no other door can do the same".to_owned()]
}

/// Whether the file writes, and can reach what storage offers but not what the actions do. One that reaches neither
/// leaves the writing to a neighbour, which is judged by itself.
fn writes_alone(source: &Source) -> bool {
    let code = lex(&source.text).code;
    let reaches_storage = code.contains("canvass_storage") || code.contains("storage::");
    code.contains(".write(") && reaches_storage && !code.contains("actions")
}

fn waiting(source: &Source) -> Vec<String> {
    let is_free = source.product_crate() != Some("canvass-model");
    word_outside(source, is_free, &["async fn", "async move", "async {", ".await"])
}

fn word_outside(source: &Source, is_free: bool, words: &[&str]) -> Vec<String> {
    if is_free || !source.is_rust() {
        return vec![];
    }
    let code = lex(&source.text).code;
    words.iter().filter(|word| code.contains(**word)).map(|word| format!("`{word}` has no place here")).collect()
}
