//! Losses of power: this file is about what a disk may hold after one, built from a log of everything that was written to
//! it, at any moment of a run.
//!
//! The disk keeps what a sync covered. Of what was written since, each write is there, or not, or only its beginning.
//! Names and lengths change in order, as they do on file systems with a journal: a sync of anything covers all of them
//! before it, and of those since then, the first ones are there up to some point.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    io::Read,
    path::{Path, PathBuf},
    time::Duration,
};

use canvass_storage::Settings;
use tempfile::TempDir;
use tokio::time::Instant;

use super::{Promise, assert_files_are_sound, files, look, prepare, promise, start};
use crate::support::faults::{Chance, POWER_LOST, Report, Tally, library};

/// What notes down every write.
const LIBRARY: &str = include_str!("../../../../canvass/tests/data/disk_log.c");
/// Losses of power in one run of a child.
const CUTS_OF_A_RUN: u32 = 30;
/// What a disk writes as a whole.
const SECTOR: usize = 512;

/// An entry of the log.
struct Entry<'l> {
    /// Where it begins in the log.
    at: u64,
    kind: u8,
    name: &'l str,
    number: u64,
    bytes: &'l [u8],
}

/// A file as the log tells of it, under whatever names.
#[derive(Default)]
struct Written<'l> {
    before: Vec<u8>,
    changes: Vec<(u64, Change<'l>)>,
    covered: u64,
}

enum Change<'l> {
    Bytes { to: usize, bytes: &'l [u8] },
    Length(usize),
}

/// A change of a name.
enum Naming<'l> {
    Made(&'l str, usize),
    Moved(&'l str, &'l str),
    Removed(&'l str),
}

/// A disk at one moment.
struct Disk<'l> {
    files: Vec<Written<'l>>,
    at_first: BTreeMap<&'l str, usize>,
    namings: Vec<(u64, Naming<'l>)>,
    namings_covered: u64,
}

/// How much of what no sync covered is there.
#[derive(Debug, Clone, Copy)]
enum Luck {
    Nothing,
    Everything,
    Some,
    SomeInPart,
}

#[tokio::test(flavor = "multi_thread")]
async fn writes_that_were_not_synced_may_be_lost_and_nothing_that_was_acknowledged_is() {
    let (mut chance, rounds) = (Chance::of_this_run(), POWER_LOST.rounds());
    let (mut total, mut recovered_in, mut done) = (Tally::default(), Duration::ZERO, 0);
    while done < rounds {
        // In memory where there is such a folder: what is built here was never meant to be on a disk.
        let memory = Path::new("/dev/shm");
        let place = if memory.is_dir() { memory } else { &std::env::temp_dir() };
        let folder = TempDir::with_prefix_in("canvass-", place).unwrap();
        let (before, log) = record(folder.path()).await;
        let entries = entries(&log);
        for _ in 0..CUTS_OF_A_RUN.min(rounds - done) {
            let cut = moment(&entries, &mut chance);
            let (tally, took) = lose_power(folder.path(), &before, &entries[..cut], &mut chance).await;
            assert_eq!(
                (tally.lost, tally.doubled),
                (0, 0),
                "after a loss of power at entry {cut} of {}",
                entries.len()
            );
            total += tally;
            recovered_in = recovered_in.max(took);
            done += 1;
        }
    }
    Report { fault: &POWER_LOST, engine: "embedded", rounds, tally: total, recovered_in }.conclude();
}

/// Runs a child from its start to its end; answers the files before, by their names, and the log.
async fn record(folder: &Path) -> (BTreeMap<String, Vec<u8>>, Vec<u8>) {
    let (data, log) = (folder.join("data"), folder.join("log"));
    prepare(&Settings::embedded(&data)).await;
    let name = |path: &Path| path.strip_prefix(&data).unwrap().to_str().unwrap().to_owned();
    let before = files(&data).iter().map(|it| (name(it), fs::read(it).unwrap())).collect();
    let library = library("disk_log", LIBRARY, folder);
    let (library, root) = (library.display(), data.display());
    let prelude = format!("export LD_PRELOAD={library} DISK_LOG={} DISK_LOG_ROOT={root};", log.display());
    let mut child = start("accept_apply_and_end", &root.to_string(), 1, &prelude);
    let mut said = String::new();
    child.stdout.take().unwrap().read_to_string(&mut said).unwrap();
    assert!(child.wait().unwrap().success(), "{said}");
    (before, fs::read(log).unwrap())
}

fn entries(log: &[u8]) -> Vec<Entry<'_>> {
    let (mut entries, mut rest) = (Vec::new(), log);
    while !rest.is_empty() {
        let at = (log.len() - rest.len()) as u64;
        let (head, after) = rest.split_at(24);
        let word = |from: usize| u32::from_le_bytes(head[from..from + 4].try_into().unwrap()) as usize;
        let long = |from: usize| u64::from_le_bytes(head[from..from + 8].try_into().unwrap());
        let (name, after) = after.split_at(word(4));
        let (bytes, after) = after.split_at(usize::try_from(long(16)).unwrap());
        let name = std::str::from_utf8(name).unwrap();
        entries.push(Entry { at, kind: u8::try_from(word(0)).unwrap(), name, number: long(8), bytes });
        rest = after;
    }
    entries
}

/// A moment of the run: any, or one right after something was promised, synced, or changed its name or length.
fn moment(entries: &[Entry<'_>], chance: &mut Chance) -> usize {
    let any = 1 + usize::try_from(chance.below(entries.len() as u64)).unwrap();
    if chance.below(2) == 0 {
        return any;
    }
    let next = entries[any - 1..].iter().position(|it| it.kind != b'W');
    next.map_or(any, |it| any + it)
}

/// Builds a disk as it may be after a loss of power, and looks at what is promised there.
async fn lose_power(
    folder: &Path,
    before: &BTreeMap<String, Vec<u8>>,
    entries: &[Entry<'_>],
    chance: &mut Chance,
) -> (Tally, Duration) {
    let data = folder.join("after");
    Disk::read(before, entries).build(&data, chance);
    let said: String =
        entries.iter().filter(|it| it.kind == b'M').map(|it| String::from_utf8_lossy(it.bytes)).collect();
    let promised: BTreeSet<Promise> = said.lines().filter_map(promise).collect();
    let begun = Instant::now();
    let tally = look(&Settings::embedded(&data), &promised).await;
    let took = begun.elapsed();
    assert_files_are_sound(&data);
    fs::remove_dir_all(data).unwrap();
    (tally, took)
}

impl<'l> Disk<'l> {
    fn read(before: &'l BTreeMap<String, Vec<u8>>, entries: &[Entry<'l>]) -> Self {
        let files = before.values().map(|it| Written { before: it.clone(), ..Written::default() }).collect();
        let at_first = before.keys().map(String::as_str).zip(0..).collect();
        let mut disk = Self { files, at_first, namings: Vec::new(), namings_covered: 0 };
        let mut names = disk.at_first.clone();
        for entry in entries {
            disk.take(entry, &mut names);
        }
        disk
    }

    fn take(&mut self, entry: &Entry<'l>, names: &mut BTreeMap<&'l str, usize>) {
        let Entry { at, kind, name, number, bytes } = *entry;
        let place = || usize::try_from(number).unwrap();
        let known = |names: &BTreeMap<&str, usize>| *names.get(name).unwrap_or_else(|| panic!("{name} was not seen"));
        match kind {
            b'W' => self.files[known(names)].changes.push((at, Change::Bytes { to: place(), bytes })),
            b'T' => self.files[known(names)].changes.push((at, Change::Length(place()))),
            b'S' | b'A' => {
                self.namings_covered = self.namings_covered.max(number);
                for (synced, file) in names.iter() {
                    if kind == b'A' || *synced == name {
                        let covered = &mut self.files[*file].covered;
                        *covered = number.max(*covered);
                    }
                }
            }
            b'C' => {
                names.insert(name, self.files.len());
                self.namings.push((at, Naming::Made(name, self.files.len())));
                self.files.push(Written::default());
            }
            b'U' => {
                names.remove(name);
                self.namings.push((at, Naming::Removed(name)));
            }
            b'R' => {
                let to = std::str::from_utf8(bytes).unwrap();
                let file = names.remove(name).unwrap_or_else(|| panic!("{name} was not seen"));
                names.insert(to, file);
                self.namings.push((at, Naming::Moved(name, to)));
            }
            b'M' => {}
            other => panic!("an entry of kind {other}"),
        }
    }

    /// Writes the files as they may be.
    fn build(&self, to: &Path, chance: &mut Chance) {
        let last = self.namings.last().map_or(0, |it| it.0);
        let ordered_until = match chance.below(3) {
            0 => self.namings_covered,
            1 => u64::MAX,
            _ => self.namings_covered + chance.below(last.saturating_sub(self.namings_covered) + 1),
        };
        let mut names = self.at_first.clone();
        for (_, naming) in self.namings.iter().filter(|it| it.0 < ordered_until.max(self.namings_covered)) {
            match naming {
                Naming::Made(name, file) => drop(names.insert(name, *file)),
                Naming::Removed(name) => drop(names.remove(name)),
                Naming::Moved(from, to) => {
                    let file = names.remove(from).expect("names change in order");
                    names.insert(to, file);
                }
            }
        }
        let luck =
            [Luck::Nothing, Luck::Everything, Luck::Some, Luck::SomeInPart][usize::try_from(chance.below(4)).unwrap()];
        for (name, file) in names {
            let path: PathBuf = to.join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, self.files[file].after(ordered_until, luck, chance)).unwrap();
        }
    }
}

impl Written<'_> {
    fn after(&self, ordered_until: u64, luck: Luck, chance: &mut Chance) -> Vec<u8> {
        let mut content = self.before.clone();
        for (at, change) in &self.changes {
            let is_covered = *at < self.covered;
            match change {
                Change::Length(length) if is_covered || *at < ordered_until => content.resize(*length, 0),
                Change::Length(_) => {}
                Change::Bytes { to, bytes } => {
                    let kept = if is_covered { bytes.len() } else { luck.of(bytes.len(), chance) };
                    content.resize(content.len().max(to + kept), 0);
                    content[*to..to + kept].copy_from_slice(&bytes[..kept]);
                }
            }
        }
        content
    }
}

impl Luck {
    /// How many of the bytes of a write are there.
    fn of(self, length: usize, chance: &mut Chance) -> usize {
        match self {
            Self::Nothing => 0,
            Self::Everything => length,
            Self::Some if chance.below(2) == 0 => 0,
            Self::Some => length,
            Self::SomeInPart => {
                let sectors = chance.below(length.div_ceil(SECTOR) as u64 + 1);
                length.min(usize::try_from(sectors).unwrap() * SECTOR)
            }
        }
    }
}
