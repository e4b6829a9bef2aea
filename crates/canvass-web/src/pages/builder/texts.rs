//! A survey's own texts: this file is about editing its title, welcome, thank-you text and the heads of its sections.

use axum::{
    extract::Path,
    http::StatusCode,
    response::{IntoResponse, Redirect, Response},
};
use canvass_model::definition::{EditRefusal, Fingerprint, SectionId};

use super::{
    board::{Board, Desk},
    conflict,
    forms::{TextForm, base_of},
    id,
    saving::{self, Refused},
};
use crate::{Problem, access::Creator, form::Form, pages::surveys::base, view::versions::Conflict};

/// The texts that are edited together.
#[derive(Clone, Copy)]
enum Texts {
    /// Title and welcome.
    Welcome,
    /// What is read at the end.
    Thanks,
}

impl Texts {
    fn parse(name: &str) -> Result<Self, Problem> {
        match name {
            "welcome" => Ok(Self::Welcome),
            "thanks" => Ok(Self::Thanks),
            _ => Err(Problem::NotFound),
        }
    }

    fn names(self) -> &'static [&'static str] {
        match self {
            Self::Welcome => &["title", "description"],
            Self::Thanks => &["thank_you"],
        }
    }

    fn fragment(self) -> &'static str {
        match self {
            Self::Welcome => "about",
            Self::Thanks => "thanks",
        }
    }

    fn form(self, base: &str, desk: &Desk, given: Option<&Form>) -> TextForm {
        let draft = &desk.draft.definition;
        match self {
            Self::Welcome => TextForm::of_welcome(base, draft, given),
            Self::Thanks => TextForm::of_thanks(base, draft, given),
        }
    }

    fn opened(self, board: Board, form: TextForm) -> Board {
        match self {
            Self::Welcome => board.with_welcome(form),
            Self::Thanks => board.with_thanks(form),
        }
    }
}

/// The draft, with the survey's own texts open.
pub(crate) async fn text(
    creator: Creator,
    Path((_, survey, text)): Path<(String, String, String)>,
) -> Result<Response, Problem> {
    let (survey, texts) = (id(&survey)?, Texts::parse(&text)?);
    let desk = Desk::find(&creator, survey).await?;
    let form = texts.form(&base(&creator, survey), &desk, None);
    texts.opened(desk.board(&creator).await?, form).page(StatusCode::OK)
}

/// Saves the survey's own texts.
pub(crate) async fn edit_text(
    creator: Creator,
    Path((_, survey, text)): Path<(String, String, String)>,
    form: Form,
) -> Result<Response, Problem> {
    let (survey, texts) = (id(&survey)?, Texts::parse(&text)?);
    let base = base(&creator, survey);
    if form.text("do") == "take-theirs" {
        return Ok(Redirect::to(&format!("{base}/texts/{text}#{}", texts.fragment())).into_response());
    }
    let saved = saving::save_texts(&creator, survey, (texts.names(), &form)).await;
    let Err(refused) = saved else {
        return Ok(Redirect::to(&format!("{base}?did=saved#{}", texts.fragment())).into_response());
    };
    let desk = Desk::find(&creator, survey).await?;
    let open = texts.form(&base, &desk, Some(&form));
    let (open, status) = match refused {
        Refused::Fields(errors) => (open.refused(errors), StatusCode::UNPROCESSABLE_ENTITY),
        Refused::Meanwhile(_) => (contest(&creator, &desk, open, (texts, &form)), StatusCode::CONFLICT),
        Refused::Action(error) => return Err(error.into()),
    };
    texts.opened(desk.board(&creator).await?, open).page(status)
}

/// The draft, with the head of one section open.
pub(crate) async fn section(
    creator: Creator,
    Path((_, survey, section)): Path<(String, String, String)>,
) -> Result<Response, Problem> {
    let (survey, section) = (id(&survey)?, SectionId::parse(&section).map_err(|_| Problem::NotFound)?);
    let desk = Desk::find(&creator, survey).await?;
    let draft = &desk.draft.definition;
    let present = draft.section(&section).ok_or(Problem::NotFound)?;
    let form = TextForm::of_section(&base(&creator, survey), draft, present, None);
    desk.board(&creator).await?.with_section(section.as_str(), form).page(StatusCode::OK)
}

/// Saves the head of a section.
pub(crate) async fn edit_section(
    creator: Creator,
    Path((_, survey, section)): Path<(String, String, String)>,
    form: Form,
) -> Result<Response, Problem> {
    let (survey, section) = (id(&survey)?, SectionId::parse(&section).map_err(|_| Problem::NotFound)?);
    let base = base(&creator, survey);
    if form.text("do") == "take-theirs" {
        return Ok(Redirect::to(&format!("{base}/sections/{section}#section-{section}")).into_response());
    }
    let saved = saving::save_section(&creator, survey, (&section, &form)).await;
    let Err(refused) = saved else {
        return Ok(Redirect::to(&format!("{base}?did=saved#section-{section}")).into_response());
    };
    let desk = Desk::find(&creator, survey).await?;
    let draft = &desk.draft.definition;
    let board = desk.board(&creator).await?;
    let Some(present) = draft.section(&section) else { return removed(board, &form) };
    let open = TextForm::of_section(&base, draft, present, Some(&form));
    let (open, status) = match refused {
        Refused::Fields(errors) => (open.refused(errors), StatusCode::UNPROCESSABLE_ENTITY),
        Refused::Meanwhile(refusal) => {
            let EditRefusal::SectionChangedMeanwhile { theirs } = *refusal else { return removed(board, &form) };
            let [title, description] = ["title", "description"].map(|it| saving::text(&form, it, &draft.languages));
            let (mine, other) = conflict::sections((title.as_ref(), description.as_ref()), &theirs);
            let author = desk.author(&creator, |what| what == format!("edit section {section}"));
            let conflict = Conflict::changed("this section", &author, mine, other);
            (open.contested(conflict, "base", &theirs.fingerprint()), StatusCode::CONFLICT)
        }
        Refused::Action(error) => return Err(error.into()),
    };
    board.with_section(section.as_str(), open).page(status)
}

/// The form beside the texts that somebody else saved meanwhile.
fn contest(creator: &Creator, desk: &Desk, open: TextForm, (texts, form): (Texts, &Form)) -> TextForm {
    let draft = &desk.draft.definition;
    let theirs = |name: &str| match name {
        "title" => Some(&draft.title),
        "description" => draft.description.as_ref(),
        _ => draft.thank_you.as_ref(),
    };
    // The first text that is not what the form was made from.
    let contested = texts.names().iter().find(|it| {
        let present = Fingerprint::of_text(theirs(it));
        form.text(base_of(it)) != present.as_str() && saving::text(form, it, &draft.languages).as_ref() != theirs(it)
    });
    let Some(name) = contested else { return open };
    let words = match *name {
        "title" => "rename the survey",
        "description" => "change the description",
        _ => "change the thank-you text",
    };
    let author = desk.author(creator, |what| what == words);
    let (mine, other) = conflict::texts(saving::text(form, name, &draft.languages).as_ref(), theirs(name));
    let conflict = Conflict::changed("this text", &author, mine, other);
    open.contested(conflict, base_of(name), &Fingerprint::of_text(theirs(name)))
}

/// The section is gone: what was written for it is shown so that it can be copied.
fn removed(mut board: Board, form: &Form) -> Result<Response, Problem> {
    let written = [form.text("title"), form.text("description")].join("\n");
    board.refusal =
        format!("Somebody else removed this section while you were editing it. You wrote: {}", written.trim());
    board.page(StatusCode::CONFLICT)
}
