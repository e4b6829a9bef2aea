//! Pages: this file is about what people see; one module per subject, each with its handlers and templates.

pub(crate) mod account;
pub(crate) mod builder;
pub(crate) mod dashboard;
pub(crate) mod dead_letters;
pub(crate) mod events;
pub(crate) mod exports;
pub(crate) mod health;
pub(crate) mod landing;
pub(crate) mod members;
pub(crate) mod operate;
pub(crate) mod operate_jobs;
pub(crate) mod operators;
pub(crate) mod problems;
pub(crate) mod public;
pub(crate) mod publication;
pub(crate) mod respond;
pub(crate) mod responses;
pub(crate) mod results;
pub(crate) mod schema;
pub(crate) mod sign_in;
pub(crate) mod sign_up;
pub(crate) mod surveys;
pub(crate) mod tenants;
pub(crate) mod tokens;
pub(crate) mod traffic;
