//! Mail servers: this file is about handing mails to one, and which of its refusals are final.

use std::{fs, net::IpAddr, path::PathBuf, time::Duration};

use canvass_model::{id::JobId, job::Mail};
use lettre::{
    AsyncSmtpTransport, AsyncTransport as _, Tokio1Executor,
    transport::smtp::{
        self, PoolConfig,
        authentication::Credentials,
        client::{Certificate, Tls, TlsParameters},
    },
};

use super::{InvalidMailSettings, Secret, Sender, compose};
use crate::worker::Failure;

/// How long a mail server may keep us waiting for one step of the dialogue.
const STEP_WITHIN: Duration = Duration::from_secs(15);

/// How long handing over one mail may take in all, before it is tried again later.
const SEND_WITHIN: Duration = Duration::from_mins(1);

/// Connections kept to the mail server; more would look like an attack to many of them.
const CONNECTIONS_MAX: u32 = 4;

/// How a certificate begins in PEM format (RFC 7468).
const PEM_CERTIFICATE: &[u8] = b"-----BEGIN CERTIFICATE-----";

/// A mail server, with the connections to it.
#[derive(Debug, Clone)]
pub struct Smtp {
    from: Sender,
    transport: AsyncSmtpTransport<Tokio1Executor>,
}

/// Which mail server, and who we are to it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SmtpSettings {
    /// The mail server's name, as in its certificate.
    pub host: String,
    /// Its port for submission.
    pub port: u16,
    /// The user to sign in as.
    pub user: Option<String>,
    /// The user's password.
    pub password: Option<Secret>,
    /// How the connection is encrypted.
    pub tls: SmtpTls,
    /// A file with the certificate (PEM) of a private authority to trust besides the public ones.
    pub authority: Option<PathBuf>,
}

/// How the connection to a mail server is encrypted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SmtpTls {
    /// Begins in the clear and must become encrypted before anything is said; usual on port 587.
    Starttls,
    /// Encrypted from the first byte; usual on port 465.
    Implicit,
    /// Not at all; only to this machine itself.
    None,
}

impl Smtp {
    pub(super) fn open(from: Sender, settings: &SmtpSettings) -> Result<Self, InvalidMailSettings> {
        let mut transport = AsyncSmtpTransport::<Tokio1Executor>::builder_dangerous(&settings.host)
            .port(settings.port)
            .tls(encryption(settings)?)
            .timeout(Some(STEP_WITHIN))
            .pool_config(PoolConfig::new().max_size(CONNECTIONS_MAX));
        match (&settings.user, &settings.password) {
            (Some(user), Some(password)) => {
                transport = transport.credentials(Credentials::new(user.clone(), password.reveal().to_owned()));
            }
            (None, None) => {}
            (Some(_), None) | (None, Some(_)) => return Err(InvalidMailSettings::HalfCredentials),
        }
        Ok(Self { from, transport: transport.build() })
    }

    /// Hands the mail to the server and waits until it took responsibility for it.
    pub(super) async fn send(&self, id: JobId, mail: &Mail) -> Result<(), Failure> {
        let message = compose(&self.from, id, mail)?;
        match tokio::time::timeout(SEND_WITHIN, self.transport.send(message)).await {
            Ok(Ok(_)) => Ok(()),
            Ok(Err(error)) => Err(refusal(&error)),
            Err(_) => Err(Failure::transient("the mail server did not answer in time")),
        }
    }
}

fn encryption(settings: &SmtpSettings) -> Result<Tls, InvalidMailSettings> {
    match settings.tls {
        SmtpTls::Starttls => Ok(Tls::Required(certificates(settings)?)),
        SmtpTls::Implicit => Ok(Tls::Wrapper(certificates(settings)?)),
        SmtpTls::None if is_this_machine(&settings.host) => Ok(Tls::None),
        SmtpTls::None => Err(InvalidMailSettings::ClearOverNetwork(settings.host.clone())),
    }
}

fn certificates(settings: &SmtpSettings) -> Result<TlsParameters, InvalidMailSettings> {
    let mut parameters = TlsParameters::builder(settings.host.clone());
    if let Some(path) = &settings.authority {
        let invalid = |reason: String| InvalidMailSettings::Authority { path: path.clone(), reason };
        let pem = fs::read(path).map_err(|it| invalid(it.to_string()))?;
        // The library takes a file without any certificate for an empty list of them.
        if !pem.windows(PEM_CERTIFICATE.len()).any(|it| it == PEM_CERTIFICATE) {
            return Err(invalid("it holds no certificate in PEM format".to_owned()));
        }
        parameters = parameters.add_root_certificate(Certificate::from_pem(&pem).map_err(|it| invalid(said(&it)))?);
    }
    parameters.build().map_err(|it| InvalidMailSettings::Host(said(&it)))
}

fn is_this_machine(host: &str) -> bool {
    host == "localhost" || host.parse::<IpAddr>().is_ok_and(|it| it.is_loopback())
}

/// A final refusal of this mail, or a fault that may pass. That the server refuses our sign-in or wants more encryption
/// says nothing about the mail: it waits until the operator has corrected the settings.
fn refusal(error: &smtp::Error) -> Failure {
    let about_us = error.status().is_some_and(|it| SIGN_IN_CODES.contains(&u16::from(it)));
    if error.is_permanent() && !about_us { Failure::permanent(said(error)) } else { Failure::transient(said(error)) }
}

/// Replies about authentication and encryption (RFC 4954, section 6).
const SIGN_IN_CODES: [u16; 4] = [530, 534, 535, 538];

/// The error with what lies behind it.
fn said(error: &smtp::Error) -> String {
    let mut text = error.to_string();
    let mut source = std::error::Error::source(error);
    while let Some(cause) = source {
        let cause_text = cause.to_string();
        if !text.contains(&cause_text) {
            text = format!("{text}: {cause_text}");
        }
        source = cause.source();
    }
    text
}
