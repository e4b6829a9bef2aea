//! Feeds: this file is about a tenant's open surveys as RSS 2.0, Atom (RFC 4287) and JSON Feed 1.1.

use askama::Template;
use axum::response::Response;
use canvass_actions::listing::{Listed, Opening};
use canvass_model::{page::FeedFormat, time::Timestamp};
use serde_json::json;
use time::format_description::well_known::Rfc2822;

use super::{caching, index};
use crate::{
    Problem,
    access::{Entered, Site},
};

/// Everything a feed tells, whatever its format. Texts hold no character that XML cannot.
struct Feed {
    /// Stays the same wherever the feed moves.
    id: String,
    title: String,
    organisation: String,
    /// Where people find the same.
    home: String,
    /// Where the feed itself is.
    own: String,
    updated: Moment,
    entries: Vec<Entry>,
}

/// An open survey.
struct Entry {
    /// Stays the same wherever the survey moves.
    id: String,
    title: String,
    summary: String,
    /// The same as HTML, for a format whose readers take it for that.
    summary_html: String,
    url: String,
    published: Moment,
    updated: Moment,
}

/// A moment as each format writes it.
struct Moment {
    rfc3339: String,
    rfc822: String,
}

#[derive(Template)]
#[template(path = "respond/feed.rss.xml")]
struct Rss {
    feed: Feed,
}

#[derive(Template)]
#[template(path = "respond/feed.atom.xml")]
struct Atom {
    feed: Feed,
}

/// The feed.
pub(super) async fn show(entered: &Entered<'_>, format: FeedFormat) -> Result<Response, Problem> {
    let feed = feed(entered).await?;
    let body = match format {
        FeedFormat::Rss => Rss { feed }.render()?,
        FeedFormat::Atom => Atom { feed }.render()?,
        FeedFormat::Json => json_feed(&feed).to_string(),
    };
    Ok(caching::page(entered.page().visibility, content_type(format), body))
}

/// The type that programs know a format by.
pub(super) fn content_type(format: FeedFormat) -> &'static str {
    match format {
        FeedFormat::Rss => "application/rss+xml; charset=utf-8",
        FeedFormat::Atom => "application/atom+xml; charset=utf-8",
        FeedFormat::Json => "application/feed+json",
    }
}

async fn feed(entered: &Entered<'_>) -> Result<Feed, Problem> {
    let respondent = entered.respondent();
    let (listed, now) = (index::listed(respondent).await?, respondent.now());
    let (site, page) = (respondent.site(), entered.page());
    let open: Vec<(&Listed, Opening)> =
        listed.iter().filter(|it| it.is_listed(now)).filter_map(|it| Some((it, it.opening?))).collect();
    let organisation = plain(respondent.tenant().name.as_str());
    let changed = open.iter().map(|(it, opening)| changed(it, *opening)).fold(page.updated_at, Timestamp::max);
    Ok(Feed {
        id: format!("urn:uuid:{}", page.id),
        title: if page.title.is_empty() { format!("Surveys by {organisation}") } else { plain(&page.title) },
        organisation,
        home: site.canonical_home(),
        own: site.canonical(&page.address),
        updated: Moment::of(changed),
        entries: open.into_iter().map(|(it, opening)| entry(it, opening, site)).collect(),
    })
}

fn entry(listed: &Listed, opening: Opening, site: &Site) -> Entry {
    Entry {
        id: format!("urn:uuid:{}", opening.survey),
        title: plain(&listed.title),
        summary_html: as_html(&plain(&listed.summary)),
        summary: plain(&listed.summary),
        url: site.canonical(&listed.page.address),
        published: Moment::of(opening.since),
        updated: Moment::of(changed(listed, opening)),
    }
}

/// When an entry last became another: with its survey's publication or its page.
fn changed(listed: &Listed, opening: Opening) -> Timestamp {
    opening.since.max(listed.page.updated_at)
}

fn json_feed(feed: &Feed) -> serde_json::Value {
    let items = feed.entries.iter().map(|it| {
        json!({
            "id": it.id,
            "url": it.url,
            "title": it.title,
            "content_text": if it.summary.is_empty() { &it.title } else { &it.summary },
            "date_published": it.published.rfc3339,
            "date_modified": it.updated.rfc3339,
        })
    });
    json!({
        "version": "https://jsonfeed.org/version/1.1",
        "title": feed.title,
        "home_page_url": feed.home,
        "feed_url": feed.own,
        "authors": [{ "name": feed.organisation, "url": feed.home }],
        "items": items.collect::<Vec<_>>(),
    })
}

/// A text without what XML 1.0 (section 2.2) has no way to write.
fn plain(text: &str) -> String {
    text.chars().filter(|it| !it.is_control() && !matches!(it, '\u{fffe}' | '\u{ffff}')).collect()
}

/// A text as HTML that shows it.
fn as_html(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

impl Moment {
    fn of(at: Timestamp) -> Self {
        Self { rfc3339: at.to_string(), rfc822: at.to_utc().format(&Rfc2822).unwrap_or_default() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_one_that_xml_can_hold() {
        assert_eq!(plain("a\u{0}b\u{b}c\u{1b}d\u{85}e\u{ffff}f<&>\"'😀"), "abcdef<&>\"'😀");
    }

    #[test]
    fn a_moment_is_written_as_each_format_wants_it() {
        let moment = Moment::of(Timestamp::parse("2026-09-02T04:06:07.089Z").unwrap());
        assert_eq!(moment.rfc3339, "2026-09-02T04:06:07.089Z");
        assert_eq!(moment.rfc822, "Wed, 02 Sep 2026 04:06:07 +0000");
    }
}
