//! clamd: this file is about asking the daemon of `ClamAV` about bytes, by its `INSTREAM` command, with every wait bounded.
//!
//! The bytes go in pieces, each behind its length in four bytes, and a piece of no bytes ends them; the answer is one line
//! ended by NUL (`man clamd`). clamd never sees a name or a path.

use std::{io, path::PathBuf, time::Duration};

use canvass_actions::files::Verdict;
use canvass_model::file::REASON_CHARS_MAX;
use tokio::{
    io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt},
    net::{TcpStream, UnixStream},
    time::timeout,
};

/// Where a clamd listens.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Clamd {
    /// At a host and a port.
    Tcp(String),
    /// At a socket in the file system.
    Unix(PathBuf),
}

/// Why an address of clamd was refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("must be like 127.0.0.1:3310 or unix:/run/clamav/clamd.ctl")]
pub struct InvalidClamd;

/// Why a scan came to nothing.
#[derive(Debug, thiserror::Error)]
pub enum Trouble {
    /// Nobody answers there, or no more.
    #[error("the virus scanner cannot be reached ({0})")]
    Away(#[from] io::Error),
    /// It was silent for too long.
    #[error("the virus scanner did not answer within {0} seconds")]
    Silent(u64),
    /// It takes no stream of this length.
    #[error("the virus scanner takes no file this large; its StreamMaxLength must be raised")]
    TooLarge,
    /// It answered something that is neither.
    #[error("the virus scanner said {0:?}")]
    Odd(String),
    /// What was to be scanned could not be read.
    #[error("the file could not be read for its scan: {0}")]
    Unreadable(String),
}

/// A scan under way.
pub(super) struct Lent {
    stream: Box<dyn Stream>,
    is_full: bool,
}

trait Stream: AsyncRead + AsyncWrite + Send + Unpin {}
impl<T: AsyncRead + AsyncWrite + Send + Unpin> Stream for T {}

/// It is near, or it is not there.
const CONNECT_WITHIN: Duration = Duration::from_secs(5);
/// A piece is a quarter of a megabyte.
const TAKE_WITHIN: Duration = Duration::from_secs(30);
/// Archives in archives take their time; clamd gives one up after two minutes (`MaxScanTime`).
const ANSWER_WITHIN: Duration = Duration::from_mins(4);
/// The answer is one line.
const ANSWER_BYTES_MAX: u64 = 4_096;

impl Clamd {
    /// Reads an address: `host:port`, or `unix:` and a path.
    pub fn parse(text: &str) -> Result<Self, InvalidClamd> {
        if let Some(path) = text.strip_prefix("unix:") {
            return if path.starts_with('/') { Ok(Self::Unix(PathBuf::from(path))) } else { Err(InvalidClamd) };
        }
        let (host, port) = text.rsplit_once(':').ok_or(InvalidClamd)?;
        let is_host = !host.is_empty() && !host.contains(|it: char| it.is_whitespace() || it == '/');
        if is_host && port.parse::<u16>().is_ok_and(|it| it != 0) {
            Ok(Self::Tcp(text.to_owned()))
        } else {
            Err(InvalidClamd)
        }
    }

    /// Asks clamd which version it is, to see that it answers.
    pub async fn version(&self) -> Result<String, Trouble> {
        let mut stream = self.connect().await?;
        within(CONNECT_WITHIN, stream.write_all(b"zVERSION\0")).await?;
        answer(&mut stream, CONNECT_WITHIN).await
    }

    /// Begins a scan.
    pub(super) async fn begin(&self) -> Result<Lent, Trouble> {
        let mut stream = self.connect().await?;
        within(TAKE_WITHIN, stream.write_all(b"zINSTREAM\0")).await?;
        Ok(Lent { stream, is_full: false })
    }

    async fn connect(&self) -> Result<Box<dyn Stream>, Trouble> {
        Ok(match self {
            Self::Tcp(place) => Box::new(within(CONNECT_WITHIN, TcpStream::connect(place)).await?),
            Self::Unix(path) => Box::new(within(CONNECT_WITHIN, UnixStream::connect(path)).await?),
        })
    }
}

impl Lent {
    /// Shows the next bytes. `false` when clamd takes no more: its verdict says why.
    pub(super) async fn show(&mut self, bytes: &[u8]) -> Result<bool, Trouble> {
        let length = u32::try_from(bytes.len()).map_err(io::Error::other)?;
        let sent = async {
            self.stream.write_all(&length.to_be_bytes()).await?;
            self.stream.write_all(bytes).await
        };
        match within(TAKE_WITHIN, sent).await {
            Ok(()) => Ok(true),
            Err(Trouble::Away(error)) if is_shut(&error) => {
                self.is_full = true;
                Ok(false)
            }
            Err(trouble) => Err(trouble),
        }
    }

    /// What clamd found in all that was shown.
    pub(super) async fn verdict(mut self) -> Result<Verdict, Trouble> {
        if !self.is_full {
            match within(TAKE_WITHIN, self.stream.write_all(&[0; 4])).await {
                Err(Trouble::Away(error)) if is_shut(&error) => {}
                sent => sent?,
            }
        }
        read(&answer(&mut self.stream, ANSWER_WITHIN).await?)
    }
}

impl Trouble {
    /// The same for whoever waits for their file: what is between us and the scanner is the operator's.
    pub fn for_members(&self) -> &'static str {
        match self {
            Self::Away(_) => "the virus scanner cannot be reached",
            Self::Silent(_) => "the virus scanner did not answer in time",
            Self::TooLarge => {
                "the virus scanner takes no file this large; the operator has to raise its StreamMaxLength"
            }
            Self::Odd(_) => "the virus scanner could not scan it",
            Self::Unreadable(_) => "it could not be read for its scan",
        }
    }

    /// Whether the same scan may come to something later, without anybody changing anything.
    pub fn may_pass(&self) -> bool {
        match self {
            Self::Away(_) | Self::Silent(_) | Self::Odd(_) => true,
            Self::TooLarge | Self::Unreadable(_) => false,
        }
    }
}

/// What an answer means.
fn read(answer: &str) -> Result<Verdict, Trouble> {
    let answer = answer.strip_prefix("stream: ").unwrap_or(answer);
    if answer == "OK" {
        return Ok(Verdict::Clean);
    }
    if let Some(signature) = answer.strip_suffix(" FOUND") {
        return Ok(Verdict::Infected(printable(signature)));
    }
    if answer.contains("size limit exceeded") {
        return Err(Trouble::TooLarge);
    }
    Err(Trouble::Odd(printable(answer)))
}

async fn answer(stream: &mut Box<dyn Stream>, patience: Duration) -> Result<String, Trouble> {
    let mut bytes = Vec::new();
    within(patience, stream.take(ANSWER_BYTES_MAX).read_to_end(&mut bytes)).await?;
    if bytes.is_empty() {
        return Err(Trouble::Away(io::Error::from(io::ErrorKind::UnexpectedEof)));
    }
    Ok(String::from_utf8_lossy(&bytes).trim_end_matches(['\0', '\n']).to_owned())
}

async fn within<T>(patience: Duration, work: impl Future<Output = io::Result<T>>) -> Result<T, Trouble> {
    match timeout(patience, work).await {
        Ok(done) => Ok(done?),
        Err(_) => Err(Trouble::Silent(patience.as_secs())),
    }
}

/// Whether the other side closed the connection, perhaps with a last word.
fn is_shut(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::BrokenPipe | io::ErrorKind::ConnectionReset)
}

fn printable(text: &str) -> String {
    text.chars().filter(|it| !it.is_control()).take(REASON_CHARS_MAX).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_a_host_with_a_port_or_a_socket() {
        assert_eq!(Clamd::parse("127.0.0.1:3310").unwrap(), Clamd::Tcp("127.0.0.1:3310".to_owned()));
        assert_eq!(Clamd::parse("[::1]:3310").unwrap(), Clamd::Tcp("[::1]:3310".to_owned()));
        assert_eq!(Clamd::parse("unix:/run/clamd.ctl").unwrap(), Clamd::Unix(PathBuf::from("/run/clamd.ctl")));
        for bad in ["", "3310", "clamd", ":3310", "clamd:0", "clamd:http", "unix:clamd", "http://clamd:3310", "a b:1"] {
            assert_eq!(Clamd::parse(bad), Err(InvalidClamd), "{bad}");
        }
    }

    #[test]
    fn only_a_plain_ok_is_clean() {
        assert_eq!(read("stream: OK").unwrap(), Verdict::Clean);
        let found = Verdict::Infected("Test.Marker.UNOFFICIAL".to_owned());
        assert_eq!(read("stream: Test.Marker.UNOFFICIAL FOUND").unwrap(), found);
        assert!(matches!(read("INSTREAM size limit exceeded. ERROR"), Err(Trouble::TooLarge)));
        for odd in ["", "stream: ", "OK?", "stream: Can't allocate memory ERROR", "UNKNOWN COMMAND"] {
            assert!(matches!(read(odd), Err(Trouble::Odd(_))), "{odd}");
        }
        assert_eq!(read("stream: a\u{1b}[31mb FOUND").unwrap(), Verdict::Infected("a[31mb".to_owned()));
    }
}
