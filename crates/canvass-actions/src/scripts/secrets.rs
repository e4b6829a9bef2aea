//! Secrets: this file is about what scripts may know and nobody may read.

use canvass_model::{
    event::Event,
    member::Actor,
    script::{Allowance, SecretName},
};
use canvass_storage::{Tenant, events, scripts::secrets};

use super::{Scripts, allowance};
use crate::Error;

/// Sets a secret, in place of an earlier one. [`Error::Limit`] beyond the plan, [`Error::Refused`] when it is empty or too
/// long, or when this installation has no key to seal it with.
pub async fn set_secret(
    scripts: &Scripts,
    tenant: &Tenant,
    by: &Actor,
    (name, secret): (&SecretName, &str),
) -> Result<(), Error> {
    let allowance = allowance(tenant)?;
    let most = Allowance::SECRET_BYTES_MAX;
    if secret.is_empty() || most < secret.len() {
        return Err(Error::Refused(format!("A secret has 1 to {most} bytes")));
    }
    let seal = scripts.seal().ok_or_else(|| {
        Error::Refused(
            "Secrets cannot be kept: this installation has no key. Its operator sets scripts.key_file".to_owned(),
        )
    })?;
    let sealed = seal.close(tenant.record().id, name, secret)?;
    let (name, by) = (name.clone(), by.clone());
    tenant
        .write(move |tx| {
            if allowance.secrets_max <= secrets::count_others(tx, &name)? {
                let most = allowance.secrets_max;
                return Err(Error::Limit(format!("There is room for {most} secrets. Remove one first")));
            }
            secrets::put(tx, &name, &sealed)?;
            Ok(events::insert(tx, &by, &Event::ScriptSecretSet { name: name.to_string() })?)
        })
        .await
}

/// Removes a secret; [`Error::NotFound`] when there is none.
pub async fn remove_secret(tenant: &Tenant, by: &Actor, name: &SecretName) -> Result<(), Error> {
    let (name, by) = (name.clone(), by.clone());
    tenant
        .write(move |tx| {
            if !secrets::delete(tx, &name)? {
                return Err(Error::NotFound);
            }
            Ok(events::insert(tx, &by, &Event::ScriptSecretRemoved { name: name.to_string() })?)
        })
        .await
}
