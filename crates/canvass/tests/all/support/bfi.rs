//! The real survey with its 2,800 real responses: this file is about reading both, and each row in the words of every
//! door it can be sent through.

use std::path::{Path, PathBuf};

use serde_json::{Map, Value, json};

/// The one question whose answer is a number; all others are choices.
const NUMBER: &str = "age";

/// One respondent's answers.
#[derive(Debug, Clone)]
pub struct Row {
    /// Who it is: what makes sending twice one response.
    pub key: String,
    /// A cell for each question in the order of the survey; empty where nothing was answered.
    pub cells: Vec<String>,
}

/// All questions' ids, in the order of the survey and of the columns.
pub fn questions() -> Vec<String> {
    let mut reader = csv::Reader::from_path(file("responses.csv")).expect("it lies beside the tests");
    reader.headers().expect("it has a head").iter().skip(1).map(str::to_owned).collect()
}

/// Every respondent.
pub fn rows() -> Vec<Row> {
    let mut reader = csv::Reader::from_path(file("responses.csv")).expect("it lies beside the tests");
    let rows = reader.records().map(|record| {
        let record = record.expect("it is CSV");
        let mut cells = record.iter().map(str::to_owned);
        Row { key: cells.next().expect("the first column names the respondent"), cells: cells.collect() }
    });
    rows.collect()
}

/// The survey as a definition.
pub fn definition() -> Value {
    json("survey.json")
}

/// What a summary of all rows must show, computed by `figures.py`.
pub fn figures() -> Value {
    json("figures.json")
}

/// What cross-tabs of all rows must show, computed by `crosstab.py`.
pub fn crosstabs() -> Value {
    json("crosstab.json")
}

impl Row {
    /// The answers as a browser's form sends them: a field for each control that holds something.
    pub fn fields<'a>(&'a self, questions: &'a [String]) -> Vec<(&'a str, &'a str)> {
        let cells = questions.iter().zip(&self.cells).filter(|(_, cell)| !cell.is_empty());
        cells.map(|(question, cell)| (question.as_str(), cell.as_str())).collect()
    }

    /// The answers as a program sends them, with the respondent as submission key.
    pub fn submission(&self, questions: &[String]) -> Value {
        let answers: Map<String, Value> = self.fields(questions).into_iter().map(answer).collect();
        json!({ "answers": answers, "submission_key": self.key })
    }
}

fn answer((question, cell): (&str, &str)) -> (String, Value) {
    let value = match question {
        NUMBER => cell.parse::<i64>().expect("an age is a number").into(),
        _ => cell.into(),
    };
    (question.to_owned(), value)
}

fn json(name: &str) -> Value {
    let text = std::fs::read_to_string(file(name)).expect("it lies beside the tests");
    serde_json::from_str(&text).expect("it is JSON")
}

fn file(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/bfi").join(name)
}
