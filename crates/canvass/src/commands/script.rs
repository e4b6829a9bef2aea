//! `canvass script`: this file is about writing, testing, running, watching and throwing away scripts over the API.

mod folder;
mod listing;
mod store;

use std::path::Path;

use serde_json::{Map, Value, json};

use self::folder::Local;
use super::remote::Api;
use crate::{
    Failure,
    cli::{Cli, Script, Switched},
    failure::Exit,
    output::Output,
};

pub(super) async fn run(cli: &Cli, what: &Script) -> Result<Exit, Failure> {
    let output = cli.output();
    match what {
        Script::Push { paths, remote } => push(output, &Api::open(remote)?, paths).await,
        Script::Pull { names, to, force, remote } => {
            let may = if *force { folder::Overwrite::Yes } else { folder::Overwrite::No };
            pull(output, &Api::open(remote)?, names, (to, may)).await
        }
        Script::List { trash: false, remote } => listing::live(output, &Api::open(remote)?).await,
        Script::List { trash: true, remote } => listing::trash(output, &Api::open(remote)?).await,
        Script::Show { name, remote } => listing::show(output, &Api::open(remote)?, name).await,
        Script::Stubs { to, remote } => {
            let path = stubs(&Api::open(remote)?, to).await?;
            output.show(&json!({ "path": path }), || path.clone())?;
            Ok(Exit::Done)
        }
        Script::Switch { name, to, remote } => {
            let body = json!({ "enabled": *to == Switched::On });
            let script = Api::open(remote)?.put(&format!("/scripts/{name}/settings"), &body).await?;
            output.show(&script, || format!("{name} is {}.", if *to == Switched::On { "on" } else { "off" }))?;
            Ok(Exit::Done)
        }
        Script::Store(what) => store::run(output, what).await,
        Script::Delete { name, for_good: false, remote } => {
            Api::open(remote)?.delete(&format!("/scripts/{name}")).await?;
            let human = || format!("{name} is in the trash. `canvass script restore {name}` brings it back.");
            output.show(&json!({ "name": name, "state": "trash" }), human)?;
            Ok(Exit::Done)
        }
        Script::Delete { name, for_good: true, remote } => {
            Api::open(remote)?.delete(&format!("/script-trash/{name}")).await?;
            output.show(&json!({ "name": name, "state": "gone" }), || format!("{name} is deleted for good."))?;
            Ok(Exit::Done)
        }
        Script::Restore { name, remote } => {
            let path = format!("/script-trash/{name}/restoration");
            let script = Api::open(remote)?.post(&path, &json!({})).await?;
            output.show(&script, || format!("{name} is back, with its pages."))?;
            Ok(Exit::Done)
        }
        Script::Run { name, parameters, draft, file, remote } => {
            let source = file.as_deref().map(folder::read).transpose()?;
            let body = json!({ "parameters": self::parameters(parameters)?, "draft": draft, "source": source });
            ended(output, &Api::open(remote)?.post(&format!("/scripts/{name}/runs"), &body).await?)
        }
        Script::Test { what, remote } => test(output, &Api::open(remote)?, what).await,
        Script::Logs { name, failed, limit, remote } => {
            let path = format!("/scripts/{name}/runs?limit={limit}&failed={failed}");
            logs(output, &Api::open(remote)?.get(&path).await?)
        }
    }
}

/// Puts each script live; one that is refused does not keep the others from it.
async fn push(output: Output, api: &Api, paths: &[std::path::PathBuf]) -> Result<Exit, Failure> {
    let mut exit = Exit::Done;
    for local in folder::find(paths)? {
        match push_one(api, &local).await {
            Ok(live) => {
                let (version, tests) = (&live["version"], live["tests"].as_array().map_or(0, Vec::len));
                let cases = if tests == 1 { "test case" } else { "test cases" };
                output.show(&live, || format!("{}: version {version} is live, {tests} {cases} passed", local.name))?;
            }
            Err(failure) if failure.exit == Exit::Refused => {
                exit = Exit::Refused;
                let json = json!({ "name": local.name, "error": failure.to_json()["error"] });
                output.show(&json, || {
                    format!("{}: {}\n  {}", local.name, failure.what, failure.why.replace('\n', "\n  "))
                })?;
            }
            Err(failure) => return Err(failure),
        }
    }
    Ok(exit)
}

async fn push_one(api: &Api, local: &Local) -> Result<Value, Failure> {
    let path = format!("/scripts/{}", local.name);
    let (settings, tests) = local.settings()?;
    let is_new = api.find(&path).await?.is_none();
    if let (false, Some(tests)) = (is_new, &tests) {
        api.put(&format!("{path}/tests"), &json!({ "tests": tests })).await?;
    }
    if !is_new && !settings.is_empty() {
        api.put(&format!("{path}/settings"), &Value::Object(settings.clone())).await?;
    }
    let mut live = api.put_python(&path, &local.source).await?;
    if is_new {
        if !settings.is_empty() {
            api.put(&format!("{path}/settings"), &Value::Object(settings)).await?;
        }
        if let Some(tests) = tests {
            api.put(&format!("{path}/tests"), &json!({ "tests": tests })).await?;
            live = api.put_python(&path, &local.source).await?;
        }
    }
    Ok(live)
}

async fn pull(
    output: Output,
    api: &Api,
    names: &[String],
    (to, may): (&Path, folder::Overwrite),
) -> Result<Exit, Failure> {
    let names = if names.is_empty() { all(api).await? } else { names.to_vec() };
    for name in names {
        let script = api.get(&format!("/scripts/{name}")).await?;
        let tests = api.get(&format!("/scripts/{name}/tests")).await?;
        let settings = json!({
            "title": script["title"],
            "trigger": script["trigger"],
            "enabled": script["enabled"],
            "tests": tests["tests"],
        });
        let source = script["source"].as_str().unwrap_or_default();
        folder::write(to, &name, (source, &settings), may)?;
        let json = json!({ "name": name, "version": script["version"] });
        output.show(&json, || format!("{}", to.join(format!("{name}.py")).display()))?;
    }
    stubs(api, to).await?;
    Ok(Exit::Done)
}

/// Writes the installation's type stubs into a folder, over earlier ones: nobody but Canvass writes them. Answers where.
async fn stubs(api: &Api, to: &Path) -> Result<String, Failure> {
    let text = api.text("/-/schema/canvass.pyi").await?;
    folder::write_stubs(to, &text)
}

/// The names of all scripts.
async fn all(api: &Api) -> Result<Vec<String>, Failure> {
    let (mut names, mut cursor) = (Vec::new(), String::new());
    loop {
        let page = api.get(&format!("/scripts?limit=500{cursor}")).await?;
        let items = page["items"].as_array().into_iter().flatten();
        names.extend(items.filter_map(|it| it["name"].as_str().map(str::to_owned)));
        match page["next_cursor"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => return Ok(names),
        }
    }
}

async fn test(output: Output, api: &Api, what: &str) -> Result<Exit, Failure> {
    let (name, body) = match what.strip_suffix(".py") {
        Some(_) => {
            let local = Local::read(Path::new(what))?;
            (local.name, json!({ "source": local.source }))
        }
        None => (what.to_owned(), json!({})),
    };
    let ran = api.post(&format!("/scripts/{name}/tests/runs"), &body).await?;
    for test in ran["tests"].as_array().into_iter().flatten() {
        output.show(test, || {
            let name = test["name"].as_str().unwrap_or_default();
            match test["message"].as_str() {
                None => format!("ok    {name}"),
                Some(why) => format!("FAIL  {name}: {why}"),
            }
        })?;
    }
    if ran["tests"].as_array().is_none_or(Vec::is_empty) {
        output.note("This script has no test cases.");
    }
    Ok(if ran["passed"] == true { Exit::Done } else { Exit::Failed })
}

/// Prints what a run came to: its output and answer, or why it failed.
fn ended(output: Output, run: &Value) -> Result<Exit, Failure> {
    output.show(run, || {
        let mut text = run["output"].as_str().unwrap_or_default().to_owned();
        match &run["error"] {
            Value::Null => text.push_str(&run["result"].to_string()),
            error => {
                let traceback = error["traceback"].as_str().filter(|it| !it.is_empty());
                let message = format!("{}: {}", plain(&error["type"]), plain(&error["message"]));
                text.push_str(traceback.unwrap_or(&message));
            }
        }
        text
    })?;
    Ok(if run["error"].is_null() { Exit::Done } else { Exit::Failed })
}

fn logs(output: Output, page: &Value) -> Result<Exit, Failure> {
    let runs: Vec<&Value> = page["items"].as_array().into_iter().flatten().collect();
    for run in runs.iter().rev() {
        output.show(run, || {
            let [at, cause, outcome] = ["began_at", "cause", "outcome"].map(|it| plain(&run[it]));
            let mut text = format!("{at}  {cause}  {outcome}  {:.1} ms", run["wall_ms"].as_f64().unwrap_or_default());
            for line in run["log"].as_array().into_iter().flatten() {
                text = format!("{text}\n  {}: {}", plain(&line["level"]), plain(&line["message"]));
            }
            if let Some(error) = run["error"].as_object() {
                let [kind, message] = ["type", "message"].map(|it| error.get(it).map(plain).unwrap_or_default());
                text = format!("{text}\n  {kind}: {message}");
            }
            text
        })?;
    }
    if runs.is_empty() {
        output.note("There are no runs.");
    }
    Ok(Exit::Done)
}

/// A text without its quotes, anything else as JSON.
fn plain(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

/// `NAME=VALUE` as JSON.
fn parameters(given: &[String]) -> Result<Value, Failure> {
    let mut read = Map::new();
    for it in given {
        let (name, value) = it.split_once('=').ok_or_else(|| {
            Failure::new(Exit::Usage, format!("{it:?} is no parameter"), "it has no =", "Write --parameter NAME=VALUE.")
        })?;
        let value = serde_json::from_str(value).unwrap_or_else(|_| Value::String(value.to_owned()));
        read.insert(name.to_owned(), value);
    }
    Ok(Value::Object(read))
}
