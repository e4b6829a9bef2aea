//! Pages below a page that moves: this file is about moving them along, by the form and over the API.

use super::*;

/// Documents at these addresses, made by a program.
async fn documents(canvass: &Canvass, addresses: &[&str]) -> Person {
    let program = canvass.program_of("adatum").await;
    for address in addresses {
        let body = json!({ "kind": "document", "title": *address, "body": *address });
        program.put_json(&format!("/api/v1/pages/{address}"), &body).await.expect(201);
    }
    program
}

#[tokio::test]
async fn pages_below_move_along_unless_one_says_no() {
    let canvass = Canvass::start().await;
    let (carl, ray) = (canvass.carl().await, canvass.ray());
    documents(&canvass, &["team", "team/ada", "team/ada/cv", "teams"]).await;
    let list = carl.get(PAGES).await.expect(200).text();
    let id = list.split("id=\"page-").map(|it| it.split('"').next().unwrap()).nth(1).unwrap().to_owned();
    let page = format!("{PAGES}/{id}");
    let form = carl.get(&page).await.expect(200);
    assert!(form.shows("The 2 pages below it move along"), "{}", form.text());
    let open = carl.get(&page).await.filled(&page, &[]);
    assert!(open.contains(&("below".to_owned(), "yes".to_owned())), "unless one says no: {open:?}");

    carl.submit(&page, &page, &[("address", "people"), ("do", "save")]).await.expect(303);
    for (old, new) in [("team", "people"), ("team/ada", "people/ada"), ("team/ada/cv", "people/ada/cv")] {
        let led = ray.get(&format!("/adatum/{old}")).await.expect(301);
        assert_eq!(led.location(), format!("/adatum/{new}"));
        ray.get(&format!("/adatum/{new}")).await.expect(200);
    }
    ray.get("/adatum/teams").await.expect(200);

    let stays: Vec<_> = carl.get(&page).await.filled(&page, &[("address", "staff"), ("do", "save")]);
    let stays: Vec<_> = stays.into_iter().filter(|(name, _)| name != "below").collect();
    carl.post_form(&page, &stays).await.expect(303);
    ray.get("/adatum/staff").await.expect(200);
    ray.get("/adatum/people/ada").await.expect(200);
    let log = canvass.ada().await.get("/-/console/adatum/log").await.expect(200);
    assert!(log.shows("moved the pages below"), "{}", log.text());
}

#[tokio::test]
async fn a_program_moves_a_page_with_those_below_it() {
    let canvass = Canvass::start().await;
    let ray = canvass.ray();
    let program = documents(&canvass, &["team", "team/ada", "archive/ada"]).await;
    let put = async |path: &str, etag: &str, body: serde_json::Value| {
        let path = format!("/api/v1/pages/{path}");
        let request = program.request(reqwest::Method::PUT, &path).header("if-match", etag.to_owned());
        program.send(request.json(&body)).await
    };
    let etag = program.get("/api/v1/pages/team").await.expect(200).header("etag").to_owned();
    let child = program.get("/api/v1/pages/team/ada").await.expect(200).header("etag").to_owned();
    let to =
        |address: &str, below: &str| json!({ "kind": "document", "title": "Team", "move_to": address, "below": below });

    let taken = put("team", &etag, to("archive", "move")).await.expect(409);
    assert!(taken.json()["detail"].as_str().unwrap().contains("archive/ada is taken"), "{}", taken.text());
    ray.get("/adatum/team").await.expect(200);
    ray.get("/adatum/archive").await.expect(404);
    put("team", &etag, to("../x", "move")).await.expect(422);
    put("team", &etag, to("a/b/c/d/e/f/g/h", "move")).await.expect(409);
    put("nothing", "\"1\"", to("x", "stay")).await.expect(412);

    let moved = put("team", &etag, to("Team/Us", "move")).await.expect(200).json();
    assert_eq!(moved["page"], "Team/Us");
    assert_eq!(ray.get("/adatum/team/ada").await.expect(301).location(), "/adatum/Team/Us/ada");
    assert_eq!(ray.get("/adatum/team").await.expect(301).location(), "/adatum/Team/Us");
    let late = json!({ "kind": "document", "title": "Ada", "body": "Written meanwhile" });
    put("team/us/ada", &child, late.clone()).await.expect(412);
    let fresh = program.get("/api/v1/pages/team/us/ada").await.expect(200).header("etag").to_owned();
    put("team/us/ada", &fresh, late).await.expect(200);
    assert!(ray.get("/adatum/team/us/ada").await.shows("Written meanwhile"));
}
