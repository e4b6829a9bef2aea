//! Surveys as wholes: this file is about their life through the console's forms, and about who may do what to them.

use canvass_actions::signing_up::NewSignUp;
use canvass_model::{
    plan::PlanId,
    tenant::Region,
    text::{Email, OrganisationName, Password, PersonName},
};
use serde_json::json;

use crate::support::{Canvass, PASSWORD, Person};

/// The list of Adatum's surveys.
const SURVEYS: &str = "/-/console/adatum/surveys";

/// Starts a survey and answers the address of its pages.
async fn start(person: &Person, title: &str) -> String {
    person.post_form(SURVEYS, &[("title", title)]).await.expect(303).location()
}

/// Starts a survey with one question that can be answered.
async fn start_ready(person: &Person, title: &str) -> String {
    let question = json!({ "id": "tea", "type": "yes_no", "label": "Tea?" });
    let definition = json!({ "title": title, "sections": [{ "questions": [question] }] }).to_string();
    let import = format!("{SURVEYS}/import");
    let to = person.post_form(&import, &[("definition", definition.as_str())]).await.expect(303).location();
    to.split('?').next().unwrap().to_owned()
}

async fn publish(person: &Person, survey: &str, address: &str) {
    let page = format!("{survey}/publication");
    let fields = [("address", address), ("everybody", "on"), ("listed", "yes")];
    assert_eq!(person.submit(&page, &page, &fields).await.expect(303).location(), format!("{page}?did=published"));
}

#[tokio::test]
async fn a_survey_lives_from_draft_to_trash_and_back_through_forms() {
    let canvass = Canvass::start().await;
    let carl = canvass.carl().await;
    let survey = start_ready(&carl, "How was lunch?").await;
    assert!(carl.get(&survey).await.expect(200).shows("Tea?"));

    publish(&carl, &survey, "lunch").await;
    let page = carl.get(&format!("{survey}/publication?did=published")).await.expect(200);
    assert!(page.shows("/adatum/lunch") && page.shows("Nothing has changed since version 1"), "{}", page.text());
    let ray = canvass.ray();
    assert!(ray.get("/adatum/lunch").await.expect(200).shows("Tea?"));
    carl.post_form(&format!("{survey}/trash"), &[("", "")]).await.expect(409);

    let closed = carl.post_form(&format!("{survey}/closing"), &[("to", "list")]).await.expect(303).location();
    assert!(carl.get(&closed).await.expect(200).shows("“How was lunch?” is closed"));
    ray.get("/adatum/lunch").await.expect(410);
    assert!(carl.get(&format!("{SURVEYS}?status=closed")).await.expect(200).shows("How was lunch?"));

    let archived = carl.post_form(&format!("{survey}/archive"), &[("", "")]).await.expect(303).location();
    assert!(carl.get(&archived).await.expect(200).shows("is put away"));
    assert!(!carl.get(SURVEYS).await.expect(200).shows("How was lunch?"));
    assert!(carl.get(&format!("{SURVEYS}?status=archived")).await.expect(200).shows("How was lunch?"));
    ray.get("/adatum/lunch").await.expect(404);

    publish(&carl, &survey, "lunch-again").await;
    ray.get("/adatum/lunch-again").await.expect(200);
}

#[tokio::test]
async fn what_was_thrown_away_comes_back_with_one_press() {
    let canvass = Canvass::start().await;
    let carl = canvass.carl().await;
    let survey = start(&carl, "Lunch").await;

    let thrown = carl.post_form(&format!("{survey}/trash"), &[("", "")]).await.expect(303).location();
    let list = carl.get(&thrown).await.expect(200);
    assert!(list.shows("“Lunch” is in the trash. It is deleted for good on"), "{}", list.text());
    let undo = format!("{survey}/restoration");
    assert!(carl.get(&format!("{SURVEYS}?status=trash")).await.expect(200).shows("Lunch"));
    let read_only = carl.get(&survey).await.expect(200);
    assert!(read_only.shows("in the trash") && !read_only.shows("Add a question"), "{}", read_only.text());
    carl.post_form(&format!("{survey}/edits"), &[("do", "add-section")]).await.expect(409);

    let back = carl.post_form(&undo, &list.filled(&undo, &[])).await.expect(303).location();
    assert!(carl.get(&back).await.expect(200).shows("“Lunch” is back"));
    assert!(carl.get(&survey).await.expect(200).shows("Add a question"));
}

#[tokio::test]
async fn an_analyst_sees_every_survey_and_changes_none() {
    let canvass = Canvass::start().await;
    let carl = canvass.carl().await;
    let survey = start_ready(&carl, "Lunch").await;
    let ann = canvass.ann().await;

    let list = ann.get(SURVEYS).await.expect(200);
    assert!(list.shows("Lunch") && !list.shows("New survey") && !list.shows("Move to the trash"), "{}", list.text());
    let questions = ann.get(&survey).await.expect(200);
    assert!(questions.shows("Tea?") && !questions.shows("Add a question") && !questions.shows("<form class"));
    assert!(!ann.get(&format!("{survey}/publication")).await.expect(200).shows("class=\"button primary\""));
    ann.get(&format!("{survey}/preview")).await.expect(200);
    ann.get(&format!("{survey}/history")).await.expect(200);
    ann.get(&format!("{survey}/definition.json")).await.expect(200);

    ann.post_form(SURVEYS, &[("title", "Mine")]).await.expect(403);
    ann.post_form(&format!("{SURVEYS}/import"), &[("definition", "{}")]).await.expect(403);
    for path in POSTS.iter().filter(|it| **it != "preview") {
        ann.post_form(&format!("{survey}/{path}"), &[("title", "Mine")]).await.expect(403);
    }
    assert!(carl.get(&survey).await.expect(200).shows("Lunch"));
}

/// Everything of one survey that can be posted to.
const POSTS: [&str; 13] = [
    "edits",
    "questions/tea",
    "sections/s1",
    "texts/welcome",
    "texts/thanks",
    "undo",
    "preview",
    "replacement",
    "publication",
    "closing",
    "copy",
    "archive",
    "trash",
];

#[tokio::test]
async fn a_member_of_another_tenant_finds_no_survey_at_any_address() {
    let canvass = Canvass::start().await;
    let carl = canvass.carl().await;
    let survey = start_ready(&carl, "Lunch").await;
    let eve = canvass.eve().await;
    let id = survey.rsplit('/').next().unwrap();
    let gets = [
        "",
        "/questions/tea",
        "/sections/s1",
        "/texts/welcome",
        "/history",
        "/preview",
        "/replacement",
        "/definition.json",
        "/publication",
    ];
    // Through Adatum's console, and with Adatum's survey through her own.
    for tenant in ["adatum", "fabrikam"] {
        let survey = format!("/-/console/{tenant}/surveys/{id}");
        for path in gets {
            eve.get(&format!("{survey}{path}")).await.expect(404);
        }
        let good = json!({ "title": "Mine", "sections": [{ "questions": [] }] }).to_string();
        let fields = [
            ("do", "add-section"),
            ("title", "Mine"),
            ("to", "1"),
            ("base", "1"),
            ("address", "mine"),
            ("definition", good.as_str()),
        ];
        for path in POSTS.iter().chain(&["restoration"]) {
            eve.post_form(&format!("{survey}/{path}"), &fields).await.expect(404);
        }
    }
    eve.get(SURVEYS).await.expect(404);
    eve.get(&format!("{SURVEYS}/new")).await.expect(404);
    eve.post_form(SURVEYS, &[("title", "Mine")]).await.expect(404);
    eve.post_form(&format!("{SURVEYS}/import"), &[("definition", "{}")]).await.expect(404);
    assert!(carl.get(&survey).await.expect(200).shows("Lunch"));
}

#[tokio::test]
async fn an_import_names_every_fault_and_keeps_the_text() {
    let canvass = Canvass::start().await;
    let carl = canvass.carl().await;
    let import = format!("{SURVEYS}/import");
    let wrong = json!({ "title": "Lunch", "sections": [{ "questions": [
        { "id": "a", "type": "stars", "label": "Food?", "count": 99 },
        { "id": "A", "type": "yes_no", "label": "Tea?", "colour": "red" },
    ] }] })
    .to_string();
    let refused = carl.post_form(&import, &[("definition", wrong.as_str())]).await.expect(422);
    for text in [
        "/sections/0/questions/0/count",
        "count must be from 2 to 10",
        "/sections/0/questions/1/colour",
        "/sections/0/questions/1/id",
        &wrong,
    ] {
        assert!(refused.shows(text), "{text}:\n{}", refused.text());
    }
    let refused = carl.post_form(&import, &[("definition", "{\"title\": ")]).await.expect(422);
    assert!(refused.shows("This is not JSON") && refused.shows("line 1"), "{}", refused.text());
    carl.post_form(&import, &[("definition", " ")]).await.expect(422);

    let survey = start_ready(&carl, "Lunch").await;
    let exported = carl.get(&format!("{survey}/definition.json")).await.expect(200).text();
    let copy = carl.post_form(&import, &[("definition", exported.as_str())]).await.expect(303).location();
    let copy = copy.split('?').next().unwrap();
    assert_eq!(carl.get(&format!("{copy}/definition.json")).await.expect(200).text(), exported);
}

#[tokio::test]
async fn a_draft_is_replaced_from_a_file_unless_somebody_was_faster() {
    let canvass = Canvass::start().await;
    let carl = canvass.carl().await;
    let survey = start_ready(&carl, "Lunch").await;
    let action = format!("{survey}/replacement");
    let stale = carl.get(&action).await.expect(200);
    carl.post_form(&format!("{survey}/edits"), &[("do", "add-section")]).await.expect(303);
    let supper = json!({ "title": "Supper", "sections": [{ "questions": [] }] }).to_string();

    let refused = carl.post_form(&action, &stale.filled(&action, &[("definition", &supper)])).await.expect(409);
    assert!(refused.shows("nothing was replaced") && refused.shows(&supper), "{}", refused.text());
    let to = carl.post_form(&action, &refused.filled(&action, &[])).await.expect(303).location();
    assert!(carl.get(&to).await.expect(200).shows("Supper"));
}

#[tokio::test]
async fn a_title_is_asked_for_in_words() {
    let canvass = Canvass::start().await;
    let carl = canvass.carl().await;
    let refused = carl.post_form(SURVEYS, &[("title", "  ")]).await.expect(422);
    assert!(refused.shows("Enter a title"), "{}", refused.text());
    let long = "x".repeat(201);
    let refused = carl.post_form(SURVEYS, &[("title", long.as_str())]).await.expect(422);
    assert!(refused.shows("Title must be 200 characters or fewer") && refused.shows(&long), "{}", refused.text());
    let unnamed = carl.post_form(SURVEYS, &[("", "")]).await.expect(303).location();
    assert!(carl.get(&unnamed).await.expect(200).shows("Untitled survey"));
}

#[tokio::test]
async fn a_copy_has_the_questions_and_a_life_of_its_own() {
    let canvass = Canvass::start().await;
    let carl = canvass.carl().await;
    let survey = start_ready(&carl, "Lunch").await;
    publish(&carl, &survey, "lunch").await;
    let copy = carl.post_form(&format!("{survey}/copy"), &[("", "")]).await.expect(303).location();
    let page = carl.get(&copy).await.expect(200);
    assert!(page.shows("Lunch (copy)") && page.shows("Tea?") && page.shows("Draft"), "{}", page.text());
}

#[tokio::test]
async fn a_long_list_goes_on_where_it_ended() {
    let canvass = Canvass::start().await;
    let carl = canvass.carl().await;
    for number in 1..=52 {
        start(&carl, &format!("Survey number {number}.")).await;
    }
    let first = carl.get(SURVEYS).await.expect(200);
    assert!(first.shows("Survey number 52.") && first.shows("Survey number 3.") && !first.shows("Survey number 2."));
    assert!(!first.shows("Newer") && first.shows("Older"));
    let page = first.text();
    let older = page.split("href=\"").find(|it| it.contains("after=")).unwrap().split('"').next().unwrap();
    let second = carl.get(&older.replace("&#38;", "&").replace("&amp;", "&")).await.expect(200);
    assert!(second.shows("Survey number 2.") && second.shows("Survey number 1.") && !second.shows("Survey number 3."));
    assert!(second.shows("Newer") && !second.shows("Older"));
}

#[tokio::test]
async fn a_limit_of_the_plan_is_said_before_and_when_it_is_met() {
    let canvass = Canvass::start().await;
    let new = NewSignUp {
        name: OrganisationName::parse("Solo").unwrap(),
        alias: canvass_model::alias::Alias::parse("solo-works").unwrap(),
        plan: PlanId::Individual,
        region: Region("local".to_owned()),
        administrator: PersonName::parse("Sol").unwrap(),
        email: Email::parse("sol@solo.example").unwrap(),
        password: Password::parse(PASSWORD).unwrap(),
        terms: "1".to_owned(),
    };
    canvass.sign_up(&new).await;
    let sol = canvass.sign_in("Sol", "sol@solo.example").await;
    let list = "/-/console/solo-works/surveys";
    assert!(sol.get(list).await.expect(200).shows("1 survey open"));
    let mut pages = Vec::new();
    for title in ["One", "Two"] {
        let definition =
            json!({ "title": title, "sections": [{ "questions": [{ "type": "yes_no", "label": "Tea?" }] }] });
        let fields = [("definition", definition.to_string())];
        let to = sol.post_form(&format!("{list}/import"), &fields).await.expect(303).location();
        pages.push(format!("{}/publication", to.split('?').next().unwrap()));
    }
    sol.submit(&pages[0], &pages[0], &[]).await.expect(303);
    let told = sol.get(&pages[1]).await.expect(200);
    assert!(told.shows("1 of 1 survey open: close one first"), "{}", told.text());
    let refused = sol.submit(&pages[1], &pages[1], &[]).await.expect(409);
    assert!(refused.shows("The individual plan has room for 1 open survey at a time"), "{}", refused.text());
}

#[tokio::test]
async fn an_address_is_checked_where_it_is_typed() {
    let canvass = Canvass::start().await;
    let carl = canvass.carl().await;
    let first = start_ready(&carl, "Lunch").await;
    publish(&carl, &first, "lunch").await;
    let second = format!("{}/publication", start_ready(&carl, "Lunch").await);
    assert!(carl.get(&second).await.expect(200).shows("value=\"lunch-2\""));

    let refused = carl.submit(&second, &second, &[("address", "LUNCH")]).await.expect(409);
    assert!(
        refused.shows("is taken by the survey \"Lunch\"") && refused.shows("value=\"LUNCH\""),
        "{}",
        refused.text()
    );
    let refused = carl.submit(&second, &second, &[("address", "")]).await.expect(422);
    assert!(refused.shows("Enter an address"), "{}", refused.text());
    carl.submit(&second, &second, &[]).await.expect(303);
}

#[tokio::test]
async fn what_a_survey_lacks_is_listed_with_the_way_to_it() {
    let canvass = Canvass::start().await;
    let carl = canvass.carl().await;
    let survey = start(&carl, "Lunch").await;
    let page = format!("{survey}/publication");
    let add = [("section", "s1"), ("kind", "single_choice")];
    carl.post_form(&format!("{survey}/edits"), &add).await.expect(303);

    let refused = carl.submit(&page, &page, &[]).await.expect(422);
    for text in ["The survey is not ready", "Write the question", "Write the choice"] {
        assert!(refused.shows(text), "{text}:\n{}", refused.text());
    }
    assert!(refused.shows(&format!("{survey}/questions/q1#question-q1")), "{}", refused.text());
}

#[tokio::test]
async fn nobody_publishes_what_they_have_not_seen() {
    let canvass = Canvass::start().await;
    let (ada, carl) = (canvass.ada().await, canvass.carl().await);
    let survey = start_ready(&carl, "Lunch").await;
    publish(&carl, &survey, "lunch").await;
    let page = format!("{survey}/publication");
    let seen = carl.get(&page).await.expect(200);
    let question = format!("{survey}/questions/tea");
    ada.submit(&question, &question, &[("label", "Coffee?"), ("do", "save")]).await.expect(303);

    let refused = carl.post_form(&page, &seen.filled(&page, &[])).await.expect(409);
    assert!(refused.shows("nothing was published"), "{}", refused.text());
    assert!(refused.shows("“Tea?” now reads “Coffee?”."), "{}", refused.text());
    assert!(canvass.ray().get("/adatum/lunch").await.expect(200).shows("Tea?"));
    carl.post_form(&page, &refused.filled(&page, &[])).await.expect(303);
    assert!(canvass.ray().get("/adatum/lunch").await.expect(200).shows("Coffee?"));
}
