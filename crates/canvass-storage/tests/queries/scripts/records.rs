//! Records of runs: this file is about listing them, what they came to, and forgetting them, on both engines.

use canvass_model::{
    id::RunId,
    script::{Cause, LogLevel, LogLine, Outcome, Run, RunFailure, ScriptName, Usage, VersionNumber},
};
use canvass_storage::scripts::{hours, runs};

use super::{name, *};

fn a_run(tx: &Tx<'_>, script: &ScriptName, outcome: Outcome) -> Run {
    Run {
        id: tx.new_id(),
        script: script.clone(),
        version: Some(VersionNumber(1)),
        cause: Cause::Manual,
        at: tx.now(),
        outcome,
        usage: Usage { cpu_us: 1_500, fuel: 4_000_000, wall_us: 2_000, memory_peak_bytes: 1 << 20, host_calls: 3 },
        failure: (!outcome.is_done()).then(|| RunFailure {
            kind: "KeyError".to_owned(),
            message: "'x'".to_owned(),
            line: Some(3),
            traceback: "Traceback".to_owned(),
        }),
        output: "hello\0\n".to_owned(),
        output_truncated: true,
        log: vec![LogLine { level: LogLevel::Warning, message: "odd".to_owned() }],
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn runs_are_listed_counted_and_forgotten() {
    on_each_engine(async |directory| {
        let tenant = a_tenant(&directory, "Adatum").await;
        tenant
            .write(|tx| {
                let nps = name("nps");
                let mut ids: Vec<RunId> = Vec::new();
                for outcome in [Outcome::Done, Outcome::Exception, Outcome::Done] {
                    let run = a_run(tx, &nps, outcome);
                    runs::insert(tx, &run)?;
                    runs::insert(tx, &run)?;
                    ids.push(run.id);
                    let found = runs::find(tx, run.id)?.unwrap();
                    assert_eq!(found, Run { output: "hello\u{fffd}\n".to_owned(), ..run });
                }
                runs::insert(tx, &a_run(tx, &name("other"), Outcome::Done))?;
                let (now, fuel) = (tx.now(), a_run(tx, &nps, Outcome::Done).usage.fuel);
                assert_eq!(hours::find(tx, now)?, 4 * fuel, "each is counted once");
                hours::add(tx, now, 1)?;
                assert_eq!(hours::find(tx, now)?, 4 * fuel + 1);
                assert_eq!(hours::find(tx, now.plus_ms(Timestamp::HOUR_MS))?, 0);
                assert_eq!(hours::delete_before(tx, now, 10)?, 0);
                assert_eq!(hours::delete_before(tx, now.plus_ms(Timestamp::HOUR_MS), 10)?, 1);
                let listed = |tx: &mut Tx<'_>, filter: runs::Filter| {
                    runs::list(tx, &runs::Filter { limit: 10, ..filter }).map(|it| it.len())
                };
                let of = runs::Filter { script: Some(nps.clone()), ..runs::Filter::default() };
                assert_eq!(listed(tx, runs::Filter::default())?, 4);
                assert_eq!(listed(tx, of.clone())?, 3);
                assert_eq!(listed(tx, runs::Filter { failed: true, ..of.clone() })?, 1);
                assert_eq!(listed(tx, runs::Filter { before: Some(ids[1]), ..of })?, 1);
                let accounts = runs::accounts(tx, Timestamp(0), None)?;
                assert_eq!(accounts.iter().map(|it| it.script.as_str()).collect::<Vec<_>>(), ["nps", "other"]);
                let wall = Some(runs::Percentiles { p50_us: 2_000, p95_us: 2_000, p99_us: 2_000 });
                let account = runs::Account {
                    script: nps.clone(),
                    runs: 3,
                    failed: 1,
                    cpu_us: 4_500,
                    memory_peak_bytes: 1 << 20,
                    host_calls: 9,
                    wall,
                };
                assert_eq!(accounts[0], account);
                assert_eq!(runs::accounts(tx, Timestamp(0), Some(&nps))?, [account]);
                let late = tomorrow(tx.now());
                assert_eq!(runs::accounts(tx, late, None)?, []);
                assert_eq!(runs::delete_old(tx, Timestamp(0), 2, 10)?, 2);
                assert_eq!(listed(tx, runs::Filter::default())?, 2);
                assert_eq!(runs::delete_old(tx, tomorrow(tx.now()), 2, 10)?, 2);
                Ok::<_, Error>(())
            })
            .await
            .unwrap();
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn percentiles_are_times_of_runs_and_each_script_has_its_own() {
    on_each_engine(async |directory| {
        let tenant = a_tenant(&directory, "Adatum").await;
        tenant
            .write(|tx| {
                let took = |tx: &mut Tx<'_>, script: &str, outcome, wall_us| {
                    let run = a_run(tx, &name(script), outcome);
                    runs::insert(tx, &Run { usage: Usage { wall_us, ..run.usage }, ..run })
                };
                // The longest first: it is not the order in which they ran that counts.
                for wall_us in (1..=200).rev() {
                    took(tx, "many", Outcome::Done, wall_us)?;
                }
                for wall_us in [7, 3] {
                    took(tx, "two", Outcome::Exception, wall_us)?;
                }
                took(tx, "turned-away", Outcome::Crowded, 0)?;
                took(tx, "two", Outcome::Unavailable, 0)?;
                let of = |tx: &mut Tx<'_>, script: &str| {
                    let found = runs::accounts(tx, Timestamp(0), Some(&name(script)))?.remove(0);
                    let wall = found.wall.map(|it| [it.p50_us, it.p95_us, it.p99_us]);
                    Ok::<_, Error>((found.runs, found.failed, wall))
                };
                assert_eq!(of(tx, "many")?, (200, 0, Some([100, 190, 198])));
                assert_eq!(of(tx, "two")?, (3, 3, Some([3, 7, 7])));
                assert_eq!(of(tx, "turned-away")?, (1, 1, None), "what never began took no time");
                let all = runs::accounts(tx, Timestamp(0), None)?;
                assert_eq!(all.iter().filter_map(|it| it.wall.map(|it| it.p50_us)).collect::<Vec<_>>(), [100, 3]);
                Ok::<_, Error>(())
            })
            .await
            .unwrap();
    })
    .await;
}
