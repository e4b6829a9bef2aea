//! Operators' sign-in: this file is about the set-up link and the operators' sessions.

use askama::Template;
use axum::{
    extract::{Path, Query},
    http::{StatusCode, header},
    response::{Html, IntoResponse, Redirect, Response},
};
use canvass_actions::{
    self as actions,
    operators::{self, NewOperator},
    signing_in::{self, Credentials, OPERATOR_SESSION_MS, SignedIn},
};
use canvass_model::{
    text::{Email, Password, PersonName},
    token::Secret,
};

use super::sign_in::{self, SignInPage, Wanted};
use crate::{
    Problem,
    access::{Operator, Visitor},
    cookies::Cookie,
    form::Form,
};

#[derive(Template)]
#[template(path = "operator/setup.html")]
struct SetupPage<'a> {
    form: &'a Form,
    errors: Vec<(String, String)>,
}

impl SetupPage<'_> {
    fn error(&self, field: &str) -> &str {
        self.errors.iter().find(|(name, _)| name == field).map_or("", |(_, message)| message)
    }
}

/// The form behind a set-up link; a link that is not good leads nowhere.
pub(crate) async fn new(visitor: Visitor, Path(secret): Path<String>) -> Result<Html<String>, Problem> {
    let link = Secret::offered(&secret);
    let good = visitor.read(move |tx| operators::setup_link_is_good(tx, &link)).await?;
    if !good {
        return Err(Problem::NotFound);
    }
    Ok(Html(SetupPage { form: &Form(Vec::new()), errors: Vec::new() }.render()?))
}

/// Uses the link up, makes the operator and signs them in.
pub(crate) async fn create(visitor: Visitor, Path(secret): Path<String>, form: Form) -> Result<Response, Problem> {
    let new = match read(&form) {
        Ok(new) => new,
        Err(errors) => {
            let page = SetupPage { form: &form, errors };
            return Ok((StatusCode::UNPROCESSABLE_ENTITY, Html(page.render()?)).into_response());
        }
    };
    let (link, client) = (Secret::offered(&secret), sign_in::client(&visitor));
    let signed_in =
        visitor.act(|directory| async move { operators::set_up(&directory, &link, &new, &client).await }).await?;
    Ok(welcome(&visitor, &signed_in, "/-/operate"))
}

/// The sign-in form.
pub(crate) async fn sign_in(Query(wanted): Query<Wanted>) -> Result<Html<String>, Problem> {
    Ok(Html(page(&wanted.to, "", String::new()).render()?))
}

/// Signs in.
pub(crate) async fn create_session(visitor: Visitor, form: Form) -> Result<Response, Problem> {
    let (to, email) = (form.text("to"), form.text("email"));
    let attempted = match Email::parse(email) {
        Err(_) => Err(actions::Error::Refused("Enter your e-mail address and password.".to_owned())),
        Ok(email) => {
            let password = Password::offered(form.find("password").unwrap_or_default());
            let (credentials, client) = (Credentials { email, password }, sign_in::client(&visitor));
            visitor.act(|directory| async move { operators::sign_in(&directory, &credentials, &client).await }).await
        }
    };
    match attempted {
        Ok(signed_in) => Ok(welcome(&visitor, &signed_in, sign_in::local(to, "/-/operate"))),
        Err(error) => sign_in::refused(error, |error| page(to, email, error)),
    }
}

/// Signs out.
pub(crate) async fn delete_session(operator: Operator, visitor: Visitor) -> Result<Response, Problem> {
    let (who, session) = (operator.who(), operator.session());
    operator.write(move |tx, _| signing_in::sign_out(tx, who, session)).await?;
    let cookie = Cookie::Operator.clear(visitor.settings());
    Ok(([(header::SET_COOKIE, cookie)], Redirect::to("/-/operate/login")).into_response())
}

fn welcome(visitor: &Visitor, signed_in: &SignedIn, to: &str) -> Response {
    let cookie = Cookie::Operator.set(signed_in.secret.reveal(), OPERATOR_SESSION_MS / 1_000, visitor.settings());
    ([(header::SET_COOKIE, cookie)], Redirect::to(to)).into_response()
}

fn page<'a>(to: &'a str, email: &'a str, error: String) -> SignInPage<'a> {
    SignInPage { heading: "Operator", action: "/-/operate/login", error, email, to, is_member: false }
}

fn read(form: &Form) -> Result<NewOperator, Vec<(String, String)>> {
    let mut errors = Vec::new();
    let mut note = |field: &str, words: String| errors.push((field.to_owned(), words));
    let name = PersonName::parse(form.text("person")).map_err(|it| note("person", it.to_string())).ok();
    let email = Email::parse(form.text("email")).map_err(|it| note("email", it.to_string())).ok();
    let typed = form.find("password").unwrap_or_default();
    let password = Password::parse(typed).map_err(|it| note("password", it.to_string())).ok();
    match (name, email, password) {
        (Some(name), Some(email), Some(password)) => Ok(NewOperator { email, name, password }),
        _ => Err(errors),
    }
}
