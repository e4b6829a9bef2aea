//! The gate of a page: this file is about what a request brings to it, and who comes through.

use std::sync::Arc;

use axum::{
    http::{HeaderMap, HeaderValue, header, request::Parts},
    response::Response,
};
use canvass_actions::gates::{self, Offered, PASS_MS};
use canvass_model::{
    address::PageAddress,
    id::AccountId,
    page::{Admission, Credentials, Page, Target, Visibility},
    text::Password,
    token::Secret,
};

use super::Respondent;
use crate::{
    Problem,
    access::{console, public::client_address},
    cookies::Cookie,
};

/// What a request brings that a gate may ask for.
pub(super) struct Brought {
    headers: HeaderMap,
    invitation: Option<Secret>,
    address: String,
}

/// Somebody whom a page's gate let in: what the handler of the page's kind asks for.
pub(crate) struct Entered<'a> {
    respondent: &'a Respondent,
    page: Arc<Page>,
    /// What follows the page's address in the one that was asked for.
    rest: String,
    /// The member who was let in as one.
    member: Option<AccountId>,
    /// What to carry along, so that the gate lets them in again; `None` where it is open.
    pass: Option<String>,
}

/// Why somebody was not let in.
pub(crate) enum Turned {
    /// There is no page, or it could not be read.
    Away(Problem),
    /// The page's gate is shut for them.
    Shut(Arc<Page>, Admission),
}

/// The parameter of a personal link that holds its secret.
const INVITATION: &str = "invitation";

impl Brought {
    pub(super) fn of(parts: &Parts) -> Self {
        let query = parts.uri.query().unwrap_or_default().as_bytes();
        let invitation = form_urlencoded::parse(query).find(|(name, _)| name == INVITATION);
        let mut headers = HeaderMap::new();
        for cookie in parts.headers.get_all(header::COOKIE) {
            headers.append(header::COOKIE, cookie.clone());
        }
        Self { headers, invitation: invitation.map(|(_, it)| Secret::offered(&it)), address: client_address(parts) }
    }
}

impl Respondent {
    /// Lets them in at an address, if its gate does. `carried` is the pass of a form, which cookies do not reach: a
    /// tenant's page has an origin of its own.
    pub(crate) async fn enter(&self, address: &PageAddress, carried: Option<&str>) -> Result<Entered<'_>, Turned> {
        let page = self.serving(address).await.map_err(Turned::Away)?.ok_or(Turned::Away(Problem::NotFound))?;
        let (credentials, pass, account) = if page.visibility.is_open() {
            (Credentials::NONE, None, None)
        } else {
            self.proof(&page, carried).await.map_err(Turned::Away)?
        };
        match page.admit(credentials, self.now()) {
            Admission::Admitted => {
                let rest = address.below(&page.address).to_owned();
                let member = account.filter(|_| page.visibility == Visibility::Members);
                Ok(Entered { respondent: self, page, rest, member, pass })
            }
            shut => Err(Turned::Shut(page, shut)),
        }
    }

    /// The page that serves an address: the one that is there, or else the nearest above it that a script makes.
    async fn serving(&self, address: &PageAddress) -> Result<Option<Arc<Page>>, Problem> {
        if let Some(page) = self.find(address).await? {
            return Ok(Some(page));
        }
        let mut above = address.above();
        while let Some(address) = above {
            match self.find(&address).await? {
                Some(page) if matches!(page.target, Target::Script(_)) => return Ok(Some(page)),
                Some(_) | None => above = address.above(),
            }
        }
        Ok(None)
    }

    /// Tries a password at the gate of a page; the answer is the cookie that opens it, or `None` when it is wrong.
    pub(crate) async fn unlock(&self, page: &Page, password: &str) -> Result<Option<HeaderValue>, Problem> {
        let (directory, address) = (&self.app.directory(), &self.brought.address);
        let pass = gates::unlock(directory, &self.tenant, page.id, Password::offered(password), address).await?;
        Ok(pass.map(|it| Cookie::Pass(page.id).set(&it, PASS_MS / 1_000, self.app.settings())))
    }

    async fn proof(
        &self,
        page: &Page,
        carried: Option<&str>,
    ) -> Result<(Credentials, Option<String>, Option<AccountId>), Problem> {
        let settings = self.app.settings();
        let cookie = Cookie::Pass(page.id).value(&self.brought.headers, settings);
        let session = Cookie::Member.read(&self.brought.headers, settings).filter(|_| !self.is_hosted());
        let account = match session {
            Some(secret) => console::signed_in_with(&secret, &self.app).await,
            None => Err(Problem::SignInRequired),
        };
        let account = match account {
            Ok(signed_in) => Some(signed_in.account.id),
            Err(Problem::SignInRequired) => None,
            Err(problem) => return Err(problem),
        };
        let offered = Offered {
            passes: carried.into_iter().chain(cookie).map(str::to_owned).collect(),
            invitation: self.brought.invitation.clone(),
            account,
        };
        let proof = gates::prove(&self.tenant, page, offered).await?;
        Ok((proof.credentials, proof.pass, account))
    }
}

impl Entered<'_> {
    /// Who.
    pub(crate) fn respondent(&self) -> &Respondent {
        self.respondent
    }

    /// The page.
    pub(crate) fn page(&self) -> &Page {
        &self.page
    }

    /// What follows the page's address in the one that was asked for, without a leading slash.
    pub(crate) fn rest(&self) -> &str {
        &self.rest
    }

    /// The member who was let in as one: only where the page is for members alone.
    pub(crate) fn member(&self) -> Option<AccountId> {
        self.member
    }

    /// What a form on the page carries along; empty where the gate is open.
    pub(crate) fn pass(&self) -> &str {
        self.pass.as_deref().unwrap_or_default()
    }

    /// What is served behind a gate is nobody else's: no cache keeps it, no search engine lists it, and the way on from it
    /// needs no second proof.
    pub(crate) fn seal(&self, mut response: Response) -> Response {
        let Some(pass) = &self.pass else { return response };
        let headers = response.headers_mut();
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        headers.insert("x-robots-tag", HeaderValue::from_static("noindex"));
        let cookie = Cookie::Pass(self.page.id).set(pass, PASS_MS / 1_000, self.respondent.app.settings());
        headers.append(header::SET_COOKIE, cookie);
        response
    }
}
