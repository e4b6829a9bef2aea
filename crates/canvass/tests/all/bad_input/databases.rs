//! A database that goes away: this file is about what is said while it is away, and about nothing being lost.

use canvass::config::Secret;
use serde_json::json;

use super::{assert_problem, right};
use crate::support::{Canvass, on_postgres, postgres::Postgres, workshop};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_database_that_is_away_is_said_to_be_away_and_then_everything_goes_on() {
    if !on_postgres() {
        return;
    }
    let postgres = Postgres::start_with("");
    let url = postgres.database();
    let canvass = Canvass::start_with(|it| it.storage.url = Some(Secret::new(url))).await;
    let survey = canvass.survey("adatum", "workshop", &workshop()).await;
    let path = survey.api("/responses");
    let submission = |key: &str| json!({ "answers": right(), "submission_key": key });
    survey.program.post_json(&path, &submission("before")).await.expect(201);
    let ray = canvass.ray();
    let page = ray.get(&survey.page).await.expect(200);
    let filled = page.filled(&survey.page, &[("name", "Ray"), ("topic", "types")]);

    postgres.stop_immediately();
    for _ in 0..3 {
        let refused = survey.program.post_json(&path, &submission("during")).await;
        let problem = assert_problem(&refused, 503, "busy");
        assert!(
            !problem.to_string().contains("127.0.0.1"),
            "nobody outside need know where the database is: {problem}"
        );
        assert_ne!(refused.header("retry-after"), "");
    }
    assert_problem(&survey.program.get(&survey.api("/summary")).await, 503, "busy");
    let refused = ray.post_form(&survey.page, &filled).await.expect(503);
    assert_ne!(refused.header("retry-after"), "");

    postgres.start_again();
    survey.program.until_status("/-/health", reqwest::StatusCode::OK).await;
    let again = survey.program.post_json(&path, &submission("during")).await;
    assert!(again.status.is_success(), "{}", again.text());
    survey.program.post_json(&path, &submission("before")).await.expect(200);
    ray.post_form(&survey.page, &filled).await.expect(303);
    canvass.settled().await;
    assert_eq!(survey.counted().await, 3);
    canvass.take_errors();
}
