//! Operator tokens: this file is about making and revoking the tokens of the operator's programs.

use askama::Template;
use axum::{
    extract::Path,
    http::StatusCode,
    response::{Html, IntoResponse, Redirect, Response},
};
use canvass_actions::{
    self as actions,
    operator_tokens::{self as verbs, NewOperatorToken},
    secrets,
};
use canvass_model::{id::OperatorTokenId, text::TokenName, time::Timestamp, token::OperatorToken};
use canvass_storage::{self as storage, operator_tokens};

use crate::{
    Problem,
    access::Operator,
    form::Form,
    layout::{OperatorArea, OperatorShell},
    view::tokens::{self as view, Listed, Made},
};

/// Where the page is.
const BASE: &str = "/-/operate/tokens";

#[derive(Template)]
#[template(path = "operator/tokens.html")]
struct TokensPage<'a> {
    shell: OperatorShell,
    base: &'static str,
    tokens: Vec<Listed>,
    made: Option<Made>,
    form: &'a Form,
    errors: Vec<(String, String)>,
}

impl TokensPage<'_> {
    fn error(&self, field: &str) -> &str {
        self.errors.iter().find(|(name, _)| name == field).map_or("", |(_, message)| message)
    }
}

/// All tokens of the operator's.
pub(crate) async fn index(operator: Operator) -> Result<Response, Problem> {
    page(&operator, None, &Form(Vec::new()), Vec::new(), StatusCode::OK).await
}

/// Makes a token and shows its secret, once.
pub(crate) async fn create(operator: Operator, form: Form) -> Result<Response, Problem> {
    let name = match TokenName::parse(form.text("name")) {
        Ok(name) => name,
        Err(refusal) => return refused(&operator, &form, refusal.to_string()).await,
    };
    let secret = secrets::fresh_operator_token()?;
    let (new, kept) = (NewOperatorToken { name, life_ms: view::life_ms(&form) }, secret.clone());
    match operator.write(move |tx, _| verbs::create(tx, &new, &kept)).await {
        Ok(token) => {
            let made = Made::new(&token.name, &secret);
            page(&operator, Some(made), &Form(Vec::new()), Vec::new(), StatusCode::OK).await
        }
        Err(actions::Error::Limit(words)) => refused(&operator, &form, words).await,
        Err(error) => Err(error.into()),
    }
}

/// Revokes a token.
pub(crate) async fn delete(operator: Operator, Path(token): Path<String>) -> Result<Redirect, Problem> {
    let id = OperatorTokenId::parse(&token).ok_or(Problem::NotFound)?;
    operator.write(move |tx, _| verbs::revoke(tx, id)).await?;
    Ok(Redirect::to(BASE))
}

async fn refused(operator: &Operator, form: &Form, words: String) -> Result<Response, Problem> {
    let errors = vec![("name".to_owned(), words)];
    page(operator, None, form, errors, StatusCode::UNPROCESSABLE_ENTITY).await
}

async fn page(
    operator: &Operator,
    made: Option<Made>,
    form: &Form,
    errors: Vec<(String, String)>,
    status: StatusCode,
) -> Result<Response, Problem> {
    let (found, now) = operator.read(|tx| Ok::<_, storage::Error>((operator_tokens::list(tx)?, tx.now()))).await?;
    let page = TokensPage {
        shell: operator.shell(OperatorArea::Tokens),
        base: BASE,
        tokens: found.into_iter().map(|it| listed(it, now)).collect(),
        made,
        form,
        errors,
    };
    Ok((status, Html(page.render()?)).into_response())
}

fn listed(token: OperatorToken, now: Timestamp) -> Listed {
    Listed {
        id: token.id.to_string(),
        may: String::new(),
        used: view::used(token.last_used_at, now),
        expires: view::expires(token.expires_at, now),
        name: token.name.to_string(),
        hint: token.hint,
    }
}
