//! Machine code of the guest: this file is about compiling it once per machine, keeping it in a folder, and loading it.
//!
//! Loading trusts the file as it trusts the program itself: whoever can write it can run code in a script host. So it
//! lies in a folder of the server's, is named after everything it depends on, and is compared with a hash that was
//! written beside it. The hash finds damage and half-written files; it is no defence against whoever owns the folder.

use std::{
    fs::{self, File},
    hash::{DefaultHasher, Hash, Hasher},
    io::{self, Read, Write as _},
    os::unix::fs::MetadataExt as _,
    path::{Path, PathBuf},
};

use canvass_model::hex::hex;
use nix::fcntl::{Flock, FlockArg};
use sha2::{Digest, Sha256};
use wasmtime::{Engine, component::Component};

use crate::component;

/// The file in a cache folder that is locked by whoever writes there.
const LOCK: &str = "folder.lock";

/// The version of the engine, which machine code belongs to.
const ENGINE: &str = "wasmtime 48.0.8";

/// Whether the file is there, whole, and as it was written.
fn is_sound(path: &Path) -> bool {
    let written = fs::read_to_string(hash_path(path));
    written.is_ok_and(|written| hash_of(path).is_ok_and(|hash| hash == written.trim()))
}

/// Machine code in use: as long as this is held, nobody removes it.
pub(crate) struct Held {
    _lock: Flock<File>,
}

/// Compiles the guest into a cache folder, unless it is there already, and removes what no server uses any more. Of
/// several processes one does it at a time.
pub(crate) fn compile(cache: &Path) -> Result<PathBuf, String> {
    let cannot = |error: io::Error| format!("{} cannot be written: {error}", cache.display());
    fs::create_dir_all(cache).map_err(cannot)?;
    let engine = super::compiler().map_err(|error| format!("the engine cannot be set up: {error}"))?;
    let path = cache.join(format!("{}.cwasm", key(&engine)));
    let lock = File::create(cache.join(LOCK)).map_err(cannot)?;
    let _lock = Flock::lock(lock, FlockArg::LockExclusive).map_err(|(_, error)| cannot(error.into()))?;
    if !is_sound(&path) {
        let code = engine
            .precompile_component(&component::unpacked()?)
            .map_err(|error| format!("the guest cannot be compiled: {error}"))?;
        write(&path, &code).map_err(cannot)?;
    }
    remove_others(cache, &path);
    Ok(path)
}

/// Takes hold of machine code that [`compile`] has found or made. Every server does it for as long as it runs.
pub(crate) fn hold(path: &Path) -> Result<Held, String> {
    let gone = || format!("{} was removed meanwhile", path.display());
    let file = File::open(path).map_err(|_| gone())?;
    let lock = Flock::lock(file, FlockArg::LockSharedNonblock).map_err(|_| gone())?;
    // Whoever removed it between the two has removed what is held.
    let is_there = fs::metadata(path).and_then(|there| Ok(there.ino() == lock.metadata()?.ino()));
    if is_there.unwrap_or(false) { Ok(Held { _lock: lock }) } else { Err(gone()) }
}

/// Removes the machine code of other guests, engines, settings and processors that no server holds, and what was left
/// half written. It takes room and does no harm: what cannot be removed stays.
fn remove_others(cache: &Path, ours: &Path) {
    let Ok(entries) = fs::read_dir(cache) else { return };
    for path in entries.filter_map(|it| Some(it.ok()?.path())).filter(|it| it != ours) {
        match path.extension().and_then(|it| it.to_str()) {
            Some("cwasm") => {
                let held = File::open(&path).map(|it| Flock::lock(it, FlockArg::LockExclusiveNonblock));
                if let Ok(Ok(_lock)) = held {
                    let _ = fs::remove_file(hash_path(&path));
                    let _ = fs::remove_file(&path);
                }
            }
            // Nobody else writes while we have the folder's lock.
            Some("half") => drop(fs::remove_file(&path)),
            _ => {}
        }
    }
}

/// Writes the code and its hash, each under another name first, so that nobody meets a half of one.
fn write(path: &Path, code: &[u8]) -> io::Result<()> {
    let hash = hex(&Sha256::digest(code));
    for (path, content) in [(path.to_owned(), code), (hash_path(path), hash.as_bytes())] {
        let half = path.with_extension("half");
        let mut file = File::create(&half)?;
        file.write_all(content)?;
        file.sync_all()?;
        fs::rename(&half, &path)?;
    }
    Ok(())
}

/// Maps the compiled guest.
#[expect(unsafe_code, reason = "the one place where machine code comes out of a file; see the head of this file")]
pub(crate) fn load(engine: &Engine, path: &Path) -> wasmtime::Result<Component> {
    // SAFETY: the file was written by `compile` of this version of Canvass, for this version of the engine, with these
    // settings, for a processor with these features: all of them are in its name, and the engine compares them once more.
    // It was written whole, since it was renamed into its place, and the server found its hash right before it started
    // this process. Nobody changes it later: Canvass writes each such file once, in a folder that belongs to it,
    // and removes none that a server holds.
    unsafe { Component::deserialize_file(engine, path) }
}

/// Everything that machine code depends on: guest, engine, settings, processor.
fn key(engine: &Engine) -> String {
    let mut settings = DefaultHasher::new();
    engine.precompile_compatibility_hash().hash(&mut settings);
    let digest = Sha256::new()
        .chain_update(component::hash().0)
        .chain_update(ENGINE)
        .chain_update(settings.finish().to_le_bytes())
        .finalize();
    hex(&digest[..16])
}

fn hash_path(path: &Path) -> PathBuf {
    path.with_extension("sha256")
}

fn hash_of(path: &Path) -> io::Result<String> {
    let mut file = File::open(path)?;
    let mut hasher = Sha256::new();
    let mut piece = vec![0; 1024 * 1024];
    loop {
        let count = file.read(&mut piece)?;
        if count == 0 {
            break;
        }
        hasher.update(&piece[..count]);
    }
    Ok(hex(&hasher.finalize()))
}
