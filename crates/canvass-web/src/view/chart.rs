//! Charts of one question: this file is about turning running statistics into bars and tables that say the same.

mod columns;
mod lists;

use canvass_model::{
    definition::{Definition, Kind, KindName, Language, Question, Text},
    summary::{QuestionSummary, Shared, Summary},
};

pub(crate) use self::columns::columns;
use super::number;

/// One question's results.
pub(crate) struct Chart {
    /// The question's id.
    pub(crate) id: String,
    /// The question.
    pub(crate) label: String,
    /// Its type and how many answered.
    pub(crate) note: String,
    /// What is drawn.
    pub(crate) body: Body,
}

/// One question's results as everybody may see them.
pub(crate) struct SharedChart {
    /// The question's id.
    pub(crate) id: String,
    /// The question.
    pub(crate) label: String,
    /// Its type and how many answered, or why nothing is shown.
    pub(crate) note: String,
    /// What is drawn, if anything.
    pub(crate) body: Option<Body>,
}

/// What is drawn for a question.
pub(crate) enum Body {
    /// Nobody answered.
    Nothing,
    /// A bar per answer.
    Bars { bars: Vec<Bar>, others: Vec<(String, String)>, score: Option<Score> },
    /// A column per value or range of values.
    Columns {
        columns: Vec<Column>,
        description: String,
        low: String,
        high: String,
        facts: Vec<(&'static str, String)>,
        score: Option<Score>,
        rows: Vec<Bar>,
    },
    /// Promoters, passives and detractors.
    Groups { groups: Vec<Group>, description: String, score: Score },
    /// Texts.
    Texts { latest: Vec<String>, words: Vec<(String, String)> },
}

/// One answer and how often it was given.
pub(crate) struct Bar {
    pub(crate) label: String,
    pub(crate) count: String,
    /// In whole percent.
    pub(crate) share: u64,
}

/// One column of a histogram, in percent of the picture with one decimal.
pub(crate) struct Column {
    pub(crate) x: String,
    pub(crate) y: String,
    pub(crate) width: String,
    pub(crate) height: String,
}

/// One part of a divided bar.
pub(crate) struct Group {
    pub(crate) label: &'static str,
    pub(crate) fill: &'static str,
    pub(crate) count: String,
    pub(crate) share: u64,
    pub(crate) x: u64,
}

/// One large figure.
pub(crate) struct Score {
    pub(crate) value: String,
    pub(crate) note: String,
}

/// The charts of a survey. `latest` answers the newest texts of a question.
pub(crate) fn charts(
    definition: &Definition,
    summary: &Summary,
    latest: impl Fn(&Question) -> Vec<String>,
) -> Vec<Chart> {
    let english = Language::english();
    let language = definition.languages.first().unwrap_or(&english);
    definition.questions().filter(|it| it.takes_answer()).map(|it| chart(it, summary, language, latest(it))).collect()
}

/// The charts of a survey as everybody may see them: nothing from which a single answer can be read.
pub(crate) fn shared(definition: &Definition, summary: &Summary) -> Vec<SharedChart> {
    let english = Language::english();
    let language = definition.languages.first().unwrap_or(&english);
    definition.questions().filter(|it| it.is_asked()).map(|it| shared_chart(it, summary, language)).collect()
}

fn shared_chart(question: &Question, summary: &Summary, language: &Language) -> SharedChart {
    let kind = question.kind.name().label();
    let (note, body) = match summary.shared(question) {
        Shared::Words => (format!("{kind}, not shown here"), None),
        Shared::TooFew => (format!("{kind}, fewer than {} answered", Summary::SHARED_ANSWERS_MIN), None),
        Shared::Counts(counted) => {
            (note(question, counted.answered(), summary.responses), Some(coarse(question, &counted, language)))
        }
    };
    SharedChart { id: question.id.to_string(), label: question.label.in_language(language).to_owned(), note, body }
}

/// What is drawn of counts that everybody may see; numbers only in ranges that several share.
fn coarse(question: &Question, counted: &QuestionSummary, language: &Language) -> Body {
    match counted {
        QuestionSummary::Number(numbers) => {
            columns::coarse(numbers, columns::Grain::of(&question.kind), &unit(&question.kind, language))
        }
        QuestionSummary::Text(_)
        | QuestionSummary::Choice(_)
        | QuestionSummary::Scale(_)
        | QuestionSummary::YesNo(_)
        | QuestionSummary::Hidden(_) => body(question, counted, language, Vec::new()),
    }
}

fn chart(question: &Question, summary: &Summary, language: &Language, latest: Vec<String>) -> Chart {
    let counted = summary.question(question);
    let answered = counted.map_or(0, QuestionSummary::answered);
    Chart {
        id: question.id.to_string(),
        label: question.label.in_language(language).to_owned(),
        note: match counted {
            Some(QuestionSummary::Hidden(it)) if !it.values.is_exact() => {
                format!(
                    "{}; too many different values to count each exactly",
                    note(question, answered, summary.responses)
                )
            }
            Some(_) | None => note(question, answered, summary.responses),
        },
        body: counted.map_or(Body::Nothing, |it| body(question, it, language, latest)),
    }
}

fn note(question: &Question, answered: u64, responses: u64) -> String {
    let kind = question.kind.name().label();
    let (nobody, have) = if question.is_hidden() {
        ("no response has one yet", "responses have one")
    } else {
        ("nobody answered yet", "answered")
    };
    if answered == 0 {
        return format!("{kind}, {nobody}");
    }
    let note = format!("{kind}, {} of {} {have}", number::grouped(answered), number::grouped(responses));
    match question.kind.name() {
        KindName::MultipleChoice => format!("{note}; shares may add up to more than 100 %"),
        _ => note,
    }
}

fn body(question: &Question, summary: &QuestionSummary, language: &Language, latest: Vec<String>) -> Body {
    match summary {
        QuestionSummary::Text(text) => lists::texts(text, latest),
        QuestionSummary::Choice(choice) => lists::choices(question, choice, language),
        QuestionSummary::YesNo(counts) => lists::yes_no(*counts),
        QuestionSummary::Hidden(values) => lists::values(values),
        QuestionSummary::Number(numbers) => {
            columns::numbers(numbers, columns::Grain::of(&question.kind), &unit(&question.kind, language))
        }
        QuestionSummary::Scale(scale) => match &question.kind {
            Kind::Nps { .. } => columns::groups(scale),
            Kind::Stars { count } => lists::stars(scale, *count),
            Kind::OpinionScale { low_label, high_label, .. } => {
                let text = |it: &Option<Text>| it.as_ref().map_or("", |it| it.in_language(language)).to_owned();
                columns::scale(question, scale, (&text(low_label), &text(high_label)))
            }
            Kind::ShortText { .. }
            | Kind::LongText { .. }
            | Kind::Integer { .. }
            | Kind::Decimal { .. }
            | Kind::SingleChoice { .. }
            | Kind::MultipleChoice { .. }
            | Kind::Dropdown { .. }
            | Kind::YesNo
            | Kind::Statement
            | Kind::Hidden { .. } => Body::Nothing,
        },
    }
}

fn unit(kind: &Kind, language: &Language) -> String {
    match kind {
        Kind::Integer { unit, .. } | Kind::Decimal { unit, .. } => {
            unit.as_ref().map_or_else(String::new, |it| it.in_language(language).to_owned())
        }
        Kind::ShortText { .. }
        | Kind::LongText { .. }
        | Kind::SingleChoice { .. }
        | Kind::MultipleChoice { .. }
        | Kind::Dropdown { .. }
        | Kind::Stars { .. }
        | Kind::OpinionScale { .. }
        | Kind::Nps { .. }
        | Kind::YesNo
        | Kind::Statement
        | Kind::Hidden { .. } => String::new(),
    }
}

/// A bar for one answer out of `whole`.
fn bar(label: impl Into<String>, count: u64, whole: u64) -> Bar {
    Bar { label: label.into(), count: number::grouped(count), share: number::percent(count, whole) }
}
