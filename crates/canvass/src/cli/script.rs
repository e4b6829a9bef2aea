//! `canvass script`: this file is about what can be typed to write, test, run and watch scripts from another machine.

use std::path::PathBuf;

use clap::{Args, Subcommand};

/// `canvass script`.
#[derive(Debug, Subcommand)]
pub enum Script {
    /// Put files live: NAME.py is the script, NAME.json beside it its settings and test cases
    #[command(after_help = PUSH_HELP)]
    Push {
        /// Files that end in .py, or folders of them
        #[arg(required = true)]
        paths: Vec<PathBuf>,
        /// Which installation, and as whom.
        #[command(flatten)]
        remote: Remote,
    },
    /// Write live scripts into files: all of them, or those that are named
    Pull {
        /// Names of scripts
        names: Vec<String>,
        /// The folder to write into; made when it is missing
        #[arg(long, default_value = ".", value_name = "FOLDER")]
        to: PathBuf,
        /// Write over files that say something else
        #[arg(long)]
        force: bool,
        /// Which installation, and as whom.
        #[command(flatten)]
        remote: Remote,
    },
    /// Run a script
    Run {
        /// Its name
        name: String,
        /// A parameter, NAME=VALUE; a value that is JSON is taken as such
        #[arg(long = "parameter", short = 'p', value_name = "NAME=VALUE")]
        parameters: Vec<String>,
        /// Try the draft out: nothing is stored
        #[arg(long, conflicts_with = "file")]
        draft: bool,
        /// Try this file out in its place: nothing is stored
        #[arg(long, value_name = "FILE")]
        file: Option<PathBuf>,
        /// Which installation, and as whom.
        #[command(flatten)]
        remote: Remote,
    },
    /// Run a script's test cases, against its draft or a file; nothing is stored
    Test {
        /// Its name, or a file NAME.py
        what: String,
        /// Which installation, and as whom.
        #[command(flatten)]
        remote: Remote,
    },
    /// Show a script's latest runs, the newest last
    Logs {
        /// Its name
        name: String,
        /// Only those that did not end well
        #[arg(long)]
        failed: bool,
        /// How many
        #[arg(long, default_value_t = 20, value_parser = clap::value_parser!(u32).range(1..=500))]
        limit: u32,
        /// Which installation, and as whom.
        #[command(flatten)]
        remote: Remote,
    },
}

const PUSH_HELP: &str = "\
NAME.json may hold \"title\", \"trigger\", \"enabled\" and \"tests\", as the API has them:
  {\"trigger\": {\"kind\": \"page\"}, \"tests\": [{\"name\": \"greets\", \"expectation\": \"ends_well\"}]}";

/// Which installation, and as whom.
#[derive(Debug, Clone, Args)]
pub struct Remote {
    /// The address of the installation
    #[arg(long, env = "CANVASS_URL", default_value = "http://127.0.0.1:8080", value_name = "URL")]
    pub url: String,
    /// A file that holds the API token [default: the variable `CANVASS_TOKEN`]
    #[arg(long, value_name = "FILE")]
    pub token_file: Option<PathBuf>,
    /// The API token. Not a flag: others on this machine see the command line.
    #[arg(
        long,
        env = "CANVASS_TOKEN",
        hide = true,
        hide_env_values = true,
        default_value = "",
        hide_default_value = true
    )]
    pub token: String,
}
