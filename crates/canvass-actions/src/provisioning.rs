//! Provisioning: this file is about the recorded steps that make a tenant out of a sign-up. Each can run again.

use std::sync::Arc;

use canvass_model::{
    event::Event,
    job::{Job, Mail, ProvisionStep, SignUp},
    member::{Actor, Member, Role},
    template_site::TemplateSite,
    tenant::{TenantRecord, TenantState},
};
use canvass_storage::{
    Directory, DirectoryTx, Tenant,
    accounts::{self, Account},
    events, jobs, members, meta, tenants,
};
use serde_json::json;

use crate::{Error, signing_up, starters};

/// Under which name a tenant keeps its configuration document.
const CONFIGURATION: &str = "configuration";
/// Set when the starter pages were made, so that a step that runs again does not bring back what was thrown away.
const STARTER: &str = "starter";

/// What the installation gives to every new tenant.
#[derive(Debug, Clone, Copy)]
pub struct Ground<'a> {
    /// Where people find this installation, without a slash at its end.
    pub base_url: &'a str,
    /// What a tenant begins with.
    pub templates: &'a Arc<TemplateSite>,
}

/// Runs one step; running it again changes nothing. Who retries asks [`Error::may_pass`] whether to.
pub async fn run_step(
    directory: &Directory,
    sign_up: &SignUp,
    step: ProvisionStep,
    ground: Ground<'_>,
) -> Result<(), Error> {
    match step {
        ProvisionStep::ReserveAlias => reserve_alias(directory, sign_up).await,
        ProvisionStep::CreateDatabase => create_database(directory, sign_up).await,
        ProvisionStep::WriteConfiguration => write_configuration(directory, sign_up).await,
        ProvisionStep::CreateAdministrator => create_administrator(directory, sign_up).await,
        ProvisionStep::PublishStarterPages => publish_starter_pages(directory, sign_up, ground.templates).await,
        ProvisionStep::Welcome => welcome(directory, sign_up, ground).await,
    }
}

/// Undoes a sign-up that cannot be finished and records why, for the person who waits and for the operator. Its address
/// is free again. A tenant that is in use already is left alone, whatever became of its job.
pub async fn roll_back(directory: &Directory, sign_up: &SignUp, reason: &str) -> Result<(), Error> {
    let (id, why) = (sign_up.tenant, reason.to_owned());
    let failed = directory
        .write(move |tx| {
            let Some(record) = tenants::find_by_id(tx, id)? else { return Ok::<_, Error>(true) };
            match record.state {
                TenantState::Active | TenantState::Suspended => Ok(false),
                TenantState::Requested | TenantState::Provisioning | TenantState::Failed => {
                    let reason = Some(why.clone());
                    tenants::update(tx, &TenantRecord { state: TenantState::Failed, reason, ..record })?;
                    Ok(true)
                }
            }
        })
        .await?;
    if !failed {
        return Ok(());
    }
    directory.remove_database(id).await?;
    let (account, is_new) = (sign_up.account, sign_up.password_hash.is_some());
    directory
        .write(move |tx| {
            tenants::delete_membership(tx, account, id)?;
            if is_new {
                accounts::delete_unused(tx, account)?;
            }
            Ok(())
        })
        .await
}

async fn reserve_alias(directory: &Directory, sign_up: &SignUp) -> Result<(), Error> {
    let sign_up = sign_up.clone();
    directory
        .write(move |tx| {
            let Some(record) = tenants::find_by_id(tx, sign_up.tenant)? else {
                return signing_up::reserve(tx, &sign_up, TenantState::Provisioning).map(|_| ());
            };
            match record.state {
                TenantState::Requested | TenantState::Failed => {
                    let record = TenantRecord { state: TenantState::Provisioning, reason: None, ..record };
                    Ok(tenants::update(tx, &record)?)
                }
                TenantState::Provisioning | TenantState::Active | TenantState::Suspended => Ok(()),
            }
        })
        .await
}

async fn create_database(directory: &Directory, sign_up: &SignUp) -> Result<(), Error> {
    tenant(directory, sign_up).await.map(|_| ())
}

async fn write_configuration(directory: &Directory, sign_up: &SignUp) -> Result<(), Error> {
    let document = json!({ "version": 1, "name": sign_up.name, "language": "en", "terms": sign_up.terms }).to_string();
    let tenant = tenant(directory, sign_up).await?;
    tenant
        .write(move |tx| {
            if meta::find(tx, CONFIGURATION)?.is_some() {
                return Ok(());
            }
            meta::put(tx, CONFIGURATION, &document)?;
            events::insert(tx, &Actor::Canvass, &Event::TenantProvisioned)?;
            Ok(())
        })
        .await
}

async fn create_administrator(directory: &Directory, sign_up: &SignUp) -> Result<(), Error> {
    let owned = sign_up.clone();
    directory.write(move |tx| admit(tx, &owned)).await?;
    let (account, name, email) = (sign_up.account, sign_up.administrator.clone(), sign_up.email.clone());
    let tenant = tenant(directory, sign_up).await?;
    tenant
        .write(move |tx| {
            if members::find(tx, account)?.is_some() {
                return Ok(());
            }
            let (name, email, joined_at) = (name.clone(), email.clone(), tx.now());
            Ok(members::put(tx, &Member { account, name, email, role: Role::Administrator, joined_at })?)
        })
        .await
}

/// Makes the administrator's account, unless they had one, and their place in the index of who belongs where.
fn admit(tx: &mut DirectoryTx<'_>, sign_up: &SignUp) -> Result<(), Error> {
    let found = accounts::find(tx, sign_up.account)?;
    match (&sign_up.password_hash, found) {
        (_, Some(_)) => {}
        (Some(password_hash), None) => {
            if accounts::find_by_email(tx, &sign_up.email)?.is_some() {
                return Err(Error::Refused(
                    "This e-mail address signed up twice at the same time. Sign up again with the password of the \
                     account it has now"
                        .to_owned(),
                ));
            }
            let account = Account {
                id: sign_up.account,
                email: sign_up.email.clone(),
                name: sign_up.administrator.clone(),
                password_hash: password_hash.clone(),
                created_at: tx.now(),
            };
            accounts::insert(tx, &account)?;
        }
        (None, None) => return Err(Error::Refused("The account of this sign-up no longer exists".to_owned())),
    }
    Ok(tenants::insert_membership(tx, sign_up.account, sign_up.tenant)?)
}

async fn publish_starter_pages(
    directory: &Directory,
    sign_up: &SignUp,
    templates: &Arc<TemplateSite>,
) -> Result<(), Error> {
    let tenant = tenant(directory, sign_up).await?;
    let (site, record) = (Arc::clone(templates), tenant.record().clone());
    tenant
        .write(move |tx| {
            if meta::find(tx, STARTER)?.is_some() {
                return Ok(());
            }
            meta::put(tx, STARTER, "1")?;
            starters::publish(tx, &site, &record)
        })
        .await
}

async fn welcome(directory: &Directory, sign_up: &SignUp, ground: Ground<'_>) -> Result<(), Error> {
    let (sign_up, mail) = (sign_up.clone(), Job::Mail(welcome_mail(sign_up, ground)));
    directory
        .write(move |tx| {
            let record = tenants::find_by_id(tx, sign_up.tenant)?.ok_or(Error::NotFound)?;
            if record.state == TenantState::Provisioning {
                tenants::update(tx, &TenantRecord { state: TenantState::Active, ..record })?;
            }
            jobs::insert(tx, &mail, Some(&format!("welcome {}", sign_up.tenant)))?;
            Ok(())
        })
        .await
}

fn welcome_mail(sign_up: &SignUp, Ground { base_url, templates }: Ground<'_>) -> Mail {
    let SignUp { name, alias, administrator, email, .. } = sign_up;
    let begin = match templates.surveys.first() {
        Some(survey) => {
            format!("Open the survey \"{}\", which waits for you as a draft, or start your own:", survey.title)
        }
        None => "Start your first survey:".to_owned(),
    };
    let pages = if templates.pages.is_empty() {
        String::new()
    } else {
        "\nPages to begin with, such as a privacy notice, wait under \"Pages\": read them, and make them yours.\n"
            .to_owned()
    };
    let text = format!(
        "Hello {administrator},\n\n\
         {name} is ready. Sign in here with {email} and the password you chose:\n\n    {base_url}/-/login\n\n\
         What to do next:\n\n\
         1. {begin}\n   \
         {base_url}/-/console/{alias}\n\
         2. Publish it, and send its address to the people you want to ask.\n\
         3. Watch the answers arrive.\n\n\
         Your public surveys are listed at {base_url}/{alias}\n{pages}"
    );
    Mail { to: email.clone(), subject: format!("{name} is ready on Canvass"), text }
}

/// The tenant's handle; makes its database when it is missing.
async fn tenant(directory: &Directory, sign_up: &SignUp) -> Result<Tenant, Error> {
    let id = sign_up.tenant;
    let record = directory.read(move |tx| tenants::find_by_id(tx, id)).await?.ok_or(Error::NotFound)?;
    match record.state {
        TenantState::Requested | TenantState::Provisioning | TenantState::Active | TenantState::Suspended => {
            Ok(directory.create_database(&record).await?)
        }
        TenantState::Failed => Err(Error::Refused("This sign-up was rolled back".to_owned())),
    }
}
