//! The API from afar: this file is about asking another installation with a token, and reading why it refuses.

use std::{path::Path, time::Duration};

use reqwest::{Client, Method, RequestBuilder, Response, StatusCode, header};
use serde_json::Value;

use crate::{Failure, cli::Remote, failure::Exit};

/// How long an answer may take: test cases run before a version goes live.
const ANSWER_WITHIN: Duration = Duration::from_mins(2);

/// An installation's API.
pub(in crate::commands) struct Api {
    client: Client,
    /// The address of the installation.
    root: String,
    /// That of its API.
    base: String,
    token: String,
}

impl Api {
    /// The API of an installation, as whom the token says.
    pub(in crate::commands) fn open(remote: &Remote) -> Result<Self, Failure> {
        let token = match &remote.token_file {
            Some(path) => read(path)?,
            None => remote.token.clone(),
        };
        let token = token.trim().to_owned();
        if token.is_empty() {
            let why = "neither CANVASS_TOKEN nor --token-file is set";
            let advice = "Make a token in the console that may read and write, and set CANVASS_TOKEN.";
            return Err(Failure::new(Exit::Usage, "there is no API token", why, advice));
        }
        // Twice is once: another part of the process may have chosen already.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let client = Client::builder().timeout(ANSWER_WITHIN).redirect(reqwest::redirect::Policy::none()).build();
        let client = client.map_err(|error| {
            Failure::new(Exit::Failed, "no connection can be made", error, "Look at the certificates of this machine.")
        })?;
        let root = remote.url.trim_end_matches('/').to_owned();
        Ok(Self { client, base: format!("{root}/api/v1"), root, token })
    }

    /// Reads something.
    pub(in crate::commands) async fn get(&self, path: &str) -> Result<Value, Failure> {
        self.send(self.request(Method::GET, path)).await
    }

    /// Reads something that may not be there.
    pub(in crate::commands) async fn find(&self, path: &str) -> Result<Option<Value>, Failure> {
        match self.get(path).await {
            Ok(found) => Ok(Some(found)),
            Err(failure) if failure.exit == Exit::NotFound => Ok(None),
            Err(failure) => Err(failure),
        }
    }

    /// Makes or asks for something.
    pub(in crate::commands) async fn post(&self, path: &str, body: &Value) -> Result<Value, Failure> {
        self.send(self.request(Method::POST, path).json(body)).await
    }

    /// Replaces something.
    pub(in crate::commands) async fn put(&self, path: &str, body: &Value) -> Result<Value, Failure> {
        self.send(self.request(Method::PUT, path).json(body)).await
    }

    /// Removes something.
    pub(in crate::commands) async fn delete(&self, path: &str) -> Result<Value, Failure> {
        self.send(self.request(Method::DELETE, path)).await
    }

    /// A text that the installation publishes for everybody, outside of the API: the token is not sent along.
    pub(in crate::commands) async fn text(&self, path: &str) -> Result<String, Failure> {
        let answer = self.client.get(format!("{}{path}", self.root)).send().await.map_err(|it| self.away(it))?;
        let status = answer.status();
        let text = answer.text().await.map_err(|it| self.away(it))?;
        if status.is_success() { Ok(text) } else { Err(refusal(status, &Value::Null)) }
    }

    /// Begins to fetch a file, behind the bytes that are here already. However long it takes, it may not stand still.
    pub(in crate::commands) async fn file(&self, path: &str, from: u64) -> Result<Response, Failure> {
        let client = Client::builder().read_timeout(ANSWER_WITHIN).redirect(reqwest::redirect::Policy::none()).build();
        let client = client.map_err(|it| self.away(it))?;
        let mut request = client.get(format!("{}{path}", self.base)).bearer_auth(&self.token);
        if 0 < from {
            request = request.header(header::RANGE, format!("bytes={from}-"));
        }
        let answer = request.send().await.map_err(|it| self.away(it))?;
        let status = answer.status();
        if status.is_success() {
            return Ok(answer);
        }
        let body = answer.bytes().await.map_err(|it| self.away(it))?;
        Err(refusal(status, &serde_json::from_slice(&body).unwrap_or(Value::Null)))
    }

    /// Puts a script live.
    pub(in crate::commands) async fn put_python(&self, path: &str, source: &str) -> Result<Value, Failure> {
        let request = self.request(Method::PUT, path).header(header::CONTENT_TYPE, "text/x-python; charset=utf-8");
        self.send(request.body(source.to_owned())).await
    }

    fn request(&self, method: Method, path: &str) -> RequestBuilder {
        self.client.request(method, format!("{}{path}", self.base)).bearer_auth(&self.token)
    }

    async fn send(&self, request: RequestBuilder) -> Result<Value, Failure> {
        let answer = request.send().await.map_err(|it| self.away(it))?;
        let status = answer.status();
        let body = answer.bytes().await.map_err(|it| self.away(it))?;
        let json = serde_json::from_slice(&body).unwrap_or(Value::Null);
        if status.is_success() { Ok(json) } else { Err(refusal(status, &json)) }
    }

    fn away(&self, error: reqwest::Error) -> Failure {
        let what = format!("{} does not answer", self.root);
        Failure::new(Exit::Failed, what, error.without_url(), "Check the address: --url or CANVASS_URL.")
    }
}

/// The text of a file.
fn read(path: &Path) -> Result<String, Failure> {
    std::fs::read_to_string(path).map_err(|error| {
        let what = format!("{} cannot be read", path.display());
        Failure::new(Exit::Usage, what, error, "Name another file, or change who may read it.")
    })
}

/// Why the API refused, from its problem document.
fn refusal(status: StatusCode, problem: &Value) -> Failure {
    let detail = problem["detail"].as_str().unwrap_or("it did not say why");
    let errors = problem["errors"].as_array().into_iter().flatten();
    let more = errors.filter_map(|it| Some(format!("\n{}: {}", it["pointer"].as_str()?, it["message"].as_str()?)));
    let why = format!("{detail}{}", more.collect::<String>());
    let (exit, advice) = match status {
        StatusCode::NOT_FOUND => (
            Exit::NotFound,
            "Check the name or id; the console shows those there are, and `canvass script list` the scripts.",
        ),
        StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN => (Exit::Refused, "Make another token in the console."),
        StatusCode::TOO_MANY_REQUESTS | StatusCode::SERVICE_UNAVAILABLE => {
            (Exit::Failed, "Wait a moment, then try again.")
        }
        it if it.is_client_error() => (Exit::Refused, "Correct it and try again."),
        _ => (Exit::Failed, "Look at the log of the installation."),
    };
    Failure::new(exit, format!("the installation refused ({})", status.as_u16()), why, advice)
}
