//! Tenants and the directory: this file is about making and removing databases, and what is refused.

use canvass_model::plan::PlanId;
use canvass_storage::{Error, tenants};

use crate::support::{on_every_engine, record, response, stored};

#[tokio::test(flavor = "multi_thread")]
async fn making_a_tenants_database_twice_changes_nothing() {
    on_every_engine(async |canvass| {
        let tenant = canvass.tenant("adatum").await;
        tenant.append(vec![response(1)]).await.unwrap();
        canvass.drain().await;

        let again = canvass.directory.create_database(tenant.record()).await.unwrap();
        assert_eq!(stored(&again).await, [response(1)]);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn removing_a_tenant_twice_leaves_the_others_alone() {
    on_every_engine(async |canvass| {
        let (adatum, fabrikam) = (canvass.tenant("adatum").await, canvass.tenant("fabrikam").await);
        for tenant in [&adatum, &fabrikam] {
            tenant.append(vec![response(1)]).await.unwrap();
        }
        canvass.drain().await;

        canvass.directory.remove_database(adatum.record().id).await.unwrap();
        canvass.directory.remove_database(adatum.record().id).await.unwrap();
        assert_eq!(stored(&fabrikam).await, [response(1)]);

        let anew = canvass.directory.create_database(adatum.record()).await.unwrap();
        assert_eq!(stored(&anew).await, []);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_tenant_sees_only_its_own_responses() {
    on_every_engine(async |canvass| {
        let (adatum, fabrikam) = (canvass.tenant("adatum").await, canvass.tenant("fabrikam").await);
        adatum.append(vec![response(1), response(2)]).await.unwrap();
        fabrikam.append(vec![response(2), response(3)]).await.unwrap();
        canvass.drain().await;

        assert_eq!(stored(&adatum).await, [response(1), response(2)]);
        assert_eq!(stored(&fabrikam).await, [response(2), response(3)]);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_taken_alias_is_a_conflict() {
    on_every_engine(async |canvass| {
        canvass.tenant("adatum").await;
        let mut second = record("fabrikam", PlanId::Standard);
        second.alias = record("adatum", PlanId::Standard).alias;

        let refused = canvass.directory.write(move |tx| tenants::insert(tx, &second)).await;
        assert!(matches!(&refused, Err(Error::Conflict(_))), "{refused:?}");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refused_transaction_leaves_nothing_behind() {
    on_every_engine(async |canvass| {
        let second = record("fabrikam", PlanId::Standard);
        let alias = second.alias.clone();
        let refused: Result<(), Error> = canvass
            .directory
            .write(move |tx| {
                tenants::insert(tx, &second)?;
                Err(Error::Rejected("on second thoughts".to_owned()))
            })
            .await;
        assert!(matches!(refused, Err(Error::Rejected(_))));
        assert!(canvass.directory.tenant(&alias).await.unwrap().is_none());
    })
    .await;
}
