//! Exports made in the background: this file is about asking for one, following it, fetching it whole, and what takes it
//! away.

mod command_line;
mod formats;
mod lives;

use canvass_actions::exports as verbs;
use canvass_model::{
    export::{Cells, End, Format, Leading, Wanted},
    id::SurveyId,
    member::Actor,
};
use reqwest::{Method, StatusCode, header};
use serde_json::{Value, json};

use crate::support::{Answer, Canvass, Person, Survey, bfi, workshop};

/// What nothing is said about.
const CSV: Wanted = Wanted { format: Format::Csv, cells: Cells::Ids, leading: Leading::Nothing, end: End::Plain };

/// A survey with responses of these names.
async fn with_names(canvass: &Canvass, names: &[&str]) -> Survey {
    let survey = canvass.survey("adatum", "workshop", &workshop()).await;
    for name in names {
        answer(&survey, name).await;
    }
    canvass.settled().await;
    survey
}

async fn answer(survey: &Survey, name: &str) -> String {
    let body = json!({ "answers": { "name": name, "topic": "types" } });
    let sent = survey.program.post_json(&survey.api("/responses"), &body).await.expect(201).json();
    sent["id"].as_str().unwrap().to_owned()
}

/// Asks for an export over the API and answers its address.
async fn asked(survey: &Survey, wanted: &Value) -> String {
    let asked = survey.program.post_json(&survey.api("/exports"), wanted).await.expect(202);
    let (location, export) = (asked.header("location").to_owned(), asked.json());
    assert_eq!(location, survey.api(&format!("/exports/{}", export["id"].as_str().unwrap())));
    location
}

/// The same, until it is at its end.
async fn made(survey: &Survey, wanted: &Value) -> (String, Value) {
    let at = asked(survey, wanted).await;
    let export = ended(&survey.program, &at).await;
    assert_eq!(export["state"], "done", "{export}");
    (at, export)
}

async fn ended(program: &Person, at: &str) -> Value {
    program.until(at, |it| !["waiting", "running"].contains(&it["state"].as_str().unwrap())).await
}

/// An export that waits, and that nobody was told to make.
async fn forgotten(canvass: &Canvass, survey: &Survey) -> String {
    let tenant = canvass.tenant("adatum").await;
    let id = SurveyId::parse(&survey.id).unwrap();
    let export = tenant.write(move |tx| verbs::create(tx, &Actor::Canvass, id, CSV)).await.unwrap();
    survey.api(&format!("/exports/{}", export.id))
}

async fn contents(canvass: &Canvass) -> usize {
    canvass.tenant("adatum").await.list_contents().await.unwrap().len()
}

async fn part(person: &Person, path: &str, range: &str) -> Answer {
    person.send(person.request(Method::GET, path).header(header::RANGE, range)).await
}

#[tokio::test]
async fn a_program_asks_follows_and_fetches() {
    let canvass = Canvass::start().await;
    let survey = with_names(&canvass, &["Ray", "Eve", "=1+1"]).await;
    let (at, export) = made(&survey, &json!({ "format": "csv" })).await;
    assert_eq!((&export["rows"], &export["rows_expected"]), (&json!(3), &json!(3)));
    assert_eq!((&export["name"], &export["requested_by"]), (&json!("after-the-workshop.csv"), &json!("Test")));
    assert!(export["expires_at"].as_str() > export["finished_at"].as_str() && export["reason"].is_null());

    let file = survey.program.get(&format!("{at}/file")).await.expect(200);
    let direct = survey.program.get(&survey.api("/export")).await.expect(200);
    assert_eq!(file.body, direct.body, "prepared or at once, it is the same file");
    assert_eq!(export["bytes"], file.body.len());
    assert_eq!(export["sha256"], super::export::sha256(&file.body));
    assert_eq!(file.header("content-type"), "text/csv; charset=utf-8");
    assert!(file.header("content-disposition").starts_with("attachment; filename=\"after-the-workshop.csv\""));

    let listed = survey.program.get(&survey.api("/exports")).await.expect(200).json();
    assert_eq!(listed["items"], json!([export]));
    let other = survey.program.get(&survey.api("/exports?limit=0")).await;
    assert_eq!(other.status, StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn a_cut_download_goes_on_where_it_was_cut() {
    let canvass = Canvass::start().await;
    let survey = with_names(&canvass, &["Ray", "Eve"]).await;
    let (at, export) = made(&survey, &json!({ "footer": true })).await;
    let file = format!("{at}/file");
    let whole = survey.program.get(&file).await.expect(200);
    assert_eq!(whole.header("accept-ranges"), "bytes");
    let tag = whole.header("etag").to_owned();
    assert!(export["sha256"].as_str().unwrap().starts_with(tag.trim_matches('"')), "{tag}");
    let (first, rest) = (
        part(&survey.program, &file, "bytes=0-99").await.expect(206),
        part(&survey.program, &file, "bytes=100-").await.expect(206),
    );
    assert_eq!([first.body, rest.body].concat(), whole.body);
    assert_eq!(rest.headers["content-range"], format!("bytes 100-{}/{}", whole.body.len() - 1, whole.body.len()));
    part(&survey.program, &file, "bytes=100000-").await.expect(416);
    let other = survey.program.request(Method::GET, &file).header("range", "bytes=0-9").header("if-range", "\"other\"");
    assert_eq!(survey.program.send(other).await.expect(200).body, whole.body);
    let packed = survey.program.request(Method::GET, &file).header("accept-encoding", "gzip, br");
    assert_eq!(survey.program.send(packed).await.expect(200).header("content-encoding"), "", "its bytes stay its own");
}

#[tokio::test]
async fn asking_twice_with_one_key_makes_one_file() {
    let canvass = Canvass::start().await;
    let survey = with_names(&canvass, &["Ray"]).await;
    let ask = async |body: Value| {
        let request = survey.program.request(Method::POST, &survey.api("/exports")).header("idempotency-key", "k1");
        survey.program.send(request.json(&body)).await
    };
    let first = ask(json!({ "format": "jsonl" })).await.expect(202).json();
    let again = ask(json!({ "format": "jsonl" })).await.expect(202).json();
    assert_eq!(first["id"], again["id"]);
    ask(json!({ "format": "csv" })).await.expect(422);
    canvass.settled().await;
    let listed = survey.program.get(&survey.api("/exports")).await.expect(200).json();
    assert_eq!(listed["items"].as_array().unwrap().len(), 1);
    survey.program.post_json(&survey.api("/exports"), &json!({ "format": "docx" })).await.expect(422);
}

#[tokio::test]
async fn a_member_prepares_a_file_follows_and_deletes_it() {
    let canvass = Canvass::start().await;
    let survey = with_names(&canvass, &["Ray", "Eve"]).await;
    let ann = canvass.ann().await;
    let page = survey.console("/exports");
    let empty = ann.get(&page).await.expect(200);
    assert!(empty.shows("No files yet") && empty.shows("SPSS") && !empty.shows("survey’s details"));
    let text = empty.text();
    let events = text.split("<live-region src=\"").nth(1).unwrap().split('"').next().unwrap();
    let mut early = ann.listen(events).await;
    let listed = ann.post_form(&page, &[("format", "csv"), ("labels", "yes")]).await.location();
    assert!(ann.get(&listed).await.expect(200).shows("The file is being prepared"));
    canvass.settled().await;
    // Whoever begins to listen after it was made hears of it, too.
    let mut late = ann.listen(events).await;
    for listener in [&mut early, &mut late] {
        assert!(String::from_utf8_lossy(&listener.chunk().await.unwrap().unwrap()).contains("changed"));
    }

    let ready = ann.get(&page).await.expect(200);
    assert!(ready.shows("Ready") && ready.shows("2 responses, ") && ready.shows("CSV, labels, asked for by Ann"));
    let text = ready.text();
    let id = text.split("id=\"export-").nth(1).unwrap().split('"').next().unwrap();
    let file = ann.get(&survey.console(&format!("/exports/{id}/file"))).await.expect(200);
    let direct = ann.get(&survey.console("/export?format=csv&labels=yes")).await.expect(200);
    assert_eq!(file.body, direct.body);
    assert!(text.contains(&super::export::sha256(&file.body)), "its checksum is shown");
    assert!(canvass.ada().await.get("/-/console/adatum/log").await.expect(200).shows("exported the responses of"));

    let gone = ann.post_form(&survey.console(&format!("/exports/{id}/deletion")), &[("", "")]).await.location();
    assert!(ann.get(&gone).await.expect(200).shows("The file was deleted"));
    assert_eq!(contents(&canvass).await, 0, "its bytes are gone");
    ann.get(&survey.console(&format!("/exports/{id}/file"))).await.expect(404);
    ann.post_form(&page, &[("format", "docx")]).await.expect(400);
}

#[tokio::test]
async fn files_are_made_one_after_the_other_and_not_without_end() {
    let canvass = Canvass::start().await;
    let survey = with_names(&canvass, &["Ray"]).await;
    let mut waiting = Vec::new();
    for _ in 0..10 {
        waiting.push(forgotten(&canvass, &survey).await);
    }
    let refused = survey.program.post_json(&survey.api("/exports"), &json!({})).await.expect(409).json();
    assert!(refused["detail"].as_str().unwrap().contains("10 files are waiting"), "{refused}");
    let ann = canvass.ann().await;
    let page = ann.post_form(&survey.console("/exports"), &[("format", "xlsx")]).await.expect(409);
    assert!(page.shows("Wait until one is done, or cancel one") && page.shows("Waiting"));
    // One that was forgotten is made as soon as somebody looks, and then the next.
    let tenant = canvass.tenant("adatum").await;
    verbs::sweep(canvass.directory(), &tenant).await.unwrap();
    for at in &waiting {
        assert_eq!(ended(&survey.program, at).await["state"], "done");
    }
    let jobs = canvass.directory().read(|tx| canvass_storage::jobs::list(tx, None, None, 50)).await.unwrap();
    assert_eq!(jobs.iter().filter(|it| it.job.name() == "export").count(), 10);
}

#[tokio::test]
async fn a_file_that_is_cancelled_is_not_made_and_the_next_has_its_turn() {
    let canvass = Canvass::start().await;
    let survey = with_names(&canvass, &["Ray"]).await;
    let (first, second) = (forgotten(&canvass, &survey).await, forgotten(&canvass, &survey).await);
    let cancelled = survey.program.post_json(&format!("{first}/cancellation"), &json!({})).await.expect(200).json();
    assert_eq!((&cancelled["state"], &cancelled["rows"]), (&json!("cancelled"), &json!(0)));
    assert_eq!(ended(&survey.program, &second).await["state"], "done");
    survey.program.get(&format!("{first}/file")).await.expect(404);
    survey.program.post_json(&format!("{second}/cancellation"), &json!({})).await.expect(409);
    survey.program.delete(&second).await.expect(204);
    survey.program.delete(&second).await.expect(404);
    survey.program.get(&format!("{second}/file")).await.expect(404);
    assert_eq!(contents(&canvass).await, 0);
}

#[tokio::test]
async fn whoever_is_erased_is_erased_from_the_files_too() {
    let canvass = Canvass::start().await;
    let survey = with_names(&canvass, &["Ray", "Eve"]).await;
    let (holding, _) = made(&survey, &json!({})).await;
    let erased = answer(&survey, "Mallory").await;
    canvass.settled().await;
    let (later, _) = made(&survey, &json!({ "format": "jsonl" })).await;
    assert!(survey.program.get(&format!("{later}/file")).await.expect(200).text().contains("Mallory"));

    survey.program.delete(&survey.api(&format!("/responses/{erased}"))).await.expect(204);

    let withdrawn = survey.program.get(&later).await.expect(200).json();
    assert_eq!((&withdrawn["state"], &withdrawn["sha256"]), (&json!("withdrawn"), &Value::Null));
    survey.program.get(&format!("{later}/file")).await.expect(404);
    assert_eq!(contents(&canvass).await, 1, "its bytes are gone");
    survey.program.get(&format!("{holding}/file")).await.expect(200);
    let page = canvass.ann().await.get(&survey.console("/exports")).await.expect(200);
    assert!(page.shows("A response in it was erased, and the file with it"));
    let (again, _) = made(&survey, &json!({ "format": "jsonl" })).await;
    assert!(!survey.program.get(&format!("{again}/file")).await.expect(200).text().contains("Mallory"));
}

#[tokio::test]
async fn what_is_another_tenants_or_surveys_is_not_there() {
    let canvass = Canvass::start().await;
    let survey = with_names(&canvass, &["Ray"]).await;
    let other = canvass.survey("adatum", "bfi", &bfi::definition()).await;
    let (at, export) = made(&survey, &json!({})).await;
    let id = export["id"].as_str().unwrap();
    let (eve, outsider) = (canvass.eve().await, canvass.program_of("fabrikam").await);
    for program in [&outsider, &survey.program] {
        let at = if std::ptr::eq(program, &outsider) { at.clone() } else { other.api(&format!("/exports/{id}")) };
        program.get(&at).await.expect(404);
        program.get(&format!("{at}/file")).await.expect(404);
        program.post_json(&format!("{at}/cancellation"), &json!({})).await.expect(404);
        program.delete(&at).await.expect(404);
    }
    outsider.get(&survey.api("/exports")).await.expect(404);
    outsider.post_json(&survey.api("/exports"), &json!({})).await.expect(404);
    outsider.get(&survey.api("/export?format=jsonl")).await.expect(404);
    // With her own tenant's name in the address, the ids are still another's.
    for console in [survey.console(""), survey.console("").replace("adatum", "fabrikam")] {
        eve.get(&format!("{console}/exports")).await.expect(404);
        eve.get(&format!("{console}/exports/{id}/file")).await.expect(404);
        eve.get(&format!("{console}/exports/events")).await.expect(404);
        eve.post_form(&format!("{console}/exports/{id}/deletion"), &[("", "")]).await.expect(404);
        eve.post_form(&format!("{console}/exports"), &[("format", "csv")]).await.expect(404);
    }
    survey.program.get(&format!("{at}/file")).await.expect(200);
}
