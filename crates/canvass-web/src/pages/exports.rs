//! Exports: this file is about responses leaving as a file.

use axum::{
    extract::{Path, Query},
    response::Response,
};
use canvass_model::id::SurveyId;

use crate::{
    Problem,
    access::Analyst,
    export::{self, Cells, End},
};

/// What the file is to be like.
#[derive(serde::Deserialize)]
pub(crate) struct Wanted {
    /// Present when choices are to be written as labels.
    labels: Option<String>,
}

/// All responses as CSV, with the number of rows and a checksum on its last line.
pub(crate) async fn show(
    analyst: Analyst,
    Path((_, survey)): Path<(String, String)>,
    Query(wanted): Query<Wanted>,
) -> Result<Response, Problem> {
    let id = SurveyId::parse(&survey).ok_or(Problem::NotFound)?;
    let cells = if wanted.labels.is_some() { Cells::Labels } else { Cells::Ids };
    export::csv(analyst, id, cells, End::Footer).await
}
