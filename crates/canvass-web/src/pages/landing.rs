//! The landing page: this file is about what a stranger sees first. Never a list of tenants.

use askama::Template;
use axum::response::Html;

use crate::Problem;

#[derive(Template)]
#[template(path = "public/landing.html")]
struct LandingPage;

/// The product's front page.
pub(crate) async fn show() -> Result<Html<String>, Problem> {
    Ok(Html(LandingPage.render()?))
}
