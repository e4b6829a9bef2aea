//! Configuration: this file is about reading it once, from a file, the environment and flags, into plain structs.

mod check;
mod document;
mod fault;
pub mod keys;
mod layers;
mod secret;
mod sections;

use std::path::PathBuf;

pub use self::{
    document::{example, page},
    fault::{Fault, Faults, Origin},
    layers::Setting,
    secret::Secret,
    sections::{
        Config, Log, LogFormat, Mail, MailTls, Regions, Role, Scripts, ScriptsRun, Server, Storage, Terms, Traffic,
        Work,
    },
};

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
        Ok(Loaded { config, warnings, file })
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
