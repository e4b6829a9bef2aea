//! The embedded engine alone: this file is about its data folder, what it refuses to open, and limits of the disk.

use std::{
    fs,
    io::{BufRead, BufReader},
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
};

use canvass_storage::{Directory, Error, Settings};
use rusqlite::Connection;
use tempfile::TempDir;

use crate::{
    faults,
    support::{Installation, alias, response, stored},
};

/// Why a folder cannot be opened.
async fn refusal(folder: &Path) -> String {
    match Directory::open(&Settings::embedded(folder)).await {
        Err(Error::Unusable(why)) => why,
        Err(other) => panic!("{other:?}"),
        Ok(_) => panic!("{} could be opened", folder.display()),
    }
}

/// A folder with one tenant, closed.
async fn closed_installation() -> (TempDir, PathBuf) {
    let folder = TempDir::with_prefix("canvass-").unwrap();
    let data = folder.path().join("data");
    let canvass = Installation::open(Settings::embedded(&data), None).await;
    canvass.tenant("adatum").await;
    canvass.directory.close().await;
    (folder, data)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_process_is_told_that_the_folder_is_in_use() {
    let (_folder, data) = closed_installation().await;
    let first = Directory::open(&Settings::embedded(&data)).await.unwrap();
    assert!(refusal(&data).await.contains("in use by another Canvass process"));
    first.close().await;
    Directory::open(&Settings::embedded(&data)).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_folder_that_cannot_be_used_says_why() {
    let folder = TempDir::with_prefix("canvass-").unwrap();
    let file = folder.path().join("file");
    fs::write(&file, "").unwrap();
    assert!(refusal(&file).await.contains("is a file"));
    assert!(refusal(&file.join("below")).await.contains("a file is in its way"));
    assert!(refusal(Path::new("/proc/canvass")).await.contains("cannot be written"));
}

#[tokio::test(flavor = "multi_thread")]
async fn files_of_a_newer_version_are_refused_and_left_alone() {
    let (_folder, data) = closed_installation().await;
    for file in ["directory.db", "intake/standard.db"] {
        let connection = Connection::open(data.join(file)).unwrap();
        let version: u32 = connection.query_row("pragma user_version", [], |it| it.get(0)).unwrap();
        connection.execute_batch("pragma user_version = 9999").unwrap();
        assert!(refusal(&data).await.contains("newer Canvass"), "{file}");
        connection.execute_batch(&format!("pragma user_version = {version}")).unwrap();
    }

    let tenant = only_tenant(&data);
    Connection::open(&tenant).unwrap().execute_batch("pragma user_version = 9999").unwrap();
    let directory = Directory::open(&Settings::embedded(&data)).await.unwrap();
    let adatum = directory.tenant(&alias("adatum")).await.unwrap().unwrap();
    let refused = adatum.read(|_| Ok::<_, Error>(())).await;
    assert!(matches!(&refused, Err(Error::Unusable(why)) if why.contains("newer Canvass")), "{refused:?}");
    let refused = directory.migrate(|_, _| {}).await;
    assert!(matches!(&refused, Err(Error::Unusable(why)) if why.contains("1 of 1")), "{refused:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn migrating_tells_how_far_it_is() {
    let (_folder, data) = closed_installation().await;
    let directory = Directory::open(&Settings::embedded(&data)).await.unwrap();
    let (sender, receiver) = std::sync::mpsc::channel();
    directory.migrate(move |done, of| sender.send((done, of)).unwrap()).await.unwrap();
    assert_eq!(receiver.iter().collect::<Vec<_>>(), [(0, 1), (1, 1)]);
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_else_on_the_machine_can_read_the_data() {
    let (_folder, data) = closed_installation().await;
    let canvass = Installation::open(Settings::embedded(&data), None).await;
    let tenant = canvass.directory.tenant(&alias("adatum")).await.unwrap().unwrap();
    tenant.append(vec![response(1)]).await.unwrap();
    canvass.drain().await;
    assert_eq!(stored(&tenant).await, [response(1)]);

    let mut seen = 0;
    let mut folders = vec![data];
    while let Some(folder) = folders.pop() {
        assert_eq!(mode(&folder), 0o700, "{}", folder.display());
        for path in fs::read_dir(&folder).unwrap().map(|it| it.unwrap().path()) {
            if path.is_dir() {
                folders.push(path);
            } else {
                assert_eq!(mode(&path), 0o600, "{}", path.display());
                seen += 1;
            }
        }
    }
    assert!(8 < seen);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_disk_that_refuses_to_write_loses_nothing_that_was_acknowledged() {
    let (_folder, data) = closed_installation().await;
    let canvass = Installation::open(Settings::embedded(&data), None).await;
    for name in ["fabrikam", "northwind"] {
        canvass.tenant(name).await;
    }
    canvass.directory.close().await;

    // No file may grow past some hundred kB; blocks have 512 or 1,024 bytes, depending on the shell.
    let mut child =
        faults::start("accept_until_refused", &data.display().to_string(), 7, "trap '' XFSZ; ulimit -f 512;");
    let lines: Vec<String> = BufReader::new(child.stdout.take().unwrap()).lines().map(Result::unwrap).collect();
    assert!(child.wait().unwrap().success(), "{lines:?}");
    let refused: Vec<_> = lines.iter().filter(|it| it.starts_with("refused: ")).collect();
    assert_eq!(refused.len(), 8, "each caller was refused");

    let canvass = Installation::open(Settings::embedded(&data), None).await;
    canvass.drain().await;
    let acknowledged = lines.iter().filter_map(|it| it.strip_prefix("acknowledged ")?.split_once(' '));
    let mut rows = std::collections::HashMap::new();
    for name in ["adatum", "fabrikam", "northwind"] {
        let tenant = canvass.directory.tenant(&alias(name)).await.unwrap().unwrap();
        let answers: std::collections::HashSet<_> = stored(&tenant).await.into_iter().map(|it| it.answers).collect();
        rows.insert(name, answers);
    }
    let mut count = 0;
    for (name, answers) in acknowledged {
        assert!(rows[name].contains(answers), "{name} lost {answers}");
        count += 1;
    }
    assert!(0 < count);
}

fn mode(path: &Path) -> u32 {
    fs::metadata(path).unwrap().permissions().mode() & 0o777
}

/// The file of the only tenant.
fn only_tenant(data: &Path) -> PathBuf {
    let folders = fs::read_dir(data.join("tenants")).unwrap().map(|it| it.unwrap().path());
    let files = folders.flat_map(|it| fs::read_dir(it).unwrap()).map(|it| it.unwrap().path());
    let mut databases = files.filter(|it| it.extension().is_some_and(|it| it == "db"));
    databases.next().unwrap()
}
