//! People over HTTP: this file is about what they can send, and what they make of the answer.

use std::{
    net::{IpAddr, Ipv4Addr, SocketAddr},
    sync::Arc,
    time::Duration,
};

use reqwest::{
    Client, ClientBuilder, Method, RequestBuilder, StatusCode,
    dns::{Addrs, Name, Resolve, Resolving},
    header::HeaderMap,
    redirect::Policy,
};
use serde::Serialize;
use serde_json::Value;

use super::form;

/// How long workers may take, on a machine that compiles at the same time.
const PATIENCE: Duration = Duration::from_mins(1);
/// How often to look whether they have done it.
const POLL: Duration = Duration::from_millis(20);

/// Someone with a browser, or a program with a token. Cookies are kept; redirects are answers like all others.
#[derive(Clone)]
pub struct Person {
    name: String,
    url: String,
    client: Client,
    token: Option<String>,
}

/// Finds every host on this machine: people go to tenants' own hosts by name.
struct Loopback;

impl Resolve for Loopback {
    fn resolve(&self, _: Name) -> Resolving {
        let here: Addrs = Box::new(std::iter::once(SocketAddr::from((Ipv4Addr::LOCALHOST, 0))));
        Box::pin(std::future::ready(Ok(here)))
    }
}

/// What came back.
#[derive(Debug)]
pub struct Answer {
    who: String,
    what: String,
    /// Its status.
    pub status: StatusCode,
    /// Its headers.
    pub headers: HeaderMap,
    /// Its body.
    pub body: Vec<u8>,
}

/// The beginning of a client. None of the tests speaks TLS, but whoever builds a client must have chosen whose.
pub fn client() -> ClientBuilder {
    // Twice is once: another test may have chosen already.
    let _ = rustls::crypto::ring::default_provider().install_default();
    Client::builder()
}

impl Person {
    /// Someone nobody knows, at an installation.
    pub fn new(name: &str, url: &str) -> Self {
        let client = client()
            .cookie_store(true)
            .redirect(Policy::none())
            .local_address(IpAddr::V4(Ipv4Addr::LOCALHOST))
            .dns_resolver(Arc::new(Loopback))
            .user_agent(format!("{name}'s browser"))
            .build()
            .expect("a client without TLS always builds");
        Self { name: name.to_owned(), url: url.to_owned(), client, token: None }
    }

    /// The same, as a program that sends an API token and no cookies.
    pub fn with_token(name: &str, url: &str, token: &str) -> Self {
        Self { token: Some(token.to_owned()), ..Self::new(name, url) }
    }

    /// A program of theirs at the same installation, with an API token.
    #[must_use]
    pub fn as_program(&self, token: &str) -> Self {
        Self::with_token(&format!("{}'s program", self.name), &self.url, token)
    }

    /// The same person at the same installation under another address, such as a second process of it.
    #[must_use]
    pub fn at(&self, url: &str) -> Self {
        Self { url: url.to_owned(), ..self.clone() }
    }

    /// The same person with a new browser: with no connection to a process that has ended meanwhile.
    #[must_use]
    pub fn anew(&self) -> Self {
        Self { token: self.token.clone(), ..Self::new(&self.name, &self.url) }
    }

    /// Opens a page.
    pub async fn get(&self, path: &str) -> Answer {
        self.send(self.request(Method::GET, path)).await
    }

    /// Reads JSON again and again until it is as `wanted`; for what workers do in their own time.
    pub async fn until(&self, path: &str, wanted: impl Fn(&Value) -> bool) -> Value {
        let deadline = tokio::time::Instant::now() + PATIENCE;
        loop {
            let json = self.get(path).await.expect(200).json();
            if wanted(&json) {
                return json;
            }
            assert!(tokio::time::Instant::now() < deadline, "{}: {path} still is {json}", self.name);
            tokio::time::sleep(POLL).await;
        }
    }

    /// Asks again and again until the answer has a status; for what begins or ends in its own time.
    pub async fn until_status(&self, path: &str, wanted: StatusCode) -> Answer {
        let deadline = tokio::time::Instant::now() + PATIENCE;
        loop {
            let answer = self.get(path).await;
            if answer.status == wanted {
                return answer;
            }
            assert!(tokio::time::Instant::now() < deadline, "{}: {path} still answers {}", self.name, answer.status);
            tokio::time::sleep(POLL).await;
        }
    }

    /// Sends a form's fields, and nothing else, as a browser would from a page of the installation.
    pub async fn post_form<F: Serialize + ?Sized>(&self, path: &str, fields: &F) -> Answer {
        self.send(self.request(Method::POST, path).header("origin", &self.url).form(fields)).await
    }

    /// Opens a page and sends its form whose action is `action`, with `fields` filled in and everything else as it
    /// stands there: hidden fields, what is checked, what is selected.
    pub async fn submit(&self, page: &str, action: &str, fields: &[(&str, &str)]) -> Answer {
        let page = self.get(page).await.expect(200);
        self.post_form(action, &page.filled(action, fields)).await
    }

    /// Sends JSON.
    pub async fn post_json(&self, path: &str, body: &Value) -> Answer {
        self.send(self.request(Method::POST, path).json(body)).await
    }

    /// Opens a stream of server-sent events; the answer is read piece by piece.
    pub async fn listen(&self, path: &str) -> reqwest::Response {
        let opened = self.request(Method::GET, path).send().await.expect("a stream can be opened");
        assert_eq!(opened.status(), StatusCode::OK, "{}: {path} cannot be listened to", self.name);
        opened
    }

    /// Replaces something by JSON.
    pub async fn put_json(&self, path: &str, body: &Value) -> Answer {
        self.send(self.request(Method::PUT, path).json(body)).await
    }

    /// Removes something.
    pub async fn delete(&self, path: &str) -> Answer {
        self.send(self.request(Method::DELETE, path)).await
    }

    /// A request to be completed by the test itself: another method, headers, a strange body.
    pub fn request(&self, method: Method, path: &str) -> RequestBuilder {
        let request = self.client.request(method, format!("{}{path}", self.url));
        match &self.token {
            Some(token) => request.bearer_auth(token),
            None => request,
        }
    }

    /// Sends a request and reads the whole answer.
    pub async fn send(&self, request: RequestBuilder) -> Answer {
        let (client, request) = request.build_split();
        let request = request.expect("a request that can be sent");
        let what = format!("{} {}", request.method(), request.url().path());
        let response = match client.execute(request).await {
            Ok(response) => response,
            Err(error) => panic!("{}: {what}: {error:?}", self.name),
        };
        let (status, headers) = (response.status(), response.headers().clone());
        let body = match response.bytes().await {
            Ok(body) => body.to_vec(),
            Err(error) => panic!("{}: {what}: the answer broke off: {error:?}", self.name),
        };
        Answer { who: self.name.clone(), what, status, headers, body }
    }
}

impl Answer {
    /// Insists on a status.
    #[track_caller]
    pub fn expect(self, status: u16) -> Self {
        let Self { who, what, .. } = &self;
        assert_eq!(self.status.as_u16(), status, "{who}: {what} answered:\n{}", self.text());
        self
    }

    /// The body as text.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// The body as JSON.
    #[track_caller]
    pub fn json(&self) -> Value {
        let Self { who, what, .. } = self;
        serde_json::from_slice(&self.body).unwrap_or_else(|error| panic!("{who}: {what}: {error}:\n{}", self.text()))
    }

    /// A header's text; empty when it is absent.
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).and_then(|it| it.to_str().ok()).unwrap_or_default()
    }

    /// Where a redirect leads.
    #[track_caller]
    pub fn location(&self) -> String {
        let Self { who, what, status, .. } = self;
        assert!(status.is_redirection(), "{who}: {what} answered {status}, which leads nowhere:\n{}", self.text());
        self.header("location").to_owned()
    }

    /// Whether the page holds a text, as a person sees it: entities are resolved.
    pub fn shows(&self, text: &str) -> bool {
        form::decode(&self.text()).contains(text)
    }

    /// The fields of the form with this action, `fields` filled in: what a browser would send.
    #[track_caller]
    pub fn filled(&self, action: &str, fields: &[(&str, &str)]) -> Vec<(String, String)> {
        let page = self.text();
        let Some(mut filled) = form::fields(&page, action) else {
            panic!("{}: {} has no form for {action}:\n{page}", self.who, self.what);
        };
        for (name, _) in fields {
            filled.retain(|(it, _)| it != name);
        }
        filled.extend(fields.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())));
        filled
    }
}
