//! Settings of a script: this file is about its title, when it runs, what it asks for, and whether it may run.

use askama::Template;
use axum::{
    extract::{Path, Query},
    http::StatusCode,
    response::{Html, IntoResponse, Redirect, Response},
};
use canvass_actions::{self as actions, scripts as verbs};
use canvass_model::{
    page::Target,
    script::{Parameters, Script, Switch, Trigger},
    survey::Revision,
};
use canvass_storage::pages;

use super::{
    Opened,
    trigger::{self, TriggerForm},
};
use crate::{
    Problem,
    access::{Analyst, Creator, Person},
    form::Form,
    layout::{ConsoleArea, ConsoleShell},
    pages::surveys::Happened,
    view::script_head::{ScriptHead, Tab},
};

#[derive(Template)]
#[template(path = "console/script_settings.html")]
struct SettingsPage {
    shell: ConsoleShell,
    head: ScriptHead,
    all: String,
    may_write: bool,
    revision: u64,
    announcement: String,
    is_on: bool,
    form: SettingsForm,
    /// Address and path of the pages it serves.
    pages: Vec<(String, String)>,
    /// What throwing it away means.
    trash: String,
}

#[derive(Default)]
struct SettingsForm {
    title: String,
    trigger: TriggerForm,
    /// As JSON.
    parameters: String,
    errors: Vec<(String, String)>,
}

impl SettingsForm {
    fn error(&self, name: &str) -> &str {
        self.errors.iter().find(|(it, _)| it == name).map_or("", |(_, message)| message)
    }
}

/// The settings.
pub(crate) async fn show(
    analyst: Analyst,
    Path((_, script)): Path<(String, String)>,
    Query(happened): Query<Happened>,
) -> Result<Response, Problem> {
    let opened = super::open(&analyst, &script).await?;
    let surveys = analyst.read(trigger::surveys).await?;
    let parameters = match &opened.script.trigger {
        Trigger::Manual(parameters) if !parameters.is_empty() => {
            serde_json::to_string_pretty(parameters).unwrap_or_default()
        }
        Trigger::Manual(_)
        | Trigger::Page
        | Trigger::Validate(_)
        | Trigger::Responded(_)
        | Trigger::Schedule(_)
        | Trigger::Module => String::new(),
    };
    let form = SettingsForm {
        title: opened.script.title.clone(),
        trigger: TriggerForm::of(&opened.script.trigger, surveys),
        parameters,
        errors: Vec::new(),
    };
    let announcement = happened.did.as_deref().and_then(|it| super::told(it, opened.script.name.as_str()));
    let may_write = super::may_write(&analyst);
    page(&analyst, &opened, (form, announcement.unwrap_or_default()), (may_write, StatusCode::OK)).await
}

/// Changes the settings.
pub(crate) async fn update(
    creator: Creator,
    Path((_, script)): Path<(String, String)>,
    form: Form,
) -> Result<Response, Problem> {
    let opened = super::open(&creator, &script).await?;
    let surveys = creator.read(trigger::surveys).await?;
    let mut sent = SettingsForm {
        title: form.text("title").to_owned(),
        trigger: TriggerForm::sent(&form, surveys),
        parameters: form.find("parameters").unwrap_or_default().to_owned(),
        errors: Vec::new(),
    };
    let parameters = match read_parameters(&sent.parameters) {
        Ok(parameters) => parameters,
        Err(refusal) => {
            sent.errors.push(("parameters".to_owned(), refusal));
            Parameters::default()
        }
    };
    let trigger = sent.trigger.read(parameters);
    sent.errors.append(&mut sent.trigger.errors.clone());
    let Some(trigger) = trigger.filter(|_| sent.errors.is_empty()) else {
        return page(&creator, &opened, (sent, String::new()), (true, StatusCode::UNPROCESSABLE_ENTITY)).await;
    };
    let settings = verbs::Settings { title: Some(sent.title.clone()), trigger: Some(trigger), switch: None };
    let seen = form.text("base").parse().ok().map(Revision);
    let (_, tenant, by) = creator.scripting();
    match verbs::set(tenant, by, (&opened.script.name, seen), &settings).await {
        Ok(script) => {
            let to = format!("{}/{}/settings?did=saved", super::base(&creator), script.id);
            Ok(Redirect::to(&to).into_response())
        }
        Err(actions::Error::Invalid { faults }) => {
            sent.errors = faults.iter().map(super::new::beside).collect();
            page(&creator, &opened, (sent, String::new()), (true, StatusCode::UNPROCESSABLE_ENTITY)).await
        }
        Err(actions::Error::ChangedMeanwhile) => {
            let words =
                "Somebody else changed this script meanwhile. What you chose stands below: save it again to keep it";
            sent.errors.push(("title".to_owned(), words.to_owned()));
            page(&creator, &opened, (sent, String::new()), (true, StatusCode::CONFLICT)).await
        }
        Err(error) => Err(error.into()),
    }
}

/// A list of parameters in JSON; nothing at all is none.
fn read_parameters(text: &str) -> Result<Parameters, String> {
    if text.trim().is_empty() {
        return Ok(Parameters::default());
    }
    serde_json::from_str(text).map_err(|error| crate::view::sentence(&error.to_string()))
}

async fn page(
    person: &Person,
    opened: &Opened,
    (form, announcement): (SettingsForm, String),
    (may_write, status): (bool, StatusCode),
) -> Result<Response, Problem> {
    let id = opened.script.id;
    let found = person.read(pages::list).await?;
    let served = found.iter().filter(|it| it.target == Target::Script(id));
    let alias = &person.tenant().alias;
    let page = SettingsPage {
        shell: person.shell(ConsoleArea::Scripts).await?,
        head: opened.head(person, Tab::Settings),
        all: super::base(person),
        may_write,
        revision: opened.script.revision.0,
        announcement,
        is_on: opened.script.switch == Switch::On,
        form,
        pages: served
            .map(|it| (format!("/{alias}/{}", it.address.href()), format!("/{alias}/{}", it.address.typed())))
            .collect(),
        trash: format!(
            "Nothing starts it then, and its pages answer 404. For {} days all of it can be restored.",
            Script::TRASH_DAYS
        ),
    };
    Ok((status, Html(page.render()?)).into_response())
}
