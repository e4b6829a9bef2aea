//! Signing in and out: this file is about members' sessions.

use askama::Template;
use axum::{
    extract::Query,
    http::{StatusCode, header},
    response::{Html, IntoResponse, Redirect, Response},
};
use canvass_actions::{
    self as actions,
    signing_in::{self, Client, Credentials, MEMBER_SESSION_MS},
};
use canvass_model::text::{Email, Password};
use canvass_storage::sessions::Who;

use crate::{
    Problem,
    access::{SignedIn, Visitor},
    cookies::Cookie,
    form::Form,
};

#[derive(Template)]
#[template(path = "public/sign_in.html")]
pub(super) struct SignInPage<'a> {
    pub(super) heading: &'a str,
    pub(super) action: &'a str,
    pub(super) error: String,
    pub(super) email: &'a str,
    pub(super) to: &'a str,
    pub(super) is_member: bool,
}

/// Where to go after signing in.
#[derive(serde::Deserialize)]
pub(crate) struct Wanted {
    #[serde(default)]
    pub(super) to: String,
}

/// The form.
pub(crate) async fn new(Query(wanted): Query<Wanted>) -> Result<Html<String>, Problem> {
    Ok(Html(page(&wanted.to, "", String::new()).render()?))
}

/// Signs in.
pub(crate) async fn create(visitor: Visitor, form: Form) -> Result<Response, Problem> {
    let (to, email) = (form.text("to"), form.text("email"));
    let attempted = match Email::parse(email) {
        Err(_) => Err(actions::Error::Refused("Enter your e-mail address and password.".to_owned())),
        Ok(email) => {
            let password = Password::offered(form.find("password").unwrap_or_default());
            let (credentials, client) = (Credentials { email, password }, client(&visitor));
            visitor.act(|directory| async move { signing_in::attempt(&directory, &credentials, &client).await }).await
        }
    };
    match attempted {
        Ok(signed_in) => {
            let cookie = Cookie::Member.set(signed_in.secret.reveal(), MEMBER_SESSION_MS / 1_000, visitor.settings());
            Ok(([(header::SET_COOKIE, cookie)], Redirect::to(local(to, "/-/console"))).into_response())
        }
        Err(error) => refused(error, |error| page(to, email, error)),
    }
}

/// Signs this browser out.
pub(crate) async fn delete(signed_in: Option<SignedInHere>, visitor: Visitor) -> Result<Response, Problem> {
    if let Some(SignedInHere(person)) = signed_in {
        let (who, session) = (Who::Account(person.account.id), person.session);
        person.write(move |tx| signing_in::sign_out(tx, who, session)).await?;
    }
    let cookie = Cookie::Member.clear(visitor.settings());
    Ok(([(header::SET_COOKIE, cookie)], Redirect::to("/")).into_response())
}

/// Somebody who may or may not be signed in still.
pub(crate) struct SignedInHere(SignedIn);

impl axum::extract::OptionalFromRequestParts<crate::App> for SignedInHere {
    type Rejection = Problem;

    async fn from_request_parts(
        parts: &mut axum::http::request::Parts,
        app: &crate::App,
    ) -> Result<Option<Self>, Problem> {
        use axum::extract::FromRequestParts;
        match SignedIn::from_request_parts(parts, app).await {
            Ok(person) => Ok(Some(Self(person))),
            Err(Problem::SignInRequired) => Ok(None),
            Err(problem) => Err(problem),
        }
    }
}

/// The form again with what went wrong, when the person can do something about it.
pub(super) fn refused<'a>(
    error: actions::Error,
    page: impl FnOnce(String) -> SignInPage<'a>,
) -> Result<Response, Problem> {
    match error {
        actions::Error::Refused(words) => {
            Ok((StatusCode::UNPROCESSABLE_ENTITY, Html(page(words).render()?)).into_response())
        }
        actions::Error::TooMany { retry_after_seconds } => {
            let words = format!("Too many attempts. Try again in {retry_after_seconds} seconds.");
            let headers = [(header::RETRY_AFTER, retry_after_seconds.to_string())];
            Ok((StatusCode::TOO_MANY_REQUESTS, headers, Html(page(words).render()?)).into_response())
        }
        other => Err(other.into()),
    }
}

/// A path of ours to go to; anything that could lead elsewhere becomes `otherwise`.
pub(super) fn local<'a>(to: &'a str, otherwise: &'a str) -> &'a str {
    let ours = to.starts_with('/') && !to.starts_with("//") && !to.contains('\\');
    let ours = ours && to.bytes().all(|it| it.is_ascii_graphic());
    if ours { to } else { otherwise }
}

/// Where a visitor comes from, as sign-in counts it.
pub(super) fn client(visitor: &Visitor) -> Client {
    Client { address: visitor.address.clone(), agent: visitor.agent.clone() }
}

fn page<'a>(to: &'a str, email: &'a str, error: String) -> SignInPage<'a> {
    SignInPage { heading: "Sign in", action: "/-/login", error, email, to, is_member: true }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_our_own_pages_are_gone_to() {
        for ours in ["/-/console/adatum", "/adatum", "/adatum/for-members?a=b"] {
            assert_eq!(local(ours, "/"), ours);
        }
        for elsewhere in
            ["//evil.example", "https://evil.example", "/\\evil.example", "/-/\\evil", "/-/a\r\nb", "", "adatum"]
        {
            assert_eq!(local(elsewhere, "/"), "/", "{elsewhere}");
        }
    }
}
