//! Who may call what: this file is about every route by every person. A route that is missing here fails the test.

mod scripts;

use std::collections::BTreeSet;

use canvass_model::token::Scope;
use reqwest::Method;
use serde_json::json;

use crate::support::{Canvass, Person, Survey};

/// Who a route of pages is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum For {
    /// Everybody.
    Anyone,
    /// Whoever signed in, about themselves.
    SignedIn,
    /// Members of the tenant, and nobody else.
    Analyst,
    /// Members who may write.
    Creator,
    /// Members who manage the tenant.
    Administrator,
    /// The operator, and no member.
    Operator,
}

use For::{Administrator, Analyst, Anyone, Creator, Operator, SignedIn};

/// Every route of pages.
const PAGES: &[(&str, &str, For)] = &[
    ("GET", "/", Anyone),
    ("GET", "/robots.txt", Anyone),
    ("GET", "/-/health", Anyone),
    ("GET", "/-/assets/{hash}/{name}", Anyone),
    ("GET", "/-/brand/{tenant}/{file}", Anyone),
    ("GET", "/-/schema/survey.json", Anyone),
    ("GET", "/-/signup", Anyone),
    ("POST", "/-/signup", Anyone),
    ("GET", "/-/signup/alias", Anyone),
    ("GET", "/-/signup/progress/{job}", Anyone),
    ("GET", "/-/signup/progress/{job}/events", Anyone),
    ("GET", "/-/login", Anyone),
    ("POST", "/-/login", Anyone),
    ("POST", "/-/logout", Anyone),
    ("GET", "/{tenant}", Anyone),
    ("GET", "/{tenant}/", Anyone),
    ("GET", "/{tenant}/{*page}", Anyone),
    ("POST", "/{tenant}/{*page}", Anyone),
    ("GET", "/-/account", SignedIn),
    ("POST", "/-/account/password", SignedIn),
    ("POST", "/-/account/sessions/{session}/revocation", SignedIn),
    ("POST", "/-/account/sessions/revocation", SignedIn),
    ("GET", "/-/console", SignedIn),
    ("GET", "/-/console/{tenant}", Analyst),
    ("GET", "/-/console/{tenant}/surveys", Analyst),
    ("POST", "/-/console/{tenant}/surveys", Creator),
    ("GET", "/-/console/{tenant}/surveys/new", Creator),
    ("POST", "/-/console/{tenant}/surveys/import", Creator),
    ("GET", "/-/console/{tenant}/surveys/{survey}", Analyst),
    ("POST", "/-/console/{tenant}/surveys/{survey}/edits", Creator),
    ("GET", "/-/console/{tenant}/surveys/{survey}/questions/{question}", Creator),
    ("POST", "/-/console/{tenant}/surveys/{survey}/questions/{question}", Creator),
    ("GET", "/-/console/{tenant}/surveys/{survey}/sections/{section}", Creator),
    ("POST", "/-/console/{tenant}/surveys/{survey}/sections/{section}", Creator),
    ("GET", "/-/console/{tenant}/surveys/{survey}/texts/{text}", Creator),
    ("POST", "/-/console/{tenant}/surveys/{survey}/texts/{text}", Creator),
    ("GET", "/-/console/{tenant}/surveys/{survey}/history", Analyst),
    ("POST", "/-/console/{tenant}/surveys/{survey}/undo", Creator),
    ("GET", "/-/console/{tenant}/surveys/{survey}/preview", Analyst),
    ("POST", "/-/console/{tenant}/surveys/{survey}/preview", Analyst),
    ("GET", "/-/console/{tenant}/surveys/{survey}/definition.json", Analyst),
    ("GET", "/-/console/{tenant}/surveys/{survey}/replacement", Creator),
    ("POST", "/-/console/{tenant}/surveys/{survey}/replacement", Creator),
    ("GET", "/-/console/{tenant}/surveys/{survey}/details", Analyst),
    ("POST", "/-/console/{tenant}/surveys/{survey}/metadata", Creator),
    ("GET", "/-/console/{tenant}/surveys/{survey}/publication", Analyst),
    ("POST", "/-/console/{tenant}/surveys/{survey}/publication", Creator),
    ("POST", "/-/console/{tenant}/surveys/{survey}/closing", Creator),
    ("POST", "/-/console/{tenant}/surveys/{survey}/copy", Creator),
    ("POST", "/-/console/{tenant}/surveys/{survey}/archive", Creator),
    ("POST", "/-/console/{tenant}/surveys/{survey}/trash", Creator),
    ("POST", "/-/console/{tenant}/surveys/{survey}/restoration", Creator),
    ("GET", "/-/console/{tenant}/surveys/{survey}/results", Analyst),
    ("GET", "/-/console/{tenant}/surveys/{survey}/results/events", Analyst),
    ("GET", "/-/console/{tenant}/surveys/{survey}/responses", Analyst),
    ("GET", "/-/console/{tenant}/surveys/{survey}/responses/{response}", Analyst),
    ("GET", "/-/console/{tenant}/surveys/{survey}/export", Analyst),
    ("GET", "/-/console/{tenant}/brand", Creator),
    ("POST", "/-/console/{tenant}/brand/theme", Creator),
    ("POST", "/-/console/{tenant}/brand/css", Creator),
    ("POST", "/-/console/{tenant}/brand/logo", Creator),
    ("POST", "/-/console/{tenant}/brand/logo/removal", Creator),
    ("POST", "/-/console/{tenant}/brand/undo", Creator),
    ("GET", "/-/console/{tenant}/brand/preview", Creator),
    ("GET", "/-/console/{tenant}/brand/preview.css", Creator),
    ("GET", "/-/console/{tenant}/members", Analyst),
    ("GET", "/-/console/{tenant}/traffic", Analyst),
    ("GET", "/-/console/{tenant}/traffic/export", Analyst),
    ("POST", "/-/console/{tenant}/surveys/{survey}/responses/{response}/erasure", Creator),
    ("GET", "/-/console/{tenant}/fields", Analyst),
    ("POST", "/-/console/{tenant}/fields", Administrator),
    ("GET", "/-/console/{tenant}/fields/{field}", Administrator),
    ("POST", "/-/console/{tenant}/fields/{field}", Administrator),
    ("POST", "/-/console/{tenant}/fields/{field}/place", Administrator),
    ("POST", "/-/console/{tenant}/fields/{field}/removal", Administrator),
    ("POST", "/-/console/{tenant}/removed-fields/{key}/restoration", Administrator),
    ("POST", "/-/console/{tenant}/removed-fields/{key}/deletion", Administrator),
    ("GET", "/-/console/{tenant}/pages", Analyst),
    ("POST", "/-/console/{tenant}/pages", Creator),
    ("GET", "/-/console/{tenant}/pages/new", Creator),
    ("GET", "/-/console/{tenant}/pages/address", Creator),
    ("GET", "/-/console/{tenant}/pages/hosts", Administrator),
    ("POST", "/-/console/{tenant}/pages/hosts", Administrator),
    ("GET", "/-/console/{tenant}/pages/{id}", Creator),
    ("POST", "/-/console/{tenant}/pages/{id}", Creator),
    ("GET", "/-/console/{tenant}/pages/{id}/links", Creator),
    ("POST", "/-/console/{tenant}/pages/{id}/links", Creator),
    ("POST", "/-/console/{tenant}/pages/{id}/links/{link}/revocation", Creator),
    ("POST", "/-/console/{tenant}/pages/{id}/place", Creator),
    ("POST", "/-/console/{tenant}/pages/{id}/trash", Creator),
    ("POST", "/-/console/{tenant}/pages/{id}/restoration", Creator),
    ("GET", "/-/console/{tenant}/tokens", Administrator),
    ("POST", "/-/console/{tenant}/tokens", Administrator),
    ("POST", "/-/console/{tenant}/tokens/{token}/revocation", Administrator),
    ("GET", "/-/console/{tenant}/log", Administrator),
    ("GET", "/-/operate/setup/{secret}", Anyone),
    ("POST", "/-/operate/setup/{secret}", Anyone),
    ("GET", "/-/operate/login", Anyone),
    ("POST", "/-/operate/login", Anyone),
    ("POST", "/-/operate/logout", Operator),
    ("GET", "/-/operate", Operator),
    ("GET", "/-/operate/tenants/{alias}", Operator),
    ("POST", "/-/operate/tenants/{alias}/suspension", Operator),
    ("POST", "/-/operate/tenants/{alias}/resumption", Operator),
    ("GET", "/-/operate/jobs", Operator),
    ("GET", "/-/operate/jobs/{job}", Operator),
    ("POST", "/-/operate/jobs/{job}/retry", Operator),
    ("GET", "/-/operate/dead-letters", Operator),
    ("POST", "/-/operate/dead-letters/{letter}/retry", Operator),
    ("POST", "/-/operate/dead-letters/{letter}/removal", Operator),
];

/// Every operation of the API with the scope it needs.
const API: &[(&str, &str, Scope)] = &[
    ("GET", "/api/v1/tenant", Scope::Read),
    ("GET", "/api/v1/fields", Scope::Read),
    ("PUT", "/api/v1/fields", Scope::Write),
    ("GET", "/api/v1/brand", Scope::Read),
    ("PUT", "/api/v1/brand", Scope::Write),
    ("PUT", "/api/v1/brand/logo", Scope::Write),
    ("DELETE", "/api/v1/brand/logo", Scope::Write),
    ("GET", "/api/v1/surveys", Scope::Read),
    ("POST", "/api/v1/surveys", Scope::Write),
    ("GET", "/api/v1/surveys/{survey}", Scope::Read),
    ("DELETE", "/api/v1/surveys/{survey}", Scope::Write),
    ("PUT", "/api/v1/surveys/{survey}/draft", Scope::Write),
    ("GET", "/api/v1/surveys/{survey}/metadata", Scope::Read),
    ("PUT", "/api/v1/surveys/{survey}/metadata", Scope::Write),
    ("POST", "/api/v1/surveys/{survey}/publication", Scope::Write),
    ("DELETE", "/api/v1/surveys/{survey}/publication", Scope::Write),
    ("GET", "/api/v1/surveys/{survey}/responses", Scope::Read),
    ("POST", "/api/v1/surveys/{survey}/responses", Scope::Collect),
    ("GET", "/api/v1/surveys/{survey}/responses/{response}", Scope::Read),
    ("DELETE", "/api/v1/surveys/{survey}/responses/{response}", Scope::Write),
    ("GET", "/api/v1/surveys/{survey}/summary", Scope::Read),
    ("GET", "/api/v1/surveys/{survey}/export", Scope::Read),
    ("GET", "/api/v1/pages", Scope::Read),
    ("GET", "/api/v1/pages/{page}", Scope::Read),
    ("PUT", "/api/v1/pages/{page}", Scope::Write),
    ("DELETE", "/api/v1/pages/{page}", Scope::Write),
    ("GET", "/api/v1/traffic", Scope::Read),
];

/// What stands for the parameters of a path: things of Adatum that exist.
struct Names {
    survey: String,
    page: String,
    response: String,
    question: String,
    job: String,
    script: String,
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
        let script = scripts::one(canvass).await;
        let Survey { id, .. } = survey;
        Self { survey: id, page, response, question: "taste".to_owned(), job, script }
    }

    fn fill(&self, path: &str) -> String {
        let nobody = "01a1ffd5-0000-7000-8000-000000000000";
        let named = [
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
            ("{session}", nobody),
            ("{token}", nobody),
            ("{letter}", nobody),
            ("{link}", nobody),
            ("{script}", &self.script),
            ("{case}", nobody),
            ("{run}", nobody),
            ("{version}", "1"),
            ("{id}", &self.page),
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
    let listed = API.iter().map(|(method, path, _)| ((*method).to_owned(), (*path).to_owned())).collect();
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
        if path.contains(&names.survey) {
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
