//! Tests of scripts' nouns: this file is about names, sources, schedules and parameters.

use serde_json::json;

use super::*;

#[test]
fn a_name_is_a_small_word() {
    for good in ["a", "big-five", "nps_2", &"a".repeat(64)] {
        assert_eq!(ScriptName::parse(good).unwrap().as_str(), good);
    }
    for bad in ["", "A", "1a", "a b", "a.py", "é", "../a", &"a".repeat(65)] {
        assert_eq!(ScriptName::parse(bad), Err(InvalidScriptName::Name), "{bad}");
    }
    assert_eq!(ScriptName::parse("canvass"), Err(InvalidScriptName::Reserved));
    assert_eq!(ScriptName::parse("big-five").unwrap().module(), "big_five");
}

#[test]
fn a_source_has_line_feeds_and_a_bound() {
    assert_eq!(Source::parse("\u{feff}a\r\nb\rc\n").unwrap().as_str(), "a\nb\nc\n");
    assert_eq!(Source::parse("a\0"), Err(InvalidSource::Zero));
    assert!(Source::parse(&"a".repeat(Source::BYTES_MAX)).is_ok());
    assert_eq!(Source::parse(&"a".repeat(Source::BYTES_MAX + 1)), Err(InvalidSource::TooLarge));
}

#[test]
fn every_outcome_survives_its_name() {
    for outcome in [Outcome::Done, Outcome::Exception, Outcome::Refused, Outcome::Crowded, Outcome::Spent, Outcome::Off]
    {
        assert_eq!(Outcome::parse(outcome.as_str()), Some(outcome));
    }
    for limit in LimitKind::ALL {
        let name = Outcome::Limit(limit).as_str();
        assert_eq!(name, format!("limit_{}", limit.as_str()));
        assert_eq!(Outcome::parse(name), Some(Outcome::Limit(limit)));
    }
}

#[test]
fn a_schedule_knows_the_clock_of_its_zone() {
    let schedule: Schedule =
        serde_json::from_value(json!({ "cron": "30 8 * * 1", "time_zone": "Europe/Vienna" })).unwrap();
    let next = |from: &str| {
        let from = Timestamp::parse(from).unwrap();
        schedule.next(from, from).unwrap().to_string()
    };
    // Vienna is an hour ahead of UTC in winter, two in summer.
    assert_eq!(next("2026-11-30T07:29:59Z"), "2026-11-30T07:30:00.000Z");
    assert_eq!(next("2026-11-30T07:30:00Z"), "2026-12-07T07:30:00.000Z");
    assert_eq!(next("2026-07-01T00:00:00Z"), "2026-07-06T06:30:00.000Z");
    assert_eq!(serde_json::to_value(&schedule).unwrap(), json!({ "cron": "30 8 * * 1", "time_zone": "Europe/Vienna" }));
}

#[test]
fn an_interval_is_counted_from_its_beginning() {
    let schedule: Schedule = serde_json::from_value(json!({ "every_minutes": 15 })).unwrap();
    let since = Timestamp(1_000);
    assert_eq!(schedule.next(since, since), Some(since.plus_ms(15 * Timestamp::MINUTE_MS)));
    // After a night without the server it runs once, at the next full interval.
    let later = since.plus_ms(100 * Timestamp::MINUTE_MS);
    assert_eq!(schedule.next(since, later), Some(since.plus_ms(105 * Timestamp::MINUTE_MS)));
}

#[test]
fn a_schedule_that_is_not_understood_says_what_of_it() {
    for (expression, zone, refusal) in [
        ("0 8 * *", "UTC", InvalidSchedule::Expression),
        ("0 25 * * *", "UTC", InvalidSchedule::Expression),
        ("* * * * * *", "UTC", InvalidSchedule::Expression),
        ("0 8 * * 1", "Mars/Olympus", InvalidSchedule::Zone),
        ("0 8 * * 1", "", InvalidSchedule::Zone),
        ("0 8 * * 1", "../../etc/passwd", InvalidSchedule::Zone),
        ("0 0 31 2 *", "UTC", InvalidSchedule::Never),
    ] {
        assert_eq!(Schedule::cron(expression, zone), Err(refusal), "{expression} {zone}");
    }
    assert_eq!(Schedule::every(0), Err(InvalidSchedule::Minutes));
    assert_eq!(Schedule::every(Schedule::MINUTES_MAX + 1), Err(InvalidSchedule::Minutes));
    assert!(Schedule::cron("0 0 29 2 *", "UTC").is_ok());
}

#[test]
fn parameters_are_checked_by_their_kinds() {
    let parameters: Parameters = serde_json::from_value(json!([
        { "name": "month", "kind": "date", "required": true },
        { "name": "least", "kind": "integer", "default": 2, "label": "At least" },
        { "name": "how", "kind": "choice", "choices": ["short", "long"] },
        { "name": "all", "kind": "boolean" },
    ]))
    .unwrap();
    let good = parameters.check(&json!({ "month": "2026-11-01", "least": 3, "how": "short" })).unwrap();
    assert_eq!(good, json!({ "month": "2026-11-01", "least": 3, "how": "short", "all": null }));

    assert_eq!(parameters.check(&json!({ "month": "2026-11-01" })).unwrap()["least"], 2);

    let given = json!({ "least": "3", "how": "broad", "all": 1, "more": 1, "month": "2026-13-01" });
    let faults = parameters.check(&given).unwrap_err();
    let mut pointers: Vec<&str> = faults.iter().map(|it| it.pointer.as_str()).collect();
    pointers.sort_unstable();
    assert_eq!(pointers, ["/all", "/how", "/least", "/month", "/more"]);
    assert!(parameters.check(&json!({})).unwrap_err()[0].message.contains("required"));
}

#[test]
fn parameters_that_contradict_themselves_are_refused() {
    let parameter = |kind, choices: &[&str]| Parameter {
        name: ParameterName::parse("how").unwrap(),
        label: String::new(),
        kind,
        choices: choices.iter().map(|it| (*it).to_owned()).collect(),
        required: false,
        default: serde_json::Value::Null,
    };
    assert_eq!(Parameters::new(vec![parameter(ParameterKind::Choice, &[])]).unwrap_err()[0].pointer, "/0/choices");
    assert_eq!(Parameters::new(vec![parameter(ParameterKind::Text, &["a"])]).unwrap_err()[0].pointer, "/0/choices");
    let twice = vec![parameter(ParameterKind::Text, &[]), parameter(ParameterKind::Text, &[])];
    assert_eq!(Parameters::new(twice).unwrap_err()[0].pointer, "/1/name");
}

#[test]
fn an_annotation_is_fields_and_tags() {
    let read = Annotation::read_answer(&json!({ "score": 3.5, "group": "high", "tags": ["vip", " new "] })).unwrap();
    assert_eq!(read.fields.len(), 2);
    assert_eq!(read.tags.unwrap().iter().map(Tag::as_str).collect::<Vec<_>>(), ["new", "vip"]);
    for bad in [
        json!([]),
        json!({ "a b": 1 }),
        json!({ "score": [1] }),
        json!({ "score": "x".repeat(1_001) }),
        json!({ "tags": "vip" }),
        json!({ "tags": [""] }),
        serde_json::Value::Object((0..51).map(|it| (format!("f{it}"), json!(1))).collect()),
    ] {
        assert!(Annotation::read_answer(&bad).is_err(), "{bad}");
    }
}
