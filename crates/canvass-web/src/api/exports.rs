//! A survey's responses as files, over the API: this file is about fetching one at once, and about those that are made in
//! the background.

mod prepared;

use aide::transform::{TransformOperation, TransformResponse};
use axum::response::Response;
use canvass_model::{
    export::{Cells, End, Format, Leading, Wanted},
    id::SurveyId,
};
use schemars::JsonSchema;
use serde::Deserialize;

pub(super) use self::prepared::{
    cancel, cancel_is, create, create_is, delete, delete_is, file, file_is, index, index_is, show, show_is,
};
use super::body::{Id, Parameters};
use crate::{Problem, access::Analyst, pages::exports::streamed};

/// What a file is to be like.
#[derive(Debug, Clone, Copy, Default, Deserialize, JsonSchema)]
#[schemars(rename = "ExportWanted")]
pub(super) struct Asked {
    /// The format.
    #[serde(default)]
    format: Format,
    /// `true` writes choices as labels instead of ids, in formats that have no labels beside them.
    #[serde(default)]
    labels: bool,
    /// `true` ends a CSV or JSON Lines file with a line that holds the number of rows and the SHA-256 of all bytes before it.
    #[serde(default)]
    footer: bool,
    /// `true` begins every row with the survey's metadata: a column `_metadata.` and the field's id for each field.
    #[serde(default)]
    metadata: bool,
}

impl Asked {
    fn wanted(self) -> Wanted {
        Wanted {
            format: self.format,
            cells: if self.labels { Cells::Labels } else { Cells::Ids },
            leading: if self.metadata { Leading::Metadata } else { Leading::Nothing },
            end: if self.footer { End::Footer } else { End::Plain },
        }
    }
}

/// The responses as a file, made while it is fetched.
pub(super) async fn download(
    analyst: Analyst,
    Id(survey): Id<SurveyId>,
    Parameters(asked): Parameters<Asked>,
) -> Result<Response, Problem> {
    Ok(streamed(analyst.download(survey, asked.wanted()).await?))
}

/// How the document describes it.
pub(super) fn download_is(operation: TransformOperation<'_>) -> TransformOperation<'_> {
    operation
        .id("export_responses")
        .summary("All responses as a file, made while it is fetched")
        .description(
            "Columns are question ids, of all versions of the survey, after `_id`, `_received_at`, `_version` and `_source`. \
             A file that is cut short is not whole: formats tell it by their end, CSV and JSON Lines with `footer=true`. A \
             format that must be whole before its first byte leaves is refused with 409 for large surveys: make it in the \
             background then.",
        )
        .tag("Exports")
        .response_with::<200, String, _>(|it| of_every_format(it).description("The file."))
}

/// An answer that is a file, in whichever format was asked for.
fn of_every_format(mut answer: TransformResponse<'_, String>) -> TransformResponse<'_, String> {
    let content = &mut answer.inner().content;
    let Some((_, file)) = content.shift_remove_index(0) else { return answer };
    // Parameters like the charset are no part of a media type's name here.
    let media = Format::ALL.into_iter().filter_map(|it| it.media().split(';').next());
    content.extend(media.map(|it| (it.to_owned(), file.clone())));
    answer
}
