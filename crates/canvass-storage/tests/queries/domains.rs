//! Domains: this file is about the queries on claims, on whose a domain is, and on primary addresses.

use canvass_model::{
    domain::{Domain, DomainName, DomainState, DomainToken, Home, OtherAddresses, PrimaryAddress},
    time::Timestamp,
};
use canvass_storage::{Error, Recalled, domains, tenants};

use crate::{a_tenant, on_each_engine};

fn name(text: &str) -> DomainName {
    DomainName::parse(text).unwrap()
}

fn claim(text: &str, byte: u8, now: Timestamp) -> Domain {
    Domain::claim(name(text), DomainToken::from_random([byte; 16]), now)
}

#[tokio::test(flavor = "multi_thread")]
async fn several_may_claim_a_domain_and_one_has_it() {
    on_each_engine(async |directory| {
        let (adatum, fabrikam) = (a_tenant(&directory, "Adatum").await, a_tenant(&directory, "Fabrikam").await);
        let (ours, theirs) = (adatum.clone(), fabrikam.clone());
        let domain = name("ask.example");
        directory
            .write(move |tx| {
                let now = tx.now();
                let (one, other) = (claim("ask.example", 1, now), claim("ask.example", 2, now));
                domains::insert(tx, &ours, &one)?;
                domains::insert(tx, &theirs, &other)?;
                assert!(matches!(domains::insert(tx, &ours, &one), Err(Error::Conflict(_))));
                assert_eq!(domains::find(tx, ours.record().id, &one.name)?.as_ref(), Some(&one));
                assert_eq!(domains::list(tx, theirs.record().id)?, std::slice::from_ref(&other));
                assert_eq!(domains::holder(tx, &one.name)?, None);

                let lost_at = Some(now);
                let verified = Domain { state: DomainState::Verified, reason: Some("x".to_owned()), lost_at, ..one };
                assert!(domains::update(tx, ours.record().id, &verified)?);
                assert_eq!(domains::find(tx, ours.record().id, &verified.name)?, Some(verified.clone()));
                assert_eq!(domains::holder(tx, &verified.name)?.as_ref(), Some(ours.record()));
                let second = Domain { state: DomainState::Verified, ..other };
                let refused = domains::update(tx, theirs.record().id, &second);
                assert!(matches!(refused, Err(Error::Conflict(_))), "{refused:?}");
                Ok::<_, Error>(())
            })
            .await
            .unwrap();
        assert_eq!(directory.tenant_at(&domain).await.unwrap().unwrap().record(), adatum.record());

        // Given back it is nobody's at once, whatever was remembered.
        let (ours, gone) = (adatum.clone(), domain.clone());
        assert!(directory.write(move |tx| domains::delete(tx, &ours, &gone)).await.unwrap());
        assert!(directory.tenant_at(&domain).await.unwrap().is_none());
        assert!(matches!(directory.recall_at(&domain), Recalled::Nobody));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_due_is_taken_once_the_longest_waiting_first() {
    on_each_engine(async |directory| {
        let adatum = a_tenant(&directory, "Adatum").await;
        directory
            .write(move |tx| {
                let (now, id) = (tx.now(), adatum.record().id);
                for (number, wait) in [(1, 20), (2, 30), (3, 10), (4, -10_000)] {
                    let domain = claim(&format!("d{number}.example"), number, now);
                    let next_check_at = Some(now.plus_ms(-wait));
                    domains::insert(tx, &adatum, &Domain { next_check_at, ..domain })?;
                }
                let idle = Domain { next_check_at: None, ..claim("d5.example", 5, now) };
                domains::insert(tx, &adatum, &idle)?;
                let mut take = |limit| {
                    let due = domains::claim_due(tx, now.plus_ms(60_000), limit)?;
                    assert!(due.iter().all(|it| it.record.id == id));
                    Ok::<_, Error>(due.into_iter().map(|it| it.domain.name.to_string()).collect::<Vec<_>>())
                };
                assert_eq!(take(2)?, ["d2.example", "d1.example"]);
                assert_eq!(take(9)?, ["d3.example"]);
                assert_eq!(take(9)?, Vec::<String>::new());
                Ok::<_, Error>(())
            })
            .await
            .unwrap();
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_primary_address_holds_as_long_as_its_domain_does() {
    on_each_engine(async |directory| {
        let adatum = a_tenant(&directory, "Adatum").await;
        let ours = adatum.clone();
        let chosen = PrimaryAddress { home: Home::Domain(name("ask.example")), others: OtherAddresses::LeadOn };
        let wanted = chosen.clone();
        directory
            .write(move |tx| {
                let id = ours.record().id;
                assert_eq!(domains::primary(tx, id)?, PrimaryAddress::default());
                let subdomain = PrimaryAddress { home: Home::Subdomain, others: OtherAddresses::Serve };
                domains::put_primary(tx, &ours, &subdomain)?;
                assert_eq!(domains::primary(tx, id)?, subdomain);
                domains::put_primary(tx, &ours, &wanted)?;
                assert_eq!(domains::primary(tx, id)?.home, Home::Path, "it is not verified");
                let domain = claim("ask.example", 1, tx.now());
                domains::insert(tx, &ours, &domain)?;
                domains::update(tx, id, &Domain { state: DomainState::Verified, ..domain })?;
                assert_eq!(domains::primary(tx, id)?, wanted);
                Ok::<_, Error>(())
            })
            .await
            .unwrap();
        assert_eq!(*directory.primary_address(&adatum).await.unwrap(), chosen);
        let (ours, id) = (adatum.clone(), adatum.record().id);
        directory.write(move |tx| domains::delete(tx, &ours, &name("ask.example"))).await.unwrap();
        assert_eq!(directory.primary_address(&adatum).await.unwrap().home, Home::Path);
        directory.write(move |tx| tenants::delete(tx, id)).await.unwrap();
        assert_eq!(directory.read(move |tx| domains::primary(tx, id)).await.unwrap(), PrimaryAddress::default());
    })
    .await;
}
