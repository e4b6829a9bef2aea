//! The hostile corpus: these tests are about scripts that want to harm, each contained in the way that it should be.

use std::{collections::BTreeMap, fs, path::Path};

use canvass_model::script::{Limits, Source};
use canvass_script::{Order, Report, Sandbox};
use serde_json::json;

use crate::support::{Desk, ended, order, sandbox};

fn corpus() -> BTreeMap<String, String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/hostile");
    let files = fs::read_dir(folder).expect("the corpus is there").map(|it| it.expect("an entry").path());
    let read = files.map(|it| (it.file_stem().expect("a name").display().to_string(), fs::read_to_string(it).expect("text")));
    // Two are made of one thing said very often.
    let unary = format!("x={}1\n", "-".repeat(200_000));
    let ifs: String = (0..700).map(|depth| format!("{}if 1:\n", " ".repeat(depth))).collect();
    let made = [("a_parse_deep_unary", unary), ("a_parse_deep_if", format!("{ifs}{}pass\n", " ".repeat(700)))];
    read.chain(made.map(|(name, text)| (name.to_owned(), text))).collect()
}

async fn attack(sandbox: &Sandbox, source: &str) -> Report {
    let limits = Limits { fuel_max: 600_000_000, ..Limits::DEFAULT };
    let mut desk = Desk::default().with("store.get", json!(null)).with("store.put", json!({})).with("responses.annotate", json!({}));
    sandbox.run(Order { limits, ..order(source) }, &mut desk).await
}

#[tokio::test]
async fn discover() {
    let sandbox = sandbox().await;
    for (name, source) in corpus() {
        if source.len() > Source::BYTES_MAX { println!("{name} too large"); continue; }
        let report = attack(&sandbox, &source).await;
        println!("{name}\t{}\t{:?}\t{:?}\t{}", ended(&report), report.usage.wall, report.usage.cpu, format!("{:?}", report.outcome).chars().take(150).collect::<String>());
    }
    println!("{:?}", sandbox.status());
}
