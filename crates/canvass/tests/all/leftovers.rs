//! The tests' own rules: this file is about whether an installation notices what a test leaves behind.

use canvass_model::{
    job::{Job, Mail},
    text::Email,
};
use canvass_storage::jobs;

use crate::support::Canvass;

#[tokio::test]
#[should_panic(expected = "left undone:\njob mail failed: the subject of the mail holds a line break")]
async fn a_job_that_failed_fails_its_test() {
    let canvass = Canvass::start().await;
    fail_a_job(&canvass).await;
    canvass.take_errors();
}

#[tokio::test]
async fn a_job_that_fails_on_purpose_is_allowed() {
    let mut canvass = Canvass::start().await;
    fail_a_job(&canvass).await;
    canvass.take_errors();
    canvass.allow_failures();
}

/// Queues a mail that no mail server would take, and waits until it is given up.
async fn fail_a_job(canvass: &Canvass) {
    let to = Email::parse("ada@adatum.example").unwrap();
    let mail = Job::Mail(Mail { to, subject: "two\nlines".to_owned(), text: String::new() });
    canvass.directory().write(move |tx| jobs::insert(tx, &mail, None)).await.unwrap();
    canvass.settled().await;
}
