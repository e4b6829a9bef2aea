//! The preview: this file is about a draft drawn as respondents will see it. It can be filled in; nothing is kept.

use askama::Template;
use axum::{
    extract::Path,
    http::StatusCode,
    response::{Html, IntoResponse, Response},
};
use canvass_actions::surveys::find_draft;
use canvass_model::{
    answer::{Answers, OTHER_SUFFIX, Refusal, Scope},
    definition::{Definition, Kind, Language},
    markdown,
};

use super::id;
use crate::{
    Problem,
    access::{Analyst, Site},
    form::Form,
    view::questions::Sheet,
};

#[derive(Template)]
#[template(path = "console/builder_preview.html")]
struct PreviewPage<'a> {
    organisation: &'a str,
    site: &'a Site,
    sheet: Sheet<'a>,
    action: String,
    builder: String,
    is_over: bool,
    thanks: String,
}

/// What was tried out so far.
#[derive(Default)]
struct Trial {
    given: Vec<(String, String)>,
    refusals: Vec<Refusal>,
    section: usize,
    is_over: bool,
}

/// The draft as a form.
pub(crate) async fn preview(analyst: Analyst, Path((_, survey)): Path<(String, String)>) -> Result<Response, Problem> {
    let definition = find(&analyst, &survey).await?;
    page(&analyst, &survey, &definition, &Trial::default()).await
}

/// Goes on to the next section as the published form would, checks the answers, and throws them away.
pub(crate) async fn answer(
    analyst: Analyst,
    Path((_, survey)): Path<(String, String)>,
    form: Form,
) -> Result<Response, Problem> {
    let definition = find(&analyst, &survey).await?;
    let in_sight = form.text("_section").to_owned();
    let at = definition.sections.iter().position(|it| it.id.as_str() == in_sight).unwrap_or(0);
    let go = form.text("_go").to_owned();
    let given: Vec<_> = form.0.into_iter().filter(|(name, _)| !name.starts_with('_')).collect();
    let trial = match go.as_str() {
        "back" => Trial { section: at.saturating_sub(1), given, ..Trial::default() },
        "next" => next(&definition, at, given),
        _ => submit(&definition, at, given),
    };
    page(&analyst, &survey, &definition, &trial).await
}

fn next(definition: &Definition, at: usize, given: Vec<(String, String)>) -> Trial {
    let Some(section) = definition.sections.get(at) else { return Trial::default() };
    let belongs = |name: &str| {
        let name = name.strip_suffix(OTHER_SUFFIX).unwrap_or(name);
        section.questions.iter().any(|it| it.id.as_str() == name)
    };
    let own: Vec<_> = given.iter().filter(|(name, _)| belongs(name)).cloned().collect();
    match Answers::from_form(definition, &own, Scope::Section(&section.id)) {
        Ok(_) => Trial { section: at + 1, given, ..Trial::default() },
        Err(invalid) => Trial { section: at, given, refusals: invalid.refusals, is_over: false },
    }
}

fn submit(definition: &Definition, at: usize, given: Vec<(String, String)>) -> Trial {
    match Answers::from_form(definition, &given, Scope::Survey) {
        Ok(_) => Trial { is_over: true, ..Trial::default() },
        Err(invalid) => {
            let is_wrong = |it: &Refusal| it.question.clone();
            let wrong: Vec<_> = invalid.refusals.iter().filter_map(is_wrong).collect();
            let section = definition.sections.iter().position(|it| it.questions.iter().any(|q| wrong.contains(&q.id)));
            Trial { section: section.unwrap_or(at), given, refusals: invalid.refusals, is_over: false }
        }
    }
}

async fn find(analyst: &Analyst, survey: &str) -> Result<Definition, Problem> {
    let survey = id(survey)?;
    analyst.read(move |tx| Ok::<_, Problem>(find_draft(tx, survey)?.definition)).await
}

async fn page(analyst: &Analyst, survey: &str, definition: &Definition, trial: &Trial) -> Result<Response, Problem> {
    let builder = format!("/-/console/{}/surveys/{survey}", analyst.tenant().alias);
    let fallback = Language::english();
    let page = PreviewPage {
        organisation: analyst.tenant().name.as_str(),
        site: &Site::below(&analyst.tenant().alias, &analyst.settings().base_url).looking(analyst.look().await?),
        sheet: Sheet {
            definition,
            language: definition.languages.first().unwrap_or(&fallback),
            given: &trial.given,
            refusals: &trial.refusals,
            current: trial.section.min(definition.sections.len().saturating_sub(1)),
        },
        action: format!("{builder}/preview"),
        builder,
        is_over: trial.is_over,
        thanks: definition.thank_you.as_ref().map_or_else(String::new, |it| markdown::to_html(it.in_default())),
    };
    let status = if trial.refusals.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    Ok((status, Html(page.render()?)).into_response())
}
