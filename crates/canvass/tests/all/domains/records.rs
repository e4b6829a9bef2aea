//! Records: this file is about what a real name server says, kindly and otherwise, and what a look makes of it.

use serde_json::json;
use tokio::time::{Duration, Instant};

use super::{Hosting, look};

/// A look ends within the two seconds it is given, and what the machine takes on top.
const LOOK_MAX: Duration = Duration::from_secs(8);

#[tokio::test]
async fn records_of_every_shape_are_read_and_hostile_servers_prove_nothing() {
    let hosting = Hosting::start().await;
    let program = hosting.canvass.program_of("adatum").await;
    let name = "ask.adatum.example";
    for (how, state, reason) in [
        ("text VALUE", "verified", ""),
        ("text other VALUE another", "verified", ""),
        ("split VALUE", "verified", ""),
        ("huge VALUE", "verified", ""),
        ("cname proof.elsewhere.example", "verified", ""),
        ("many VALUE", "waiting", "None of the 200 TXT records"),
        ("text VALUEx", "waiting", "says something else"),
        ("text x x", "waiting", "None of the 2 TXT records"),
        ("none", "waiting", "There is no TXT record"),
        ("missing", "waiting", "There is no TXT record"),
        ("loop", "waiting", "record"),
        ("servfail", "waiting", "the servers answered"),
        ("refused", "waiting", "the servers answered"),
        ("silent", "waiting", "no server answered in time"),
        ("garbage", "waiting", "could not be looked up"),
    ] {
        let claimed = program.post_json("/api/v1/domains", &json!({ "domain": name })).await.expect(201).json();
        let value = claimed["record"]["value"].as_str().unwrap();
        hosting.names.says("proof.elsewhere.example", &format!("text {value}"));
        hosting.names.says(claimed["record"]["name"].as_str().unwrap(), &how.replace("VALUE", value));
        let begun = Instant::now();
        let looked = look(&program, name).await;
        let took = begun.elapsed();
        assert_eq!(looked["state"], state, "{how}: {looked}");
        assert!(looked["reason"].as_str().unwrap_or_default().contains(reason), "{how}: {looked}");
        assert!(took < LOOK_MAX, "{how} took {took:?}");
        program.delete(&format!("/api/v1/domains/{name}")).await.expect(204);
    }
}

#[tokio::test]
async fn a_domain_in_another_script_is_shown_in_both_spellings() {
    let hosting = Hosting::start().await;
    let program = hosting.canvass.program_of("adatum").await;
    // The first letter is Cyrillic: in its own script the name looks like adatum.example.
    let claimed = program.post_json("/api/v1/domains", &json!({ "domain": "аdatum.example" })).await.expect(201).json();
    let ascii = claimed["domain"].as_str().unwrap();
    assert!(ascii.starts_with("xn--"), "{claimed}");
    assert_eq!(claimed["native"], "аdatum.example");
    let ada = hosting.canvass.ada().await;
    for page in ["/-/console/adatum/domains".to_owned(), format!("/-/console/adatum/domains/{ascii}")] {
        let page = ada.get(&page).await.expect(200);
        assert!(page.shows("аdatum.example") && page.shows(ascii), "{}", page.text());
    }
    hosting.names.says(&format!("_canvass.{ascii}"), &format!("text {}", claimed["record"]["value"].as_str().unwrap()));
    assert_eq!(look(&program, ascii).await["state"], "verified");
    hosting.at(ascii).get("/").await.expect(200);
    hosting.at("adatum.example").get("/").await.expect(404);
}
