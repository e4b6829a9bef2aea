//! What the tests stand on: this file is about the pieces that hide the plumbing.

pub mod postgres;
