//! Readiness: this file is about what a draft may lack and a published survey may not.

use super::{Choice, Definition, Fault, Kind, Other, Question, Text};

/// Everything in the way of publication.
pub(super) fn faults(definition: &Definition) -> Vec<Fault> {
    let mut faults = Vec::new();
    if !definition.questions().any(Question::is_asked) {
        faults.push(Fault::new("/sections", "Add at least one question before publishing"));
    }
    written(&mut faults, Some(&definition.title), "/title", "Write the title");
    written(&mut faults, definition.description.as_ref(), "/description", "Write the description, or remove it");
    written(&mut faults, definition.thank_you.as_ref(), "/thank_you", "Write the thank-you text, or remove it");
    for (place, section) in definition.sections.iter().enumerate() {
        let pointer = format!("/sections/{place}");
        let at = |name: &str| format!("{pointer}/{name}");
        written(&mut faults, section.title.as_ref(), &at("title"), "Write the section's title, or remove it");
        written(&mut faults, section.description.as_ref(), &at("description"), "Write the description, or remove it");
        if !section.questions.is_empty() && section.questions.iter().all(Question::is_hidden) {
            let message = "Respondents see nothing here: move the hidden values to another section";
            faults.push(Fault::new(at("questions"), message));
        }
        for (place, it) in section.questions.iter().enumerate() {
            question(&mut faults, it, &format!("{pointer}/questions/{place}"));
        }
    }
    faults
}

fn question(faults: &mut Vec<Fault>, question: &Question, pointer: &str) {
    let at = |name: &str| format!("{pointer}/{name}");
    let (label, help) = if question.is_hidden() {
        ("Write what the hidden value is called", "Write the note, or remove it")
    } else {
        ("Write the question", "Write the help, or remove it")
    };
    written(faults, Some(&question.label), &at("label"), label);
    written(faults, question.help.as_ref(), &at("help"), help);
    if let Some(choices) = question.kind.choices() {
        if choices.len() < 2 {
            faults.push(Fault::new(at("choices"), "Add at least two choices"));
        }
        for (place, choice) in choices.iter().enumerate() {
            written(faults, Some(&choice.label), &at(&format!("choices/{place}/label")), "Write the choice");
        }
        same_labels(faults, choices, &at("choices"));
    }
    picks(faults, &question.kind, pointer);
}

/// A question that asks for more choices than it has can never be answered.
fn picks(faults: &mut Vec<Fault>, kind: &Kind, pointer: &str) {
    let Kind::MultipleChoice { choices, other, picks_min, picks_max } = kind else { return };
    let offered = choices.len() + usize::from(*other != Other::Absent);
    for (name, picks) in [("picks_min", picks_min), ("picks_max", picks_max)] {
        if picks.is_some_and(|it| offered < it as usize) {
            let message = format!("Only {offered} answers are offered; ask for no more");
            faults.push(Fault::new(format!("{pointer}/{name}"), message));
        }
    }
}

/// Two choices that read alike cannot be told apart by the person who answers.
fn same_labels(faults: &mut Vec<Fault>, choices: &[Choice], pointer: &str) {
    let mut seen = std::collections::HashSet::new();
    for (place, choice) in choices.iter().enumerate() {
        let label = choice.label.in_default().trim();
        if !label.is_empty() && !seen.insert(label) {
            faults.push(Fault::new(format!("{pointer}/{place}/label"), "Two choices read the same; change one"));
        }
    }
}

fn written(faults: &mut Vec<Fault>, text: Option<&Text>, pointer: &str, message: &str) {
    let Some(text) = text else { return };
    let several = 1 < text.translations().count();
    for (language, _) in text.translations().filter(|(_, wording)| wording.trim().is_empty()) {
        faults.push(if several {
            Fault::new(format!("{pointer}/{language}"), format!("{message} ({language})"))
        } else {
            Fault::new(pointer, message)
        });
    }
}
