//! A virus scanner for tests: this file is about a real clamd with one signature, which finds a marker that harms nobody.

use std::{
    fs,
    io::{Read, Write},
    net::{Ipv4Addr, Shutdown, TcpListener, TcpStream},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use tempfile::TempDir;

/// What the scanner finds, wherever it stands in a file or in an archive.
pub const MARKER: &str = "CANVASS-TEST-MARKER-THAT-HARMS-NOBODY";
/// What it calls it.
pub const SIGNATURE: &str = "Canvass.Test.Marker.UNOFFICIAL";
/// Bytes of the longest file it takes.
pub const STREAM_BYTES_MAX: usize = 1024 * 1024;

/// How long it may take to start, on a machine that compiles at the same time.
const START_MAX: Duration = Duration::from_mins(1);
/// How often to look whether it has.
const POLL: Duration = Duration::from_millis(20);
/// A shell that runs the scanner until its input ends, which happens however the test process does.
const WATCHER: &str = r#""$@" >/dev/null 2>&1 & scanner=$!; read -r _; kill -s KILL $scanner; wait $scanner"#;

/// A clamd on a port of the loopback interface; it ends with this value.
pub struct Clamd {
    watcher: Child,
    _folder: TempDir,
}

impl Clamd {
    /// A free port, where nobody listens yet.
    pub fn free_port() -> u16 {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a free port");
        listener.local_addr().expect("it is bound").port()
    }

    /// Starts it on this port, and waits until it answers.
    pub fn start(port: u16) -> Self {
        let folder = tempfile::Builder::new().prefix("canvass-clamd-").tempdir().expect("a temporary folder");
        let database = folder.path().join("signatures");
        fs::create_dir(&database).expect("a new folder");
        let marker: String = MARKER.bytes().map(|it| format!("{it:02x}")).collect();
        fs::write(database.join("test.ndb"), format!("Canvass.Test.Marker:0:*:{marker}\n")).expect("room for a line");
        let configuration = folder.path().join("clamd.conf");
        let settings = format!(
            "Foreground yes\nTCPSocket {port}\nTCPAddr 127.0.0.1\nDatabaseDirectory {}\nTemporaryDirectory {}\n\
             StreamMaxLength {STREAM_BYTES_MAX}\n",
            database.display(),
            folder.path().display()
        );
        fs::write(&configuration, settings).expect("room for a few lines");
        let (program, libraries) = program();
        let mut command = Command::new("sh");
        command.args(["-c", WATCHER, "watcher"]).arg(program).arg("-c").arg(configuration);
        // The shell says that it killed the scanner.
        command.stdin(Stdio::piped()).stderr(Stdio::null());
        if let Some(libraries) = libraries {
            command.env("LD_LIBRARY_PATH", libraries);
        }
        let clamd = Self { watcher: command.spawn().expect("Debian has sh"), _folder: folder };
        let deadline = Instant::now() + START_MAX;
        while !answers(port) {
            assert!(Instant::now() < deadline, "clamd did not start within {START_MAX:?}");
            thread::sleep(POLL);
        }
        clamd
    }
}

impl Drop for Clamd {
    fn drop(&mut self) {
        drop(self.watcher.stdin.take());
        let _ = self.watcher.wait();
    }
}

/// The pinned clamd with its libraries, or the one that `CANVASS_CLAMD` names.
fn program() -> (PathBuf, Option<PathBuf>) {
    if let Some(named) = std::env::var_os("CANVASS_CLAMD") {
        return (named.into(), None);
    }
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../.tools/clamd/usr");
    let program = root.join("sbin/clamd");
    assert!(program.exists(), "{} is missing: run script/bootstrap first", program.display());
    (program, Some(root.join("lib/x86_64-linux-gnu")))
}

fn answers(port: u16) -> bool {
    let asked = TcpStream::connect((Ipv4Addr::LOCALHOST, port)).and_then(|mut stream| {
        stream.write_all(b"zPING\0")?;
        stream.shutdown(Shutdown::Write)?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer).map(|_| answer)
    });
    asked.is_ok_and(|it| it.starts_with("PONG"))
}
