//! The language: these tests are about scripts being Python as CPython runs it, with what it says about mistakes.

use std::{fs, path::Path};

use serde_json::{Value, json};

use crate::support::{answer, check, failure, module, order, run, sandbox, Desk};
use canvass_script::{CheckError, Failure};

/// What each probe writes when CPython 3.13 runs it, where that is anything. A probe that finds something wrong fails.
const WRITTEN: [(&str, &str); 2] = [("f_print_kwargs.py", "a-b!\n"), ("f_sys_mod.py", "e\n")];

#[tokio::test]
async fn every_probe_of_the_language_runs_as_cpython_runs_it() {
    let sandbox = sandbox().await;
    let mut wrong = Vec::new();
    let mut probes = 0;
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/language");
    for entry in fs::read_dir(folder).expect("the probes are there") {
        let path = entry.expect("an entry").path();
        let name = path.file_name().and_then(|it| it.to_str()).expect("a name").to_owned();
        let report = run(&sandbox, &fs::read_to_string(&path).expect("a probe")).await;
        let written = WRITTEN.iter().find(|(probe, _)| *probe == name).map_or("", |(_, text)| text);
        if report.outcome.is_err() || report.output != written {
            wrong.push(format!("{name}: {:?}, {:?}", report.outcome, report.output));
        }
        probes += 1;
    }
    assert_eq!(wrong, Vec::<String>::new());
    assert_eq!(probes, 78);
}

#[tokio::test]
async fn a_script_answers_with_its_last_expression_or_with_result() {
    let sandbox = sandbox().await;
    for (source, expected) in [
        ("1 + 2", json!(3)),
        ("x = [1, 'ä', None, True, 2.5]\nx", json!([1, "ä", null, true, 2.5])),
        ("result = {'a': (1, 2)}", json!({"a": [1, 2]})),
        ("result = 5\nprint('done')", json!(5)),
        ("result = 5\n6", json!(6)),
        ("x = 1", Value::Null),
        ("", Value::Null),
        ("float('nan'), float('inf'), {'a': float('-inf')}", json!([null, null, {"a": null}])),
        ("'half \\ud83d and whole \\U0001f600'", json!("half ? and whole \u{1f600}")),
        ("import decimal, datetime\n[decimal.Decimal('1.5'), datetime.date(2026, 11, 30), {1}]", json!([1.5, "2026-11-30", [1]])),
        ("10 ** 400", json!("a number that JSON cannot hold")),
    ] {
        let report = run(&sandbox, source).await;
        match report.outcome {
            Ok(found) => assert_eq!(found, expected, "{source}"),
            Err(failure) => assert!(source.contains("400"), "{source}: {failure}"),
        }
    }
}

#[tokio::test]
async fn what_json_has_no_word_for_is_refused_when_a_hook_answers_it_and_shown_when_a_script_ends_with_it() {
    let sandbox = sandbox().await;
    assert_eq!(failure(&sandbox, "result = object").await, "TypeError");
    assert!(answer(&sandbox, "object").await.as_str().expect("its repr").contains("object"));
    assert_eq!(failure(&sandbox, "x = []\nx.append(x)\nx").await, "ValueError");
}

#[tokio::test]
async fn a_text_that_is_no_python_is_refused_with_line_and_column() {
    let sandbox = sandbox().await;
    for (source, line, column, says) in [
        ("x = 1\nif x\n    pass\n", 2, 5, "expected ':'"),
        ("def f():\n    return (1,\n", 2, 12, "'(' was never closed"),
        ("ä = 1\nä ö\n", 2, 3, "invalid syntax"),
        ("return 1\n", 1, 1, "'return' outside function"),
        ("for x in y:\nprint(x)\n", 2, 1, "expected an indented block"),
    ] {
        match check(&sandbox, source).await {
            Err(CheckError::Syntax { message, line: found_line, column: found_column }) => {
                assert!(message.contains(says), "{source}: {message}");
                assert_eq!((found_line, found_column), (line, column), "{source}: {message}");
            }
            other => panic!("{source}: {other:?}"),
        }
    }
}

#[tokio::test]
async fn a_check_tells_which_triggers_functions_a_script_defines() {
    let sandbox = sandbox().await;
    let defines = |source: &'static str| {
        let sandbox = sandbox.clone();
        async move {
            let functions = check(&sandbox, source).await.expect("Python").functions;
            (functions.page, functions.validate, functions.responded)
        }
    };
    assert_eq!(defines("def page(request): ...").await, (true, false, false));
    assert_eq!(defines("async def validate(response): ...\nresponded = print").await, (false, true, true));
    assert_eq!(defines("class A:\n    def page(self): ...\nx = 1").await, (false, false, false));
}

#[tokio::test]
async fn a_traceback_shows_the_scripts_own_lines_and_nothing_of_ours() {
    let sandbox = sandbox().await;
    let source = "import canvass\n\ndef inner(d):\n    return d['missing']\n\ndef outer(n):\n    return inner({'n': n})\n\nouter(3)\n";
    let Err(Failure::Exception { kind, message, line, traceback }) = run(&sandbox, source).await.outcome else {
        panic!("it raises")
    };
    assert_eq!((kind.as_str(), message.as_str(), line), ("KeyError", "'missing'", Some(4)));
    assert_eq!(
        traceback,
        "Traceback (most recent call last):\n  \
           File \"survey.py\", line 9, in <module>\n    outer(3)\n    ~~~~~^^^\n  \
           File \"survey.py\", line 7, in outer\n    return inner({'n': n})\n  \
           File \"survey.py\", line 4, in inner\n    return d['missing']\n           ~^^^^^^^^^^^\n\
         KeyError: 'missing'\n"
    );

    let source = "import canvass\ntry:\n    canvass.surveys.list()\nexcept canvass.HostError as error:\n    raise ValueError('no') from error\n";
    let Err(Failure::Exception { traceback, line, .. }) = run(&sandbox, source).await.outcome else {
        panic!("it raises")
    };
    assert_eq!(line, Some(5));
    assert!(traceback.contains("The above exception was the direct cause"), "{traceback}");
    assert!(!traceback.contains("canvass.py"), "{traceback}");
}

#[tokio::test]
async fn scripts_of_a_tenant_import_each_other_by_name() {
    let sandbox = sandbox().await;
    let order = canvass_script::Order {
        modules: vec![
            module("shared-words", "import numbers_of_ours\nGREETING = 'Hello'\ndef greet(name): return f'{GREETING} {name} {numbers_of_ours.ONE}'"),
            module("numbers_of_ours", "ONE = 1"),
            module("broken", "def f(:"),
            module("statistics", "mean = 'ours'"),
        ],
        ..order("from shared_words import greet\nimport statistics\ntry:\n    import broken\nexcept SyntaxError as error:\n    wrong = (error.filename, error.lineno)\n[greet('Ann'), wrong, statistics.mean]")
    };
    let report = sandbox.run(order, &mut Desk::default()).await;
    assert_eq!(report.outcome, Ok(json!(["Hello Ann 1", ["broken.py", 1], "ours"])));
}

#[tokio::test]
async fn clock_and_random_numbers_follow_from_the_order_and_go_on_with_the_work() {
    let sandbox = sandbox().await;
    let source = "import canvass, datetime, random, secrets, time, uuid\n\
                  first = time.time()\n\
                  for _ in range(10_000): pass\n\
                  [canvass.now().isoformat(), first, time.time() - first, time.monotonic(), random.random(), \
                   canvass.random.random(), secrets.token_hex(8), str(uuid.uuid4()), datetime.datetime.now().isoformat()]";
    let one = answer(&sandbox, source).await;
    let again = answer(&sandbox, source).await;
    let other = sandbox.run(canvass_script::Order { seed: 8, ..order(source) }, &mut Desk::default()).await;
    let other = other.outcome.expect("it runs");

    assert_eq!(one, again);
    assert_eq!(one[0], "2026-11-30T12:00:00+00:00");
    let first = one[1].as_f64().expect("a time");
    assert!((1_796_040_000.0..1_796_040_001.0).contains(&first), "{one}");
    assert!(0.0 < one[2].as_f64().expect("a span"), "the clock stands still: {one}");
    for random in [4, 5, 6, 7] {
        assert_ne!(one[random], other[random], "{random}");
    }
}

#[tokio::test]
async fn time_zones_and_asyncio_are_there() {
    let sandbox = sandbox().await;
    let source = "import asyncio, datetime, time, zoneinfo\n\
                  async def main():\n    await asyncio.sleep(0.01)\n    return await asyncio.gather(*(asyncio.sleep(0, x) for x in 'ab'))\n\
                  began = time.monotonic()\n\
                  zone = zoneinfo.ZoneInfo('Europe/Vienna')\n\
                  [datetime.datetime(2026, 7, 1, 12, tzinfo=zone).isoformat(), len(zoneinfo.available_timezones()) > 500, \
                   asyncio.run(main()), time.monotonic() - began >= 0.01]";
    assert_eq!(answer(&sandbox, source).await, json!(["2026-07-01T12:00:00+02:00", true, ["a", "b"], true]));
}
