//! Properties: this file is about what may be set, the values it takes and how far they go; one table.

/// One property a part may take.
#[derive(Debug, PartialEq)]
pub(super) struct Property {
    /// Its name in CSS.
    pub(super) name: &'static str,
    /// Pieces a value is made of, whichever fits.
    pub(super) pieces: &'static [Piece],
    /// How many pieces a value has at most.
    pub(super) pieces_max: usize,
    /// How many values may be joined by commas.
    pub(super) list_max: usize,
}

/// What a piece of a value may be.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Piece {
    /// A length in px, rem or em, as pixels at the usual size of 16.
    Length { min: f32, max: f32 },
    /// A length in px or rem: one that does not grow or shrink with what is around it.
    Fixed { min: f32, max: f32 },
    /// A percentage up to so many.
    Percent { max: f32 },
    /// A number without unit.
    Number { min: f32, max: f32 },
    /// One of these words.
    Word(&'static [&'static str]),
    /// A colour, or one of the theme's.
    Colour,
    /// The name of a font.
    Family,
    /// A gradient of colours.
    Gradient,
}

/// Functions that make colours.
pub(super) const COLOUR_FUNCTIONS: [&str; 10] =
    ["rgb", "rgba", "hsl", "hsla", "hwb", "lab", "lch", "oklab", "oklch", "color-mix"];
/// Functions that make gradients.
pub(super) const GRADIENT_FUNCTIONS: [&str; 2] = ["linear-gradient", "radial-gradient"];

/// Groups of properties that parts take as a whole.
pub(super) const TEXT: &[&str] = &[
    "color",
    "font-family",
    "font-size",
    "font-weight",
    "font-style",
    "line-height",
    "letter-spacing",
    "text-align",
    "text-transform",
    "text-decoration",
    "text-shadow",
];
/// What makes a part's own box.
pub(super) const BOX: &[&str] = &[
    "background",
    "background-color",
    "border",
    "border-top",
    "border-right",
    "border-bottom",
    "border-left",
    "border-block",
    "border-inline",
    "border-block-start",
    "border-block-end",
    "border-inline-start",
    "border-inline-end",
    "border-color",
    "border-width",
    "border-style",
    "border-radius",
    "box-shadow",
];
/// What makes room.
pub(super) const ROOM: &[&str] = &[
    "padding",
    "padding-top",
    "padding-right",
    "padding-bottom",
    "padding-left",
    "padding-block",
    "padding-inline",
    "margin-top",
    "margin-bottom",
    "margin-block",
];

const LINE_STYLES: Piece = Piece::Word(&["none", "solid", "dashed", "dotted", "double"]);
const BORDER: &[Piece] = &[Piece::Fixed { min: 0.0, max: 12.0 }, LINE_STYLES, Piece::Colour];
const SPACE: &[Piece] = &[Piece::Length { min: 0.0, max: 96.0 }];
const COLOUR: &[Piece] = &[Piece::Colour];

const fn one(name: &'static str, pieces: &'static [Piece]) -> Property {
    several(name, pieces, 1)
}

const fn several(name: &'static str, pieces: &'static [Piece], pieces_max: usize) -> Property {
    Property { name, pieces, pieces_max, list_max: 1 }
}

/// Every property there is.
pub(super) const PROPERTIES: &[Property] = &[
    one("color", COLOUR),
    several("font-family", &[Piece::Family], 6).list(8),
    one("font-size", &[Piece::Fixed { min: 12.0, max: 64.0 }]),
    one("font-weight", &[Piece::Number { min: 300.0, max: 900.0 }, Piece::Word(&["normal", "bold"])]),
    one("font-style", &[Piece::Word(&["normal", "italic"])]),
    one("line-height", &[Piece::Number { min: 1.0, max: 2.5 }]),
    one("letter-spacing", &[Piece::Length { min: -0.8, max: 8.0 }, Piece::Word(&["normal"])]),
    one("text-align", &[Piece::Word(&["start", "center", "end", "left", "right", "justify"])]),
    one("text-transform", &[Piece::Word(&["none", "uppercase", "lowercase", "capitalize"])]),
    several(
        "text-decoration",
        &[Piece::Word(&["none", "underline", "overline", "solid", "dotted", "dashed", "wavy"]), Piece::Colour],
        3,
    ),
    several("text-shadow", &[Piece::Fixed { min: -4.0, max: 8.0 }, Piece::Word(&["none"]), Piece::Colour], 4).list(2),
    one("background", &[Piece::Colour, Piece::Gradient]),
    one("background-color", COLOUR),
    several("border", BORDER, 3),
    several("border-top", BORDER, 3),
    several("border-right", BORDER, 3),
    several("border-bottom", BORDER, 3),
    several("border-left", BORDER, 3),
    several("border-block", BORDER, 3),
    several("border-inline", BORDER, 3),
    several("border-block-start", BORDER, 3),
    several("border-block-end", BORDER, 3),
    several("border-inline-start", BORDER, 3),
    several("border-inline-end", BORDER, 3),
    several("border-color", COLOUR, 4),
    several("border-width", &[Piece::Fixed { min: 0.0, max: 12.0 }], 4),
    several("border-style", &[LINE_STYLES], 4),
    several("border-radius", &[Piece::Length { min: 0.0, max: 64.0 }, Piece::Percent { max: 50.0 }], 4),
    several("box-shadow", &[Piece::Fixed { min: -24.0, max: 24.0 }, Piece::Word(&["none", "inset"]), Piece::Colour], 6)
        .list(3),
    one("outline-color", COLOUR),
    several("padding", SPACE, 4),
    one("padding-top", SPACE),
    one("padding-right", SPACE),
    one("padding-bottom", SPACE),
    one("padding-left", SPACE),
    several("padding-block", SPACE, 2),
    several("padding-inline", SPACE, 2),
    one("margin-top", SPACE),
    one("margin-bottom", SPACE),
    several("margin-block", SPACE, 2),
    several("gap", SPACE, 2),
    one("max-width", &[Piece::Fixed { min: 288.0, max: 1_280.0 }]),
    one("max-height", &[Piece::Fixed { min: 24.0, max: 96.0 }]),
];

impl Property {
    /// With several values joined by commas.
    const fn list(self, list_max: usize) -> Self {
        Self { list_max, ..self }
    }

    /// The property of this name, in whatever case.
    pub(super) fn find(name: &str) -> Option<&'static Self> {
        PROPERTIES.iter().find(|it| it.name.eq_ignore_ascii_case(name))
    }

    /// The values it takes, in words.
    pub(super) fn takes(&self) -> String {
        let pieces: Vec<String> = self.pieces.iter().map(|it| it.takes()).collect();
        let mut words = pieces.join(" or ");
        if 1 < self.pieces_max && self.list_max == 1 {
            words = format!("up to {} of: {words}", self.pieces_max);
        }
        if 1 < self.list_max {
            words = format!("{words}, up to {} joined by commas", self.list_max);
        }
        words
    }
}

impl Piece {
    fn takes(self) -> String {
        match self {
            Self::Length { min, max } => format!("a length from {min}px to {max}px, in px, rem or em"),
            Self::Fixed { min, max } => format!("a length from {min}px to {max}px, in px or rem"),
            Self::Percent { max } => format!("a percentage up to {max}%"),
            Self::Number { min, max } => format!("a number from {min} to {max}"),
            Self::Word(words) => words.join(", "),
            Self::Colour => "a colour".to_owned(),
            Self::Family => "the name of a font".to_owned(),
            Self::Gradient => "a linear or radial gradient of colours".to_owned(),
        }
    }
}

/// What is well known in CSS and refused for what it can do, with the reason.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Danger {
    Hides,
    Covers,
    Loads,
    Runs,
}

impl Danger {
    /// What a property that is not offered could do; `None` when it is merely not offered.
    pub(super) fn of(name: &str) -> Option<Self> {
        let name = name.to_ascii_lowercase();
        let name = ["-webkit-", "-moz-", "-ms-", "-o-"].iter().find_map(|it| name.strip_prefix(it)).unwrap_or(&name);
        let begins = |with: &[&str]| {
            with.iter().any(|it| name.strip_prefix(it).is_some_and(|rest| rest.is_empty() || rest.starts_with('-')))
        };
        if begins(&["behavior", "binding", "animation", "transition"]) {
            Some(Self::Runs)
        } else if begins(&[
            "content",
            "cursor",
            "list-style",
            "mask",
            "filter",
            "backdrop-filter",
            "border-image",
            "src",
        ]) || begins(&["background-image", "shape-outside"])
        {
            Some(Self::Loads)
        } else if begins(&["opacity", "display", "visibility", "clip", "text-indent", "overflow", "content-visibility"])
            || name == "font"
            || begins(&["text-fill-color", "zoom", "width", "height", "block-size", "inline-size", "max-block-size"])
            || begins(&[
                "mix-blend-mode",
                "pointer-events",
                "color-scheme",
                "all",
                "white-space",
                "word-spacing",
                "order",
            ])
        {
            Some(Self::Hides)
        } else if begins(&[
            "position",
            "top",
            "right",
            "bottom",
            "left",
            "inset",
            "z-index",
            "transform",
            "translate",
            "scale",
        ]) || begins(&[
            "rotate",
            "perspective",
            "float",
            "margin",
            "offset",
            "grid",
            "flex",
            "columns",
            "direction",
        ]) {
            Some(Self::Covers)
        } else {
            None
        }
    }
}
