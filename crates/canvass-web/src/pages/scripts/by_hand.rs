//! Running a script by hand: this file is about its form, and about what the run came to.

use askama::Template;
use axum::{
    extract::Path,
    http::StatusCode,
    response::{Html, IntoResponse, Response},
};
use canvass_actions::{
    self as actions,
    scripts::{Member, manual},
};
use canvass_model::script::{Trigger, TriggerName};

use super::{
    Opened,
    fields::{self, Control, Field},
    trigger,
};
use crate::{
    Problem,
    access::Creator,
    form::Form,
    layout::{ConsoleArea, ConsoleShell},
    view::{
        run_outcome::{Answer, RunOutcome},
        script_head::{ScriptHead, Tab},
    },
};

#[derive(Template)]
#[template(path = "console/script_run_new.html")]
struct NewRunPage {
    shell: ConsoleShell,
    head: ScriptHead,
    fields: Vec<Field>,
    errors: Vec<(String, String)>,
    refusal: String,
    outcome: Option<RunOutcome>,
}

/// The form of a script that is run by hand.
pub(crate) async fn new(creator: Creator, Path((_, script)): Path<(String, String)>) -> Result<Response, Problem> {
    let opened = super::open(&creator, &script).await?;
    let fields = match &opened.script.trigger {
        Trigger::Manual(parameters) => fields::blank(parameters, &creator.read(trigger::surveys).await?),
        Trigger::Page | Trigger::Validate(_) | Trigger::Responded(_) | Trigger::Schedule(_) | Trigger::Module => vec![],
    };
    new_page(&creator, &opened, (fields, Vec::new()), (Ok(None), StatusCode::OK)).await
}

/// Runs the live version, for good.
pub(crate) async fn create(
    creator: Creator,
    Path((_, script)): Path<(String, String)>,
    form: Form,
) -> Result<Response, Problem> {
    let opened = super::open(&creator, &script).await?;
    let (fields, checked) = match &opened.script.trigger {
        Trigger::Manual(parameters) => {
            let surveys = creator.read(trigger::surveys).await?;
            let entered = fields::entered(parameters, &surveys, &form);
            (entered.fields, entered.checked)
        }
        Trigger::Page | Trigger::Validate(_) | Trigger::Responded(_) | Trigger::Schedule(_) | Trigger::Module => {
            (Vec::new(), Ok(serde_json::Value::Null))
        }
    };
    let parameters = match checked {
        Ok(parameters) => parameters,
        Err(errors) => {
            return new_page(&creator, &opened, (fields, errors), (Ok(None), StatusCode::UNPROCESSABLE_ENTITY)).await;
        }
    };
    let asked = manual::Asked { parameters, given: None, what: manual::What::Live };
    let member = creator.as_member().map(Member::from);
    let (scripts, tenant, _) = creator.scripting();
    match manual::run(scripts, tenant, member, (&opened.script.name, asked)).await {
        Ok(ended) => {
            let outcome = super::code::ended_well(&creator, &opened.script, &ended, false);
            new_page(&creator, &opened, (fields, Vec::new()), (Ok(Some(outcome)), StatusCode::OK)).await
        }
        Err(actions::Error::Refused(words) | actions::Error::Unavailable(words)) => {
            new_page(&creator, &opened, (fields, Vec::new()), (Err(words), StatusCode::CONFLICT)).await
        }
        Err(error) => Err(error.into()),
    }
}

/// Whether members run such a script for good.
pub(super) fn is_possible(trigger: TriggerName) -> bool {
    match trigger {
        TriggerName::Manual | TriggerName::Schedule => true,
        TriggerName::Page | TriggerName::Validate | TriggerName::Responded | TriggerName::Module => false,
    }
}

async fn new_page(
    creator: &Creator,
    opened: &Opened,
    (fields, errors): (Vec<Field>, Vec<(String, String)>),
    (ended, status): (Result<Option<RunOutcome>, String>, StatusCode),
) -> Result<Response, Problem> {
    let (outcome, refusal) = match ended {
        Ok(outcome) => (outcome, String::new()),
        Err(refusal) => (None, refusal),
    };
    let page = NewRunPage {
        shell: creator.shell(ConsoleArea::Scripts).await?,
        head: opened.head(creator, Tab::Runs),
        fields,
        errors,
        refusal,
        outcome,
    };
    Ok((status, Html(page.render()?)).into_response())
}
