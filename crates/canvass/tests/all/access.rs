//! Who may call what: this file is about every route by every person. A route that is missing here fails the test.

mod routes;
mod scripts;

use std::collections::BTreeSet;

use canvass_model::token::Scope;
use reqwest::Method;
use serde_json::json;

use self::routes::{
    API,
    For::{self, Administrator, Analyst, Anyone, Creator, Operator, SignedIn},
    OPERATED, PAGES,
};
use crate::support::{Canvass, Person, Survey};

/// What stands for the parameters of a path: things of Adatum that exist.
struct Names {
    survey: String,
    page: String,
    response: String,
    question: String,
    job: String,
    upload: String,
    script: String,
    export: String,
}

fn audience(method: &str, path: &str) -> For {
    let mut table = PAGES.iter().chain(scripts::PAGES);
    let named = table.find(|(it, at, _)| *it == method && *at == path).map(|(_, _, audience)| *audience);
    named.unwrap_or_else(|| panic!("{method} {path} is not in the table of access"))
}

impl Names {
    async fn of(canvass: &Canvass) -> Self {
        let definition = json!({
            "title": "Lunch",
            "sections": [{ "id": "s1", "questions": [{ "id": "taste", "type": "stars", "label": "How was it?" }] }],
        });
        let survey = canvass.survey("adatum", "lunch", &definition).await;
        let sent = survey.program.post_json(&survey.api("/responses"), &json!({ "answers": { "taste": 4 } })).await;
        let response = sent.expect(201).json()["id"].as_str().unwrap().to_owned();
        let field = json!({ "id": "product", "label": "Product", "type": "text" });
        let request = survey.program.request(Method::PUT, "/api/v1/fields").header("if-match", "*");
        survey.program.send(request.json(&json!({ "fields": [field] }))).await.expect(200);
        canvass.settled().await;
        let jobs = canvass.directory().read(|tx| canvass_storage::jobs::list(tx, None, None, 50)).await.unwrap();
        let job = jobs.iter().find(|it| it.job.name() == "provision").unwrap().id.to_string();
        let tenant = canvass.tenant("adatum").await;
        let pages = tenant.read(canvass_storage::pages::list).await.unwrap();
        let page = pages.first().unwrap().id.to_string();
        let request = survey.program.request(Method::POST, "/api/v1/files?name=menu.txt").body("soup");
        let upload = survey.program.send(request).await.expect(201).json()["id"].as_str().unwrap().to_owned();
        let script = scripts::one(canvass).await;
        let asked = survey.program.post_json(&survey.api("/exports"), &json!({})).await.expect(202).json();
        let export = asked["id"].as_str().unwrap().to_owned();
        canvass.settled().await;
        let Survey { id, .. } = survey;
        Self { survey: id, page, response, question: "taste".to_owned(), job, upload, script, export }
    }

    fn fill(&self, path: &str) -> String {
        let nobody = "01a1ffd5-0000-7000-8000-000000000000";
        let of_files = format!("/files/{}", self.upload);
        let named = [
            ("/files/{file}", of_files.as_str()),
            ("{tenant}", "adatum"),
            ("{alias}", "adatum"),
            ("{*page}", "lunch"),
            ("{page}", "lunch"),
            ("{survey}", &self.survey),
            ("{response}", &self.response),
            ("{question}", &self.question),
            ("{section}", "s1"),
            ("{text}", "title"),
            ("{field}", "product"),
            ("{key}", nobody),
            ("{job}", &self.job),
            ("{hash}", "none"),
            ("{name}", "none"),
            ("{file}", "none"),
            ("{secret}", "none"),
            ("{value}", "none"),
            ("{session}", nobody),
            ("{token}", nobody),
            ("{letter}", nobody),
            ("{link}", nobody),
            ("{script}", &self.script),
            ("{case}", nobody),
            ("{run}", nobody),
            ("{version}", "1"),
            ("{id}", &self.page),
            ("{upload}", &self.upload),
            ("{export}", &self.export),
            ("{domain}", "ask.adatum.example"),
        ];
        let filled = named.iter().fold(path.to_owned(), |path, (name, value)| path.replace(name, value));
        assert!(!filled.contains('{'), "{filled} has a parameter the table has no name for");
        filled
    }
}

/// The status of a request, whatever its body; streams are not waited for.
async fn status(person: &Person, method: &str, path: &str) -> (u16, String) {
    let method = Method::from_bytes(method.as_bytes()).unwrap();
    let request = person.request(method.clone(), path);
    let request = if method == Method::POST { request.form(&[("nothing", "")]) } else { request };
    let answer = request.send().await.unwrap();
    let location = answer.headers().get("location").and_then(|it| it.to_str().ok()).unwrap_or_default().to_owned();
    (answer.status().as_u16(), location)
}

fn is_sign_in(status: u16, location: &str) -> bool {
    status == 303 && (location.starts_with("/-/login") || location.starts_with("/-/operate/login"))
}

#[tokio::test]
async fn every_page_lets_in_whom_it_is_for_and_nobody_else() {
    let mut canvass = Canvass::start().await;
    canvass.allow_failures();
    let (ada, carl, ann) = (canvass.ada().await, canvass.carl().await, canvass.ann().await);
    let (eve, olga, ray) = (canvass.eve().await, canvass.olga().await, canvass.ray());
    let names = Names::of(&canvass).await;
    let routes = canvass_web::routes();

    for route in &routes {
        let (method, path) = (route.method, names.fill(route.path));
        let audience = audience(method, route.path);
        let people: [(&str, &Person, bool, bool); 6] = [
            // Name, person, whether a member of Adatum, whether signed in as a member of anything.
            ("Ray", &ray, false, false),
            ("Olga", &olga, false, false),
            ("Eve", &eve, false, true),
            ("Ann", &ann, true, true),
            ("Carl", &carl, true, true),
            ("Ada", &ada, true, true),
        ];
        for (name, person, is_member, is_signed_in) in people {
            let may = match audience {
                Anyone => true,
                SignedIn => is_signed_in,
                Analyst => is_member,
                Creator => is_member && name != "Ann",
                Administrator => name == "Ada",
                Operator => name == "Olga",
            };
            // Whoever may is tried below: what they do must not change what the others find.
            if may {
                continue;
            }
            let (status, location) = status(person, method, &path).await;
            let refused = match audience {
                Operator | SignedIn => is_sign_in(status, &location),
                Anyone | Analyst | Creator | Administrator if !is_signed_in => is_sign_in(status, &location),
                Anyone | Analyst | Creator | Administrator if !is_member => status == 404,
                Anyone | Analyst | Creator | Administrator => status == 403,
            };
            assert!(refused, "{name}: {method} {path} is for {audience:?} and answered {status} {location}");
        }
    }

    // Signing out comes last, or nobody would be signed in for the rest.
    let (last, first): (Vec<_>, Vec<_>) = routes.iter().partition(|it| it.path.ends_with("logout"));
    for route in first.into_iter().chain(last) {
        let (method, path) = (route.method, names.fill(route.path));
        let person = match audience(method, route.path) {
            Anyone => &ray,
            SignedIn | Analyst => &ann,
            Creator => &carl,
            Administrator => &ada,
            Operator => &olga,
        };
        let (status, location) = status(person, method, &path).await;
        let let_in = status < 500 && status != 401 && status != 403 && !is_sign_in(status, &location);
        assert!(let_in || path.ends_with("logout"), "{method} {path} shut out whom it is for: {status} {location}");
    }
    canvass.take_errors();
}

#[tokio::test]
async fn every_operation_asks_for_its_scope_and_knows_its_own_tenant_only() {
    let canvass = Canvass::start().await;
    canvass.tenant("adatum").await;
    let names = Names::of(&canvass).await;
    let described: BTreeSet<(String, String)> = canvass_web::openapi()["paths"]
        .as_object()
        .unwrap()
        .iter()
        .flat_map(|(path, item)| {
            item.as_object().unwrap().keys().map(|method| (method.to_uppercase(), path.clone())).collect::<Vec<_>>()
        })
        .collect();
    let of_tenants = API.iter().map(|(method, path, _)| (*method, *path));
    let listed = of_tenants.chain(OPERATED.iter().copied());
    let listed = listed.map(|(method, path)| (method.to_owned(), path.to_owned())).collect();
    assert_eq!(described, listed, "the description of the API and the table of access differ");

    let outsider = canvass.program_of("fabrikam").await;
    let (stranger, cookies) = (canvass.ray(), canvass.ada().await);
    for (method, path, scope) in API {
        let path = names.fill(path);
        for nobody in [&stranger, &cookies] {
            assert_eq!(status(nobody, method, &path).await.0, 401, "{method} {path} without a token");
        }
        let others: Vec<Scope> = Scope::ALL.into_iter().filter(|it| it != scope).collect();
        let weak = canvass.program_with("adatum", &others).await;
        assert_eq!(status(&weak, method, &path).await.0, 403, "{method} {path} without the scope {scope:?}");
        let found = status(&outsider, method, &path).await.0;
        if path.contains(&names.survey) || path.contains(&names.upload) {
            let hidden = found == 404 || matches!(*method, "PUT" | "POST") && matches!(found, 415 | 428);
            assert!(hidden, "{method} {path} answered {found} to another tenant");
        }
    }
    // With a body that is right, what is another tenant's still is not there.
    let path = names.fill("/api/v1/surveys/{survey}");
    outsider.post_json(&format!("{path}/publication"), &json!({ "page": "mine" })).await.expect(404);
    outsider.post_json(&format!("{path}/responses"), &json!({ "answers": {} })).await.expect(404);
    let definition = json!({ "title": "Mine", "sections": [{ "id": "s1", "questions": [] }] });
    let request = outsider.request(Method::PUT, &format!("{path}/draft")).header("if-match", "*").json(&definition);
    outsider.send(request).await.expect(404);
    let request = outsider.request(Method::PUT, &format!("{path}/metadata")).header("if-match", "*").json(&json!({}));
    outsider.send(request).await.expect(404);
    assert_eq!(outsider.get("/api/v1/fields").await.expect(200).json(), json!({ "fields": [] }));
}

#[tokio::test]
async fn what_is_for_the_operators_programs_is_for_nobody_else_and_theirs_is_nothing_of_a_tenants() {
    let canvass = Canvass::start().await;
    canvass.tenant("adatum").await;
    let names = Names::of(&canvass).await;
    let (ray, ada, olga) = (canvass.ray(), canvass.ada().await, canvass.olga().await);
    let (of_tenant, of_operator) = (canvass.program_of("adatum").await, canvass.operator_program().await);
    for (method, path) in OPERATED {
        let path = names.fill(path);
        // Neither a session, be it the operator's own, nor a tenant's token of every scope.
        for person in [&ray, &ada, &olga, &of_tenant] {
            assert_eq!(status(person, method, &path).await.0, 401, "{method} {path}");
        }
        let (found, _) = status(&of_operator, method, &path).await;
        assert!(
            !matches!(found, 401 | 403) && found < 500,
            "{method} {path} answered {found} to the operator's program"
        );
    }
    for (method, path, _) in API {
        let path = names.fill(path);
        assert_eq!(status(&of_operator, method, &path).await.0, 401, "{method} {path}");
    }
}
