//! The log: this file is about its level and its form.

use std::{fs::File, io::IsTerminal, sync::Arc};

use tracing_subscriber::{
    filter::{ParseError, Targets},
    fmt::{self, MakeWriter},
    layer::SubscriberExt,
    util::SubscriberInitExt,
};

use crate::config::{Log, LogFormat};

/// What a level means: one for all, or one for each part of the program. It is weighed once for each place that logs, and
/// not again for each line.
pub(crate) fn targets(level: &str) -> Result<Targets, ParseError> {
    level.parse()
}

/// Starts the log on the standard error. Its level was checked with the configuration.
pub(crate) fn start(log: &Log) {
    start_with(log, std::io::stderr, std::io::stderr().is_terminal());
}

/// Starts the log in a file.
pub(crate) fn start_in(log: &Log, file: File) {
    start_with(log, Arc::new(file), false);
}

fn start_with(log: &Log, writer: impl for<'w> MakeWriter<'w> + Send + Sync + 'static, is_screen: bool) {
    let registry = tracing_subscriber::registry().with(targets(&log.level).unwrap_or_default());
    // Only a second start in one process can fail, and then a log is there.
    let _ = match log.format {
        LogFormat::Human => {
            registry.with(fmt::layer().with_writer(writer).with_target(false).with_ansi(is_screen)).try_init()
        }
        LogFormat::Json => registry.with(fmt::layer().json().flatten_event(true).with_writer(writer)).try_init(),
    };
}
