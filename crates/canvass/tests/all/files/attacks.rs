//! Files that mean harm: this file is about names, contents and ids that pretend to be something else.

use reqwest::Method;
use serde_json::json;

use super::{PAGE, PNG, file, page, upload};
use crate::support::Canvass;

const HTML: &[u8] = b"<!doctype html><script>alert(document.cookie)</script>";

#[tokio::test]
async fn a_name_leads_nowhere_and_hides_nothing() {
    let canvass = Canvass::start().await;
    let (carl, program) = (canvass.carl().await, canvass.program_of("adatum").await);
    let long = format!("{}.png", "a".repeat(4_096));
    for (offered, kept) in [
        ("../../etc/passwd", "passwd"),
        ("..\\..\\boot.ini", "boot.ini"),
        ("invoice\u{202e}gnp.exe", "invoicegnp.exe"),
        (long.as_str(), &format!("{}.png", "a".repeat(196))),
    ] {
        upload(&carl, PAGE, (offered, PNG)).await.expect(303);
        let newest = program.get("/api/v1/files?limit=1").await.expect(200).json();
        assert_eq!(newest["items"][0]["name"], *kept, "{offered:?}");
    }
    for bad in ["../../etc/passwd", "a\0b.png", "a\u{202e}gnp.exe", "a\r\nset-cookie: b=c", "", &long] {
        let request = program.request(Method::POST, "/api/v1/files").query(&[("name", bad)]);
        program.send(request.body(PNG)).await.expect(422);
    }
}

#[tokio::test]
async fn nothing_that_a_browser_would_run_is_shown_in_it() {
    let canvass = Canvass::start().await;
    let (program, ray) = (canvass.program_of("adatum").await, canvass.ray());
    let polyglot = [PNG, HTML].concat();
    let svg: &[u8] = b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>";
    let files: [(&str, &[u8], &str, &str); 7] = [
        ("page.html", HTML, "application/octet-stream", "attachment"),
        ("page.xhtml", HTML, "application/octet-stream", "attachment"),
        ("drawing.svg", svg, "application/octet-stream", "attachment"),
        ("lie.png", HTML, "application/octet-stream", "attachment"),
        ("lie.pdf", HTML, "application/octet-stream", "attachment"),
        ("both.png", &polyglot, "image/png", "inline"),
        ("words.txt", HTML, "text/plain; charset=utf-8", "inline"),
    ];
    for (number, (name, bytes, kind, handling)) in files.into_iter().enumerate() {
        let address = format!("p{number}");
        let id = file(&program, name, bytes).await;
        page(&program, &address, &id).await;
        let from_page = ray.get(&format!("/adatum/{address}")).await.expect(200);
        let from_console = canvass.ada().await.get(&format!("{PAGE}/{id}/content")).await.expect(200);
        for served in [from_page, from_console] {
            assert_eq!(served.header("content-type"), kind, "{name}");
            assert!(served.header("content-disposition").starts_with(handling), "{name}");
            assert_eq!(served.header("x-content-type-options"), "nosniff");
            let policy = served.header("content-security-policy");
            assert!(policy.starts_with("default-src 'none'") && policy.ends_with("sandbox"), "{name}: {policy}");
            assert!(!policy.contains("script"), "{name}: {policy}");
        }
    }
}

#[tokio::test]
async fn another_tenants_file_is_not_there() {
    let canvass = Canvass::start().await;
    let (own, foreign) = (canvass.program_of("adatum").await, canvass.program_of("fabrikam").await);
    let id = file(&own, "secret.png", PNG).await;
    for path in [format!("/api/v1/files/{id}"), format!("/api/v1/files/{id}/content")] {
        foreign.get(&path).await.expect(404);
    }
    foreign.delete(&format!("/api/v1/files/{id}")).await.expect(404);
    let request = foreign.request(Method::PUT, &format!("/api/v1/files/{id}/content"));
    foreign.send(request.body("mine now")).await.expect(404);
    let stolen = json!({ "kind": "file", "target": id, "title": "Mine" });
    let refused = foreign.put_json("/api/v1/pages/mine", &stolen).await.expect(422).json();
    assert_eq!(refused["errors"][0]["pointer"], "/target");

    let eve = canvass.eve().await;
    let there = "/-/console/fabrikam/files";
    eve.get(&format!("{there}/{id}")).await.expect(404);
    eve.get(&format!("{there}/{id}/content")).await.expect(404);
    upload(&eve, &format!("{there}/{id}/content"), ("x.png", PNG)).await.expect(404);
    for act in ["trash", "restoration", "deletion", "undo"] {
        eve.post_form(&format!("{there}/{id}/{act}"), &[("", "")]).await.expect(404);
    }
    upload(&eve, PAGE, ("x.png", PNG)).await.expect(404);
    assert_eq!(own.get(&format!("/api/v1/files/{id}/content")).await.expect(200).body, PNG);
    let left = canvass.tenant("fabrikam").await.list_contents().await.unwrap();
    assert_eq!(left, [], "what was refused leaves no bytes");
}

#[tokio::test]
async fn what_is_no_upload_is_refused_and_leaves_nothing() {
    let canvass = Canvass::start().await;
    let (carl, program) = (canvass.carl().await, canvass.program_of("adatum").await);
    carl.post_form(PAGE, &[("file", "x")]).await.expect(415);
    upload(&carl, PAGE, ("", b"")).await.expect(409);
    upload(&carl, PAGE, ("empty.png", b"")).await.expect(409);
    let request = program.request(Method::POST, "/api/v1/files?name=empty.png");
    program.send(request.body("")).await.expect(409);
    let cut = "--b\r\ncontent-disposition: form-data; name=\"file\"; filename=\"a.png\"\r\n\r\nhalf";
    let request =
        program.request(Method::POST, "/api/v1/files").header("content-type", "multipart/form-data; boundary=b");
    program.send(request.body(cut)).await.expect(400);
    let request =
        program.request(Method::POST, "/api/v1/files").header("content-type", "multipart/form-data; boundary=b");
    program.send(request.body("--b--\r\n")).await.expect(422);
    assert_eq!(canvass.tenant("adatum").await.list_contents().await.unwrap(), []);
}
