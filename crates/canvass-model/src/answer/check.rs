//! The rules for answers: this file is about what a question accepts, and what a respondent reads when it does not.

use std::borrow::Cow;

use unicode_normalization::{UnicodeNormalization, is_nfc};

use super::{Answer, Pick};
use crate::{
    definition::{Choice, Kind, Other, SetBy, limit},
    number,
};

/// What was given to a question, before its rules are applied.
#[derive(Debug)]
pub(super) enum Given<'a> {
    /// A text, or a number as typed.
    Text(&'a str),
    /// A number.
    Number(f64),
    /// Yes or no.
    YesNo(bool),
    /// Choices; empty for none.
    Picks(Vec<GivenPick<'a>>),
}

/// One choice as given.
#[derive(Debug)]
pub(super) enum GivenPick<'a> {
    /// By its id.
    Listed(Cow<'a, str>),
    /// One's own text.
    Other(&'a str),
}

/// Why an answer was refused.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Wrong {
    /// Which of the question's fields.
    pub(super) spot: Spot,
    /// What a respondent reads.
    pub(super) message: String,
}

/// The fields of one question.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Spot {
    /// The question's own.
    Answer,
    /// The one for one's own answer beside the choices.
    Other,
}

/// The answer, or `None` when nothing was given.
pub(super) fn answer(kind: &Kind, given: &Given<'_>) -> Result<Option<Answer>, Wrong> {
    match kind {
        Kind::ShortText { chars_min, chars_max } => one_line(given).and_then(|it| text(it, *chars_min, *chars_max)),
        Kind::LongText { chars_min, chars_max } => lines(given).and_then(|it| text(it, *chars_min, *chars_max)),
        Kind::Integer { min, max, .. } => integer(given, *min, *max),
        Kind::Decimal { min, max, step, .. } => decimal(given, (*min, *max), *step),
        Kind::SingleChoice { choices, other } | Kind::Dropdown { choices, other } => {
            let mut picked = picks(given, choices, other)?;
            match picked.len() {
                0 | 1 => Ok(picked.pop().map(Answer::Choice)),
                _ => Err(wrong("Choose one answer only")),
            }
        }
        Kind::MultipleChoice { choices, other, picks_min, picks_max } => {
            multiple(picks(given, choices, other)?, *picks_min, *picks_max)
        }
        Kind::Stars { .. } | Kind::OpinionScale { .. } | Kind::Nps { .. } => scale(kind, given),
        Kind::YesNo => yes_no(given),
        Kind::Statement => Err(wrong("This is a text to read; it takes no answer")),
        Kind::Hidden { set_by: SetBy::Url, .. } => hidden(given),
        Kind::Hidden { set_by: SetBy::Script, .. } => Err(wrong("Only a script sets this hidden value; leave it out")),
    }
}

/// What a respondent reads who gave nothing to a required question.
pub(super) fn missing(kind: &Kind) -> String {
    match kind {
        Kind::ShortText { .. } | Kind::LongText { .. } => "Write an answer".to_owned(),
        Kind::Integer { min, max, .. } => number_wanted("whole number", *min, *max),
        Kind::Decimal { min, max, .. } => number_wanted("number", *min, *max),
        Kind::SingleChoice { .. } | Kind::Dropdown { .. } => "Choose an answer".to_owned(),
        Kind::MultipleChoice { picks_min: Some(min), .. } if 1 < *min => format!("Choose at least {min} answers"),
        Kind::MultipleChoice { .. } => "Choose at least one answer".to_owned(),
        Kind::Stars { .. } => "Choose how many stars".to_owned(),
        Kind::OpinionScale { .. } | Kind::Nps { .. } => "Choose a number".to_owned(),
        Kind::YesNo => "Choose yes or no".to_owned(),
        Kind::Statement => String::new(),
        Kind::Hidden { .. } => "Give a text".to_owned(),
    }
}

/// The answer of a response that gives none.
pub(super) fn fallback(kind: &Kind) -> Option<Answer> {
    match kind {
        Kind::Hidden { default, .. } => default.clone().map(Answer::Hidden),
        Kind::ShortText { .. }
        | Kind::LongText { .. }
        | Kind::Integer { .. }
        | Kind::Decimal { .. }
        | Kind::SingleChoice { .. }
        | Kind::MultipleChoice { .. }
        | Kind::Dropdown { .. }
        | Kind::Stars { .. }
        | Kind::OpinionScale { .. }
        | Kind::Nps { .. }
        | Kind::YesNo
        | Kind::Statement => None,
    }
}

/// A hidden value as programs and scripts give it; `None` for an empty one.
pub(super) fn hidden(given: &Given<'_>) -> Result<Option<Answer>, Wrong> {
    let read = one_line(given).and_then(|it| text(it, 0, limit::HIDDEN_CHARS_MAX))?;
    Ok(read.map(|it| if let Answer::Text(text) = it { Answer::Hidden(text) } else { it }))
}

fn one_line<'a>(given: &Given<'a>) -> Result<Cow<'a, str>, Wrong> {
    let Given::Text(text) = given else { return Err(wrong("Write a text")) };
    let text = text.trim();
    let text = if text.contains('\t') { text.replace('\t', " ").into() } else { Cow::Borrowed(text) };
    if has_control(&text, &[]) {
        return Err(wrong("Remove the line breaks and control characters"));
    }
    Ok(text)
}

fn lines<'a>(given: &Given<'a>) -> Result<Cow<'a, str>, Wrong> {
    let Given::Text(text) = given else { return Err(wrong("Write a text")) };
    let text = text.trim();
    let text =
        if text.contains('\r') { text.replace("\r\n", "\n").replace('\r', "\n").into() } else { Cow::Borrowed(text) };
    if has_control(&text, &['\n', '\t']) {
        return Err(wrong("Remove the control characters"));
    }
    Ok(text)
}

/// Whether a text has control characters that are not allowed.
fn has_control(text: &str, allowed: &[char]) -> bool {
    let is_refused = |it: char| it.is_control() && !allowed.contains(&it);
    // Each of them has a byte that is one by itself, and texts without such a byte are looked through much faster.
    text.bytes().map(char::from).any(is_refused) && text.chars().any(is_refused)
}

fn text(text: Cow<'_, str>, chars_min: u32, chars_max: u32) -> Result<Option<Answer>, Wrong> {
    if text.is_empty() {
        return Ok(None);
    }
    // ASCII is in normal form already, and to see that it is ASCII takes a hundredth of the time.
    let text = if text.is_ascii() || is_nfc(&text) { text.into_owned() } else { text.nfc().collect() };
    let chars = text.chars().count();
    if (chars_max as usize) < chars {
        return Err(wrong(format!("Write at most {}; this has {chars}", counted(chars_max, "character"))));
    }
    if chars < chars_min as usize {
        return Err(wrong(format!("Write at least {}; this has {chars}", counted(chars_min, "character"))));
    }
    Ok(Some(Answer::Text(text)))
}

fn integer(given: &Given<'_>, min: Option<i64>, max: Option<i64>) -> Result<Option<Answer>, Wrong> {
    let number = match number(given) {
        Typed::Nothing => return Ok(None),
        Typed::Number(number) => number::whole(number),
        Typed::Nonsense => None,
    };
    match number {
        Some(number) if min.is_none_or(|it| it <= number) && max.is_none_or(|it| number <= it) => {
            Ok(Some(Answer::Integer(number)))
        }
        Some(_) | None => Err(wrong(number_wanted("whole number", min, max))),
    }
}

fn decimal(
    given: &Given<'_>,
    (min, max): (Option<f64>, Option<f64>),
    step: Option<f64>,
) -> Result<Option<Answer>, Wrong> {
    let wanted = || wrong(number_wanted("number", min, max));
    let number = match number(given) {
        Typed::Nothing => return Ok(None),
        Typed::Number(number) => number,
        Typed::Nonsense => return Err(wanted()),
    };
    if min.is_some_and(|it| number < it) || max.is_some_and(|it| it < number) {
        return Err(wanted());
    }
    if let Some(step) = step {
        let base = min.unwrap_or(0.0);
        let steps = (number - base) / step;
        if STEP_TOLERANCE * steps.abs().max(1.0) < (steps - steps.round()).abs() {
            return Err(wrong(format!("Enter a number in steps of {step} from {base}")));
        }
    }
    Ok(Some(Answer::Decimal(number)))
}

/// Decimal fractions are not exact in binary: 0.3 is three steps of 0.1 all the same.
const STEP_TOLERANCE: f64 = 1e-9;

/// What a text or a JSON value says as a number.
enum Typed {
    Nothing,
    Number(f64),
    Nonsense,
}

/// The number given, within the bounds of all numbers.
fn number(given: &Given<'_>) -> Typed {
    let typed = match given {
        Given::Number(number) => Typed::Number(*number),
        Given::Text(text) => typed_number(text.trim()),
        Given::YesNo(_) | Given::Picks(_) => Typed::Nonsense,
    };
    match typed {
        // Adding zero turns the negative zero into the one people know.
        Typed::Number(number) if number::is_allowed(number) => Typed::Number(number + 0.0),
        Typed::Number(_) | Typed::Nonsense => Typed::Nonsense,
        Typed::Nothing => Typed::Nothing,
    }
}

/// Reads a number as people type it: with a full stop or a comma before the decimals, and no other separators.
fn typed_number(text: &str) -> Typed {
    if text.is_empty() {
        return Typed::Nothing;
    }
    let plain = text.replace(',', ".").replace('\u{2212}', "-");
    // Rust also reads "inf" and "nan".
    let digits = plain.bytes().any(|it| it.is_ascii_digit());
    match plain.parse() {
        Ok(number) if digits => Typed::Number(number),
        Ok(_) | Err(_) => Typed::Nonsense,
    }
}

fn scale(kind: &Kind, given: &Given<'_>) -> Result<Option<Answer>, Wrong> {
    let range = kind.scale().unwrap_or(0..=0);
    let number = match number(given) {
        Typed::Nothing => return Ok(None),
        Typed::Number(number) => number::whole(number),
        Typed::Nonsense => None,
    };
    match number {
        Some(number) if range.contains(&number) => Ok(Some(Answer::Scale(number))),
        Some(_) | None => Err(wrong(format!("Choose a number from {} to {}", range.start(), range.end()))),
    }
}

fn yes_no(given: &Given<'_>) -> Result<Option<Answer>, Wrong> {
    match given {
        Given::YesNo(yes) => Ok(Some(Answer::YesNo(*yes))),
        Given::Text("yes") => Ok(Some(Answer::YesNo(true))),
        Given::Text("no") => Ok(Some(Answer::YesNo(false))),
        Given::Text(text) if text.trim().is_empty() => Ok(None),
        Given::Text(_) | Given::Number(_) | Given::Picks(_) => Err(wrong("Choose yes or no")),
    }
}

/// The picks in the order of the choices, one's own answer last.
fn picks(given: &Given<'_>, choices: &[Choice], other: &Other) -> Result<Vec<Pick>, Wrong> {
    let Given::Picks(given) = given else { return Err(wrong("Choose from the answers offered")) };
    let mut listed: Vec<usize> = Vec::with_capacity(given.len());
    let mut own: Option<Pick> = None;
    for pick in given {
        match (pick, other) {
            (GivenPick::Listed(id), _) => match choices.iter().position(|it| it.id.as_str() == id) {
                Some(place) if listed.contains(&place) => return Err(wrong("Choose each answer only once")),
                Some(place) => listed.push(place),
                None => return Err(wrong("Choose from the answers offered")),
            },
            (GivenPick::Other(_), Other::Absent) => return Err(wrong("Choose from the answers offered")),
            (GivenPick::Other(_), Other::Offered { .. }) if own.is_some() => {
                return Err(in_other("Write one other answer only"));
            }
            (GivenPick::Other(text), Other::Offered { .. }) => own = Some(own_answer(text)?),
        }
    }
    listed.sort_unstable();
    Ok(listed.into_iter().map(|it| Pick::Listed(choices[it].id.clone())).chain(own).collect())
}

fn own_answer(given: &str) -> Result<Pick, Wrong> {
    let one_line = one_line(&Given::Text(given)).and_then(|it| text(it, 0, limit::OTHER_CHARS_MAX));
    match one_line {
        Ok(Some(Answer::Text(text))) => Ok(Pick::Other(text)),
        Ok(_) => Err(in_other("Write your answer here, or choose another")),
        Err(problem) => Err(in_other(problem.message)),
    }
}

fn multiple(picks: Vec<Pick>, picks_min: Option<u32>, picks_max: Option<u32>) -> Result<Option<Answer>, Wrong> {
    if picks.is_empty() {
        return Ok(None);
    }
    let (min, max) = (picks_min.unwrap_or(0), picks_max.unwrap_or(u32::MAX));
    let few = picks.len() < min as usize;
    let many = (max as usize) < picks.len();
    match (few || many, min == max) {
        (false, _) => Ok(Some(Answer::Choices(picks))),
        (true, true) => Err(wrong(format!("Choose exactly {}", counted(min, "answer")))),
        (true, false) if few => Err(wrong(format!("Choose at least {}", counted(min, "answer")))),
        (true, false) => Err(wrong(format!("Choose at most {}", counted(max, "answer")))),
    }
}

fn number_wanted<N: std::fmt::Display>(what: &str, min: Option<N>, max: Option<N>) -> String {
    match (min, max) {
        (Some(min), Some(max)) => format!("Enter a {what} from {min} to {max}"),
        (Some(min), None) => format!("Enter a {what} of {min} or more"),
        (None, Some(max)) => format!("Enter a {what} of {max} or less"),
        (None, None) => format!("Enter a {what}"),
    }
}

fn counted(count: u32, noun: &str) -> String {
    if count == 1 { format!("1 {noun}") } else { format!("{count} {noun}s") }
}

fn wrong(message: impl Into<String>) -> Wrong {
    Wrong { spot: Spot::Answer, message: message.into() }
}

fn in_other(message: impl Into<String>) -> Wrong {
    Wrong { spot: Spot::Other, message: message.into() }
}
