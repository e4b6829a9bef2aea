//! Tests of template sites: this file is about what is read, what is refused, and what a tenant's name can do in one.

use std::collections::HashMap;

use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;
use crate::{
    alias::Alias,
    id::TenantId,
    markdown,
    plan::PlanId,
    tenant::{Region, TenantRecord, TenantState},
    text::OrganisationName,
    time::Timestamp,
};

fn tenant(name: &str) -> TenantRecord {
    TenantRecord {
        id: TenantId::from(uuid::Uuid::nil()),
        alias: Alias::parse("adatum").unwrap(),
        name: OrganisationName::parse(name).unwrap(),
        state: TenantState::Active,
        reason: None,
        plan: PlanId::Standard,
        region: Region("local".to_owned()),
        created_at: Timestamp::parse("2026-09-02T04:06:07Z").unwrap(),
    }
}

fn parse(manifest: &Value, files: &[(&str, &str)]) -> Result<TemplateSite, Vec<String>> {
    let files: HashMap<_, _> = files.iter().copied().collect();
    let read = |name: &str| files.get(name).map(|it| (*it).to_owned()).ok_or_else(|| "it is not there".to_owned());
    TemplateSite::parse(&manifest.to_string(), read)
}

/// A site of one document.
fn one(markdown: &str) -> Result<TemplateSite, Vec<String>> {
    let page = json!({ "name": "about", "address": "about", "title": "About {{organisation}}", "visibility": "public",
        "document": "about.md" });
    parse(&json!({ "version": 1, "pages": [page] }), &[("about.md", markdown)])
}

#[test]
fn a_page_is_filled_with_the_tenants_words() {
    let site = one("Hello from {{organisation}} ({{ alias }}, {{region}}) since {{since}}. {{").unwrap();
    let record = tenant("Adatum");
    let filled = site.pages[0].fill(&Words::of(&record));
    assert_eq!(filled.title, "About Adatum");
    assert_eq!(filled.body, "Hello from Adatum (adatum, local) since 2026-09-02. {{");
}

#[test]
fn a_hash_tells_what_a_page_says_and_nothing_else() {
    let page = Filled { title: "ab".to_owned(), kind: Kind::Document, target: String::new(), body: "c\nd".to_owned() };
    assert_eq!(page.hash(), Filled { body: "c\r\nd".to_owned(), ..page.clone() }.hash(), "as browsers send lines");
    for other in [
        Filled { title: "a".to_owned(), ..page.clone() },
        Filled { kind: Kind::Feed, ..page.clone() },
        Filled { target: "c".to_owned(), ..page.clone() },
        Filled { title: "a".to_owned(), body: "bc\nd".to_owned(), ..page.clone() },
    ] {
        assert_ne!(page.hash(), other.hash(), "{other:?}");
    }
}

#[test]
fn what_must_not_be_in_a_site_is_refused_with_its_place() {
    let page = |change: Value| {
        let mut page = json!({ "name": "a", "address": "a", "title": "A", "visibility": "public", "document": "a.md" });
        page.as_object_mut().unwrap().append(&mut change.as_object().unwrap().clone());
        json!({ "version": 1, "pages": [page] })
    };
    let cases = [
        (json!({ "version": 0, "pages": [] }), "versions begin at 1"),
        (json!({ "version": 1, "pages": [], "scripts": [] }), "unknown field `scripts`"),
        (page(json!({ "name": "../a" })), "a name is"),
        (page(json!({ "address": "../fabrikam" })), "its address"),
        (page(json!({ "address": "a%2fb" })), "its address"),
        (page(json!({ "title": " " })), "its title"),
        (page(json!({ "title": "a\nb" })), "its title"),
        (page(json!({ "title": "{{password}}" })), "no placeholder \"password\""),
        (page(json!({ "visibility": "password" })), "its visibility"),
        (page(json!({ "document": "../../etc/passwd" })), "a file's name"),
        (page(json!({ "document": "/etc/a.md" })), "a file's name"),
        (page(json!({ "document": "b.md" })), "b.md: it is not there"),
        (page(json!({ "document": null })), "needs either"),
        (page(json!({ "feed": "rss" })), "needs either"),
        (page(json!({ "document": null, "feed": "pdf" })), "rss, atom or json"),
        (json!({ "version": 1, "pages": [], "surveys": ["a.md"] }), "ends in .json"),
        (json!({ "version": 1, "pages": [], "surveys": ["s.json"] }), "s.json"),
        (json!({ "version": 1, "pages": vec![Value::Null; 0], "surveys": vec!["s.json"; 6] }), "may have 5"),
    ];
    for (manifest, expected) in cases {
        let faults = parse(&manifest, &[("a.md", "Hi"), ("s.json", "{}")]).unwrap_err();
        assert!(faults.iter().any(|it| it.contains(expected)), "{manifest}: {faults:?}");
    }
    let twice = json!({ "name": "a", "address": "a", "title": "A", "visibility": "public", "document": "a.md" });
    let other = json!({ "name": "b", "address": "A", "title": "A", "visibility": "public", "document": "a.md" });
    let faults = parse(&json!({ "version": 1, "pages": [twice, twice, other] }), &[("a.md", "Hi")]).unwrap_err();
    assert_eq!(
        faults,
        ["a: two pages have this name", "a: two pages have its address", "b: two pages have its address"]
    );
    let huge = "a".repeat(TemplateSite::FILE_BYTES_MAX + 1);
    assert!(one(&huge).unwrap_err()[0].contains("at most 64 kB"));
}

#[test]
fn a_text_that_would_run_or_load_something_is_refused() {
    for hostile in [
        "<script>alert(1)</script>",
        "a <b onclick=alert(1)>b</b>",
        "![a](https://evil.example/a.png)",
        "[a](javascript:alert(1))",
        "[a](data:text/html,x)",
        "[a](//evil.example)",
        "[a](../fabrikam)",
        "<javascript:alert(1)>",
    ] {
        assert!(one(hostile).is_err(), "{hostile}");
    }
    one("# A\n\n[a](contact), [b](https://a.example), <mailto:a@b.example>, `<b>`").unwrap();
}

proptest! {
    #[test]
    fn an_organisations_name_is_only_ever_words(name in "[a-z0-9.)#+=<>*_`\\[\\]()!&~|\\\\{}:/-]{1,30}", place in 0_usize..4) {
        let Ok(organisation) = OrganisationName::parse(&name) else { return Ok(()) };
        let text = ["{{organisation}}", "x {{organisation}} y", "- {{organisation}}", "x\n{{organisation}}"][place];
        let record = tenant(organisation.as_str());
        let filled = one(text).unwrap().pages[0].fill(&Words::of(&record));
        let html = markdown::document(&filled.body, |it| it.native().to_owned());
        let shown = html.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&").replace("&quot;", "\"");
        prop_assert!(shown.contains(organisation.as_str()), "{} gave {html}", filled.body);
        prop_assert!(!html.contains("<a") && !html.contains("<em") && !html.contains("<h") && !html.contains("<ol"), "{html}");
        prop_assert_eq!(html.matches("<li").count(), usize::from(place == 2), "{}", html);
    }
}
