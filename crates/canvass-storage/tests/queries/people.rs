//! People: this file is about the queries on accounts, operators, sessions, failed attempts and members.

use canvass_model::{
    id::AccountId,
    member::{Member, Role},
    text::{Email, PersonName},
    time::Timestamp,
    token::SecretHash,
};
use canvass_storage::{
    DirectoryTx, Error,
    accounts::{self, Account},
    members,
    operators::{self, Operator},
    sessions::{self, Session, Who},
    tenants, throttle,
};

use crate::{a_tenant, on_each_engine, tomorrow};

fn email(text: &str) -> Email {
    Email::parse(text).unwrap()
}

fn person(text: &str) -> PersonName {
    PersonName::parse(text).unwrap()
}

fn an_account(tx: &mut DirectoryTx<'_>, address: &str) -> Result<Account, Error> {
    let account = Account {
        id: tx.new_id(),
        email: email(address),
        name: person("Ada Lovelace"),
        password_hash: "$argon2id$…".to_owned(),
        created_at: tx.now(),
    };
    accounts::insert(tx, &account)?;
    Ok(account)
}

#[tokio::test(flavor = "multi_thread")]
async fn an_account_is_found_by_its_id_and_its_address() {
    on_each_engine(async |directory| {
        let account = directory.write(|tx| an_account(tx, "ada@adatum.example")).await.unwrap();
        let id = account.id;
        let (by_id, by_email, nobody) = directory
            .read(move |tx| {
                let by_email = accounts::find_by_email(tx, &email("ada@adatum.example"))?;
                Ok::<_, Error>((accounts::find(tx, id)?, by_email, accounts::find_by_email(tx, &email("b@c.example"))?))
            })
            .await
            .unwrap();
        assert_eq!((by_id, by_email, nobody), (Some(account.clone()), Some(account), None));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_address_belongs_to_one_account() {
    on_each_engine(async |directory| {
        directory.write(|tx| an_account(tx, "ada@adatum.example")).await.unwrap();
        let again = directory.write(|tx| an_account(tx, "ada@adatum.example")).await;
        assert!(matches!(again, Err(Error::Conflict(_))), "{again:?}");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn only_an_account_without_tenants_is_deleted() {
    on_each_engine(async |directory| {
        let tenant = a_tenant(&directory, "Adatum").await.record().id;
        let left = directory
            .write(move |tx| {
                let (used, unused) = (an_account(tx, "a@adatum.example")?, an_account(tx, "b@adatum.example")?);
                accounts::update_password(tx, used.id, "another")?;
                tenants::insert_membership(tx, used.id, tenant)?;
                accounts::delete_unused(tx, used.id)?;
                accounts::delete_unused(tx, unused.id)?;
                Ok::<_, Error>((accounts::find(tx, used.id)?, accounts::find(tx, unused.id)?))
            })
            .await
            .unwrap();
        assert_eq!(left.0.unwrap().password_hash, "another");
        assert_eq!(left.1, None);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_operator_is_counted_and_found() {
    on_each_engine(async |directory| {
        let found = directory
            .write(|tx| {
                let operator = Operator {
                    id: tx.new_id(),
                    email: email("ops@canvass.example"),
                    name: person("Operator"),
                    password_hash: "hash".to_owned(),
                    created_at: tx.now(),
                };
                assert_eq!(operators::count(tx)?, 0);
                operators::insert(tx, &operator)?;
                assert!(matches!(operators::insert(tx, &operator), Err(Error::Conflict(_))));
                assert_eq!(operators::count(tx)?, 1);
                assert_eq!(operators::find_by_email(tx, &operator.email)?, Some(operator.clone()));
                Ok::<_, Error>(operators::find(tx, operator.id)? == Some(operator))
            })
            .await
            .unwrap();
        assert!(found);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_set_up_link_works_once_until_it_expires_or_another_is_made() {
    on_each_engine(async |directory| {
        directory
            .write(|tx| {
                let (first, second, expired) = (SecretHash([1; 32]), SecretHash([2; 32]), SecretHash([3; 32]));
                let later = tomorrow(tx.now());
                operators::insert_setup_link(tx, &first, later)?;
                assert!(operators::setup_link_is_good(tx, &first)?);
                operators::insert_setup_link(tx, &second, later)?;
                assert!(!operators::setup_link_is_good(tx, &first)?);
                assert!(!operators::use_setup_link(tx, &first)?);
                assert!(operators::use_setup_link(tx, &second)?);
                assert!(!operators::use_setup_link(tx, &second)?);
                let now = tx.now();
                operators::insert_setup_link(tx, &expired, now)?;
                assert!(!operators::setup_link_is_good(tx, &expired)?);
                Ok::<_, Error>(())
            })
            .await
            .unwrap();
    })
    .await;
}

fn a_session(tx: &mut DirectoryTx<'_>, number: u8, who: Who, life_ms: i64) -> Result<Session, Error> {
    let now = tx.now();
    let session = Session {
        id: tx.new_id(),
        who,
        agent: "Firefox".repeat(50),
        created_at: now,
        seen_at: now.plus_ms(i64::from(number)),
        expires_at: now.plus_ms(life_ms),
    };
    sessions::insert(tx, &SecretHash([number; 32]), &session)?;
    Ok(session)
}

#[tokio::test(flavor = "multi_thread")]
async fn sessions_are_listed_used_and_ended_by_their_person_only() {
    on_each_engine(async |directory| {
        directory
            .write(|tx| {
                let ada = Who::Account(an_account(tx, "ada@adatum.example")?.id);
                let ben = Who::Account(an_account(tx, "ben@adatum.example")?.id);
                let one = a_session(tx, 1, ada, 1_000)?;
                let two = a_session(tx, 2, ada, 1_000)?;
                let bens = a_session(tx, 3, ben, 1_000)?;
                a_session(tx, 4, ada, 0)?;
                let listed: Vec<_> = sessions::list(tx, ada)?.iter().map(|it| it.id).collect();
                assert_eq!(listed, [two.id, one.id]);
                assert_eq!(sessions::find(tx, &SecretHash([4; 32]))?, None);
                let end = tomorrow(tx.now());
                sessions::touch(tx, one.id, end)?;
                let found = sessions::find(tx, &SecretHash([1; 32]))?.unwrap();
                assert_eq!((found.expires_at, found.seen_at, found.who), (end, tx.now(), ada));
                assert_eq!(found.agent.chars().count(), 200);
                assert!(!sessions::delete(tx, ada, bens.id)?);
                assert!(sessions::delete(tx, ben, bens.id)?);
                assert_eq!(sessions::delete_expired(tx, 10)?, 1);
                assert_eq!(sessions::delete_others(tx, ada, Some(one.id))?, 1);
                assert_eq!(sessions::delete_others(tx, ada, None)?, 1);
                assert_eq!(sessions::list(tx, ada)?, []);
                Ok::<_, Error>(())
            })
            .await
            .unwrap();
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn failures_are_counted_forgotten_and_cleared() {
    on_each_engine(async |directory| {
        directory
            .write(|tx| {
                let now = tx.now();
                throttle::record(tx, "ada", now.plus_ms(-1))?;
                throttle::record(tx, "ada", now.plus_ms(500))?;
                assert_eq!(throttle::failures(tx, "ada")?, 2);
                assert_eq!(throttle::wait_until(tx, "ada")?, Some(now.plus_ms(500)));
                throttle::record(tx, "old", now.plus_ms(-2 * Timestamp::HOUR_MS))?;
                assert_eq!(throttle::failures(tx, "old")?, 0);
                throttle::record(tx, "old", now)?;
                assert_eq!((throttle::failures(tx, "old")?, throttle::wait_until(tx, "old")?), (1, None));
                throttle::clear(tx, "ada")?;
                assert_eq!(throttle::failures(tx, "ada")?, 0);
                assert_eq!(throttle::delete_before(tx, now.plus_ms(1), 10)?, 1);
                assert_eq!(throttle::failures(tx, "old")?, 0);
                Ok::<_, Error>(())
            })
            .await
            .unwrap();
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_member_is_put_listed_changed_and_removed() {
    on_each_engine(async |directory| {
        let tenant = a_tenant(&directory, "Adatum").await;
        tenant
            .write(|tx| {
                let member = |account: AccountId, name: &str| Member {
                    account,
                    name: person(name),
                    email: email("someone@adatum.example"),
                    role: Role::Creator,
                    joined_at: Timestamp(5),
                };
                let (zoe, ada) = (member(tx.new_id(), "Zoe"), member(tx.new_id(), "Ada"));
                members::put(tx, &zoe)?;
                members::put(tx, &ada)?;
                let renamed = Member { name: person("Yves"), ..zoe.clone() };
                members::put(tx, &renamed)?;
                assert_eq!(members::list(tx)?, [ada.clone(), renamed]);
                assert!(members::update_role(tx, ada.account, Role::Administrator)?);
                assert_eq!(members::find(tx, ada.account)?.unwrap().role, Role::Administrator);
                assert!(members::delete(tx, ada.account)?);
                assert!(!members::delete(tx, ada.account)?);
                assert!(!members::update_role(tx, ada.account, Role::Analyst)?);
                assert_eq!(members::find(tx, ada.account)?, None);
                Ok::<_, Error>(())
            })
            .await
            .unwrap();
    })
    .await;
}
