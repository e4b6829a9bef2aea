//! Between server and script host: this file is about the frames they exchange, and how little each believes the other.
//!
//! A frame is its length in four bytes and a value in postcard's form. Whoever reads one checks its length before taking
//! memory for it; postcard checks that texts are UTF-8, that lengths lie inside of the frame and that nothing is left over.
//! A frame that fails is the end of the connection: the server then makes a new host.

use std::{io, time::Duration};

use canvass_model::script::{Functions, LimitKind, Limits, LogLine};
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::unix::{OwnedReadHalf, OwnedWriteHalf},
    sync::mpsc,
};

use crate::Usage;

/// The longest frame: a run with its modules, or an answer, and room around them.
pub(crate) const FRAME_BYTES_MAX: usize = 16 * 1024 * 1024;

/// Frames that may wait to be written. Whoever sends more waits.
pub(crate) const OUTBOX_MAX: usize = 64;

/// What the server says to a script host.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) enum ToHost {
    /// Read a script.
    Check { id: u64, name: String, source: String, allowed: Allowed },
    /// Run a script.
    Run { id: u64, run: Box<RunFrame> },
    /// The answer to the host call of a run, and how long the server took for it.
    Answer { id: u64, answer: Result<String, String>, took: Duration },
    /// Nobody waits for this run any more.
    Cancel { id: u64 },
}

/// A run, as a script host is given it.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct RunFrame {
    pub(crate) script: ModuleFrame,
    pub(crate) modules: Vec<ModuleFrame>,
    /// The order for the guest, in JSON.
    pub(crate) order: String,
    pub(crate) allowed: Allowed,
    pub(crate) now_ms: i64,
    pub(crate) seed: u64,
}

/// A script and what it is made of.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct ModuleFrame {
    pub(crate) name: String,
    pub(crate) source: String,
    pub(crate) code: Option<Bytes>,
}

/// What a script host says to the server.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) enum FromHost {
    /// It is ready, and these walls stand.
    Hello { walls: Vec<WallFrame> },
    /// What reading a script came to.
    Checked { id: u64, checked: Checked },
    /// A run asks for something.
    Call { id: u64, name: String, arguments: String },
    /// How a run ended.
    Done { id: u64, done: Box<Done> },
}

/// A wall of the operating system, and why it does not stand if it does not.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct WallFrame {
    pub(crate) name: String,
    pub(crate) missing: Option<String>,
}

/// What reading a script came to.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) enum Checked {
    /// Byte code, and the functions it defines.
    Program(Bytes, Functions),
    /// Where it is no Python.
    Syntax { message: String, line: u32, column: u32 },
    /// Reading it takes too much.
    Limit(LimitKind),
    /// The interpreter broke.
    Broken,
}

/// How a run ended.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Done {
    pub(crate) end: End,
    pub(crate) output: String,
    pub(crate) output_truncated: bool,
    pub(crate) log: Vec<LogLine>,
    pub(crate) usage: Usage,
}

/// With what a run ended.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) enum End {
    /// What the guest answered, in JSON that a script may have forged.
    Answer(String),
    /// A limit.
    Limit(LimitKind),
    /// The script ended its interpreter, or broke something inside of it.
    Broken(Broken),
}

/// How a script can end its interpreter.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Broken {
    /// By asking for its end.
    Exit,
    /// By making it stop at something that cannot be.
    Stop,
}

/// What a run may use: limits in the units of a host.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
#[expect(clippy::struct_field_names, reason = "limits are called like those of the model")]
pub(crate) struct Allowed {
    pub(crate) fuel_max: u64,
    pub(crate) wall_ms_max: u64,
    pub(crate) memory_bytes_max: usize,
    pub(crate) host_calls_max: u32,
    pub(crate) output_bytes_max: usize,
    pub(crate) log_lines_max: usize,
    pub(crate) result_bytes_max: usize,
}

/// Bytes in one piece; serde would write them one by one.
#[derive(Debug, Clone)]
pub(crate) struct Bytes(pub(crate) Vec<u8>);

/// Where frames are put that shall be written.
#[derive(Debug, Clone)]
pub(crate) struct Outbox(mpsc::Sender<Vec<u8>>);

/// Why a connection ended.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Ended {
    /// The other side closed it.
    #[error("it ended")]
    Closed,
    /// What came is no frame.
    #[error("it broke the protocol: {0}")]
    Violation(String),
    /// The operating system said no.
    #[error("{0}")]
    Io(#[from] io::Error),
}

impl Allowed {
    /// Nothing at all.
    pub(crate) const NOTHING: Self = Self {
        fuel_max: 0,
        wall_ms_max: 0,
        memory_bytes_max: 0,
        host_calls_max: 0,
        output_bytes_max: 0,
        log_lines_max: 0,
        result_bytes_max: 0,
    };
}

impl From<Limits> for Allowed {
    fn from(limits: Limits) -> Self {
        let size = |bytes: u64| usize::try_from(bytes).unwrap_or(usize::MAX);
        Self {
            fuel_max: limits.fuel_max,
            wall_ms_max: limits.wall_ms_max,
            memory_bytes_max: size(limits.memory_bytes_max),
            host_calls_max: limits.host_calls_max,
            output_bytes_max: size(limits.output_bytes_max).min(FRAME_BYTES_MAX / 4),
            log_lines_max: size(limits.log_lines_max.into()).min(1_000),
            result_bytes_max: size(limits.result_bytes_max).min(FRAME_BYTES_MAX / 4),
        }
    }
}

impl Outbox {
    /// An outbox, and what comes out of it.
    pub(crate) fn new() -> (Self, mpsc::Receiver<Vec<u8>>) {
        let (sender, receiver) = mpsc::channel(OUTBOX_MAX);
        (Self(sender), receiver)
    }

    /// Puts a frame in, waiting for room. Where nobody writes any more it is dropped: whoever waits for an answer hears
    /// of the end of the connection.
    pub(crate) async fn send(&self, frame: &impl Serialize) {
        if let Ok(frame) = packed(frame) {
            let _ = self.0.send(frame).await;
        }
    }

    /// Puts a frame in if there is room for it at once.
    pub(crate) fn try_send(&self, frame: &impl Serialize) -> bool {
        packed(frame).is_ok_and(|frame| self.0.try_send(frame).is_ok())
    }
}

/// A value as the frame that is written: its length and its bytes.
pub(crate) fn packed(value: &impl Serialize) -> Result<Vec<u8>, Ended> {
    let frame = postcard::to_extend(value, vec![0; 4]).map_err(|error| Ended::Violation(error.to_string()))?;
    let length = frame.len() - 4;
    if FRAME_BYTES_MAX < length {
        return Err(Ended::Violation(format!("a frame of {length} bytes")));
    }
    let mut frame = frame;
    frame[..4].copy_from_slice(&u32::try_from(length).unwrap_or(u32::MAX).to_le_bytes());
    Ok(frame)
}

/// Writes what is put into an outbox, until nobody can put anything in any more.
pub(crate) async fn write_all(mut outbox: mpsc::Receiver<Vec<u8>>, mut stream: OwnedWriteHalf) -> io::Result<()> {
    while let Some(frame) = outbox.recv().await {
        stream.write_all(&frame).await?;
    }
    stream.shutdown().await
}

/// Reads one frame.
pub(crate) async fn read<T: DeserializeOwned>(stream: &mut OwnedReadHalf) -> Result<T, Ended> {
    let mut length = [0; 4];
    match stream.read_exact(&mut length).await {
        Ok(_) => {}
        Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => return Err(Ended::Closed),
        Err(error) => return Err(error.into()),
    }
    let length = u32::from_le_bytes(length) as usize;
    if FRAME_BYTES_MAX < length {
        return Err(Ended::Violation(format!("a frame of {length} bytes was announced")));
    }
    let mut frame = vec![0; length];
    stream.read_exact(&mut frame).await?;
    unpacked(&frame)
}

/// Reads a value out of a frame without its length.
pub(crate) fn unpacked<T: DeserializeOwned>(frame: &[u8]) -> Result<T, Ended> {
    match postcard::take_from_bytes(frame) {
        Ok((value, [])) => Ok(value),
        Ok((_, rest)) => Err(Ended::Violation(format!("{} bytes behind a frame", rest.len()))),
        Err(error) => Err(Ended::Violation(error.to_string())),
    }
}

impl Serialize for Bytes {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_bytes(&self.0)
    }
}

impl<'de> Deserialize<'de> for Bytes {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Visitor;
        impl serde::de::Visitor<'_> for Visitor {
            type Value = Bytes;
            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("bytes")
            }
            fn visit_bytes<E>(self, bytes: &[u8]) -> Result<Bytes, E> {
                Ok(Bytes(bytes.to_owned()))
            }
        }
        deserializer.deserialize_bytes(Visitor)
    }
}
