//! Drawings people upload: this file is about making a picture out of an SVG, for a process that may fail at it.
//!
//! A drawing can ask for work without end, or nest until a stack is full. So [`draw`] belongs into a process of its own with
//! limits on time and memory, and what that process answers is read like any picture from outside.
//! Programs in a drawing are not run and nothing is loaded: the picture has neither. What would silently be missing from it
//! (text, which needs typefaces; pictures; other files) is refused instead.

#[cfg(test)]
mod tests;

use std::io::Cursor;

use image::{ImageFormat, RgbaImage};
use resvg::{
    tiny_skia::{Pixmap, Transform},
    usvg::{
        Options, Tree,
        roxmltree::{self, Document, Node, ParsingOptions},
    },
};

use crate::picture::{LOGO_HEIGHT_MAX, LOGO_WIDTH_MAX};

/// The most elements, texts and comments a drawing may have: detailed logos have some thousands.
pub const NODES_MAX: u32 = 20_000;

/// Why a drawing was refused, worded for the person who chose it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// No well-formed XML, or no SVG.
    #[error("The drawing is damaged or incomplete; save it again as plain SVG and choose the new file")]
    Damaged,
    /// More parts than are taken.
    #[error("The drawing has more than {NODES_MAX} parts; simplify it, or save the logo as PNG")]
    TooManyParts,
    /// Text, which looks different wherever its typeface is missing.
    #[error(
        "The drawing has text in it, which needs a typeface; turn the text into outlines (paths) and save it again"
    )]
    Text,
    /// A picture within the drawing.
    #[error("The drawing has a picture in it; save the logo as PNG instead")]
    Picture,
    /// HTML within the drawing.
    #[error("The drawing has parts of a web page in it; save it as plain SVG, or the logo as PNG")]
    Foreign,
    /// A part that stands in another file.
    #[error("The drawing takes parts from other files; save it as one plain SVG file")]
    Elsewhere,
    /// Nothing that could be seen.
    #[error("Nothing of the drawing can be seen; save it again as plain SVG, or the logo as PNG")]
    Empty,
    /// It took too long or too much memory.
    #[error("The drawing takes too long to draw; simplify it, or save the logo as PNG")]
    TooMuch,
}

/// Draws an SVG as large as a logo may be. Answers a PNG. It may take any time and memory, and overflow the stack.
pub fn draw(svg: &[u8]) -> Result<Vec<u8>, Refusal> {
    let text = std::str::from_utf8(svg).map_err(|_| Refusal::Damaged)?;
    let options = ParsingOptions { allow_dtd: true, nodes_limit: NODES_MAX, ..ParsingOptions::default() };
    let document =
        Document::parse_with_options(text.trim_start_matches('\u{feff}'), options).map_err(|it| match it {
            roxmltree::Error::NodesLimitReached => Refusal::TooManyParts,
            _ => Refusal::Damaged,
        })?;
    document.descendants().try_for_each(allow)?;
    let tree = Tree::from_xmltree(&document, &Options::default()).map_err(|_| Refusal::Damaged)?;
    paint(&tree)
}

/// Refuses what would be missing from the picture.
fn allow(node: Node<'_, '_>) -> Result<(), Refusal> {
    match node.tag_name().name() {
        "text" | "tspan" | "textPath" => Err(Refusal::Text),
        "image" | "feImage" => Err(Refusal::Picture),
        "foreignObject" => Err(Refusal::Foreign),
        // Where a link leads matters to nobody: it is not followed, and not in the picture.
        "a" => Ok(()),
        _ if node.attributes().any(|it| it.name() == "href" && !it.value().trim().starts_with('#')) => {
            Err(Refusal::Elsewhere)
        }
        _ => Ok(()),
    }
}

fn paint(tree: &Tree) -> Result<Vec<u8>, Refusal> {
    let size = tree.size();
    let scale = (side(LOGO_WIDTH_MAX) / size.width()).min(side(LOGO_HEIGHT_MAX) / size.height());
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "at most a logo's sides")]
    let pixels = |it: f32, max: u32| ((it * scale).round() as u32).clamp(1, max);
    let (width, height) = (pixels(size.width(), LOGO_WIDTH_MAX), pixels(size.height(), LOGO_HEIGHT_MAX));
    let mut canvas = Pixmap::new(width, height).ok_or(Refusal::Empty)?;
    resvg::render(tree, Transform::from_scale(scale, scale), &mut canvas.as_mut());
    let colours: Vec<u8> = canvas
        .pixels()
        .iter()
        .flat_map(|it| {
            let it = it.demultiply();
            [it.red(), it.green(), it.blue(), it.alpha()]
        })
        .collect();
    if colours.iter().skip(3).step_by(4).all(|alpha| *alpha == 0) {
        return Err(Refusal::Empty);
    }
    let picture = RgbaImage::from_raw(width, height, colours).ok_or(Refusal::Empty)?;
    let mut png = Cursor::new(Vec::new());
    picture.write_to(&mut png, ImageFormat::Png).map_err(|_| Refusal::Empty)?;
    Ok(png.into_inner())
}

fn side(max: u32) -> f32 {
    u16::try_from(max).map_or(f32::from(u16::MAX), f32::from)
}

impl Refusal {
    /// All of them.
    pub const ALL: [Self; 8] = [
        Self::Damaged,
        Self::TooManyParts,
        Self::Text,
        Self::Picture,
        Self::Foreign,
        Self::Elsewhere,
        Self::Empty,
        Self::TooMuch,
    ];

    /// A short stable name, for tests and for the process that draws.
    pub fn code(self) -> &'static str {
        match self {
            Self::Damaged => "damaged",
            Self::TooManyParts => "too-many-parts",
            Self::Text => "text",
            Self::Picture => "picture",
            Self::Foreign => "foreign",
            Self::Elsewhere => "elsewhere",
            Self::Empty => "empty",
            Self::TooMuch => "too-much",
        }
    }

    /// The refusal of this name.
    pub fn parse(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|it| it.code() == code)
    }
}
