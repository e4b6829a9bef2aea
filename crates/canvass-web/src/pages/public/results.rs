//! Shared results: this file is about what everybody may see of a survey's summary.

use askama::Template;
use axum::response::Response;
use canvass_actions::{Error, results};
use canvass_model::{id::SurveyId, page::Visibility, summary::Summary};

use super::caching;
use crate::{
    Problem,
    access::{Entered, Site},
    view::{
        chart::{self, Body, SharedChart},
        number,
    },
};

/// A survey's results, drawn for everybody.
struct Drawn {
    survey_title: String,
    responses: u64,
    charts: Vec<SharedChart>,
}

#[derive(Template)]
#[template(path = "respond/results.html")]
struct ResultsPage<'a> {
    organisation: &'a str,
    site: &'a Site,
    title: String,
    canonical: String,
    listed: bool,
    total: String,
    is_one: bool,
    is_shown: bool,
    least: u64,
    charts: &'a [SharedChart],
}

/// The results, less than a second old.
pub(super) async fn show(entered: &Entered<'_>, survey: SurveyId) -> Result<Response, Problem> {
    let respondent = entered.respondent();
    let drawn = respondent
        .cached_briefly(&format!("results:{survey}"), move |tx| {
            let found = results::shared(tx, survey)?;
            Ok::<_, Error>(found.map(|it| Drawn {
                survey_title: it.definition.title_text().to_owned(),
                responses: it.summary.responses,
                charts: chart::shared(&it.definition, &it.summary),
            }))
        })
        .await?;
    let drawn = drawn.as_ref().as_ref().ok_or(Problem::NotFound)?;
    let (page, site) = (entered.page(), respondent.site());
    let title = if page.title.is_empty() { format!("Results of {}", drawn.survey_title) } else { page.title.clone() };
    let shown = ResultsPage {
        organisation: respondent.tenant().name.as_str(),
        title,
        canonical: site.canonical(&page.address),
        listed: page.visibility == Visibility::Public,
        total: number::grouped(drawn.responses),
        is_one: drawn.responses == 1,
        is_shown: Summary::SHARED_ANSWERS_MIN <= drawn.responses,
        least: Summary::SHARED_ANSWERS_MIN,
        charts: &drawn.charts,
        site,
    };
    Ok(caching::page(page.visibility, caching::HTML, shown.render()?))
}
