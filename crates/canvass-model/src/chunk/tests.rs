//! Tests of chunks: this file is about responses that come back to the letter, and bytes that do not.

use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;
use crate::{
    answer::Answers,
    definition::Definition,
    response::{Accepted, Source},
    sample,
    time::Timestamp,
};

fn survey() -> SurveyId {
    SurveyId::from(uuid::Uuid::from_u128(7))
}

/// Responses with these documents, at positions that have gaps, from several sources and to two versions.
pub(crate) fn responses(documents: &[String]) -> Vec<Response> {
    let one = |(at, answers): (usize, &String)| {
        let number = i64::try_from(at).unwrap();
        let accepted = Accepted {
            id: uuid::Uuid::from_u128(0x1000 + at as u128).into(),
            survey: survey(),
            version: Version(1 + u32::try_from(at % 3 / 2).unwrap()),
            received_at: Timestamp(1_700_000_000_000 + number * 997 % 10_000),
            source: Source::ALL[at % 3],
            answers: answers.clone(),
        };
        Response { position: 3 + number * 2, accepted }
    };
    documents.iter().enumerate().map(one).collect()
}

/// What the store would give back of a sealed chunk: of the named columns the parts that have some of the rows.
pub(crate) fn reopened(sealed: &Sealed, columns: &Columns, rows: Range<usize>) -> Result<Chunk, Damaged> {
    let wanted = |it: &&SealedPart| columns.hold(&it.name) && it.first_row < rows.end && rows.start <= it.last_row;
    let parts = sealed.parts.iter().filter(wanted).map(|it| Part::open(&it.body)).collect::<Result<Vec<_>, _>>()?;
    Chunk::assemble(Head::open(&sealed.head)?, parts, rows)
}

fn whole(sealed: &Sealed) -> Result<Vec<Response>, Damaged> {
    let rows = 0..Head::open(&sealed.head)?.rows();
    reopened(sealed, &Columns::All, rows.clone())?.responses(rows)
}

/// Documents that no survey would take, and that come back all the same.
fn wild_documents() -> impl Strategy<Value = Vec<String>> {
    let leaf = prop_oneof![
        Just(json!(null)),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<u64>().prop_map(Value::from),
        prop::num::f64::NORMAL.prop_map(Value::from),
        (-3_i32..3).prop_map(|it| json!(f64::from(it) / 2.0)),
        "\\PC{0,4}".prop_map(Value::from),
        "[a-c]".prop_map(|it| json!({ "other": it })),
    ];
    let value = leaf.prop_recursive(2, 8, 3, |it| prop::collection::vec(it, 0..4).prop_map(Value::from));
    let name = prop_oneof![Just("a"), Just("b"), Just("c"), Just("_id"), Just("0"), Just("d d"), Just("~")];
    let document = prop::collection::vec((name, value), 0..6).prop_map(|entries| {
        // Written by hand, for a name may come twice.
        let entries: Vec<String> = entries.into_iter().map(|(name, it)| format!("\"{name}\":{it}")).collect();
        format!("{{{}}}", entries.join(","))
    });
    let spaced = "\\{ ?\"a\" ?: ?(1|1\\.50|-0|1e3|\"\\\\u0041\") ?\\}";
    prop::collection::vec(prop_oneof![4 => document, 1 => spaced], 1..40)
}

fn survey_documents() -> impl Strategy<Value = (Definition, Vec<String>)> {
    (sample::definitions(), prop::collection::vec(any::<u64>(), 1..40)).prop_map(|(survey, seeds)| {
        let documents = seeds.into_iter().map(|it| sample::answers_json(&survey, it).to_string()).collect();
        (survey, documents)
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn every_document_comes_back_to_the_letter(documents in wild_documents(), at in any::<prop::sample::Index>()) {
        let responses = responses(&documents);
        let sealed = Chunk::seal(&responses).unwrap();
        prop_assert_eq!(&whole(&sealed).unwrap(), &responses);
        let row = at.index(responses.len());
        let one = reopened(&sealed, &Columns::All, row..row + 1).unwrap().responses(row..row + 1).unwrap();
        prop_assert_eq!(&one, &responses[row..=row]);
    }

    #[test]
    fn a_column_alone_holds_the_answers_that_documents_do((survey, documents) in survey_documents()) {
        let responses = responses(&documents);
        let sealed = Chunk::seal(&responses).unwrap();
        prop_assert!(sealed.parts.iter().all(|it| it.name != Fact::Document.name()), "valid answers need no document");
        for question in survey.questions() {
            let columns = Columns::named([question.id.as_str()]);
            let fresh = Chunk::fresh(responses[0].accepted.survey, &responses, &|_| Some(columns.clone())).unwrap().unwrap();
            let read = reopened(&sealed, &columns, 0..responses.len()).unwrap();
            for (row, response) in responses.iter().enumerate() {
                let answers = Answers::from_stored(&survey, &response.accepted.answers).unwrap();
                for chunk in [&fresh, &read] {
                    let answer = chunk.answer(question.id.as_str(), Some(&question.kind), row).unwrap();
                    prop_assert_eq!(answer.as_ref(), answers.get(&question.id));
                }
            }
        }
    }

    #[test]
    fn a_chunk_with_any_bit_turned_is_refused(documents in wild_documents(), part in any::<prop::sample::Index>(),
                                              place in any::<prop::sample::Index>(), bit in 0..8_u8, cut in any::<bool>()) {
        let sealed = Chunk::seal(&responses(&documents)).unwrap();
        let spoil = |body: &mut Vec<u8>| {
            let place = place.index(body.len());
            if cut { body.truncate(place) } else { body[place] ^= 1 << bit }
        };
        let mut spoilt = sealed.clone();
        let part = part.index(spoilt.parts.len());
        spoil(&mut spoilt.parts[part].body);
        prop_assert!(whole(&spoilt).is_err());
        let mut headless = sealed;
        spoil(&mut headless.head);
        prop_assert!(whole(&headless).is_err());
    }

    #[test]
    fn bytes_with_a_right_checksum_make_nobody_stumble(documents in wild_documents(), part in any::<prop::sample::Index>(),
                                                       places in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..4)) {
        let mut sealed = Chunk::seal(&responses(&documents)).unwrap();
        let spoil = |body: &[u8]| {
            let mut plain = part::unpack(body).unwrap();
            for (place, byte) in &places {
                let place = place.index(plain.len());
                plain[place] = *byte;
            }
            part::pack(&plain).unwrap()
        };
        sealed.head = spoil(&sealed.head);
        let _ = whole(&sealed);
        let mut sealed = Chunk::seal(&responses(&documents)).unwrap();
        let part = part.index(sealed.parts.len());
        sealed.parts[part].body = spoil(&sealed.parts[part].body);
        if let Ok(chunk) = reopened(&sealed, &Columns::All, 0..documents.len()) {
            let _ = chunk.responses(0..documents.len());
            for name in ["a", "b", "c"] {
                (0..documents.len()).for_each(|row| drop(chunk.answer(name, None, row)));
            }
        }
    }

    #[test]
    fn noise_is_no_chunk(noise in prop::collection::vec(any::<u8>(), 0..200)) {
        prop_assert!(Part::open(&noise).is_err());
        prop_assert!(Head::open(&noise).is_err());
    }
}

/// A document for each form of a column, in a chunk as large as they come.
fn large() -> Vec<String> {
    let one = |at: usize| {
        let picks: Vec<Value> = (0..12).filter(|it| at >> it & 1 == 1).map(|it| json!(format!("p{it}"))).collect();
        let own = (at.is_multiple_of(50)).then(|| json!({ "other": format!("own {at}") }));
        json!({
            "code": format!("c{}", at % 5),
            "whole": at * 37,
            "part": crate::number::to_json(f64::from(u32::try_from(at).unwrap().wrapping_mul(2_654_435_761)) / 1_000.0),
            "text": format!("text number {at} of some length"),
            "picks": picks.into_iter().chain(own).collect::<Vec<_>>(),
            "mixed": if at.is_multiple_of(2) { json!(at) } else { json!(format!("m{at}")) },
        })
        .to_string()
    };
    (0..Chunk::ROWS_MAX).map(one).collect()
}

#[test]
fn every_form_of_a_column_gives_a_large_chunk_back_and_takes_less_room() {
    let documents = large();
    let responses = responses(&documents);
    let sealed = Chunk::seal(&responses).unwrap();
    assert_eq!(whole(&sealed).unwrap(), responses);
    let chunk = reopened(&sealed, &Columns::All, 0..responses.len()).unwrap();
    let form = |name: &str| chunk.column(name)[0].vector();
    assert!(matches!(form("code"), Vector::Codes { entries, .. } if entries.len() == 5));
    assert!(matches!(form("whole"), Vector::Integers { .. }));
    assert!(matches!(form("part"), Vector::Decimals { .. }));
    assert!(matches!(form("text"), Vector::Texts(_)) && chunk.column("text").len() == 8);
    assert!(matches!(form("picks"), Vector::Picks { .. }));
    assert!(matches!(form("mixed"), Vector::Values(_)) && chunk.column("mixed").len() == 8);
    assert!(chunk.column(Fact::Document.name()).is_empty(), "nothing is kept twice");
    let stored: usize = sealed.parts.iter().map(|it| it.body.len()).sum();
    let plain: usize = documents.iter().map(String::len).sum();
    assert!(stored * 2 < plain, "{stored} of {plain} bytes");
    let page = reopened(&sealed, &Columns::All, 5_000..5_050).unwrap();
    assert_eq!(page.column("text").len(), 1, "a page reads one block of texts");
    assert_eq!(page.responses(5_000..5_050).unwrap(), responses[5_000..5_050]);
}

#[test]
fn a_head_says_what_is_in_the_chunk() {
    let documents: Vec<String> = (0..6).map(|at| json!({ "n": at, "t": "x" }).to_string()).collect();
    let sealed = Chunk::seal(&responses(&documents)).unwrap();
    let head = Head::open(&sealed.head).unwrap();
    assert_eq!((head.rows(), head.positions(), head.survey()), (6, (3, 13), survey()));
    assert_eq!(head.versions(), [Version(1), Version(2)]);
    assert_eq!(head.sources(), Source::ALL);
    assert_eq!(head.received(), (Timestamp(1_700_000_000_000), Timestamp(1_700_000_004_985)));
    let zone = head.zone("n").unwrap();
    assert_eq!((zone.answered, zone.span, zone.values.unwrap().len()), (6, Some((0.0, 5.0)), 6));
    assert_eq!(head.zone("never"), Some(Zone::default()));
}

#[test]
fn what_is_no_chunk_is_refused() {
    let some = responses(&["{}".to_owned(), "{}".to_owned()]);
    let reversed: Vec<Response> = some.iter().rev().cloned().collect();
    let mut of_two = some.clone();
    of_two[1].accepted.survey = uuid::Uuid::from_u128(8).into();
    let many = responses(&vec!["{}".to_owned(); Chunk::ROWS_MAX + 1]);
    for wrong in [&[], reversed.as_slice(), &of_two, &many] {
        assert!(Chunk::seal(wrong).is_err());
    }
    for document in ["", "{", "[]", "{} x", "{\"a\":}"] {
        assert!(Chunk::seal(&responses(&[document.to_owned()])).is_err(), "{document}");
    }
    let (one, other) = (Chunk::seal(&some).unwrap(), Chunk::seal(&some[1..]).unwrap());
    let mixed = Sealed { head: one.head.clone(), parts: other.parts.clone() };
    assert!(whole(&mixed).is_err(), "parts of another chunk");
    let parts = one.parts.iter().chain(&one.parts).map(|it| Part::open(&it.body).unwrap());
    assert!(Chunk::assemble(Head::open(&one.head).unwrap(), parts, 0..2).is_err(), "parts that overlap");
}

#[test]
fn rows_up_to_a_position_can_be_left_out() {
    let responses = responses(&vec!["{}".to_owned(); 4]);
    let sealed = Chunk::seal(&responses).unwrap();
    let chunk = reopened(&sealed, &Columns::named([Fact::Position.name()]), 0..4).unwrap();
    for (position, start) in [(2, 0), (3, 1), (4, 1), (5, 2), (9, 4), (100, 4)] {
        assert_eq!(chunk.clone().after(position).unwrap().rows(), start..4, "{position}");
        assert_eq!(chunk.clone().before(position + 1).unwrap().rows(), 0..start, "{position}");
    }
}
