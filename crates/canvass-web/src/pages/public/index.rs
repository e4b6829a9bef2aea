//! The tenant's own address: this file is about the list of what everybody may find there, shown as long as no page
//! stands at it.

use std::sync::Arc;

use askama::Template;
use axum::response::Response;
use canvass_actions::listing::{self, Listed};
use canvass_model::page::{Kind, Target, Visibility};

use super::{caching, feed};
use crate::{
    Problem,
    access::{Respondent, Site},
    view::moment,
};

/// A line of the list.
struct Line {
    title: String,
    href: String,
    /// What kind of page it is; empty where that goes without saying.
    kind: &'static str,
    /// Until when it can be answered, for a machine and in words; empty for a page that asks nothing.
    closes: (String, String),
}

/// A feed that programs find by looking at the page.
struct Alternate {
    kind: &'static str,
    href: String,
    title: String,
}

#[derive(Template)]
#[template(path = "respond/index.html")]
struct IndexPage<'a> {
    organisation: &'a str,
    site: &'a Site,
    title: String,
    canonical: String,
    feeds: Vec<Alternate>,
    surveys: Vec<Line>,
    others: Vec<Line>,
}

/// Everything that everybody may find now.
pub(super) async fn show(respondent: &Respondent) -> Result<Response, Problem> {
    let (listed, site) = (listed(respondent).await?, respondent.site());
    let now = respondent.now();
    let open = || listed.iter().filter(|it| it.is_listed(now));
    let organisation = respondent.tenant().name.as_str();
    let page = IndexPage {
        organisation,
        title: format!("Surveys by {organisation}"),
        canonical: site.absolute(site.home()),
        feeds: open().filter_map(|it| alternate(it, site)).collect(),
        surveys: open().filter(|it| it.page.target.kind() == Kind::Survey).map(|it| line(it, site)).collect(),
        others: open().filter(|it| is_other(it.page.target.kind())).map(|it| line(it, site)).collect(),
        site,
    };
    Ok(caching::page(Visibility::Public, caching::HTML, page.render()?))
}

/// The tenant's public pages, from the cache.
pub(super) async fn listed(respondent: &Respondent) -> Result<Arc<Vec<Listed>>, Problem> {
    Ok(respondent.cached("listed", listing::load).await?)
}

/// Whether the list shows such a page below the surveys: what people read, and no machinery.
fn is_other(kind: Kind) -> bool {
    match kind {
        Kind::Document | Kind::Results | Kind::File | Kind::Script => true,
        Kind::Survey | Kind::Feed | Kind::Redirect => false,
    }
}

fn line(listed: &Listed, site: &Site) -> Line {
    let kind = match listed.page.target {
        Target::Results(_) => "Results",
        Target::File(_) => "File",
        Target::Survey(_) | Target::Document | Target::Feed(_) | Target::Redirect(_) | Target::Script(_) => "",
    };
    let closes = listed.opening.map(|it| (it.closes_at.to_string(), moment::day(it.closes_at)));
    Line {
        title: listed.title.clone(),
        href: site.href(&listed.page.address),
        kind,
        closes: closes.unwrap_or_default(),
    }
}

fn alternate(listed: &Listed, site: &Site) -> Option<Alternate> {
    let Target::Feed(format) = listed.page.target else { return None };
    let (kind, _) = feed::content_type(format).split_once(';').unwrap_or((feed::content_type(format), ""));
    Some(Alternate { kind, href: site.href(&listed.page.address), title: listed.title.clone() })
}
