//! Hosts of tenants' own: this file is about an installation with a name, a name server that tests write into, and tenants
//! that bring domains along.

mod ask;
mod attacks;
mod claims;
mod primary;
mod programs;
mod records;
mod sites;

use std::net::{Ipv4Addr, TcpListener};

use canvass::config::ScriptMode;
use canvass_actions::signing_up::NewSignUp;
use canvass_model::{
    alias::Alias,
    domain::{Domain, DomainName},
    plan::PlanId,
    tenant::Region,
    text::{Email, OrganisationName, Password, PersonName},
};
use canvass_storage::{Tenant, domains};
use serde_json::{Value, json};

use crate::support::{Canvass, NameServer, PASSWORD, Person};

/// An installation at `surveys.example`, whose tenants have hosts below it and may bring domains along.
struct Hosting {
    canvass: Canvass,
    names: NameServer,
    port: u16,
}

impl Hosting {
    async fn start() -> Self {
        Self::start_with(ScriptMode::Off).await
    }

    /// The same with tenants' scripts, on or off.
    async fn start_with(scripts: ScriptMode) -> Self {
        let names = NameServer::start();
        let port = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap().local_addr().unwrap().port();
        let canvass = Canvass::start_with(|config| {
            config.server.listen = ([127, 0, 0, 1], port).into();
            config.server.base_url = Some(format!("http://surveys.example:{port}"));
            config.server.subdomains = true;
            config.domains.resolver = vec![names.address().to_owned()];
            config.domains.lookup_seconds = 2;
            config.domains.interval_ms = 100;
            config.scripts.mode = scripts;
        });
        Self { canvass: canvass.await, names, port }
    }

    /// A host's address in full.
    fn url(&self, host: &str) -> String {
        format!("http://{host}:{}", self.port)
    }

    /// Someone nobody knows, at a host.
    fn at(&self, host: &str) -> Person {
        Person::new("Ray", &self.url(host))
    }

    /// A tenant on the premium plan, beside Adatum.
    async fn premium(&self, alias: &str) -> Tenant {
        let new = NewSignUp {
            name: OrganisationName::parse(alias).unwrap(),
            alias: Alias::parse(alias).unwrap(),
            plan: PlanId::Premium,
            region: Region("local".to_owned()),
            administrator: PersonName::parse("Admin").unwrap(),
            email: Email::parse(&format!("admin@{alias}.example")).unwrap(),
            password: Password::parse(PASSWORD).unwrap(),
            terms: "1".to_owned(),
        };
        self.canvass.sign_up(&new).await
    }

    /// A domain that a program has claimed, and whose record is set.
    async fn claim(&self, program: &Person, name: &str) -> Value {
        let claimed = program.post_json("/api/v1/domains", &json!({ "domain": name })).await.expect(201).json();
        let record = &claimed["record"];
        self.names.says(record["name"].as_str().unwrap(), &format!("text {}", record["value"].as_str().unwrap()));
        claimed
    }

    /// A domain that is verified.
    async fn verified(&self, program: &Person, name: &str) {
        self.claim(program, name).await;
        let looked = look(program, name).await;
        assert_eq!(looked["state"], "verified", "{looked}");
    }

    /// Changes what is stored of a claim, as time would.
    async fn change(&self, tenant: &Tenant, name: &str, change: impl Fn(Domain) -> Domain + Send + 'static) {
        let (id, name) = (tenant.record().id, DomainName::parse(name).unwrap());
        let changed = self.canvass.directory().write(move |tx| {
            let domain = domains::find(tx, id, &name)?.unwrap();
            domains::update(tx, id, &change(domain))
        });
        assert!(changed.await.unwrap());
    }
}

/// Looks for a domain's record now.
async fn look(program: &Person, name: &str) -> Value {
    program.post_json(&format!("/api/v1/domains/{name}/verification"), &json!({})).await.expect(200).json()
}
