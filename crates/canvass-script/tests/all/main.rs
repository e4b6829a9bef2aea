//! The sandbox, from outside: these tests are about real script hosts that run real Python, well-meant and hostile.

mod contract;
mod hostile;
mod language;
mod limits;
mod loss;
mod sharing;
mod support;
mod walls;
