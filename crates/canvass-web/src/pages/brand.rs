//! The brand: this file is about the console page on which a tenant chooses how its public pages look, and about serving
//! what was chosen.

mod form;
mod sample;

use askama::Template;
use axum::{
    extract::{Multipart, Path, RawQuery},
    http::{HeaderValue, StatusCode, header},
    response::{Html, IntoResponse, Redirect, Response},
};
use canvass_actions::{self as actions, brand as verbs};
use canvass_format::style::{self, PartHelp, PropertyHelp};
use canvass_model::{
    brand::{ContentHash, Corners, Font, Scheme, Spacing, Welcome},
    definition::Fault,
    plan::Feature,
};
use canvass_storage::brand;

use self::form::{Chosen, Contrast};
use crate::{
    Problem,
    access::{Creator, Onlooker},
    assets,
    form::Form,
    layout::{ConsoleArea, ConsoleShell},
    view::look::Picture,
};

#[derive(Template)]
#[template(path = "console/brand.html")]
struct BrandPage {
    shell: ConsoleShell,
    chosen: Chosen,
    contrasts: Vec<Contrast>,
    css: String,
    has_css: bool,
    plan: &'static str,
    logo: Option<Picture>,
    can_undo: bool,
    preview: String,
    parts: Vec<PartHelp>,
    properties: Vec<PropertyHelp>,
    /// The field and what is wrong with it.
    errors: Vec<(String, String)>,
}

/// What is shown in place of what is stored: a form that was refused, or is tried out.
#[derive(Default)]
struct Shown {
    chosen: Option<Chosen>,
    css: Option<String>,
    errors: Vec<(String, String)>,
}

/// The page; with fields of the theme in its query, as they would look.
pub(crate) async fn show(creator: Creator, RawQuery(query): RawQuery) -> Result<Response, Problem> {
    let query = query.unwrap_or_default();
    if query.is_empty() {
        return page(&creator, Shown::default(), StatusCode::OK).await;
    }
    let chosen = Chosen::read(&form::fields(&query));
    let errors = match chosen.theme() {
        Ok(theme) => theme.faults().iter().map(form::named).collect(),
        Err(errors) => errors,
    };
    page(&creator, Shown { chosen: Some(chosen), css: None, errors }, StatusCode::OK).await
}

/// Sets the theme.
pub(crate) async fn update_theme(creator: Creator, form: Form) -> Result<Response, Problem> {
    let chosen = Chosen::read(&form);
    let theme = match chosen.theme() {
        Ok(theme) => theme,
        Err(errors) => return refused(&creator, Shown { chosen: Some(chosen), css: None, errors }).await,
    };
    match creator.write(move |tx, by| verbs::set_theme(tx, by, &theme)).await {
        Ok(_) => Ok(done(&creator)),
        Err(actions::Error::Invalid { faults }) => {
            let errors = faults.iter().map(of_fault).collect();
            refused(&creator, Shown { chosen: Some(chosen), css: None, errors }).await
        }
        Err(error) => Err(error.into()),
    }
}

/// Sets the tenant's own CSS.
pub(crate) async fn update_css(creator: Creator, form: Form) -> Result<Response, Problem> {
    let css = form.find("css").unwrap_or_default().replace("\r\n", "\n");
    let (plan, source) = (creator.tenant().plan.plan(), css.clone());
    let errors = match creator.write(move |tx, by| verbs::set_css(tx, by, &plan, &source)).await {
        Ok(_) => return Ok(done(&creator)),
        Err(actions::Error::Invalid { faults }) => faults.iter().map(of_fault).collect(),
        Err(actions::Error::Limit(words)) => vec![("css".to_owned(), words)],
        Err(error) => return Err(error.into()),
    };
    refused(&creator, Shown { chosen: None, css: Some(css), errors }).await
}

/// Sets the logo.
pub(crate) async fn create_logo(creator: Creator, upload: Multipart) -> Result<Response, Problem> {
    let bytes = file(upload).await?;
    let logo = match verbs::read_logo(&creator.settings().artist, bytes).await {
        Ok(logo) => logo,
        Err(actions::Error::Refused(words)) => {
            let errors = vec![("logo".to_owned(), words)];
            return refused(&creator, Shown { errors, ..Shown::default() }).await;
        }
        Err(error) => return Err(error.into()),
    };
    creator.write(move |tx, by| verbs::set_logo(tx, by, &logo)).await?;
    Ok(done(&creator))
}

/// Removes the logo.
pub(crate) async fn delete_logo(creator: Creator) -> Result<Response, Problem> {
    creator.write(verbs::remove_logo).await?;
    Ok(done(&creator))
}

/// Takes the last change back.
pub(crate) async fn undo(creator: Creator) -> Result<Response, Problem> {
    creator.write(verbs::undo).await?;
    Ok(done(&creator))
}

/// A sample survey as it would look with the theme in the query.
pub(crate) async fn preview(creator: Creator, RawQuery(query): RawQuery) -> Result<Response, Problem> {
    let sheet = format!("/-/console/{}/brand/preview.css?{}", creator.tenant().alias, query.unwrap_or_default());
    let html = sample::page(&creator, sheet).await?;
    Ok(Html(html).into_response())
}

/// The style sheet of a sample survey. A theme that cannot be read is shown as it is: the page beside it says why.
pub(crate) async fn preview_sheet(creator: Creator, RawQuery(query): RawQuery) -> Result<Response, Problem> {
    let brand = creator.read(verbs::find).await?;
    let query = query.unwrap_or_default();
    let theme = if query.is_empty() { Ok(brand.theme.clone()) } else { Chosen::read(&form::fields(&query)).theme() };
    let theme = theme.map_err(|_| Problem::BadRequest("These are not the fields of a theme".to_owned()))?;
    // What the CSS there is cannot be read in is shown without it.
    let own = style::compile(&brand.css, &theme).unwrap_or_default();
    let headers = [(header::CONTENT_TYPE, HeaderValue::from_static("text/css; charset=utf-8"))];
    Ok((headers, style::sheet(&theme, &own)).into_response())
}

/// A tenant's style sheet or logo, for ever: another content has another address.
pub(crate) async fn serve(onlooker: Onlooker, Path((_, file)): Path<(String, String)>) -> Result<Response, Problem> {
    let (name, kind) = file.rsplit_once('.').ok_or(Problem::NotFound)?;
    let hash = ContentHash::parse(name).ok_or(Problem::NotFound)?;
    match kind {
        "css" => {
            let found = onlooker.cached("brand", brand::find).await?;
            let sheet = Option::as_ref(&found).filter(|it| it.sheet_hash == hash).ok_or(Problem::NotFound)?;
            Ok(assets::for_ever("text/css; charset=utf-8", sheet.sheet.clone()))
        }
        "png" => {
            let png = onlooker.read(move |tx| brand::logo(tx, &hash)).await?.ok_or(Problem::NotFound)?;
            Ok(assets::for_ever("image/png", png))
        }
        _ => Err(Problem::NotFound),
    }
}

/// The file of an upload, its first field.
async fn file(mut upload: Multipart) -> Result<Vec<u8>, Problem> {
    let broken = |_| Problem::BadRequest("The file did not arrive whole; choose it again".to_owned());
    match upload.next_field().await.map_err(broken)? {
        Some(field) => Ok(field.bytes().await.map_err(broken)?.to_vec()),
        None => Ok(Vec::new()),
    }
}

fn done(creator: &Creator) -> Response {
    Redirect::to(&format!("/-/console/{}/brand", creator.tenant().alias)).into_response()
}

async fn refused(creator: &Creator, shown: Shown) -> Result<Response, Problem> {
    page(creator, shown, StatusCode::UNPROCESSABLE_ENTITY).await
}

async fn page(creator: &Creator, shown: Shown, status: StatusCode) -> Result<Response, Problem> {
    let (brand, can_undo) =
        creator.read(|tx| Ok::<_, actions::Error>((verbs::find(tx)?, brand::has_previous(tx)?))).await?;
    let shell = creator.shell(ConsoleArea::Brand).await?;
    let preview = match &shown.chosen {
        Some(chosen) => format!("?{}", chosen.query()),
        None => String::new(),
    };
    let chosen = shown.chosen.unwrap_or_else(|| Chosen::of(&brand));
    let page = BrandPage {
        contrasts: chosen.contrasts(),
        chosen,
        css: shown.css.unwrap_or(brand.css),
        has_css: creator.tenant().plan.plan().includes(Feature::Css),
        plan: creator.tenant().plan.as_str(),
        logo: shell.look.logo.clone(),
        can_undo,
        preview: format!("/-/console/{}/brand/preview{preview}", creator.tenant().alias),
        parts: style::parts(),
        properties: style::properties(),
        errors: shown.errors,
        shell,
    };
    Ok((status, Html(page.render()?)).into_response())
}

/// The field a fault belongs to, and its words.
fn of_fault(fault: &Fault) -> (String, String) {
    let field = fault.pointer.trim_start_matches("/theme").trim_start_matches('/').replace('/', "_");
    (field, fault.message.clone())
}

impl BrandPage {
    fn error(&self, field: &str) -> &str {
        self.errors.iter().find(|(name, _)| name == field).map_or("", |(_, message)| message)
    }

    /// Every refusal of the CSS.
    fn css_errors(&self) -> Vec<&str> {
        self.errors.iter().filter(|(name, _)| name == "css").map(|(_, message)| message.as_str()).collect()
    }
}
