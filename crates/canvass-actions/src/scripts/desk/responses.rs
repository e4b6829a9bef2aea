//! Responses for scripts: this file is about walking along them in pages, in the order in which they were applied.

use std::collections::HashMap;

use canvass_model::{
    id::{ResponseId, SurveyId},
    response::Response,
    time::Timestamp,
};
use canvass_script::Refusal;
use canvass_storage::{
    ReadTx, Tenant,
    annotations::{self, Noted},
    responses::{self, Order},
};
use serde_json::{Map, Value, json};

use super::{Arguments, PAGE_BYTES_MAX, read, surveys};
use crate::Error;

/// Responses of one page.
const PAGE_MAX: u32 = 500;
/// Responses that one call looks at, when a filter passes few of them: the next call goes on from there.
const LOOKED_AT_MAX: usize = 5_000;

/// Which responses a script wants.
struct Wanted {
    survey: SurveyId,
    after: Option<i64>,
    limit: u32,
    since: Option<Timestamp>,
    until: Option<Timestamp>,
    filter: Vec<(String, Vec<Value>)>,
}

/// A page of responses, the first applied first.
pub(super) async fn page(tenant: &Tenant, arguments: &Arguments) -> Result<Value, Refusal> {
    let wanted = wanted(tenant, arguments).await?;
    read(tenant, move |tx| {
        let (mut items, mut after, mut looked_at, mut bytes) = (Vec::new(), wanted.after, 0, 0);
        loop {
            let some = responses::list(tx, wanted.survey, Order::OldestFirst, after, PAGE_MAX)?;
            let (is_last, count) = (some.len() < PAGE_MAX as usize, some.len());
            let mut notes = annotated(tx, &some)?;
            for response in some {
                let position = response.position;
                if let Some(item) = wanted.item(&response, &mut notes)? {
                    let size = item.to_string().len();
                    if !items.is_empty() && PAGE_BYTES_MAX < bytes + size {
                        return Ok(json!({ "items": items, "next": after.map(|it| it.to_string()) }));
                    }
                    bytes += size;
                    items.push(item);
                }
                after = Some(position);
                if items.len() == wanted.limit as usize {
                    return Ok(json!({ "items": items, "next": position.to_string() }));
                }
            }
            looked_at += count;
            if is_last {
                return Ok(json!({ "items": items, "next": Value::Null }));
            }
            if LOOKED_AT_MAX <= looked_at {
                return Ok::<_, Error>(json!({ "items": items, "next": after.map(|it| it.to_string()) }));
            }
        }
    })
    .await
}

/// One response.
pub(super) async fn show(tenant: &Tenant, survey: &str, response: &str) -> Result<Value, Refusal> {
    let nothing = || Refusal::because("there is no such response");
    let survey = surveys::id(tenant, survey).await?;
    let id = ResponseId::parse(response).ok_or_else(nothing)?;
    let found = read(tenant, move |tx| {
        let Some(response) = responses::find(tx, survey, id)? else { return Ok(None) };
        let mut notes = annotations::find_many(tx, &[id])?;
        item(&response, notes.remove(&id).unwrap_or_default()).map(Some)
    });
    found.await?.ok_or_else(nothing)
}

/// A response as scripts see it.
pub(in crate::scripts) fn item(response: &Response, noted: Noted) -> Result<Value, Error> {
    let accepted = &response.accepted;
    Ok(json!({
        "id": accepted.id,
        "survey": accepted.survey,
        "version": accepted.version,
        "received_at": accepted.received_at,
        "source": accepted.source,
        "answers": answers(response)?,
        "fields": noted.fields,
        "tags": noted.tags,
    }))
}

fn answers(response: &Response) -> Result<Value, Error> {
    serde_json::from_str(&response.accepted.answers).map_err(|error| {
        let found = format!("{}: {error}", response.accepted.id);
        Error::Storage(canvass_storage::Error::Corrupt { what: "answers", found })
    })
}

/// What scripts noted of these responses.
pub(in crate::scripts) fn annotated(
    tx: &mut ReadTx<'_>,
    some: &[Response],
) -> Result<HashMap<ResponseId, Noted>, Error> {
    let ids: Vec<ResponseId> = some.iter().map(|it| it.accepted.id).collect();
    Ok(annotations::find_many(tx, &ids)?)
}

async fn wanted(tenant: &Tenant, arguments: &Arguments) -> Result<Wanted, Refusal> {
    let survey = surveys::id(tenant, arguments.text("survey")?).await?;
    let after = arguments.optional("after")?.map(|it| it.parse().map_err(|_| Refusal::because("after is no cursor")));
    let moment = |name: &str| {
        let text = arguments.optional(name)?;
        let read =
            |it| Timestamp::parse(it).ok_or_else(|| Refusal::because(format!("{name} must be an RFC 3339 time")));
        text.map(read).transpose()
    };
    Ok(Wanted {
        survey,
        after: after.transpose()?,
        limit: arguments.limit(PAGE_MAX)?,
        since: moment("since")?,
        until: moment("until")?,
        filter: filter(arguments.0.get("filter"))?,
    })
}

fn filter(filter: Option<&Value>) -> Result<Vec<(String, Vec<Value>)>, Refusal> {
    match filter {
        None | Some(Value::Null) => Ok(Vec::new()),
        Some(Value::Object(filter)) => {
            let wanted = |value: &Value| match value {
                Value::Array(values) => values.clone(),
                value => vec![value.clone()],
            };
            Ok(filter.iter().map(|(question, value)| (question.clone(), wanted(value))).collect())
        }
        Some(_) => Err(Refusal::because("filter is an object from question to value")),
    }
}

impl Wanted {
    /// The response as an item, if it is wanted.
    fn item(&self, response: &Response, notes: &mut HashMap<ResponseId, Noted>) -> Result<Option<Value>, Error> {
        let at = response.accepted.received_at;
        if self.since.is_some_and(|it| at < it) || self.until.is_some_and(|it| it <= at) {
            return Ok(None);
        }
        if !self.filter.is_empty() {
            let answers = answers(response)?;
            let empty = Map::new();
            let answers = answers.as_object().unwrap_or(&empty);
            let passes = |(question, wanted): &(String, Vec<Value>)| passes(answers.get(question), wanted);
            if !self.filter.iter().all(passes) {
                return Ok(None);
            }
        }
        item(response, notes.remove(&response.accepted.id).unwrap_or_default()).map(Some)
    }
}

/// Whether an answer is one of those wanted; of several choices one is enough. `null` stands for no answer.
fn passes(answer: Option<&Value>, wanted: &[Value]) -> bool {
    match answer {
        None => wanted.contains(&Value::Null),
        Some(Value::Array(choices)) => choices.iter().any(|it| wanted.contains(it)),
        Some(answer) => wanted.contains(answer),
    }
}
