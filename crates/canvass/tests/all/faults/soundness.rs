//! Whether what stores the data is whole: this file is about asking SQLite of every file, and PostgreSQL of every table
//! and index.

use std::path::{Path, PathBuf};

use crate::support::{Process, on_postgres, postgres::Postgres};

/// Stops a server and insists that what it leaves is whole; answers how many chunks of responses are in it.
pub async fn assert_sound_after(mut server: Process) -> i64 {
    assert!(server.stop().success());
    if on_postgres() {
        let [_, url] = server.place();
        assert_database_is_sound(Postgres::shared(), &url).await;
    } else {
        assert_files_are_sound(&server.folder().join("data"));
    }
    chunks(&server).await
}

/// How many chunks of responses all tenants have that a stopped server leaves.
async fn chunks(server: &Process) -> i64 {
    if !on_postgres() {
        let count = |file: &PathBuf| {
            let connection = rusqlite::Connection::open(file).expect("it is there");
            // The directory's file and those of lanes have no such table.
            connection.query_row("select count(*) from chunk", [], |it| it.get(0)).unwrap_or(0)
        };
        return databases(&server.folder().join("data")).iter().map(count).sum();
    }
    let [_, url] = server.place();
    let url = Postgres::shared().as_superuser(&url);
    let (client, connection) = tokio_postgres::connect(&url, tokio_postgres::NoTls).await.expect("it is there");
    let reading = tokio::task::JoinSet::from_iter([connection]);
    let counted = client.query_one("select count(*) from canvass_tenants.chunk", &[]).await.expect("a table");
    drop(client);
    reading.join_all().await;
    counted.get(0)
}

/// Insists that `SQLite` finds no fault in any file of a data folder.
pub fn assert_files_are_sound(data: &Path) {
    let files = databases(data);
    assert!(4 <= files.len(), "{files:?}");
    for file in files {
        assert_eq!(verdict(&file), "ok", "{}", file.display());
    }
}

/// What `SQLite` finds in a file.
pub fn verdict(file: &Path) -> String {
    let connection = rusqlite::Connection::open(file).expect("it is there");
    let verdict = connection.query_row("pragma integrity_check", [], |it| it.get(0));
    verdict.unwrap_or_else(|error| error.to_string())
}

/// Every database file below a folder.
pub fn databases(folder: &Path) -> Vec<PathBuf> {
    let (mut folders, mut files) = (vec![folder.to_owned()], Vec::new());
    while let Some(folder) = folders.pop() {
        for path in std::fs::read_dir(folder).expect("it is there").map(|it| it.expect("it can be read").path()) {
            match path.extension() {
                _ if path.is_dir() => folders.push(path),
                Some(extension) if extension == "db" => files.push(path),
                Some(_) | None => {}
            }
        }
    }
    files
}

/// Insists that PostgreSQL's own check finds no fault in any table of Canvass and any of their indexes.
pub async fn assert_database_is_sound(postgres: &Postgres, url: &str) {
    let (client, connection) =
        tokio_postgres::connect(&postgres.as_superuser(url), tokio_postgres::NoTls).await.expect("it is there");
    let reading = tokio::task::JoinSet::from_iter([connection]);
    client.batch_execute("create extension if not exists amcheck").await.expect("it is there");
    let tables = "select c.oid, c.relname from pg_class c join pg_namespace n on n.oid = c.relnamespace
        where n.nspname like 'canvass%' and c.relkind = $1::text::\"char\"";
    let heaps = client.query(tables, &[&"r"]).await.expect("a catalogue");
    assert!(4 <= heaps.len());
    for table in heaps {
        let (oid, name): (u32, String) = (table.get(0), table.get(1));
        let faults = client.query("select msg from verify_heapam(relation := $1::oid::regclass)", &[&oid]).await;
        let faults: Vec<String> = faults.expect("a check").iter().map(|it| it.get(0)).collect();
        assert!(faults.is_empty(), "{name}: {faults:?}");
    }
    let indexes = client.query(tables, &[&"i"]).await.expect("a catalogue");
    assert!(4 <= indexes.len());
    for index in indexes {
        let (oid, name): (u32, String) = (index.get(0), index.get(1));
        let checked = client.query("select bt_index_check($1::oid::regclass, true)", &[&oid]).await;
        assert!(checked.is_ok(), "{name}: {checked:?}");
    }
    drop(client);
    reading.join_all().await;
}
