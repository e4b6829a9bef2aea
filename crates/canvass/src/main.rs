//! The binary: this file is about where the program begins.

use std::process::ExitCode;

use mimalloc::MiMalloc;

/// What a request allocates on one thread is freed on another, the writer of the intake's: the C library's allocator
/// pays for that with locks.
#[global_allocator]
static ALLOCATOR: MiMalloc = MiMalloc;

fn main() -> ExitCode {
    let mut arguments = std::env::args_os().skip(1);
    // Before anything else: a script host builds its walls while it has a single thread.
    if arguments.next().is_some_and(|it| it == "script-host") {
        return canvass_script::process::main(&arguments.collect::<Vec<_>>());
    }
    canvass::main()
}
