//! What everybody may find of a tenant: this file is about the list behind its index, its feeds and its map for search
//! engines.

use std::collections::HashMap;

use canvass_model::{
    definition::Definition,
    id::SurveyId,
    markdown,
    page::{Page, Target, Visibility},
    survey::{Status, Survey},
    time::Timestamp,
};
use canvass_storage::{ReadTx, pages, surveys};

use crate::{Error, error::stored_definition};

/// Surveys that lists know; more are found by their own links.
pub const SURVEYS_MAX: u32 = 200;
/// As much of a survey's description as a list shows.
const SUMMARY_CHARS_MAX: usize = 280;

/// A public page as lists show it. Whether they show it now depends on the moment: [`is_listed`](Self::is_listed).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listed {
    /// The page.
    pub page: Page,
    /// What it is called: its own title, or that of the survey it is about.
    pub title: String,
    /// The beginning of what it is about; may be empty.
    pub summary: String,
    /// When the survey that it asks opened and closes; `None` for a page that asks nothing.
    pub opening: Option<Opening>,
}

/// How long a survey that is asked is open.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Opening {
    /// Which survey.
    pub survey: SurveyId,
    /// Since when it collects answers.
    pub since: Timestamp,
    /// When it closes.
    pub closes_at: Timestamp,
}

impl Listed {
    /// Whether lists show it at `now`.
    pub fn is_listed(&self, now: Timestamp) -> bool {
        self.page.is_listed(now) && self.opening.is_none_or(|it| now < it.closes_at)
    }
}

/// A tenant's public pages in the order of lists: by their place, then the newest first. A survey that is closed, and
/// results of a survey that was never published or is in the trash, are left out; what depends on the moment is not.
pub fn load(tx: &mut ReadTx<'_>) -> Result<Vec<Listed>, Error> {
    let mut known = HashMap::new();
    for (survey, definition) in surveys::list_public(tx, SURVEYS_MAX)? {
        known.insert(survey.id, (survey, stored_definition(&definition)?));
    }
    let public = pages::list(tx)?.into_iter().filter(|it| it.visibility == Visibility::Public);
    let mut listed: Vec<Listed> = public.filter_map(|page| entry(page, &known)).collect();
    listed.sort_by_key(|it| (it.page.place, std::cmp::Reverse((it.since(), it.page.id))));
    Ok(listed)
}

fn entry(page: Page, known: &HashMap<SurveyId, (Survey, Definition)>) -> Option<Listed> {
    let title = |of_survey: String| if page.title.is_empty() { of_survey } else { page.title.clone() };
    let (title, summary, opening) = match &page.target {
        Target::Survey(id) => {
            let (survey, definition) = known.get(id)?;
            let Status::Published { since, closes_at, .. } = survey.status else { return None };
            let summary =
                definition.description.as_ref().map(|it| markdown::excerpt(it.in_default(), SUMMARY_CHARS_MAX));
            let opening = Opening { survey: *id, since, closes_at };
            (title(definition.title_text().to_owned()), summary.unwrap_or_default(), Some(opening))
        }
        Target::Results(id) => {
            let (_, definition) = known.get(id)?;
            (title(format!("Results of {}", definition.title_text())), String::new(), None)
        }
        Target::Document | Target::File(_) | Target::Feed(_) | Target::Script(_) => {
            (page.own_title().to_owned(), String::new(), None)
        }
        Target::Redirect(_) => return None,
    };
    Some(Listed { page, title, summary, opening })
}

impl Listed {
    fn since(&self) -> Timestamp {
        self.opening.map_or(self.page.created_at, |it| it.since)
    }
}
