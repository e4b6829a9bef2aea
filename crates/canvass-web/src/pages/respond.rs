//! Answering: this file is about the survey a respondent fills in.
//!
//! The form works without script: every section is in the page, one of them in sight, so that the answers of the others
//! travel along. A post that names no button (any program that filled the form in) is the submission itself.

mod attempt;
mod carried;
mod sheet;

use std::sync::Arc;

use askama::Template;
use axum::{
    http::{HeaderValue, StatusCode, header},
    response::{Html, IntoResponse, Redirect, Response},
};
use canvass_actions::{
    Error, live,
    live::{Door, Live},
};
use canvass_model::{
    answer::{Answers, Scope},
    time::Timestamp,
};

use self::{
    attempt::{Attempt, Go},
    sheet::Drawn,
};
use super::public::{self, Shown};
use crate::{
    Problem,
    access::{Entered, Site},
    form::Form,
};

#[derive(Template)]
#[template(path = "respond/thanks.html")]
struct ThanksPage<'a> {
    organisation: &'a str,
    site: &'a Site,
    survey_title: &'a str,
    words: String,
    draft: String,
}

/// The survey at an address, or its thank-you page.
pub(super) async fn show(entered: &Entered<'_>, shown: &Shown) -> Result<Response, Problem> {
    let (live, now) = find(entered).await?;
    if shown.thanks.is_some() {
        return thanks(entered, &live);
    }
    match live.door(now) {
        Some(Door::Open) => Ok(no_store(sheet::blank(entered, &live).await?)),
        Some(Door::Closed { since }) => closed(entered, &live, since),
        None => Err(Problem::NotFound),
    }
}

/// Takes answers: goes on to the next section, or accepts the response.
pub(super) async fn create(entered: &Entered<'_>, form: Form) -> Result<Response, Problem> {
    let (live, now) = find(entered).await?;
    match live.door(now) {
        Some(Door::Open) => {}
        Some(Door::Closed { since }) => return closed(entered, &live, since),
        None => return Err(Problem::NotFound),
    }
    let attempt = match Attempt::read(&live, form, now) {
        Ok(attempt) => attempt,
        Err(refused) => return refused.page(entered, &live),
    };
    match attempt.go {
        Go::Back => attempt.at(attempt.section.saturating_sub(1)).page(entered, &live, StatusCode::OK),
        Go::Next => next(entered, &live, &attempt),
        Go::Submit => submit(entered, &live, &attempt, now).await,
    }
}

fn next(entered: &Entered<'_>, live: &Live, attempt: &Attempt) -> Result<Response, Problem> {
    let Some(section) = live.definition.sections.get(attempt.section) else { return Err(Problem::NotFound) };
    let fields = attempt.fields_of(section);
    match Answers::from_form(&live.definition, &fields, Scope::Section(&section.id)) {
        Ok(_) => attempt.at(attempt.section + 1).page(entered, live, StatusCode::OK),
        Err(invalid) => {
            attempt.at(attempt.section).refused(invalid.refusals).page(entered, live, StatusCode::UNPROCESSABLE_ENTITY)
        }
    }
}

async fn submit(entered: &Entered<'_>, live: &Live, attempt: &Attempt, now: Timestamp) -> Result<Response, Problem> {
    let answers = match Answers::from_form(&live.definition, &attempt.fields, Scope::Survey) {
        Ok(answers) => answers,
        Err(invalid) => {
            let section = attempt::first_wrong(live, &invalid.refusals).unwrap_or(attempt.section);
            let drawn = attempt.at(section).refused(invalid.refusals);
            return drawn.page(entered, live, StatusCode::UNPROCESSABLE_ENTITY);
        }
    };
    let answers = match entered.respondent().check((live.survey.id, &live.definition), answers).await {
        Ok(answers) => answers,
        Err(refusals) => {
            let section = attempt::first_wrong(live, &refusals).unwrap_or(attempt.section);
            let drawn = attempt.at(section).refused(refusals);
            return drawn.page(entered, live, StatusCode::UNPROCESSABLE_ENTITY);
        }
    };
    let accepted = attempt.accept(live, &answers, now)?;
    if let Err(error) = entered.respondent().append(accepted).await {
        return not_accepted(entered, live, attempt, error);
    }
    Ok(Redirect::to(&format!("{}?thanks", entered.respondent().site().href(&live.page.address))).into_response())
}

/// Nothing was accepted: says so with the answers kept, when waiting helps or somebody else can.
fn not_accepted(entered: &Entered<'_>, live: &Live, attempt: &Attempt, error: Error) -> Result<Response, Problem> {
    let again = attempt.at(attempt.section);
    if let Error::Limit(_) = error {
        let words = "This survey cannot take more answers this month, so yours were not sent. Whoever asked you to answer \
                     can change that.";
        return again.noted(words).page(entered, live, StatusCode::CONFLICT);
    }
    let problem = Problem::from(error);
    let Some(seconds) = problem.retry_after_seconds() else { return Err(problem) };
    let words = "Your answers could not be saved just now, so nothing was sent; they are still in this form. Wait a \
                 moment, then send them again.";
    let mut response = again.noted(words).page(entered, live, StatusCode::SERVICE_UNAVAILABLE)?;
    response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
    Ok(response)
}

/// The survey that a page serves, from the cache, and the present moment.
async fn find(entered: &Entered<'_>) -> Result<(Arc<Live>, Timestamp), Problem> {
    let key = entered.page().address.key().clone();
    let name = format!("live:{}", key.as_str());
    let found =
        entered.respondent().cached(&name, move |tx| Ok::<_, Error>(live::load(tx, &key)?.map(Arc::new))).await?;
    let live = Option::clone(&found).ok_or(Problem::NotFound)?;
    Ok((live, entered.respondent().now()))
}

fn closed(entered: &Entered<'_>, live: &Live, since: Timestamp) -> Result<Response, Problem> {
    public::since(entered.respondent(), Some(live.definition.title_text()), since)
}

fn thanks(entered: &Entered<'_>, live: &Live) -> Result<Response, Problem> {
    let words = live.definition.thank_you.as_ref().map(|it| it.in_default().to_owned());
    let page = ThanksPage {
        organisation: entered.respondent().tenant().name.as_str(),
        site: entered.respondent().site(),
        survey_title: live.definition.title_text(),
        words: words.map_or_else(String::new, |it| canvass_model::markdown::to_html(&it)),
        draft: Drawn::draft(entered.respondent().tenant(), live),
    };
    Ok(no_store(Html(page.render()?).into_response()))
}

/// A page with a submission key of its own, or about a moment, is nobody else's.
fn no_store(mut response: Response) -> Response {
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}
