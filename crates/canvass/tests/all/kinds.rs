//! Pages of every kind: this file is about what a tenant's public addresses serve, and what they never show.

mod documents;
mod feeds;
mod lists;
mod results;

use canvass_actions::pages::{self, Wanted};
use canvass_model::{
    address::PageAddress,
    member::Actor,
    page::{Page, Target, Visibility},
};
use canvass_storage::Tenant;

/// A public page without a title.
fn wanted(address: &str, target: Target) -> Wanted {
    Wanted {
        address: PageAddress::parse(address).unwrap(),
        title: String::new(),
        target,
        visibility: Visibility::Public,
        password_hash: None,
        opens_at: None,
        closes_at: None,
        body: None,
    }
}

/// A public document.
fn document(address: &str, title: &str, body: &str) -> Wanted {
    Wanted { title: title.to_owned(), body: Some(body.to_owned()), ..wanted(address, Target::Document) }
}

/// Makes a page as a member would.
async fn make(tenant: &Tenant, wanted: Wanted) -> Page {
    tenant.write(move |tx| pages::create(tx, &Actor::Canvass, &wanted)).await.unwrap()
}

/// Changes a page as a member would.
async fn change(tenant: &Tenant, page: &Page, wanted: Wanted) -> Page {
    let id = page.id;
    tenant.write(move |tx| pages::update(tx, &Actor::Canvass, id, None, &wanted)).await.unwrap()
}
