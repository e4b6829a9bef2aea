//! Surveys: this file is about everything a member does with a survey as a whole; its draft has a file of its own.

mod draft;

use canvass_model::{
    address::PageAddress,
    definition::Definition,
    event::Event,
    id::SurveyId,
    member::Actor,
    page::{Page, Target, Visibility},
    plan::Plan,
    survey::{Revision, Status, Survey, Version, WrongStatus},
    text::Title,
};
use canvass_storage::{ReadTx, Tx, events, pages, surveys};

pub use self::draft::{Draft, edit, find_draft, replace_draft, undo};
use crate::{Error, error::stored_definition, metadata, pages::place};

/// Where and for whom a survey is published.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Publication {
    /// Its address under the tenant.
    pub page: PageAddress,
    /// Who may see it; `None` leaves it as it is, which is everybody at first.
    pub visibility: Option<Visibility>,
}

/// Added to the title of a copy.
const COPY: &str = " (copy)";

/// Starts a survey without questions.
pub fn create_blank(tx: &mut Tx<'_>, by: &Actor, title: &Title) -> Result<Survey, Error> {
    create(tx, by, &Definition::blank(title))
}

/// Starts a survey from a definition: an import, a template, a document over the API. It has the defaults of its tenant's
/// own fields.
pub fn create(tx: &mut Tx<'_>, by: &Actor, definition: &Definition) -> Result<Survey, Error> {
    create_like(tx, by, definition, None)
}

/// Starts a survey from a definition, with the metadata of another one.
fn create_like(tx: &mut Tx<'_>, by: &Actor, definition: &Definition, like: Option<SurveyId>) -> Result<Survey, Error> {
    let now = tx.now();
    let survey = Survey {
        id: tx.new_id(),
        title: definition.title_text().to_owned(),
        status: Status::Draft,
        revision: Revision(1),
        version: Version(0),
        changed_since_published: true,
        responses: 0,
        created_at: now,
        updated_at: now,
        trashed_at: None,
    };
    surveys::insert(tx, &survey, &definition.to_json().to_string())?;
    metadata::begin(tx, survey.id, like)?;
    events::insert(tx, by, &Event::SurveyCreated { survey: survey.id })?;
    Ok(survey)
}

/// Starts a survey with the questions of another one's draft, and its metadata.
pub fn duplicate(tx: &mut Tx<'_>, by: &Actor, id: SurveyId) -> Result<Survey, Error> {
    let mut document = find_draft(tx, id)?.definition.to_json();
    if let Some(title) = document.get_mut("title") {
        match title {
            serde_json::Value::String(text) => mark_as_copy(text),
            serde_json::Value::Object(translations) => {
                for translation in translations.values_mut() {
                    if let serde_json::Value::String(text) = translation {
                        mark_as_copy(text);
                    }
                }
            }
            _ => {}
        }
    }
    let definition = Definition::parse(&document).map_err(|faults| Error::Invalid { faults })?;
    create_like(tx, by, &definition, Some(id))
}

/// Publishes the draft as the next version at an address, within the plan. A survey that is open stays open until the
/// time that was fixed when it opened; otherwise the plan fixes its closing time now.
///
/// [`Error::Invalid`] names what the draft and the survey's metadata still lack, [`Error::Limit`] a limit of the plan, [`Error::Taken`] an address
/// that another survey has.
pub fn publish(
    tx: &mut Tx<'_>,
    by: &Actor,
    id: SurveyId,
    publication: &Publication,
    plan: &Plan,
) -> Result<Survey, Error> {
    // First, so that two who publish at once wait for each other and the plan's limit holds.
    surveys::change_content(tx)?;
    let Draft { survey, definition } = find_draft(tx, id)?;
    let mut faults = definition.publication_faults();
    faults.extend(metadata::publication_faults(tx, plan, id)?);
    if !faults.is_empty() {
        return Err(Error::Invalid { faults });
    }
    let now = tx.now();
    if !survey.is_open(now) && plan.active_surveys_max <= surveys::count_open(tx)? {
        return Err(too_many_open(plan));
    }
    let survey = survey.publish(publication.page.clone(), now, now.plus_ms(plan.duration_ms_max))?;
    move_page(tx, id, publication)?;
    surveys::insert_version(tx, id, survey.version, &definition.to_json().to_string())?;
    surveys::update(tx, &survey)?;
    events::insert(tx, by, &Event::SurveyPublished { survey: id, version: survey.version })?;
    Ok(survey)
}

/// Stops collecting answers. Its page says so from now on.
pub fn close(tx: &mut Tx<'_>, by: &Actor, id: SurveyId) -> Result<Survey, Error> {
    let survey = found(tx, id)?.close(tx.now())?;
    surveys::update(tx, &survey)?;
    events::insert(tx, by, &Event::SurveyClosed { survey: id })?;
    Ok(survey)
}

/// Puts a draft or closed survey away. Its address is free again.
pub fn archive(tx: &mut Tx<'_>, by: &Actor, id: SurveyId) -> Result<Survey, Error> {
    let survey = found(tx, id)?;
    if survey.trashed_at.is_some() {
        return Err(WrongStatus::InTrash.into());
    }
    let survey = survey.archive(tx.now())?;
    while let Some(page) = pages::find_of_survey(tx, id)? {
        pages::delete(tx, page.id)?;
    }
    surveys::update(tx, &survey)?;
    events::insert(tx, by, &Event::SurveyArchived { survey: id })?;
    Ok(survey)
}

/// Throws a survey away; it can be restored for [`Survey::TRASH_DAYS`] days and keeps its address so long.
pub fn trash(tx: &mut Tx<'_>, by: &Actor, id: SurveyId) -> Result<Survey, Error> {
    let survey = found(tx, id)?;
    if survey.trashed_at.is_some() {
        return Ok(survey);
    }
    let survey = survey.trash(tx.now())?;
    surveys::update(tx, &survey)?;
    events::insert(tx, by, &Event::SurveyTrashed { survey: id })?;
    Ok(survey)
}

/// Takes a survey out of the trash.
pub fn restore(tx: &mut Tx<'_>, by: &Actor, id: SurveyId) -> Result<Survey, Error> {
    let survey = found(tx, id)?;
    if survey.trashed_at.is_none() {
        return Ok(survey);
    }
    let survey = survey.restore(tx.now());
    surveys::update(tx, &survey)?;
    events::insert(tx, by, &Event::SurveyRestored { survey: id })?;
    Ok(survey)
}

/// The address a survey has, or one made from its title.
pub fn page_of(tx: &mut ReadTx<'_>, id: SurveyId) -> Result<PageAddress, Error> {
    if let Some(page) = pages::find_of_survey(tx, id)? {
        return Ok(page.address);
    }
    let survey = found(tx, id)?;
    crate::pages::suggest(tx, &survey.title)
}

/// The survey with this id, or [`Error::NotFound`].
pub(crate) fn found(tx: &mut ReadTx<'_>, id: SurveyId) -> Result<Survey, Error> {
    surveys::find(tx, id)?.ok_or(Error::NotFound)
}

/// Gives a survey the page it is published at; an earlier address leads there from now on.
fn move_page(tx: &mut Tx<'_>, id: SurveyId, publication: &Publication) -> Result<(), Error> {
    let Publication { page: address, visibility } = publication;
    if let Some(page) = pages::find_of_survey(tx, id)? {
        let visibility = visibility.unwrap_or(page.visibility);
        if page.address != *address || page.visibility != visibility {
            place::put(tx, Page { address: address.clone(), visibility, ..page })?;
        }
        return Ok(());
    }
    let visibility = visibility.unwrap_or(Visibility::Public);
    place::add(tx, address.clone(), Target::Survey(id), visibility).map(drop)
}

fn too_many_open(plan: &Plan) -> Error {
    let count = plan.active_surveys_max;
    let surveys = if count == 1 { "survey" } else { "surveys" };
    Error::Limit(format!(
        "The {} plan has room for {count} open {surveys} at a time. Close one first, or choose a larger plan",
        plan.id.as_str()
    ))
}

/// Marks a title as that of a copy, within the length a title may have.
fn mark_as_copy(title: &mut String) {
    let room = Title::CHARS_MAX - COPY.chars().count();
    if let Some((cut, _)) = title.char_indices().nth(room) {
        title.truncate(cut);
    }
    title.push_str(COPY);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_title_of_a_copy_has_room_for_its_mark() {
        let mut title = "é".repeat(Title::CHARS_MAX);
        mark_as_copy(&mut title);
        assert_eq!(title.chars().count(), Title::CHARS_MAX);
        assert!(title.ends_with("é (copy)"));
        let mut title = "Lunch".to_owned();
        mark_as_copy(&mut title);
        assert_eq!(title, "Lunch (copy)");
    }
}
