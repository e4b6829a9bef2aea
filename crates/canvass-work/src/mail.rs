//! Mail: this file is about the ways a mail can leave, and what is settled about it beforehand.

mod outbox;
mod smtp;

#[cfg(test)]
mod tests;

use std::{fmt, path::PathBuf};

use canvass_model::{id::JobId, job::Mail};
use lettre::{
    Message,
    message::{
        Mailbox,
        header::{ContentType, HeaderName, HeaderValue},
    },
};

pub use self::{
    outbox::Outbox,
    smtp::{Smtp, SmtpSettings, SmtpTls},
};
use crate::worker::Failure;

/// How mails leave this installation.
#[derive(Debug, Clone)]
pub enum Post {
    /// Through a mail server.
    Smtp(Smtp),
    /// As files in a folder, for development and tests.
    Outbox(Outbox),
    /// Not at all: each mail leaves one line in the log, without its content.
    Log,
}

/// Which way mails leave. With neither a server nor a folder they do not.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct MailSettings {
    /// Whom mails come from.
    pub from: Sender,
    /// The mail server to hand mails to.
    pub smtp: Option<SmtpSettings>,
    /// The folder to write mails into instead.
    pub outbox: Option<PathBuf>,
}

/// Whom mails come from: an address with or without a name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sender(Mailbox);

/// A sender's address that is none.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not an address like `name@example.org` or `Name <name@example.org>`")]
pub struct InvalidSender(String);

/// A secret from the configuration. Shown nowhere.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

/// Why mails cannot leave as configured, worded for the operator.
#[derive(Debug, thiserror::Error)]
pub enum InvalidMailSettings {
    /// Two ways at once.
    #[error("mail.host and mail.outbox are both set; a mail leaves one way only: remove one of them")]
    TwoWays,
    /// Passwords and mails would cross a network in the clear.
    #[error("mail.tls is `none`, but {0} is not this machine; use `starttls` or `implicit`")]
    ClearOverNetwork(String),
    /// A password without a user, or the reverse.
    #[error("mail.user and mail.password only make sense together; set both or neither")]
    HalfCredentials,
    /// The certificate of the authority cannot be used.
    #[error("mail.authority {path} cannot be used: {reason}")]
    Authority {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
    /// The folder cannot be made or written.
    #[error("mail.outbox {path} cannot be written: {reason}")]
    Outbox {
        /// The folder.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
    /// The mail server's name cannot stand in a certificate.
    #[error("mail.host cannot be used: {0}")]
    Host(String),
}

impl Post {
    /// Makes ready what `settings` ask for. Does not connect: a mail server that is away must not keep Canvass down. Call it
    /// inside a `tokio` runtime, where the connections will live.
    pub fn open(settings: &MailSettings) -> Result<Self, InvalidMailSettings> {
        let from = settings.from.clone();
        match (&settings.smtp, &settings.outbox) {
            (Some(_), Some(_)) => Err(InvalidMailSettings::TwoWays),
            (Some(smtp), None) => Ok(Self::Smtp(Smtp::open(from, smtp)?)),
            (None, Some(folder)) => Ok(Self::Outbox(Outbox::open(from, folder)?)),
            (None, None) => Ok(Self::Log),
        }
    }

    /// Sends the mail of job `id`. The same job always makes the same `Message-ID`, so that a mail that a crash makes us
    /// repeat can be recognised as one.
    pub async fn send(&self, id: JobId, mail: &Mail) -> Result<(), Failure> {
        match self {
            Self::Smtp(smtp) => smtp.send(id, mail).await,
            Self::Outbox(outbox) => outbox.send(id, mail).await,
            Self::Log => {
                tracing::warn!(job.id = %id, "A mail was not sent: neither mail.host nor mail.outbox is configured");
                Ok(())
            }
        }
    }
}

impl Sender {
    /// Reads an address with or without a name.
    pub fn parse(text: &str) -> Result<Self, InvalidSender> {
        let invalid = || InvalidSender(text.to_owned());
        if text.chars().any(char::is_control) {
            return Err(invalid());
        }
        text.parse().map(Self).map_err(|_| invalid())
    }
}

impl Default for Sender {
    fn default() -> Self {
        #[expect(clippy::expect_used, reason = "a literal; a test reads it")]
        Self::parse("Canvass <canvass@localhost>").expect("the default sender is an address")
    }
}

impl Secret {
    /// Takes a secret in.
    pub fn new(secret: impl Into<String>) -> Self {
        Self(secret.into())
    }

    /// The secret, for whom it is meant.
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(…)")
    }
}

/// The mail as it travels. What could forge a header or a second mail is refused here: the library would encode a line
/// break in a subject, and a lax reader would decode it.
fn compose(from: &Sender, id: JobId, mail: &Mail) -> Result<Message, Failure> {
    if mail.subject.chars().any(char::is_control) {
        return Err(Failure::permanent("the subject of the mail holds a line break or another control character"));
    }
    if mail.text.chars().any(|it| it.is_control() && it != '\n' && it != '\t') {
        return Err(Failure::permanent("the text of the mail holds a control character"));
    }
    let to: Mailbox = mail.to.as_str().parse().map_err(|it| Failure::permanent(format!("the address: {it}")))?;
    let automatic = HeaderValue::new(HeaderName::new_from_ascii_str("Auto-Submitted"), "auto-generated".to_owned());
    let mut message = Message::builder()
        .message_id(Some(format!("<{id}@{}>", from.0.email.domain())))
        .from(from.0.clone())
        .to(to)
        .subject(&mail.subject)
        .header(ContentType::TEXT_PLAIN)
        .body(mail.text.replace('\n', "\r\n"))
        .map_err(Failure::permanent)?;
    message.headers_mut().insert_raw(automatic);
    Ok(message)
}
