//! The desk: this file is about answering what a script asks for while it runs, always of its own tenant.

mod responses;
mod store;
mod surveys;

use canvass_model::script::Annotation;
use canvass_script::{Host, Refusal, host::CALL_BYTES_MAX};
use canvass_storage::{self as storage, ReadTx, Tenant, scripts::secrets};
use futures_util::future::BoxFuture;
use serde_json::{Map, Value, json};

pub(super) use self::responses::{annotated, item};
use super::{effects::Effects, seal::Seal};
use crate::Error;

/// Answers the calls of one run. It holds the handle of one tenant, so that no argument can name another.
pub(super) struct Desk<'a> {
    tenant: &'a Tenant,
    seal: Option<&'a Seal>,
    pub(super) effects: Effects,
}

/// What a script sent with a call.
struct Arguments(Map<String, Value>);

/// Bytes of one page of an answer: room for what stands around it.
const PAGE_BYTES_MAX: usize = CALL_BYTES_MAX - 64 * 1024;
/// Items of one `responses.annotate`.
const ANNOTATED_MAX: usize = 1_000;

impl<'a> Desk<'a> {
    pub(super) fn new(tenant: &'a Tenant, seal: Option<&'a Seal>) -> Self {
        Self { tenant, seal, effects: Effects::default() }
    }

    async fn answer(&mut self, name: &str, arguments: &str) -> Result<Value, Refusal> {
        let arguments = Arguments::read(arguments)?;
        match name {
            "surveys.list" => surveys::list(self.tenant).await,
            "surveys.get" => surveys::show(self.tenant, arguments.text("survey")?).await,
            "summary.get" => surveys::summary(self.tenant, arguments.text("survey")?).await,
            "responses.page" => responses::page(self.tenant, &arguments).await,
            "responses.get" => {
                responses::show(self.tenant, arguments.text("survey")?, arguments.text("response")?).await
            }
            "responses.annotate" => self.annotate(&arguments).await,
            "store.get" => self.find_value(&arguments).await,
            "store.put" => self.put_value(&arguments),
            "store.delete" => self.delete_value(&arguments),
            "store.list" => self.list_values(&arguments).await,
            "secrets.get" => self.secret(arguments.text("name")?).await,
            "crosstab" | "http.request" | "mail.send" | "files.list" | "files.get" | "files.put" => {
                Err(Refusal::because(format!("not available yet: {name}")))
            }
            _ => {
                let name: String = name.chars().take(80).collect();
                Err(Refusal::because(format!("there is no call {name}")))
            }
        }
    }

    async fn annotate(&mut self, arguments: &Arguments) -> Result<Value, Refusal> {
        let items = arguments.0.get("items").and_then(Value::as_array);
        let items = items.ok_or_else(|| Refusal::because("annotate takes a list of items"))?;
        if ANNOTATED_MAX < items.len() {
            return Err(Refusal::because(format!("annotate takes at most {ANNOTATED_MAX} items at once")));
        }
        // A batch is mostly about one survey: it is looked for once.
        let mut known: Option<(&str, canvass_model::id::SurveyId)> = None;
        for item in items {
            let text = |name: &str| {
                item.get(name)
                    .and_then(Value::as_str)
                    .ok_or_else(|| Refusal::because(format!("each item has a {name}")))
            };
            let named = text("survey")?;
            let survey = match known {
                Some((before, survey)) if before == named => survey,
                _ => surveys::id(self.tenant, named).await?,
            };
            known = Some((named, survey));
            let response = canvass_model::id::ResponseId::parse(text("response")?)
                .ok_or_else(|| Refusal::because("there is no such response"))?;
            let empty = Value::Object(Map::new());
            let fields = item.get("fields").filter(|it| !it.is_null()).unwrap_or(&empty);
            let note = Annotation::read(fields, item.get("tags")).map_err(|it| Refusal::because(it.to_string()))?;
            self.effects.note(survey, response, note).map_err(Refusal::because)?;
        }
        Ok(json!({}))
    }

    async fn secret(&self, name: &str) -> Result<Value, Refusal> {
        let missing = || Refusal::because(format!("there is no secret {}", name.chars().take(80).collect::<String>()));
        let parsed = canvass_model::script::SecretName::parse(name).map_err(|_| missing())?;
        let wanted = parsed.clone();
        let sealed = read(self.tenant, move |tx| secrets::find(tx, &wanted)).await?.ok_or_else(missing)?;
        let seal = self.seal.ok_or_else(|| Refusal::because("secrets cannot be opened on this installation"))?;
        let secret = seal.open(self.tenant.record().id, &parsed, &sealed);
        secret.map(Value::String).ok_or_else(|| Refusal::because("this secret cannot be opened; set it again"))
    }
}

impl Host for Desk<'_> {
    fn call<'a>(&'a mut self, name: &'a str, arguments: &'a str) -> BoxFuture<'a, Result<String, Refusal>> {
        Box::pin(async move { self.answer(name, arguments).await.map(|it| it.to_string()) })
    }
}

impl Arguments {
    fn read(text: &str) -> Result<Self, Refusal> {
        match serde_json::from_str(text) {
            Ok(Value::Object(arguments)) => Ok(Self(arguments)),
            Ok(_) | Err(_) => Err(Refusal::because("arguments must be an object")),
        }
    }

    fn text(&self, name: &str) -> Result<&str, Refusal> {
        self.optional(name)?.ok_or_else(|| Refusal::because(format!("{name} is missing")))
    }

    fn optional(&self, name: &str) -> Result<Option<&str>, Refusal> {
        match self.0.get(name) {
            None | Some(Value::Null) => Ok(None),
            Some(Value::String(it)) => Ok(Some(it)),
            Some(_) => Err(Refusal::because(format!("{name} must be a text"))),
        }
    }

    /// A number of items; the most when none is given.
    fn limit(&self, most: u32) -> Result<u32, Refusal> {
        match self.0.get("limit") {
            None | Some(Value::Null) => Ok(most),
            Some(it) => {
                let limit = it.as_u64().and_then(|it| u32::try_from(it).ok()).filter(|it| (1..=most).contains(it));
                limit.ok_or_else(|| Refusal::because(format!("limit is a number from 1 to {most}")))
            }
        }
    }
}

/// Reads from the tenant's database; what fails there is no matter of the script's author.
async fn read<T, E>(
    tenant: &Tenant,
    work: impl Fn(&mut ReadTx<'_>) -> Result<T, E> + Send + 'static,
) -> Result<T, Refusal>
where
    T: Send + 'static,
    E: From<storage::Error> + Into<Error> + Send + 'static,
{
    tenant.read(work).await.map_err(|error| refusal(error.into()))
}

fn refusal(error: Error) -> Refusal {
    match error {
        Error::NotFound => Refusal::because("there is no such thing"),
        Error::Storage(error) => {
            tracing::warn!(%error, "A script's call could not be answered");
            Refusal::because("the data cannot be reached at the moment; try again")
        }
        other => Refusal::because(other.to_string()),
    }
}
