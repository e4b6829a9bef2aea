//! Exports: this file is about responses leaving as a file.

use axum::{
    extract::{Path, Query},
    response::Response,
};
use canvass_model::id::SurveyId;

use crate::{
    Problem,
    access::Analyst,
    export::{self, Cells, End, Leading},
};

/// What the file is to be like.
#[derive(serde::Deserialize)]
pub(crate) struct Wanted {
    /// Present when choices are to be written as labels.
    labels: Option<String>,
    /// Present when the survey's metadata is to lead every row.
    metadata: Option<String>,
}

/// All responses as CSV, with the number of rows and a checksum on its last line.
pub(crate) async fn show(
    analyst: Analyst,
    Path((_, survey)): Path<(String, String)>,
    Query(wanted): Query<Wanted>,
) -> Result<Response, Problem> {
    let id = SurveyId::parse(&survey).ok_or(Problem::NotFound)?;
    let cells = if wanted.labels.is_some() { Cells::Labels } else { Cells::Ids };
    let leading = if wanted.metadata.is_some() { Leading::Metadata } else { Leading::Nothing };
    export::csv(analyst, id, (leading, cells), End::Footer).await
}
