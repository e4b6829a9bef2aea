//! One's own account: this file is about the password and the signed-in browsers of a person.

use askama::Template;
use axum::{
    extract::{Path, Query},
    http::StatusCode,
    response::{Html, IntoResponse, Redirect, Response},
};
use canvass_actions::{
    self as actions,
    signing_in::{self, Credentials},
};
use canvass_model::{id::SessionId, text::Password, time::Timestamp};
use canvass_storage::sessions::{self, Session, Who};

use super::sign_in;
use crate::{
    Problem,
    access::{SignedIn, Visitor},
    form::Form,
    view::moment,
};

#[derive(Template)]
#[template(path = "account/show.html")]
struct AccountPage {
    name: String,
    email: String,
    sessions: Vec<Browser>,
    errors: Vec<(String, String)>,
    changed: bool,
}

/// A signed-in browser as listed.
struct Browser {
    id: String,
    agent: String,
    is_this: bool,
    began: String,
    began_iso: String,
    seen: String,
    seen_iso: String,
}

/// What just happened.
#[derive(serde::Deserialize)]
pub(crate) struct Happened {
    changed: Option<String>,
}

impl AccountPage {
    fn error(&self, field: &str) -> &str {
        self.errors.iter().find(|(name, _)| name == field).map_or("", |(_, message)| message)
    }
}

/// The account.
pub(crate) async fn show(person: SignedIn, Query(happened): Query<Happened>) -> Result<Response, Problem> {
    page(&person, Vec::new(), happened.changed.is_some(), StatusCode::OK).await
}

/// Changes the password and signs other browsers out.
pub(crate) async fn update_password(person: SignedIn, visitor: Visitor, form: Form) -> Result<Response, Problem> {
    let new = match Password::parse(form.find("new").unwrap_or_default()) {
        Ok(new) => new,
        Err(refusal) => return refuse(&person, "new", refusal.to_string()).await,
    };
    let current = Password::offered(form.find("current").unwrap_or_default());
    let credentials = Credentials { email: person.account.email.clone(), password: current };
    let (client, session) = (sign_in::client(&visitor), person.session);
    let changed = visitor
        .act(|directory| async move {
            signing_in::change_password(&directory, &credentials, &new, (&client, session)).await
        })
        .await;
    match changed {
        Ok(()) => Ok(Redirect::to("/-/account?changed").into_response()),
        Err(actions::Error::Refused(_)) => {
            refuse(&person, "current", "This is not your present password".to_owned()).await
        }
        Err(error) => Err(error.into()),
    }
}

/// Signs one other browser out.
pub(crate) async fn revoke(person: SignedIn, Path(session): Path<String>) -> Result<Redirect, Problem> {
    let session = SessionId::parse(&session).ok_or(Problem::NotFound)?;
    let who = Who::Account(person.account.id);
    person.write(move |tx| signing_in::revoke(tx, who, session)).await?;
    Ok(Redirect::to("/-/account"))
}

/// Signs all other browsers out.
pub(crate) async fn revoke_others(person: SignedIn) -> Result<Redirect, Problem> {
    let (who, session) = (Who::Account(person.account.id), person.session);
    person.write(move |tx| signing_in::revoke_others(tx, who, session)).await?;
    Ok(Redirect::to("/-/account"))
}

async fn refuse(person: &SignedIn, field: &str, message: String) -> Result<Response, Problem> {
    page(person, vec![(field.to_owned(), message)], false, StatusCode::UNPROCESSABLE_ENTITY).await
}

async fn page(
    person: &SignedIn,
    errors: Vec<(String, String)>,
    changed: bool,
    status: StatusCode,
) -> Result<Response, Problem> {
    let who = Who::Account(person.account.id);
    let (found, now) = person
        .read(move |tx| {
            let now = tx.now();
            Ok::<_, Problem>((sessions::list(tx, who)?, now))
        })
        .await?;
    let page = AccountPage {
        name: person.account.name.to_string(),
        email: person.account.email.to_string(),
        sessions: found.into_iter().map(|it| browser(it, person.session, now)).collect(),
        errors,
        changed,
    };
    Ok((status, Html(page.render()?)).into_response())
}

fn browser(session: Session, this: SessionId, now: Timestamp) -> Browser {
    Browser {
        id: session.id.to_string(),
        is_this: session.id == this,
        agent: if session.agent.is_empty() { "A browser without a name".to_owned() } else { session.agent },
        began: moment::minute(session.created_at),
        began_iso: session.created_at.to_string(),
        seen: moment::ago(session.seen_at, now),
        seen_iso: session.seen_at.to_string(),
    }
}
