//! The settings: this file is about every one of them, in the words that the documentation repeats.
//!
//! The comments on the fields are the text of `docs/configuration.md` and of `canvass config example`; the bounds in
//! the attributes are what `canvass config check` holds values against.

use std::{net::SocketAddr, path::PathBuf};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Secret;

/// Everything that can be configured.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    /// Where Canvass listens, and what this process does.
    pub server: Server,
    /// Where the data lives. Without a word about it, a folder of SQLite files beside the program.
    pub storage: Storage,
    /// How mail leaves. With neither a host nor an outbox nothing is sent: each mail leaves a line in the log.
    pub mail: Mail,
    /// What sign-up offers as the place of a tenant's data.
    pub regions: Regions,
    /// How fast the workers go.
    pub work: Work,
    /// How tenants' scripts are run.
    pub scripts: Scripts,
    /// Hosts that tenants bring along, and how it is proved that they are theirs.
    pub domains: Domains,
    /// What visits to public pages leave behind.
    pub traffic: Traffic,
    /// What becomes of uploaded files.
    pub files: Files,
    /// What is logged, and in which form.
    pub log: Log,
    /// What whoever signs up agrees to.
    pub terms: Terms,
    /// What a new tenant begins with.
    pub templates: Templates,
}

/// Where Canvass listens, and what this process does.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Server {
    /// Address and port to listen on. Port 0 takes any free port, and the start prints which.
    #[schemars(with = "String")]
    pub listen: SocketAddr,
    /// The address people reach this installation at: stands in links and mails, decides whether cookies need HTTPS. Without it, `http://` and the address listened on.
    pub base_url: Option<String>,
    /// Whether each tenant also has a host of its own below that of `base_url`, which must then be a name: `https://adatum.surveys.example.org`. It needs a record `*.surveys.example.org` in the name system and a certificate for it.
    pub subdomains: bool,
    /// What this process does: `web` answers requests, `worker` applies responses and runs jobs.
    pub role: Vec<Role>,
    /// Seconds that requests under way may take to finish after SIGTERM. Below the 30 seconds that systemd and Kubernetes wait by default.
    #[schemars(range(min = 1, max = 3600))]
    pub drain_seconds: u64,
    /// Bytes that the body of a request may have.
    #[schemars(range(min = 65_536, max = 67_108_864))]
    pub body_bytes_max: usize,
}

/// What a process does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema, clap::ValueEnum)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Answers requests.
    Web,
    /// Applies responses and runs jobs.
    Worker,
}

/// Where the data lives.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Storage {
    /// The folder of the embedded storage; made when it is missing. One process at a time.
    pub data: PathBuf,
    /// A PostgreSQL database instead, `postgres://user:password@host/database`, of a role that is no superuser. Any number of processes may share it.
    pub url: Option<Secret>,
    /// A file that holds the `url`, so that the password stands in neither the configuration nor the environment.
    pub url_file: Option<PathBuf>,
    /// How many tenants' files the embedded storage keeps open: about 200 kB and 2 descriptors each.
    #[schemars(range(min = 1, max = 1_000_000))]
    pub open_tenants_max: usize,
    /// How many connections this process keeps to PostgreSQL, which allows 100 in all by default.
    #[schemars(range(min = 2, max = 10_000))]
    pub connections_max: usize,
    /// Seconds that a start waits for a PostgreSQL that is away before it gives up.
    #[schemars(range(min = 0, max = 86400))]
    pub wait_seconds: u64,
}

/// How mail leaves.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Mail {
    /// The sender of every mail.
    pub from: String,
    /// The mail server that takes our mail.
    pub host: Option<String>,
    /// Its port: 587 for `starttls`, 465 for `implicit`, 25 for `none`.
    #[schemars(range(min = 1, max = 65535))]
    pub port: u16,
    /// How the connection is protected: `starttls`, `implicit` or, to a server on this machine only, `none`.
    pub tls: MailTls,
    /// Who we are to it, if it asks.
    pub user: Option<String>,
    /// The password for that.
    pub password: Option<Secret>,
    /// A file that holds the `password`.
    pub password_file: Option<PathBuf>,
    /// A file with the certificate (PEM) of a private authority to trust besides the public ones.
    pub authority: Option<PathBuf>,
    /// A folder to write mails into instead of sending them.
    pub outbox: Option<PathBuf>,
}

/// How the connection to the mail server is protected.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum MailTls {
    /// Begins in clear and must turn to TLS.
    Starttls,
    /// TLS from the first byte.
    Implicit,
    /// Not at all.
    None,
}

/// What sign-up offers as the place of a tenant's data.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Regions {
    /// The regions' names, the default first. Never take one away in which tenants live.
    pub offered: Vec<String>,
}

/// How fast the workers go.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Work {
    /// Accepted responses of the premium lane that one round applies.
    #[schemars(range(min = 1, max = 100_000))]
    pub premium_batch: usize,
    /// Accepted responses of the standard lane that one round applies.
    #[schemars(range(min = 1, max = 100_000))]
    pub standard_batch: usize,
    /// Milliseconds between two looks at an intake that was empty.
    #[schemars(range(min = 5, max = 60_000))]
    pub apply_interval_ms: u64,
    /// Jobs that a process takes at once.
    #[schemars(range(min = 1, max = 1_000))]
    pub jobs_batch: usize,
    /// Milliseconds between two looks at a job queue that was empty.
    #[schemars(range(min = 20, max = 60_000))]
    pub jobs_interval_ms: u64,
    /// Responses that are put together in one chunk, column by column.
    #[schemars(range(min = 1, max = 8_192))]
    pub chunk_responses: usize,
    /// The newest responses of a survey, which stay rows until others come behind them.
    #[schemars(range(min = 0, max = 100_000))]
    pub fresh_responses: usize,
}

/// How tenants' scripts are run: in processes of their own, which the operating system confines.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Scripts {
    /// Whether scripts are run at all: `on` or `off`.
    pub mode: ScriptMode,
    /// Script hosts that work at once, of one processor each; one more stands by. With 0 as many as there are processors.
    #[schemars(range(min = 0, max = 1_024))]
    pub hosts: usize,
    /// The folder in which the compiled guest is kept, 60 MB. Several installations on one machine may share it, if only they can write it. Without it, `scripts` in the folder of the embedded storage.
    pub cache: Option<PathBuf>,
    /// The user that script hosts become where Canvass is started by root, by its number: one that owns nothing.
    #[schemars(range(min = 0, max = 4_294_967_294_u32))]
    pub user: u32,
    /// A file of 32 random bytes that seals the secrets of scripts; every process of an installation has the same. Without it the embedded storage makes `scripts.key` in its data folder, and with PostgreSQL no secrets can be kept.
    pub key_file: Option<PathBuf>,
    /// How much of the work that plans include one run may do, in hundredths: on a slow machine less, so that a run still ends in seconds.
    #[schemars(range(min = 1, max = 1_000))]
    pub run_percent: u32,
    /// How much of the work that plans include all runs of a tenant may do in one hour, in hundredths: on a crowded machine less.
    #[schemars(range(min = 1, max = 10_000))]
    pub hour_percent: u32,
    /// Records of runs that may wait to be written; what finds no room is written at once.
    #[schemars(range(min = 1, max = 1_000_000))]
    pub queue_max: usize,
}

/// Whether scripts are run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ScriptMode {
    /// They are.
    On,
    /// They are not: pages that scripts serve say so, and triggers wait.
    Off,
}

/// Hosts that tenants bring along.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Domains {
    /// Who is asked for the records that prove whose a domain is: `["system"]` for the machine's own servers, addresses with ports such as `["192.0.2.53:53"]` for others, `["off"]` for nobody.
    pub resolver: Vec<String>,
    /// Seconds that one look into the name system may take.
    #[schemars(range(min = 1, max = 30))]
    pub lookup_seconds: u64,
    /// Days that a verified domain is kept after its record was found to be missing.
    #[schemars(range(min = 1, max = 90))]
    pub grace_days: u32,
    /// Milliseconds between two rounds in which domains that are due are looked at.
    #[schemars(range(min = 100, max = 3_600_000))]
    pub interval_ms: u64,
}

/// What visits to public pages leave behind.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Traffic {
    /// Days that a tenant's log keeps single records. Counts by the hour stay 35 days, those by the day 400.
    #[schemars(range(min = 1, max = 400))]
    pub log_days: u32,
    /// Records that may wait between requests and whoever writes them; what finds no room is dropped and counted.
    #[schemars(range(min = 1, max = 1_000_000))]
    pub queue_max: usize,
    /// Milliseconds after which a tenant's records are written at the latest, if it has fewer than 500.
    #[schemars(range(min = 10, max = 60_000))]
    pub write_interval_ms: u64,
}

/// What becomes of uploaded files.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Files {
    /// The ClamAV daemon that scans what is uploaded: `127.0.0.1:3310`, or `unix:/run/clamav/clamd.ctl`. With it nothing is served before it was found clean. Its `StreamMaxLength` must be above the largest file of the largest plan. Without it files are served and said to be unscanned.
    pub clamd: Option<String>,
}

/// What is logged, and in which form.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Log {
    /// `error`, `warn`, `info`, `debug` or `trace`; or one per part, like `info,canvass_work=debug`.
    pub level: String,
    /// `human` for people, `json` for one object a line.
    pub format: LogFormat,
}

/// The form of the log.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema, clap::ValueEnum)]
#[serde(rename_all = "snake_case")]
pub enum LogFormat {
    /// For people.
    Human,
    /// One JSON object a line.
    Json,
}

/// What whoever signs up agrees to.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Terms {
    /// The version that is recorded with every sign-up. Change it whenever the text changes.
    pub version: String,
    /// Where the text stands. Without it sign-up names the version alone.
    pub url: Option<String>,
}

/// What a new tenant begins with.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Templates {
    /// A folder with a template site of your own, as `docs/starter-pages.md` describes it. Without one, Canvass's own.
    pub folder: Option<PathBuf>,
}

impl Server {
    /// Where people find this installation when it listens on `address`.
    pub fn url(&self, address: SocketAddr) -> String {
        self.base_url.clone().unwrap_or_else(|| format!("http://{address}"))
    }
}

impl Default for Server {
    fn default() -> Self {
        Self {
            listen: SocketAddr::from(([127, 0, 0, 1], 8080)),
            base_url: None,
            subdomains: false,
            role: vec![Role::Web, Role::Worker],
            drain_seconds: 20,
            body_bytes_max: 1024 * 1024,
        }
    }
}

impl Default for Storage {
    fn default() -> Self {
        Self {
            data: PathBuf::from("./canvass-data"),
            url: None,
            url_file: None,
            open_tenants_max: canvass_storage::Settings::OPEN_TENANTS_DEFAULT,
            connections_max: canvass_storage::Settings::CONNECTIONS_DEFAULT,
            wait_seconds: 60,
        }
    }
}

impl Default for Mail {
    fn default() -> Self {
        Self {
            from: "Canvass <canvass@localhost.localdomain>".to_owned(),
            host: None,
            port: 587,
            tls: MailTls::Starttls,
            user: None,
            password: None,
            password_file: None,
            authority: None,
            outbox: None,
        }
    }
}

impl Default for Regions {
    fn default() -> Self {
        Self { offered: vec!["local".to_owned()] }
    }
}

impl Default for Work {
    fn default() -> Self {
        Self {
            premium_batch: 4_000,
            standard_batch: 1_000,
            apply_interval_ms: 100,
            jobs_batch: 8,
            jobs_interval_ms: 500,
            chunk_responses: 8_192,
            fresh_responses: 1_024,
        }
    }
}

impl Default for Scripts {
    fn default() -> Self {
        Self {
            mode: ScriptMode::On,
            hosts: 0,
            cache: None,
            user: canvass_script::Settings::NOBODY,
            key_file: None,
            run_percent: 100,
            hour_percent: 100,
            queue_max: 4_096,
        }
    }
}

impl Default for Domains {
    fn default() -> Self {
        Self { resolver: vec!["system".to_owned()], lookup_seconds: 5, grace_days: 14, interval_ms: 5_000 }
    }
}

impl Default for Traffic {
    fn default() -> Self {
        Self { log_days: 30, queue_max: 16_384, write_interval_ms: 5_000 }
    }
}

impl Default for Log {
    fn default() -> Self {
        Self { level: "info".to_owned(), format: LogFormat::Human }
    }
}

impl Default for Terms {
    fn default() -> Self {
        Self { version: "1".to_owned(), url: None }
    }
}
