//! Pages: this file is about the queries on them, their documents and invitations.

use canvass_model::{
    id::PageId,
    page::{Destination, FeedFormat, Page, Target, Visibility, WebUrl},
    survey::Revision,
    time::Timestamp,
    token::SecretHash,
};
use canvass_storage::{
    Error, Tx,
    pages::{self, Invitation},
};

use crate::{a_page, a_survey, a_tenant, on_each_engine, page, tomorrow};

#[tokio::test(flavor = "multi_thread")]
async fn a_page_is_found_by_its_key_its_id_and_its_survey() {
    on_each_engine(async |directory| {
        let tenant = a_tenant(&directory, "Adatum").await;
        tenant
            .write(|tx| {
                let survey = a_survey(tx, "Lunch")?.id;
                let made = a_page(tx, "Lunch", Target::Survey(survey));
                pages::insert(tx, &made)?;
                let again = Page { id: tx.new_id(), ..made.clone() };
                assert!(matches!(pages::insert(tx, &again), Err(Error::Conflict(_))));
                assert_eq!(pages::find(tx, page("LUNCH").key())?, Some(made.clone()));
                assert_eq!(pages::find_by_id(tx, made.id)?, Some(made.clone()));
                assert_eq!(pages::find_of_survey(tx, survey)?, Some(made.clone()));
                assert!(pages::delete(tx, made.id)?);
                assert!(!pages::delete(tx, made.id)?);
                assert_eq!(pages::find_of_survey(tx, survey)?, None);
                Ok::<_, Error>(())
            })
            .await
            .unwrap();
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn every_kind_and_every_field_is_kept() {
    on_each_engine(async |directory| {
        let tenant = a_tenant(&directory, "Adatum").await;
        tenant
            .write(|tx| {
                let survey = a_survey(tx, "Lunch")?.id;
                let now = tx.now();
                let url = WebUrl::parse("https://adatum.example/a?b=c").unwrap();
                let targets = [
                    Target::Survey(survey),
                    Target::Results(survey),
                    Target::Document,
                    Target::Feed(FeedFormat::Atom),
                    Target::File(tx.new_id()),
                    Target::Redirect(Destination::Page(tx.new_id())),
                    Target::Redirect(Destination::Moved(tx.new_id())),
                    Target::Redirect(Destination::Url(url)),
                ];
                for (place, target) in (0..).zip(targets) {
                    for visibility in Visibility::ALL {
                        let made = a_page(tx, &format!("{place}/{}", visibility.as_str()), target.clone());
                        pages::insert(tx, &made)?;
                        let changed = Page {
                            address: page(&format!("Café/{place}/{}", visibility.as_str())),
                            title: "Über uns".to_owned(),
                            visibility,
                            opens_at: Some(now),
                            closes_at: Some(tomorrow(now)),
                            place,
                            revision: Revision(2),
                            updated_at: tomorrow(now),
                            ..made
                        };
                        pages::update(tx, &changed)?;
                        assert_eq!(pages::find(tx, changed.address.key())?, Some(changed));
                    }
                }
                assert_eq!(pages::count(tx)?, 8 * 5);
                let keys: Vec<String> =
                    pages::list(tx)?.iter().map(|it| it.address.key().as_str().to_owned()).collect();
                assert!(keys.is_sorted());
                assert_eq!(keys.len(), 40);
                Ok::<_, Error>(())
            })
            .await
            .unwrap();
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_trash_gives_the_address_up_and_empties_itself() {
    on_each_engine(async |directory| {
        let tenant = a_tenant(&directory, "Adatum").await;
        tenant
            .write(|tx| {
                let now = tx.now();
                let old = a_page(tx, "about", Target::Document);
                pages::insert(tx, &old)?;
                pages::put_document(tx, old.id, "# Old")?;
                let trashed = Page { trashed_at: Some(now), ..old.clone() };
                pages::update(tx, &trashed)?;
                assert_eq!(pages::find(tx, old.address.key())?, None);
                assert_eq!(pages::list_trashed(tx)?, [trashed]);
                let new = a_page(tx, "About", Target::Document);
                pages::insert(tx, &new)?;
                let leads = a_page(tx, "us", Target::Redirect(Destination::Page(old.id)));
                pages::insert(tx, &leads)?;

                assert_eq!(pages::delete_trashed(tx, now, 9)?, 0);
                assert_eq!(pages::delete_trashed(tx, tomorrow(now), 9)?, 1);
                assert_eq!(pages::find_by_id(tx, old.id)?, None);
                assert_eq!(pages::document(tx, old.id)?, None);
                assert_eq!(pages::list(tx)?, [new], "what redirected to it is gone with it");
                Ok::<_, Error>(())
            })
            .await
            .unwrap();
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn documents_and_passwords_stand_beside_the_page() {
    on_each_engine(async |directory| {
        let tenant = a_tenant(&directory, "Adatum").await;
        tenant
            .write(|tx| {
                let made = a_page(tx, "about", Target::Document);
                pages::insert(tx, &made)?;
                assert_eq!(pages::document(tx, made.id)?, None);
                for body in ["# One", "# Two"] {
                    pages::put_document(tx, made.id, body)?;
                    assert_eq!(pages::document(tx, made.id)?.as_deref(), Some(body));
                }
                assert_eq!(pages::password_hash(tx, made.id)?, None);
                pages::set_password_hash(tx, made.id, Some("$argon2id$…"))?;
                pages::update(tx, &Page { title: "About".to_owned(), ..made.clone() })?;
                assert_eq!(pages::password_hash(tx, made.id)?.as_deref(), Some("$argon2id$…"));
                pages::set_password_hash(tx, made.id, None)?;
                assert_eq!(pages::password_hash(tx, made.id)?, None);
                Ok::<_, Error>(())
            })
            .await
            .unwrap();
    })
    .await;
}

/// An invitation for Grace; not stored.
fn grace(tx: &mut Tx<'_>, page: PageId, expires_at: Timestamp) -> Invitation {
    let (id, created_at) = (tx.new_id(), tx.now());
    Invitation { id, page, label: "Grace".to_owned(), created_at, expires_at: Some(expires_at), used_at: None }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_invitation_is_found_by_its_secret_until_it_expires_or_is_taken_back() {
    on_each_engine(async |directory| {
        let tenant = a_tenant(&directory, "Adatum").await;
        tenant
            .write(|tx| {
                let now = tx.now();
                let made = a_page(tx, "private", Target::Document);
                let other = a_page(tx, "other", Target::Document);
                pages::insert(tx, &made)?;
                pages::insert(tx, &other)?;
                let (good, over) = (grace(tx, made.id, tomorrow(now)), grace(tx, made.id, now));
                pages::insert_invitation(tx, &SecretHash([1; 32]), &good)?;
                pages::insert_invitation(tx, &SecretHash([2; 32]), &over)?;
                assert_eq!(pages::find_invitation(tx, &SecretHash([1; 32]))?, Some(good.clone()));
                assert_eq!(pages::find_invitation(tx, &SecretHash([2; 32]))?, None);
                assert_eq!(pages::find_invitation(tx, &SecretHash([3; 32]))?, None);
                assert_eq!(pages::list_invitations(tx, made.id, None, 9)?, [over.clone(), good.clone()]);
                assert_eq!(pages::list_invitations(tx, made.id, Some(over.id), 9)?, std::slice::from_ref(&good));
                assert_eq!(pages::list_invitations(tx, other.id, None, 9)?, []);

                pages::touch_invitation(tx, good.id)?;
                let used = pages::find_invitation(tx, &SecretHash([1; 32]))?.and_then(|it| it.used_at);
                assert_eq!(used, Some(now));
                assert!(!pages::delete_invitation(tx, other.id, good.id)?, "it belongs to another page");
                assert!(pages::delete_invitation(tx, made.id, good.id)?);
                assert_eq!(pages::find_invitation(tx, &SecretHash([1; 32]))?, None);
                Ok::<_, Error>(())
            })
            .await
            .unwrap();
    })
    .await;
}
