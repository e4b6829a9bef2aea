//! Members: this file is about people who join a tenant that is there already.

use canvass_model::{
    event::Event,
    id::AccountId,
    member::{Actor, Member, Role},
    text::{Email, Password, PersonName},
};
use canvass_storage::{
    Directory, DirectoryTx, Tenant,
    accounts::{self, Account},
    events, members, tenants,
};

use crate::{Error, passwords};

/// Somebody who shall belong to a tenant.
#[derive(Debug, Clone)]
pub struct NewMember {
    /// What colleagues call them.
    pub name: PersonName,
    /// Where mail reaches them, and what they sign in with.
    pub email: Email,
    /// What they sign in with, unless they have an account already: that keeps its own.
    pub password: Password,
    /// What they may do.
    pub role: Role,
}

/// Makes somebody a member, with an account unless they have one. Who is a member already stays as they are, so that it
/// can run again after a crash. [`Error::Limit`] when the plan has no place left; two at once may take the last one both.
pub async fn admit(directory: &Directory, tenant: &Tenant, by: &Actor, new: &NewMember) -> Result<AccountId, Error> {
    refuse_beyond_plan(tenant, &new.email).await?;
    let password_hash = passwords::hash(new.password.clone()).await?;
    let (owner, person) = (tenant.record().id, new.clone());
    let account = directory
        .write(move |tx| {
            let account = account(tx, &person, &password_hash)?;
            tenants::insert_membership(tx, account.id, owner)?;
            Ok::<_, Error>(account)
        })
        .await?;
    let (id, by, role) = (account.id, by.clone(), new.role);
    tenant
        .write(move |tx| {
            if members::find(tx, id)?.is_some() {
                return Ok::<_, Error>(());
            }
            let (name, email, joined_at) = (account.name.clone(), account.email.clone(), tx.now());
            events::insert(tx, &by, &Event::MemberAdmitted { name: name.as_str().to_owned(), role })?;
            Ok(members::put(tx, &Member { account: id, name, email, role, joined_at })?)
        })
        .await?;
    Ok(id)
}

async fn refuse_beyond_plan(tenant: &Tenant, email: &Email) -> Result<(), Error> {
    let plan = tenant.record().plan.plan();
    let Some(max) = plan.members_max else { return Ok(()) };
    let members = tenant.read(members::list).await?;
    if members.len() < max as usize || members.iter().any(|it| it.email == *email) {
        return Ok(());
    }
    Err(Error::Limit(format!("The {} plan has room for {max} members, and there are as many", plan.id.as_str())))
}

/// The account that signs in with the newcomer's address, or one made for it.
fn account(tx: &mut DirectoryTx<'_>, new: &NewMember, password_hash: &str) -> Result<Account, Error> {
    if let Some(known) = accounts::find_by_email(tx, &new.email)? {
        return Ok(known);
    }
    let account = Account {
        id: tx.new_id(),
        email: new.email.clone(),
        name: new.name.clone(),
        password_hash: password_hash.to_owned(),
        created_at: tx.now(),
    };
    accounts::insert(tx, &account)?;
    Ok(account)
}
