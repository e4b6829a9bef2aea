//! Scripts: this file is about whether this machine can confine them, and which wall it refuses.

use canvass_script::{Wall, trial};

use super::Finding;
use crate::{
    config::{Config, ScriptMode, own_file},
    scripts,
};

pub(super) async fn examine(config: &Config) -> Vec<Finding> {
    if config.scripts.mode == ScriptMode::Off {
        return vec![Finding::ok("scripts", "switched off by scripts.mode")];
    }
    let walls = match own_file() {
        Ok(program) => trial::walls(&scripts::settings(config, &program)).await,
        Err(failure) => Err(failure.to_string()),
    };
    match walls {
        Ok(walls) => walls.iter().map(wall).collect(),
        Err(why) => vec![Finding::fail(
            "scripts",
            format!("no script host can be started: {why}"),
            "Correct that, or switch scripts off with scripts.mode = \"off\".",
        )],
    }
}

fn wall(wall: &Wall) -> Finding {
    match (&wall.missing, wall.name.as_str()) {
        (None, "user") => Finding::ok("scripts: user", "script hosts are not root"),
        (None, "no_new_privileges") => Finding::ok("scripts: privileges", "script hosts gain none"),
        (None, "landlock") => Finding::ok("scripts: landlock", "no file and no network for script hosts"),
        (None, "resource_limits") => Finding::ok("scripts: limits", "no further file or process for script hosts"),
        (None, _) => Finding::ok("scripts: seccomp", "only the system calls that script hosts need"),
        (Some(why), "user") => Finding::warn(
            "scripts: user",
            why.clone(),
            "Start Canvass as a user of its own, or set scripts.user to one that owns nothing.",
        ),
        (Some(why), "landlock") => Finding::warn(
            "scripts: landlock",
            why.clone(),
            "Use a kernel from 6.12 on with landlock among its security modules (lsm= of the kernel's command line). \
             Without it seccomp alone keeps script hosts from files and the network.",
        ),
        (Some(why), name) => Finding::warn(
            "scripts: walls",
            format!("{name}: {why}"),
            "A container or a service manager may forbid it (seccomp profile, SystemCallFilter=): let script hosts confine \
             themselves, or switch scripts off with scripts.mode = \"off\".",
        ),
    }
}
