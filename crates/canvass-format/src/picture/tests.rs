//! Tests of logos: this file is about pictures that mean harm, and what becomes of good ones.

use image::{Rgba, codecs::jpeg::JpegEncoder};
use proptest::prelude::*;

use super::*;

fn drawn(width: u32, height: u32) -> RgbaImage {
    RgbaImage::from_fn(width, height, |x, y| Rgba([byte(x % 256), byte(y % 256), 90, 255]))
}

fn encoded(picture: &RgbaImage, kind: ImageFormat) -> Vec<u8> {
    let mut bytes = Cursor::new(Vec::new());
    let picture = DynamicImage::from(picture.clone());
    let picture = if kind == ImageFormat::Jpeg { picture.into_rgb8().into() } else { picture };
    picture.write_to(&mut bytes, kind).unwrap();
    bytes.into_inner()
}

fn png(width: u32, height: u32) -> Vec<u8> {
    encoded(&drawn(width, height), ImageFormat::Png)
}

fn jpeg() -> Vec<u8> {
    encoded(&drawn(300, 100), ImageFormat::Jpeg)
}

fn webp() -> Vec<u8> {
    encoded(&drawn(300, 100), ImageFormat::WebP)
}

const SIGNATURE: &[u8] = b"\x89PNG\r\n\x1a\n";

fn chunk(name: [u8; 4], body: &[u8]) -> Vec<u8> {
    let named = [&name[..], body].concat();
    let mut sum = !0_u32;
    for byte in &named {
        sum ^= u32::from(*byte);
        for _ in 0..8 {
            sum = if sum & 1 == 1 { 0xedb8_8320 ^ (sum >> 1) } else { sum >> 1 };
        }
    }
    let length = u32::try_from(body.len()).unwrap();
    [&length.to_be_bytes()[..], &named, &(!sum).to_be_bytes()].concat()
}

fn header(width: u32, height: u32, bits: u8) -> Vec<u8> {
    let body = [&width.to_be_bytes()[..], &height.to_be_bytes(), &[bits, 6, 0, 0, 0]].concat();
    [SIGNATURE, &chunk(*b"IHDR", &body)].concat()
}

fn data(raw: &[u8]) -> Vec<u8> {
    chunk(*b"IDAT", &miniz_oxide::deflate::compress_to_vec_zlib(raw, 9))
}

/// A good PNG with more chunks behind its header.
fn with_chunks(chunks: &[u8]) -> Vec<u8> {
    let good = png(30, 10);
    let (head, rest) = good.split_at(33);
    [head, chunks, rest].concat()
}

/// A keyword and 40 MB of text that compress to 40 kB.
fn bomb(keyword: &[u8]) -> Vec<u8> {
    [keyword, b"\0\0", &miniz_oxide::deflate::compress_to_vec_zlib(&vec![b'a'; 40_000_000], 6)].concat()
}

fn cut(bytes: &[u8]) -> Vec<u8> {
    bytes[..bytes.len() / 2].to_vec()
}

/// A JPEG that says it is larger than it is.
fn swollen_jpeg() -> Vec<u8> {
    let mut bytes = jpeg();
    let frame = bytes.windows(2).position(|it| it == [0xff, 0xc0]).unwrap();
    bytes[frame + 5..frame + 9].copy_from_slice(&[0xff, 0xff, 0xff, 0xff]);
    bytes
}

/// A WebP that says it is 16,384 pixels wide and high.
fn swollen_webp() -> Vec<u8> {
    let mut bytes = webp();
    let sizes = bytes.windows(4).position(|it| it == b"VP8L").unwrap() + 9;
    bytes[sizes..sizes + 3].copy_from_slice(&[0xff; 3]);
    bytes[sizes + 3] |= 0x0f;
    bytes
}

fn refused() -> Vec<(&'static str, Vec<u8>, &'static str)> {
    let entities = "<!ENTITY a \"ha\"><!ENTITY b \"&a;&a;&a;&a;\"><!ENTITY c \"&b;&b;&b;&b;\">";
    let mut damaged = png(30, 10);
    damaged[20] ^= 1;
    vec![
        ("nothing", Vec::new(), "empty"),
        ("a page", b"<html><script>alert(1)</script></html>".to_vec(), "unknown"),
        ("a drawing", b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>".to_vec(), "drawing"),
        (
            "a drawing that explodes",
            format!("<?xml version=\"1.0\"?>\n<!DOCTYPE svg [{entities}]>\n<svg>&c;</svg>").into_bytes(),
            "drawing",
        ),
        (
            "a drawing behind a byte order mark",
            "\u{feff} <SVG><image href='file:///etc/passwd'/></SVG>".into(),
            "drawing",
        ),
        ("a compressed drawing", vec![0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3], "unknown"),
        ("a GIF", b"GIF89a\x01\0\x01\0\0\0\0;".to_vec(), "other-kind"),
        ("a GIF that is a program too", b"GIF89a/*\0\0\0*/=1;alert(1)".to_vec(), "other-kind"),
        ("a BMP", b"BM\0\0\0\0\0\0\0\0".to_vec(), "other-kind"),
        ("an icon", b"\0\0\x01\0\x01\0\x10\x10".to_vec(), "other-kind"),
        ("a TIFF", b"II*\0\x08\0\0\0".to_vec(), "other-kind"),
        ("an AVIF", b"\0\0\0\x1cftypavif\0\0\0\0".to_vec(), "other-kind"),
        ("a PDF", b"%PDF-1.7\n".to_vec(), "other-kind"),
        ("a film", b"RIFF\x04\0\0\0AVI LIST".to_vec(), "unknown"),
        ("a program", b"\x7fELF\x02\x01\x01".to_vec(), "unknown"),
        ("a PNG of 60,000 by 60,000", [header(60_000, 60_000, 8), data(&[0; 100])].concat(), "too-wide"),
        ("a PNG a little too wide", png(SIDE_MAX + 1, 1), "too-wide"),
        ("a PNG of 16 bits as large as can be", [header(SIDE_MAX, SIDE_MAX, 16), data(&[0; 100])].concat(), "too-deep"),
        ("a PNG without width", [header(0, 10, 8), data(&[0; 100])].concat(), "damaged"),
        ("a PNG cut in half", cut(&png(300, 100)), "damaged"),
        ("a PNG that is its signature", SIGNATURE.to_vec(), "damaged"),
        ("a PNG with a changed header", damaged, "damaged"),
        ("a PNG without pixels", [header(10, 10, 8), chunk(*b"IEND", b"")].concat(), "damaged"),
        ("a JPEG cut in half", cut(&jpeg()), "damaged"),
        ("a JPEG that is its first marker", vec![0xff, 0xd8, 0xff, 0xe0], "damaged"),
        ("a JPEG that says it is huge", swollen_jpeg(), "too-wide"),
        ("a WebP cut in half", cut(&webp()), "damaged"),
        ("a WebP that says it is huge", swollen_webp(), "damaged"),
        ("more bytes than are taken", [png(30, 10), vec![0; BYTES_MAX]].concat(), "too-large"),
    ]
}

#[test]
fn the_hostile_corpus_is_refused_each_picture_for_its_reason() {
    let corpus = refused();
    assert!(20 <= corpus.len());
    let wrong: Vec<_> = corpus
        .into_iter()
        .map(|(name, bytes, wanted)| (name, logo(&bytes).map_or_else(Refusal::code, |_| "taken"), wanted))
        .filter(|(_, found, wanted)| found != wanted)
        .collect();
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn what_hides_in_a_picture_is_gone() {
    let script = b"<script>alert(1)</script><?php system($_GET[0]); ?>";
    let pixels = [0; 10 * 41];
    let hidden = [
        ("behind the end", [png(30, 10), script.to_vec()].concat()),
        ("in a comment", with_chunks(&chunk(*b"tEXt", &[&b"Comment\0"[..], script].concat()))),
        ("in a compressed comment that explodes", with_chunks(&chunk(*b"zTXt", &bomb(b"Comment")))),
        ("in a colour profile that explodes", with_chunks(&chunk(*b"iCCP", &bomb(b"profile")))),
        ("in a private chunk", with_chunks(&chunk(*b"prVt", script))),
        (
            "behind the pixels",
            [header(10, 10, 8), data(&[&pixels[..], &vec![0; 40_000_000]].concat()), chunk(*b"IEND", b"")].concat(),
        ),
    ];
    for (name, bytes) in hidden {
        // Refusing it is as good; what is taken holds nothing of it.
        let Ok(taken) = logo(&bytes) else { continue };
        let has = |needle: &[u8]| taken.png().windows(needle.len()).any(|it| it == needle);
        assert!(!has(b"<script") && !has(b"<?php") && !has(b"Comment") && !has(b"iCCP"), "{name}");
        assert!(taken.png().len() < 10_000, "{name}: {} bytes", taken.png().len());
    }
}

#[test]
fn a_picture_of_every_kind_that_is_taken_becomes_a_png_no_larger_than_a_logo() {
    let large = drawn(2_000, 1_000);
    for kind in [ImageFormat::Png, ImageFormat::Jpeg, ImageFormat::WebP] {
        let taken = logo(&encoded(&large, kind)).unwrap();
        assert_eq!((taken.width(), taken.height()), (384, 192), "{kind:?}");
        let read = image::load_from_memory_with_format(taken.png(), ImageFormat::Png).unwrap();
        assert_eq!((read.width(), read.height()), (384, 192));
    }
    let small = drawn(90, 40);
    let taken = logo(&encoded(&small, ImageFormat::Png)).unwrap();
    assert_eq!(
        image::load_from_memory(taken.png()).unwrap().into_rgba8(),
        small,
        "what is small enough stays as it is"
    );
    assert!(logo(&encoded(&drawn(SIDE_MAX, 10), ImageFormat::Png)).is_ok());
}

#[test]
fn a_photo_is_turned_the_way_the_camera_was_held() {
    let upright =
        RgbaImage::from_fn(40, 20, |x, _| if x < 20 { Rgba([255, 0, 0, 255]) } else { Rgba([0, 0, 255, 255]) });
    let mut bytes = Cursor::new(Vec::new());
    let mut encoder = JpegEncoder::new_with_quality(&mut bytes, 95);
    // Exif: big endian, one entry, orientation 6: turn it by 90 degrees clockwise.
    let exif = [&b"MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01"[..], &[0, 6, 0, 0, 0, 0, 0, 0]].concat();
    image::ImageEncoder::set_exif_metadata(&mut encoder, exif).unwrap();
    encoder.encode_image(&DynamicImage::from(upright).into_rgb8()).unwrap();
    let taken = logo(&bytes.into_inner()).unwrap();
    assert_eq!((taken.width(), taken.height()), (20, 40));
    let read = image::load_from_memory(taken.png()).unwrap().into_rgba8();
    let [top, bottom] = [read.get_pixel(10, 2).0, read.get_pixel(10, 37).0];
    assert!(200 < top[0] && top[2] < 60, "red is on top: {top:?}");
    assert!(200 < bottom[2] && bottom[0] < 60, "blue is below: {bottom:?}");
}

#[test]
fn the_edge_of_a_transparent_logo_gets_no_fringe() {
    let edged =
        RgbaImage::from_fn(1_600, 384, |x, _| if x % 2 == 0 { Rgba([255, 255, 255, 255]) } else { Rgba([0, 0, 0, 0]) });
    let taken = logo(&encoded(&edged, ImageFormat::Png)).unwrap();
    let read = image::load_from_memory(taken.png()).unwrap().into_rgba8();
    let dark = read.pixels().filter(|it| 16 < it.0[3] && it.0[0] < 240).count();
    assert_eq!(dark, 0, "white stays white where it is half opaque");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn no_bytes_end_the_process(kind in 0_usize..4, changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..8), keep in any::<prop::sample::Index>()) {
        let mut bytes = match kind { 0 => png(60, 20), 1 => jpeg(), 2 => webp(), _ => b"RIFF....WEBPVP8 ....".to_vec() };
        for (at, byte) in changes {
            let at = at.index(bytes.len());
            bytes[at] = byte;
        }
        bytes.truncate(keep.index(bytes.len()) + 1);
        if let Ok(taken) = logo(&bytes) {
            let again = logo(taken.png()).unwrap();
            prop_assert_eq!(again.png(), taken.png(), "a logo made of a logo is the same");
        }
    }
}
