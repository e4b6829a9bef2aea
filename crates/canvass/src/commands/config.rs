//! `canvass config`: this file is about explaining, showing and checking the settings.

use serde_json::json;

use crate::{
    Failure,
    cli::{Cli, Configuration},
    config::{self, Config},
    failure::Exit,
    output::{self, Output},
};

pub(super) fn run(cli: &Cli, what: &Configuration) -> Result<(), Failure> {
    match what {
        Configuration::Example => output::line(&config::example())?,
        Configuration::Docs => output::line(&config::page())?,
        Configuration::Show => show(cli)?,
        Configuration::Check => check(cli)?,
    }
    Ok(())
}

fn show(cli: &Cli) -> Result<(), Failure> {
    let loaded = Config::load(&cli.sources()).map_err(|faults| Failure::configuration(&faults))?;
    let unprintable = |error: &dyn std::fmt::Display| {
        Failure::new(Exit::Failed, "the settings cannot be printed", error, "Report this: it is a defect.")
    };
    match cli.output() {
        Output::Human => {
            let text = toml::to_string_pretty(&loaded.config).map_err(|error| unprintable(&error))?;
            output::line(&text)?;
        }
        Output::Json => {
            let text = serde_json::to_string(&loaded.config).map_err(|error| unprintable(&error))?;
            output::line(&text)?;
        }
    }
    Ok(())
}

fn check(cli: &Cli) -> Result<(), Failure> {
    let loaded = Config::load(&cli.sources()).map_err(|faults| Failure::configuration(&faults))?;
    let file = loaded.file.as_ref().map(|it| it.display().to_string());
    let json = json!({ "ok": true, "file": file, "warnings": loaded.warnings, "needs": loaded.needs });
    cli.output().show(&json, || {
        let source = file.unwrap_or_else(|| "no file, so defaults".to_owned());
        let mut text = format!("The configuration is good ({source}).");
        for warning in &loaded.warnings {
            text.push_str("\nBut: ");
            text.push_str(warning);
        }
        for need in &loaded.needs {
            text.push_str("\nNote: ");
            text.push_str(need);
        }
        text
    })?;
    Ok(())
}
