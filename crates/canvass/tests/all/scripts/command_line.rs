//! `canvass script`: this file is about a folder of scripts that is pushed, pulled, tested, run and watched from afar.

use std::{fs, path::Path};

use serde_json::Value;
use tempfile::TempDir;

use super::start;
use crate::support::{Finished, command};

/// The command line of somebody with a token, in a folder of their own.
struct Author {
    url: String,
    token: String,
    folder: TempDir,
}

impl Author {
    async fn does(&self, arguments: &[&str]) -> Finished {
        let mut command = command();
        command.current_dir(self.folder.path()).env("CANVASS_URL", &self.url).env("CANVASS_TOKEN", &self.token);
        command.arg("script").args(arguments);
        tokio::task::spawn_blocking(move || Finished::of(&mut command)).await.unwrap()
    }

    fn write(&self, file: &str, text: &str) {
        fs::write(self.folder.path().join(file), text).unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_folder_of_scripts_is_pushed_tested_run_watched_and_pulled() {
    let (canvass, _program) = start().await;
    let token = canvass.token_of("adatum").await;
    let author = Author { url: canvass.url().to_owned(), token, folder: TempDir::new().unwrap() };
    author.write("greet.py", "import canvass\nprint('hello')\n'Hello ' + canvass.context.parameters['name']\n");
    let settings = r#"{ "title": "Greeting", "trigger": { "kind": "manual",
        "parameters": [{ "name": "name", "kind": "text", "required": true }] },
        "tests": [{ "name": "greets", "parameters": { "name": "Ada" }, "expectation": { "result": "Hello Ada" } }] }"#;
    author.write("greet.json", settings);
    author.write("broken.py", "if a\n");

    let pushed = author.does(&["push", "."]).await.expect(6);
    assert!(pushed.out.contains("greet: version 2 is live, 1 test case passed"), "{}", pushed.out);
    assert!(
        pushed.out.contains("broken: the installation refused (422)") && pushed.out.contains("Line 1"),
        "{}",
        pushed.out
    );
    fs::remove_file(author.folder.path().join("broken.py")).unwrap();
    author.does(&["push", "greet.py"]).await.expect(0);

    let ran = author.does(&["run", "greet", "-p", "name=Mary"]).await.expect(0);
    assert_eq!(ran.out, "hello\n\"Hello Mary\"\n");
    author.does(&["run", "greet"]).await.expect(6);
    author.write("worse.py", "1/0");
    let worse = author.does(&["run", "greet", "-p", "name=Mary", "--file", "worse.py"]).await.expect(1);
    assert!(worse.out.contains("ZeroDivisionError"), "{}", worse.out);
    assert_eq!(author.does(&["test", "greet"]).await.expect(0).out, "ok    greets\n");
    author.write("greet.py", "'Bye'");
    let failed = author.does(&["test", "greet.py"]).await.expect(1);
    assert!(failed.out.starts_with("FAIL  greets: it must answer \"Hello Ada\""), "{}", failed.out);
    let logs = author.does(&["--json", "logs", "greet", "--failed"]).await.expect(0);
    let last: Value = serde_json::from_str(logs.out.lines().last().unwrap()).unwrap();
    assert_eq!(last["error"]["type"], "ZeroDivisionError");

    // What is there and different is kept, unless one insists.
    author.does(&["pull", "greet"]).await.expect(6);
    author.does(&["pull", "greet", "--force"]).await.expect(0);
    author.does(&["pull", "--to", "copy"]).await.expect(0);
    let copy = |file: &str| fs::read_to_string(author.folder.path().join(Path::new("copy")).join(file)).unwrap();
    assert!(copy("greet.py").contains("print('hello')"));
    let settings: Value = serde_json::from_str(&copy("greet.json")).unwrap();
    assert_eq!((&settings["title"], &settings["tests"][0]["name"]), (&"Greeting".into(), &"greets".into()));
    author.does(&["push", "copy"]).await.expect(0);

    author.does(&["run", "nothing"]).await.expect(5);
    let stranger = Author { token: "cvs_nobody".to_owned(), ..author };
    assert!(stranger.does(&["logs", "greet"]).await.expect(6).err.contains("401"));
    let nobody = Author { token: String::new(), ..stranger };
    assert!(nobody.does(&["logs", "greet"]).await.expect(2).err.contains("CANVASS_TOKEN"));
}
