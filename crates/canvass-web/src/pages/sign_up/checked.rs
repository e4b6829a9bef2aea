//! The sign-up form read: this file is about turning its fields into a sign-up, or into what is wrong with each.

use canvass_actions::signing_up::NewSignUp;
use canvass_model::{
    alias::Alias,
    plan::PlanId,
    tenant::Region,
    text::{Email, OrganisationName, Password, PersonName},
};

use crate::{Settings, form::Form};

/// Reads the form; answers all that is wrong, field by field.
pub(super) fn read(form: &Form, settings: &Settings) -> Result<NewSignUp, Vec<(String, String)>> {
    let mut errors = Vec::new();
    let name = keep(&mut errors, "name", OrganisationName::parse(form.text("name")));
    let alias = match (form.text("alias"), &name) {
        ("", Some(name)) => Some(Alias::suggest(name.as_str())),
        ("", None) => None,
        (text, _) => keep(&mut errors, "alias", Alias::parse(text)),
    };
    let region = keep(&mut errors, "region", region(form.text("region"), settings));
    let plan = keep(&mut errors, "plan", PlanId::parse(form.text("plan")).ok_or("Choose a plan"));
    let administrator = keep(&mut errors, "person", PersonName::parse(form.text("person")));
    let email = keep(&mut errors, "email", Email::parse(form.text("email")));
    let password = keep(&mut errors, "password", Password::parse(form.find("password").unwrap_or_default()));
    let accepted = form.text("terms") == settings.terms_version;
    let terms = keep(&mut errors, "terms", if accepted { Ok(()) } else { Err("Accept the terms to go on") });
    match (name, alias, region, plan, administrator, email, password, terms) {
        (
            Some(name),
            Some(alias),
            Some(region),
            Some(plan),
            Some(administrator),
            Some(email),
            Some(password),
            Some(()),
        ) => {
            let terms = settings.terms_version.clone();
            Ok(NewSignUp { name, alias, plan, region, administrator, email, password, terms })
        }
        _ => Err(errors),
    }
}

/// One of the configured regions; the first when the form offers no choice.
fn region(text: &str, settings: &Settings) -> Result<Region, &'static str> {
    let name = (!text.is_empty()).then_some(text);
    settings.region(name).cloned().ok_or("Choose one of the regions")
}

fn keep<T, E: ToString>(errors: &mut Vec<(String, String)>, field: &str, read: Result<T, E>) -> Option<T> {
    read.map_err(|error| errors.push((field.to_owned(), error.to_string()))).ok()
}
