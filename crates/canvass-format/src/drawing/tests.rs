//! Tests of drawings: this file is about what is drawn of an SVG, and what is refused in it.

use super::*;
use crate::picture;

const NAMESPACES: &str = "xmlns='http://www.w3.org/2000/svg' xmlns:xlink='http://www.w3.org/1999/xlink'";

fn svg(inside: &str) -> String {
    format!("<svg {NAMESPACES} width='100' height='50'>{inside}</svg>")
}

fn drawn(svg: &str) -> RgbaImage {
    image::load_from_memory(&draw(svg.as_bytes()).unwrap()).unwrap().into_rgba8()
}

fn refused(svg: &str) -> Refusal {
    draw(svg.as_bytes()).unwrap_err()
}

#[test]
fn a_drawing_fills_the_place_of_a_logo_however_small_it_is() {
    let picture = drawn(&svg("<rect width='50' height='50' fill='#0c6b4f'/>"));
    assert_eq!(picture.dimensions(), (384, 192), "as high as a logo may be, in its own proportions");
    assert_eq!(picture.get_pixel(10, 10).0, [0x0c, 0x6b, 0x4f, 255]);
    assert_eq!(picture.get_pixel(380, 10).0[3], 0, "where nothing is drawn, it is transparent");
}

#[test]
fn half_transparent_colours_keep_their_tone() {
    let picture = drawn(&svg("<rect width='100' height='50' fill='#ff8000' fill-opacity='0.5'/>"));
    let [red, green, blue, alpha] = picture.get_pixel(100, 100).0;
    assert!(red.abs_diff(255) < 3 && green.abs_diff(128) < 3 && blue < 3 && alpha.abs_diff(128) < 3);
}

#[test]
fn styles_gradients_and_copies_within_the_drawing_are_drawn() {
    let picture = drawn(&svg("<style>.a { fill: url(#g) }</style>
        <linearGradient id='g'><stop stop-color='#f00'/><stop offset='1' stop-color='#00f'/></linearGradient>
        <rect id='r' class='a' width='50' height='50'/><use xlink:href='#r' x='50'/>"));
    assert!(200 < picture.get_pixel(10, 90).0[0], "red on the left");
    assert!(200 < picture.get_pixel(180, 90).0[2], "blue before the middle");
    assert!(200 < picture.get_pixel(200, 90).0[0], "and red again in the copy");
}

#[test]
fn programs_in_a_drawing_are_no_part_of_the_picture() {
    let harmless = svg("<rect width='9' height='9'/>");
    let armed = svg(
        "<script>alert(1)</script><rect width='9' height='9' onclick='alert(1)'/><a xlink:href='javascript:alert(1)'/>",
    );
    assert_eq!(draw(armed.as_bytes()), draw(harmless.as_bytes()));
}

#[test]
fn a_drawing_becomes_a_logo_like_any_picture() {
    let logo = picture::logo(&draw(svg("<circle cx='50' cy='25' r='20'/>").as_bytes()).unwrap()).unwrap();
    assert_eq!((logo.width(), logo.height()), (384, 192));
}

#[test]
fn what_would_be_missing_from_the_picture_is_refused_by_name() {
    let cases = [
        ("<text x='1' y='9'>Adatum</text>", Refusal::Text),
        ("<image href='data:image/png;base64,AAAA'/>", Refusal::Picture),
        ("<image xlink:href='file:///etc/passwd'/>", Refusal::Picture),
        ("<filter id='f'><feImage href='http://127.0.0.1/'/></filter><rect filter='url(#f)'/>", Refusal::Picture),
        ("<foreignObject><p xmlns='http://www.w3.org/1999/xhtml'>hello</p></foreignObject>", Refusal::Foreign),
        ("<use href='other.svg#logo'/>", Refusal::Elsewhere),
        ("<use xlink:href='https://elsewhere.example/logo.svg#a'/>", Refusal::Elsewhere),
        ("", Refusal::Empty),
        ("<rect width='100' height='50' fill='none'/>", Refusal::Empty),
        ("<rect width='9' height='9'", Refusal::Damaged),
    ];
    for (inside, refusal) in cases {
        assert_eq!(refused(&svg(inside)), refusal, "{inside}");
    }
    assert_eq!(refused("<html><svg/></html>"), Refusal::Damaged);
    assert_eq!(draw(&[0x3c, 0xff, 0xfe]), Err(Refusal::Damaged), "no UTF-8");
    assert_eq!(refused(&svg(&"<g/>".repeat(NODES_MAX as usize))), Refusal::TooManyParts);
}

#[test]
fn entities_do_not_multiply() {
    let entities = "<!ENTITY a 'ha'><!ENTITY b '&a;&a;&a;&a;&a;&a;&a;&a;'><!ENTITY c '&b;&b;&b;&b;&b;&b;&b;&b;'>
        <!ENTITY d '&c;&c;&c;&c;&c;&c;&c;&c;'><!ENTITY e '&d;&d;&d;&d;&d;&d;&d;&d;'><!ENTITY f '&e;&e;&e;&e;&e;&e;&e;&e;'>";
    let bomb = format!("<!DOCTYPE svg [{entities}]><svg {NAMESPACES}><desc>&f;&f;&f;&f;</desc></svg>");
    assert_eq!(refused(&bomb), Refusal::Damaged);
    let file =
        format!("<!DOCTYPE svg [<!ENTITY f SYSTEM 'file:///etc/passwd'>]><svg {NAMESPACES}><desc>&f;</desc></svg>");
    assert!(draw(file.as_bytes()).is_err());
}

#[test]
fn every_refusal_is_known_by_its_code() {
    for refusal in Refusal::ALL {
        assert_eq!(Refusal::parse(refusal.code()), Some(refusal));
    }
    assert_eq!(Refusal::parse("other"), None);
}
