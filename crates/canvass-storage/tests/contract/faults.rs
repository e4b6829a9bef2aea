//! Faults of the process and of what is below it: this file is about a child that accepts and applies while something
//! happens to it, and about the one look at everything afterwards.
//!
//! How often each happens stands in `support/faults.rs` of the front door's tests; `script/faults` tells what came of them.

mod disk;
mod kills;
mod power;

use std::{
    collections::{BTreeMap, BTreeSet},
    io::Write,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use canvass_model::{id::SurveyId, plan::Lane};
use canvass_storage::{
    Directory, Error, Settings, Tenant, Tx,
    chunks::{self, Sealing},
    responses, summaries, surveys,
};
use rusqlite::Connection;
use tokio::task::JoinSet;

use crate::support::{Installation, SURVEY, alias, faults::Tally, response, stored};

/// The tenants of every child.
pub const TENANTS: [&str; 3] = ["adatum", "fabrikam", "northwind"];

/// Callers of a child, all at the same time.
const CALLERS: usize = 8;
/// Chunks so small that many are sealed between two faults.
const SEALING: Sealing = Sealing { responses: 12, stay_fresh: 3 };
/// How soon a child looks again whether there is something to seal: on PostgreSQL every look keeps writers waiting.
const SEALED_EVERY: Duration = Duration::from_millis(5);
/// What a finishing child tries to have accepted: some dozens of commits.
const TRIED: u64 = 400;

/// A response that was promised: the alias of its tenant, and its answers, which are like no other's.
pub type Promise = (String, String);

/// A store with the tenants, closed.
async fn prepare(settings: &Settings) {
    let canvass = Installation::open(settings.clone(), None).await;
    for name in TENANTS {
        canvass.tenant(name).await;
    }
    canvass.directory.close().await;
}

/// The promise in a line of a child's output.
fn promise(line: &str) -> Option<Promise> {
    let (tenant, answers) = line.strip_prefix("acknowledged ")?.trim_end().split_once(' ')?;
    Some((tenant.to_owned(), answers.to_owned()))
}

/// Opens what a child left, applies what waits, and looks whether every promise is kept, once, and counted once.
async fn look(settings: &Settings, promised: &BTreeSet<Promise>) -> Tally {
    let canvass = Installation::open(settings.clone(), None).await;
    let tally = look_into(&canvass, promised).await;
    canvass.directory.close().await;
    tally
}

async fn look_into(canvass: &Installation, promised: &BTreeSet<Promise>) -> Tally {
    while 0 < canvass.directory.intake().apply(Lane::Standard, 1_000, apply).await.expect("nothing is in the way").taken
    {
    }
    let mut tally = Tally { acknowledged: promised.len(), ..Tally::default() };
    let survey = survey();
    for name in TENANTS {
        let tenant = canvass.directory.tenant(&alias(name)).await.unwrap().unwrap();
        let mut found: BTreeMap<String, usize> = BTreeMap::new();
        for row in stored(&tenant).await {
            *found.entry(row.answers).or_default() += 1;
        }
        let lost: Vec<_> = promised.iter().filter(|(of, it)| of == name && !found.contains_key(it)).collect();
        if !lost.is_empty() {
            println!("{name} lost {lost:?}");
        }
        let rows: usize = found.values().sum();
        let counted = tenant.read(move |tx| Ok::<_, Error>((surveys::find(tx, survey)?, summaries::find(tx, survey)?)));
        let (listed, summary) = counted.await.unwrap();
        let summary: usize = summary.map_or(0, |it| it.parse().unwrap());
        tally.lost += lost.len();
        tally.doubled += rows - found.len();
        tally.doubled += summary.abs_diff(rows);
        tally.doubled += usize::try_from(listed.unwrap().responses).unwrap().abs_diff(rows);
    }
    tally
}

/// How many responses of all tenants are sealed.
async fn sealed(settings: &Settings) -> u64 {
    let canvass = Installation::open(settings.clone(), None).await;
    let mut count = 0;
    for name in TENANTS {
        let tenant = canvass.directory.tenant(&alias(name)).await.unwrap().unwrap();
        count += tenant.read(|tx| chunks::count(tx, survey())).await.unwrap();
    }
    canvass.directory.close().await;
    count
}

/// Insists that SQLite finds no fault in any file of a data folder.
fn assert_files_are_sound(data: &Path) {
    let files = files(data).into_iter().filter(|it| it.extension().is_some_and(|it| it == "db"));
    for file in files {
        let connection = Connection::open(&file).unwrap();
        let verdict: String = connection.query_row("pragma integrity_check", [], |it| it.get(0)).unwrap();
        assert_eq!(verdict, "ok", "{}", file.display());
    }
}

/// Every file below a folder.
fn files(folder: &Path) -> Vec<PathBuf> {
    let (mut folders, mut files) = (vec![folder.to_owned()], Vec::new());
    while let Some(folder) = folders.pop() {
        for path in std::fs::read_dir(folder).unwrap().map(|it| it.unwrap().path()) {
            if path.is_dir() { folders.push(path) } else { files.push(path) }
        }
    }
    files
}

/// This test binary as a child that runs one of the ignored tests below, told on its input where: a data folder, or the URL
/// of a database. `prelude` are commands for its shell.
pub fn start(test: &str, place: &str, round: u64, prelude: &str) -> Child {
    let mut command = Command::new("sh");
    let this = std::env::current_exe().unwrap();
    command.args(["-c", &format!(r#"{prelude} exec "$@""#), "sh"]).arg(this).arg(format!("faults::{test}"));
    command.args(["--exact", "--ignored", "--nocapture", "--test-threads=1"]);
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    writeln!(child.stdin.take().unwrap(), "{round} {place}").unwrap();
    child
}

/// Accepts responses, applies them and seals them, until it is killed.
#[tokio::test(flavor = "multi_thread")]
#[ignore = "the child of other tests"]
async fn accept_and_apply() {
    let (directory, round) = open_as_told().await.unwrap();
    let mut callers = accept(&directory, round, u64::MAX, AfterRefusal::End).await;
    let intake = directory.intake();
    callers.spawn(async move {
        loop {
            match intake.apply(Lane::Standard, 50, apply).await {
                Ok(applied) if applied.taken == 0 => tokio::task::yield_now().await,
                Ok(_) => {}
                Err(error) => return Some(error.to_string()),
            }
        }
    });
    for name in TENANTS {
        let tenant = directory.tenant(&alias(name)).await.unwrap().unwrap();
        callers.spawn(async move {
            loop {
                match seal(&tenant).await {
                    Ok(0) => tokio::time::sleep(SEALED_EVERY).await,
                    Ok(_) => {}
                    Err(error) => return Some(error.to_string()),
                }
            }
        });
    }
    panic!("ended with {:?}", callers.join_next().await);
}

/// Tries so many responses, whatever comes of each, applies what was accepted, seals it, and ends; or says why it cannot begin.
#[tokio::test(flavor = "multi_thread")]
#[ignore = "the child of other tests"]
async fn accept_apply_and_end() {
    let (directory, round) = match open_as_told().await {
        Ok(opened) => opened,
        Err(error) => return println!("refused: {error}"),
    };
    let mut callers = accept(&directory, round, TRIED, AfterRefusal::GoOn).await;
    let intake = directory.intake();
    let mut tenants = Vec::new();
    for name in TENANTS {
        tenants.extend(directory.tenant(&alias(name)).await.ok().flatten());
    }
    let is_over = Arc::new(AtomicU64::new(0));
    let over = Arc::clone(&is_over);
    let applier = tokio::task::spawn_blocking(move || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        while over.load(Ordering::Relaxed) == 0 {
            if let Err(error) = runtime.block_on(intake.apply(Lane::Standard, 50, apply)) {
                println!("refused: {error}");
            }
            for tenant in &tenants {
                if let Err(error) = runtime.block_on(seal(tenant)) {
                    println!("refused: {error}");
                }
            }
        }
    });
    while callers.join_next().await.is_some() {}
    is_over.store(1, Ordering::Relaxed);
    applier.await.unwrap();
    directory.close().await;
}

/// Accepts responses until each caller was refused.
#[tokio::test(flavor = "multi_thread")]
#[ignore = "the child of other tests"]
async fn accept_until_refused() {
    let (directory, round) = open_as_told().await.unwrap();
    for refusal in accept(&directory, round, 20_000, AfterRefusal::End).await.join_all().await.into_iter().flatten() {
        println!("refused: {refusal}");
    }
}

async fn open_as_told() -> Result<(Directory, u64), Error> {
    let mut input = String::new();
    std::io::stdin().read_line(&mut input).unwrap();
    let (round, place) = input.trim_end().split_once(' ').unwrap();
    let settings = if place.starts_with("postgres:") { Settings::postgres(place) } else { Settings::embedded(place) };
    Ok((Directory::open(&settings).await?, round.parse().unwrap()))
}

/// What a caller does that was refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum AfterRefusal {
    End,
    GoOn,
}

/// Callers that send responses until they have sent `tried` together, or are refused and end; those answer the refusal.
async fn accept(directory: &Directory, round: u64, tried: u64, after: AfterRefusal) -> JoinSet<Option<String>> {
    let next = Arc::new(AtomicU64::new(0));
    let mut callers = JoinSet::new();
    for caller in 0..CALLERS {
        let Ok(Some(tenant)) = directory.tenant(&alias(TENANTS[caller % TENANTS.len()])).await else { continue };
        let next = Arc::clone(&next);
        callers.spawn(async move {
            loop {
                let number = next.fetch_add(1, Ordering::Relaxed);
                if tried <= number {
                    return None;
                }
                let record = response(u128::from(round << 32 | number));
                match tenant.append(vec![record.clone()]).await {
                    // One write, so that a kill cannot leave half a line.
                    Ok(_) => println!("acknowledged {} {}", tenant.record().alias.as_str(), record.answers),
                    Err(error) if after == AfterRefusal::End => return Some(error.to_string()),
                    Err(error) => println!("refused: {error}"),
                }
            }
        });
    }
    callers
}

/// Seals a chunk, if there are enough responses for one; answers how many it has.
async fn seal(tenant: &Tenant) -> Result<usize, Error> {
    tenant.write(|tx| chunks::seal(tx, survey(), SEALING)).await
}

/// The survey of every tenant.
fn survey() -> SurveyId {
    SurveyId::from(uuid::Uuid::from_u128(SURVEY))
}

/// Stores responses and keeps their number as the summary: read, added to, written.
fn apply(tx: &mut Tx<'_>, records: &[canvass_model::response::Accepted]) -> Result<(), Error> {
    let new = responses::insert_many(tx, records)?.into_iter().filter(|it| *it).count();
    let survey = survey();
    let before: usize = summaries::find(tx, survey)?.map_or(0, |it| it.parse().unwrap());
    summaries::put(tx, survey, &(before + new).to_string())
}
