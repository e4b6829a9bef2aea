//! Tests of the theme: this file is about colours that can be read, whatever was chosen.

use proptest::prelude::*;

use super::*;

fn colour() -> impl Strategy<Value = Colour> {
    any::<[u8; 3]>().prop_map(|[red, green, blue]| Colour::new(red, green, blue))
}

#[test]
fn contrast_is_the_one_of_the_guidelines() {
    let cases = [
        ("#000000", "#ffffff", 21.0),
        ("#777777", "#ffffff", 4.478),
        ("#767676", "#ffffff", 4.542),
        ("#0b6650", "#ffffff", 6.929),
        ("#ff0000", "#0000ff", 2.149),
    ];
    for (one, two, wanted) in cases {
        let (one, two) = (Colour::parse(one).unwrap(), Colour::parse(two).unwrap());
        assert!((one.contrast(two) - wanted).abs() < 0.01, "{one} on {two}: {}", one.contrast(two));
        assert!((one.contrast(two) - two.contrast(one)).abs() < f64::EPSILON);
    }
}

#[test]
fn a_colour_is_a_hash_and_three_or_six_digits() {
    assert_eq!(Colour::parse(" #0B6 ").unwrap().to_string(), "#00bb66");
    assert_eq!(Colour::parse("#0b6650").unwrap(), Colour::new(0x0b, 0x66, 0x50));
    for text in ["", "#", "0b6650", "#0b665", "#0b66500", "#0b665g", "red", "#０１２", "#+1+2+3"] {
        assert_eq!(Colour::parse(text), Err(InvalidColour), "{text}");
    }
}

#[test]
fn the_products_own_theme_is_readable() {
    assert_eq!(Theme::default().faults(), []);
}

#[test]
fn a_pale_accent_is_refused_with_one_that_can_be_read() {
    let mut theme = Theme::default();
    theme.light.accent = Colour::parse("#ffd23f").unwrap();
    let faults = theme.faults();
    assert_eq!((faults.len(), faults[0].role, faults[0].scheme), (1, Role::Accent, Scheme::Light));
    let words = faults[0].to_string();
    assert!(words.contains("1.4 to 1 and must be 4.5 to 1"), "{words}");
    theme.light.accent = faults[0].suggestion;
    assert_eq!(theme.faults(), []);
}

#[test]
fn a_welcome_is_some_text_of_bounded_length() {
    assert_eq!(Welcome::parse(" a\r\nb ").unwrap().as_str(), "a\nb");
    assert_eq!(Welcome::parse(" \n"), Err(InvalidWelcome::Empty));
    assert_eq!(Welcome::parse("a\u{0}"), Err(InvalidWelcome::Control));
    assert!(Welcome::parse(&"é".repeat(Welcome::CHARS_MAX)).is_ok());
    assert_eq!(Welcome::parse(&"é".repeat(Welcome::CHARS_MAX + 1)), Err(InvalidWelcome::TooLong));
}

#[test]
fn a_document_with_an_unknown_field_is_refused() {
    let json = serde_json::to_value(Theme::default()).unwrap();
    assert_eq!(serde_json::from_value::<Theme>(json.clone()).unwrap(), Theme::default());
    let mut wrong = json;
    wrong["background"] = "#fff".into();
    assert!(serde_json::from_value::<Theme>(wrong).is_err());
}

proptest! {
    #[test]
    fn every_colour_survives_its_text(colour in colour()) {
        prop_assert_eq!(Colour::parse(&colour.to_string()), Ok(colour));
    }

    #[test]
    fn the_suggestion_is_always_readable(colour in colour(), ground in colour()) {
        let readable = colour.nearest_readable(ground, Theme::TEXT_CONTRAST_MIN);
        prop_assert!(Theme::TEXT_CONTRAST_MIN <= readable.contrast(ground), "{readable} on {ground}");
        if Theme::TEXT_CONTRAST_MIN <= colour.contrast(ground) {
            prop_assert_eq!(readable, colour);
        }
    }

    #[test]
    fn whatever_good_colours_are_chosen_every_pair_on_the_page_is_readable(
        accent in colour(), background in colour(), text in colour()
    ) {
        let accent = accent.nearest_readable(background, Theme::TEXT_CONTRAST_MIN);
        let text = text.nearest_readable(background, Theme::TEXT_CONTRAST_MIN);
        let it = Palette::of(&Colours { accent, background, text });
        let texts = [
            (it.text, it.background), (it.text, it.sunk), (it.text, it.tint), (it.text, it.danger_soft),
            (it.accent, it.background), (it.accent, it.sunk), (it.accent_ink, it.accent), (it.accent_ink, it.accent_hover),
            (it.text_soft, it.background), (it.text_soft, it.sunk), (it.danger, it.background),
        ];
        for (ink, ground) in texts {
            prop_assert!(Theme::TEXT_CONTRAST_MIN <= ink.contrast(ground), "{ink} on {ground} of {it:?}");
        }
        prop_assert!(Theme::EDGE_CONTRAST_MIN <= it.line_strong.contrast(it.background), "{it:?}");
    }
}
