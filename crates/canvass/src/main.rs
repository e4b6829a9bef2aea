//! The binary: this file is about where the program begins.

use std::process::ExitCode;

fn main() -> ExitCode {
    canvass::main()
}
