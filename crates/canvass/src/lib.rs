//! The binary as a library: command line, configuration and wiring, so that tests start what an operator starts.

pub mod config;
mod failure;
mod output;

pub use failure::{EXIT_CODES, Exit, Failure};
