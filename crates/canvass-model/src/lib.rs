//! The nouns of Canvass: pure types, rules, survey logic and summaries. No input or output, clock,
//! SQL or HTML pages.
//!
//! Reading order: [`id`], [`time`], [`text`], [`alias`] and [`address`] are the small parsed values;
//! [`plan`], [`tenant`], [`member`] and [`token`] say who is here and what they may do, [`domain`] which hosts they bring;
//! [`page`] is what an address serves, [`file`](mod@file) what was uploaded for it; [`survey`], [`definition`], [`answer`],
//! [`response`] and [`summary`] are the product, [`chunk`] keeps thousands of responses by question, [`filter`] says which
//! count, [`crosstab`] sets two questions against each other, [`table`] and [`export`] are responses leaving as a file,
//! [`brand`] is how it looks, [`template_site`] what a new tenant begins with, [`metadata`] what a tenant notes of a
//! survey in fields of its own; [`job`] and [`event`] are what happens around it, [`traffic`] is what visits leave behind,
//! [`script`] what a tenant's own programs are.

#![warn(missing_docs)]

pub mod address;
pub mod alias;
pub mod answer;
pub mod brand;
pub mod chunk;
pub mod crosstab;
pub mod definition;
pub mod domain;
pub mod event;
pub mod export;
pub mod file;
pub mod filter;
pub mod hex;
pub mod id;
pub mod job;
pub mod markdown;
pub mod member;
pub mod metadata;
mod number;
pub mod page;
pub mod plan;
pub mod response;
#[cfg(test)]
mod sample;
pub mod script;
pub mod summary;
pub mod survey;
pub mod table;
pub mod template_site;
pub mod tenant;
pub mod text;
pub mod time;
pub mod token;
pub mod traffic;
