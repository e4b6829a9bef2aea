//! Attacks: this file is about those who name a host that is not theirs, or reach for the product from a tenant's.

use std::{
    io::{Read, Write},
    net::{Ipv4Addr, TcpStream},
};

use canvass_actions::tenants;
use canvass_model::{alias::Alias, member::Actor};
use reqwest::Method;

use super::Hosting;
use crate::support::{Person, lunch};

const ASK: &str = "ask.adatum.example";
const ADATUM: &str = "adatum.surveys.example";

#[tokio::test]
async fn the_products_own_routes_are_nobodys_at_a_tenants_host() {
    let hosting = Hosting::start().await;
    let program = hosting.canvass.program_of("adatum").await;
    hosting.verified(&program, ASK).await;
    let ada = hosting.canvass.ada().await;
    ada.get("/-/console/adatum").await.expect(200);
    let answer = ada.post_form("/-/login", &[("email", "ada@adatum.example"), ("password", crate::support::PASSWORD)]);
    let session = answer.await.expect(303).header("set-cookie").split(';').next().unwrap().to_owned();
    let shared = ["/-/health", "/-/assets/{hash}/{name}", "/-/brand/{tenant}/{file}"];
    let mut tried = 0;
    for host in [ADATUM, ASK] {
        for route in canvass_web::routes() {
            let is_products = route.path.starts_with("/-/") && !shared.contains(&route.path);
            if !is_products {
                continue;
            }
            let path = route.path.replace("{tenant}", "adatum").replace(['{', '}'], "");
            let method = Method::from_bytes(route.method.as_bytes()).unwrap();
            // Cookies of another host are never sent by a browser; here they are.
            let request = hosting.at(host).request(method, &path).header("cookie", &session);
            let answer = hosting.at(host).send(request).await.expect(404);
            assert_eq!(answer.header("set-cookie"), "", "{path}");
            assert!(!answer.text().contains("/-/login"), "{path}: {}", answer.text());
            tried += 1;
        }
        for path in ["/api/v1/tenant", "/api/v1/openapi.json", "/-/console/adatum/", "/-/", "/api/"] {
            let request = hosting.at(host).request(Method::GET, path).header("cookie", &session);
            hosting.at(host).send(request).await.expect(404);
        }
        hosting.at(host).get("/-/health").await.expect(200);
    }
    assert!(100 < tried, "{tried} routes");
    let at_host: Vec<&str> = canvass_web::hosted_routes().iter().map(|it| it.path).collect();
    assert!(at_host.iter().all(|it| !it.contains("console") && !it.contains("operate")), "{at_host:?}");
}

#[tokio::test]
async fn a_host_is_its_tenants_whatever_path_and_headers_say() {
    let hosting = Hosting::start().await;
    lunch(&hosting.canvass.program_of("adatum").await).await;
    hosting.canvass.tenant("fabrikam").await;
    let (own, others) = (hosting.at(ADATUM), hosting.at("fabrikam.surveys.example"));
    own.get("/lunch").await.expect(200);
    others.get("/lunch").await.expect(404);
    // Adatum's address there is a page `adatum/lunch` of Fabrikam's, which it does not have.
    others.get("/adatum/lunch").await.expect(404);
    others.get("/adatum").await.expect(404);
    assert!(others.get("/").await.expect(200).shows("Fabrikam"));
    for header in ["x-forwarded-host", "x-host", "x-original-host", "forwarded"] {
        let request = others.request(Method::GET, "/lunch").header(header, ADATUM);
        others.send(request).await.expect(404);
        let request = own.request(Method::GET, "/-/console").header(header, "surveys.example");
        own.send(request).await.expect(404);
    }
}

#[tokio::test]
async fn a_host_that_is_nobodys_learns_nothing() {
    let hosting = Hosting::start().await;
    hosting.canvass.tenant("adatum").await;
    let here = Person::new("Mallory", &format!("http://127.0.0.1:{}", hosting.port));
    here.get("/adatum").await.expect(200);
    for host in ["nobody.example", "nobody.surveys.example", "a.adatum.surveys.example", "192.0.2.7", "evil.example:80"]
    {
        for path in ["/", "/adatum", "/-/login", "/-/console", "/api/v1/tenant", "/-/assets/x/base.css", "/robots.txt"]
        {
            let request = here.request(Method::GET, path).header("host", host);
            let answer = here.send(request).await.expect(404);
            assert_eq!(answer.text(), "There is nothing at this address\n", "{host}{path}");
            assert_eq!(answer.header("set-cookie"), "");
        }
        let request = here.request(Method::GET, "/-/health").header("host", host);
        here.send(request).await.expect(200);
    }
    for host in ["ADATUM.Surveys.Example", "adatum.surveys.example.", "adatum.surveys.example:1"] {
        let request = here.request(Method::GET, "/").header("host", host);
        assert!(here.send(request).await.expect(200).shows("Adatum"), "{host}");
    }
}

/// Sends bytes as they are, and reads the first line of the answer.
fn raw(port: u16, request: &str) -> String {
    let mut stream = TcpStream::connect((Ipv4Addr::LOCALHOST, port)).unwrap();
    stream.write_all(request.as_bytes()).unwrap();
    let mut answer = String::new();
    stream.take(4096).read_to_string(&mut answer).unwrap_or_default();
    answer.lines().next().unwrap_or_default().to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn two_hosts_in_one_request_are_none() {
    let hosting = Hosting::start().await;
    hosting.canvass.tenant("adatum").await;
    let ask = |target: &str, hosts: &[&str]| {
        let hosts: String = hosts.iter().map(|it| format!("Host: {it}\r\n")).collect();
        raw(hosting.port, &format!("GET {target} HTTP/1.1\r\n{hosts}Connection: close\r\n\r\n"))
    };
    assert!(ask("/", &[ADATUM]).contains("200"));
    let two = ask("/", &[ADATUM, "surveys.example"]);
    assert!(two.contains("404") || two.contains("400"), "{two}");
    let none = ask("/-/login", &[]);
    assert!(none.contains("404") || none.contains("400"), "{none}");
    // An address in full goes before the header (RFC 9112, section 3.2.2).
    let full = format!("http://{ADATUM}/-/login");
    assert!(ask(&full, &["surveys.example"]).contains("404"));
    assert!(ask("http://surveys.example/-/login", &[ADATUM]).contains("200"));
}

#[tokio::test]
async fn a_suspended_tenants_hosts_say_that_they_are_paused() {
    let hosting = Hosting::start().await;
    let program = hosting.canvass.program_of("adatum").await;
    hosting.verified(&program, ASK).await;
    let (alias, directory) = (Alias::parse("adatum").unwrap(), hosting.canvass.directory());
    for _ in 0..2 {
        hosting.at(ASK).get("/").await.expect(200);
        hosting.at(ADATUM).get("/").await.expect(200);
        tenants::suspend(directory, &Actor::Canvass, &alias, "unpaid").await.unwrap();
        for host in [ASK, ADATUM] {
            let paused = hosting.at(host).get("/").await.expect(503);
            assert!(paused.shows("These pages are paused") && !paused.text().contains("/-/login"), "{}", paused.text());
            hosting.at("surveys.example").get(&format!("/-/ask?domain={host}")).await.expect(200);
        }
        tenants::resume(directory, &Actor::Canvass, &alias).await.unwrap();
    }
}

#[tokio::test]
async fn a_tenant_that_is_removed_takes_its_hosts_along() {
    let hosting = Hosting::start().await;
    let program = hosting.canvass.program_of("adatum").await;
    hosting.verified(&program, ASK).await;
    let tenant = hosting.canvass.tenant("adatum").await;
    let id = tenant.record().id;
    hosting.canvass.directory().write(move |tx| canvass_storage::tenants::delete(tx, id)).await.unwrap();
    for host in [ASK, ADATUM] {
        hosting.at(host).get("/").await.expect(404);
        hosting.at("surveys.example").get(&format!("/-/ask?domain={host}")).await.expect(404);
    }
}
