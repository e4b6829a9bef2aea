//! Columns: this file is about responses that are sealed, read through every door, and about filters.

use std::fmt::Write as _;

use canvass_model::{export::Format, id::SurveyId};
use canvass_storage::chunks::{self, Sealing};
use reqwest::Method;
use serde_json::{Value, json};

use crate::support::{Canvass, Survey};

/// Chunks small enough for a test.
const SMALL: Sealing = Sealing { responses: 7, stay_fresh: 2 };

fn definition() -> Value {
    let choices = json!([{ "id": "red", "label": "Red" }, { "id": "blue", "label": "Blue" }]);
    json!({ "title": "Lunch", "sections": [{ "id": "s1", "questions": [
        { "id": "colour", "type": "single_choice", "label": "Colour?", "choices": choices, "other": true },
        { "id": "fruit", "type": "multiple_choice", "label": "Fruit?", "choices": [
            { "id": "apple", "label": "Apple" }, { "id": "pear", "label": "Pear" }, { "id": "plum", "label": "Plum" }] },
        { "id": "food", "type": "stars", "label": "Food?" },
        { "id": "tea", "type": "yes_no", "label": "Tea <b>today</b>?" },
        { "id": "age", "type": "integer", "label": "Age?" },
        { "id": "price", "type": "decimal", "label": "Price?" },
        { "id": "why", "type": "long_text", "label": "Why?" },
        { "id": "origin", "type": "hidden", "label": "Origin" }] }] })
}

/// Answers of every sort; the same number gives the same.
fn answers(number: usize) -> Value {
    let mut answers = json!({});
    let mut put = |name: &str, value: Value| {
        if !(number * 7 + name.len()).is_multiple_of(5) {
            answers[name] = value;
        }
    };
    put(
        "colour",
        [json!("red"), json!("blue"), json!({ "other": format!("own, \"{}\"", number % 4) })][number % 3].clone(),
    );
    let fruit = ["apple", "pear", "plum"];
    put("fruit", fruit.iter().enumerate().filter(|(at, _)| number >> at & 1 == 1).map(|(_, it)| json!(it)).collect());
    put("food", json!(1 + number % 5));
    put("tea", json!(number.is_multiple_of(2)));
    put("age", json!(18 + number * 13 % 60));
    put("price", json!(f64::from(u32::try_from(number).unwrap()) / 7.0));
    put("why", json!(format!("=because {} said so,\nnumber {number}", ["Ann", "Bob"][number % 2])));
    put("origin", json!(["mail", "web site", "poster"][number % 3]));
    answers
}

async fn collect(canvass: &Canvass, page: &str, count: usize) -> Survey {
    let survey = canvass.survey("adatum", page, &definition()).await;
    let mut lines = String::new();
    for number in 0..count {
        let line = json!({ "answers": answers(number), "submission_key": format!("k{number}") });
        writeln!(lines, "{line}").unwrap();
    }
    let request = survey.program.request(Method::POST, &survey.api("/responses"));
    survey.program.send(request.header("content-type", "application/x-ndjson").body(lines)).await.expect(200);
    canvass.settled().await;
    survey
}

/// Seals all that can be; answers how many responses are sealed.
async fn seal(canvass: &Canvass, survey: &Survey) -> u64 {
    let (tenant, id) = (canvass.tenant("adatum").await, SurveyId::parse(&survey.id).unwrap());
    while 0 < tenant.write(move |tx| chunks::seal(tx, id, SMALL)).await.unwrap() {}
    sealed(canvass, survey).await
}

async fn sealed(canvass: &Canvass, survey: &Survey) -> u64 {
    let (tenant, id) = (canvass.tenant("adatum").await, SurveyId::parse(&survey.id).unwrap());
    tenant.read(move |tx| chunks::count(tx, id)).await.unwrap()
}

/// What the doors show of a survey's responses, without what differs between two surveys: ids and times.
async fn seen(survey: &Survey) -> Vec<String> {
    let filters = [
        json!({}),
        json!({ "colour": "red" }),
        json!({ "colour": { "not": ["red", null] }, "tea": true }),
        json!({ "fruit": ["pear", "plum"] }),
        json!({ "age": { "between": [30, 50] } }),
        json!({ "price": { "between": [null, 3.5] } }),
        json!({ "why": { "contains": "BOB SAID" } }),
        json!({ "origin": ["mail", null] }),
        json!({ "origin": { "contains": "SITE" } }),
        json!({ "colour": ".other", "_source": "api", "_version": 1 }),
        json!({ "_received_at": { "between": ["2020-01-01T00:00:00Z", null] } }),
        json!({ "_received_at": { "between": [null, "2020-01-01T00:00:00Z"] } }),
    ];
    let mut all = Vec::new();
    for filter in filters.map(|it| it.to_string()) {
        let get = async |path: &str, more: &[(&str, &str)]| {
            let request = survey.program.request(Method::GET, &survey.api(path)).query(&[("filter", &filter)]);
            survey.program.send(request.query(more)).await.expect(200).json()
        };
        for order in ["newest", "oldest"] {
            let mut cursor = String::new();
            loop {
                let mut page = vec![("order", order), ("limit", "6")];
                if !cursor.is_empty() {
                    page.push(("cursor", cursor.as_str()));
                }
                let found = get("/responses", &page).await;
                let items = found["items"].as_array().unwrap();
                all.extend(items.iter().map(|it| format!("{order} {filter} {} {}", it["version"], it["answers"])));
                match found["next_cursor"].as_str() {
                    Some(next) => next.clone_into(&mut cursor),
                    None => break,
                }
            }
        }
        all.push(get("/summary", &[]).await.to_string());
        for (rows, columns) in
            [("colour", "tea"), ("fruit", "food"), ("age", "fruit"), ("price", "colour"), ("origin", "tea")]
        {
            all.push(get("/crosstab", &[("rows", rows), ("columns", columns)]).await.to_string());
        }
    }
    let csv = survey.program.get(&survey.api("/export")).await.expect(200).text();
    let bare = |line: &str| line.splitn(3, ',').nth(2).unwrap_or(line).to_owned();
    all.extend(csv.lines().map(bare));
    all
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nobody_can_tell_sealed_responses_from_fresh_ones() {
    let canvass = Canvass::start().await;
    let (fresh, other) = (collect(&canvass, "fresh", 40).await, collect(&canvass, "other", 40).await);
    assert_eq!(seal(&canvass, &other).await, 35);
    assert_eq!(seen(&other).await, seen(&fresh).await);
    for at in [39, 20, 0, 6, 7, 13] {
        for survey in [&fresh, &other] {
            let listed = survey.program.get(&survey.api("/responses?order=oldest&limit=100")).await.expect(200).json();
            let id = listed["items"].as_array().unwrap().get(at % 34).unwrap()["id"].as_str().unwrap().to_owned();
            survey.program.get(&survey.api(&format!("/responses/{id}"))).await.expect(200);
            survey.program.delete(&survey.api(&format!("/responses/{id}"))).await.expect(204);
            survey.program.get(&survey.api(&format!("/responses/{id}"))).await.expect(404);
        }
    }
    assert_eq!(seen(&other).await, seen(&fresh).await, "after six were erased");
    let again = json!({ "answers": {}, "submission_key": "k30" });
    other.program.post_json(&other.api("/responses"), &again).await.expect(200);
    canvass.settled().await;
    assert_eq!(other.counted().await, 34, "one that is sealed is not taken twice");
}

/// Every file that responses can leave as.
async fn files(survey: &Survey) -> Vec<(String, Vec<u8>)> {
    let mut files = Vec::new();
    for format in Format::ALL {
        for details in ["", "&labels=true&metadata=true&footer=true"] {
            let query = format!("/export?format={}{details}", format.as_str());
            let file = survey.program.get(&survey.api(&query)).await.expect(200);
            files.push((query, file.body.clone()));
        }
    }
    files
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sealed_responses_leave_as_the_files_they_left_as_before() {
    let canvass = Canvass::start().await;
    let survey = collect(&canvass, "lunch", 40).await;
    let before = files(&survey).await;
    let csv = String::from_utf8(before[0].1.clone()).unwrap();
    assert!(csv.contains("number 39") && csv.contains("web site"), "{csv}");
    assert_eq!(seal(&canvass, &survey).await, 35);
    let after = files(&survey).await;
    for ((query, one), (_, other)) in before.iter().zip(&after) {
        assert!(one == other, "{query} changed:\n{}", String::from_utf8_lossy(other));
    }
    let wanted = json!({ "format": "csv" });
    let asked =
        survey.program.post_json(&survey.api("/exports"), &wanted).await.expect(202).header("location").to_owned();
    let done = survey.program.until(&asked, |it| it["state"] == "done").await;
    assert_eq!((&done["rows"], &done["rows_expected"]), (&json!(40), &json!(40)));
    assert!(survey.program.get(&format!("{asked}/file")).await.expect(200).body == before[0].1, "in the background");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn responses_are_sealed_by_themselves() {
    let canvass = Canvass::start_with(|config| {
        config.work.chunk_responses = 4;
        config.work.fresh_responses = 1;
    })
    .await;
    let survey = collect(&canvass, "lunch", 30).await;
    let ann = canvass.ann().await;
    while sealed(&canvass, &survey).await < 28 {
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
    assert_eq!(survey.counted().await, 30);
    assert!(ann.get(&survey.console("/responses")).await.expect(200).shows("30"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_filter_is_put_together_step_by_step_on_every_page_of_results() {
    let canvass = Canvass::start().await;
    let survey = collect(&canvass, "lunch", 24).await;
    seal(&canvass, &survey).await;
    let ann = canvass.ann().await;
    for page in ["/results", "/responses", "/crosstab"] {
        let path = survey.console(page);
        let first = ann.get(&format!("{path}?about=colour")).await.expect(200);
        assert!(first.shows("is none of these") && first.shows("No answer"), "{}", first.text());
        let added = ann.get(&format!("{path}?about=colour&test=is&value=red&value=.none")).await.expect(303);
        let filtered = ann.get(&added.location()).await.expect(200);
        assert!(filtered.shows("Colour? is Red or not answered"), "{}", filtered.text());
        let form = ann.get(&format!("{}&about=tea", added.location())).await.expect(200);
        assert!(form.shows("Tea <b>today</b>?") && !form.text().contains("<b>today"), "{}", form.text());
        let query = format!("{}&about=age&test=between&from=20&to=", added.location());
        let longer = ann.get(&query).await.expect(303);
        let both = ann.get(&longer.location()).await.expect(200);
        assert!(both.shows("Age? is 20 or more") && both.shows("Remove all"), "{}", both.text());
        for (query, words) in [
            ("about=age&test=between&from=x&to=", "x is no number."),
            ("about=age&test=between&from=&to=", "Give at least one of the two numbers."),
            ("about=colour&test=is", "Choose at least one."),
            ("about=_received_at&test=between&from=soon&to=", "soon is no day"),
            ("filter={", "This is not JSON"),
            ("filter={\"<i>\":1}", "There is no question \"<i>\"."),
        ] {
            let refused = ann.get(&format!("{path}?{query}")).await.expect(200);
            assert!(refused.shows(words) && !refused.text().contains("<i>"), "{query}: {}", refused.text());
        }
    }
    let days = survey.console("/responses?about=_received_at&test=between&from=2020-01-01&to=2020-12-31");
    let none = ann.get(&ann.get(&days).await.expect(303).location()).await.expect(200);
    assert!(none.shows("Received from 2020-01-01 and before 2021-01-01"), "{}", none.text());
    assert!(none.shows("No response passes the filter"));
    let of_api = ann.get(&survey.console("/results?about=_source&test=is&value=api")).await.expect(303);
    assert!(ann.get(&of_api.location()).await.expect(200).shows("of 24"));
    let eve = canvass.eve().await;
    for page in ["/results", "/responses", "/crosstab"] {
        eve.get(&survey.console(&format!("{page}?filter={{\"tea\":true}}"))).await.expect(404);
    }
}
