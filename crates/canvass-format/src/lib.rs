//! Outside formats: style sheets and pictures of people who may mean harm, read, checked and written again, and responses
//! written for other programs. No input or output of its own.
//!
//! [`style`] compiles a tenant's own CSS, [`picture`] makes a logo out of an upload, [`drawing`] a picture out of an SVG;
//! [`table`] makes a file of responses.

#![warn(missing_docs)]

pub mod drawing;
pub mod picture;
pub mod style;
pub mod table;
