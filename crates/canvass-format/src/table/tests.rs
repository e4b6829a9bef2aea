//! Every format: this file is about what is true of all of them; each has its own tests, against programs that read it.

#![expect(
    clippy::cast_possible_wrap,
    clippy::cast_precision_loss,
    reason = "the numbers of tests are small, or the loss is what is tested"
)]

mod bundle;
mod lines;
mod parquet;
mod readers;
mod sav;
mod support;
mod xlsx;
