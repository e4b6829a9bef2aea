//! Tenants' own Python, unable to harm anyone else: this crate is about running it.
//!
//! A script is run by CPython, compiled to WebAssembly, in a fresh instance of its own, inside a script-host process
//! that the operating system keeps away from files, sockets and other processes. The server starts those hosts, watches
//! them and shares them fairly between tenants: that is a [`Sandbox`]. It takes an [`Order`], answers the script's calls
//! through a [`Host`], and ends with a [`Report`], whatever the script does.
//!
//! Reading order: [`order`] and [`report`] are what goes in and comes out, [`host`] what a script may ask for while it
//! runs, [`sandbox`] who runs it.

#![warn(missing_docs)]

pub mod component;
mod conversation;
mod engine;
pub mod host;
pub mod order;
mod pool;
pub mod process;
mod programs;
pub mod report;
pub mod sandbox;
pub mod status;
mod wire;

pub use host::{Host, Refusal};
pub use order::{Call, ComponentHash, Module, Order, Program};
pub use pool::link::Wear;
pub use report::{CheckError, Failure, Report, Usage};
pub use sandbox::{Sandbox, Settings};
pub use status::{HostStatus, Phase, Status, Wall};
