//! Secrets of scripts: this file is about setting and removing what scripts may know and nobody may read.

use askama::Template;
use axum::{
    extract::{Path, Query},
    http::StatusCode,
    response::{Html, IntoResponse, Redirect, Response},
};
use canvass_actions::{self as actions, scripts as verbs};
use canvass_model::script::{Allowance, SecretName};
use canvass_storage::scripts::secrets;

use crate::{
    Problem,
    access::Administrator,
    form::Form,
    layout::{ConsoleArea, ConsoleShell},
    pages::surveys::Happened,
    view::{moment, number},
};

/// Secrets listed: more than any plan includes.
const ROWS: u32 = 500;

#[derive(Template)]
#[template(path = "console/script_secrets.html")]
struct SecretsPage {
    shell: ConsoleShell,
    base: String,
    announcement: String,
    counted: String,
    secrets: Vec<Row>,
    given: String,
    text_help: String,
    errors: Vec<(String, String)>,
}

/// One secret.
struct Row {
    name: String,
    at: String,
    at_iso: String,
}

impl SecretsPage {
    fn error(&self, name: &str) -> &str {
        self.errors.iter().find(|(it, _)| it == name).map_or("", |(_, message)| message)
    }
}

/// The names of the secrets.
pub(crate) async fn index(administrator: Administrator, Query(happened): Query<Happened>) -> Result<Response, Problem> {
    let name = happened.it.unwrap_or_default();
    let announcement = match happened.did.as_deref() {
        Some("set") => format!("“{name}” is set."),
        Some("removed") => format!("“{name}” is removed."),
        _ => String::new(),
    };
    page(&administrator, announcement, (String::new(), Vec::new()), StatusCode::OK).await
}

/// Sets a secret.
pub(crate) async fn create(administrator: Administrator, form: Form) -> Result<Response, Problem> {
    let given = form.text("name").to_owned();
    let secret = form.find("secret").unwrap_or_default();
    let name = match SecretName::parse(&given) {
        Ok(name) => name,
        Err(refusal) => {
            let errors = vec![("name".to_owned(), refusal.to_string())];
            return page(&administrator, String::new(), (given, errors), StatusCode::UNPROCESSABLE_ENTITY).await;
        }
    };
    let (scripts, tenant, by) = administrator.scripting();
    match verbs::set_secret(scripts, tenant, by, (&name, secret)).await {
        Ok(()) => {
            Ok(Redirect::to(&format!("{}/secrets?did=set&it={name}", super::base(&administrator))).into_response())
        }
        Err(actions::Error::Refused(words) | actions::Error::Limit(words)) => {
            let errors = vec![("secret".to_owned(), words)];
            page(&administrator, String::new(), (given, errors), StatusCode::UNPROCESSABLE_ENTITY).await
        }
        Err(error) => Err(error.into()),
    }
}

/// Removes a secret.
pub(crate) async fn delete(
    administrator: Administrator,
    Path((_, name)): Path<(String, String)>,
) -> Result<Redirect, Problem> {
    let name = SecretName::parse(&name).map_err(|_| Problem::NotFound)?;
    let (_, tenant, by) = administrator.scripting();
    verbs::remove_secret(tenant, by, &name).await?;
    Ok(Redirect::to(&format!("{}/secrets?did=removed&it={name}", super::base(&administrator))))
}

async fn page(
    administrator: &Administrator,
    announcement: String,
    (given, errors): (String, Vec<(String, String)>),
    status: StatusCode,
) -> Result<Response, Problem> {
    let (found, now) = administrator.read(|tx| Ok::<_, actions::Error>((secrets::list(tx, ROWS)?, tx.now()))).await?;
    let most = Allowance::of(&administrator.tenant().plan.plan()).map_or(0, |it| it.secrets_max);
    let page = SecretsPage {
        shell: administrator.shell(ConsoleArea::Scripts).await?,
        base: super::base(administrator),
        announcement,
        counted: format!("{} of {most}", found.len()),
        secrets: found
            .into_iter()
            .map(|it| Row {
                name: it.name.to_string(),
                at: moment::ago(it.updated_at, now),
                at_iso: it.updated_at.to_string(),
            })
            .collect(),
        given,
        text_help: format!("At most {}. It is not shown again.", number::bytes(Allowance::SECRET_BYTES_MAX as u64)),
        errors,
    };
    Ok((status, Html(page.render()?)).into_response())
}
