//! Certificates: this file is about what a proxy hears that asks whether a name is served here.

use std::collections::BTreeMap;

use super::Hosting;

const ASK: &str = "ask.adatum.example";

#[tokio::test]
async fn a_certificate_is_wanted_for_what_is_served_and_for_nothing_else() {
    let hosting = Hosting::start().await;
    let program = hosting.canvass.program_of("adatum").await;
    hosting.verified(&program, ASK).await;
    hosting.claim(&program, "soon.adatum.example").await;
    let proxy = hosting.at("127.0.0.1");
    for (domain, status) in [
        (ASK, 200),
        ("ASK.adatum.example.", 200),
        ("adatum.surveys.example", 200),
        ("surveys.example", 200),
        ("soon.adatum.example", 404),
        ("nobody.surveys.example", 404),
        ("a.adatum.surveys.example", 404),
        ("adatum.example", 404),
        ("ask.adatum.example:443", 404),
        ("127.0.0.1", 404),
        ("localhost", 404),
        ("", 404),
        ("%00", 404),
        ("ask.adatum.example%2Fx", 404),
        (&"a".repeat(4_000), 404),
    ] {
        let answer = proxy.get(&format!("/-/ask?domain={domain}")).await.expect(status);
        assert_eq!(answer.header("cache-control"), "no-store", "{domain}");
    }
    proxy.get("/-/ask").await.expect(404);
    // By whatever name the proxy knows us.
    let request = proxy.request(reqwest::Method::GET, &format!("/-/ask?domain={ASK}")).header("host", "canvass:8080");
    proxy.send(request).await.expect(200);
    hosting.at(ASK).get(&format!("/-/ask?domain={ASK}")).await.expect(404);

    program.delete(&format!("/api/v1/domains/{ASK}")).await.expect(204);
    proxy.get(&format!("/-/ask?domain={ASK}")).await.expect(404);
}

#[tokio::test]
async fn a_flood_of_made_up_names_is_slowed_down_and_what_is_known_is_not() {
    let hosting = Hosting::start().await;
    let program = hosting.canvass.program_of("adatum").await;
    hosting.verified(&program, ASK).await;
    let proxy = hosting.at("127.0.0.1");
    proxy.get(&format!("/-/ask?domain={ASK}")).await.expect(200);
    let floods: Vec<_> = (0..8)
        .map(|flood| {
            let proxy = proxy.clone();
            tokio::spawn(async move {
                let mut statuses = Vec::new();
                for number in 0..100 {
                    let answer = proxy.get(&format!("/-/ask?domain=x{flood}-{number}.made.example")).await;
                    if answer.status == 429 {
                        assert!(!answer.header("retry-after").is_empty());
                    }
                    statuses.push(answer.status.as_u16());
                }
                statuses
            })
        })
        .collect();
    let mut counts = BTreeMap::new();
    for flood in floods {
        for status in flood.await.unwrap() {
            *counts.entry(status).or_insert(0) += 1;
        }
    }
    assert_eq!(counts.keys().copied().collect::<Vec<_>>(), [404, 429], "{counts:?}");
    assert!(100 <= counts[&404], "{counts:?}");
    hosting.at(ASK).get("/").await.expect(200);
    proxy.get(&format!("/-/ask?domain={ASK}")).await.expect(200);
}
