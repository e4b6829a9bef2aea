//! Programs that read what was written: this file is about starting them. `script/bootstrap` brings them.

use std::{
    path::{Path, PathBuf},
    process::{Command, Output},
};

use serde_json::Value;

/// What a Python script of ours says about a file, as JSON.
pub(super) fn python(script: &str, file: &Path) -> Value {
    let output = run(Command::new(tool("python/bin/python")).args(["-X", "utf8", "-c", script]).arg(file));
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).unwrap()
}

/// Whether a Python script of ours can read a file.
pub(super) fn python_reads(script: &str, file: &Path) -> bool {
    run(Command::new(tool("python/bin/python")).args(["-X", "utf8", "-c", script]).arg(file)).status.success()
}

/// What PSPP prints when it runs the syntax in that folder; it must find nothing to complain about.
pub(super) fn pspp(folder: &Path, syntax: &str) -> Output {
    let file = folder.join("syntax.sps");
    std::fs::write(&file, syntax).unwrap();
    run(Command::new(tool("readers/pspp")).current_dir(folder).env("LC_ALL", "C.UTF-8").arg(file))
}

/// What R prints when it runs a script in that folder.
pub(super) fn r(folder: &Path, script: &str) -> Output {
    let file = folder.join("check.R");
    std::fs::write(&file, script).unwrap();
    run(Command::new(tool("readers/Rscript")).current_dir(folder).arg(file))
}

fn run(command: &mut Command) -> Output {
    command.output().unwrap_or_else(|error| panic!("{command:?} does not run ({error}); run script/bootstrap"))
}

fn tool(path: &str) -> PathBuf {
    let tools = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../.tools").join(path);
    assert!(tools.exists(), "{} is missing; run script/bootstrap", tools.display());
    std::path::absolute(tools).unwrap()
}
