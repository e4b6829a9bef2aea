//! Answers in tables: this file is about one answer as the text of one cell.

use super::{Answer, Pick};
use crate::definition::{Language, Other, Question};

/// What joins several picks. No choice's id holds it.
pub(super) const SEPARATOR: &str = ";";
/// What stands before an answer of one's own. No choice's id holds a colon.
pub(super) const OTHER: &str = "other: ";

/// The cell with ids.
pub(super) fn plain(answer: &Answer) -> String {
    render(answer, (yes_or_no(true), yes_or_no(false)), |pick| match pick {
        Pick::Listed(id) => id.to_string(),
        Pick::Other(text) => format!("{OTHER}{text}"),
    })
}

/// Yes and no in the words of programs.
pub(super) fn yes_or_no(yes: bool) -> &'static str {
    if yes { "yes" } else { "no" }
}

/// The cell with labels; a choice that was removed since keeps its id.
pub(super) fn labelled(answer: &Answer, question: &Question, language: &Language) -> String {
    render(answer, ("Yes", "No"), |pick| match pick {
        Pick::Listed(id) => question.choice(id).map_or(id.as_str(), |it| it.label.in_language(language)).to_owned(),
        Pick::Other(text) => match question.kind.other() {
            Other::Offered { label: Some(label) } => format!("{}: {text}", label.in_language(language)),
            Other::Offered { label: None } | Other::Absent => format!("Other: {text}"),
        },
    })
}

fn render(answer: &Answer, (yes, no): (&str, &str), pick: impl Fn(&Pick) -> String) -> String {
    match answer {
        Answer::Text(text) | Answer::Hidden(text) => text.clone(),
        Answer::Integer(number) | Answer::Scale(number) => number.to_string(),
        Answer::Decimal(number) => number.to_string(),
        Answer::Choice(it) => pick(it),
        Answer::Choices(picks) => picks.iter().map(pick).collect::<Vec<_>>().join(SEPARATOR),
        Answer::YesNo(true) => yes.to_owned(),
        Answer::YesNo(false) => no.to_owned(),
    }
}
