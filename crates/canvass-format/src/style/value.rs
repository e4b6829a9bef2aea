//! Values: this file is about checking the value of a property piece by piece, and writing it again.
//!
//! Each piece is held against the table; then `lightningcss` must understand the whole, and what it writes is held against
//! the table once more. So nothing is kept that was not understood twice, and compiling it again changes nothing.

use cssparser::{ParseError, Parser, ParserInput, Token};
use lightningcss::{
    printer::PrinterOptions,
    properties::{Property as Known, PropertyId},
    stylesheet::ParserOptions,
    traits::{Parse, ToCss},
    values::color::{CssColor, RGBA},
};

use super::{
    part::Shade,
    property::{COLOUR_FUNCTIONS, GRADIENT_FUNCTIONS, Piece, Property},
    refusal::{Reason, shown},
};

/// Pixels of a rem or em, as far as bounds are concerned.
pub(super) const PX_PER_REM: f32 = 16.0;
/// The longest name of a font.
const FAMILY_BYTES_MAX: usize = 60;
/// Pieces of a gradient: colours, places and a direction.
const GRADIENT_PIECES_MAX: usize = 24;

/// A checked value.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Value {
    /// As it is written into the style sheet.
    pub(super) text: String,
    /// The colours in it, in order.
    pub(super) paints: Vec<Paint>,
}

/// A colour in a value.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Paint {
    /// One of the theme's.
    Shade(Shade),
    /// Any other: red, green, blue and how opaque, each up to 255.
    Fixed([u8; 4]),
}

/// Checks a value and writes it again.
pub(super) fn check(property: &'static Property, text: &str) -> Result<Value, Reason> {
    pieces(property, text)?;
    let options = || PrinterOptions { minify: true, ..PrinterOptions::default() };
    let known = Known::parse_string(PropertyId::from(property.name), text.trim(), ParserOptions::default());
    let known = known.map_err(|_| property.refused())?;
    let is_understood = match &known {
        Known::Custom(_) | Known::All(_) => false,
        // With a colour of the theme in it there is nothing to parse until the page is drawn.
        Known::Unparsed(_) => text.to_ascii_lowercase().contains("var("),
        _ => true,
    };
    if !is_understood {
        return Err(property.refused());
    }
    let written = known.value_to_css_string(options()).map_err(|_| property.refused())?;
    let paints = pieces(property, &written)?;
    Ok(Value { text: written, paints })
}

/// Holds every piece of a value against the table; answers the colours in it.
fn pieces(property: &'static Property, text: &str) -> Result<Vec<Paint>, Reason> {
    let mut input = ParserInput::new(text);
    let mut input = Parser::new(&mut input);
    let mut reader = Reader { property, paints: Vec::new() };
    let (mut count, mut values) = (0, 1);
    loop {
        input.skip_whitespace();
        let start = input.position();
        let token = match input.next() {
            Ok(token) => token.clone(),
            Err(_) => break,
        };
        if token == Token::Comma && 0 < count {
            (count, values) = (0, values + 1);
            continue;
        }
        count += 1;
        let function = match &token {
            Token::Function(name) => {
                let inside = nested(&mut input);
                Some((name.to_ascii_lowercase(), inside, input.slice_from(start)))
            }
            _ => None,
        };
        match function {
            Some((name, inside, whole)) => reader.function(&name, inside, whole)?,
            None => reader.token(&token)?,
        }
        if property.pieces_max < count || property.list_max < values {
            return Err(property.refused());
        }
    }
    if count == 0 { Err(property.refused()) } else { Ok(reader.paints) }
}

struct Reader {
    property: &'static Property,
    paints: Vec<Paint>,
}

impl Reader {
    fn token(&mut self, token: &Token<'_>) -> Result<(), Reason> {
        match token {
            Token::Delim('!') => Err(Reason::Important),
            Token::Number { value, .. } => self.number(*value),
            Token::Dimension { value, unit, .. } => self.length(*value, unit),
            Token::Percentage { unit_value, .. } => self.percentage(unit_value * 100.0),
            Token::Ident(word) => self.word(word),
            Token::Hash(digits) | Token::IDHash(digits) => self.colour(&format!("#{digits}")),
            Token::QuotedString(name) if self.takes(|it| it == Piece::Family) => self.family(name),
            _ => Err(self.property.refused()),
        }
    }

    fn number(&self, value: f32) -> Result<(), Reason> {
        let bounds = self.property.pieces.iter().find_map(|it| match it {
            Piece::Number { min, max } => Some((*min, *max)),
            // Zero is a length in every unit.
            Piece::Length { min, max } | Piece::Fixed { min, max } if value == 0.0 => Some((*min, *max)),
            _ => None,
        });
        let (min, max) = bounds.ok_or_else(|| self.property.refused())?;
        self.within(value, (min, max), "")
    }

    fn length(&self, value: f32, unit: &str) -> Result<(), Reason> {
        let px = match unit.to_ascii_lowercase().as_str() {
            "px" => value,
            "rem" | "em" => value * PX_PER_REM,
            _ => return Err(self.property.refused()),
        };
        let bounds = self.property.pieces.iter().find_map(|it| match it {
            Piece::Length { min, max } => Some((*min, *max)),
            Piece::Fixed { min, max } if !unit.eq_ignore_ascii_case("em") => Some((*min, *max)),
            _ => None,
        });
        self.within(px, bounds.ok_or_else(|| self.property.refused())?, "px")
    }

    fn percentage(&self, value: f32) -> Result<(), Reason> {
        let max = self.property.pieces.iter().find_map(|it| match it {
            Piece::Percent { max } => Some(*max),
            _ => None,
        });
        self.within(value, (0.0, max.ok_or_else(|| self.property.refused())?), "%")
    }

    fn within(&self, value: f32, (min, max): (f32, f32), unit: &str) -> Result<(), Reason> {
        if (min..=max).contains(&value) {
            return Ok(());
        }
        let (low, high) = (format!("{min}{unit}"), format!("{max}{unit}"));
        Err(Reason::Range { property: self.property.name, low, high })
    }

    fn word(&mut self, word: &str) -> Result<(), Reason> {
        let is_listed =
            |it: Piece| matches!(it, Piece::Word(words) if words.iter().any(|it| it.eq_ignore_ascii_case(word)));
        if self.takes(is_listed) {
            return Ok(());
        }
        if self.takes(|it| it == Piece::Family) {
            return self.family(word);
        }
        self.colour(word)
    }

    fn family(&self, name: &str) -> Result<(), Reason> {
        let is_plain = |it: char| it.is_alphanumeric() || " -_".contains(it);
        let is_keyword = ["inherit", "initial", "unset", "revert", "revert-layer", "default"];
        let is_keyword = is_keyword.iter().any(|it| name.eq_ignore_ascii_case(it));
        if name.trim().is_empty() || FAMILY_BYTES_MAX < name.len() || !name.chars().all(is_plain) || is_keyword {
            return Err(self.property.refused());
        }
        Ok(())
    }

    fn function(&mut self, name: &str, inside: &str, whole: &str) -> Result<(), Reason> {
        if name == "var" && self.takes(|it| it == Piece::Colour) {
            let shade =
                Shade::find(inside.trim()).ok_or_else(|| Reason::Function(format!("var({})", shown(inside))))?;
            self.paints.push(Paint::Shade(shade));
            return Ok(());
        }
        if COLOUR_FUNCTIONS.contains(&name) {
            return self.colour(whole);
        }
        if GRADIENT_FUNCTIONS.contains(&name) && self.takes(|it| it == Piece::Gradient) {
            return self.gradient(inside);
        }
        Err(Reason::Function(shown(name)))
    }

    /// The inside of a gradient: colours, each with a place or two, behind a direction.
    fn gradient(&mut self, inside: &str) -> Result<(), Reason> {
        const WORDS: &[&str] = &["to", "top", "right", "bottom", "left", "at", "center", "circle", "ellipse"];
        let mut input = ParserInput::new(inside);
        let mut input = Parser::new(&mut input);
        let mut colours = Self { property: &GRADIENT_COLOUR, paints: Vec::new() };
        let mut count = 0;
        loop {
            input.skip_whitespace();
            let start = input.position();
            let token = match input.next() {
                Ok(token) => token.clone(),
                Err(_) => break,
            };
            count += 1;
            match &token {
                Token::Comma | Token::Percentage { .. } => {}
                Token::Dimension { unit, .. } if ["deg", "turn"].iter().any(|it| unit.eq_ignore_ascii_case(it)) => {}
                Token::Number { value, .. } if *value == 0.0 => {}
                Token::Ident(word) if WORDS.iter().any(|it| word.eq_ignore_ascii_case(it)) => {}
                Token::Function(name) => {
                    let name = name.to_ascii_lowercase();
                    let inside = nested(&mut input);
                    colours.function(&name, inside, input.slice_from(start))?;
                }
                other => colours.token(other).map_err(|_| self.property.refused())?,
            }
            if GRADIENT_PIECES_MAX < count {
                return Err(self.property.refused());
            }
        }
        if colours.paints.len() < 2 {
            return Err(self.property.refused());
        }
        self.paints.append(&mut colours.paints);
        Ok(())
    }

    fn colour(&mut self, text: &str) -> Result<(), Reason> {
        if !self.takes(|it| it == Piece::Colour) {
            return Err(self.property.refused());
        }
        let colour = CssColor::parse_string(text).map_err(|_| self.property.refused())?;
        let rgba = match colour.to_rgb() {
            Ok(CssColor::RGBA(RGBA { red, green, blue, alpha })) => [red, green, blue, alpha],
            _ => return Err(self.property.refused()),
        };
        // A mixture that could not be mixed here would not be the colour that was checked.
        let written = colour.to_css_string(PrinterOptions { minify: true, ..PrinterOptions::default() });
        if written.map_or(true, |it| it.contains("color-mix") || it.contains("from ")) {
            return Err(self.property.refused());
        }
        self.paints.push(Paint::Fixed(rgba));
        Ok(())
    }

    fn takes(&self, is_it: impl Fn(Piece) -> bool) -> bool {
        self.property.pieces.iter().any(|it| is_it(*it))
    }
}

/// The colours inside a gradient are read as those of any property.
static GRADIENT_COLOUR: Property =
    Property { name: "background", pieces: &[Piece::Colour], pieces_max: 1, list_max: 1 };

impl Property {
    fn refused(&self) -> Reason {
        Reason::Value { property: self.name, takes: self.takes() }
    }
}

/// The text between the brackets of the function whose name was just read.
fn nested<'i>(input: &mut Parser<'i, '_>) -> &'i str {
    let inside = input.parse_nested_block(|input| -> Result<&'i str, ParseError<'i, ()>> {
        let start = input.position();
        while input.next().is_ok() {}
        Ok(input.slice_from(start))
    });
    inside.unwrap_or_default()
}
