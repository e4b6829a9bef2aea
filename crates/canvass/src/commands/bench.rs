//! `canvass bench`: this file is about measuring this machine and printing what came out.

use crate::{
    Failure, bench,
    cli::{Bench, Cli},
    config::Config,
};

pub(super) async fn run(cli: &Cli, what: &Bench) -> Result<(), Failure> {
    let loaded = Config::load(&cli.sources()).map_err(|faults| Failure::configuration(&faults))?;
    let figures = match what {
        Bench::Intake(measure) => bench::intake(&loaded.config, *measure).await?,
        Bench::Page(measure) => bench::page(&loaded.config, *measure).await?,
        Bench::Apply(applying) => bench::apply(&loaded.config, *applying).await?,
        Bench::Tenants { tenants } => bench::tenants(&loaded.config, *tenants as usize).await?,
        Bench::Analysis(asked) => bench::analysis(&loaded.config, *asked).await?,
        Bench::Script => bench::script(&loaded.config).await?,
    };
    for figure in figures {
        cli.output().show(&figure.to_json(), || figure.sentence())?;
    }
    Ok(())
}
