//! Files: this file is about uploading them, serving them as pages, and what they become on the way.

mod attacks;
mod room;
mod scanning;
mod sweeping;

use reqwest::{
    Method,
    multipart::{Form, Part},
};
use serde_json::json;

use crate::support::{Answer, Canvass, Person};

const PAGE: &str = "/-/console/adatum/files";
/// A picture by its beginning.
const PNG: &[u8] = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR and so on";

/// Sends a file as a form of the console does.
async fn upload(person: &Person, path: &str, (name, bytes): (&str, &[u8])) -> Answer {
    let part = Part::bytes(bytes.to_vec()).file_name(name.to_owned()).mime_str("text/html").unwrap();
    let origin = person.request(Method::POST, "").build().unwrap().url().origin().ascii_serialization();
    let request = person.request(Method::POST, path).header("origin", origin);
    person.send(request.multipart(Form::new().part("file", part))).await
}

/// Uploads a file over the API, and answers its id.
async fn file(program: &Person, name: &str, bytes: &[u8]) -> String {
    let request = program.request(Method::POST, "/api/v1/files").query(&[("name", name)]);
    let made = program.send(request.header("content-type", "text/html").body(bytes.to_vec())).await.expect(201);
    assert_eq!(made.header("location"), format!("/api/v1/files/{}", made.json()["id"].as_str().unwrap()));
    made.json()["id"].as_str().unwrap().to_owned()
}

/// Makes a page that serves a file.
async fn page(program: &Person, address: &str, file: &str) {
    let body = json!({ "kind": "file", "target": file, "title": "Menu" });
    program.put_json(&format!("/api/v1/pages/{address}"), &body).await.expect(201);
}

#[tokio::test]
async fn a_member_uploads_a_file_and_a_page_gives_it_an_address() {
    let canvass = Canvass::start().await;
    let (carl, ann, ray) = (canvass.carl().await, canvass.ann().await, canvass.ray());
    assert!(carl.get(PAGE).await.expect(200).shows("No files yet"));
    let listed = upload(&carl, PAGE, ("Menu.png", PNG)).await.location();
    let list = carl.get(&listed).await.expect(200);
    assert!(list.shows("“Menu.png” is uploaded") && list.shows("PNG picture") && list.shows("Not scanned"));
    assert!(list.shows("this installation has no scanner") && list.shows("No page serves it."));
    assert!(!ann.get(PAGE).await.expect(200).text().contains("type=\"file\""), "an analyst only looks");

    let id = listed.rsplit('=').next().unwrap();
    let new = format!("/-/console/adatum/pages/new?kind=file&file={id}");
    let form = carl.get(&new).await.expect(200);
    assert!(form.text().contains("value=\"Menu\""), "the file gives the page its title");
    let fields = form.filled("/-/console/adatum/pages", &[("address", "menu")]);
    carl.post_form("/-/console/adatum/pages", &fields).await.expect(303);
    let served = ray.get("/adatum/menu").await.expect(200);
    assert_eq!(served.body, PNG);
    assert_eq!(served.header("content-type"), "image/png", "whatever the upload called itself");
    assert!(ray.get("/adatum").await.expect(200).shows("Menu"), "the public page lists it");
    assert!(carl.get(PAGE).await.expect(200).text().contains("href=\"/adatum/menu\""));
    assert!(carl.get(&format!("{PAGE}/{id}")).await.expect(200).shows("Served at"));
    assert_eq!(ann.get(&format!("{PAGE}/{id}/content")).await.expect(200).body, PNG);
    canvass.ada().await.get("/-/console/adatum/log").await.expect(200).shows("uploaded “Menu.png”");
}

#[tokio::test]
async fn a_file_is_uploaded_right_in_the_form_of_its_page() {
    let canvass = Canvass::start().await;
    let carl = canvass.carl().await;
    let part = Part::bytes(PNG.to_vec()).file_name("Floor plan.png");
    let form = Form::new()
        .text("kind", "file")
        .text("address", "plan")
        .text("title", "")
        .text("visibility", "unlisted")
        .part("file", part);
    let request = carl.request(Method::POST, "/-/console/adatum/pages/upload").header("origin", canvass.url());
    let answer = carl.send(request.multipart(form)).await.expect(200);
    assert!(answer.shows("The file is uploaded and chosen"));
    let fields = answer.filled("/-/console/adatum/pages", &[]);
    let field = |name: &str| fields.iter().find(|(it, _)| it == name).map(|(_, value)| value.as_str());
    assert_eq!(field("title"), Some("Floor plan"));
    assert_eq!((field("address"), field("visibility")), (Some("plan"), Some("unlisted")), "what was typed is kept");
    carl.post_form("/-/console/adatum/pages", &fields).await.expect(303);
    assert_eq!(canvass.ray().get("/adatum/plan").await.expect(200).body, PNG);

    let request = carl.request(Method::POST, "/-/console/adatum/pages/upload").header("origin", canvass.url());
    let nothing = carl.send(request.multipart(Form::new().text("kind", "file"))).await.expect(409);
    assert!(nothing.shows("Choose a file to upload"));
}

#[tokio::test]
async fn a_program_uploads_lists_fetches_and_throws_away() {
    let canvass = Canvass::start().await;
    let program = canvass.program_of("adatum").await;
    let id = file(&program, "menu.png", PNG).await;
    let shown = program.get(&format!("/api/v1/files/{id}")).await.expect(200).json();
    assert_eq!(shown["media_type"], "image/png");
    assert_eq!(
        (&shown["bytes"], &shown["state"], &shown["served"]),
        (&json!(PNG.len()), &json!("unscanned"), &json!(true))
    );
    let fetched = program.get(&format!("/api/v1/files/{id}/content")).await.expect(200);
    assert_eq!(fetched.body, PNG);
    page(&program, "menu", &id).await;
    let listed = program.get("/api/v1/files?limit=1").await.expect(200).json();
    assert_eq!((&listed["items"][0]["id"], &listed["items"][0]["pages"]), (&json!(id), &json!(["menu"])));

    let refused = program.delete(&format!("/api/v1/files/{id}")).await.expect(409).json();
    assert!(refused["detail"].as_str().unwrap().contains("served at menu"), "{refused}");
    program.delete("/api/v1/pages/menu").await.expect(204);
    program.delete(&format!("/api/v1/files/{id}")).await.expect(204);
    program.get(&format!("/api/v1/files/{id}")).await.expect(404);
    program.get(&format!("/api/v1/files/{id}/content")).await.expect(404);
    canvass.ray().get("/adatum/menu").await.expect(404);
}

#[tokio::test]
async fn an_upload_that_is_repeated_is_one_file() {
    let canvass = Canvass::start().await;
    let program = canvass.program_of("adatum").await;
    let send = async |bytes: &'static [u8]| {
        let request = program.request(Method::POST, "/api/v1/files?name=menu.png").header("idempotency-key", "k1");
        program.send(request.body(bytes)).await
    };
    let first = send(PNG).await.expect(201).json();
    assert_eq!(send(PNG).await.expect(201).json()["id"], first["id"]);
    send(b"another").await.expect(422);
    let listed = program.get("/api/v1/files").await.expect(200).json();
    assert_eq!(listed["items"].as_array().unwrap().len(), 1);
    let kept = canvass.tenant("adatum").await.list_contents().await.unwrap();
    assert_eq!(kept.len(), 1, "the bytes of what was repeated are gone");
}

#[tokio::test]
async fn a_file_is_sent_in_parts_and_known_again() {
    let canvass = Canvass::start().await;
    let program = canvass.program_of("adatum").await;
    let long: Vec<u8> = PNG.iter().copied().chain((0..600_000_u32).map(|it| it.to_le_bytes()[1])).collect();
    page(&program, "plan", &file(&program, "plan.png", &long).await).await;
    let ray = canvass.ray();
    let get = async |headers: &[(&str, &str)]| {
        let request = ray.request(Method::GET, "/adatum/plan");
        ray.send(headers.iter().fold(request, |request, (name, value)| request.header(*name, *value))).await
    };
    let whole = get(&[("accept-encoding", "gzip")]).await.expect(200);
    assert!(whole.body == long, "all of it, as it is");
    assert_eq!((whole.header("content-encoding"), whole.header("accept-ranges")), ("", "bytes"));
    assert_eq!(whole.header("content-length"), long.len().to_string());
    assert_eq!(whole.header("cache-control"), "public, no-cache");
    let tag = whole.header("etag").to_owned();
    let known = get(&[("if-none-match", &tag)]).await.expect(304);
    assert!(known.body.is_empty());

    let part = get(&[("range", "bytes=262140-262150")]).await.expect(206);
    assert_eq!(part.body, long[262_140..=262_150]);
    assert_eq!(part.header("content-range"), format!("bytes 262140-262150/{}", long.len()));
    assert_eq!(get(&[("range", "bytes=-7")]).await.expect(206).body, long[long.len() - 7..]);
    assert_eq!(get(&[("range", "bytes=0-0"), ("if-range", &tag)]).await.expect(206).body, long[..1]);
    assert!(get(&[("range", "bytes=0-0"), ("if-range", "\"other\"")]).await.expect(200).body == long);
    let beyond = get(&[("range", &format!("bytes={}-", long.len()))]).await.expect(416);
    assert_eq!(beyond.header("content-range"), format!("bytes */{}", long.len()));

    let head = ray.send(ray.request(Method::HEAD, "/adatum/plan").header("range", "bytes=0-0")).await.expect(200);
    assert!(head.body.is_empty());
    assert_eq!((head.header("content-length"), head.header("etag")), (long.len().to_string().as_str(), tag.as_str()));
    ray.post_form("/adatum/plan", &[("a", "b")]).await.expect(405);
}

#[tokio::test]
async fn a_text_is_shown_and_compressed_but_not_cut() {
    let canvass = Canvass::start().await;
    let program = canvass.program_of("adatum").await;
    let text = "Soup of the day\n".repeat(500);
    page(&program, "menu", &file(&program, "menu.txt", text.as_bytes()).await).await;
    let ray = canvass.ray();
    let request =
        ray.request(Method::GET, "/adatum/menu").header("accept-encoding", "gzip").header("range", "bytes=0-3");
    let served = ray.send(request).await.expect(200);
    assert_eq!((served.header("content-encoding"), served.header("accept-ranges")), ("gzip", ""));
    assert!(served.header("etag").starts_with("W/"));
    assert_eq!(served.header("content-disposition"), "inline; filename=\"menu.txt\"; filename*=UTF-8''menu.txt");
}

#[tokio::test]
async fn only_whom_its_page_lets_in_sees_a_file() {
    let canvass = Canvass::start().await;
    let (program, ann, ray) = (canvass.program_of("adatum").await, canvass.ann().await, canvass.ray());
    let id = file(&program, "minutes.pdf", b"%PDF-1.7 and so on").await;
    let body = json!({ "kind": "file", "target": id, "title": "Minutes", "visibility": "members" });
    program.put_json("/api/v1/pages/minutes", &body).await.expect(201);
    assert_ne!(ray.get("/adatum/minutes").await.status, 200);
    let served = ann.get("/adatum/minutes").await.expect(200);
    assert_eq!(served.header("cache-control"), "no-store");
    let body = json!({ "kind": "file", "target": id, "title": "Later", "opens_at": "2100-01-01T00:00:00Z" });
    program.put_json("/api/v1/pages/later", &body).await.expect(201);
    assert_ne!(ray.get("/adatum/later").await.status, 200);
    assert!(!ray.get("/adatum").await.expect(200).shows("Minutes"));
}

#[tokio::test]
async fn a_replacement_keeps_the_address_and_can_be_taken_back() {
    let canvass = Canvass::start().await;
    let (program, carl, ray) = (canvass.program_of("adatum").await, canvass.carl().await, canvass.ray());
    let id = file(&program, "menu.txt", b"soup").await;
    page(&program, "menu", &id).await;
    let one = format!("{PAGE}/{id}");
    carl.post_form(&format!("{one}/undo"), &[("", "")]).await.expect(409);
    upload(&carl, &format!("{one}/content"), ("other.txt", b"salad")).await.expect(303);
    assert_eq!(ray.get("/adatum/menu").await.expect(200).text(), "salad");
    for expected in ["soup", "salad"] {
        carl.post_form(&format!("{one}/undo"), &[("", "")]).await.expect(303);
        assert_eq!(ray.get("/adatum/menu").await.expect(200).text(), expected);
    }
    let request = program.request(Method::PUT, &format!("/api/v1/files/{id}/content"));
    let shown = program.send(request.body("bread")).await.expect(200).json();
    assert_eq!((&shown["name"], &shown["bytes"]), (&json!("menu.txt"), &json!(5)));
    carl.post_form(&format!("{one}/undo"), &[("", "")]).await.expect(303);
    assert_eq!(ray.get("/adatum/menu").await.expect(200).text(), "salad", "one step back, not two");
}

#[tokio::test]
async fn a_new_name_is_what_it_is_saved_as_and_may_say_what_it_is() {
    let canvass = Canvass::start().await;
    let (program, carl, ray) = (canvass.program_of("adatum").await, canvass.carl().await, canvass.ray());
    let id = file(&program, "picture", PNG).await;
    page(&program, "picture", &id).await;
    assert_eq!(ray.get("/adatum/picture").await.expect(200).header("content-type"), "application/octet-stream");
    let one = format!("{PAGE}/{id}");
    assert!(carl.get(&one).await.expect(200).text().contains(r#"name="name" value="picture""#));
    carl.submit(&one, &one, &[("name", "Bild März.png")]).await.expect(303);
    let served = ray.get("/adatum/picture").await.expect(200);
    assert_eq!(served.header("content-type"), "image/png");
    assert!(served.header("content-disposition").contains("filename*=UTF-8''Bild%20M%C3%A4rz.png"));
    let refused = carl.post_form(&one, &[("name", "../x")]).await.expect(422);
    assert!(refused.shows("Remove the slashes") && refused.text().contains(r#"name="name" value="../x""#));
}

#[tokio::test]
async fn what_was_thrown_away_comes_back_or_goes_for_good() {
    let canvass = Canvass::start().await;
    let (program, carl) = (canvass.program_of("adatum").await, canvass.carl().await);
    let id = file(&program, "menu.png", PNG).await;
    page(&program, "menu", &id).await;
    let one = format!("{PAGE}/{id}");
    assert!(carl.post_form(&format!("{one}/trash"), &[("", "")]).await.expect(409).shows("served at menu"));
    let pages = canvass.tenant("adatum").await.read(canvass_storage::pages::list).await.unwrap();
    let page = pages.iter().find(|it| it.address.native() == "menu").unwrap().id;
    program.delete("/api/v1/pages/menu").await.expect(204);
    let told = carl.post_form(&format!("{one}/trash"), &[("", "")]).await.location();
    assert!(carl.get(&told).await.expect(200).shows("“menu.png” is in the trash"));
    let back = carl.post_form(&format!("/-/console/adatum/pages/{page}/restoration"), &[("", "")]).await.expect(409);
    assert!(back.shows("This file is in the trash; restore it first"));
    let body = json!({ "kind": "file", "target": id, "title": "Menu" });
    program.put_json("/api/v1/pages/other", &body).await.expect(422);

    carl.post_form(&format!("{one}/restoration"), &[("", "")]).await.expect(303);
    carl.post_form(&format!("/-/console/adatum/pages/{page}/restoration"), &[("", "")]).await.expect(303);
    assert_eq!(canvass.ray().get("/adatum/menu").await.expect(200).body, PNG);
    program.delete("/api/v1/pages/menu").await.expect(204);
    carl.post_form(&format!("{one}/deletion"), &[("", "")]).await.expect(404);
    carl.post_form(&format!("{one}/trash"), &[("", "")]).await.expect(303);
    carl.post_form(&format!("{one}/deletion"), &[("", "")]).await.expect(303);
    assert_eq!(canvass.tenant("adatum").await.list_contents().await.unwrap(), [], "its bytes are gone");
}
