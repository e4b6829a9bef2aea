//! Hidden values in the builder: this file is about naming one, and about names that stay what they are.

use super::{definition, press, write};
use crate::support::Canvass;

#[tokio::test]
async fn a_hidden_value_gets_a_name_and_keeps_it_once_it_was_published() {
    let canvass = Canvass::start().await;
    let carl = canvass.carl().await;
    let survey = carl.post_form("/-/console/adatum/surveys", &[("title", "Fair")]).await.expect(303).location();
    for kind in ["yes_no", "hidden", "hidden"] {
        press(&carl, &survey, &[("section", "s1"), ("kind", kind)]).await.expect(303);
    }
    write(&carl, &survey, "q1", &[("label", "Was it good?"), ("do", "save")]).await.expect(303);
    write(&carl, &survey, "q3", &[("label", "Letter"), ("id", "letter"), ("do", "save")]).await.expect(303);
    let form = carl.get(&format!("{survey}/questions/q2")).await.expect(200);
    assert!(form.shows("Respondents never see it") && form.shows("never trust it"), "{}", form.text());
    let named = |name: &'static str| [("label", "Source"), ("id", name), ("do", "save")];
    for (name, why) in [
        ("1 source", "A name is a letter"),
        ("Q1", "Another question of this survey has this name"),
        ("thanks", "has a meaning of its own in addresses"),
    ] {
        let refused = write(&carl, &survey, "q2", &named(name)).await.expect(422);
        assert!(refused.shows(why) && refused.text().contains(&format!("value=\"{name}\"")), "{}", refused.text());
    }
    let saved = write(&carl, &survey, "q2", &named("source")).await.expect(303).location();
    assert!(saved.contains("it=source") && saved.ends_with("#question-source"), "{saved}");
    assert!(carl.get(&survey).await.expect(200).shows("from the address: ?source=…"));
    press(&carl, &survey, &[("question", "source"), ("do", "up")]).await.expect(303);
    let page = format!("{survey}/publication");
    carl.submit(&page, &page, &[("address", "fair")]).await.expect(303);

    let refused = write(&carl, &survey, "source", &named("origin")).await.expect(422);
    assert!(refused.shows("Its responses are stored under this name"), "{}", refused.text());
    press(&carl, &survey, &[("question", "letter"), ("do", "remove")]).await.expect(303);
    press(&carl, &survey, &[("section", "s1"), ("kind", "hidden")]).await.expect(303);
    let questions = definition(&carl, &survey).await["sections"][0]["questions"].clone();
    let ids: Vec<&str> = questions.as_array().unwrap().iter().map(|it| it["id"].as_str().unwrap()).collect();
    assert_eq!(ids[..2], ["source", "q1"]);
    // Answers to the one that was removed are never taken for answers to another.
    let fresh = ids[2];
    let refused = write(&carl, &survey, fresh, &[("label", "Letter"), ("id", "Letter"), ("do", "save")]).await;
    assert!(refused.expect(422).shows("An earlier version of this survey had a question of this name"));
}
