//! The door nobody waits at: worker framework, jobs, apply, schedules and mail.
//!
//! [`worker`] knows no storage: it is the loop that works any queue off. [`Workers`] are the loops of an
//! installation: **apply** moves accepted responses into tenants' databases, **jobs**, **mail**, **scan** and **export** run what
//! was queued, **domains** looks for the records of hosts that tenants bring along, **seal** moves responses into chunks, the
//! **sweep** forgets what has had its time.
//! Beside them, where requests are answered, [`traffic`] writes what visits
//! to public pages left behind, and [`scripts`] looks after those that run by themselves.

mod apply;
pub mod dns;
mod domains;
mod exporting;
mod jobs;
pub mod mail;
mod rounds;
pub mod scan;
pub mod scripts;
mod seal;
mod settings;
mod sweep;
pub mod traffic;
pub mod worker;

#[cfg(test)]
mod tests;

use std::time::Duration;

use canvass_actions::domains::Registrar;
use canvass_model::plan::Lane;
use canvass_storage::Directory;
use tokio::{sync::watch, task::JoinSet, time::timeout};
use tokio_util::sync::CancellationToken;

pub use self::settings::Settings;
use self::{
    apply::Apply,
    domains::Looks,
    jobs::{Desk, Jobs},
    mail::Post,
    rounds::Rounds,
    seal::Seal,
    sweep::{Everything, Sweep},
    worker::{Counters, Pace, Queue, Snapshot, Task, Worker, every},
};

/// The workers of this process.
pub struct Workers {
    shutdown: CancellationToken,
    running: JoinSet<()>,
    counters: Vec<Counters>,
    /// Passes changes of the settings on.
    _settings: JoinSet<()>,
}

/// A worker's pace among the settings, and where to send it.
type Follower = (watch::Sender<Pace>, fn(&Settings) -> Pace);

impl Workers {
    /// Starts all workers over an installation. They end when `shutdown` is cancelled or they are drained, and follow
    /// `settings` while they run. Call it inside a `tokio` runtime.
    pub fn start(
        directory: &Directory,
        post: &Post,
        registrar: &Registrar,
        settings: &watch::Receiver<Settings>,
        shutdown: &CancellationToken,
    ) -> Self {
        let mut start = Start {
            settings: settings.borrow().clone(),
            shutdown: shutdown.child_token(),
            running: JoinSet::new(),
            counters: Vec::new(),
            followers: Vec::new(),
        };
        start.apply(directory);
        start.jobs(directory, post, settings);
        start.exports(directory, post, settings);
        start.domains(directory, registrar);
        start.seal(directory, settings);
        start.sweep(directory, settings);
        let mut following = JoinSet::new();
        following.spawn(follow(settings.clone(), start.followers));
        Self { shutdown: start.shutdown, running: start.running, counters: start.counters, _settings: following }
    }

    /// What each worker counts, readable for as long as anybody holds it.
    pub fn counters(&self) -> Vec<Counters> {
        self.counters.clone()
    }

    /// What each worker has done so far.
    pub fn snapshot(&self) -> Vec<Snapshot> {
        self.counters.iter().map(Counters::snapshot).collect()
    }

    /// Waits until a worker ends though nobody asked it to, which none should; answers why.
    pub async fn broken(&mut self) -> String {
        match self.running.join_next().await {
            Some(Ok(())) | None => "a worker ended without a reason".to_owned(),
            Some(Err(panic)) => panic.to_string(),
        }
    }

    /// Lets the workers finish what they hold, but no longer than `within`; what is left by then comes again. Answers
    /// whether all of them finished.
    pub async fn drain(mut self, within: Duration) -> bool {
        self.shutdown.cancel();
        let finish = async { while self.running.join_next().await.is_some() {} };
        let finished = timeout(within, finish).await.is_ok();
        if !finished {
            tracing::warn!(?within, "The workers did not finish in time; what they held comes again");
        }
        finished
    }
}

/// Workers on their way to running.
struct Start {
    settings: Settings,
    shutdown: CancellationToken,
    running: JoinSet<()>,
    counters: Vec<Counters>,
    followers: Vec<Follower>,
}

impl Start {
    fn apply(&mut self, directory: &Directory) {
        let (settings, pace) = (self.settings.clone(), self.pace(Settings::apply));
        let worker = every(settings.apply_interval)
            .for_queue(Rounds::of("premium", Lane::Premium))
            .batch(settings.premium_batch)
            .and_for(Rounds::of("standard", Lane::Standard), settings.standard_batch)
            .woken_by(directory.bells().on_response())
            .paced_by(pace)
            .perform("apply", Apply::new(directory.intake()));
        self.run(worker);
    }

    fn jobs(&mut self, directory: &Directory, post: &Post, settings: &watch::Receiver<Settings>) {
        let desks = [
            ("jobs", Desk::quick(directory.clone())),
            ("mail", Desk::mail(directory.clone())),
            ("scan", Desk::scan(directory.clone())),
        ];
        for (name, desk) in desks {
            let pace = self.pace(Settings::jobs);
            let worker = every(self.settings.jobs_interval)
                .for_queue(desk)
                .batch(self.settings.jobs_batch)
                .woken_by(directory.bells().on_job())
                .paced_by(pace)
                .perform(name, Jobs::new(directory.clone(), post.clone(), settings.clone(), self.shutdown.clone()));
            self.run(worker);
        }
    }

    fn exports(&mut self, directory: &Directory, post: &Post, settings: &watch::Receiver<Settings>) {
        for name in exporting::WORKERS {
            let pace = self.pace(Settings::exports);
            let worker = every(self.settings.jobs_interval)
                .for_queue(Desk::export(directory.clone()))
                .batch(Pace::BATCH_MIN)
                .woken_by(directory.bells().on_job())
                .paced_by(pace)
                .run_within(exporting::RUN_WITHIN)
                .perform(name, Jobs::new(directory.clone(), post.clone(), settings.clone(), self.shutdown.clone()));
            self.run(worker);
        }
    }

    fn domains(&mut self, directory: &Directory, registrar: &Registrar) {
        let pace = self.pace(Settings::domains);
        let worker = every(self.settings.domains_interval)
            .for_queue(Rounds::of("domains", Everything))
            .batch(Pace::BATCH_MIN)
            .paced_by(pace)
            .perform("domains", Looks::new(directory.clone(), registrar.clone()));
        self.run(worker);
    }

    fn seal(&mut self, directory: &Directory, settings: &watch::Receiver<Settings>) {
        let worker = every(seal::EVERY)
            .for_queue(Rounds::of("seal", Everything))
            .batch(Pace::BATCH_MIN)
            .perform("seal", Seal::new(directory.clone(), settings.clone()));
        self.run(worker);
    }

    fn sweep(&mut self, directory: &Directory, settings: &watch::Receiver<Settings>) {
        let worker = every(sweep::EVERY)
            .for_queue(Rounds::of("sweep", Everything))
            .batch(Pace::BATCH_MIN)
            .perform("sweep", Sweep::new(directory.clone(), settings.clone()));
        self.run(worker);
    }

    /// What a worker's pace is now, and every change of it.
    fn pace(&mut self, of: fn(&Settings) -> Pace) -> watch::Receiver<Pace> {
        let (sender, receiver) = watch::channel(of(&self.settings));
        self.followers.push((sender, of));
        receiver
    }

    fn run<Q: Queue, T: Task<Q::Message>>(&mut self, worker: Worker<Q, T>) {
        self.counters.push(worker.counters());
        self.running.spawn(worker.run(self.shutdown.clone()));
    }
}

/// Tells each worker of the settings that concern it, when they change.
async fn follow(mut settings: watch::Receiver<Settings>, followers: Vec<Follower>) {
    while settings.changed().await.is_ok() {
        let now = settings.borrow_and_update().clone();
        for (sender, of) in &followers {
            sender.send_if_modified(|pace| std::mem::replace(pace, of(&now)) != of(&now));
        }
    }
}
