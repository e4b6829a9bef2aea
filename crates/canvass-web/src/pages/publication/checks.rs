//! Checks before publication: this file is about what a survey still lacks, each with the way to it.

use canvass_model::definition::{Definition, Fault};

use crate::view::number;

/// One line of the checks.
pub(super) struct Check {
    pub(super) is_good: bool,
    pub(super) text: String,
    /// Where it is put right; empty when there is nothing to do.
    pub(super) href: String,
    /// The question or section it is about; empty for the survey.
    pub(super) about: String,
}

/// Faults listed; whoever has put these right sees the next ones.
const FAULTS_MAX: usize = 30;

/// What the survey's metadata lacks, each with the way to the details.
pub(super) fn of_metadata(faults: &[Fault], base: &str) -> Vec<Check> {
    let check = |it: &Fault| Check {
        is_good: false,
        text: it.message.clone(),
        href: format!("{base}/details"),
        about: "Details".to_owned(),
    };
    faults.iter().map(check).collect()
}

/// What is good and what is missing. `base` is the address of the survey's pages; the counts are of open surveys.
pub(super) fn of(definition: &Definition, base: &str, (open, is_open, open_max): (u32, bool, u32)) -> Vec<Check> {
    let good = |text: String| Check { is_good: true, text, href: String::new(), about: String::new() };
    let faults = definition.publication_faults();
    let mut checks: Vec<Check> = faults.iter().take(FAULTS_MAX).map(|it| fault(definition, base, it)).collect();
    if faults.is_empty() {
        let questions = definition.questions().filter(|it| it.takes_answer()).count();
        checks.push(good(format!(
            "{} in {}",
            number::counted(questions as u64, "question"),
            number::counted(definition.sections.len() as u64, "section")
        )));
        checks.push(good("Every question and choice has a text".to_owned()));
    }
    let text = format!("{open} of {} open", number::counted(open_max.into(), "survey"));
    if open_max <= open && !is_open {
        checks.push(Check {
            is_good: false,
            text: format!("{text}: close one first, or choose a larger plan"),
            href: base.rsplit_once('/').map_or_else(String::new, |(list, _)| format!("{list}?status=open")),
            about: "Open surveys".to_owned(),
        });
    } else {
        checks.push(good(text));
    }
    checks
}

fn fault(definition: &Definition, base: &str, fault: &Fault) -> Check {
    let steps: Vec<&str> = fault.pointer.split('/').skip(1).collect();
    let section = |place: &str| definition.sections.get(place.parse::<usize>().ok()?);
    let (href, about) = match steps.as_slice() {
        ["sections", place, "questions", question, ..] => section(place)
            .and_then(|it| it.questions.get(question.parse::<usize>().ok()?))
            .map_or_else(Default::default, |it| {
                let label = it.label.in_default();
                let about = if label.is_empty() {
                    format!("Untitled {}", it.kind.name().label().to_lowercase())
                } else {
                    label.to_owned()
                };
                (format!("{base}/questions/{id}#question-{id}", id = it.id), about)
            }),
        ["sections", place, ..] => section(place).map_or_else(Default::default, |it| {
            let title = it.title.as_ref().map_or_else(|| "A section".to_owned(), |it| it.in_default().to_owned());
            (format!("{base}/sections/{id}#section-{id}", id = it.id), title)
        }),
        ["title" | "description", ..] => (format!("{base}/texts/welcome#about"), "Title and welcome".to_owned()),
        ["thank_you", ..] => (format!("{base}/texts/thanks#thanks"), "Thank you".to_owned()),
        _ => (base.to_owned(), "Questions".to_owned()),
    };
    Check { is_good: false, text: fault.message.clone(), href, about }
}
