//! The real binary: this file is about starting it, hearing where it answers, and stopping it gently or by force.

use std::{
    fs,
    io::{BufRead, BufReader, Read},
    net::{Ipv4Addr, TcpListener},
    path::{Path, PathBuf},
    process::{Child, Command, ExitStatus, Stdio},
    sync::mpsc,
    thread,
    time::Duration,
};

use nix::{
    sys::signal::{Signal, kill},
    unistd::Pid,
};
use serde_json::Value;
use tempfile::TempDir;

use super::{Disk, Person, canvass::on_postgres, postgres::Postgres};

/// How long a process may take to start or to stop, on a machine that compiles at the same time.
const PATIENCE: Duration = Duration::from_mins(1);

/// A server as an operator runs it. It is killed when the test ends.
pub struct Process {
    arguments: Vec<String>,
    environment: Vec<(&'static str, &'static str)>,
    /// A library that is loaded before the C library, and what it is told by the environment.
    under: Option<(PathBuf, Vec<(&'static str, PathBuf)>)>,
    folder: TempDir,
    url: String,
    disk: Option<Disk>,
    child: Option<Child>,
    log: Option<mpsc::Receiver<String>>,
    /// What it printed when it was ready.
    pub ready: Value,
}

/// How a command ended.
#[derive(Debug)]
pub struct Finished {
    /// Its exit code.
    pub code: Option<i32>,
    /// What it printed.
    pub out: String,
    /// What it complained.
    pub err: String,
}

/// Runs a command of the binary to its end.
pub fn canvass(arguments: &[&str]) -> Finished {
    Finished::of(command().args(arguments))
}

/// The binary, for a test to add arguments and variables to. It works where no configuration file lies about.
pub fn command() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_canvass"));
    command.current_dir(std::env::temp_dir()).stdin(Stdio::null()).env_remove("CANVASS_CONFIG");
    // Script hosts are for the tests that run scripts; those share what they compile.
    command.env("CANVASS_SCRIPTS__MODE", "off").env("CANVASS_SCRIPTS__CACHE", script_cache());
    command
}

/// Where the tests keep the compiled guest.
pub fn script_cache() -> PathBuf {
    Path::new(env!("CARGO_TARGET_TMPDIR")).join("script-cache")
}

impl Finished {
    /// Runs a command that was put together by the test.
    pub fn of(command: &mut Command) -> Self {
        let output = command.output().expect("the binary was built");
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("output is text");
        Self { code: output.status.code(), out: text(output.stdout), err: text(output.stderr) }
    }

    /// Insists on an exit code.
    #[track_caller]
    pub fn expect(self, code: i32) -> Self {
        assert_eq!(self.code, Some(code), "it printed:\n{}\nand complained:\n{}", self.out, self.err);
        self
    }
}

impl Process {
    /// Starts a server on a free port, on the engine the tests run on, and waits until it answers.
    pub fn spawn() -> Self {
        Self::spawn_with(&[])
    }

    /// The same with more arguments of `canvass serve`.
    pub fn spawn_with(arguments: &[&str]) -> Self {
        let mut process = Self::prepare_anywhere(arguments);
        process.start_again();
        process
    }

    fn prepare_anywhere(arguments: &[&str]) -> Self {
        let folder = TempDir::new().expect("a temporary folder");
        let place = if on_postgres() {
            ["--storage".to_owned(), Postgres::shared().database()]
        } else {
            ["--data".to_owned(), folder.path().join("data").display().to_string()]
        };
        Self::prepare(folder, place, arguments)
    }

    /// The same with variables of its environment.
    pub fn spawn_in(environment: &[(&'static str, &'static str)]) -> Self {
        let mut process = Self::prepare_anywhere(&[]);
        process.environment = environment.to_vec();
        process.start_again();
        process
    }

    /// Starts a server that runs scripts.
    pub fn spawn_with_scripts() -> Self {
        let folder = TempDir::new().expect("a temporary folder");
        let place = if on_postgres() {
            ["--storage".to_owned(), Postgres::shared().database()]
        } else {
            ["--data".to_owned(), folder.path().join("data").display().to_string()]
        };
        let mut process = Self::prepare(folder, place, &["--demo"]);
        process.environment.push(("CANVASS_SCRIPTS__MODE", "on"));
        process.start_again();
        process
    }

    /// Starts a server that runs scripts, with tenants on the premium plan, each with the secret of a token that may do
    /// everything there.
    pub async fn spawn_with_tenants<const N: usize>(
        aliases: [&str; N],
        environment: &[(&'static str, &'static str)],
    ) -> (Self, [String; N]) {
        let mut process = Self::prepare_anywhere(&[]);
        let (is_url, place) = (on_postgres(), process.arguments[1].clone());
        let installation = super::Canvass::start_with(|config| {
            if is_url {
                config.storage.url = Some(canvass::config::Secret::new(place));
            } else {
                config.storage.data = place.into();
            }
        });
        let installation = installation.await;
        let mut tokens = Vec::new();
        for alias in aliases {
            tokens.push(installation.premium(alias).await);
        }
        drop(installation);
        process.environment = environment.to_vec();
        process.environment.push(("CANVASS_SCRIPTS__MODE", "on"));
        process.start_again();
        (process, tokens.try_into().expect("a token for each"))
    }

    /// The script hosts of the server, and whatever else it has started and has not ended.
    pub fn children(&self) -> Vec<u32> {
        let processes = fs::read_dir("/proc").expect("there are processes");
        let processes = processes.filter_map(|it| it.ok()?.file_name().to_str()?.parse().ok());
        let is_child = |process: &u32| {
            let stat = fs::read_to_string(format!("/proc/{process}/stat")).unwrap_or_default();
            let mut rest = stat.rsplit(") ").next().unwrap_or_default().split(' ');
            rest.next() != Some("Z") && rest.next() == Some(&self.id().to_string())
        };
        processes.filter(is_child).collect()
    }

    /// Starts a server on a PostgreSQL database, whatever engine the tests run on, and waits until it answers.
    pub fn spawn_on(url: &str, arguments: &[&str]) -> Self {
        let folder = TempDir::new().expect("a temporary folder");
        Self::begin(folder, ["--storage".to_owned(), url.to_owned()], arguments)
    }

    /// Starts a server whose embedded storage lies on a disk that a test can fill.
    pub fn spawn_on_disk(disk: Disk, arguments: &[&str]) -> Self {
        let folder = TempDir::new().expect("a temporary folder");
        let place = ["--data".to_owned(), disk.prepare(folder.path()).display().to_string()];
        let mut process = Self::prepare(folder, place, arguments);
        process.disk = Some(disk);
        process.start_again();
        process
    }

    /// Takes all room on the disk of [`spawn_on_disk`](Self::spawn_on_disk).
    pub fn fill_disk(&self) {
        self.disk.expect("it has a disk of its own").fill(self.folder.path(), self.id());
    }

    /// Gives the room back.
    pub fn empty_disk(&self) {
        self.disk.expect("it has a disk of its own").empty(self.folder.path(), self.id());
    }

    fn begin(folder: TempDir, place: [String; 2], more: &[&str]) -> Self {
        let mut process = Self::prepare(folder, place, more);
        process.start_again();
        process
    }

    fn prepare(folder: TempDir, place: [String; 2], more: &[&str]) -> Self {
        let listen = ["--listen".to_owned(), format!("127.0.0.1:{}", free_port())];
        let more = more.iter().map(|it| (*it).to_owned());
        let arguments = place.into_iter().chain(listen).chain(more).collect();
        let url = String::new();
        Self {
            arguments,
            environment: Vec::new(),
            under: None,
            folder,
            url,
            disk: None,
            child: None,
            log: None,
            ready: Value::Null,
        }
    }

    /// A second process on the same data, with arguments of its own.
    pub fn beside(&self, arguments: &[&str]) -> Self {
        Self::begin(TempDir::new().expect("a temporary folder"), self.place(), arguments)
    }

    /// Starts it again after it was killed or stopped: the same data, the same address.
    pub fn start_again(&mut self) {
        assert!(self.child.is_none(), "it runs already");
        let mut command = self.disk.map_or_else(command, |it| it.command(self.folder.path()));
        command
            .current_dir(self.folder.path())
            .args(["serve", "--json"])
            .args(&self.arguments)
            .envs(self.environment.iter().copied())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        if let Some((library, told)) = &self.under {
            command.env("LD_PRELOAD", library).envs(told.iter().map(|(name, value)| (name, value)));
        }
        let mut child = command.spawn().expect("the binary was built");
        let complaints = listen_to(child.stderr.take().expect("it is piped"));
        let lines = listen_to(child.stdout.take().expect("it is piped"));
        let Ok(line) = lines.recv_timeout(PATIENCE) else {
            let _ = child.kill();
            let _ = child.wait();
            panic!("canvass serve did not start:\n{}", complaints.iter().collect::<Vec<_>>().join("\n"));
        };
        self.ready = serde_json::from_str(&line).expect("it prints JSON");
        self.url = self.ready["url"].as_str().unwrap_or_default().to_owned();
        self.child = Some(child);
        self.log = Some(complaints);
    }

    /// Changes a variable of its environment for the next start.
    pub fn in_environment(&mut self, name: &'static str, value: &'static str) {
        self.environment.retain(|it| it.0 != name);
        self.environment.push((name, value));
    }

    /// Has a library loaded before the C library at the next starts, and tells it something by the environment.
    pub fn under(&mut self, library: PathBuf, told: Vec<(&'static str, PathBuf)>) {
        self.under = Some((library, told));
    }

    /// Has no library loaded any more at the next starts.
    pub fn upon_a_good_machine(&mut self) {
        self.under = None;
    }

    /// Leaves an argument out at the next start.
    pub fn without(&mut self, argument: &str) {
        self.arguments.retain(|it| it != argument);
    }

    /// Where it answers; empty when it only works.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// The port it listens on, whatever people are told.
    pub fn port(&self) -> u16 {
        let address = self.arguments.iter().skip_while(|it| *it != "--listen").nth(1).expect("it is always said");
        address.rsplit(':').next().and_then(|it| it.parse().ok()).expect("an address with a port")
    }

    /// The folder it works in; embedded data lie in `data` below.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// The flags with which another command works on the same data.
    pub fn place(&self) -> [String; 2] {
        [self.arguments[0].clone(), self.arguments[1].clone()]
    }

    /// Someone nobody knows.
    pub fn visitor(&self, name: &str) -> Person {
        Person::new(name, &self.url)
    }

    /// The lines it has logged, once it has ended.
    pub fn log(&mut self) -> Vec<String> {
        assert!(self.child.is_none(), "it still runs");
        self.log.take().map(|it| it.iter().collect()).unwrap_or_default()
    }

    /// Kills it with signal 9: nothing of it can react.
    pub fn kill(&mut self) {
        let mut child = self.child.take().expect("it runs");
        child.kill().expect("it is ours");
        child.wait().expect("it is ours");
    }

    /// Asks it to stop with SIGTERM.
    pub fn ask_to_stop(&self) {
        kill(Pid::from_raw(self.id().cast_signed()), Signal::SIGTERM).expect("it is ours");
    }

    /// Makes it stand still: its machine gives it no time.
    pub fn freeze(&self) {
        kill(Pid::from_raw(self.id().cast_signed()), Signal::SIGSTOP).expect("it is ours");
    }

    /// Lets it go on.
    pub fn thaw(&self) {
        kill(Pid::from_raw(self.id().cast_signed()), Signal::SIGCONT).expect("it is ours");
    }

    /// Its process.
    pub fn id(&self) -> u32 {
        self.child.as_ref().expect("it runs").id()
    }

    /// Waits until it has stopped.
    pub fn wait(&mut self) -> ExitStatus {
        self.child.take().expect("it runs").wait().expect("it is ours")
    }

    /// Asks it to stop and waits until it has.
    pub fn stop(&mut self) -> ExitStatus {
        self.ask_to_stop();
        self.wait()
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        if self.child.is_some() {
            self.kill();
        }
    }
}

/// The lines of a pipe as they come; read to the end, so that the process never waits for us.
fn listen_to(pipe: impl Read + Send + 'static) -> mpsc::Receiver<String> {
    let (sender, lines) = mpsc::channel();
    thread::spawn(move || {
        for line in BufReader::new(pipe).lines().map_while(Result::ok) {
            let _ = sender.send(line);
        }
    });
    lines
}

fn free_port() -> u16 {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a free port");
    listener.local_addr().expect("it is bound").port()
}
