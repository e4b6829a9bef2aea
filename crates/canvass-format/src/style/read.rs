//! Reading: this file is about turning guarded text into rules of known parts, and saying all that is wrong at once.

use cssparser::{Delimiter, ParseError, Parser, ParserInput, Token};

use super::{
    part::{Part, State},
    property::{Danger, Property},
    refusal::{Place, Reason, Refusal, shown},
    value::{self, Value},
};

/// Declarations compiled at most: each is some bytes on every page.
const DECLARATIONS_MAX: usize = 500;

/// One rule: which parts, when, and what is set.
#[derive(Debug)]
pub(super) struct Rule {
    pub(super) media: Option<Media>,
    pub(super) targets: Vec<Target>,
    pub(super) declarations: Vec<Declaration>,
}

/// A part, or one of its states.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Target {
    pub(super) part: &'static Part,
    pub(super) state: Option<&'static State>,
}

/// A property with its checked value.
#[derive(Debug)]
pub(super) struct Declaration {
    pub(super) property: &'static Property,
    pub(super) value: Value,
    pub(super) place: Place,
}

/// When rules apply: every condition at once.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Media {
    pub(super) on: Option<&'static str>,
    pub(super) conditions: Vec<Condition>,
}

/// One condition of a media query.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Condition {
    /// `min-width` or `max-width`, in px, or em and rem of 16 px.
    Width { name: &'static str, px: f32 },
    /// `prefers-color-scheme`.
    Scheme(&'static str),
    /// `prefers-reduced-motion`.
    Motion(&'static str),
}

/// Reads every rule; what is wrong stands beside them.
pub(super) fn rules(source: &str) -> (Vec<Rule>, Vec<Refusal>) {
    let mut reader = Reader::default();
    let mut input = ParserInput::new(source);
    reader.sheet(&mut Parser::new(&mut input), None);
    (reader.rules, reader.refusals)
}

#[derive(Default)]
struct Reader {
    rules: Vec<Rule>,
    refusals: Vec<Refusal>,
    declarations: usize,
}

impl Reader {
    fn refuse(&mut self, reason: Reason, place: Place) {
        self.refusals.push(reason.at(place));
    }

    fn sheet(&mut self, input: &mut Parser<'_, '_>, media: Option<&Media>) {
        loop {
            input.skip_whitespace();
            let (place, before) = (here(input), input.state());
            match input.next().cloned() {
                Err(_) => return,
                Ok(Token::AtKeyword(name)) if name.eq_ignore_ascii_case("media") && media.is_none() => {
                    self.media(input, place);
                }
                Ok(Token::AtKeyword(name)) => {
                    let prelude = until_block(input);
                    let loads = ["import", "font-face", "namespace", "charset"];
                    let loads = loads.iter().any(|it| name.eq_ignore_ascii_case(it));
                    self.refuse(if loads { Reason::Loads } else { Reason::AtRule(shown(&name)) }, place);
                    // A rule with a block ends with it, one without at its semicolon.
                    if !prelude.ends_with(';') {
                        let _ = input.next();
                    }
                }
                Ok(_) => {
                    input.reset(&before);
                    self.rule(input, (media, place));
                }
            }
        }
    }

    fn media(&mut self, input: &mut Parser<'_, '_>, place: Place) {
        let query = until_block(input);
        let media = media_query(query);
        if media.is_none() {
            self.refuse(Reason::Media, place);
        }
        if query.ends_with(';') {
            return;
        }
        if !matches!(input.next(), Ok(Token::CurlyBracketBlock)) {
            return;
        }
        // What is inside is read either way, so that all that is wrong is said at once.
        let media = media.unwrap_or(Media { on: None, conditions: Vec::new() });
        let _: Result<(), ParseError<'_, ()>> = input.parse_nested_block(|input| {
            self.sheet(input, Some(&media));
            Ok(())
        });
    }

    fn rule(&mut self, input: &mut Parser<'_, '_>, (media, place): (Option<&Media>, Place)) {
        let mut targets = Vec::new();
        let mut is_known = true;
        for (selector, place) in selectors(input) {
            match target(&selector) {
                Ok(target) => targets.push(target),
                Err(reason) => {
                    is_known = false;
                    self.refuse(reason, place);
                }
            }
        }
        if !matches!(input.next(), Ok(Token::CurlyBracketBlock)) {
            if is_known {
                self.refuse(Reason::Stray, place);
            }
            return;
        }
        let declarations = input.parse_nested_block::<_, _, ()>(|input| Ok(self.declarations(input, &targets)));
        let declarations = declarations.unwrap_or_default();
        self.rules.push(Rule { media: media.cloned(), targets, declarations });
    }

    fn declarations(&mut self, input: &mut Parser<'_, '_>, targets: &[Target]) -> Vec<Declaration> {
        let mut found = Vec::new();
        loop {
            input.skip_whitespace();
            let place = here(input);
            let name = match input.next().cloned() {
                Err(_) => return found,
                Ok(Token::Semicolon) => continue,
                Ok(Token::Ident(name)) => Some(name),
                Ok(_) => None,
            };
            let rest = rest_of_declaration(input);
            let declaration = match (name, rest) {
                (_, Rest::Rule) | (None, Rest::Other) => Err(Reason::Nested),
                (Some(_), Rest::Other) | (None, Rest::Value(_)) => Err(Reason::Stray),
                (Some(name), Rest::Value(value)) => declaration(&name, value, targets),
            };
            self.declarations += 1;
            if self.declarations == DECLARATIONS_MAX + 1 {
                self.refuse(Reason::TooMany(DECLARATIONS_MAX), place);
            }
            match declaration {
                Ok((property, value)) => found.push(Declaration { property, value, place }),
                Err(reason) => self.refuse(reason, place),
            }
        }
    }
}

/// What follows the first word of a declaration, up to its semicolon or the end of the rule.
enum Rest<'i> {
    Value(&'i str),
    /// There is a block in it: it is a rule.
    Rule,
    /// There is no colon.
    Other,
}

fn rest_of_declaration<'i>(input: &mut Parser<'i, '_>) -> Rest<'i> {
    let rest = input.parse_until_after::<_, _, ()>(Delimiter::Semicolon, |input| {
        let has_colon = input.try_parse(Parser::expect_colon).is_ok();
        let start = input.position();
        let mut has_block = false;
        while let Ok(token) = input.next() {
            has_block |= matches!(token, Token::CurlyBracketBlock);
        }
        let value = input.slice_from(start);
        Ok(match (has_block, has_colon) {
            (true, _) => Rest::Rule,
            (false, true) => Rest::Value(value),
            (false, false) => Rest::Other,
        })
    });
    rest.unwrap_or(Rest::Other)
}

/// A property with its value, if all its targets take it.
fn declaration(name: &str, text: &str, targets: &[Target]) -> Result<(&'static Property, Value), Reason> {
    let Some(property) = Property::find(name) else {
        let name = shown(name);
        return Err(match Danger::of(&name) {
            Some(Danger::Hides) => Reason::Hides(name),
            Some(Danger::Covers) => Reason::Covers(name),
            Some(Danger::Loads) => Reason::Loads,
            Some(Danger::Runs) => Reason::Runs(name),
            None => Reason::UnknownProperty(name),
        });
    };
    let not_here = targets.iter().find(|it| !it.part.takes(it.state, property.name));
    if let Some(target) = not_here {
        return Err(Reason::NotHere { part: target.name(), property: property.name });
    }
    Ok((property, value::check(property, text)?))
}

/// The selectors in front of a block, each with its place.
fn selectors<'i>(input: &mut Parser<'i, '_>) -> Vec<(Vec<Token<'i>>, Place)> {
    let tokens = input.parse_until_before::<_, _, ()>(Delimiter::CurlyBracketBlock, |input| {
        let mut tokens = Vec::new();
        loop {
            let place = here(input);
            match input.next_including_whitespace() {
                Ok(token) => tokens.push((token.clone(), place)),
                Err(_) => return Ok(tokens),
            }
        }
    });
    let tokens = tokens.unwrap_or_default();
    let is_space = |token: &Token<'_>| matches!(token, Token::WhiteSpace(_));
    let selectors = tokens.split(|(token, _)| *token == Token::Comma).map(|selector| {
        let first = selector.iter().position(|(token, _)| !is_space(token)).unwrap_or(0);
        let end = selector.iter().rposition(|(token, _)| !is_space(token)).map_or(first, |it| it + 1);
        let place = selector.get(first).map_or_else(|| here(input), |(_, place)| *place);
        (selector[first..end].iter().map(|(token, _)| token.clone()).collect(), place)
    });
    selectors.collect()
}

/// What a selector names: `.part` or `.part:state`.
fn target(selector: &[Token<'_>]) -> Result<Target, Reason> {
    let (name, state) = match selector {
        [Token::Delim('.'), Token::Ident(name)] => (name, None),
        [Token::Delim('.'), Token::Ident(name), Token::Colon, Token::Ident(state)] => (name, Some(state)),
        _ => return Err(Reason::Selector(shown(&text(selector)))),
    };
    let part = Part::find(name).ok_or_else(|| Reason::UnknownPart(shown(name)))?;
    let Some(state) = state else { return Ok(Target { part, state: None }) };
    let known = part.states.iter().find(|it| it.name == state.as_ref());
    let known = known.ok_or_else(|| Reason::UnknownState { part: part.name, state: shown(state) })?;
    Ok(Target { part, state: Some(known) })
}

/// Tokens as they would be written.
fn text(tokens: &[Token<'_>]) -> String {
    tokens.iter().map(cssparser::ToCss::to_css_string).collect()
}

/// A media query: an optional `screen` or `print`, and conditions joined by `and`.
fn media_query(query: &str) -> Option<Media> {
    let mut input = ParserInput::new(query);
    let mut input = Parser::new(&mut input);
    let on =
        ["screen", "print"].into_iter().find(|it| input.try_parse(|input| input.expect_ident_matching(it)).is_ok());
    let mut media = Media { on, conditions: Vec::new() };
    while !input.is_exhausted() {
        if media.on.is_some() || !media.conditions.is_empty() {
            input.expect_ident_matching("and").ok()?;
        }
        input.expect_parenthesis_block().ok()?;
        media.conditions.push(input.parse_nested_block(condition).ok()?);
    }
    (media.on.is_some() || !media.conditions.is_empty()).then_some(media)
}

fn condition<'i>(input: &mut Parser<'i, '_>) -> Result<Condition, ParseError<'i, ()>> {
    /// Screens are not larger.
    const WIDTH_PX_MAX: f32 = 10_000.0;
    let name = input.expect_ident_cloned()?;
    input.expect_colon()?;
    let is = |it: &str| name.eq_ignore_ascii_case(it);
    let word = |input: &mut Parser<'i, '_>, words: [&'static str; 2]| {
        let found = input.expect_ident_cloned().ok();
        words.into_iter().find(|it| found.as_ref().is_some_and(|word| word.eq_ignore_ascii_case(it)))
    };
    let condition = if is("prefers-color-scheme") {
        word(input, ["light", "dark"]).map(Condition::Scheme)
    } else if is("prefers-reduced-motion") {
        word(input, ["reduce", "no-preference"]).map(Condition::Motion)
    } else if let Some(name) = ["min-width", "max-width"].into_iter().find(|it| is(it)) {
        let px = match input.next()? {
            Token::Dimension { value, unit, .. } if unit.eq_ignore_ascii_case("px") => Some(*value),
            Token::Dimension { value, unit, .. } if ["em", "rem"].iter().any(|it| unit.eq_ignore_ascii_case(it)) => {
                Some(*value * value::PX_PER_REM)
            }
            _ => None,
        };
        px.filter(|it| (0.0..=WIDTH_PX_MAX).contains(it)).map(|px| Condition::Width { name, px })
    } else {
        None
    };
    condition.ok_or_else(|| input.new_custom_error(()))
}

/// The text up to the next block or through the next semicolon, whichever comes first.
fn until_block<'i>(input: &mut Parser<'i, '_>) -> &'i str {
    let start = input.position();
    let delimiters = Delimiter::CurlyBracketBlock | Delimiter::Semicolon;
    let _: Result<(), ParseError<'_, ()>> = input.parse_until_before(delimiters, |input| {
        while input.next().is_ok() {}
        Ok(())
    });
    let before = input.slice_from(start);
    if input.try_parse(Parser::expect_semicolon).is_ok() {
        return input.slice_from(start);
    }
    before
}

fn here(input: &Parser<'_, '_>) -> Place {
    input.current_source_location().into()
}

impl Target {
    /// How the tenant writes it, without the dot.
    pub(super) fn name(&self) -> String {
        match self.state {
            Some(state) => format!("{}:{}", self.part.name, state.name),
            None => self.part.name.to_owned(),
        }
    }
}
