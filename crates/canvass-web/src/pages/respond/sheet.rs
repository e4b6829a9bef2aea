//! Drawing the form: this file is about the page a respondent sees, fresh or with what was given and what was wrong.

use std::sync::Arc;

use askama::Template;
use axum::{
    http::StatusCode,
    response::{Html, IntoResponse, Response},
};
use canvass_actions::live::Live;
use canvass_model::{
    answer::Refusal,
    definition::{Kind, Language},
    markdown,
    page::Visibility,
    response::SubmissionKey,
    tenant::TenantRecord,
};

use super::{carried, no_store};
use crate::{
    Problem,
    access::{Entered, Site},
    view::questions::{Sheet, fresh_key},
};

/// A form to be shown: where it stands, what it holds, what is wrong.
pub(super) struct Drawn {
    section: usize,
    given: Vec<(String, String)>,
    refusals: Vec<Refusal>,
    note: Option<String>,
    key: SubmissionKey,
    /// Whether a respondent has been at it: else a draft kept in the browser fills it.
    answered: bool,
}

/// One line of the summary of errors.
struct Line {
    label: String,
    message: String,
    /// The control to go to; empty when there is none.
    target: String,
}

#[derive(Template)]
#[template(path = "respond/form.html")]
struct FormPage<'a> {
    organisation: &'a str,
    site: &'a Site,
    sheet: Sheet<'a>,
    errors: Vec<Line>,
    heading: String,
    action: String,
    canonical: String,
    excerpt: String,
    draft: String,
    key: &'a str,
    /// The fields of hidden values, as HTML.
    carried: &'a str,
    /// What the gate of the page asks for again, when it is not open.
    pass: &'a str,
    listed: bool,
    answered: bool,
}

/// A form drawn once, cut where each respondent's own key goes, and the hidden values they bring.
struct Blank {
    before: String,
    between: String,
    after: String,
}

/// What a form has of one respondent's own beside their answers.
#[derive(Clone, Copy)]
struct Own<'a> {
    key: &'a str,
    pass: &'a str,
    carried: &'a str,
}

/// Stands in a drawn form for the key; no text of a tenant can be equal to it, since it is no text: NUL never passes
/// the definition's checks.
const KEY_MARK: &str = "\u{0}key\u{0}";
/// The same for the fields of hidden values.
const CARRIED_MARK: &str = "\u{0}carried\u{0}";

/// A fresh form. Everything but the key and the hidden values is drawn once per published version, unless it carries a
/// pass.
pub(super) async fn blank(entered: &Entered<'_>, live: &Arc<Live>) -> Result<Response, Problem> {
    let fresh = || Drawn { answered: false, ..Drawn::new(0, Vec::new(), fresh_key()) };
    let carried = carried::fields(&live.definition, entered.respondent().brought())?;
    if !entered.pass().is_empty() {
        let drawn = fresh();
        let own = Own { key: drawn.key.as_str(), pass: entered.pass(), carried: &carried };
        let html = drawn.html(entered.respondent().tenant(), entered.respondent().site(), live, own)?;
        return Ok(Html(html).into_response());
    }
    let site = entered.respondent().site().clone();
    let name = format!("form:{}:{}:{}", site.key(), live.page.address.key().as_str(), live.survey.version.0);
    let tenant = entered.respondent().tenant().clone();
    let drawn = Arc::clone(live);
    let blank = entered
        .respondent()
        .cached(&name, move |_| {
            let own = Own { key: KEY_MARK, pass: "", carried: CARRIED_MARK };
            let html = fresh().html(&tenant, &site, &drawn, own)?;
            let (before, rest) = html.split_once(KEY_MARK).unwrap_or((&html, ""));
            let (between, after) = rest.split_once(CARRIED_MARK).unwrap_or((rest, ""));
            let [before, between, after] = [before, between, after].map(str::to_owned);
            Ok::<_, Problem>(Blank { before, between, after })
        })
        .await?;
    let Blank { before, between, after } = blank.as_ref();
    Ok(Html([before.as_str(), fresh_key().as_str(), between, &carried, after].concat()).into_response())
}

impl Drawn {
    pub(super) fn new(section: usize, given: Vec<(String, String)>, key: SubmissionKey) -> Self {
        Self { section, given, refusals: Vec::new(), note: None, key, answered: true }
    }

    /// With what is wrong.
    pub(super) fn refused(self, refusals: Vec<Refusal>) -> Self {
        Self { refusals, ..self }
    }

    /// With a sentence on top.
    pub(super) fn noted(self, note: &str) -> Self {
        Self { note: Some(note.to_owned()), ..self }
    }

    /// The page.
    pub(super) fn page(self, entered: &Entered<'_>, live: &Live, status: StatusCode) -> Result<Response, Problem> {
        let given = self.given.iter().map(|(name, value)| (name, value));
        let carried = carried::fields(&live.definition, given)?;
        let own = Own { key: self.key.as_str(), pass: entered.pass(), carried: &carried };
        let html = self.html(entered.respondent().tenant(), entered.respondent().site(), live, own)?;
        Ok(no_store((status, Html(html)).into_response()))
    }

    /// The name under which a browser keeps a draft of this survey's answers.
    pub(super) fn draft(tenant: &TenantRecord, live: &Live) -> String {
        format!("{}/{}/{}", tenant.alias, live.page.address.key().as_str(), live.survey.version.0)
    }

    fn html(&self, tenant: &TenantRecord, site: &Site, live: &Live, own: Own<'_>) -> Result<String, Problem> {
        let sections = live.definition.sections.len();
        let fallback = Language::english();
        let sheet = Sheet {
            definition: &live.definition,
            language: live.definition.languages.first().unwrap_or(&fallback),
            given: &self.given,
            refusals: &self.refusals,
            current: self.section.min(sections.saturating_sub(1)),
        };
        let action = site.href(&live.page.address);
        let errors = self.lines(&sheet);
        let page = FormPage {
            heading: heading(self.note.is_some(), errors.len()),
            errors,
            canonical: site.canonical(&live.page.address),
            excerpt: markdown::excerpt(sheet.maybe(sheet.definition.description.as_ref()), markdown::EXCERPT_CHARS),
            action,
            draft: Self::draft(tenant, live),
            key: own.key,
            pass: own.pass,
            carried: own.carried,
            listed: live.page.visibility == Visibility::Public,
            answered: self.answered,
            organisation: tenant.name.as_str(),
            site,
            sheet,
        };
        Ok(page.render()?)
    }

    fn lines(&self, sheet: &Sheet<'_>) -> Vec<Line> {
        let note = self.note.iter().map(|it| Line { label: String::new(), message: it.clone(), target: String::new() });
        let refusals = self.refusals.iter().map(|it| Line {
            label: sheet.label_of(it),
            message: it.message.clone(),
            target: it.question.as_ref().map_or_else(String::new, |id| format!("f-{id}")),
        });
        note.chain(refusals).collect()
    }
}

fn heading(noted: bool, errors: usize) -> String {
    match errors {
        _ if noted => "Nothing was sent".to_owned(),
        1 => "One answer needs another look".to_owned(),
        _ => format!("{errors} answers need another look"),
    }
}
