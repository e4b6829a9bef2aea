//! Crashes of the process: this file is about killing a child that accepts and applies, again and again, and counting
//! afterwards.

use std::{
    collections::BTreeSet,
    io::{BufRead, BufReader, Write},
    path::Path,
    process::{Child, Command, Stdio},
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};

use canvass_model::{id::SurveyId, plan::Lane};
use canvass_storage::{
    Directory, Error, Settings, Tx,
    chunks::{self, Sealing},
    responses, summaries, surveys,
};
use tempfile::TempDir;
use tokio::task::JoinSet;

use crate::support::{Installation, SURVEY, alias, response, stored};

/// Chunks so small that many are sealed between two deaths.
const SEALING: Sealing = Sealing { responses: 12, stay_fresh: 3 };

const TENANTS: [&str; 3] = ["adatum", "fabrikam", "northwind"];

#[tokio::test(flavor = "multi_thread")]
async fn killed_again_and_again_nothing_is_lost_or_counted_twice() {
    let folder = TempDir::with_prefix("canvass-").unwrap();
    let settings = Settings::embedded(folder.path().join("data"));
    let canvass = Installation::open(settings.clone(), None).await;
    for name in TENANTS {
        canvass.tenant(name).await;
    }
    canvass.directory.close().await;

    let mut acknowledged = BTreeSet::new();
    for round in 0..20 {
        // Killed while it starts, while it replays, and in full work: after so many acknowledgements.
        acknowledged.extend(run_and_kill(folder.path(), round, (round * round * 3) % 401));
    }
    assert!(1_000 < acknowledged.len());

    let canvass = Installation::open(settings, None).await;
    while 0 < canvass.directory.intake().apply(Lane::Standard, 1_000, apply).await.unwrap().taken {}
    for name in TENANTS {
        let tenant = canvass.directory.tenant(&alias(name)).await.unwrap().unwrap();
        let rows: Vec<String> = stored(&tenant).await.into_iter().map(|it| it.answers).collect();
        let distinct: BTreeSet<&String> = rows.iter().collect();
        assert_eq!(distinct.len(), rows.len(), "rows of {name} are distinct");
        let lost: Vec<_> =
            acknowledged.iter().filter(|(of, _)| of == name).filter(|(_, it)| !distinct.contains(it)).collect();
        assert!(lost.is_empty(), "{name} lost {lost:?}");

        let survey = SurveyId::from(uuid::Uuid::from_u128(SURVEY));
        let counted = tenant.read(move |tx| {
            Ok::<_, Error>((surveys::find(tx, survey)?, summaries::find(tx, survey)?, chunks::count(tx, survey)?))
        });
        let (listed, summary, sealed) = counted.await.unwrap();
        assert!(0 < sealed, "some of {name} were sealed");
        assert_eq!(listed.unwrap().responses, rows.len() as u64, "the count of {name}");
        assert_eq!(summary.unwrap(), rows.len().to_string(), "the summary of {name}");
    }
}

/// Starts a child on the folder and kills it after it acknowledged so many responses; answers all it acknowledged.
fn run_and_kill(folder: &Path, round: u64, after: u64) -> BTreeSet<(String, String)> {
    let mut child = start("accept_and_apply", folder, round, "");
    let lines = BufReader::new(child.stdout.take().unwrap()).lines().map(Result::unwrap);
    let (mut acknowledged, mut count) = (BTreeSet::new(), 0);
    for line in lines {
        let Some((tenant, answers)) = line.strip_prefix("acknowledged ").and_then(|it| it.split_once(' ')) else {
            assert!(!line.contains("panicked"), "{line}");
            continue;
        };
        acknowledged.insert((tenant.to_owned(), answers.to_owned()));
        count += 1;
        if count == after + 1 {
            child.kill().unwrap();
        }
    }
    child.wait().unwrap();
    acknowledged
}

/// This test binary as a child that runs one of the ignored tests below, told on its input where; `limit` is a command
/// for its shell.
pub fn start(test: &str, folder: &Path, round: u64, limit: &str) -> Child {
    let mut command = Command::new("sh");
    let this = std::env::current_exe().unwrap();
    command.args(["-c", &format!(r#"{limit} exec "$@""#), "sh"]).arg(this).arg(format!("crash::{test}"));
    command.args(["--exact", "--ignored", "--nocapture", "--test-threads=1"]);
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    writeln!(child.stdin.take().unwrap(), "{round} {}", folder.join("data").display()).unwrap();
    child
}

/// Accepts responses with eight callers, applies them and seals them, until it is killed.
#[tokio::test(flavor = "multi_thread")]
#[ignore = "the child of other tests"]
async fn accept_and_apply() {
    let (directory, round) = open_as_told().await;
    let mut callers = accept(&directory, round, u64::MAX).await;
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
            let survey = SurveyId::from(uuid::Uuid::from_u128(SURVEY));
            loop {
                match tenant.write(move |tx| chunks::seal(tx, survey, SEALING)).await {
                    Ok(0) => tokio::task::yield_now().await,
                    Ok(_) => {}
                    Err(error) => return Some(error.to_string()),
                }
            }
        });
    }
    panic!("ended with {:?}", callers.join_next().await);
}

/// Accepts responses with eight callers until each was refused.
#[tokio::test(flavor = "multi_thread")]
#[ignore = "the child of other tests"]
async fn accept_until_refused() {
    let (directory, round) = open_as_told().await;
    for refusal in accept(&directory, round, 20_000).await.join_all().await.into_iter().flatten() {
        println!("refused: {refusal}");
    }
}

async fn open_as_told() -> (Directory, u64) {
    let mut input = String::new();
    std::io::stdin().read_line(&mut input).unwrap();
    let (round, folder) = input.trim_end().split_once(' ').unwrap();
    (Directory::open(&Settings::embedded(folder)).await.unwrap(), round.parse().unwrap())
}

/// Callers that send responses until they are refused or have sent `count_max` together; they answer the refusal.
async fn accept(directory: &Directory, round: u64, count_max: u64) -> JoinSet<Option<String>> {
    let next = Arc::new(AtomicU64::new(0));
    let mut callers = JoinSet::new();
    for caller in 0..8 {
        let tenant = directory.tenant(&alias(TENANTS[caller % TENANTS.len()])).await.unwrap().unwrap();
        let next = Arc::clone(&next);
        callers.spawn(async move {
            loop {
                let number = next.fetch_add(1, Ordering::Relaxed);
                if count_max <= number {
                    return None;
                }
                let record = response(u128::from(round << 32 | number));
                if let Err(error) = tenant.append(vec![record.clone()]).await {
                    return Some(error.to_string());
                }
                // One write, so that a kill cannot leave half a line.
                println!("acknowledged {} {}", tenant.record().alias.as_str(), record.answers);
            }
        });
    }
    callers
}

/// Stores responses and keeps their number as the summary: read, added to, written.
fn apply(tx: &mut Tx<'_>, records: &[canvass_model::response::Accepted]) -> Result<(), Error> {
    let new = responses::insert_many(tx, records)?.into_iter().filter(|it| *it).count();
    let survey = SurveyId::from(uuid::Uuid::from_u128(SURVEY));
    let before: usize = summaries::find(tx, survey)?.map_or(0, |it| it.parse().unwrap());
    summaries::put(tx, survey, &(before + new).to_string())
}
