//! Surveys' metadata: this file is about the values of surveys in their tenant's own fields.

use std::collections::HashMap;

use canvass_model::{
    id::SurveyId,
    metadata::{FIELDS_MAX, FieldId, Fields, Metadata},
};

use crate::{
    Error, ReadTx, Tx,
    decode::{self, Columns},
    engine::Value,
};

/// Surveys whose values are asked for at once: the longest page of the API.
pub const SURVEYS_MAX: usize = 500;

/// A value of a field, and how many surveys have it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shared {
    /// The value, as it is written.
    pub value: String,
    /// How many surveys have it.
    pub surveys: u64,
}

/// What a survey has in `fields`, the fields in use.
pub fn find(tx: &mut ReadTx<'_>, fields: &Fields, survey: SurveyId) -> Result<Metadata, Error> {
    Ok(list(tx, fields, &[survey])?.remove(&survey).unwrap_or_default())
}

/// What at most [`SURVEYS_MAX`] surveys have in `fields`, the fields in use. Surveys without values are left out.
pub fn list(tx: &mut ReadTx<'_>, fields: &Fields, surveys: &[SurveyId]) -> Result<HashMap<SurveyId, Metadata>, Error> {
    let ids: Vec<Value> = surveys.iter().take(SURVEYS_MAX).map(Value::text).collect();
    if ids.is_empty() || fields.is_empty() {
        return Ok(HashMap::new());
    }
    let places: Vec<String> = (1..=ids.len()).map(|it| format!("${it}")).collect();
    let sql = format!(
        "select v.survey, f.id, v.value from survey_value v join field f on f.field_key = v.field
        where f.removed_at is null and v.survey in ({}) limit {}",
        places.join(", "),
        SURVEYS_MAX * FIELDS_MAX
    );
    let rows = decode::list(tx.session, "value", (&sql, &ids), |row| {
        let survey = row.parsed(SurveyId::parse)?;
        Ok((survey, (row.parsed(|it| FieldId::parse(it).ok())?, row.text()?)))
    })?;
    let mut stored: HashMap<SurveyId, Vec<(FieldId, String)>> = HashMap::new();
    for (survey, value) in rows {
        stored.entry(survey).or_default().push(value);
    }
    let metadata = stored.into_iter().map(|(survey, values)| {
        let read = Metadata::from_stored(fields, values);
        Ok((survey, read.map_err(|found| Error::Corrupt { what: "value", found })?))
    });
    metadata.collect()
}

/// Replaces what a survey has in the fields in use. Values in removed fields stay.
pub fn put(tx: &mut Tx<'_>, survey: SurveyId, metadata: &Metadata) -> Result<(), Error> {
    let sql = "select id, field_key from field where removed_at is null limit $1";
    let keys = decode::list(tx.session, "field", (sql, &[Value::count(FIELDS_MAX as u64)]), |row| {
        Ok((row.text()?, row.text()?))
    })?;
    let sql = "delete from survey_value
        where survey = $1 and field in (select field_key from field where removed_at is null)";
    tx.session.execute(sql, &[Value::text(survey)])?;
    let keys: HashMap<String, String> = keys.into_iter().collect();
    let mut row = vec![Value::text(survey)];
    let mut places = Vec::new();
    for (id, value) in metadata.iter() {
        let Some(key) = keys.get(id.as_str()) else { continue };
        row.extend([key.as_str().into(), Value::text(value)]);
        places.push(format!("($1, ${}, ${})", row.len() - 1, row.len()));
    }
    if !places.is_empty() {
        let sql = format!("insert into survey_value (survey, field, value) values {}", places.join(", "));
        tx.session.execute(&sql, &row)?;
    }
    Ok(())
}

/// Different values of the field in use that has this id, by their bytes, behind `after`; at most `limit`.
pub fn values(tx: &mut ReadTx<'_>, field: &FieldId, after: &str, limit: u32) -> Result<Vec<Shared>, Error> {
    let sql = "select v.value, count(*) from survey_value v join field f on f.field_key = v.field
        where f.id = $1 and f.removed_at is null and v.value > $2 group by v.value order by v.value limit $3";
    let args = [Value::text(field), after.into(), Value::count(limit)];
    decode::list(tx.session, "value", (sql, &args), |row| Ok(Shared { value: row.text()?, surveys: row.count()? }))
}

/// How many surveys, those in the trash left out, have no value in the field in use that has this id.
pub fn count_without(tx: &mut ReadTx<'_>, field: &FieldId) -> Result<u64, Error> {
    let sql = "select count(*) from survey s where s.trashed_at is null and not exists (
            select 1 from survey_value v join field f on f.field_key = v.field
            where v.survey = s.id and f.id = $1 and f.removed_at is null)";
    decode::count(tx.session, "survey", (sql, &[Value::text(field)]))
}

/// Gives every survey that has no value in the field in use that has this id this one. Answers how many got it.
pub fn fill(tx: &mut Tx<'_>, field: &FieldId, value: &str) -> Result<u64, Error> {
    let sql = "select field_key from field where id = $1 and removed_at is null";
    let Some(key) = decode::first(tx.session, "field", (sql, &[Value::text(field)]), Columns::text)? else {
        return Ok(0);
    };
    let sql = "insert into survey_value (survey, field, value)
        select id, cast($1 as text), cast($2 as text) from survey
        where not exists (select 1 from survey_value v where v.survey = survey.id and v.field = $1)";
    tx.session.execute(sql, &[key.into(), value.into()])
}
