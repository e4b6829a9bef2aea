//! Scripts thrown away: this file is about the trash, bringing one back, and deleting for good.

use std::collections::HashMap;

use askama::Template;
use axum::{
    extract::{Path, Query},
    response::{Html, Redirect},
};
use canvass_actions::{self as actions, scripts as verbs};
use canvass_model::{
    id::{ScriptId, SurveyId},
    script::Script,
};
use canvass_storage::{scripts, surveys};

use crate::{
    Problem,
    access::{Analyst, Creator, Person},
    layout::{ConsoleArea, ConsoleShell},
    pages::surveys::Happened,
    view::{moment, script_head},
};

#[derive(Template)]
#[template(path = "console/script_trash.html")]
struct TrashPage {
    shell: ConsoleShell,
    base: String,
    may_write: bool,
    may_keep_secrets: bool,
    notice: Option<String>,
    announcement: String,
    days: i64,
    rows: Vec<Row>,
}

/// One script in the trash.
struct Row {
    id: String,
    title: String,
    trigger: String,
    gone: String,
    gone_iso: String,
}

/// The scripts in the trash, the latest first.
pub(crate) async fn index(analyst: Analyst, Query(happened): Query<Happened>) -> Result<Html<String>, Problem> {
    let (found, titles) = analyst
        .read(|tx| {
            let found = scripts::trash::list(tx)?;
            let ids: Vec<SurveyId> = found.iter().filter_map(|it| it.trigger.survey()).collect();
            let titles: HashMap<SurveyId, String> = surveys::titles(tx, &ids)?.into_iter().collect();
            Ok::<_, actions::Error>((found, titles))
        })
        .await?;
    let told = happened.did.as_deref().zip(happened.it.as_deref());
    let notice = told.and_then(|(did, name)| super::told(did, name));
    let page = TrashPage {
        shell: analyst.shell(ConsoleArea::Scripts).await?,
        base: super::base(&analyst),
        may_write: analyst.may_write(),
        may_keep_secrets: super::is_administrator(&analyst),
        announcement: notice.clone().unwrap_or_default(),
        notice,
        days: Script::TRASH_DAYS,
        rows: found.iter().map(|it| row(it, &titles)).collect(),
    };
    Ok(Html(page.render()?))
}

/// Throws a script away.
pub(crate) async fn create(creator: Creator, Path((_, script)): Path<(String, String)>) -> Result<Redirect, Problem> {
    let name = super::open(&creator, &script).await?.script.name;
    let thrown = creator.write(move |tx, by| verbs::throw_away(tx, by, &name, None)).await?;
    Ok(Redirect::to(&format!("{}?did=trashed&it={}", super::base(&creator), thrown.name)))
}

/// Takes a script out of the trash.
pub(crate) async fn restore(creator: Creator, Path((_, script)): Path<(String, String)>) -> Result<Redirect, Problem> {
    let name = thrown_away(&creator, &script).await?.name;
    let (_, tenant, by) = creator.scripting();
    verbs::restore(tenant, by, &name).await?;
    Ok(Redirect::to(&format!("{}?did=restored&it={name}", super::base(&creator))))
}

/// Deletes a script in the trash for good.
pub(crate) async fn delete(creator: Creator, Path((_, script)): Path<(String, String)>) -> Result<Redirect, Problem> {
    let name = thrown_away(&creator, &script).await?.name;
    let wanted = name.clone();
    creator.write(move |tx, by| verbs::delete(tx, by, &wanted)).await?;
    Ok(Redirect::to(&format!("{}/trash?did=deleted&it={name}", super::base(&creator))))
}

async fn thrown_away(person: &Person, script: &str) -> Result<Script, Problem> {
    let id = ScriptId::parse(script).ok_or(Problem::NotFound)?;
    let found = person.read(move |tx| Ok::<_, actions::Error>(scripts::trash::find_by_id(tx, id)?)).await?;
    found.ok_or(Problem::NotFound)
}

fn row(script: &Script, titles: &HashMap<SurveyId, String>) -> Row {
    let survey = script.trigger.survey().and_then(|it| titles.get(&it));
    let gone = script.gone_at();
    Row {
        id: script.id.to_string(),
        title: script.own_title().to_owned(),
        trigger: script_head::starts(&script.trigger, survey.map(String::as_str)),
        gone: gone.map_or_else(String::new, moment::day),
        gone_iso: gone.map_or_else(String::new, |it| it.to_string()),
    }
}
