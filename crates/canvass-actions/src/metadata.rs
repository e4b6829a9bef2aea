//! A survey's metadata: this file is about what a member notes of it in their tenant's own fields.

use canvass_model::{
    definition::{Fault, Fingerprint},
    event::Event,
    id::SurveyId,
    member::Actor,
    metadata::{FieldId, Fields, Metadata},
    plan::{Feature, Plan},
    survey::WrongStatus,
};
use canvass_storage::{ReadTx, Tx, events, fields, metadata};

use crate::{Error, fields::allowed, surveys::found};

/// A survey's values, and the fields they are in.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Described {
    /// The fields in use.
    pub fields: Fields,
    /// What the survey has in them.
    pub metadata: Metadata,
}

/// What a survey has in its tenant's fields. [`Error::NotFound`] when there is no such survey.
pub fn find(tx: &mut ReadTx<'_>, survey: SurveyId) -> Result<Described, Error> {
    found(tx, survey)?;
    let fields = fields::list(tx)?;
    let metadata = metadata::find(tx, &fields, survey)?;
    Ok(Described { fields, metadata })
}

/// Replaces what a survey has in its tenant's fields, if that still looks like `base` (`None` for whatever it looks
/// like). What is required may be missing: it is asked for before the survey is published.
///
/// [`Error::Limit`] when the plan has no fields, [`Error::Invalid`] for what `read` refuses.
pub fn replace(
    tx: &mut Tx<'_>,
    by: &Actor,
    plan: &Plan,
    (survey, base): (SurveyId, Option<&Fingerprint>),
    read: impl Fn(&Fields) -> Result<Metadata, Vec<Fault>>,
) -> Result<Described, Error> {
    let present = find(tx, survey)?;
    allowed(plan)?;
    if found(tx, survey)?.trashed_at.is_some() {
        return Err(WrongStatus::InTrash.into());
    }
    let wanted = read(&present.fields).map_err(|faults| Error::Invalid { faults })?;
    if base.is_some_and(|it| *it != present.metadata.fingerprint()) {
        return Err(Error::ChangedMeanwhile);
    }
    let changed = changed(&present, &wanted);
    if !changed.is_empty() {
        metadata::put(tx, survey, &wanted)?;
        events::insert(tx, by, &Event::MetadataChanged { survey, fields: changed })?;
    }
    Ok(Described { fields: present.fields, metadata: wanted })
}

/// Gives a new survey what its maker sent of it, an object from field to value, beside the defaults of all other fields.
/// [`Error::Limit`] when the plan has no fields, [`Error::Invalid`] with pointers that begin `/metadata`.
pub fn describe(tx: &mut Tx<'_>, plan: &Plan, survey: SurveyId, given: &serde_json::Value) -> Result<(), Error> {
    allowed(plan)?;
    let fields = fields::list(tx)?;
    let given = Metadata::from_json(&fields, given).map_err(|faults| {
        let below = |it: Fault| Fault { pointer: format!("/metadata{}", it.pointer), message: it.message };
        Error::Invalid { faults: faults.into_iter().map(below).collect() }
    })?;
    Ok(metadata::put(tx, survey, &given.or_defaults(&fields))?)
}

/// Gives a new survey the values of another one, or none, and the defaults of all other fields.
pub(crate) fn begin(tx: &mut Tx<'_>, survey: SurveyId, like: Option<SurveyId>) -> Result<(), Error> {
    let fields = fields::list(tx)?;
    let values = match like {
        Some(like) => metadata::find(tx, &fields, like)?,
        None => Metadata::default(),
    };
    Ok(metadata::put(tx, survey, &values.or_defaults(&fields))?)
}

/// What keeps a survey from being published because of its metadata. Nothing on a plan without fields, where nobody
/// could put it right.
pub fn publication_faults(tx: &mut ReadTx<'_>, plan: &Plan, survey: SurveyId) -> Result<Vec<Fault>, Error> {
    if !plan.includes(Feature::Metadata) {
        return Ok(Vec::new());
    }
    let Described { fields, metadata } = find(tx, survey)?;
    Ok(metadata.publication_faults(&fields))
}

/// The fields in which two sets of values differ.
fn changed(present: &Described, wanted: &Metadata) -> Vec<FieldId> {
    let ids = present.fields.iter().map(|it| it.id().clone());
    ids.filter(|it| present.metadata.get(it) != wanted.get(it)).collect()
}
