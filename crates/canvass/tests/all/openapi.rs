//! The API's description: this file is about `docs/api/openapi.json`, so that every change of the API is seen in review.

use std::path::Path;

use crate::support::Canvass;

/// The description as reviewed, from the repository's root.
const REVIEWED: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/api/openapi.json");

#[test]
fn the_description_is_the_reviewed_one() {
    let mut present = serde_json::to_string_pretty(&canvass_web::openapi()).unwrap();
    present.push('\n');
    // `CANVASS_ACCEPT_OPENAPI=1` writes the present one, to be reviewed as a change of the file.
    if std::env::var_os("CANVASS_ACCEPT_OPENAPI").is_some() {
        std::fs::create_dir_all(Path::new(REVIEWED).parent().unwrap()).unwrap();
        std::fs::write(REVIEWED, &present).unwrap();
    }
    let reviewed = std::fs::read_to_string(REVIEWED).unwrap_or_default();
    let differs = present.lines().zip(reviewed.lines()).position(|(present, reviewed)| present != reviewed);
    assert!(
        present == reviewed,
        "the API's description differs from docs/api/openapi.json, first in line {}; if that is meant, run \
         CANVASS_ACCEPT_OPENAPI=1 cargo test -p canvass --test all openapi",
        differs.map_or(0, |it| it + 1)
    );
}

#[tokio::test]
async fn the_description_is_served_to_everybody() {
    let canvass = Canvass::start().await;
    let served = canvass.ray().get("/api/v1/openapi.json").await.expect(200);
    assert_eq!(served.json(), canvass_web::openapi());
    assert_eq!(served.json()["openapi"], "3.1.0");
}

#[tokio::test]
async fn the_schema_of_a_survey_is_served_to_everybody() {
    let canvass = Canvass::start().await;
    let served = canvass.ray().get("/-/schema/survey.json").await.expect(200);
    assert_eq!(served.json(), canvass_model::definition::schema());
    assert_eq!(served.header("access-control-allow-origin"), "*");
}
