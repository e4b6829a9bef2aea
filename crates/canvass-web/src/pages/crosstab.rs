//! Cross-tabs in the console: this file is about choosing two questions, or a question and a fact such as the month, and
//! reading how they go together.

use askama::Template;
use axum::{
    extract::{Path, RawQuery},
    response::{Html, IntoResponse, Redirect, Response},
};
use canvass_actions::{
    Error,
    crosstabs::{self, Asked, Running},
    results,
};
use canvass_model::{
    crosstab::{About, Crosstab, NoTest, Percentages},
    definition::{Kind, Question},
    id::SurveyId,
};

use crate::{
    Problem,
    access::Analyst,
    form::Form,
    layout::{ConsoleArea, ConsoleShell},
    view::{
        filter_bar::{self, Choice, Control, FilterBar, Filtering},
        number,
        survey_head::{SurveyHead, Tab},
    },
};

#[derive(Template)]
#[template(path = "console/crosstab.html")]
struct CrosstabPage {
    shell: ConsoleShell,
    head: SurveyHead,
    questions: Vec<Choice>,
    facts: Vec<Choice>,
    rows: String,
    columns: String,
    of: &'static str,
    filter: FilterBar,
    table: Option<Table>,
    error: String,
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
    RawQuery(query): RawQuery,
) -> Result<Response, Problem> {
    let id = SurveyId::parse(&survey).ok_or(Problem::NotFound)?;
    let (found, now) = analyst.read(move |tx| Ok::<_, Error>((results::load(tx, id)?, tx.now()))).await?;
    let head = SurveyHead::new(&found.survey, &analyst.tenant().alias, Tab::Results, now);
    let (wanted, action) = (Form::of_address(query.as_deref()), format!("{}/crosstab", head.base()));
    let kept = ["rows", "columns", "of"];
    let (filter, bar) = match filter_bar::read(&found.definition, found.survey.version, &action, &wanted, &kept) {
        Filtering::Go(address) => return Ok(Redirect::to(&address).into_response()),
        Filtering::Show(filter, bar) => (filter, *bar),
    };
    let questions: Vec<Choice> = found.definition.questions().filter(|it| is_countable(it)).map(choice).collect();
    let facts: Vec<Choice> = About::ALL.map(fact).into();
    let named = |name: &str, beside: &str| {
        let first = || questions.iter().chain(&facts).map(|it| it.value.as_str()).find(|it| *it != beside);
        wanted.find(name).or_else(first).unwrap_or_default().to_owned()
    };
    let rows = named("rows", "");
    let columns = named("columns", &rows);
    let (of, percentages) = match wanted.text("of") {
        "column" => ("column", Percentages::Column),
        "total" => ("total", Percentages::Total),
        _ => ("row", Percentages::Row),
    };
    let asked = Asked { rows: rows.clone(), columns: columns.clone(), filter: filter.to_json(), ..Asked::default() };
    let counted = if questions.is_empty() {
        Ok(None)
    } else {
        let counted = analyst.look_through(move |tx| crosstabs::begin(tx, id, &asked)).await;
        counted.and_then(Running::finish).map(Some)
    };
    let (table, error) = match counted {
        Ok(counted) => (counted.map(|it| table(&it, percentages)), String::new()),
        Err(Error::Invalid { faults }) => {
            (None, faults.into_iter().map(|it| it.message).collect::<Vec<_>>().join(". "))
        }
        Err(error) => return Err(error.into()),
    };
    let shell = analyst.shell(ConsoleArea::Surveys).await?;
    let page = CrosstabPage { shell, head, questions, facts, rows, columns, of, filter: bar, table, error };
    Ok(Html(page.render()?).into_response())
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

fn fact(about: About) -> Choice {
    Choice { value: about.name().to_owned(), label: about.label().to_owned() }
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
