//! Problem pages: this file is about what a person sees when a request failed.

use askama::Template;
use axum::response::Html;
use canvass_actions as actions;
use canvass_model::definition::Fault;

use crate::{Problem, log::RequestId};

#[derive(Template)]
#[template(path = "public/problem.html")]
struct ProblemPage<'a> {
    status: u16,
    title: String,
    advice: String,
    faults: &'a [Fault],
    /// Whether the cause lies with us.
    is_ours: bool,
    request: &'a str,
}

#[derive(Template)]
#[template(path = "respond/problem.html")]
struct HostedProblemPage<'a> {
    status: u16,
    title: String,
    advice: String,
    /// Whether the cause lies with us.
    is_ours: bool,
    request: &'a str,
}

/// The page for a problem. Of what went wrong on our side it says nothing but where the log has more.
pub(crate) fn page(problem: &Problem, request: &RequestId) -> Html<String> {
    let status = problem.code().status;
    let faults = match problem {
        Problem::Invalid { faults } | Problem::Action(actions::Error::Invalid { faults }) => faults.as_slice(),
        _ => &[],
    };
    let (title, advice) = words(problem);
    let is_ours = status.as_u16() == 500;
    let page = ProblemPage { status: status.as_u16(), title, advice, faults, is_ours, request: request.as_str() };
    Html(page.render().unwrap_or_else(|_| problem.to_string()))
}

/// The page for a problem at a host of a tenant's own: it leads to nothing of the product's.
pub(crate) fn hosted(problem: &Problem, request: &RequestId) -> Html<String> {
    let status = problem.code().status.as_u16();
    let (title, advice) = words(problem);
    let page = HostedProblemPage { status, title, advice, is_ours: status == 500, request: request.as_str() };
    Html(page.render().unwrap_or_else(|_| problem.to_string()))
}

fn words(problem: &Problem) -> (String, String) {
    let code = problem.code();
    let (title, advice) = match (code.name, code.status.as_u16()) {
        ("not-found", _) => (
            "There is no page here",
            "Check the address for a typing mistake. A link that worked before may belong to something that was removed.",
        ),
        ("suspended", _) => (
            "These pages are paused",
            "They take no answers at the moment. What was already answered is kept. Please try again later.",
        ),
        ("cross-site", _) => {
            ("This form came from another site", "Nothing was changed. Open the page here and send it again.")
        }
        ("busy", _) => {
            ("Canvass is busy for a moment", "Nothing was saved from this request. Try again in a few seconds.")
        }
        ("forbidden", _) => ("You may not do this", ""),
        ("too-many-requests", _) => ("Too many requests", ""),
        ("script-failed", _) => ("This page could not be made", ""),
        (_, 500) => {
            ("Something went wrong on our side", "Nothing is lost that was confirmed before. Try again in a moment.")
        }
        _ => ("That did not work", ""),
    };
    let advice = if advice.is_empty() { format!("{problem}.") } else { advice.to_owned() };
    (title.to_owned(), advice)
}
