//! Who may see a page: this file is about every visibility, every visitor and every moment, and about those who try to
//! get round the gate.

use canvass_actions::{
    gates,
    pages::{self, Wanted},
    passwords, secrets,
};
use canvass_model::{
    id::AccountId,
    member::Actor,
    page::{Page, Visibility},
    text::Password,
    time::Timestamp,
    token::Secret,
};
use canvass_storage::{Tenant, pages as stored};

use crate::support::{Answer, Canvass, Person, Survey, workshop};

/// Answers that are right, as fields.
const RIGHT: [(&str, &str); 3] = [("name", "Ray"), ("age", "31"), ("topic", "types")];

const PASSWORD: &str = "open sesame";

fn by() -> Actor {
    Actor::Member { account: AccountId::parse("01890a5d-ac96-774b-bcce-b302099a8057").unwrap(), name: "Ada".to_owned() }
}

/// A published survey whose page the test shuts in different ways.
struct Gate {
    canvass: Canvass,
    tenant: Tenant,
    survey: Survey,
    page: Page,
    hash: String,
}

impl Gate {
    async fn new() -> Self {
        Self::at(Canvass::start().await, "workshop").await
    }

    async fn at(canvass: Canvass, path: &str) -> Self {
        let survey = canvass.survey("adatum", path, &workshop()).await;
        let tenant = canvass.tenant("adatum").await;
        let hash = passwords::hash(Password::offered(PASSWORD)).await.unwrap();
        let page = page_of(&tenant, path).await;
        Self { canvass, tenant, survey, page, hash }
    }

    /// Sets who may see the page and when.
    async fn set(&self, visibility: Visibility, opens_at: Option<Timestamp>, closes_at: Option<Timestamp>) {
        let wanted = Wanted {
            address: self.page.address.clone(),
            title: String::new(),
            target: self.page.target.clone(),
            visibility,
            password_hash: (visibility == Visibility::Password).then(|| self.hash.clone()),
            opens_at,
            closes_at,
            body: None,
        };
        let id = self.page.id;
        self.tenant.write(move |tx| pages::update(tx, &by(), id, None, &wanted)).await.unwrap();
    }

    /// A personal link for Grace.
    async fn invitation(&self) -> (Secret, stored::Invitation) {
        let secret = secrets::fresh().unwrap();
        let (page, kept) = (self.page.id, secret.clone());
        let made = self.tenant.write(move |tx| gates::invite(tx, &by(), (page, "Grace"), None, &kept)).await.unwrap();
        (secret, made)
    }

    fn link(&self, secret: &Secret) -> String {
        format!("{}?invitation={}", self.survey.page, secret.reveal())
    }

    async fn unlock(&self, who: &Person, password: &str) -> Answer {
        who.post_form(&self.survey.page, &[("_password", password)]).await
    }
}

async fn page_of(tenant: &Tenant, path: &str) -> Page {
    let address = canvass_model::address::PageAddress::parse(path).unwrap();
    tenant.read(move |tx| stored::find(tx, address.key())).await.unwrap().unwrap()
}

#[tokio::test]
async fn every_visibility_answers_every_visitor_at_every_moment() {
    let gate = Gate::new().await;
    let (ray, eve, ann) = (gate.canvass.ray(), gate.canvass.eve().await, gate.canvass.ann().await);
    let (pat, grace) = (gate.canvass.visitor("Pat"), gate.canvass.visitor("Grace"));
    let (secret, _) = gate.invitation().await;
    gate.set(Visibility::Password, None, None).await;
    gate.unlock(&pat, PASSWORD).await.expect(303);

    // Ray is nobody, Eve a stranger, Ann a member; Pat knows the password, Grace has a link.
    let table = [
        (Visibility::Public, [200, 200, 200, 200, 200]),
        (Visibility::Unlisted, [200, 200, 200, 200, 200]),
        (Visibility::Password, [401, 401, 200, 200, 401]),
        (Visibility::Invited, [403, 403, 200, 403, 200]),
        (Visibility::Members, [303, 403, 200, 303, 303]),
    ];
    assert_eq!(table.len(), Visibility::ALL.len());
    let now = gate.tenant.now();
    let (before, after) = (now.plus_ms(-Timestamp::HOUR_MS), now.plus_ms(Timestamp::HOUR_MS));
    let link = gate.link(&secret);
    for (visibility, expected) in table {
        let times =
            [(None, None, 200), (Some(before), Some(after), 200), (Some(after), None, 403), (None, Some(before), 410)];
        for (opens_at, closes_at, open) in times {
            gate.set(visibility, opens_at, closes_at).await;
            let visitors = [&ray, &eve, &ann, &pat, &grace];
            for (who, status) in visitors.into_iter().zip(expected) {
                let path = if std::ptr::eq(who, &raw const grace) { &link } else { &gate.survey.page };
                let expected = if status == 200 { open } else { status };
                let answer = who.get(path).await.expect(expected);
                assert_eq!(answer.shows("After the workshop"), expected == 200, "{visibility:?}: {}", answer.text());
                if !visibility.is_open() && expected != 303 {
                    assert_eq!(answer.header("cache-control"), "no-store");
                }
            }
        }
    }
}

#[tokio::test]
async fn a_form_carries_its_own_pass_where_cookies_do_not_reach() {
    let gate = Gate::new().await;
    let (secret, _) = gate.invitation().await;
    let grace = gate.canvass.visitor("Grace");
    let ann = gate.canvass.ann().await;
    let pat = gate.canvass.visitor("Pat");
    gate.set(Visibility::Password, None, None).await;
    gate.unlock(&pat, PASSWORD).await.expect(303);
    let mut accepted = 0;
    for (visibility, who, path, without) in [
        (Visibility::Password, &pat, gate.survey.page.clone(), 401),
        (Visibility::Invited, &grace, gate.link(&secret), 403),
        (Visibility::Members, &ann, gate.survey.page.clone(), 303),
    ] {
        gate.set(visibility, None, None).await;
        let form = who.get(&path).await.expect(200).filled(&gate.survey.page, &RIGHT);
        assert!(form.iter().any(|it| it.0 == "_pass"), "{visibility:?}");
        let elsewhere = gate.canvass.ray();
        let bare: Vec<_> = form.iter().filter(|it| it.0 != "_pass").cloned().collect();
        let refused = elsewhere.post_form(&gate.survey.page, &bare).await.expect(without);
        assert!(!refused.header("location").contains("thanks"), "{visibility:?}");
        let sent = elsewhere.post_form(&gate.survey.page, &form).await.expect(303);
        assert!(sent.location().ends_with("?thanks"), "{visibility:?}: {}", sent.location());
        elsewhere.get(&sent.location()).await.expect(200);
        accepted += 1;
    }
    gate.canvass.settled().await;
    assert_eq!(gate.survey.counted().await, accepted);
}

#[tokio::test]
async fn a_pass_opens_no_other_page_and_no_other_tenants() {
    let gate = Gate::new().await;
    gate.set(Visibility::Password, None, None).await;
    let pat = gate.canvass.visitor("Pat");
    gate.unlock(&pat, PASSWORD).await.expect(303);
    let form = pat.get(&gate.survey.page).await.expect(200).filled(&gate.survey.page, &RIGHT);
    let pass = form.into_iter().find(|it| it.0 == "_pass").unwrap();

    // The same password with the same hash, or the pass would be refused for that alone.
    let other = Gate { hash: gate.hash, ..Gate::at(gate.canvass, "other").await };
    other.set(Visibility::Password, None, None).await;
    pat.get(&other.survey.page).await.expect(401);
    pat.post_form(&other.survey.page, &[&pass]).await.expect(401);

    let foreign = other.canvass.survey("fabrikam", "workshop", &workshop()).await;
    let tenant = other.canvass.tenant("fabrikam").await;
    let page = page_of(&tenant, "workshop").await;
    let gate = Gate { tenant, survey: foreign, page, ..other };
    gate.set(Visibility::Password, None, None).await;
    pat.get(&gate.survey.page).await.expect(401);
    pat.post_form(&gate.survey.page, &[&pass]).await.expect(401);
}

#[tokio::test]
async fn a_new_password_and_a_link_taken_back_end_every_pass() {
    let mut gate = Gate::new().await;
    gate.set(Visibility::Password, None, None).await;
    let pat = gate.canvass.visitor("Pat");
    gate.unlock(&pat, PASSWORD).await.expect(303);
    pat.get(&gate.survey.page).await.expect(200);
    gate.hash = passwords::hash(Password::offered("another one")).await.unwrap();
    gate.set(Visibility::Password, None, None).await;
    pat.get(&gate.survey.page).await.expect(401);

    gate.set(Visibility::Invited, None, None).await;
    let (secret, made) = gate.invitation().await;
    let grace = gate.canvass.visitor("Grace");
    grace.get(&gate.link(&secret)).await.expect(200);
    grace.get(&gate.survey.page).await.expect(200);
    let page = gate.page.id;
    gate.tenant.write(move |tx| gates::take_back(tx, &by(), page, made.id)).await.unwrap();
    grace.get(&gate.survey.page).await.expect(403);
    grace.get(&gate.link(&secret)).await.expect(403);
}

#[tokio::test]
async fn guessing_a_password_becomes_slow() {
    let gate = Gate::new().await;
    gate.set(Visibility::Password, None, None).await;
    let mallory = gate.canvass.visitor("Mallory");
    for _ in 0..5 {
        let refused = gate.unlock(&mallory, "guess").await.expect(401);
        assert!(refused.shows("This is not the password"), "{}", refused.text());
    }
    let slow = gate.unlock(&mallory, PASSWORD).await.expect(429);
    assert!(!slow.header("retry-after").is_empty());
    assert!(slow.shows("Too many wrong passwords"));
    mallory.get(&gate.survey.page).await.expect(401);
}

#[tokio::test]
async fn who_signs_in_for_a_members_page_comes_back_to_it() {
    let gate = Gate::new().await;
    gate.set(Visibility::Members, None, None).await;
    gate.canvass.ada().await;
    let ada = gate.canvass.visitor("Ada");
    let sign_in = ada.get(&gate.survey.page).await.expect(303).location();
    assert_eq!(sign_in, format!("/-/login?to={}", gate.survey.page.replace('/', "%2F")));
    let fields = [("email", "ada@adatum.example"), ("password", crate::support::PASSWORD)];
    let back = ada.submit(&sign_in, "/-/login", &fields).await.expect(303).location();
    assert_eq!(back, gate.survey.page);
    ada.get(&back).await.expect(200);
}

#[tokio::test]
async fn an_address_that_moved_leads_on_and_takes_forms_that_were_open() {
    let gate = Gate::new().await;
    let ray = gate.canvass.ray();
    let form = ray.get(&gate.survey.page).await.expect(200).filled(&gate.survey.page, &RIGHT);
    let wanted = Wanted {
        address: canvass_model::address::PageAddress::parse("Feedback/2026").unwrap(),
        title: String::new(),
        target: gate.page.target.clone(),
        visibility: Visibility::Public,
        password_hash: None,
        opens_at: None,
        closes_at: None,
        body: None,
    };
    let id = gate.page.id;
    gate.tenant.write(move |tx| pages::update(tx, &by(), id, None, &wanted)).await.unwrap();
    assert_eq!(ray.get(&gate.survey.page).await.expect(301).location(), "/adatum/Feedback/2026");
    let sent = ray.post_form(&gate.survey.page, &form).await.expect(303).location();
    assert_eq!(sent, "/adatum/Feedback/2026?thanks");
    assert!(ray.get("/adatum").await.expect(200).shows("/adatum/Feedback/2026"));
    gate.canvass.settled().await;
    assert_eq!(gate.survey.counted().await, 1);
}
