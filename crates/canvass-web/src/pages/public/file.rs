//! Files: this file is about an upload as a page, served when it may be.

use axum::{
    http::{HeaderValue, header},
    response::Response,
};
use canvass_actions::Error;
use canvass_model::{
    file::{Content, State},
    id::FileId,
};
use canvass_storage::files;

use super::caching;
use crate::{
    Problem,
    access::Entered,
    download::{self, Asked},
};

/// The file; what waits for its scan is said to, and what was refused is not there.
pub(super) async fn show(entered: &Entered<'_>, id: FileId, asked: &Asked) -> Result<Response, Problem> {
    let respondent = entered.respondent();
    let found = respondent
        .cached(&format!("file:{id}"), move |tx| {
            Ok::<_, Error>(files::find(tx, id)?.filter(|it| it.trashed_at.is_none()))
        })
        .await?;
    let file = Option::as_ref(&found).ok_or(Problem::NotFound)?;
    let scanning = respondent.scanning();
    let Some(content) = file.served(scanning) else {
        let waits = |it: &Content| it.state(scanning) == State::Waiting;
        return Err(if file.contents.iter().any(waits) { Problem::FileWaiting } else { Problem::NotFound });
    };
    let mut response = download::send(asked, (&file.name, content), respondent.reader(content.id)).await?;
    let keeping = caching::for_visibility(entered.page().visibility);
    response.headers_mut().entry(header::CACHE_CONTROL).or_insert(keeping);
    response.headers_mut().insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    Ok(response)
}
