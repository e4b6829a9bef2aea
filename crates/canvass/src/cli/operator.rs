//! `canvass operator`: this file is about what can be typed about the operator's own things.

use clap::Subcommand;

use super::Stored;

/// `canvass operator`.
#[derive(Debug, Subcommand)]
pub enum Operator {
    /// Make, list and revoke tokens of the operator's programs
    #[command(subcommand)]
    Token(OperatorToken),
}

/// `canvass operator token`.
#[derive(Debug, Subcommand)]
pub enum OperatorToken {
    /// Make a token and print its secret, this once
    Create {
        /// Which program uses it
        #[arg(long)]
        name: String,
        /// How many days it works [default: until it is revoked]
        #[arg(long, value_name = "DAYS", value_parser = clap::value_parser!(u16).range(1..=3_650))]
        days: Option<u16>,
        /// Where the data lives.
        #[command(flatten)]
        stored: Stored,
    },
    /// List tokens, without their secrets
    List {
        /// Where the data lives.
        #[command(flatten)]
        stored: Stored,
    },
    /// Revoke a token: programs that use it are refused
    Revoke {
        /// Its id, as listed
        id: String,
        /// Where the data lives.
        #[command(flatten)]
        stored: Stored,
    },
}

impl Operator {
    /// Where the data lives.
    pub(super) fn stored(&self) -> &Stored {
        match self {
            Self::Token(
                OperatorToken::Create { stored, .. }
                | OperatorToken::List { stored }
                | OperatorToken::Revoke { stored, .. },
            ) => stored,
        }
    }
}
