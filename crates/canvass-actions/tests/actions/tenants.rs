//! Tenants: this file is about tokens, suspension and dead letters.

use canvass_actions::{
    Error, dead_letters, responses, secrets, tenants,
    tokens::{self, NewToken},
};
use canvass_model::{
    event::Event,
    id::{OperatorId, SurveyId},
    member::Actor,
    plan::Lane,
    response::{Accepted, Source, SubmissionKey},
    survey::Version,
    tenant::TenantState,
    text::TokenName,
    time::Timestamp,
    token::Scope,
};
use canvass_storage::{self as storage, dead_letters as stored, events, tokens::TOKENS_MAX};

use crate::{a_tenant, alias, by, on_each_engine};

fn a_new_token() -> NewToken {
    NewToken {
        name: TokenName::parse("Import").unwrap(),
        scopes: vec![Scope::Collect, Scope::Read, Scope::Collect],
        life_ms: Some(Timestamp::DAY_MS),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_opens_its_tenant_until_it_is_revoked() {
    on_each_engine(async |directory| {
        let tenant = a_tenant(&directory, "Adatum").await;
        let secret = secrets::fresh_token().unwrap();
        let (owner, kept) = (tenant.clone(), secret.clone());
        let token = directory.write(move |tx| tokens::create(tx, &owner, &a_new_token(), &kept)).await.unwrap();
        assert_eq!(
            (token.scopes.as_slice(), token.hint.as_str()),
            ([Scope::Read, Scope::Collect].as_slice(), secret.hint())
        );
        let (found, _) = directory.tenant_of_token(secret.hash()).await.unwrap().unwrap();
        assert_eq!(found.record(), tenant.record());
        tenant.write(move |tx| tokens::note_created(tx, &by(), token.id)).await.unwrap();
        let owner = tenant.clone();
        directory.write(move |tx| tokens::revoke(tx, &owner, token.id)).await.unwrap();
        assert!(directory.tenant_of_token(secret.hash()).await.unwrap().is_none());
        tenant.write(move |tx| tokens::note_revoked(tx, &by(), token.id)).await.unwrap();
        let log = tenant.read(|tx| events::list(tx, None, 2)).await.unwrap();
        let told: Vec<_> = log.into_iter().map(|it| it.event).collect();
        assert_eq!(told, [Event::TokenRevoked { token: token.id }, Event::TokenCreated { token: token.id }]);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn tokens_are_bounded_and_can_do_something() {
    on_each_engine(async |directory| {
        let tenant = a_tenant(&directory, "Adatum").await;
        directory
            .write(move |tx| {
                let useless = NewToken { scopes: Vec::new(), ..a_new_token() };
                let refused = tokens::create(tx, &tenant, &useless, &secrets::fresh_token()?);
                assert!(matches!(refused, Err(Error::Refused(_))), "{refused:?}");
                for _ in 0..TOKENS_MAX {
                    tokens::create(tx, &tenant, &a_new_token(), &secrets::fresh_token()?)?;
                }
                let refused = tokens::create(tx, &tenant, &a_new_token(), &secrets::fresh_token()?);
                assert!(matches!(refused, Err(Error::Limit(_))), "{refused:?}");
                Ok::<_, Error>(())
            })
            .await
            .unwrap();
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_suspended_tenant_reads_why_and_goes_on_later() {
    on_each_engine(async |directory| {
        let tenant = a_tenant(&directory, "Adatum").await;
        let operator = Actor::Operator {
            operator: OperatorId::parse("01890a5d-ac96-774b-bcce-b302099a8057").unwrap(),
            name: "Olu".to_owned(),
        };
        let adatum = alias("adatum");
        let silent = tenants::suspend(&directory, &operator, &adatum, "  ").await;
        assert!(matches!(silent, Err(Error::Refused(_))), "{silent:?}");
        for _ in 0..2 {
            let record = tenants::suspend(&directory, &operator, &adatum, "unpaid").await.unwrap();
            assert_eq!((record.state, record.reason.as_deref()), (TenantState::Suspended, Some("unpaid")));
        }
        let record = tenants::resume(&directory, &operator, &adatum).await.unwrap();
        assert_eq!((record.state, record.reason), (TenantState::Active, None));
        let log = tenant.read(|tx| events::list(tx, None, 2)).await.unwrap();
        assert_eq!(log[0].event, Event::TenantResumed);
        assert_eq!(log[1].event, Event::TenantSuspended { reason: "unpaid".to_owned() });
        assert_eq!(log[1].actor, operator);
        let nobody = tenants::resume(&directory, &operator, &alias("nobody")).await;
        assert!(matches!(nobody, Err(Error::NotFound)), "{nobody:?}");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dead_letter_is_retried_or_discarded() {
    on_each_engine(async |directory| {
        let tenant = a_tenant(&directory, "Adatum").await;
        let survey = SurveyId::parse("01890a5d-ac96-774b-bcce-b302099a8057").unwrap();
        let response = Accepted {
            id: SubmissionKey::parse("one").unwrap().response_id(survey),
            survey,
            version: Version(1),
            received_at: Timestamp(1_795_000_000_000),
            source: Source::Api,
            answers: "{}".to_owned(),
        };
        tenant.append(vec![response]).await.unwrap();
        let letters = async || directory.read(|tx| stored::list(tx, None, 9)).await.unwrap();
        let apply = async || directory.intake().apply(Lane::Standard, 9, responses::apply).await.unwrap();
        apply().await;
        let first = letters().await[0].id;
        dead_letters::retry(&directory, first).await.unwrap();
        assert!(letters().await.is_empty());
        assert_eq!(apply().await.dead, 1);
        let again = letters().await[0].id;
        directory.write(move |tx| dead_letters::discard(tx, again)).await.unwrap();
        let gone = directory.write(move |tx| dead_letters::discard(tx, again)).await;
        assert!(matches!(gone, Err(Error::NotFound)), "{gone:?}");
        let gone = dead_letters::retry(&directory, first).await;
        assert!(matches!(gone, Err(Error::NotFound)), "{gone:?}");
        let backlog: Result<_, storage::Error> = directory.intake().backlog(Lane::Standard).await;
        assert_eq!(backlog.unwrap().records, 0);
    })
    .await;
}
