//! The builder's page: this file is about a draft laid out to be edited, with one thing open at most.

use askama::Template;
use axum::{
    http::StatusCode,
    response::{Html, IntoResponse, Response},
};
use canvass_actions::surveys::{Draft, find_draft};
use canvass_model::{
    definition::{Definition, Kind, KindName, Question, SetBy, limit},
    id::SurveyId,
    markdown,
    time::Timestamp,
};
use canvass_storage::surveys::{self, Earlier};

use super::{
    conflict,
    forms::{QuestionForm, Shape, TextForm, icon},
};
use crate::{
    Problem,
    access::Person,
    layout::{ConsoleArea, ConsoleShell},
    view::{
        moment, number,
        survey_head::{SurveyHead, Tab},
        versions::Author,
    },
};

/// A draft as it is now, and whose changes made it so.
pub(super) struct Desk {
    pub(super) draft: Draft,
    history: Vec<Earlier>,
    now: Timestamp,
}

#[derive(Template)]
#[template(path = "console/builder.html")]
#[expect(clippy::struct_excessive_bools, reason = "each is a condition of its own of what the page shows")]
pub(super) struct Board {
    shell: ConsoleShell,
    head: SurveyHead,
    base: String,
    may_write: bool,
    in_trash: bool,
    is_open: bool,
    was_published: bool,
    changed_since_published: bool,
    revision: u64,
    saved: String,
    saved_iso: String,
    title: String,
    description: String,
    thank_you: String,
    welcome: Option<TextForm>,
    thanks: Option<TextForm>,
    parts: Vec<Part>,
    kinds: [Offer; 13],
    pub(super) notice: Option<Notice>,
    pub(super) refusal: String,
    pub(super) announcement: String,
}

/// A type of question that can be added.
struct Offer(KindName);

/// One section.
struct Part {
    id: String,
    /// What buttons call it.
    name: String,
    heading: String,
    count: String,
    description: String,
    is_first: bool,
    is_last: bool,
    is_only: bool,
    form: Option<TextForm>,
    items: Vec<Item>,
}

/// One question.
#[expect(clippy::struct_excessive_bools, reason = "each is a condition of its own of what the row shows")]
struct Item {
    id: String,
    label: String,
    /// The label, cut to fit a button's name.
    name: String,
    kind: KindName,
    note: String,
    required: bool,
    is_first: bool,
    is_last: bool,
    /// Whether its link takes focus: it was open until now.
    takes_focus: bool,
    form: Option<QuestionForm>,
}

/// What just happened, and the way back.
pub(super) struct Notice {
    pub(super) text: String,
    /// The revision to go back to.
    pub(super) undo: Option<u64>,
}

impl Offer {
    fn icon(&self) -> &'static str {
        icon(self.0)
    }
}

impl Item {
    fn icon(&self) -> &'static str {
        icon(self.kind)
    }
}

impl Desk {
    /// A survey's draft, for whoever may read it.
    pub(super) async fn find(person: &Person, survey: SurveyId) -> Result<Self, Problem> {
        let found = person.read(move |tx| {
            let draft = find_draft(tx, survey)?;
            Ok::<_, Problem>(Self { draft, history: surveys::history(tx, survey)?, now: tx.now() })
        });
        found.await
    }

    /// Who made the newest change whose words fit.
    pub(super) fn author(&self, person: &Person, fits: impl Fn(&str) -> bool) -> Author {
        conflict::author(person, &self.history, fits)
    }

    /// The page with nothing open, for somebody who may write.
    pub(super) async fn board(&self, person: &Person) -> Result<Board, Problem> {
        let (survey, draft) = (&self.draft.survey, &self.draft.definition);
        let head = SurveyHead::new(survey, &person.tenant().alias, Tab::Questions, self.now);
        let html = |it: &Option<_>| {
            it.as_ref()
                .map_or_else(String::new, |it: &canvass_model::definition::Text| markdown::to_html(it.in_default()))
        };
        Ok(Board {
            shell: person.shell(ConsoleArea::Surveys).await?,
            base: head.base(),
            in_trash: survey.trashed_at.is_some(),
            may_write: survey.trashed_at.is_none(),
            is_open: survey.is_open(self.now),
            was_published: 0 < survey.version.0,
            changed_since_published: survey.changed_since_published,
            revision: survey.revision.0,
            saved: moment::ago(survey.updated_at, self.now),
            saved_iso: survey.updated_at.to_string(),
            title: draft.title_text().to_owned(),
            description: html(&draft.description),
            thank_you: html(&draft.thank_you),
            welcome: None,
            thanks: None,
            parts: parts(draft),
            kinds: KindName::ALL.map(Offer),
            notice: None,
            refusal: String::new(),
            announcement: String::new(),
            head,
        })
    }
}

impl Board {
    /// Without anything that changes the survey.
    pub(super) fn read_only(self) -> Self {
        Self { may_write: false, ..self }
    }

    /// With the form of a question in its place; one that is gone stands at the end of its section.
    pub(super) fn with_question(mut self, form: QuestionForm) -> Self {
        let at = |it: &Part| it.items.iter().position(|it| it.id == form.id);
        if let Some((part, place)) = self.parts.iter().enumerate().find_map(|(n, it)| at(it).map(|place| (n, place))) {
            self.parts[part].items[place].form = Some(form);
            return self;
        }
        let last = self.parts.len().saturating_sub(1);
        let part = self.parts.iter().position(|it| it.id == form.section).unwrap_or(last);
        if let Some(part) = self.parts.get_mut(part) {
            part.items.push(Item {
                id: form.id.clone(),
                label: String::new(),
                name: String::new(),
                kind: form.kind,
                note: String::new(),
                required: false,
                is_first: true,
                is_last: true,
                takes_focus: false,
                form: Some(form),
            });
        }
        self
    }

    /// With the form of a section in its place.
    pub(super) fn with_section(mut self, id: &str, form: TextForm) -> Self {
        if let Some(part) = self.parts.iter_mut().find(|it| it.id == id) {
            part.form = Some(form);
        }
        self
    }

    /// With the form of the title and the welcome.
    pub(super) fn with_welcome(self, form: TextForm) -> Self {
        Self { welcome: Some(form), ..self }
    }

    /// With the form of the thank-you text.
    pub(super) fn with_thanks(self, form: TextForm) -> Self {
        Self { thanks: Some(form), ..self }
    }

    /// With focus on a question.
    pub(super) fn focused_on(mut self, id: &str) -> Self {
        for item in self.parts.iter_mut().flat_map(|it| &mut it.items) {
            item.takes_focus = item.id == id;
        }
        self
    }

    /// The label of a question and where it stands, in words.
    pub(super) fn place_of(&self, id: &str) -> Option<String> {
        let part = self.parts.iter().find(|it| it.items.iter().any(|it| it.id == id))?;
        let place = part.items.iter().position(|it| it.id == id)?;
        let item = part.items.get(place)?;
        Some(format!("“{}” is now question {} of {} in {}", item.name, place + 1, part.items.len(), part.name))
    }

    /// The page as an answer.
    pub(super) fn page(&self, status: StatusCode) -> Result<Response, Problem> {
        Ok((status, Html(self.render()?)).into_response())
    }

    fn errors(&self) -> bool {
        let open = self.parts.iter().flat_map(|it| &it.items).filter_map(|it| it.form.as_ref());
        let texts = self.parts.iter().filter_map(|it| it.form.as_ref()).chain(&self.welcome).chain(&self.thanks);
        !self.refusal.is_empty()
            || open.into_iter().any(|it| !it.errors.is_empty())
            || texts.into_iter().any(|it| !it.errors.is_empty())
    }
}

fn parts(draft: &Definition) -> Vec<Part> {
    let count = draft.sections.len();
    let total = draft.questions().count();
    let mut before = 0;
    let mut parts = Vec::with_capacity(count);
    for (place, section) in draft.sections.iter().enumerate() {
        let title = section.title.as_ref().map_or("", |it| it.in_default());
        let items = section.questions.iter().enumerate().map(|(n, it)| {
            let at = before + n;
            // Beyond the edge of a section a question moves into the next one.
            item(it, (at == 0 && place == 0, at + 1 == total && place + 1 == count))
        });
        let items = items.collect();
        before += section.questions.len();
        parts.push(Part {
            id: section.id.to_string(),
            name: if title.is_empty() { format!("section {}", place + 1) } else { format!("“{}”", cut(title)) },
            heading: if title.is_empty() {
                format!("Section {}", place + 1)
            } else {
                format!("{}. {title}", place + 1)
            },
            count: number::counted(section.questions.len() as u64, "question"),
            description: section.description.as_ref().map_or_else(String::new, |it| markdown::to_html(it.in_default())),
            is_first: place == 0,
            is_last: place + 1 == count,
            is_only: count == 1,
            form: None,
            items,
        });
    }
    parts
}

fn item(question: &Question, (is_first, is_last): (bool, bool)) -> Item {
    let label = question.label.in_default();
    let kind = question.kind.name();
    let label = if label.is_empty() { format!("Untitled {}", kind.label().to_lowercase()) } else { label.to_owned() };
    Item {
        id: question.id.to_string(),
        name: cut(&label),
        label,
        kind,
        note: note(question),
        required: question.required,
        is_first,
        is_last,
        takes_focus: false,
        form: None,
    }
}

fn note(question: &Question) -> String {
    let mut note = question.kind.name().label().to_owned();
    if let Some(choices) = question.kind.choices() {
        note = format!("{note}, {}", number::counted(choices.len() as u64, "choice"));
    }
    if let Kind::Stars { count } = question.kind {
        note = format!("{note}, 1 to {count}");
    }
    match question.kind {
        Kind::Hidden { set_by: SetBy::Url, .. } => format!("{note}, from the address: ?{}=…", question.id),
        Kind::Hidden { set_by: SetBy::Script, .. } => format!("{note}, set by scripts as {}", question.id),
        _ if question.required => note + ", required",
        _ => note,
    }
}

/// As much of a label as a button's name takes.
const NAME_CHARS_MAX: usize = 60;

fn cut(text: &str) -> String {
    match text.char_indices().nth(NAME_CHARS_MAX) {
        Some((at, _)) => format!("{}…", text[..at].trim_end()),
        None => text.to_owned(),
    }
}
