//! The HTTP door: routes, access, pages, API, assets and templates.
//!
//! A handler asks for a person (`access`), never for a tenant; what it may do follows from who that is.

mod access;
mod access_log;
mod api;
mod around;
mod assets;
pub mod bench;
mod cookies;
mod download;
mod form;
mod front;
mod layout;
mod log;
mod pages;
mod problem;
mod routes;
mod security;
mod server;
mod settings;
mod too_large;
mod upload;
mod view;

pub use access::App;
pub use api::openapi;
pub use problem::CODES as PROBLEM_CODES;
pub(crate) use problem::Problem;
pub use routes::{Route, hosted_routes, routes};
pub use server::serve;
pub use settings::Settings;
