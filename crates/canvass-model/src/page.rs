//! A page: this file is about what an address of a tenant serves, to whom and when.

mod gate;
mod web_url;

pub use self::{
    gate::{Admission, Credentials, Who},
    web_url::{InvalidWebUrl, WebUrl},
};
use crate::{
    address::PageAddress,
    id::{FileId, PageId, ScriptId, SurveyId},
    survey::Revision,
    time::Timestamp,
};

/// One address of a tenant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page {
    /// Its id; the address may change, this does not.
    pub id: PageId,
    /// Where it is.
    pub address: PageAddress,
    /// What lists and feeds call it; empty for a page that is called as what it serves, such as a survey.
    pub title: String,
    /// What it serves.
    pub target: Target,
    /// Who may see it.
    pub visibility: Visibility,
    /// Before this moment it says when it opens; `None` has always been open.
    pub opens_at: Option<Timestamp>,
    /// From this moment on it says that it is over; `None` stays.
    pub closes_at: Option<Timestamp>,
    /// Where it stands among the pages beside it: ascending, ties broken by age.
    pub place: u32,
    /// Counts its changes from 1; an edit names the one it was made from.
    pub revision: Revision,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it last changed.
    pub updated_at: Timestamp,
    /// When it was thrown away, if it was.
    pub trashed_at: Option<Timestamp>,
}

/// What a page serves. Its [`Kind`] chooses the handler.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Target {
    /// The live version of a survey.
    Survey(SurveyId),
    /// A survey's results, as far as the tenant shares them.
    Results(SurveyId),
    /// The tenant's own words, in Markdown, kept beside the page.
    Document,
    /// A feed of the tenant's public surveys.
    Feed(FeedFormat),
    /// An uploaded file.
    File(FileId),
    /// Another address.
    Redirect(Destination),
    /// What a script of the tenant's answers; also for the addresses below it where no other page is.
    Script(ScriptId),
}

/// The name of what a page serves.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize, schemars::JsonSchema,
)]
#[serde(rename_all = "snake_case")]
#[schemars(rename = "PageKind")]
pub enum Kind {
    /// [`Target::Survey`].
    Survey,
    /// [`Target::Results`].
    Results,
    /// [`Target::Document`].
    Document,
    /// [`Target::Feed`].
    Feed,
    /// [`Target::File`].
    File,
    /// [`Target::Redirect`].
    Redirect,
    /// [`Target::Script`].
    Script,
}

/// How a feed is written.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize, schemars::JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum FeedFormat {
    /// RSS 2.0 (the RSS Advisory Board's specification).
    Rss,
    /// Atom (RFC 4287).
    Atom,
    /// JSON Feed 1.1.
    Json,
}

/// Where a redirect leads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Destination {
    /// To a page of the same tenant, wherever it moves.
    Page(PageId),
    /// The same, left behind by a page that moved: makes room for whatever is put there next.
    Moved(PageId),
    /// To an address elsewhere, on a host the tenant has allowed.
    Url(WebUrl),
}

/// Who may see a page.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize, schemars::JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Visibility {
    /// Everybody; listed on the tenant's index and in feeds.
    Public,
    /// Everybody who knows the address; in no list or feed, and search engines are asked to leave it out.
    Unlisted,
    /// Who knows the page's password.
    Password,
    /// Who opens it by a personal link.
    Invited,
    /// Members of the tenant who are signed in.
    Members,
}

impl Kind {
    /// Every kind, in the order in which they are offered.
    pub const ALL: [Self; 7] =
        [Self::Survey, Self::Document, Self::Results, Self::File, Self::Feed, Self::Redirect, Self::Script];

    /// The kind's stored and public name.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Survey => "survey",
            Self::Results => "results",
            Self::Document => "document",
            Self::Feed => "feed",
            Self::File => "file",
            Self::Redirect => "redirect",
            Self::Script => "script",
        }
    }

    /// Reads a kind's name.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|it| it.as_str() == text)
    }
}

impl Target {
    /// What kind of page this makes.
    pub fn kind(&self) -> Kind {
        match self {
            Self::Survey(_) => Kind::Survey,
            Self::Results(_) => Kind::Results,
            Self::Document => Kind::Document,
            Self::Feed(_) => Kind::Feed,
            Self::File(_) => Kind::File,
            Self::Redirect(_) => Kind::Redirect,
            Self::Script(_) => Kind::Script,
        }
    }
}

impl FeedFormat {
    /// Every format.
    pub const ALL: [Self; 3] = [Self::Rss, Self::Atom, Self::Json];

    /// The format's stored and public name.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Rss => "rss",
            Self::Atom => "atom",
            Self::Json => "json",
        }
    }

    /// Reads a format's name.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|it| it.as_str() == text)
    }
}

impl Visibility {
    /// Every visibility, from the widest to the narrowest.
    pub const ALL: [Self; 5] = [Self::Public, Self::Unlisted, Self::Password, Self::Invited, Self::Members];

    /// The visibility's stored and public name.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Public => "public",
            Self::Unlisted => "unlisted",
            Self::Password => "password",
            Self::Invited => "invited",
            Self::Members => "members",
        }
    }

    /// Reads a visibility's name.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|it| it.as_str() == text)
    }

    /// Whether whoever knows the address may see the page.
    pub fn is_open(self) -> bool {
        matches!(self, Self::Public | Self::Unlisted)
    }
}

impl Page {
    /// Days a page stays in the trash before it is deleted for good.
    pub const TRASH_DAYS: i64 = 30;
    /// The most characters a title may have.
    pub const TITLE_CHARS_MAX: usize = 200;

    /// What it is called by itself: by its title, or by its address when it has none.
    pub fn own_title(&self) -> &str {
        if self.title.is_empty() { self.address.native() } else { &self.title }
    }

    /// Whether the tenant's lists and feeds show it at `now`.
    pub fn is_listed(&self, now: Timestamp) -> bool {
        self.trashed_at.is_none()
            && self.visibility == Visibility::Public
            && self.opens_at.is_none_or(|it| it <= now)
            && self.closes_at.is_none_or(|it| now < it)
    }
}
