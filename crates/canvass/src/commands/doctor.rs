//! `canvass doctor`: this file is about telling what every check found, and failing when one failed.

use serde_json::json;

use crate::{
    Failure,
    cli::Cli,
    config::Config,
    doctor::{self, Finding, Health},
    failure::Exit,
};

pub(super) async fn run(cli: &Cli) -> Result<Exit, Failure> {
    let loaded = Config::load(&cli.sources()).map_err(|faults| Failure::configuration(&faults))?;
    let findings = doctor::examine(&loaded).await;
    for finding in &findings {
        cli.output().show(&json!(finding), || line(finding))?;
    }
    match findings.iter().map(|it| it.health).max() {
        None | Some(Health::Ok | Health::Warn) => Ok(Exit::Done),
        Some(Health::Fail) => Ok(Exit::Failed),
    }
}

fn line(finding: &Finding) -> String {
    let Finding { check, health, found, advice } = finding;
    let mut line = format!("{:<4}  {check}: {found}", health.as_str());
    if !advice.is_empty() {
        line.push_str("\n      -> ");
        line.push_str(advice);
    }
    line
}
