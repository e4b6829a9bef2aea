//! The demonstration's other pages: this file is about a tenant's own words, results it shares, and a feed.

use canvass_actions::{
    Error,
    pages::{self, Wanted},
};
use canvass_model::{
    address::PageAddress,
    member::Actor,
    page::{FeedFormat, Page, Target, Visibility},
};
use canvass_storage::{ReadTx, Tenant, meta, pages as rows};

use super::catalogue::Showcase;

/// What the tenant notes once they are made, so that what was thrown away stays away.
const NOTE: &str = "demo.pages";

/// Makes the pages, unless an earlier start has.
pub(super) async fn put_up(tenant: &Tenant, showcase: &'static Showcase) -> Result<(), Error> {
    tenant
        .write(move |tx| {
            if meta::find(tx, NOTE)?.is_some() {
                return Ok(());
            }
            for wanted in all(tx, showcase)? {
                if rows::find(tx, wanted.address.key())?.is_none() {
                    pages::create(tx, &Actor::Canvass, &wanted)?;
                }
            }
            Ok(meta::put(tx, NOTE, "made")?)
        })
        .await
}

fn all(tx: &mut ReadTx<'_>, showcase: &Showcase) -> Result<Vec<Wanted>, Error> {
    let about = Wanted { body: Some(showcase.about.to_owned()), ..page("about", Target::Document)? };
    let feed = page("news.xml", Target::Feed(FeedFormat::Atom))?;
    let mut all = vec![
        Wanted { title: format!("About {}", showcase.name), ..about },
        Wanted { title: format!("Surveys by {}", showcase.name), ..feed },
    ];
    let (survey, address, title) = showcase.shares;
    if let Some(Page { target: Target::Survey(survey), .. }) = rows::find(tx, PageAddress::parse(survey)?.key())? {
        all.push(Wanted { title: title.to_owned(), ..page(address, Target::Results(survey))? });
    }
    Ok(all)
}

fn page(address: &str, target: Target) -> Result<Wanted, Error> {
    Ok(Wanted {
        address: PageAddress::parse(address)?,
        title: String::new(),
        target,
        visibility: Visibility::Public,
        password_hash: None,
        opens_at: None,
        closes_at: None,
        body: None,
    })
}
