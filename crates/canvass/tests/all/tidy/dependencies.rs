//! Rules on dependencies: this file is about which crates there are, who uses them, and under which licence.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    process::Command,
};

use serde_json::Value;

use super::root;

/// How many packages Canvass and its tests are built from on Linux. Raised by hand, with a paragraph in
/// `docs/decisions.md`; lowered whenever it can be.
const PACKAGES_MAX: usize = 513;

/// Where every package comes from.
const CRATES_IO: &str = "registry+https://github.com/rust-lang/crates.io-index";

/// Which crates of ours a crate may use: the arrows of `ARCHITECTURE.md`.
const ARROWS: [(&str, &[&str]); 8] = [
    ("canvass-model", &[]),
    ("canvass-storage", &["canvass-model"]),
    ("canvass-script", &["canvass-model"]),
    ("canvass-format", &["canvass-model"]),
    ("canvass-actions", &["canvass-model", "canvass-storage", "canvass-script", "canvass-format"]),
    ("canvass-work", &["canvass-model", "canvass-storage", "canvass-actions", "canvass-script", "canvass-format"]),
    ("canvass-web", &["canvass-model", "canvass-storage", "canvass-actions", "canvass-script", "canvass-format"]),
    (
        "canvass",
        &[
            "canvass-model",
            "canvass-storage",
            "canvass-actions",
            "canvass-work",
            "canvass-web",
            "canvass-script",
            "canvass-format",
        ],
    ),
];

/// Libraries that make a crate what it is, and that no other crate may use.
const OWNED: [(&str, &str); 10] = [
    ("wasmtime", "canvass-script"),
    ("wasmtime-wasi", "canvass-script"),
    ("parquet", "canvass-format"),
    ("rusqlite", "canvass-storage"),
    ("tokio-postgres", "canvass-storage"),
    ("axum", "canvass-web"),
    ("askama", "canvass-web"),
    ("lettre", "canvass-work"),
    ("hickory-resolver", "canvass-work"),
    ("clap", "canvass"),
];

#[test]
fn crates_use_each_other_along_the_arrows_alone() {
    let edges = edges(metadata());
    assert!(edges.len() > 10, "the workspace's edges were not found: {edges:?}");
    assert_eq!(wrong_edges(&edges), Vec::<String>::new());

    let edge = |from: &str, to: &str| vec![(from.to_owned(), to.to_owned())];
    assert_ne!(wrong_edges(&edge("canvass-work", "canvass-web")), Vec::<String>::new());
    assert_ne!(wrong_edges(&edge("canvass-model", "canvass-storage")), Vec::<String>::new());
    assert_ne!(wrong_edges(&edge("canvass-actions", "axum")), Vec::<String>::new());
    assert_ne!(wrong_edges(&edge("canvass-unheard-of", "canvass-model")), Vec::<String>::new());
}

#[test]
fn every_package_has_a_licence_we_may_pass_on() {
    let allowed = allowed_licences();
    let packages = metadata()["packages"].as_array().expect("packages");
    let wrong: Vec<String> = packages
        .iter()
        .filter(|package| !package["license"].as_str().is_some_and(|it| is_allowed(it, &allowed)))
        .map(|package| format!("{} {}: {}", package["name"], package["version"], package["license"]))
        .collect();
    assert_eq!(wrong, Vec::<String>::new(), "deny.toml lists what is allowed");

    assert!(!is_allowed("GPL-2.0-only", &allowed));
    assert!(!is_allowed("MIT AND SSPL-1.0", &allowed));
    assert!(!is_allowed("", &allowed));
    assert!(is_allowed("GPL-2.0-only OR (MIT AND Apache-2.0 WITH LLVM-exception)", &allowed));
    assert!(is_allowed("Unlicense/MIT", &allowed));
}

#[test]
fn every_package_comes_from_crates_io() {
    let packages = metadata()["packages"].as_array().expect("packages");
    let sources: BTreeSet<&str> = packages.iter().filter_map(|it| it["source"].as_str()).collect();
    assert_eq!(sources, BTreeSet::from([CRATES_IO]));
}

#[test]
fn no_package_is_there_twice_without_a_reason() {
    let reasons = accepted_duplicates();
    let duplicates = older_duplicates(metadata());
    let unexplained: Vec<_> = duplicates.difference(&reasons).collect();
    let outdated: Vec<_> = reasons.difference(&duplicates).collect();
    assert!(unexplained.is_empty(), "add a reason to `skip` in deny.toml, or remove the duplicate: {unexplained:?}");
    assert!(outdated.is_empty(), "no longer there twice: remove from `skip` in deny.toml: {outdated:?}");
}

#[test]
fn the_number_of_packages_only_grows_on_purpose() {
    let packages = used(metadata()).len();
    assert!(packages <= PACKAGES_MAX, "{packages} packages are more than {PACKAGES_MAX}");
    assert!(packages + 20 > PACKAGES_MAX, "lower PACKAGES_MAX to {packages}");
}

/// What cargo knows about the packages built on Linux.
fn metadata() -> &'static Value {
    static METADATA: std::sync::OnceLock<Value> = std::sync::OnceLock::new();
    METADATA.get_or_init(|| {
        let output = Command::new(env!("CARGO"))
            .args(["metadata", "--format-version=1", "--offline", "--locked"])
            .args(["--filter-platform", "x86_64-unknown-linux-gnu"])
            .current_dir(root())
            .output()
            .expect("cargo runs, since it runs this test");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        serde_json::from_slice(&output.stdout).expect("cargo metadata prints JSON")
    })
}

/// From which crate of ours to which dependency, for what is built into the product.
fn edges(metadata: &Value) -> Vec<(String, String)> {
    let packages = metadata["packages"].as_array().expect("packages");
    let ours = packages.iter().filter(|package| package["source"].is_null());
    ours.flat_map(|package| {
        let dependencies = package["dependencies"].as_array().expect("dependencies");
        let built = dependencies.iter().filter(|it| it["kind"].is_null());
        built.map(|it| (text(&package["name"]), text(&it["name"])))
    })
    .collect()
}

fn wrong_edges(edges: &[(String, String)]) -> Vec<String> {
    let allows = |from: &str, to: &str| {
        let arrows = ARROWS.iter().find(|(name, _)| *name == from).map(|(_, arrows)| *arrows);
        let owner = OWNED.iter().find(|(library, _)| *library == to).map(|(_, owner)| *owner);
        match (arrows, owner) {
            (None, _) => false,
            (Some(_), Some(owner)) => owner == from,
            (Some(arrows), None) => !to.starts_with("canvass") || arrows.contains(&to),
        }
    };
    edges.iter().filter(|(from, to)| !allows(from, to)).map(|(from, to)| format!("{from} must not use {to}")).collect()
}

/// The packages that are built, by id: the resolved graph, without what only other platforms need.
fn used(metadata: &Value) -> BTreeSet<String> {
    let nodes = metadata["resolve"]["nodes"].as_array().expect("a resolved graph");
    nodes.iter().map(|node| text(&node["id"])).collect()
}

/// Every version but the newest of each package that is there in several, as `name@major` or `name@0.minor`.
fn older_duplicates(metadata: &Value) -> BTreeSet<String> {
    let used = used(metadata);
    let mut versions: BTreeMap<String, Vec<Vec<u64>>> = BTreeMap::new();
    for package in metadata["packages"].as_array().expect("packages") {
        if used.contains(&text(&package["id"])) {
            let version = text(&package["version"]);
            let numbers = version.split(['.', '+', '-']).take(3).map(|it| it.parse().unwrap_or_default()).collect();
            versions.entry(text(&package["name"])).or_default().push(numbers);
        }
    }
    let mut older = BTreeSet::new();
    for (name, mut found) in versions {
        found.sort_unstable();
        found.pop();
        older.extend(
            found.iter().map(|it| if it[0] == 0 { format!("{name}@0.{}", it[1]) } else { format!("{name}@{}", it[0]) }),
        );
    }
    older
}

fn deny() -> toml::Table {
    fs::read_to_string(root().join("deny.toml")).expect("deny.toml").parse().expect("deny.toml is TOML")
}

fn allowed_licences() -> BTreeSet<String> {
    let deny = deny();
    let allow = deny["licenses"]["allow"].as_array().expect("a list of licences");
    allow.iter().filter_map(|it| it.as_str()).map(str::to_owned).collect()
}

fn accepted_duplicates() -> BTreeSet<String> {
    let deny = deny();
    let skip = deny["bans"]["skip"].as_array().expect("a list of duplicates");
    skip.iter().filter_map(|it| it["crate"].as_str()).map(str::to_owned).collect()
}

/// Whether an SPDX expression can be met with allowed licences. `A/B` is an old way of writing `A OR B`.
fn is_allowed(expression: &str, allowed: &BTreeSet<String>) -> bool {
    let expression = expression.replace('/', " OR ").replace('(', " ( ").replace(')', " ) ");
    let mut words = expression.split_whitespace().collect::<Vec<_>>().into_iter().peekable();
    either(&mut words, allowed) && words.next().is_none()
}

type Words<'a> = std::iter::Peekable<std::vec::IntoIter<&'a str>>;

fn either(words: &mut Words<'_>, allowed: &BTreeSet<String>) -> bool {
    let mut met = all(words, allowed);
    while words.next_if_eq(&"OR").is_some() {
        met |= all(words, allowed);
    }
    met
}

fn all(words: &mut Words<'_>, allowed: &BTreeSet<String>) -> bool {
    let mut met = one(words, allowed);
    while words.next_if_eq(&"AND").is_some() {
        met &= one(words, allowed);
    }
    met
}

fn one(words: &mut Words<'_>, allowed: &BTreeSet<String>) -> bool {
    let Some(word) = words.next() else { return false };
    if word == "(" {
        let met = either(words, allowed);
        return words.next() == Some(")") && met;
    }
    match words.next_if_eq(&"WITH").and_then(|_| words.next()) {
        Some(exception) => allowed.contains(&format!("{word} WITH {exception}")),
        None => allowed.contains(word),
    }
}

fn text(value: &Value) -> String {
    value.as_str().expect("a string").to_owned()
}
