//! API tokens: this file is about making and revoking them.

use askama::Template;
use axum::{
    extract::Path,
    http::StatusCode,
    response::{Html, IntoResponse, Redirect, Response},
};
use canvass_actions::{
    self as actions, secrets,
    tokens::{self, NewToken},
};
use canvass_model::{
    id::TokenId,
    text::TokenName,
    time::Timestamp,
    token::{Scope, Token},
};
use canvass_storage as storage;

use crate::{
    Problem,
    access::Administrator,
    form::Form,
    layout::{ConsoleArea, ConsoleShell},
    view::tokens::{self as tokens_view, Listed, Made},
};

#[derive(Template)]
#[template(path = "console/tokens.html")]
struct TokensPage<'a> {
    shell: ConsoleShell,
    base: String,
    tokens: Vec<Listed>,
    made: Option<Made>,
    form: &'a Form,
    errors: Vec<(String, String)>,
}

impl TokensPage<'_> {
    fn error(&self, field: &str) -> &str {
        self.errors.iter().find(|(name, _)| name == field).map_or("", |(_, message)| message)
    }

    fn is_wanted(&self, scope: Scope) -> bool {
        if self.form.0.is_empty() {
            scope == Scope::Read
        } else {
            self.form.all("scope").any(|it| it == scope.as_str())
        }
    }
}

/// The tenant's tokens.
pub(crate) async fn index(administrator: Administrator) -> Result<Response, Problem> {
    page(&administrator, None, &Form(Vec::new()), Vec::new(), StatusCode::OK).await
}

/// Makes a token and shows its secret, once.
pub(crate) async fn create(administrator: Administrator, form: Form) -> Result<Response, Problem> {
    let new = match read(&form) {
        Ok(new) => new,
        Err(errors) => return page(&administrator, None, &form, errors, StatusCode::UNPROCESSABLE_ENTITY).await,
    };
    let secret = secrets::fresh_token()?;
    let (asked, kept) = (new.clone(), secret.clone());
    let made = administrator.write_directory(move |tx, tenant| tokens::create(tx, tenant, &asked, &kept)).await;
    match made {
        Ok(token) => {
            let id = token.id;
            administrator.write(move |tx, by| tokens::note_created(tx, by, id)).await?;
            let made = Made::new(&token.name, &secret);
            page(&administrator, Some(made), &Form(Vec::new()), Vec::new(), StatusCode::OK).await
        }
        Err(actions::Error::Refused(words) | actions::Error::Limit(words)) => {
            let errors = vec![("scope".to_owned(), words)];
            page(&administrator, None, &form, errors, StatusCode::UNPROCESSABLE_ENTITY).await
        }
        Err(error) => Err(error.into()),
    }
}

/// Revokes a token.
pub(crate) async fn delete(
    administrator: Administrator,
    Path((_, token)): Path<(String, String)>,
) -> Result<Redirect, Problem> {
    let id = TokenId::parse(&token).ok_or(Problem::NotFound)?;
    administrator.write_directory(move |tx, tenant| tokens::revoke(tx, tenant, id)).await?;
    administrator.write(move |tx, by| tokens::note_revoked(tx, by, id)).await?;
    Ok(Redirect::to(&base(&administrator)))
}

/// Where the page is.
fn base(administrator: &Administrator) -> String {
    format!("/-/console/{}/tokens", administrator.tenant().alias)
}

/// What a scope allows, in words.
fn may(scope: Scope) -> &'static str {
    match scope {
        Scope::Read => "Read surveys, responses and results",
        Scope::Write => "Write and publish surveys, erase responses",
        Scope::Collect => "Submit responses",
        Scope::Admin => "Do what only administrators do: set the secrets of scripts",
    }
}

fn read(form: &Form) -> Result<NewToken, Vec<(String, String)>> {
    let mut errors = Vec::new();
    let name = TokenName::parse(form.text("name")).map_err(|it| errors.push(("name".to_owned(), it.to_string()))).ok();
    let scopes: Vec<Scope> = form.all("scope").filter_map(Scope::parse).collect();
    if scopes.is_empty() {
        errors.push(("scope".to_owned(), "Choose at least one thing the token may do".to_owned()));
    }
    match name {
        Some(name) if errors.is_empty() => Ok(NewToken { name, scopes, life_ms: tokens_view::life_ms(form) }),
        _ => Err(errors),
    }
}

async fn page(
    administrator: &Administrator,
    made: Option<Made>,
    form: &Form,
    errors: Vec<(String, String)>,
    status: StatusCode,
) -> Result<Response, Problem> {
    let now = administrator.now();
    let found = administrator.read_directory(storage::tokens::list).await?;
    let page = TokensPage {
        base: base(administrator),
        shell: administrator.shell(ConsoleArea::Tokens).await?,
        tokens: found.into_iter().map(|it| listed(it, now)).collect(),
        made,
        form,
        errors,
    };
    Ok((status, Html(page.render()?)).into_response())
}

fn listed(token: Token, now: Timestamp) -> Listed {
    let scopes: Vec<&str> = token.scopes.iter().map(|it| it.as_str()).collect();
    Listed {
        id: token.id.to_string(),
        may: format!("May {}", scopes.join(", ")),
        used: tokens_view::used(token.last_used_at, now),
        expires: tokens_view::expires(token.expires_at, now),
        name: token.name.to_string(),
        hint: token.hint,
    }
}
