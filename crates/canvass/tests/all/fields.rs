//! A tenant's own fields for surveys: this file is about defining them, noting values, and what a change of them does.

mod pages;

use canvass_model::plan::PlanId;
use canvass_storage::tenants;
use reqwest::Method;
use serde_json::{Value, json};

use crate::support::{Answer, Canvass, Person};

const FIELDS: &str = "/api/v1/fields";

/// A survey that could be published.
fn tea() -> Value {
    let question = json!({ "id": "tea", "type": "yes_no", "label": "Tea?" });
    json!({ "title": "Tea", "sections": [{ "id": "s1", "questions": [question] }] })
}

/// The product, required, with a pattern and a link, and the budget.
fn product_and_budget() -> Value {
    json!({ "fields": [
        { "id": "product", "label": "Product", "type": "text", "required": true, "pattern": "[A-Z]+-[0-9]+",
          "link": "https://erp.example/p/{product}?budget={budget}", "listed": true },
        { "id": "budget", "label": "Budget", "type": "decimal", "listed": true },
    ] })
}

/// Replaces something by JSON, whatever it looks like.
async fn put(person: &Person, path: &str, body: &Value) -> Answer {
    person.send(person.request(Method::PUT, path).header("if-match", "*").json(body)).await
}

/// Where and why a document was refused, each as `pointer: message`.
fn faults(answer: &Answer) -> Vec<String> {
    let errors = answer.json()["errors"].clone();
    errors.as_array().unwrap().iter().map(|it| format!("{}: {}", text(&it["pointer"]), text(&it["message"]))).collect()
}

fn text(json: &Value) -> String {
    json.as_str().unwrap().to_owned()
}

/// Makes a survey and answers its address in the API.
async fn survey(program: &Person, metadata: Option<Value>) -> String {
    let mut document = tea();
    if let Some(metadata) = metadata {
        document["metadata"] = metadata;
    }
    format!("/api/v1/surveys/{}", text(&program.post_json("/api/v1/surveys", &document).await.expect(201).json()["id"]))
}

/// Puts a tenant on another plan, as the operator would.
async fn move_to(canvass: &Canvass, alias: &str, plan: PlanId) {
    let record = canvass.tenant(alias).await.record().clone();
    let moved = canvass.directory().write(move |tx| {
        let record = canvass_model::tenant::TenantRecord { plan, ..record.clone() };
        tenants::update(tx, &record)
    });
    moved.await.unwrap();
}

#[tokio::test]
async fn fields_are_defined_once_and_surveys_have_values_in_them() {
    let canvass = Canvass::start().await;
    let program = canvass.program_of("adatum").await;
    let empty = program.get(FIELDS).await.expect(200);
    assert_eq!(empty.json(), json!({ "fields": [] }));
    program.put_json(FIELDS, &product_and_budget()).await.expect(428);
    let read = empty.header("etag").to_owned();
    let request = || program.request(Method::PUT, FIELDS).header("if-match", &read).json(&product_and_budget());
    let defined = program.send(request()).await.expect(200);
    assert_eq!(defined.json(), product_and_budget());
    program.send(request()).await.expect(412);
    assert_eq!(program.get(FIELDS).await.expect(200).header("etag"), defined.header("etag"));

    let survey = survey(&program, Some(json!({ "product": "CX-20", "budget": 12.50 }))).await;
    let shown = program.get(&survey).await.expect(200).json();
    assert_eq!(shown["metadata"], json!({ "product": "CX-20", "budget": 12.5 }));
    assert_eq!(shown["metadata_links"], json!({ "product": "https://erp.example/p/CX-20?budget=12.5" }));
    let list = program.get("/api/v1/surveys").await.expect(200).json();
    assert_eq!(list["items"][0]["metadata"], shown["metadata"]);

    let path = format!("{survey}/metadata");
    let noted = program.get(&path).await.expect(200);
    let request =
        |body: Value| program.request(Method::PUT, &path).header("if-match", noted.header("etag")).json(&body);
    program.put_json(&path, &json!({})).await.expect(428);
    let changed = program.send(request(json!({ "product": "CX-21" }))).await.expect(200);
    assert_eq!(changed.json(), json!({ "product": "CX-21" }));
    program.send(request(json!({ "product": "CX-22" }))).await.expect(412);
    assert_eq!(program.get(&path).await.expect(200).json(), json!({ "product": "CX-21" }));
}

#[tokio::test]
async fn what_is_wrong_is_named_by_its_place() {
    let canvass = Canvass::start().await;
    let program = canvass.program_of("adatum").await;
    let wrong = json!({ "fields": [
        { "id": "a b", "label": "A", "type": "text" },
        { "id": "b", "label": "B", "type": "text", "link": "javascript:alert({b})" },
        { "id": "c", "label": "C", "type": "text", "pattern": "((a{1000}){1000}){1000}" },
    ] });
    let refused = faults(&put(&program, FIELDS, &wrong).await.expect(422));
    let places: Vec<&str> = refused.iter().map(|it| it.split(':').next().unwrap()).collect();
    assert_eq!(places, ["/fields/0/id", "/fields/1/link", "/fields/2/pattern"]);
    put(&program, FIELDS, &product_and_budget()).await.expect(200);

    let mut document = tea();
    document["metadata"] = json!({ "product": "nope", "colour": "red" });
    let refused = program.post_json("/api/v1/surveys", &document).await.expect(422);
    let refused = faults(&refused);
    assert_eq!(refused[1], "/metadata/product: This must match the pattern [A-Z]+-[0-9]+");
    assert!(refused[0].starts_with("/metadata/colour: "), "{refused:?}");
    let survey = survey(&program, None).await;
    let refused = put(&program, &format!("{survey}/metadata"), &json!({ "budget": "much" })).await.expect(422);
    assert_eq!(faults(&refused), ["/budget: This must be a number"]);
    put(&program, &format!("{survey}/metadata"), &json!(["budget"])).await.expect(422);
}

#[tokio::test]
async fn a_required_value_is_asked_for_before_the_next_publication_and_stops_nothing_that_is_open() {
    let canvass = Canvass::start().await;
    let program = canvass.program_of("adatum").await;
    let survey = survey(&program, None).await;
    let publication = format!("{survey}/publication");
    program.post_json(&publication, &json!({ "page": "tea" })).await.expect(201);

    put(&program, FIELDS, &product_and_budget()).await.expect(200);
    assert_eq!(program.get(&survey).await.expect(200).json()["status"], "published");
    let answer = json!({ "answers": { "tea": true } });
    program.post_json(&format!("{survey}/responses"), &answer).await.expect(201);
    canvass.ray().get("/adatum/tea").await.expect(200);

    let refused = program.post_json(&publication, &json!({})).await.expect(422);
    assert_eq!(faults(&refused), ["/metadata/product: Fill in “Product” among the survey's details"]);
    put(&program, &format!("{survey}/metadata"), &json!({ "product": "CX-1" })).await.expect(200);
    program.post_json(&publication, &json!({})).await.expect(201);

    let mut narrower = product_and_budget();
    narrower["fields"][0]["pattern"] = "[0-9]+".into();
    put(&program, FIELDS, &narrower).await.expect(200);
    assert_eq!(program.get(&survey).await.expect(200).json()["metadata"]["product"], "CX-1", "the value is kept");
    let refused = faults(&program.post_json(&publication, &json!({})).await.expect(422));
    assert!(refused[0].starts_with("/metadata/product: Change “Product”"), "{refused:?}");
}

#[tokio::test]
async fn a_default_is_given_to_new_surveys_and_where_it_is_required_to_all() {
    let canvass = Canvass::start().await;
    let program = canvass.program_of("adatum").await;
    let old = survey(&program, None).await;
    let fields = json!({ "fields": [
        { "id": "internal", "label": "Internal", "type": "boolean", "default": false },
        { "id": "centre", "label": "Cost centre", "type": "integer", "required": true, "default": 100 },
    ] });
    put(&program, FIELDS, &fields).await.expect(200);
    let metadata = async |survey: &str| program.get(survey).await.expect(200).json()["metadata"].clone();
    assert_eq!(metadata(&old).await, json!({ "centre": 100 }));
    let new = survey(&program, Some(json!({ "centre": 200 }))).await;
    assert_eq!(metadata(&new).await, json!({ "centre": 200, "internal": false }));

    let carl = canvass.carl().await;
    let id = new.rsplit('/').next().unwrap();
    let copy =
        carl.post_form(&format!("/-/console/adatum/surveys/{id}/copy"), &[("", "")]).await.expect(303).location();
    let copy = copy.split('?').next().unwrap().rsplit('/').next().unwrap().to_owned();
    assert_eq!(metadata(&format!("/api/v1/surveys/{copy}")).await, json!({ "centre": 200, "internal": false }));
}

#[tokio::test]
async fn a_type_changes_only_where_no_value_is_lost() {
    let canvass = Canvass::start().await;
    let program = canvass.program_of("adatum").await;
    let typed = |kind: &str| json!({ "fields": [{ "id": "code", "label": "Code", "type": kind }] });
    put(&program, FIELDS, &typed("text")).await.expect(200);
    let one = survey(&program, Some(json!({ "code": "12" }))).await;
    let other = survey(&program, Some(json!({ "code": "twelve" }))).await;

    let refused = put(&program, FIELDS, &typed("integer")).await.expect(409).json();
    assert!(
        text(&refused["detail"]).starts_with("1 survey has a value in “Code” that is no whole number"),
        "{refused}"
    );
    assert_eq!(program.get(FIELDS).await.expect(200).json(), typed("text"));
    put(&program, &format!("{other}/metadata"), &json!({})).await.expect(200);
    put(&program, FIELDS, &typed("integer")).await.expect(200);
    assert_eq!(program.get(&one).await.expect(200).json()["metadata"], json!({ "code": 12 }));
    put(&program, FIELDS, &typed("text")).await.expect(200);
    assert_eq!(program.get(&one).await.expect(200).json()["metadata"], json!({ "code": "12" }));

    put(&program, FIELDS, &json!({ "fields": [] })).await.expect(200);
    assert_eq!(program.get(&one).await.expect(200).json()["metadata"], json!({}));
    put(&program, FIELDS, &typed("date")).await.expect(200);
    assert_eq!(program.get(&one).await.expect(200).json()["metadata"], json!({}), "a new field has no values");
}

#[tokio::test]
async fn a_plan_without_fields_says_so_and_hides_nothing() {
    let canvass = Canvass::start().await;
    let eve = canvass.program_of("fabrikam").await;
    let refused = put(&eve, FIELDS, &product_and_budget()).await.expect(409).json();
    assert!(text(&refused["detail"]).contains("Choose the premium plan"), "{refused}");
    let mut document = tea();
    document["metadata"] = json!({});
    eve.post_json("/api/v1/surveys", &document).await.expect(409);

    let program = canvass.program_of("adatum").await;
    put(&program, FIELDS, &product_and_budget()).await.expect(200);
    let survey = survey(&program, Some(json!({ "budget": 3 }))).await;
    move_to(&canvass, "adatum", PlanId::Standard).await;
    let path = format!("{survey}/metadata");
    program.until(&path, |it| *it == json!({ "budget": 3 })).await;
    assert_eq!(program.get(FIELDS).await.expect(200).json(), product_and_budget());
    put(&program, &path, &json!({ "budget": 4 })).await.expect(409);
    put(&program, FIELDS, &json!({ "fields": [] })).await.expect(409);
    // The product is required, but on this plan nobody could fill it in.
    program.post_json(&format!("{survey}/publication"), &json!({ "page": "tea" })).await.expect(201);
}

#[tokio::test]
async fn an_export_begins_with_the_metadata_when_it_is_asked_to() {
    let canvass = Canvass::start().await;
    let program = canvass.program_of("adatum").await;
    let fields = json!({ "fields": [
        { "id": "owner", "label": "Owner", "type": "text" },
        { "id": "budget", "label": "Budget", "type": "decimal" },
        { "id": "internal", "label": "Internal", "type": "boolean" },
    ] });
    put(&program, FIELDS, &fields).await.expect(200);
    let survey = survey(&program, Some(json!({ "owner": "=1+1", "budget": -2.5 }))).await;
    program.post_json(&format!("{survey}/publication"), &json!({ "page": "tea" })).await.expect(201);
    program.post_json(&format!("{survey}/responses"), &json!({ "answers": { "tea": true } })).await.expect(201);
    canvass.settled().await;
    let export = program.get(&format!("{survey}/export?metadata=true&footer=true")).await.expect(200).text();
    let lines: Vec<&str> = export.lines().collect();
    let head = "_metadata.owner,_metadata.budget,_metadata.internal,_id,_received_at,_version,_source,tea";
    assert_eq!(lines[0], head);
    assert!(lines[1].starts_with("'=1+1,-2.5,,") && lines[1].ends_with(",1,api,yes"), "{}", lines[1]);
    assert!(lines[2].starts_with("# rows: 1,sha256: ") && lines[2].split(',').count() == 8, "{}", lines[2]);
    let plain = program.get(&format!("{survey}/export")).await.expect(200).text();
    assert!(plain.starts_with("_id,"), "{plain}");
}
