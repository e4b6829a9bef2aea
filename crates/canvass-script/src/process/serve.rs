//! A script host at work: this file is about reading orders, running them side by side on one thread, and telling how they
//! ended.

use std::{
    collections::HashMap,
    os::{fd::AsFd, unix::net::UnixStream as StdStream},
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
        mpsc,
    },
    thread::{self, Thread},
    time::Duration,
};

use tokio::{
    net::{UnixStream, unix::OwnedReadHalf},
    sync::mpsc::{Receiver, Sender, channel},
    task::{AbortHandle, JoinSet},
};
use wasmtime::{Engine, component::InstancePre};

use super::walls;
use crate::{
    engine::{
        self, RUNS_MAX, SPARES_MAX, State, image,
        instance::{Line, Spare},
    },
    wire::{self, Ended, FromHost, Outbox, ToHost},
};

/// How long a run computes before the next one has its turn.
const TURN: Duration = Duration::from_millis(2);

/// Orders that may wait between the socket and whoever carries them out.
const ORDERS_MAX: usize = 8;

/// Confines this process, then serves until the server closes the connection.
pub(super) fn run(image: &Path, user: u32) -> Result<(), String> {
    walls::close_strangers();
    let socket = std::io::stdin().as_fd().try_clone_to_owned().map(StdStream::from).map_err(words)?;
    socket.set_nonblocking(true).map_err(words)?;
    let engine = engine::runner().map_err(words)?;
    let component = image::load(&engine, image).map_err(words)?;
    let pre = engine::linked(&engine, &component).map_err(words)?;
    let mut standing = walls::build_early(&walls::ALL, user);
    let turns = Turns::start(engine)?;
    // The input is looked at after every turn: without that a host full of endless scripts would not hear of others.
    let runtime =
        tokio::runtime::Builder::new_current_thread().enable_all().event_interval(1).build().map_err(words)?;
    runtime.block_on(async {
        let stream = UnixStream::from_std(socket).map_err(words)?;
        // Everything that is made lazily is made now, while it still can be.
        drop(Spare::new(&pre).await.map_err(words)?);
        standing.extend(walls::build_last(&walls::ALL));
        let mut host = ScriptHost::new(pre, turns);
        host.spares.push(Spare::new(&host.pre).await.map_err(words)?);
        host.serve(stream, FromHost::Hello { walls: standing }).await
    })
}

/// What this process knows.
struct ScriptHost {
    pre: InstancePre<State>,
    turns: Turns,
    spares: Vec<Spare>,
    runs: HashMap<u64, Running>,
    tasks: JoinSet<Event>,
    is_making_spare: bool,
}

/// A run under way.
struct Running {
    answers: Sender<(Result<String, String>, Duration)>,
    task: AbortHandle,
}

/// What a task of this process came to.
enum Event {
    Ended(u64),
    Made(Result<Spare, String>),
}

impl ScriptHost {
    fn new(pre: InstancePre<State>, turns: Turns) -> Self {
        Self { pre, turns, spares: Vec::new(), runs: HashMap::new(), tasks: JoinSet::new(), is_making_spare: false }
    }

    /// Serves until the server closes the connection or says something that is no order.
    async fn serve(mut self, stream: UnixStream, hello: FromHost) -> Result<(), String> {
        let (input, output) = stream.into_split();
        let (outbox, frames) = Outbox::new();
        let mut ends = JoinSet::new();
        let (orders, mut inbox): (_, Receiver<ToHost>) = channel(ORDERS_MAX);
        ends.spawn(async move { wire::write_all(frames, output).await.map_err(Ended::from) });
        ends.spawn(read_all(input, orders));
        outbox.send(&hello).await;
        loop {
            self.make_spare();
            tokio::select! {
                Some(order) = inbox.recv() => self.carry_out(order, &outbox).await?,
                Some(event) = self.tasks.join_next() => self.note(event)?,
                Some(end) = ends.join_next() => return match end {
                    Ok(Ok(()) | Err(Ended::Closed)) => Ok(()),
                    Ok(Err(ended)) => Err(ended.to_string()),
                    Err(panic) => Err(panic.to_string()),
                },
            }
        }
    }

    async fn carry_out(&mut self, order: ToHost, outbox: &Outbox) -> Result<(), String> {
        match order {
            ToHost::Check { id, name, source, allowed } => {
                let mut spare = self.spare().await?;
                let (outbox, turn) = (outbox.clone(), self.turns.take());
                let task = self.tasks.spawn(async move {
                    let checked = spare.check(name, source, allowed).await;
                    outbox.send(&FromHost::Checked { id, checked }).await;
                    drop((spare, turn));
                    Event::Ended(id)
                });
                // Whoever checks is never asked anything.
                let (answers, _) = channel(1);
                self.runs.insert(id, Running { answers, task });
            }
            ToHost::Run { id, run } => {
                let mut spare = self.spare().await?;
                let (outbox, turn) = (outbox.clone(), self.turns.take());
                let (sender, answers) = channel(1);
                let task = self.tasks.spawn(async move {
                    let line = Line { outbox: outbox.clone(), answers };
                    let done = Box::new(spare.run(id, *run, line).await);
                    outbox.send(&FromHost::Done { id, done }).await;
                    drop((spare, turn));
                    Event::Ended(id)
                });
                self.runs.insert(id, Running { answers: sender, task });
            }
            // The run may have ended at a limit meanwhile; nobody needs the answer then.
            ToHost::Answer { id, answer, took } => {
                if let Some(running) = self.runs.get(&id) {
                    let _ = running.answers.try_send((answer, took));
                }
            }
            ToHost::Cancel { id } => {
                if let Some(running) = self.runs.remove(&id) {
                    running.task.abort();
                }
            }
        }
        Ok(())
    }

    fn note(&mut self, event: Result<Event, tokio::task::JoinError>) -> Result<(), String> {
        match event {
            Ok(Event::Ended(id)) => drop(self.runs.remove(&id)),
            Ok(Event::Made(spare)) => {
                self.is_making_spare = false;
                self.spares.push(spare?);
            }
            Err(error) if error.is_cancelled() => {}
            // The server makes another host; what a defect left behind in this one is not known.
            Err(panic) => return Err(panic.to_string()),
        }
        Ok(())
    }

    /// An instance for the next run: one that is ready, or a new one.
    async fn spare(&mut self) -> Result<Spare, String> {
        if RUNS_MAX <= self.runs.len() {
            return Err(format!("more than {RUNS_MAX} runs at once were ordered"));
        }
        match self.spares.pop() {
            Some(spare) => Ok(spare),
            None => Spare::new(&self.pre).await.map_err(words),
        }
    }

    /// Begins to make an instance for later, one at a time.
    fn make_spare(&mut self) {
        if !self.is_making_spare && self.spares.len() < SPARES_MAX {
            self.is_making_spare = true;
            let pre = self.pre.clone();
            self.tasks.spawn(async move { Event::Made(Spare::new(&pre).await.map_err(words)) });
        }
    }
}

/// Reads orders until the connection ends.
async fn read_all(mut input: OwnedReadHalf, orders: Sender<ToHost>) -> Result<(), Ended> {
    loop {
        let order = wire::read(&mut input).await?;
        if orders.send(order).await.is_err() {
            return Ok(());
        }
    }
}

/// Lets the runs of a host take turns: a thread that counts time while there are any.
#[derive(Clone)]
struct Turns {
    running: Arc<AtomicUsize>,
    thread: Thread,
}

/// A run's share in the turns, while it lasts.
struct Turn(Arc<AtomicUsize>);

impl Turns {
    /// Starts the thread, and waits until it has made every system call that starting takes. It ends with the process.
    fn start(engine: Engine) -> Result<Self, String> {
        let running = Arc::new(AtomicUsize::new(0));
        let counted = Arc::clone(&running);
        let (started, is_started) = mpsc::sync_channel(1);
        let thread = thread::Builder::new().name("turns".to_owned()).spawn(move || {
            let _ = started.send(());
            loop {
                if counted.load(Ordering::Acquire) == 0 {
                    thread::park();
                } else {
                    thread::park_timeout(TURN);
                }
                engine.increment_epoch();
            }
        });
        let thread = thread.map_err(words)?;
        is_started.recv().map_err(words)?;
        Ok(Self { running, thread: thread.thread().clone() })
    }

    fn take(&self) -> Turn {
        self.running.fetch_add(1, Ordering::AcqRel);
        self.thread.unpark();
        Turn(Arc::clone(&self.running))
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::AcqRel);
    }
}

fn words(error: impl std::fmt::Display) -> String {
    format!("{error:#}")
}
