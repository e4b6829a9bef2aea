//! The table of parts: this file is about each part, from the outside in.

use super::{Part, Shade, Shows, State};
use crate::style::property::{BOX, ROOM, TEXT};

const PAINT: &[&str] =
    &["color", "background", "background-color", "border-color", "box-shadow", "text-decoration", "text-shadow"];
const FOCUS: &[&str] = &["color", "background", "background-color", "border-color", "box-shadow", "outline-color"];
const INK: &[&str] = &["color"];

const fn state(name: &'static str, selector: &'static str) -> State {
    State { name, selector, properties: PAINT, ink: None, ground: None }
}

const fn focus(selector: &'static str) -> State {
    State { properties: FOCUS, ..state("focus", selector) }
}

const NONE: Part = Part {
    name: "",
    about: "",
    selector: "",
    properties: &[],
    states: &[],
    within: &["page"],
    ink: None,
    ground: None,
    shows: Shows::Text,
};

/// Every part there is, from the outside in.
pub(in crate::style) const PARTS: &[Part] = &[
    Part {
        name: "page",
        about: "The whole page: what everything else inherits from.",
        properties: &[&["color", "background", "background-color", "font-family", "line-height", "letter-spacing"]],
        within: &[],
        ink: Some(Shade::Text),
        ground: Some(Shade::Background),
        ..NONE
    },
    Part {
        name: "header",
        about: "The strip on top, with the logo or the organisation’s name.",
        selector: ".masthead",
        properties: &[TEXT, BOX, ROOM],
        ..NONE
    },
    Part {
        name: "logo",
        about: "The logo in the header.",
        selector: ".masthead img",
        properties: &[&["background-color", "border", "border-radius", "padding", "max-height"]],
        within: &["header"],
        shows: Shows::Nothing,
        ..NONE
    },
    Part {
        name: "survey",
        about: "The sheet between header and footer: a survey, its thanks, or the list of surveys.",
        selector: ".sheet",
        properties: &[&["color", "font-family"], BOX, ROOM, &["gap", "max-width"]],
        ..NONE
    },
    Part {
        name: "survey-title",
        about: "The survey’s title, or the heading of another page.",
        selector: ".opening>h1",
        properties: &[TEXT, BOX, ROOM],
        within: &["survey"],
        ..NONE
    },
    Part {
        name: "introduction",
        about: "What is said below the title, the welcome and the thanks.",
        selector: ".sheet .lead",
        properties: &[TEXT, BOX, ROOM],
        within: &["survey"],
        ink: Some(Shade::TextSoft),
        ..NONE
    },
    Part {
        name: "progress",
        about: "Which section of how many.",
        selector: ".sheet .progress",
        properties: &[TEXT, BOX, ROOM],
        within: &["survey"],
        ink: Some(Shade::TextSoft),
        ..NONE
    },
    Part {
        name: "section",
        about: "One section with its questions.",
        selector: ".sheet .section",
        properties: &[&["color", "font-family"], BOX, ROOM, &["gap"]],
        within: &["survey"],
        ..NONE
    },
    Part {
        name: "section-title",
        about: "A section’s title.",
        selector: ".section-head>h2",
        properties: &[TEXT, BOX, ROOM],
        within: &["section"],
        ..NONE
    },
    Part {
        name: "question",
        about: "One question with everything that belongs to it.",
        selector: ".sheet .question",
        properties: &[&["color", "font-family"], BOX, ROOM, &["gap"]],
        within: &["section"],
        ..NONE
    },
    Part {
        name: "question-label",
        about: "The words of a question.",
        selector: ".question>:is(label,legend)",
        properties: &[TEXT, BOX, ROOM],
        within: &["question"],
        ..NONE
    },
    Part {
        name: "required",
        about: "The mark of a question that needs an answer.",
        selector: ".sheet .required",
        properties: &[&["color", "font-weight"]],
        within: &["question-label", "survey"],
        ink: Some(Shade::Danger),
        ..NONE
    },
    Part {
        name: "help",
        about: "Help below a question or a section’s title, and small notes.",
        selector: ".sheet :is(.help,.soft)",
        properties: &[TEXT, BOX, ROOM],
        within: &["question", "section", "survey"],
        ink: Some(Shade::TextSoft),
        ..NONE
    },
    Part {
        name: "statement",
        about: "Text between questions.",
        selector: ".sheet .statement",
        properties: &[TEXT, BOX, ROOM],
        within: &["section"],
        ground: Some(Shade::Sunk),
        ..NONE
    },
    Part {
        name: "error",
        about: "What is wrong with an answer, beside its question.",
        selector: ".question>.error",
        properties: &[&["color", "font-weight", "font-style", "background-color", "border-radius"], ROOM],
        within: &["question"],
        ink: Some(Shade::Danger),
        ..NONE
    },
    Part {
        name: "error-summary",
        about: "The box above a refused form that says what needs another look.",
        selector: ".sheet .error-summary",
        properties: &[&["color", "background-color", "border-color", "border-radius"], ROOM],
        within: &["survey"],
        ground: Some(Shade::Background),
        ..NONE
    },
    Part {
        name: "option",
        about: "One choice: the whole row, which is what one touches.",
        selector: ".sheet .choice",
        properties: &[TEXT, BOX, ROOM],
        states: &[
            state("hover", ".sheet .choice:hover"),
            State { ground: Some(Shade::Tint), ..state("checked", ".sheet .choice:has(:checked)") },
            focus(".sheet .choice:has(:focus-visible)"),
        ],
        within: &["question"],
        ..NONE
    },
    Part {
        name: "scale",
        about: "One number of a scale.",
        selector: ".sheet .cell>span",
        properties: &[TEXT, BOX],
        states: &[
            State { ground: Some(Shade::Sunk), ..state("hover", ".sheet .cell:hover>span") },
            State {
                ink: Some(Shade::AccentInk),
                ground: Some(Shade::Accent),
                ..state("checked", ".sheet .cell>:checked+span")
            },
            focus(".sheet .cell>:focus-visible+span"),
        ],
        within: &["question"],
        ..NONE
    },
    Part {
        name: "scale-ends",
        about: "What the ends of a scale mean.",
        selector: ".sheet .ends",
        properties: &[TEXT],
        within: &["question"],
        ink: Some(Shade::TextSoft),
        ..NONE
    },
    Part {
        name: "stars",
        about: "Stars; their colour is that of the stars not chosen.",
        selector: ".sheet .star",
        properties: &[INK],
        states: &[
            State {
                properties: INK,
                ink: Some(Shade::Accent),
                ..state("hover", ".sheet .stars .star:is(:hover,:has(~.star:hover))")
            },
            State {
                properties: INK,
                ink: Some(Shade::Accent),
                ..state("checked", ".sheet .stars:not(:hover) .star:is(:has(:checked),:has(~.star :checked))")
            },
        ],
        within: &["question"],
        ink: Some(Shade::LineStrong),
        shows: Shows::Drawing,
        ..NONE
    },
    Part {
        name: "input",
        about: "A field one writes in, and a list to choose from.",
        selector: ".question :is(input[type=text],textarea,select)",
        properties: &[
            &[
                "color",
                "font-family",
                "font-weight",
                "background-color",
                "border-color",
                "border-width",
                "border-radius",
            ],
            &["padding", "padding-inline", "box-shadow"],
        ],
        states: &[
            state("hover", ".question :is(input[type=text],textarea,select):hover"),
            focus(".question :is(input[type=text],textarea,select):focus-visible"),
        ],
        within: &["question"],
        ground: Some(Shade::Background),
        ..NONE
    },
    Part {
        name: "button",
        about: "The button that goes on and sends the answers.",
        selector: ".actions>.primary",
        properties: &[TEXT, BOX, ROOM],
        states: &[
            State { ground: Some(Shade::AccentHover), ..state("hover", ".actions>.primary:hover") },
            focus(".actions>.primary:focus-visible"),
        ],
        within: &["survey"],
        ink: Some(Shade::AccentInk),
        ground: Some(Shade::Accent),
        ..NONE
    },
    Part {
        name: "button-back",
        about: "The button that goes back.",
        selector: ".actions>.button:not(.primary)",
        properties: &[TEXT, BOX, ROOM],
        states: &[
            State { ground: Some(Shade::Sunk), ..state("hover", ".actions>.button:not(.primary):hover") },
            focus(".actions>.button:not(.primary):focus-visible"),
        ],
        within: &["survey"],
        ink: Some(Shade::Text),
        ground: Some(Shade::Background),
        ..NONE
    },
    Part {
        name: "survey-link",
        about: "A survey’s title in the list of surveys.",
        selector: ".openings strong",
        properties: &[TEXT],
        within: &["survey"],
        ink: Some(Shade::Accent),
        ..NONE
    },
    Part {
        name: "link",
        about: "Links in texts.",
        selector: ".sheet :is(p,li,td) a:not(.error-summary a,.openings a)",
        properties: &[&["color", "font-weight", "text-decoration"]],
        states: &[
            state("hover", ".sheet :is(p,li,td) a:not(.error-summary a,.openings a):hover"),
            focus(".sheet :is(p,li,td) a:not(.error-summary a,.openings a):focus-visible"),
        ],
        within: &["survey", "section", "question", "statement", "introduction", "help"],
        ink: Some(Shade::Accent),
        ..NONE
    },
    Part {
        name: "footer",
        about: "The strip at the bottom.",
        selector: ".colophon",
        properties: &[TEXT, BOX, ROOM],
        ink: Some(Shade::TextSoft),
        ..NONE
    },
];
