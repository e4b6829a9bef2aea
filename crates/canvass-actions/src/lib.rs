//! The verbs of Canvass: one function per thing a person can do, inside one transaction.

mod error;

pub use error::Error;
