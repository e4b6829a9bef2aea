//! A survey's responses as a file, over the API.

use aide::transform::TransformOperation;
use axum::response::Response;
use canvass_model::id::SurveyId;
use schemars::JsonSchema;
use serde::Deserialize;

use super::body::{Id, Parameters};
use crate::{
    Problem,
    access::Analyst,
    export::{self, Cells, End, Leading},
};

/// What the file is to be like.
#[derive(Debug, Deserialize, JsonSchema)]
#[schemars(rename = "ExportWanted")]
pub(super) struct Wanted {
    /// The format.
    #[serde(default)]
    format: Format,
    /// `true` writes choices as labels instead of ids.
    #[serde(default)]
    labels: bool,
    /// `true` ends the file with a line that holds the number of rows and the SHA-256 of all bytes before it.
    #[serde(default)]
    footer: bool,
    /// `true` begins every row with the survey's metadata: a column `_metadata.` and the field's id for each field.
    #[serde(default)]
    metadata: bool,
}

/// The formats of an export.
#[derive(Debug, Clone, Copy, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
enum Format {
    /// Comma-separated values (RFC 4180), UTF-8.
    #[default]
    Csv,
}

/// The responses as a file.
pub(super) async fn show(
    analyst: Analyst,
    Id(survey): Id<SurveyId>,
    Parameters(wanted): Parameters<Wanted>,
) -> Result<Response, Problem> {
    let cells = if wanted.labels { Cells::Labels } else { Cells::Ids };
    let leading = if wanted.metadata { Leading::Metadata } else { Leading::Nothing };
    let end = if wanted.footer { End::Footer } else { End::Plain };
    match wanted.format {
        Format::Csv => export::csv(analyst, survey, (leading, cells), end).await,
    }
}

/// How the document describes it.
pub(super) fn show_is(operation: TransformOperation<'_>) -> TransformOperation<'_> {
    operation
        .id("export_responses")
        .summary("All responses as a streamed file")
        .description("Columns are question ids after `_id`, `_received_at`, `_version` and `_source`.")
        .tag("Results")
        .response_with::<200, String, _>(|mut it| {
            let content = &mut it.inner().content;
            *content = content.drain(..).map(|(_, file)| ("text/csv".to_owned(), file)).collect();
            it.description("The file.")
        })
}
