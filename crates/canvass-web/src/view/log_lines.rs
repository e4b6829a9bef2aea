//! The log in words: this file is about each event as a sentence, with a link to what it is about.

use std::collections::HashMap;

use canvass_model::{
    alias::Alias,
    domain::Turn,
    event::{BrandChange, Event, FileChange},
    export::Format,
    id::SurveyId,
    member::Actor,
    metadata::FieldId,
};
use canvass_storage::{self as storage, ReadTx, events, events::Entry, surveys};

use super::moment;

/// One event as a sentence: who, what, the title of what it is about, and the rest.
pub(crate) struct Line {
    pub(crate) iso: String,
    pub(crate) at: String,
    pub(crate) who: String,
    pub(crate) is_operator: bool,
    pub(crate) what: String,
    pub(crate) title: String,
    pub(crate) link: Option<String>,
    pub(crate) rest: String,
    pub(crate) position: i64,
}

/// Lines before `before`, the newest first, with the titles of the surveys they are about.
pub(crate) fn read(
    tx: &mut ReadTx<'_>,
    alias: &Alias,
    before: Option<i64>,
    limit: u32,
) -> Result<Vec<Line>, storage::Error> {
    let entries = events::list(tx, before, limit)?;
    let mut ids: Vec<SurveyId> = entries.iter().filter_map(|it| survey_of(&it.event)).collect();
    ids.sort_unstable();
    ids.dedup();
    let titles: HashMap<SurveyId, String> = surveys::titles(tx, &ids)?.into_iter().collect();
    Ok(entries.iter().map(|it| line(it, alias, &titles)).collect())
}

fn line(entry: &Entry, alias: &Alias, titles: &HashMap<SurveyId, String>) -> Line {
    let (what, rest) = words(&entry.event);
    let survey = survey_of(&entry.event);
    let title = survey.map_or_else(String::new, |id| {
        titles.get(&id).map_or_else(|| "a survey that is gone".to_owned(), |it| format!("“{it}”"))
    });
    let known = survey.filter(|id| titles.contains_key(id));
    Line {
        iso: entry.at.to_string(),
        at: moment::minute(entry.at),
        who: entry.actor.name().to_owned(),
        is_operator: matches!(entry.actor, Actor::Operator { .. } | Actor::OperatorToken { .. }),
        what,
        title,
        link: known.map(|id| format!("/-/console/{alias}/surveys/{id}")),
        rest,
        position: entry.position,
    }
}

fn survey_of(event: &Event) -> Option<SurveyId> {
    match event {
        Event::SurveyCreated { survey }
        | Event::SurveyEdited { survey, .. }
        | Event::SurveyPublished { survey, .. }
        | Event::SurveyClosed { survey }
        | Event::SurveyArchived { survey }
        | Event::SurveyTrashed { survey }
        | Event::SurveyRestored { survey }
        | Event::ResponseErased { survey, .. }
        | Event::ResponsesExported { survey, .. }
        | Event::MetadataChanged { survey, .. } => Some(*survey),
        Event::TenantProvisioned
        | Event::TenantSuspended { .. }
        | Event::TenantResumed
        | Event::PageCreated { .. }
        | Event::PageChanged { .. }
        | Event::PageMoved { .. }
        | Event::PagesBelowMoved { .. }
        | Event::PagePlaced { .. }
        | Event::RedirectHostsChanged { .. }
        | Event::DomainClaimed { .. }
        | Event::DomainChanged { .. }
        | Event::DomainReleased { .. }
        | Event::PrimaryAddressChanged { .. }
        | Event::PageTrashed { .. }
        | Event::PageRestored { .. }
        | Event::PageShared { .. }
        | Event::PageUnshared { .. }
        | Event::TokenCreated { .. }
        | Event::TokenRevoked { .. }
        | Event::MemberAdmitted { .. }
        | Event::FieldsChanged { .. }
        | Event::BrandChanged { .. }
        | Event::ScriptCreated { .. }
        | Event::ScriptChanged { .. }
        | Event::ScriptPublished { .. }
        | Event::ScriptTrashed { .. }
        | Event::ScriptRestored { .. }
        | Event::ScriptDeleted { .. }
        | Event::ScriptResumed { .. }
        | Event::ScriptSkipped { .. }
        | Event::ScriptSecretSet { .. }
        | Event::ScriptSecretRemoved { .. }
        | Event::ScriptValueSet { .. }
        | Event::ScriptValueRemoved { .. }
        | Event::ScriptValueRestored { .. }
        | Event::ScriptsStopped { .. }
        | Event::ScriptsAllowed { .. }
        | Event::FileChanged { .. }
        | Event::SignedIn => None,
    }
}

fn words(event: &Event) -> (String, String) {
    let (what, rest) = match event {
        Event::TenantProvisioned => ("set everything up", String::new()),
        Event::TenantSuspended { reason } => ("suspended the organisation:", reason.clone()),
        Event::TenantResumed => ("resumed the organisation", String::new()),
        Event::SurveyCreated { .. } => ("started", String::new()),
        Event::SurveyEdited { what, .. } => ("edited", format!(": {what}")),
        Event::SurveyPublished { version, .. } => ("published", format!(", version {}", version.0)),
        Event::SurveyClosed { .. } => ("closed", String::new()),
        Event::SurveyArchived { .. } => ("put away", String::new()),
        Event::SurveyTrashed { .. } => ("threw away", String::new()),
        Event::SurveyRestored { .. } => ("restored", String::new()),
        Event::PageCreated { address, .. } => ("made the page", address.clone()),
        Event::PageChanged { address, .. } => ("changed the page", address.clone()),
        Event::PageMoved { from, to, .. } => ("moved a page", format!("from {from} to {to}")),
        Event::PagesBelowMoved { from, to, count, .. } => {
            ("moved the pages below", format!("{from} along to {to}: {count}"))
        }
        Event::PagePlaced { address, .. } => ("reordered the page", address.clone()),
        Event::PageTrashed { address, .. } => ("threw away the page", address.clone()),
        Event::PageRestored { address, .. } => ("restored the page", address.clone()),
        Event::PageShared { address, .. } => ("made a personal link to the page", address.clone()),
        Event::PageUnshared { address, .. } => ("took back a personal link to the page", address.clone()),
        Event::RedirectHostsChanged { hosts } if hosts.is_empty() => {
            ("let redirects lead to no other site", String::new())
        }
        Event::RedirectHostsChanged { hosts } => ("let redirects lead to", hosts.join(", ")),
        Event::DomainClaimed { domain } => ("claimed the domain", domain.native()),
        Event::DomainChanged { domain, what } => (of_domain(*what), domain.native()),
        Event::DomainReleased { domain } => ("gave back the domain", domain.native()),
        Event::PrimaryAddressChanged { address } => ("chose as the primary address", address.clone()),
        Event::ResponseErased { .. } => ("erased a response of", String::new()),
        Event::ResponsesExported { format, .. } => {
            ("exported the responses of", format!(" as {}", format_label(format)))
        }
        Event::FieldsChanged { what } => ("changed the fields of surveys:", what.clone()),
        Event::MetadataChanged { fields, .. } => {
            let ids: Vec<&str> = fields.iter().map(FieldId::as_str).collect();
            ("changed the details of", format!(": {}", ids.join(", ")))
        }
        Event::TokenCreated { .. } => ("made an API token", String::new()),
        Event::TokenRevoked { .. } => ("revoked an API token", String::new()),
        Event::MemberAdmitted { name, role } => ("admitted", format!("{name} as {}", role.as_str())),
        Event::BrandChanged { what } => (of_brand(*what), String::new()),
        Event::ScriptCreated { script } => ("made the script", script.to_string()),
        Event::ScriptChanged { script, what } => ("changed the script", format!("{script}: {what}")),
        Event::ScriptPublished { script, version: it } => {
            ("published the script", format!("{script}, version {}", it.0))
        }
        Event::ScriptTrashed { script } => ("threw away the script", script.to_string()),
        Event::ScriptRestored { script } => ("restored the script", script.to_string()),
        Event::ScriptDeleted { script } => ("deleted for good the script", script.to_string()),
        Event::ScriptResumed { script } => ("let a script go on:", script.to_string()),
        Event::ScriptSkipped { script, response } => {
            ("let a script pass over:", format!("{script}, response {response}"))
        }
        Event::ScriptSecretSet { name } => ("set the secret", name.clone()),
        Event::ScriptSecretRemoved { name } => ("removed the secret", name.clone()),
        Event::ScriptValueSet { key } => ("put into the scripts’ store", key.clone()),
        Event::ScriptValueRemoved { key } => ("removed from the scripts’ store", key.clone()),
        Event::ScriptValueRestored { key } => ("put back into the scripts’ store", key.clone()),
        Event::ScriptsStopped { script: Some(script), reason } => ("stopped the script", format!("{script}: {reason}")),
        Event::ScriptsStopped { script: None, reason } => ("stopped all scripts:", reason.clone()),
        Event::ScriptsAllowed { script: Some(script) } => ("let the script run again:", script.to_string()),
        Event::ScriptsAllowed { script: None } => ("let all scripts run again", String::new()),
        Event::FileChanged { name, what, .. } => of_file(name, what),
        Event::SignedIn => ("signed in", String::new()),
    };
    (what.to_owned(), rest)
}

fn of_domain(what: Turn) -> &'static str {
    match what {
        Turn::Verified => "verified the domain",
        Turn::Lost => "found no record any more for the domain",
        Turn::Regained => "found the record again for the domain",
        Turn::Released => "let go, for want of its record, of the domain",
        Turn::GivenUp => "gave up looking for a record for the domain",
    }
}

/// A format as people call it, also one that is no longer offered.
fn format_label(name: &str) -> String {
    Format::parse(name).map_or_else(|| name.to_uppercase(), |it| it.label().to_owned())
}

fn of_brand(what: BrandChange) -> &'static str {
    match what {
        BrandChange::Theme => "changed the theme of the public pages",
        BrandChange::Css => "changed the CSS of the public pages",
        BrandChange::Logo => "set the logo",
        BrandChange::LogoRemoved => "removed the logo",
        BrandChange::Undone => "took back the last change of the brand",
    }
}

fn of_file(name: &str, what: &FileChange) -> (&'static str, String) {
    let named = format!("“{name}”");
    match what {
        FileChange::Uploaded => ("uploaded", named),
        FileChange::Replaced => ("replaced the content of", named),
        FileChange::Reverted => ("took back the last replacement of", named),
        FileChange::Renamed(earlier) => ("renamed", format!("“{earlier}” to {named}")),
        FileChange::Trashed => ("threw away", named),
        FileChange::Restored => ("restored", named),
        FileChange::Infected(signature) => ("refused", format!("{named}: the virus scan found {signature}")),
    }
}
