//! Cross-tabs in the console: this file is about choosing two questions and reading how their answers go together.

use askama::Template;
use axum::{
    extract::{Path, Query},
    response::Html,
};
use canvass_actions::{Error, crosstabs::Asked, results};
use canvass_model::{
    crosstab::{Crosstab, NoTest, Percentages},
    definition::{Definition, Kind, Question},
    id::SurveyId,
};
use serde_json::{Value, json};

use crate::{
    Problem,
    access::Analyst,
    layout::{ConsoleArea, ConsoleShell},
    view::{
        number,
        survey_head::{SurveyHead, Tab},
    },
};

/// What is asked in the address.
#[derive(Debug, Default, serde::Deserialize)]
pub(crate) struct Wanted {
    rows: Option<String>,
    columns: Option<String>,
    /// What percentages are shares of: `row`, `column` or `total`.
    of: Option<String>,
    /// One answer that responses must have given: a question's id, a colon and the value.
    only: Option<String>,
}

#[derive(Template)]
#[template(path = "console/crosstab.html")]
struct CrosstabPage {
    shell: ConsoleShell,
    head: SurveyHead,
    questions: Vec<Choice>,
    rows: String,
    columns: String,
    of: &'static str,
    answers: Vec<Choices>,
    only: String,
    table: Option<Table>,
    error: String,
}

/// Something to choose.
struct Choice {
    value: String,
    label: String,
}

/// The answers to one question that responses can be narrowed to.
struct Choices {
    label: String,
    choices: Vec<Choice>,
}

/// The table as it is shown.
struct Table {
    caption: String,
    columns: Vec<String>,
    rows: Vec<Line>,
    column_totals: Vec<String>,
    total: String,
    test: String,
    caution: &'static str,
    missing: String,
}

/// One row of it.
struct Line {
    label: String,
    cells: Vec<Cell>,
    total: String,
}

/// One cell: its share, which is also drawn, and its count.
struct Cell {
    share: u64,
    count: String,
}

/// The cross-tab that is asked for, or the form that asks.
pub(crate) async fn show(
    analyst: Analyst,
    Path((_, survey)): Path<(String, String)>,
    Query(wanted): Query<Wanted>,
) -> Result<Html<String>, Problem> {
    let id = SurveyId::parse(&survey).ok_or(Problem::NotFound)?;
    let (found, now) = analyst.read(move |tx| Ok::<_, Error>((results::load(tx, id)?, tx.now()))).await?;
    let questions: Vec<Choice> = found.definition.questions().filter(|it| is_countable(it)).map(choice).collect();
    let named = |asked: &Option<String>, place: usize| {
        asked.clone().or_else(|| questions.get(place).map(|it| it.value.clone())).unwrap_or_default()
    };
    let (rows, columns) = (named(&wanted.rows, 0), named(&wanted.columns, 1));
    let (of, percentages) = match wanted.of.as_deref() {
        Some("column") => ("column", Percentages::Column),
        Some("total") => ("total", Percentages::Total),
        Some(_) | None => ("row", Percentages::Row),
    };
    let only = wanted.only.unwrap_or_default();
    let asked = Asked {
        rows: rows.clone(),
        columns: columns.clone(),
        filter: filter(&found.definition, &only),
        ..Asked::default()
    };
    let counted = if questions.len() < 2 { Ok(None) } else { analyst.crosstab(id, asked).await.map(Some) };
    let (table, error) = match counted {
        Ok(counted) => (counted.map(|it| table(&it, percentages)), String::new()),
        Err(Error::Invalid { faults }) => {
            (None, faults.into_iter().map(|it| it.message).collect::<Vec<_>>().join(". "))
        }
        Err(error) => return Err(error.into()),
    };
    let page = CrosstabPage {
        shell: analyst.shell(ConsoleArea::Surveys).await?,
        head: SurveyHead::new(&found.survey, &analyst.tenant().alias, Tab::Results, now),
        answers: found.definition.questions().filter_map(answers).collect(),
        questions,
        rows,
        columns,
        of,
        only,
        table,
        error,
    };
    Ok(Html(page.render()?))
}

fn is_countable(question: &Question) -> bool {
    match question.kind {
        Kind::ShortText { .. } | Kind::LongText { .. } | Kind::Statement => false,
        Kind::Integer { .. }
        | Kind::Decimal { .. }
        | Kind::SingleChoice { .. }
        | Kind::MultipleChoice { .. }
        | Kind::Dropdown { .. }
        | Kind::Stars { .. }
        | Kind::OpinionScale { .. }
        | Kind::Nps { .. }
        | Kind::YesNo
        | Kind::Hidden { .. } => true,
    }
}

fn choice(question: &Question) -> Choice {
    Choice { value: question.id.to_string(), label: question.label.to_string() }
}

/// What a question's answers can be narrowed to; nothing for one without a list of answers.
fn answers(question: &Question) -> Option<Choices> {
    let id = &question.id;
    let points = |from: u8, to: u8| (from..=to).map(|it| (it.to_string(), it.to_string())).collect::<Vec<_>>();
    let values = match &question.kind {
        Kind::SingleChoice { choices, .. } | Kind::MultipleChoice { choices, .. } | Kind::Dropdown { choices, .. } => {
            choices.iter().map(|it| (it.id.to_string(), it.label.to_string())).collect()
        }
        Kind::Stars { count } => points(1, *count),
        Kind::OpinionScale { from, to, .. } => points(*from, *to),
        Kind::Nps { .. } => points(0, 10),
        Kind::YesNo => [("yes", "Yes"), ("no", "No")].map(|(id, it)| (id.to_owned(), it.to_owned())).into(),
        Kind::ShortText { .. }
        | Kind::LongText { .. }
        | Kind::Integer { .. }
        | Kind::Decimal { .. }
        | Kind::Statement
        | Kind::Hidden { .. } => return None,
    };
    let choices = values.into_iter().map(|(value, label)| Choice { value: format!("{id}:{value}"), label }).collect();
    Some(Choices { label: question.label.to_string(), choices })
}

/// The filter for one answer, as it stands in the address; what names no question is refused where filters are read.
fn filter(definition: &Definition, only: &str) -> Value {
    let Some((name, value)) = only.split_once(':') else { return Value::Null };
    let kind = definition.question_named(name).map(|it| &it.kind);
    let value = match kind {
        Some(Kind::Stars { .. } | Kind::OpinionScale { .. } | Kind::Nps { .. }) => {
            value.parse::<i64>().map_or_else(|_| json!(value), |it| json!(it))
        }
        Some(Kind::YesNo) => json!(value == "yes"),
        Some(
            Kind::ShortText { .. }
            | Kind::LongText { .. }
            | Kind::Integer { .. }
            | Kind::Decimal { .. }
            | Kind::SingleChoice { .. }
            | Kind::MultipleChoice { .. }
            | Kind::Dropdown { .. }
            | Kind::Statement
            | Kind::Hidden { .. },
        )
        | None => json!(value),
    };
    json!({ name: value })
}

fn table(counted: &Crosstab, of: Percentages) -> Table {
    let line = |at: usize| Line {
        label: counted.rows.categories[at].label.clone(),
        cells: (0..counted.columns.categories.len()).map(|column| cell(counted, (at, column), of)).collect(),
        total: number::grouped(counted.row_totals[at]),
    };
    let (test, caution) = test(counted);
    Table {
        caption: format!("{} by {}", counted.rows.label, counted.columns.label),
        columns: counted.columns.categories.iter().map(|it| it.label.clone()).collect(),
        rows: (0..counted.rows.categories.len()).map(line).collect(),
        column_totals: counted.column_totals.iter().map(|it| number::grouped(*it)).collect(),
        total: number::grouped(counted.total),
        test,
        caution,
        missing: missing(counted),
    }
}

fn cell(counted: &Crosstab, place: (usize, usize), of: Percentages) -> Cell {
    let whole = match of {
        Percentages::Row => counted.row_totals[place.0],
        Percentages::Column => counted.column_totals[place.1],
        Percentages::Total => counted.total,
    };
    let count = counted.cells[place.0][place.1];
    Cell { share: number::percent(count, whole), count: number::grouped(count) }
}

/// What the test says, in a sentence, and what to be careful about.
fn test(counted: &Crosstab) -> (String, &'static str) {
    let found = match counted.test {
        Ok(it) => it,
        Err(NoTest::SeveralPicks) => {
            let words = "A response may be counted in several cells, so percentages may add up to more than 100, and there is \
                         no test of independence.";
            return (words.to_owned(), "");
        }
        Err(NoTest::TooFew) => return ("There are too few different answers for a test.".to_owned(), ""),
    };
    let verdict = if found.p < 0.05 {
        "The answers go together more than chance would explain"
    } else {
        "Chance alone may explain the differences"
    };
    let p = if found.p < 0.001 { "below 0.001".to_owned() } else { number::decimal(found.p, 3) };
    let words = format!(
        "{verdict}: chi-square {} with {} degrees of freedom, p {p}, Cramér’s V {}.",
        number::decimal(found.statistic, 2),
        found.degrees,
        number::decimal(found.cramers_v, 2)
    );
    let cells = counted.cells.iter().map(Vec::len).sum::<usize>() as u64;
    let caution = if cells < found.expected_below_5 * 5 {
        "More than a fifth of the cells expect fewer than 5 responses: take p as a rough figure."
    } else {
        ""
    };
    (words, caution)
}

fn missing(counted: &Crosstab) -> String {
    let [no_row, no_column, neither] = counted.missing;
    match no_row + no_column + neither {
        0 => String::new(),
        left_out => format!(
            "Left out: {} without an answer to both questions ({} without the rows’, {} without the columns’, {} without either).",
            number::counted(left_out, "response"),
            number::grouped(no_row),
            number::grouped(no_column),
            number::grouped(neither)
        ),
    }
}
