//! `canvass draw-logo`: this file is about the process in which one drawing from outside becomes a picture.

use std::io::{self, Read, Write};

use canvass_format::{
    drawing::{self, Refusal},
    picture,
};

use crate::{Failure, failure::Exit, limits};

/// Reads an SVG from standard input and writes a PNG to standard output; or, with an exit code of its own, the code of the
/// refusal. Whatever the drawing does, it does under [`limits::confine_drawing`], and its server waits no longer than it
/// must.
pub(super) fn run() -> Result<Exit, Failure> {
    limits::confine_drawing().map_err(|error| failed("the process could not be confined", error))?;
    let bytes_max = u64::try_from(picture::BYTES_MAX).unwrap_or(u64::MAX);
    let mut svg = Vec::new();
    io::stdin().lock().take(bytes_max).read_to_end(&mut svg).map_err(|error| failed("nothing could be read", error))?;
    let (answer, exit) = match drawing::draw(&svg) {
        Ok(png) => (png, Exit::Done),
        Err(refusal) => (Refusal::code(refusal).as_bytes().to_vec(), Exit::Failed),
    };
    io::stdout().lock().write_all(&answer).map_err(|error| failed("nothing could be written", error))?;
    Ok(exit)
}

fn failed(what: &'static str, why: io::Error) -> Failure {
    Failure::new(Exit::Failed, what, why, "This command is started by the server alone.")
}
