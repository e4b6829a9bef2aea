//! Rules on Rust files: this file is about their opening sentence and their length.

use super::{Source, assert_accepted, assert_kept, assert_noticed, sources};

/// Past this many lines a file needs a reason.
const LINES_ADVISED_MAX: usize = 400;

/// No file is longer, whatever its reason.
const LINES_MAX: usize = 600;

/// Files longer than advised, with today's length, which may only shrink. A new entry says why in the change that
/// adds it.
const LONG_FILES: [(&str, usize); 0] = [];

#[test]
fn every_rust_file_opens_with_a_sentence_that_says_what_it_is_about() {
    assert_kept(opening);

    assert_noticed(opening, "crates/canvass/src/main.rs", "use std::fmt;\n//! Late.\n");
    assert_noticed(opening, "crates/canvass/src/main.rs", "//! The binary\nfn main() {}\n");
    assert_accepted(opening, "crates/canvass/src/main.rs", "//! The binary: this file is about its\n//! start.\n");
}

#[test]
fn no_file_is_long_without_a_reason() {
    assert_kept(length);

    assert_noticed(length, "crates/canvass/src/main.rs", &"\n".repeat(LINES_ADVISED_MAX + 1));
    assert_accepted(length, "crates/canvass/src/main.rs", &"\n".repeat(LINES_ADVISED_MAX));
}

#[test]
fn the_list_of_long_files_only_shrinks() {
    for (path, listed) in LONG_FILES {
        let lines = sources().iter().find(|it| it.path == path).map(|it| it.text.lines().count());
        assert_eq!(
            lines,
            Some(listed),
            "{path} has another length than its entry; lower the entry, or shorten the file"
        );
        assert!(
            (LINES_ADVISED_MAX + 1..=LINES_MAX).contains(&listed),
            "{path}: {listed} needs no entry, or no entry helps"
        );
    }
}

fn opening(source: &Source) -> Vec<String> {
    if !source.is_rust() {
        return vec![];
    }
    let paragraph: Vec<&str> = source
        .text
        .lines()
        .take_while(|line| line.starts_with("//! "))
        .map(|line| line.trim_start_matches("//! "))
        .collect();
    if paragraph.join(" ").contains('.') {
        vec![]
    } else {
        vec!["the first line is no `//!` sentence that says what the file is about".to_owned()]
    }
}

fn length(source: &Source) -> Vec<String> {
    let lines = source.text.lines().count();
    let is_listed = LONG_FILES.iter().any(|(path, _)| *path == source.path);
    if !source.is_rust() || lines <= LINES_ADVISED_MAX || is_listed {
        return vec![];
    }
    vec![format!("{lines} lines; past {LINES_ADVISED_MAX} a file says two things")]
}
