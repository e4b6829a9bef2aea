//! What processes remember: this file is about pages, surveys and brands that one of them changes: seen at once there, and in
//! time at the other.

use super::*;

/// Puts a document somewhere, in place of what is there.
async fn put(program: &Person, page: &str, body: &Value) {
    let path = format!("/api/v1/pages/{page}");
    let seen = program.get(&path).await.header("etag").to_owned();
    let request = program.request(reqwest::Method::PUT, &path);
    let request = if seen.is_empty() { request } else { request.header("if-match", seen) };
    let answer = program.send(request.json(body)).await;
    assert!(answer.status.is_success(), "{}", answer.text());
}

fn document(body: &str) -> Value {
    json!({ "kind": "document", "title": "Menu", "body": body })
}

/// Asks until an answer shows a text, and insists that it does in time.
async fn assert_shows(person: &Person, path: &str, wanted: &str) -> Duration {
    let begun = Instant::now();
    loop {
        let asked = begun.elapsed();
        let answer = person.get(path).await;
        if answer.text().contains(wanted) {
            return begun.elapsed();
        }
        assert!(asked < SEEN_MAX, "{path} does not show {wanted:?} after {asked:?}: {}", answer.text());
        sleep(POLL).await;
    }
}

#[tokio::test]
async fn a_page_changed_at_one_is_another_at_once_there_and_in_time_at_the_other() {
    let (one, other, program) = nodes();
    let (here, there) = (one.visitor("Ray"), other.visitor("Ray"));
    put(&program, "menu", &document("Menu 0")).await;
    assert_shows(&there, "/adatum/menu", "Menu 0").await;
    for round in 1..=ROUNDS {
        let text = format!("Menu {round}");
        put(&program, "menu", &document(&text)).await;
        assert!(here.get("/adatum/menu").await.expect(200).shows(&text), "at once where it was changed");
        println!("text: {:?}", assert_shows(&there, "/adatum/menu", &text).await);
    }
    // Its row: who may see it, where it is, and that it is gone.
    let seen = program.get("/api/v1/pages/menu").await.header("etag").to_owned();
    let request = program.request(reqwest::Method::PUT, "/api/v1/pages/menu").header("if-match", seen);
    let members = json!({ "kind": "document", "title": "Menu", "visibility": "members", "move_to": "lunch/menu" });
    program.send(request.json(&members)).await.expect(200);
    here.get("/adatum/lunch/menu").await.expect(303);
    here.get("/adatum/menu").await.expect(301);
    println!("members only: {:?}", assert_seen(&there, "/adatum/lunch/menu", StatusCode::SEE_OTHER).await);
    assert_seen(&there, "/adatum/menu", StatusCode::MOVED_PERMANENTLY).await;
    program.delete("/api/v1/pages/lunch/menu").await.expect(204);
    here.get("/adatum/lunch/menu").await.expect(404);
    println!("gone: {:?}", assert_seen(&there, "/adatum/lunch/menu", StatusCode::NOT_FOUND).await);
}

#[tokio::test]
async fn a_survey_published_anew_is_asked_at_once_there_and_in_time_at_the_other() {
    let (one, other, program) = nodes();
    let (here, there) = (one.visitor("Ray"), other.visitor("Ray"));
    let lunch = lunch(&program).await;
    assert_seen(&there, &lunch.page, StatusCode::OK).await;
    for round in 1..=ROUNDS {
        let title = format!("Lunch, edition {round}");
        let draft = program.get(&lunch.api("")).await.expect(200);
        let mut definition = draft.json()["definition"].clone();
        definition["title"] = json!(title);
        let request = program.request(reqwest::Method::PUT, &lunch.api("/draft"));
        let request = request.header("if-match", draft.header("etag").to_owned());
        program.send(request.json(&definition)).await.expect(200);
        assert!(!here.get(&lunch.page).await.expect(200).shows(&title), "a draft is nobody's");
        program.post_json(&lunch.api("/publication"), &json!({})).await.expect(201);
        assert!(here.get(&lunch.page).await.expect(200).shows(&title), "at once where it was published");
        println!("published: {:?}", assert_shows(&there, &lunch.page, &title).await);
    }
}

#[tokio::test]
async fn a_brand_changed_at_one_is_worn_at_once_there_and_in_time_at_the_other() {
    let (one, other, program) = nodes();
    let (here, there) = (one.visitor("Ray"), other.visitor("Ray"));
    /// The address of the style sheet that a page asks for; its name is the hash of what is in it.
    async fn sheet(person: &Person) -> String {
        let page = person.get("/adatum").await.expect(200).text();
        page.split("/-/brand/").nth(1).and_then(|it| it.split('"').next()).unwrap_or_default().to_owned()
    }
    for round in 1..=ROUNDS {
        let before = sheet(&here).await;
        let present = program.get("/api/v1/brand").await.expect(200);
        let mut brand = present.json();
        brand["css"] = json!(format!(".button {{ letter-spacing: 0.0{round}em; }}"));
        brand.as_object_mut().unwrap().retain(|name, _| name == "theme" || name == "css");
        let request = program.request(reqwest::Method::PUT, "/api/v1/brand");
        let request = request.header("if-match", present.header("etag").to_owned());
        program.send(request.json(&brand)).await.expect(200);
        let after = sheet(&here).await;
        assert_ne!(before, after, "at once where it was changed");
        println!("worn: {:?}", assert_shows(&there, "/adatum", &after).await);
    }
}

#[tokio::test]
async fn nothing_of_a_suspended_tenant_is_served_from_memory() {
    let (one, _, program) = nodes();
    let other = one.beside(&["--role", "web"]);
    let olga = olga(&other).await.at(one.url());
    let there = other.visitor("Ray");
    let lunch = lunch(&program).await;
    put(&program, "menu", &document("Menu")).await;
    let warm = [lunch.page.as_str(), "/adatum/menu", "/adatum"];
    for path in warm {
        assert_seen(&there, path, StatusCode::OK).await;
    }
    olga.post_form("/-/operate/tenants/adatum/suspension", &[("reason", "unpaid")]).await.expect(303);
    for path in warm {
        one.visitor("Ray").get(path).await.expect(503);
        println!("{path}: {:?}", assert_seen(&there, path, StatusCode::SERVICE_UNAVAILABLE).await);
        assert!(!there.get(path).await.text().contains("Menu"), "{path} shows nothing of what was there");
    }
}
