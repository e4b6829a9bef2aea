//! The operator's programs: this file is about who holds an operator token. It opens what the operator may do, and no
//! tenant's data.

use axum::{extract::FromRequestParts, http::request::Parts};
use canvass_actions as actions;
use canvass_model::{
    alias::Alias,
    member::Actor,
    token::{OperatorToken, Secret, SecretHash},
};
use canvass_storage::{self as storage, Directory, DirectoryReadTx, operator_tokens};

use super::Usage;
use crate::{
    Problem, Settings,
    access::{App, api::bearer},
    view::moment,
};

/// A program with an operator token.
pub(crate) struct OperatorProgram {
    app: App,
    token: OperatorToken,
}

impl OperatorProgram {
    /// Runs `work` in a read-only transaction of the directory.
    pub(crate) async fn read<T, E>(
        &self,
        work: impl Fn(&mut DirectoryReadTx<'_>) -> Result<T, E> + Send + 'static,
    ) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<storage::Error> + Send + 'static,
    {
        self.app.directory().read(work).await
    }

    /// Runs an action that spans the directory and one tenant; the action writes the tenant's log.
    pub(crate) async fn act<T, E, F>(&self, action: impl FnOnce(Directory, Actor) -> F) -> Result<T, E>
    where
        F: Future<Output = Result<T, E>>,
    {
        let actor = Actor::OperatorToken { token: self.token.id, name: self.token.name.as_str().to_owned() };
        action(self.app.directory().clone(), actor).await
    }

    /// What a tenant uses of its plan; `None` for one that is not in use.
    pub(crate) async fn usage(&self, alias: &Alias) -> Result<Option<Usage>, actions::Error> {
        Usage::of(&self.app, alias).await
    }

    /// What the operator decided about the web.
    pub(crate) fn settings(&self) -> &Settings {
        self.app.settings()
    }

    /// The token it came with, as others tell it apart.
    pub(crate) fn token(&self) -> &OperatorToken {
        &self.token
    }
}

impl FromRequestParts<App> for OperatorProgram {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Problem> {
        let secret = bearer(parts).filter(|it| it.starts_with(Secret::OPERATOR_PREFIX));
        let hash = Secret::offered(secret.ok_or(Problem::OperatorTokenRequired)?).hash();
        let find = move |tx: &mut DirectoryReadTx<'_>| Ok::<_, Problem>((operator_tokens::find(tx, &hash)?, tx.now()));
        let (Some(token), now) = app.directory().read(find).await? else {
            return Err(refusal(app, hash).await?);
        };
        app.pace().check_operator(token.id)?;
        let id = token.id;
        if token.is_use_news_at(now) {
            app.directory().write(move |tx| operator_tokens::touch(tx, id)).await?;
        }
        Ok(Self { app: app.clone(), token })
    }
}

/// Why a token opens nothing. Only who holds its secret learns that it once did.
async fn refusal(app: &App, hash: SecretHash) -> Result<Problem, Problem> {
    let expired = app.directory().read(move |tx| operator_tokens::find_expiry(tx, &hash)).await?;
    Ok(expired.map_or(Problem::OperatorTokenUnknown, |at| Problem::TokenExpired { at: moment::second(at) }))
}
