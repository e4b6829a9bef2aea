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
    /// Write live scripts into files, all of them or those that are named, with canvass.pyi beside them
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
    /// List scripts: what starts them, how they stand, and what their runs of the last day came to
    List {
        /// Those in the trash instead
        #[arg(long)]
        trash: bool,
        /// Which installation, and as whom.
        #[command(flatten)]
        remote: Remote,
    },
    /// Show a script: how it stands, and what its runs of a day and of 30 days came to
    Show {
        /// Its name
        name: String,
        /// Which installation, and as whom.
        #[command(flatten)]
        remote: Remote,
    },
    /// Write canvass.pyi, which tells editors and type checkers what scripts may do
    Stubs {
        /// The folder to write into; made when it is missing
        #[arg(long, default_value = ".", value_name = "FOLDER")]
        to: PathBuf,
        /// Which installation, and as whom.
        #[command(flatten)]
        remote: Remote,
    },
    /// Switch a script on or off
    Switch {
        /// Its name
        name: String,
        /// Whether its trigger starts it
        #[arg(value_enum)]
        to: Switched,
        /// Which installation, and as whom.
        #[command(flatten)]
        remote: Remote,
    },
    /// Read and change what scripts keep from run to run
    #[command(subcommand)]
    Store(Store),
    /// Put a script into the trash: nothing starts it, and for 30 days all of it can be restored
    Delete {
        /// Its name
        name: String,
        /// Delete one that is in the trash for good
        #[arg(long)]
        for_good: bool,
        /// Which installation, and as whom.
        #[command(flatten)]
        remote: Remote,
    },
    /// Take a script out of the trash, with its versions, test cases and pages
    Restore {
        /// Its name
        name: String,
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

/// Whether a script's trigger starts it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Switched {
    /// It does
    On,
    /// It does not: only a member who tries it out runs it
    Off,
}

/// `canvass script store`.
#[derive(Debug, Subcommand)]
pub enum Store {
    /// List keys and values, in the order of the keys
    List {
        /// Only keys that begin with this
        #[arg(default_value = "", hide_default_value = true)]
        prefix: String,
        /// Which installation, and as whom.
        #[command(flatten)]
        remote: Remote,
    },
    /// Print the value under a key, as JSON
    Get {
        /// The key
        key: String,
        /// Which installation, and as whom.
        #[command(flatten)]
        remote: Remote,
    },
    /// Put a value under a key, in place of an earlier one
    Put {
        /// The key
        key: String,
        /// The value; what is no JSON is taken as a text
        value: String,
        /// Which installation, and as whom.
        #[command(flatten)]
        remote: Remote,
    },
    /// Remove a key
    Delete {
        /// The key
        key: String,
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
