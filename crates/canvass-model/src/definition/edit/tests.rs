//! Tests of edits: this file is about changing a definition alone and together with others.

use proptest::prelude::*;
use serde_json::json;

use super::*;
use crate::sample;

fn survey() -> Definition {
    let yes_no = |id: &str| json!({ "id": id, "type": "yes_no", "label": id });
    let sections = json!([
        { "id": "s1", "title": "First", "questions": [yes_no("a"), yes_no("b")] },
        { "id": "s2", "questions": [yes_no("q1")] },
    ]);
    Definition::parse(&json!({ "title": "Lunch", "sections": sections })).unwrap()
}

fn question(text: &str) -> QuestionId {
    QuestionId::parse(text).unwrap()
}

fn section(text: &str) -> SectionId {
    SectionId::parse(text).unwrap()
}

fn english(text: &str) -> Text {
    Text::new(crate::definition::Language::english(), text)
}

/// Where everything stands: `s1:a,b s2:q1`.
fn order(definition: &Definition) -> String {
    let section = |it: &Section| {
        format!("{}:{}", it.id, it.questions.iter().map(|it| it.id.as_str()).collect::<Vec<_>>().join(","))
    };
    definition.sections.iter().map(section).collect::<Vec<_>>().join(" ")
}

fn edited(edit: Edit) -> String {
    order(&survey().edit(edit).unwrap())
}

/// The edit of one question, made from how it stands in `seen`.
fn reword(seen: &Definition, id: &str, label: &str) -> Edit {
    let present = seen.question_named(id).unwrap();
    let question = Question { label: english(label), ..present.clone() };
    Edit::EditQuestion { base: present.fingerprint(), question: Box::new(question), rename: None }
}

#[test]
fn sections_and_questions_are_added_moved_copied_and_removed() {
    let add = |kind_name| Edit::AddQuestion { section: section("s1"), index: 1, kind_name };
    assert_eq!(edited(add(KindName::Stars)), "s1:a,q2,b s2:q1");
    assert_eq!(edited(Edit::AddSection { after: None }), "s3: s1:a,b s2:q1");
    assert_eq!(edited(Edit::AddSection { after: Some(section("s1")) }), "s1:a,b s3: s2:q1");
    assert_eq!(edited(Edit::RemoveSection { id: section("s1") }), "s2:q1");
    assert_eq!(edited(Edit::MoveSection { id: section("s1"), to_index: 9 }), "s2:q1 s1:a,b");
    assert_eq!(edited(Edit::MoveSection { id: section("s2"), to_index: 0 }), "s2:q1 s1:a,b");
    assert_eq!(edited(Edit::RemoveQuestion { id: question("a") }), "s1:b s2:q1");
    assert_eq!(edited(Edit::DuplicateQuestion { id: question("a") }), "s1:a,q2,b s2:q1");
    let moved =
        |id: &str, to: &str, index| edited(Edit::MoveQuestion { id: question(id), section: section(to), index });
    assert_eq!(moved("a", "s1", 1), "s1:b,a s2:q1");
    assert_eq!(moved("b", "s1", 0), "s1:b,a s2:q1");
    assert_eq!(moved("a", "s2", 7), "s1:b s2:q1,a");
}

#[test]
fn a_new_question_of_any_type_can_be_saved() {
    for kind_name in KindName::ALL {
        let edit = Edit::AddQuestion { section: section("s2"), index: 0, kind_name };
        let definition = survey().edit(edit).unwrap();
        assert_eq!(definition.question_named("q2").unwrap().kind.name(), kind_name);
        assert_eq!(Definition::parse(&definition.to_json()).unwrap(), definition);
    }
}

#[test]
fn two_people_who_edit_different_questions_both_keep_their_work() {
    let seen = survey();
    let now = seen.edit(reword(&seen, "a", "hers")).unwrap();
    let now = now.edit(Edit::MoveQuestion { id: question("b"), section: section("s2"), index: 0 }).unwrap();
    let now = now.edit(reword(&seen, "b", "his")).unwrap();
    assert_eq!(order(&now), "s1:a s2:b,q1");
    assert_eq!(now.question_named("a").unwrap().label, english("hers"));
    assert_eq!(now.question_named("b").unwrap().label, english("his"));
}

#[test]
fn two_people_who_edit_the_same_thing_lose_nothing() {
    let seen = survey();
    let now = seen.edit(reword(&seen, "a", "hers")).unwrap();
    let theirs = Box::new(now.question_named("a").unwrap().clone());
    assert_eq!(now.edit(reword(&seen, "a", "his")), Err(EditRefusal::ChangedMeanwhile { theirs }));
    assert_eq!(now.edit(reword(&seen, "a", "hers")), Ok(now.clone()), "sending twice is saving once");
    assert!(now.edit(reword(&now, "a", "his")).is_ok());

    let title = |seen: &Definition, title: &str| Edit::SetTitle {
        base: Fingerprint::of_text(Some(&seen.title)),
        title: english(title),
    };
    let now = seen.edit(title(&seen, "Supper")).unwrap();
    assert_eq!(
        now.edit(title(&seen, "Dinner")),
        Err(EditRefusal::TextChangedMeanwhile { theirs: Some(english("Supper")) })
    );
    let thanks = |text: &str| Edit::SetThankYou { base: Fingerprint::of_text(None), thank_you: Some(english(text)) };
    let now = now.edit(thanks("Thanks")).unwrap();
    assert_eq!(now.edit(thanks("Bye")), Err(EditRefusal::TextChangedMeanwhile { theirs: Some(english("Thanks")) }));
    let describe = Edit::SetDescription { base: Fingerprint::of_text(None), description: Some(english("Tell us")) };
    assert_eq!(now.edit(describe).unwrap().description, Some(english("Tell us")));

    let head = |title: &str| Edit::EditSection {
        id: section("s1"),
        base: survey().sections[0].fingerprint(),
        title: Some(english(title)),
        description: None,
    };
    let now = now.edit(head("Hers")).unwrap().edit(Edit::RemoveQuestion { id: question("b") }).unwrap();
    let theirs = Box::new(now.sections[0].clone());
    assert_eq!(now.edit(head("His")), Err(EditRefusal::SectionChangedMeanwhile { theirs }));
}

#[test]
fn what_was_removed_meanwhile_is_said_so() {
    let seen = survey();
    let now = seen.edit(Edit::RemoveSection { id: section("s1") }).unwrap();
    let gone = [
        reword(&seen, "a", "his"),
        Edit::RemoveQuestion { id: question("a") },
        Edit::DuplicateQuestion { id: question("a") },
        Edit::MoveQuestion { id: question("q1"), section: section("s1"), index: 0 },
        Edit::MoveSection { id: section("s1"), to_index: 0 },
        Edit::RemoveSection { id: section("s1") },
        Edit::AddSection { after: Some(section("s1")) },
        Edit::AddQuestion { section: section("s1"), index: 0, kind_name: KindName::YesNo },
        Edit::EditSection { id: section("s1"), base: Fingerprint::of_text(None), title: None, description: None },
    ];
    for edit in gone {
        assert_eq!(now.edit(edit.clone()), Err(EditRefusal::RemovedMeanwhile), "{}", edit.what());
    }
}

#[test]
fn an_edit_cannot_break_a_rule_of_the_document() {
    let seen = survey();
    let refused = |edit: Edit| match seen.edit(edit) {
        Err(EditRefusal::Invalid(faults)) => faults[0].to_string(),
        other => panic!("{other:?}"),
    };
    let last = seen.edit(Edit::RemoveSection { id: section("s1") }).unwrap();
    assert!(matches!(last.edit(Edit::RemoveSection { id: section("s2") }), Err(EditRefusal::Invalid(_))));
    assert_eq!(
        refused(reword(&seen, "a", "x\0")),
        "/sections/0/questions/0/label: remove the line breaks and control characters"
    );
    let Edit::EditQuestion { base, question: same, .. } = reword(&seen, "a", "a") else {
        panic!("an edit of a question")
    };
    let rename =
        |to: &str| Edit::EditQuestion { base: base.clone(), question: same.clone(), rename: Some(question(to)) };
    assert!(refused(rename("b")).contains("the id b is already used"));
    assert_eq!(edited(rename("c")), "s1:c,b s2:q1");
    let title = Edit::SetTitle { base: Fingerprint::of_text(Some(&seen.title)), title: english(" ") };
    assert_eq!(refused(title), "/title: the title is empty");
}

#[test]
fn a_type_can_be_changed_in_place() {
    let present = survey().question_named("a").unwrap().clone();
    let stars = Question { kind: Kind::Stars { count: 7 }, ..present.clone() };
    let edit = Edit::EditQuestion { base: present.fingerprint(), question: Box::new(stars.clone()), rename: None };
    assert_eq!(survey().edit(edit).unwrap().question_named("a"), Some(&stars));
}

#[test]
fn a_new_question_never_gets_the_id_of_one_that_was_published() {
    let taken = BTreeSet::from([question("Q2"), question("q4")]);
    let add = Edit::AddQuestion { section: section("s2"), index: 0, kind_name: KindName::YesNo };
    let first = survey().edit_avoiding(add.clone(), &taken).unwrap();
    let second = first.edit_avoiding(add, &taken).unwrap();
    assert_eq!(order(&second), "s1:a,b s2:q5,q3,q1");
}

#[test]
fn the_log_says_what_was_done() {
    let add = Edit::AddQuestion { section: section("s1"), index: 0, kind_name: KindName::OpinionScale };
    assert_eq!(add.what(), "add a question: opinion scale");
    assert_eq!(reword(&survey(), "a", "x").what(), "edit question a");
    assert_eq!(Edit::Replace(Box::new(survey())).what(), "replace the whole definition");
    assert_eq!(edited(Edit::Replace(Box::new(survey()))), "s1:a,b s2:q1");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn any_question_can_be_moved_and_copied(survey in sample::definitions(), at in any::<prop::sample::Index>(), index in 0_usize..9) {
        let ids: Vec<_> = survey.questions().map(|it| it.id.clone()).collect();
        prop_assume!(!ids.is_empty());
        let id = at.get(&ids).clone();
        let target = at.get(&survey.sections).id.clone();
        let moved = survey.edit(Edit::MoveQuestion { id: id.clone(), section: target.clone(), index }).unwrap();
        prop_assert_eq!(moved.question(&id), survey.question(&id));
        prop_assert_eq!(&moved.section_of(&id).unwrap().id, &target);
        prop_assert_eq!(moved.questions().count(), ids.len());
        let copied = moved.edit(Edit::DuplicateQuestion { id: id.clone() }).unwrap();
        prop_assert_eq!(copied.questions().count(), ids.len() + 1);
        let copy = copied.questions().skip_while(|it| it.id != id).nth(1).unwrap();
        prop_assert_eq!(&Question { id: id.clone(), ..copy.clone() }, survey.question(&id).unwrap());
    }
}
