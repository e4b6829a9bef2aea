//! Transactions: this file is about who sees what, who waits for whom, and what comes of errors.

use std::sync::Barrier;

use super::*;

#[test]
fn every_kind_of_value_survives() {
    let node = Node::alone();
    let tenant = node.tenant();
    let values =
        [Value::Int(i64::MIN), Value::Real(0.1), Value::text("naïve ☃"), Value::Blob(vec![0, 255]), Value::Null];
    let sql = "select cast($1 as bigint), cast($2 as double precision), cast($3 as text), cast($4 as bytea),
        cast($5 as text)";
    let row = node.in_tenant(tenant, Mode::Read, |it| it.query(sql, &values)).unwrap();
    assert_eq!(row, [values.to_vec()]);
    assert_eq!(
        node.query(tenant, "select true, 7::int, 7::smallint, 0.5::real"),
        [[Value::Int(1), Value::Int(7), Value::Int(7), Value::Real(0.5)]]
    );
    assert!(node.in_tenant(tenant, Mode::Read, |it| it.query("select $1 + 1", &["x".into()])).is_err());
}

#[test]
fn what_is_refused_leaves_nothing() {
    let node = Node::alone();
    let tenant = node.tenant();
    let result: Result<(), Error> = node.in_tenant(tenant, Mode::Write, |session| {
        session.execute("insert into meta (name, value) values ('a', '1')", &[])?;
        Err(Error::Rejected("no".to_owned()))
    });
    assert!(matches!(result, Err(Error::Rejected(_))));
    assert!(node.query(tenant, "select 1 from meta").is_empty());
}

#[test]
fn an_error_that_is_passed_over_does_not_lose_the_rest_in_silence() {
    let node = Node::alone();
    let tenant = node.tenant();
    let result = node.in_tenant(tenant, Mode::Write, |session| {
        session.execute("insert into meta (name, value) values ('a', '1')", &[])?;
        let again = session.execute("insert into meta (name, value) values ('a', '2')", &[]);
        assert!(matches!(again, Err(Error::Conflict(_))));
        Ok(())
    });
    assert!(result.is_err());
}

#[test]
fn a_reading_transaction_changes_nothing_and_sees_one_state() {
    let node = Node::alone();
    let tenant = node.tenant();
    let insert = "insert into meta (name, value) values ($1, '1')";
    assert!(node.in_tenant(tenant, Mode::Read, |it| it.execute(insert, &["a".into()])).is_err());
    node.in_tenant(tenant, Mode::Read, |session| {
        let before = session.query("select name from meta", &[])?;
        node.in_tenant(tenant, Mode::Write, |it| it.execute(insert, &["b".into()]))?;
        assert_eq!(session.query("select name from meta", &[])?, before);
        Ok(())
    })
    .unwrap();
    assert_eq!(node.query(tenant, "select name from meta").len(), 1);
}

#[test]
fn writers_of_one_tenant_take_turns_so_that_none_overwrites_another() {
    let url = Server::shared().database();
    let nodes = [Node::open(&url), Node::open(&url)];
    let tenant = nodes[0].tenant();
    nodes[0].execute(tenant, "insert into meta (name, value) values ('count', '0')").unwrap();
    count_to(100, |nth| nodes[nth % 2].in_tenant(tenant, Mode::Write, add_one_to_meta));
    assert_eq!(nodes[1].query(tenant, "select value from meta"), [[Value::from("100")]]);
}

#[test]
fn writers_of_the_directory_never_overwrite_each_other() {
    let url = Server::shared().database();
    let nodes = [Node::open(&url), Node::open(&url)];
    let insert = "insert into throttle (subject, failures, until) values ('x', 0, 0)";
    nodes[0].in_directory(Mode::Write, |it| it.execute(insert, &[])).unwrap();
    count_to(60, |nth| {
        nodes[nth % 2].in_directory(Mode::Write, |session| {
            let Value::Int(count) = session.query("select failures from throttle", &[])?[0][0] else { panic!() };
            session.execute("update throttle set failures = $1", &[Value::Int(count + 1)])
        })
    });
    let count = nodes[1].in_directory(Mode::Read, |it| it.query("select failures from throttle", &[])).unwrap();
    assert_eq!(count, [[Value::Int(60)]]);
}

#[test]
fn a_change_of_the_directory_that_another_node_overtook_is_made_again() {
    let url = Server::shared().database();
    let nodes = [Node::open(&url), Node::open(&url)];
    let mut tries = 0;
    nodes[0]
        .in_directory(Mode::Write, |session| {
            tries += 1;
            let seen = session.query("select 1 from throttle", &[])?.len();
            let insert = "insert into throttle (subject, failures, until) values ($1, $2, 0)";
            if tries == 1 {
                nodes[1].in_directory(Mode::Write, |other| {
                    other.query("select 1 from throttle", &[])?;
                    other.execute(insert, &["theirs".into(), Value::Int(0)])
                })?;
            }
            session.execute(insert, &["ours".into(), Value::count(u64::try_from(seen).unwrap())])
        })
        .unwrap();
    assert_eq!(tries, 2);
    let seen = "select failures from throttle where subject = 'ours'";
    assert_eq!(nodes[1].in_directory(Mode::Read, |it| it.query(seen, &[])).unwrap(), [[Value::Int(1)]]);
}

#[test]
fn a_panic_gives_the_tenant_back() {
    let node = Node::alone();
    let tenant = node.tenant();
    for _ in 0..20 {
        let panicked = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
            node.in_tenant(tenant, Mode::Write, |session| -> Result<(), Error> {
                session.execute("insert into meta (name, value) values ('a', '1')", &[])?;
                panic!("on purpose")
            })
        }));
        assert!(panicked.is_err());
    }
    assert!(node.query(tenant, "select 1 from meta").is_empty());
    node.execute(tenant, "insert into meta (name, value) values ('a', '1')").unwrap();
}

/// Four at a time, all starting together.
fn count_to(count: usize, work: impl Fn(usize) -> Result<u64, Error> + Sync) {
    let start = Barrier::new(4);
    std::thread::scope(|scope| {
        for nth in 0..4 {
            let (start, work) = (&start, &work);
            scope.spawn(move || {
                start.wait();
                for _ in 0..count / 4 {
                    while let Err(error) = work(nth) {
                        assert!(matches!(error, Error::Busy { .. }), "{error}");
                    }
                }
            });
        }
    });
}

fn add_one_to_meta(session: &mut dyn Session) -> Result<u64, Error> {
    let count: u64 = text(&session.query("select value from meta", &[])?[0][0]).parse().unwrap();
    session.execute("update meta set value = $1", &[Value::text(count + 1)])
}
