//! Surveys: this file is about writing one together, publishing it within the plan, and putting it away.

use canvass_actions::{
    Error, listing, live,
    pages::{self, Wanted},
    surveys::{self, Publication},
};
use canvass_model::{
    address::PageAddress,
    definition::{Definition, Edit, Fingerprint, KindName, Language, QuestionId, Text},
    id::SurveyId,
    page::{Target, Visibility},
    plan::PlanId,
    survey::{Revision, Status, Version, WrongStatus},
    text::Title,
};
use canvass_storage::{Tx, events, surveys as stored};

use crate::{a_definition, a_live_survey, a_tenant, at, by, on_each_engine, pages::document};

fn title(definition: &Definition, text: &str) -> Edit {
    Edit::SetTitle { base: Fingerprint::of_text(Some(&definition.title)), title: Text::new(Language::english(), text) }
}

fn add_question(definition: &Definition) -> Edit {
    Edit::AddQuestion { section: definition.sections[0].id.clone(), index: 99, kind_name: KindName::YesNo }
}

fn remove(id: &str) -> Edit {
    Edit::RemoveQuestion { id: QuestionId::parse(id).unwrap() }
}

fn page(path: &str) -> PageAddress {
    PageAddress::parse(path).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn two_who_edit_at_once_lose_nothing() {
    on_each_engine(async |directory| {
        let tenant = a_tenant(&directory, "Adatum").await;
        tenant
            .write(|tx| {
                let survey = surveys::create(tx, &by(), &a_definition("Colours"))?;
                let seen = surveys::find_draft(tx, survey.id)?;
                surveys::edit(tx, &by(), survey.id, None, &title(&seen.definition, "Shades"))?;
                let both = surveys::edit(tx, &by(), survey.id, None, &add_question(&seen.definition))?;
                assert_eq!(both.definition.title_text(), "Shades");
                assert_eq!(both.definition.questions().count(), 4);
                assert_eq!((both.survey.revision, both.survey.title.as_str()), (Revision(3), "Shades"));
                let clash = surveys::edit(tx, &by(), survey.id, None, &title(&seen.definition, "Hues"));
                assert!(matches!(clash, Err(Error::Edit(_))), "{clash:?}");
                let stored = surveys::find_draft(tx, survey.id)?;
                assert_eq!(stored, both);
                let log = events::list(tx, None, 1)?;
                assert_eq!(log[0].actor, by());
                Ok::<_, Error>(())
            })
            .await
            .unwrap();
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_document_replaces_only_the_revision_it_was_made_from() {
    on_each_engine(async |directory| {
        let tenant = a_tenant(&directory, "Adatum").await;
        tenant
            .write(|tx| {
                let survey = surveys::create_blank(tx, &by(), &Title::parse("Lunch").unwrap())?;
                let document = a_definition("Dinner");
                let replaced = surveys::replace_draft(tx, &by(), survey.id, Revision(1), &document)?;
                assert_eq!((replaced.survey.revision, &replaced.definition), (Revision(2), &document));
                let stale = surveys::replace_draft(tx, &by(), survey.id, Revision(1), &document);
                assert!(matches!(stale, Err(Error::ChangedMeanwhile)), "{stale:?}");
                let undone = surveys::undo(tx, &by(), survey.id, Revision(1))?;
                assert_eq!((undone.survey.revision, undone.definition.title_text()), (Revision(3), "Lunch"));
                let redone = surveys::undo(tx, &by(), survey.id, Revision(2))?;
                assert_eq!(redone.definition, document);
                assert!(matches!(surveys::undo(tx, &by(), survey.id, Revision(9)), Err(Error::NotFound)));
                Ok::<_, Error>(())
            })
            .await
            .unwrap();
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_draft_lacks_is_said_before_it_is_published() {
    on_each_engine(async |directory| {
        let tenant = a_tenant(&directory, "Adatum").await;
        let refused = tenant
            .write(|tx| {
                let survey = surveys::create_blank(tx, &by(), &Title::parse("Lunch").unwrap())?;
                surveys::publish(tx, &by(), survey.id, &at("lunch"), &PlanId::Standard.plan())
            })
            .await;
        let Err(Error::Invalid { faults }) = refused else { panic!("{refused:?}") };
        assert_eq!(faults[0].pointer, "/sections");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_plan_bounds_open_surveys_and_how_long_they_are_open() {
    on_each_engine(async |directory| {
        let tenant = a_tenant(&directory, "Adatum").await;
        tenant
            .write(|tx| {
                let plan = PlanId::Individual.plan();
                let [one, two] = ["one", "two"].map(|it| surveys::create(tx, &by(), &a_definition(it)).unwrap().id);
                let open = surveys::publish(tx, &by(), one, &at("one"), &plan)?;
                let Status::Published { since, closes_at, .. } = open.status else { panic!() };
                assert_eq!(closes_at.ms_since(since), plan.duration_ms_max);
                let refused = surveys::publish(tx, &by(), two, &at("two"), &plan).unwrap_err();
                assert!(matches!(refused, Error::Limit(_)), "{refused}");
                assert!(refused.to_string().contains("1 open survey at a time"), "{refused}");
                let again = surveys::publish(tx, &by(), one, &at("one"), &plan)?;
                assert_eq!(again.version, Version(2), "an open survey can always be published again");
                surveys::close(tx, &by(), one)?;
                surveys::publish(tx, &by(), two, &at("two"), &plan)?;
                Ok::<_, Error>(())
            })
            .await
            .unwrap();
    })
    .await;
}

fn is_live(tx: &mut Tx<'_>, path: &str) -> Option<SurveyId> {
    live::load(tx, page(path).key()).unwrap().map(|it| it.survey.id)
}

#[tokio::test(flavor = "multi_thread")]
async fn an_address_belongs_to_one_survey_and_moves_with_it() {
    on_each_engine(async |directory| {
        let tenant = a_tenant(&directory, "Adatum").await;
        tenant
            .write(|tx| {
                let plan = PlanId::Standard.plan();
                let one = a_live_survey(tx, "colours")?.id;
                let two = surveys::create(tx, &by(), &a_definition("Other"))?.id;
                let taken = surveys::publish(tx, &by(), two, &at("Colours"), &plan).unwrap_err();
                assert_eq!(taken.to_string(), "The address Colours is taken by the survey \"Colours\"; choose another");
                assert_eq!(pages::suggest(tx, "Colours")?.native(), "colours-2");
                let publication = Publication { page: page("shades"), visibility: Some(Visibility::Unlisted) };
                surveys::publish(tx, &by(), one, &publication, &plan)?;
                assert_eq!((is_live(tx, "colours"), is_live(tx, "shades")), (None, Some(one)));
                assert_eq!(listing::load(tx)?.len(), 0, "an unlisted survey is not on the index");
                surveys::publish(tx, &by(), two, &at("colours"), &plan)?;
                let listed = listing::load(tx)?;
                assert_eq!(listed.len(), 1);
                assert_eq!(listed[0].opening.map(|it| it.survey), Some(two));
                Ok::<_, Error>(())
            })
            .await
            .unwrap();
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_survey_goes_through_its_life_and_back_from_the_trash() {
    on_each_engine(async |directory| {
        let tenant = a_tenant(&directory, "Adatum").await;
        tenant
            .write(|tx| {
                let id = a_live_survey(tx, "colours")?.id;
                let refused = surveys::trash(tx, &by(), id);
                assert!(matches!(refused, Err(Error::WrongStatus(WrongStatus::StillPublished))), "{refused:?}");
                surveys::close(tx, &by(), id)?;
                assert_eq!(is_live(tx, "colours"), Some(id), "a closed survey's page says so");
                surveys::trash(tx, &by(), id)?;
                assert_eq!(is_live(tx, "colours"), None);
                let seen = surveys::find_draft(tx, id)?;
                let edited = surveys::edit(tx, &by(), id, None, &title(&seen.definition, "x"));
                assert!(matches!(edited, Err(Error::WrongStatus(WrongStatus::InTrash))), "{edited:?}");
                assert!(surveys::archive(tx, &by(), id).is_err());
                surveys::restore(tx, &by(), id)?;
                assert_eq!(is_live(tx, "colours"), Some(id));
                surveys::archive(tx, &by(), id)?;
                assert_eq!(is_live(tx, "colours"), None);
                assert_eq!(pages::suggest(tx, "colours")?.native(), "colours", "the address is free again");
                Ok::<_, Error>(())
            })
            .await
            .unwrap();
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_copy_is_a_draft_of_its_own() {
    on_each_engine(async |directory| {
        let tenant = a_tenant(&directory, "Adatum").await;
        tenant
            .write(|tx| {
                let id = a_live_survey(tx, "colours")?.id;
                let copy = surveys::duplicate(tx, &by(), id)?;
                assert_eq!((copy.title.as_str(), &copy.status), ("Colours (copy)", &Status::Draft));
                let draft = surveys::find_draft(tx, copy.id)?;
                assert_eq!(draft.definition.sections, a_definition("Any").sections);
                Ok::<_, Error>(())
            })
            .await
            .unwrap();
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_question_never_gets_the_id_of_one_that_was_published() {
    on_each_engine(async |directory| {
        let tenant = a_tenant(&directory, "Adatum").await;
        tenant
            .write(|tx| {
                let id = surveys::create_blank(tx, &by(), &Title::parse("Lunch").unwrap())?.id;
                let blank = surveys::find_draft(tx, id)?.definition;
                let draft = surveys::edit(tx, &by(), id, None, &add_question(&blank))?;
                let first = draft.definition.questions().next().unwrap().id.clone();
                pages::create(tx, &by(), &Wanted { target: Target::Survey(id), body: None, ..document("lunch", "") })?;
                stored::insert_version(tx, id, Version(1), &draft.definition.to_json().to_string())?;
                let published = draft.survey.publish(page("lunch"), tx.now(), tx.now()).unwrap();
                stored::update(tx, &published)?;
                surveys::edit(tx, &by(), id, None, &remove(first.as_str()))?;
                let again = surveys::edit(tx, &by(), id, None, &add_question(&blank))?;
                assert_ne!(again.definition.questions().next().unwrap().id, first);
                Ok::<_, Error>(())
            })
            .await
            .unwrap();
    })
    .await;
}
