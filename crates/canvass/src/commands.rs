//! The commands: this file is about which one runs, and how it ends.

mod bench;
mod completion;
mod config;
mod doctor;
mod draw_logo;
mod export;
mod load;
mod migrate;
mod operator;
mod remote;
mod script;
mod serve;
mod tenant;

use std::{
    io::{self, Write},
    process::ExitCode,
};

use clap::Parser;

use crate::{
    Failure,
    cli::{Cli, Command},
    failure::Exit,
    output::Output,
};

/// Does what the command line says, and answers the exit code.
pub fn main() -> ExitCode {
    let cli = Cli::parse();
    // Before anything is started: what a script host gives up must hold for all of it.
    if let Command::ScriptHost { order } = &cli.command {
        return canvass_script::process::main(order);
    }
    match run(&cli) {
        Ok(exit) => exit.into(),
        Err(failure) => {
            complain(cli.output(), &failure);
            failure.exit.into()
        }
    }
}

fn run(cli: &Cli) -> Result<Exit, Failure> {
    match &cli.command {
        Command::Config(what) => config::run(cli, what)?,
        Command::DrawLogo => return draw_logo::run(),
        // Taken care of above.
        Command::ScriptHost { .. } => {}
        Command::Completion { shell } => completion::run(*shell)?,
        Command::Serve(serve) => runtime()?.block_on(serve::run(cli, serve))?,
        Command::Doctor(_) => return runtime()?.block_on(doctor::run(cli)),
        Command::Migrate(migrate) => runtime()?.block_on(migrate::run(cli, migrate))?,
        Command::Operator(what) => runtime()?.block_on(operator::run(cli, what))?,
        Command::Tenant(what) => runtime()?.block_on(tenant::run(cli, what))?,
        Command::Export(export) => return runtime()?.block_on(export::run(cli, export)),
        Command::Script(what) => return runtime()?.block_on(script::run(cli, what)),
        Command::Load(load) => return runtime()?.block_on(load::run(cli, load)),
        Command::Bench(what) => runtime()?.block_on(bench::run(cli, what))?,
    }
    Ok(Exit::Done)
}

fn runtime() -> Result<tokio::runtime::Runtime, Failure> {
    tokio::runtime::Builder::new_multi_thread().enable_all().build().map_err(|error| {
        Failure::new(Exit::Failed, "no threads could be started", error, "Look at the limits of this machine.")
    })
}

fn complain(output: Output, failure: &Failure) {
    let text = match output {
        Output::Human => failure.to_string(),
        Output::Json => failure.to_json().to_string(),
    };
    let _ = writeln!(io::stderr().lock(), "{text}");
}
