//! What is not kept: this file is about looking for visitors in every byte that an installation stores.

use std::{fs, path::Path};

use canvass::config::Config;
use tokio_postgres::{NoTls, SimpleQueryMessage};

use super::{IPHONE, counted, visit};
use crate::support::{Canvass, postgres::Postgres};

/// Where an installation keeps its data.
#[derive(Default)]
struct Place {
    folder: std::path::PathBuf,
    url: Option<String>,
}

impl Place {
    fn of(config: &Config) -> Self {
        let url = config.storage.url.as_ref().map(|it| it.reveal().to_owned());
        Self { folder: config.storage.data.clone(), url }
    }

    /// Everything that is stored, as bytes.
    async fn bytes(&self) -> Vec<u8> {
        match &self.url {
            Some(url) => dump(url).await,
            None => read(&self.folder),
        }
    }
}

#[tokio::test]
async fn no_address_no_browser_and_no_query_of_a_visitor_is_ever_stored() {
    let mut place = Place::default();
    let canvass = Canvass::start_with(|config| {
        config.traffic.write_interval_ms = 20;
        place = Place::of(config);
    })
    .await;
    let program = canvass.program_of("adatum").await;
    let referrer = "https://news.example/letters/for-ada-lovelace?reader=ada-lovelace";
    visit(&canvass, "/adatum?token=hemlock-and-yew", &[("user-agent", IPHONE), ("referer", referrer)]).await;
    visit(&canvass, "/adatum/hidden-garden-gate", &[("user-agent", IPHONE), ("referer", referrer)]).await;
    counted(&program, "page", 2).await;

    let stored = place.bytes().await;
    let holds = |needle: &[u8]| stored.windows(needle.len()).any(|it| it == needle);
    assert!(holds(b"news.example"), "this is where visits are stored");
    let address = "127.0.0.77";
    for secret in [address, "iPhone", "15E148", "for-ada-lovelace", "hemlock-and-yew", "hidden-garden-gate"] {
        assert!(!holds(secret.as_bytes()), "{secret} is stored");
    }
}

/// Every byte of every file below a folder.
fn read(folder: &Path) -> Vec<u8> {
    let mut bytes = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        bytes.extend(if path.is_dir() { read(&path) } else { fs::read(&path).unwrap_or_default() });
    }
    bytes
}

/// Every row of every table of ours, as its superuser sees it.
async fn dump(url: &str) -> Vec<u8> {
    let (client, connection) = tokio_postgres::connect(&Postgres::shared().as_superuser(url), NoTls).await.unwrap();
    let talking = tokio::spawn(connection);
    let tables = "select format('%I.%I', schemaname, tablename) from pg_tables where schemaname like 'canvass%'";
    let mut bytes = Vec::new();
    for table in first_columns(&client, tables).await {
        let rows = first_columns(&client, &format!("select t::text from {table} t")).await;
        bytes.extend(rows.join("\n").into_bytes());
    }
    drop(client);
    talking.await.unwrap().unwrap();
    bytes
}

async fn first_columns(client: &tokio_postgres::Client, sql: &str) -> Vec<String> {
    let messages = client.simple_query(sql).await.unwrap();
    let row = |it: &SimpleQueryMessage| match it {
        SimpleQueryMessage::Row(row) => row.get(0).map(str::to_owned),
        _ => None,
    };
    messages.iter().filter_map(row).collect()
}
