//! The folder of machine code: these tests are about what is removed from it at a start, and what is not.

use std::{
    fs::{self, File},
    path::Path,
    time::Duration,
};

use canvass_script::{Sandbox, Settings};
use nix::fcntl::{Flock, FlockArg};

use crate::support::{ended, ready, run, sandbox, settings};

/// A folder with the machine code that the tests share.
async fn folder() -> tempfile::TempDir {
    // Once it is there, nothing is compiled any more.
    drop(sandbox().await);
    let folder = tempfile::tempdir().expect("a folder");
    for entry in fs::read_dir(settings().cache).expect("it is there") {
        let path = entry.expect("an entry").path();
        if path.extension().is_some_and(|it| it == "cwasm" || it == "sha256") {
            fs::copy(&path, folder.path().join(path.file_name().expect("a name"))).expect("there is room");
        }
    }
    folder
}

async fn started_in(folder: &Path) -> Sandbox {
    ready(Settings { cache: folder.to_owned(), ..settings() }).await
}

fn machine_code(folder: &Path) -> usize {
    let files = fs::read_dir(folder).expect("it is there").map(|it| it.expect("an entry").path());
    files.filter(|it| it.extension().is_some_and(|it| it == "cwasm")).count()
}

#[tokio::test]
async fn machine_code_of_earlier_versions_goes_once_no_server_uses_it() {
    let folder = folder().await;
    let path = |name: &str| folder.path().join(name);
    for name in ["old.cwasm", "old.sha256", "used.cwasm", "used.sha256", "broken.half", "notes.txt"] {
        fs::write(path(name), "x").expect("it is written");
    }
    // As another server does that is still of an earlier version.
    let used = Flock::lock(File::open(path("used.cwasm")).expect("it is there"), FlockArg::LockShared);
    let used = used.map_err(|(_, error)| error).expect("nobody else has it");

    let sandbox = started_in(folder.path()).await;
    let is_there = |name: &str| path(name).exists();
    assert!(!is_there("old.cwasm") && !is_there("old.sha256") && !is_there("broken.half"));
    assert!(is_there("used.cwasm") && is_there("used.sha256") && is_there("notes.txt"));
    assert_eq!(machine_code(folder.path()), 2);

    drop(used);
    let second = started_in(folder.path()).await;
    assert!(!is_there("used.cwasm") && !is_there("used.sha256"));
    assert_eq!(machine_code(folder.path()), 1);
    for sandbox in [&sandbox, &second] {
        assert_eq!(ended(&run(sandbox, "1").await), "done");
    }
}

#[tokio::test]
async fn a_server_holds_its_machine_code_as_long_as_it_runs() {
    let folder = folder().await;
    let sandbox = started_in(folder.path()).await;
    let files = fs::read_dir(folder.path()).expect("it is there").map(|it| it.expect("an entry").path());
    let ours = files.filter(|it| it.extension().is_some_and(|it| it == "cwasm")).find(|it| {
        let file = File::open(it).expect("it is there");
        Flock::lock(file, FlockArg::LockExclusiveNonblock).is_err()
    });
    let ours = ours.expect("one is held, and so not removed");
    sandbox.stop(Duration::from_secs(5)).await;
    let file = File::open(ours).expect("it is there");
    assert!(Flock::lock(file, FlockArg::LockExclusiveNonblock).is_ok(), "it can be removed");
}
