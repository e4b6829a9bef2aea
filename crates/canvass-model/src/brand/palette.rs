//! Palettes: this file is about deriving every colour of a page from the three a tenant chose, each readable where it
//! stands.

use super::{Colour, Colours, Scheme, Theme};

/// Every colour of a page in one appearance.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Palette {
    /// Buttons, links, what is chosen.
    pub accent: Colour,
    /// Text on the accent.
    pub accent_ink: Colour,
    /// The accent under the pointer.
    pub accent_hover: Colour,
    /// What everything stands on.
    pub background: Colour,
    /// What is a little apart from the background.
    pub sunk: Colour,
    /// What is chosen, behind its text.
    pub tint: Colour,
    /// What is read.
    pub text: Colour,
    /// What is read second.
    pub text_soft: Colour,
    /// Between things.
    pub line: Colour,
    /// Around controls.
    pub line_strong: Colour,
    /// What went wrong.
    pub danger: Colour,
    /// Behind what went wrong.
    pub danger_soft: Colour,
    /// Whether it is light or dark to look at, whatever it was chosen for: what the browser draws its own controls for.
    pub looks: Scheme,
}

/// The product's red, before it is made readable.
const DANGER: Colour = Colour::new(0xb0, 0x1e, 0x17);

impl Palette {
    /// Derives a palette. From colours without [faults](Theme::faults) every pair that meets on a page is readable.
    pub fn of(colours: &Colours) -> Self {
        let Colours { accent, background, text } = *colours;
        let readable = |colour: Colour, on: Colour| colour.nearest_readable(on, Theme::TEXT_CONTRAST_MIN);
        let sunk = ground(background, (text, 0.06), &[text, accent]);
        let tint = ground(background, (accent, 0.12), &[text]);
        let accent_ink = accent.ink();
        let danger = readable(DANGER, background);
        Self {
            accent,
            accent_ink,
            accent_hover: ground(accent, (text, 0.12), &[accent_ink]),
            background,
            sunk,
            tint,
            text,
            // Read on the page and on what is apart from it.
            text_soft: readable(readable(text.mixed(0.32, background), background), sunk),
            line: background.mixed(0.14, text),
            line_strong: background.mixed(0.45, text).nearest_readable(background, Theme::EDGE_CONTRAST_MIN),
            danger,
            danger_soft: ground(background, (danger, 0.08), &[text]),
            looks: if background.luminance() < text.luminance() { Scheme::Dark } else { Scheme::Light },
        }
    }
}

/// A ground with a share of another colour in it: as much of the share as still lets every one of `inks` be read.
fn ground(base: Colour, (other, share): (Colour, f64), inks: &[Colour]) -> Colour {
    let shares = [1.0, 0.75, 0.5, 0.25].map(|it| base.mixed(share * it, other));
    let is_good = |it: &Colour| inks.iter().all(|ink| Theme::TEXT_CONTRAST_MIN <= ink.contrast(*it));
    shares.into_iter().find(is_good).unwrap_or(base)
}
