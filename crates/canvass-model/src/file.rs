//! Files: this file is about what a tenant uploads, in which state its content is, and which content is served.

mod media;
mod name;

pub use self::{
    media::{Handling, Media, SNIFFED_BYTES},
    name::{FileName, InvalidFileName},
};
use crate::{
    id::{ContentId, FileId},
    member::Actor,
    survey::Revision,
    time::Timestamp,
};

/// A file of a tenant. Pages serve it by its id, so that its content and name may change while its addresses stay.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct File {
    /// Its id.
    pub id: FileId,
    /// What it is called when it is downloaded.
    pub name: FileName,
    /// Counts its changes from 1.
    pub revision: Revision,
    /// When it was uploaded first.
    pub created_at: Timestamp,
    /// When it last changed.
    pub updated_at: Timestamp,
    /// When it was thrown away, if it was.
    pub trashed_at: Option<Timestamp>,
    /// What was uploaded, the newest first: what it is now, and what it was before the last replacement. Never empty.
    pub contents: Vec<Content>,
}

/// What a file is made of: bytes that never change, kept apart from this record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Content {
    /// Names the bytes.
    pub id: ContentId,
    /// Grows with every replacement.
    pub version: u32,
    /// What the bytes are, as decided by their name and beginning; never by who sent them.
    pub media: Media,
    /// How many.
    pub bytes: u64,
    /// Their SHA-256 in hexadecimal.
    pub sha256: String,
    /// What the virus scan found.
    pub scan: Scan,
    /// Why the last try of a scan came to nothing, for the person who waits.
    pub trouble: Option<String>,
    /// Who uploaded it.
    pub by: Actor,
    /// When.
    pub at: Timestamp,
}

/// What a virus scan found in a content.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Scan {
    /// Nobody has looked yet.
    Unscanned,
    /// Nothing.
    Clean,
    /// This signature. The bytes are gone.
    Infected(String),
}

/// Whether this installation scans what is uploaded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scanning {
    /// Nothing is served before it was found clean.
    On,
    /// What was not scanned is served, and said to be unscanned.
    Off,
}

/// How a content stands, for people and programs.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize, schemars::JsonSchema,
)]
#[serde(rename_all = "snake_case")]
#[schemars(rename = "FileState")]
pub enum State {
    /// Scanned, and nothing was found.
    Clean,
    /// Not scanned, because this installation has no virus scanner.
    Unscanned,
    /// Waits for the virus scan; not served.
    Waiting,
    /// A virus was found; the content was deleted.
    Infected,
}

impl File {
    /// Days a file stays in the trash before it is deleted for good.
    pub const TRASH_DAYS: i64 = 30;
    /// Contents kept of one file: the one it has, and the one before for undo.
    pub const CONTENTS_MAX: usize = 2;

    /// What it is made of now, whether or not that is served.
    pub fn newest(&self) -> Option<&Content> {
        self.contents.first()
    }

    /// What is served: the newest content that may be, so that a replacement that waits, or was refused, takes nothing
    /// away.
    pub fn served(&self, scanning: Scanning) -> Option<&Content> {
        self.contents.iter().find(|it| it.is_served(scanning))
    }

    /// Whether there is an earlier content to go back to.
    pub fn can_go_back(&self) -> bool {
        self.contents.iter().skip(1).any(Content::has_bytes)
    }
}

impl Content {
    /// How it stands.
    pub fn state(&self, scanning: Scanning) -> State {
        match (&self.scan, scanning) {
            (Scan::Clean, _) => State::Clean,
            (Scan::Infected(_), _) => State::Infected,
            (Scan::Unscanned, Scanning::On) => State::Waiting,
            (Scan::Unscanned, Scanning::Off) => State::Unscanned,
        }
    }

    /// Whether it may be served.
    pub fn is_served(&self, scanning: Scanning) -> bool {
        match self.state(scanning) {
            State::Clean | State::Unscanned => true,
            State::Waiting | State::Infected => false,
        }
    }

    /// Whether its bytes are kept.
    pub fn has_bytes(&self) -> bool {
        !matches!(self.scan, Scan::Infected(_))
    }
}

impl Scan {
    /// The stored name of what was found.
    pub fn as_str(&self) -> &'static str {
        match self {
            Self::Unscanned => "unscanned",
            Self::Clean => "clean",
            Self::Infected(_) => "infected",
        }
    }
}

/// The most characters of a signature's name or of a scanner's trouble that are kept.
pub const REASON_CHARS_MAX: usize = 200;

#[cfg(test)]
mod tests {
    use super::*;

    fn content(version: u32, scan: Scan) -> Content {
        Content {
            id: ContentId::parse("01890a5d-ac96-774b-bcce-b302099a8057").unwrap(),
            version,
            media: Media::decide("a.txt", b"a"),
            bytes: 1,
            sha256: String::new(),
            scan,
            trouble: None,
            by: Actor::Canvass,
            at: Timestamp(0),
        }
    }

    fn file(contents: Vec<Content>) -> File {
        File {
            id: FileId::parse("01890a5d-ac96-774b-bcce-b302099a8057").unwrap(),
            name: FileName::parse("a.txt").unwrap(),
            revision: Revision(1),
            created_at: Timestamp(0),
            updated_at: Timestamp(0),
            trashed_at: None,
            contents,
        }
    }

    fn served(file: &File, scanning: Scanning) -> Option<u32> {
        file.served(scanning).map(|it| it.version)
    }

    #[test]
    fn nothing_is_served_before_it_was_found_clean() {
        let new = file(vec![content(1, Scan::Unscanned)]);
        assert_eq!(served(&new, Scanning::On), None);
        assert_eq!(served(&new, Scanning::Off), Some(1));
        assert_eq!(new.contents[0].state(Scanning::On), State::Waiting);
        let infected = file(vec![content(1, Scan::Infected("Test".to_owned()))]);
        assert_eq!((served(&infected, Scanning::On), served(&infected, Scanning::Off)), (None, None));
    }

    #[test]
    fn a_replacement_takes_nothing_away_until_it_may_be_served() {
        let waiting = file(vec![content(2, Scan::Unscanned), content(1, Scan::Clean)]);
        assert_eq!((served(&waiting, Scanning::On), served(&waiting, Scanning::Off)), (Some(1), Some(2)));
        let refused = file(vec![content(2, Scan::Infected("Test".to_owned())), content(1, Scan::Clean)]);
        assert_eq!((served(&refused, Scanning::On), served(&refused, Scanning::Off)), (Some(1), Some(1)));
        assert!(refused.can_go_back());
        assert!(!file(vec![content(2, Scan::Clean), content(1, Scan::Infected(String::new()))]).can_go_back());
    }
}
