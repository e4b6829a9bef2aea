//! The verbs of Canvass: one function per thing a person can do, inside one transaction.
//!
//! Actions that need only one transaction take it; those that hash a password, or change the directory and a tenant,
//! take the [`Directory`](canvass_storage::Directory) and are async. Both may be repeated without harm.

pub mod brand;
pub mod crosstabs;
pub mod dead_letters;
pub mod domains;
mod error;
pub mod exports;
pub mod fields;
pub mod files;
pub mod finding;
pub mod gates;
pub mod jobs;
pub mod listing;
pub mod live;
pub mod members;
pub mod metadata;
pub mod operator_tokens;
pub mod operators;
pub mod pages;
pub mod passwords;
pub mod provisioning;
pub mod responses;
pub mod results;
pub mod scripts;
pub mod sealing;
pub mod secrets;
pub mod signing_in;
pub mod signing_up;
pub mod starters;
mod steps;
pub mod surveys;
pub mod tenants;
mod throttling;
pub mod tokens;
pub mod traffic;
mod versions;

pub use error::Error;
pub use steps::Steps;
