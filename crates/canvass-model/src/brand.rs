//! A tenant's look: this file is about the theme a tenant chooses, and the rules that keep it readable.

mod colour;
mod hash;
mod palette;
#[cfg(test)]
mod tests;
mod welcome;

pub use self::{
    colour::{Colour, InvalidColour},
    hash::ContentHash,
    palette::Palette,
    welcome::{InvalidWelcome, Welcome},
};

/// How a tenant's public pages look.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Brand {
    /// Colours, type and room.
    pub theme: Theme,
    /// Its own CSS as it was written; empty when there is none.
    pub css: String,
    /// The style sheet made of both, as it is served.
    pub sheet: String,
    /// Names the style sheet in its address.
    pub sheet_hash: ContentHash,
    /// Its logo, whose picture is kept apart.
    pub logo: Option<Logo>,
}

/// What is known of a logo without its picture.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Logo {
    /// Names the picture in its address.
    pub hash: ContentHash,
    /// Its width in pixels.
    pub width: u32,
    /// Its height in pixels.
    pub height: u32,
}

/// What a tenant chooses for its public pages. Readable in light and dark once it is [checked](Theme::faults).
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Theme {
    /// The colours for people who prefer light pages.
    pub light: Colours,
    /// The colours for people who prefer dark pages.
    pub dark: Colours,
    /// The typeface.
    #[serde(default)]
    pub font: Font,
    /// How round corners are.
    #[serde(default)]
    pub corners: Corners,
    /// How much room is between things.
    #[serde(default)]
    pub spacing: Spacing,
    /// Shown on top of the tenant's list of surveys, in Markdown.
    #[serde(default)]
    pub welcome: Option<Welcome>,
}

/// The three colours everything else is derived from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Colours {
    /// Buttons, links, what is chosen.
    pub accent: Colour,
    /// What everything stands on.
    pub background: Colour,
    /// What is read.
    pub text: Colour,
}

/// Which of its two appearances a page is seen in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Scheme {
    /// For people who prefer light pages, and for those who prefer nothing.
    Light,
    /// For people who prefer dark pages.
    Dark,
}

/// A typeface: a stack of fonts that come with the systems people use, so that nothing is loaded.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, Hash, Default, serde::Serialize, serde::Deserialize, schemars::JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Font {
    /// What the reader's system itself is written in.
    #[default]
    System,
    /// Warm, drawn by hand once.
    Humanist,
    /// Circles and straight lines.
    Geometric,
    /// With serifs, for reading.
    Serif,
    /// With serifs like old books.
    Classic,
    /// With round ends.
    Rounded,
    /// Every letter as wide as the others.
    Mono,
}

/// How round corners are.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, Hash, Default, serde::Serialize, serde::Deserialize, schemars::JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Corners {
    /// Not at all.
    Square,
    /// A little.
    Slight,
    /// As the product's own.
    #[default]
    Soft,
    /// Very.
    Round,
}

/// How much room is between things.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, Hash, Default, serde::Serialize, serde::Deserialize, schemars::JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Spacing {
    /// Four fifths of the usual.
    Compact,
    /// The usual.
    #[default]
    Regular,
    /// A quarter more than usual.
    Airy,
}

/// A colour of a theme that cannot be read, worded for the person at the form, with one that can.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ContrastFault {
    /// In which appearance.
    pub scheme: Scheme,
    /// Which colour.
    pub role: Role,
    /// How it contrasts with the background, from 1 to 21.
    pub ratio: f64,
    /// The nearest colour that contrasts enough.
    pub suggestion: Colour,
}

/// What a colour is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Role {
    /// Buttons, links, what is chosen.
    Accent,
    /// What is read.
    Text,
}

impl Theme {
    /// The least contrast of text with what it stands on (WCAG 2.2, 1.4.3).
    pub const TEXT_CONTRAST_MIN: f64 = 4.5;
    /// The least contrast of the edge of a control with what it stands on (WCAG 2.2, 1.4.11).
    pub const EDGE_CONTRAST_MIN: f64 = 3.0;

    /// Every colour that cannot be read on its background; empty for a good theme.
    pub fn faults(&self) -> Vec<ContrastFault> {
        Scheme::ALL.into_iter().flat_map(|scheme| self.colours(scheme).faults(scheme)).collect()
    }

    /// The colours chosen for an appearance.
    pub fn colours(&self, scheme: Scheme) -> &Colours {
        match scheme {
            Scheme::Light => &self.light,
            Scheme::Dark => &self.dark,
        }
    }

    /// Every colour of an appearance, derived from the chosen ones.
    pub fn palette(&self, scheme: Scheme) -> Palette {
        Palette::of(self.colours(scheme))
    }
}

/// The product's own look, which a tenant has until it chooses another.
impl Default for Theme {
    fn default() -> Self {
        Self {
            light: Colours {
                accent: Colour::new(0x0b, 0x66, 0x50),
                background: Colour::WHITE,
                text: Colour::new(0x14, 0x20, 0x1b),
            },
            dark: Colours {
                accent: Colour::new(0x7c, 0xbc, 0xa5),
                background: Colour::new(0x17, 0x1d, 0x1a),
                text: Colour::new(0xe8, 0xee, 0xeb),
            },
            font: Font::default(),
            corners: Corners::default(),
            spacing: Spacing::default(),
            welcome: None,
        }
    }
}

impl Colours {
    fn faults(&self, scheme: Scheme) -> Vec<ContrastFault> {
        let roles = [(Role::Text, self.text), (Role::Accent, self.accent)];
        let faults = roles.into_iter().filter_map(|(role, colour)| {
            let ratio = colour.contrast(self.background);
            let suggestion = colour.nearest_readable(self.background, Theme::TEXT_CONTRAST_MIN);
            (ratio < Theme::TEXT_CONTRAST_MIN).then_some(ContrastFault { scheme, role, ratio, suggestion })
        });
        faults.collect()
    }
}

impl std::fmt::Display for ContrastFault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let (role, scheme) = match (self.role, self.scheme) {
            (Role::Accent, Scheme::Light) => ("accent", "light"),
            (Role::Accent, Scheme::Dark) => ("accent", "dark"),
            (Role::Text, Scheme::Light) => ("text", "light"),
            (Role::Text, Scheme::Dark) => ("text", "dark"),
        };
        // Cut, not rounded: 4.499 is not 4.5.
        let ratio = (self.ratio * 10.0).floor() / 10.0;
        write!(
            f,
            "The {scheme} {role} colour is hard to read on its background: the contrast is {ratio:.1} to 1 and must be {} \
             to 1. The nearest colour that can be read is {}",
            Theme::TEXT_CONTRAST_MIN,
            self.suggestion
        )
    }
}

impl Scheme {
    /// Both, the one everybody can see first.
    pub const ALL: [Self; 2] = [Self::Light, Self::Dark];

    /// Its name in forms and in the query that asks for it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Light => "light",
            Self::Dark => "dark",
        }
    }
}

impl Role {
    /// Its name in forms and documents.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Accent => "accent",
            Self::Text => "text",
        }
    }
}

impl Font {
    /// All typefaces, in the order in which they are offered.
    pub const ALL: [Self; 7] =
        [Self::System, Self::Humanist, Self::Geometric, Self::Serif, Self::Classic, Self::Rounded, Self::Mono];

    /// The typeface's stored and public name.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::System => "system",
            Self::Humanist => "humanist",
            Self::Geometric => "geometric",
            Self::Serif => "serif",
            Self::Classic => "classic",
            Self::Rounded => "rounded",
            Self::Mono => "mono",
        }
    }

    /// Reads a typeface's name.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|it| it.as_str() == text)
    }

    /// What a form calls it.
    pub fn label(self) -> &'static str {
        match self {
            Self::System => "The reader’s own system",
            Self::Humanist => "Humanist sans-serif",
            Self::Geometric => "Geometric sans-serif",
            Self::Serif => "Serif",
            Self::Classic => "Classic serif",
            Self::Rounded => "Rounded sans-serif",
            Self::Mono => "Monospace",
        }
    }

    /// The fonts, as a value of `font-family`.
    pub fn stack(self) -> &'static str {
        match self {
            Self::System => {
                "system-ui,-apple-system,\"Segoe UI\",Roboto,\"Noto Sans\",\"Liberation Sans\",Arial,sans-serif"
            }
            Self::Humanist => "Seravek,\"Gill Sans Nova\",Ubuntu,Calibri,\"DejaVu Sans\",sans-serif",
            Self::Geometric => "Avenir,\"Avenir Next\",Montserrat,Corbel,\"URW Gothic\",sans-serif",
            Self::Serif => "Charter,\"Bitstream Charter\",\"Sitka Text\",Cambria,\"DejaVu Serif\",serif",
            Self::Classic => "\"Iowan Old Style\",\"Palatino Linotype\",\"URW Palladio L\",P052,serif",
            Self::Rounded => "ui-rounded,\"Hiragino Maru Gothic ProN\",Quicksand,Comfortaa,\"Varela Round\",sans-serif",
            Self::Mono => "ui-monospace,\"SF Mono\",\"Cascadia Mono\",Menlo,Consolas,\"DejaVu Sans Mono\",monospace",
        }
    }
}

impl Corners {
    /// All, from square to round.
    pub const ALL: [Self; 4] = [Self::Square, Self::Slight, Self::Soft, Self::Round];

    /// The stored and public name.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Square => "square",
            Self::Slight => "slight",
            Self::Soft => "soft",
            Self::Round => "round",
        }
    }

    /// Reads the name.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|it| it.as_str() == text)
    }

    /// What a form calls it.
    pub fn label(self) -> &'static str {
        match self {
            Self::Square => "Square",
            Self::Slight => "Slightly round",
            Self::Soft => "Soft",
            Self::Round => "Round",
        }
    }

    /// The radius, as a CSS length.
    pub fn radius(self) -> &'static str {
        match self {
            Self::Square => "0px",
            Self::Slight => "0.25rem",
            Self::Soft => "0.5rem",
            Self::Round => "1rem",
        }
    }
}

impl Spacing {
    /// All, from narrow to wide.
    pub const ALL: [Self; 3] = [Self::Compact, Self::Regular, Self::Airy];

    /// The stored and public name.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Compact => "compact",
            Self::Regular => "regular",
            Self::Airy => "airy",
        }
    }

    /// Reads the name.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|it| it.as_str() == text)
    }

    /// What a form calls it.
    pub fn label(self) -> &'static str {
        match self {
            Self::Compact => "Compact",
            Self::Regular => "Regular",
            Self::Airy => "Airy",
        }
    }

    /// What the usual distances are multiplied by, as a CSS number.
    pub fn factor(self) -> &'static str {
        match self {
            Self::Compact => "0.8",
            Self::Regular => "1",
            Self::Airy => "1.25",
        }
    }
}
