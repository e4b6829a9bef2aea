//! The builder: this file is about writing a survey, question by question.
//!
//! Every change is a form of its own that goes back to the changed thing on the page. A form says what it was made from,
//! so that two people who write at once lose nothing: [`conflict`] shows both versions.

mod board;
mod changes;
mod conflict;
mod fields;
mod forms;
mod history;
mod preview;
mod replacement;
mod saving;
mod texts;

use axum::{
    extract::{Path, Query},
    http::StatusCode,
    response::{IntoResponse, Redirect, Response},
};
use canvass_actions::{self as actions, surveys::Draft};
use canvass_model::{
    definition::{Definition, EditRefusal, KindName, QuestionId},
    id::SurveyId,
};

use self::{
    board::{Board, Desk, Notice},
    changes::{Press, Tool},
    forms::QuestionForm,
    saving::Refused,
};
pub(crate) use self::{
    history::{history, undo},
    preview::{answer as try_out, preview},
    replacement::{replace, replacement},
    texts::{edit_section, edit_text, section, text},
};
use super::surveys::base;
use crate::{
    Problem,
    access::{Analyst, Creator},
    form::Form,
    view::{self, versions::Conflict},
};

/// What just happened, told by the page one is sent to.
#[derive(Default, serde::Deserialize)]
pub(crate) struct Happened {
    did: Option<String>,
    /// To which question.
    it: Option<String>,
    /// The revision that undoes it.
    undo: Option<u64>,
}

/// The draft, with nothing open.
pub(crate) async fn show(
    analyst: Analyst,
    Path((_, survey)): Path<(String, String)>,
    Query(happened): Query<Happened>,
) -> Result<Response, Problem> {
    let desk = Desk::find(&analyst, id(&survey)?).await?;
    let board = desk.board(&analyst).await?;
    let board = if analyst.may_write() { board } else { board.read_only() };
    tell(board, &happened).page(StatusCode::OK)
}

/// Adds, moves, copies or removes a question or a section.
pub(crate) async fn edit(
    creator: Creator,
    Path((_, survey)): Path<(String, String)>,
    form: Form,
) -> Result<Response, Problem> {
    let survey = id(&survey)?;
    let Some(press) = Press::read(&form) else {
        return Err(Problem::BadRequest("This form does not say what to change; reload the page".to_owned()));
    };
    let pressed = press.clone();
    let changed = creator.write(move |tx, by| {
        let before = actions::surveys::find_draft(tx, survey)?;
        let edit = pressed.edit(&before.definition)?;
        let after = actions::surveys::edit(tx, by, survey, None, &edit)?;
        Ok::<_, actions::Error>((before.definition, after))
    });
    match changed.await {
        Ok((before, after)) => {
            let to = next(&base(&creator, survey), &press, &before, &after);
            Ok(Redirect::to(&to).into_response())
        }
        Err(actions::Error::Edit(refusal)) => {
            refuse(&creator, survey, &refusal.to_string(), StatusCode::CONFLICT).await
        }
        Err(actions::Error::Invalid { faults }) => {
            let words = faults.first().map(|it| view::sentence(&it.message)).unwrap_or_default();
            refuse(&creator, survey, &words, StatusCode::UNPROCESSABLE_ENTITY).await
        }
        Err(error) => Err(error.into()),
    }
}

/// The draft, with one question open.
pub(crate) async fn question(
    creator: Creator,
    Path((_, survey, question)): Path<(String, String, String)>,
    Query(happened): Query<Happened>,
) -> Result<Response, Problem> {
    let desk = Desk::find(&creator, id(&survey)?).await?;
    let draft = &desk.draft.definition;
    let form = QuestionForm::fresh(draft, draft.question_named(&question).ok_or(Problem::NotFound)?);
    let form = if happened.did.as_deref() == Some("choices") { form.still_open() } else { form };
    let board = desk.board(&creator).await?.with_question(form);
    tell(board, &happened).page(StatusCode::OK)
}

/// Saves a question. Two versions of it are shown side by side.
pub(crate) async fn update_question(
    creator: Creator,
    Path((_, survey, question)): Path<(String, String, String)>,
    form: Form,
) -> Result<Response, Problem> {
    let (survey, question) = (id(&survey)?, QuestionId::parse(&question).map_err(|_| Problem::NotFound)?);
    let base = base(&creator, survey);
    if form.text("do") == "take-theirs" {
        let desk = Desk::find(&creator, survey).await?;
        let to = match desk.draft.definition.question(&question) {
            Some(_) => format!("{base}/questions/{question}#question-{question}"),
            None => base,
        };
        return Ok(Redirect::to(&to).into_response());
    }
    let form = saving::pressed(&form);
    match saving::save_question(&creator, survey, (&question, &form)).await {
        Ok(it) if matches!(form.text("do"), "save" | "keep-mine") => {
            Ok(Redirect::to(&format!("{base}?did=saved&it={it}#question-{it}")).into_response())
        }
        Ok(it) => {
            let to = format!("{base}/questions/{it}?did=choices#question-{it}");
            Ok(Redirect::to(&to).into_response())
        }
        Err(refused) => again(&creator, survey, &question, (&form, refused)).await,
    }
}

/// The form of a question again, with what was written in it and why it was not saved.
async fn again(
    creator: &Creator,
    survey: SurveyId,
    question: &QuestionId,
    (form, refused): (&Form, Refused),
) -> Result<Response, Problem> {
    let desk = Desk::find(creator, survey).await?;
    let draft = &desk.draft.definition;
    let present = draft.question(question);
    let kind = present.map(|it| it.kind.name()).or_else(|| KindName::parse(form.text("kind")));
    let kind = kind.ok_or(Problem::NotFound)?;
    let sent = QuestionForm::sent(question.as_str(), kind, form, &draft.languages);
    let (sent, status) = match refused {
        Refused::Fields(errors) => (sent.refused(errors), StatusCode::UNPROCESSABLE_ENTITY),
        Refused::Meanwhile(refusal) => (contest(creator, &desk, sent, (form, *refusal))?, StatusCode::CONFLICT),
        Refused::Action(error) => return Err(error.into()),
    };
    desk.board(creator).await?.with_question(sent).page(status)
}

/// The form beside the version somebody else saved meanwhile.
fn contest(
    creator: &Creator,
    desk: &Desk,
    sent: QuestionForm,
    (form, refusal): (&Form, EditRefusal),
) -> Result<QuestionForm, Problem> {
    let id = sent.id.clone();
    match refusal {
        EditRefusal::ChangedMeanwhile { theirs } => {
            let begin = format!("edit question {id}");
            let author = desk.author(creator, |what| what == begin || what.starts_with(&format!("{begin},")));
            let languages = &desk.draft.definition.languages;
            let yours = fields::read(form, (&id, sent.kind), languages, &std::collections::BTreeSet::new());
            let yours = yours.map_err(|_| Problem::BadRequest("This form could not be read".to_owned()))?;
            let (mine, other) = conflict::questions(&yours, &theirs);
            let base = theirs.fingerprint();
            Ok(sent.contested(Conflict::changed("this question", &author, mine, other), &base))
        }
        EditRefusal::RemovedMeanwhile
        | EditRefusal::SectionChangedMeanwhile { .. }
        | EditRefusal::TextChangedMeanwhile { .. }
        | EditRefusal::Invalid(_) => {
            let author = desk.author(creator, |what| what == format!("remove question {id}"));
            let base = canvass_model::definition::Fingerprint::of_text(None);
            Ok(sent.contested(Conflict::removed("this question", &author), &base))
        }
    }
}

async fn refuse(creator: &Creator, survey: SurveyId, words: &str, status: StatusCode) -> Result<Response, Problem> {
    let mut board = Desk::find(creator, survey).await?.board(creator).await?;
    words.clone_into(&mut board.refusal);
    board.page(status)
}

/// Where a change of the list leads: to what it changed.
fn next(base: &str, press: &Press, before: &Definition, after: &Draft) -> String {
    let undo = after.survey.revision.0.saturating_sub(1);
    let new = || after.definition.questions().find(|it| before.question(&it.id).is_none()).map(|it| it.id.clone());
    match press {
        Press::Question(id, Tool::Up | Tool::Down) | Press::Drop(id, _) => {
            format!("{base}?did=moved&it={id}#question-{id}")
        }
        Press::Question(_, Tool::Duplicate) | Press::AddQuestion(..) => match new() {
            Some(id) => format!("{base}/questions/{id}?did=added&it={id}#question-{id}"),
            None => base.to_owned(),
        },
        Press::Question(id, Tool::Remove) => {
            let section = before.section_of(id).map_or_else(String::new, |it| format!("#section-{}", it.id));
            format!("{base}?did=removed&undo={undo}{section}")
        }
        Press::Section(id, Tool::Up | Tool::Down) => format!("{base}?did=section-moved#section-{id}"),
        Press::Section(_, Tool::Remove | Tool::Duplicate) => {
            format!("{base}?did=section-removed&undo={undo}#questions")
        }
        Press::AddSection => {
            let section = after.definition.sections.iter().find(|it| before.section(&it.id).is_none());
            section.map_or_else(|| base.to_owned(), |it| format!("{base}/sections/{id}#section-{id}", id = it.id))
        }
    }
}

fn tell(board: Board, happened: &Happened) -> Board {
    let it = happened.it.as_deref().unwrap_or_default();
    let is_saved = happened.did.as_deref() == Some("saved");
    let mut board = if is_saved { board.focused_on(it) } else { board };
    let (notice, said) = match happened.did.as_deref().unwrap_or_default() {
        "moved" => ("", board.place_of(it).unwrap_or_default()),
        "saved" | "choices" => ("", "Saved".to_owned()),
        "added" => ("", "Added. Write the question.".to_owned()),
        "section-moved" => ("", "Section moved".to_owned()),
        "removed" => ("The question was removed.", String::new()),
        "section-removed" => ("The section was removed with its questions.", String::new()),
        "undone" => ("The survey is as it was before.", String::new()),
        "copied" => {
            ("This is a copy, with its own responses. The survey it was made from is as it was.", String::new())
        }
        "imported" => ("Imported. Look it over, then publish it.", String::new()),
        "replaced" => ("The draft was replaced.", String::new()),
        _ => ("", String::new()),
    };
    if !notice.is_empty() {
        board.notice = Some(Notice { text: notice.to_owned(), undo: happened.undo });
    }
    board.announcement = if notice.is_empty() { said } else { notice.to_owned() };
    board
}

/// A survey's id from an address.
fn id(text: &str) -> Result<SurveyId, Problem> {
    SurveyId::parse(text).ok_or(Problem::NotFound)
}
