//! Pages of scripts: this file is about what a script is asked, and which of its answers may leave.

use std::{
    collections::BTreeMap,
    sync::{Mutex, PoisonError},
};

use canvass_model::{
    id::{RunId, ScriptId},
    script::{Cause, Outcome},
};
use canvass_script::Call;
use canvass_storage::{ReadTx, Tenant};
use serde_json::{Map, Value, json};

use super::{Loaded, Member, Scripts, allowance, load, performing::Errand};
use crate::Error;

/// What a visitor asks a script.
#[derive(Debug, Clone, PartialEq, Default, serde::Serialize)]
pub struct Request {
    /// `GET`, `HEAD` or `POST`.
    pub method: String,
    /// The page's address.
    pub path: String,
    /// What follows the page's address, without a leading slash; empty at the page itself.
    pub rest: String,
    /// The query's parameters; of a repeated one a list.
    pub query: Map<String, Value>,
    /// The fields of a posted form; of a repeated one a list.
    pub form: Map<String, Value>,
    /// The posted JSON; `null` when there is none.
    pub json: Value,
    /// Some headers, in small letters: see [`HEADERS`].
    pub headers: BTreeMap<String, String>,
    /// Who is signed in, where the page is for members alone.
    pub member: Option<Member>,
}

/// The headers of a request that scripts see. No cookies, credentials or addresses.
pub const HEADERS: [&str; 6] = ["accept", "accept-language", "content-type", "if-none-match", "referer", "user-agent"];

/// What leaves.
#[derive(Debug, Clone, PartialEq)]
pub struct Answer {
    /// The status: 200 to 299, 301 to 308, 400 to 499.
    pub status: u16,
    /// What it is.
    pub kind: Kind,
    /// Headers of the [safe list](ALLOWED).
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: String,
    /// The address under the tenant that a redirect leads to.
    pub location: Option<String>,
}

/// What a script's page may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// `text/html`.
    Html,
    /// `text/plain`.
    Text,
    /// `text/csv`.
    Csv,
    /// `application/json`.
    Json,
    /// `image/svg+xml`.
    Svg,
}

/// How a page was served.
#[derive(Debug)]
pub enum Served<T> {
    /// The script answered, in this run; what was made of its answer.
    Answer(T, RunId),
    /// The script, its limits or our own machinery failed; the run is the reference.
    Failed(Outcome, RunId),
}

/// The headers a script may set.
pub const ALLOWED: [&str; 6] =
    ["cache-control", "content-disposition", "content-language", "etag", "last-modified", "x-robots-tag"];

/// Bytes of a header's value.
const HEADER_BYTES_MAX: usize = 1_000;

/// The live version of the script of a page; `None` when it does not run. For a cache of public content.
pub fn load(tx: &mut ReadTx<'_>, plan: &canvass_model::plan::Plan, script: ScriptId) -> Result<Option<Loaded>, Error> {
    load::live(tx, plan, script)
}

/// Asks a script for a page, and makes of its answer what leaves: what `make` refuses, in words for the script's author,
/// has no effects, as a run that fails. [`Error::TooMany`] when too many of the tenant's scripts run,
/// [`Error::Unavailable`] when none can be run at the moment.
pub async fn serve<T: Send>(
    scripts: &Scripts,
    tenant: &Tenant,
    loaded: &Loaded,
    request: Request,
    make: impl Fn(Answer) -> Result<T, String> + Send + Sync,
) -> Result<Served<T>, Error> {
    let allowance = allowance(tenant)?;
    scripts.pace(tenant)?;
    let member = request.member.clone();
    let request = serde_json::to_value(request).unwrap_or_default();
    let kept = Mutex::new(None);
    let judge = |answer: &Value| {
        let it = make(Answer::read(answer)?)?;
        *kept.lock().unwrap_or_else(PoisonError::into_inner) = Some(it);
        Ok::<_, String>(())
    };
    let errand = Errand {
        tenant,
        loaded,
        allowance,
        cause: Cause::Page,
        call: Call::Page(request),
        member,
        parameters: Value::Null,
        limits: allowance.limits(loaded.script.trigger.name()),
        fixed: None,
        judge: Some(&judge),
    };
    let performed = scripts.perform(&errand, None).await?;
    if let Some(error) = performed.error() {
        return Err(error);
    }
    let kept = kept.into_inner().unwrap_or_else(PoisonError::into_inner);
    let run = performed.run;
    Ok(match kept.filter(|_| run.outcome.is_done()) {
        Some(it) => Served::Answer(it, run.id),
        None => Served::Failed(run.outcome, run.id),
    })
}

/// A request as a test case gives it: what it leaves out is as a plain `GET` has it.
pub(super) fn sample(given: &Value) -> Value {
    let mut request =
        serde_json::to_value(Request { method: "GET".to_owned(), ..Request::default() }).unwrap_or_default();
    if let (Some(request), Some(given)) = (request.as_object_mut(), given.as_object()) {
        request.extend(given.clone());
    }
    request
}

impl Answer {
    /// Reads what a script answered: a text is HTML, `null` an empty page, an object says more.
    pub fn read(answer: &Value) -> Result<Self, String> {
        let plain =
            |kind, body: &str| Self { status: 200, kind, headers: Vec::new(), body: body.to_owned(), location: None };
        match answer {
            Value::Null => Ok(plain(Kind::Html, "")),
            Value::String(html) => Ok(plain(Kind::Html, html)),
            Value::Object(answer) if answer.contains_key("status") && answer.contains_key("body") => {
                Self::whole(answer)
            }
            Value::Object(_) | Value::Array(_) | Value::Number(_) | Value::Bool(_) => {
                Ok(plain(Kind::Json, &answer.to_string()))
            }
        }
    }

    fn whole(answer: &Map<String, Value>) -> Result<Self, String> {
        let status = answer.get("status").and_then(Value::as_u64).and_then(|it| u16::try_from(it).ok());
        let status = status.filter(|it| matches!(it, 200..=299 | 301..=303 | 307 | 308 | 400..=499));
        let status = status.ok_or("a page's status is a number from 200 to 299, 301 to 308 or 400 to 499")?;
        let kind = match answer.get("type") {
            None | Some(Value::Null) => Kind::Html,
            Some(kind) => kind.as_str().and_then(Kind::parse).ok_or_else(|| {
                "a page's type is text/html, text/plain, text/csv, application/json or image/svg+xml".to_owned()
            })?,
        };
        let body = match answer.get("body") {
            None | Some(Value::Null) => String::new(),
            Some(Value::String(body)) => body.clone(),
            Some(other) => other.to_string(),
        };
        let (mut headers, mut location) = (Vec::new(), None);
        for (name, value) in answer.get("headers").and_then(Value::as_object).into_iter().flatten() {
            let name = name.to_ascii_lowercase();
            let value = value.as_str().filter(|it| it.len() <= HEADER_BYTES_MAX && it.bytes().all(is_header));
            let value = value.ok_or_else(|| format!("the header {name} is a text without line breaks"))?;
            if name == "location" {
                location = Some(value.to_owned());
            } else if ALLOWED.contains(&name.as_str()) {
                headers.push((name, value.to_owned()));
            } else {
                let name: String = name.chars().take(80).collect();
                return Err(format!("a script's page cannot set the header {name}"));
            }
        }
        let redirects = (300..400).contains(&status);
        if redirects != location.is_some() {
            return Err("a redirect has a status from 301 to 308 and a location, and nothing else has one".to_owned());
        }
        Ok(Self { status, kind, headers, body, location })
    }
}

impl Kind {
    /// The type as a header has it, with its character set.
    pub fn content_type(self) -> &'static str {
        match self {
            Self::Html => "text/html; charset=utf-8",
            Self::Text => "text/plain; charset=utf-8",
            Self::Csv => "text/csv; charset=utf-8",
            Self::Json => "application/json",
            Self::Svg => "image/svg+xml",
        }
    }

    fn parse(text: &str) -> Option<Self> {
        let essence = text.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
        let all = [Self::Html, Self::Text, Self::Csv, Self::Json, Self::Svg];
        all.into_iter().find(|it| it.content_type().split(';').next() == Some(essence.as_str()))
    }
}

/// What a value of a header may hold.
fn is_header(byte: u8) -> bool {
    byte == b'\t' || (0x20..0x7f).contains(&byte)
}

/// Fields as a script sees them: one value as a text, several as a list.
pub fn fields(pairs: impl IntoIterator<Item = (String, String)>) -> Map<String, Value> {
    let mut fields = Map::new();
    for (name, value) in pairs {
        match fields.get_mut(&name) {
            None => drop(fields.insert(name, Value::String(value))),
            Some(Value::Array(several)) => several.push(Value::String(value)),
            Some(one) => *one = json!([one.take(), value]),
        }
    }
    fields
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_says_what_it_is() {
        assert_eq!(Answer::read(&json!("<p>Hi")).unwrap().kind, Kind::Html);
        assert_eq!(Answer::read(&json!({ "a": 1 })).unwrap().body, "{\"a\":1}");
        let csv = json!({ "status": 201, "type": "text/csv; charset=latin1", "body": "a,b",
            "headers": { "Content-Disposition": "attachment" } });
        let csv = Answer::read(&csv).unwrap();
        assert_eq!((csv.status, csv.kind), (201, Kind::Csv));
        assert_eq!(csv.headers, [("content-disposition".to_owned(), "attachment".to_owned())]);
        let away = json!({ "status": 303, "body": "", "headers": { "location": "thanks" } });
        assert_eq!(Answer::read(&away).unwrap().location.as_deref(), Some("thanks"));
    }

    #[test]
    fn what_an_answer_may_not_do_is_refused() {
        for (status, kind, headers) in [
            (500, "text/html", json!({})),
            (100, "text/html", json!({})),
            (200, "application/javascript", json!({})),
            (200, "text/html", json!({ "set-cookie": "a=b" })),
            (200, "text/html", json!({ "content-security-policy": "default-src *" })),
            (200, "text/html", json!({ "etag": "a\r\nset-cookie: a=b" })),
            (200, "text/html", json!({ "etag": 1 })),
            (200, "text/html", json!({ "location": "x" })),
            (302, "text/html", json!({})),
        ] {
            let answer = json!({ "status": status, "type": kind, "headers": headers, "body": "" });
            assert!(Answer::read(&answer).is_err(), "{answer}");
        }
    }

    #[test]
    fn repeated_fields_are_a_list() {
        let pairs =
            [("a", "1"), ("b", "2"), ("a", "3"), ("a", "4")].map(|(name, value)| (name.to_owned(), value.to_owned()));
        assert_eq!(Value::Object(fields(pairs)), json!({ "a": ["1", "3", "4"], "b": "2" }));
    }
}
