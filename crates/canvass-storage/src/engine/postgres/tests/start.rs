//! Starting: this file is about who may connect, what is made once, and what an operator reads when it cannot be.

use super::*;

#[test]
fn a_superuser_is_refused() {
    let server = Server::shared();
    let url = server.as_superuser(&server.database());
    assert!(unusable(&url).contains("superuser"));
}

#[test]
fn a_role_that_passes_row_security_is_refused() {
    let server = Server::shared();
    let url = server.database();
    server.execute_as_superuser("postgres", "create role passer login bypassrls password 'canvass'");
    let url = url.replace("canvass:canvass", "passer:canvass");
    assert!(unusable(&url).contains("BYPASSRLS"));
}

#[test]
fn a_role_that_may_do_nothing_is_told_what_an_administrator_runs() {
    let server = Server::start_with("");
    let url = server.database();
    let name = url.rsplit('/').next().unwrap().to_owned();
    server.execute_as_superuser("postgres", "create role plain login password 'canvass'");
    let url = url.replace("canvass:canvass", "plain:canvass");

    let words = unusable(&url);
    assert!(words.contains("create role canvass_app nologin; grant canvass_app to plain;"), "{words}");
    server.execute_as_superuser("postgres", "create role canvass_app nologin");
    let words = unusable(&url);
    assert!(words.contains("grant canvass_app to plain;"), "{words}");
    server.execute_as_superuser("postgres", "grant canvass_app to plain");
    let words = unusable(&url);
    assert!(words.contains(&format!("alter database {name} owner to plain;")), "{words}");
    server.execute_as_superuser("postgres", &format!("alter database {name} owner to plain"));
    Node::open(&url).tenant();
}

#[test]
fn a_database_that_cannot_hold_every_letter_is_refused() {
    let server = Server::shared();
    let url = server.database();
    server.execute_as_superuser(
        "postgres",
        "create database latin owner canvass encoding 'LATIN1' locale 'C' template template0",
    );
    let (server, _) = url.rsplit_once('/').unwrap();
    assert!(unusable(&format!("{server}/latin")).contains("UTF8"));
}

#[test]
fn a_wrong_password_or_database_is_named() {
    let url = Server::shared().database();
    let words = unusable(&url.replace("canvass:canvass", "canvass:wrong"));
    assert!(words.contains("password"), "{words}");
    let words = unusable(&format!("{url}_not"));
    assert!(words.contains("does not exist"), "{words}");
}

#[test]
fn a_connection_string_that_cannot_be_kept_is_refused() {
    assert!(unusable("postgres://canvass@localhost/x?sslmode=require").contains("TLS"));
    assert!(unusable("postgres//nonsense").contains("postgres://user:password@host:5432/database"));
}

#[test]
fn a_server_that_is_not_there_is_named() {
    let error = Node::try_open("postgres://canvass@127.0.0.1:1/x").err().unwrap();
    assert!(error.to_string().contains("cannot reach PostgreSQL at 127.0.0.1:1"), "{error}");
}

#[test]
fn many_nodes_may_start_at_once_on_new_databases_of_a_new_server() {
    let server = Server::start_with("");
    let urls: Vec<String> = (0..3).map(|_| server.database()).collect();
    std::thread::scope(|scope| {
        let nodes: Vec<_> = (0..9)
            .map(|nth| {
                scope.spawn({
                    let url = &urls[nth % 3];
                    move || Node::open(url)
                })
            })
            .collect();
        for node in nodes {
            node.join().unwrap().tenant();
        }
    });
}

#[test]
fn a_database_of_a_newer_version_is_left_alone() {
    let url = Server::shared().database();
    drop(Node::open(&url));
    drop(Node::open(&url));
    Owner::connect(&url)
        .run("insert into canvass_directory.migration (scope, number, name) values ('tenants', 9999, 'future')");
    let words = unusable(&url);
    assert!(words.contains("9999_future"), "{words}");
}

fn unusable(url: &str) -> String {
    match Node::try_open(url) {
        Err(Error::Unusable(words)) => words,
        Err(other) => panic!("{other:?}"),
        Ok(_) => panic!("it opened"),
    }
}
