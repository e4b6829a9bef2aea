//! Members and programs: this file is about the people of a tenant, each a type that only the right credentials make.

mod exporting;
mod looking;
mod scripting;
mod writing;

use std::{ops::Deref, sync::Arc};

use axum::{extract::FromRequestParts, http::request::Parts};
use canvass_actions::{self as actions, domains::Registrar};
use canvass_model::{
    id::{SessionId, SurveyId, TokenId},
    member::{Actor, Member, Role},
    response::Accepted,
    tenant::TenantRecord,
    token::{Scope, Token},
};
use canvass_storage::{self as storage, Changes, DirectoryReadTx, DirectoryTx, ReadTx, Receipt, Tenant, Tx};

pub(crate) use self::writing::{Steward, Writer};
use super::{
    App, api, console,
    stewards::{Claimant, SecretKeeper},
};
use crate::{
    Problem,
    layout::{ConsoleArea, ConsoleShell, TenantLink},
    view::look::Look,
};

/// Someone of a tenant: a signed-in member, or a program with a token. What they may do stands in the type around it.
pub(crate) struct Person {
    pub(super) app: App,
    pub(super) tenant: Tenant,
    pub(super) actor: Actor,
    member: Option<Member>,
    token: Option<Arc<Token>>,
}

/// May read surveys and results, and export them.
pub(crate) struct Analyst(Person);

/// May also write, publish and close surveys, and erase responses.
pub(crate) struct Creator(pub(super) Writer);

/// May also manage people, tokens and the tenant itself. Never a program.
pub(crate) struct Administrator(Steward);

/// May submit responses over the API. Always a program.
pub(crate) struct Collector(Person);

/// Someone who signed in, whatever tenants they belong to.
pub(crate) struct SignedIn {
    pub(crate) app: App,
    /// Who.
    pub(crate) account: storage::accounts::Account,
    /// In which browser.
    pub(crate) session: SessionId,
}

impl Person {
    pub(super) fn member(app: App, tenant: Tenant, member: Member) -> Self {
        Self { app, tenant, actor: member.actor(), member: Some(member), token: None }
    }

    pub(super) fn program(app: App, tenant: Tenant, token: Arc<Token>) -> Self {
        let actor = Actor::Token { token: token.id, name: token.name.as_str().to_owned() };
        Self { app, tenant, actor, member: None, token: Some(token) }
    }

    /// Runs `work` in a read-only transaction of their tenant.
    pub(crate) async fn read<T, E>(
        &self,
        work: impl Fn(&mut ReadTx<'_>) -> Result<T, E> + Send + 'static,
    ) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<storage::Error> + Send + 'static,
    {
        self.tenant.read(work).await
    }

    /// A value computed from their tenant's data and kept until its public content changes.
    pub(crate) async fn cached<T, E>(
        &self,
        name: &str,
        load: impl Fn(&mut ReadTx<'_>) -> Result<T, E> + Send + 'static,
    ) -> Result<Arc<T>, E>
    where
        T: Send + Sync + 'static,
        E: From<storage::Error> + Send + 'static,
    {
        self.tenant.cached(name, load).await
    }

    /// The present moment, by the clock that transactions use.
    pub(crate) fn now(&self) -> canvass_model::time::Timestamp {
        self.tenant.now()
    }

    /// Hears of every change of a survey's responses.
    pub(crate) fn changes(&self, survey: SurveyId) -> Changes {
        self.tenant.changes(survey)
    }

    /// Runs `work` on what the directory keeps of their tenant: its tokens and domains.
    pub(crate) async fn read_directory<T, E>(
        &self,
        work: impl Fn(&mut DirectoryReadTx<'_>, &Tenant) -> Result<T, E> + Send + 'static,
    ) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<storage::Error> + Send + 'static,
    {
        let tenant = self.tenant.clone();
        self.app.directory().read(move |tx| work(tx, &tenant)).await
    }

    /// Where their tenant's public pages have the one address that the world is told, without a slash at its end.
    pub(crate) async fn public_url(&self) -> Result<String, storage::Error> {
        let primary = self.app.directory().primary_address(&self.tenant).await?;
        let registrar = self.registrar();
        Ok(registrar.url(self.tenant.record(), &registrar.settled(&primary).home))
    }

    /// What is known of hosts.
    pub(crate) fn registrar(&self) -> &Registrar {
        self.app.registrar()
    }

    /// What the directory records of their tenant.
    pub(crate) fn tenant(&self) -> &TenantRecord {
        self.tenant.record()
    }

    /// The signed-in member; `None` for a program.
    pub(crate) fn as_member(&self) -> Option<&Member> {
        self.member.as_ref()
    }

    /// The id of the program's token; `None` for a member.
    pub(super) fn token(&self) -> Option<TokenId> {
        self.token.as_ref().map(|it| it.id)
    }

    /// What the operator decided about the web.
    pub(crate) fn settings(&self) -> &crate::Settings {
        self.app.settings()
    }

    /// The frame of a console page of this person.
    pub(crate) async fn shell(&self, area: ConsoleArea) -> Result<ConsoleShell, storage::Error> {
        let tenants = match &self.member {
            Some(member) => self.app.directory().tenants_of(member.account).await?,
            None => Vec::new(),
        };
        Ok(ConsoleShell {
            tenant: TenantLink::of(self.tenant.record()),
            tenants: tenants.iter().map(|it| TenantLink::of(it.record())).collect(),
            person: self.actor.name().to_owned(),
            area,
            look: self.look().await?,
        })
    }

    /// How their tenant's public pages look.
    pub(crate) async fn look(&self) -> Result<Arc<Look>, storage::Error> {
        let alias = self.tenant.record().alias.clone();
        self.tenant.cached(Look::NAME, move |tx| Look::load(tx, &alias)).await
    }

    /// Runs `work` as this person, in one transaction of their tenant.
    pub(super) async fn write<T, E>(
        &self,
        work: impl Fn(&mut Tx<'_>, &Actor) -> Result<T, E> + Send + 'static,
    ) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<storage::Error> + Send + 'static,
    {
        let actor = self.actor.clone();
        self.tenant.write(move |tx| work(tx, &actor)).await
    }

    pub(super) fn is_at_least(&self, role: Role, scope: Scope) -> bool {
        match (&self.member, &self.token) {
            (Some(member), _) => role <= member.role,
            (None, Some(token)) => token.scopes.contains(&scope),
            (None, None) => false,
        }
    }
}

impl Analyst {
    /// Whether they may also write: what a page offers.
    pub(crate) fn may_write(&self) -> bool {
        self.0.is_at_least(Role::Creator, Scope::Write)
    }
}

impl Collector {
    /// Makes responses durable, within the plan; when this answers, they survive power loss.
    pub(crate) async fn append(&self, records: Vec<Accepted>) -> Result<Vec<Receipt>, actions::Error> {
        actions::responses::submit(&self.0.tenant, records).await
    }

    /// Holds back other submissions of the same response on this node while the guard lives.
    pub(crate) async fn turn(&self, id: canvass_model::id::ResponseId) -> tokio::sync::MutexGuard<'_, ()> {
        self.0.app.turns().take(id).await
    }

    /// Whether a response was accepted and waits to be applied.
    pub(crate) async fn is_waiting(&self, response: canvass_model::id::ResponseId) -> Result<bool, storage::Error> {
        self.0.tenant.is_waiting(response).await
    }
}

impl SignedIn {
    /// The tenants they belong to, by name.
    pub(crate) async fn tenants(&self) -> Result<Vec<TenantRecord>, storage::Error> {
        let tenants = self.app.directory().tenants_of(self.account.id).await?;
        Ok(tenants.iter().map(|it| it.record().clone()).collect())
    }

    /// Runs `work` on their own account and sessions.
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

    /// Changes their own account and sessions.
    pub(crate) async fn write<T, E>(
        &self,
        work: impl Fn(&mut DirectoryTx<'_>) -> Result<T, E> + Send + 'static,
    ) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<storage::Error> + Send + 'static,
    {
        self.app.directory().write(work).await
    }
}

/// The person a request speaks for: by token under `/api/`, by session cookie elsewhere.
pub(super) async fn person(parts: &mut Parts, app: &App) -> Result<Person, Problem> {
    if parts.uri.path().starts_with("/api/") { api::paced(parts, app).await } else { console::person(parts, app).await }
}

pub(super) fn forbidden(person: &Person, member: &str, scope: Scope) -> Problem {
    Problem::Forbidden(match person.token {
        Some(_) => format!("This token lacks the scope `{}`", scope.as_str()),
        None => format!("Your role does not allow this; ask an administrator to make you {member}"),
    })
}

impl FromRequestParts<App> for Analyst {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Problem> {
        let person = person(parts, app).await?;
        if person.is_at_least(Role::Analyst, Scope::Read) {
            Ok(Self(person))
        } else {
            Err(forbidden(&person, "an analyst", Scope::Read))
        }
    }
}

impl FromRequestParts<App> for Creator {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Problem> {
        let person = person(parts, app).await?;
        if person.is_at_least(Role::Creator, Scope::Write) {
            Ok(Self(Writer::of(person)))
        } else {
            Err(forbidden(&person, "a creator", Scope::Write))
        }
    }
}

impl FromRequestParts<App> for Administrator {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Problem> {
        let person = console::person(parts, app).await?;
        if person.member.as_ref().is_some_and(|it| it.role == Role::Administrator) {
            Ok(Self(Steward::of(person)))
        } else {
            Err(Problem::Forbidden("Only an administrator may do this".to_owned()))
        }
    }
}

impl FromRequestParts<App> for Collector {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Problem> {
        let person = api::person(parts, app).await?;
        if person.token.as_ref().is_some_and(|it| it.scopes.contains(&Scope::Collect)) {
            Ok(Self(person))
        } else {
            Err(forbidden(&person, "", Scope::Collect))
        }
    }
}

impl FromRequestParts<App> for SignedIn {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Problem> {
        console::signed_in(parts, app).await
    }
}

/// Only whoever asked for this person can read, and perhaps write, as them.
macro_rules! is_a {
    ($what:ident: $($name:ident),*) => {
        $(impl Deref for $name {
            type Target = $what;
            fn deref(&self) -> &$what {
                &self.0
            }
        })*
    };
}

is_a!(Person: Analyst, Collector);
is_a!(Writer: Creator);
is_a!(Steward: Administrator, Claimant, SecretKeeper);
