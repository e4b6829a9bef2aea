//! Beginning a script: this file is about the gallery, and about making a script of a template or of nothing.

use askama::Template;
use axum::{
    extract::Query,
    http::StatusCode,
    response::{Html, IntoResponse, Redirect, Response},
};
use canvass_actions::{self as actions, scripts as verbs};
use canvass_model::{
    definition::Fault,
    script::{
        Allowance, Parameters, ScriptName, Source, Trigger, TriggerName,
        gallery::{self, Template as Offered},
    },
};

use super::trigger::{self, TriggerForm};
use crate::{
    Problem,
    access::Creator,
    form::Form,
    layout::{ConsoleArea, ConsoleShell},
};

/// What an empty script begins with.
const FIRST_LINES: &str = "import canvass\n\n\"Hello, \" + canvass.context.tenant.name\n";

#[derive(Template)]
#[template(path = "console/script_new.html")]
struct NewPage {
    shell: ConsoleShell,
    base: String,
    choice: Choice,
    form: CreationForm,
}

/// What a new script begins with.
enum Choice {
    /// It is not chosen yet.
    Gallery(Vec<Group>),
    Template(Shown),
    Nothing,
}

/// The templates that one trigger starts.
pub(super) struct Group {
    pub(super) id: &'static str,
    pub(super) title: &'static str,
    pub(super) templates: Vec<&'static Offered>,
}

/// A template as its page shows it.
struct Shown {
    title: String,
    summary: String,
    setup: Vec<String>,
    source: String,
    /// What each test case shows.
    examples: Vec<String>,
}

#[derive(Default)]
struct CreationForm {
    from: String,
    title: String,
    name: String,
    /// Whether the template belongs to a survey.
    is_bound: bool,
    /// Whether any trigger can be chosen.
    is_free: bool,
    trigger: TriggerForm,
    errors: Vec<(String, String)>,
}

impl CreationForm {
    fn error(&self, name: &str) -> &str {
        self.errors.iter().find(|(it, _)| it == name).map_or("", |(_, message)| message)
    }
}

/// With what to begin.
#[derive(serde::Deserialize)]
pub(crate) struct Wanted {
    #[serde(default)]
    from: String,
}

/// The gallery; or, with a choice made, what it is and what the new script is called.
pub(crate) async fn new(creator: Creator, Query(wanted): Query<Wanted>) -> Result<Response, Problem> {
    let form = CreationForm { from: wanted.from, ..CreationForm::default() };
    page(&creator, form, StatusCode::OK).await
}

/// Makes a script.
pub(crate) async fn create(creator: Creator, form: Form) -> Result<Response, Problem> {
    let surveys = creator.read(trigger::surveys).await?;
    let template = gallery::find(form.text("from"));
    let mut sent = CreationForm {
        from: form.text("from").to_owned(),
        title: form.text("title").to_owned(),
        name: form.text("name").to_owned(),
        trigger: TriggerForm::sent(&form, surveys),
        ..CreationForm::default()
    };
    let name = ScriptName::parse(&sent.name);
    if let Err(refusal) = &name {
        sent.errors.push(("name".to_owned(), refusal.to_string()));
    }
    let trigger = match template {
        Some(template) => of_template(template, &mut sent),
        None => sent.trigger.read(Parameters::default()),
    };
    sent.errors.append(&mut sent.trigger.errors.clone());
    let (Ok(name), Some(trigger)) = (name, trigger) else {
        return page(&creator, sent, StatusCode::UNPROCESSABLE_ENTITY).await;
    };
    let settings = verbs::Settings { title: Some(sent.title.clone()), trigger: Some(trigger), switch: None };
    match make(&creator, name, settings, template).await {
        Ok(id) => Ok(Redirect::to(&format!("{}/{id}", super::base(&creator))).into_response()),
        Err(actions::Error::Taken(message)) => {
            sent.errors.push(("name".to_owned(), message));
            page(&creator, sent, StatusCode::UNPROCESSABLE_ENTITY).await
        }
        Err(actions::Error::Invalid { faults }) => {
            sent.errors.extend(faults.iter().map(beside));
            page(&creator, sent, StatusCode::UNPROCESSABLE_ENTITY).await
        }
        Err(error) => Err(error.into()),
    }
}

/// Templates by what starts them, in the order of the gallery.
pub(super) fn groups() -> Vec<Group> {
    let order = [
        (TriggerName::Responded, "responded", "After responses are stored"),
        (TriggerName::Validate, "validate", "Before a response is accepted"),
        (TriggerName::Page, "page", "Pages"),
        (TriggerName::Schedule, "schedule", "By the clock"),
        (TriggerName::Manual, "manual", "By hand"),
    ];
    let of = |wanted: TriggerName| gallery::templates().iter().filter(|it| it.trigger == wanted).collect();
    order.into_iter().map(|(trigger, id, title)| Group { id, title, templates: of(trigger) }).collect()
}

async fn make(
    creator: &Creator,
    name: ScriptName,
    settings: verbs::Settings,
    template: Option<&'static Offered>,
) -> Result<canvass_model::id::ScriptId, actions::Error> {
    let allowance =
        Allowance::of(&creator.tenant().plan.plan()).ok_or_else(|| actions::Error::Limit(super::plan(creator)))?;
    let source = match template {
        Some(template) => template.source.clone(),
        None => Source::parse(FIRST_LINES).map_err(|refusal| actions::Error::Refused(refusal.to_string()))?,
    };
    creator
        .write(move |tx, by| {
            let script = verbs::create(tx, by, &allowance, (&name, &settings), &source)?;
            let examples = template.map(|it| it.examples.as_slice()).unwrap_or_default();
            if !examples.is_empty() {
                let tests: Vec<verbs::Changes> = examples.iter().map(test).collect();
                verbs::replace_tests(tx, by, &name, &tests)?;
            }
            Ok(script.id)
        })
        .await
}

fn test(example: &gallery::Example) -> verbs::Changes {
    verbs::Changes {
        name: example.name.clone(),
        given: example.given.clone(),
        parameters: example.parameters.clone(),
        expectation: example.expectation.clone(),
    }
}

/// The trigger of a template; a survey it belongs to is chosen in the form.
fn of_template(template: &Offered, form: &mut CreationForm) -> Option<Trigger> {
    let survey = canvass_model::id::SurveyId::parse(&form.trigger.survey);
    let trigger = match template.trigger {
        TriggerName::Manual => Some(Trigger::Manual(template.parameters.clone())),
        TriggerName::Page => Some(Trigger::Page),
        TriggerName::Module => Some(Trigger::Module),
        TriggerName::Schedule => template.schedule.clone().map(Trigger::Schedule),
        TriggerName::Validate => survey.map(Trigger::Validate),
        TriggerName::Responded => survey.map(Trigger::Responded),
    };
    if trigger.is_none() {
        form.errors.push(("survey".to_owned(), "Choose a survey; make one first if there is none".to_owned()));
    }
    trigger
}

/// A fault of a script's settings, beside its field.
pub(super) fn beside(fault: &Fault) -> (String, String) {
    let field = match fault.pointer.as_str() {
        "/title" => "title",
        "/trigger/survey" => "survey",
        _ => "name",
    };
    (field.to_owned(), fault.message.clone())
}

async fn page(creator: &Creator, mut form: CreationForm, status: StatusCode) -> Result<Response, Problem> {
    let plan = super::plan(creator);
    if !plan.is_empty() {
        return Err(Problem::Action(actions::Error::Limit(plan)));
    }
    let template = gallery::find(&form.from);
    if form.trigger.triggers.is_empty() {
        let surveys = creator.read(trigger::surveys).await?;
        form.trigger = TriggerForm::of(&Trigger::default(), surveys);
    }
    if let Some(template) = template {
        form.is_bound = matches!(template.trigger, TriggerName::Validate | TriggerName::Responded);
        if status == StatusCode::OK {
            template.title.clone_into(&mut form.title);
            template.name.as_str().clone_into(&mut form.name);
        }
    }
    form.is_free = template.is_none();
    let choice = match template {
        Some(template) => Choice::Template(shown(template)),
        None if form.from.is_empty() => Choice::Gallery(groups()),
        None => Choice::Nothing,
    };
    let page = NewPage { shell: creator.shell(ConsoleArea::Scripts).await?, base: super::base(creator), choice, form };
    Ok((status, Html(page.render()?)).into_response())
}

fn shown(template: &Offered) -> Shown {
    Shown {
        title: template.title.clone(),
        summary: template.summary.clone(),
        setup: template.setup.clone(),
        source: template.source.as_str().to_owned(),
        examples: template.examples.iter().map(|it| it.name.clone()).collect(),
    }
}
