//! Answers as people give them: this file is about a crowd that is the same at every start, with moods, habits and
//! questions left out.
#![expect(
    clippy::cast_possible_truncation,
    clippy::cast_precision_loss,
    clippy::cast_sign_loss,
    reason = "numbers of a demonstration are far below 2^52"
)]

use std::{collections::BTreeMap, sync::LazyLock};

use canvass_model::definition::{Choice, Definition, Kind, Other, Question};
use serde_json::{Map, Value, json};

/// What people write, by question and mood.
static TEXTS: LazyLock<BTreeMap<String, Moods>> =
    LazyLock::new(|| serde_json::from_str(include_str!("texts.json")).unwrap_or_default());

/// What people write in one question, by how they feel.
#[derive(Debug, Default, serde::Deserialize)]
#[serde(default)]
struct Moods {
    low: Vec<String>,
    middle: Vec<String>,
    high: Vec<String>,
}

/// Chance that is the same for the same seed on every machine (`SplitMix64`).
pub(crate) struct Dice(u64);

/// One person of the crowd.
struct Respondent<'d> {
    dice: &'d mut Dice,
    /// From 0, nothing is right, to 1, nothing is wrong.
    mood: f64,
}

/// How much moods differ within a crowd.
const MOOD_SPREAD: f64 = 0.2;
/// How much one person's ratings differ from each other.
const RATING_SPREAD: f64 = 0.13;
/// How often a question that may be left out is.
const SKIPPED: f64 = 0.12;
/// How often one writes where one may.
const WRITTEN: f64 = 0.35;
/// How often one answers outside the choices where one may.
const OTHERWISE: f64 = 0.05;

/// The answers of the next person of a crowd whose mood is `mood` on the whole.
pub(super) fn next(definition: &Definition, mood: f64, dice: &mut Dice) -> Value {
    let mood = (mood + MOOD_SPREAD * dice.bell()).clamp(0.0, 1.0);
    let mut respondent = Respondent { dice, mood };
    let answers = definition.questions().filter_map(|it| Some((it.id.to_string(), respondent.answer(it)?)));
    Value::Object(answers.collect::<Map<_, _>>())
}

impl Dice {
    /// Dice whose throws follow from a name.
    pub(crate) fn named(name: &str) -> Self {
        Self(fingerprint(name))
    }

    /// A number from 0 up to 1.
    pub(crate) fn throw(&mut self) -> f64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut word = self.0;
        word = (word ^ (word >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        word = (word ^ (word >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        word ^= word >> 31;
        f64::from(u32::try_from(word >> 32).unwrap_or(0)) / (f64::from(u32::MAX) + 1.0)
    }

    /// A number around 0, two thirds of them between -1 and 1.
    fn bell(&mut self) -> f64 {
        (0..12).map(|_| self.throw()).sum::<f64>() - 6.0
    }

    fn happens(&mut self, chance: f64) -> bool {
        self.throw() < chance
    }

    /// One of some things, each as likely as the others.
    pub(crate) fn one_of<'a, T>(&mut self, things: &'a [T]) -> Option<&'a T> {
        let weights = vec![1.0; things.len()];
        things.get(self.weighted(&weights))
    }

    /// The place of one of some weights, the heavier the likelier.
    fn weighted(&mut self, weights: &[f64]) -> usize {
        let mut left = self.throw() * weights.iter().sum::<f64>();
        weights
            .iter()
            .position(|it| {
                left -= it;
                left < 0.0
            })
            .unwrap_or(0)
    }
}

impl Respondent<'_> {
    fn answer(&mut self, question: &Question) -> Option<Value> {
        if !question.required && self.dice.happens(SKIPPED) {
            return None;
        }
        match &question.kind {
            Kind::ShortText { .. } | Kind::LongText { .. } => self.text(question),
            Kind::Integer { min, max, .. } => {
                let (min, max) = (min.unwrap_or(0), max.unwrap_or(100));
                Some(json!(self.amount(min as f64, max as f64).round()))
            }
            Kind::Decimal { min, max, step, .. } => {
                let (min, step) = (min.unwrap_or(0.0), step.unwrap_or(1.0));
                let amount = self.amount(min, max.unwrap_or(100.0));
                Some(json!(min + ((amount - min) / step).round() * step))
            }
            Kind::SingleChoice { choices, other } | Kind::Dropdown { choices, other } => {
                self.pick(question, choices, other)
            }
            Kind::MultipleChoice { choices, other, picks_min, picks_max } => {
                Some(self.picks(question, (choices, other), (*picks_min, *picks_max)))
            }
            Kind::Stars { .. } | Kind::OpinionScale { .. } | Kind::Nps { .. } => self.rating(question),
            Kind::YesNo => {
                let chance = 0.3 + 0.6 * self.mood;
                Some(json!(self.dice.happens(chance)))
            }
            // A survey of the demonstration is answered without an address.
            Kind::Statement | Kind::Hidden { .. } => None,
        }
    }

    fn text(&mut self, question: &Question) -> Option<Value> {
        let moods = TEXTS.get(question.id.as_str())?;
        if !self.dice.happens(WRITTEN) {
            return None;
        }
        let texts = match self.mood {
            mood if mood < 0.5 => &moods.low,
            mood if mood < 0.8 => &moods.middle,
            _ => &moods.high,
        };
        let first = self.dice.one_of(texts)?;
        let second = self.dice.one_of(texts)?;
        let goes_on = matches!(question.kind, Kind::LongText { .. }) && first != second && self.dice.happens(WRITTEN);
        Some(if goes_on { json!(format!("{first} {second}")) } else { json!(first) })
    }

    /// A number between bounds: small ones are common where the bounds are far apart, the middle is where they are not.
    fn amount(&mut self, min: f64, max: f64) -> f64 {
        const FAR_APART: f64 = 1_000.0;
        let share = if FAR_APART < max - min {
            self.dice.throw().powi(7)
        } else {
            (0.4 + 0.18 * self.dice.bell()).clamp(0.0, 1.0)
        };
        min + share * (max - min)
    }

    fn pick(&mut self, question: &Question, choices: &[Choice], other: &Other) -> Option<Value> {
        if matches!(other, Other::Offered { .. }) && self.dice.happens(OTHERWISE) {
            return self.something_else(question);
        }
        let ranks = (1..=choices.len()).map(|rank| (rank as f64).powf(-1.3));
        let weights: Vec<f64> = ranks.zip(choices).map(|(weight, it)| weight * popularity(it)).collect();
        choices.get(self.dice.weighted(&weights)).map(|it| json!(it.id.as_str()))
    }

    fn picks(
        &mut self,
        question: &Question,
        (choices, other): (&[Choice], &Other),
        (min, max): (Option<u32>, Option<u32>),
    ) -> Value {
        let max = max.map_or(choices.len(), |it| it as usize);
        let mut picks: Vec<Value> = Vec::new();
        for choice in choices {
            if self.dice.happens(0.4 * popularity(choice)) && picks.len() < max {
                picks.push(json!(choice.id.as_str()));
            }
        }
        if matches!(other, Other::Offered { .. }) && self.dice.happens(OTHERWISE) && picks.len() < max {
            picks.extend(self.something_else(question));
        }
        let enough = min.map_or(1, |it| it.max(1) as usize);
        if picks.len() < enough {
            let first = (self.dice.throw() * choices.len() as f64) as usize;
            let some = choices.iter().cycle().skip(first).take(enough.min(choices.len()));
            picks = some.map(|it| json!(it.id.as_str())).collect();
        }
        Value::Array(picks)
    }

    fn something_else(&mut self, question: &Question) -> Option<Value> {
        let words = &TEXTS.get(&format!("{}.other", question.id))?.middle;
        self.dice.one_of(words).map(|it| json!({ "other": it }))
    }

    fn rating(&mut self, question: &Question) -> Option<Value> {
        let scale = question.kind.scale()?;
        let (from, to) = (*scale.start() as f64, *scale.end() as f64);
        let share = (self.mood + RATING_SPREAD * self.dice.bell()).clamp(0.0, 1.0);
        // People are kinder in a recommendation than in a grade.
        let share = if matches!(question.kind, Kind::Nps { .. }) { share.powf(0.6) } else { share };
        Some(json!((from + share * (to - from)).round() as i64))
    }
}

/// How popular a choice is, from 0.4 to 1.4: always the same for the same choice.
fn popularity(choice: &Choice) -> f64 {
    0.4 + Dice::named(choice.id.as_str()).throw()
}

/// A number out of a text (FNV-1a).
fn fingerprint(text: &str) -> u64 {
    text.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
}
