//! The program `canvass script-host`: this file is about what it is asked to do, and in which order a host is made.

mod filter;
mod serve;
mod trial;
mod walls;

use std::{
    ffi::OsString,
    io::Write,
    os::unix::ffi::OsStrExt,
    path::{Path, PathBuf},
    process::ExitCode,
};

use crate::{Settings, Wall, engine::image};

/// What a script host is asked for. Only the server starts one.
enum Order {
    /// Compile the guest into a folder, unless it is there.
    Compile(PathBuf),
    /// Run scripts with a compiled guest; as root, become this user.
    Serve { image: PathBuf, user: u32 },
    /// Build walls and try to get past them: for the doctor and the tests.
    Try { what: String, user: u32, walls: String },
}

/// How the program ends when it was asked for something that it does not know.
const EXIT_USAGE: u8 = 2;

/// How far behind the server scripts stand where both want a processor (0 is like the server, 19 the furthest).
/// A page that takes a fraction of a millisecond otherwise waits for a slice of some endless loop.
const NICE: i32 = 5;

/// Does what the arguments behind `script-host` say. It must be called before the program has started a thread.
pub fn main(arguments: &[OsString]) -> ExitCode {
    let Some(order) = Order::parse(arguments) else {
        complain("script hosts are started by the server: canvass serve");
        return EXIT_USAGE.into();
    };
    step_back();
    let ended = match order {
        Order::Compile(cache) => compile(&cache),
        Order::Serve { image, user } => serve::run(&image, user),
        Order::Try { what, user, walls } => trial::run(&what, user, &walls),
    };
    match ended {
        Ok(()) => ExitCode::SUCCESS,
        Err(why) => {
            complain(&why);
            ExitCode::FAILURE
        }
    }
}

/// Shuts this process in as script hosts are, for other work on what comes from outside: it keeps its memory, the time and
/// its three standard streams, and is ended at any other system call. Which walls stand. It must be called before the
/// program has started a thread; nothing undoes it.
pub fn confine() -> Vec<Wall> {
    step_back();
    walls::close_strangers();
    let mut standing = walls::build_early(&walls::ALL, Settings::NOBODY);
    standing.extend(walls::build_last(&walls::ALL));
    standing.into_iter().map(Wall::from).collect()
}

/// Lets the server go first; nothing undoes it. A system that refuses this leaves scripts as important as the server.
fn step_back() {
    if let Err(error) = rustix::process::nice(NICE) {
        complain(&format!("this script host stays as important as the server: {error}"));
    }
}

impl Order {
    fn parse(arguments: &[OsString]) -> Option<Self> {
        let text = |at: usize| arguments.get(at).and_then(|it| it.to_str());
        let user = || text(2)?.parse().ok();
        match text(0)? {
            "compile" => Some(Self::Compile(arguments.get(1)?.into())),
            "serve" => Some(Self::Serve { image: arguments.get(1)?.into(), user: user()? }),
            "try" => Some(Self::Try { what: text(1)?.to_owned(), user: user()?, walls: text(3)?.to_owned() }),
            _ => None,
        }
    }
}

/// Compiles the guest if it must, and says where it is.
fn compile(cache: &Path) -> Result<(), String> {
    let path = image::compile(cache)?;
    std::io::stdout().write_all(path.as_os_str().as_bytes()).map_err(|error| error.to_string())
}

/// Says something to the server, which reads this process's errors.
fn complain(what: &str) {
    let _ = writeln!(std::io::stderr(), "{what}");
}
