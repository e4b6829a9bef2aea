//! Replay: this file is about giving past responses to a script again, without effects, to see what would be different.

use std::collections::BTreeMap;

use canvass_model::{
    answer::Answers,
    id::{ResponseId, SurveyId},
    response::{Accepted, Response},
    script::{Allowance, Annotation, Cause, FieldName, RunFailure, ScriptName, Source, TriggerName, VersionNumber},
};
use canvass_script::Call;
use canvass_storage::{
    ReadTx, Tenant, annotations,
    responses::{self, Order},
    scripts as stored, surveys,
};
use serde_json::{Value, json};

use super::{Loaded, Scripts, allowance, desk, duty::GIVEN_BYTES_MAX, load, performing::Errand, validate};
use crate::{Error, versions::Versions};

/// What is to be replayed.
#[derive(Debug, Clone, PartialEq)]
pub struct Wanted {
    /// The responses of this survey.
    pub survey: SurveyId,
    /// With this source; the draft when none is given.
    pub source: Option<Source>,
    /// At most so many responses, the newest; up to [`RESPONSES_MAX`].
    pub limit: u32,
}

/// What would be different.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
pub struct Difference {
    /// Of which response.
    pub response: ResponseId,
    /// The field, or `errors` and `values` for a check.
    pub field: String,
    /// What it is: what scripts noted, or what the live version says.
    pub before: Value,
    /// What the new source says.
    pub after: Value,
}

/// What a replay came to.
#[derive(Debug, Clone, PartialEq)]
pub struct Replayed {
    /// How many responses were looked at.
    pub responses: u32,
    /// How many of them would be different.
    pub changed: u32,
    /// The differences, up to [`DIFFERENCES_MAX`].
    pub differences: Vec<Difference>,
    /// Why it ended early, if it did.
    pub failure: Option<RunFailure>,
    /// What the live version is; `None` when there is none.
    pub live: Option<VersionNumber>,
    /// What was printed.
    pub output: String,
}

/// Responses of one replay.
pub const RESPONSES_MAX: u32 = 10_000;
/// Differences shown.
pub const DIFFERENCES_MAX: usize = 1_000;
/// Checks replayed: each is a run of its own.
const CHECKS_MAX: u32 = 200;

/// What each version says of each response.
type Said = BTreeMap<ResponseId, BTreeMap<String, Value>>;

/// Gives past responses to a script's new source, and compares with what its live version says of the same ones. Scripts
/// that work on responses and scripts that check them can be replayed; [`Error::Refused`] for others.
pub async fn replay(scripts: &Scripts, tenant: &Tenant, name: &ScriptName, wanted: Wanted) -> Result<Replayed, Error> {
    let allowance = allowance(tenant)?;
    let (name, source, survey) = (name.clone(), wanted.source.clone(), wanted.survey);
    let (new, live) = tenant
        .read(move |tx| {
            let script = load::found(tx, &name)?;
            surveys::find(tx, survey)?.filter(|it| it.trashed_at.is_none()).ok_or(Error::NotFound)?;
            let source = match &source {
                Some(source) => source.clone(),
                None => stored::draft(tx, script.id)?.ok_or(Error::NotFound)?,
            };
            let live = load::of_live(tx, script.clone())?;
            Ok::<_, Error>((load::of_source(tx, script, source)?, live))
        })
        .await?;
    let trigger = new.script.trigger.name();
    let most = match trigger {
        TriggerName::Responded => RESPONSES_MAX,
        TriggerName::Validate => CHECKS_MAX,
        TriggerName::Manual | TriggerName::Page | TriggerName::Schedule | TriggerName::Module => {
            return Err(Error::Refused(
                "Scripts that run after responses were stored, or before they are accepted, can be replayed".to_owned(),
            ));
        }
    };
    let replay = Replay { scripts, tenant, allowance };
    let mut replayed = Replayed {
        responses: 0,
        changed: 0,
        differences: Vec::new(),
        failure: None,
        live: live.as_ref().and_then(|it| it.version),
        output: String::new(),
    };
    let (mut before, mut left) = (None, wanted.limit.clamp(1, most));
    while 0 < left && replayed.failure.is_none() {
        let page = replay.page((survey, trigger), before, left.min(Allowance::BATCH_MAX)).await?;
        let Some((position, items)) = page else { break };
        before = Some(position);
        left -= u32::try_from(items.len()).unwrap_or(left).min(left);
        replay.compare((&new, live.as_ref()), items, &mut replayed).await?;
    }
    Ok(replayed)
}

struct Replay<'a> {
    scripts: &'a Scripts,
    tenant: &'a Tenant,
    allowance: Allowance,
}

impl Replay<'_> {
    /// The next older responses as scripts see them, and the position of the last; `None` when there are no more.
    async fn page(
        &self,
        (survey, trigger): (SurveyId, TriggerName),
        before: Option<i64>,
        limit: u32,
    ) -> Result<Option<(i64, Vec<Value>)>, Error> {
        self.tenant
            .read(move |tx| {
                let some = responses::list(tx, survey, Order::NewestFirst, before, limit)?;
                let (mut items, mut bytes, mut last) = (Vec::with_capacity(some.len()), 0, None);
                let mut versions = Versions::of(survey);
                for response in some {
                    let item = match trigger {
                        TriggerName::Validate => unchecked(tx, &response, &mut versions)?,
                        TriggerName::Responded
                        | TriggerName::Manual
                        | TriggerName::Page
                        | TriggerName::Schedule
                        | TriggerName::Module => desk::item(&response, &annotations::Noted::default())?,
                    };
                    bytes += item.to_string().len();
                    if !items.is_empty() && GIVEN_BYTES_MAX < bytes {
                        break;
                    }
                    items.push(item);
                    last = Some(response.position);
                }
                Ok(last.map(|it| (it, items)))
            })
            .await
    }

    /// Adds what would be different of these responses.
    async fn compare(
        &self,
        (new, live): (&Loaded, Option<&Loaded>),
        items: Vec<Value>,
        replayed: &mut Replayed,
    ) -> Result<(), Error> {
        let count = u32::try_from(items.len()).unwrap_or(u32::MAX);
        let before = match live {
            Some(live) => self.said(live, &items).await?.map_or_else(|_| Said::new(), |(said, _)| said),
            None => Said::new(),
        };
        let after = match self.said(new, &items).await? {
            Ok((said, output)) => {
                let room = OUTPUT_CHARS_MAX.saturating_sub(replayed.output.chars().count());
                replayed.output.extend(output.chars().take(room));
                said
            }
            Err(failure) => {
                replayed.failure = Some(failure);
                return Ok(());
            }
        };
        replayed.responses += count;
        let ids: std::collections::BTreeSet<&ResponseId> = before.keys().chain(after.keys()).collect();
        let nothing = BTreeMap::new();
        for id in ids {
            let (one, other) = (before.get(id).unwrap_or(&nothing), after.get(id).unwrap_or(&nothing));
            let fields: std::collections::BTreeSet<&String> = one.keys().chain(other.keys()).collect();
            let different = fields.into_iter().filter(|it| one.get(*it) != other.get(*it));
            let found: Vec<Difference> = different
                .map(|field| Difference {
                    response: *id,
                    field: field.clone(),
                    before: one.get(field).cloned().unwrap_or_default(),
                    after: other.get(field).cloned().unwrap_or_default(),
                })
                .collect();
            replayed.changed += u32::from(!found.is_empty());
            let room = DIFFERENCES_MAX.saturating_sub(replayed.differences.len());
            replayed.differences.extend(found.into_iter().take(room));
        }
        Ok(())
    }

    /// What a version says of these responses, and what it printed; or why it could not.
    async fn said(&self, loaded: &Loaded, items: &[Value]) -> Result<Result<(Said, String), RunFailure>, Error> {
        if loaded.script.trigger.name() == TriggerName::Responded {
            return self.noted(loaded, items).await;
        }
        let (mut said, mut printed) = (Said::new(), String::new());
        for item in items {
            let Some(id) = item["id"].as_str().and_then(ResponseId::parse) else { continue };
            let given = json!({ "survey": item["survey"], "answers": item["answers"], "hidden": item["hidden"] });
            let (answer, output) = match self.run(loaded, Call::Validate(given)).await? {
                Ok(it) => it,
                Err(failure) => return Ok(Err(failure)),
            };
            printed.push_str(&output);
            let parts = ["errors", "values"].into_iter().filter_map(|name| {
                let part = answer.get(name).filter(|it| it.as_object().is_some_and(|it| !it.is_empty()))?;
                Some((name.to_owned(), part.clone()))
            });
            said.insert(id, parts.collect());
        }
        Ok(Ok((said, printed)))
    }

    async fn noted(&self, loaded: &Loaded, items: &[Value]) -> Result<Result<(Said, String), RunFailure>, Error> {
        let (answer, output) = match self.run(loaded, Call::Responded(items.to_vec())).await? {
            Ok(it) => it,
            Err(failure) => return Ok(Err(failure)),
        };
        let mut said = Said::new();
        for (id, note) in answer.as_object().into_iter().flatten() {
            let Some(id) = ResponseId::parse(id) else { continue };
            let Ok(Annotation { fields, tags }) = Annotation::read_answer(note) else { continue };
            let named = |(name, value): (FieldName, Value)| (name.to_string(), value);
            let mut fields: BTreeMap<String, Value> = fields.into_iter().map(named).collect();
            if let Some(tags) = tags {
                fields.insert(Annotation::TAGS.to_owned(), json!(tags));
            }
            said.insert(id, fields);
        }
        Ok(Ok((said, output)))
    }

    async fn run(&self, loaded: &Loaded, call: Call) -> Result<Result<(Value, String), RunFailure>, Error> {
        let errand = Errand {
            tenant: self.tenant,
            loaded,
            allowance: self.allowance,
            cause: Cause::Replay,
            call,
            member: None,
            parameters: Value::Null,
            limits: self.allowance.limits(loaded.script.trigger.name()),
            fixed: Some((canvass_model::script::TestCase::NOW, 0)),
            judge: None,
        };
        let performed = self.scripts.try_out(&errand).await?;
        if let Some(error) = performed.error() {
            return Err(error);
        }
        let failure = performed.run.failure;
        Ok(failure.map_or(Ok((performed.result, performed.run.output)), Err))
    }
}

/// A response as a check was given it, before any script had set a hidden value.
fn unchecked(tx: &mut ReadTx<'_>, response: &Response, versions: &mut Versions) -> Result<Value, Error> {
    let Accepted { id, survey, version, answers, .. } = &response.accepted;
    let corrupt = |found: String| Error::Storage(canvass_storage::Error::Corrupt { what: "answers", found });
    let definition = versions.version(tx, *version)?;
    let answers = Answers::from_stored(definition, answers).map_err(|error| corrupt(format!("{id}: {error}")))?;
    let mut item = validate::given(&json!(survey), &answers.unchecked(definition));
    item["id"] = json!(id);
    Ok(item)
}

/// Characters of output shown.
const OUTPUT_CHARS_MAX: usize = 64 * 1024;
