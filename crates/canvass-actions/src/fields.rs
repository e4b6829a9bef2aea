//! A tenant's own fields for surveys: this file is about changing their list without losing what surveys have in them.

use canvass_model::{
    definition::{Fault, Fingerprint},
    event::Event,
    id::FieldKey,
    member::Actor,
    metadata::{Field, FieldId, Fields, REMOVED_DAYS, Value},
    plan::{Feature, Plan},
};
use canvass_storage::{ReadTx, Tx, events, fields, metadata, surveys};

use crate::Error;

/// What a change of the list does to surveys.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Effect {
    /// Surveys whose value no longer matches its field's pattern: they keep it and are incomplete.
    pub unmatched: u64,
    /// Surveys that lack a value which is required now: they are incomplete.
    pub lacking: u64,
}

/// A change of one field, looked at before it is made.
struct Weighed<'a> {
    field: &'a Field,
    /// The field as it is, unless it is new.
    earlier: Option<&'a Field>,
    /// Surveys whose value would be none of the new type.
    lost: u64,
    unmatched: u64,
}

/// Values read at once.
const VALUES_AT_ONCE: u32 = 1_000;

/// The fields in use. [`Error::Storage`] alone.
pub fn find(tx: &mut ReadTx<'_>) -> Result<Fields, Error> {
    Ok(fields::list(tx)?)
}

/// Replaces the list of fields, if it still looks like `base` (`None` for whatever it looks like). Fields that are not in
/// it are removed: their values can be fetched back for [`REMOVED_DAYS`] days. A required field's default is given to
/// every survey that has no value.
///
/// [`Error::Limit`] when the plan has no fields, [`Error::Refused`] when a field's new type is not that of the values
/// surveys have; then nothing is changed.
pub fn replace(
    tx: &mut Tx<'_>,
    by: &Actor,
    plan: &Plan,
    base: Option<&Fingerprint>,
    wanted: &Fields,
) -> Result<(), Error> {
    allowed(plan)?;
    let present = current(tx, base)?;
    let weighed = weigh(tx, &present, wanted)?;
    if let Some(it) = weighed.iter().find(|it| 0 < it.lost) {
        return Err(loses(it));
    }
    let gone: Vec<&Field> = present.iter().filter(|it| wanted.find(it.id()).is_none()).collect();
    if u64::from(fields::REMOVED_MAX) < fields::count_removed(tx)? + gone.len() as u64 {
        return Err(too_many_removed());
    }
    let now = tx.now();
    for field in &gone {
        fields::remove(tx, field.id(), now)?;
    }
    for (place, field) in wanted.iter().enumerate() {
        match present.find(field.id()) {
            Some(_) => fields::update(tx, field, place)?,
            None => fields::insert(tx, field, place)?,
        }
        if let (true, Some(default)) = (field.is_required(), field.default()) {
            metadata::fill(tx, field.id(), &default.to_string())?;
        }
    }
    if let Some(what) = what(&present, wanted) {
        note(tx, by, what)?;
    }
    Ok(())
}

/// What replacing the list would do to surveys. [`Error::Refused`] when it would lose values.
pub fn effect(tx: &mut ReadTx<'_>, wanted: &Fields) -> Result<Effect, Error> {
    let present = find(tx)?;
    let mut effect = Effect::default();
    for it in weigh(tx, &present, wanted)? {
        if 0 < it.lost {
            return Err(loses(&it));
        }
        effect.unmatched += it.unmatched;
        let was_required = it.earlier.is_some_and(Field::is_required);
        if it.field.is_required() && !was_required && it.field.default().is_none() {
            effect.lacking += metadata::count_without(tx, it.field.id())?;
        }
    }
    Ok(effect)
}

/// Fetches a removed field back, with the values surveys had in it, as the last of the list. [`Error::Taken`] while
/// another field has its id.
pub fn restore(tx: &mut Tx<'_>, by: &Actor, plan: &Plan, key: FieldKey) -> Result<Field, Error> {
    allowed(plan)?;
    let removed = fields::list_removed(tx)?.into_iter().find(|it| it.key == key).ok_or(Error::NotFound)?;
    let present = find(tx)?;
    if let Err(faults) = present.with(removed.field.clone()) {
        let why = faults.first().map_or("", |it: &Fault| it.message.as_str());
        return Err(Error::Taken(format!("“{}” cannot come back yet. {why}", removed.field.label())));
    }
    fields::restore(tx, key)?;
    note(tx, by, format!("restored {}", removed.field.id()))?;
    Ok(removed.field)
}

/// Removes a removed field for good, with the values surveys had in it. It may be done on every plan.
pub fn delete(tx: &mut Tx<'_>, by: &Actor, key: FieldKey) -> Result<(), Error> {
    let removed = fields::list_removed(tx)?.into_iter().find(|it| it.key == key).ok_or(Error::NotFound)?;
    fields::delete(tx, key)?;
    note(tx, by, format!("deleted {} for good", removed.field.id()))
}

/// Refuses on a plan without fields.
pub(crate) fn allowed(plan: &Plan) -> Result<(), Error> {
    if plan.includes(Feature::Metadata) {
        return Ok(());
    }
    Err(Error::Limit(format!(
        "The {} plan has no fields of your own for surveys. Choose the premium plan to add and change them; what is there \
         stays readable",
        plan.id.as_str()
    )))
}

/// The list, if it still looks like `base`.
fn current(tx: &mut ReadTx<'_>, base: Option<&Fingerprint>) -> Result<Fields, Error> {
    let present = find(tx)?;
    match base {
        Some(base) if *base != present.fingerprint() => Err(Error::ChangedMeanwhile),
        Some(_) | None => Ok(present),
    }
}

/// Looks at the stored values of every field that is new or would take other values than before.
fn weigh<'a>(tx: &mut ReadTx<'_>, present: &'a Fields, wanted: &'a Fields) -> Result<Vec<Weighed<'a>>, Error> {
    let mut weighed = Vec::new();
    for field in wanted.iter() {
        let earlier = present.find(field.id());
        let mut it = Weighed { field, earlier, lost: 0, unmatched: 0 };
        if earlier.is_some_and(|it| it.kind() != field.kind() || it.pattern() != field.pattern()) {
            read_values(tx, &mut it)?;
        }
        weighed.push(it);
    }
    Ok(weighed)
}

fn read_values(tx: &mut ReadTx<'_>, weighed: &mut Weighed<'_>) -> Result<(), Error> {
    let field = weighed.field;
    let mut after = String::new();
    loop {
        let found = metadata::values(tx, field.id(), &after, VALUES_AT_ONCE)?;
        for it in &found {
            if !field.keeps(&it.value) {
                weighed.lost += it.surveys;
            } else if matches!(Value::from_text(field.kind(), &it.value), Ok(Some(value)) if field.takes(&value).is_err())
            {
                weighed.unmatched += it.surveys;
            }
        }
        match found.into_iter().next_back() {
            Some(last) => after = last.value,
            None => return Ok(()),
        }
    }
}

fn loses(weighed: &Weighed<'_>) -> Error {
    let (label, count) = (weighed.field.label(), weighed.lost);
    let surveys = if count == 1 { "1 survey has".to_owned() } else { format!("{count} surveys have") };
    Error::Refused(format!(
        "{surveys} a value in “{label}” that is no {}. Change these values first, or remove the field and add it again; \
         a removed field can be fetched back for {REMOVED_DAYS} days",
        weighed.field.kind().label().to_lowercase()
    ))
}

fn too_many_removed() -> Error {
    Error::Limit(format!(
        "There are {} removed fields that can still be fetched back; delete some for good first",
        fields::REMOVED_MAX
    ))
}

/// Public pages show nothing of it, but what is kept of a tenant's fields must be read again.
fn note(tx: &mut Tx<'_>, by: &Actor, what: String) -> Result<(), Error> {
    surveys::change_content(tx)?;
    Ok(events::insert(tx, by, &Event::FieldsChanged { what })?)
}

/// A change of the list in a few words; `None` when nothing changed.
fn what(present: &Fields, wanted: &Fields) -> Option<String> {
    let names = |verb: &str, ids: Vec<&FieldId>| {
        let ids: Vec<&str> = ids.into_iter().map(FieldId::as_str).collect();
        (!ids.is_empty()).then(|| format!("{verb} {}", ids.join(", ")))
    };
    let ids = |list: &'_ Fields| list.iter().map(|it| it.id().clone()).collect::<Vec<_>>();
    let added = wanted.iter().map(Field::id).filter(|it| present.find(it).is_none()).collect();
    let gone = present.iter().map(Field::id).filter(|it| wanted.find(it).is_none()).collect();
    let is_changed = |it: &&Field| present.find(it.id()).is_some_and(|earlier| earlier != *it);
    let changed = wanted.iter().filter(is_changed).map(Field::id).collect();
    let mut words: Vec<String> =
        [names("added", added), names("changed", changed), names("removed", gone)].into_iter().flatten().collect();
    if words.is_empty() && ids(present) != ids(wanted) {
        words.push("put in another order".to_owned());
    }
    (!words.is_empty()).then(|| words.join("; "))
}
