//! An address while one types: this file is about suggesting it from the title, and saying whether it is free.

use axum::{Json, extract::Query};
use canvass_actions as actions;
use canvass_model::address::PageAddress;
use canvass_storage::pages;

use crate::{
    Problem,
    access::Creator,
    pages::sign_up::{Question, Verdict},
};

/// Suggests and checks a page's address. Saving checks it again.
pub(crate) async fn suggest(creator: Creator, Query(question): Query<Question>) -> Result<Json<Verdict>, Problem> {
    let Some(text) = question.alias else {
        let title = question.name.unwrap_or_default();
        let free = creator.read(move |tx| actions::pages::suggest(tx, &title)).await?;
        let message = format!("{} is free", free.native());
        return Ok(Json(Verdict { alias: free.typed(), free: true, message }));
    };
    let address = match PageAddress::parse(text.trim()) {
        Ok(address) => address,
        Err(invalid) => return Ok(Json(Verdict { alias: text, free: false, message: invalid.to_string() })),
    };
    let key = address.key().clone();
    let free = creator.read(move |tx| pages::find(tx, &key)).await?.is_none();
    let message = format!("{} is {}", address.native(), if free { "free" } else { "taken" });
    Ok(Json(Verdict { alias: text, free, message }))
}
