//! Signing up: this file is about the form that makes a tenant, and the page that follows its making.

mod checked;
mod progress;

use askama::Template;
use axum::{
    Json,
    extract::Query,
    http::StatusCode,
    response::{Html, IntoResponse, Redirect, Response},
};
use canvass_actions::{self as actions, signing_up};
use canvass_model::{alias::Alias, plan::PlanId, tenant::Region};
use serde::{Deserialize, Serialize};

pub(crate) use self::progress::{events, show};
use super::sign_in;
use crate::{Problem, Settings, access::Visitor, form::Form, view::questions::fresh_key};

#[derive(Template)]
#[template(path = "public/sign_up.html")]
struct SignUpPage<'a> {
    key: String,
    form: &'a Form,
    errors: Vec<(String, String)>,
    host: &'a str,
    regions: &'a [Region],
    plans: Vec<Offer>,
    terms_version: &'a str,
    terms_url: Option<&'a String>,
}

/// A plan as offered.
struct Offer {
    value: &'static str,
    name: &'static str,
    who: &'static str,
    lines: Vec<String>,
}

/// What the address field asks while one types.
#[derive(Deserialize)]
pub(crate) struct Question {
    /// A name to suggest an address for.
    pub(crate) name: Option<String>,
    /// An address to check.
    pub(crate) alias: Option<String>,
}

/// Whether an address can be had.
#[derive(Serialize)]
pub(crate) struct Verdict {
    pub(crate) alias: String,
    pub(crate) free: bool,
    pub(crate) message: String,
}

impl SignUpPage<'_> {
    fn error(&self, field: &str) -> &str {
        self.errors.iter().find(|(name, _)| name == field).map_or("", |(_, message)| message)
    }

    fn plan(&self) -> &str {
        match self.form.text("plan") {
            "" => PlanId::Trial.as_str(),
            plan => plan,
        }
    }
}

/// The form.
pub(crate) async fn new(visitor: Visitor) -> Result<Html<String>, Problem> {
    let form = Form(Vec::new());
    Ok(Html(page(visitor.settings(), &form, Vec::new(), fresh_key().as_str()).render()?))
}

/// Suggests and checks an address while one types.
pub(crate) async fn alias(visitor: Visitor, Query(question): Query<Question>) -> Result<Json<Verdict>, Problem> {
    let alias = match (&question.alias, &question.name) {
        (Some(text), _) => match Alias::parse(text) {
            Ok(alias) => alias,
            Err(refusal) => {
                return Ok(Json(Verdict { alias: text.clone(), free: false, message: refusal.to_string() }));
            }
        },
        (None, name) => Alias::suggest(name.as_deref().unwrap_or_default()),
    };
    let is_suggestion = question.alias.is_none();
    let wanted = alias.clone();
    let (free, others) = visitor
        .read(move |tx| {
            let free = signing_up::alias_is_free(tx, &wanted)?;
            let others = if free { Vec::new() } else { signing_up::suggestions(tx, &wanted)? };
            Ok::<_, actions::Error>((free, others))
        })
        .await?;
    Ok(Json(match others.first() {
        _ if free => Verdict { message: format!("{alias} is free"), alias: alias.to_string(), free },
        Some(other) if is_suggestion => {
            Verdict { alias: other.to_string(), free: true, message: format!("{other} is free") }
        }
        Some(other) => {
            Verdict { message: format!("{alias} is taken; {other} is free"), alias: alias.to_string(), free }
        }
        None => Verdict { message: format!("{alias} is taken"), alias: alias.to_string(), free },
    }))
}

/// Accepts a sign-up and goes to the page that follows it.
pub(crate) async fn create(visitor: Visitor, form: Form) -> Result<Response, Problem> {
    let key = form.text("key").to_owned();
    let new = match checked::read(&form, visitor.settings()) {
        Ok(new) if !key.is_empty() && key.len() <= 100 => new,
        Ok(_) => {
            let again = vec![("name".to_owned(), "This form is out of date; send it again".to_owned())];
            return refuse(visitor.settings(), &form, again, fresh_key().as_str());
        }
        Err(errors) => return refuse(visitor.settings(), &form, errors, &key),
    };
    let client = sign_in::client(&visitor);
    let asked_key = format!("sign-up:{key}");
    let asked =
        visitor.act(|directory| async move { signing_up::request(&directory, &new, &asked_key, &client).await }).await;
    match asked {
        Ok(job) => Ok(Redirect::to(&format!("/-/signup/progress/{job}")).into_response()),
        Err(actions::Error::Taken(words)) => refuse(visitor.settings(), &form, vec![("alias".to_owned(), words)], &key),
        Err(actions::Error::Refused(words)) => {
            refuse(visitor.settings(), &form, vec![("password".to_owned(), words)], &key)
        }
        Err(error) => Err(error.into()),
    }
}

fn refuse(settings: &Settings, form: &Form, errors: Vec<(String, String)>, key: &str) -> Result<Response, Problem> {
    Ok((StatusCode::UNPROCESSABLE_ENTITY, Html(page(settings, form, errors, key).render()?)).into_response())
}

fn page<'a>(settings: &'a Settings, form: &'a Form, errors: Vec<(String, String)>, key: &str) -> SignUpPage<'a> {
    SignUpPage {
        key: key.to_owned(),
        form,
        errors,
        host: settings.base_url.split_once("://").map_or(settings.base_url.as_str(), |(_, host)| host),
        regions: &settings.regions,
        plans: PlanId::ALL.into_iter().map(offer).collect(),
        terms_version: &settings.terms_version,
        terms_url: settings.terms_url.as_ref(),
    }
}

fn offer(id: PlanId) -> Offer {
    let plan = id.plan();
    let (name, who) = match id {
        PlanId::Trial => ("Trial", "Free for 30 days"),
        PlanId::Individual => ("Individual", "For yourself"),
        PlanId::Standard => ("Standard", "For a team"),
        PlanId::Premium => ("Premium", "For an organisation"),
    };
    let members = match plan.members_max {
        Some(1) => "1 member".to_owned(),
        Some(count) => format!("{count} members"),
        None => "Any number of members".to_owned(),
    };
    let surveys = match plan.active_surveys_max {
        1 => "1 open survey".to_owned(),
        count => format!("{count} open surveys"),
    };
    let lines = vec![
        members,
        format!("{surveys} for {} days", plan.duration_days_max()),
        format!("{} responses a month", crate::view::number::grouped(plan.responses_month_max)),
    ];
    Offer { value: id.as_str(), name, who, lines }
}
