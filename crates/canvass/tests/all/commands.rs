//! Commands on a stored installation: this file is about tenants from the command line, migration and measuring.

use serde_json::Value;

use crate::support::{Finished, Process, canvass, on_postgres};

/// Runs a command on the data of a server.
fn on(server: &Process, arguments: &[&str]) -> Finished {
    let place = server.place();
    let place: Vec<&str> = place.iter().map(String::as_str).collect();
    canvass(&[arguments, &place].concat())
}

/// The same for one JSON object.
fn json_on(server: &Process, arguments: &[&str]) -> Value {
    let printed = on(server, &[arguments, &["--json"]].concat()).expect(0).out;
    serde_json::from_str(&printed).unwrap()
}

const CREATE: [&str; 8] =
    ["tenant", "create", "--name", "Contoso Dairy", "--administrator", "Cleo", "--email", "cleo@contoso.example"];

/// A server for the commands; the embedded storage belongs to one process at a time, so it is stopped there.
fn installation() -> Process {
    let mut server = Process::spawn();
    if !on_postgres() {
        assert!(server.stop().success());
    }
    server
}

#[tokio::test]
async fn a_tenant_made_at_the_command_line_can_sign_in() {
    let mut server = installation();
    let made = json_on(&server, &CREATE);
    assert_eq!((&made["alias"], &made["state"]), (&"contoso-dairy".into(), &"active".into()));

    if !on_postgres() {
        server.start_again();
    }
    let cleo = server.visitor("Cleo");
    let fields = [("email", "cleo@contoso.example"), ("password", made["password"].as_str().unwrap())];
    cleo.post_form("/-/login", &fields).await.expect(303);
    cleo.get("/-/console/contoso-dairy").await.expect(200);
}

#[test]
fn tenants_are_listed_shown_suspended_and_resumed() {
    let server = installation();
    json_on(&server, &CREATE);
    assert_eq!(json_on(&server, &["tenant", "list"])["alias"], "contoso-dairy");
    assert!(on(&server, &["tenant", "list"]).expect(0).out.starts_with("ALIAS"));
    assert_eq!(json_on(&server, &["tenant", "show", "contoso-dairy"])["plan"], "trial");

    let suspended = json_on(&server, &["tenant", "suspend", "contoso-dairy", "--reason", "unpaid"]);
    assert_eq!((&suspended["state"], &suspended["reason"]), (&"suspended".into(), &"unpaid".into()));
    assert_eq!(json_on(&server, &["tenant", "resume", "contoso-dairy"])["state"], "active");
}

#[tokio::test]
async fn an_operator_token_is_made_listed_and_revoked_at_the_command_line() {
    let mut server = installation();
    let made = json_on(&server, &["operator", "token", "create", "--name", "Onboarding", "--days", "30"]);
    let (id, secret) = (made["id"].as_str().unwrap(), made["token"].as_str().unwrap());
    let listed = on(&server, &["operator", "token", "list"]).expect(0).out;
    assert!(listed.contains("Onboarding") && listed.contains(id) && !listed.contains(secret), "{listed}");

    if !on_postgres() {
        server.start_again();
    }
    server.visitor("Program").as_program(secret).get("/api/v1/tenants").await.expect(200);
    if !on_postgres() {
        assert!(server.stop().success());
    }
    assert_ne!(json_on(&server, &["operator", "token", "list"])["last_used_at"], Value::Null);
    on(&server, &["operator", "token", "revoke", id]).expect(0);
    on(&server, &["operator", "token", "revoke", id]).expect(5);
    assert!(on(&server, &["operator", "token", "list"]).expect(0).out.contains("There is no operator token."));
    on(&server, &["operator", "token", "create", "--name", " "]).expect(2);
}

#[test]
fn what_cannot_be_made_or_found_has_its_own_exit_code() {
    let server = installation();
    json_on(&server, &CREATE);
    let taken = on(&server, &CREATE).expect(6);
    assert!(taken.err.contains("contoso-dairy is taken"), "{}", taken.err);
    let missing = on(&server, &["tenant", "show", "nobody-here"]).expect(5);
    assert!(missing.err.contains("there is no tenant \"nobody-here\""), "{}", missing.err);
    let odd = on(&server, &["tenant", "list", "--state", "asleep"]).expect(2);
    assert!(odd.err.contains("suspended"), "{}", odd.err);
}

#[test]
fn commands_leave_a_folder_alone_that_a_server_holds() {
    if on_postgres() {
        return;
    }
    let server = Process::spawn();
    let refused = on(&server, &["tenant", "list"]).expect(4);
    assert!(refused.err.contains("in use by another Canvass process"), "{}", refused.err);
    assert!(refused.err.contains("stop that one"), "{}", refused.err);
}

#[test]
fn every_tenant_can_be_migrated_ahead() {
    let server = installation();
    json_on(&server, &CREATE);
    assert_eq!(json_on(&server, &["migrate", "--all"])["tenants"], 1);
    assert_eq!(json_on(&server, &["migrate"])["tenants"], Value::Null);
}

#[test]
fn measuring_prints_a_ratio_and_its_goal() {
    for what in ["intake", "page"] {
        let printed = canvass(&["bench", what, "--seconds", "2", "--connections", "4", "--json"]).expect(0).out;
        let figures: Vec<Value> = printed.lines().map(|it| serde_json::from_str(it).unwrap()).collect();
        let names = figures.iter().map(|it| it["name"].as_str().unwrap());
        assert!(names.eq([what, &format!("{what}-cpu")]), "{printed}");
        for (figure, is_cost) in figures.iter().zip([false, true]) {
            let number = |name: &str| figure[name].as_f64().unwrap();
            let ratio = number("value") / number("limit");
            let ratio = if is_cost { 1.0 / ratio } else { ratio };
            assert!((number("ratio") - ratio).abs() < 1e-9, "{figure}");
            assert!(0.0 < number("ratio") && 0.0 < number("goal"), "{figure}");
        }
    }
}

#[test]
fn measuring_many_tenants_counts_every_response_and_tells_what_a_tenant_costs() {
    let arguments = ["bench", "apply", "--seconds", "2", "--connections", "4", "--tenants", "10", "--json"];
    let printed = canvass(&arguments).expect(0).out;
    assert!(printed.contains("\"apply\"") && printed.contains("\"apply-lag-p99\""), "{printed}");
    let printed = canvass(&["bench", "tenants", "--tenants", "100", "--json"]).expect(0).out;
    for name in ["provisioning", "tenants-memory", "tenants-start"] {
        assert!(printed.contains(&format!("\"{name}\"")), "{printed}");
    }
}
