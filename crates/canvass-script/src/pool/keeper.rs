//! Keeping hosts there: this file is about compiling the guest once, and about replacing every host that ends.

use std::{
    ffi::OsStr,
    os::unix::ffi::OsStrExt,
    path::{Path, PathBuf},
    process::Stdio,
    sync::Arc,
    time::Duration,
};

use tokio::{
    process::Command,
    task::JoinSet,
    time::{Instant, sleep, timeout},
};

use super::{Pool, STANDBY, host::Host, parent::Parent};
use crate::engine::image;

/// How long the compilation may take: a minute on two quiet processors, many on a busy one.
const COMPILE_MAX: Duration = Duration::from_mins(20);

/// How long is waited before a failed compilation is tried again.
const COMPILE_AGAIN_AFTER: Duration = Duration::from_mins(1);

/// A host that lasted this long ended for a reason of its own, and is replaced at once.
const LASTED: Duration = Duration::from_secs(5);

/// Starts that fail one after the other before it is said that there are no hosts; one may fail on a busy machine.
const FAILURES_MAX: u32 = 3;

/// Pauses before hosts that end at once are tried again: doubled from the first to the last.
const PAUSES: [Duration; 2] = [Duration::from_millis(50), Duration::from_secs(10)];

/// Makes the guest's machine code, then keeps as many hosts as are wanted, until it is dropped.
pub(crate) async fn keep(pool: Arc<Pool>) {
    let parent = match Parent::new() {
        Ok(parent) => parent,
        Err(error) => return pool.fail(format!("no thread can be started: {error}")),
    };
    let (image, _held) = loop {
        let image = compile(&pool, &parent).await;
        match image.and_then(|it| Ok((image::hold(&it)?, Arc::<Path>::from(it)))) {
            Ok((held, image)) => break (image, held),
            Err(why) => pool.fail(why),
        }
        sleep(COMPILE_AGAIN_AFTER).await;
    };
    let mut slots = JoinSet::new();
    let count = pool.settings.hosts_wanted() + STANDBY;
    for _ in 0..count {
        slots.spawn(keep_one(Arc::clone(&pool), parent.clone(), Arc::clone(&image)));
    }
    // They never end by themselves, and with this one when it is dropped.
    while slots.join_next().await.is_some() {}
}

/// Where the machine code is, made by a process of its own if it is not there: a compilation takes minutes of a processor
/// and a gigabyte of memory, and must end when the server does.
async fn compile(pool: &Pool, parent: &Parent) -> Result<PathBuf, String> {
    let mut command = Command::new(&pool.settings.program);
    command.args(["script-host".as_ref(), "compile".as_ref(), pool.settings.cache.as_os_str()]).env_clear();
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let failed = |why: String| format!("the guest could not be prepared: {why}");
    let child = parent.start(command).await.map_err(|error| failed(error.to_string()))?;
    let output = timeout(COMPILE_MAX, child.wait_with_output())
        .await
        .map_err(|_| failed(format!("it took more than {} minutes", COMPILE_MAX.as_secs() / 60)))?
        .map_err(|error| failed(error.to_string()))?;
    if output.status.success() {
        Ok(PathBuf::from(OsStr::from_bytes(&output.stdout)))
    } else {
        Err(failed(String::from_utf8_lossy(&output.stderr).trim().to_owned()))
    }
}

/// Keeps one host there.
async fn keep_one(pool: Arc<Pool>, parent: Parent, image: Arc<Path>) {
    let [mut pause, pause_max] = PAUSES;
    let mut failures = 0;
    loop {
        let began = Instant::now();
        match Host::start(&pool, &parent, &image).await {
            Ok(mut host) => {
                failures = 0;
                let link = Arc::clone(&host.link);
                pool.add(&link, host.walls.clone());
                let ended = host.listen().await;
                // Before anything is waited for: whatever it were given now would be lost.
                pool.remove(&link);
                host.end().await;
                if !link.is_retired() {
                    tracing::warn!(%ended, "a script host was lost");
                }
            }
            Err(why) => {
                tracing::error!(%why, "a script host could not be started");
                failures += 1;
                if FAILURES_MAX <= failures {
                    pool.failed_to_start(&why);
                }
            }
        }
        if LASTED <= began.elapsed() {
            [pause, _] = PAUSES;
        } else {
            sleep(pause).await;
            pause = (pause * 2).min(pause_max);
        }
    }
}
