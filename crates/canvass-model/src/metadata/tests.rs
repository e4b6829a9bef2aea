//! Fields, values, patterns and links: this file is about what they take, refuse and never become.

use proptest::prelude::*;
use serde_json::{Value as Json, json};
use url::Url;

use super::{
    FIELDS_MAX, Field, FieldId, Fields, InvalidLink, InvalidPattern, Kind, LISTED_MAX, Link, Metadata, Pattern, Value,
};

fn id(text: &str) -> FieldId {
    FieldId::parse(text).unwrap()
}

fn fields(list: &Json) -> Fields {
    Fields::parse(&json!({ "fields": list })).unwrap()
}

fn faults(list: &Json) -> Vec<String> {
    let faults = Fields::parse(&json!({ "fields": list })).unwrap_err();
    faults.iter().map(ToString::to_string).collect()
}

fn text_field(name: &str) -> Json {
    json!({ "id": name, "label": name, "type": "text" })
}

/// Any value a field of this type may be given, as JSON.
fn values(kind: Kind) -> BoxedStrategy<Json> {
    match kind {
        Kind::Text => "[^\\p{Cc}]{0,40}".prop_map(Json::from).boxed(),
        Kind::Integer => (-(1_i64 << 53)..=1 << 53).prop_map(Json::from).boxed(),
        Kind::Decimal => (-9.007e15..9.007e15).prop_map(Json::from).boxed(),
        Kind::Boolean => any::<bool>().prop_map(Json::from).boxed(),
        Kind::Date => (1_i32..10_000, 1_u16..366)
            .prop_map(|(year, day)| {
                let day = time::Date::from_ordinal_date(year, day).unwrap();
                json!(format!("{:04}-{:02}-{:02}", day.year(), u8::from(day.month()), day.day()))
            })
            .boxed(),
        Kind::Uuid => any::<u128>().prop_map(|it| json!(uuid::Uuid::from_u128(it).simple().to_string())).boxed(),
    }
}

fn kinds() -> impl Strategy<Value = Kind> {
    proptest::sample::select(Kind::ALL.to_vec())
}

/// Any field, as the API would be sent it.
fn documents() -> impl Strategy<Value = Json> {
    let named = ("[A-Za-z][A-Za-z0-9_]{0,20}", "[^\\p{Cc}\\p{Z}]{1,20}", any::<(bool, bool)>());
    (named, kinds(), proptest::option::of("https://erp\\.example(:[1-9][0-9]{3})?/[a-z]{0,8}")).prop_flat_map(
        |((id, label, (required, listed)), kind, link)| {
            proptest::option::of(values(kind)).prop_map(move |default| {
                let mut field = json!({ "id": id, "label": label, "type": kind.as_str() });
                field["required"] = required.into();
                field["listed"] = listed.into();
                if let Some(default) = default {
                    field["default"] = default;
                }
                if let Some(link) = &link {
                    field["link"] = format!("{link}{{{id}}}?q={{{id}}}").into();
                }
                field
            })
        },
    )
}

proptest! {
    #[test]
    fn a_value_reads_back_from_its_text_and_its_json(
        (kind, json) in kinds().prop_flat_map(|kind| (Just(kind), values(kind))),
    ) {
        if let Some(value) = Value::from_json(kind, &json).unwrap() {
            prop_assert_eq!(value.kind(), kind);
            prop_assert_eq!(Value::from_text(kind, &value.to_string()).unwrap(), Some(value.clone()));
            prop_assert_eq!(Value::from_json(kind, &value.to_json()).unwrap(), Some(value));
        }
    }

    #[test]
    fn a_field_reads_back_from_what_is_written(document in documents()) {
        let list = fields(&json!([document]));
        let again = Fields::parse(&list.to_json()).unwrap();
        prop_assert_eq!(again.to_json().to_string(), list.to_json().to_string());
        prop_assert_eq!(again.fingerprint(), list.fingerprint());
        prop_assert_eq!(again, list);
    }

    #[test]
    fn a_link_leads_to_the_scheme_host_and_port_that_were_written(
        origin in "https?://[a-z]{1,8}(\\.example)?(:[1-9][0-9]{1,3})?",
        rest in "[/?#]([a-zA-Z0-9/?#&=._~%@:;-]{0,4}(\\{a\\}|/)){0,4}",
        value in "(\\.{1,2}|[/\\\\?#@:%]{1,3}|\\PC{1,20}|//evil\\.example|%2e%2E)",
    ) {
        let Ok(link) = Link::parse(&format!("{origin}{rest}")) else { return Ok(()) };
        let Some(address) = link.expand(|_| Some(value.clone())) else { return Ok(()) };
        let (meant, made) = (Url::parse(&origin).unwrap(), Url::parse(&address).unwrap());
        prop_assert_eq!(made.scheme(), meant.scheme());
        prop_assert_eq!(made.host_str(), meant.host_str());
        prop_assert_eq!(made.port_or_known_default(), meant.port_or_known_default());
        prop_assert!(made.username().is_empty() && made.password().is_none());
        // No step upwards: a browser keeps every part of the path that was written.
        let path = rest.split(['?', '#']).next().unwrap();
        prop_assert_eq!(made.path().matches('/').count(), path.matches('/').count().max(1), "{} of {}", address, link);
    }

    #[test]
    fn whatever_is_sent_is_taken_or_refused_and_nothing_else(text in "\\PC{0,60}") {
        let _ = Link::parse(&text);
        let _ = Pattern::parse(&text);
        for kind in Kind::ALL {
            if let Ok(Some(value)) = Value::from_text(kind, &text) {
                prop_assert_eq!(Value::from_text(kind, &value.to_string()).unwrap(), Some(value));
            }
        }
    }
}

#[test]
fn links_lead_where_they_say() {
    let link = Link::parse("HTTPS://ERP.Example:443/p/{product_id}?by={owner}#top").unwrap();
    assert_eq!(link.to_string(), "https://erp.example/p/{product_id}?by={owner}#top");
    let value = |it: &FieldId| Some(if it.as_str() == "owner" { "Ada & Grete" } else { "A/1" }.to_owned());
    assert_eq!(link.expand(value).unwrap(), "https://erp.example/p/A%2F1?by=Ada%20%26%20Grete#top");
    assert_eq!(link.expand(|_| None), None);
    let climbing = Link::parse("https://erp.example/a/{x}/{x}{x}/b").unwrap();
    assert_eq!(climbing.expand(|_| Some(".".to_owned())), None);
    assert_eq!(climbing.expand(|_| Some("..".to_owned())), None);
    assert!(climbing.expand(|_| Some("...".to_owned())).is_some());
}

#[test]
fn links_to_anything_but_a_written_host_are_refused() {
    for (template, refusal) in [
        ("javascript:alert(1)", InvalidLink::Scheme),
        ("JaVaScRiPt://x/%0aalert(1)", InvalidLink::Scheme),
        ("data:text/html,x", InvalidLink::Scheme),
        ("ftp://erp.example/{x}", InvalidLink::Scheme),
        ("{x}://erp.example/", InvalidLink::Scheme),
        ("//erp.example/{x}", InvalidLink::Scheme),
        ("{x}", InvalidLink::Scheme),
        ("https://{x}/", InvalidLink::Host),
        ("https://erp.example{x}", InvalidLink::Host),
        ("https://erp.example:{x}/", InvalidLink::Host),
        ("https://erp.example:99999/", InvalidLink::Host),
        ("https://ada@erp.example/", InvalidLink::Host),
        ("https://erp.example@evil.example/", InvalidLink::Host),
        ("https://erp%2eexample/", InvalidLink::Host),
        ("https:///{x}", InvalidLink::Host),
        ("https://erp.example\\@evil.example/", InvalidLink::Character),
        ("https://erp.example/\u{2028}{x}", InvalidLink::Character),
        ("java\tscript:alert(1)", InvalidLink::Character),
        ("https://erp.example/\"onclick={x}", InvalidLink::Character),
        ("https://erp.example/a/../{x}", InvalidLink::Dots),
        ("https://erp.example/%2E%2e/{x}", InvalidLink::Dots),
        ("https://erp.example/{x", InvalidLink::Brace),
        ("https://erp.example/x}", InvalidLink::Brace),
    ] {
        assert_eq!(Link::parse(template), Err(refusal), "{template}");
    }
    assert!(matches!(Link::parse("https://erp.example/{}"), Err(InvalidLink::Field(..))));
    assert!(matches!(Link::parse("https://erp.example/{{x}}"), Err(InvalidLink::Field(..))));
    assert_eq!(Link::parse(&format!("https://e.example/{}", "x".repeat(1_000))), Err(InvalidLink::TooLong));
}

#[test]
fn a_pattern_matches_whole_texts() {
    let pattern = Pattern::parse("[A-Z]{2}-[0-9]+").unwrap();
    assert!(pattern.matches("AB-12"));
    for other in ["xAB-12", "AB-12x", "AB-", "AB-12\n", ""] {
        assert!(!pattern.matches(other), "{other:?}");
    }
    assert!(Pattern::parse("a|b").unwrap().matches("b") && !Pattern::parse("a|b").unwrap().matches("bc"));
}

#[test]
fn a_pattern_cannot_leave_its_brackets_look_around_or_grow() {
    for escape in ["a)|(?:b", "a)(", "(?x)a #", "(?=a)b", "(a)\\1", "[", "\\"] {
        assert!(matches!(Pattern::parse(escape), Err(InvalidPattern::Syntax(_))), "{escape}");
    }
    let bombs = ["((a{1000}){1000}){1000}", "\\pL{900}{900}", "(x{500}y{500}){500}", "(?i)(\\w{200}){50}"];
    for bomb in bombs {
        assert_eq!(Pattern::parse(bomb).unwrap_err(), InvalidPattern::TooLarge, "{bomb}");
    }
    assert!(matches!(Pattern::parse(&"(".repeat(150)), Err(InvalidPattern::Syntax(_))));
    assert_eq!(Pattern::parse(&"a".repeat(201)).unwrap_err(), InvalidPattern::TooLong);
    // Whoever tries every way to match this never ends.
    let slow = Pattern::parse("(a+)+(a|aa)+b").unwrap();
    assert!(!slow.matches(&"a".repeat(super::TEXT_CHARS_MAX)));
}

#[test]
fn a_value_has_one_spelling() {
    let written = |kind, text: &str| Value::from_text(kind, text).unwrap().unwrap().to_string();
    assert_eq!(written(Kind::Text, "  Widgets \t"), "Widgets");
    assert_eq!(written(Kind::Integer, "+007"), "7");
    assert_eq!(written(Kind::Decimal, "1.50"), "1.5");
    assert_eq!(written(Kind::Decimal, "-0"), "0");
    assert_eq!(written(Kind::Date, "2026-02-28"), "2026-02-28");
    assert_eq!(written(Kind::Uuid, "{0190163D-8694-739B-AEA5-966C26F8AD91}"), "0190163d-8694-739b-aea5-966c26f8ad91");
    assert_eq!(Value::from_text(Kind::Integer, "   ").unwrap(), None);
    for (kind, bad) in [
        (Kind::Integer, "1.5"),
        (Kind::Integer, "9007199254740993"),
        (Kind::Decimal, "inf"),
        (Kind::Decimal, "NaN"),
        (Kind::Decimal, "1e300"),
        (Kind::Boolean, "yes"),
        (Kind::Date, "2026-02-29"),
        (Kind::Date, "0000-01-01"),
        (Kind::Date, "-001-01-01"),
        (Kind::Date, "26-1-1"),
        (Kind::Uuid, "123"),
        (Kind::Text, "a\u{0}b"),
        (Kind::Text, &"é".repeat(501)),
    ] {
        assert!(Value::from_text(kind, bad).is_err(), "{kind:?} {bad}");
    }
}

#[test]
fn every_fault_of_a_list_is_named_at_its_place() {
    let found = faults(&json!([
        { "id": "1", "label": " ", "type": "text", "pattern": "[", "link": "javascript:x" },
        { "id": "age", "label": "Age", "type": "integer", "default": "old", "pattern": "x" },
        { "id": "when", "label": "When", "type": "moment" },
        { "id": "sku", "label": "SKU", "type": "text", "pattern": "[0-9]+", "default": "x", "colour": "red" },
        7,
    ]));
    let places: Vec<&str> = found.iter().map(|it| it.split(':').next().unwrap()).collect();
    let expected = [
        "/fields/0/id",
        "/fields/0/label",
        "/fields/0/pattern",
        "/fields/0/link",
        "/fields/1/pattern",
        "/fields/1/default",
        "/fields/2/type",
        "/fields/3/colour",
    ];
    assert_eq!(places[..8], expected, "{found:?}");
    assert_eq!(places.len(), 9);
    let default = json!([{ "id": "sku", "label": "SKU", "type": "text", "pattern": "[0-9]+", "default": "x" }]);
    assert_eq!(faults(&default), ["/fields/0/default: This must match the pattern [0-9]+"]);
}

#[test]
fn a_list_is_bounded_and_its_parts_fit_together() {
    let many: Vec<Json> = (0..=FIELDS_MAX).map(|it| text_field(&format!("f{it}"))).collect();
    assert_eq!(faults(&many.into()).len(), 1);
    let mut wide: Vec<Json> = (0..=LISTED_MAX).map(|it| text_field(&format!("f{it}"))).collect();
    for it in &mut wide {
        it["listed"] = true.into();
    }
    assert_eq!(faults(&wide.into()).len(), 1);
    assert!(faults(&json!([text_field("Owner"), text_field("owner")]))[0].starts_with("/fields/1/id"));
    let mut linked = text_field("order");
    linked["link"] = "https://erp.example/{shop}/{order}".into();
    assert!(faults(&json!([linked]))[0].starts_with("/fields/0/link"));
    let list = fields(&json!([linked, text_field("shop")]));
    assert_eq!(list.without(&id("shop")).unwrap_err()[0].pointer, "/fields/0/link");
    assert_eq!(list.without(&id("order")).unwrap().len(), 1);
}

#[test]
fn a_field_is_moved_changed_and_added() {
    let list = fields(&json!([text_field("a"), text_field("b"), text_field("c")]));
    let order = |list: &Fields| list.iter().map(|it| it.id().to_string()).collect::<Vec<_>>().concat();
    assert_eq!(order(&list.with_moved(&id("c"), 0)), "cab");
    assert_eq!(order(&list.with_moved(&id("a"), 1)), "bac");
    assert_eq!(order(&list.with_moved(&id("a"), 99)), "bca");
    assert_eq!(order(&list.with_moved(&id("x"), 0)), "abc");
    let renamed = Field::parse(&super::Document { label: "Other".to_owned(), ..list[1].document() }).unwrap();
    assert_eq!(list.with_changed(&renamed).unwrap()[1].label(), "Other");
    assert_eq!(list.with(renamed).unwrap_err()[0].pointer, "/fields/3/id");
}

#[test]
fn metadata_is_checked_completed_and_says_what_it_lacks() {
    let list = fields(&json!([
        { "id": "sku", "label": "Product", "type": "text", "required": true, "pattern": "[A-Z]+-[0-9]+",
          "link": "https://erp.example/{sku}" },
        { "id": "budget", "label": "Budget", "type": "decimal" },
        { "id": "internal", "label": "Internal", "type": "boolean", "default": false },
    ]));
    let wrong = json!({ "sku": "nope", "budget": "12", "internal": true, "a/b": 1 });
    let faults = Metadata::from_json(&list, &wrong).unwrap_err();
    let places: Vec<&str> = faults.iter().map(|it| it.pointer.as_str()).collect();
    assert_eq!(places, ["/a~1b", "/sku", "/budget"]);

    let given = json!({ "budget": 12.0, "sku": null });
    let metadata = Metadata::from_json(&list, &given).unwrap().or_defaults(&list);
    assert_eq!(metadata.to_json().to_string(), r#"{"budget":12,"internal":false}"#);
    let lacking = metadata.publication_faults(&list);
    assert_eq!(lacking.len(), 1);
    assert_eq!(lacking[0].pointer, "/metadata/sku");

    let stored = vec![(id("sku"), "old".to_owned()), (id("gone"), "x".to_owned())];
    let stale = Metadata::from_stored(&list, stored).unwrap();
    assert!(stale.publication_faults(&list)[0].message.contains("must match the pattern"), "{stale:?}");
    assert_eq!(stale.link(&list[0]).unwrap(), "https://erp.example/old");
    assert!(Metadata::from_stored(&list, vec![(id("budget"), "much".to_owned())]).is_err());
}

#[test]
fn a_change_of_type_keeps_only_what_is_written_the_same() {
    let field = |kind: &str| fields(&json!([{ "id": "a", "label": "A", "type": kind }]))[0].clone();
    assert!(field("text").keeps("12") && field("integer").keeps("12") && field("decimal").keeps("12"));
    assert!(!field("integer").keeps("012") && !field("integer").keeps("twelve") && !field("boolean").keeps("1"));
    assert!(!field("decimal").keeps("1.50") && field("date").keeps("2026-11-30"));
}
