//! The product, through its front door: this file is about which tests there are.
#![expect(
    clippy::disallowed_methods,
    clippy::expect_used,
    clippy::print_stdout,
    clippy::unwrap_used,
    unreachable_pub,
    reason = "tests wait, read their environment, tell what they found and panic"
)]

mod access;
mod bad_input;
mod bfi;
mod brand;
mod builder;
mod columns;
mod commands;
mod configuration;
mod crosstabs;
mod demonstration;
mod domains;
mod export;
mod exports;
mod faults;
mod fields;
mod files;
mod gallery;
mod kinds;
mod leftovers;
mod loads;
mod logs;
mod nodes;
mod openapi;
mod operation;
mod operators;
mod pages;
mod people;
mod postgres;
mod respond;
mod rights;
mod script_hosts;
mod scripts;
mod starters;
mod submissions;
mod support;
mod surveys;
mod tidy;
mod traffic;
