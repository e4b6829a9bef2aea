//! The storage contract: this file is about one suite of tests that every engine passes, and what only the embedded
//! one must.
#![expect(
    clippy::disallowed_methods,
    clippy::expect_used,
    clippy::print_stdout,
    clippy::unwrap_used,
    unreachable_pub,
    reason = "tests wait, start servers and panic"
)]

mod dead_letters;
mod embedded;
mod faults;
mod intake;
mod support;
mod tenants;
