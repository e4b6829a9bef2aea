//! `canvass export`: this file is about a file that arrives whole under its name, or not at all.

use std::{fs, path::Path};

use tempfile::TempDir;

use super::*;
use crate::support::{Finished, command};

async fn export(canvass: &Canvass, token: &str, folder: &Path, arguments: &[&str]) -> Finished {
    let mut command = command();
    command.current_dir(folder).env("CANVASS_URL", canvass.url()).env("CANVASS_TOKEN", token);
    command.arg("export").args(arguments);
    tokio::task::spawn_blocking(move || Finished::of(&mut command)).await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_survey_is_taken_away_from_the_command_line() {
    let canvass = Canvass::start().await;
    let survey = with_names(&canvass, &["Ray", "Eve"]).await;
    let (token, folder) = (canvass.token_of("adatum").await, TempDir::new().unwrap());
    let folder = folder.path();
    let fetched = export(&canvass, &token, folder, &[&survey.id]).await.expect(0);
    assert!(fetched.out.contains("after-the-workshop.csv: 2 rows"), "{}", fetched.out);
    let direct = survey.program.get(&survey.api("/export")).await.expect(200);
    assert_eq!(fs::read(folder.join("after-the-workshop.csv")).unwrap(), direct.body);
    let listed = survey.program.get(&survey.api("/exports")).await.expect(200).json();
    assert_eq!(listed["items"], json!([]), "nothing is left behind");

    let arguments = [survey.id.as_str(), "--format", "jsonl", "--output", "out.jsonl", "--keep", "--json", "--labels"];
    let fetched = export(&canvass, &token, folder, &arguments).await.expect(0);
    let printed: Value = serde_json::from_str(&fetched.out).unwrap();
    assert_eq!((&printed["path"], &printed["rows"]), (&json!("out.jsonl"), &json!(2)));
    assert_eq!(fs::read_to_string(folder.join("out.jsonl")).unwrap().lines().count(), 2);
    let names: Vec<_> = folder.read_dir().unwrap().map(|it| it.unwrap().file_name()).collect();
    assert_eq!(names.len(), 2, "{names:?}");

    let again = export(&canvass, &token, folder, &arguments).await.expect(6);
    assert!(again.err.contains("out.jsonl is there already"), "{}", again.err);
    export(&canvass, &token, folder, &[&survey.id, "--force"]).await.expect(0);
    export(&canvass, &token, folder, &["01a1ffd5-0000-7000-8000-000000000000"]).await.expect(5);
    let unknown = export(&canvass, &token, folder, &[&survey.id, "--format", "docx"]).await.expect(2);
    assert!(unknown.err.contains("parquet"), "{}", unknown.err);
}
