//! Traffic: this file is about what visits to public pages leave behind, who sees it, and what never is in it.

mod privacy;

use std::net::{IpAddr, Ipv4Addr};

use reqwest::{Method, redirect::Policy};
use serde_json::{Value, json};

use crate::support::{Canvass, Person, Process, Survey, client, lunch, soup, workshop};

const IPHONE: &str = "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) \
                      Version/17.5 Mobile/15E148 Safari/604.1";
const FIREFOX: &str = "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0";
const GOOGLEBOT: &str = "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)";

/// An installation that writes visits soon.
async fn start() -> Canvass {
    Canvass::start_with(|config| config.traffic.write_interval_ms = 20).await
}

/// One request with headers of its own, from another address than everybody else's.
async fn visit(canvass: &Canvass, path: &str, headers: &[(&str, &str)]) -> u16 {
    let client = client()
        .redirect(Policy::none())
        .local_address(IpAddr::V4(Ipv4Addr::new(127, 0, 0, 77)))
        .build()
        .expect("a client without TLS always builds");
    let request = headers
        .iter()
        .fold(client.get(format!("{}{path}", canvass.url())), |it, (name, value)| it.header(*name, value.as_bytes()));
    let answer = request.send().await.expect("it is answered");
    let status = answer.status().as_u16();
    answer.bytes().await.expect("to its end");
    status
}

/// What was counted, by value: requests and views.
fn counts(traffic: &Value) -> Vec<(String, u64, u64)> {
    let number = |it: &Value| it.as_u64().expect("a count");
    let items = traffic["items"].as_array().expect("a list");
    let mut counts: Vec<_> = items
        .iter()
        .map(|it| (it["label"].as_str().expect("a text").to_owned(), number(&it["requests"]), number(&it["views"])))
        .filter(|(_, requests, _)| *requests != 0)
        .collect();
    counts.sort();
    counts
}

fn requests(traffic: &Value) -> u64 {
    counts(traffic).iter().map(|(_, requests, _)| requests).sum()
}

/// Waits until so many requests are counted, and answers the counts by something.
async fn counted(program: &Person, by: &str, wanted: u64) -> Vec<(String, u64, u64)> {
    let path = format!("/api/v1/traffic?by={by}");
    counts(&program.until(&path, |it| requests(it) == wanted).await)
}

fn row(label: &str, requests: u64, views: u64) -> (String, u64, u64) {
    (label.to_owned(), requests, views)
}

#[tokio::test]
async fn visits_are_counted_by_page_source_device_and_status() {
    let canvass = start().await;
    let Survey { program, .. } = canvass.survey("adatum", "Lunch/Menu", &workshop()).await;
    let news = "https://www.news.example/articles/7?reader=9";
    let own = format!("{}/adatum", canvass.url());

    assert_eq!(visit(&canvass, "/adatum", &[("user-agent", FIREFOX)]).await, 200);
    assert_eq!(visit(&canvass, "/adatum/lunch/menu", &[("user-agent", FIREFOX), ("referer", &own)]).await, 200);
    assert_eq!(visit(&canvass, "/adatum/LUNCH/menu", &[("user-agent", IPHONE), ("referer", news)]).await, 200);
    assert_eq!(visit(&canvass, "/adatum/lunch/menu", &[("user-agent", GOOGLEBOT)]).await, 200);
    assert_eq!(visit(&canvass, "/adatum/wp-login.php", &[("user-agent", "curl/8.5.0")]).await, 404);
    assert_eq!(visit(&canvass, "/adatum/.env", &[]).await, 404);

    let pages = [row("//", 2, 0), row("Lunch/Menu", 3, 2), row("index", 1, 1)];
    assert_eq!(counted(&program, "page", 6).await, pages);
    let sources = [row("direct", 4, 1), row("internal", 1, 1), row("news.example", 1, 1)];
    assert_eq!(counted(&program, "source", 6).await, sources);
    let agents =
        [row("desktop", 2, 2), row("phone", 1, 1), row("program", 1, 0), row("robot", 1, 0), row("unknown", 1, 0)];
    assert_eq!(counted(&program, "agent", 6).await, agents);
    assert_eq!(counted(&program, "status", 6).await, [row("200", 4, 3), row("404", 2, 0)]);
}

#[tokio::test]
async fn bytes_are_those_that_were_sent_and_responses_those_that_were_received() {
    let canvass = start().await;
    let program = canvass.program_of("adatum").await;
    let lunch = lunch(&program).await;
    let ask = |encoding| program.request(Method::GET, &lunch.page).header("accept-encoding", encoding);
    let plain = program.send(ask("identity")).await.expect(200);
    let packed = program.send(ask("gzip")).await.expect(200);
    assert!(packed.body.len() < plain.body.len(), "{} bytes are compressed", packed.body.len());

    let found = program.until("/api/v1/traffic?by=page", |it| requests(it) == 2).await;
    let sent = (plain.body.len() + packed.body.len()) as u64;
    assert_eq!(found["items"][0]["bytes"], sent);
    assert_ne!(found["items"][0]["mean_micros"], 0);

    program.post_json(&lunch.api("/responses"), &soup()).await.expect(201);
    let responses =
        |it: &Value| it["items"].as_array().unwrap().iter().filter_map(|it| it["responses"].as_u64()).sum::<u64>();
    program.until("/api/v1/traffic", |it| responses(it) == 1).await;
    assert_eq!(program.get("/api/v1/traffic?by=page").await.json()["items"][0]["responses"], Value::Null);
}

#[tokio::test]
async fn addresses_that_people_make_up_do_not_grow_the_list_of_pages() {
    let canvass = start().await;
    let program = canvass.program_of("adatum").await;
    for nth in 0..30 {
        visit(&canvass, &format!("/adatum/made-up-{nth}"), &[]).await;
        let posted = canvass.ray().post_form(&format!("/adatum/posted-{nth}"), &[("a", "b")]).await;
        posted.expect(404);
    }
    assert_eq!(counted(&program, "page", 60).await, [row("//", 60, 0)]);
}

#[tokio::test]
async fn whatever_clients_claim_is_counted_and_shown_as_plain_words() {
    let canvass = start().await;
    let ada = canvass.ada().await;
    let (long, markup) = ("a".repeat(6_000), "<img src=x onerror=alert(1)>");
    let hostile = [
        [("user-agent", long.as_str()), ("referer", long.as_str())],
        [("user-agent", markup), ("referer", "https://<img src=x onerror=alert(1)>.example/")],
        [("user-agent", "\u{ff}\u{fe}"), ("referer", "\u{ff}\u{fe}")],
        [("user-agent", "bot\tbot"), ("referer", "https://=cmd|calc.example/")],
    ];
    for headers in &hostile {
        assert_eq!(visit(&canvass, "/adatum", headers).await, 200);
    }
    let program = canvass.program_of("adatum").await;
    assert_eq!(counted(&program, "source", 4).await, [row("other", 4, 3)]);
    assert_eq!(counted(&program, "agent", 4).await, [row("robot", 1, 0), row("unknown", 3, 3)]);
    let page = ada.get("/-/console/adatum/traffic?period=24h").await.expect(200);
    assert!(page.shows("Other sites") && !page.text().contains("onerror"), "{}", page.text());
}

#[tokio::test]
async fn a_tenant_sees_its_own_visits_and_nobody_elses() {
    let canvass = start().await;
    let (ann, eve) = (canvass.ann().await, canvass.eve().await);
    let (program, outsider) = (canvass.program_of("adatum").await, canvass.program_of("fabrikam").await);
    for _ in 0..3 {
        visit(&canvass, "/adatum", &[("user-agent", IPHONE), ("referer", "https://news.example/")]).await;
    }
    counted(&program, "page", 3).await;

    assert_eq!(counts(&outsider.get("/api/v1/traffic?by=source").await.expect(200).json()), []);
    assert!(eve.get("/-/console/fabrikam/traffic").await.expect(200).shows("No visits in these 7 days"));
    eve.get("/-/console/adatum/traffic").await.expect(404);
    eve.get("/-/console/adatum/traffic/export").await.expect(404);

    for period in ["24h", "7d", "30d", "12m"] {
        let page = ann.get(&format!("/-/console/adatum/traffic?period={period}")).await.expect(200);
        assert!(page.shows("news.example") && page.shows("Phones") && page.shows("200 OK"), "{}", page.text());
        let file = ann.get(&format!("/-/console/adatum/traffic/export?period={period}")).await.expect(200);
        assert!(file.text().contains("source,news.example,3,3,,"), "{}", file.text());
        assert!(file.header("content-disposition").contains(&format!("adatum-traffic-{period}.csv")));
    }
    ann.get("/-/console/adatum/traffic?period=forever").await.expect(400);
}

#[tokio::test]
async fn a_time_that_makes_no_sense_is_refused() {
    let canvass = Canvass::start().await;
    let program = canvass.program_of("adatum").await;
    for wrong in [
        "from=2026-02-01T00:00:00Z&to=2026-01-01T00:00:00Z",
        "from=1999-01-01T00:00:00Z",
        "from=yesterday",
        "by=visitor",
        "from=2026-01-01T00:00:00Z&to=9999-01-01T00:00:00Z",
    ] {
        program.get(&format!("/api/v1/traffic?{wrong}")).await.expect(400);
    }
    let day = program.get("/api/v1/traffic?from=2026-01-01T05:00:00Z&to=2026-01-02T05:00:00Z").await.expect(200).json();
    assert_eq!(day["from"], "2026-01-01T00:00:00.000Z");
    assert_eq!(day["items"].as_array().unwrap().len(), 2);
}

/// The tenant's file is held for as long as it takes to ask 2,600 times: whoever writes visits stands still.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn visits_beyond_what_can_wait_are_dropped_and_counted_and_no_page_waits() {
    const VISITS: u64 = 2_600;
    let canvass = Canvass::start_with(|config| {
        config.traffic.queue_max = 8;
        config.traffic.write_interval_ms = 20;
    })
    .await;
    let (program, tenant) = (canvass.program_of("adatum").await, canvass.tenant("adatum").await);
    canvass.ray().get("/adatum").await.expect(200);
    counted(&program, "page", 1).await;

    let (held, is_held) = tokio::sync::oneshot::channel();
    let (let_go, wait) = std::sync::mpsc::channel::<()>();
    let (held, wait) = (std::sync::Mutex::new(Some(held)), std::sync::Mutex::new(wait));
    let holding = tokio::spawn(async move {
        let stand_still = move |_: &mut canvass_storage::Tx<'_>| {
            if let Some(held) = held.lock().unwrap().take() {
                held.send(()).unwrap();
            }
            let _ = wait.lock().unwrap().recv();
            Ok::<_, canvass_storage::Error>(())
        };
        tenant.write(stand_still).await.unwrap();
    });
    is_held.await.unwrap();
    // Every one of these is answered while nothing can be written.
    let ray = canvass.ray();
    for _ in 1..VISITS {
        ray.get("/adatum").await.expect(200);
    }
    let_go.send(()).unwrap();
    holding.await.unwrap();

    // What got lost is told with the next visit.
    ray.get("/adatum").await.expect(200);
    let dropped = |it: &Value| it["dropped"].as_u64().unwrap();
    let path = "/api/v1/traffic?by=page";
    let found = program.until(path, |it| requests(it) + dropped(it) == VISITS + 1).await;
    assert!(0 < dropped(&found), "{found}");
    let ada = canvass.ada().await;
    assert!(ada.get("/-/console/adatum/traffic").await.expect(200).shows("could not be recorded"));
    let olga = canvass.olga().await;
    assert!(olga.get("/-/operate").await.expect(200).shows("visits not recorded by this process"));
}

#[tokio::test]
async fn a_server_that_stops_writes_every_visit_it_took() {
    let mut server = Process::spawn_with(&["--demo"]);
    for _ in 0..40 {
        server.visitor("Ray").get("/adatum").await.expect(200);
    }
    assert!(server.stop().success());
    server.start_again();
    let token = server.ready["demo"][0]["token"].as_str().unwrap();
    let program = Person::with_token("A program", server.url(), token);
    let found = program.get("/api/v1/traffic?by=page").await.expect(200).json();
    assert_eq!(counts(&found), [row("index", 40, 40)]);
    assert_eq!(found["dropped"], json!(0));
}

#[tokio::test]
async fn a_suspended_tenant_collects_nothing() {
    let canvass = start().await;
    let (program, olga) = (canvass.program_of("adatum").await, canvass.olga().await);
    visit(&canvass, "/adatum", &[]).await;
    counted(&program, "page", 1).await;
    olga.post_form("/-/operate/tenants/adatum/suspension", &[("reason", "The invoice is open")]).await.expect(303);
    assert_eq!(visit(&canvass, "/adatum", &[]).await, 503);
    olga.post_form("/-/operate/tenants/adatum/resumption", &[("", "")]).await.expect(303);
    canvass.ray().until_status("/adatum", reqwest::StatusCode::OK).await;
    let found = program.until("/api/v1/traffic?by=status", |it| 2 <= requests(it)).await;
    assert!(!counts(&found).iter().any(|(status, ..)| status == "503"), "{found}");
}
