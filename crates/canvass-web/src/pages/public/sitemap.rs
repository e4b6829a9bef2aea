//! Maps for search engines: this file is about which addresses they are told of, and which they are asked to leave out.

use askama::Template;
use axum::{
    http::header,
    response::{IntoResponse, Response},
};
use canvass_actions::listing::Listed;
use canvass_model::{
    address::PageAddress,
    page::{Kind, Visibility},
};

use super::{caching, index};
use crate::{Problem, access::Respondent};

/// A page of the map.
struct Place {
    url: String,
    /// When its row last changed, by RFC 3339; empty when that says nothing of what it shows.
    changed: String,
}

#[derive(Template)]
#[template(path = "respond/sitemap.xml")]
struct Sitemap {
    places: Vec<Place>,
}

/// Whether this is the address of the map.
pub(super) fn is_at(address: &PageAddress) -> bool {
    address.key() == PageAddress::sitemap().key()
}

/// The pages that everybody may find now (sitemaps.org, protocol 0.9). All of them: a tenant has fewer than a map may.
pub(super) async fn show(respondent: &Respondent) -> Result<Response, Problem> {
    let (listed, now) = (index::listed(respondent).await?, respondent.now());
    let site = respondent.site();
    let home = Place { url: site.absolute(site.home()), changed: String::new() };
    let places = listed.iter().filter(|it| it.is_listed(now) && is_content(it));
    let places = places.map(|it| Place {
        url: site.absolute(&site.href(&it.page.address)),
        changed: match it.page.target.kind() {
            Kind::Results | Kind::Script => String::new(),
            Kind::Survey | Kind::Document | Kind::File | Kind::Feed | Kind::Redirect => it.page.updated_at.to_string(),
        },
    });
    let map = Sitemap { places: std::iter::once(home).chain(places).collect() };
    Ok(caching::page(Visibility::Public, "application/xml; charset=utf-8", map.render()?))
}

/// What robots may visit, at the installation's own address or at a tenant's. The installation tells nobody which tenants
/// it has, so only a tenant's own host names a map.
pub(crate) async fn robots(respondent: Result<Respondent, Problem>) -> Response {
    let map = respondent.ok().map(|it| it.site().absolute(&it.site().href(&PageAddress::sitemap())));
    let headers =
        [(header::CONTENT_TYPE, "text/plain; charset=utf-8"), (header::CACHE_CONTROL, "public, max-age=3600")];
    (headers, rules(map.as_deref())).into_response()
}

/// By RFC 9309. What belongs to the product or to programs is for no robot, but for what pages are drawn with.
fn rules(map: Option<&str>) -> String {
    let rules = "User-agent: *\nDisallow: /-/\nAllow: /-/assets/\nDisallow: /api/\n";
    map.map_or_else(|| rules.to_owned(), |map| format!("{rules}\nSitemap: {map}\n"))
}

fn is_content(listed: &Listed) -> bool {
    match listed.page.target.kind() {
        Kind::Survey | Kind::Document | Kind::Results | Kind::File | Kind::Script => true,
        Kind::Feed | Kind::Redirect => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_host_of_its_own_names_a_map() {
        let own = rules(Some("https://adatum.surveys.example/sitemap.xml"));
        assert!(own.ends_with("\nSitemap: https://adatum.surveys.example/sitemap.xml\n"), "{own}");
        assert!(!rules(None).contains("Sitemap"));
    }
}
