//! Configuration: this file is about reading it once, from a file, the environment and flags, into plain structs.

mod check;
mod document;
mod fault;
pub mod keys;
mod layers;
mod program;
mod secret;
mod sections;

use std::path::PathBuf;

pub(crate) use self::program::own_file;
pub use self::{
    document::{example, page},
    fault::{Fault, Faults, Origin},
    layers::Setting,
    secret::Secret,
    sections::{
        Config, Domains, Files, Log, LogFormat, Mail, MailTls, Regions, Role, ScriptMode, Scripts, Server, Storage,
        Templates, Terms, Traffic, Work,
    },
};
use crate::hosts;

/// Where settings come from.
#[derive(Debug, Clone, Default)]
pub struct Sources {
    /// The file that was named; without one, `canvass.toml` in the working folder if it is there.
    pub file: Option<PathBuf>,
    /// What flags say.
    pub flags: Vec<Setting>,
}

/// A configuration that holds together.
#[derive(Debug, Clone)]
pub struct Loaded {
    /// The settings.
    pub config: Config,
    /// What is allowed but unwise.
    pub warnings: Vec<String>,
    /// What it takes outside of this program.
    pub needs: Vec<String>,
    /// The file that was read.
    pub file: Option<PathBuf>,
}

impl Config {
    /// Reads the settings from all sources; the environment is this process's.
    pub fn load(sources: &Sources) -> Result<Loaded, Faults> {
        #[expect(clippy::disallowed_methods, reason = "the one place where the environment is read")]
        let variables = std::env::vars_os();
        let variables =
            variables.filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)));
        Self::load_with(sources, variables)
    }

    /// Reads the settings from a file, the given variables and flags.
    pub fn load_with(sources: &Sources, variables: impl Iterator<Item = (String, String)>) -> Result<Loaded, Faults> {
        let file = sources.file.clone().or_else(layers::usual_file);
        let mut layers = layers::Layers::new();
        if let Some(path) = &file {
            layers.add_file(path);
        }
        layers.add_environment(variables);
        layers.add_flags(sources.flags.clone());
        let (mut config, origins) = layers.finish()?;
        let warnings = check::settle(&mut config, &origins)?;
        let needs = hosts::needs(&config);
        Ok(Loaded { config, warnings, needs, file })
    }
}

impl Storage {
    /// Which engine keeps the data.
    pub fn settings(&self) -> canvass_storage::Settings {
        match &self.url {
            Some(url) => canvass_storage::Settings::Postgres {
                url: url.reveal().to_owned(),
                connections_max: self.connections_max,
            },
            None => canvass_storage::Settings::Embedded {
                folder: self.data.clone(),
                open_tenants_max: self.open_tenants_max,
            },
        }
    }
}
