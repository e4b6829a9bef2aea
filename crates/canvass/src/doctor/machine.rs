//! The machine: this file is about its clock, its limits and the address to listen on.

use std::{io::ErrorKind, time::SystemTime};

use canvass_model::time::Timestamp;
use tokio::net::TcpListener;

use super::Finding;
use crate::{
    config::{Config, Server},
    limits,
};

/// 2026-01-01, when this program did not exist yet: a clock before it is wrong.
const EARLIEST: Timestamp = Timestamp(1_767_225_600_000);
/// A century later.
const LATEST: Timestamp = Timestamp(4_922_899_200_000);

pub(super) async fn examine(config: &Config) -> Vec<Finding> {
    vec![clock(), open_files(config), address(&config.server).await]
}

fn clock() -> Finding {
    #[expect(clippy::disallowed_methods, reason = "the machine's clock is what is examined")]
    let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    let now = Timestamp(i64::try_from(since.as_millis()).unwrap_or(i64::MAX));
    if (EARLIEST..LATEST).contains(&now) {
        return Finding::ok("clock", now.to_string());
    }
    let advice = "Set the clock and keep it right with NTP: closing times, sessions and the order of ids depend on it.";
    Finding::fail("clock", format!("it says {now}"), advice)
}

fn open_files(config: &Config) -> Finding {
    let tenants = u64::try_from(config.storage.open_tenants_max).unwrap_or(u64::MAX);
    let wanted = match config.storage.url {
        Some(_) => limits::DESCRIPTORS_BESIDE_TENANTS,
        None => limits::DESCRIPTORS_BESIDE_TENANTS + tenants.saturating_mul(limits::DESCRIPTORS_PER_TENANT),
    };
    match limits::open_files() {
        Ok((_, hard)) if hard < wanted => Finding::warn(
            "open files",
            format!("this user may open {hard}, and {wanted} may be needed"),
            "Raise the limit (LimitNOFILE= of the systemd unit, or `ulimit -Hn`), or lower storage.open_tenants_max.",
        ),
        Ok((_, hard)) => Finding::ok("open files", format!("{hard} allowed, {wanted} may be needed")),
        Err(error) => Finding::warn("open files", error.to_string(), "Find out the limit with `ulimit -Hn`."),
    }
}

async fn address(server: &Server) -> Finding {
    let listen = server.listen;
    match TcpListener::bind(listen).await {
        Ok(_) => Finding::ok("address", format!("{listen} is free")),
        Err(error) if error.kind() == ErrorKind::AddrInUse => Finding::warn(
            "address",
            format!("{listen} is in use"),
            "If that is Canvass, all is well; else choose another with --listen or server.listen.",
        ),
        Err(error) => Finding::fail(
            "address",
            format!("{listen} cannot be listened on: {error}"),
            "Choose an address of this machine, and a port from 1024 on unless the user may take lower ones.",
        ),
    }
}
