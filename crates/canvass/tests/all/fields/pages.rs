//! The pages of fields: this file is about what members do with them through forms, and what is shown and refused.

use serde_json::json;

use super::{FIELDS, product_and_budget, put, survey};
use crate::support::{Canvass, Person};

const PAGE: &str = "/-/console/adatum/fields";
const SURVEYS: &str = "/-/console/adatum/surveys";

/// The fields of a form for a new text field, with some of them changed.
fn new<'a>(changes: &[(&'a str, &'a str)]) -> Vec<(&'a str, &'a str)> {
    let mut form = vec![("id", "owner"), ("label", "Owner"), ("type", "text")];
    for (name, value) in changes {
        form.retain(|(it, _)| it != name);
        form.push((name, value));
    }
    form
}

/// The ids in the order of the API.
async fn order(program: &Person) -> Vec<String> {
    let fields = program.get(FIELDS).await.expect(200).json()["fields"].clone();
    fields.as_array().unwrap().iter().map(|it| super::text(&it["id"])).collect()
}

#[tokio::test]
async fn a_field_is_added_moved_changed_removed_and_fetched_back() {
    let canvass = Canvass::start().await;
    let (ada, program) = (canvass.ada().await, canvass.program_of("adatum").await);
    for (id, label) in [("owner", "Owner"), ("sku", "SKU"), ("budget", "Budget")] {
        let added = ada.post_form(PAGE, &new(&[("id", id), ("label", label)])).await.expect(303).location();
        assert!(ada.get(&added).await.expect(200).shows(&format!("“{label}” is there now.")), "{added}");
    }
    let moved = ada.post_form(&format!("{PAGE}/budget/place"), &[("do", "up")]).await.expect(303).location();
    assert!(ada.get(&moved).await.expect(200).shows("“Budget” is now field 2 of 3"));
    ada.post_form(&format!("{PAGE}/owner/place"), &[("place", "3")]).await.expect(303);
    assert_eq!(order(&program).await, ["budget", "sku", "owner"]);

    let one = format!("{PAGE}/owner");
    ada.submit(&one, &one, &[("label", "Owner of it"), ("required", "yes")]).await.expect(303);
    assert_eq!(program.get(FIELDS).await.expect(200).json()["fields"][2]["label"], "Owner of it");

    let survey = survey(&program, Some(json!({ "owner": "Grete" }))).await;
    let gone = ada.post_form(&format!("{one}/removal"), &[("", "")]).await.expect(303).location();
    let list = ada.get(&gone).await.expect(200);
    assert!(list.shows("“Owner of it” is removed. 1 survey keeps a value in it until"), "{}", list.text());
    assert_eq!(order(&program).await, ["budget", "sku"]);
    let text = list.text();
    let undo = text.split("action=\"").map(|it| it.split('"').next().unwrap()).find(|it| it.ends_with("/restoration"));
    let undo = undo.unwrap().to_owned();

    ada.post_form(PAGE, &new(&[("label", "Another owner")])).await.expect(303);
    let taken = ada.post_form(&undo, &[("", "")]).await.expect(409);
    assert!(taken.shows("“Owner of it” cannot come back yet. There is a field owner already"), "{}", taken.text());
    ada.post_form(&format!("{one}/removal"), &[("", "")]).await.expect(303);
    let back = ada.post_form(&undo, &[("", "")]).await.expect(303).location();
    assert!(ada.get(&back).await.expect(200).shows("“Owner of it” is back, with its values."));
    assert_eq!(program.get(&survey).await.expect(200).json()["metadata"], json!({ "owner": "Grete" }));
    assert!(ada.get("/-/console/adatum/log").await.expect(200).shows("restored owner"));
}

#[tokio::test]
async fn a_removed_field_is_deleted_for_good_when_one_says_so() {
    let canvass = Canvass::start().await;
    let ada = canvass.ada().await;
    ada.post_form(PAGE, &new(&[])).await.expect(303);
    ada.post_form(&format!("{PAGE}/owner/removal"), &[("", "")]).await.expect(303);
    let text = ada.get(PAGE).await.expect(200).text();
    let mut actions = text.split("action=\"").map(|it| it.split('"').next().unwrap());
    let delete = actions.find(|it| it.ends_with("/deletion")).unwrap();
    let done = ada.post_form(delete, &[("", "")]).await.expect(303).location();
    assert!(!ada.get(&done).await.expect(200).shows("Removed</h2>"));
    ada.post_form(delete, &[("", "")]).await.expect(404);
}

#[tokio::test]
async fn what_a_change_does_to_surveys_is_shown_before_it_is_done() {
    let canvass = Canvass::start().await;
    let (ada, program) = (canvass.ada().await, canvass.program_of("adatum").await);
    put(&program, FIELDS, &product_and_budget()).await.expect(200);
    survey(&program, Some(json!({ "product": "CX-1" }))).await;
    let one = format!("{PAGE}/product");

    let narrowed = ada.submit(&one, &one, &[("pattern", "[0-9]+")]).await.expect(409);
    assert!(narrowed.shows("1 survey has a value that the new pattern does not take"), "{}", narrowed.text());
    assert_eq!(program.get(FIELDS).await.expect(200).json(), product_and_budget(), "nothing is saved yet");
    let confirmed = narrowed.filled(&one, &[("confirmed", "yes")]);
    ada.post_form(&one, &confirmed).await.expect(303);
    assert_eq!(program.get(FIELDS).await.expect(200).json()["fields"][0]["pattern"], "[0-9]+");

    let lossy = ada.submit(&one, &one, &[("type", "date"), ("pattern", "")]).await.expect(409);
    assert!(lossy.shows("1 survey has a value in “Product” that is no date"), "{}", lossy.text());
    let needed = ada.post_form(&format!("{PAGE}/budget/removal"), &[("", "")]).await.expect(409);
    assert!(needed.shows("The link of “Product” names {budget}, which is no field"), "{}", needed.text());
}

#[tokio::test]
async fn two_who_change_one_field_do_not_overwrite_each_other() {
    let canvass = Canvass::start().await;
    let ada = canvass.ada().await;
    ada.post_form(PAGE, &new(&[])).await.expect(303);
    let one = format!("{PAGE}/owner");
    let stale = ada.get(&one).await.expect(200);
    ada.submit(&one, &one, &[("label", "Their label")]).await.expect(303);
    let late = ada.post_form(&one, &stale.filled(&one, &[("label", "My label")])).await.expect(409);
    assert!(late.shows("Somebody changed this field") && late.shows("My label"), "{}", late.text());
    ada.post_form(&one, &late.filled(&one, &[])).await.expect(303);
    assert!(ada.get(PAGE).await.expect(200).shows("My label"));
}

#[tokio::test]
async fn hostile_fields_are_refused_beside_their_control_or_shown_as_text() {
    let canvass = Canvass::start().await;
    let (ada, program) = (canvass.ada().await, canvass.program_of("adatum").await);
    for (control, attack, words) in [
        ("link", "javascript:alert(1)", "A link begins with https:// or http://"),
        ("link", "https://{owner}.example/", "After https:// comes a host"),
        ("link", "https://erp.example\\@evil.example/{owner}", "Remove the spaces"),
        ("pattern", "((a{1000}){1000}){1000}", "This pattern repeats too much"),
        ("pattern", "a)|(?:b", "This is not a regular expression"),
        ("pattern", &"a".repeat(201), "A pattern has 200 characters or fewer"),
        ("id", "../owner", "an id is a letter"),
        ("id", "owner\" autofocus onfocus=\"alert(1)", "an id is a letter"),
        ("label", "", "Enter a label"),
        ("default", "two\nlines", "Remove the line breaks"),
    ] {
        let refused = ada.post_form(PAGE, &new(&[(control, attack)])).await.expect(422);
        assert!(refused.shows(words) && refused.text().contains(&format!("href=\"#f-{control}\"")), "{attack}");
    }
    let label = "<script>alert(1)</script>";
    let fields = [("label", label), ("link", "https://erp.example/{owner}"), ("listed", "yes")];
    ada.post_form(PAGE, &new(&fields)).await.expect(303);
    let value = "\"><img src=x onerror=alert(1)>";
    let survey = survey(&program, Some(json!({ "owner": value }))).await;
    let details = format!("{SURVEYS}/{}/details", survey.rsplit('/').next().unwrap());
    for page in [PAGE, SURVEYS, &details, &format!("{PAGE}/owner")] {
        let page = ada.get(page).await.expect(200);
        assert!(!page.text().contains("<script>alert") && !page.text().contains("<img src=x"), "{}", page.text());
        assert!(page.shows(label), "{}", page.text());
    }
    let list = ada.get(SURVEYS).await.expect(200).text();
    assert!(list.contains("href=\"https://erp.example/%22%3E%3Cimg%20src%3Dx%20onerror%3Dalert%281%29%3E\""), "{list}");
    put(&program, &format!("{survey}/metadata"), &json!({ "owner": ".." })).await.expect(200);
    assert!(!ada.get(SURVEYS).await.expect(200).text().contains("https://erp.example/.."));
}

#[tokio::test]
async fn a_creator_notes_values_on_the_details_of_a_survey() {
    let canvass = Canvass::start().await;
    let (carl, program) = (canvass.carl().await, canvass.program_of("adatum").await);
    put(&program, FIELDS, &product_and_budget()).await.expect(200);
    let survey = survey(&program, None).await;
    let survey = format!("{SURVEYS}/{}", survey.rsplit('/').next().unwrap());
    let (details, form) = (format!("{survey}/details"), format!("{survey}/metadata"));

    let blocked =
        carl.submit(&format!("{survey}/publication"), &format!("{survey}/publication"), &[("address", "tea")]).await;
    assert!(blocked.expect(422).shows("Fill in “Product” among the survey's details"));

    let wrong = [("value.product", "cx 1"), ("value.budget", "many")];
    let refused = carl.submit(&details, &form, &wrong).await.expect(422);
    assert!(refused.shows("This must match the pattern") && refused.shows("Write a number, like 2.5"));
    assert!(refused.shows("value=\"cx 1\"") && refused.shows("value=\"many\""), "what was typed is kept");

    let stale = carl.get(&details).await.expect(200);
    let saved =
        carl.post_form(&form, &stale.filled(&form, &[("value.product", "CX-1"), ("value.budget", "1,5")])).await;
    let page = carl.get(&saved.expect(303).location()).await.expect(200);
    assert!(page.shows("Saved.") && page.shows("https://erp.example/p/CX-1?budget=1.5"), "{}", page.text());
    let late = carl.post_form(&form, &stale.filled(&form, &[("value.product", "CX-2")])).await.expect(409);
    assert!(late.shows("Somebody changed these details") && late.shows("CX-2"), "{}", late.text());

    let ann = canvass.ann().await;
    let read = ann.get(&details).await.expect(200);
    assert!(read.shows(">CX-1</a>") && !read.shows("value.product"), "{}", read.text());
    carl.submit(&format!("{survey}/publication"), &format!("{survey}/publication"), &[("address", "tea")])
        .await
        .expect(303);
}

#[tokio::test]
async fn the_list_has_a_column_for_a_field_and_finds_surveys_by_its_value() {
    let canvass = Canvass::start().await;
    let (ann, program) = (canvass.ann().await, canvass.program_of("adatum").await);
    put(&program, FIELDS, &product_and_budget()).await.expect(200);
    for (title, budget) in [("Tea at noon", 1.5), ("Tea at four", 2.0)] {
        let mut document = super::tea();
        document["title"] = title.into();
        document["metadata"] = json!({ "product": "CX-1", "budget": budget });
        program.post_json("/api/v1/surveys", &document).await.expect(201);
    }
    let list = ann.get(SURVEYS).await.expect(200);
    assert!(list.shows("href=\"https://erp.example/p/CX-1?budget=1.5\""), "{}", list.text());
    let found = ann.get(&format!("{SURVEYS}?field=budget&value=1,50")).await.expect(200);
    assert!(found.shows("Tea at noon") && !found.shows("Tea at four"), "{}", found.text());
    assert!(found.shows("?status=draft&field=budget&value=1%2C50"), "the other views keep the filter");
    let none = ann.get(&format!("{SURVEYS}?field=budget&value=much")).await.expect(200);
    assert!(none.shows("None can have that: Write a number, like 2.5"), "{}", none.text());
    assert!(ann.get(&format!("{SURVEYS}?field=colour&value=red")).await.expect(200).shows("Tea at four"));
}
