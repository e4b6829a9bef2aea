//! A sample survey: this file is about a page that shows every part a tenant may style.

use std::sync::Arc;

use askama::Template;
use canvass_model::{
    answer::Refusal,
    definition::{Definition, Kind, Language, QuestionId},
};

use crate::{
    Problem,
    access::{Creator, Site},
    view::{look::Look, questions::Sheet},
};

/// What the sample asks.
const SAMPLE: &str = include_str!("sample.json");

#[derive(Template)]
#[template(path = "console/brand_sample.html")]
struct SamplePage<'a> {
    organisation: &'a str,
    site: &'a Site,
    sheet: Sheet<'a>,
}

/// The page, dressed in the style sheet at this address.
pub(super) async fn page(creator: &Creator, sheet: String) -> Result<String, Problem> {
    let definition =
        Definition::parse_text(SAMPLE).map_err(|_| Problem::Internal("the sample is broken".to_owned()))?;
    let look = Look { sheet: Some(sheet), ..Look::clone(&*creator.look().await?) };
    let given = [("product", "desk"), ("stars", "4"), ("ease", "5"), ("name", "Ada")];
    let wrong = QuestionId::parse("count").ok();
    let message = "Write a whole number, like 12".to_owned();
    let refusal = Refusal { question: wrong, field: "count".to_owned(), pointer: "/count".to_owned(), message };
    let fallback = Language::english();
    let page = SamplePage {
        organisation: creator.tenant().name.as_str(),
        site: &Site::below(&creator.tenant().alias, &creator.settings().base_url).looking(Arc::new(look)),
        sheet: Sheet {
            definition: &definition,
            language: definition.languages.first().unwrap_or(&fallback),
            given: &given.map(|(name, value)| (name.to_owned(), value.to_owned())),
            refusals: &[refusal],
            current: 0,
        },
    };
    Ok(page.render()?)
}
