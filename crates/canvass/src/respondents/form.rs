//! A survey's page as a browser without scripts sees it: this file is about reading its form and filling it in.

use std::{cell::RefCell, collections::HashMap};

use html5ever::{
    buffer_queue::BufferQueue,
    tendril::StrTendril,
    tokenizer::{Tag, TagKind, Token, TokenSink, TokenSinkResult, Tokenizer, TokenizerOpts},
};

use crate::demo::Dice;

/// A form to be filled in.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Form {
    /// Where it is sent.
    pub(super) action: String,
    controls: Vec<Control>,
    /// What stands below each question, by its id: it tells the bounds of a number.
    hints: HashMap<String, String>,
    /// What the page says was wrong with what was sent before.
    complaints: Vec<String>,
}

/// One control, as HTML has it.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Control {
    kind: Kind,
    name: String,
    value: String,
    /// Ticked or chosen already.
    is_on: bool,
    /// It stands in the section that is shown.
    is_shown: bool,
    is_required: bool,
    /// Letters that fit.
    letters_max: usize,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Hidden,
    Text,
    Number,
    Area,
    Radio,
    Checkbox,
    Option,
    Submit,
}

/// A field and its value, as they are sent.
pub(super) type Field = (String, String);

/// How likely somebody ticks each of several choices.
const TICKED: f64 = 0.4;
/// How likely somebody writes something where any text may stand.
const WRITTEN: f64 = 0.5;
/// What people write.
const WORDS: [&str; 12] =
    ["fine", "slow", "friendly", "the", "service", "was", "good", "and", "price", "too", "quick", "again"];
/// A number that fits most questions that tell no bounds.
const USUAL: i64 = 30;

impl Form {
    /// The form that posts, if the page has one.
    pub(super) fn read(html: &str) -> Option<Self> {
        let sink = Reader::default();
        let tokenizer = Tokenizer::new(sink, TokenizerOpts::default());
        let queue = BufferQueue::default();
        queue.push_back(StrTendril::from_slice(html));
        let _ = tokenizer.feed(&queue);
        tokenizer.end();
        let read = tokenizer.sink.0.into_inner();
        (!read.form.action.is_empty()).then_some(read.form)
    }

    /// The first thing that was wrong with what was sent before, if anything was.
    pub(super) fn complaint(&self) -> Option<&str> {
        self.complaints.first().map(|it| it.trim())
    }

    /// What a person sends who answers every question that is shown.
    pub(super) fn fill(&self, dice: &mut Dice) -> Vec<Field> {
        let mut fields = Vec::new();
        let mut at = 0;
        while let Some(control) = self.controls.get(at) {
            let group = self.group(at);
            at += group.len();
            match (control.kind, control.is_shown) {
                (Kind::Submit, _) => {
                    // The first one goes on; a second one would go back.
                    let is_first = fields.iter().all(|(name, _)| *name != control.name);
                    fields.extend(is_first.then(|| control.field()));
                }
                (Kind::Hidden, _) | (Kind::Text | Kind::Number | Kind::Area, false) => fields.push(control.field()),
                (Kind::Radio | Kind::Checkbox | Kind::Option, false) => {
                    fields.extend(group.iter().filter(|it| it.is_on).map(Control::field));
                }
                (Kind::Radio | Kind::Option, true) => {
                    let listed: Vec<&Control> = group.iter().filter(|it| it.is_choice()).collect();
                    fields.extend(dice.one_of(&listed).map(|it| it.field()));
                }
                (Kind::Checkbox, true) => {
                    let listed = group.iter().filter(|it| it.is_choice());
                    fields.extend(self.tick(&control.name, listed.collect(), dice).iter().map(|it| it.field()));
                }
                (Kind::Number, true) => fields.push((control.name.clone(), self.number(&control.name, dice))),
                (Kind::Text | Kind::Area, true) => fields.push((control.name.clone(), control.text(dice))),
            }
        }
        fields
    }

    /// The controls from here on that are one question's choices; one alone for all others.
    fn group(&self, at: usize) -> &[Control] {
        let rest = &self.controls[at..];
        let alike = |it: &&Control| it.kind == rest[0].kind && it.name == rest[0].name;
        let length = match rest.first().map(|it| it.kind) {
            Some(Kind::Radio | Kind::Checkbox | Kind::Option) => rest.iter().take_while(alike).count(),
            Some(_) | None => 1,
        };
        &rest[..length]
    }

    /// Some of several choices: as many as the hint says, or any number from one on.
    fn tick<'a>(&self, name: &str, listed: Vec<&'a Control>, dice: &mut Dice) -> Vec<&'a Control> {
        let count = self.bounds(name).last().and_then(|it| usize::try_from(*it).ok());
        let mut keyed: Vec<(f64, &Control)> = listed.into_iter().map(|it| (dice.throw(), it)).collect();
        keyed.sort_by(|one, other| one.0.total_cmp(&other.0));
        let some = 1 + keyed.iter().skip(1).filter(|(throw, _)| *throw < TICKED).count();
        keyed.into_iter().take(count.unwrap_or(some)).map(|(_, it)| it).collect()
    }

    /// A number within the bounds that its hint tells.
    fn number(&self, name: &str, dice: &mut Dice) -> String {
        match self.bounds(name)[..] {
            [low, high, ..] if low < high => {
                #[expect(
                    clippy::cast_precision_loss,
                    clippy::cast_possible_truncation,
                    reason = "a number of a survey"
                )]
                let number = low + (dice.throw() * (high - low) as f64) as i64;
                number.to_string()
            }
            [only, ..] => only.max(USUAL).to_string(),
            [] => USUAL.to_string(),
        }
    }

    /// The numbers in a question's hint.
    fn bounds(&self, name: &str) -> Vec<i64> {
        let hint = self.hints.get(name).map(String::as_str).unwrap_or_default();
        hint.split(|it: char| !it.is_ascii_digit() && it != '-').filter_map(|it| it.parse().ok()).collect()
    }
}

impl Control {
    fn field(&self) -> Field {
        (self.name.clone(), self.value.clone())
    }

    /// A choice that needs no words of one's own: an empty one is none, and `.other` asks for them.
    fn is_choice(&self) -> bool {
        !self.value.is_empty() && !self.value.starts_with('.')
    }

    /// What somebody writes; nothing into fields that are no question's.
    fn text(&self, dice: &mut Dice) -> String {
        let is_question = !self.name.starts_with('_') && !self.name.contains('.');
        if !is_question || (!self.is_required && WRITTEN < dice.throw()) {
            return self.value.clone();
        }
        let count = if self.kind == Kind::Area { 20 } else { 3 };
        let text = (0..count).filter_map(|_| dice.one_of(&WORDS).copied()).collect::<Vec<_>>().join(" ");
        text.chars().take(self.letters_max).collect::<String>().trim_end().to_owned()
    }
}

/// What was read of a page so far.
#[expect(clippy::struct_excessive_bools, reason = "each tells of one element whether it is open")]
#[derive(Default)]
struct Read {
    form: Form,
    is_in_form: bool,
    /// The section that is being read is not shown.
    is_hidden: bool,
    /// The `<select>` that is being read.
    select: Option<String>,
    /// The question whose hint is being read.
    hint: Option<String>,
    /// One of the things that were wrong is being read.
    is_in_complaint: bool,
    /// The list of what was wrong is being read.
    is_complaining: bool,
    /// A `<textarea>` is being read: its text is its value.
    is_in_area: bool,
}

/// Reads tokens one after the other.
#[derive(Default)]
struct Reader(RefCell<Read>);

impl TokenSink for Reader {
    type Handle = ();

    fn process_token(&self, token: Token, _: u64) -> TokenSinkResult<()> {
        let mut read = self.0.borrow_mut();
        match token {
            Token::TagToken(tag) if tag.kind == TagKind::StartTag => read.begin(&tag),
            Token::TagToken(tag) => read.end(&tag.name),
            Token::CharacterTokens(text) => read.text(&text),
            Token::DoctypeToken(_)
            | Token::CommentToken(_)
            | Token::NullCharacterToken
            | Token::EOFToken
            | Token::ParseError(_) => {}
        }
        TokenSinkResult::Continue
    }
}

impl Read {
    fn begin(&mut self, tag: &Tag) {
        let attribute = |name: &str| find(tag, name).unwrap_or_default();
        match &*tag.name {
            "form" if attribute("method") == "post" && self.form.action.is_empty() => {
                self.is_in_form = true;
                self.form.action = attribute("action");
            }
            "div" if attribute("class") == "error-summary" => self.is_complaining = true,
            "li" if self.is_complaining => {
                self.is_in_complaint = true;
                self.form.complaints.push(String::new());
            }
            _ if !self.is_in_form => {}
            "section" => self.is_hidden = find(tag, "hidden").is_some(),
            "p" => self.hint = attribute("id").strip_prefix("b-").map(str::to_owned),
            "input" => {
                let kind = match attribute("type").as_str() {
                    "hidden" => Kind::Hidden,
                    "radio" => Kind::Radio,
                    "checkbox" => Kind::Checkbox,
                    _ if matches!(attribute("inputmode").as_str(), "numeric" | "decimal") => Kind::Number,
                    _ => Kind::Text,
                };
                self.add(kind, tag, attribute("value"));
            }
            "textarea" => {
                self.is_in_area = true;
                self.add(Kind::Area, tag, String::new());
            }
            "select" => self.select = Some(attribute("name")),
            "option" if self.select.is_some() => self.add(Kind::Option, tag, attribute("value")),
            "button" if find(tag, "name").is_some() && find(tag, "hidden").is_none() => {
                self.add(Kind::Submit, tag, attribute("value"));
            }
            _ => {}
        }
    }

    fn end(&mut self, name: &str) {
        match name {
            "form" => self.is_in_form = false,
            "li" => self.is_in_complaint = false,
            "ul" => self.is_complaining = false,
            "section" => self.is_hidden = false,
            "textarea" => self.is_in_area = false,
            "select" => self.select = None,
            "p" => self.hint = None,
            _ => {}
        }
    }

    fn text(&mut self, text: &str) {
        if let Some(question) = &self.hint {
            self.form.hints.entry(question.clone()).or_default().push_str(text);
        }
        if let (true, Some(complaint)) = (self.is_in_complaint, self.form.complaints.last_mut()) {
            complaint.push_str(text);
        }
        if let (true, Some(area)) = (self.is_in_area, self.form.controls.last_mut()) {
            // HTML drops the line break right behind the tag.
            let text = if area.value.is_empty() { text.strip_prefix('\n').unwrap_or(text) } else { text };
            area.value.push_str(text);
        }
    }

    fn add(&mut self, kind: Kind, tag: &Tag, value: String) {
        let name = if kind == Kind::Option { self.select.clone() } else { find(tag, "name") };
        self.form.controls.push(Control {
            kind,
            name: name.unwrap_or_default(),
            value,
            is_on: find(tag, "checked").or(find(tag, "selected")).is_some(),
            is_shown: !self.is_hidden,
            is_required: find(tag, "required").is_some(),
            letters_max: find(tag, "maxlength").and_then(|it| it.parse().ok()).unwrap_or(usize::MAX),
        });
    }
}

/// An attribute of a tag.
fn find(tag: &Tag, name: &str) -> Option<String> {
    tag.attrs.iter().find(|it| &*it.name.local == name).map(|it| it.value.to_string())
}
