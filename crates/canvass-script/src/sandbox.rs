//! Who runs scripts: this file is about the sandbox of a process and its settings.

use std::{
    path::PathBuf,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use canvass_model::{
    id::TenantId,
    script::{Limits, ScriptName, Source},
};
use tokio::{
    task::JoinSet,
    time::{Instant, sleep},
};

use crate::{
    CheckError, Failure, Host, Order, Program, Report,
    conversation::{self, Lost},
    pool::{NoPlace, Place, Pool, keeper, link::Wear},
    programs::Programs,
    status::Status,
};

/// How often one that waits for the last runs looks whether they have ended.
const LOOK_INTERVAL: Duration = Duration::from_millis(20);

/// The script hosts of this process: cheap to clone. Dropping the last clone ends them.
#[derive(Clone)]
pub struct Sandbox {
    at_work: Option<Arc<AtWork>>,
}

struct AtWork {
    pool: Arc<Pool>,
    programs: Programs,
    /// Whoever keeps the hosts there; ends, and ends them, when this is dropped.
    keeper: Mutex<JoinSet<()>>,
}

/// How scripts are run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settings {
    /// The program whose subcommand `script-host` is a script host: this one, but in tests.
    pub program: PathBuf,
    /// The folder in which the compiled guest is kept; made when it is missing. Several installations may share it.
    pub cache: PathBuf,
    /// How many script hosts work at once; 0 for one per processor.
    pub hosts: usize,
    /// Which user script hosts become if the server is root: one that owns nothing.
    pub user: u32,
    /// After how much a host is replaced by a fresh one.
    pub wear: Wear,
}

impl Settings {
    /// The user who owns nothing, by the number it has on every Linux.
    pub const NOBODY: u32 = 65_534;

    /// Settings with which `program` keeps what it compiles in `cache`, and everything else as usual.
    pub fn new(program: PathBuf, cache: PathBuf) -> Self {
        Self { program, cache, hosts: 0, user: Self::NOBODY, wear: Wear::default() }
    }

    /// How many hosts work at once.
    pub(crate) fn hosts_wanted(&self) -> usize {
        match self.hosts {
            0 => std::thread::available_parallelism().map_or(1, Into::into),
            hosts => hosts,
        }
    }
}

impl Default for Wear {
    fn default() -> Self {
        Self { runs_max: 10_000, age_max: Duration::from_mins(30), private_bytes_max: 256 * 1024 * 1024 }
    }
}

impl Sandbox {
    /// Begins to make the script hosts and returns at once. Runs that come before they are there wait for them, up to
    /// ten seconds. It must be called inside of a runtime.
    pub fn start(settings: Settings) -> Self {
        let pool = Arc::new(Pool::new(settings));
        let mut tasks = JoinSet::new();
        tasks.spawn(keeper::keep(Arc::clone(&pool)));
        Self { at_work: Some(Arc::new(AtWork { pool, programs: Programs::new(), keeper: Mutex::new(tasks) })) }
    }

    /// A sandbox that the operator has switched off: every call answers that it is.
    pub fn off() -> Self {
        Self { at_work: None }
    }

    /// Reads a script without running it: its program, or where it is no Python.
    pub async fn check(&self, tenant: TenantId, name: &ScriptName, source: &Source) -> Result<Program, CheckError> {
        let at_work = self.at_work.as_ref().ok_or(CheckError::Off)?;
        let mut losses = Losses::default();
        loop {
            let place = at_work.pool.enter(tenant, &Limits::DEFAULT).await?;
            match conversation::check(&place, name.as_str(), source).await {
                Ok(checked) => return checked,
                Err(lost) if losses.are_too_many_with(lost) => {
                    return Err(CheckError::Unavailable(
                        "the script host was lost while the script was read".to_owned(),
                    ));
                }
                Err(_) => {}
            }
        }
    }

    /// The byte code of a text that was checked or run lately, of the present component; `None` when it is not at hand.
    pub fn kept(&self, name: &ScriptName, source: &Source) -> Option<Arc<Program>> {
        self.at_work.as_ref()?.programs.find(name.as_str(), source)
    }

    /// Runs a script: always ends within its limits and a tenth, and never fails otherwise than in its report.
    pub async fn run(&self, order: Order, host: &mut dyn Host) -> Report {
        let Some(at_work) = &self.at_work else { return Report::refused(Failure::Off) };
        let (mut changed, mut losses) = (false, Losses::default());
        loop {
            let place = match at_work.pool.enter(order.tenant, &order.limits).await {
                Ok(place) => place,
                Err(none) => return Report::refused(none.into()),
            };
            let programs = at_work.programs(&place, &order).await;
            match conversation::run(&place, &order, &programs, host, &mut changed).await {
                Ok(report) => return report,
                // A run that changed something is not begun again: that would then happen twice.
                Err(lost) if losses.are_too_many_with(lost) || changed => {
                    let why = "the script host was lost while the script ran".to_owned();
                    return Report::refused(Failure::Unavailable(why));
                }
                Err(_) => {}
            }
        }
    }

    /// How the sandbox is: for the doctor, the operator's console and metrics.
    pub fn status(&self) -> Status {
        self.at_work.as_ref().map_or_else(Status::off, |it| it.pool.status())
    }

    /// Lets no run begin any more, waits for those under way up to `within`, and ends the hosts.
    pub async fn stop(&self, within: Duration) {
        let Some(at_work) = &self.at_work else { return };
        at_work.pool.stop();
        let asked = Instant::now();
        while 0 < at_work.pool.running() && asked.elapsed() < within {
            sleep(LOOK_INTERVAL).await;
        }
        let mut keeper = std::mem::take(&mut *at_work.keeper.lock().unwrap_or_else(PoisonError::into_inner));
        keeper.shutdown().await;
    }
}

/// How often the host of one run was lost.
#[derive(Default)]
struct Losses {
    before: u32,
    during: u32,
}

impl Losses {
    /// A run is begun twice at most. Hosts that are gone before they hear of it are others' business, within reason.
    const BEFORE_MAX: u32 = 8;
    const DURING_MAX: u32 = 1;

    /// Counts a loss; whether to give up.
    fn are_too_many_with(&mut self, lost: Lost) -> bool {
        match lost {
            Lost::Before => self.before += 1,
            Lost::During => self.during += 1,
        }
        Self::BEFORE_MAX < self.before || Self::DURING_MAX < self.during
    }
}

impl AtWork {
    /// The byte code of a script and of the modules it may import, as far as it can be had: the script's own from whoever
    /// ordered the run, else from those checked lately, else by checking it now.
    async fn programs(&self, place: &Place, order: &Order) -> conversation::Programs {
        let current = order.program.as_ref().filter(|it| it.is_current());
        let script = match current {
            Some(program) => Some(Arc::clone(program)),
            None => self.program(place, order.name.as_str(), &order.source).await,
        };
        let mut modules = Vec::new();
        for module in &order.modules {
            let name = module.name.module();
            // Most scripts import none of their tenant's others, and a name that stands nowhere is not imported.
            if order.source.as_str().contains(&name)
                || order.modules.iter().any(|it| it.source.as_str().contains(&name))
            {
                let program = self.program(place, &name, &module.source).await;
                modules.push((name, Arc::clone(&module.source), program));
            }
        }
        conversation::Programs { script, modules }
    }

    async fn program(&self, place: &Place, name: &str, source: &Source) -> Option<Arc<Program>> {
        if let Some(program) = self.programs.find(name, source) {
            return Some(program);
        }
        // What is wrong with a text shows in the traceback of its run.
        let program = Arc::new(conversation::check(place, name, source).await.ok()?.ok()?);
        self.programs.keep(name, source, &program);
        Some(program)
    }
}

impl std::fmt::Debug for Sandbox {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Sandbox").field("status", &self.status()).finish()
    }
}

impl From<NoPlace> for Failure {
    fn from(none: NoPlace) -> Self {
        match none {
            NoPlace::Crowded => Self::Crowded,
            NoPlace::Unavailable(why) => Self::Unavailable(why),
        }
    }
}

impl From<NoPlace> for CheckError {
    fn from(none: NoPlace) -> Self {
        match none {
            NoPlace::Crowded => Self::Crowded,
            NoPlace::Unavailable(why) => Self::Unavailable(why),
        }
    }
}
