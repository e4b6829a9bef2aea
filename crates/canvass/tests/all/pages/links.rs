//! Personal links over the API: this file is about making, listing and taking them back, and whose they are.

use super::*;

const LINKS: &str = "/api/v1/page-links";

#[tokio::test]
async fn a_link_is_made_shown_once_used_and_taken_back() {
    let canvass = Canvass::start().await;
    let program = canvass.program_of("adatum").await;
    let page = json!({ "kind": "document", "title": "Plans", "body": "For few", "visibility": "invited" });
    program.put_json("/api/v1/pages/board/plans", &page).await.expect(201);
    canvass.ray().get("/adatum/board/plans").await.expect(403);

    let asked = json!({ "page": "Board/Plans", "label": "Grace", "expires_at": "2999-01-01T00:00:00Z" });
    let made = program.post_json(LINKS, &asked).await.expect(201).json();
    assert_eq!((&made["label"], &made["needed"]), (&json!("Grace"), &json!(true)));
    let url = made["url"].as_str().unwrap().to_owned();
    let path = url.strip_prefix(canvass.url()).unwrap();
    let entered = canvass.ray().get(path).await;
    assert!(matches!(entered.status.as_u16(), 200 | 303), "{}", entered.text());

    let listed = program.get(&format!("{LINKS}?page=board/plans")).await.expect(200);
    assert_eq!(listed.json()["items"][0]["id"], made["id"]);
    assert!(listed.json()["items"][0]["used_at"].is_string(), "{}", listed.text());
    let secret = url.split("invitation=").nth(1).unwrap();
    assert!(!listed.text().contains(secret), "a secret is shown once");

    let link = format!("{LINKS}/{}", made["id"].as_str().unwrap());
    canvass.program_of("fabrikam").await.delete(&link).await.expect(404);
    program.delete(&link).await.expect(204);
    canvass.visitor("Grace").get(path).await.expect(403);
    program.delete(&link).await.expect(404);
}

#[tokio::test]
async fn what_is_wrong_with_a_link_is_said_beside_it() {
    let canvass = Canvass::start().await;
    let program = canvass.program_of("adatum").await;
    let page = json!({ "kind": "document", "title": "Plans", "body": "For all" });
    program.put_json("/api/v1/pages/plans", &page).await.expect(201);
    for (change, status, pointer) in [
        (json!({ "label": "" }), 422, "/label"),
        (json!({ "label": "a\nb" }), 422, "/label"),
        (json!({ "label": "a".repeat(201) }), 422, "/label"),
        (json!({ "expires_at": "2001-01-01T00:00:00Z" }), 422, "/expires_at"),
        (json!({ "page": "nothing" }), 404, ""),
        (json!({ "page": "../fabrikam" }), 404, ""),
    ] {
        let mut asked = json!({ "page": "plans", "label": "Grace" });
        asked.as_object_mut().unwrap().append(&mut change.as_object().unwrap().clone());
        let refused = program.post_json(LINKS, &asked).await.expect(status).json();
        if status == 422 {
            assert_eq!(refused["errors"][0]["pointer"], pointer, "{refused}");
        }
    }
    program.get(LINKS).await.expect(404);
    program.get(&format!("{LINKS}?page=plans&cursor=x")).await.expect(400);
    let made = program.post_json(LINKS, &json!({ "page": "plans", "label": "Grace" })).await.expect(201).json();
    assert_eq!((&made["needed"], &made["expires_at"]), (&json!(false), &json!(null)), "everybody may see the page");
}
