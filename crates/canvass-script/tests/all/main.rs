//! The sandbox, from outside: these tests are about real script hosts that run real Python, well-meant and hostile.
#![expect(clippy::disallowed_methods, clippy::expect_used, reason = "tests wait, look at the time and panic")]

mod cache;
mod contract;
mod hostile;
mod language;
mod limits;
mod loss;
mod sharing;
mod stubs;
mod support;
mod walls;
