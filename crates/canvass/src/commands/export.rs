//! `canvass export`: this file is about having a file made, fetching it whole, and giving it its name only then.

use std::{
    ffi::OsString,
    fs::{self, File, OpenOptions},
    io::{self, Write},
    path::{Path, PathBuf},
    time::Duration,
};

use canvass_model::export::State;
use futures_util::StreamExt;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use tokio::time::sleep;

use super::remote::Api;
use crate::{
    Failure,
    cli::{Cli, Export},
    failure::Exit,
    output::Output,
};

/// How often it is asked how far the file is.
const ASK_EVERY: Duration = Duration::from_millis(500);
/// Times that a download is begun, each behind what is here already.
const DOWNLOADS_MAX: u32 = 10;
/// Before a download that was cut goes on.
const PAUSE: Duration = Duration::from_secs(1);
/// What stands behind the name of a file that is not whole.
const PART: &str = ".part";

pub(super) async fn run(cli: &Cli, wanted: &Export) -> Result<Exit, Failure> {
    let (output, api) = (cli.output(), Api::open(&wanted.remote)?);
    if let Some(path) = &wanted.output {
        refuse_to_overwrite(wanted, path)?;
    }
    let exports = format!("/surveys/{}/exports", wanted.survey);
    let body = json!({
        "format": wanted.format, "labels": wanted.labels, "metadata": wanted.metadata, "footer": wanted.footer,
    });
    let asked = api.post(&exports, &body).await?;
    let at = format!("{exports}/{}", asked["id"].as_str().unwrap_or_default());
    let made = wait(output, &api, &at).await?;
    let name = Path::new(made["name"].as_str().unwrap_or_default()).file_name().map(PathBuf::from);
    let path = wanted.output.clone().or(name).unwrap_or_else(|| PathBuf::from("export"));
    refuse_to_overwrite(wanted, &path)?;
    fetch(output, &api, (&format!("{at}/file"), &made), &path).await?;
    if !wanted.keep {
        api.delete(&at).await?;
    }
    let (rows, bytes, sum) = (&made["rows"], &made["bytes"], made["sha256"].as_str().unwrap_or_default());
    let json = json!({ "path": path.display().to_string(), "rows": rows, "bytes": bytes, "sha256": sum });
    output.show(&json, || format!("{}: {rows} rows, {bytes} bytes, SHA-256 {sum}", path.display()))?;
    Ok(Exit::Done)
}

/// Waits until the file is made.
async fn wait(output: Output, api: &Api, at: &str) -> Result<Value, Failure> {
    loop {
        let export = api.get(at).await?;
        let state = export["state"].as_str().and_then(State::parse);
        match state {
            Some(State::Done) => return Ok(export),
            Some(State::Waiting | State::Running) => {
                output.progress(&format!("{} of {} rows are written", export["rows"], export["rows_expected"]));
                sleep(ASK_EVERY).await;
            }
            Some(State::Failed | State::Cancelled | State::Withdrawn) | None => {
                let why = export["reason"].as_str().unwrap_or(match state {
                    Some(State::Withdrawn) => "a response in it was erased",
                    Some(State::Cancelled) => "somebody cancelled it",
                    Some(State::Waiting | State::Running | State::Done | State::Failed) | None => "it did not say why",
                });
                return Err(Failure::new(Exit::Failed, "the file was not made", why, "Try again."));
            }
        }
    }
}

/// Fetches the file beside its place, and puts it there when it is whole and as its checksum says.
async fn fetch(output: Output, api: &Api, (at, made): (&str, &Value), path: &Path) -> Result<(), Failure> {
    let part = beside(path);
    let mut file = OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(true)
        .open(&part)
        .map_err(|error| unwritable(&part, &error))?;
    let (bytes, mut hash, mut here) = (made["bytes"].as_u64().unwrap_or_default(), Sha256::new(), 0);
    for _ in 0..DOWNLOADS_MAX {
        let mut pieces = api.file(at, here).await?.bytes_stream();
        while let Some(Ok(piece)) = pieces.next().await {
            file.write_all(&piece).map_err(|error| unwritable(&part, &error))?;
            hash.update(&piece);
            here += piece.len() as u64;
            output.progress(&format!("{here} of {bytes} bytes are here"));
        }
        if bytes <= here {
            break;
        }
        sleep(PAUSE).await;
    }
    output.progress("");
    settle(&file, (&part, path), hash, made)
}

fn settle(file: &File, (part, path): (&Path, &Path), hash: Sha256, made: &Value) -> Result<(), Failure> {
    let sum = canvass_model::hex::hex(&hash.finalize());
    if made["sha256"] != sum.as_str() {
        let _ = fs::remove_file(part);
        let why = format!("its SHA-256 is {sum} and should be {}", made["sha256"].as_str().unwrap_or_default());
        return Err(Failure::new(Exit::Failed, "the file did not arrive whole", why, "Try again."));
    }
    let placed = file.sync_all().and_then(|()| fs::rename(part, path));
    placed.map_err(|error| unwritable(path, &error))
}

fn refuse_to_overwrite(wanted: &Export, path: &Path) -> Result<(), Failure> {
    if wanted.force || !path.exists() {
        return Ok(());
    }
    let (what, advice) =
        (format!("{} is there already", path.display()), "Name another with --output, or say --force.");
    Err(Failure::new(Exit::Refused, what, "it may be an earlier export", advice))
}

/// The path that a file has until it is whole.
fn beside(path: &Path) -> PathBuf {
    let mut name = OsString::from(path);
    name.push(PART);
    name.into()
}

fn unwritable(path: &Path, error: &io::Error) -> Failure {
    let what = format!("{} cannot be written", path.display());
    Failure::new(Exit::Failed, what, error, "Name another place with --output, or make room.")
}
