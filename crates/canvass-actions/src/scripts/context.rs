//! The context of a run: this file is about what a script is told of who and what started it.

use canvass_model::{member::Role, script::Cause};
use canvass_storage::Tenant;
use serde_json::{Value, json};

/// Who is signed in, as far as a script is told.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Member {
    /// Their name.
    pub name: String,
    /// What they may do.
    pub role: Role,
}

impl From<&canvass_model::member::Member> for Member {
    fn from(it: &canvass_model::member::Member) -> Self {
        Self { name: it.name.as_str().to_owned(), role: it.role }
    }
}

/// `canvass.context` as JSON.
pub(super) fn context(tenant: &Tenant, cause: Cause, member: Option<&Member>, parameters: &Value) -> Value {
    let record = tenant.record();
    json!({
        "tenant": { "alias": record.alias, "name": record.name },
        "member": member,
        "trigger": cause,
        "parameters": if parameters.is_null() { json!({}) } else { parameters.clone() },
    })
}
