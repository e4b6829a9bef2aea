//! The brand: this file is about choosing a look in the console and over the API, and about where it is seen, and where not.

use std::{fs, path::Path, process::Stdio, time::Duration};

use canvass_actions::brand::DRAWING_MAX;
use canvass_format::{picture, style};
use reqwest::{
    Method,
    multipart::{Form, Part},
};
use serde_json::json;
use tokio::time::Instant;

use crate::support::{Answer, Canvass, Person, command, workshop};

/// A picture of one red pixel.
const PIXEL: &[u8] = include_bytes!("../../../canvass-actions/tests/data/pixel.png");

const PAGE: &str = "/-/console/adatum/brand";

/// The fields of a theme whose accent on light pages is this one.
fn theme(accent: &str) -> Vec<(&str, &str)> {
    vec![
        ("light_accent", accent),
        ("light_background", "#fffdf8"),
        ("light_text", "#241a2e"),
        ("dark_accent", "#f0b3d8"),
        ("dark_background", "#1a1420"),
        ("dark_text", "#f4eef8"),
        ("font", "serif"),
        ("corners", "round"),
        ("spacing", "airy"),
        ("welcome", "Welcome to **our** surveys."),
    ]
}

async fn upload(person: &Person, bytes: &[u8]) -> Answer {
    let picture = Part::bytes(bytes.to_vec()).file_name("logo.png");
    let form = Form::new().part("logo", picture);
    person.send(person.request(Method::POST, &format!("{PAGE}/logo")).multipart(form)).await
}

/// The address behind `before` in a page, up to the next quote.
fn address(page: &Answer, before: &str) -> String {
    let text = page.text();
    let rest = text.split(before).nth(1).unwrap_or_else(|| panic!("{before} is not in {text}"));
    rest.split('"').next().unwrap().to_owned()
}

#[tokio::test]
async fn a_theme_a_logo_and_css_dress_every_public_page_of_the_tenant_and_of_no_other() {
    let canvass = Canvass::start().await;
    let (carl, ray) = (canvass.carl().await, canvass.ray());
    canvass.eve().await;
    canvass.survey("adatum", "workshop", &workshop()).await;
    canvass.survey("fabrikam", "workshop", &workshop()).await;
    assert!(!ray.get("/adatum").await.expect(200).text().contains("/-/brand/"), "nothing was chosen yet");

    carl.post_form(&format!("{PAGE}/theme"), &theme("#7a1f5c")).await.expect(303);
    upload(&carl, PIXEL).await.expect(303);
    let css = ".button{text-transform:uppercase}";
    carl.post_form(&format!("{PAGE}/css"), &[("css", css)]).await.expect(303);

    let mut sheets = Vec::new();
    for path in ["/adatum", "/adatum/workshop", "/adatum/workshop?thanks"] {
        let page = ray.get(path).await.expect(200);
        sheets.push(address(&page, "href=\"/-/brand/adatum/"));
        assert!(page.text().contains("alt=\"Adatum\""), "{path}: {}", page.text());
    }
    sheets.dedup();
    let [sheet] = &sheets[..] else { panic!("{sheets:?}") };
    assert!(ray.get("/adatum").await.text().contains("Welcome to <strong>our</strong> surveys."));
    for path in ["/fabrikam", "/fabrikam/workshop"] {
        assert!(!ray.get(path).await.expect(200).text().contains("/-/brand/"), "{path}");
    }

    let served = ray.get(&format!("/-/brand/adatum/{sheet}")).await.expect(200);
    assert_eq!(served.header("content-type"), "text/css; charset=utf-8");
    assert_eq!(served.header("cache-control"), "public, max-age=31536000, immutable");
    assert_eq!(served.header("access-control-allow-origin"), "*");
    assert_eq!(served.header("x-content-type-options"), "nosniff");
    let text = served.text();
    assert!(text.contains("--accent:#7a1f5c") && text.contains("text-transform:uppercase"), "{text}");
    let logo = address(&ray.get("/adatum").await, "src=\"/-/brand/adatum/");
    let served = ray.get(&format!("/-/brand/adatum/{logo}")).await.expect(200);
    assert_eq!(served.header("content-type"), "image/png");
    assert!(carl.get("/-/console/adatum").await.expect(200).text().contains(&logo), "members see the logo too");

    for path in [
        format!("/-/brand/fabrikam/{sheet}"),
        format!("/-/brand/fabrikam/{logo}"),
        format!("/-/brand/nobody/{sheet}"),
        "/-/brand/adatum/0123456789abcdef.css".to_owned(),
        "/-/brand/adatum/0123456789abcdef.png".to_owned(),
        format!("/-/brand/adatum/{}", sheet.replace("css", "png")),
        "/-/brand/adatum/..%2fcss".to_owned(),
    ] {
        ray.get(&path).await.expect(404);
    }
    carl.post_form(&format!("{PAGE}/css"), &[("css", "")]).await.expect(303);
    ray.get(&format!("/-/brand/adatum/{sheet}")).await.expect(404);
    carl.post_form(&format!("{PAGE}/undo"), &[("", "")]).await.expect(303);
    ray.get(&format!("/-/brand/adatum/{sheet}")).await.expect(200);
    carl.post_form(&format!("{PAGE}/logo/removal"), &[("", "")]).await.expect(303);
    ray.get(&format!("/-/brand/adatum/{logo}")).await.expect(404);
    assert!(ray.get("/adatum").await.expect(200).text().contains(">Adatum</a></header>"));
}

#[tokio::test]
async fn what_is_refused_is_said_beside_what_was_written() {
    let canvass = Canvass::start().await;
    let carl = canvass.carl().await;
    let pale = carl.post_form(&format!("{PAGE}/theme"), &theme("#ffd23f")).await.expect(422);
    assert!(pale.shows("The nearest colour that can be read is #"), "{}", pale.text());
    assert!(pale.text().contains("value=\"#ffd23f\""), "what was chosen is kept");

    let css = ".button { opacity: 0 }\nbody { color: red }";
    let refused = carl.post_form(&format!("{PAGE}/css"), &[("css", css)]).await.expect(422);
    assert!(refused.shows("Line 1, column 11:") && refused.shows("Line 2, column 1:"), "{}", refused.text());
    assert!(refused.shows(css), "what was written is kept");

    let drawing = upload(&carl, b"<svg xmlns='http://www.w3.org/2000/svg'/>").await.expect(422);
    assert!(drawing.shows("Nothing of the drawing can be seen"), "{}", drawing.text());
    let large = upload(&carl, &vec![0; 2 * 1024 * 1024 + 1]).await.expect(422);
    assert!(large.shows("more than 2 MB"), "{}", large.text());
    upload(&carl, &vec![0; 3 * 1024 * 1024]).await.expect(413);
    upload(&carl, b"").await.expect(422);
    carl.post_form(&format!("{PAGE}/undo"), &[("", "")]).await.expect(409);
}

/// An SVG of 100 by 50 with this in it.
fn svg(inside: &str) -> Vec<u8> {
    let names = "xmlns='http://www.w3.org/2000/svg' xmlns:xlink='http://www.w3.org/1999/xlink'";
    format!("<?xml version='1.0'?><svg {names} width='100' height='50'>{inside}</svg>").into_bytes()
}

#[tokio::test]
async fn a_drawing_becomes_a_picture_without_its_programs() {
    let canvass = Canvass::start().await;
    let (carl, ray) = (canvass.carl().await, canvass.ray());
    let armed = svg("<script>alert(1)</script><rect width='100' height='50' fill='#7a1f5c' onclick='alert(1)'/>");
    upload(&carl, &armed).await.expect(303);
    let logo = address(&ray.get("/adatum").await.expect(200), "src=\"/-/brand/adatum/");
    let png = ray.get(&format!("/-/brand/adatum/{logo}")).await.expect(200);
    assert_eq!(png.header("content-type"), "image/png");
    let drawn = picture::logo(&png.body).unwrap();
    assert_eq!((drawn.width(), drawn.height()), (384, 192));
}

#[tokio::test]
async fn a_drawing_that_means_harm_costs_its_own_process_and_nobody_else() {
    let canvass = Canvass::start().await;
    let carl = canvass.carl().await;
    let nested = format!("{}{}", "<g>".repeat(9_000), "</g>".repeat(9_000));
    // Each line holds the one before it ten times: 10^9 squares.
    let lines =
        (1..9).map(|it| format!("<g id='a{it}'>{}</g>", format!("<use xlink:href='#a{}'/>", it - 1).repeat(10)));
    let copies = format!(
        "<defs><rect id='a0' width='9' height='9'/>{}</defs><use xlink:href='#a8'/>",
        lines.collect::<String>()
    );
    let blur = "<filter id='f' x='-9' y='-9' width='99' height='99'><feGaussianBlur stdDeviation='40'/></filter>";
    let blurs = format!("{blur}{}", "<rect filter='url(#f)' width='90' height='40'/>".repeat(3_000));
    let marks =
        format!("<marker id='m' markerWidth='9' markerHeight='9'>{}</marker>", "<path d='M0 0h9v9z'/>".repeat(300));
    let marks = format!("{marks}<path marker-mid='url(#m)' d='M0 0{}'/>", "l1 1".repeat(20_000));
    for (what, inside, why) in [
        ("nested", nested.as_str(), "The drawing"),
        ("copies", &copies, "The drawing"),
        ("blurs", &blurs, "takes too long to draw"),
        ("marks", &marks, "The drawing"),
        ("a file", "<image xlink:href='file:///etc/passwd'/>", "has a picture in it"),
        ("another tenant's host", "<use href='http://127.0.0.1/fabrikam/logo.svg#a'/>", "takes parts from other files"),
        ("text", "<text y='20'>Adatum</text>", "turn the text into outlines"),
    ] {
        let begun = Instant::now();
        let refused = upload(&carl, &svg(inside)).await.expect(422);
        assert!(refused.shows(why), "{what}: {}", refused.text());
        assert!(begun.elapsed() < DRAWING_MAX + Duration::from_secs(3), "{what} took {:?}", begun.elapsed());
        carl.get(PAGE).await.expect(200);
    }
}

#[test]
fn whoever_draws_stands_behind_the_walls_of_script_hosts() {
    let mut drawer = command();
    let drawer = drawer.arg("draw-logo").stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
    let mut drawer = drawer.spawn().expect("the binary was built");
    let status = format!("/proc/{}/status", drawer.id());
    let stands = |line: &str| fs::read_to_string(&status).is_ok_and(|it| it.lines().any(|it| it == line));
    let deadline = std::time::Instant::now() + DRAWING_MAX;
    // The last wall: then it waits for its drawing.
    while !stands("Seccomp:\t2") {
        assert!(std::time::Instant::now() < deadline, "no filter of system calls: {:?}", fs::read_to_string(&status));
        std::thread::sleep(Duration::from_millis(5));
    }
    assert!(stands("NoNewPrivs:\t1"));
    assert!(stands("Seccomp_filters:\t2"), "{:?}", fs::read_to_string(&status));
    if nix::unistd::Uid::current().is_root() {
        assert!(stands("Uid:\t65534\t65534\t65534\t65534"), "it is another user");
    }
    let open = fs::read_dir(format!("/proc/{}/fd", drawer.id())).map_or(0, Iterator::count);
    assert_eq!(open, 3, "nothing but its input and its outputs");
    let drawing = svg("<rect width='100' height='50' fill='#7a1f5c'/>");
    std::io::Write::write_all(&mut drawer.stdin.take().expect("it is piped"), &drawing).expect("it reads");
    let drawn = drawer.wait_with_output().expect("it ends");
    assert!(drawn.status.success() && drawn.stdout.starts_with(b"\x89PNG"), "{:?}", drawn.status);
}

#[tokio::test]
async fn a_theme_is_tried_out_before_it_is_chosen() {
    let canvass = Canvass::start().await;
    let carl = canvass.carl().await;
    let page = carl.get(&format!("{PAGE}?light_accent=%237a1f5c&light_background=%23fff&light_text=%23000&dark_accent=%23fff&dark_background=%23000&dark_text=%23fff")).await.expect(200);
    let preview = address(&page, "<iframe src=\"").replace("&#38;", "&").replace("&amp;", "&");
    let sample = carl.get(&preview).await.expect(200);
    assert!(sample.shows("How did we do?"));
    let sheet = address(&sample, "href=\"/-/console/adatum/brand/").replace("&#38;", "&").replace("&amp;", "&");
    let css = carl.get(&format!("/-/console/adatum/brand/{sheet}")).await.expect(200).text();
    assert!(css.contains("--accent:#7a1f5c") && css.contains("--accent:#ffffff"), "{css}");
    assert!(!canvass.ray().get("/adatum").await.text().contains("/-/brand/"), "nothing was stored");
    carl.get("/-/console/adatum/brand/preview.css?light_accent=url(x)").await.expect(400);
}

#[tokio::test]
async fn a_program_reads_and_sets_the_brand() {
    let canvass = Canvass::start().await;
    let program = canvass.program_of("adatum").await;
    let mut brand = program.get("/api/v1/brand").await.expect(200).json();
    assert_eq!((brand["css"].as_str(), brand["sheet_url"].is_null()), (Some(""), true));
    brand["theme"]["light"]["accent"] = "#7a1f5c".into();
    let set = json!({ "theme": brand["theme"], "css": ".page{line-height:1.7}" });
    let answer = program.put_json("/api/v1/brand", &set).await.expect(200).json();
    let url = answer["sheet_url"].as_str().unwrap();
    assert!(program.get(url).await.expect(200).text().contains(".tenant-page{line-height:1.7}"));

    let mut wrong = set.clone();
    wrong["theme"]["dark"]["text"] = "#222222".into();
    let refused = program.put_json("/api/v1/brand", &wrong).await.expect(422).json();
    assert_eq!(refused["errors"][0]["pointer"], "/theme/dark/text");
    wrong = set.clone();
    wrong["css"] = "@import 'x';".into();
    let refused = program.put_json("/api/v1/brand", &wrong).await.expect(422).json();
    assert_eq!(refused["errors"][0]["pointer"], "/css");

    let put = |kind: &'static str, body: &[u8]| {
        program
            .send(program.request(Method::PUT, "/api/v1/brand/logo").header("content-type", kind).body(body.to_vec()))
    };
    let answer = put("image/png", PIXEL).await.expect(200).json();
    assert_eq!((&answer["logo"]["width"], &answer["logo"]["height"]), (&json!(1), &json!(1)));
    put("image/png", b"GIF89a").await.expect(422);
    put("text/plain", PIXEL).await.expect(415);
    let kept = program.put_json("/api/v1/brand", &json!({ "theme": set["theme"] })).await.expect(200).json();
    assert_eq!((kept["css"].as_str(), kept["logo"].is_null()), (Some(".page{line-height:1.7}"), false));
    program.delete("/api/v1/brand/logo").await.expect(204);
    assert!(program.get("/api/v1/brand").await.expect(200).json()["logo"].is_null());
}

#[test]
fn the_documentation_lists_the_parts_that_there_are() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/brand.md");
    let written = fs::read_to_string(&path).unwrap();
    let (prose, _) = written.split_once("<!-- parts -->\n").unwrap();
    let wanted = format!("{prose}<!-- parts -->\n{}", style::page());
    if std::env::var_os("CANVASS_ACCEPT_BRAND").is_some() {
        fs::write(&path, &wanted).unwrap();
    }
    assert_eq!(written, wanted, "run again with CANVASS_ACCEPT_BRAND=1, look at the difference, and commit it");
}
