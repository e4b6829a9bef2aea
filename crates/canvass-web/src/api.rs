//! The REST API: this file is about its routes, under `/api/v1`, and the document that describes them.
//!
//! Handlers ask for the same people and call the same actions as the pages do. The description is made from their types.

mod body;
mod brand;
mod crosstab;
mod definition;
mod describe;
mod domains;
mod exports;
mod fields;
mod files;
mod links;
mod metadata;
mod pages;
mod publication;
mod responses;
mod scripts;
mod starters;
mod summary;
mod surveys;
mod tenant;
mod tenant_scripts;
mod tenants;
mod traffic;

use std::sync::Arc;

use aide::{
    axum::{
        ApiRouter,
        routing::{delete_with, get_with, post_with, put_with},
    },
    openapi::OpenApi,
};
use axum::{Json, Router, extract::DefaultBodyLimit, routing::get};

use crate::{App, too_large};

/// Every route of the API.
pub(crate) fn router() -> Router<App> {
    let (document, router) = document();
    let document = Arc::new(document);
    router.route("/api/v1/openapi.json", get(async move || Json(OpenApi::clone(&document))))
}

/// The description of the API, an `OpenAPI` 3.1 document: what `/api/v1/openapi.json` serves.
pub fn openapi() -> serde_json::Value {
    serde_json::to_value(document().0).unwrap_or_default()
}

/// The description, and the router it was made from.
fn document() -> (OpenApi, Router<App>) {
    let mut document = OpenApi::default();
    let router = described().finish_api_with(&mut document, describe::document);
    describe::complete(&mut document);
    (document, router)
}

fn described() -> ApiRouter<App> {
    surveys().merge(exports()).merge(site()).merge(scripts::routes()).merge(operator())
}

/// The tenant itself, its surveys and their responses.
fn surveys() -> ApiRouter<App> {
    ApiRouter::new()
        .api_route("/api/v1/tenant", get_with(tenant::show, tenant::show_is))
        .api_route("/api/v1/brand", get_with(brand::show, brand::show_is).put_with(brand::update, brand::update_is))
        .api_route(
            "/api/v1/brand/logo",
            put_with(brand::update_logo, brand::update_logo_is)
                .delete_with(brand::delete_logo, brand::delete_logo_is)
                .layer(DefaultBodyLimit::max(too_large::UPLOAD_BYTES_MAX)),
        )
        .api_route(
            "/api/v1/fields",
            get_with(fields::show, fields::show_is).put_with(fields::update, fields::update_is),
        )
        .api_route(
            "/api/v1/surveys",
            get_with(surveys::index, surveys::index_is).post_with(surveys::create, surveys::create_is),
        )
        .api_route(
            "/api/v1/surveys/{survey}",
            get_with(surveys::show, surveys::show_is).delete_with(surveys::delete, surveys::delete_is),
        )
        .api_route("/api/v1/surveys/{survey}/draft", put_with(surveys::update_draft, surveys::update_draft_is))
        .api_route(
            "/api/v1/surveys/{survey}/metadata",
            get_with(metadata::show, metadata::show_is).put_with(metadata::update, metadata::update_is),
        )
        .api_route(
            "/api/v1/surveys/{survey}/publication",
            post_with(publication::create, publication::create_is)
                .merge(delete_with(publication::delete, publication::delete_is)),
        )
        .api_route(
            "/api/v1/surveys/{survey}/responses",
            get_with(responses::index, responses::index_is).post_with(responses::create, responses::create_is),
        )
        .api_route(
            "/api/v1/surveys/{survey}/responses/{response}",
            get_with(responses::show, responses::show_is).delete_with(responses::delete, responses::delete_is),
        )
        .api_route("/api/v1/surveys/{survey}/summary", get_with(summary::show, summary::show_is))
        .api_route("/api/v1/surveys/{survey}/crosstab", get_with(crosstab::show, crosstab::show_is))
}

/// Responses leaving as files.
fn exports() -> ApiRouter<App> {
    ApiRouter::new()
        .api_route("/api/v1/surveys/{survey}/export", get_with(exports::download, exports::download_is))
        .api_route(
            "/api/v1/surveys/{survey}/exports",
            get_with(exports::index, exports::index_is).post_with(exports::create, exports::create_is),
        )
        .api_route(
            "/api/v1/surveys/{survey}/exports/{export}",
            get_with(exports::show, exports::show_is).delete_with(exports::delete, exports::delete_is),
        )
        .api_route("/api/v1/surveys/{survey}/exports/{export}/file", get_with(exports::file, exports::file_is))
        .api_route(
            "/api/v1/surveys/{survey}/exports/{export}/cancellation",
            post_with(exports::cancel, exports::cancel_is),
        )
}

/// What the operator does with tenants.
fn operator() -> ApiRouter<App> {
    ApiRouter::new()
        .api_route(
            "/api/v1/tenants",
            get_with(tenants::index, tenants::index_is).post_with(tenants::create, tenants::create_is),
        )
        .api_route("/api/v1/tenants/{alias}", get_with(tenants::show, tenants::show_is))
        .api_route(
            "/api/v1/tenants/{alias}/suspension",
            post_with(tenants::suspend, tenants::suspend_is).delete_with(tenants::resume, tenants::resume_is),
        )
        .api_route(
            "/api/v1/tenants/{alias}/script-stop",
            put_with(tenant_scripts::stop, tenant_scripts::stop_is)
                .delete_with(tenant_scripts::allow, tenant_scripts::allow_is),
        )
        .api_route(
            "/api/v1/tenants/{alias}/script-stop/{script}",
            put_with(tenant_scripts::stop_one, tenant_scripts::stop_one_is)
                .delete_with(tenant_scripts::allow_one, tenant_scripts::allow_one_is),
        )
}

/// What stands at a tenant's public addresses, and who comes there.
fn site() -> ApiRouter<App> {
    ApiRouter::new()
        .api_route("/api/v1/pages", get_with(pages::index, pages::index_is))
        .api_route(
            "/api/v1/pages/{*page}",
            get_with(pages::show, pages::show_is)
                .put_with(pages::update, pages::update_is)
                .delete_with(pages::delete, pages::delete_is),
        )
        .api_route(
            "/api/v1/files",
            get_with(files::index, files::index_is)
                .post_with(files::create, files::create_is)
                .layer(DefaultBodyLimit::disable()),
        )
        .api_route(
            "/api/v1/files/{file}",
            get_with(files::show, files::show_is).delete_with(files::delete, files::delete_is),
        )
        .api_route(
            "/api/v1/files/{file}/content",
            get_with(files::content, files::content_is)
                .put_with(files::replace, files::replace_is)
                .layer(DefaultBodyLimit::disable()),
        )
        .api_route(
            "/api/v1/page-links",
            get_with(links::index, links::index_is).post_with(links::create, links::create_is),
        )
        .api_route("/api/v1/page-links/{link}", delete_with(links::delete, links::delete_is))
        .api_route(
            "/api/v1/starter-pages",
            get_with(starters::show, starters::show_is).post_with(starters::update, starters::update_is),
        )
        .api_route(
            "/api/v1/domains",
            get_with(domains::index, domains::index_is).post_with(domains::create, domains::create_is),
        )
        .api_route(
            "/api/v1/domains/{domain}",
            get_with(domains::show, domains::show_is).delete_with(domains::delete, domains::delete_is),
        )
        .api_route("/api/v1/domains/{domain}/verification", post_with(domains::verify, domains::verify_is))
        .api_route("/api/v1/traffic", get_with(traffic::show, traffic::show_is))
}
