//! Tenants' scripts in this process: this file is about what the configuration means to the sandbox.

use std::path::Path;

use canvass_script::{Sandbox, Settings};

use crate::config::{Config, ScriptMode};

/// Begins to make the script hosts that the configuration asks for, as processes of `program`. Nothing waits for them.
pub(crate) fn start(config: &Config, program: &Path) -> Sandbox {
    match config.scripts.mode {
        ScriptMode::On => Sandbox::start(settings(config, program)),
        ScriptMode::Off => Sandbox::off(),
    }
}

/// How script hosts are to be.
pub(crate) fn settings(config: &Config, program: &Path) -> Settings {
    let scripts = &config.scripts;
    let cache = scripts.cache.clone().unwrap_or_else(|| config.storage.data.join("scripts"));
    // A host has another working folder than this process.
    let cache = std::path::absolute(&cache).unwrap_or(cache);
    Settings { hosts: scripts.hosts, user: scripts.user, ..Settings::new(program.to_owned(), cache) }
}
