//! The builder: this file is about writing a survey, question by question.

use crate::Problem;

pub(crate) async fn show() -> Problem {
    Problem::NotFound
}

pub(crate) async fn edit() -> Problem {
    Problem::NotFound
}

pub(crate) async fn question() -> Problem {
    Problem::NotFound
}

pub(crate) async fn update_question() -> Problem {
    Problem::NotFound
}

pub(crate) async fn history() -> Problem {
    Problem::NotFound
}

pub(crate) async fn undo() -> Problem {
    Problem::NotFound
}

pub(crate) async fn preview() -> Problem {
    Problem::NotFound
}
