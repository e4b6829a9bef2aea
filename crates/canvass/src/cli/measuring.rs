//! `canvass bench` and `canvass load`: this file is about what can be typed to measure Canvass.

use clap::{Args, Subcommand};

/// `canvass bench`.
#[derive(Debug, Subcommand)]
pub enum Bench {
    /// Durable acknowledged responses per second, against a handler that stores nothing
    Intake(Measure),
    /// Survey pages served per second, against a static response of the same size
    Page(Measure),
    /// Responses accepted, applied and counted at once, of one hot tenant among many
    Apply(Applying),
    /// Many tenants: what making them takes, against copying a file, and what having them takes
    Tenants {
        /// Tenants to make
        #[arg(long, default_value_t = 10_000, value_parser = clap::value_parser!(u32).range(100..=200_000))]
        tenants: u32,
    },
    /// Cross-tabs of very many responses, against counting the same columns in memory
    Analysis(Analysis),
    /// Runs of scripts in the sandbox, against calls of the same guest without one
    Script,
}

/// How long to measure.
#[derive(Debug, Clone, Copy, Args)]
pub struct Measure {
    /// Seconds in all, shared by Canvass and what it is measured against
    #[arg(long, default_value_t = 20, value_parser = clap::value_parser!(u64).range(2..=3600))]
    pub seconds: u64,
    /// Connections that are kept busy
    #[arg(long, default_value_t = 256, value_parser = clap::value_parser!(u16).range(1..=4096))]
    pub connections: u16,
}

/// How long to measure applying, and how many tenants take turns.
#[derive(Debug, Clone, Copy, Args)]
pub struct Applying {
    /// How long
    #[command(flatten)]
    pub measure: Measure,
    /// Tenants beside the hot one; ten times as many in the crowded part
    #[arg(long, default_value_t = 1_000, value_parser = clap::value_parser!(u16).range(10..=10_000))]
    pub tenants: u16,
}

/// How much to analyse.
#[derive(Debug, Clone, Copy, Args)]
pub struct Analysis {
    /// Responses that are collected first
    #[arg(long, default_value_t = 1_000_000)]
    pub responses: usize,
}

/// `canvass load`.
#[derive(Debug, Args)]
pub struct Load {
    /// Addresses of open surveys; respondents take them in turns
    #[arg(required = true)]
    pub surveys: Vec<reqwest::Url>,
    /// Respondents that come in a second, whatever becomes of those before them
    #[arg(long, conflicts_with = "respondents", value_parser = rate)]
    pub rate: Option<f64>,
    /// Respondents that are there at once, each answering again and again
    #[arg(long, default_value_t = 10, value_parser = clap::value_parser!(u32).range(1..=100_000))]
    pub respondents: u32,
    /// With --rate: respondents that may be there at once; the others wait, and their waiting is counted
    #[arg(long, default_value_t = 10_000, value_parser = clap::value_parser!(u32).range(1..=100_000))]
    pub at_once_max: u32,
    /// Seconds in which respondents come; those who are there at the end may finish
    #[arg(long, default_value_t = 30, value_parser = clap::value_parser!(u64).range(1..=86_400))]
    pub seconds: u64,
    /// Milliseconds that a respondent thinks about a page, on average
    #[arg(long, default_value_t = 2_000, value_parser = clap::value_parser!(u64).range(0..=600_000))]
    pub think_ms: u64,
    /// Send to other machines than this one: only to those that are yours
    #[arg(long)]
    pub elsewhere: bool,
}

/// A rate of respondents.
fn rate(text: &str) -> Result<f64, String> {
    const MAX: f64 = 100_000.0;
    let rate = text.parse().ok().filter(|it| (0.01..=MAX).contains(it));
    rate.ok_or_else(|| format!("a number of respondents a second, from 0.01 to {MAX}"))
}
