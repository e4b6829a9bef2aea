//! Transactions: this file is about what a statement may do, and what its failure means for those after it.

use super::*;

/// Runs statements in one transaction of the directory that commits if it can; answers what each came to.
fn run(machine: &Machine, mode: Mode, statements: &[(&str, &[Value])]) -> (Vec<Result<u64, Error>>, Result<(), Error>) {
    let mut results = Vec::new();
    let ended = machine.files().with_directory(mode, &mut |session| {
        results.extend(statements.iter().map(|(sql, args)| session.execute(sql, args)));
        Ok(End::Commit)
    });
    (results, ended)
}

const THROTTLE: &str = "insert into throttle (subject, failures, until) values ($1, 1, 1)";

fn subjects(machine: &Machine) -> usize {
    let mut count = 0;
    let read = &mut |session: &mut dyn crate::engine::Session| {
        count = session.query("select subject from throttle", &[])?.len();
        Ok(End::RollBack)
    };
    machine.files().with_directory(Mode::Read, read).unwrap();
    count
}

#[test]
fn a_taken_value_names_its_column() {
    let machine = Machine::new();
    machine.tenant(1);
    let sql = "insert into tenant (id, alias, name, state, plan, region, created_at, updated_at)
        values ('x', 't1', 'T', 'active', 'standard', 'here', 0, 0)";
    let (results, _) = run(&machine, Mode::Write, &[(sql, &[])]);
    assert!(matches!(&results[..], [Err(Error::Conflict(column))] if column == "tenant.alias"), "{results:?}");
}

#[test]
fn after_a_failed_statement_nothing_more_is_done_and_nothing_kept() {
    let machine = Machine::new();
    let [one, two] = ["one", "two"].map(|it| [Value::Text(it.to_owned())]);
    let (results, ended) = run(&machine, Mode::Write, &[(THROTTLE, &one), (THROTTLE, &one), (THROTTLE, &two)]);
    assert!(matches!(&results[..], [Ok(1), Err(Error::Conflict(_)), Err(Error::Engine(_))]), "{results:?}");
    assert!(ended.is_err());
    assert_eq!(subjects(&machine), 0);
}

#[test]
fn a_reading_transaction_writes_nothing() {
    let machine = Machine::new();
    let (results, _) = run(&machine, Mode::Read, &[(THROTTLE, &[Value::Text("one".to_owned())])]);
    assert!(results[0].is_err());
    let tenant = machine.tenant(1);
    let write = machine
        .files()
        .with_tenant(tenant, Mode::Read, &mut |it| it.execute("delete from response", &[]).map(|_| End::Commit));
    assert!(write.is_err());
}

#[test]
fn parameters_are_bound_by_their_numbers_whatever_their_order() {
    let machine = Machine::new();
    let sql = "insert into throttle (until, failures, subject) values ($3, $2, $1)";
    let args = [Value::Text("one".to_owned()), Value::Int(2), Value::Int(3)];
    let (results, ended) = run(&machine, Mode::Write, &[(sql, &args)]);
    assert!(matches!((&results[..], ended), ([Ok(1)], Ok(()))), "{results:?}");

    let (too_few, _) = run(&machine, Mode::Write, &[(sql, &args[..2])]);
    let (too_many, _) = run(&machine, Mode::Write, &[(THROTTLE, &args)]);
    assert!(too_few[0].is_err() && too_many[0].is_err());
    assert_eq!(subjects(&machine), 1);
}

#[test]
fn a_panic_inside_a_transaction_rolls_it_back_and_leaves_the_file_in_order() {
    let machine = Machine::new();
    let tenant = machine.tenant(1);
    let panicked = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
        machine.files().with_tenant(tenant, Mode::Write, &mut |session| {
            session.insert_responses(&[response(1)])?;
            panic!("a defect");
        })
    }));
    assert!(panicked.is_err());
    assert_eq!(machine.stored(tenant), []);
    machine.append(tenant, &[2]).unwrap();
    machine.apply(10).unwrap();
    assert_eq!(machine.stored(tenant), [2]);
}
