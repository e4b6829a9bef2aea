//! Two who edited the same part of a survey: this file is about what their two versions say of themselves.

use canvass_model::definition::{Kind, Other, Question, Section, SetBy, Text};
use canvass_storage::surveys::Earlier;

use crate::{
    access::Person,
    view::versions::{Author, Side, sides},
};

/// Whoever made the newest change whose words fit; the history of a survey is the newest first.
pub(super) fn author(person: &Person, history: &[Earlier], fits: impl Fn(&str) -> bool) -> Author {
    let whole = |what: &str| what.starts_with("replace the whole") || what.starts_with("go back");
    let found = history.iter().find(|it| fits(&it.what) || whole(&it.what));
    Author::of(person.as_member().map(|it| it.account), found.map(|it| (&it.actor, it.at)))
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

/// What a question says of itself, beside its label.
fn facts(question: &Question) -> Vec<String> {
    let mut facts = Vec::new();
    if question.is_asked() {
        facts.push(if question.required { "Required" } else { "Not required" }.to_owned());
    }
    let help = if question.is_hidden() { "Note" } else { "Help" };
    facts.extend(question.help.as_ref().map(|it| format!("{help}: {}", it.in_default())));
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
        Kind::Hidden { set_by, default } => {
            let setter = match set_by {
                SetBy::Url => "From the address",
                SetBy::Script => "From scripts alone",
            };
            vec![Some(setter.to_owned()), named("otherwise", default.clone())]
        }
        Kind::SingleChoice { .. } | Kind::Dropdown { .. } | Kind::YesNo | Kind::Statement => Vec::new(),
    };
    found.into_iter().flatten().collect()
}
