//! An upload from a page's form: this file is about taking in the file, and giving the form back with it chosen.

use axum::{
    extract::Request,
    http::StatusCode,
    response::{IntoResponse, Response},
};
use canvass_actions as actions;
use canvass_model::{file::File, id::PageId, page::Kind};

use super::form::{Desk, FormPage};
use crate::{Problem, access::Creator, form::Form, upload};

/// Uploads the file of a form that is not sent yet; everything else in it stays as it was typed.
pub(crate) async fn create(creator: Creator, request: Request) -> Result<Response, Problem> {
    let sent = match upload::form(&creator, request).await {
        Ok(sent) => sent,
        Err(problem) => return refused(&creator, Form(Vec::new()), problem).await,
    };
    let Some((name, arrived)) = sent.file else {
        let problem = actions::Error::Refused("Choose a file to upload".to_owned()).into();
        return refused(&creator, sent.form, problem).await;
    };
    let plan = creator.tenant().plan.plan();
    let made =
        creator.keep(arrived, move |tx, by, arrived| Ok(actions::files::create(tx, by, &plan, (&name, arrived))?));
    match made.await {
        Ok(file) => {
            let page = page(&creator, chosen(sent.form, &file)).await?;
            super::show(&page.told("uploaded"), StatusCode::OK)
        }
        Err(problem) => refused(&creator, sent.form, problem).await,
    }
}

/// The form with the new file chosen, named after it unless it has a title.
fn chosen(mut form: Form, file: &File) -> Form {
    let is_untitled = form.text("title").is_empty();
    form.0.retain(|(name, _)| name != "target" && name != "do" && !(is_untitled && name == "title"));
    form.0.push(("target".to_owned(), file.id.to_string()));
    if is_untitled {
        form.0.push(("title".to_owned(), file.name.stem().to_owned()));
    }
    form
}

/// The form again, with why the file was refused. What is wrong with the request itself is a page of its own.
async fn refused(creator: &Creator, form: Form, problem: Problem) -> Result<Response, Problem> {
    let words = match &problem {
        Problem::FileTooLarge(words)
        | Problem::Action(actions::Error::Limit(words) | actions::Error::Refused(words)) => {
            format!("{words}.")
        }
        _ => return Err(problem),
    };
    let page = page(creator, form).await?.with_errors(vec![("file".to_owned(), words)]);
    let status = problem.into_response().status();
    super::show(&page, status)
}

async fn page(creator: &Creator, mut form: Form) -> Result<FormPage, Problem> {
    let id = match form.text("page") {
        "" => None,
        text => Some(PageId::parse(text).ok_or(Problem::NotFound)?),
    };
    if form.text("visibility").is_empty() {
        form.0.extend(super::fields::blank().0);
    }
    FormPage::sent(creator, Desk::find(creator, id).await?, &form, Kind::File).await
}
