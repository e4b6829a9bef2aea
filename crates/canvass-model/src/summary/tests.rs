//! Tests of summaries: this file is about the figures of the real survey, and that no order changes them.

use proptest::prelude::*;
use serde_json::json;

use super::*;
use crate::{
    answer::Scope,
    definition::KindName,
    sample::{self, survey_of},
};

fn of(responses: &[Answers]) -> Summary {
    let mut summary = Summary::default();
    for response in responses {
        summary.add(response);
    }
    summary
}

fn answers(survey: &Definition, json: &Value) -> Answers {
    Answers::from_json(survey, json).unwrap()
}

fn near(one: f64, two: f64) -> bool {
    (one - two).abs() <= 1e-9 * one.abs().max(two.abs()).max(1.0)
}

/// Everything equal but means and variances, which are equal up to rounding.
fn assert_same(one: &Summary, two: &Summary, survey: &Definition) {
    let (one, two) = (one.to_api(survey), two.to_api(survey));
    let plain = |summary: &Value| {
        let mut summary = summary.clone();
        for question in summary["questions"].as_object_mut().unwrap().values_mut() {
            question.as_object_mut().unwrap().retain(|name, _| name != "mean" && name != "variance");
        }
        summary
    };
    assert_eq!(plain(&one), plain(&two));
    for (id, question) in one["questions"].as_object().unwrap() {
        for name in ["mean", "variance"] {
            match (question[name].as_f64(), two["questions"][id][name].as_f64()) {
                (Some(one), Some(two)) => assert!(near(one, two), "{id}: {one} {two}"),
                (one, two) => assert_eq!(one, two, "{id}"),
            }
        }
    }
}

#[test]
fn the_real_responses_give_the_figures_computed_elsewhere() {
    let survey = sample::bfi_definition();
    let responses: Vec<_> =
        sample::bfi_rows().iter().map(|it| Answers::from_form(&survey, it, Scope::Survey).unwrap()).collect();
    let figures: Value = serde_json::from_str(&sample::bfi("figures.json")).unwrap();
    let mut parts = of(&responses[..1_000]);
    parts.merge(&of(&responses[1_000..]));
    for summary in [of(&responses), parts] {
        let shown = summary.to_api(&survey);
        assert_eq!(shown["responses"], figures["responses"]);
        let questions = figures["questions"].as_object().unwrap();
        assert_eq!(shown["questions"].as_object().unwrap().len(), questions.len());
        for (id, expected) in questions {
            let question = &shown["questions"][id];
            for (name, figure) in expected.as_object().unwrap() {
                match (name.as_str(), figure.as_f64()) {
                    ("mean" | "variance", Some(figure)) => assert!(near(question[name].as_f64().unwrap(), figure)),
                    (_, _) => assert_eq!(&question[name], figure, "{id}/{name}"),
                }
            }
        }
        let bins = shown["questions"]["age"]["histogram"].as_array().unwrap();
        assert_eq!(bins.iter().map(|it| it["count"].as_u64().unwrap()).sum::<u64>(), 2_800);
        assert_eq!((&bins[0]["from"], &bins[0]["count"]), (&json!(3), &json!(1)));
    }
}

#[test]
fn the_api_shows_every_question_with_what_its_type_yields() {
    let choices = json!([{ "id": "a", "label": "A" }, { "id": "b", "label": "B" }]);
    let survey = survey_of(&json!([
        { "id": "text", "type": "short_text", "label": "?" },
        { "id": "number", "type": "decimal", "label": "?" },
        { "id": "one", "type": "single_choice", "label": "?", "choices": choices },
        { "id": "few", "type": "multiple_choice", "label": "?", "choices": choices, "other": true },
        { "id": "stars", "type": "stars", "label": "?", "count": 3 },
        { "id": "nps", "type": "nps", "label": "?" },
        { "id": "ok", "type": "yes_no", "label": "?" },
        { "id": "note", "type": "statement", "label": "?" },
        { "id": "source", "type": "hidden", "label": "?" },
    ]));
    let given = [
        json!({ "text": "Good soup, good soup!", "number": 1.5, "one": "b", "few": ["a", { "other": "Teal" }], "stars": 3, "nps": 10, "ok": true, "source": "mail 2026" }),
        json!({ "text": "Good bread", "number": 2.5, "source": "mail 2026", "few": ["a", "b"], "stars": 2, "nps": 8, "ok": false }),
        json!({ "few": [{ "other": "Teal" }], "nps": 3, "ok": true }),
    ];
    let summary = of(&given.map(|it| answers(&survey, &it)));
    assert_eq!(
        summary.to_api(&survey),
        json!({ "responses": 3, "questions": {
            "text": { "answered": 2, "words": [{ "word": "good", "count": 2 }, { "word": "bread", "count": 1 }, { "word": "soup", "count": 1 }] },
            "number": { "answered": 2, "mean": 2.0, "variance": 0.5, "min": 1.5, "max": 2.5,
                "histogram": [{ "from": 1.5, "to": 1.5, "count": 1 }, { "from": 2.5, "to": 2.5, "count": 1 }] },
            "one": { "answered": 1, "choices": { "a": 0, "b": 1 } },
            "few": { "answered": 3, "choices": { "a": 2, "b": 1 }, "other": 2, "other_texts": [{ "text": "Teal", "count": 2 }] },
            "stars": { "answered": 2, "counts": { "1": 0, "2": 1, "3": 1 }, "mean": 2.5 },
            "nps": { "answered": 3, "counts": { "0": 0, "1": 0, "2": 0, "3": 1, "4": 0, "5": 0, "6": 0, "7": 0, "8": 1, "9": 0, "10": 1 },
                "mean": 7.0, "promoters": 1, "passives": 1, "detractors": 1, "score": 0.0 },
            "ok": { "answered": 3, "yes": 2, "no": 1 },
            "source": { "answered": 2, "values": [{ "value": "mail 2026", "count": 2 }], "exact": true },
        } })
    );
    let nothing = Summary::default().to_api(&survey);
    assert_eq!(
        nothing["questions"]["number"],
        json!({ "answered": 0, "mean": null, "variance": null, "min": null, "max": null, "histogram": [] })
    );
    assert_eq!(nothing["questions"]["nps"]["score"], json!(null));
}

#[test]
fn what_is_no_longer_offered_stays_counted() {
    let before = survey_of(&json!([
        { "id": "one", "type": "dropdown", "label": "?", "choices": [{ "id": "a", "label": "A" }, { "id": "b", "label": "B" }], "other": true },
        { "id": "stars", "type": "stars", "label": "?", "count": 5 },
    ]));
    let after = survey_of(&json!([
        { "id": "one", "type": "single_choice", "label": "?", "choices": [{ "id": "c", "label": "C" }] },
        { "id": "stars", "type": "stars", "label": "?", "count": 2 },
    ]));
    let given = [json!({ "one": "b", "stars": 4 }), json!({ "one": { "other": "x" } })];
    let shown = of(&given.map(|it| answers(&before, &it))).to_api(&after);
    let one = json!({ "answered": 2, "choices": { "c": 0, "b": 1 }, "other": 1, "other_texts": [{ "text": "x", "count": 1 }] });
    assert_eq!(shown["questions"]["one"], one);
    assert_eq!(
        shown["questions"]["stars"],
        json!({ "answered": 1, "counts": { "1": 0, "2": 0, "4": 1 }, "mean": 4.0 })
    );
}

#[test]
fn what_is_no_longer_offered_is_not_for_everybody() {
    let before = survey_of(&json!([
        { "id": "one", "type": "dropdown", "label": "?", "choices": [{ "id": "a", "label": "A" }, { "id": "b", "label": "B" }], "other": true },
    ]));
    let after = survey_of(&json!([
        { "id": "one", "type": "single_choice", "label": "?", "choices": [{ "id": "a", "label": "A" }] },
    ]));
    let given =
        ["a", "a", "a", "b"].map(|it| json!({ "one": it })).into_iter().chain([json!({ "one": { "other": "x" } })]);
    let summary = of(&given.map(|it| answers(&before, &it)).collect::<Vec<_>>());
    let question = after.questions().next().unwrap();
    let Shared::Counts(QuestionSummary::Choice(shown)) = summary.shared(question) else { panic!() };
    assert_eq!((shown.answered, shown.other, shown.counts.len()), (5, 0, 1));
    assert_eq!(shown.other_texts, Frequent::default());
}

#[test]
fn variance_survives_large_numbers_that_differ_little() {
    let survey = survey_of(&json!([{ "id": "n", "type": "integer", "label": "?" }]));
    let base = 1_000_000_000_000_000_i64;
    let responses: Vec<_> = (0..1_000).map(|it| answers(&survey, &json!({ "n": base + it % 2 }))).collect();
    let variance = of(&responses).to_api(&survey)["questions"]["n"]["variance"].as_f64().unwrap();
    assert!((variance - 250.0 / 999.0).abs() < 1e-6, "{variance}");
}

#[test]
fn a_histogram_is_exact_until_it_needs_bins_and_bounded_then() {
    let mut histogram = Histogram::default();
    (0..200).for_each(|it| histogram.add(f64::from(it)));
    assert!(histogram.bins().all(|it| it.count == 1 && near(it.from, it.to)));
    histogram.add(200.0);
    let bins: Vec<_> = histogram.bins().collect();
    assert_eq!(bins.len(), 41);
    assert_eq!((bins[0], bins[40]), (Bin { from: 0.0, to: 5.0, count: 5 }, Bin { from: 200.0, to: 205.0, count: 1 }));
    for extreme in [-9_007_199_254_740_992.0, 9_007_199_254_740_992.0, -0.001, 0.001] {
        histogram.add(extreme);
    }
    assert!(histogram.bins().count() <= Histogram::BINS_MAX);
    assert_eq!(histogram.bins().map(|it| it.count).sum::<u64>(), 205);
    assert!(histogram.bins().all(|it| it.from < it.to));
}

#[test]
fn frequent_texts_are_found_in_bounded_memory() {
    let mut frequent = Frequent::default();
    for round in 0..5_000 {
        frequent.add(&format!("rare {round}"));
        frequent.add(["often", "sometimes"][usize::from(round % 3 == 0)]);
    }
    assert!(!frequent.is_exact());
    let top = frequent.top();
    assert_eq!((top.len(), top[0].0, top[1].0), (Frequent::TEXTS_MAX, "often", "sometimes"));
    assert_eq!(top[0].1 - frequent.error("often"), 3_333);
    assert!(!frequent.remove("often"));
}

#[test]
fn words_are_found_in_any_script_and_without_the_small_ones() {
    let found = |text: &str| words::distinct(text).into_iter().collect::<Vec<_>>().join(" ");
    assert_eq!(found("The Soup, the SOUP and my dog's bowl!"), "bowl dog's soup");
    assert_eq!(found("Größe été Ελλάδα हिन्दी"), "größe été ελλάδα हिन्दी");
    assert_eq!(found("a1b2c3 42 ok '' 'quoted' don\u{2019}t"), "quoted");
    assert_eq!(found(&"x".repeat(41)), "");
    assert!(words::distinct(&(0..5_000).fold(String::new(), |it, n| it + &"abc".repeat(n % 13 + 1) + " ")).len() <= 13);
}

#[test]
fn a_question_whose_type_was_changed_keeps_both_statistics() {
    let before = survey_of(&json!([{ "id": "q", "type": "yes_no", "label": "?" }]));
    let after = survey_of(&json!([{ "id": "q", "type": "stars", "label": "?" }]));
    let (yes, four) = (answers(&before, &json!({ "q": true })), answers(&after, &json!({ "q": 4 })));
    let summary = of(&[yes.clone(), four.clone(), yes.clone()]);
    assert_eq!(summary.to_api(&after)["questions"]["q"]["answered"], json!(1));
    assert_eq!(summary.to_api(&before)["questions"]["q"]["yes"], json!(2));
    assert_eq!(summary, of(&[four, yes.clone(), yes]));
}

#[test]
fn taking_out_an_extreme_or_one_of_too_many_words_needs_a_recount() {
    let survey = survey_of(
        &json!([{ "id": "n", "type": "integer", "label": "?" }, { "id": "t", "type": "long_text", "label": "?" }]),
    );
    let numbers = [1, 5, 9].map(|it| answers(&survey, &json!({ "n": it })));
    let mut summary = of(&numbers);
    assert_eq!(summary.remove(&numbers[1]), Recount::NotNeeded);
    assert_eq!(summary.remove(&numbers[2]), Recount::Needed);
    assert_eq!(summary.remove(&numbers[0]), Recount::NotNeeded, "the last one leaves nothing behind");
    assert_eq!(summary, Summary::default());
    assert_eq!(summary.remove(&numbers[0]), Recount::Needed, "it was never there");

    let text = answers(&survey, &json!({ "t": "soup" }));
    let mut summary = of(&[text.clone(), text.clone()]);
    assert_eq!(summary.remove(&text), Recount::NotNeeded);
    assert_eq!(summary, of(std::slice::from_ref(&text)));
    let words = |first: u8| {
        (0..26).map(|it| format!("{}{}word", char::from(first), char::from(b'a' + it))).collect::<Vec<_>>().join(" ")
    };
    (b'a'..=b'e').for_each(|it| summary.add(&answers(&survey, &json!({ "t": words(it) }))));
    assert_eq!(summary.remove(&text), Recount::Needed);
}

#[test]
fn a_stored_summary_that_is_damaged_is_an_error() {
    for damaged in [
        json!(null),
        json!([]),
        json!({}),
        json!({ "n": -1, "q": {} }),
        json!({ "n": 1, "q": { "a b": [] } }),
        json!({ "n": 1, "q": { "a": [{ "number": { "m": { "n": 1, "m": u64::MAX, "s": 0, "l": 0, "h": 0 }, "h": { "w": 0, "b": {} } } }] } }),
    ] {
        assert!(Summary::from_json(&damaged).is_err(), "{damaged}");
    }
}

fn surveys_with_responses() -> impl Strategy<Value = (Definition, Vec<Answers>)> {
    (sample::definitions(), prop::collection::vec(any::<u64>(), 0..40)).prop_map(|(survey, seeds)| {
        let responses = seeds.into_iter().map(|it| answers(&survey, &sample::answers_json(&survey, it))).collect();
        (survey, responses)
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn merged_parts_equal_a_recount((survey, responses) in surveys_with_responses(), at in any::<prop::sample::Index>()) {
        let (left, right) = responses.split_at(at.index(responses.len() + 1));
        let whole = of(&responses);
        for (one, two) in [(left, right), (right, left)] {
            let mut parts = of(one);
            parts.merge(&of(two));
            assert_same(&parts, &whole, &survey);
        }
        let reversed: Vec<_> = responses.iter().rev().cloned().collect();
        assert_same(&of(&reversed), &whole, &survey);
    }

    #[test]
    fn a_response_taken_out_leaves_the_others((survey, responses) in surveys_with_responses(), at in any::<prop::sample::Index>()) {
        prop_assume!(!responses.is_empty());
        let gone = at.index(responses.len());
        let mut summary = of(&responses);
        let recount = summary.remove(&responses[gone]);
        let mut others = responses;
        others.remove(gone);
        let others = of(&others);
        prop_assert_eq!(summary.responses, others.responses);
        if recount == Recount::NotNeeded {
            assert_same(&summary, &others, &survey);
        }
    }

    #[test]
    fn what_everybody_may_see_holds_no_text_and_no_question_that_few_answered((survey, responses) in surveys_with_responses()) {
        let summary = of(&responses);
        for question in survey.questions().filter(|it| it.takes_answer()) {
            let answered = summary.question(question).map_or(0, QuestionSummary::answered);
            match summary.shared(question) {
                Shared::Words => prop_assert!(matches!(question.kind.name(), KindName::ShortText | KindName::LongText | KindName::Hidden)),
                Shared::TooFew => prop_assert!(answered < Summary::SHARED_ANSWERS_MIN),
                Shared::Counts(counted) => {
                    prop_assert!(Summary::SHARED_ANSWERS_MIN <= answered);
                    prop_assert_eq!(counted.answered(), answered);
                    prop_assert!(!matches!(counted, QuestionSummary::Text(_) | QuestionSummary::Hidden(_)));
                    if let QuestionSummary::Choice(choice) = counted {
                        prop_assert_eq!(choice.other_texts, Frequent::default());
                    }
                }
            }
        }
    }

    #[test]
    fn a_stored_summary_is_read_back_exactly((_, responses) in surveys_with_responses()) {
        let summary = of(&responses);
        let stored = summary.to_json().to_string();
        prop_assert_eq!(Summary::from_json(&serde_json::from_str(&stored).unwrap()).unwrap(), summary);
    }

    #[test]
    fn a_histogram_does_not_depend_on_the_order(numbers in prop::collection::vec(prop_oneof![-9e15..9e15_f64, -1e3..1e3_f64, (-300..300).prop_map(f64::from)], 0..600), at in any::<prop::sample::Index>()) {
        let fill = |numbers: &[f64]| {
            let mut histogram = Histogram::default();
            for number in numbers {
                histogram.add(*number);
            }
            histogram
        };
        let mut sorted = numbers.clone();
        sorted.sort_by(f64::total_cmp);
        prop_assert_eq!(fill(&sorted), fill(&numbers));
        let (left, right) = numbers.split_at(at.index(numbers.len() + 1));
        let mut parts = fill(left);
        parts.merge(&fill(right));
        prop_assert_eq!(parts, fill(&numbers));
    }

    #[test]
    fn frequent_texts_stay_within_their_error(texts in prop::collection::vec(0_u16..200, 0..700), at in any::<prop::sample::Index>()) {
        let fill = |texts: &[u16]| {
            let mut frequent = Frequent::default();
            for text in texts {
                frequent.add(&text.to_string());
            }
            frequent
        };
        let (left, right) = texts.split_at(at.index(texts.len() + 1));
        let mut parts = fill(left);
        parts.merge(&fill(right));
        let mut counts = BTreeMap::new();
        for text in &texts {
            *counts.entry(text.to_string()).or_insert(0) += 1;
        }
        for frequent in [fill(&texts), parts] {
            prop_assert!(frequent.top().len() <= Frequent::TEXTS_MAX);
            for (text, count) in frequent.top() {
                let exact: u64 = counts[text];
                prop_assert!(count - frequent.error(text) <= exact && exact <= count, "{} {} {}", text, count, exact);
            }
        }
    }

    #[test]
    fn the_text_given_up_is_the_one_that_a_look_at_all_of_them_finds(
        steps in prop::collection::vec((0_u16..300, 0_u8..40), 0..1_500),
    ) {
        let (mut frequent, mut model) = (Frequent::default(), BTreeMap::<String, (u64, u64)>::new());
        for (text, what) in steps {
            let text = text.to_string();
            match what {
                0 => {
                    frequent.remove(&text);
                    if let Some((count, _)) = model.get_mut(&text) {
                        *count -= 1;
                        if *count == 0 {
                            model.remove(&text);
                        }
                    }
                }
                1 => frequent = serde_json::from_str(&serde_json::to_string(&frequent).unwrap()).unwrap(),
                _ => {
                    frequent.add(&text);
                    if let Some((count, _)) = model.get_mut(&text) {
                        *count += 1;
                        continue;
                    }
                    let mut lowest = 0;
                    if model.len() == Frequent::TEXTS_MAX {
                        let found = model.iter().min_by(|(one, a), (two, b)| a.0.cmp(&b.0).then_with(|| two.cmp(one)));
                        let found = found.unwrap().0.clone();
                        lowest = model.remove(&found).unwrap().0;
                    }
                    model.insert(text, (lowest + 1, lowest));
                }
            }
        }
        let mut top: Vec<(&str, u64)> = model.iter().map(|(text, (count, _))| (text.as_str(), *count)).collect();
        top.sort_by(|(one, ones), (two, twos)| twos.cmp(ones).then_with(|| one.cmp(two)));
        prop_assert_eq!(frequent.top(), top);
        for (text, (_, error)) in &model {
            prop_assert_eq!(frequent.error(text), *error);
        }
    }
}
