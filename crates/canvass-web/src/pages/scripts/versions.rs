//! Versions of a script: this file is about what was published, what differs, and going back.

use askama::Template;
use axum::{
    extract::{Path, Query},
    response::{Html, Redirect},
};
use canvass_actions::{self as actions, scripts as verbs};
use canvass_model::{
    script::{Script, Version, VersionNumber},
    survey::Revision,
};
use canvass_storage::scripts::{self, versions};

use crate::{
    Problem,
    access::{Analyst, Creator},
    form::Form,
    layout::{ConsoleArea, ConsoleShell},
    view::{
        moment, number,
        script_head::{ScriptHead, Tab},
        source_difference::Difference,
    },
};

#[derive(Template)]
#[template(path = "console/script_versions.html")]
struct VersionsPage {
    shell: ConsoleShell,
    head: ScriptHead,
    may_write: bool,
    revision: u64,
    versions: Vec<Row>,
    /// What the difference is between.
    compared: String,
    /// How many lines it adds and removes.
    counts: String,
    shown: Difference,
}

/// One version of the list.
struct Row {
    number: u32,
    by: String,
    at: String,
    at_iso: String,
    note: String,
    is_live: bool,
    is_shown: bool,
}

/// Which version to compare: it is shown against the one before it. Without one the draft is, against the live one.
#[derive(serde::Deserialize)]
pub(crate) struct Wanted {
    of: Option<u32>,
}

/// The versions, and one difference.
pub(crate) async fn index(
    analyst: Analyst,
    Path((_, script)): Path<(String, String)>,
    Query(wanted): Query<Wanted>,
) -> Result<Html<String>, Problem> {
    let opened = super::open(&analyst, &script).await?;
    let (id, live) = (opened.script.id, opened.script.live);
    let (list, compared, before, after, now) = analyst
        .read(move |tx| {
            let list = versions::list(tx, id, None, Script::VERSIONS_MAX)?;
            let mut source = |number: VersionNumber| {
                let found = versions::find(tx, id, number)?;
                Ok::<_, actions::Error>(found.map(|(_, it)| it.source.as_str().to_owned()))
            };
            let (compared, before, after) = match (wanted.of.map(VersionNumber), live) {
                (Some(number), _) => {
                    let after = source(number)?.ok_or(actions::Error::NotFound)?;
                    let earlier = list.iter().find(|it| it.number < number).map(|it| it.number);
                    let before = earlier.map(&mut source).transpose()?.flatten().unwrap_or_default();
                    let words = match earlier {
                        Some(earlier) => format!("Version {} after version {}", number.0, earlier.0),
                        None => format!("Version {}", number.0),
                    };
                    (words, before, Some(after))
                }
                (None, Some(live)) => {
                    (format!("The draft after version {}", live.0), source(live)?.unwrap_or_default(), None)
                }
                (None, None) => (String::new(), String::new(), None),
            };
            let after = match after {
                Some(after) => after,
                None => scripts::draft(tx, id)?.map(|it| it.as_str().to_owned()).unwrap_or_default(),
            };
            Ok::<_, actions::Error>((list, compared, before, after, tx.now()))
        })
        .await?;
    let shown = if list.is_empty() { Difference::default() } else { Difference::between(&before, &after) };
    let row = |it: &Version| Row {
        number: it.number.0,
        by: it.by.clone(),
        at: moment::ago(it.published_at, now),
        at_iso: it.published_at.to_string(),
        note: it.note.clone(),
        is_live: Some(it.number) == live,
        is_shown: Some(it.number.0) == wanted.of,
    };
    let page = VersionsPage {
        shell: analyst.shell(ConsoleArea::Scripts).await?,
        head: opened.head(&analyst, Tab::Versions),
        may_write: super::may_write(&analyst),
        revision: opened.script.revision.0,
        versions: list.iter().map(row).collect(),
        compared,
        counts: counts(&shown),
        shown,
    };
    Ok(Html(page.render()?))
}

/// Makes an earlier version the draft.
pub(crate) async fn restore(
    creator: Creator,
    Path((_, script, number)): Path<(String, String, u32)>,
    form: Form,
) -> Result<Redirect, Problem> {
    let opened = super::open(&creator, &script).await?;
    let (id, name) = (opened.script.id, opened.script.name.clone());
    let seen = form.text("base").parse().ok().map(Revision);
    creator
        .write(move |tx, by| {
            let (_, earlier) = versions::find(tx, id, VersionNumber(number))?.ok_or(actions::Error::NotFound)?;
            verbs::save_draft(tx, by, &name, seen, &earlier.source)
        })
        .await?;
    Ok(Redirect::to(&format!("{}/{id}/versions", super::base(&creator))))
}

fn counts(difference: &Difference) -> String {
    if difference.is_empty() {
        return String::new();
    }
    let lines = |count: usize| number::counted(count as u64, "line");
    format!("{} added, {} removed", lines(difference.added), lines(difference.removed))
}
