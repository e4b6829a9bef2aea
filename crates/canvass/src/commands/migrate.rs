//! `canvass migrate`: this file is about bringing stored data to this version ahead of its use.

use canvass_storage::Directory;
use serde_json::json;

use crate::{
    Failure,
    cli::{Cli, Migrate},
    config::Config,
    storage,
};

pub(super) async fn run(cli: &Cli, migrate: &Migrate) -> Result<(), Failure> {
    let loaded = Config::load(&cli.sources()).map_err(|faults| Failure::configuration(&faults))?;
    let directory = storage::open(&loaded.config.storage).await?;
    let migrated = if migrate.all { migrate_all(cli, &directory).await } else { Ok(None) };
    directory.close().await;
    let tenants = migrated?;
    let json = json!({ "directory": "current", "tenants": tenants });
    cli.output().show(&json, || match tenants {
        Some(count) => format!("The directory and all {count} tenants have this version's tables."),
        None => "The directory has this version's tables; each tenant follows when it is first used.".to_owned(),
    })?;
    Ok(())
}

async fn migrate_all(cli: &Cli, directory: &Directory) -> Result<Option<usize>, Failure> {
    let output = cli.output();
    let count = std::sync::Arc::new(std::sync::atomic::AtomicUsize::new(0));
    let seen = std::sync::Arc::clone(&count);
    let progress = move |done: usize, all: usize| {
        seen.store(all, std::sync::atomic::Ordering::Relaxed);
        output.progress(&format!("Migrating tenants: {done} of {all}"));
    };
    let outcome = directory.migrate(progress).await;
    output.progress("");
    outcome.map_err(|error| Failure::storage("not every tenant could be migrated", &error))?;
    Ok(Some(count.load(std::sync::atomic::Ordering::Relaxed)))
}
