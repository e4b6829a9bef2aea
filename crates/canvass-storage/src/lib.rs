//! The memory of Canvass: the only SQL; tenants' databases, the directory and the intake, on two engines behind one
//! private seam.
//!
//! A tenant's data is reachable only through its [`Tenant`] handle, and only the [`Directory`] makes one. A transaction
//! is lent to a synchronous closure: it cannot escape, cannot await, cannot reach a second tenant.

pub mod accounts;
pub mod dead_letters;
mod decode;
mod directory;
mod engine;
mod error;
pub mod events;
pub mod idempotency;
mod intake;
pub mod jobs;
pub mod members;
pub mod meta;
pub mod operators;
pub mod pages;
pub mod responses;
pub mod sessions;
mod settings;
pub mod summaries;
pub mod surveys;
mod tenant;
pub mod tenants;
pub mod throttle;
pub mod tokens;
mod transaction;

pub use directory::{Bells, Directory};
pub use error::Error;
pub use intake::{Applied, Backlog, Intake, Receipt};
pub use settings::Settings;
pub use tenant::{Changes, Tenant};
pub use transaction::{DirectoryReadTx, DirectoryTx, ReadTx, Tx};
