//! A wall tried: this file is about doing, behind all walls, what a script that broke out would do.
//!
//! The server's tests start a host for every attempt and look at how it ended: an attempt that is printed as done has found
//! a hole.

use std::{
    fs,
    io::{self, Write as _},
    net::{TcpStream, UdpSocket},
    os::unix::net::UnixStream,
    process::Command,
};

use nix::{
    sys::{
        prctl,
        signal::{Signal, kill},
    },
    unistd::{getppid, getuid},
};
use wasmtime::{Config, Engine, Module};

use super::walls;

/// A WebAssembly module with one function that does nothing: to become machine code it needs memory that can be executed.
const MODULE: [u8; 24] = [
    0, b'a', b's', b'm', 1, 0, 0, 0, // a module of version 1
    1, 4, 1, 0x60, 0, 0, // types: a function without parameters and results
    3, 2, 1, 0, // functions: one, of that type
    10, 4, 1, 2, 0, 0x0b, // code: no locals, end
];

/// Builds walls, all of them or those that are named with commas between, says which stand, and makes one attempt.
pub(super) fn run(what: &str, user: u32, chosen: &str) -> Result<(), String> {
    let chosen: Vec<&str> = if chosen == "all" { walls::ALL.to_vec() } else { chosen.split(',').collect() };
    walls::close_strangers();
    let engine = Engine::new(Config::new().parallel_compilation(false)).map_err(|error| error.to_string())?;
    let mut standing = walls::build_early(&chosen, user);
    standing.extend(walls::build_last(&chosen));
    for wall in standing {
        say(&format!("{}: {}", wall.name, wall.missing.as_deref().unwrap_or("stands")));
    }
    let done = attempt(what, &engine)?;
    say(&format!("{what}: {done}"));
    Ok(())
}

/// Makes an attempt: `done` if it came through, why not if it was refused. Most end the process instead.
fn attempt(what: &str, engine: &Engine) -> Result<String, String> {
    let outcome = match what {
        "nothing" => Ok(()),
        "open" => fs::read("/etc/passwd").map(drop),
        "create" => fs::write("/canvass-script-host", "x"),
        "list" => fs::read_dir("/").map(drop),
        "connect" => TcpStream::connect("127.0.0.1:9").map(drop),
        "datagram" => UdpSocket::bind("127.0.0.1:0").map(drop),
        "socket" => UnixStream::connect("/run/docker.sock").map(drop),
        "exec" => Command::new("/bin/true").status().map(drop),
        "thread" => std::thread::Builder::new().spawn(|| ()).map(drop),
        "privileges" => match prctl::get_no_new_privs() {
            Ok(true) => Err(io::Error::other("a program gives no privileges")),
            Ok(false) => Ok(()),
            Err(error) => Err(error.into()),
        },
        "root" => match getuid().is_root() {
            true => Ok(()),
            false => Err(io::Error::other("it is another user")),
        },
        "kill" => kill(getppid(), None::<Signal>).map_err(Into::into),
        "machine_code" => Module::new(engine, MODULE).map(drop).map_err(io::Error::other),
        _ => return Err(format!("there is no attempt called {what}")),
    };
    Ok(match outcome {
        Ok(()) => "done".to_owned(),
        Err(error) => format!("refused, {error}"),
    })
}

fn say(what: &str) {
    let _ = writeln!(io::stdout(), "{what}");
}
