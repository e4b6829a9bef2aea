//! Tests of the directory: this file is about what it remembers of names, and when it forgets.

use canvass_model::{
    plan::PlanId,
    tenant::{Region, TenantState},
    text::OrganisationName,
};

use super::*;

async fn a_record(directory: &Directory, alias: &str) -> TenantRecord {
    let alias = Alias::parse(alias).unwrap();
    let made = directory.write(move |tx| {
        let record = TenantRecord {
            id: tx.new_id(),
            alias: alias.clone(),
            name: OrganisationName::parse("Adatum").unwrap(),
            state: TenantState::Active,
            reason: None,
            plan: PlanId::Standard,
            region: Region("local".to_owned()),
            created_at: tx.now(),
        };
        tenants::insert(tx, &record).map(|()| record)
    });
    made.await.unwrap()
}

#[tokio::test]
async fn what_is_known_of_a_tenant_is_forgotten_when_it_changes_and_not_before() {
    let folder = tempfile::tempdir().unwrap();
    let directory = Directory::open(&Settings::embedded(folder.path())).await.unwrap();
    let alias = Alias::parse("adatum").unwrap();
    let record = a_record(&directory, "adatum").await;
    assert!(directory.open.aliases.find(&alias).is_none());
    directory.tenant(&alias).await.unwrap().unwrap();

    // Workers write to the directory all the time.
    directory.write(move |tx| tenants::touch(tx, record.id)).await.unwrap();
    assert!(directory.open.aliases.find(&alias).is_some_and(|it| it.is_some()));

    let suspended = TenantRecord { state: TenantState::Suspended, ..record };
    directory.write(move |tx| tenants::update(tx, &suspended)).await.unwrap();
    let seen = directory.tenant(&alias).await.unwrap().unwrap();
    assert_eq!(seen.record().state, TenantState::Suspended);
}

#[tokio::test(flavor = "multi_thread")]
async fn made_up_names_push_out_only_each_other_and_stay_within_their_bound() {
    let folder = tempfile::tempdir().unwrap();
    let directory = Directory::open(&Settings::embedded(folder.path())).await.unwrap();
    let name = |text: &str| DomainName::parse(text).unwrap();
    let record = a_record(&directory, "adatum").await;
    directory.open.domains.learn(directory.open.domains.before(), name("ask.adatum.example"), Arc::new(record));
    let bound = directory.open.nobodys.bound();
    let mut floods = tokio::task::JoinSet::new();
    for flood in 0..4 {
        let directory = directory.clone();
        floods.spawn(async move {
            for number in 0..bound / 2 {
                let made_up = DomainName::parse(&format!("x{flood}-{number}.made.example")).unwrap();
                assert!(directory.tenant_at(&made_up).await.unwrap().is_none());
            }
        });
    }
    floods.join_all().await;
    assert_eq!(directory.open.nobodys.len(), bound);
    assert_eq!(directory.open.domains.len(), 1);
}
