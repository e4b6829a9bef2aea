//! Operators: this file is about who runs the installation, and the little they may see of a tenant.

mod program;

use axum::{extract::FromRequestParts, http::request::Parts};
use canvass_actions as actions;
use canvass_model::{alias::Alias, id::SessionId, member::Actor, script::ScriptName};
use canvass_storage::{
    self as storage, Directory, DirectoryReadTx, DirectoryTx, Intake, operators, responses, scripts,
    sessions::{self, Who},
    surveys,
};

pub(crate) use self::program::OperatorProgram;
use super::App;
use crate::{
    Problem,
    cookies::Cookie,
    layout::{OperatorArea, OperatorShell},
};

/// A signed-in operator: sees the directory, and no tenant's data.
pub(crate) struct Operator {
    app: App,
    account: operators::Operator,
    session: SessionId,
}

/// What a tenant uses of its plan.
pub(crate) struct Usage {
    /// Surveys open now.
    pub(crate) open_surveys: u32,
    /// Responses received in this calendar month.
    pub(crate) responses_month: u64,
    /// Scripts there are.
    pub(crate) scripts: u32,
    /// Why all of them are stopped, if they are.
    pub(crate) scripts_stopped: Option<String>,
    /// Those that this or another operator stopped by name, each with why.
    pub(crate) stopped_scripts: Vec<(ScriptName, String)>,
}

impl Operator {
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

    /// Runs `work` as this operator, in one transaction of the directory.
    pub(crate) async fn write<T, E>(
        &self,
        work: impl Fn(&mut DirectoryTx<'_>, &Actor) -> Result<T, E> + Send + 'static,
    ) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<storage::Error> + Send + 'static,
    {
        let actor = self.actor();
        self.app.directory().write(move |tx| work(tx, &actor)).await
    }

    /// Runs an action that spans the directory and one tenant, such as a suspension: the action writes the tenant's log.
    pub(crate) async fn act<T, E, F>(&self, action: impl FnOnce(Directory, Actor) -> F) -> Result<T, E>
    where
        F: Future<Output = Result<T, E>>,
    {
        action(self.app.directory().clone(), self.actor()).await
    }

    /// The intake, for its figures.
    pub(crate) fn intake(&self) -> Intake {
        self.app.directory().intake()
    }

    /// Records of visits that this process lost since it started.
    pub(crate) fn lost_visits(&self) -> u64 {
        self.app.recorder().losses().total()
    }

    /// How the sandbox of this process is.
    pub(crate) fn sandbox(&self) -> canvass_script::Status {
        self.app.scripts().status()
    }

    /// What a tenant uses of its plan; `None` for a tenant that is not in use.
    pub(crate) async fn usage(&self, alias: &Alias) -> Result<Option<Usage>, actions::Error> {
        Usage::of(&self.app, alias).await
    }

    /// The frame of a page of this operator.
    pub(crate) fn shell(&self, area: OperatorArea) -> OperatorShell {
        OperatorShell { person: self.account.name.as_str().to_owned(), area }
    }

    /// The browser they signed in with.
    pub(crate) fn session(&self) -> SessionId {
        self.session
    }

    /// Who they are, as sessions know them.
    pub(crate) fn who(&self) -> Who {
        Who::Operator(self.account.id)
    }

    fn actor(&self) -> Actor {
        Actor::Operator { operator: self.account.id, name: self.account.name.as_str().to_owned() }
    }
}

impl Usage {
    /// Some counts of a tenant and nothing else of it; `None` for one that is not in use.
    async fn of(app: &App, alias: &Alias) -> Result<Option<Self>, actions::Error> {
        let found = app.directory().tenant(alias).await?.filter(|it| it.record().state.is_in_use());
        let Some(tenant) = found else { return Ok(None) };
        let usage = tenant.read(|tx| {
            let now = tx.now();
            Ok::<_, actions::Error>(Self {
                open_surveys: surveys::count_open(tx)?,
                responses_month: responses::count_in_month(tx, now)?,
                scripts: scripts::count(tx)?,
                scripts_stopped: actions::scripts::stopped(tx)?,
                stopped_scripts: scripts::list_stopped(tx)?
                    .into_iter()
                    .filter_map(|it| Some((it.name, it.stopped_by_operator?)))
                    .collect(),
            })
        });
        usage.await.map(Some)
    }
}

impl FromRequestParts<App> for Operator {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Problem> {
        let secret = Cookie::Operator.read(&parts.headers, app.settings()).ok_or(Problem::OperatorSignInRequired)?;
        let hash = secret.hash();
        let found = app
            .directory()
            .read(move |tx| {
                let Some(session) = sessions::find(tx, &hash)? else { return Ok(None) };
                let Who::Operator(operator) = session.who else { return Ok(None) };
                Ok::<_, Problem>(operators::find(tx, operator)?.map(|it| (it, session.id)))
            })
            .await?;
        let (operator, session) = found.ok_or(Problem::OperatorSignInRequired)?;
        Ok(Self { app: app.clone(), account: operator, session })
    }
}
