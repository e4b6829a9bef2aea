//! The guest on its way into the program: this file is about finding it, and refusing one that is older than its sources.

use std::{env, fmt::Write, fs, path::Path, process::exit};

use sha2::{Digest, Sha256};

/// What makes it, from anywhere in the repository.
const COMMAND: &str = "script/bootstrap guest";

fn main() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let (guest, stamp) = (root.join(".tools/script/guest.wasm.z"), root.join(".tools/guest.stamp"));
    for path in [&guest, &stamp] {
        println!("cargo::rerun-if-changed={}", path.display());
    }
    let sources = sources(&root);
    for path in &sources {
        println!("cargo::rerun-if-changed={}", root.join(path).display());
    }
    if !guest.exists() {
        refuse("the guest, Canvass's Python for scripts, has not been built yet");
    }
    let is_fresh = fs::read_to_string(&stamp).is_ok_and(|it| it == listed(&root, &sources));
    if !is_fresh {
        refuse("the guest, Canvass's Python for scripts, is older than its sources");
    }
    println!("cargo::rustc-env=CANVASS_GUEST={}", guest.display());
}

/// The files the guest is built from, in the order in which `script/bootstrap` lists them.
fn sources(root: &Path) -> Vec<String> {
    let folder = "crates/canvass-script/guest";
    let mut modules: Vec<String> = fs::read_dir(root.join(folder))
        .into_iter()
        .flatten()
        .filter_map(|it| it.ok()?.file_name().into_string().ok())
        .filter(|it| Path::new(it).extension().is_some_and(|it| it == "py"))
        .map(|it| format!("{folder}/{it}"))
        .collect();
    modules.sort();
    let mut sources = vec!["script/guest-requirements.txt".to_owned(), format!("{folder}/wit/script.wit")];
    sources.append(&mut modules);
    sources
}

/// What `sha256sum` prints of them.
fn listed(root: &Path, sources: &[String]) -> String {
    let mut listed = String::new();
    for path in sources {
        let content = fs::read(root.join(path)).unwrap_or_default();
        for byte in Sha256::digest(&content) {
            let _ = write!(listed, "{byte:02x}");
        }
        let _ = writeln!(listed, "  {path}");
    }
    listed
}

fn refuse(why: &str) -> ! {
    println!("cargo::error={why}. Run {COMMAND}");
    exit(1)
}
