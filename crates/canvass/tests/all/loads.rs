//! `canvass load`: this file is about respondents that come through every section, and a clock that nobody can stop.

use std::time::Duration;

use serde_json::Value;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpListener,
};

use crate::support::{Canvass, Finished, canvass, workshop};

/// Runs the command beside the server of the test.
async fn load(arguments: &[&str]) -> Finished {
    let arguments: Vec<String> = ["load"].iter().chain(arguments).map(|it| (*it).to_owned()).collect();
    let run = move || canvass(&arguments.iter().map(String::as_str).collect::<Vec<_>>());
    tokio::task::spawn_blocking(run).await.unwrap()
}

fn json(finished: &Finished) -> Value {
    serde_json::from_str(&finished.out).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn respondents_answer_every_section_and_what_was_acknowledged_is_counted() {
    let canvass = Canvass::start().await;
    let surveys = [
        canvass.survey("adatum", "workshop", &workshop()).await,
        canvass.survey("fabrikam", "workshop", &workshop()).await,
    ];
    let urls = surveys.each_ref().map(|it| format!("{}{}", canvass.url(), it.page));
    let [one, other] = urls.each_ref().map(String::as_str);
    let mut acknowledged = 0;
    for arrival in [["--respondents", "4"], ["--rate", "10"]] {
        let arguments = [&[one, other, "--seconds", "2", "--think-ms", "20", "--json"], &arrival[..]].concat();
        let told = json(&load(&arguments).await.expect(0));
        let count = told["acknowledged"].as_u64().unwrap();
        assert!(5 < count, "{told}");
        assert_eq!(
            (&told["respondents"], &told["steps"]["send"]["requests"]),
            (&count.into(), &count.into()),
            "{told}"
        );
        assert_eq!(told["steps"]["section"]["requests"], 2 * count, "{told}");
        assert!(told["steps"]["send"]["p50_ms"].as_f64().unwrap() <= told["steps"]["send"]["max_ms"].as_f64().unwrap());
        acknowledged += count;
    }
    canvass.settled().await;
    let counted = [surveys[0].counted().await, surveys[1].counted().await];
    assert!(counted.iter().all(|it| 0 < *it) && counted.iter().sum::<u64>() == acknowledged, "{counted:?}");
    // Nothing is left out: each answers all that is asked for.
    let summary = surveys[0].program.get(&surveys[0].api("/summary")).await.expect(200).json();
    for (question, told) in summary["questions"].as_object().unwrap() {
        assert!(0 < told["answered"].as_u64().unwrap(), "{question}: {told}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_waits_behind_a_slow_answer_is_counted_as_waiting() {
    const STALL: Duration = Duration::from_millis(1_500);
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/x", listener.local_addr().unwrap());
    tokio::spawn(async move {
        let mut stall = STALL;
        loop {
            let (mut stream, _) = listener.accept().await.unwrap();
            let mut request = [0; 4_096];
            let _ = stream.read(&mut request).await;
            tokio::time::sleep(std::mem::take(&mut stall)).await;
            let page = "HTTP/1.1 200 OK\r\ncontent-length: 2\r\nconnection: close\r\n\r\nno";
            let _ = stream.write_all(page.as_bytes()).await;
        }
    });
    // One answer is slow. Nobody else was asked meanwhile: measured one by one, the half of them would look fast.
    let arguments = [url.as_str(), "--rate", "40", "--at-once-max", "1", "--seconds", "3", "--json"];
    let told = json(&load(&arguments).await.expect(1));
    let opened = &told["steps"]["open"];
    assert!(opened["requests"].as_u64().unwrap() > 40, "{told}");
    assert!(opened["p90_ms"].as_f64().unwrap() > 750.0, "{told}");
    assert_eq!(told["errors"]["a page had no form"], told["respondents"], "{told}");
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_loads_what_is_not_theirs_by_mistake() {
    let refused = load(&["https://surveys.example/adatum/lunch"]).await.expect(2);
    assert!(refused.err.contains("another machine") && refused.err.contains("--elsewhere"), "{}", refused.err);
    let refused = load(&["mailto:ada@adatum.example"]).await.expect(2);
    assert!(refused.err.contains("no address of a survey"), "{}", refused.err);
    let refused = load(&["http://localhost/x", "--rate", "0"]).await.expect(2);
    assert!(refused.err.contains("from 0.01"), "{}", refused.err);
    load(&["http://localhost/x", "--rate", "5", "--respondents", "5"]).await.expect(2);
    load(&[]).await.expect(2);
    // Nobody answers there: it says so and fails.
    let unheard = load(&["http://127.0.0.1:9/x", "--seconds", "1", "--json"]).await.expect(1);
    assert_eq!(json(&unheard)["acknowledged"], 0);
    assert!(unheard.out.contains("refused"), "{}", unheard.out);
}
