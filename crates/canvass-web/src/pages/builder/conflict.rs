//! Two who edited the same thing: this file is about showing both versions side by side, so that nothing is lost.

use canvass_model::{
    definition::{Kind, Other, Question, Section, Text},
    member::Actor,
    time::Timestamp,
};
use canvass_storage::surveys::Earlier;

use crate::{access::Person, view::moment};

/// Two versions of one thing, and who made the other one.
pub(super) struct Conflict {
    pub(super) heading: String,
    pub(super) advice: String,
    pub(super) theirs_label: String,
    pub(super) at: Option<(String, String)>,
    pub(super) versions: Option<(Side, Side)>,
    pub(super) keep: String,
    pub(super) take: String,
}

/// One version.
pub(super) struct Side {
    pub(super) title: Wording,
    pub(super) facts: Vec<Fact>,
}

/// A text, with the part marked in which it differs from the other version.
pub(super) struct Wording {
    pub(super) before: String,
    pub(super) changed: String,
    pub(super) after: String,
}

/// One thing a version says of itself.
pub(super) struct Fact {
    pub(super) text: String,
    pub(super) is_changed: bool,
}

/// Who changed something, and when.
pub(super) struct Author {
    name: Option<String>,
    is_oneself: bool,
    at: Option<Timestamp>,
}

impl Author {
    /// Whoever made the newest change whose words fit; the history of a survey is the newest first.
    pub(super) fn of(person: &Person, history: &[Earlier], fits: impl Fn(&str) -> bool) -> Self {
        let whole = |what: &str| what.starts_with("replace the whole") || what.starts_with("go back");
        let found = history.iter().find(|it| fits(&it.what) || whole(&it.what));
        let own = person.as_member().map(|it| it.account);
        let is_oneself = |it: &Earlier| matches!(it.actor, Actor::Member { account, .. } if Some(account) == own);
        Self {
            name: found.map(|it| it.actor.name().to_owned()),
            is_oneself: found.is_some_and(is_oneself),
            at: found.map(|it| it.at),
        }
    }

    fn name(&self) -> &str {
        match &self.name {
            _ if self.is_oneself => "You",
            Some(name) => name,
            None => "Somebody else",
        }
    }

    fn owner(&self) -> String {
        match &self.name {
            _ if self.is_oneself => "the other one".to_owned(),
            Some(name) => format!("{}’s", name.split(' ').next().unwrap_or(name)),
            None => "theirs".to_owned(),
        }
    }
}

impl Conflict {
    /// Two versions of `thing`, such as "this question".
    pub(super) fn changed(thing: &str, author: &Author, yours: Side, theirs: Side) -> Self {
        let place = if author.is_oneself { " in another window" } else { "" };
        Self {
            heading: format!("{} changed {thing}{place} while you were editing", author.name()),
            advice: "Nothing is lost: choose which wording to keep, or edit yours below and save it.".to_owned(),
            theirs_label: super::fields::sentence(&author.owner()),
            at: author.at.map(|it| (it.to_string(), moment::minute(it))),
            versions: Some((yours, theirs)),
            keep: "Keep mine".to_owned(),
            take: format!("Take {}", author.owner()),
        }
    }

    /// `thing` is gone; what was written is not.
    pub(super) fn removed(thing: &str, author: &Author) -> Self {
        let place = if author.is_oneself { " in another window" } else { "" };
        Self {
            heading: format!("{} removed {thing}{place} while you were editing", author.name()),
            advice: "Nothing is lost: what you wrote stands below. Add it again, or leave it removed.".to_owned(),
            theirs_label: String::new(),
            at: None,
            versions: None,
            keep: "Add it again".to_owned(),
            take: "Leave it removed".to_owned(),
        }
    }
}

/// Two versions of a question.
pub(super) fn questions(yours: &Question, theirs: &Question) -> (Side, Side) {
    sides(&(yours.label.in_default(), facts(yours)), &(theirs.label.in_default(), facts(theirs)))
}

/// Two versions of a section's texts.
pub(super) fn sections(yours: (Option<&Text>, Option<&Text>), theirs: &Section) -> (Side, Side) {
    let facts = |it: Option<&Text>| it.map(|it| it.in_default().to_owned()).into_iter().collect::<Vec<_>>();
    let title = |it: Option<&Text>| it.map_or_else(|| "No heading".to_owned(), |it| it.in_default().to_owned());
    let (mine, other) = (title(yours.0), title(theirs.title.as_ref()));
    sides(&(&mine, facts(yours.1)), &(&other, facts(theirs.description.as_ref())))
}

/// Two versions of one text.
pub(super) fn texts(yours: Option<&Text>, theirs: Option<&Text>) -> (Side, Side) {
    let shown = |it: Option<&Text>| it.map_or_else(|| "(no text)".to_owned(), |it| it.in_default().to_owned());
    sides(&(&shown(yours), Vec::new()), &(&shown(theirs), Vec::new()))
}

fn sides(yours: &(&str, Vec<String>), theirs: &(&str, Vec<String>)) -> (Side, Side) {
    let (mine, other) = apart(yours.0, theirs.0);
    let marked = |facts: &[String], others: &[String]| {
        facts.iter().map(|it| Fact { text: it.clone(), is_changed: !others.contains(it) }).collect()
    };
    let (my_facts, other_facts) = (marked(&yours.1, &theirs.1), marked(&theirs.1, &yours.1));
    (Side { title: mine, facts: my_facts }, Side { title: other, facts: other_facts })
}

/// Marks in two texts what is not the same at their beginning and end, word by word.
fn apart(one: &str, other: &str) -> (Wording, Wording) {
    let (one, other): (Vec<&str>, Vec<&str>) =
        (one.split_inclusive(' ').collect(), other.split_inclusive(' ').collect());
    let shorter = one.len().min(other.len());
    let begin = one.iter().zip(&other).take_while(|(a, b)| a == b).count();
    let same_end = one.iter().rev().zip(other.iter().rev()).take_while(|(a, b)| a == b).count();
    let end = same_end.min(shorter - begin);
    let cut = |words: &[&str]| Wording {
        before: words[..begin].concat(),
        changed: words[begin..words.len() - end].concat(),
        after: words[words.len() - end..].concat(),
    };
    (cut(&one), cut(&other))
}

/// What a question says of itself, beside its label.
fn facts(question: &Question) -> Vec<String> {
    let mut facts = vec![if question.required { "Required" } else { "Not required" }.to_owned()];
    facts.extend(question.help.as_ref().map(|it| format!("Help: {}", it.in_default())));
    if let Some(choices) = question.kind.choices() {
        facts.extend(choices.iter().map(|it| it.label.in_default().to_owned()));
    }
    match question.kind.other() {
        Other::Absent => {}
        Other::Offered { label } => {
            facts.push(label.as_ref().map_or_else(|| "Other".to_owned(), |it| it.in_default().to_owned()));
        }
    }
    facts.extend(settings(&question.kind));
    facts
}

/// The numbers and names that belong to a type, in words.
fn settings(kind: &Kind) -> Vec<String> {
    let named = |name: &str, it: Option<String>| it.map(|it| format!("{name} {it}"));
    let text = |it: &Option<Text>| it.as_ref().map(|it| it.in_default().to_owned());
    let found = match kind {
        Kind::ShortText { chars_min, chars_max } | Kind::LongText { chars_min, chars_max } => {
            vec![Some(format!("{chars_min} to {chars_max} characters"))]
        }
        Kind::Integer { min, max, unit } => vec![
            named("at least", min.map(|it| it.to_string())),
            named("at most", max.map(|it| it.to_string())),
            named("in", text(unit)),
        ],
        Kind::Decimal { min, max, step, unit } => vec![
            named("at least", min.map(|it| it.to_string())),
            named("at most", max.map(|it| it.to_string())),
            named("in steps of", step.map(|it| it.to_string())),
            named("in", text(unit)),
        ],
        Kind::MultipleChoice { picks_min, picks_max, .. } => vec![
            named("at least", picks_min.map(|it| format!("{it} choices"))),
            named("at most", picks_max.map(|it| format!("{it} choices"))),
        ],
        Kind::Stars { count } => vec![Some(format!("{count} stars"))],
        Kind::OpinionScale { from, to, low_label, high_label } => {
            vec![Some(format!("{from} to {to}")), text(low_label), text(high_label)]
        }
        Kind::Nps { low_label, high_label } => vec![text(low_label), text(high_label)],
        Kind::SingleChoice { .. } | Kind::Dropdown { .. } | Kind::YesNo | Kind::Statement => Vec::new(),
    };
    found.into_iter().flatten().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn marked((one, other): (Wording, Wording)) -> [String; 2] {
        [one, other].map(|it| format!("{}[{}]{}", it.before, it.changed, it.after))
    }

    #[test]
    fn only_what_differs_is_marked() {
        let two = apart("Which shift do you mostly work?", "Which shift do you work this month?");
        assert_eq!(marked(two), ["Which shift do you [mostly work?]", "Which shift do you [work this month?]"]);
        assert_eq!(marked(apart("a b c", "a c")), ["a [b ]c", "a []c"]);
        assert_eq!(marked(apart("a a", "a")), ["[a ]a", "[]a"]);
        assert_eq!(marked(apart("", "a")), ["[]", "[a]"]);
    }
}
