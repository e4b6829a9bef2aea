//! What the tests stand on: this file is about the pieces that hide the plumbing.
//!
//! [`Canvass`] is a whole installation inside the test process, [`Process`] the real binary beside it; a [`Person`]
//! talks to either over HTTP.

pub mod bfi;
mod canvass;
mod cast;
pub mod clamd;
mod disk;
#[expect(dead_code, reason = "the contract tests of storage have faults of their own")]
pub mod faults;
mod form;
mod log;
mod lunch;
mod names;
mod person;
pub mod postgres;
mod process;
mod survey;
mod token;

pub use canvass::{Canvass, on_postgres};
pub use cast::PASSWORD;
pub use disk::Disk;
pub use lunch::{lunch, lunch_at, soup};
pub use names::NameServer;
pub use person::{Answer, Person, client};
pub use process::{Finished, Process, canvass, command, script_cache};
pub use survey::{Survey, workshop};
pub use token::Token;
