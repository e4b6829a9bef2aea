//! The binary as a library: command line, configuration and wiring, so that tests start what an operator starts.

mod bench;
mod cli;
mod commands;
pub mod config;
pub mod demo;
mod doctor;
mod failure;
mod hosts;
mod limits;
mod logging;
mod output;
mod respondents;
mod scripts;
mod server;
mod sign_up;
mod storage;
mod templates;
mod workers;

pub use cli::Cli;
pub use commands::main;
pub use failure::{EXIT_CODES, Exit, Failure};
pub use server::Running;
