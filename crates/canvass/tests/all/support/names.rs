//! A name server: this file is about one that says what a test wants said, over UDP and TCP, on a port of its own.

use std::{
    io::{BufRead, BufReader, Write},
    path::Path,
    process::{Child, ChildStdin, ChildStdout, Command, Stdio},
    sync::Mutex,
};

/// A name server (`data/dns.py`) that lives as long as this value.
pub struct NameServer {
    child: Child,
    pipes: Mutex<(ChildStdin, BufReader<ChildStdout>)>,
    address: String,
}

impl NameServer {
    /// Starts one that knows no name.
    pub fn start() -> Self {
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        let python = root.join("../../.tools/python/bin/python");
        assert!(python.exists(), "{} is missing: run script/bootstrap once", python.display());
        let mut child = Command::new(python)
            .arg(root.join("tests/data/dns.py"))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("Python runs");
        let mut answers = BufReader::new(child.stdout.take().expect("it is piped"));
        let mut port = String::new();
        answers.read_line(&mut port).expect("it prints its port");
        assert!(!port.is_empty(), "the name server did not start: run script/bootstrap once");
        let questions = child.stdin.take().expect("it is piped");
        Self { child, pipes: Mutex::new((questions, answers)), address: format!("127.0.0.1:{}", port.trim()) }
    }

    /// Where it answers.
    pub fn address(&self) -> &str {
        &self.address
    }

    /// How a name answers from now on; `data/dns.py` lists the ways.
    pub fn says(&self, name: &str, how: &str) {
        let mut pipes = self.pipes.lock().expect("no test panics in here");
        writeln!(pipes.0, "{name} {how}").expect("it listens");
        let mut confirmed = String::new();
        pipes.1.read_line(&mut confirmed).expect("it answers");
        assert_eq!(confirmed, "ok\n");
    }
}

impl Drop for NameServer {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
