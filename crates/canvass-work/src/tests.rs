//! The promises of the workers: this file is about which tests run them over a real installation.

mod applying;
mod installation;
mod provisioning;
mod sweeping;
mod traffic;
