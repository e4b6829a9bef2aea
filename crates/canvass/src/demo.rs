//! The demonstration: this file is about two tenants with surveys, responses and pages, made by the actions that make all
//! others. Making them again adds nothing, but gives new passwords and tokens.

mod answers;
mod catalogue;
mod collect;
mod pages;

use canvass_actions::{
    members::{self, NewMember},
    secrets, signing_in, tokens,
};
use canvass_model::{
    alias::Alias,
    member::{Actor, Role},
    plan::PlanId,
    text::{Email, OrganisationName, Password, PersonName, TokenName},
    token::{Scope, Secret},
};
use canvass_storage::{Directory, Tenant, accounts};

pub(crate) use self::answers::Dice;
use self::catalogue::Showcase;
use crate::{
    Failure,
    config::Config,
    failure::Exit,
    sign_up::{self, NewTenant},
};

/// How to get into a demonstration tenant.
#[derive(Debug, Clone, serde::Serialize)]
pub struct Entrance {
    /// Its name in addresses.
    pub alias: String,
    /// Its administrator's address.
    pub email: String,
    /// Everybody's password there, new at every start.
    pub password: String,
    /// Who else is there.
    pub colleagues: Vec<Insider>,
    /// An API token that may do everything, new at every start.
    pub token: String,
}

/// Somebody of a demonstration tenant, beside its administrator.
#[derive(Debug, Clone, serde::Serialize)]
pub struct Insider {
    /// Their name.
    pub name: String,
    /// Their address.
    pub email: String,
    /// What they may do.
    pub role: Role,
}

/// What the token of the last start is found by.
const TOKEN_NAME: &str = "Demonstration";

/// Makes what is missing of the demonstration. Needs running workers: they provision the tenants.
pub async fn seed(directory: &Directory, config: &Config) -> Result<Vec<Entrance>, Failure> {
    let mut entrances = Vec::new();
    for showcase in catalogue::SHOWCASES {
        entrances.push(open(directory, config, showcase).await?);
    }
    Ok(entrances)
}

async fn open(directory: &Directory, config: &Config, showcase: &'static Showcase) -> Result<Entrance, Failure> {
    let password = fresh_password()?;
    let new = new_tenant(showcase, config, &password)?;
    let tenant = match existing(directory, &new).await? {
        Some(tenant) => {
            signing_in::reset_password(directory, &new.email, &password).await.map_err(|it| failed(showcase, &it))?;
            tenant
        }
        None => sign_up::sign_up(directory, &new, |_| ()).await?,
    };
    let colleagues = admit(directory, &tenant, showcase, &password).await?;
    collect::define_fields(&tenant, showcase.fields).await.map_err(|it| failed(showcase, &it))?;
    for exhibit in showcase.surveys {
        collect::fill(&tenant, exhibit).await.map_err(|it| failed(showcase, &it))?;
    }
    pages::put_up(&tenant, showcase).await.map_err(|it| failed(showcase, &it))?;
    let token = renew_token(directory, &tenant).await.map_err(|it| failed(showcase, &it))?;
    Ok(Entrance {
        alias: showcase.alias.to_owned(),
        email: showcase.email.to_owned(),
        password: password.reveal().to_owned(),
        colleagues,
        token: token.reveal().to_owned(),
    })
}

/// Makes the colleagues members, as far as they are not, and gives all of them this start's password.
async fn admit(
    directory: &Directory,
    tenant: &Tenant,
    showcase: &Showcase,
    password: &Password,
) -> Result<Vec<Insider>, Failure> {
    let mut admitted = Vec::new();
    for it in showcase.colleagues {
        let name = PersonName::parse(it.name).map_err(|refusal| wrong(refusal.to_string()))?;
        let email = Email::parse(it.email).map_err(|refusal| wrong(refusal.to_string()))?;
        let new = NewMember { name, email, password: password.clone(), role: it.role };
        members::admit(directory, tenant, &Actor::Canvass, &new).await.map_err(|error| failed(showcase, &error))?;
        signing_in::reset_password(directory, &new.email, password).await.map_err(|error| failed(showcase, &error))?;
        admitted.push(Insider { name: it.name.to_owned(), email: it.email.to_owned(), role: it.role });
    }
    Ok(admitted)
}

/// The demonstration's tenant, if it is there: one with its alias, of its administrator.
async fn existing(directory: &Directory, new: &NewTenant) -> Result<Option<Tenant>, Failure> {
    let what = || format!("the demonstration tenant {} could not be looked up", new.alias);
    let email = new.email.clone();
    let account = directory.read(move |tx| accounts::find_by_email(tx, &email)).await;
    let Some(account) = account.map_err(|it| Failure::storage(what(), &it))? else { return Ok(None) };
    let tenants = directory.tenants_of(account.id).await.map_err(|it| Failure::storage(what(), &it))?;
    Ok(tenants.into_iter().find(|it| it.record().alias == new.alias))
}

/// Makes a token and revokes that of the last start, whose secret nobody can print again.
async fn renew_token(directory: &Directory, tenant: &Tenant) -> Result<Secret, canvass_actions::Error> {
    let secret = secrets::fresh_token()?;
    let (made, owner) = (secret.clone(), tenant.clone());
    let new = tokens::NewToken {
        name: TokenName::parse(TOKEN_NAME).map_err(|it| canvass_actions::Error::Refused(it.to_string()))?,
        scopes: Scope::ALL.to_vec(),
        life_ms: None,
    };
    let token = directory
        .write(move |tx| {
            for old in canvass_storage::tokens::list(tx, &owner)? {
                if old.name == new.name {
                    tokens::revoke(tx, &owner, old.id)?;
                }
            }
            tokens::create(tx, &owner, &new, &made)
        })
        .await?;
    tenant.write(move |tx| tokens::note_created(tx, &Actor::Canvass, token.id)).await?;
    Ok(secret)
}

fn new_tenant(showcase: &Showcase, config: &Config, password: &Password) -> Result<NewTenant, Failure> {
    Ok(NewTenant {
        name: OrganisationName::parse(showcase.name).map_err(|it| wrong(it.to_string()))?,
        alias: Alias::parse(showcase.alias).map_err(|it| wrong(it.to_string()))?,
        plan: showcase.plan,
        region: sign_up::region(config, None)?,
        administrator: PersonName::parse(showcase.administrator).map_err(|it| wrong(it.to_string()))?,
        email: Email::parse(showcase.email).map_err(|it| wrong(it.to_string()))?,
        password: password.clone(),
        terms: config.terms.version.clone(),
    })
}

/// A password that nobody can guess and that can be typed.
pub(crate) fn fresh_password() -> Result<Password, Failure> {
    /// 20 of 64 characters: 120 bits.
    const CHARS: usize = 20;
    let secret = secrets::fresh().map_err(|it| Failure::action("no password could be made", &it))?;
    let text: String = secret.reveal().chars().take(CHARS).collect();
    Ok(Password::offered(&text))
}

fn wrong(why: String) -> Failure {
    Failure::new(Exit::Failed, "the demonstration is wrong", why, "Report this: it is a defect.")
}

fn failed(showcase: &Showcase, error: &canvass_actions::Error) -> Failure {
    Failure::action(format!("the demonstration tenant {} could not be filled", showcase.alias), error)
}
