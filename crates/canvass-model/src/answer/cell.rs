//! Answers in tables: this file is about one answer as the text of one cell.

use super::{Answer, Pick};
use crate::definition::{Language, Other, Question};

/// What joins several picks. No choice's id holds it.
const SEPARATOR: &str = ";";

/// The cell with ids.
pub(super) fn plain(answer: &Answer) -> String {
    render(answer, ("yes", "no"), |pick| match pick {
        Pick::Listed(id) => id.to_string(),
        Pick::Other(text) => format!("other: {text}"),
    })
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
