//! Signing up: this file is about the form, the double click, the crash between two steps and the roll-back.

use canvass_actions::{
    Error, provisioning,
    signing_in::{self, Credentials},
    signing_up::{self, NewSignUp},
    starters,
};
use canvass_model::{
    event::Event,
    job::{Job, ProvisionStep, SignUp},
    member::Role,
    tenant::TenantState,
};
use canvass_storage::{
    self as storage, Directory, accounts, events, jobs, members, meta, surveys, surveys::Shelf, tenants,
};

use crate::{PASSWORD, a_form, a_tenant, accepted, alias, client, email, ground, on_each_engine, password};

async fn run(directory: &Directory, sign_up: &SignUp, step: ProvisionStep) -> Result<(), Error> {
    let templates = starters::built_in();
    provisioning::run_step(directory, sign_up, step, ground(&templates)).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_tenant_is_ready_however_often_each_step_was_run() {
    on_each_engine(async |directory| {
        let sign_up = accepted(&directory, &a_form("Adatum", "ada@adatum.example"), "key").await.unwrap();
        for step in ProvisionStep::ALL {
            for _ in 0..2 {
                run(&directory, &sign_up, step).await.unwrap();
            }
        }
        for step in ProvisionStep::ALL {
            run(&directory, &sign_up, step).await.unwrap();
        }
        let tenant = directory.tenant(&alias("adatum")).await.unwrap().unwrap();
        assert_eq!(tenant.record().state, TenantState::Active);
        let (members, surveys, log, configuration) = tenant
            .read(|tx| {
                let surveys = surveys::list(tx, Shelf::AtWork, None, 9)?;
                let log = events::list(tx, None, 9)?;
                Ok::<_, storage::Error>((members::list(tx)?, surveys, log, meta::find(tx, "configuration")?))
            })
            .await
            .unwrap();
        assert_eq!(
            members.iter().map(|it| (it.account, it.role)).collect::<Vec<_>>(),
            [(sign_up.account, Role::Administrator)]
        );
        assert_eq!(surveys.iter().map(|it| it.title.as_str()).collect::<Vec<_>>(), ["Customer satisfaction"]);
        let provisioned = log.iter().filter(|it| it.event == Event::TenantProvisioned).count();
        let pages = starters::built_in().pages.len();
        assert_eq!((provisioned, log.len()), (1, 2 + pages), "each starter page is made once");
        assert!(configuration.unwrap().contains("2026-11"));
        let mails = directory.read(|tx| jobs::list(tx, None, None, 9)).await.unwrap();
        let mails: Vec<_> = mails.iter().filter(|it| matches!(it.job, Job::Mail(_))).collect();
        assert_eq!(mails.len(), 1);
        let Job::Mail(mail) = &mails[0].job else { panic!() };
        assert!(mail.text.contains("https://surveys.example/-/console/adatum"), "{}", mail.text);
        let credentials = Credentials { email: email("ada@adatum.example"), password: password(PASSWORD) };
        signing_in::attempt(&directory, &credentials, &client("192.0.2.1")).await.unwrap();
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_double_click_is_one_tenant() {
    on_each_engine(async |directory| {
        let form = a_form("Adatum", "ada@adatum.example");
        let from = client("192.0.2.1");
        let (one, two) = tokio::join!(
            signing_up::request(&directory, &form, "key", &from),
            signing_up::request(&directory, &form, "key", &from)
        );
        assert_eq!(one.unwrap(), two.unwrap());
        let count = directory.read(tenants::count).await.unwrap();
        assert_eq!(count, [(TenantState::Requested, 1)]);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_taken_address_is_refused_with_free_ones() {
    on_each_engine(async |directory| {
        a_tenant(&directory, "Adatum").await;
        a_tenant(&directory, "Adatum 2").await;
        let refused = accepted(&directory, &a_form("Adatum", "ben@adatum.example"), "other").await;
        let words = refused.unwrap_err().to_string();
        assert_eq!(words, "The address adatum is taken; try adatum-3, adatum-4, adatum-5");
        let (taken, free) = directory
            .read(|tx| {
                let taken = signing_up::alias_is_free(tx, &alias("adatum"))?;
                Ok::<_, Error>((taken, signing_up::alias_is_free(tx, &alias("adatum-3"))?))
            })
            .await
            .unwrap();
        assert_eq!((taken, free), (false, true));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_failed_sign_up_leaves_nothing_but_its_reason_and_a_free_address() {
    on_each_engine(async |directory| {
        let form = a_form("Adatum", "ada@adatum.example");
        for done in 0..ProvisionStep::ALL.len() - 1 {
            let sign_up = accepted(&directory, &form, &format!("key {done}")).await.unwrap();
            for step in ProvisionStep::ALL.into_iter().take(done) {
                run(&directory, &sign_up, step).await.unwrap();
            }
            for _ in 0..2 {
                provisioning::roll_back(&directory, &sign_up, "the disk is full").await.unwrap();
            }
            let (id, account) = (sign_up.tenant, sign_up.account);
            let (record, account) = directory
                .read(move |tx| {
                    let record = tenants::find_by_id(tx, id)?.unwrap();
                    assert!(signing_up::alias_is_free(tx, &record.alias)?);
                    Ok::<_, Error>((record, accounts::find(tx, account)?))
                })
                .await
                .unwrap();
            assert_eq!((record.state, record.reason.as_deref()), (TenantState::Failed, Some("the disk is full")));
            assert_eq!(account, None);
        }
        let tenant = a_tenant(&directory, "Adatum").await;
        assert_eq!(tenant.record().state, TenantState::Active);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_tenant_in_use_is_never_rolled_back() {
    on_each_engine(async |directory| {
        let sign_up = accepted(&directory, &a_form("Adatum", "ada@adatum.example"), "key").await.unwrap();
        for step in ProvisionStep::ALL {
            run(&directory, &sign_up, step).await.unwrap();
        }
        provisioning::roll_back(&directory, &sign_up, "the worker was lost").await.unwrap();
        let tenant = directory.tenant(&alias("adatum")).await.unwrap().unwrap();
        assert_eq!(tenant.record().state, TenantState::Active);
        assert_eq!(tenant.read(members::list).await.unwrap().len(), 1);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_tenant_needs_the_password_of_the_first() {
    on_each_engine(async |directory| {
        a_tenant(&directory, "Adatum").await;
        let form = a_form("Fabrikam", "ada@adatum.example");
        let wrong = NewSignUp { password: password("not the right one"), ..form.clone() };
        let refused = accepted(&directory, &wrong, "wrong").await;
        assert!(matches!(refused, Err(Error::Refused(_))), "{refused:?}");
        let sign_up = accepted(&directory, &form, "right").await.unwrap();
        assert_eq!(sign_up.password_hash, None);
        for step in ProvisionStep::ALL {
            run(&directory, &sign_up, step).await.unwrap();
        }
        let tenants = directory.tenants_of(sign_up.account).await.unwrap();
        let names: Vec<_> = tenants.iter().map(|it| it.record().name.to_string()).collect();
        assert_eq!(names, ["Adatum", "Fabrikam"]);
        provisioning::roll_back(&directory, &sign_up, "too late").await.unwrap();
        let account = directory.read(move |tx| accounts::find(tx, sign_up.account)).await.unwrap();
        assert!(account.is_some());
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn two_sign_ups_with_one_new_address_do_not_share_an_account_unproved() {
    on_each_engine(async |directory| {
        let first = accepted(&directory, &a_form("Adatum", "ada@adatum.example"), "1").await.unwrap();
        let second = accepted(&directory, &a_form("Fabrikam", "ada@adatum.example"), "2").await.unwrap();
        for step in [ProvisionStep::ReserveAlias, ProvisionStep::CreateAdministrator] {
            run(&directory, &first, step).await.unwrap();
        }
        run(&directory, &second, ProvisionStep::ReserveAlias).await.unwrap();
        let refused = run(&directory, &second, ProvisionStep::CreateAdministrator).await.unwrap_err();
        assert!(!refused.may_pass(), "{refused}");
        provisioning::roll_back(&directory, &second, &refused.to_string()).await.unwrap();
        let tenants = directory.tenants_of(first.account).await.unwrap();
        assert!(tenants.is_empty(), "neither is in use yet");
        let account = directory.read(move |tx| accounts::find(tx, first.account)).await.unwrap();
        assert!(account.is_some(), "the roll-back of the second leaves the first its account");
    })
    .await;
}
