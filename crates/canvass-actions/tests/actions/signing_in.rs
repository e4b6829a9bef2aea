//! Signing in: this file is about passwords, waiting, sessions and the operator's link.

use canvass_actions::{
    Error,
    operators::{self, NewOperator},
    signing_in::{self, Credentials},
};
use canvass_model::{event::Event, text::PersonName};
use canvass_storage::{
    Directory, events,
    sessions::{self, Who},
};

use crate::{PASSWORD, a_tenant, client, email, on_each_engine, password};

fn credentials(address: &str, secret: &str) -> Credentials {
    Credentials { email: email(address), password: password(secret) }
}

async fn attempt(directory: &Directory, address: &str, secret: &str, from: &str) -> Result<Who, Error> {
    let done = signing_in::attempt(directory, &credentials(address, secret), &client(from)).await?;
    Ok(done.session.who)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cookies_secret_finds_the_session_until_it_is_signed_out() {
    on_each_engine(async |directory| {
        let tenant = a_tenant(&directory, "Adatum").await;
        let ada = credentials("ada@adatum.example", PASSWORD);
        let signed_in = signing_in::attempt(&directory, &ada, &client("192.0.2.1")).await.unwrap();
        let (hash, session) = (signed_in.secret.hash(), signed_in.session);
        let found = directory.read(move |tx| sessions::find(tx, &hash)).await.unwrap();
        assert_eq!(found, Some(session.clone()));
        let life_ms = session.expires_at.ms_since(session.seen_at);
        assert_eq!(life_ms, signing_in::MEMBER_SESSION_MS);
        let log = tenant.read(|tx| events::list(tx, None, 1)).await.unwrap();
        assert_eq!(log[0].event, Event::SignedIn);
        directory.write(move |tx| signing_in::sign_out(tx, session.who, session.id)).await.unwrap();
        assert_eq!(directory.read(move |tx| sessions::find(tx, &hash)).await.unwrap(), None);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_password_and_an_unknown_account_read_the_same() {
    on_each_engine(async |directory| {
        a_tenant(&directory, "Adatum").await;
        let wrong = attempt(&directory, "ada@adatum.example", "wrong", "192.0.2.1").await.unwrap_err();
        let unknown = attempt(&directory, "eve@adatum.example", PASSWORD, "192.0.2.1").await.unwrap_err();
        assert_eq!(wrong.to_string(), unknown.to_string());
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_guesser_waits_and_the_owner_does_not() {
    on_each_engine(async |directory| {
        a_tenant(&directory, "Adatum").await;
        let guess = async || attempt(&directory, "ada@adatum.example", "wrong", "203.0.113.9").await.unwrap_err();
        for number in 0..5 {
            assert!(matches!(guess().await, Error::Refused(_)), "guess {number}");
        }
        assert!(matches!(guess().await, Error::TooMany { retry_after_seconds: 1.. }));
        let right = attempt(&directory, "ada@adatum.example", PASSWORD, "203.0.113.9").await;
        assert!(matches!(right, Err(Error::TooMany { .. })), "the right password waits as well");
        attempt(&directory, "ada@adatum.example", PASSWORD, "192.0.2.1").await.unwrap();
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_password_ends_every_other_session() {
    on_each_engine(async |directory| {
        a_tenant(&directory, "Adatum").await;
        let ada = credentials("ada@adatum.example", PASSWORD);
        let from = client("192.0.2.1");
        let kept = signing_in::attempt(&directory, &ada, &from).await.unwrap().session;
        let other = signing_in::attempt(&directory, &ada, &from).await.unwrap().session;
        let new = password("another horse battery");
        let wrong = credentials("ada@adatum.example", "wrong");
        let refused = signing_in::change_password(&directory, &wrong, &new, (&from, kept.id)).await;
        assert!(matches!(refused, Err(Error::Refused(_))), "{refused:?}");
        signing_in::change_password(&directory, &ada, &new, (&from, kept.id)).await.unwrap();
        let who = kept.who;
        let left = directory.read(move |tx| sessions::list(tx, who)).await.unwrap();
        assert_eq!(left, std::slice::from_ref(&kept));
        assert!(attempt(&directory, "ada@adatum.example", PASSWORD, "192.0.2.1").await.is_err());
        attempt(&directory, "ada@adatum.example", "another horse battery", "192.0.2.1").await.unwrap();
        let gone = directory.write(move |tx| signing_in::revoke(tx, who, other.id)).await;
        assert!(matches!(gone, Err(Error::NotFound)), "{gone:?}");
        let ended = directory.write(move |tx| signing_in::revoke_others(tx, who, kept.id)).await.unwrap();
        assert_eq!(ended, 1);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_set_up_link_makes_one_operator() {
    on_each_engine(async |directory| {
        let from = client("192.0.2.1");
        let new = NewOperator {
            email: email("ops@canvass.example"),
            name: PersonName::parse("Olu").unwrap(),
            password: password(PASSWORD),
        };
        let stale = operators::make_setup_link(&directory).await.unwrap().unwrap();
        let link = operators::make_setup_link(&directory).await.unwrap().unwrap();
        let offered = link.clone();
        assert!(directory.read(move |tx| operators::setup_link_is_good(tx, &offered)).await.unwrap());
        assert!(matches!(operators::set_up(&directory, &stale, &new, &from).await, Err(Error::NotFound)));
        let signed_in = operators::set_up(&directory, &link, &new, &from).await.unwrap();
        assert!(matches!(signed_in.session.who, Who::Operator(_)));
        assert!(matches!(operators::set_up(&directory, &link, &new, &from).await, Err(Error::NotFound)));
        assert!(operators::make_setup_link(&directory).await.unwrap().is_none());
        let ops = credentials("ops@canvass.example", PASSWORD);
        let again = operators::sign_in(&directory, &ops, &from).await.unwrap();
        assert_eq!(again.session.who, signed_in.session.who);
        assert!(signing_in::attempt(&directory, &ops, &from).await.is_err(), "an operator is no member");
    })
    .await;
}
