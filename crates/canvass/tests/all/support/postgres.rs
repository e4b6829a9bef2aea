//! PostgreSQL for tests: this file is about servers that tests start, stop and fill with empty databases.
//!
//! Needs nothing but the standard library, `tempfile` and `script/bootstrap`, because the contract tests of
//! `canvass-storage` include it by path.

use std::{
    fs,
    io::{Read, Write},
    net::{Ipv4Addr, TcpListener, TcpStream},
    os::unix::fs::{MetadataExt, chown},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::{
        Mutex, OnceLock,
        atomic::{AtomicU32, Ordering},
    },
    thread,
    time::{Duration, Instant},
};

/// The user and group PostgreSQL runs as when the tests run as root, which it refuses: Debian's `nobody`.
const NOBODY: u32 = 65534;

/// How long a server may take to start, on a machine that compiles at the same time.
const START_MAX: Duration = Duration::from_mins(1);

/// How often to look whether it has.
const POLL: Duration = Duration::from_millis(5);

/// Settings that suit a test: many small databases, and nothing that outlives the process.
const SETTINGS: &str = "\
listen_addresses = '127.0.0.1'
unix_socket_directories = ''
max_connections = 400
shared_buffers = 64MB
scram_iterations = 1
fsync = off
synchronous_commit = on
full_page_writes = off
log_min_messages = fatal
jit = off
";

/// A shell that runs the server until its input ends, which happens however the test process does, and then removes
/// the server's files. A word stops the server by the signal it names and leaves the files. At `KILL` nothing of the
/// server reacts: it is made to stand still, so that it starts no further process, and killed with all it has.
const WATCHER: &str = r#"
folder=$1; shift
"$@" >>"$folder/log" 2>&1 &
server=$!
read -r word || word=
if [ "$word" = KILL ]; then
    kill -s STOP $server
    children=$(cat /proc/$server/task/$server/children)
    kill -s KILL $server $children
    for child in $children; do
        while [ -e /proc/$child ] && ! grep -q '^State:.Z' /proc/$child/status 2>/dev/null; do sleep 0.01; done
    done
else
    kill -s ${word:-QUIT} $server
fi
wait $server
[ -n "$word" ] || rm -rf "$folder"
"#;

/// How a server stops.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stop {
    /// It ends all sessions and writes down what it has.
    Fast,
    /// As a crash would: every connection breaks, nothing is flushed.
    Immediate,
    /// By signal 9, with all its processes.
    Killed,
}

/// A PostgreSQL server on a free port of the loopback interface. It ends with the test process, however that ends.
pub struct Postgres {
    folder: PathBuf,
    binaries: PathBuf,
    port: u16,
    superuser_password: String,
    watcher: Mutex<Option<Child>>,
    databases: AtomicU32,
}

impl Postgres {
    /// The server all tests of this process share.
    pub fn shared() -> &'static Self {
        static SHARED: OnceLock<Postgres> = OnceLock::new();
        SHARED.get_or_init(|| Self::start_with(""))
    }

    /// A server of one's own, which may be stopped and started. `settings` are lines of `postgresql.conf`.
    pub fn start_with(settings: &str) -> Self {
        let folder = empty_folder();
        let binaries = reachable_binaries(&folder);
        let superuser_password = random_word();
        initialise(&folder, &binaries, &superuser_password);
        let port = free_port();
        append(&folder.join("data/postgresql.conf"), &format!("{SETTINGS}port = {port}\n{settings}\n"));

        let postgres = Self {
            folder,
            binaries,
            port,
            superuser_password,
            watcher: Mutex::new(None),
            databases: AtomicU32::new(0),
        };
        postgres.start_again();
        postgres.execute_as_superuser(
            "postgres",
            "create role canvass login createrole nobypassrls nosuperuser password 'canvass'",
        );
        postgres
    }

    /// The URL of a new, empty database that belongs to the role `canvass`, which is no superuser.
    pub fn database(&self) -> String {
        let name = format!("test_{}", self.databases.fetch_add(1, Ordering::Relaxed));
        self.execute_as_superuser("postgres", &format!("create database {name} owner canvass"));
        format!("postgres://canvass:canvass@127.0.0.1:{}/{name}", self.port)
    }

    /// The same database as `url`, opened as a superuser: what Canvass must refuse.
    pub fn as_superuser(&self, url: &str) -> String {
        let (_, name) = url.rsplit_once('/').expect("a URL that `database` made");
        format!("postgres://postgres:{}@127.0.0.1:{}/{name}", self.superuser_password, self.port)
    }

    /// Stops the server as a crash would: every connection breaks, nothing is flushed.
    pub fn stop_immediately(&self) {
        self.stop(Stop::Immediate);
    }

    /// Stops the server.
    pub fn stop(&self, how: Stop) {
        let word = match how {
            Stop::Fast => "INT\n",
            Stop::Immediate => "QUIT\n",
            Stop::Killed => "KILL\n",
        };
        let mut watcher = self.watcher.lock().expect("no test panicked while it held the lock");
        let mut child = watcher.take().expect("the server runs");
        child
            .stdin
            .take()
            .expect("it is piped")
            .write_all(word.as_bytes())
            .expect("the watcher reads until it is told");
        child.wait().expect("the watcher ends when the server has");
    }

    /// A second server that follows this one, which stops for a moment. From then on this one acknowledges no commit that
    /// the other has not on its disk.
    pub fn standby(&self) -> Self {
        let folder = empty_folder();
        self.stop(Stop::Fast);
        let (from, to) = (self.folder.join("data"), folder.join("data"));
        let copied = Command::new("cp").args(["--archive"]).arg(from).arg(&to).status();
        assert!(copied.expect("Debian has cp").success(), "the data could not be copied to {}", to.display());
        self.start_again();
        let port = free_port();
        let (primary, password) = (self.port, &self.superuser_password);
        let followed = format!(
            "port = {port}\nprimary_conninfo = 'host=127.0.0.1 port={primary} user=postgres password={password} \
             application_name=standby'\n"
        );
        append(&to.join("postgresql.conf"), &followed);
        fs::write(to.join("standby.signal"), "").expect("room for an empty file");
        let standby = Self {
            folder,
            binaries: self.binaries.clone(),
            port,
            superuser_password: password.clone(),
            watcher: Mutex::new(None),
            databases: AtomicU32::new(0),
        };
        standby.start_again();
        self.execute_as_superuser("postgres", "alter system set synchronous_standby_names = 'standby'");
        self.execute_as_superuser("postgres", "select pg_reload_conf()");
        standby
    }

    /// Makes a standby the primary.
    pub fn promote(&self) {
        self.execute_as_superuser("postgres", "select pg_promote()");
    }

    /// The URL by which a client finds whichever of two servers can be written to.
    pub fn with_standby(&self, standby: &Self, url: &str) -> String {
        let (_, name) = url.rsplit_once('/').expect("a URL that `database` made");
        let (first, second) = (self.port, standby.port);
        format!(
            "postgres://canvass:canvass@127.0.0.1:{first},127.0.0.1:{second}/{name}?target_session_attrs=read-write"
        )
    }

    /// Starts the server again, on the same port and files, and waits until it answers.
    pub fn start_again(&self) {
        let mut watcher = self.watcher.lock().expect("no test panicked while it held the lock");
        assert!(watcher.is_none(), "the server runs already");
        let _ = fs::remove_file(self.folder.join("data/postmaster.pid"));
        let mut command = Command::new("sh");
        command.args(["-c", WATCHER, "watcher"]).arg(&self.folder).stdin(Stdio::piped());
        for word in as_ordinary_user(&self.binaries, "postgres") {
            command.arg(word);
        }
        command.arg("-D").arg(self.folder.join("data"));
        *watcher = Some(command.spawn().expect("Debian has sh"));
        wait_until_ready(&self.folder);
    }

    /// Runs one SQL statement as the superuser.
    pub fn execute_as_superuser(&self, database: &str, sql: &str) {
        let mut session = Session::open(self.port, "postgres", &self.superuser_password, database);
        session.execute(sql);
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        if let Some(mut child) = self.watcher.get_mut().expect("nobody else holds it").take() {
            drop(child.stdin.take());
            let _ = child.wait();
        } else {
            let _ = fs::remove_dir_all(&self.folder);
        }
    }
}

/// A folder of the user who runs the server.
fn empty_folder() -> PathBuf {
    let folder = tempfile::Builder::new().prefix("canvass-postgres-").tempdir().expect("a temporary folder");
    if is_root() {
        chown(folder.path(), Some(NOBODY), Some(NOBODY)).expect("root can give a folder away");
    }
    folder.keep()
}

fn append(file: &Path, lines: &str) {
    let mut file = fs::OpenOptions::new().append(true).open(file).expect("initdb wrote it");
    file.write_all(lines.as_bytes()).expect("room for a few lines");
}

/// Makes the empty cluster, owned by whoever runs the server.
fn initialise(folder: &Path, binaries: &Path, superuser_password: &str) {
    let password_file = folder.join("password");
    fs::write(&password_file, superuser_password).expect("room for a password");
    let words = as_ordinary_user(binaries, "initdb");
    let output = Command::new(&words[0])
        .args(&words[1..])
        .arg("--pgdata")
        .arg(folder.join("data"))
        .arg("--pwfile")
        .arg(&password_file)
        .args(["--username=postgres", "--encoding=UTF8", "--locale=C", "--auth=password", "--no-sync"])
        .output()
        .expect("initdb is there");
    assert!(output.status.success(), "initdb: {}", String::from_utf8_lossy(&output.stderr));
}

/// The words that run one of the programs in `binaries`, as another user when this process is root.
fn as_ordinary_user(binaries: &Path, program: &str) -> Vec<String> {
    let program = binaries.join(program).display().to_string();
    if !is_root() {
        return vec![program];
    }
    let user = format!("--reuid={NOBODY}");
    let group = format!("--regid={NOBODY}");
    ["setpriv", &user, &group, "--clear-groups", "--", &program].map(str::to_owned).to_vec()
}

/// The folder of programs that the server's user can run: a copy in `folder` when a clone below, say, `/root` is
/// closed to everybody but root.
fn reachable_binaries(folder: &Path) -> PathBuf {
    let binaries = binaries();
    let is_open = |folder: &Path| fs::metadata(folder).is_ok_and(|found| found.mode() & 0o005 == 0o005);
    if !is_root() || binaries.ancestors().all(is_open) {
        return binaries;
    }
    let installed = binaries.parent().expect("`bin` lies in a folder");
    let copied = Command::new("cp").arg("--recursive").arg(installed.join(".")).arg(folder.join("postgres")).status();
    assert!(copied.expect("Debian has cp").success(), "PostgreSQL could not be copied to {}", folder.display());
    folder.join("postgres/bin")
}

/// Where `script/bootstrap` put PostgreSQL: in the nearest folder above that has it.
fn binaries() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .ancestors()
        .map(|folder| folder.join(".tools/postgres/bin"))
        .find(|folder| folder.join("postgres").is_file())
        .expect("PostgreSQL for the tests is missing: run script/bootstrap first")
}

/// Whether this process is root; the kernel gives a process's own folder to its user.
fn is_root() -> bool {
    fs::metadata("/proc/self").expect("Linux has /proc").uid() == 0
}

fn random_word() -> String {
    let mut bytes = [0; 16];
    fs::File::open("/dev/urandom").and_then(|mut file| file.read_exact(&mut bytes)).expect("Linux has /dev/urandom");
    format!("{:032x}", u128::from_be_bytes(bytes))
}

fn free_port() -> u16 {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a free port");
    listener.local_addr().expect("it is bound").port()
}

/// Waits until the server says in its lock file that it is ready, as `pg_ctl` does.
fn wait_until_ready(folder: &Path) {
    let deadline = Instant::now() + START_MAX;
    while !is_ready(folder) {
        if Instant::now() > deadline {
            let log = fs::read_to_string(folder.join("log")).unwrap_or_default();
            panic!("PostgreSQL was not ready within {START_MAX:?}. Its log says:\n{log}");
        }
        thread::sleep(POLL);
    }
}

fn is_ready(folder: &Path) -> bool {
    let lock = fs::read_to_string(folder.join("data/postmaster.pid")).unwrap_or_default();
    lock.lines().nth(7).is_some_and(|status| ["ready", "standby"].contains(&status.trim()))
}

/// A connection that can run a statement and report an error: the few messages of PostgreSQL's protocol it takes.
struct Session(TcpStream);

impl Session {
    fn open(port: u16, user: &str, password: &str, database: &str) -> Self {
        const PROTOCOL_3_0: u32 = 196_608;
        let stream = TcpStream::connect((Ipv4Addr::LOCALHOST, port)).expect("the server is ready");
        let mut session = Self(stream);
        let mut hello = PROTOCOL_3_0.to_be_bytes().to_vec();
        hello.extend(format!("user\0{user}\0database\0{database}\0\0").as_bytes());
        session.send(None, &hello);
        session.send(Some(b'p'), format!("{password}\0").as_bytes());
        session.read_until_ready();
        session
    }

    fn execute(&mut self, sql: &str) {
        self.send(Some(b'Q'), format!("{sql}\0").as_bytes());
        self.read_until_ready();
    }

    fn send(&mut self, tag: Option<u8>, body: &[u8]) {
        let length = u32::try_from(body.len() + 4).expect("a short message");
        let mut message: Vec<u8> = tag.into_iter().collect();
        message.extend(length.to_be_bytes());
        message.extend(body);
        self.0.write_all(&message).expect("the server listens");
    }

    /// Reads what the server says up to "ready for query", and panics with its error if it has one.
    fn read_until_ready(&mut self) {
        loop {
            let mut head = [0; 5];
            self.0.read_exact(&mut head).expect("the server answers");
            let [tag, length @ ..] = head;
            let mut body = vec![0; u32::from_be_bytes(length) as usize - 4];
            self.0.read_exact(&mut body).expect("the server answers");
            match tag {
                b'E' => panic!("PostgreSQL refused: {}", String::from_utf8_lossy(&body).replace('\0', " ")),
                b'Z' => return,
                _ => {}
            }
        }
    }
}
