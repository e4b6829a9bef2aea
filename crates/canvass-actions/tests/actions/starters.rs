//! Starter pages: this file is about what a tenant begins with, and what it makes of newer templates.

use std::sync::Arc;

use canvass_actions::{
    Error, pages,
    starters::{self, Decision, Offer},
};
use canvass_model::{
    page::{Page, Target, Visibility},
    template_site::{Standing, TemplateContent, TemplateName, TemplatePage, TemplateSite},
    tenant::TenantRecord,
};
use canvass_storage::{Directory, Tenant, Tx, pages as stored};

use crate::{a_tenant_of, by, on_each_engine, pages::document};

fn name(text: &str) -> TemplateName {
    TemplateName::parse(text).unwrap()
}

/// The next version of a site, with another text of a page.
fn with_text(site: &TemplateSite, page: &str, text: &str) -> TemplateSite {
    let mut next = TemplateSite { version: site.version + 1, ..site.clone() };
    let found = next.pages.iter_mut().find(|it| it.name == name(page)).unwrap();
    found.content = TemplateContent::Document(text.to_owned());
    next
}

/// Adatum, with the built-in starter pages.
async fn adatum(directory: &Directory) -> (Tenant, Arc<TemplateSite>, TenantRecord) {
    let tenant = a_tenant_of(directory, "Adatum", starters::built_in()).await;
    let record = tenant.record().clone();
    (tenant, starters::built_in(), record)
}

fn offer(tx: &mut Tx<'_>, site: &TemplateSite, tenant: &TenantRecord, page: &str) -> Offer {
    let found = starters::offers(tx, site, tenant).unwrap();
    found.into_iter().find(|it| it.template.name == name(page)).unwrap()
}

fn page(tx: &mut Tx<'_>, address: &str) -> (Page, String) {
    let address = canvass_model::address::PageAddress::parse(address).unwrap();
    let page = stored::find(tx, address.key()).unwrap().unwrap();
    let body = stored::document(tx, page.id).unwrap().unwrap_or_default();
    (page, body)
}

/// What a member makes of a page: other words.
fn rewrite(tx: &mut Tx<'_>, address: &str, body: &str) {
    let (page, _) = page(tx, address);
    let wanted = pages::Wanted { title: page.title.clone(), visibility: page.visibility, ..document(address, body) };
    pages::update(tx, &by(), page.id, None, &wanted).unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_tenant_begins_with_pages_that_name_it() {
    on_each_engine(async |directory| {
        let (tenant, site, record) = adatum(&directory).await;
        let check = tenant.write(move |tx| {
            let (privacy, body) = page(tx, "privacy");
            assert_eq!(privacy.visibility, Visibility::Public);
            assert!(body.contains("what Adatum learns from you") && !body.contains("{{"), "{body}");
            assert_eq!(page(tx, "welcome").0.visibility, Visibility::Members, "unfinished words are shown to nobody");
            assert!(matches!(page(tx, "feed").0.target, Target::Feed(_)));
            let standings: Vec<_> = starters::offers(tx, &site, &record)?.iter().map(|it| it.standing).collect();
            assert_eq!(standings, vec![Standing::Settled; site.pages.len()]);
            assert_eq!(starters::count_open(tx, &site, &record)?, 0);
            Ok::<_, Error>(())
        });
        check.await.unwrap();
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_newer_text_of_an_unchanged_page_is_offered_taken_and_taken_back() {
    on_each_engine(async |directory| {
        let (tenant, site, record) = adatum(&directory).await;
        let check = tenant.write(move |tx| {
            let next = with_text(&site, "privacy", "New words by {{organisation}}");
            let (_, old) = page(tx, "privacy");
            assert_eq!(offer(tx, &next, &record, "privacy").standing, Standing::Outdated);
            assert_eq!(offer(tx, &next, &record, "contact").standing, Standing::Settled, "its text is the same");
            assert_eq!(starters::count_open(tx, &next, &record)?, 1);
            assert_eq!(page(tx, "privacy").1, old, "nothing changes by itself");

            let take = (&name("privacy"), Decision::Take);
            assert_eq!(starters::decide(tx, &by(), (&next, &record), take, None)?, Standing::Settled);
            assert_eq!(page(tx, "privacy").1, "New words by Adatum");
            let revision = page(tx, "privacy").0.revision;
            starters::decide(tx, &by(), (&next, &record), take, None)?;
            assert_eq!(page(tx, "privacy").0.revision, revision, "taking it twice changes nothing");

            let undo = (&name("privacy"), Decision::Undo);
            assert_eq!(starters::decide(tx, &by(), (&next, &record), undo, None)?, Standing::Outdated);
            assert_eq!(page(tx, "privacy").1, old);
            Ok::<_, Error>(())
        });
        check.await.unwrap();
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_the_tenant_changed_is_never_overwritten_unasked() {
    on_each_engine(async |directory| {
        let (tenant, site, record) = adatum(&directory).await;
        let check = tenant.write(move |tx| {
            rewrite(tx, "privacy", "Our own words");
            let next = with_text(&site, "privacy", "New words");
            let contested = offer(tx, &next, &record, "privacy");
            assert_eq!(contested.standing, Standing::Contested);
            assert_eq!(contested.present.unwrap().filled.body, "Our own words");
            assert_eq!(contested.offered.body, "New words");

            starters::take_all(tx, &by(), (&next, &record))?;
            assert_eq!(page(tx, "privacy").1, "Our own words", "\"all\" are those that nobody changed");

            let keep = (&name("privacy"), Decision::Keep);
            assert_eq!(starters::decide(tx, &by(), (&next, &record), keep, None)?, Standing::Settled);
            let undo = (&name("privacy"), Decision::Undo);
            assert_eq!(starters::decide(tx, &by(), (&next, &record), undo, None)?, Standing::Contested);
            starters::decide(tx, &by(), (&next, &record), keep, None)?;
            assert_eq!(starters::count_open(tx, &next, &record)?, 0);
            let later = with_text(&next, "privacy", "Newer words");
            assert_eq!(offer(tx, &later, &record, "privacy").standing, Standing::Contested, "a newer one asks again");

            let take = (&name("privacy"), Decision::Take);
            starters::decide(tx, &by(), (&later, &record), take, None)?;
            assert_eq!(page(tx, "privacy").1, "Newer words");
            starters::decide(tx, &by(), (&later, &record), undo, None)?;
            assert_eq!(page(tx, "privacy").1, "Our own words", "even then nothing is lost");
            Ok::<_, Error>(())
        });
        check.await.unwrap();
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn undoing_never_takes_what_was_written_since() {
    on_each_engine(async |directory| {
        let (tenant, site, record) = adatum(&directory).await;
        let check = tenant.write(move |tx| {
            let next = with_text(&site, "privacy", "New words");
            starters::decide(tx, &by(), (&next, &record), (&name("privacy"), Decision::Take), None)?;
            rewrite(tx, "privacy", "Written since");
            assert!(!offer(tx, &next, &record, "privacy").may_undo);
            let undone = starters::decide(tx, &by(), (&next, &record), (&name("privacy"), Decision::Undo), None);
            assert!(matches!(undone, Err(Error::Refused(_))), "{undone:?}");
            assert_eq!(page(tx, "privacy").1, "Written since");
            Ok::<_, Error>(())
        });
        check.await.unwrap();
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_tenant_removed_stays_removed() {
    on_each_engine(async |directory| {
        let (tenant, site, record) = adatum(&directory).await;
        let check = tenant.write(move |tx| {
            let (contact, _) = page(tx, "contact");
            pages::trash(tx, &by(), contact.id)?;
            let (welcome, _) = page(tx, "welcome");
            stored::delete(tx, welcome.id)?;
            let (feed, _) = page(tx, "feed");
            let as_redirect = pages::Wanted {
                target: Target::Redirect(canvass_model::page::Destination::Page(page(tx, "privacy").0.id)),
                body: None,
                ..document("feed", "")
            };
            pages::update(tx, &by(), feed.id, None, &as_redirect)?;
            let mut next = with_text(&with_text(&site, "contact", "New"), "welcome", "New");
            next.pages.iter_mut().find(|it| it.name == name("feed")).unwrap().title = "Other".to_owned();
            for gone in ["contact", "welcome", "feed"] {
                assert_eq!(offer(tx, &next, &record, gone).standing, Standing::Removed, "{gone}");
                let take = (&name(gone), Decision::Take);
                assert_eq!(starters::decide(tx, &by(), (&next, &record), take, None)?, Standing::Removed);
            }
            assert_eq!(starters::take_all(tx, &by(), (&next, &record))?, 0);
            assert!(pages::found(tx, contact.id).is_err());

            pages::restore(tx, &by(), contact.id)?;
            assert_eq!(offer(tx, &next, &record, "contact").standing, Standing::Outdated, "unless it comes back");
            Ok::<_, Error>(())
        });
        check.await.unwrap();
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_that_is_new_in_the_template_site_is_offered() {
    on_each_engine(async |directory| {
        let (tenant, site, record) = adatum(&directory).await;
        let check = tenant.write(move |tx| {
            pages::create(tx, &by(), &document("imprint", "Ours"))?;
            let mut next = TemplateSite { version: site.version + 1, ..TemplateSite::clone(&site) };
            for new in ["imprint", "jobs"] {
                next.pages.push(TemplatePage {
                    name: name(new),
                    address: canvass_model::address::PageAddress::parse(new).unwrap(),
                    title: new.to_owned(),
                    content: TemplateContent::Document("Of {{organisation}}".to_owned()),
                    visibility: Visibility::Unlisted,
                });
            }
            assert_eq!(starters::count_open(tx, &next, &record)?, 2);
            let keep = (&name("jobs"), Decision::Keep);
            assert_eq!(starters::decide(tx, &by(), (&next, &record), keep, None)?, Standing::Removed, "not wanted");
            assert_eq!(starters::take_all(tx, &by(), (&next, &record))?, 1);
            assert_eq!(page(tx, "imprint").1, "Ours", "what stands at its address stays there");
            assert_eq!(page(tx, "imprint-2").1, "Of Adatum");
            starters::decide(tx, &by(), (&next, &record), (&name("imprint"), Decision::Undo), None)?;
            assert_eq!(offer(tx, &next, &record, "imprint").standing, Standing::New);
            starters::decide(tx, &by(), (&next, &record), (&name("jobs"), Decision::Undo), None)?;
            assert_eq!(starters::count_open(tx, &next, &record)?, 2);
            Ok::<_, Error>(())
        });
        check.await.unwrap();
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn taking_a_text_keeps_where_the_page_is_and_who_may_see_it() {
    on_each_engine(async |directory| {
        let (tenant, site, record) = adatum(&directory).await;
        let check = tenant.write(move |tx| {
            let (privacy, body) = page(tx, "privacy");
            let hash = Some("$argon2id$".to_owned());
            let moved = pages::Wanted {
                title: privacy.title.clone(),
                visibility: Visibility::Password,
                password_hash: hash.clone(),
                ..document("legal/privacy", &body)
            };
            let revision = pages::update(tx, &by(), privacy.id, None, &moved)?.revision;
            let next = with_text(&site, "privacy", "New words");
            assert_eq!(offer(tx, &next, &record, "privacy").standing, Standing::Outdated, "its words are unchanged");
            let take = (&name("privacy"), Decision::Take);
            let stale = starters::decide(tx, &by(), (&next, &record), take, Some(privacy.revision));
            assert!(matches!(stale, Err(Error::ChangedMeanwhile)), "{stale:?}");
            starters::decide(tx, &by(), (&next, &record), take, Some(revision))?;
            let (now, body) = page(tx, "legal/privacy");
            assert_eq!((now.id, now.visibility, body.as_str()), (privacy.id, Visibility::Password, "New words"));
            assert_eq!(stored::password_hash(tx, now.id)?, hash);
            Ok::<_, Error>(())
        });
        check.await.unwrap();
    })
    .await;
}
