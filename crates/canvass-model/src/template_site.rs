//! The template site: this file is about the pages a new tenant begins with, read from a manifest and the texts beside it.

mod fill;
mod read;

use std::fmt;

pub use self::fill::{PLACEHOLDERS, Words};
use crate::{
    address::PageAddress,
    brand::ContentHash,
    definition::Definition,
    page::{FeedFormat, Kind, Visibility},
};

/// What every new tenant begins with, in a version that grows with each change of it.
#[derive(Debug, Clone, PartialEq)]
pub struct TemplateSite {
    /// Its version, from 1. A tenant is offered what a newer one has.
    pub version: u32,
    /// Its pages, in the order in which they are made.
    pub pages: Vec<TemplatePage>,
    /// Surveys that are made as drafts at the beginning, and never offered again.
    pub surveys: Vec<Definition>,
}

/// One page of a template site.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TemplatePage {
    /// What it is known by, however its address and title change.
    pub name: TemplateName,
    /// Where it is put.
    pub address: PageAddress,
    /// What it is called; may hold placeholders.
    pub title: String,
    /// What it serves.
    pub content: TemplateContent,
    /// Who may see it at first.
    pub visibility: Visibility,
}

/// What a page of a template site serves.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TemplateContent {
    /// Markdown with placeholders.
    Document(String),
    /// A feed of the tenant's public surveys.
    Feed(FeedFormat),
}

/// A template page with a tenant's words in it: what is installed, and compared with what the tenant made of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Filled {
    /// The page's title.
    pub title: String,
    /// What kind of page it is.
    pub kind: Kind,
    /// A feed's format as it is named; empty for a document.
    pub target: String,
    /// A document's Markdown; empty for a feed.
    pub body: String,
}

/// How a page of the template site stands with a tenant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(rename = "StarterStanding")]
pub enum Standing {
    /// The tenant never had it: it is offered.
    New,
    /// There is a newer text, and the tenant never changed the one it has: it is offered.
    Outdated,
    /// There is a newer text, and the tenant has changed the page: both are shown, and it is theirs to choose.
    Contested,
    /// It is as the template has it, or the tenant has decided to keep it as it is.
    Settled,
    /// The tenant threw it away, made something of another kind of it, or never wanted it: it is not offered again.
    Removed,
}

/// What a template page is known by: 1 to 40 small letters, digits and hyphens, a letter first.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, schemars::JsonSchema)]
#[serde(transparent)]
pub struct TemplateName(String);

impl TemplateSite {
    /// The most pages it may have: all of them are made in one transaction while somebody waits for their tenant.
    pub const PAGES_MAX: usize = 30;
    /// The most surveys it may have, for the same reason.
    pub const SURVEYS_MAX: usize = 5;
    /// The most bytes its manifest or one of its files may have.
    pub const FILE_BYTES_MAX: usize = 64 * 1024;
    /// The name of the file that says what the others are.
    pub const MANIFEST: &str = "site.json";

    /// Reads a manifest; `file` gives the text of a file beside it, or says why it cannot. Answers everything that is
    /// wrong, each with its file, or the site.
    pub fn parse(manifest: &str, file: impl FnMut(&str) -> Result<String, String>) -> Result<Self, Vec<String>> {
        read::site(manifest, file)
    }

    /// The page with this name.
    pub fn page(&self, name: &TemplateName) -> Option<&TemplatePage> {
        self.pages.iter().find(|it| it.name == *name)
    }
}

impl TemplatePage {
    /// The page as a tenant gets it.
    pub fn fill(&self, words: &Words<'_>) -> Filled {
        let (target, body) = match &self.content {
            TemplateContent::Document(markdown) => (String::new(), words.in_markdown(markdown)),
            TemplateContent::Feed(format) => (format.as_str().to_owned(), String::new()),
        };
        Filled { title: words.in_text(&self.title), kind: self.kind(), target, body }
    }

    /// What kind of page it is.
    pub fn kind(&self) -> Kind {
        match self.content {
            TemplateContent::Document(_) => Kind::Document,
            TemplateContent::Feed(_) => Kind::Feed,
        }
    }
}

impl Filled {
    /// Tells what a page says from everything else it might say; where it is and who may see it make no difference.
    pub fn hash(&self) -> ContentHash {
        // Lengths keep the end of one part from being the beginning of the next.
        let Self { title, kind, target, body } = self;
        let (kind, body) = (kind.as_str(), body.replace("\r\n", "\n"));
        let parts = [title.trim(), kind, target, &body].map(|it| format!("{}:{it}", it.len()));
        ContentHash::of(parts.concat().as_bytes())
    }
}

impl Standing {
    /// Whether there is something to decide.
    pub fn is_open(self) -> bool {
        match self {
            Self::New | Self::Outdated | Self::Contested => true,
            Self::Settled | Self::Removed => false,
        }
    }
}

impl TemplateName {
    /// The most characters it may have.
    pub const CHARS_MAX: usize = 40;

    /// Reads a name.
    pub fn parse(text: &str) -> Option<Self> {
        let is_part = |it: u8| it.is_ascii_lowercase() || it.is_ascii_digit() || it == b'-';
        let is_name = (1..=Self::CHARS_MAX).contains(&text.len())
            && text.bytes().all(is_part)
            && text.starts_with(|it: char| it.is_ascii_lowercase());
        is_name.then(|| Self(text.to_owned()))
    }

    /// The name as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for TemplateName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests;
