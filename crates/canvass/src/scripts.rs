//! Tenants' scripts in this process: this file is about what the configuration means to them: who runs them, and what seals
//! their secrets.

use std::{
    fs,
    io::{ErrorKind, Read as _, Write as _},
    os::unix::fs::OpenOptionsExt as _,
    path::{Path, PathBuf},
};

use canvass_actions::scripts::{Portions, Runs, Scripts, Seal, recording};
use canvass_script::{Sandbox, Settings};

use crate::{
    Failure,
    config::{Config, ScriptMode},
    failure::Exit,
};

/// Begins to make the script hosts that the configuration asks for, as processes of `program`. Nothing waits for them.
pub(crate) fn start(config: &Config, program: &Path) -> Sandbox {
    match config.scripts.mode {
        ScriptMode::On => Sandbox::start(settings(config, program)),
        ScriptMode::Off => Sandbox::off(),
    }
}

/// How script hosts are to be.
pub(crate) fn settings(config: &Config, program: &Path) -> Settings {
    let scripts = &config.scripts;
    let cache = scripts.cache.clone().unwrap_or_else(|| config.storage.data.join("scripts"));
    // A host has another working folder than this process.
    let cache = std::path::absolute(&cache).unwrap_or(cache);
    Settings { hosts: scripts.hosts, user: scripts.user, ..Settings::new(program.to_owned(), cache) }
}

/// What runs tenants' scripts in `sandbox`, and the records that leaves.
pub(crate) fn runner(config: &Config, sandbox: &Sandbox) -> Result<(Scripts, Runs), Failure> {
    let (recorder, runs) = recording(config.scripts.queue_max);
    let portions = Portions { run_percent: config.scripts.run_percent, hour_percent: config.scripts.hour_percent };
    Ok((Scripts::new(sandbox.clone(), seal(config)?, recorder, portions), runs))
}

/// The key that seals secrets: of the file that is named; else, for the embedded storage, of one beside the data, which is
/// made when it is missing. With PostgreSQL there is none unless it is named: every node must have the same.
fn seal(config: &Config) -> Result<Option<Seal>, Failure> {
    let key = match (&config.scripts.key_file, &config.storage.url) {
        (Some(path), _) => read_key(path).map_err(|why| unusable(path, why))?,
        (None, Some(_)) => return Ok(None),
        (None, None) => {
            let path = config.storage.data.join(KEY_FILE);
            own_key(&path).map_err(|why| unusable(&path, why))?
        }
    };
    let seal = Seal::of(key).map_err(|error| Failure::action("the key of scripts' secrets cannot be used", &error))?;
    Ok(Some(seal))
}

fn own_key(path: &PathBuf) -> Result<[u8; Seal::KEY_BYTES], String> {
    match fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(path) {
        Ok(mut file) => {
            let mut key = [0; Seal::KEY_BYTES];
            let mut random = fs::File::open("/dev/urandom").map_err(|it| it.to_string())?;
            random.read_exact(&mut key).map_err(|it| it.to_string())?;
            file.write_all(&key).and_then(|()| file.sync_all()).map_err(|it| it.to_string())?;
            Ok(key)
        }
        Err(error) if error.kind() == ErrorKind::AlreadyExists => read_key(path),
        Err(error) => Err(error.to_string()),
    }
}

fn read_key(path: &Path) -> Result<[u8; Seal::KEY_BYTES], String> {
    let bytes = fs::read(path).map_err(|it| it.to_string())?;
    let length = bytes.len();
    <[u8; Seal::KEY_BYTES]>::try_from(bytes).map_err(|_| format!("it has {length} bytes, not {}", Seal::KEY_BYTES))
}

fn unusable(path: &Path, why: String) -> Failure {
    Failure::new(
        Exit::Configuration,
        format!("{} cannot be used as the key of scripts' secrets", path.display()),
        why,
        "It holds 32 random bytes, as `head -c 32 /dev/urandom` makes them. Without the old key, secrets are lost: set them again.",
    )
}

/// The key beside the data of the embedded storage.
const KEY_FILE: &str = "scripts.key";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_made_once_for_its_owner_alone() {
        use std::os::unix::fs::PermissionsExt as _;
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(KEY_FILE);
        let key = own_key(&path).unwrap();
        assert_eq!(own_key(&path).unwrap(), key);
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        fs::write(&path, b"short").unwrap();
        assert!(own_key(&path).unwrap_err().contains("5 bytes"));
    }
}
