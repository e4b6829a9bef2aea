//! Gates: this file is about proving that one may see a page: by its password, by a personal link, as a member. The proof
//! is a pass, a signed note that whoever was let in carries along, since a tenant's page has no power over cookies.

mod pass;

use canvass_model::{
    definition::Fault,
    event::Event,
    id::{AccountId, InvitationId, PageId},
    member::Actor,
    page::{Credentials, Page, Visibility, Who},
    text::Password,
    time::Timestamp,
    token::Secret,
};
use canvass_storage::{
    self as storage, Directory, ReadTx, Tenant, Tx, events, members, meta,
    pages::{self, Invitation},
    surveys,
};

use self::pass::{Holder, stamp};
pub use self::pass::{PASS_MS, PassKey};
use crate::{Error, pages::found, passwords, secrets, throttling::Attempt};

/// What a visitor offers at a gate.
#[derive(Debug, Clone, Default)]
pub struct Offered {
    /// Passes they carry, in a form or a cookie.
    pub passes: Vec<String>,
    /// The secret of a personal link.
    pub invitation: Option<Secret>,
    /// Who is signed in.
    pub account: Option<AccountId>,
}

/// What was found of a visitor.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proof {
    /// What the gate asks for.
    pub credentials: Credentials,
    /// A fresh pass to carry along; `None` when they proved nothing.
    pub pass: Option<String>,
}

/// The most characters whom a link is for may have.
pub const LABEL_CHARS_MAX: usize = 200;
/// The most personal links a page may have.
pub const INVITATIONS_MAX: u64 = 10_000;
/// Passes looked at of one request; no browser of a person brings more.
const PASSES_MAX: usize = 4;
/// Under which name the tenant's key for passes is kept.
const KEY: &str = "pass_key";

/// Judges what a visitor offers at the gate of a page that is not for everybody.
pub async fn prove(tenant: &Tenant, page: &Page, offered: Offered) -> Result<Proof, Error> {
    let key = key(tenant).await?;
    let (id, visibility) = (page.id, page.visibility);
    let (is_first, judge) = (offered.invitation.is_some(), key.clone());
    let (holder, who) = tenant.read(move |tx| holder(tx, (id, visibility), &judge, &offered)).await?;
    if let Some(Holder::Invitation(invitation)) = holder
        && is_first
    {
        tenant.write(move |tx| pages::touch_invitation(tx, invitation)).await?;
    }
    let credentials =
        Credentials { who, holds_pass: matches!(holder, Some(Holder::Password(_) | Holder::Invitation(_))) };
    let pass = holder.map(|it| key.issue(id, &it, tenant.now()));
    Ok(Proof { credentials, pass })
}

/// Gives a pass for a page to whoever knows its password; `None` when it is wrong. [`Error::TooMany`] when too many wrong
/// ones were tried, from one place or at one page.
pub async fn unlock(
    directory: &Directory,
    tenant: &Tenant,
    page: PageId,
    password: Password,
    address: &str,
) -> Result<Option<String>, Error> {
    let attempt = Attempt::at_page(page, address);
    let counted = attempt.clone();
    directory.write(move |tx| counted.begin(tx)).await?;
    let hash = tenant.read(move |tx| pages::password_hash(tx, page)).await?;
    let is_right = passwords::verify(password, hash.clone()).await?;
    directory.write(move |tx| if is_right { attempt.succeed(tx) } else { attempt.fail(tx) }).await?;
    let Some(hash) = hash.filter(|_| is_right) else { return Ok(None) };
    let key = key(tenant).await?;
    Ok(Some(key.issue(page, &Holder::Password(stamp(&hash)), tenant.now())))
}

/// Makes a personal link to a page out of a [fresh secret](crate::secrets::fresh), which is shown to its maker once and
/// not kept.
pub fn invite(
    tx: &mut Tx<'_>,
    by: &Actor,
    (page, label): (PageId, &str),
    expires_at: Option<Timestamp>,
    secret: &Secret,
) -> Result<Invitation, Error> {
    let page = found(tx, page)?;
    let label = label.trim();
    let refusal = match label.chars().count() {
        0 => Some("Enter whom this link is for".to_owned()),
        count if LABEL_CHARS_MAX < count => Some(format!("Use {LABEL_CHARS_MAX} characters or fewer")),
        _ if label.chars().any(char::is_control) => Some("Remove the line breaks and control characters".to_owned()),
        _ => None,
    };
    if let Some(message) = refusal {
        return Err(Error::Invalid { faults: vec![Fault { pointer: "/label".to_owned(), message }] });
    }
    let count = pages::count_invitations(tx, page.id)?;
    if INVITATIONS_MAX <= count {
        return Err(Error::Limit(format!("There are {count} links to this page already; take some back first")));
    }
    let now = tx.now();
    let invitation = Invitation {
        id: tx.new_id(),
        page: page.id,
        label: label.to_owned(),
        created_at: now,
        expires_at,
        used_at: None,
    };
    pages::insert_invitation(tx, &secret.hash(), &invitation)?;
    events::insert(tx, by, &Event::PageShared { page: page.id, address: page.address.native().to_owned() })?;
    Ok(invitation)
}

/// Takes a personal link back; it stops working at once, and so does every pass it gave.
pub fn take_back(tx: &mut Tx<'_>, by: &Actor, page: PageId, invitation: InvitationId) -> Result<(), Error> {
    let page = found(tx, page)?;
    if !pages::delete_invitation(tx, page.id, invitation)? {
        return Err(Error::NotFound);
    }
    let address = page.address.native().to_owned();
    Ok(events::insert(tx, by, &Event::PageUnshared { page: page.id, address })?)
}

/// Takes back the personal link with this id, whatever page it opens; [`Error::NotFound`] when there is none.
pub fn take_back_any(tx: &mut Tx<'_>, by: &Actor, invitation: InvitationId) -> Result<(), Error> {
    let page = pages::page_of_invitation(tx, invitation)?.ok_or(Error::NotFound)?;
    take_back(tx, by, page, invitation)
}

/// What a visitor holds that this page's gate asks for, and who they are.
fn holder(
    tx: &mut ReadTx<'_>,
    (page, visibility): (PageId, Visibility),
    key: &PassKey,
    offered: &Offered,
) -> Result<(Option<Holder>, Who), Error> {
    if let Some(account) = offered.account
        && members::find(tx, account)?.is_some()
    {
        return Ok((Some(Holder::Member(account)), Who::Member));
    }
    let who = if offered.account.is_some() { Who::Stranger } else { Who::Nobody };
    let now = tx.now();
    for pass in offered.passes.iter().take(PASSES_MAX) {
        match key.read(page, pass, now) {
            Some(Holder::Member(account)) if members::find(tx, account)?.is_some() => {
                return Ok((Some(Holder::Member(account)), Who::Member));
            }
            Some(Holder::Password(given)) if visibility == Visibility::Password => {
                if pages::password_hash(tx, page)?.is_some_and(|it| stamp(&it) == given) {
                    return Ok((Some(Holder::Password(given)), who));
                }
            }
            Some(Holder::Invitation(id)) if visibility == Visibility::Invited => {
                if pages::find_invitation_by_id(tx, page, id)?.is_some() {
                    return Ok((Some(Holder::Invitation(id)), who));
                }
            }
            Some(_) | None => {}
        }
    }
    if let Some(secret) = offered.invitation.as_ref().filter(|_| visibility == Visibility::Invited) {
        let found = pages::find_invitation(tx, &secret.hash())?.filter(|it| it.page == page);
        return Ok((found.map(|it| Holder::Invitation(it.id)), who));
    }
    Ok((None, who))
}

/// The tenant's key for passes, made when it is first needed.
async fn key(tenant: &Tenant) -> Result<PassKey, Error> {
    let load = |tx: &mut ReadTx<'_>| meta::find(tx, KEY);
    let known = tenant.cached("pass-key", load).await?;
    if let Some(text) = known.as_ref() {
        return Ok(PassKey::new(text));
    }
    let fresh = secrets::fresh()?;
    let made = tenant.write(move |tx| {
        if let Some(text) = meta::find(tx, KEY)? {
            return Ok(text);
        }
        surveys::change_content(tx)?;
        meta::put(tx, KEY, fresh.reveal())?;
        Ok::<_, storage::Error>(fresh.reveal().to_owned())
    });
    Ok(PassKey::new(&made.await?))
}
