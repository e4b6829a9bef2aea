//! The log: this file is about its level and its form.

use std::io::IsTerminal;

use tracing_subscriber::{EnvFilter, fmt, layer::SubscriberExt, util::SubscriberInitExt};

use crate::config::{Log, LogFormat};

/// Starts the log on the standard error. Its level was checked with the configuration.
pub(crate) fn start(log: &Log) {
    let level = EnvFilter::new(&log.level);
    let is_screen = std::io::stderr().is_terminal();
    let registry = tracing_subscriber::registry().with(level);
    // Only a second start in one process can fail, and then a log is there.
    let _ = match log.format {
        LogFormat::Human => {
            registry.with(fmt::layer().with_writer(std::io::stderr).with_target(false).with_ansi(is_screen)).try_init()
        }
        LogFormat::Json => {
            registry.with(fmt::layer().json().flatten_event(true).with_writer(std::io::stderr)).try_init()
        }
    };
}
