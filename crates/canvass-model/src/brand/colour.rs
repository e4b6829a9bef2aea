//! Colours: this file is about one opaque colour of the screen, how it contrasts with another, and its nearest readable
//! neighbour.

use std::fmt;

/// An opaque colour in sRGB, written `#0b6650`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Colour {
    red: u8,
    green: u8,
    blue: u8,
}

/// Why a text is no colour, worded for the person at the form.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("Write the colour as # and six digits from 0 to f, like #0b6650")]
pub struct InvalidColour;

/// Shades between a colour and black or white that are tried for a readable one.
const SHADES: u32 = 255;

impl Colour {
    /// Black.
    pub const BLACK: Self = Self::new(0, 0, 0);
    /// White.
    pub const WHITE: Self = Self::new(255, 255, 255);

    /// The colour with these parts of light.
    pub const fn new(red: u8, green: u8, blue: u8) -> Self {
        Self { red, green, blue }
    }

    /// Reads `#rrggbb` or `#rgb`, in whatever case.
    pub fn parse(text: &str) -> Result<Self, InvalidColour> {
        let digits = text.trim().strip_prefix('#').ok_or(InvalidColour)?;
        let digits: Option<Vec<u8>> =
            digits.chars().map(|it| it.to_digit(16).and_then(|it| u8::try_from(it).ok())).collect();
        let digits = digits.ok_or(InvalidColour)?;
        let parts: Vec<u8> = match digits.len() {
            3 => digits.iter().map(|it| it * 17).collect(),
            6 => digits.chunks_exact(2).map(|it| it[0] * 16 + it[1]).collect(),
            _ => return Err(InvalidColour),
        };
        Ok(Self::new(parts[0], parts[1], parts[2]))
    }

    /// Its parts of light, red, green and blue.
    pub fn parts(self) -> [u8; 3] {
        [self.red, self.green, self.blue]
    }

    /// The contrast with another colour, from 1 (the same) to 21 (black and white), after WCAG 2.2.
    pub fn contrast(self, other: Self) -> f64 {
        let (one, two) = (self.luminance(), other.luminance());
        (one.max(two) + 0.05) / (one.min(two) + 0.05)
    }

    /// How bright it is, from 0 to 1 (relative luminance, WCAG 2.2).
    pub fn luminance(self) -> f64 {
        let linear = |part: u8| {
            let part = f64::from(part) / 255.0;
            if part <= 0.040_45 { part / 12.92 } else { ((part + 0.055) / 1.055).powf(2.4) }
        };
        0.2126 * linear(self.red) + 0.7152 * linear(self.green) + 0.0722 * linear(self.blue)
    }

    /// This colour with `share` (0 to 1) of another mixed in.
    #[must_use]
    pub fn mixed(self, share: f64, other: Self) -> Self {
        let share = share.clamp(0.0, 1.0);
        let mix = |from: u8, to: u8| {
            let part = f64::from(from) + (f64::from(to) - f64::from(from)) * share;
            #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "between two bytes, rounded")]
            let part = part.round() as u8;
            part
        };
        Self::new(mix(self.red, other.red), mix(self.green, other.green), mix(self.blue, other.blue))
    }

    /// Black or white, whichever is easier to read on this colour. Always at least 4.5 to 1: no colour is too grey for both.
    #[must_use]
    pub fn ink(self) -> Self {
        if self.contrast(Self::BLACK) < self.contrast(Self::WHITE) { Self::WHITE } else { Self::BLACK }
    }

    /// The nearest shade of this colour whose contrast with `ground` is at least `ratio`; itself when it is readable. A ratio
    /// that no shade reaches gives black or white.
    #[must_use]
    pub fn nearest_readable(self, ground: Self, ratio: f64) -> Self {
        let shades = (0..=SHADES).flat_map(|step| {
            let share = f64::from(step) / f64::from(SHADES);
            [self.mixed(share, Self::BLACK), self.mixed(share, Self::WHITE)]
        });
        shades.into_iter().find(|it| ratio <= it.contrast(ground)).unwrap_or_else(|| ground.ink())
    }
}

impl fmt::Display for Colour {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "#{:02x}{:02x}{:02x}", self.red, self.green, self.blue)
    }
}

impl serde::Serialize for Colour {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> serde::Deserialize<'de> for Colour {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = <std::borrow::Cow<'de, str>>::deserialize(deserializer)?;
        Self::parse(&text).map_err(serde::de::Error::custom)
    }
}

impl schemars::JsonSchema for Colour {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Colour".into()
    }
    fn inline_schema() -> bool {
        true
    }
    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({ "type": "string", "pattern": "^#([0-9A-Fa-f]{3}|[0-9A-Fa-f]{6})$" })
    }
}
