//! Invitations: this file is about the personal links by which invited people open a page.

use canvass_model::{
    id::{InvitationId, PageId},
    time::Timestamp,
    token::SecretHash,
};

use crate::{
    Error, ReadTx, Tx,
    decode::{self, Columns},
    engine::Value,
};

/// What is kept of a personal link: never its secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Invitation {
    /// Its id.
    pub id: InvitationId,
    /// The page it opens.
    pub page: PageId,
    /// Whom it is for, in its maker's words.
    pub label: String,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it stops working, if it does.
    pub expires_at: Option<Timestamp>,
    /// When it was first used, if it was.
    pub used_at: Option<Timestamp>,
}

/// The invitation with this secret, unless it has expired.
pub fn find_invitation(tx: &mut ReadTx<'_>, hash: &SecretHash) -> Result<Option<Invitation>, Error> {
    let sql = "select id, page, label, created_at, expires_at, used_at from invitation
        where hash = $1 and (expires_at is null or expires_at > $2)";
    let now = tx.now();
    decode::first(tx.session, "invitation", (sql, &[hash.into(), now.into()]), invitation)
}

/// The invitation to a page with this id, unless it has expired.
pub fn find_invitation_by_id(tx: &mut ReadTx<'_>, page: PageId, id: InvitationId) -> Result<Option<Invitation>, Error> {
    let sql = "select id, page, label, created_at, expires_at, used_at from invitation
        where page = $1 and id = $2 and (expires_at is null or expires_at > $3)";
    let now = tx.now();
    decode::first(tx.session, "invitation", (sql, &[Value::text(page), Value::text(id), now.into()]), invitation)
}

/// The page that the invitation with this id opens, whether or not it has expired.
pub fn page_of_invitation(tx: &mut ReadTx<'_>, id: InvitationId) -> Result<Option<PageId>, Error> {
    let sql = "select page from invitation where id = $1";
    decode::first(tx.session, "invitation", (sql, &[Value::text(id)]), |row| row.parsed(PageId::parse))
}

/// How many invitations a page has, those that have expired included.
pub fn count_invitations(tx: &mut ReadTx<'_>, page: PageId) -> Result<u64, Error> {
    let sql = "select count(*) from invitation where page = $1";
    decode::count(tx.session, "invitation", (sql, &[Value::text(page)]))
}

/// A page's invitations, the newest first.
pub fn list_invitations(
    tx: &mut ReadTx<'_>,
    page: PageId,
    after: Option<InvitationId>,
    limit: u32,
) -> Result<Vec<Invitation>, Error> {
    let sql = "select id, page, label, created_at, expires_at, used_at from invitation
        where page = $1 and (cast($2 as text) = '' or id < $2) order by id desc limit $3";
    let after = after.map(|it| it.to_string()).unwrap_or_default();
    let args = [Value::text(page), Value::Text(after), Value::count(limit)];
    decode::list(tx.session, "invitation", (sql, &args), invitation)
}

/// Stores an invitation under its secret's hash.
pub fn insert_invitation(tx: &mut Tx<'_>, hash: &SecretHash, invitation: &Invitation) -> Result<(), Error> {
    let row = [
        hash.into(),
        Value::text(invitation.id),
        Value::text(invitation.page),
        invitation.label.as_str().into(),
        invitation.created_at.into(),
        invitation.expires_at.into(),
        invitation.used_at.into(),
    ];
    let sql = "insert into invitation (hash, id, page, label, created_at, expires_at, used_at)
        values ($1, $2, $3, $4, $5, $6, $7)";
    tx.session.execute(sql, &row)?;
    Ok(())
}

/// Notes the first use of an invitation.
pub fn touch_invitation(tx: &mut Tx<'_>, id: InvitationId) -> Result<(), Error> {
    let now = tx.now();
    let sql = "update invitation set used_at = $2 where id = $1 and used_at is null";
    tx.session.execute(sql, &[Value::text(id), now.into()])?;
    Ok(())
}

/// Takes an invitation back; `false` when there is none of this page with this id.
pub fn delete_invitation(tx: &mut Tx<'_>, page: PageId, id: InvitationId) -> Result<bool, Error> {
    let sql = "delete from invitation where page = $1 and id = $2";
    Ok(0 < tx.session.execute(sql, &[Value::text(page), Value::text(id)])?)
}

fn invitation(row: &mut Columns) -> Result<Invitation, Error> {
    Ok(Invitation {
        id: row.parsed(InvitationId::parse)?,
        page: row.parsed(PageId::parse)?,
        label: row.text()?,
        created_at: row.time()?,
        expires_at: row.optional_time()?,
        used_at: row.optional_time()?,
    })
}
