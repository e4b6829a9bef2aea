//! Mails about domains: this file is about what a tenant's administrators read when a domain's record is gone.

use canvass_model::{
    domain::{Domain, Turn},
    tenant::TenantRecord,
    time::Timestamp,
};

use super::Registrar;

/// Subject and text; `None` for what nobody needs to be told.
pub(super) fn about(
    registrar: &Registrar,
    record: &TenantRecord,
    domain: &Domain,
    turn: Turn,
) -> Option<(String, String)> {
    let (name, days) = (&domain.name, registrar.grace_ms / Timestamp::DAY_MS);
    let (subject, what) = match turn {
        Turn::Lost => (
            format!("{name}: its record is missing"),
            format!(
                "The record that proves that {name} belongs to {} is gone. Your pages are still shown there.\n\n\
                 Set the record again within {days} days, or the domain will no longer lead to your pages:",
                record.name
            ),
        ),
        Turn::Released => (
            format!("{name} no longer leads to your pages"),
            format!(
                "The record that proves that {name} belongs to {} has been missing for {days} days, so your pages are no \
                 longer shown there. They are still shown at {}.\n\nTo have the domain back, set the record and verify it \
                 again:",
                record.name,
                registrar.url(record, &canvass_model::domain::Home::Path),
            ),
        ),
        Turn::Verified | Turn::Regained | Turn::GivenUp => return None,
    };
    let text = format!(
        "Hello,\n\n{what}\n\n    {}  TXT  \"{}\"\n\nYour domains: {}/-/console/{}/domains\n",
        name.record_name(),
        domain.token.record(),
        registrar.base_url,
        record.alias,
    );
    Some((subject, text))
}
