//! The filter of a page: this file is about saying which responses count, and adding to it step by step, without scripts.
//!
//! The filter stands in the page's address as `filter`, as the API takes it. To add to it one first chooses what it is
//! about (`about`), then says what must hold (`test` with `value`, `from` and `to`, or `words`); then one is sent to the
//! page with the longer filter.

use canvass_model::{
    answer::OTHER_VALUE,
    definition::{Definition, Fault, Kind, Other, Question},
    filter::Filter,
    response::Source,
    survey::Version,
    time::Timestamp,
};
use serde_json::{Value, json};

use crate::form::Form;

/// What a page shows of its filter.
pub(crate) struct FilterBar {
    /// The page's own address.
    pub(crate) action: String,
    /// What else stands in it.
    pub(crate) kept: Vec<(String, String)>,
    /// The filter as it stands in the address; empty without one.
    pub(crate) filter: String,
    /// What must hold, and where one gets without it.
    pub(crate) rules: Vec<(String, String)>,
    /// Where one is.
    pub(crate) here: String,
    /// Where one gets without any.
    pub(crate) clear: String,
    /// What there is to say something about.
    pub(crate) subjects: Vec<Choice>,
    /// What is being said at the moment.
    pub(crate) asking: Option<Asking>,
    /// What was wrong with it.
    pub(crate) error: String,
}

/// Something to choose.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Choice {
    pub(crate) value: String,
    pub(crate) label: String,
}

/// Something about which is being said what must hold.
pub(crate) struct Asking {
    /// A question's id, or a name of the filter's own.
    pub(crate) about: String,
    pub(crate) label: String,
    pub(crate) control: Control,
}

/// How one says it.
pub(crate) enum Control {
    /// Some of these, or none of them.
    Options(Vec<Choice>),
    /// Some of these.
    Only(Vec<Choice>),
    /// From a number to a number.
    Numbers,
    /// Words in a text.
    Words,
    /// From a day to a day.
    Days,
}

/// What a page with a filter is to do.
pub(crate) enum Filtering {
    /// Send the reader to this address: something was added.
    Go(String),
    /// Show the responses that this filter lets.
    Show(Filter, Box<FilterBar>),
}

/// The value that stands for no answer. No choice's id begins with a full stop.
const NONE: &str = ".none";
/// What turns a choice round.
const NOT: &str = "not";

/// Reads the filter of a page at `action`. Of its address, the parameters named in `kept` stay; `newest` is the survey's
/// newest version.
pub(crate) fn read(definition: &Definition, newest: Version, action: &str, asked: &Form, kept: &[&str]) -> Filtering {
    let kept: Vec<(String, String)> =
        asked.0.iter().filter(|(name, _)| kept.contains(&name.as_str())).cloned().collect();
    let (filter, error) = match Filter::parse_text(definition, asked.text("filter")) {
        Ok(filter) => (filter, String::new()),
        Err(faults) => (Filter::default(), said(&faults)),
    };
    let address = |filter: &Filter| address(action, &kept, filter);
    let asking = Asking::about(definition, newest, asked.text("about"));
    let (mut error, mut still_asking) = (error, None);
    if let Some(asking) = asking {
        match asked.find("test").map(|test| asking.added(definition, &filter, (test, asked))) {
            Some(Ok(filter)) => return Filtering::Go(address(&filter)),
            Some(Err(message)) => error = message,
            None => {}
        }
        still_asking = Some(asking);
    }
    let rules = filter.rules().iter().enumerate();
    let bar = FilterBar {
        action: action.to_owned(),
        filter: if filter.is_empty() { String::new() } else { filter.to_json().to_string() },
        rules: rules.map(|(at, it)| (it.words(definition), address(&filter.clone().without(at)))).collect(),
        here: address(&filter),
        clear: address(&Filter::default()),
        subjects: subjects(definition),
        asking: still_asking,
        error,
        kept,
    };
    Filtering::Show(filter, Box::new(bar))
}

impl FilterBar {
    /// The filter as the parameters of an address; nothing without one.
    pub(crate) fn query(&self) -> String {
        query(&[], &self.filter)
    }

    /// The same behind other parameters.
    pub(crate) fn parameters(&self) -> String {
        if self.filter.is_empty() { String::new() } else { format!("&{}", self.query()) }
    }
}

impl Asking {
    fn about(definition: &Definition, newest: Version, about: &str) -> Option<Self> {
        let (label, control) = match about {
            "_received_at" => ("When it was received".to_owned(), Control::Days),
            "_version" => {
                let version = |it: u32| Choice { value: it.to_string(), label: format!("Version {it}") };
                ("The version that was answered".to_owned(), Control::Only((1..=newest.0).map(version).collect()))
            }
            "_source" => {
                let source = |it: Source| Choice { value: it.as_str().to_owned(), label: it.label().to_owned() };
                ("Where it came from".to_owned(), Control::Only(Source::ALL.map(source).into()))
            }
            id => {
                let question = definition.question_named(id)?;
                (question.label.to_string(), control(question)?)
            }
        };
        Some(Self { about: about.to_owned(), label, control })
    }

    /// The filter with what a form says about this.
    fn added(&self, definition: &Definition, filter: &Filter, (test, form): (&str, &Form)) -> Result<Filter, String> {
        let kind = definition.question_named(&self.about).map(|it| &it.kind);
        let said = match &self.control {
            Control::Options(_) | Control::Only(_) => {
                let values: Vec<Value> = form.all("value").map(|it| value(&self.about, kind, it)).collect();
                if values.is_empty() {
                    return Err("Choose at least one".to_owned());
                }
                json!({ (if test == NOT { NOT } else { "is" }): values })
            }
            Control::Numbers => {
                let bounds = [bound(form.text("from"))?, bound(form.text("to"))?];
                if bounds.iter().all(Value::is_null) {
                    return Err("Give at least one of the two numbers".to_owned());
                }
                json!({ "between": bounds })
            }
            Control::Words => json!({ "contains": form.text("words") }),
            Control::Days => {
                let (from, to) = (day(form.text("from"))?, day(form.text("to"))?);
                if from.is_none() && to.is_none() {
                    return Err("Choose at least one of the two days".to_owned());
                }
                let before = to.map(|it| it.plus_ms(Timestamp::DAY_MS).to_string());
                json!({ "between": [from.map(|it| it.to_string()), before] })
            }
        };
        let faults = |faults: Vec<Fault>| self::said(&faults);
        let rules = Filter::parse(definition, &json!({ (&self.about): said })).map_err(faults)?;
        let longer = rules.rules().iter().fold(filter.clone(), |filter, rule| filter.and(rule.clone()));
        // So that what one is sent to can be read.
        Filter::parse(definition, &longer.to_json()).map_err(faults)
    }
}

/// What there is to say something about: questions with answers, and the response itself.
fn subjects(definition: &Definition) -> Vec<Choice> {
    let questions = definition.questions().filter(|it| control(it).is_some());
    let questions = questions.map(|it| Choice { value: it.id.to_string(), label: it.label.to_string() });
    let own = [
        ("_received_at", "When it was received"),
        ("_version", "The version that was answered"),
        ("_source", "Where it came from"),
    ];
    let own = own.map(|(value, label)| Choice { value: value.to_owned(), label: label.to_owned() });
    questions.chain(own).collect()
}

fn control(question: &Question) -> Option<Control> {
    let option = |value: &str, label: String| Choice { value: value.to_owned(), label };
    let mut options: Vec<Choice> = match &question.kind {
        Kind::SingleChoice { choices, .. } | Kind::MultipleChoice { choices, .. } | Kind::Dropdown { choices, .. } => {
            choices.iter().map(|it| option(it.id.as_str(), it.label.to_string())).collect()
        }
        Kind::Stars { .. } | Kind::OpinionScale { .. } | Kind::Nps { .. } => {
            question.kind.scale()?.map(|it| option(&it.to_string(), it.to_string())).collect()
        }
        Kind::YesNo => vec![option("yes", "Yes".to_owned()), option("no", "No".to_owned())],
        Kind::Integer { .. } | Kind::Decimal { .. } => return Some(Control::Numbers),
        Kind::ShortText { .. } | Kind::LongText { .. } | Kind::Hidden { .. } => return Some(Control::Words),
        Kind::Statement => return None,
    };
    if let Other::Offered { label } = question.kind.other() {
        options.push(option(OTHER_VALUE, label.as_ref().map_or_else(|| "Other".to_owned(), ToString::to_string)));
    }
    options.push(option(NONE, "No answer".to_owned()));
    Some(Control::Options(options))
}

/// A value as the filter has it.
fn value(about: &str, kind: Option<&Kind>, text: &str) -> Value {
    let number = || text.parse::<i64>().map_or_else(|_| json!(text), |it| json!(it));
    match kind {
        _ if text == NONE => Value::Null,
        Some(Kind::Stars { .. } | Kind::OpinionScale { .. } | Kind::Nps { .. }) => number(),
        Some(Kind::YesNo) => json!(text == "yes"),
        None if about == "_version" => number(),
        Some(
            Kind::ShortText { .. }
            | Kind::LongText { .. }
            | Kind::Integer { .. }
            | Kind::Decimal { .. }
            | Kind::SingleChoice { .. }
            | Kind::MultipleChoice { .. }
            | Kind::Dropdown { .. }
            | Kind::Statement
            | Kind::Hidden { .. },
        )
        | None => json!(text),
    }
}

/// A number, or none.
fn bound(text: &str) -> Result<Value, String> {
    if text.is_empty() {
        return Ok(Value::Null);
    }
    let number = text.replace(',', ".").parse::<f64>().ok().filter(|it| it.is_finite());
    number.map(Value::from).ok_or_else(|| format!("{text} is no number"))
}

/// The beginning of a day in UTC, or none.
fn day(text: &str) -> Result<Option<Timestamp>, String> {
    if text.is_empty() {
        return Ok(None);
    }
    let day = Timestamp::parse(&format!("{text}T00:00:00Z"));
    day.map(Some).ok_or_else(|| format!("{text} is no day like 2026-11-30"))
}

fn said(faults: &[Fault]) -> String {
    faults.iter().map(|it| it.message.as_str()).collect::<Vec<_>>().join(". ")
}

fn address(action: &str, kept: &[(String, String)], filter: &Filter) -> String {
    let filter = if filter.is_empty() { String::new() } else { filter.to_json().to_string() };
    let query = query(kept, &filter);
    if query.is_empty() { action.to_owned() } else { format!("{action}?{query}") }
}

fn query(kept: &[(String, String)], filter: &str) -> String {
    let mut query = form_urlencoded::Serializer::new(String::new());
    query.extend_pairs(kept);
    if !filter.is_empty() {
        query.append_pair("filter", filter);
    }
    query.finish()
}
