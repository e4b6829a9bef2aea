//! What happened: this file is about the audit log, one closed enum of everything worth remembering.

use crate::{
    domain::{DomainName, Turn},
    id::{FileId, PageId, ResponseId, SurveyId, TokenId},
    member::Role,
    metadata::FieldId,
    script::{ScriptName, VersionNumber},
    survey::Version,
};

/// Something that changed in a tenant. Holds ids and names of things, never answers or secrets.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum Event {
    /// The tenant was made.
    TenantProvisioned,
    /// The operator stopped the tenant.
    TenantSuspended {
        /// Why, in the operator's words.
        reason: String,
    },
    /// The operator let the tenant go on.
    TenantResumed,
    /// A survey was started.
    SurveyCreated {
        /// Which.
        survey: SurveyId,
    },
    /// A survey's draft changed.
    SurveyEdited {
        /// Which.
        survey: SurveyId,
        /// What changed, in a few words.
        what: String,
    },
    /// A version went live.
    SurveyPublished {
        /// Which.
        survey: SurveyId,
        /// Its version.
        version: Version,
    },
    /// A survey stopped collecting.
    SurveyClosed {
        /// Which.
        survey: SurveyId,
    },
    /// A survey was put away.
    SurveyArchived {
        /// Which.
        survey: SurveyId,
    },
    /// A survey went into the trash.
    SurveyTrashed {
        /// Which.
        survey: SurveyId,
    },
    /// A survey came back from the trash.
    SurveyRestored {
        /// Which.
        survey: SurveyId,
    },
    /// A page was made.
    PageCreated {
        /// Which.
        page: PageId,
        /// Where.
        address: String,
    },
    /// What a page serves, to whom or when has changed.
    PageChanged {
        /// Which.
        page: PageId,
        /// Where.
        address: String,
    },
    /// A page got another address.
    PageMoved {
        /// Which.
        page: PageId,
        /// Where it was.
        from: String,
        /// Where it is.
        to: String,
    },
    /// The pages below a page moved along with it.
    PagesBelowMoved {
        /// The page above them.
        page: PageId,
        /// Where that was.
        from: String,
        /// Where it is.
        to: String,
        /// How many moved.
        count: usize,
    },
    /// A page got another place among the pages beside it.
    PagePlaced {
        /// Which.
        page: PageId,
        /// Where.
        address: String,
    },
    /// A page went into the trash.
    PageTrashed {
        /// Which.
        page: PageId,
        /// Where it was.
        address: String,
    },
    /// A page came back from the trash.
    PageRestored {
        /// Which.
        page: PageId,
        /// Where.
        address: String,
    },
    /// Somebody was given a personal link to a page.
    PageShared {
        /// Which.
        page: PageId,
        /// Where.
        address: String,
    },
    /// A personal link to a page was taken back.
    PageUnshared {
        /// Which.
        page: PageId,
        /// Where.
        address: String,
    },
    /// Something happened to a file.
    FileChanged {
        /// Which.
        file: FileId,
        /// Its name at the time.
        name: String,
        /// What.
        what: FileChange,
    },
    /// Redirects may lead to these hosts elsewhere, and to no others.
    RedirectHostsChanged {
        /// Which.
        hosts: Vec<String>,
    },
    /// A domain was claimed.
    DomainClaimed {
        /// Which.
        domain: DomainName,
    },
    /// What was seen of a domain's record changed something.
    DomainChanged {
        /// Which.
        domain: DomainName,
        /// What became of it.
        what: Turn,
    },
    /// Somebody gave a domain back.
    DomainReleased {
        /// Which.
        domain: DomainName,
    },
    /// Another address is the one that the world is told.
    PrimaryAddressChanged {
        /// Which, in words.
        address: String,
    },
    /// A response was erased.
    ResponseErased {
        /// Of which survey.
        survey: SurveyId,
        /// Which.
        response: ResponseId,
    },
    /// Responses left as a file.
    ResponsesExported {
        /// Of which survey.
        survey: SurveyId,
        /// In which format.
        format: String,
    },
    /// An API token was made.
    TokenCreated {
        /// Which.
        token: TokenId,
    },
    /// An API token was revoked.
    TokenRevoked {
        /// Which.
        token: TokenId,
    },
    /// Someone became a member.
    MemberAdmitted {
        /// Their name at the time.
        name: String,
        /// What they may do.
        role: Role,
    },
    /// The tenant's own fields for surveys changed.
    FieldsChanged {
        /// What changed, in a few words.
        what: String,
    },
    /// A survey got other values in the tenant's own fields.
    MetadataChanged {
        /// Which survey.
        survey: SurveyId,
        /// In which fields.
        fields: Vec<FieldId>,
    },
    /// The look of the public pages changed.
    BrandChanged {
        /// What of it.
        what: BrandChange,
    },
    /// A script was made.
    ScriptCreated {
        /// Which.
        script: ScriptName,
    },
    /// A script's draft, settings or test cases changed.
    ScriptChanged {
        /// Which.
        script: ScriptName,
        /// What changed, in a few words.
        what: String,
    },
    /// A version of a script went live.
    ScriptPublished {
        /// Which.
        script: ScriptName,
        /// Its version.
        version: VersionNumber,
    },
    /// A script went into the trash.
    ScriptTrashed {
        /// Which.
        script: ScriptName,
    },
    /// A script came back from the trash.
    ScriptRestored {
        /// Which.
        script: ScriptName,
    },
    /// A script was deleted for good, with its versions.
    ScriptDeleted {
        /// Which.
        script: ScriptName,
    },
    /// A hook that had stopped goes on.
    ScriptResumed {
        /// Which.
        script: ScriptName,
    },
    /// A hook goes on behind a response it cannot work on.
    ScriptSkipped {
        /// Which.
        script: ScriptName,
        /// The response.
        response: ResponseId,
    },
    /// A secret for scripts was set.
    ScriptSecretSet {
        /// Its name.
        name: String,
    },
    /// A secret for scripts was removed.
    ScriptSecretRemoved {
        /// Its name.
        name: String,
    },
    /// A value of the scripts' store was set by a member or a program.
    ScriptValueSet {
        /// Its key.
        key: String,
    },
    /// A value of the scripts' store was removed by a member or a program.
    ScriptValueRemoved {
        /// Its key.
        key: String,
    },
    /// A value that was removed from the scripts' store was put back.
    ScriptValueRestored {
        /// Its key.
        key: String,
    },
    /// The operator stopped scripts.
    ScriptsStopped {
        /// Which; all of them when it is missing.
        script: Option<ScriptName>,
        /// Why, in the operator's words.
        reason: String,
    },
    /// The operator let scripts run again.
    ScriptsAllowed {
        /// Which; all of them when it is missing.
        script: Option<ScriptName>,
    },
    /// Someone signed in.
    SignedIn,
}

/// What of a tenant's look changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BrandChange {
    /// Colours, type, room or the welcome.
    Theme,
    /// Its own CSS.
    Css,
    /// A logo was set.
    Logo,
    /// The logo was removed.
    LogoRemoved,
    /// The last change was taken back.
    Undone,
}

/// What happened to a file.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FileChange {
    /// It was uploaded.
    Uploaded,
    /// It got another content.
    Replaced,
    /// Its last replacement was taken back.
    Reverted,
    /// It got another name; this was the earlier one.
    Renamed(String),
    /// It went into the trash.
    Trashed,
    /// It came back from the trash.
    Restored,
    /// This signature of a virus was found in it; the content was deleted.
    Infected(String),
}
