//! Background work: this file is about every job as one closed enum, and the record kept while it runs.

use crate::{
    alias::Alias,
    id::{AccountId, ContentId, ExportId, JobId, TenantId},
    plan::PlanId,
    tenant::Region,
    text::{Email, OrganisationName, PersonName},
    time::Timestamp,
};

/// Everything that can be asked of the workers. A job is idempotent: running it twice is running it once.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(tag = "job", rename_all = "snake_case")]
pub enum Job {
    /// Makes a tenant out of an accepted sign-up, step by step.
    Provision(SignUp),
    /// Sends one mail. Delivered at least once: a crash between the server's acceptance and our note of it repeats it.
    Mail(Mail),
    /// Looks for viruses in what was uploaded.
    Scan(ScanContent),
    /// Makes a file of responses.
    Export(MakeExport),
}

/// Which export is to be made. One that is at its end by then, or gone, is passed over.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct MakeExport {
    /// Whose.
    pub tenant: TenantId,
    /// Which.
    pub export: ExportId,
}

/// What a scan looks at. What is gone by then, or was scanned already, is passed over.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct ScanContent {
    /// Whose.
    pub tenant: TenantId,
    /// Which bytes.
    pub content: ContentId,
}

/// An accepted sign-up: everything the provisioning steps need. The password is here only as its hash.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct SignUp {
    /// The tenant to make.
    pub tenant: TenantId,
    /// Its name in URLs.
    pub alias: Alias,
    /// What it calls itself.
    pub name: OrganisationName,
    /// Its plan.
    pub plan: PlanId,
    /// Where its data will live.
    pub region: Region,
    /// The administrator's account, made by the job.
    pub account: AccountId,
    /// The administrator's name.
    pub administrator: PersonName,
    /// The administrator's address.
    pub email: Email,
    /// The argon2id hash of their password (PHC string); `None` when the address already has an account that signed
    /// in to confirm, which then is `account`.
    pub password_hash: Option<String>,
    /// The version of the terms that was accepted.
    pub terms: String,
}

/// One mail, written when it was queued.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Mail {
    /// To whom.
    pub to: Email,
    /// One line.
    pub subject: String,
    /// Plain text.
    pub text: String,
}

/// The recorded steps of provisioning, in their order. Each can run again without harm.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ProvisionStep {
    /// Makes the alias the tenant's.
    ReserveAlias,
    /// Copies the template database.
    CreateDatabase,
    /// Writes the tenant's configuration.
    WriteConfiguration,
    /// Creates the administrator.
    CreateAdministrator,
    /// Publishes the starter pages.
    PublishStarterPages,
    /// Queues the welcome mail and opens the doors.
    Welcome,
}

/// Where a job is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum JobState {
    /// Waiting for a worker, or for its next try.
    Waiting,
    /// A worker has it.
    Running,
    /// Finished well.
    Done,
    /// Given up and, where that applies, rolled back.
    Failed,
}

/// A job as recorded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JobRecord {
    /// Its id.
    pub id: JobId,
    /// What to do.
    pub job: Job,
    /// Where it is.
    pub state: JobState,
    /// The steps finished so far, by name, with when.
    pub steps: Vec<(String, Timestamp)>,
    /// How often it was tried.
    pub attempts: u32,
    /// When it is next due.
    pub due_at: Timestamp,
    /// The last error, for the operator.
    pub error: Option<String>,
    /// When it was asked for.
    pub created_at: Timestamp,
    /// When its record last changed.
    pub updated_at: Timestamp,
}

impl Job {
    /// The names of all jobs.
    pub const NAMES: [&'static str; 4] = ["provision", "mail", "scan", "export"];

    /// Tries before a job is given up.
    pub fn attempts_max(&self) -> u32 {
        match self {
            Self::Provision(_) => 5,
            Self::Mail(_) => 10,
            // A day at the longest pause; then the operator has to look, and the next day's sweep asks again.
            Self::Scan(_) => 300,
            // Each may also be a process that was stopped in the middle.
            Self::Export(_) => 10,
        }
    }

    /// The job's public name.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Provision(_) => "provision",
            Self::Mail(_) => "mail",
            Self::Scan(_) => "scan",
            Self::Export(_) => "export",
        }
    }
}

impl ProvisionStep {
    /// All steps in their order.
    pub const ALL: [Self; 6] = [
        Self::ReserveAlias,
        Self::CreateDatabase,
        Self::WriteConfiguration,
        Self::CreateAdministrator,
        Self::PublishStarterPages,
        Self::Welcome,
    ];

    /// The step's stored name.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::ReserveAlias => "reserve_alias",
            Self::CreateDatabase => "create_database",
            Self::WriteConfiguration => "write_configuration",
            Self::CreateAdministrator => "create_administrator",
            Self::PublishStarterPages => "publish_starter_pages",
            Self::Welcome => "welcome",
        }
    }

    /// The step as the person who waits for it reads it.
    pub fn label(self) -> &'static str {
        match self {
            Self::ReserveAlias => "Reserve your address",
            Self::CreateDatabase => "Create your database",
            Self::WriteConfiguration => "Write your settings",
            Self::CreateAdministrator => "Create your account",
            Self::PublishStarterPages => "Publish your starter pages",
            Self::Welcome => "Send your welcome mail",
        }
    }
}

impl JobState {
    /// All states.
    pub const ALL: [Self; 4] = [Self::Waiting, Self::Running, Self::Done, Self::Failed];

    /// The state's stored and public name.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Running => "running",
            Self::Done => "done",
            Self::Failed => "failed",
        }
    }

    /// Reads a state's name.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|it| it.as_str() == text)
    }
}
