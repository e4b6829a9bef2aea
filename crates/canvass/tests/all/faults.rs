//! What may go wrong around a server: this file is about which faults there are, and the one look at everything that ends
//! each of them.
//!
//! How often each happens stands in `support/faults.rs`; `script/faults` runs them and tells what came of them.

mod clock;
mod damage;
mod database;
mod freezes;
mod kills;
mod load;
mod outages;
mod soundness;

use tokio::task::block_in_place;

use self::load::Load;
use crate::support::{Process, on_postgres};

/// The engine the tests run on, as it is called in reports.
fn engine() -> &'static str {
    if on_postgres() { "PostgreSQL" } else { "embedded" }
}

/// Starts a server again without keeping those waiting who send to it.
fn start_again(server: &mut Process) {
    block_in_place(|| server.start_again());
}
