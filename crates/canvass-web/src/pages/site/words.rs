//! Pages in words: this file is about what people call them, their kinds and who may see them.

use canvass_model::page::{Destination, FeedFormat, Kind, Page, Target, Visibility};

/// What a page is called: its own title, else that of the survey it serves, else its address.
pub(super) fn name(page: &Page, survey_title: &str) -> String {
    match (page.title.as_str(), survey_title) {
        ("", "") => page.address.native().to_owned(),
        ("", title) | (title, _) => title.to_owned(),
    }
}

/// Where a redirect leads, as the form and the API name it; empty for other pages. `pages` are all of the tenant.
pub(super) fn leads_to(page: &Page, pages: &[Page]) -> String {
    match &page.target {
        Target::Redirect(Destination::Url(url)) => url.as_str().to_owned(),
        Target::Redirect(Destination::Page(to) | Destination::Moved(to)) => {
            pages.iter().find(|it| it.id == *to).map_or_else(String::new, |it| it.address.typed())
        }
        Target::Survey(_)
        | Target::Results(_)
        | Target::Document
        | Target::Feed(_)
        | Target::File(_)
        | Target::Script(_) => String::new(),
    }
}

/// A kind's name.
pub(super) fn kind(kind: Kind) -> &'static str {
    match kind {
        Kind::Survey => "Survey",
        Kind::Results => "Results",
        Kind::Document => "Document",
        Kind::Feed => "Feed",
        Kind::File => "File",
        Kind::Redirect => "Redirect",
        Kind::Script => "Script",
    }
}

/// What a kind serves.
pub(super) fn kind_help(kind: Kind) -> &'static str {
    match kind {
        Kind::Survey => "A survey that people answer there",
        Kind::Results => "The results of a survey, as they come in",
        Kind::Document => "Words of your own, written in Markdown",
        Kind::Feed => "News of your public surveys, for feed readers",
        Kind::File => "A file to open or download",
        Kind::Redirect => "Leads on to another page, or to another site",
        Kind::Script => "What one of your scripts makes for each visitor",
    }
}

/// A kind's drawing.
pub(super) fn kind_icon(kind: Kind) -> &'static str {
    match kind {
        Kind::Survey => "multiple-choice",
        Kind::Results => "chart",
        Kind::Document => "long-text",
        Kind::Feed => "inbox",
        Kind::File => "download",
        Kind::Redirect => "forward",
        Kind::Script => "short-text",
    }
}

/// The name of a feed's format.
pub(super) fn format(format: FeedFormat) -> &'static str {
    match format {
        FeedFormat::Rss => "RSS",
        FeedFormat::Atom => "Atom",
        FeedFormat::Json => "JSON Feed",
    }
}

/// Who may see a page.
pub(super) fn visibility(visibility: Visibility) -> &'static str {
    match visibility {
        Visibility::Public => "Public",
        Visibility::Unlisted => "Unlisted",
        Visibility::Password => "With a password",
        Visibility::Invited => "Invited people",
        Visibility::Members => "Members",
    }
}

/// The same, explained.
pub(super) fn visibility_help(visibility: Visibility) -> &'static str {
    match visibility {
        Visibility::Public => "Everybody; your public page and feeds list it",
        Visibility::Unlisted => {
            "Everybody who has the link; nothing lists it, and search engines are asked to leave it out"
        }
        Visibility::Password => "Whoever knows the password of this page",
        Visibility::Invited => "Whoever opens a personal link",
        Visibility::Members => "Members who are signed in",
    }
}

/// The kinds that can be chosen. Files are not among them yet: there is nothing to choose from.
pub(super) const OFFERED: [Kind; 6] =
    [Kind::Document, Kind::Survey, Kind::Results, Kind::Script, Kind::Feed, Kind::Redirect];
