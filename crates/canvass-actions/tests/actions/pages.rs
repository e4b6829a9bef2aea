//! Pages: this file is about making, moving, throwing away and refusing them.

use canvass_actions::{
    Error,
    pages::{self, DOCUMENT_BYTES_MAX, Wanted},
    surveys,
};
use canvass_model::{
    address::PageAddress,
    page::{Destination, FeedFormat, Target, Visibility, WebUrl},
    survey::Revision,
};
use canvass_storage::{Tx, events, meta, pages as stored};

use crate::{a_live_survey, a_tenant, by, on_each_engine};

fn address(path: &str) -> PageAddress {
    PageAddress::parse(path).unwrap()
}

pub fn document(path: &str, body: &str) -> Wanted {
    Wanted {
        address: address(path),
        title: "About us".to_owned(),
        target: Target::Document,
        visibility: Visibility::Public,
        password_hash: None,
        opens_at: None,
        closes_at: None,
        body: Some(body.to_owned()),
    }
}

fn redirect(path: &str, to: Destination) -> Wanted {
    Wanted { target: Target::Redirect(to), body: None, ..document(path, "") }
}

/// Where the faults of a refused page are.
fn pointers(tx: &mut Tx<'_>, wanted: &Wanted) -> Vec<String> {
    match pages::create(tx, &by(), wanted) {
        Err(Error::Invalid { faults }) => faults.into_iter().map(|it| it.pointer).collect(),
        other => panic!("{other:?}"),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_that_moves_leads_on_from_where_it_was() {
    on_each_engine(async |directory| {
        let tenant = a_tenant(&directory, "Adatum").await;
        tenant
            .write(|tx| {
                let made = pages::create(tx, &by(), &document("about", "# We"))?;
                let moved = pages::update(tx, &by(), made.id, Some(made.revision), &document("us", "# Us"))?;
                assert_eq!((moved.id, moved.revision), (made.id, Revision(2)));
                assert_eq!(stored::document(tx, made.id)?.as_deref(), Some("# Us"));
                let left = stored::find(tx, address("about").key())?.unwrap();
                assert_eq!(left.target, Target::Redirect(Destination::Moved(made.id)));
                assert_eq!(left.visibility, Visibility::Unlisted);

                let new = pages::create(tx, &by(), &document("About", "# New"))?;
                assert_eq!(stored::find(tx, address("about").key())?.map(|it| it.id), Some(new.id));
                let back = pages::update(tx, &by(), made.id, None, &document("about", "# Us")).unwrap_err();
                assert_eq!(back.to_string(), "The address about is taken by the page \"About us\"; choose another");

                let spelt = pages::update(tx, &by(), made.id, None, &document("US", "# Us"))?;
                assert_eq!(spelt.address.native(), "US");
                assert_eq!(stored::count(tx)?, 2, "another spelling of its own address leaves nothing behind");
                let stale = pages::update(tx, &by(), made.id, Some(Revision(2)), &document("us", "# Us"));
                assert!(matches!(stale, Err(Error::ChangedMeanwhile)), "{stale:?}");
                Ok::<_, Error>(())
            })
            .await
            .unwrap();
        let log = tenant.read(|tx| events::list(tx, None, 9)).await.unwrap();
        assert!(log.iter().any(|it| format!("{:?}", it.event).contains("PageMoved")), "{log:?}");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_trash_frees_the_address_and_restoring_finds_another() {
    on_each_engine(async |directory| {
        let tenant = a_tenant(&directory, "Adatum").await;
        tenant
            .write(|tx| {
                let old = pages::create(tx, &by(), &document("about", "# Old"))?;
                pages::trash(tx, &by(), old.id)?;
                assert!(matches!(pages::trash(tx, &by(), old.id), Err(Error::NotFound)));
                assert!(matches!(pages::update(tx, &by(), old.id, None, &document("a", "")), Err(Error::NotFound)));
                pages::create(tx, &by(), &document("about", "# New"))?;
                let restored = pages::restore(tx, &by(), old.id)?;
                assert_eq!(restored.address.native(), "about-2");
                assert_eq!(stored::document(tx, old.id)?.as_deref(), Some("# Old"));
                assert_eq!(pages::restore(tx, &by(), old.id)?, restored, "restoring twice is restoring once");
                Ok::<_, Error>(())
            })
            .await
            .unwrap();
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_page_of_a_survey_stays_until_the_survey_is_put_away() {
    on_each_engine(async |directory| {
        let tenant = a_tenant(&directory, "Adatum").await;
        tenant
            .write(|tx| {
                let survey = a_live_survey(tx, "colours")?.id;
                let page = stored::find_of_survey(tx, survey)?.unwrap();
                let refused = pages::trash(tx, &by(), page.id).unwrap_err().to_string();
                assert!(refused.contains("\"Colours\""), "{refused}");
                assert!(pages::update(tx, &by(), page.id, None, &document("colours", "")).is_err());

                let wanted = Wanted { target: page.target.clone(), body: None, ..document("shades", "") };
                pages::update(tx, &by(), page.id, None, &wanted)?;
                let found = canvass_storage::surveys::find(tx, survey)?.unwrap();
                assert_eq!(found.status.page().map(PageAddress::native), Some("shades"), "the survey moved with it");

                surveys::close(tx, &by(), survey)?;
                surveys::archive(tx, &by(), survey)?;
                assert_eq!(stored::count(tx)?, 0, "its page and what led to it are gone");
                Ok::<_, Error>(())
            })
            .await
            .unwrap();
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_wrong_with_a_page_is_said_beside_it() {
    on_each_engine(async |directory| {
        let tenant = a_tenant(&directory, "Adatum").await;
        tenant
            .write(|tx| {
                let now = tx.now();
                let good = document("about", "# We");
                let wrong = Wanted {
                    title: "x".repeat(201),
                    opens_at: Some(now),
                    closes_at: Some(now),
                    visibility: Visibility::Password,
                    body: Some("x".repeat(DOCUMENT_BYTES_MAX + 1)),
                    ..good.clone()
                };
                assert_eq!(pointers(tx, &wrong), ["/title", "/closes_at", "/body", "/password"]);
                let control = Wanted { title: "a\nb".to_owned(), ..good.clone() };
                assert_eq!(pointers(tx, &control), ["/title"]);
                let nothing = Wanted { target: Target::Survey(tx.new_id()), ..good.clone() };
                assert_eq!(pointers(tx, &nothing), ["/target"]);
                assert_eq!(stored::count(tx)?, 0, "nothing of it was kept");

                let secret = Wanted {
                    visibility: Visibility::Password,
                    password_hash: Some("$argon2id$".to_owned()),
                    ..good.clone()
                };
                let page = pages::create(tx, &by(), &secret)?;
                let kept = Wanted { password_hash: None, ..secret.clone() };
                pages::update(tx, &by(), page.id, None, &kept)?;
                assert!(stored::password_hash(tx, page.id)?.is_some(), "a password stays until another is given");
                pages::update(tx, &by(), page.id, None, &good)?;
                assert_eq!(stored::password_hash(tx, page.id)?, None, "and goes with the need for it");
                assert!(pages::update(tx, &by(), page.id, None, &kept).is_err());
                Ok::<_, Error>(())
            })
            .await
            .unwrap();
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn redirects_lead_somewhere_and_only_where_the_tenant_allows() {
    on_each_engine(async |directory| {
        let tenant = a_tenant(&directory, "Adatum").await;
        tenant
            .write(|tx| {
                let end = pages::create(tx, &by(), &document("end", ""))?;
                let one = pages::create(tx, &by(), &redirect("one", Destination::Page(end.id)))?;
                let two = pages::create(tx, &by(), &redirect("two", Destination::Page(one.id)))?;
                let circle = redirect("one", Destination::Page(two.id));
                let refused = pages::update(tx, &by(), one.id, None, &circle);
                assert!(matches!(refused, Err(Error::Invalid { .. })), "{refused:?}");
                let nowhere = redirect("three", Destination::Page(tx.new_id()));
                assert_eq!(pointers(tx, &nowhere), ["/target"]);

                let out = WebUrl::parse("https://shop.adatum.example/a").unwrap();
                let out = redirect("shop", Destination::Url(out));
                assert_eq!(pointers(tx, &out), ["/target"]);
                meta::put(tx, "redirect_hosts", r#"["adatum.example"]"#)?;
                assert_eq!(pointers(tx, &out), ["/target"], "another host of the same domain is another host");
                meta::put(tx, "redirect_hosts", r#"["shop.adatum.example"]"#)?;
                pages::create(tx, &by(), &out)?;

                let feed = Wanted { target: Target::Feed(FeedFormat::Rss), body: None, ..document("News/rss.xml", "") };
                assert_eq!(pages::create(tx, &by(), &feed)?.address.native(), "News/rss.xml");
                Ok::<_, Error>(())
            })
            .await
            .unwrap();
    })
    .await;
}

/// A page and so many pages below it.
fn a_tree(tx: &mut Tx<'_>, below: usize) -> canvass_model::page::Page {
    let top = pages::create(tx, &by(), &document("team", "# Team")).unwrap();
    for number in 0..below {
        pages::create(tx, &by(), &document(&format!("team/Über {number}"), "# One")).unwrap();
    }
    top
}

#[tokio::test(flavor = "multi_thread")]
async fn hundreds_of_pages_move_along_in_one_transaction_and_all_earlier_addresses_lead_on() {
    on_each_engine(async |directory| {
        let tenant = a_tenant(&directory, "Adatum").await;
        let top = tenant.write(|tx| Ok::<_, Error>(a_tree(tx, 450))).await.unwrap();
        let begun = std::time::Instant::now();
        let moved = tenant.write(move |tx| {
            pages::update_with_below(tx, &by(), top.id, Some(top.revision), &document("people/staff", "# Team"))
        });
        assert_eq!(moved.await.unwrap().1, 450);
        println!("450 pages moved in {:?}", begun.elapsed());
        let check = tenant.write(move |tx| {
            for number in [0, 1, 49, 50, 51, 449] {
                let page = stored::find(tx, address(&format!("people/staff/über {number}")).key())?.unwrap();
                assert_eq!(
                    (page.address.native(), page.revision),
                    (format!("people/staff/Über {number}").as_str(), Revision(2))
                );
                let left = stored::find(tx, address(&format!("team/Über {number}")).key())?.unwrap();
                assert_eq!(left.target, Target::Redirect(Destination::Moved(page.id)));
            }
            // Once more would leave more earlier addresses than there may be pages: all stay, and it is said why.
            let again = document("folk", "# Team");
            let refused = pages::update_with_below(tx, &by(), top.id, None, &again);
            assert!(matches!(&refused, Err(Error::Limit(words)) if words.contains("450 pages below")), "{refused:?}");
            Err::<(), _>(Error::NotFound)
        });
        assert!(matches!(check.await, Err(Error::NotFound)));
        // Back again: the earlier addresses give way, and are left behind on the other side.
        let back =
            tenant.write(move |tx| pages::update_with_below(tx, &by(), top.id, None, &document("team", "# Team")));
        assert_eq!(back.await.unwrap().1, 450);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn pages_may_move_into_and_out_of_their_own_subtree() {
    on_each_engine(async |directory| {
        let tenant = a_tenant(&directory, "Adatum").await;
        let check = tenant.write(|tx| {
            let top = a_tree(tx, 0);
            for path in ["team/a", "team/a/a", "team/a/a/a"] {
                pages::create(tx, &by(), &document(path, path))?;
            }
            let there = |tx: &mut Tx<'_>, path: &str| -> Option<String> {
                let page = stored::find(tx, address(path).key()).unwrap()?;
                stored::document(tx, page.id).unwrap()
            };
            pages::update_with_below(tx, &by(), top.id, None, &document("team/b", "# Team"))?;
            assert_eq!(there(tx, "team/b/a/a/a").as_deref(), Some("team/a/a/a"));
            let a = stored::find(tx, address("team/b/a").key())?.unwrap();
            // Each takes the place that the one below it leaves.
            pages::update_with_below(tx, &by(), a.id, None, &document("team/b/a/a/a/a", "team/a"))?;
            assert_eq!(there(tx, "team/b/a/a/a/a/a").as_deref(), Some("team/a/a"));
            assert_eq!(there(tx, "team/b/a/a/a/a/a/a").as_deref(), Some("team/a/a/a"));
            pages::update_with_below(tx, &by(), a.id, None, &document("team/b/a", "team/a"))?;
            assert_eq!(
                there(tx, "team/b/a/a/a").as_deref(),
                Some("team/a/a/a"),
                "up again, each into the next one's place"
            );
            Ok::<_, Error>(())
        });
        check.await.unwrap();
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_edit_of_a_page_below_and_a_move_of_the_one_above_lose_neither() {
    on_each_engine(async |directory| {
        let tenant = a_tenant(&directory, "Adatum").await;
        let (top, child) = tenant
            .write(|tx| {
                let top = a_tree(tx, 1);
                Ok::<_, Error>((top, stored::find(tx, address("team/über 0").key())?.unwrap()))
            })
            .await
            .unwrap();
        let (id, seen) = (child.id, child.revision);
        let edit =
            tenant.write(move |tx| pages::update(tx, &by(), id, Some(seen), &document("team/Über 0", "# Edited")));
        let above =
            tenant.write(move |tx| pages::update_with_below(tx, &by(), top.id, None, &document("people", "# Team")));
        let (edited, moved) = tokio::join!(edit, above);
        assert_eq!(moved.unwrap().1, 1);
        let (page, body) = tenant
            .read(move |tx| Ok::<_, Error>((stored::find_by_id(tx, id)?.unwrap(), stored::document(tx, id)?.unwrap())))
            .await
            .unwrap();
        assert_eq!(page.address.native(), "people/Über 0", "whoever came first");
        match edited {
            Ok(_) => assert_eq!(body, "# Edited"),
            Err(Error::ChangedMeanwhile) => {
                assert_eq!(body, "# One", "who was slower is told, and nothing is half done")
            }
            Err(other) => panic!("{other:?}"),
        }
    })
    .await;
}
