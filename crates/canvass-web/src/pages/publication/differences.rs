//! Draft against live version: this file is about saying in words what publishing would change.

use canvass_model::definition::{Choice, Definition, Kind, Question, Section, Text};

/// Differences told; the rest are counted.
const TOLD_MAX: usize = 30;

/// What publishing `draft` would change for respondents, in sentences; empty when nothing.
pub(super) fn between(live: &Definition, draft: &Definition) -> Vec<String> {
    let mut told = Vec::new();
    text(&mut told, "The title", Some(&live.title), Some(&draft.title));
    text(&mut told, "The welcome text", live.description.as_ref(), draft.description.as_ref());
    text(&mut told, "The thank-you text", live.thank_you.as_ref(), draft.thank_you.as_ref());
    for question in draft.questions() {
        match live.question(&question.id) {
            None => told.push(format!("{} is new.", name(question))),
            Some(before) => changed(&mut told, before, question),
        }
    }
    for question in live.questions().filter(|it| draft.question(&it.id).is_none()) {
        told.push(format!("{} is removed; its answers so far are kept.", name(question)));
    }
    sections(&mut told, live, draft);
    if TOLD_MAX < told.len() {
        let rest = told.len() - TOLD_MAX;
        told.truncate(TOLD_MAX);
        told.push(format!("And {rest} more."));
    }
    told
}

fn changed(told: &mut Vec<String>, before: &Question, now: &Question) {
    let name = name(now);
    if before.label != now.label {
        told.push(format!("“{}” now reads {name}.", before.label));
    }
    if before.kind.name() != now.kind.name() {
        let kinds = [before, now].map(|it| it.kind.name().label().to_lowercase());
        told.push(format!("{name} changes from {} to {}.", kinds[0], kinds[1]));
        return;
    }
    if before.required != now.required {
        told.push(format!("{name} is {} required.", if now.required { "now" } else { "no longer" }));
    }
    text(told, &format!("The help of {name}"), before.help.as_ref(), now.help.as_ref());
    if let (Some(old), Some(new)) = (before.kind.choices(), now.kind.choices()) {
        choices(told, &name, old, new);
    }
    if settings(&before.kind) != settings(&now.kind) {
        told.push(format!("What {name} accepts changes."));
    }
}

fn choices(told: &mut Vec<String>, name: &str, before: &[Choice], now: &[Choice]) {
    let find = |list: &[Choice], wanted: &Choice| list.iter().find(|it| it.id == wanted.id).cloned();
    for choice in now {
        match find(before, choice) {
            None => told.push(format!("{name} gains the choice “{}”.", choice.label)),
            Some(old) if old.label != choice.label => {
                told.push(format!("{name}: the choice “{}” becomes “{}”.", old.label, choice.label));
            }
            Some(_) => {}
        }
    }
    for choice in before.iter().filter(|it| find(now, it).is_none()) {
        told.push(format!("{name} loses the choice “{}”; answers that have it keep it.", choice.label));
    }
    let kept = |list: &[Choice], other: &[Choice]| -> Vec<_> {
        list.iter().filter(|it| find(other, it).is_some()).map(|it| it.id.clone()).collect()
    };
    if kept(before, now) != kept(now, before) {
        told.push(format!("The choices of {name} stand in another order."));
    }
}

fn sections(told: &mut Vec<String>, live: &Definition, draft: &Definition) {
    for section in &draft.sections {
        match live.section(&section.id) {
            None => told.push(format!("{} is new.", title(section))),
            Some(before) => {
                text(told, "A section’s heading", before.title.as_ref(), section.title.as_ref());
                text(told, "A section’s text", before.description.as_ref(), section.description.as_ref());
            }
        }
    }
    for section in live.sections.iter().filter(|it| draft.section(&it.id).is_none()) {
        told.push(format!("{} is removed.", title(section)));
    }
    let order = |of: &Definition, other: &Definition| -> Vec<_> {
        let kept = of.questions().filter(|it| other.question(&it.id).is_some());
        kept.map(|it| (it.id.clone(), of.section_of(&it.id).map(|it| it.id.clone()))).collect()
    };
    if order(live, draft) != order(draft, live) {
        told.push("Questions stand in another order.".to_owned());
    }
}

fn text(told: &mut Vec<String>, what: &str, before: Option<&Text>, now: Option<&Text>) {
    match (before, now) {
        (Some(before), Some(now)) if before == now => {}
        (None, None) => {}
        (Some(_), None) => told.push(format!("{what} is removed.")),
        (None, Some(_)) => told.push(format!("{what} is new.")),
        (Some(_), Some(_)) => told.push(format!("{what} changes.")),
    }
}

/// What belongs to a type, without its choices.
fn settings(kind: &Kind) -> Kind {
    let mut kind = kind.clone();
    match &mut kind {
        Kind::SingleChoice { choices, .. } | Kind::Dropdown { choices, .. } | Kind::MultipleChoice { choices, .. } => {
            choices.clear();
        }
        Kind::ShortText { .. }
        | Kind::LongText { .. }
        | Kind::Integer { .. }
        | Kind::Decimal { .. }
        | Kind::Stars { .. }
        | Kind::OpinionScale { .. }
        | Kind::Nps { .. }
        | Kind::YesNo
        | Kind::Statement
        | Kind::Hidden { .. } => {}
    }
    kind
}

fn name(question: &Question) -> String {
    format!("“{}”", question.label)
}

fn title(section: &Section) -> String {
    section.title.as_ref().map_or_else(|| "A section".to_owned(), |it| format!("The section “{it}”"))
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn survey(questions: &Value) -> Definition {
        let sections = json!([{ "id": "s1", "questions": questions }]);
        Definition::parse(&json!({ "title": "Lunch", "sections": sections })).unwrap()
    }

    fn shift(label: &str, choices: &Value, required: bool) -> Value {
        json!({ "id": "shift", "type": "single_choice", "label": label, "choices": choices, "required": required })
    }

    #[test]
    fn nothing_is_said_of_what_is_the_same() {
        let same = survey(&json!([shift("Which?", &json!([{ "id": "a", "label": "A" }]), true)]));
        assert_eq!(between(&same, &same), Vec::<String>::new());
    }

    #[test]
    fn every_difference_is_a_sentence() {
        let yes_no = json!({ "id": "tea", "type": "yes_no", "label": "Tea?" });
        let stars = json!({ "id": "food", "type": "stars", "label": "Food?" });
        let [a, b, c] = ["A", "B", "C"].map(|it| json!({ "id": it.to_lowercase(), "label": it }));
        let live = survey(&json!([shift("Which?", &json!([a, b]), true), yes_no]));
        let draft = survey(&json!([shift("Which shift?", &json!([c, a]), false), stars]));
        assert_eq!(
            between(&live, &draft),
            [
                "“Which?” now reads “Which shift?”.",
                "“Which shift?” is no longer required.",
                "“Which shift?” gains the choice “C”.",
                "“Which shift?” loses the choice “B”; answers that have it keep it.",
                "“Food?” is new.",
                "“Tea?” is removed; its answers so far are kept.",
            ]
        );
        let moved = survey(&json!([yes_no, shift("Which?", &json!([b, a]), true)]));
        assert_eq!(
            between(&live, &moved),
            ["The choices of “Which?” stand in another order.", "Questions stand in another order."]
        );
    }
}
