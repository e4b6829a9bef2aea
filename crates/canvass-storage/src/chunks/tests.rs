//! Tests of chunks with damage: this file is about what the engines' own tests share, for only they can do damage.

use canvass_model::{
    chunk::Columns,
    id::{ResponseId, SurveyId},
    response::{Accepted, Source},
    survey::Version,
    time::Timestamp,
};

use super::{Sealing, Walk, seal};
use crate::{
    Error, Tx,
    engine::Value,
    responses::{self, Order},
};

/// Runs work in one transaction of the first or the second tenant.
pub(crate) type InTenant<'t> =
    dyn FnMut(usize, &mut dyn FnMut(&mut Tx<'_>) -> Result<(), Error>) -> Result<(), Error> + 't;

const FOUR: Sealing = Sealing { responses: 4, stay_fresh: 0 };

/// A damaged part stops whoever needs it, and nobody else: no other column, no other survey, no other tenant.
pub(crate) fn damage_stays_where_it_is(in_tenant: &mut InTenant<'_>) {
    for tenant in [0, 1] {
        in_tenant(tenant, &mut |tx| {
            for survey in [survey(1), survey(2)] {
                responses::insert_many(tx, &some(survey, tenant))?;
                while 0 < seal(tx, survey, FOUR)? {}
            }
            Ok(())
        })
        .unwrap();
    }
    let first = "(select min(number) from chunk where survey = $1)";
    in_tenant(0, &mut |tx| {
        let sql = format!("select body from chunk_part where name = 'q' and chunk = {first}");
        let Value::Blob(mut body) = tx.session.query(&sql, &[Value::text(survey(1))])?.remove(0).remove(0) else {
            panic!()
        };
        let middle = body.len() / 2;
        body[middle] ^= 1;
        let sql = format!("update chunk_part set body = $2 where name = 'q' and chunk = {first}");
        assert_eq!(tx.session.execute(&sql, &[Value::text(survey(1)), Value::Blob(body)])?, 1);
        Ok(())
    })
    .unwrap();
    let damaged = in_tenant(0, &mut |tx| responses::list(tx, survey(1), Order::OldestFirst, None, 1).map(drop));
    let Err(Error::Corrupt { what: "chunk of responses", found }) = damaged else { panic!("{damaged:?}") };
    assert!(found.contains(&survey(1).to_string()) && found.contains("checksum"), "{found}");
    in_tenant(0, &mut |tx| {
        let mut walk = Walk::over(survey(1));
        let mut rows = 0;
        while let Some(chunk) = walk.next(tx, &|_| Some(Columns::named(["r"])))? {
            rows += chunk.rows().len();
        }
        assert_eq!(rows, 12, "other columns can be counted");
        assert!(responses::find(tx, survey(1), id(survey(1), 5))?.is_some(), "other chunks can be read");
        assert_eq!(responses::list(tx, survey(2), Order::OldestFirst, None, 99)?.len(), 12, "and other surveys");
        Ok(())
    })
    .unwrap();
    in_tenant(1, &mut |tx| {
        let read = responses::list(tx, survey(1), Order::OldestFirst, None, 99)?;
        assert_eq!(read.into_iter().map(|it| it.accepted).collect::<Vec<_>>(), some(survey(1), 1), "and other tenants");
        Ok(())
    })
    .unwrap();
}

/// A part or a head that stands in the place of another is noticed, though its checksum is right.
pub(crate) fn a_part_belongs_to_its_chunk(in_tenant: &mut InTenant<'_>) {
    in_tenant(0, &mut |tx| {
        responses::insert_many(tx, &some(survey(1), 0))?;
        while 0 < seal(tx, survey(1), FOUR)? {}
        Ok(())
    })
    .unwrap();
    for (table, column) in [("chunk_part", "body"), ("chunk", "head")] {
        let key = if table == "chunk" { "number" } else { "chunk" };
        let only = if table == "chunk" { "" } else { "name = 'q' and" };
        let moved = format!(
            "update {table} set {column} = (select {column} from {table} where {only} {key} = (select max(number) from chunk))
            where {only} {key} = (select min(number) from chunk)"
        );
        let refused = in_tenant(0, &mut |tx| {
            assert_eq!(tx.session.execute(&moved, &[])?, 1);
            responses::list(tx, survey(1), Order::OldestFirst, None, 99).map(drop)
        });
        assert!(matches!(refused, Err(Error::Corrupt { what: "chunk of responses", .. })), "{table}: {refused:?}");
    }
}

fn survey(number: u128) -> SurveyId {
    uuid::Uuid::from_u128(number).into()
}

fn id(survey: SurveyId, number: u128) -> ResponseId {
    uuid::Uuid::from_u128(u128::from(survey.as_bytes()[15]) << 64 | number).into()
}

fn some(survey: SurveyId, tenant: usize) -> Vec<Accepted> {
    let one = |number: u128| Accepted {
        id: id(survey, number),
        survey,
        version: Version(1),
        received_at: Timestamp(1_795_000_000_000),
        source: Source::Api,
        answers: format!("{{\"q\":\"{tenant} {number}\",\"r\":{}}}", number % 2),
    };
    (0..12).map(one).collect()
}
