//! Rules on migrations: this file is about every one being there for both engines, numbered, and saying why.

use super::{Source, assert_accepted, assert_kept, assert_noticed, sources};

const FOLDER: &str = "crates/canvass-storage/migrations/";

/// What has a migration of its own on each engine.
const SCOPES: [&str; 3] = ["directory", "intake", "tenant"];

/// What runs after every migration of one engine, and so has neither a number nor a twin.
const AFTER_EACH: [&str; 1] = ["tenant/fence.postgres.sql"];

const ENGINES: [&str; 2] = ["postgres", "sqlite"];

/// Numbers given to changes that are being written while later ones are there already. Each goes from here, in the change
/// that brings it.
const GIVEN: [(&str, usize); 1] = [("tenant", 11)];

#[test]
fn every_migration_exists_for_both_engines_and_numbers_have_no_gap() {
    let paths: Vec<&str> = sources().iter().filter_map(|it| it.path.strip_prefix(FOLDER)).collect();
    assert!(!paths.is_empty(), "no migration was found");
    assert_eq!(unpaired(&paths), Vec::<String>::new());

    let arrived = |(scope, number): &&(&str, usize)| {
        let begin = format!("{scope}/{number:04}_");
        paths.iter().any(|it| it.starts_with(&begin))
    };
    assert_eq!(GIVEN.iter().find(arrived), None, "it is there now: take it out of GIVEN");

    assert_ne!(unpaired(&["tenant/0001_spine.sqlite.sql"]), Vec::<String>::new());
    assert_ne!(unpaired(&["directory/0002_x.sqlite.sql", "directory/0002_x.postgres.sql"]), Vec::<String>::new());
    assert_ne!(unpaired(&["tenant/0009_x.sqlite.sql", "tenant/0009_x.postgres.sql"]), Vec::<String>::new());
    assert_ne!(unpaired(&["respondent/0001_x.sqlite.sql", "respondent/0001_x.postgres.sql"]), Vec::<String>::new());
    assert_ne!(unpaired(&["tenant/spine.sql"]), Vec::<String>::new());
    assert_eq!(unpaired(&["tenant/0001_x.sqlite.sql", "tenant/0001_x.postgres.sql"]), Vec::<String>::new());
}

#[test]
fn every_migration_opens_by_saying_why() {
    assert_kept(reason);

    assert_noticed(reason, &format!("{FOLDER}tenant/0001_x.sqlite.sql"), "create table t (id text);");
    assert_accepted(reason, &format!("{FOLDER}tenant/0001_x.sqlite.sql"), "-- Why.\ncreate table t (id text);");
}

fn reason(source: &Source) -> Vec<String> {
    if !source.path.starts_with(FOLDER) || source.text.starts_with("-- ") {
        return vec![];
    }
    vec!["no comment at the top says why this migration exists".to_owned()]
}

fn unpaired(paths: &[&str]) -> Vec<String> {
    let is_placed = |path: &str| path.split_once('/').is_some_and(|(scope, _)| SCOPES.contains(&scope));
    let mut found: Vec<String> =
        paths.iter().filter(|it| !is_placed(it)).map(|it| format!("{it} belongs to none of {SCOPES:?}")).collect();
    for scope in SCOPES {
        let mut migrations: Vec<(&str, &str)> = Vec::new();
        for path in paths.iter().filter(|it| it.starts_with(scope) && !AFTER_EACH.contains(it)) {
            match parse(path) {
                Some(migration) => migrations.push(migration),
                None => found.push(format!("{path} is not called NNNN_name.{{postgres,sqlite}}.sql")),
            }
        }
        migrations.sort_unstable();
        let given = |number: &usize| GIVEN.contains(&(scope, *number));
        let numbers = (1..).filter(|it| !given(it));
        for (number, pair) in numbers.zip(migrations.chunks(ENGINES.len())) {
            let name = pair[0].0;
            let engines: Vec<&str> = pair.iter().filter(|it| it.0 == name).map(|it| it.1).collect();
            if engines != ENGINES {
                found.push(format!("{scope}/{name} exists for {engines:?} only"));
            }
            if !name.starts_with(&format!("{number:04}_")) {
                found.push(format!("{scope}/{name} should be number {number}"));
            }
        }
    }
    found
}

/// The name and the engine in `tenant/0001_name.engine.sql`.
fn parse(path: &str) -> Option<(&str, &str)> {
    let (_, file) = path.split_once('/')?;
    let (name, engine) = file.strip_suffix(".sql")?.rsplit_once('.')?;
    let (number, rest) = name.split_once('_')?;
    let is_right = number.len() == 4 && number.bytes().all(|it| it.is_ascii_digit()) && !rest.is_empty();
    (is_right && ENGINES.contains(&engine)).then_some((name, engine))
}
