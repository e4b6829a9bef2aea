//! Every format: this file is about what is true of all of them; each has its own tests, against programs that read it.

mod bundle;
mod lines;
mod parquet;
mod readers;
mod sav;
mod support;
mod xlsx;
