//! The form of a script's parameters: this file is about a control for each, and reading what was entered.

use canvass_model::script::{ParameterKind, Parameters};
use serde_json::{Map, Value};

use crate::form::Form;

/// One parameter as a control.
pub(crate) struct Field {
    pub(crate) name: String,
    pub(crate) label: String,
    pub(crate) help: String,
    pub(crate) value: String,
    pub(crate) is_ticked: bool,
    pub(crate) error: String,
    pub(crate) control: Control,
}

/// How a parameter is entered.
pub(crate) enum Control {
    /// One line, of a type of input.
    Line(&'static str),
    LongText,
    Check,
    /// Values and what they are called.
    Choices(Vec<(String, String)>),
}

/// What was entered: its value for each parameter, and the form again.
pub(super) struct Entered {
    pub(super) fields: Vec<Field>,
    /// The parameters, checked; what is wrong where they are not.
    pub(super) checked: Result<Value, Vec<(String, String)>>,
}

/// Parameters share their form with other fields, so their names have a prefix.
const PREFIX: &str = "p.";

/// The controls of `parameters` with their defaults; `surveys` are ids and titles.
pub(super) fn blank(parameters: &Parameters, surveys: &[(String, String)]) -> Vec<Field> {
    parameters.iter().map(|it| field(it, &it.default, surveys)).collect()
}

/// What was entered into the controls of `parameters`.
pub(super) fn entered(parameters: &Parameters, surveys: &[(String, String)], form: &Form) -> Entered {
    let mut fields = Vec::new();
    let mut given = Map::new();
    for parameter in parameters.iter() {
        let name = format!("{PREFIX}{}", parameter.name);
        let value = parameter.read(form.find(&name).unwrap_or_default());
        fields.push(field(parameter, &value, surveys));
        given.insert(parameter.name.as_str().to_owned(), value);
    }
    let checked = parameters.check(&Value::Object(given)).map_err(|faults| {
        let error = |fault: canvass_model::definition::Fault| {
            let name = fault.pointer.trim_start_matches('/').replace("~1", "/").replace("~0", "~");
            (format!("{PREFIX}{name}"), crate::view::sentence(&fault.message))
        };
        faults.into_iter().map(error).collect::<Vec<_>>()
    });
    if let Err(errors) = &checked {
        for field in &mut fields {
            if let Some((_, message)) = errors.iter().find(|(name, _)| *name == field.name) {
                field.error.clone_from(message);
            }
        }
    }
    Entered { fields, checked }
}

fn field(parameter: &canvass_model::script::Parameter, value: &Value, surveys: &[(String, String)]) -> Field {
    let control = match parameter.kind {
        // A number is not of the type number: what is none is told, and not thrown away by the browser.
        ParameterKind::Text | ParameterKind::Integer | ParameterKind::Decimal => Control::Line("text"),
        ParameterKind::LongText => Control::LongText,
        ParameterKind::Boolean => Control::Check,
        ParameterKind::Date => Control::Line("date"),
        ParameterKind::Survey => Control::Choices(choices(parameter.required, surveys.to_vec())),
        ParameterKind::Choice => {
            let each = parameter.choices.iter().map(|it| (it.clone(), it.clone())).collect();
            Control::Choices(choices(parameter.required, each))
        }
    };
    Field {
        name: format!("{PREFIX}{}", parameter.name),
        label: parameter.own_label().to_owned(),
        help: match parameter.kind {
            ParameterKind::Integer => "A whole number.".to_owned(),
            ParameterKind::Decimal => "A number, like 3.5.".to_owned(),
            ParameterKind::Text
            | ParameterKind::LongText
            | ParameterKind::Boolean
            | ParameterKind::Date
            | ParameterKind::Survey
            | ParameterKind::Choice => String::new(),
        },
        value: match value {
            Value::Null => String::new(),
            Value::String(text) => text.clone(),
            other => other.to_string(),
        },
        is_ticked: *value == Value::Bool(true),
        error: String::new(),
        control,
    }
}

/// The choices, with an empty one where none need be chosen.
fn choices(required: bool, mut each: Vec<(String, String)>) -> Vec<(String, String)> {
    if !required {
        each.insert(0, (String::new(), "None".to_owned()));
    }
    each
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn parameters() -> Parameters {
        serde_json::from_value(json!([
            { "name": "winners", "label": "How many", "kind": "integer", "default": 3 },
            { "name": "empty", "kind": "boolean" },
            { "name": "month", "kind": "choice", "choices": ["May", "June"], "required": true },
        ]))
        .unwrap()
    }

    fn form(fields: &[(&str, &str)]) -> Form {
        Form(fields.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect())
    }

    #[test]
    fn what_is_entered_becomes_typed_parameters() {
        let sent = form(&[("p.winners", " 5 "), ("p.empty", "yes"), ("p.month", "May")]);
        let entered = entered(&parameters(), &[], &sent);
        assert_eq!(entered.checked.unwrap(), json!({ "winners": 5, "empty": true, "month": "May" }));
    }

    #[test]
    fn a_default_is_shown_and_taken() {
        assert_eq!(blank(&parameters(), &[])[0].value, "3");
        let entered = entered(&parameters(), &[], &form(&[("p.month", "May")]));
        assert_eq!(entered.checked.unwrap(), json!({ "winners": 3, "empty": false, "month": "May" }));
    }

    #[test]
    fn what_is_wrong_stands_beside_its_control_and_keeps_what_was_typed() {
        let entered = entered(&parameters(), &[], &form(&[("p.winners", "many")]));
        assert_eq!(entered.checked.unwrap_err().len(), 2);
        assert_eq!(entered.fields[0].error, "This must be a whole number");
        assert_eq!(entered.fields[0].value, "many");
        assert_eq!(entered.fields[2].error, "This parameter is required");
    }
}
