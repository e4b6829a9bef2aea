//! Signing a tenant up without a browser: this file is about the same request the public page makes, and waiting for it.

use std::time::Duration;

use canvass_actions::{
    secrets,
    signing_in::Client,
    signing_up::{self, NewSignUp},
};
use canvass_model::{
    id::JobId,
    job::{JobState, ProvisionStep},
    tenant::Region,
};
use canvass_storage::{Directory, Tenant, jobs};

use crate::{Failure, config::Config, failure::Exit};

pub(crate) use canvass_actions::signing_up::NewSignUp as NewTenant;

/// How often to look how far provisioning is: it takes some 20 ms.
const LOOK_EVERY: Duration = Duration::from_millis(20);
/// How long nothing may happen before somebody is told that no worker is there.
const PATIENCE: Duration = Duration::from_mins(2);

/// Signs a tenant up and waits until it is ready; `step` hears of each step that is done. Needs running workers, here or
/// in another process.
pub(crate) async fn sign_up(
    directory: &Directory,
    new: &NewSignUp,
    step: impl Fn(ProvisionStep),
) -> Result<Tenant, Failure> {
    let what = || format!("{} could not be signed up", new.alias);
    let client = Client { address: "command line".to_owned(), agent: "canvass".to_owned() };
    let key = secrets::fresh().map_err(|it| Failure::action(what(), &it))?;
    let job = signing_up::request(directory, new, key.reveal(), &client).await;
    let job = job.map_err(|it| Failure::action(what(), &it))?;
    wait(directory, job, step).await?;
    let tenant = directory.tenant(&new.alias).await.map_err(|it| Failure::storage(what(), &it))?;
    tenant.ok_or_else(|| Failure::no_tenant(new.alias.as_str()))
}

/// The region by name, or the one that is offered first.
pub(crate) fn region(config: &Config, name: Option<&str>) -> Result<Region, Failure> {
    let offered = &config.regions.offered;
    let found = match name {
        Some(name) => offered.iter().find(|it| *it == name),
        None => offered.first(),
    };
    found.cloned().map(Region).ok_or_else(|| {
        Failure::new(
            Exit::Usage,
            format!("there is no region {:?}", name.unwrap_or_default()),
            format!("regions.offered has {}", offered.join(", ")),
            "Choose one of them, or add it to the configuration.",
        )
    })
}

/// Waits until a tenant that was asked for is ready; `step` hears of each step that is done.
pub(crate) async fn wait(directory: &Directory, job: JobId, step: impl Fn(ProvisionStep)) -> Result<(), Failure> {
    let what = "the tenant could not be provisioned";
    let mut seen = 0;
    let mut patience = tokio::time::Instant::now() + PATIENCE;
    loop {
        let record = directory.read(move |tx| jobs::find(tx, job)).await.map_err(|it| Failure::storage(what, &it))?;
        let Some(record) = record else { return Ok(()) };
        for (name, _) in record.steps.iter().skip(seen) {
            ProvisionStep::ALL.into_iter().filter(|it| it.as_str() == name).for_each(&step);
            patience = tokio::time::Instant::now() + PATIENCE;
        }
        seen = record.steps.len();
        match record.state {
            JobState::Done => return Ok(()),
            JobState::Failed => {
                let why = record.error.unwrap_or_default();
                return Err(Failure::new(
                    Exit::Refused,
                    what,
                    why,
                    "It was undone; correct what is wrong and try again.",
                ));
            }
            JobState::Waiting | JobState::Running if patience < tokio::time::Instant::now() => {
                let why = record.error.unwrap_or_else(|| "no worker took it up".to_owned());
                let advice =
                    "Start a server with the role worker; the tenant is then made, and need not be asked for again.";
                return Err(Failure::new(Exit::Failed, what, why, advice));
            }
            JobState::Waiting | JobState::Running => tokio::time::sleep(LOOK_EVERY).await,
        }
    }
}
