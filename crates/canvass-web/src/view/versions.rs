//! Two who edited the same thing: this file is about showing both versions side by side, so that nothing is lost.

use canvass_model::{id::AccountId, member::Actor, time::Timestamp};

use super::{moment, sentence};

/// Two versions of one thing, and who made the other one.
pub(crate) struct Conflict {
    pub(crate) heading: String,
    pub(crate) advice: String,
    pub(crate) theirs_label: String,
    pub(crate) at: Option<(String, String)>,
    pub(crate) versions: Option<(Side, Side)>,
    pub(crate) keep: String,
    pub(crate) take: String,
}

/// One version.
pub(crate) struct Side {
    pub(crate) title: Wording,
    pub(crate) facts: Vec<Fact>,
}

/// A text, with the part marked in which it differs from the other version.
pub(crate) struct Wording {
    pub(crate) before: String,
    pub(crate) changed: String,
    pub(crate) after: String,
}

/// One thing a version says of itself.
pub(crate) struct Fact {
    pub(crate) text: String,
    pub(crate) is_changed: bool,
}

/// Who changed something, and when.
pub(crate) struct Author {
    name: Option<String>,
    is_oneself: bool,
    at: Option<Timestamp>,
}

impl Author {
    /// Whoever made the other version, as far as it is known, as the member with the account `own` sees them.
    pub(crate) fn of(own: Option<AccountId>, found: Option<(&Actor, Timestamp)>) -> Self {
        let is_oneself = |it: &Actor| matches!(it, Actor::Member { account, .. } if Some(*account) == own);
        Self {
            name: found.map(|(actor, _)| actor.name().to_owned()),
            is_oneself: found.is_some_and(|(actor, _)| is_oneself(actor)),
            at: found.map(|(_, at)| at),
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
    pub(crate) fn changed(thing: &str, author: &Author, yours: Side, theirs: Side) -> Self {
        let place = if author.is_oneself { " in another window" } else { "" };
        Self {
            heading: format!("{} changed {thing}{place} while you were editing", author.name()),
            advice: "Nothing is lost: choose which wording to keep, or edit yours below and save it.".to_owned(),
            theirs_label: sentence(&author.owner()),
            at: author.at.map(|it| (it.to_string(), moment::minute(it))),
            versions: Some((yours, theirs)),
            keep: "Keep mine".to_owned(),
            take: format!("Take {}", author.owner()),
        }
    }

    /// `thing` is gone; what was written is not.
    pub(crate) fn removed(thing: &str, author: &Author) -> Self {
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

/// Two versions, each a text and what it says of itself besides.
pub(crate) fn sides(yours: &(&str, Vec<String>), theirs: &(&str, Vec<String>)) -> (Side, Side) {
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
