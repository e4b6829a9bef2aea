//! The binary: this file is about where the program begins.

use std::process::ExitCode;

use mimalloc::MiMalloc;

/// What a request allocates on one thread is freed on another, the writer of the intake's: the C library's allocator
/// pays for that with locks.
#[global_allocator]
static ALLOCATOR: MiMalloc = MiMalloc;

fn main() -> ExitCode {
    canvass::main()
}
