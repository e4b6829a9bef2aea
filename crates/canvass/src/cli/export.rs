//! `canvass export`: this file is about what can be typed to take responses away.

use std::path::PathBuf;

use canvass_model::export::Format;
use clap::{Args, builder::PossibleValuesParser};

use super::Remote;

/// What stands below the flags.
pub(super) const EXPORT_HELP: &str = "\
The file is made in the background of the installation, fetched, and held against its checksum; a download that was cut
goes on where it stopped. For example: canvass export 01890a5d-ac96-774b-bcce-b302099a8057 --format sav";

/// `canvass export`.
#[expect(clippy::struct_excessive_bools, reason = "each is a flag of its own")]
#[derive(Debug, Args)]
pub struct Export {
    /// The survey's id
    pub survey: String,
    /// The format
    #[arg(long, default_value = "csv", value_parser = PossibleValuesParser::new(Format::ALL.map(Format::as_str)))]
    pub format: String,
    /// Where to write it [default: the name the installation gives it]
    #[arg(long, short = 'o', value_name = "FILE")]
    pub output: Option<PathBuf>,
    /// Write the words of choices instead of their ids
    #[arg(long)]
    pub labels: bool,
    /// Begin every row with the survey's metadata
    #[arg(long)]
    pub metadata: bool,
    /// End a CSV or JSON Lines file with a line that holds the number of rows and a checksum
    #[arg(long)]
    pub footer: bool,
    /// Write over a file that is there
    #[arg(long)]
    pub force: bool,
    /// Leave the file at the installation, too
    #[arg(long)]
    pub keep: bool,
    /// Which installation, and as whom.
    #[command(flatten)]
    pub remote: Remote,
}
