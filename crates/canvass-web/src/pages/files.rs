//! Files in the console: this file is about uploading, replacing, renaming and throwing them away.

mod list;
mod one;

use axum::{
    extract::{Path, Request},
    response::{IntoResponse, Redirect, Response},
};
use canvass_actions as actions;
use canvass_model::{
    file::{FileName, SNIFFED_BYTES},
    id::{ContentId, FileId},
    member::Actor,
};
use canvass_storage::{Arrived, Tx, files};

pub(crate) use self::{
    list::index,
    one::{content, send, show},
};
use crate::{
    Problem,
    access::{Creator, Person},
    form::Form,
    upload,
};

/// What just happened, told by the page one is sent to.
#[derive(Default, serde::Deserialize)]
pub(crate) struct Happened {
    /// What.
    did: Option<String>,
    /// To which file.
    it: Option<String>,
}

/// Uploads a file.
pub(crate) async fn create(creator: Creator, request: Request) -> Result<Response, Problem> {
    let uploaded = async {
        let Some((name, arrived)) = upload::form(&creator, request).await?.file else { return Err(nothing_chosen()) };
        let plan = creator.tenant().plan.plan();
        let create = move |tx: &mut Tx<'_>, by: &Actor, arrived: &Arrived| {
            Ok(actions::files::create(tx, by, &plan, (&name, arrived))?)
        };
        creator.keep(arrived, create).await
    };
    match uploaded.await {
        Ok(file) => Ok(told(&creator, "uploaded", file.id)),
        Err(problem) => list::refused(&creator, problem).await,
    }
}

/// Gives a file another content.
pub(crate) async fn replace(
    creator: Creator,
    Path((_, file)): Path<(String, String)>,
    request: Request,
) -> Result<Response, Problem> {
    let id = id(&file)?;
    let uploaded = async {
        let Some((_, arrived)) = upload::form(&creator, request).await?.file else { return Err(nothing_chosen()) };
        let plan = creator.tenant().plan.plan();
        let replace = move |tx: &mut Tx<'_>, by: &Actor, arrived: &Arrived| {
            Ok(actions::files::replace(tx, by, &plan, (id, arrived))?)
        };
        creator.keep(arrived, replace).await
    };
    match uploaded.await {
        Ok(_) => Ok(Redirect::to(&format!("{}/{id}?did=replaced", base(&creator))).into_response()),
        Err(problem) => one::refused(&creator, id, ("file", problem)).await,
    }
}

/// Renames a file.
pub(crate) async fn update(
    creator: Creator,
    Path((_, file)): Path<(String, String)>,
    form: Form,
) -> Result<Response, Problem> {
    let id = id(&file)?;
    let name = match FileName::parse(form.text("name")) {
        Ok(name) => name,
        Err(invalid) => {
            let problem = actions::Error::Refused(invalid.to_string()).into();
            return one::refused_name(&creator, id, (form.text("name"), problem)).await;
        }
    };
    let heads = heads(&creator, id).await?;
    creator.write(move |tx, by| actions::files::rename(tx, by, id, (&name, &heads))).await?;
    Ok(Redirect::to(&format!("{}/{id}?did=renamed", base(&creator))).into_response())
}

/// Takes the last replacement back.
pub(crate) async fn revert(creator: Creator, Path((_, file)): Path<(String, String)>) -> Result<Response, Problem> {
    let id = id(&file)?;
    match creator.write(move |tx, by| actions::files::revert(tx, by, id)).await {
        Ok(_) => Ok(Redirect::to(&format!("{}/{id}?did=reverted", base(&creator))).into_response()),
        Err(error) => one::refused(&creator, id, ("file", error.into())).await,
    }
}

/// Throws a file away; the list then offers to undo it.
pub(crate) async fn trash(creator: Creator, Path((_, file)): Path<(String, String)>) -> Result<Response, Problem> {
    let id = id(&file)?;
    match creator.write(move |tx, by| actions::files::trash(tx, by, id)).await {
        Ok(_) => Ok(told(&creator, "trashed", id)),
        Err(error) => one::refused(&creator, id, ("trash", error.into())).await,
    }
}

/// Takes a file out of the trash.
pub(crate) async fn restore(creator: Creator, Path((_, file)): Path<(String, String)>) -> Result<Response, Problem> {
    let id = id(&file)?;
    creator.write(move |tx, by| actions::files::restore(tx, by, id)).await?;
    Ok(told(&creator, "restored", id))
}

/// Deletes a file in the trash for good.
pub(crate) async fn delete(creator: Creator, Path((_, file)): Path<(String, String)>) -> Result<Response, Problem> {
    let id = id(&file)?;
    let contents = creator.write(move |tx, _| actions::files::delete(tx, id)).await?;
    creator.remove_contents(contents).await?;
    Ok(Redirect::to(&format!("{}?status=trash", base(&creator))).into_response())
}

/// The first bytes of a file's contents, which a new name is held against.
async fn heads(creator: &Creator, id: FileId) -> Result<Vec<(ContentId, Vec<u8>)>, Problem> {
    let file = creator.read(move |tx| files::find(tx, id)).await?.ok_or(Problem::NotFound)?;
    let mut heads = Vec::with_capacity(file.contents.len());
    for content in file.contents.iter().filter(|it| it.has_bytes()) {
        if let Some(mut head) = creator.reader(content.id).read(0).await? {
            head.truncate(SNIFFED_BYTES);
            heads.push((content.id, head));
        }
    }
    Ok(heads)
}

/// The address of a tenant's files in the console.
fn base(person: &Person) -> String {
    format!("/-/console/{}/files", person.tenant().alias)
}

fn told(creator: &Creator, did: &str, file: FileId) -> Response {
    Redirect::to(&format!("{}?did={did}&it={file}", base(creator))).into_response()
}

fn nothing_chosen() -> Problem {
    actions::Error::Refused("Choose a file to upload".to_owned()).into()
}

fn id(text: &str) -> Result<FileId, Problem> {
    FileId::parse(text).ok_or(Problem::NotFound)
}

/// What is wrong with an upload, for the page it came from; other problems are pages of their own.
fn words(problem: Problem) -> Result<(String, axum::http::StatusCode), Problem> {
    let words = match &problem {
        Problem::FileTooLarge(words)
        | Problem::Action(actions::Error::Limit(words) | actions::Error::Refused(words)) => {
            format!("{words}.")
        }
        _ => return Err(problem),
    };
    Ok((words, problem.into_response().status()))
}
