//! Traffic: this file is about the page that shows a tenant who visits its public pages, and never anybody in particular.

mod file;
mod period;

use askama::Template;
use axum::{extract::Query, http::StatusCode, response::Html};
use canvass_actions::traffic::{self, Item, Overview};
use canvass_model::{
    time::Timestamp,
    traffic::{Agent, Place, Tally},
};

pub(crate) use self::file::export;
use self::period::Period;
use crate::{
    Problem,
    access::Analyst,
    layout::{ConsoleArea, ConsoleShell},
    view::{
        chart::{self, Column},
        number,
    },
};

#[derive(Template)]
#[template(path = "console/traffic.html")]
struct TrafficPage {
    shell: ConsoleShell,
    period: Period,
    is_empty: bool,
    figures: Vec<(&'static str, String)>,
    speed: Option<String>,
    charts: Vec<Chart>,
    lists: Vec<List>,
    /// How many requests are in no count, in words.
    dropped: Option<String>,
    /// How many are in the counts and not in the log.
    counted: Option<String>,
    base: String,
}

/// One measure over the period.
struct Chart {
    id: &'static str,
    title: &'static str,
    total: String,
    highest: String,
    columns: Vec<Column>,
    description: String,
    first: String,
    last: String,
    rows: Vec<(String, String)>,
}

/// The counts by one thing.
struct List {
    title: &'static str,
    about: &'static str,
    name: &'static str,
    rows: Vec<Row>,
}

struct Row {
    label: String,
    views: String,
    requests: String,
    share: u64,
}

/// Which time to show.
#[derive(serde::Deserialize)]
pub(crate) struct Wanted {
    #[serde(default)]
    period: Period,
}

/// The traffic of a period.
pub(crate) async fn show(analyst: Analyst, Query(wanted): Query<Wanted>) -> Result<Html<String>, Problem> {
    let period = wanted.period;
    let range = period.range(analyst.now());
    let found = analyst.read(move |tx| traffic::overview(tx, range)).await?;
    let alias = analyst.tenant().alias.to_string();
    let page = TrafficPage {
        period,
        is_empty: found.total.requests == 0 && found.total.responses == 0,
        figures: figures(&found.total),
        speed: speed(&found.micros),
        charts: charts(&found, period),
        lists: lists(&found, &alias),
        dropped: Some(found.fared.dropped).filter(|it| *it != 0).map(|it| number::counted(it, "request")),
        counted: Some(found.fared.counted).filter(|it| *it != 0).map(number::grouped),
        base: format!("/-/console/{alias}/traffic"),
        shell: analyst.shell(ConsoleArea::Traffic).await?,
    };
    Ok(Html(page.render()?))
}

fn figures(total: &Tally) -> Vec<(&'static str, String)> {
    vec![
        ("views", number::grouped(total.views)),
        ("responses", number::grouped(total.responses)),
        ("requests", number::grouped(total.requests)),
        ("sent", number::bytes(total.bytes)),
    ]
}

/// How quick the newest requests were, in a sentence; `micros` in ascending order.
fn speed(micros: &[u64]) -> Option<String> {
    let at = |percent: usize| micros.get(micros.len().saturating_sub(1) * percent / 100).copied();
    let (half, most) = (at(50)?, at(95)?);
    Some(format!(
        "Of the newest {}, half were ready within {} and 95 % within {}.",
        number::counted(micros.len() as u64, "request"),
        number::milliseconds(half),
        number::milliseconds(most)
    ))
}

fn charts(found: &Overview, period: Period) -> Vec<Chart> {
    vec![
        chart("views", "Views", found, period, |it| it.views),
        chart("responses", "Responses", found, period, |it| it.responses),
    ]
}

fn chart(id: &'static str, title: &'static str, found: &Overview, period: Period, of: impl Fn(&Tally) -> u64) -> Chart {
    let parts: Vec<(Timestamp, u64)> = found
        .series
        .chunks(period.spans_a_column())
        .filter_map(|part| Some((part.first()?.0, part.iter().map(|(_, tally)| of(tally)).sum())))
        .collect();
    let counts: Vec<u64> = parts.iter().map(|(_, count)| *count).collect();
    let most = parts.iter().max_by_key(|(_, count)| *count).filter(|(_, count)| 0 < *count);
    let description = match most {
        None => format!("{title} per {}: none", period.column()),
        Some((at, count)) => {
            format!("{title} per {}; the most, {}, {}", period.column(), number::grouped(*count), period.label(*at))
        }
    };
    let edge = |place: Option<&(Timestamp, u64)>| place.map_or_else(String::new, |(at, _)| period.edge(*at));
    Chart {
        id,
        title,
        total: number::grouped(counts.iter().sum()),
        highest: number::grouped(counts.iter().copied().max().unwrap_or_default()),
        columns: chart::columns(&counts),
        description,
        first: edge(parts.first()),
        last: edge(parts.last()),
        rows: parts.iter().rev().map(|(at, count)| (period.label(*at), number::grouped(*count))).collect(),
    }
}

fn lists(found: &Overview, alias: &str) -> Vec<List> {
    let whole = found.total.requests;
    let rows = |items: &[Item], label: &dyn Fn(&Item) -> String| {
        items.iter().map(|it| row(label(it), &it.tally, whole)).collect::<Vec<_>>()
    };
    vec![
        List {
            title: "Pages",
            about: "What was asked for.",
            name: "Page",
            rows: rows(&found.pages, &|it| page_label(it, alias)),
        },
        List {
            title: "Sources",
            about: "The sites that led here, by their names alone.",
            name: "Source",
            rows: rows(&found.sources, &|it| source_label(&it.value)),
        },
        List {
            title: "Devices",
            about: "What browsers and programs say they are.",
            name: "Device",
            rows: rows(&found.agents, &|it| agent_label(&it.value)),
        },
        List {
            title: "Answers",
            about: "The status of each answer.",
            name: "Status",
            rows: rows(&found.statuses, &|it| status_label(&it.value)),
        },
    ]
}

fn row(label: String, tally: &Tally, whole: u64) -> Row {
    Row {
        label,
        views: number::grouped(tally.views),
        requests: number::grouped(tally.requests),
        share: number::percent(tally.requests, whole),
    }
}

fn page_label(item: &Item, alias: &str) -> String {
    match item.value.as_str() {
        Place::INDEX => format!("/{alias}"),
        Place::ELSEWHERE => "Addresses without a page".to_owned(),
        _ => format!("/{alias}/{}", item.label),
    }
}

fn source_label(value: &str) -> String {
    match value {
        "direct" => "Direct, or not told".to_owned(),
        "internal" => "Your own pages".to_owned(),
        "other" => "Other sites".to_owned(),
        host => host.to_owned(),
    }
}

fn agent_label(value: &str) -> String {
    let label = Agent::parse(value).map(|it| match it {
        Agent::Phone => "Phones",
        Agent::Tablet => "Tablets",
        Agent::Desktop => "Desktops",
        Agent::Robot => "Robots",
        Agent::Program => "Programs",
        Agent::Unknown => "Unknown",
    });
    label.unwrap_or(value).to_owned()
}

fn status_label(value: &str) -> String {
    let reason = StatusCode::from_bytes(value.as_bytes()).ok().and_then(|it| it.canonical_reason());
    reason.map_or_else(|| value.to_owned(), |reason| format!("{value} {reason}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_speed_is_that_of_the_middle_and_of_almost_all() {
        let micros: Vec<u64> = (1..=100).map(|it| it * 1_000).collect();
        let expected = "Of the newest 100 requests, half were ready within 50 ms and 95 % within 95 ms.";
        assert_eq!(speed(&micros).as_deref(), Some(expected));
        assert_eq!(
            speed(&[400]).as_deref(),
            Some("Of the newest 1 request, half were ready within 0.4 ms and 95 % within 0.4 ms.")
        );
        assert_eq!(speed(&[]), None);
    }

    #[test]
    fn a_status_has_its_words() {
        assert_eq!(status_label("404"), "404 Not Found");
        assert_eq!(status_label("799"), "799");
    }
}
