//! Documents: this file is about a tenant's own words as a page.

use askama::Template;
use axum::response::Response;
use canvass_actions::Error;
use canvass_model::{markdown, page::Visibility};
use canvass_storage::pages;

use super::caching;
use crate::{
    Problem,
    access::{Entered, Site},
};

/// A document's text, drawn once.
struct Drawn {
    html: String,
    excerpt: String,
}

#[derive(Template)]
#[template(path = "respond/document.html")]
struct DocumentPage<'a> {
    organisation: &'a str,
    site: &'a Site,
    title: &'a str,
    html: &'a str,
    excerpt: &'a str,
    canonical: String,
    listed: bool,
}

/// The document.
pub(super) async fn show(entered: &Entered<'_>) -> Result<Response, Problem> {
    let (page, respondent) = (entered.page(), entered.respondent());
    let site = respondent.site().clone();
    let (id, name) = (page.id, format!("document:{}:{}", site.key(), page.id));
    let drawn = respondent
        .cached(&name, move |tx| {
            let body = pages::document(tx, id)?.unwrap_or_default();
            let html = markdown::document(&body, |page| site.href(page));
            Ok::<_, Error>(Drawn { html, excerpt: markdown::excerpt(&body, markdown::EXCERPT_CHARS) })
        })
        .await?;
    let site = respondent.site();
    let shown = DocumentPage {
        organisation: respondent.tenant().name.as_str(),
        title: page.own_title(),
        html: &drawn.html,
        excerpt: &drawn.excerpt,
        canonical: site.canonical(&page.address),
        listed: page.visibility == Visibility::Public,
        site,
    };
    Ok(caching::page(page.visibility, caching::HTML, shown.render()?))
}
