//! Pages in the console: this file is about making, changing, moving, ordering and throwing them away, and about what
//! nobody may do with them.

mod below;
mod links;
mod programs;

use canvass_model::{address::PageAddress, time::Timestamp};
use serde_json::json;

use crate::support::{Canvass, Person};

const PAGES: &str = "/-/console/adatum/pages";

/// Makes a page of a kind with the form for it; what is not in `fields` stays as the form has it.
async fn make(person: &Person, kind: &str, fields: &[(&str, &str)]) -> String {
    let made = person.submit(&format!("{PAGES}/new?kind={kind}"), PAGES, fields).await.expect(303).location();
    made.split('?').next().unwrap().to_owned()
}

/// The revision a form was made from.
async fn revision(person: &Person, page: &str) -> String {
    let filled = person.get(page).await.expect(200).filled(page, &[]);
    filled.into_iter().find(|(name, _)| name == "revision").expect("it has one").1
}

/// A moment as a form's field holds it, this many hours from now.
async fn in_hours(canvass: &Canvass, hours: i64) -> String {
    let tenant = canvass.tenant("adatum").await;
    tenant.now().plus_ms(hours * Timestamp::HOUR_MS).to_string()[..16].to_owned()
}

#[tokio::test]
async fn a_document_is_written_changed_and_moved_and_its_old_address_leads_on() {
    let canvass = Canvass::start().await;
    let carl = canvass.carl().await;
    let page = make(&carl, "document", &[("title", "About us"), ("body", "# Hello")]).await;

    let form = carl.get(&format!("{page}?did=created")).await.expect(200);
    assert!(form.shows("The page is made.") && form.shows("# Hello"));
    assert!(carl.get(PAGES).await.expect(200).shows("about-us"), "its address is made from its title");
    let suggested = carl.get(&format!("{PAGES}/address?name=About+us")).await.expect(200).json();
    assert_eq!(suggested["alias"], "about-us-2", "the next one gets another");
    assert_eq!(carl.get(&format!("{PAGES}/address?alias=ABOUT-US")).await.json()["free"], false);
    assert_eq!(carl.get(&format!("{PAGES}/address?alias=a//b")).await.json()["free"], false);

    let moved = carl.submit(&page, &page, &[("address", "Team/Über uns"), ("body", "# Hello\n\nAll")]).await;
    assert_eq!(moved.expect(303).location(), format!("{page}?did=saved"));
    let old = canvass.ray().get("/adatum/about-us").await.expect(301);
    assert_eq!(old.location(), "/adatum/Team/%C3%9Cber%20uns");
    let list = carl.get(PAGES).await.expect(200);
    assert!(list.shows("Earlier addresses") && list.shows("Team/Über uns"));
    assert_eq!(
        carl.get(&page).await.filled(&page, &[]).iter().find(|(it, _)| it == "body").unwrap().1,
        "# Hello\n\nAll"
    );
}

#[tokio::test]
async fn a_preview_saves_nothing_and_loses_nothing() {
    let canvass = Canvass::start().await;
    let carl = canvass.carl().await;
    let form = format!("{PAGES}/new?kind=document");
    let hostile = "# Hi\n\n<script>alert(1)</script> [a](javascript:alert(2)) ![b](https://evil.example/b.png)";
    let fields = [("title", "<b>About</b>"), ("body", hostile), ("do", "preview")];
    let shown = carl.submit(&form, PAGES, &fields).await.expect(200);
    let html = shown.text();
    assert!(html.contains("<h2>Hi</h2>"), "{html}");
    let is_quiet = !html.contains("<script>alert") && !html.contains("href=\"javascript:") && !html.contains("<img");
    assert!(is_quiet && !html.contains("<b>About"), "{html}");
    let kept = shown.filled(PAGES, &[]);
    assert!(kept.contains(&("title".to_owned(), "<b>About</b>".to_owned())), "{kept:?}");
    assert!(kept.contains(&("body".to_owned(), hostile.to_owned())), "{kept:?}");
    assert!(carl.get(PAGES).await.shows("No pages yet"), "nothing was saved");

    let other = carl.submit(&form, PAGES, &[("title", "About"), ("do", "kind-redirect")]).await.expect(200);
    let kept = other.filled(PAGES, &[]);
    assert!(kept.contains(&("kind".to_owned(), "redirect".to_owned())), "{kept:?}");
    assert!(kept.contains(&("title".to_owned(), "About".to_owned())), "{kept:?}");
}

#[tokio::test]
async fn two_who_edit_one_page_see_both_versions_and_lose_neither() {
    let canvass = Canvass::start().await;
    let (ada, carl) = (canvass.ada().await, canvass.carl().await);
    let page = make(&carl, "document", &[("title", "Lunch"), ("body", "Soup today")]).await;
    let seen = revision(&carl, &page).await;
    ada.submit(&page, &page, &[("body", "Fish today")]).await.expect(303);

    let fields = [("body", "Pie today"), ("revision", &seen), ("do", "save")];
    let contested = carl.submit(&page, &page, &fields).await.expect(409);
    assert!(contested.shows("Ada changed this page while you were editing"), "{}", contested.text());
    assert!(contested.text().contains("<ins>Pie </ins>today") && contested.text().contains("<ins>Fish </ins>today"));
    let mine = contested.filled(&page, &[("do", "keep-mine")]);
    assert!(mine.contains(&("body".to_owned(), "Pie today".to_owned())), "{mine:?}");
    assert!(carl.get(&page).await.shows("Fish today"), "nothing is overwritten unasked");
    let theirs = carl.post_form(&page, &[("kind", "document"), ("do", "take-theirs")]).await.expect(303);
    assert_eq!(theirs.location(), page);
    carl.post_form(&page, &mine).await.expect(303);
    assert!(carl.get(&page).await.shows("Pie today"));

    let open = carl.get(&page).await.filled(&page, &[("body", "Cake today"), ("do", "save")]);
    ada.post_form(&format!("{page}/trash"), &[("", "")]).await.expect(303);
    let gone = carl.post_form(&page, &open).await.expect(409);
    assert!(gone.shows("Ada removed this page while you were editing") && gone.shows("Cake today"));
    carl.post_form(&page, &gone.filled(&page, &[("do", "keep-mine")])).await.expect(303);
    assert!(carl.get(&page).await.expect(200).shows("Cake today"));
}

#[tokio::test]
async fn a_form_opened_before_its_page_moved_is_still_taken() {
    let canvass = Canvass::start().await;
    let carl = canvass.carl().await;
    let definition = json!({
        "title": "Lunch",
        "sections": [{ "id": "s1", "questions": [{ "id": "taste", "type": "stars", "label": "How was it?" }] }],
    });
    let survey = canvass.survey("adatum", "lunch", &definition).await;
    let ray = canvass.ray();
    let open = ray.get(&survey.page).await.expect(200).filled(&survey.page, &[("taste", "4"), ("_go", "submit")]);

    let list = carl.get(PAGES).await.expect(200).text();
    let page = list.split("id=\"page-").nth(1).and_then(|it| it.split('"').next()).unwrap();
    let page = format!("{PAGES}/{page}");
    carl.submit(&page, &page, &[("address", "canteen/lunch")]).await.expect(303);

    ray.post_form(&survey.page, &open).await.expect(303);
    canvass.settled().await;
    assert_eq!(survey.counted().await, 1);
    ray.get("/adatum/canteen/lunch").await.expect(200);
    let refused = carl.post_form(&format!("{page}/trash"), &[("", "")]).await.expect(409);
    assert!(refused.shows("is answered at this page"), "people still answer there");
}

#[tokio::test]
async fn what_is_thrown_away_can_be_fetched_back() {
    let canvass = Canvass::start().await;
    let (carl, ann) = (canvass.carl().await, canvass.ann().await);
    let page = make(&carl, "document", &[("title", "About us")]).await;
    let id = page.rsplit('/').next().unwrap();

    let listed = carl.post_form(&format!("{page}/trash"), &[("", "")]).await.expect(303).location();
    assert_eq!(listed, format!("{PAGES}?did=trashed&it={id}"));
    let list = carl.get(&listed).await.expect(200);
    assert!(list.shows("“About us” is in the trash. It is deleted for good on") && list.shows("Undo"));
    carl.get(&page).await.expect(404);
    let trash = ann.get(&format!("{PAGES}?status=trash")).await.expect(200);
    assert!(trash.shows("About us") && !trash.shows("Restore"), "an analyst looks and changes nothing");

    make(&carl, "document", &[("title", "About us")]).await;
    let undo = format!("{page}/restoration");
    let back = carl.submit(&listed, &undo, &[]).await.expect(303).location();
    assert!(carl.get(&back).await.shows("“About us” is back at about-us-2."), "its address was taken meanwhile");
}

#[tokio::test]
async fn a_schedule_says_what_it_does_in_the_list_and_to_visitors() {
    let canvass = Canvass::start().await;
    let (carl, ray) = (canvass.carl().await, canvass.ray());
    let target = make(&carl, "document", &[("title", "About"), ("address", "about")]).await;
    let soon = in_hours(&canvass, 2).await;
    let past = in_hours(&canvass, -2).await;
    let redirect = [("title", ""), ("address", "go"), ("target", "about")];
    let page = make(&carl, "redirect", &[&redirect[..], &[("opens_at", &soon)]].concat()).await;
    assert_eq!(carl.get(&page).await.filled(&page, &[]).iter().find(|(it, _)| it == "opens_at").unwrap().1, soon);
    assert!(carl.get(PAGES).await.shows("Opens "));
    assert!(ray.get("/adatum/go").await.expect(403).shows("Not open yet"));

    carl.submit(&page, &page, &[("opens_at", ""), ("closes_at", &past)]).await.expect(303);
    assert!(carl.get(PAGES).await.shows("Closed since "));
    ray.get("/adatum/go").await.expect(410);

    carl.submit(&page, &page, &[("closes_at", &soon)]).await.expect(303);
    assert!(carl.get(PAGES).await.shows("Open until "));
    assert_eq!(ray.get("/adatum/go").await.expect(302).location(), "/adatum/about");
    for (opens_at, closes_at) in [(soon.as_str(), past.as_str()), ("soon", ""), ("2026-02-30T10:00", "")] {
        let fields = [("opens_at", opens_at), ("closes_at", closes_at)];
        carl.submit(&page, &page, &fields).await.expect(422);
    }
    carl.get(&target).await.expect(200);
}

#[tokio::test]
async fn redirects_lead_nowhere_that_was_not_allowed() {
    let canvass = Canvass::start().await;
    let (ada, carl, ray) = (canvass.ada().await, canvass.carl().await, canvass.ray());
    let form = format!("{PAGES}/new?kind=redirect");
    for target in [
        "",
        "javascript:alert(1)",
        "//evil.example",
        "https://adatum.example@evil.example/",
        "https://evil.example/",
        "https:\\\\evil.example",
        "data:text/html,x",
        "nowhere",
    ] {
        let refused = carl.submit(&form, PAGES, &[("title", "Out"), ("target", target)]).await.expect(422);
        let kept = refused.filled(PAGES, &[]);
        assert!(kept.contains(&("target".to_owned(), target.to_owned())), "{target}: {kept:?}");
    }
    let hosts = format!("{PAGES}/hosts");
    for wrong in ["javascript:alert(1)", "user@evil.example", "*.example"] {
        let refused = ada.submit(&hosts, &hosts, &[("hosts", wrong)]).await.expect(422);
        assert!(refused.shows("is no host"), "{wrong}");
    }
    ada.submit(&hosts, &hosts, &[("hosts", "Adatum.Example\nhttps://shop.adatum.example/a")]).await.expect(303);
    assert!(ada.get(&hosts).await.shows("adatum.example\nshop.adatum.example"));

    let page = make(&carl, "redirect", &[("title", "Out"), ("target", "https://adatum.example/a?b=c")]).await;
    let location = ray.get("/adatum/out").await.expect(302).location();
    assert_eq!(location, "https://adatum.example/a?b=c");
    let circle = carl.submit(&page, &page, &[("target", "out")]).await.expect(422);
    assert!(circle.shows("This would lead in a circle"));
    let used = ada.submit(&hosts, &hosts, &[("hosts", "shop.adatum.example")]).await.expect(409);
    assert!(used.shows("The page out leads to adatum.example"));
}

#[tokio::test]
async fn pages_beside_each_other_are_put_in_order() {
    let canvass = Canvass::start().await;
    let carl = canvass.carl().await;
    let mut pages = Vec::new();
    for title in ["One", "Two", "Three"] {
        pages.push(make(&carl, "document", &[("title", title)]).await);
    }
    make(&carl, "document", &[("title", "Below"), ("address", "two/below")]).await;
    let open = revision(&carl, &pages[2]).await;
    let order = async || {
        let list = carl.get(PAGES).await.text();
        let mut found: Vec<(usize, &str)> = ["One", "Two", "Below", "Three"]
            .iter()
            .map(|it| (list.find(&format!(">{it}</a>")).unwrap(), *it))
            .collect();
        found.sort_unstable();
        found.into_iter().map(|(_, it)| it).collect::<Vec<_>>().join(" ")
    };
    assert_eq!(order().await, "One Two Below Three");
    let moved = carl.post_form(&format!("{}/place", pages[2]), &[("do", "up")]).await.expect(303).location();
    assert!(carl.get(moved.split('#').next().unwrap()).await.shows("“Three” is now page 2 of 3"));
    assert_eq!(order().await, "One Three Two Below");
    carl.post_form(&format!("{}/place", pages[0]), &[("place", "9")]).await.expect(303);
    assert_eq!(order().await, "Three Two Below One");
    carl.post_form(&format!("{}/place", pages[0]), &[("place", "first")]).await.expect(400);
    assert_eq!(revision(&carl, &pages[2]).await, open, "whoever edits one of them is not disturbed");
    make(&carl, "document", &[("title", "Four")]).await;
    let list = carl.get(PAGES).await.text();
    assert!(list.find(">One</a>") < list.find(">Four</a>"), "a new page comes last");
}

#[tokio::test]
async fn nothing_of_another_tenant_can_be_served_or_touched() {
    let canvass = Canvass::start().await;
    let (carl, eve) = (canvass.carl().await, canvass.eve().await);
    let definition = json!({ "title": "Lunch", "sections": [{ "id": "s1", "questions": [{ "id": "q", "type": "yes_no", "label": "Good?" }] }] });
    let theirs = canvass.survey("fabrikam", "lunch", &definition).await;
    for kind in ["survey", "results"] {
        let form = format!("{PAGES}/new?kind={kind}");
        let fields = [("title", "Lunch"), ("address", "mine"), ("target", theirs.id.as_str())];
        let refused = carl.submit(&form, PAGES, &fields).await.expect(422);
        assert!(refused.shows("There is no such survey"), "{}", refused.text());
    }
    let page = make(&carl, "document", &[("title", "About us")]).await;
    let foreign = page.replace("adatum", "fabrikam");
    let fields = [("kind", "document"), ("title", "Mine"), ("visibility", "public"), ("revision", "1"), ("do", "save")];
    eve.get(&foreign).await.expect(404);
    eve.post_form(&foreign, &fields).await.expect(404);
    for verb in ["place", "trash", "restoration"] {
        eve.post_form(&format!("{foreign}/{verb}"), &[("do", "up")]).await.expect(404);
    }
    assert!(carl.get(&page).await.expect(200).shows("About us"));
}

#[tokio::test]
async fn a_page_with_a_password_needs_one_and_never_shows_it() {
    let canvass = Canvass::start().await;
    let carl = canvass.carl().await;
    let form = format!("{PAGES}/new?kind=document");
    let fields = [("title", "Minutes"), ("visibility", "password")];
    assert!(carl.submit(&form, PAGES, &fields).await.expect(422).shows("Enter the password that opens this page"));
    let short = [&fields[..], &[("password", "short")]].concat();
    carl.submit(&form, PAGES, &short).await.expect(422);
    let secret = "seven slow otters";
    let page = make(&carl, "document", &[&fields[..], &[("password", secret)]].concat()).await;
    let shown = carl.get(&page).await.expect(200);
    assert!(shown.shows("There is one; leave this empty to keep it.") && !shown.text().contains(secret));
    assert!(!shown.text().contains("argon2"));
    carl.submit(&page, &page, &[("title", "Minutes of May")]).await.expect(303);
    assert!(carl.get(&page).await.shows("There is one"), "an empty field keeps it");
    carl.submit(&page, &page, &[("visibility", "public")]).await.expect(303);
    carl.submit(&page, &page, &[("visibility", "password")]).await.expect(422);
}

#[tokio::test]
async fn hostile_addresses_and_titles_are_refused_or_shown_as_they_are() {
    let canvass = Canvass::start().await;
    let carl = canvass.carl().await;
    let form = format!("{PAGES}/new?kind=document");
    for address in ["a//b", "..", "a/../b", "a%2fb", "a\\b", "%zz", "1/2/3/4/5/6/7/8/9"] {
        let refused = carl.submit(&form, PAGES, &[("title", "About"), ("address", address)]).await.expect(422);
        assert!(refused.filled(PAGES, &[]).contains(&("address".to_owned(), address.to_owned())), "{address}");
    }
    let title = "\"><script>alert(1)</script>";
    let page = make(&carl, "document", &[("title", title), ("address", "a<b>\"'/100%25")]).await;
    for path in [PAGES, page.as_str()] {
        let shown = carl.get(path).await.expect(200);
        assert!(shown.shows(title) && !shown.text().contains("<script>alert"), "{path}");
        assert!(shown.shows("a<b>\"'/100%") && !shown.text().contains("a<b>"), "{path}");
    }
    let taken = carl.submit(&form, PAGES, &[("title", "About"), ("address", "A<B>\"'/100%25")]).await.expect(409);
    assert!(taken.shows("is taken by the page"));
    carl.submit(&page, &page, &[("title", "Plain")]).await.expect(303);
    assert_eq!(PageAddress::parse("a<b>\"'/100%25").unwrap().native(), "a<b>\"'/100%", "as it was");
}
