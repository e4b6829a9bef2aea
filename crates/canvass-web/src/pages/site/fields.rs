//! The fields of a page's form: this file is about filling them from a page, and reading them back.

use canvass_actions::{self as actions, pages::Asked as InWords, passwords};
use canvass_model::{
    address::PageAddress,
    page::{Kind, Page, Target, Visibility},
    text::Password,
    time::Timestamp,
};

use super::words;
use crate::{Problem, form::Form, view::moment};

/// Begins the value of a button that shows the form as that of another kind.
pub(super) const KIND_PRESS: &str = "kind-";

/// Names of fields with what is wrong with them.
pub(super) type Errors = Vec<(String, String)>;

/// What a form asks for, its password not hashed yet.
pub(super) struct Asked {
    words: InWords,
    password: Option<Password>,
}

impl Asked {
    /// Reads a form. What only the store can tell comes later.
    pub(super) fn read(form: &Form, kind: Kind) -> Result<Self, Errors> {
        let mut errors = Errors::new();
        let title = form.text("title").to_owned();
        if title.is_empty() && kind == Kind::Document {
            errors.push(("title".to_owned(), "Enter a title".to_owned()));
        }
        let address = match form.text("address") {
            "" => None,
            text => keep(&mut errors, "address", PageAddress::parse(text).map_err(|it| it.to_string())),
        };
        let visibility = Visibility::parse(form.text("visibility"));
        if visibility.is_none() {
            errors.push(("visibility".to_owned(), "Choose who may see it".to_owned()));
        }
        let visibility = visibility.unwrap_or(Visibility::Members);
        let password = match form.find("password").filter(|it| !it.is_empty()) {
            Some(text) if visibility == Visibility::Password => {
                keep(&mut errors, "password", Password::parse(text).map_err(|it| it.to_string()))
            }
            Some(_) | None => None,
        };
        let opens_at = moment_of(form, "opens_at", &mut errors);
        let closes_at = moment_of(form, "closes_at", &mut errors);
        if !errors.is_empty() {
            return Err(errors);
        }
        let body = (kind == Kind::Document).then(|| form.find("body").unwrap_or_default().replace("\r\n", "\n"));
        let target = form.text("target").to_owned();
        let words =
            InWords { address, title, kind, target, visibility, password_hash: None, opens_at, closes_at, body };
        Ok(Self { words, password })
    }

    /// The same with its password hashed, which takes a while and happens in no transaction.
    pub(super) async fn hashed(self) -> Result<InWords, actions::Error> {
        let password_hash = match self.password {
            Some(password) => Some(passwords::hash(password).await?),
            None => None,
        };
        Ok(InWords { password_hash, ..self.words })
    }
}

/// The kind a form is of, or the one whose button was pressed.
pub(super) fn kind(form: &Form) -> Result<Kind, Problem> {
    let pressed = form.text("do").strip_prefix(KIND_PRESS);
    Kind::parse(pressed.unwrap_or_else(|| form.text("kind")))
        .ok_or_else(|| Problem::BadRequest("This form does not say what the page serves; reload it".to_owned()))
}

/// The fields of a page that is not there yet.
pub(super) fn blank() -> Form {
    Form(vec![("visibility".to_owned(), Visibility::Public.as_str().to_owned())])
}

/// The fields of a page as it is. `pages` are all of the tenant.
pub(super) fn of(page: &Page, body: &str, pages: &[Page]) -> Form {
    let time = |it: Option<Timestamp>| it.map_or_else(String::new, moment::field);
    let fields = [
        ("title", page.title.clone()),
        ("address", page.address.typed()),
        ("target", target(page, pages)),
        ("body", body.to_owned()),
        ("visibility", page.visibility.as_str().to_owned()),
        ("opens_at", time(page.opens_at)),
        ("closes_at", time(page.closes_at)),
        ("revision", page.revision.0.to_string()),
    ];
    Form(fields.map(|(name, value)| (name.to_owned(), value)).into())
}

fn target(page: &Page, pages: &[Page]) -> String {
    match &page.target {
        Target::Survey(survey) | Target::Results(survey) => survey.to_string(),
        Target::Document => String::new(),
        Target::Feed(format) => format.as_str().to_owned(),
        Target::File(file) => file.to_string(),
        Target::Script(script) => script.to_string(),
        Target::Redirect(_) => words::leads_to(page, pages),
    }
}

fn moment_of(form: &Form, name: &str, errors: &mut Errors) -> Option<Timestamp> {
    match form.text(name) {
        "" => None,
        text => {
            let words = "Enter a date and a time in UTC, like 2026-09-02T14:00";
            keep(errors, name, moment::parse_field(text).ok_or_else(|| words.to_owned()))
        }
    }
}

fn keep<T>(errors: &mut Errors, name: &str, read: Result<T, String>) -> Option<T> {
    read.map_err(|words| errors.push((name.to_owned(), words))).ok()
}
