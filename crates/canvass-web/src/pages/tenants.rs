//! Choosing a tenant: this file is about the list of tenants a person belongs to.

use askama::Template;
use axum::response::{Html, IntoResponse, Redirect, Response};

use crate::{Problem, access::SignedIn, layout::TenantLink};

#[derive(Template)]
#[template(path = "account/tenants.html")]
struct TenantsPage {
    tenants: Vec<TenantLink>,
}

/// The tenants of whoever signed in; with just one, straight to it.
pub(crate) async fn index(person: SignedIn) -> Result<Response, Problem> {
    let tenants: Vec<TenantLink> = person.tenants().await?.iter().map(TenantLink::of).collect();
    if let [only] = tenants.as_slice() {
        return Ok(Redirect::to(&format!("/-/console/{}", only.alias)).into_response());
    }
    Ok(Html(TenantsPage { tenants }.render()?).into_response())
}
