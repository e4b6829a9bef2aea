//! Parts: this file is about the pieces of a public page a tenant may style, and what each takes; one table.
//!
//! A part is a name in front and a selector of ours behind, so that the templates can change and a tenant's rules need
//! not. Beside them stands what the contrast check must know: what a part stands in and which colours it has by itself.

mod table;

use canvass_model::brand::{Colour, Palette};

pub(super) use self::table::PARTS;

/// A piece of a public page that a tenant may style.
#[derive(Debug, PartialEq)]
pub struct Part {
    /// Its name: a class in the tenant's CSS.
    pub name: &'static str,
    /// What it is, for the person who styles it.
    pub about: &'static str,
    /// What it is in our pages, below [`SCOPE`]; empty for the page itself.
    pub(super) selector: &'static str,
    /// The properties it takes.
    pub(super) properties: &'static [&'static [&'static str]],
    /// The states it has.
    pub states: &'static [State],
    /// The parts it may stand in.
    pub(super) within: &'static [&'static str],
    /// The colour of its text where that is not the one around it.
    pub(super) ink: Option<Shade>,
    /// What its text stands on where that is not what is around it.
    pub(super) ground: Option<Shade>,
    /// What must be seen of it.
    pub(super) shows: Shows,
}

/// What a part is at times: under the pointer, in focus, chosen.
#[derive(Debug, PartialEq)]
pub struct State {
    /// Its name: a pseudo-class in the tenant's CSS.
    pub name: &'static str,
    /// What it is in our pages, below [`SCOPE`].
    pub(super) selector: &'static str,
    /// The properties it takes.
    pub(super) properties: &'static [&'static str],
    /// The colour of its text where the product sets one in this state.
    pub(super) ink: Option<Shade>,
    /// What its text stands on where the product sets it in this state.
    pub(super) ground: Option<Shade>,
}

/// What must be seen of a part.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Shows {
    /// Words.
    Text,
    /// A drawing.
    Drawing,
    /// Nothing of its own.
    Nothing,
}

/// A colour of the theme, as parts have it by themselves and as tenants name it: `var(--accent)`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Shade {
    Accent,
    AccentInk,
    AccentHover,
    Background,
    Sunk,
    Tint,
    Text,
    TextSoft,
    Line,
    LineStrong,
    Danger,
}

/// What every selector begins with: the body of a tenant's public page, and of nothing else.
pub(super) const SCOPE: &str = ".tenant-page";

impl Part {
    /// The part of this name.
    pub(super) fn find(name: &str) -> Option<&'static Self> {
        PARTS.iter().find(|it| it.name == name)
    }

    /// Whether it takes a property, at all times or in a state.
    pub(super) fn takes(&self, state: Option<&State>, property: &str) -> bool {
        match state {
            Some(state) => state.properties.contains(&property),
            None => self.properties.iter().any(|it| it.contains(&property)),
        }
    }
}

impl Shade {
    /// All of them, as tenants may name them.
    pub(super) const ALL: [Self; 11] = [
        Self::Accent,
        Self::AccentInk,
        Self::AccentHover,
        Self::Background,
        Self::Sunk,
        Self::Tint,
        Self::Text,
        Self::TextSoft,
        Self::Line,
        Self::LineStrong,
        Self::Danger,
    ];

    /// Its custom property.
    pub(super) fn variable(self) -> &'static str {
        match self {
            Self::Accent => "--accent",
            Self::AccentInk => "--accent-ink",
            Self::AccentHover => "--accent-hover",
            Self::Background => "--background",
            Self::Sunk => "--sunk",
            Self::Tint => "--tint",
            Self::Text => "--text",
            Self::TextSoft => "--text-soft",
            Self::Line => "--line",
            Self::LineStrong => "--line-strong",
            Self::Danger => "--danger",
        }
    }

    /// The shade a custom property names.
    pub(super) fn find(variable: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|it| it.variable() == variable)
    }

    /// Its colour in a palette.
    pub(super) fn of(self, palette: &Palette) -> Colour {
        match self {
            Self::Accent => palette.accent,
            Self::AccentInk => palette.accent_ink,
            Self::AccentHover => palette.accent_hover,
            Self::Background => palette.background,
            Self::Sunk => palette.sunk,
            Self::Tint => palette.tint,
            Self::Text => palette.text,
            Self::TextSoft => palette.text_soft,
            Self::Line => palette.line,
            Self::LineStrong => palette.line_strong,
            Self::Danger => palette.danger,
        }
    }
}
