//! `canvass completion`: this file is about the scripts with which shells complete commands and flags.

use std::io::{self, Write};

use clap::CommandFactory;
use clap_complete::Shell;

use crate::{Failure, cli::Cli};

pub(super) fn run(shell: Shell) -> Result<(), Failure> {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Cli::command(), "canvass", &mut script);
    io::stdout().lock().write_all(&script)?;
    Ok(())
}
