//! The promises of the post: this file is about mails handed to a mail server that we did not write, and to a folder.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Stdio,
};

use canvass_model::{id::JobId, job::Mail, text::Email};
use tokio::{
    io::{AsyncBufReadExt as _, BufReader, Lines},
    process::{Child, ChildStdout, Command},
};

use super::{InvalidMailSettings, MailSettings, Post, Secret, Sender, SmtpSettings, SmtpTls};
use crate::worker::FailureKind;

const ID: &str = "01890000-0000-7000-8000-000000000001";

/// A running `sink.py`, ended when dropped.
struct Sink {
    port: u16,
    said: Lines<BufReader<ChildStdout>>,
    _child: Child,
}

impl Sink {
    async fn start(arguments: &[&Path]) -> Self {
        let python = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../.tools/python/bin/python");
        assert!(python.exists(), "{} is missing: run script/bootstrap once", python.display());
        let mut child = Command::new(python)
            .arg(beside_tests("sink.py"))
            .args(arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .unwrap();
        let said = BufReader::new(child.stdout.take().unwrap()).lines();
        let mut sink = Self { port: 0, said, _child: child };
        sink.port = sink.hear().await["port"].as_u64().and_then(|it| it.try_into().ok()).unwrap();
        sink
    }

    async fn encrypted() -> Self {
        Self::start(&[Path::new("starttls"), &beside_tests("localhost.pem"), &beside_tests("localhost.key")]).await
    }

    async fn hear(&mut self) -> serde_json::Value {
        let line = self.said.next_line().await.unwrap().expect("the mail server ended; its error is above");
        serde_json::from_str(&line).unwrap()
    }

    fn settings(&self) -> SmtpSettings {
        SmtpSettings {
            host: "localhost".to_owned(),
            port: self.port,
            user: Some("canvass".to_owned()),
            password: Some(Secret::new("pw")),
            tls: SmtpTls::Starttls,
            authority: Some(beside_tests("localhost.pem")),
        }
    }
}

fn beside_tests(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("src/mail/tests").join(name)
}

fn through(smtp: SmtpSettings) -> Result<Post, InvalidMailSettings> {
    let from = Sender::parse("Canvass <no-reply@canvass.example>").unwrap();
    Post::open(&MailSettings { from, smtp: Some(smtp), outbox: None })
}

fn id() -> JobId {
    JobId::parse(ID).unwrap()
}

fn mail(to: &str) -> Mail {
    Mail { to: Email::parse(to).unwrap(), subject: "Grüße".to_owned(), text: "Hello Ada,\n.\nyours".to_owned() }
}

#[tokio::test]
async fn a_mail_arrives_encrypted_and_whole() {
    let mut sink = Sink::encrypted().await;
    let post = through(sink.settings()).unwrap();

    post.send(id(), &mail("ada@adatum.example")).await.unwrap();

    let arrived = sink.hear().await;
    assert_eq!((arrived["encrypted"].as_bool(), &arrived["to"][0]), (Some(true), &"ada@adatum.example".into()));
    let content = arrived["content"].as_str().unwrap();
    let (head, text) = content.split_once("\r\n\r\n").unwrap();
    assert_eq!(text.trim_end(), "Hello Ada,\r\n.\r\nyours");
    for line in [
        &format!("Message-ID: <{ID}@canvass.example>") as &str,
        "From: Canvass <no-reply@canvass.example>",
        "To: ada@adatum.example",
        "Subject: =?utf-8?b?R3LDvMOfZQ==?=",
        "Auto-Submitted: auto-generated",
    ] {
        assert!(head.lines().any(|it| it == line), "{line} is not in\n{head}");
    }
}

#[tokio::test]
async fn a_refusal_for_now_and_one_for_good_are_told_apart() {
    let sink = Sink::encrypted().await;
    let post = through(sink.settings()).unwrap();

    let busy = post.send(id(), &mail("busy@adatum.example")).await.unwrap_err();
    let gone = post.send(id(), &mail("gone@adatum.example")).await.unwrap_err();

    assert_eq!((busy.kind, gone.kind), (FailureKind::Transient, FailureKind::Permanent));
    assert!(gone.reason.contains("No such user"), "{gone}");
}

#[tokio::test]
async fn mails_wait_while_our_own_settings_are_wrong() {
    let sink = Sink::encrypted().await;
    let wrong_password = SmtpSettings { password: Some(Secret::new("wrong")), ..sink.settings() };
    let untrusted = SmtpSettings { authority: None, ..sink.settings() };
    let unreachable = SmtpSettings { port: 1, ..sink.settings() };

    for (smtp, why) in [(wrong_password, "535"), (untrusted, "UnknownIssuer"), (unreachable, "refused")] {
        let failure = through(smtp).unwrap().send(id(), &mail("ada@adatum.example")).await.unwrap_err();
        assert_eq!(failure.kind, FailureKind::Transient, "{failure}");
        assert!(failure.reason.contains(why), "{failure}");
    }
}

#[tokio::test]
async fn nothing_is_said_in_the_clear_unless_it_was_asked_for() {
    let mut sink = Sink::start(&[Path::new("plain")]).await;
    let in_the_clear = SmtpSettings { user: None, password: None, tls: SmtpTls::None, ..sink.settings() };

    let encrypted = SmtpSettings { tls: SmtpTls::Starttls, ..in_the_clear.clone() };
    let failure = through(encrypted).unwrap().send(id(), &mail("ada@adatum.example")).await.unwrap_err();
    assert_eq!(failure.kind, FailureKind::Transient, "{failure}");
    through(in_the_clear.clone()).unwrap().send(id(), &mail("mary@adatum.example")).await.unwrap();

    assert_eq!(sink.hear().await["to"][0], "mary@adatum.example", "the first mail never arrived");
    let elsewhere = SmtpSettings { host: "mail.adatum.example".to_owned(), ..in_the_clear };
    assert!(matches!(through(elsewhere), Err(InvalidMailSettings::ClearOverNetwork(_))));
}

#[tokio::test]
async fn a_mail_that_could_forge_a_header_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let post = Post::open(&MailSettings { outbox: Some(folder.path().to_owned()), ..MailSettings::default() }).unwrap();
    let forged = Mail { subject: "Hello\r\nBcc: eve@evil.example".to_owned(), ..mail("ada@adatum.example") };
    let odd = Mail { text: "Hello\u{0}".to_owned(), ..mail("ada@adatum.example") };

    for mail in [forged, odd] {
        assert_eq!(post.send(id(), &mail).await.unwrap_err().kind, FailureKind::Permanent);
    }

    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
}

#[tokio::test]
async fn the_outbox_holds_one_file_for_each_mail_however_often_it_is_sent() {
    let folder = tempfile::tempdir().unwrap();
    let outbox = folder.path().join("made/when/missing");
    let post = Post::open(&MailSettings { outbox: Some(outbox.clone()), ..MailSettings::default() }).unwrap();

    for _ in 0..2 {
        post.send(id(), &mail("ada@adatum.example")).await.unwrap();
    }

    let names: Vec<_> = fs::read_dir(&outbox).unwrap().map(|it| it.unwrap().file_name()).collect();
    assert_eq!(names, [format!("{ID}.eml").as_str()]);
    assert!(fs::read_to_string(outbox.join(&names[0])).unwrap().contains("To: ada@adatum.example\r\n"));
}

#[tokio::test]
async fn settings_that_cannot_work_are_refused_at_start() {
    let smtp = SmtpSettings {
        host: "localhost".to_owned(),
        port: 25,
        user: None,
        password: None,
        tls: SmtpTls::Starttls,
        authority: None,
    };
    let both = MailSettings { smtp: Some(smtp.clone()), outbox: Some("x".into()), ..MailSettings::default() };
    assert!(matches!(Post::open(&both), Err(InvalidMailSettings::TwoWays)));
    let half = SmtpSettings { user: Some("canvass".to_owned()), ..smtp.clone() };
    assert!(matches!(through(half), Err(InvalidMailSettings::HalfCredentials)));
    let key = SmtpSettings { authority: Some(beside_tests("sink.py")), ..smtp.clone() };
    assert!(matches!(through(key), Err(InvalidMailSettings::Authority { .. })));
    for unwritable in [beside_tests("sink.py"), "/proc".into()] {
        let settings = MailSettings { outbox: Some(unwritable), ..MailSettings::default() };
        assert!(matches!(Post::open(&settings), Err(InvalidMailSettings::Outbox { .. })));
    }
    assert!(matches!(Post::open(&MailSettings::default()), Ok(Post::Log)));
}

#[test]
fn a_password_is_shown_nowhere() {
    assert_eq!(format!("{:?}", Secret::new("hunter2")), "Secret(…)");
}

#[test]
fn a_sender_is_an_address_with_or_without_a_name() {
    for good in ["canvass@adatum.example", "Canvass <canvass@localhost.localdomain>", "\"A, B\" <a@b.example>"] {
        assert!(Sender::parse(good).is_ok(), "{good}");
    }
    for bad in ["", "no address", "a@b.example\r\nBcc: eve@evil.example", "<>"] {
        assert!(Sender::parse(bad).is_err(), "{bad}");
    }
    assert_eq!(Sender::default(), Sender::parse("Canvass <canvass@localhost>").unwrap());
}
