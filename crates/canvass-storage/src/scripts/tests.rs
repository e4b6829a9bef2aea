//! Test cases of scripts: this file is about what must hold before a version goes live.

use canvass_model::{
    id::{ScriptId, ScriptTestId},
    script::TestCase,
};

use crate::{
    Error, ReadTx, Tx,
    decode::{self, Columns},
    engine::Value,
};

/// A script's test cases, in their order.
pub fn list(tx: &mut ReadTx<'_>, script: ScriptId) -> Result<Vec<TestCase>, Error> {
    let sql = "select id, name, given, parameters, expectation from script_test
        where script = $1 order by place, id limit $2";
    let args =
        [Value::text(script), Value::count(u64::try_from(canvass_model::script::Script::TESTS_MAX).unwrap_or(0))];
    decode::list(tx.session, "test case", (sql, &args), test)
}

/// Replaces all of a script's test cases.
pub fn replace(tx: &mut Tx<'_>, script: ScriptId, tests: &[TestCase]) -> Result<(), Error> {
    tx.session.execute("delete from script_test where script = $1", &[Value::text(script)])?;
    let sql = "insert into script_test (script, id, place, name, given, parameters, expectation)
        values ($1, $2, $3, $4, $5, $6, $7)";
    for (place, test) in (0_u64..).zip(tests) {
        let row = [
            Value::text(script),
            Value::text(test.id),
            Value::count(place),
            test.name.as_str().into(),
            decode::json(&test.given)?,
            decode::json(&test.parameters)?,
            decode::json(&test.expectation)?,
        ];
        tx.session.execute(sql, &row)?;
    }
    Ok(())
}

fn test(row: &mut Columns) -> Result<TestCase, Error> {
    Ok(TestCase {
        id: row.parsed(ScriptTestId::parse)?,
        name: row.text()?,
        given: row.json()?,
        parameters: row.json()?,
        expectation: row.json()?,
    })
}
