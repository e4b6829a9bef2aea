//! What a command prints: this file is about the choice between sentences for people and JSON for programs.

use std::io::{self, IsTerminal, Write};

use serde_json::Value;

/// Where results go, and in which form.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Output {
    /// Lines for people.
    Human,
    /// One JSON object a line.
    Json,
}

impl Output {
    /// Prints one thing: `human` makes the lines for people.
    pub(crate) fn show(self, json: &Value, human: impl FnOnce() -> String) -> io::Result<()> {
        let text = match self {
            Self::Human => human(),
            Self::Json => json.to_string(),
        };
        line(&text)
    }

    /// Says what is going on, to people who watch; a program hears nothing.
    pub(crate) fn note(self, text: &str) {
        match self {
            Self::Human => {
                let _ = writeln!(io::stderr().lock(), "{text}");
            }
            Self::Json => {}
        }
    }

    /// Shows how far something is on one line that replaces itself, to people at a terminal.
    pub(crate) fn progress(self, text: &str) {
        let mut screen = io::stderr().lock();
        if self == Self::Human && screen.is_terminal() {
            let _ = write!(screen, "\r\x1b[K{text}");
            let _ = screen.flush();
        }
    }
}

/// Prints one line on the standard output at once, even into a pipe. Who stopped reading, like `head`, misses nothing.
pub(crate) fn line(text: &str) -> io::Result<()> {
    let mut out = io::stdout().lock();
    match writeln!(out, "{}", text.trim_end_matches('\n')).and_then(|()| out.flush()) {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        printed => printed,
    }
}

/// Columns of a table for people: as wide as their widest cell, two spaces apart.
pub(crate) fn table(head: &[&str], rows: &[Vec<String>]) -> String {
    let mut widths: Vec<usize> = head.iter().map(|it| it.chars().count()).collect();
    for row in rows {
        for (width, cell) in widths.iter_mut().zip(row) {
            *width = (*width).max(cell.chars().count());
        }
    }
    let line = |cells: Vec<&str>| {
        let padded = cells.iter().zip(&widths).map(|(cell, width)| format!("{cell:<width$}"));
        padded.collect::<Vec<_>>().join("  ").trim_end().to_owned()
    };
    let head = line(head.to_vec());
    let body = rows.iter().map(|row| line(row.iter().map(String::as_str).collect()));
    std::iter::once(head).chain(body).collect::<Vec<_>>().join("\n")
}
