//! The command line: this file is about what can be typed, and what `--help` says about it.

mod export;
mod measuring;
mod operator;
mod script;

use std::{ffi::OsString, path::PathBuf};

use clap::{Args, Parser, Subcommand};

use crate::{
    EXIT_CODES,
    config::{LogFormat, Role, Setting, Sources},
    output::Output,
};

use self::export::EXPORT_HELP;
pub(crate) use self::{
    export::Export,
    measuring::{Analysis, Applying, Bench, Load, Measure},
    operator::{Operator, OperatorToken},
    script::{Remote, Script, Store, Switched},
};

/// The heading of flags that every command has.
const EVERYWHERE: &str = "Options of every command";

/// Surveys for thousands of organisations from one program.
#[derive(Debug, Parser)]
#[command(name = "canvass", version, after_help = EXIT_CODES, propagate_version = true)]
pub struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
    /// The configuration file [default: canvass.toml, if it is there]
    #[arg(long, global = true, env = "CANVASS_CONFIG", hide_env_values = true, value_name = "FILE", help_heading = EVERYWHERE)]
    pub config: Option<PathBuf>,
    /// Print JSON: one object, or one a line for lists
    #[arg(long, global = true, help_heading = EVERYWHERE)]
    pub json: bool,
}

/// What can be done.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Serve surveys: the web, the workers or both
    #[command(after_help = SERVE_HELP)]
    Serve(Serve),
    /// List, make, show, suspend and resume tenants, and stop their scripts
    #[command(subcommand)]
    Tenant(Tenant),
    /// Make, list and revoke tokens of the operator's programs
    #[command(subcommand)]
    Operator(Operator),
    /// Write, test, run and watch a tenant's scripts, over the API
    #[command(subcommand)]
    Script(Script),
    /// Take the responses of a survey away as a file, over the API
    #[command(after_help = EXPORT_HELP)]
    Export(Export),
    /// Explain, show and check the configuration
    #[command(subcommand)]
    Config(Configuration),
    /// Say what is wrong with this machine or installation
    Doctor(Stored),
    /// Bring the stored data to this version ahead of its use
    Migrate(Migrate),
    /// Measure this machine: what Canvass reaches of what is possible
    #[command(subcommand)]
    Bench(Bench),
    /// Let respondents answer surveys, as people do, and tell how long everything took
    #[command(after_help = "For example: canvass load http://localhost:8080/adatum/customer-survey --rate 50")]
    Load(Load),
    /// Print a completion script for a shell
    #[command(after_help = "For example: canvass completion bash > /etc/bash_completion.d/canvass")]
    Completion {
        /// The shell
        shell: clap_complete::Shell,
    },
    /// Draw one SVG from standard input as a logo; started by the server alone
    #[command(name = canvass_actions::brand::DRAWING_COMMAND, hide = true)]
    DrawLogo,
    /// Run tenants' scripts, confined; started by the server alone
    #[command(hide = true)]
    ScriptHost {
        /// What to do
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        order: Vec<OsString>,
    },
}

const SERVE_HELP: &str = "\
Without configuration the data lives in ./canvass-data and http://127.0.0.1:8080 answers.
While there is no operator, the start prints a link, good once and for a day, that makes one.

Signals:
  SIGTERM, SIGINT  finish what is under way, then stop; a second one stops at once";

/// `canvass serve`.
#[derive(Debug, Args)]
pub struct Serve {
    /// Address and port to listen on; port 0 takes any free one
    #[arg(long, value_name = "ADDRESS")]
    pub listen: Option<String>,
    /// Where the data lives.
    #[command(flatten)]
    pub stored: Stored,
    /// The address people reach this installation at
    #[arg(long, value_name = "URL")]
    pub base_url: Option<String>,
    /// What this process does [default: web,worker]
    #[arg(long, value_enum, value_delimiter = ',', value_name = "ROLES")]
    pub role: Vec<Role>,
    /// Fill two tenants with surveys and responses, and print how to sign in
    #[arg(long)]
    pub demo: bool,
    /// How much to log: error, warn, info, debug or trace
    #[arg(long, value_name = "LEVEL")]
    pub log_level: Option<String>,
    /// The form of the log
    #[arg(long, value_enum, value_name = "FORMAT")]
    pub log_format: Option<LogFormat>,
}

const STORAGE_HELP: &str = "A PostgreSQL database instead, postgres://user:password@host/database. Others on this \
                            machine see the command line: for a password prefer CANVASS_STORAGE__URL or \
                            storage.url_file";

/// Flags that say where the data lives.
#[derive(Debug, Clone, Default, Args)]
pub struct Stored {
    /// The folder of the embedded storage [default: ./canvass-data]
    #[arg(long, value_name = "FOLDER", conflicts_with = "storage")]
    pub data: Option<PathBuf>,
    /// A PostgreSQL database instead.
    #[arg(long, value_name = "URL", help = STORAGE_HELP)]
    pub storage: Option<String>,
}

/// `canvass tenant`.
#[derive(Debug, Subcommand)]
pub enum Tenant {
    /// List tenants
    List {
        /// Where the data lives.
        #[command(flatten)]
        stored: Stored,
        /// Only those with this in their alias or name
        #[arg(long, default_value = "", hide_default_value = true)]
        search: String,
        /// Only those in this state: requested, provisioning, active, suspended or failed
        #[arg(long)]
        state: Option<String>,
    },
    /// Sign a tenant up and wait until it is ready
    Create(Create),
    /// Show one tenant
    Show {
        /// Its alias
        alias: String,
        /// Where the data lives.
        #[command(flatten)]
        stored: Stored,
    },
    /// Close a tenant's doors: nobody signs in, nothing is shown or collected; everything is kept
    Suspend {
        /// Its alias
        alias: String,
        /// Why: its members read it
        #[arg(long)]
        reason: String,
        /// Where the data lives.
        #[command(flatten)]
        stored: Stored,
    },
    /// Stop a tenant's scripts, or one of them: nothing of the tenant's starts them again
    StopScripts {
        /// Its alias
        alias: String,
        /// This script alone, by its name
        #[arg(long, value_name = "NAME")]
        script: Option<String>,
        /// Why: its members read it
        #[arg(long)]
        reason: String,
        /// Where the data lives.
        #[command(flatten)]
        stored: Stored,
    },
    /// Let a tenant's scripts run again, or one of them
    AllowScripts {
        /// Its alias
        alias: String,
        /// This script alone, by its name
        #[arg(long, value_name = "NAME")]
        script: Option<String>,
        /// Where the data lives.
        #[command(flatten)]
        stored: Stored,
    },
    /// Open a suspended tenant's doors again
    Resume {
        /// Its alias
        alias: String,
        /// Where the data lives.
        #[command(flatten)]
        stored: Stored,
    },
}

/// `canvass tenant create`.
#[derive(Debug, Args)]
pub struct Create {
    /// What the organisation calls itself
    #[arg(long)]
    pub name: String,
    /// Its name in addresses [default: made from the name]
    #[arg(long)]
    pub alias: Option<String>,
    /// Its plan: trial, individual, standard or premium
    #[arg(long, default_value = "trial")]
    pub plan: String,
    /// Where its data lives [default: the first of regions.offered]
    #[arg(long)]
    pub region: Option<String>,
    /// The administrator's name
    #[arg(long)]
    pub administrator: String,
    /// The administrator's e-mail address
    #[arg(long)]
    pub email: String,
    /// A file with the administrator's password, or - for the standard input [default: one is made and printed]
    #[arg(long, value_name = "FILE")]
    pub password_file: Option<PathBuf>,
    /// Where the data lives.
    #[command(flatten)]
    pub stored: Stored,
}

/// `canvass config`.
#[derive(Debug, Subcommand)]
pub enum Configuration {
    /// Print a file in which everything has its default, with every setting explained
    Example,
    /// Print what is in force, without secrets
    Show,
    /// Say what is wrong, or unwise
    Check,
    /// Print the page of the documentation
    Docs,
}

/// `canvass migrate`.
#[derive(Debug, Args)]
pub struct Migrate {
    /// Every tenant's data too; without it, the directory only, and each tenant when it is first used
    #[arg(long)]
    pub all: bool,
    /// Where the data lives.
    #[command(flatten)]
    pub stored: Stored,
}

impl Cli {
    /// The form of what is printed.
    pub(crate) fn output(&self) -> Output {
        if self.json { Output::Json } else { Output::Human }
    }

    /// Where the settings come from, the flags of the command included.
    pub(crate) fn sources(&self) -> Sources {
        let flags = match &self.command {
            Command::Serve(serve) => serve.settings(),
            Command::Tenant(
                Tenant::List { stored, .. }
                | Tenant::Create(Create { stored, .. })
                | Tenant::Show { stored, .. }
                | Tenant::Suspend { stored, .. }
                | Tenant::StopScripts { stored, .. }
                | Tenant::AllowScripts { stored, .. }
                | Tenant::Resume { stored, .. },
            )
            | Command::Doctor(stored)
            | Command::Migrate(Migrate { stored, .. }) => stored.settings(),
            Command::Operator(what) => what.stored().settings(),
            Command::Config(_)
            | Command::Bench(_)
            | Command::Load(_)
            | Command::Script(_)
            | Command::Export(_)
            | Command::Completion { .. }
            | Command::DrawLogo
            | Command::ScriptHost { .. } => Vec::new(),
        };
        Sources { file: self.config.clone(), flags }
    }
}

impl Serve {
    fn settings(&self) -> Vec<Setting> {
        let mut settings = self.stored.settings();
        let mut set = |flag, section, key, value: Option<toml::Value>| {
            settings.extend(value.map(|value| Setting { flag, section, key, value }));
        };
        let text = |it: &Option<String>| it.clone().map(toml::Value::from);
        set("--listen", "server", "listen", text(&self.listen));
        set("--base-url", "server", "base_url", text(&self.base_url));
        set("--log-level", "log", "level", text(&self.log_level));
        set("--log-format", "log", "format", self.log_format.and_then(|it| toml::Value::try_from(it).ok()));
        let role = (!self.role.is_empty()).then(|| toml::Value::try_from(&self.role).ok()).flatten();
        set("--role", "server", "role", role);
        settings
    }
}

impl Stored {
    fn settings(&self) -> Vec<Setting> {
        let data = self.data.as_ref().map(|it| Setting {
            flag: "--data",
            section: "storage",
            key: "data",
            value: toml::Value::from(it.to_string_lossy().into_owned()),
        });
        let url = self.storage.as_ref().map(|it| Setting {
            flag: "--storage",
            section: "storage",
            key: "url",
            value: toml::Value::from(it.as_str()),
        });
        data.into_iter().chain(url).collect()
    }
}
