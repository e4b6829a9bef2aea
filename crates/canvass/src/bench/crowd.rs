//! The crowd: this file is about the survey that is measured and the responses to it, of the size and the variety that
//! people's have. The same crowd gives the same answers at every start.
#![expect(
    clippy::cast_possible_truncation,
    clippy::cast_precision_loss,
    clippy::cast_sign_loss,
    reason = "small numbers: of choices, words and letters"
)]

use serde_json::{Map, Value, json};

use crate::demo::Dice;

/// Statements to agree with; a long text follows them.
const STATEMENTS: usize = 19;
/// The points of each statement's scale.
const POINTS: usize = 6;
/// Bytes of one response's JSON, a word more or less.
const RESPONSE_BYTES: usize = 1_500;
/// Different words of the language people write in; how often each is used follows Zipf's law.
const WORDS: usize = 5_000;

/// What is asked: twenty questions.
pub(super) fn survey() -> Value {
    let statement = |number| {
        let label = format!("Statement {number} describes me well");
        json!({ "id": format!("q{number}"), "type": "opinion_scale", "label": label, "to": POINTS })
    };
    let mut questions: Vec<_> = (1..=STATEMENTS).map(statement).collect();
    questions.push(json!({ "id": "text", "type": "long_text", "label": "What else should we know?" }));
    json!({ "title": "A survey to measure", "sections": [{ "id": "all", "questions": questions }] })
}

/// The bodies of so many responses, as a program sends them: no two alike.
pub(super) fn responses(count: usize) -> Vec<String> {
    let mut crowd = Crowd::gather();
    (0..count).map(|_| json!({ "answers": crowd.answers() }).to_string()).collect()
}

/// People who answer one after the other.
pub(super) struct Crowd {
    dice: Dice,
    words: Vec<String>,
}

impl Crowd {
    pub(super) fn gather() -> Self {
        Self { dice: Dice::named("crowd"), words: words() }
    }

    /// The answers of the next one.
    pub(super) fn answers(&mut self) -> Value {
        answers(&mut self.dice, &self.words)
    }
}

fn answers(dice: &mut Dice, words: &[String]) -> Value {
    let scales = (1..=STATEMENTS).map(|it| (format!("q{it}"), json!(1 + (dice.throw() * POINTS as f64) as usize)));
    let mut answers: Map<String, Value> = scales.collect();
    answers.insert("text".to_owned(), json!(""));
    let room = RESPONSE_BYTES.saturating_sub(json!({ "answers": answers }).to_string().len());
    let mut text = String::with_capacity(room);
    while text.len() < room {
        // The word of rank n is used a share of 1/n of the time.
        let rank = (words.len() as f64).powf(dice.throw()) as usize;
        text.push_str(words.get(rank.saturating_sub(1)).map_or("", String::as_str));
        text.push_str(if dice.throw() < 0.1 { ". " } else { " " });
    }
    answers.insert("text".to_owned(), json!(text.trim_end()));
    Value::Object(answers)
}

/// Words that sound like words, the frequent ones short.
fn words() -> Vec<String> {
    const BEGIN: [&str; 16] = ["b", "d", "f", "g", "h", "k", "l", "m", "n", "p", "r", "s", "t", "v", "w", "st"];
    const END: [&str; 12] = ["a", "e", "i", "o", "u", "an", "en", "er", "is", "on", "al", "et"];
    let syllable = |number: usize| [BEGIN[number % BEGIN.len()], END[number / BEGIN.len() % END.len()]].concat();
    let syllables = BEGIN.len() * END.len();
    let word = |rank: usize| match rank {
        rank if rank < syllables => syllable(rank * 7 % syllables),
        rank => [syllable(rank), syllable(rank / syllables + rank * 5), syllable(rank / 3)].concat(),
    };
    (0..WORDS).map(word).collect()
}
