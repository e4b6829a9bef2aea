//! Disks that can be full: this file is about a small one in memory, and about one that pretends where nobody may mount.

use std::{
    fs::{self, File},
    io::Write,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use super::{faults::library, process::command};

/// Where a server has its embedded data.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Disk {
    /// The machine's own behind a library that refuses, while the disk is said to be full, what makes a file longer.
    Pretended,
    /// A file system in memory, which only the server sees. Needs the right to mount in a name space of one's own.
    InMemory,
}

/// The size of a disk in memory: a server with the demonstration, and some room.
const BYTES: u32 = 24 << 20;
/// The library of [`Disk::Pretended`].
const LIBRARY: &str = include_str!("../../data/full_disk.c");

impl Disk {
    /// Both, on a machine where a test may mount.
    pub fn all() -> [Self; 2] {
        let words = ["-r", "-m", "sh", "-c", "mount -t tmpfs tmpfs /mnt"];
        let tried = Command::new("unshare").args(words).output();
        let why = match tried {
            Ok(output) if output.status.success() => return [Self::Pretended, Self::InMemory],
            Ok(output) => String::from_utf8_lossy(&output.stderr).into_owned(),
            Err(error) => format!("unshare: {error}"),
        };
        panic!(
            "a small disk cannot be mounted here, and a full disk that nobody pretends is part of what is tested ({}). \
             Allow user name spaces: sysctl -w kernel.unprivileged_userns_clone=1, or, in a container, start it with \
             --cap-add SYS_ADMIN and without a profile that forbids mount; unshare is in Debian's util-linux",
            why.trim()
        );
    }

    /// Makes what the disk needs in an empty folder; answers where data go.
    pub(super) fn prepare(self, folder: &Path) -> PathBuf {
        match self {
            Self::Pretended => drop(library("full_disk", LIBRARY, folder)),
            Self::InMemory => fs::create_dir(folder.join("disk")).expect("a temporary folder is writable"),
        }
        folder.join("disk/data")
    }

    /// The binary, on this disk.
    pub(super) fn command(self, folder: &Path) -> Command {
        match self {
            Self::Pretended => {
                let mut command = command();
                command.env("LD_PRELOAD", folder.join("full_disk.so")).env("FULL_DISK_MARK", folder.join("full"));
                command
            }
            Self::InMemory => {
                let script = format!("mount -t tmpfs -o size={BYTES} tmpfs \"$1\" && shift && exec \"$@\"");
                let mut command = Command::new("unshare");
                command.args(["-r", "-m", "sh", "-c", &script, "sh"]).arg(folder.join("disk"));
                command.arg(env!("CARGO_BIN_EXE_canvass")).stdin(Stdio::null()).env("CANVASS_SCRIPTS__MODE", "off");
                command
            }
        }
    }

    /// Takes all room on the disk of a running process.
    pub(super) fn fill(self, folder: &Path, process: u32) {
        let path = self.filler(folder, process);
        let mut file = File::create(path).expect("there is room until now");
        if self == Self::InMemory {
            for size in [65_536, 4_096, 1] {
                while file.write_all(&vec![7; size]).is_ok() {}
            }
        }
    }

    /// Gives the room back.
    pub(super) fn empty(self, folder: &Path, process: u32) {
        fs::remove_file(self.filler(folder, process)).expect("the disk was filled");
    }

    fn filler(self, folder: &Path, process: u32) -> PathBuf {
        match self {
            Self::Pretended => folder.join("full"),
            // The disk as the process sees it.
            Self::InMemory => {
                let inside = folder.join("disk/filler");
                let root = Path::new("/proc").join(process.to_string()).join("root");
                root.join(inside.strip_prefix("/").expect("temporary folders are absolute"))
            }
        }
    }
}
