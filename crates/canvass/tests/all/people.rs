//! People and what is closed to them: this file is about signing in, and about doors that are other people's.

use crate::support::{Canvass, PASSWORD};

#[tokio::test]
async fn a_member_signs_in_and_finds_their_console() {
    let canvass = Canvass::start().await;
    for person in [canvass.ada().await, canvass.carl().await, canvass.ann().await] {
        person.get("/-/console/adatum").await.expect(200);
    }
}

#[tokio::test]
async fn a_member_of_another_tenant_finds_nothing() {
    let canvass = Canvass::start().await;
    canvass.ada().await;
    canvass.eve().await.get("/-/console/adatum").await.expect(404);
}

#[tokio::test]
async fn a_stranger_is_sent_to_the_sign_in_page() {
    let canvass = Canvass::start().await;
    canvass.ada().await;
    let away = canvass.ray().get("/-/console/adatum").await.location();
    assert!(away.starts_with("/-/login"), "{away}");
}

#[tokio::test]
async fn a_wrong_password_is_refused_where_it_was_typed() {
    let canvass = Canvass::start().await;
    canvass.ada().await;
    let stranger = canvass.visitor("A stranger");
    let fields = [("email", "ada@adatum.example"), ("password", "not her password")];
    let refused = stranger.submit("/-/login", "/-/login", &fields).await;
    assert!(refused.status.is_client_error(), "{}", refused.status);
    assert!(refused.shows("do not belong together"), "{}", refused.text());

    let fields = [("email", "ada@adatum.example"), ("password", PASSWORD)];
    stranger.submit("/-/login", "/-/login", &fields).await.expect(303);
}

#[tokio::test]
async fn a_token_opens_the_tenant_it_belongs_to() {
    let canvass = Canvass::start().await;
    let program = canvass.program_of("adatum").await;
    assert_eq!(program.get("/api/v1/surveys").await.expect(200).json()["items"][0]["status"], "draft");
    canvass.program("cvs_nonsense").get("/api/v1/surveys").await.expect(401);
}

#[tokio::test]
async fn a_new_tenant_is_welcomed_by_mail() {
    let canvass = Canvass::start().await;
    canvass.ada().await;
    canvass.settled().await;
    let mails = canvass.mails();
    assert_eq!(mails.len(), 1);
    assert!(mails[0].contains("To: ada@adatum.example"), "{}", mails[0]);
}
