//! Annotations: this file is about what scripts noted of responses, read and written in bulk.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use canvass_model::{
    id::{ResponseId, ScriptId, SurveyId},
    script::{Annotation, FieldKind, FieldName, Tag},
};
use serde_json::Value as Json;

use crate::{Error, ReadTx, Tx, decode, engine::Value, responses};

/// What all scripts noted of one response. Where two noted the same field, the later one holds.
#[derive(Debug, Clone, PartialEq, Default, serde::Serialize)]
pub struct Noted {
    /// Calculated fields.
    pub fields: BTreeMap<FieldName, Json>,
    /// Tags.
    pub tags: BTreeSet<Tag>,
}

/// Responses asked about, or written, in one statement.
const AT_ONCE_MAX: usize = 200;

/// What scripts noted of these responses.
pub fn find_many(tx: &mut ReadTx<'_>, responses: &[ResponseId]) -> Result<HashMap<ResponseId, Noted>, Error> {
    let mut found: HashMap<ResponseId, Noted> = HashMap::new();
    for some in responses.chunks(AT_ONCE_MAX) {
        let args: Vec<Value> = some.iter().map(Value::text).collect();
        let sql = format!(
            "select response, fields, tags from annotation where response in ({})
            order by updated_at, script limit {}",
            places(1, args.len()),
            AT_ONCE_MAX * SCRIPTS_MAX
        );
        let rows = decode::list(tx.session, "annotation", (&sql, &args), |row| {
            let response = row.parsed(ResponseId::parse)?;
            Ok((response, row.json::<BTreeMap<FieldName, Json>>()?, row.json::<BTreeSet<Tag>>()?))
        })?;
        for (response, fields, tags) in rows {
            let noted = found.entry(response).or_default();
            noted.fields.extend(fields);
            noted.tags.extend(tags);
        }
    }
    Ok(found)
}

/// Which fields the responses of a survey have besides their answers, in alphabetical order, and what their values have in
/// common.
pub fn columns(tx: &mut ReadTx<'_>, survey: SurveyId) -> Result<Vec<(FieldName, FieldKind)>, Error> {
    let sql = "select field, kind from annotation_field where survey = $1 order by field limit $2";
    let args = [Value::text(survey), Value::count(u64::try_from(Annotation::COLUMNS_MAX).unwrap_or(0))];
    decode::list(tx.session, "annotation", (sql, &args), |row| {
        Ok((row.parsed(|it| FieldName::parse(it).ok())?, row.parsed(FieldKind::parse)?))
    })
}

/// Adds to what a script noted of responses of a survey: fields replace those of the same name, `null` takes one away,
/// tags are added. Passes over responses that are not of this survey; answers how many there were.
pub fn add(
    tx: &mut Tx<'_>,
    script: ScriptId,
    survey: SurveyId,
    notes: &BTreeMap<ResponseId, Annotation>,
) -> Result<u64, Error> {
    let all: Vec<(&ResponseId, &Annotation)> = notes.iter().collect();
    let mut written = 0;
    for some in all.chunks(AT_ONCE_MAX) {
        let mut kept = earlier(tx, script, survey, some)?;
        for (response, note) in some {
            let Some((fields, tags)) = kept.get_mut(*response) else { continue };
            for (name, value) in &note.fields {
                match value {
                    Json::Null => drop(fields.remove(name)),
                    value => drop(fields.insert(name.clone(), value.clone())),
                }
            }
            tags.extend(note.tags.iter().flatten().cloned());
        }
        written += kept.len() as u64;
        replace(tx, script, survey, &kept)?;
    }
    note_kinds(tx, survey, notes)?;
    Ok(written)
}

/// Keeps what the values of each field have in common; a field that was noted before only gets wider.
fn note_kinds(tx: &mut Tx<'_>, survey: SurveyId, notes: &BTreeMap<ResponseId, Annotation>) -> Result<(), Error> {
    let mut kinds: BTreeMap<&FieldName, Option<FieldKind>> = BTreeMap::new();
    for (name, value) in notes.values().flat_map(|it| &it.fields) {
        let kind = kinds.entry(name).or_default();
        *kind = FieldKind::joined(*kind, FieldKind::of(value));
    }
    if kinds.is_empty() {
        return Ok(());
    }
    let known: HashMap<FieldName, FieldKind> = columns(tx, survey)?.into_iter().collect();
    for (name, kind) in kinds {
        let before = known.get(name).copied();
        let Some(joined) = FieldKind::joined(before, kind).filter(|it| Some(*it) != before) else { continue };
        let row = [Value::text(survey), name.as_str().into(), joined.as_str().into()];
        let sql = match before {
            Some(_) => "update annotation_field set kind = $3 where survey = $1 and field = $2",
            None => "insert into annotation_field (survey, field, kind) values ($1, $2, $3)",
        };
        tx.session.execute(sql, &row)?;
    }
    Ok(())
}

/// Takes everything away that a script noted of at most `limit` responses. Answers how many.
pub fn delete_of(tx: &mut Tx<'_>, script: ScriptId, limit: u32) -> Result<u64, Error> {
    let sql = "delete from annotation where script = $1
        and response in (select response from annotation where script = $1 limit $2)";
    tx.session.execute(sql, &[Value::text(script), Value::count(limit)])
}

/// Takes away what all scripts noted of a response.
pub(crate) fn delete_of_response(tx: &mut Tx<'_>, response: ResponseId) -> Result<(), Error> {
    tx.session.execute("delete from annotation where response = $1", &[Value::text(response)])?;
    Ok(())
}

type Kept = HashMap<ResponseId, (BTreeMap<FieldName, Json>, BTreeSet<Tag>)>;

/// What the script noted so far of those of these responses that are of the survey.
fn earlier(
    tx: &mut ReadTx<'_>,
    script: ScriptId,
    survey: SurveyId,
    some: &[(&ResponseId, &Annotation)],
) -> Result<Kept, Error> {
    let ids: Vec<ResponseId> = some.iter().map(|(id, _)| **id).collect();
    let mut kept: Kept = responses::known(tx, survey, &ids)?.into_iter().map(|it| (it, Default::default())).collect();
    if kept.is_empty() {
        return Ok(kept);
    }
    let args: Vec<Value> = [Value::text(script)].into_iter().chain(kept.keys().map(Value::text)).collect();
    let sql = format!(
        "select response, fields, tags from annotation
        where script = $1 and response in ({}) limit {AT_ONCE_MAX}",
        places(2, kept.len())
    );
    let rows = decode::list(tx.session, "annotation", (&sql, &args), |row| {
        Ok((row.parsed(ResponseId::parse)?, (row.json()?, row.json()?)))
    })?;
    kept.extend(rows);
    Ok(kept)
}

fn replace(tx: &mut Tx<'_>, script: ScriptId, survey: SurveyId, kept: &Kept) -> Result<(), Error> {
    if kept.is_empty() {
        return Ok(());
    }
    let mut args = vec![Value::text(script)];
    args.extend(kept.keys().map(Value::text));
    let sql = format!("delete from annotation where script = $1 and response in ({})", places(2, kept.len()));
    tx.session.execute(&sql, &args)?;
    let mut args = vec![Value::text(script), Value::text(survey), tx.now().into()];
    let mut rows = Vec::with_capacity(kept.len());
    for (response, (fields, tags)) in kept {
        let first = args.len() + 1;
        args.extend([Value::text(response), decode::json(fields)?, decode::json(tags)?]);
        rows.push(format!("($1, $2, cast($3 as bigint), ${first}, ${}, ${})", first + 1, first + 2));
    }
    let sql = format!(
        "insert into annotation (script, survey, updated_at, response, fields, tags) values {}",
        rows.join(", ")
    );
    tx.session.execute(&sql, &args)?;
    Ok(())
}

/// The numbered places of `count` arguments from `first` on.
fn places(first: usize, count: usize) -> String {
    (first..).take(count).map(|it| format!("${it}")).collect::<Vec<_>>().join(", ")
}

/// Scripts that note something of one response; a plan has fewer.
const SCRIPTS_MAX: usize = 100;
