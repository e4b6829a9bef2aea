//! Domains: this file is about the console pages on which an administrator brings hosts along, proves that they are the
//! tenant's, and chooses which address the world is told.

mod one;

use askama::Template;
use axum::{
    extract::Query,
    http::StatusCode,
    response::{Html, IntoResponse, Redirect, Response},
};
use canvass_actions::{self as actions, domains as verbs};
use canvass_model::{
    domain::{Domain, DomainName, DomainState, Home, OtherAddresses, PrimaryAddress},
    plan::Feature,
};
use canvass_storage::domains;

pub(crate) use self::one::{delete, show, verify};
use crate::{
    Problem,
    access::Administrator,
    form::Form,
    layout::{ConsoleArea, ConsoleShell},
};

#[derive(Template)]
#[template(path = "console/domains.html")]
struct DomainsPage {
    shell: ConsoleShell,
    base: String,
    /// Whether the plan includes domains.
    has_domains: bool,
    plan: &'static str,
    domains: Vec<Line>,
    /// What was typed and refused.
    given: String,
    errors: Vec<(String, String)>,
    told: &'static str,
    homes: Vec<Choice>,
    leads_on: bool,
}

/// A line of the list.
struct Line {
    name: String,
    native: String,
    /// The other spelling, where there is one.
    ascii: String,
    state: &'static str,
    tone: &'static str,
    note: &'static str,
}

/// An address that may be the primary one.
struct Choice {
    value: String,
    url: String,
    note: &'static str,
    is_chosen: bool,
}

/// What happened just now.
#[derive(Default, serde::Deserialize)]
pub(crate) struct Happened {
    did: Option<String>,
}

/// What is shown in place of what is stored: a form that was refused.
#[derive(Default)]
struct Refused {
    given: String,
    errors: Vec<(String, String)>,
}

/// The tenant's domains and its primary address.
pub(crate) async fn index(administrator: Administrator, Query(happened): Query<Happened>) -> Result<Response, Problem> {
    let told = match happened.did.as_deref() {
        Some("released") => "Given back: nothing of yours is shown there any more.",
        Some("chosen") => "Saved. Links, feeds and search engines are told this address from now on.",
        _ => "",
    };
    page(&administrator, Refused::default(), told, StatusCode::OK).await
}

/// Claims a domain.
pub(crate) async fn create(administrator: Administrator, form: Form) -> Result<Response, Problem> {
    let given = form.text("domain").to_owned();
    let refused = |words: String| Refused { given: given.clone(), errors: vec![("domain".to_owned(), words)] };
    let name = match DomainName::parse(&given) {
        Ok(name) => name,
        Err(invalid) => {
            return page(&administrator, refused(invalid.to_string()), "", StatusCode::UNPROCESSABLE_ENTITY).await;
        }
    };
    let (token, wanted) = (verbs::fresh_token()?, name.clone());
    let registrar = administrator.registrar().clone();
    let claimed = administrator.write_directory(move |tx, tenant| registrar.claim(tx, tenant, &wanted, &token)).await;
    match claimed {
        Ok(_) => {}
        Err(actions::Error::Limit(words) | actions::Error::Refused(words) | actions::Error::Taken(words)) => {
            return page(&administrator, refused(words), "", StatusCode::CONFLICT).await;
        }
        Err(error) => return Err(error.into()),
    }
    let noted = name.clone();
    administrator.write(move |tx, by| verbs::note_claimed(tx, by, &noted)).await?;
    Ok(Redirect::to(&format!("{}/{name}", base(&administrator))).into_response())
}

/// Chooses the primary address.
pub(crate) async fn update_primary(administrator: Administrator, form: Form) -> Result<Response, Problem> {
    let home = match form.text("home") {
        "path" => Some(Home::Path),
        "subdomain" => Some(Home::Subdomain),
        name => DomainName::parse(name).ok().map(Home::Domain),
    };
    let refused = |words: &str| Refused { errors: vec![("home".to_owned(), words.to_owned())], ..Refused::default() };
    let Some(home) = home else {
        let refused = refused("Choose one of the addresses");
        return page(&administrator, refused, "", StatusCode::UNPROCESSABLE_ENTITY).await;
    };
    let others = if form.is_ticked("lead_on") { OtherAddresses::LeadOn } else { OtherAddresses::Serve };
    let (registrar, primary) = (administrator.registrar().clone(), PrimaryAddress { home, others });
    let address = registrar.url(administrator.tenant(), &primary.home);
    let chosen = administrator.write_directory(move |tx, tenant| registrar.choose(tx, tenant, &primary)).await;
    match chosen {
        Ok(()) => {}
        Err(actions::Error::Refused(words)) => {
            return page(&administrator, refused(&words), "", StatusCode::CONFLICT).await;
        }
        Err(error) => return Err(error.into()),
    }
    administrator.write(move |tx, by| verbs::note_primary(tx, by, &address)).await?;
    Ok(Redirect::to(&format!("{}?did=chosen", base(&administrator))).into_response())
}

fn base(administrator: &Administrator) -> String {
    format!("/-/console/{}/domains", administrator.tenant().alias)
}

async fn page(
    administrator: &Administrator,
    refused: Refused,
    told: &'static str,
    status: StatusCode,
) -> Result<Response, Problem> {
    let found = administrator.read_directory(|tx, tenant| {
        let id = tenant.record().id;
        Ok::<_, Problem>((domains::list(tx, id)?, domains::primary(tx, id)?))
    });
    let (claimed, primary) = found.await?;
    let plan = administrator.tenant().plan;
    let page = DomainsPage {
        shell: administrator.shell(ConsoleArea::Pages).await?,
        base: base(administrator),
        has_domains: plan.plan().includes(Feature::Domains),
        plan: plan.as_str(),
        homes: homes(administrator, &claimed, &primary),
        leads_on: primary.others == OtherAddresses::LeadOn,
        domains: claimed.iter().map(line).collect(),
        given: refused.given,
        errors: refused.errors,
        told,
    };
    Ok((status, Html(page.render()?)).into_response())
}

/// Every address that the tenant has, the one below the installation's first.
fn homes(administrator: &Administrator, claimed: &[Domain], primary: &PrimaryAddress) -> Vec<Choice> {
    let registrar = administrator.registrar();
    let chosen = registrar.settled(primary).home;
    let choice = |value: &str, home: Home, note| Choice {
        value: value.to_owned(),
        url: registrar.url(administrator.tenant(), &home),
        note,
        is_chosen: home == chosen,
    };
    let mut homes = vec![choice("path", Home::Path, "Every organisation has this one.")];
    if registrar.hosts().has_subdomains() {
        homes.push(choice("subdomain", Home::Subdomain, "A host of your own here; nothing is to be set up."));
    }
    let verified = claimed.iter().filter(|it| it.state == DomainState::Verified);
    homes.extend(verified.map(|it| choice(it.name.as_str(), Home::Domain(it.name.clone()), "Your own domain.")));
    homes
}

fn line(domain: &Domain) -> Line {
    let (state, tone) = words(domain);
    let native = domain.name.native();
    Line {
        ascii: if native == domain.name.as_str() { String::new() } else { domain.name.to_string() },
        native,
        name: domain.name.to_string(),
        state,
        tone,
        note: match domain.state {
            DomainState::Waiting => "Set its record; it is looked for by itself.",
            DomainState::Verified if domain.is_lost() => "Its record is missing: set it again.",
            DomainState::Verified => "Your pages are shown there.",
            DomainState::Failed => "Nothing is shown there.",
        },
    }
}

/// A state in words, and how it is coloured.
fn words(domain: &Domain) -> (&'static str, &'static str) {
    match domain.state {
        DomainState::Waiting => ("Waiting for its record", "warn"),
        DomainState::Verified if domain.is_lost() => ("Record missing", "danger"),
        DomainState::Verified => ("Verified", "good"),
        DomainState::Failed => ("Not verified", "danger"),
    }
}

impl DomainsPage {
    fn error(&self, field: &str) -> &str {
        self.errors.iter().find(|(name, _)| name == field).map_or("", |(_, message)| message)
    }
}
