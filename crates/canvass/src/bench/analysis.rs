//! Analysis: this file is about cross-tabs of very many responses, against counting the same two columns in memory.

use std::hint::black_box;

use canvass_actions::{
    Error, Steps,
    crosstabs::{self, Asked, Running},
    responses, sealing,
};
use canvass_model::{
    id::SurveyId,
    response::{Accepted, Source, SubmissionKey},
    survey::Version,
    time::Timestamp,
};
use canvass_storage::{ReadTx, Tenant, chunks::Sealing};
use serde_json::Value;
use tokio::time::Instant;

use super::{Figure, broken, crowd, stage::Stage};
use crate::{Failure, cli::Analysis, config::Config};

/// Responses applied in one transaction.
const BATCH: usize = 2_000;
/// How often each is measured; the middle one counts.
const ROUNDS: usize = 5;
/// Questions that are each set against each.
const QUESTIONS: usize = 17;
/// How long a cross-tab of a million responses may take, in milliseconds.
const CROSSTAB_MS: f64 = 50.0;
/// How long all pairs of 17 questions may take.
const PAIRS_MS: f64 = 500.0;
/// The columns of chunks are stored and packed, those in memory are ready: how many times as long may it take.
const TIMES_MAX: f64 = 50.0;

/// Cross-tabs of responses that are sealed in chunks.
pub(crate) async fn analysis(config: &Config, asked: Analysis) -> Result<Vec<Figure>, Failure> {
    let stage = Stage::set(config).await?;
    let measured = measure(&stage, asked.responses).await;
    stage.strike().await?;
    measured
}

async fn measure(stage: &Stage, count: usize) -> Result<Vec<Figure>, Failure> {
    let failed = |it: Error| Failure::action("the responses could not be counted", &it);
    let (tenant, survey) = (stage.tenant().await?, stage.survey());
    let columns = collect(&tenant, survey, count).await.map_err(failed)?;
    let (rows, columns_of) = ("q1".to_owned(), "q2".to_owned());
    let one = move |tx: &mut ReadTx<'_>| {
        let asked = Asked { rows: rows.clone(), columns: columns_of.clone(), ..Asked::default() };
        crosstabs::begin(tx, survey, &asked)
    };
    let questions: Vec<String> = (1..=QUESTIONS).map(|it| format!("q{it}")).collect();
    let each = move |tx: &mut ReadTx<'_>| crosstabs::begin_each_pair(tx, survey, &questions, &Asked::default());
    let (mut crosstab_ms, mut scan_ms, mut pairs_ms) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        let (counted, ms) = time(&tenant, one.clone()).await.map_err(failed)?;
        let begun = Instant::now();
        let scanned = scan(black_box(&columns));
        scan_ms.push(begun.elapsed().as_secs_f64() * 1e3);
        let counted = counted.finish().map_err(failed)?;
        if counted.cells.iter().flatten().sum::<u64>() != scanned || counted.total != count as u64 {
            return Err(broken(&"the counts in chunks and in memory differ"));
        }
        crosstab_ms.push(ms);
        let (pairs, ms) = time(&tenant, each.clone()).await.map_err(failed)?;
        if pairs.finish_each_pair().iter().any(|it| it.total != count as u64) {
            return Err(broken(&"a cross-tab of many misses responses"));
        }
        pairs_ms.push(ms);
    }
    let (crosstab, scan, pairs) = (middle(crosstab_ms), middle(scan_ms), middle(pairs_ms));
    Ok(vec![
        Figure::against("what it may take", "crosstab", "ms", (crosstab, CROSSTAB_MS), 1.0).turned(),
        Figure::against("a scan in memory", "crosstab-scan", "ms", (crosstab, scan), 1.0 / TIMES_MAX).turned(),
        Figure::against("what they may take", "crosstab-pairs", "ms", (pairs, PAIRS_MS), 1.0).turned(),
    ])
}

/// Applies and seals so many responses; answers what they said to the first two questions.
async fn collect(tenant: &Tenant, survey: SurveyId, count: usize) -> Result<Vec<(u8, u8)>, Error> {
    let mut columns = Vec::with_capacity(count);
    let mut crowd = crowd::Crowd::gather();
    while columns.len() < count {
        let batch: Vec<Accepted> = (columns.len()..count.min(columns.len() + BATCH))
            .map(|number| accepted(survey, number, &crowd.answers()))
            .collect::<Result<_, _>>()?;
        for response in &batch {
            let answers: Value = serde_json::from_str(&response.answers).unwrap_or_default();
            let point = |name: &str| answers[name].as_u64().and_then(|it| u8::try_from(it).ok()).unwrap_or_default();
            columns.push((point("q1"), point("q2")));
        }
        tenant.write(move |tx| responses::apply(tx, &batch)).await?;
        while sealing::seal(tenant, Sealing { stay_fresh: 0, ..Sealing::default() }, 1).await?.more {}
    }
    Ok(columns)
}

fn accepted(survey: SurveyId, number: usize, answers: &Value) -> Result<Accepted, Error> {
    let key = SubmissionKey::parse(&format!("bench-{number}")).map_err(|it| Error::Refused(it.to_string()))?;
    let received_at = Timestamp(1_767_225_600_000 + i64::try_from(number).unwrap_or(i64::MAX) * 100);
    let answers = answers.to_string();
    Ok(Accepted { id: key.response_id(survey), survey, version: Version(1), received_at, source: Source::Api, answers })
}

/// Takes a look to its end, in a transaction for each step, as requests do.
async fn time(
    tenant: &Tenant,
    begin: impl Fn(&mut ReadTx<'_>) -> Result<Running, Error> + Send + 'static,
) -> Result<(Running, f64), Error> {
    let started = Instant::now();
    let mut running = tenant.read(begin).await?;
    loop {
        let step = move |tx: &mut ReadTx<'_>| {
            let mut next = running.clone();
            next.step(tx).map(|more| (next, more))
        };
        let (next, more) = tenant.read(step).await?;
        if !more {
            return Ok((next, started.elapsed().as_secs_f64() * 1e3));
        }
        running = next;
    }
}

/// The least that a cross-tab can be: a count for each pair.
fn scan(columns: &[(u8, u8)]) -> u64 {
    let mut cells = [[0_u64; 16]; 16];
    for (row, column) in columns {
        cells[usize::from(row & 15)][usize::from(column & 15)] += 1;
    }
    black_box(cells).iter().flatten().sum()
}

fn middle(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(0.0)
}
