//! Members: this file is about the people of a tenant.

use askama::Template;
use axum::response::Html;
use canvass_model::member::Role;
use canvass_storage::members;

use crate::{
    Problem,
    access::Analyst,
    layout::{ConsoleArea, ConsoleShell},
    view::moment,
};

#[derive(Template)]
#[template(path = "console/members.html")]
struct MembersPage {
    shell: ConsoleShell,
    count: String,
    limit: String,
    members: Vec<Listed>,
}

struct Listed {
    name: String,
    email: String,
    role: &'static str,
    since: String,
    is_you: bool,
}

/// The people who work in this tenant.
pub(crate) async fn index(analyst: Analyst) -> Result<Html<String>, Problem> {
    let found = analyst.read(members::list).await?;
    let you = analyst.as_member().map(|it| it.account);
    let plan = analyst.tenant().plan.plan();
    let count = if found.len() == 1 { "1 person works".to_owned() } else { format!("{} people work", found.len()) };
    let limit = match plan.members_max {
        None => "Your plan has no limit.".to_owned(),
        Some(max) => format!("Your plan allows {max}."),
    };
    let members = found
        .into_iter()
        .map(|it| Listed {
            is_you: Some(it.account) == you,
            role: match it.role {
                Role::Administrator => "Administrator",
                Role::Creator => "Creator",
                Role::Analyst => "Analyst",
            },
            since: moment::day(it.joined_at),
            name: it.name.to_string(),
            email: it.email.to_string(),
        })
        .collect();
    let shell = analyst.shell(ConsoleArea::Members).await?;
    Ok(Html(MembersPage { shell, count, limit, members }.render()?))
}
