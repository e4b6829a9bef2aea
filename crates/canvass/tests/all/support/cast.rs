//! The cast: this file is about the people whom tests know by name, and where they come from.
//!
//! Ada administers Adatum, Carl creates surveys there, Ann analyses them; Eve administers Fabrikam; Olga operates; Ray
//! answers and has no account. A tenant is made when somebody of it is asked for first.

use canvass_actions::{
    operator_tokens::{self, NewOperatorToken},
    operators::{self, NewOperator},
    passwords,
    signing_in::Client,
    signing_up::{self, NewSignUp},
    tokens::{self, NewToken},
};
use canvass_model::{
    alias::Alias,
    job::JobState,
    member::{Member, Role},
    plan::PlanId,
    tenant::Region,
    text::{Email, OrganisationName, Password, PersonName, TokenName},
    token::Scope,
};
use canvass_storage::{
    Tenant,
    accounts::{self, Account},
    jobs, members, tenants,
};
use tokio::sync::Semaphore;

use super::{Canvass, Person};

/// Everybody's password.
pub const PASSWORD: &str = "correct horse battery";

/// Hashing is slow on purpose, and the product refuses to let too many wait: tests take turns.
static HASHING: Semaphore = Semaphore::const_new(2);

impl Canvass {
    /// Ada, who administers Adatum, on the premium plan.
    pub async fn ada(&self) -> Person {
        self.tenant("adatum").await;
        self.sign_in("Ada", "ada@adatum.example").await
    }

    /// Carl, who creates surveys at Adatum.
    pub async fn carl(&self) -> Person {
        self.member("adatum", "Carl", Role::Creator).await
    }

    /// Ann, who analyses at Adatum.
    pub async fn ann(&self) -> Person {
        self.member("adatum", "Ann", Role::Analyst).await
    }

    /// Eve, who administers Fabrikam, on the standard plan, and has no business at Adatum.
    pub async fn eve(&self) -> Person {
        self.tenant("fabrikam").await;
        self.sign_in("Eve", "eve@fabrikam.example").await
    }

    /// Olga, who operates the installation. Only for tests in which she is the first operator.
    pub async fn olga(&self) -> Person {
        let link = operators::make_setup_link(self.directory()).await.expect("the directory answers");
        let link = link.expect("Olga is the first operator");
        let new = NewOperator {
            email: email("olga@canvass.example"),
            name: PersonName::parse("Olga").expect("a name"),
            password: Password::parse(PASSWORD).expect("a password"),
        };
        {
            let _turn = HASHING.acquire().await.expect("never closed");
            operators::set_up(self.directory(), &link, &new, &nobody()).await.expect("the link is good");
        }
        let olga = self.visitor("Olga");
        let fields = [("email", new.email.as_str()), ("password", PASSWORD)];
        let _turn = HASHING.acquire().await.expect("never closed");
        olga.post_form("/-/operate/login", &fields).await.expect(303);
        olga
    }

    /// A program of a tenant with a token that may do everything.
    pub async fn program_of(&self, alias: &str) -> Person {
        self.program_with(alias, &Scope::ALL).await
    }

    /// A program of a tenant with a token that may do this.
    pub async fn program_with(&self, alias: &str, scopes: &[Scope]) -> Person {
        let tenant = self.tenant(alias).await;
        let secret = canvass_actions::secrets::fresh_token().expect("randomness");
        let name = TokenName::parse("Test").expect("a name");
        let (made, new) = (secret.clone(), NewToken { name, scopes: scopes.to_vec(), life_ms: None });
        let created = self.directory().write(move |tx| tokens::create(tx, &tenant, &new, &made)).await;
        created.expect("a token can be made");
        self.program(secret.reveal())
    }

    /// A program of the operator's.
    pub async fn operator_program(&self) -> Person {
        let secret = canvass_actions::secrets::fresh_operator_token().expect("randomness");
        let name = TokenName::parse("Test").expect("a name");
        let (made, new) = (secret.clone(), NewOperatorToken { name, life_ms: None });
        let created = self.directory().write(move |tx| operator_tokens::create(tx, &new, &made)).await;
        created.expect("a token can be made");
        self.program(secret.reveal())
    }

    /// A tenant by its alias, made at the first call: Adatum on premium with Ada, Fabrikam on standard with Eve, any
    /// other on standard with an administrator `admin@` it.
    pub async fn tenant(&self, alias: &str) -> Tenant {
        let parsed = Alias::parse(alias).expect("an alias");
        if let Some(tenant) = self.directory().tenant(&parsed).await.expect("the directory answers") {
            return tenant;
        }
        let (administrator, address, plan) = match alias {
            "adatum" => ("Ada", "ada@adatum.example".to_owned(), PlanId::Premium),
            "fabrikam" => ("Eve", "eve@fabrikam.example".to_owned(), PlanId::Standard),
            other => ("Admin", format!("admin@{other}.example"), PlanId::Standard),
        };
        self.sign_up(&new_tenant(alias, plan, (administrator, &address))).await
    }

    /// One more tenant on the premium plan, and the secret of a token of it that may do everything.
    pub async fn premium(&self, alias: &str) -> String {
        let address = format!("admin@{alias}.example");
        self.sign_up(&new_tenant(alias, PlanId::Premium, ("Admin", &address))).await;
        self.token_of(alias).await
    }

    /// Signs a tenant up and waits until it is ready.
    pub async fn sign_up(&self, new: &NewSignUp) -> Tenant {
        let job = {
            let _turn = HASHING.acquire().await.expect("never closed");
            signing_up::request(self.directory(), new, new.alias.as_str(), &nobody()).await
        };
        let job = job.expect("the sign-up is accepted");
        self.settled().await;
        let record = self.directory().read(move |tx| jobs::find(tx, job)).await.expect("the directory answers");
        let record = record.expect("jobs are kept for a while");
        assert_eq!(record.state, JobState::Done, "{:?}", record.error);
        self.directory().tenant(&new.alias).await.expect("the directory answers").expect("it was just made")
    }

    /// Someone with a role in a tenant, whose address is `name@alias.example`.
    pub async fn member(&self, alias: &str, name: &str, role: Role) -> Person {
        let tenant = self.tenant(alias).await;
        let address = format!("{}@{alias}.example", name.to_lowercase());
        let hash = {
            let _turn = HASHING.acquire().await.expect("never closed");
            passwords::hash(Password::parse(PASSWORD).expect("a password")).await.expect("its turn has come")
        };
        let (id, person, mail) = (tenant.record().id, PersonName::parse(name).expect("a name"), email(&address));
        let account = self.directory().write(move |tx| {
            let (email, name, password_hash) = (mail.clone(), person.clone(), hash.clone());
            let account = Account { id: tx.new_id(), email, name, password_hash, created_at: tx.now() };
            accounts::insert(tx, &account)?;
            tenants::insert_membership(tx, account.id, id)?;
            Ok::<_, canvass_storage::Error>(account)
        });
        let Account { id: account, name: person, email: mail, .. } = account.await.expect("each member is made once");
        let joined = tenant.write(move |tx| {
            let (name, email) = (person.clone(), mail.clone());
            members::put(tx, &Member { account, name, email, role, joined_at: tx.now() })
        });
        joined.await.expect("the tenant answers");
        self.sign_in(name, &address).await
    }

    /// Signs somebody in as a browser does.
    pub async fn sign_in(&self, name: &str, address: &str) -> Person {
        let person = self.visitor(name);
        let _turn = HASHING.acquire().await.expect("never closed");
        person.post_form("/-/login", &[("email", address), ("password", PASSWORD)]).await.expect(303);
        person
    }
}

fn new_tenant(alias: &str, plan: PlanId, (administrator, address): (&str, &str)) -> NewSignUp {
    NewSignUp {
        name: OrganisationName::parse(&capitalised(alias)).expect("a name"),
        alias: Alias::parse(alias).expect("an alias"),
        plan,
        region: Region("local".to_owned()),
        administrator: PersonName::parse(administrator).expect("a name"),
        email: email(address),
        password: Password::parse(PASSWORD).expect("a password"),
        terms: "1".to_owned(),
    }
}

fn email(text: &str) -> Email {
    Email::parse(text).expect("an address")
}

fn nobody() -> Client {
    Client { address: "test".to_owned(), agent: "test".to_owned() }
}

fn capitalised(word: &str) -> String {
    let mut letters = word.chars();
    letters.next().map(|it| it.to_uppercase().chain(letters).collect()).unwrap_or_default()
}
