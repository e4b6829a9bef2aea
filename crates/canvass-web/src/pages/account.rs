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
        sessions: found.iter().map(|it| browser(it, person.session, now)).collect(),
        errors,
        changed,
    };
    Ok((status, Html(page.render()?)).into_response())
}

fn browser(session: &Session, this: SessionId, now: Timestamp) -> Browser {
    Browser {
        id: session.id.to_string(),
        is_this: session.id == this,
        agent: browser_name(&session.agent),
        began: moment::minute(session.created_at),
        began_iso: session.created_at.to_string(),
        seen: moment::ago(session.seen_at, now),
        seen_iso: session.seen_at.to_string(),
    }
}

/// A browser and its system in a person's words. Every browser claims to be those before it, so the last to come is
/// looked for first.
fn browser_name(agent: &str) -> String {
    const BROWSERS: [(&str, &str); 7] = [
        ("Edg", "Edge"),
        ("OPR/", "Opera"),
        ("Firefox/", "Firefox"),
        ("FxiOS/", "Firefox"),
        ("CriOS/", "Chrome"),
        ("Chrome/", "Chrome"),
        ("Safari/", "Safari"),
    ];
    const SYSTEMS: [(&str, &str); 7] = [
        ("Android", "Android"),
        ("iPhone", "an iPhone"),
        ("iPad", "an iPad"),
        ("CrOS", "ChromeOS"),
        ("Windows", "Windows"),
        ("Mac OS X", "a Mac"),
        ("Linux", "Linux"),
    ];
    let named = |names: &[(&str, &'static str)]| names.iter().find(|(part, _)| agent.contains(part)).map(|it| it.1);
    match (named(&BROWSERS), named(&SYSTEMS)) {
        (Some(browser), Some(system)) => format!("{browser} on {system}"),
        (Some(browser), None) => browser.to_owned(),
        (None, Some(system)) => format!("A browser on {system}"),
        (None, None) if agent.is_empty() => "A browser without a name".to_owned(),
        (None, None) => agent.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_browser_goes_by_its_own_name_not_by_those_it_claims() {
        let told = [
            (
                "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 \
                 Safari/537.36 Edg/140.0.0.0",
                "Edge on Windows",
            ),
            (
                "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) \
                 Version/18.5 Mobile/15E148 Safari/604.1",
                "Safari on an iPhone",
            ),
            ("Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0", "Firefox on Linux"),
            ("curl/8.14.1", "curl/8.14.1"),
            ("", "A browser without a name"),
        ];
        for (agent, name) in told {
            assert_eq!(browser_name(agent), name);
        }
    }
}
