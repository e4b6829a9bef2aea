//! The mail server: this file is about whether it answers like one.

use std::{io, time::Duration};

use tokio::{io::AsyncReadExt, net::TcpStream, time::timeout};

use super::Finding;
use crate::config::{Mail, MailTls};

/// A mail server on the same continent greets well within it, unless it makes strangers wait.
const GREETING_WITHIN: Duration = Duration::from_secs(10);

pub(super) async fn examine(mail: &Mail) -> Finding {
    let Some(host) = &mail.host else {
        return match &mail.outbox {
            Some(folder) => Finding::ok("mail", format!("written into {}", folder.display())),
            None => Finding::warn("mail", "not configured: no mail is sent", "Name a server with mail.host."),
        };
    };
    let place = format!("{host}:{}", mail.port);
    match timeout(GREETING_WITHIN, greeting(&place, mail.tls)).await {
        Ok(Ok(())) => Finding::ok("mail", format!("{place} answers")),
        Ok(Err(error)) => Finding::fail(
            "mail",
            format!("{place} does not answer like a mail server: {error}"),
            "Check mail.host, mail.port and mail.tls, and whether a firewall is between.",
        ),
        Err(_) => Finding::fail(
            "mail",
            format!("{place} did not answer within {} seconds", GREETING_WITHIN.as_secs()),
            "Check mail.host and mail.port, and whether a firewall is between.",
        ),
    }
}

/// With TLS from the first byte the server waits for us; otherwise it greets with 220 (RFC 5321, section 4.2).
async fn greeting(place: &str, tls: MailTls) -> io::Result<()> {
    let mut stream = TcpStream::connect(place).await?;
    match tls {
        MailTls::Implicit => Ok(()),
        MailTls::None | MailTls::Starttls => {
            let mut code = [0; 3];
            stream.read_exact(&mut code).await?;
            let said = String::from_utf8_lossy(&code).into_owned();
            if said == "220" { Ok(()) } else { Err(io::Error::other(format!("it began with {said:?}"))) }
        }
    }
}
