//! The village: this file is about many tenants made for a measurement, each with the survey and a token.

use canvass_actions::signing_up;
use canvass_model::id::{AccountId, JobId, SurveyId};
use canvass_storage::{Tenant, accounts};

use super::stage::{self, Stage};
use crate::{Failure, sign_up};

/// Sign-ups that are accepted in one transaction.
const SIGN_UPS_AT_ONCE: usize = 500;

/// A tenant, its survey, and the secret of its token.
pub(super) struct Home {
    pub(super) tenant: Tenant,
    pub(super) survey: SurveyId,
    pub(super) token: String,
}

/// Signs up the tenants of these numbers and waits until the workers of this process have made them.
pub(super) async fn provision(stage: &Stage, numbers: std::ops::Range<usize>) -> Result<(), Failure> {
    let owner = owner(stage).await?;
    let new = numbers.map(|it| stage::new_tenant(stage.config(), &name(it))).collect::<Result<Vec<_>, _>>()?;
    let mut jobs: Vec<JobId> = Vec::with_capacity(new.len());
    for some in new.chunks(SIGN_UPS_AT_ONCE) {
        let accepted = signing_up::request_all(stage.directory(), some.to_vec(), owner).await;
        jobs.extend(accepted.map_err(|it| Failure::action("the tenants to measure could not be made", &it))?);
    }
    for job in jobs {
        sign_up::wait(stage.directory(), job, |_| ()).await?;
    }
    Ok(())
}

/// Gives each of the provisioned tenants the survey and a token.
pub(super) async fn furnish(stage: &Stage, numbers: std::ops::Range<usize>) -> Result<Vec<Home>, Failure> {
    let failed = |it| Failure::action("the surveys to measure could not be made", &it);
    let mut homes = Vec::with_capacity(numbers.len());
    for number in numbers {
        let alias = stage::new_tenant(stage.config(), &name(number))?.alias;
        let found = stage.directory().tenant(&alias).await;
        let tenant = found.map_err(|it| Failure::storage("the tenants to measure could not be read", &it))?;
        let tenant = tenant.ok_or_else(|| Failure::no_tenant(alias.as_str()))?;
        let survey = stage::publish(&tenant).await.map_err(failed)?;
        let token = stage::make_token(stage.directory(), &tenant).await.map_err(failed)?;
        homes.push(Home { tenant, survey, token });
    }
    Ok(homes)
}

fn name(number: usize) -> String {
    format!("home-{number}")
}

/// Who signed up the tenant that every stage has: their account is proved.
async fn owner(stage: &Stage) -> Result<AccountId, Failure> {
    let email = stage::new_tenant(stage.config(), &name(0))?.email;
    let found = stage.directory().read(move |tx| accounts::find_by_email(tx, &email)).await;
    let account = found.map_err(|it| Failure::storage("the account of the measurement could not be read", &it))?;
    account.map(|it| it.id).ok_or_else(|| super::broken(&"the account of the measurement is gone"))
}
