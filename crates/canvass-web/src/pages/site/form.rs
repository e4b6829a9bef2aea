//! The form of a page: this file is about what it shows: the fields of its kind, a preview, what is wrong, and the version
//! of somebody who was faster.

use askama::Template;
use axum::http::StatusCode;
use canvass_actions as actions;
use canvass_model::{
    event::Event,
    id::{AccountId, PageId},
    markdown,
    member::Actor,
    page::{FeedFormat, Kind, Page, Target, Visibility},
    script::TriggerName,
    time::Timestamp,
};
use canvass_storage::{self as storage, ReadTx, events, pages, scripts, surveys};

use super::{fields, fields::Errors, words};
use crate::{
    Problem,
    access::{Person, Site},
    form::Form,
    layout::{ConsoleArea, ConsoleShell},
    view::{
        sentence,
        versions::{Author, Conflict, Side, sides},
    },
};

/// Surveys that can be chosen from, the newest first.
const SURVEYS_MAX: u32 = 500;
/// Lines of the log searched for whoever changed a page last; beyond them it was somebody.
const LINES_MAX: u32 = 200;

/// What a form is made of, besides its fields.
pub(super) struct Desk {
    present: Option<Present>,
    pages: Vec<Page>,
    surveys: Vec<(String, String)>,
    /// Scripts that make pages, each with its id and title.
    scripts: Vec<(String, String)>,
    hosts: Vec<String>,
}

/// A page as it is now.
struct Present {
    page: Page,
    body: String,
    has_password: bool,
    changed_by: Option<(Actor, Timestamp)>,
}

#[derive(Template)]
#[template(path = "console/page_form.html")]
pub(super) struct FormPage {
    shell: ConsoleShell,
    /// Who edits.
    me: Option<AccountId>,
    base: String,
    action: String,
    /// What the page is called; of a new one, what it is to become.
    heading: String,
    is_new: bool,
    has_password: bool,
    may_manage: bool,
    kind: Kind,
    form: Form,
    errors: Errors,
    refusal: String,
    told: &'static str,
    conflict: Option<Conflict>,
    /// The document as it will be seen, when that was asked for.
    preview: Option<String>,
    /// Where the page is, for who may see it.
    link: Option<String>,
    /// What stands before the address.
    before: String,
    desk: Desk,
}

impl Desk {
    /// What there is to choose from, and the page with this id; one in the trash too, for whoever still edits it.
    pub(super) async fn find(person: &Person, id: Option<PageId>) -> Result<Self, Problem> {
        person
            .read(move |tx| {
                let present = id.map(|it| Present::find(tx, it)).transpose()?;
                let found = surveys::list(tx, surveys::Shelf::AtWork, None, SURVEYS_MAX)?;
                let mut offered: Vec<_> = found.into_iter().map(|it| (it.id.to_string(), it.title)).collect();
                let kept = present.as_ref().and_then(|it| match it.page.target {
                    Target::Survey(survey) | Target::Results(survey) => Some(survey),
                    Target::Document | Target::Feed(_) | Target::File(_) | Target::Redirect(_) | Target::Script(_) => {
                        None
                    }
                });
                if let Some(kept) = kept
                    && !offered.iter().any(|(id, _)| *id == kept.to_string())
                    && let Some(survey) = surveys::find(tx, kept)?
                {
                    offered.push((kept.to_string(), survey.title));
                }
                let hosts = actions::pages::redirect_hosts(tx)?;
                let scripts = scripts::list_of(tx, TriggerName::Page, None)?;
                let scripts = scripts.iter().map(|it| (it.id.to_string(), it.own_title().to_owned())).collect();
                Ok::<_, Problem>(Self { present, pages: pages::list(tx)?, surveys: offered, scripts, hosts })
            })
            .await
    }

    /// Whether the page was thrown away.
    pub(super) fn is_in_trash(&self) -> bool {
        self.present.as_ref().is_some_and(|it| it.page.trashed_at.is_some())
    }

    /// The addresses a redirect may lead to.
    fn addresses(&self) -> Vec<String> {
        let own = self.present.as_ref().map(|it| it.page.id);
        self.pages.iter().filter(|it| Some(it.id) != own).map(|it| it.address.typed()).collect()
    }

    fn name(&self, page: &Page) -> String {
        let survey = match page.target {
            Target::Survey(survey) | Target::Results(survey) => survey.to_string(),
            Target::Document | Target::Feed(_) | Target::File(_) | Target::Redirect(_) | Target::Script(_) => {
                String::new()
            }
        };
        let title = self.surveys.iter().find(|(id, _)| *id == survey).map_or("", |(_, title)| title);
        words::name(page, title)
    }
}

impl Present {
    fn find(tx: &mut ReadTx<'_>, id: PageId) -> Result<Self, Problem> {
        let page = pages::find_by_id(tx, id)?.ok_or(Problem::NotFound)?;
        Ok(Self {
            body: pages::document(tx, id)?.unwrap_or_default(),
            has_password: pages::password_hash(tx, id)?.is_some(),
            changed_by: changed_by(tx, id)?,
            page,
        })
    }
}

fn changed_by(tx: &mut ReadTx<'_>, id: PageId) -> Result<Option<(Actor, Timestamp)>, storage::Error> {
    let is_about = |it: &Event| {
        matches!(it, Event::PageCreated { page, .. } | Event::PageChanged { page, .. } | Event::PageMoved { page, .. }
            | Event::PageTrashed { page, .. } | Event::PageRestored { page, .. } if *page == id)
    };
    let found = events::list(tx, None, LINES_MAX)?.into_iter().find(|it| is_about(&it.event));
    Ok(found.map(|it| (it.actor, it.at)))
}

impl FormPage {
    /// The form of a page that is not there yet.
    pub(super) async fn blank(person: &Person, desk: Desk, kind: Kind) -> Result<Self, Problem> {
        Self::with(person, desk, fields::blank(), kind).await
    }

    /// The form of a page as it is.
    pub(super) async fn fresh(person: &Person, desk: Desk) -> Result<Self, Problem> {
        let Some(present) = &desk.present else { return Err(Problem::NotFound) };
        let form = fields::of(&present.page, &present.body, &desk.pages);
        let kind = present.page.target.kind();
        Self::with(person, desk, form, kind).await
    }

    /// The form as it was sent, with what its button asked for.
    pub(super) async fn sent(person: &Person, desk: Desk, form: &Form, kind: Kind) -> Result<Self, Problem> {
        let is_preview = form.text("do") == "preview";
        let site = Site::below(&person.tenant().alias, &person.settings().base_url);
        let body = form.find("body").unwrap_or_default();
        let preview = is_preview.then(|| markdown::document(body, |page| site.href(page)));
        let page = Self::with(person, desk, form.clone(), kind).await?;
        Ok(Self { preview, ..page })
    }

    async fn with(person: &Person, desk: Desk, form: Form, kind: Kind) -> Result<Self, Problem> {
        let (base, site) = (super::base(person), Site::below(&person.tenant().alias, &person.settings().base_url));
        let present = desk.present.as_ref();
        let page = present.map(|it| &it.page).filter(|it| it.trashed_at.is_none());
        let absolute = format!("{}/", site.absolute(site.home()));
        Ok(Self {
            shell: person.shell(ConsoleArea::Pages).await?,
            me: person.as_member().map(|it| it.account),
            action: present.map_or_else(|| base.clone(), |it| format!("{base}/{}", it.page.id)),
            heading: present.map_or_else(|| "New page".to_owned(), |it| desk.name(&it.page)),
            is_new: present.is_none(),
            has_password: present.is_some_and(|it| it.has_password),
            may_manage: super::may_manage(person),
            link: page.map(|it| site.href(&it.address)),
            before: absolute.split_once("://").map_or(absolute.as_str(), |(_, it)| it).to_owned(),
            kind,
            form,
            errors: Errors::new(),
            refusal: String::new(),
            told: "",
            conflict: None,
            preview: None,
            base,
            desk,
        })
    }

    /// The form with what is wrong beside its fields.
    pub(super) fn with_errors(self, errors: Errors) -> Self {
        Self { errors, ..self }
    }

    /// The form after something happened.
    pub(super) fn told(self, did: &str) -> Self {
        let told = match did {
            "created" => "The page is made.",
            "saved" => "Saved.",
            _ => "",
        };
        Self { told, ..self }
    }

    /// The form with why an action refused it.
    pub(super) fn refused(self, error: actions::Error) -> Result<(Self, StatusCode), Problem> {
        match error {
            actions::Error::Invalid { faults } => {
                let field = |pointer: &str| pointer.trim_start_matches('/').to_owned();
                let errors = faults.into_iter().map(|it| (field(&it.pointer), it.message)).collect();
                Ok((self.with_errors(errors), StatusCode::UNPROCESSABLE_ENTITY))
            }
            actions::Error::Taken(words) => {
                Ok((self.with_errors(vec![("address".to_owned(), words)]), StatusCode::CONFLICT))
            }
            actions::Error::Refused(words) | actions::Error::Limit(words) => {
                Ok((Self { refusal: format!("{words}."), ..self }, StatusCode::CONFLICT))
            }
            actions::Error::ChangedMeanwhile => Ok((self.contested()?, StatusCode::CONFLICT)),
            actions::Error::NotFound if self.desk.is_in_trash() => Ok((self.contested()?, StatusCode::CONFLICT)),
            error => Err(error.into()),
        }
    }

    /// The form beside the version somebody else saved meanwhile; saving it again puts this one in its place.
    fn contested(self) -> Result<Self, Problem> {
        let Some(present) = &self.desk.present else { return Err(Problem::NotFound) };
        let author = Author::of(self.me, present.changed_by.as_ref().map(|(actor, at)| (actor, *at)));
        let conflict = if present.page.trashed_at.is_some() {
            Conflict::removed("this page", &author)
        } else {
            let (yours, theirs) = self.versions(present);
            Conflict::changed("this page", &author, yours, theirs)
        };
        let mut form = self.form.clone();
        form.0.retain(|(name, _)| name != "revision" && name != "do");
        form.0.push(("revision".to_owned(), present.page.revision.0.to_string()));
        Ok(Self { conflict: Some(conflict), form, ..self })
    }

    fn versions(&self, present: &Present) -> (Side, Side) {
        let theirs = fields::of(&present.page, &present.body, &self.desk.pages);
        let (mine, other) = (self.facts(&self.form, self.kind), self.facts(&theirs, present.page.target.kind()));
        let text = |form: &Form, kind: Kind| match kind {
            Kind::Document => form.find("body").unwrap_or_default().replace("\r\n", "\n"),
            Kind::Survey | Kind::Results | Kind::Feed | Kind::File | Kind::Redirect | Kind::Script => {
                form.text("title").to_owned()
            }
        };
        let (my_text, other_text) = (text(&self.form, self.kind), text(&theirs, present.page.target.kind()));
        sides(&(&my_text, mine), &(&other_text, other))
    }

    /// What a version says of itself, besides its text.
    fn facts(&self, form: &Form, kind: Kind) -> Vec<String> {
        let visibility = Visibility::parse(form.text("visibility")).map_or("", words::visibility);
        let mut facts =
            vec![words::kind(kind).to_owned(), format!("at {}", form.text("address")), sentence(visibility)];
        facts.extend((kind == Kind::Document).then(|| format!("“{}”", form.text("title"))));
        let target = form.text("target");
        facts.extend(match kind {
            Kind::Survey | Kind::Results => {
                self.desk.surveys.iter().find(|(id, _)| id == target).map(|(_, title)| format!("“{title}”"))
            }
            Kind::Feed => FeedFormat::parse(target).map(|it| words::format(it).to_owned()),
            Kind::Redirect => Some(format!("leads to {target}")),
            Kind::Script => {
                self.desk.scripts.iter().find(|(id, _)| id == target).map(|(_, title)| format!("“{title}”"))
            }
            Kind::Document | Kind::File => None,
        });
        for (name, words) in [("opens_at", "opens"), ("closes_at", "closes")] {
            facts.extend(Some(form.text(name)).filter(|it| !it.is_empty()).map(|it| format!("{words} {it} UTC")));
        }
        facts
    }

    fn icon(&self) -> &'static str {
        words::kind_icon(self.kind)
    }

    fn kind_name(&self) -> &'static str {
        words::kind(self.kind)
    }

    fn kind_help(&self) -> &'static str {
        words::kind_help(self.kind)
    }

    fn title_help(&self) -> &'static str {
        match self.kind {
            Kind::Survey | Kind::Results => "Leave it empty to use the survey’s.",
            Kind::Document | Kind::Feed | Kind::File | Kind::Redirect | Kind::Script => "",
        }
    }

    fn password_help(&self) -> &'static str {
        if self.has_password { "There is one; leave this empty to keep it." } else { "10 characters or more." }
    }

    fn hosts_words(&self) -> String {
        self.desk.hosts.join(", ")
    }

    fn error(&self, field: &str) -> &str {
        self.errors.iter().find(|(name, _)| name == field).map_or("", |(_, message)| message)
    }

    fn is_value(&self, field: &str, value: &str) -> bool {
        self.form.text(field) == value
    }
}
