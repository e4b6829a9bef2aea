//! The head of a survey's pages: this file is about its title, state and tabs, the same on each of them.

use canvass_model::{
    alias::Alias,
    survey::{Status, Survey},
    time::Timestamp,
};

use super::{moment, number};

/// What stands above the tabs of a survey, and the tabs.
pub(crate) struct SurveyHead {
    /// Its id, for links.
    pub(crate) id: String,
    /// The alias of its tenant, for links.
    pub(crate) alias: String,
    /// Its title.
    pub(crate) title: String,
    /// Its state in one word.
    pub(crate) badge: &'static str,
    /// How the state is coloured: `good`, `warn` or nothing.
    pub(crate) tone: &'static str,
    /// What else there is to say of its state.
    pub(crate) note: String,
    /// Responses so far, grouped.
    pub(crate) responses: String,
    /// The page one is on.
    pub(crate) tab: Tab,
}

/// The pages of one survey.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Tab {
    /// What it asks.
    Questions,
    /// What its organisation notes of it.
    Details,
    /// Where and until when.
    Publication,
    /// The summary.
    Results,
    /// The responses.
    Responses,
    /// The responses as files.
    Exports,
}

impl SurveyHead {
    /// The head of `survey` at `now`.
    pub(crate) fn new(survey: &Survey, alias: &Alias, tab: Tab, now: Timestamp) -> Self {
        let (badge, tone, note) = state(survey, now);
        Self {
            id: survey.id.to_string(),
            alias: alias.to_string(),
            title: if survey.title.is_empty() { "Untitled survey".to_owned() } else { survey.title.clone() },
            badge,
            tone,
            note,
            responses: number::grouped(survey.responses),
            tab,
        }
    }

    /// The address of this survey's pages in the console, without a slash at the end.
    pub(crate) fn base(&self) -> String {
        format!("/-/console/{}/surveys/{}", self.alias, self.id)
    }
}

/// A survey's state: in one word, its colour, and what else there is to say.
pub(crate) fn state(survey: &Survey, now: Timestamp) -> (&'static str, &'static str, String) {
    if survey.trashed_at.is_some() {
        return ("Trash", "", String::new());
    }
    match &survey.status {
        Status::Draft => ("Draft", "", String::new()),
        Status::Published { closes_at, .. } if now < *closes_at => {
            let left = until(*closes_at, now);
            let soon = closes_at.ms_since(now) < Timestamp::DAY_MS;
            if soon { ("Closes soon", "warn", left) } else { ("Open", "good", left) }
        }
        Status::Published { closes_at, .. } => ("Closed", "", format!("closed on {}", moment::day(*closes_at))),
        Status::Closed { since, .. } => ("Closed", "", format!("closed on {}", moment::day(*since))),
        Status::Archived { since } => ("Archived", "", format!("put away on {}", moment::day(*since))),
    }
}

fn until(at: Timestamp, now: Timestamp) -> String {
    let ms = at.ms_since(now);
    let (count, unit) = match ms {
        _ if ms < Timestamp::HOUR_MS => (ms / Timestamp::MINUTE_MS, "minute"),
        _ if ms < 2 * Timestamp::DAY_MS => (ms / Timestamp::HOUR_MS, "hour"),
        _ => (ms / Timestamp::DAY_MS, "day"),
    };
    format!("closes in {count} {unit}{}", if count == 1 { "" } else { "s" })
}
