//! The verbs of Canvass: one function per thing a person can do, inside one transaction.

mod error;
pub mod live;

pub use error::Error;
