//! Tests of the compiler: this file is about two corpora, one that must be refused and one that must pass, and about
//! every text in between.

use proptest::prelude::*;
use serde::Deserialize;

use super::*;

#[derive(Deserialize)]
struct Hostile {
    name: String,
    #[serde(default)]
    css: String,
    repeat: Option<Repeat>,
    refused: Vec<String>,
}

#[derive(Deserialize)]
struct Repeat {
    text: String,
    times: usize,
}

#[derive(Deserialize)]
struct Benign {
    name: String,
    css: String,
    compiled: Option<String>,
}

fn hostile() -> Vec<Hostile> {
    let mut corpus: Vec<Hostile> = serde_json::from_str(include_str!("../../tests/data/hostile-styles.json")).unwrap();
    for it in &mut corpus {
        if let Some(repeat) = &it.repeat {
            it.css = repeat.text.repeat(repeat.times);
        }
    }
    assert!(60 <= corpus.len());
    corpus
}

fn benign() -> Vec<Benign> {
    let corpus: Vec<Benign> = serde_json::from_str(include_str!("../../tests/data/benign-styles.json")).unwrap();
    assert!(15 <= corpus.len());
    corpus
}

fn compiled(css: &str) -> Result<String, Vec<Refusal>> {
    compile(css, &Theme::default()).map(|it| it.as_str().to_owned())
}

/// Rules as a tenant would write them.
fn source(rules: &[read::Rule]) -> String {
    let rules = rules.iter().map(|rule| {
        let names: Vec<String> = rule.targets.iter().map(|it| format!(".{}", it.name())).collect();
        let declarations: Vec<String> =
            rule.declarations.iter().map(|it| format!("{}:{};", it.property.name, it.value.text)).collect();
        let body = format!("{}{{{}}}", names.join(","), declarations.concat());
        rule.media.as_ref().map_or(body.clone(), |it| format!("@media {it}{{{body}}}"))
    });
    rules.collect()
}

/// Holds whatever was compiled to what must be true of it.
fn assert_harmless(css: &str) {
    let Ok(once) = compiled(css) else { return };
    let lower = once.to_ascii_lowercase();
    for word in ["url", "\\", "<", "/*", "!important", "expression", "import", "position", "content:", "env(", "attr("]
    {
        assert!(!lower.contains(word), "{css:?} gave {once}");
    }
    for rule in once.split('}').filter_map(|it| it.rsplit('{').nth(1)) {
        let selector = rule.rsplit('{').next().unwrap_or(rule);
        assert!(selector.starts_with(part::SCOPE) || selector.starts_with("@media "), "{css:?} gave {once}");
    }
    let (rules, _) = read::rules(css);
    let again = source(&rules);
    assert_eq!(compiled(&again).as_ref(), Ok(&once), "{css:?} became {again:?}");
}

#[test]
fn the_hostile_corpus_is_refused_each_sheet_for_its_reason() {
    let mut wrong = Vec::new();
    for it in hostile() {
        let found = match compiled(&it.css) {
            Ok(css) => vec![format!("compiled to {css}")],
            Err(refusals) => refusals.iter().map(|it| it.reason.code().to_owned()).collect(),
        };
        if found != it.refused {
            wrong.push(format!("{}: {found:?}, not {:?}", it.name, it.refused));
        }
    }
    assert!(wrong.is_empty(), "\n{}\n", wrong.join("\n"));
}

#[test]
fn the_benign_corpus_keeps_its_meaning() {
    let mut wrong = Vec::new();
    for it in benign() {
        match (compiled(&it.css), it.compiled) {
            (Err(refusals), _) => wrong.push(format!("{}: refused: {refusals:?}", it.name)),
            (Ok(found), Some(wanted)) if found != wanted => {
                wrong.push(format!("{}:\n  {found}\n  {wanted}", it.name));
            }
            (Ok(_), _) => assert_harmless(&it.css),
        }
    }
    assert!(wrong.is_empty(), "\n{}\n", wrong.join("\n"));
}

#[test]
fn everything_that_is_wrong_is_said_at_once_with_its_line() {
    let css = "/* our look */\n.page { colour: red; color: #000 }\n\nbody { color: red }\n.button { opacity: 0; position: fixed }";
    let refusals = compiled(css).unwrap_err();
    let found: Vec<String> = refusals.iter().map(ToString::to_string).collect();
    let wanted = [
        "Line 2, column 9: The property \"colour\" is not taken",
        "Line 4, column 1: The selector \"body\" is not taken. Write the name of a part after a dot, like .question-label or \
         .button:hover",
        "Line 5, column 11: \"opacity\" could hide what people must see or reach",
        "Line 5, column 23: \"position\" could cover the form or move it out of sight",
    ];
    assert_eq!(found, wanted);
}

#[test]
fn a_range_says_how_far_it_goes() {
    let refusals = compiled(".help{font-size:8px}").unwrap_err();
    assert_eq!(refusals[0].reason.to_string(), "\"font-size\" goes from 12px to 64px here");
    let refusals = compiled(".help{font-size:small}").unwrap_err();
    assert_eq!(refusals[0].reason.to_string(), "\"font-size\" takes a length from 12px to 64px, in px or rem");
}

#[test]
fn text_that_cannot_be_read_names_its_contrast_and_its_appearance() {
    let refusals = compiled(".question-label{color:#333}").unwrap_err();
    let words = refusals[0].to_string();
    assert!(words.starts_with("Line 1, column 17: .question-label could not be read or seen"), "{words}");
    assert!(words.contains("1.3 to 1 on dark pages, and must be 4.5 to 1"), "{words}");
    let refusals = compiled(".survey{background:#000}").unwrap_err();
    assert_eq!(refusals.len(), 1, "one declaration is said once");
    assert!(refusals[0].to_string().contains(" more could not be read or seen"), "{}", refusals[0]);
}

#[test]
fn refusals_are_bounded() {
    let css = "a{}".repeat(2_000);
    assert_eq!(compiled(&css).unwrap_err().len(), REFUSALS_MAX);
}

#[test]
fn the_table_of_parts_holds_together() {
    for part in part::PARTS {
        assert!(Part::find(part.name) == Some(part), "{} is there twice", part.name);
        for parent in part.within {
            assert!(Part::find(parent).is_some(), "{} stands in {parent}", part.name);
        }
        let states = part.states.iter().flat_map(|it| it.properties);
        for property in part.properties.iter().copied().flatten().chain(states) {
            assert!(property::Property::find(property).is_some(), "{} takes {property}", part.name);
        }
    }
    for property in property::PROPERTIES {
        assert!(
            part::PARTS.iter().any(|it| it.takes(None, property.name)
                || it.states.iter().any(|state| it.takes(Some(state), property.name))),
            "nobody takes {}",
            property.name
        );
    }
}

#[test]
fn the_sheet_of_a_theme_is_css_that_browsers_understand() {
    use lightningcss::stylesheet::{ParserOptions, PrinterOptions, StyleSheet};
    let own = compile(".button{border-radius:0}@media print{.footer{color:#000}}", &Theme::default()).unwrap();
    let css = sheet(&Theme::default(), &own);
    let parsed = StyleSheet::parse(&css, ParserOptions::default()).unwrap();
    let written = parsed.to_css(PrinterOptions { minify: true, ..PrinterOptions::default() }).unwrap().code;
    assert!(written.starts_with("@layer theme{:root{"), "{written}");
    assert!(written.contains(".tenant-page .actions>.primary{border-radius:0}@media print"), "{written}");
    assert!(css.len() < 5_000, "{} bytes on every page", css.len());
}

/// Values that some property takes, that look as if one did, and that break what is around them.
const VALUES: &[&str] = &[
    "red",
    "#abc",
    "#12345678",
    "1px",
    "0",
    "-1px",
    "1rem",
    "2em",
    "50%",
    "none",
    "solid",
    "auto",
    "bold",
    "1.5",
    "inset",
    "rgb(1 2 3/.5)",
    "hsl(20deg 50% 50%)",
    "color-mix(in srgb,red,blue)",
    "color-mix(in oklch,red 10%,white)",
    "oklch(50% .2 20)",
    "lab(50% 40 30)",
    "color(display-p3 1 0 0)",
    "var(--accent)",
    "var(--text-soft)",
    "var(--x)",
    "linear-gradient(red,blue)",
    "linear-gradient(45deg,#fff 10%,var(--accent))",
    "radial-gradient(circle at top,red,blue)",
    "calc(1px + 2%)",
    "min(1px,2em)",
    "'a b'",
    "Georgia",
    "serif",
    "underline",
    "wavy",
    "uppercase",
    "!important",
    ",",
    "/",
    "transparent",
    "currentcolor",
    "inherit",
    "1e9px",
    ".0001px",
    "\u{e9}",
    "<b>",
    "{}",
    "(",
    ")",
    "@x",
    "/*",
    "*/",
    "\"",
    "\\",
    "u\\72l(x)",
    "url(x)",
    ";",
];

fn name() -> impl Strategy<Value = String> {
    let parts = part::PARTS.iter().flat_map(|it| {
        let states = it.states.iter().map(move |state| format!(".{}:{}", it.name, state.name));
        std::iter::once(format!(".{}", it.name)).chain(states)
    });
    let others = ["body", "*", ".nobody", ".page p", "&", ".button,.link"].map(str::to_owned);
    prop::sample::select(parts.chain(others).collect::<Vec<_>>())
}

fn declaration() -> impl Strategy<Value = String> {
    let others = ["position", "--x", "all", "content", "opacity", "font", "zoom", "width"];
    let names = property::PROPERTIES.iter().map(|it| it.name).chain(others);
    let names = prop::sample::select(names.collect::<Vec<_>>());
    let values = prop::collection::vec(prop::sample::select(VALUES), 0..5);
    (names, values).prop_map(|(name, values)| format!("{name}:{};", values.join(" ")))
}

fn fragment() -> impl Strategy<Value = String> {
    let media = prop::sample::select(vec![
        "",
        "",
        "",
        "@media (max-width:600px){",
        "@media print{",
        "@media screen and (prefers-color-scheme:dark){",
        "@media (prefers-reduced-motion:reduce){",
        "@supports (a:b){",
        "@media (hover){",
    ]);
    (media, name(), prop::collection::vec(declaration(), 0..4)).prop_map(|(media, name, declarations)| {
        let end = if media.is_empty() { "" } else { "}" };
        format!("{media}{name}{{{}}}{end}", declarations.concat())
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn whatever_is_written_compiles_to_something_harmless_or_is_refused(parts in prop::collection::vec(fragment(), 1..4)) {
        assert_harmless(&parts.concat());
    }

    #[test]
    fn no_text_at_all_ends_the_process(text in "\\PC{0,200}", brackets in "[(){}\\[\\]:;@.,/*'\"a-e#!\\- \n]{0,400}") {
        assert_harmless(&text);
        assert_harmless(&brackets);
    }

    #[test]
    fn a_hostile_sheet_cut_anywhere_stays_harmless(at in 0_usize..200, cut in 0_usize..200) {
        let corpus = hostile();
        let css: String = corpus[at % corpus.len()].css.chars().take(cut).collect();
        assert_harmless(&css);
    }
}
