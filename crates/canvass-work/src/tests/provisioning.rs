//! Jobs over an installation: this file is about sign-ups that become tenants whatever happens on the way.

use std::time::Duration;

use canvass_actions::{
    provisioning::{self, Ground},
    starters,
};
use canvass_model::{
    id::JobId,
    job::{Job, JobState, Mail, ProvisionStep, SignUp},
    tenant::TenantState,
    text::Email,
};
use canvass_storage::{
    accounts::{self, Account},
    jobs, pages, surveys,
};
use tokio::net::TcpListener;

use super::installation::{Installation, eager, idle, on_every_engine, sign_up, until};
use crate::{
    jobs::Desk,
    mail::{MailSettings, Post, SmtpSettings, SmtpTls},
    worker::{Failure, FailureKind, Queue as _},
};

#[tokio::test]
async fn a_sign_up_becomes_a_tenant_and_its_administrator_hears_of_it() {
    on_every_engine(async |installation| {
        let workers = installation.work(idle());

        let job = installation.queue(Job::Provision(sign_up("adatum"))).await;

        let done = installation.ended(job).await;
        assert_eq!((done.state, done.attempts), (JobState::Done, 1));
        let steps: Vec<&str> = done.steps.iter().map(|(name, _)| name.as_str()).collect();
        assert_eq!(steps, ProvisionStep::ALL.map(ProvisionStep::as_str));
        until(async || installation.mails() == 1).await;
        assert!(workers.drain(Duration::from_secs(10)).await);
    })
    .await;
}

#[tokio::test]
async fn a_sign_up_goes_on_after_a_crash_between_any_two_steps() {
    on_every_engine(async |installation| {
        let mut jobs = Vec::new();
        for recorded in 0..=ProvisionStep::ALL.len() {
            let sign_up = sign_up(&format!("adatum{recorded}"));
            jobs.push((installation.queue(Job::Provision(sign_up.clone())).await, sign_up));
        }
        installation.take_and_die().await;
        for (recorded, (job, sign_up)) in jobs.iter().enumerate() {
            crash_after(&installation, *job, sign_up, recorded).await;
        }

        let _workers = installation.work(eager());

        for (recorded, (job, sign_up)) in jobs.iter().enumerate() {
            let done = installation.ended(*job).await;
            assert_eq!((done.state, done.attempts, done.steps.len()), (JobState::Done, 2, 6), "after {recorded} steps");
            assert_eq!(installation.record(sign_up.tenant).await.state, TenantState::Active);
            let tenant = installation.directory.tenant(&sign_up.alias).await.unwrap().unwrap();
            let made = tenant.read(|tx| surveys::list(tx, surveys::Shelf::AtWork, None, 10)).await.unwrap();
            assert_eq!(made.len(), 1, "one starter survey after {recorded} steps");
            let pages = tenant.read(pages::list).await.unwrap();
            assert_eq!(pages.len(), starters::built_in().pages.len(), "each starter page once after {recorded} steps");
        }
        until(async || installation.mails() == jobs.len()).await;
    })
    .await;
}

async fn run_step(installation: &Installation, sign_up: &SignUp, step: ProvisionStep) {
    let templates = starters::built_in();
    let ground = Ground { base_url: "http://canvass.example", templates: &templates };
    provisioning::run_step(&installation.directory, sign_up, step, ground).await.unwrap();
}

/// Runs a sign-up's steps as a worker does that dies when it has recorded so many: the one after them ran too.
async fn crash_after(installation: &Installation, job: JobId, sign_up: &SignUp, recorded: usize) {
    for step in ProvisionStep::ALL.into_iter().take(recorded + 1) {
        run_step(installation, sign_up, step).await;
    }
    for step in ProvisionStep::ALL.into_iter().take(recorded) {
        let record = installation.directory.write(move |tx| jobs::record_step(tx, job, step.as_str()));
        record.await.unwrap();
    }
}

#[tokio::test]
async fn a_sign_up_that_cannot_be_finished_is_undone_and_says_why() {
    on_every_engine(async |installation| {
        let _workers = installation.work(idle());
        // Nobody has this account.
        let sign_up = SignUp { password_hash: None, ..sign_up("adatum") };

        let job = installation.queue(Job::Provision(sign_up.clone())).await;

        let failed = installation.ended(job).await;
        assert_eq!((failed.state, failed.attempts), (JobState::Failed, 1));
        assert!(failed.error.unwrap().contains("account"));
        let record = installation.record(sign_up.tenant).await;
        assert_eq!(record.state, TenantState::Failed);
        assert!(record.reason.unwrap().contains("account"));
    })
    .await;
}

#[tokio::test]
async fn a_job_that_kills_its_worker_each_time_is_given_up() {
    on_every_engine(async |installation| {
        let job = Job::Provision(sign_up("adatum"));
        let tries = job.attempts_max();
        let id = installation.queue(job).await;
        for _ in 0..tries {
            installation.take_and_die().await;
        }

        let _workers = installation.work(eager());

        let failed = installation.ended(id).await;
        assert_eq!((failed.state, failed.steps.len()), (JobState::Failed, 0), "{failed:?}");
        assert!(failed.error.unwrap().contains("given up"));
    })
    .await;
}

#[tokio::test]
async fn a_worker_that_lost_its_lease_changes_nothing() {
    on_every_engine(async |installation| {
        let sign_up = sign_up("adatum");
        let job = installation.queue(Job::Provision(sign_up.clone())).await;
        let desk = Desk::quick(installation.directory.clone());
        let slow = desk.take(1).await.unwrap().messages.pop().unwrap();
        // Its process stood still until the lease lapsed, and another worker took the job and is at it.
        let record = slow.record.clone();
        let lapse = installation.directory.write(move |tx| jobs::renew(tx, &record, tx.now().plus_ms(-1)));
        assert!(lapse.await.unwrap());
        let quick = desk.take(1).await.unwrap().messages.pop().unwrap();
        let step = ProvisionStep::ReserveAlias;
        run_step(&installation, &sign_up, step).await;

        let error = desk.failed(slow, &Failure::permanent("too slow")).await.unwrap_err();

        assert_eq!(error.kind, FailureKind::Lost, "{error}");
        assert_eq!(installation.job(job).await.state, JobState::Running);
        assert_eq!(
            installation.record(sign_up.tenant).await.state,
            TenantState::Provisioning,
            "it was not rolled back"
        );
        desk.done(quick).await.unwrap();
        assert_eq!(installation.job(job).await.state, JobState::Done);
    })
    .await;
}

#[tokio::test]
async fn a_failed_sign_up_can_be_tried_again_from_its_first_step() {
    on_every_engine(async |installation| {
        let workers = installation.work(idle());
        // Nobody has this account, which is found out after the address was reserved and given back.
        let sign_up = SignUp { password_hash: None, ..sign_up("adatum") };
        let job = installation.queue(Job::Provision(sign_up.clone())).await;
        let failed = installation.ended(job).await;
        assert_eq!((failed.state, failed.steps.len()), (JobState::Failed, 3));

        let account = Account {
            id: sign_up.account,
            email: sign_up.email.clone(),
            name: sign_up.administrator.clone(),
            password_hash: "$argon2id$".to_owned(),
            created_at: failed.created_at,
        };
        installation.directory.write(move |tx| accounts::insert(tx, &account)).await.unwrap();
        assert!(installation.directory.write(move |tx| jobs::retry(tx, job)).await.unwrap());

        assert_eq!(installation.ended(job).await.state, JobState::Done);
        assert_eq!(installation.record(sign_up.tenant).await.state, TenantState::Active);
        assert!(workers.drain(Duration::from_secs(10)).await);
    })
    .await;
}

#[tokio::test]
async fn a_mail_server_that_hangs_holds_up_no_sign_up() {
    on_every_engine(async |installation| {
        let silent = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let smtp = SmtpSettings {
            host: "localhost".to_owned(),
            port: silent.local_addr().unwrap().port(),
            user: None,
            password: None,
            tls: SmtpTls::None,
            authority: None,
        };
        let post = Post::open(&MailSettings { smtp: Some(smtp), ..MailSettings::default() }).unwrap();
        let _workers = installation.work_with(&post, idle());
        let to = Email::parse("ada@adatum.example").unwrap();
        let mail = Job::Mail(Mail { to, subject: "Hello".to_owned(), text: "Ada".to_owned() });
        let mail = installation.queue(mail).await;
        let _open = silent.accept().await.unwrap();

        let job = installation.queue(Job::Provision(sign_up("adatum"))).await;

        assert_eq!(installation.ended(job).await.state, JobState::Done);
        assert_eq!(installation.job(mail).await.state, JobState::Running);
    })
    .await;
}
