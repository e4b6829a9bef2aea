//! Saving what was edited: this file is about one write per form, and the form to show again when it is refused.

use std::collections::BTreeSet;

use canvass_actions::{
    self as actions,
    surveys::{Draft, edit, find_draft},
};
use canvass_model::{
    definition::{
        Definition, Edit, EditRefusal, Fault, Fingerprint, KindName, Language, Question, QuestionId, SectionId, Text,
        limit,
    },
    id::SurveyId,
    member::Actor,
    text::Title,
};
use canvass_storage::{self as storage, Tx, surveys};

use super::{
    fields::{self, Errors},
    forms::base_of,
};
use crate::{access::Creator, form::Form, view};

/// Why nothing was saved.
pub(super) enum Refused {
    /// Fields that are wrong.
    Fields(Errors),
    /// Somebody else changed or removed it: their version, and the question that was to be saved.
    Meanwhile(Box<EditRefusal>),
    /// Anything else.
    Action(actions::Error),
}

impl From<storage::Error> for Refused {
    fn from(error: storage::Error) -> Self {
        Self::Action(error.into())
    }
}

impl From<actions::Error> for Refused {
    fn from(error: actions::Error) -> Self {
        match error {
            actions::Error::Edit(refusal) => Self::Meanwhile(Box::new(refusal)),
            actions::Error::Invalid { faults } => Self::Fields(faults.iter().map(of_document).collect()),
            other => Self::Action(other),
        }
    }
}

/// What a press of a button inside the form of a question does besides saving it.
pub(super) fn pressed(form: &Form) -> Form {
    let mut fields = form.0.clone();
    let is_of = |name: &str, id: &str| name.strip_prefix("choice.").is_some_and(|it| it.split('.').next() == Some(id));
    let removed = form.text("remove");
    if !removed.is_empty() {
        fields.retain(|(name, _)| !is_of(name, removed));
    }
    if let Some((id, way)) = form.text("move").split_once(' ') {
        let mut ids: Vec<String> = fields::choice_ids(form).into_iter().map(str::to_owned).collect();
        if let Some(place) = ids.iter().position(|it| it == id) {
            let to = if way == "up" { place.saturating_sub(1) } else { (place + 1).min(ids.len() - 1) };
            ids.swap(place, to);
        }
        let mut ordered: Vec<(String, String)> = Vec::with_capacity(fields.len());
        for id in &ids {
            ordered.extend(fields.iter().filter(|(name, _)| is_of(name, id)).cloned());
        }
        fields.retain(|(name, _)| !name.starts_with("choice."));
        fields.extend(ordered);
    }
    Form(fields)
}

/// Saves a question as a member wrote it; answers the id it has now.
pub(super) async fn save_question(
    creator: &Creator,
    survey: SurveyId,
    (id, form): (&QuestionId, &Form),
) -> Result<QuestionId, Refused> {
    let (id, form) = (id.clone(), form.clone());
    creator.write(move |tx, by| question(tx, by, survey, (&id, &form))).await
}

/// Saves the head of a section as a member wrote it.
pub(super) async fn save_section(
    creator: &Creator,
    survey: SurveyId,
    (id, form): (&SectionId, &Form),
) -> Result<Draft, Refused> {
    let (id, form) = (id.clone(), form.clone());
    creator.write(move |tx, by| section(tx, by, survey, (&id, &form))).await
}

/// Saves texts of the survey as a member wrote them.
pub(super) async fn save_texts(
    creator: &Creator,
    survey: SurveyId,
    (names, form): (&'static [&'static str], &Form),
) -> Result<Draft, Refused> {
    let form = form.clone();
    creator.write(move |tx, by| texts(tx, by, survey, (names, &form))).await
}

/// Saves a question. When it was removed in the meantime and is to be added again, it comes back at the end of its
/// section.
fn question(
    tx: &mut Tx<'_>,
    by: &Actor,
    survey: SurveyId,
    (id, form): (&QuestionId, &Form),
) -> Result<QuestionId, Refused> {
    let draft = find_draft(tx, survey)?;
    let present = draft.definition.question(id);
    let kind = present.map(|it| it.kind.name()).or_else(|| KindName::parse(form.text("kind")));
    let Some(kind) = kind else { return Err(Refused::Action(actions::Error::NotFound)) };
    let is_gone = present.is_none();
    let taken = taken_choices(tx, &draft, id)?;
    let question =
        fields::read(form, (id.as_str(), kind), &draft.definition.languages, &taken).map_err(Refused::Fields)?;
    if is_gone && form.text("do") == "keep-mine" {
        bring_back(tx, by, &draft, form, question)?;
        return Ok(id.clone());
    }
    let rename = if kind == KindName::Hidden { renamed(tx, &draft, (id, form))? } else { None };
    let base = Fingerprint::offered(form.text("base"));
    let change = Edit::EditQuestion { base, question: Box::new(question), rename: rename.clone() };
    edit(tx, by, survey, None, &change)?;
    Ok(rename.unwrap_or_else(|| id.clone()))
}

/// The name that a hidden value gets; `None` when it keeps its own. Names under which answers may be stored stay what they
/// are.
fn renamed(tx: &mut Tx<'_>, draft: &Draft, (id, form): (&QuestionId, &Form)) -> Result<Option<QuestionId>, Refused> {
    let wrong = |words: String| Refused::Fields(vec![("id".to_owned(), view::sentence(&words))]);
    let wanted = form.text("id");
    if wanted.is_empty() || wanted == id.as_str() {
        return Ok(None);
    }
    let rule = || format!("a name is a letter, then up to {} letters, digits or underscores", limit::ID_CHARS_MAX - 1);
    let wanted = QuestionId::parse(wanted).map_err(|_| wrong(rule()))?;
    let is_it = |it: &QuestionId| it.as_str().eq_ignore_ascii_case(wanted.as_str());
    let mut others = draft.definition.questions().map(|it| &it.id).filter(|it| *it != id);
    if others.any(is_it) {
        return Err(wrong("another question of this survey has this name".to_owned()));
    }
    for version in versions(tx, draft)? {
        if version.question(id).is_some() {
            return Err(wrong("its responses are stored under this name: add another hidden value instead".to_owned()));
        }
        if version.questions().any(|it| is_it(&it.id)) {
            return Err(wrong("an earlier version of this survey had a question of this name".to_owned()));
        }
    }
    Ok(Some(wanted))
}

fn bring_back(
    tx: &mut Tx<'_>,
    by: &Actor,
    draft: &Draft,
    form: &Form,
    question: Question,
) -> Result<Draft, actions::Error> {
    let survey = draft.survey.id;
    let wanted = SectionId::parse(form.text("section")).ok().filter(|it| draft.definition.section(it).is_some());
    let section = wanted.or_else(|| draft.definition.sections.last().map(|it| it.id.clone()));
    let section = section.ok_or(actions::Error::NotFound)?;
    let add = Edit::AddQuestion { section, index: usize::MAX, kind_name: question.kind.name() };
    let with_blank = edit(tx, by, survey, None, &add)?;
    let blank = with_blank.definition.questions().find(|it| draft.definition.question(&it.id).is_none());
    let blank = blank.ok_or(actions::Error::NotFound)?;
    let rename = Some(question.id.clone());
    let question = Box::new(Question { id: blank.id.clone(), ..question });
    edit(tx, by, survey, None, &Edit::EditQuestion { base: blank.fingerprint(), question, rename })
}

/// Saves a section's heading and description.
fn section(tx: &mut Tx<'_>, by: &Actor, survey: SurveyId, (id, form): (&SectionId, &Form)) -> Result<Draft, Refused> {
    let languages = find_draft(tx, survey)?.definition.languages.clone();
    let change = Edit::EditSection {
        id: id.clone(),
        base: Fingerprint::offered(form.text("base")),
        title: text(form, "title", &languages),
        description: text(form, "description", &languages),
    };
    Ok(edit(tx, by, survey, None, &change)?)
}

/// Saves those of the survey's own texts that the form changed.
fn texts(
    tx: &mut Tx<'_>,
    by: &Actor,
    survey: SurveyId,
    (names, form): (&[&'static str], &Form),
) -> Result<Draft, Refused> {
    let mut draft = find_draft(tx, survey)?;
    for name in names {
        let text = text(form, name, &draft.definition.languages);
        let base = Fingerprint::offered(form.text(base_of(name)));
        if base == Fingerprint::of_text(text.as_ref()) {
            continue;
        }
        let change = match (*name, text) {
            ("title", title) => {
                Title::parse(form.text("title"))
                    .map_err(|refusal| Refused::Fields(vec![("title".to_owned(), refusal.to_string())]))?;
                let Some(title) = title else { continue };
                Edit::SetTitle { base, title }
            }
            ("description", description) => Edit::SetDescription { base, description },
            (_, thank_you) => Edit::SetThankYou { base, thank_you },
        };
        draft = edit(tx, by, survey, None, &change)?;
    }
    Ok(draft)
}

/// A text as a form gives it; `None` when it is written in no language.
pub(super) fn text(form: &Form, name: &str, languages: &[Language]) -> Option<Text> {
    let first = languages.first()?;
    let wording =
        |language: &Language| form.text(&fields::in_language(name, languages, language)).replace("\r\n", "\n");
    if languages.iter().all(|it| wording(it).is_empty()) {
        return None;
    }
    let text = Text::new(first.clone(), wording(first));
    Some(languages.iter().skip(1).fold(text, |text, it| text.with(it, wording(it))))
}

/// Versions searched for ids of choices that were used before.
const VERSIONS_MAX: u32 = 100;

/// The ids of every choice that a question had in a published version.
fn taken_choices(tx: &mut Tx<'_>, draft: &Draft, id: &QuestionId) -> Result<BTreeSet<String>, storage::Error> {
    let mut taken = BTreeSet::new();
    for version in versions(tx, draft)? {
        let choices = version.question(id).and_then(|it| it.kind.choices()).unwrap_or_default();
        taken.extend(choices.iter().map(|it| it.id.to_string()));
    }
    Ok(taken)
}

/// The versions that were published, the newest first.
fn versions(tx: &mut Tx<'_>, draft: &Draft) -> Result<Vec<Definition>, storage::Error> {
    if draft.survey.version.0 == 0 {
        return Ok(Vec::new());
    }
    let found = surveys::versions(tx, draft.survey.id, VERSIONS_MAX)?;
    Ok(found.iter().filter_map(|it| Definition::parse_text(it).ok()).collect())
}

/// The field that a place in the whole document stands for: its last name.
fn of_document(fault: &Fault) -> (String, String) {
    let name = fault.pointer.rsplit('/').find(|it| !it.is_empty()).unwrap_or("label");
    (name.to_owned(), view::sentence(&fault.message))
}
