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

    assert!(copy("canvass.pyi").contains("def redirect(page: str) -> Response:"), "the stubs are beside them");
    assert_eq!(author.does(&["stubs", "--to", "typings"]).await.expect(0).out, "typings/canvass.pyi\n");

    author.does(&["run", "nothing"]).await.expect(5);
    author.does(&["show", "nothing"]).await.expect(5);
    let stranger = Author { token: "cvs_nobody".to_owned(), ..author };
    assert!(stranger.does(&["logs", "greet"]).await.expect(6).err.contains("401"));
    let nobody = Author { token: String::new(), ..stranger };
    assert!(nobody.does(&["logs", "greet"]).await.expect(2).err.contains("CANVASS_TOKEN"));
}

#[tokio::test(flavor = "multi_thread")]
async fn scripts_are_listed_with_what_they_cost_thrown_away_and_fetched_back() {
    let (canvass, _program) = start().await;
    let token = canvass.token_of("adatum").await;
    let author = Author { url: canvass.url().to_owned(), token, folder: TempDir::new().unwrap() };
    author.write("words.py", "1 + 1");
    author.does(&["push", "words.py"]).await.expect(0);
    author.does(&["run", "words"]).await.expect(0);
    author.does(&["run", "words", "--file", "words.py"]).await.expect(0);

    let listed = author.does(&["--json", "list"]).await.expect(0).out;
    let words: Value = serde_json::from_str(&listed).unwrap();
    let day = &words["figures"]["day"];
    assert_eq!((&words["name"], &day["runs"], &day["failed"]), (&"words".into(), &2.into(), &0.into()), "{words}");
    assert!(0.0 < day["wall"]["p95_ms"].as_f64().unwrap() && 0.0 < day["cpu_ms"].as_f64().unwrap(), "{day}");
    assert_eq!(words["figures"]["month"], *day);
    assert!(words.get("source").is_none(), "{words}");
    let table = author.does(&["list"]).await.expect(0).out;
    assert!(table.starts_with("NAME") && table.contains("words  manual      on     1        2     0"), "{table}");
    let shown = author.does(&["show", "words"]).await.expect(0).out;
    assert!(shown.contains("state     on") && shown.contains("24 hours: 2 runs, 0 failed"), "{shown}");
    let shown: Value = serde_json::from_str(&author.does(&["--json", "show", "words"]).await.expect(0).out).unwrap();
    assert_eq!(shown["figures"], words["figures"]);

    assert!(author.does(&["delete", "words"]).await.expect(0).out.contains("`canvass script restore words`"));
    author.does(&["delete", "words"]).await.expect(5);
    assert_eq!(author.does(&["list"]).await.expect(0).err, "There are no scripts.\n");
    assert!(author.does(&["list", "--trash"]).await.expect(0).out.contains("words"));
    let refused = author.does(&["push", "words.py"]).await.expect(6);
    assert!(refused.out.contains("is in the trash and keeps its name"), "{}", refused.out);
    author.does(&["restore", "words"]).await.expect(0);
    author.does(&["run", "words"]).await.expect(0);
    author.does(&["delete", "words", "--for-good"]).await.expect(5);
    author.does(&["delete", "words"]).await.expect(0);
    author.does(&["delete", "words", "--for-good"]).await.expect(0);
    author.does(&["restore", "words"]).await.expect(5);
    assert_eq!(author.does(&["list", "--trash"]).await.expect(0).err, "The trash is empty.\n");
}

#[tokio::test(flavor = "multi_thread")]
async fn scripts_are_switched_and_their_store_is_kept_in_order_from_afar() {
    let (canvass, _program) = start().await;
    let token = canvass.token_of("adatum").await;
    let author = Author { url: canvass.url().to_owned(), token, folder: TempDir::new().unwrap() };
    author.write("keeper.py", "import canvass\ncanvass.store.get('quota:a/b', 'nothing')");
    author.does(&["push", "keeper.py"]).await.expect(0);
    assert_eq!(author.does(&["switch", "keeper", "off"]).await.expect(0).out, "keeper is off.\n");
    assert!(author.does(&["list"]).await.expect(0).out.contains("manual      off"));
    author.does(&["switch", "keeper", "on"]).await.expect(0);
    author.does(&["switch", "nothing", "on"]).await.expect(5);

    assert_eq!(author.does(&["store", "list"]).await.expect(0).err, "There is no such key.\n");
    author.does(&["store", "put", "quota:a/b", "[1, 2]"]).await.expect(0);
    author.does(&["store", "put", "note", "no JSON"]).await.expect(0);
    assert_eq!(author.does(&["run", "keeper"]).await.expect(0).out, "[1,2]\n");
    assert_eq!(author.does(&["store", "get", "quota:a/b"]).await.expect(0).out, "[1,2]\n");
    assert_eq!(author.does(&["store", "list"]).await.expect(0).out, "note  \"no JSON\"\nquota:a/b  [1,2]\n");
    assert_eq!(author.does(&["store", "list", "quota:"]).await.expect(0).out, "quota:a/b  [1,2]\n");
    author.does(&["store", "delete", "note"]).await.expect(0);
    author.does(&["store", "get", "note"]).await.expect(5);
}
