//! The demonstration: this file is about whether it looks alive, and whether starting it again adds nothing.

use serde_json::Value;

use crate::support::{Person, Process};

/// A program with the demonstration token of a tenant.
fn program(server: &Process, number: usize) -> Person {
    let token = server.ready["demo"][number]["token"].as_str().unwrap();
    Person::with_token("A program", server.url(), token)
}

/// Title, status and count of a tenant's surveys, once all responses are applied.
async fn surveys(server: &Process, number: usize) -> Vec<(String, String, u64)> {
    let program = program(server, number);
    let surveys = program.get("/api/v1/surveys").await.expect(200).json()["items"].clone();
    let mut listed = Vec::new();
    for survey in surveys.as_array().unwrap() {
        let text = |name: &str| survey[name].as_str().unwrap().to_owned();
        let path = format!("/api/v1/surveys/{}", text("id"));
        let wanted = if survey["page"].is_null() { 0 } else { 380 };
        let applied = program.until(&path, |it| wanted <= it["responses"].as_u64().unwrap()).await;
        listed.push((text("title"), text("status"), applied["responses"].as_u64().unwrap()));
    }
    listed
}

#[tokio::test]
async fn two_tenants_have_surveys_in_every_state_and_summaries_that_look_alive() {
    let server = Process::spawn_with(&["--demo"]);
    for number in [0, 1] {
        let surveys = surveys(&server, number).await;
        for state in ["draft", "published", "closed"] {
            assert!(surveys.iter().any(|(_, status, _)| status == state), "{state} is missing: {surveys:?}");
        }
    }
    let program = program(&server, 0);
    let listed = program.get("/api/v1/surveys").await.expect(200).json();
    let open = listed["items"].as_array().unwrap().iter().find(|it| it["page"] == "customer-satisfaction").unwrap();
    let path = format!("/api/v1/surveys/{}/summary", open["id"].as_str().unwrap());
    let summary = program.get(&path).await.expect(200).json();
    assert_eq!(summary["responses"], 412, "{summary}");
}

#[tokio::test]
async fn every_tenant_tells_about_itself_and_shares_results_and_a_feed() {
    let mut server = Process::spawn_with(&["--demo"]);
    for start in ["the first", "another"] {
        for number in [0, 1] {
            surveys(&server, number).await;
        }
        let ray = server.visitor("Ray");
        for (alias, results) in [("adatum", "what-you-told-us"), ("fabrikam", "how-we-deliver")] {
            let index = ray.get(&format!("/{alias}")).await.expect(200).text();
            for page in ["about", results, "news.xml"] {
                let path = format!("/{alias}/{page}");
                assert_eq!(index.matches(&format!("href=\"{path}\"")).count(), 1, "{start} start: {path} in {index}");
                ray.get(&path).await.expect(200);
            }
            let about = ray.get(&format!("/{alias}/about")).await.expect(200).text();
            for link in about.split(&format!("href=\"/{alias}/")).skip(1).map(|it| it.split('"').next().unwrap()) {
                let answer = ray.get(&format!("/{alias}/{link}")).await;
                assert!(answer.status.is_success(), "{alias}/{link} answered {}", answer.status);
            }
            let results = ray.get(&format!("/{alias}/{results}")).await.expect(200).text();
            assert!(results.contains("<svg"), "{results}");
        }
        assert!(server.stop().success());
        server.start_again();
    }
}

#[tokio::test]
async fn starting_it_again_adds_nothing_and_gives_new_keys() {
    let mut server = Process::spawn_with(&["--demo"]);
    let before = [surveys(&server, 0).await, surveys(&server, 1).await];
    let old = server.ready["demo"][0].clone();
    assert!(server.stop().success());

    server.start_again();
    assert_eq!([surveys(&server, 0).await, surveys(&server, 1).await], before);
    let new = server.ready["demo"][0].clone();
    assert_ne!(old["password"], new["password"]);
    let text = |it: &Value| it.as_str().unwrap().to_owned();
    let stranger = Person::with_token("A stranger", server.url(), &text(&old["token"]));
    stranger.get("/api/v1/surveys").await.expect(401);

    let ada = server.visitor("Ada");
    let fields = [("email", text(&new["email"])), ("password", text(&new["password"]))];
    ada.post_form("/-/login", &fields).await.expect(303);
    ada.get("/-/console/adatum").await.expect(200);
}

#[tokio::test]
async fn everybody_signs_in_and_sees_what_their_role_may_see() {
    let mut server = Process::spawn_with(&["--demo"]);
    for start in ["the first", "another"] {
        for tenant in server.ready["demo"].as_array().unwrap() {
            let text = |it: &Value| it.as_str().unwrap().to_owned();
            let (alias, password) = (text(&tenant["alias"]), text(&tenant["password"]));
            let mut people = vec![("administrator".to_owned(), text(&tenant["email"]))];
            people.extend(
                tenant["colleagues"].as_array().unwrap().iter().map(|it| (text(&it["role"]), text(&it["email"]))),
            );
            let roles: Vec<&str> = people.iter().map(|(role, _)| role.as_str()).collect();
            assert_eq!(roles, ["administrator", "creator", "analyst"], "{start} start of {alias}");
            for (role, email) in people {
                let person = server.visitor(&email);
                let fields = [("email", email.clone()), ("password", password.clone())];
                person.post_form("/-/login", &fields).await.expect(303);
                let console = format!("/-/console/{alias}");
                person.get(&format!("{console}/surveys")).await.expect(200);
                person.get(&format!("{console}/surveys/new")).await.expect(if role == "analyst" { 403 } else { 200 });
                person.get(&format!("{console}/tokens")).await.expect(if role == "administrator" { 200 } else { 403 });
            }
        }
        assert!(server.stop().success());
        server.start_again();
    }
}

#[tokio::test]
async fn the_link_for_the_first_operator_is_new_at_every_start() {
    let mut server = Process::spawn();
    let old = server.ready["operator_setup_url"].clone();
    assert!(server.stop().success());
    server.start_again();
    let new = server.ready["operator_setup_url"].clone();
    assert!(new.as_str().unwrap().starts_with(&format!("{}/-/operate/setup/", server.url())));
    assert_ne!(old, new);
}
