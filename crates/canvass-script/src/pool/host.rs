//! One script host from its start to its end: this file is about making the process, greeting it and listening to it.

use std::{
    os::{fd::OwnedFd, unix::net::UnixStream as StdStream},
    path::Path,
    process::Stdio,
    sync::Arc,
    time::Duration,
};

use tokio::{
    io::{AsyncRead, AsyncReadExt},
    net::{UnixStream, unix::OwnedReadHalf},
    process::{Child, Command},
    task::JoinSet,
    time::timeout,
};

use super::{Pool, link::Link, parent::Parent};
use crate::{
    status::Wall,
    wire::{self, Ended, FromHost, Outbox},
};

/// How long a host may take to say that it is ready.
const START_MAX: Duration = Duration::from_secs(30);

/// How long the end of a process may take that was told to end.
const END_MAX: Duration = Duration::from_secs(5);

/// What a host, which has nothing to say, may write to its errors before the rest is dropped.
const COMPLAINT_BYTES_MAX: usize = 4_096;

/// A host that is ready.
pub(crate) struct Host {
    pub(crate) link: Arc<Link>,
    pub(crate) walls: Vec<Wall>,
    child: Child,
    input: OwnedReadHalf,
    /// Writes to the host, and reads its errors.
    helpers: JoinSet<()>,
}

impl Host {
    /// Starts a host and waits until it is confined and ready.
    pub(crate) async fn start(pool: &Pool, parent: &Parent, image: &Path) -> Result<Self, String> {
        let (ours, theirs) = StdStream::pair().map_err(|error| format!("no socket for it: {error}"))?;
        let mut command = Command::new(&pool.settings.program);
        command.args(["script-host".as_ref(), "serve".as_ref(), image.as_os_str()]);
        command.arg(pool.settings.user.to_string()).env_clear().current_dir("/");
        command.stdin(OwnedFd::from(theirs)).stdout(Stdio::null()).stderr(Stdio::piped());
        let mut child = parent.start(command).await.map_err(|error| format!("it cannot be started: {error}"))?;
        ours.set_nonblocking(true).map_err(|error| error.to_string())?;
        let (mut input, output) = UnixStream::from_std(ours).map_err(|error| error.to_string())?.into_split();
        let (outbox, frames) = Outbox::new();
        let mut helpers = JoinSet::new();
        helpers.spawn(async move {
            // An error here shows as the end of the input.
            let _ = wire::write_all(frames, output).await;
        });
        let process = child.id().unwrap_or(0);
        let errors = child.stderr.take();
        match timeout(START_MAX, wire::read(&mut input)).await {
            Ok(Ok(FromHost::Hello { walls })) => {
                if let Some(errors) = errors {
                    helpers.spawn(async move { complain(process, errors).await });
                }
                let link = Arc::new(Link::new(process, outbox, &pool.settings));
                let walls = walls.into_iter().map(Wall::from).collect();
                Ok(Self { link, walls, child, input, helpers })
            }
            Ok(Ok(_)) => Err("it did not greet".to_owned()),
            Ok(Err(ended)) => {
                let status = timeout(END_MAX, child.wait()).await.map(|it| it.map_or(String::new(), |it| it.to_string()));
                let complaint = match errors {
                    Some(errors) => heard(errors).await,
                    None => String::new(),
                };
                Err(format!("{ended} ({}) {complaint}", status.unwrap_or_default()).trim().to_owned())
            }
            Err(_) => Err(format!("it was not ready within {} s", START_MAX.as_secs())),
        }
    }

    /// Listens to the host until it ends, or shall.
    pub(crate) async fn listen(mut self) -> Ended {
        let link = Arc::clone(&self.link);
        let ended = tokio::select! {
            ended = pass_all(&mut self.input, &link) => ended,
            () = link.shall_end() => Ended::Closed,
        };
        link.hang_up();
        let _ = self.child.start_kill();
        if timeout(END_MAX, self.child.wait()).await.is_err() {
            tracing::error!(process = self.child.id(), "a script host does not end");
        }
        self.helpers.shutdown().await;
        ended
    }
}

async fn pass_all(input: &mut OwnedReadHalf, link: &Link) -> Ended {
    loop {
        match wire::read(input).await.and_then(|frame| link.pass(frame)) {
            Ok(()) => {}
            Err(ended) => return ended,
        }
    }
}

/// Writes into the log what a host complains of.
async fn complain(process: u32, errors: impl AsyncRead + Unpin) {
    let complaint = heard(errors).await;
    if !complaint.is_empty() {
        tracing::warn!(process, %complaint, "a script host complained");
    }
}

/// What is written until the end, up to a bound; the rest is read and dropped, so that nobody waits to write it.
async fn heard(mut errors: impl AsyncRead + Unpin) -> String {
    let mut complaint = Vec::new();
    let mut piece = [0; 1024];
    while let Ok(count @ 1..) = errors.read(&mut piece).await {
        let room = COMPLAINT_BYTES_MAX.saturating_sub(complaint.len());
        complaint.extend_from_slice(&piece[..count.min(room)]);
    }
    String::from_utf8_lossy(&complaint).trim().to_owned()
}
