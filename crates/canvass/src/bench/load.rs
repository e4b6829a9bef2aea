//! The load: this file is about connections that send the next request as soon as the last was answered.

use std::{
    io,
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use nix::sys::{
    resource::{UsageWho, getrusage},
    time::TimeValLike,
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    task::JoinSet,
    time::{Instant, sleep_until},
};

/// Where to send what: requests, each ready to send, that are sent in turns.
#[derive(Debug, Clone)]
pub(super) struct Target {
    address: SocketAddr,
    requests: Arc<[Vec<u8>]>,
}

/// One body to be sent.
#[derive(Debug, Clone, Copy)]
pub(super) struct Post<'a> {
    pub(super) path: &'a str,
    pub(super) token: &'a str,
    pub(super) body: &'a str,
}

/// Connections to one target.
pub(super) struct Load {
    address: SocketAddr,
    connections: Vec<Connection>,
    requests: Arc<[Vec<u8>]>,
    /// How many were sent.
    sent: Arc<AtomicUsize>,
}

/// What a round came to.
#[derive(Debug, Clone, Copy)]
pub(super) struct Round {
    pub(super) pace: Pace,
    /// Requests that were done.
    pub(super) answered: u64,
    /// Requests that were told to come again later.
    pub(super) refused: u64,
}

/// How fast a round went.
#[derive(Debug, Clone, Copy)]
pub(super) struct Pace {
    /// Requests answered in a second.
    pub(super) per_second: f64,
    /// Microseconds of processor time that a request took, in this process: server, load and all.
    pub(super) cpu_micros: f64,
}

/// One connection, and what of an answer was read.
struct Connection {
    stream: TcpStream,
    read: Vec<u8>,
}

/// What an answer says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Answered {
    /// It is done.
    Well,
    /// There is no room now.
    Later,
}

/// When a connection that was told to comes again: what the server asks for.
const COME_AGAIN_AFTER: Duration = Duration::from_secs(1);

/// An answer's headers and body.
type Answer = (Vec<(String, String)>, Vec<u8>);

impl<'a> Post<'a> {
    /// All of these to one path.
    pub(super) fn all(path: &'a str, token: &'a str, bodies: &'a [String]) -> impl Iterator<Item = Self> {
        bodies.iter().map(move |body| Self { path, token, body })
    }
}

impl Target {
    /// A page.
    pub(super) fn get(address: SocketAddr, path: &str) -> Self {
        let request = format!("GET {path} HTTP/1.1\r\nhost: {address}\r\naccept: text/html\r\n\r\n");
        Self { address, requests: Arc::new([request.into_bytes()]) }
    }

    /// JSON bodies, each to a path, from a program with a token.
    pub(super) fn post<'a>(address: SocketAddr, bodies: impl IntoIterator<Item = Post<'a>>) -> Self {
        let request = |Post { path, token, body }: Post<'_>| {
            let head = format!(
                "POST {path} HTTP/1.1\r\nhost: {address}\r\nauthorization: Bearer {token}\r\n\
                 content-type: application/json\r\ncontent-length: {}\r\n\r\n",
                body.len()
            );
            [head.as_bytes(), body.as_bytes()].concat()
        };
        Self { address, requests: bodies.into_iter().map(request).collect() }
    }
}

/// One answer, to be imitated.
pub(super) async fn fetch(target: &Target) -> io::Result<Answer> {
    /// Made anew for every answer by every server.
    const NOT_COPIED: [&str; 4] = ["content-length", "date", "transfer-encoding", "connection"];
    let mut connection = Connection::open(target.address).await?;
    let request = target.requests.first().ok_or_else(|| io::Error::other("there is no request"))?;
    connection.stream.write_all(request).await?;
    let (head, body) = connection.answer().await?;
    let headers = head.lines().skip(1).filter_map(|line| {
        let (name, value) = line.split_once(':')?;
        let name = name.to_ascii_lowercase();
        (!NOT_COPIED.contains(&name.as_str())).then(|| (name, value.trim().to_owned()))
    });
    Ok((headers.collect(), body))
}

/// What each of `count` answers takes over one connection, asked for at this pace: as visitors come.
pub(super) async fn visit(target: &Target, count: usize, every: Duration) -> io::Result<Vec<Duration>> {
    let mut connection = Connection::open(target.address).await?;
    let mut taken = Vec::with_capacity(count);
    let mut paces = tokio::time::interval(every);
    for request in target.requests.iter().cycle().take(count) {
        paces.tick().await;
        let began = Instant::now();
        connection.stream.write_all(request).await?;
        connection.skip_answer().await?;
        taken.push(began.elapsed());
    }
    Ok(taken)
}

impl Load {
    /// Connects so many times.
    pub(super) async fn open(target: &Target, connections: u16) -> io::Result<Self> {
        let mut open = Vec::with_capacity(connections.into());
        for _ in 0..connections {
            open.push(Connection::open(target.address).await?);
        }
        let (address, requests) = (target.address, Arc::clone(&target.requests));
        Ok(Self { address, connections: open, requests, sent: Arc::default() })
    }

    /// Connects anew, after a pause in which the server may have given up waiting for requests.
    pub(super) async fn connect_again(&mut self) -> io::Result<()> {
        for connection in &mut self.connections {
            *connection = Connection::open(self.address).await?;
        }
        Ok(())
    }

    /// Keeps every connection busy for a while.
    pub(super) async fn run(&mut self, duration: Duration) -> io::Result<Round> {
        let (began, cpu_began) = (Instant::now(), cpu()?);
        let deadline = began + duration;
        let mut busy = JoinSet::new();
        for mut connection in self.connections.drain(..) {
            let (requests, sent) = (Arc::clone(&self.requests), Arc::clone(&self.sent));
            busy.spawn(async move {
                let (mut answered, mut refused) = (0_u32, 0_u32);
                while Instant::now() < deadline {
                    let turn = sent.fetch_add(1, Ordering::Relaxed) % requests.len();
                    connection.stream.write_all(&requests[turn]).await?;
                    match connection.skip_answer().await? {
                        Answered::Well => answered += 1,
                        Answered::Later => {
                            refused += 1;
                            sleep_until(deadline.min(Instant::now() + COME_AGAIN_AFTER)).await;
                        }
                    }
                }
                Ok::<_, io::Error>((connection, answered, refused))
            });
        }
        let (mut answered, mut refused) = (0_u64, 0_u64);
        while let Some(done) = busy.join_next().await {
            let (connection, well, later) = done.map_err(io::Error::other)??;
            self.connections.push(connection);
            answered += u64::from(well);
            refused += u64::from(later);
        }
        let count = f64::from(u32::try_from(answered).unwrap_or(u32::MAX));
        let cpu_micros = cpu()?.saturating_sub(cpu_began).as_secs_f64() * 1e6 / count;
        let pace = Pace { per_second: count / began.elapsed().as_secs_f64(), cpu_micros };
        Ok(Round { pace, answered, refused })
    }
}

impl Connection {
    async fn open(address: SocketAddr) -> io::Result<Self> {
        let stream = TcpStream::connect(address).await?;
        stream.set_nodelay(true)?;
        Ok(Self { stream, read: Vec::with_capacity(16 * 1024) })
    }

    async fn skip_answer(&mut self) -> io::Result<Answered> {
        let (answered, head, body) = self.bounds().await?;
        self.read.drain(..head + body);
        Ok(answered)
    }

    async fn answer(&mut self) -> io::Result<(String, Vec<u8>)> {
        let (_, head, body) = self.bounds().await?;
        let bytes: Vec<u8> = self.read.drain(..head + body).collect();
        Ok((String::from_utf8_lossy(&bytes[..head]).into_owned(), bytes[head..].to_vec()))
    }

    /// Reads one whole answer; answers what it says, and the lengths of its head and its body.
    async fn bounds(&mut self) -> io::Result<(Answered, usize, usize)> {
        let head = loop {
            if let Some(at) = find(&self.read, b"\r\n\r\n") {
                break at + 4;
            }
            self.read_more().await?;
        };
        let (answered, length) = read_head(&self.read[..head])?;
        while self.read.len() < head + length {
            self.read_more().await?;
        }
        Ok((answered, head, length))
    }

    async fn read_more(&mut self) -> io::Result<()> {
        match self.stream.read_buf(&mut self.read).await? {
            0 => Err(io::Error::other("the server closed a connection")),
            _ => Ok(()),
        }
    }
}

/// Processor time that this process took so far.
fn cpu() -> io::Result<Duration> {
    let usage = getrusage(UsageWho::RUSAGE_SELF)?;
    let micros = [usage.user_time(), usage.system_time()].map(|it| it.num_microseconds().unsigned_abs());
    Ok(Duration::from_micros(micros.iter().sum()))
}

/// What a head says and how long the body behind it is; an answer that is neither a success nor a wish for later ends the
/// measurement.
fn read_head(head: &[u8]) -> io::Result<(Answered, usize)> {
    let head = std::str::from_utf8(head).map_err(io::Error::other)?;
    let status = head.lines().next().unwrap_or_default();
    let answered = match status.strip_prefix("HTTP/1.1 ") {
        Some(code) if code.starts_with('2') => Answered::Well,
        Some(code) if code.starts_with("503") || code.starts_with("429") => Answered::Later,
        _ => return Err(io::Error::other(format!("the server answered {status}"))),
    };
    let length = head.lines().find_map(|line| {
        let (name, value) = line.split_once(':')?;
        name.eq_ignore_ascii_case("content-length").then(|| value.trim().parse().ok())?
    });
    let length = length.ok_or_else(|| io::Error::other("an answer did not say how long it is"))?;
    Ok((answered, length))
}

fn find(bytes: &[u8], wanted: &[u8]) -> Option<usize> {
    bytes.windows(wanted.len()).position(|it| it == wanted)
}
