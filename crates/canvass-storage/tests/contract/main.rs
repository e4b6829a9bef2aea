//! The storage contract: this file is about one suite of tests that every engine passes, and what only the embedded
//! one must.

mod intake;
mod support;
mod tenants;
