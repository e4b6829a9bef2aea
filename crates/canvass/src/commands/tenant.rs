//! `canvass tenant`: this file is about listing, making, showing, suspending and resuming tenants.

mod scripts;

use std::{fmt::Display, io::Read, path::Path};

use canvass_actions::tenants as actions;
use canvass_model::{
    alias::Alias,
    member::Actor,
    plan::PlanId,
    tenant::{TenantRecord, TenantState},
    text::{Email, OrganisationName, Password, PersonName},
};
use canvass_storage::{
    Directory, domains,
    tenants::{self, Filter, Listed},
};
use serde_json::{Value, json};

use crate::{
    Failure,
    cli::{Cli, Create, Tenant},
    config::Config,
    demo,
    failure::Exit,
    output,
    sign_up::{self, NewTenant},
    storage, workers,
};

/// Tenants read at once.
const PAGE: u32 = 500;

pub(super) async fn run(cli: &Cli, what: &Tenant) -> Result<(), Failure> {
    let loaded = Config::load(&cli.sources()).map_err(|faults| Failure::configuration(&faults))?;
    let config = &loaded.config;
    let directory = storage::open(&config.storage).await?;
    let outcome = match what {
        Tenant::List { search, state, .. } => list(cli, &directory, search, state.as_deref()).await,
        Tenant::Create(create) => self::create(cli, config, &directory, create).await,
        Tenant::Show { alias, .. } => show(cli, &directory, alias).await,
        Tenant::Suspend { alias, reason, .. } => suspend(cli, &directory, alias, reason).await,
        Tenant::Resume { alias, .. } => resume(cli, &directory, alias).await,
        Tenant::StopScripts { alias, script, reason, .. } => {
            scripts::stop(cli, &directory, (alias, script.as_deref()), reason).await
        }
        Tenant::AllowScripts { alias, script, .. } => scripts::allow(cli, &directory, (alias, script.as_deref())).await,
    };
    directory.close().await;
    outcome
}

async fn list(cli: &Cli, directory: &Directory, search: &str, state: Option<&str>) -> Result<(), Failure> {
    let state = state.map(|it| {
        let known = TenantState::ALL.map(TenantState::as_str).join(", ");
        TenantState::parse(it).ok_or_else(|| usage("--state", it, format!("there are {known}")))
    });
    let mut filter = Filter { search: search.to_owned(), state: state.transpose()?, after: None, limit: PAGE };
    let mut rows = Vec::new();
    loop {
        let wanted = filter.clone();
        let page = directory.read(move |tx| tenants::list(tx, &wanted)).await;
        let page = page.map_err(|it| Failure::storage("the tenants could not be listed", &it))?;
        filter.after = page.last().map(|it| it.record.alias.clone());
        for tenant in &page {
            match cli.output() {
                output::Output::Json => output::line(&listed_json(tenant).to_string())?,
                output::Output::Human => rows.push(row(tenant)),
            }
        }
        if page.len() < PAGE as usize {
            break;
        }
    }
    match cli.output() {
        output::Output::Json => {}
        output::Output::Human if rows.is_empty() => output::line("There is no such tenant.")?,
        output::Output::Human => {
            output::line(&output::table(&["ALIAS", "NAME", "STATE", "PLAN", "REGION", "MEMBERS"], &rows))?;
        }
    }
    Ok(())
}

async fn create(cli: &Cli, config: &Config, directory: &Directory, create: &Create) -> Result<(), Failure> {
    let (new, made_up) = new_tenant(config, create)?;
    let workers = workers::start(config, directory, &config.server.url(config.server.listen))?;
    let signed_up =
        sign_up::sign_up(directory, &new, |step| cli.output().note(&format!("done: {}", step.label()))).await;
    workers.stop().await;
    let record = signed_up?.record().clone();
    let mut json = json(&record);
    let password = made_up.then(|| new.password.reveal().to_owned());
    json["email"] = new.email.as_str().into();
    json["password"] = password.clone().into();
    cli.output().show(&json, || {
        let mut text = format!("{} is ready. {} signs in with {}.", record.alias, new.administrator, new.email);
        if let Some(password) = password {
            text.push_str("\nTheir password, shown once: ");
            text.push_str(&password);
        }
        text
    })?;
    Ok(())
}

async fn show(cli: &Cli, directory: &Directory, alias: &str) -> Result<(), Failure> {
    let parsed = parse_alias(alias)?;
    let found = directory.read(move |tx| {
        let Some(record) = tenants::find(tx, &parsed)? else { return Ok(None) };
        Ok(Some((domains::list(tx, record.id)?, record)))
    });
    let found = found.await.map_err(|it| Failure::storage("the tenant could not be looked up", &it))?;
    let (domains, record) = found.ok_or_else(|| Failure::no_tenant(alias))?;
    let listed = domains.iter().map(|it| json!({ "domain": it.name, "state": it.state }));
    let mut shown = json(&record);
    shown["domains"] = listed.collect();
    let stops = scripts::stops(directory, &record).await?;
    shown["scripts"] = stops.json();
    cli.output().show(&shown, || {
        let mut lines = vec![
            format!("alias    {}", record.alias),
            format!("name     {}", record.name),
            format!("state    {}", record.state.as_str()),
            format!("plan     {}", record.plan.as_str()),
            format!("region   {}", record.region.0),
            format!("since    {}", record.created_at),
        ];
        lines.extend(domains.iter().map(|it| format!("domain   {} ({})", it.name, it.state.as_str())));
        lines.extend(record.reason.as_ref().map(|it| format!("reason   {it}")));
        lines.extend(stops.lines());
        lines.join("\n")
    })?;
    Ok(())
}

async fn suspend(cli: &Cli, directory: &Directory, alias: &str, reason: &str) -> Result<(), Failure> {
    let parsed = parse_alias(alias)?;
    let suspended = actions::suspend(directory, &Actor::Canvass, &parsed, reason).await;
    let record = suspended.map_err(|it| refused(alias, "suspended", &it))?;
    cli.output().show(&json(&record), || format!("{alias} is suspended. Everything it has is kept."))?;
    Ok(())
}

async fn resume(cli: &Cli, directory: &Directory, alias: &str) -> Result<(), Failure> {
    let parsed = parse_alias(alias)?;
    let resumed = actions::resume(directory, &Actor::Canvass, &parsed).await;
    let record = resumed.map_err(|it| refused(alias, "resumed", &it))?;
    cli.output().show(&json(&record), || format!("{alias} goes on."))?;
    Ok(())
}

/// What the flags ask for, and whether the password was made up here.
fn new_tenant(config: &Config, create: &Create) -> Result<(NewTenant, bool), Failure> {
    let name = OrganisationName::parse(&create.name).map_err(|it| usage("--name", &create.name, it))?;
    let alias = match &create.alias {
        Some(alias) => Alias::parse(alias).map_err(|it| usage("--alias", alias, it))?,
        None => Alias::suggest(name.as_str()),
    };
    let plans = PlanId::ALL.map(PlanId::as_str).join(", ");
    let plan =
        PlanId::parse(&create.plan).ok_or_else(|| usage("--plan", &create.plan, format!("there are {plans}")))?;
    let password = match &create.password_file {
        Some(path) => password_from(path)?,
        None => demo::fresh_password()?,
    };
    let new = NewTenant {
        name,
        alias,
        plan,
        region: sign_up::region(config, create.region.as_deref())?,
        administrator: PersonName::parse(&create.administrator)
            .map_err(|it| usage("--administrator", &create.administrator, it))?,
        email: Email::parse(&create.email).map_err(|it| usage("--email", &create.email, it))?,
        password,
        terms: config.terms.version.clone(),
    };
    Ok((new, create.password_file.is_none()))
}

fn password_from(path: &Path) -> Result<Password, Failure> {
    let mut text = String::new();
    let read = if path == Path::new("-") {
        std::io::stdin().lock().read_to_string(&mut text)
    } else {
        std::fs::File::open(path).and_then(|mut file| file.read_to_string(&mut text))
    };
    let shown = path.display().to_string();
    read.map_err(|it| usage("--password-file", &shown, it))?;
    Password::parse(text.trim_end_matches(['\r', '\n'])).map_err(|it| usage("--password-file", &shown, it))
}

fn parse_alias(alias: &str) -> Result<Alias, Failure> {
    Alias::parse(alias).map_err(|_| Failure::no_tenant(alias))
}

fn refused(alias: &str, done: &str, error: &canvass_actions::Error) -> Failure {
    match error {
        canvass_actions::Error::NotFound => Failure::no_tenant(alias),
        other => Failure::action(format!("{alias} could not be {done}"), other),
    }
}

fn usage(flag: &str, value: &str, why: impl Display) -> Failure {
    Failure::new(Exit::Usage, format!("{flag} {value:?} cannot be used"), why, "`canvass tenant --help` explains it.")
}

fn json(record: &TenantRecord) -> Value {
    json!({
        "id": record.id.to_string(),
        "alias": record.alias.as_str(),
        "name": record.name.as_str(),
        "state": record.state.as_str(),
        "reason": record.reason,
        "plan": record.plan.as_str(),
        "region": record.region.0,
        "created_at": record.created_at,
    })
}

fn listed_json(listed: &Listed) -> Value {
    let mut json = json(&listed.record);
    json["members"] = listed.members.into();
    json["active_at"] = listed.active_at.map(|it| it.to_string()).into();
    json
}

fn row(listed: &Listed) -> Vec<String> {
    let TenantRecord { alias, name, state, plan, region, .. } = &listed.record;
    vec![
        alias.to_string(),
        name.to_string(),
        state.as_str().to_owned(),
        plan.as_str().to_owned(),
        region.0.clone(),
        listed.members.to_string(),
    ]
}
