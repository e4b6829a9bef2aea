//! The artist: this file is about drawing an SVG in a process of its own, which may fail at it.

use std::{io, path::PathBuf, process::Stdio, time::Duration};

use canvass_format::{drawing::Refusal, picture};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    process::Command,
    time::timeout,
};

/// How long a drawing may take, the start of its process included.
pub const DRAWING_MAX: Duration = Duration::from_secs(5);
/// The command by which a process becomes one that draws.
pub const COMMAND: &str = "draw-logo";

/// Draws SVGs: each in a new process of this program, without environment, folder or open files, and ended when it takes
/// too long. What such a process answers is as little trusted as the drawing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Artist {
    program: PathBuf,
}

/// Why there is no picture.
#[derive(Debug, thiserror::Error)]
pub(super) enum NotDrawn {
    /// Because of the drawing.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// Because no process could be started.
    #[error("no process that draws could be started: {0}")]
    NoProcess(#[from] io::Error),
}

impl Artist {
    /// `program` is this program's own file.
    pub fn new(program: PathBuf) -> Self {
        Self { program }
    }

    /// The drawing as a PNG, or whatever the process claims to be one.
    pub(super) async fn draw(&self, svg: &[u8]) -> Result<Vec<u8>, NotDrawn> {
        let mut process = Command::new(&self.program)
            .arg(COMMAND)
            .env_clear()
            .current_dir("/")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .kill_on_drop(true)
            .spawn()?;
        let (Some(mut to), Some(from)) = (process.stdin.take(), process.stdout.take()) else {
            return Err(io::Error::other("it has no pipes").into());
        };
        let send = async move {
            // A process that has seen enough closes its end: what it answers says why.
            let _ = to.write_all(svg).await;
        };
        let mut answer = Vec::new();
        let answer_bytes_max = u64::try_from(picture::BYTES_MAX).unwrap_or(u64::MAX);
        let mut from = from.take(answer_bytes_max);
        let receive = async {
            from.read_to_end(&mut answer).await?;
            process.wait().await
        };
        match timeout(DRAWING_MAX, async { tokio::join!(send, receive).1 }).await {
            Ok(Ok(ended)) if ended.success() => Ok(answer),
            // It said why; or it was ended by its own limits, or by its stack.
            Ok(Ok(_)) => {
                let why = std::str::from_utf8(&answer).ok().and_then(Refusal::parse);
                Err(why.unwrap_or(Refusal::TooMuch).into())
            }
            Ok(Err(error)) => Err(error.into()),
            Err(_) => Err(Refusal::TooMuch.into()),
        }
    }
}
