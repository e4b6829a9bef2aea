//! What a machine lets a script host have: this file is about building its walls once to see which stand.

use std::{process::Stdio, time::Duration};

use tokio::{process::Command, time::timeout};

use crate::{Settings, Wall};

/// Building walls takes some milliseconds; a machine that needs this long is not well.
const TRIAL_MAX: Duration = Duration::from_secs(20);

/// The walls that would stand around a script host on this machine, built around a process that does nothing else.
pub async fn walls(settings: &Settings) -> Result<Vec<Wall>, String> {
    let mut host = Command::new(&settings.program);
    host.args(["script-host", "try", "nothing", &settings.user.to_string(), "all"]).env_clear().stdin(Stdio::null());
    let output = timeout(TRIAL_MAX, host.kill_on_drop(true).output())
        .await
        .map_err(|_| format!("it took more than {} s", TRIAL_MAX.as_secs()))?
        .map_err(|error| format!("{} cannot be started: {error}", settings.program.display()))?;
    if !output.status.success() {
        let complaint = String::from_utf8_lossy(&output.stderr);
        return Err(format!("it ended ({}) {}", output.status, complaint.trim()).trim().to_owned());
    }
    let said = String::from_utf8_lossy(&output.stdout);
    let walls = said.lines().filter_map(|line| line.split_once(": ")).filter(|(name, _)| *name != "nothing");
    let wall = |(name, found): (&str, &str)| Wall {
        name: name.to_owned(),
        missing: (found != "stands").then(|| found.to_owned()),
    };
    Ok(walls.map(wall).collect())
}
