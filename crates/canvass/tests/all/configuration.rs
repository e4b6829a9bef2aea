//! Configuration: this file is about what is read, what is refused, and whether the documentation says the same.

use std::{fs, path::Path};

use canvass::config::{Config, Role, Setting, Sources, example, page};
use tempfile::TempDir;

use crate::support::canvass;

fn load(file: &str, variables: &[(&str, &str)], flags: Vec<Setting>) -> Result<Config, String> {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("canvass.toml");
    fs::write(&path, file).unwrap();
    let variables = variables.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
    let sources = Sources { file: Some(path), flags };
    let loaded = Config::load_with(&sources, variables);
    loaded.map(|it| it.config).map_err(|it| it.to_string().replace(&folder.path().display().to_string(), ""))
}

fn listen_flag(address: &str) -> Vec<Setting> {
    vec![Setting { flag: "--listen", section: "server", key: "listen", value: address.into() }]
}

#[test]
fn the_example_is_what_holds_without_any_configuration() {
    assert_eq!(load(&example(), &[], Vec::new()), Ok(Config::default()));
}

#[test]
fn the_documentation_is_made_from_the_program() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/configuration.md");
    let written = fs::read_to_string(path).unwrap();
    assert_eq!(written, page(), "run: cargo run -- config docs > docs/configuration.md");
}

#[test]
fn a_flag_replaces_the_environment_which_replaces_the_file() {
    let file = "[server]\nlisten = \"127.0.0.1:1\"\nrole = [\"web\"]\ndrain_seconds = 7\n";
    let variables = [("CANVASS_SERVER__LISTEN", "127.0.0.1:2"), ("CANVASS_SERVER__ROLE", "worker, web")];
    let config = load(file, &variables, listen_flag("127.0.0.1:3")).unwrap();
    assert_eq!(config.server.listen.port(), 3);
    assert_eq!(config.server.role, [Role::Worker, Role::Web]);
    assert_eq!(config.server.drain_seconds, 7);
}

#[test]
fn an_unknown_key_is_named_with_its_line_and_its_neighbour() {
    let refused = load("[server]\nlisten = \"127.0.0.1:1\"\n\ndrain_second = 3\n", &[], Vec::new()).unwrap_err();
    assert_eq!(
        refused,
        "/canvass.toml, line 4: section [server] has no setting \"drain_second\"; did you mean \"drain_seconds\"?"
    );
}

#[test]
fn an_unknown_section_is_named_with_its_line_and_its_neighbour() {
    let refused = load("\n[sever]\nlisten = \"127.0.0.1:1\"\n", &[], Vec::new()).unwrap_err();
    assert_eq!(refused, "/canvass.toml, line 2: there is no section \"sever\"; did you mean \"server\"?");
}

#[test]
fn a_setting_outside_its_section_is_sent_home() {
    let refused = load("listen = \"127.0.0.1:1\"\n", &[], Vec::new()).unwrap_err();
    assert!(refused.contains("line 1: \"listen\" is a setting of [server]"), "{refused}");
}

#[test]
fn an_unknown_variable_is_named_as_it_would_be_right() {
    let refused = load("", &[("CANVASS_SERVER__LISTN", "127.0.0.1:1")], Vec::new()).unwrap_err();
    assert!(refused.contains("did you mean \"CANVASS_SERVER__LISTEN\"?"), "{refused}");
    assert!(load("", &[("CANVASS_TEST_STORAGE", "postgres"), ("PATH", "/bin")], Vec::new()).is_ok());
}

#[test]
fn everything_wrong_is_said_at_once() {
    let file = "[server]\nlisten = 8080\ndrain_seconds = 0\n[log]\nlevle = \"info\"\n";
    let refused = load(file, &[], Vec::new()).unwrap_err();
    assert!(refused.contains("line 2: server.listen must be a text in quotes, not a whole number"), "{refused}");
    assert!(refused.contains("line 3: server.drain_seconds is 0, but goes from 1 to 3600"), "{refused}");
    assert!(refused.contains("line 5: section [log] has no setting \"levle\""), "{refused}");
}

#[test]
fn settings_that_contradict_each_other_are_refused() {
    for (file, wanted) in [
        ("[server]\nrole = []\n", "server.role is empty"),
        ("[server]\nbase_url = \"surveys.example.org\"\n", "server.base_url is surveys.example.org, but must be"),
        ("[server]\nbase_url = \"https://example.org/surveys\"\n", "nothing behind it"),
        ("[storage]\nurl = \"mysql://x\"\n", "storage.url must begin with postgres://"),
        ("[storage]\nurl = \"postgres://x\"\ndata = \"y\"\n", "storage.data and storage.url exclude each other"),
        ("[mail]\nhost = \"mail.example.org\"\nuser = \"canvass\"\n", "mail.user and mail.password belong together"),
        ("[mail]\nfrom = \"nobody\"\n", "mail.from must look like"),
        ("[regions]\noffered = []\n", "regions.offered is empty"),
        ("[log]\nlevel = \"=loud=\"\n", "log.level must be like"),
    ] {
        let refused = load(file, &[], Vec::new()).unwrap_err();
        assert!(refused.contains(wanted), "{file} was refused with {refused}");
    }
}

#[test]
fn a_secret_comes_from_a_file_and_is_never_shown() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("url");
    fs::write(&path, "postgres://canvass:hunter2@127.0.0.1/canvass\n").unwrap();
    let config = load(&format!("[storage]\nurl_file = {:?}\n", path.display()), &[], Vec::new()).unwrap();
    assert_eq!(config.storage.url.as_ref().unwrap().reveal(), "postgres://canvass:hunter2@127.0.0.1/canvass");
    assert!(!format!("{config:?}").contains("hunter2"));
    assert!(!toml::to_string(&config).unwrap().contains("hunter2"));

    let missing = load("[storage]\nurl_file = \"/nowhere/url\"\n", &[], Vec::new()).unwrap_err();
    assert!(missing.contains("line 2: /nowhere/url cannot be read"), "{missing}");
}

#[test]
fn a_wrong_value_is_not_repeated_where_it_may_be_a_secret() {
    let refused = load("[mail]\npassword = [\"hunter2\"]\n", &[], Vec::new()).unwrap_err();
    assert!(!refused.contains("hunter2"), "{refused}");
}

#[test]
fn listening_to_the_world_in_clear_is_warned_of() {
    let sources = Sources { file: None, flags: listen_flag("0.0.0.0:8080") };
    let loaded = Config::load_with(&sources, std::iter::empty()).unwrap();
    assert!(loaded.warnings[0].contains("https"), "{:?}", loaded.warnings);
}

#[test]
fn the_commands_explain_show_and_check() {
    assert_eq!(canvass(&["config", "example"]).expect(0).out, example());
    assert!(canvass(&["config", "show"]).expect(0).out.contains("listen = \"127.0.0.1:8080\""));
    assert!(canvass(&["config", "check"]).expect(0).out.starts_with("The configuration is good"));
    let missing = canvass(&["config", "check", "--config", "missing.toml"]).expect(3);
    assert!(missing.err.contains("missing.toml, line 1: cannot be read"), "{}", missing.err);
}
