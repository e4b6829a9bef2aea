//! The load: this file is about connections that send the same request again as soon as it was answered.

use std::{io, net::SocketAddr, time::Duration};

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    task::JoinSet,
    time::Instant,
};

/// A request, ready to send.
#[derive(Debug, Clone)]
pub(super) struct Target {
    address: SocketAddr,
    request: Vec<u8>,
}

/// Connections to one target.
pub(super) struct Load {
    connections: Vec<Connection>,
    request: Vec<u8>,
}

/// One connection, and what of an answer was read.
struct Connection {
    stream: TcpStream,
    read: Vec<u8>,
}

/// An answer's headers and body.
type Answer = (Vec<(String, String)>, Vec<u8>);

impl Target {
    /// A page.
    pub(super) fn get(address: SocketAddr, path: &str) -> Self {
        let request = format!("GET {path} HTTP/1.1\r\nhost: {address}\r\naccept: text/html\r\n\r\n");
        Self { address, request: request.into_bytes() }
    }

    /// A JSON body, from a program with a token.
    pub(super) fn post(address: SocketAddr, path: &str, token: Option<&str>, body: &str) -> Self {
        let authorization = token.map(|it| format!("authorization: Bearer {it}\r\n")).unwrap_or_default();
        let request = format!(
            "POST {path} HTTP/1.1\r\nhost: {address}\r\n{authorization}content-type: application/json\r\n\
             content-length: {}\r\n\r\n{body}",
            body.len()
        );
        Self { address, request: request.into_bytes() }
    }
}

/// One answer, to be imitated.
pub(super) async fn fetch(target: &Target) -> io::Result<Answer> {
    /// Made anew for every answer by every server.
    const NOT_COPIED: [&str; 4] = ["content-length", "date", "transfer-encoding", "connection"];
    let mut connection = Connection::open(target.address).await?;
    connection.stream.write_all(&target.request).await?;
    let (head, body) = connection.answer().await?;
    let headers = head.lines().skip(1).filter_map(|line| {
        let (name, value) = line.split_once(':')?;
        let name = name.to_ascii_lowercase();
        (!NOT_COPIED.contains(&name.as_str())).then(|| (name, value.trim().to_owned()))
    });
    Ok((headers.collect(), body))
}

impl Load {
    /// Connects so many times.
    pub(super) async fn open(target: &Target, connections: u16) -> io::Result<Self> {
        let mut open = Vec::with_capacity(connections.into());
        for _ in 0..connections {
            open.push(Connection::open(target.address).await?);
        }
        Ok(Self { connections: open, request: target.request.clone() })
    }

    /// Keeps every connection busy for a while; answers how many requests were answered in a second.
    pub(super) async fn run(&mut self, duration: Duration) -> io::Result<f64> {
        let began = Instant::now();
        let deadline = began + duration;
        let mut busy = JoinSet::new();
        for mut connection in self.connections.drain(..) {
            let request = self.request.clone();
            busy.spawn(async move {
                let mut answered = 0_u32;
                while Instant::now() < deadline {
                    connection.stream.write_all(&request).await?;
                    connection.skip_answer().await?;
                    answered += 1;
                }
                Ok::<_, io::Error>((connection, answered))
            });
        }
        let mut answered = 0.0;
        while let Some(done) = busy.join_next().await {
            let (connection, count) = done.map_err(io::Error::other)??;
            self.connections.push(connection);
            answered += f64::from(count);
        }
        Ok(answered / began.elapsed().as_secs_f64())
    }
}

impl Connection {
    async fn open(address: SocketAddr) -> io::Result<Self> {
        let stream = TcpStream::connect(address).await?;
        stream.set_nodelay(true)?;
        Ok(Self { stream, read: Vec::with_capacity(16 * 1024) })
    }

    async fn skip_answer(&mut self) -> io::Result<()> {
        let (head, body) = self.bounds().await?;
        self.read.drain(..head + body);
        Ok(())
    }

    async fn answer(&mut self) -> io::Result<(String, Vec<u8>)> {
        let (head, body) = self.bounds().await?;
        let bytes: Vec<u8> = self.read.drain(..head + body).collect();
        Ok((String::from_utf8_lossy(&bytes[..head]).into_owned(), bytes[head..].to_vec()))
    }

    /// Reads one whole answer; answers the lengths of its head and its body.
    async fn bounds(&mut self) -> io::Result<(usize, usize)> {
        let head = loop {
            if let Some(at) = find(&self.read, b"\r\n\r\n") {
                break at + 4;
            }
            self.read_more().await?;
        };
        let length = body_length(&self.read[..head])?;
        while self.read.len() < head + length {
            self.read_more().await?;
        }
        Ok((head, length))
    }

    async fn read_more(&mut self) -> io::Result<()> {
        match self.stream.read_buf(&mut self.read).await? {
            0 => Err(io::Error::other("the server closed a connection")),
            _ => Ok(()),
        }
    }
}

/// How long the body behind a head is; an answer that is no success ends the measurement.
fn body_length(head: &[u8]) -> io::Result<usize> {
    let head = std::str::from_utf8(head).map_err(io::Error::other)?;
    let status = head.lines().next().unwrap_or_default();
    if !status.starts_with("HTTP/1.1 2") {
        return Err(io::Error::other(format!("the server answered {status}")));
    }
    let length = head.lines().find_map(|line| {
        let (name, value) = line.split_once(':')?;
        name.eq_ignore_ascii_case("content-length").then(|| value.trim().parse().ok())?
    });
    length.ok_or_else(|| io::Error::other("an answer did not say how long it is"))
}

fn find(bytes: &[u8], wanted: &[u8]) -> Option<usize> {
    bytes.windows(wanted.len()).position(|it| it == wanted)
}
