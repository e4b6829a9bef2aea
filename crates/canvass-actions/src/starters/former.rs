//! What was before a decision: this file is about keeping it, so that every decision on a starter page can be taken back.

use canvass_model::{brand::ContentHash, id::PageId, page::Kind, template_site::Filled};
use canvass_storage::{self as storage, starters::Starter};
use serde_json::{Value, json};

use super::Present;
use crate::Error;

/// What undoing brings back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Former {
    /// Nothing was decided about the page, and it was not there.
    Nothing,
    /// The tenant had not decided to keep the page; this was the newest version it had decided about.
    Undecided {
        /// That version.
        settled: u32,
    },
    /// The page said something else.
    Said {
        /// What.
        filled: Filled,
        /// The version its text came from.
        version: u32,
        /// The hash of what that version had installed.
        hash: ContentHash,
        /// The newest version the tenant had decided about.
        settled: u32,
    },
}

impl Former {
    pub(super) fn text(&self) -> String {
        let value = match self {
            Self::Nothing => json!({ "was": "nothing" }),
            Self::Undecided { settled } => json!({ "was": "undecided", "settled": settled }),
            Self::Said { filled: Filled { title, kind, target, body }, version, hash, settled } => json!({
                "was": "said", "title": title, "kind": kind.as_str(), "target": target, "body": body,
                "version": version, "hash": hash.as_str(), "settled": settled,
            }),
        };
        value.to_string()
    }

    pub(super) fn read(text: &str) -> Result<Self, Error> {
        let corrupt =
            || Error::Storage(storage::Error::Corrupt { what: "starter", found: text.chars().take(80).collect() });
        let value: Value = serde_json::from_str(text).map_err(|_| corrupt())?;
        Self::of(&value).ok_or_else(corrupt)
    }

    fn of(value: &Value) -> Option<Self> {
        let text = |name: &str| value[name].as_str().map(str::to_owned);
        let number = |name: &str| value[name].as_u64().and_then(|it| u32::try_from(it).ok());
        match value["was"].as_str()? {
            "nothing" => Some(Self::Nothing),
            "undecided" => Some(Self::Undecided { settled: number("settled")? }),
            "said" => Some(Self::Said {
                filled: Filled {
                    title: text("title")?,
                    kind: Kind::parse(value["kind"].as_str()?)?,
                    target: text("target")?,
                    body: text("body")?,
                },
                version: number("version")?,
                hash: ContentHash::parse(value["hash"].as_str()?)?,
                settled: number("settled")?,
            }),
            _ => None,
        }
    }
}

/// Whether the last decision can be taken back without losing what the tenant has written since.
pub(super) fn can_be_undone(starter: &Starter, present: Option<&Present>) -> bool {
    let Some(former) = starter.former.as_deref().and_then(|it| Former::read(it).ok()) else { return false };
    let is_untouched = |page: PageId| present.is_some_and(|it| it.page.id == page && it.filled.hash() == starter.hash);
    match (former, starter.page) {
        (Former::Nothing, None) | (Former::Undecided { .. }, _) => true,
        (Former::Nothing | Former::Said { .. }, Some(page)) => is_untouched(page),
        (Former::Said { .. }, None) => false,
    }
}
