//! Tenants: this file is about the queries on their records, tokens, dead letters, settings and logs.

use canvass_model::{
    event::Event,
    id::{DeadLetterId, TokenId},
    member::Actor,
    plan::{Lane, PlanId},
    response::{Accepted, Source},
    survey::Version,
    tenant::{TenantRecord, TenantState},
    text::{Email, PersonName, TokenName},
    time::Timestamp,
    token::{OperatorToken, Scope, SecretHash, Token},
};
use canvass_storage::{
    Error,
    accounts::{self, Account},
    dead_letters, events,
    idempotency::{self, Earlier},
    meta, operator_tokens,
    tenants::{self, Filter},
    tokens,
};

use crate::{a_record, a_tenant, alias, nowhere, on_each_engine, tomorrow};

#[tokio::test(flavor = "multi_thread")]
async fn a_tenants_record_is_found_changed_and_deleted() {
    on_each_engine(async |directory| {
        let record = a_record(&directory, "Adatum", TenantState::Requested).await;
        directory
            .write(move |tx| {
                assert_eq!(tenants::find(tx, &alias("adatum"))?, Some(record.clone()));
                assert_eq!(tenants::find(tx, &alias("nobody"))?, None);
                let reason = Some("no room".to_owned());
                let failed =
                    TenantRecord { state: TenantState::Failed, reason, plan: PlanId::Premium, ..record.clone() };
                tenants::update(tx, &failed)?;
                assert_eq!(tenants::find_by_id(tx, record.id)?, Some(failed));
                tenants::delete(tx, record.id)?;
                assert_eq!(tenants::find_by_id(tx, record.id)?, None);
                Ok::<_, Error>(())
            })
            .await
            .unwrap();
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_alias_belongs_to_one_tenant() {
    on_each_engine(async |directory| {
        let record = a_record(&directory, "Adatum", TenantState::Active).await;
        let again = directory
            .write(move |tx| {
                let id = tx.new_id();
                tenants::insert(tx, &TenantRecord { id, ..record.clone() })
            })
            .await;
        assert!(matches!(again, Err(Error::Conflict(_))), "{again:?}");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn tenants_are_searched_filtered_and_paged() {
    on_each_engine(async |directory| {
        for name in ["Adatum", "Fabrikam 50%", "Contoso"] {
            a_record(&directory, name, TenantState::Active).await;
        }
        a_record(&directory, "Tailspin", TenantState::Failed).await;
        let found = async |search: &str, state, after: Option<&str>, limit| -> Vec<String> {
            let filter = Filter { search: search.to_owned(), state, after: after.map(alias), limit };
            let found = directory.read(move |tx| tenants::list(tx, &filter)).await.unwrap();
            found.into_iter().map(|it| it.record.alias.to_string()).collect()
        };
        assert_eq!(found("", None, None, 9).await, ["adatum", "contoso", "fabrikam-50", "tailspin"]);
        assert_eq!(found("", None, Some("adatum"), 2).await, ["contoso", "fabrikam-50"]);
        assert_eq!(found("A", Some(TenantState::Failed), None, 9).await, ["tailspin"]);
        assert_eq!(found("50%", None, None, 9).await, ["fabrikam-50"]);
        assert!(found("%a", None, None, 9).await.is_empty());
        let mut count = directory.read(tenants::count).await.unwrap();
        count.sort_by_key(|it| it.1);
        assert_eq!(count, [(TenantState::Failed, 1), (TenantState::Active, 3)]);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_account_is_listed_in_its_tenants_and_they_in_its_list() {
    on_each_engine(async |directory| {
        let adatum = a_record(&directory, "Adatum", TenantState::Active).await;
        let failed = a_record(&directory, "Failed", TenantState::Failed).await;
        directory
            .write(move |tx| {
                let account = Account {
                    id: tx.new_id(),
                    email: Email::parse("ada@adatum.example").unwrap(),
                    name: PersonName::parse("Ada").unwrap(),
                    password_hash: String::new(),
                    created_at: tx.now(),
                };
                accounts::insert(tx, &account)?;
                for tenant in [adatum.id, adatum.id, failed.id] {
                    tenants::insert_membership(tx, account.id, tenant)?;
                }
                assert_eq!(tenants::list_of(tx, account.id)?, std::slice::from_ref(&adatum));
                tenants::touch(tx, adatum.id)?;
                let filter = Filter { limit: 1, ..Filter::default() };
                let listed = &tenants::list(tx, &filter)?[0];
                assert_eq!((listed.members, listed.active_at), (1, Some(tx.now())));
                tenants::delete_membership(tx, account.id, adatum.id)?;
                assert_eq!(tenants::list_of(tx, account.id)?, []);
                Ok::<_, Error>(())
            })
            .await
            .unwrap();
    })
    .await;
}

fn a_token(id: TokenId, expires_at: Option<Timestamp>) -> Token {
    Token {
        id,
        name: TokenName::parse("Import").unwrap(),
        scopes: vec![Scope::Read, Scope::Collect],
        hint: "abcd".to_owned(),
        created_at: Timestamp(7),
        expires_at,
        last_used_at: None,
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_is_found_by_its_hash_and_listed_by_its_tenant_alone() {
    on_each_engine(async |directory| {
        let (adatum, fabrikam) = (a_tenant(&directory, "Adatum").await, a_tenant(&directory, "Fabrikam").await);
        let (ours, theirs) = (adatum.clone(), fabrikam.clone());
        let token = directory
            .write(move |tx| {
                let (good, old) = (SecretHash([1; 32]), SecretHash([2; 32]));
                let token = a_token(tx.new_id(), None);
                let expired = a_token(tx.new_id(), Some(tx.now()));
                tokens::insert(tx, &ours, &good, &token)?;
                tokens::insert(tx, &ours, &old, &expired)?;
                assert_eq!(tokens::find(tx, &good)?, Some((ours.record().clone(), token.clone())));
                assert_eq!(tokens::find(tx, &old)?, None);
                assert_eq!(tokens::find_expiry(tx, &old)?, expired.expires_at);
                assert_eq!(tokens::find_expiry(tx, &good)?, None);
                assert_eq!(tokens::find_expiry(tx, &SecretHash([9; 32]))?, None);
                assert_eq!(tokens::list(tx, &ours)?, [expired.clone(), token.clone()]);
                assert_eq!((tokens::count(tx, &ours)?, tokens::count(tx, &theirs)?), (2, 0));
                tokens::touch(tx, token.id)?;
                assert_eq!(tokens::find(tx, &good)?.unwrap().1.last_used_at, Some(tx.now()));
                assert!(!tokens::delete(tx, &theirs, expired.id)?);
                assert!(tokens::delete(tx, &ours, expired.id)?);
                Ok::<_, Error>(token)
            })
            .await
            .unwrap();
        let (tenant, found) = directory.tenant_of_token(SecretHash([1; 32])).await.unwrap().unwrap();
        assert_eq!((tenant.record(), found.id), (adatum.record(), token.id));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_operators_token_is_found_by_its_hash_and_is_no_tenants() {
    on_each_engine(async |directory| {
        let adatum = a_tenant(&directory, "Adatum").await;
        let (good, old, of_tenant) = (SecretHash([1; 32]), SecretHash([2; 32]), SecretHash([3; 32]));
        directory
            .write(move |tx| {
                let token = |id, expires_at| OperatorToken {
                    id,
                    name: TokenName::parse("Onboarding").unwrap(),
                    hint: "abcd".to_owned(),
                    created_at: Timestamp(7),
                    expires_at,
                    last_used_at: None,
                };
                let (fresh, expired) = (token(tx.new_id(), None), token(tx.new_id(), Some(tx.now())));
                operator_tokens::insert(tx, &good, &fresh)?;
                operator_tokens::insert(tx, &old, &expired)?;
                tokens::insert(tx, &adatum, &of_tenant, &a_token(tx.new_id(), None))?;
                assert_eq!(operator_tokens::find(tx, &good)?, Some(fresh.clone()));
                assert_eq!(operator_tokens::find(tx, &old)?, None);
                assert_eq!(operator_tokens::find(tx, &of_tenant)?, None);
                assert_eq!(tokens::find(tx, &good)?, None);
                assert_eq!(operator_tokens::find_expiry(tx, &old)?, expired.expires_at);
                assert_eq!(operator_tokens::find_expiry(tx, &good)?, None);
                assert_eq!(operator_tokens::list(tx)?, [expired.clone(), fresh.clone()]);
                assert_eq!(operator_tokens::count(tx)?, 2);
                operator_tokens::touch(tx, fresh.id)?;
                assert_eq!(operator_tokens::find(tx, &good)?.unwrap().last_used_at, Some(tx.now()));
                assert!(operator_tokens::delete(tx, expired.id)?);
                assert!(!operator_tokens::delete(tx, expired.id)?);
                Ok::<_, Error>(())
            })
            .await
            .unwrap();
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_that_was_just_used_expires_all_the_same() {
    on_each_engine(async |directory| {
        let adatum = a_tenant(&directory, "Adatum").await;
        let (ours, hash) = (adatum.clone(), SecretHash([3; 32]));
        let expires_at = directory
            .write(move |tx| {
                let expires_at = tx.now().plus_ms(1_500);
                tokens::insert(tx, &ours, &hash, &a_token(tx.new_id(), Some(expires_at)))?;
                Ok::<_, Error>(expires_at)
            })
            .await
            .unwrap();
        let mut was_good = false;
        while adatum.now() < expires_at {
            was_good |= directory.tenant_of_token(hash).await.unwrap().is_some();
        }
        assert!(was_good && directory.tenant_of_token(hash).await.unwrap().is_none());
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_use_of_a_token_is_noted() {
    on_each_engine(async |directory| {
        let adatum = a_tenant(&directory, "Adatum").await;
        let (ours, hash) = (adatum.clone(), SecretHash([4; 32]));
        let token = directory.write(move |tx| {
            let token = a_token(tx.new_id(), None);
            tokens::insert(tx, &ours, &hash, &token)?;
            Ok::<_, Error>(token)
        });
        directory.note_use(&token.await.unwrap()).await.unwrap();
        let (_, used) = directory.tenant_of_token(hash).await.unwrap().unwrap();
        let noted_at = used.last_used_at.unwrap();
        assert!((0..60_000).contains(&adatum.now().ms_since(noted_at)));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_response_that_cannot_be_applied_becomes_a_dead_letter() {
    on_each_engine(async |directory| {
        let tenant = a_tenant(&directory, "Adatum").await;
        let response = tenant
            .read(|tx| {
                Ok::<_, Error>(Accepted {
                    id: canvass_model::response::SubmissionKey::parse("one").unwrap().response_id(nowhere()),
                    survey: nowhere(),
                    version: Version(3),
                    received_at: tx.now(),
                    source: Source::Api,
                    answers: "{\"q1\":\"é\"}".to_owned(),
                })
            })
            .await
            .unwrap();
        tenant.append(vec![response.clone()]).await.unwrap();
        let applied = directory
            .intake()
            .apply(Lane::Standard, 10, |_, _| Err::<(), _>(Error::Rejected("no such survey".to_owned())))
            .await
            .unwrap();
        assert_eq!((applied.taken, applied.dead), (1, 1));
        let (listed, count) = directory
            .read(|tx| Ok::<_, Error>((dead_letters::list(tx, None, 9)?, dead_letters::count(tx)?)))
            .await
            .unwrap();
        let letter = &listed[0];
        assert_eq!(
            (count, letter.tenant.clone(), letter.survey, letter.lane),
            (1, alias("adatum"), nowhere(), Lane::Standard)
        );
        assert_eq!(letter.reason, "no such survey");
        let id: DeadLetterId = letter.id;
        directory
            .write(move |tx| {
                assert_eq!(dead_letters::list(tx, Some(id), 9)?, []);
                assert_eq!(dead_letters::find(tx, id)?, Some((alias("adatum"), response.clone())));
                assert!(dead_letters::delete(tx, id)?);
                assert!(!dead_letters::delete(tx, id)?);
                Ok::<_, Error>(())
            })
            .await
            .unwrap();
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_repeated_creation_finds_the_first_answer() {
    on_each_engine(async |directory| {
        let tenant = a_tenant(&directory, "Adatum").await;
        tenant
            .write(|tx| {
                let earlier = Earlier { fingerprint: "f".to_owned(), answer: "{}".to_owned() };
                assert_eq!(idempotency::find(tx, "key")?, None);
                idempotency::insert(tx, "key", &earlier)?;
                assert!(matches!(idempotency::insert(tx, "key", &earlier), Err(Error::Conflict(_))));
                assert_eq!(idempotency::find(tx, "key")?, Some(earlier));
                let (now, later) = (tx.now(), tomorrow(tx.now()));
                assert_eq!(idempotency::delete_before(tx, now, 10)?, 0);
                assert_eq!(idempotency::delete_before(tx, later, 10)?, 1);
                Ok::<_, Error>(())
            })
            .await
            .unwrap();
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_tenants_log_and_settings_are_its_own() {
    on_each_engine(async |directory| {
        let (adatum, fabrikam) = (a_tenant(&directory, "Adatum").await, a_tenant(&directory, "Fabrikam").await);
        adatum
            .write(|tx| {
                meta::put(tx, "configuration", "one")?;
                meta::put(tx, "configuration", "two")?;
                events::insert(tx, &Actor::Canvass, &Event::TenantProvisioned)?;
                events::insert(tx, &Actor::Canvass, &Event::SignedIn)
            })
            .await
            .unwrap();
        adatum
            .read(|tx| {
                assert_eq!(meta::find(tx, "configuration")?.as_deref(), Some("two"));
                let newest = events::list(tx, None, 1)?;
                assert_eq!((&newest[0].event, &newest[0].actor), (&Event::SignedIn, &Actor::Canvass));
                let older = events::list(tx, Some(newest[0].position), 9)?;
                assert_eq!(older.iter().map(|it| &it.event).collect::<Vec<_>>(), [&Event::TenantProvisioned]);
                Ok::<_, Error>(())
            })
            .await
            .unwrap();
        fabrikam
            .read(|tx| {
                assert_eq!(meta::find(tx, "configuration")?, None);
                assert_eq!(events::list(tx, None, 9)?, []);
                Ok::<_, Error>(())
            })
            .await
            .unwrap();
    })
    .await;
}
