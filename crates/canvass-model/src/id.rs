//! Identity: this file is about the ids that name things, each a type of its own.

use std::fmt;

/// Declares a UUID with a meaning, so that one kind of id can never be passed for another.
macro_rules! id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(
            Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash,
            serde::Serialize, serde::Deserialize,
        )]
        #[serde(transparent)]
        pub struct $name(uuid::Uuid);

        impl $name {
            /// Reads an id from a URL, a form or a row; `None` when it is not a UUID.
            pub fn parse(text: &str) -> Option<Self> {
                uuid::Uuid::try_parse(text).ok().map(Self)
            }

            /// The 16 bytes of the id.
            pub fn as_bytes(&self) -> &[u8; 16] {
                self.0.as_bytes()
            }

            /// The milliseconds since the Unix epoch held in a version 7 id; `None` for others.
            pub fn made_at_ms(&self) -> Option<i64> {
                let (seconds, nanos) = self.0.get_timestamp()?.to_unix();
                i64::try_from(seconds).ok().map(|it| it * 1000 + i64::from(nanos / 1_000_000))
            }
        }

        impl From<uuid::Uuid> for $name {
            fn from(id: uuid::Uuid) -> Self {
                Self(id)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }

        impl schemars::JsonSchema for $name {
            fn schema_name() -> std::borrow::Cow<'static, str> {
                stringify!($name).into()
            }
            fn inline_schema() -> bool {
                true
            }
            fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
                schemars::json_schema!({ "type": "string", "format": "uuid" })
            }
        }
    };
}

id! {
    /// Names one tenant for ever; its alias may change, this does not. Only `canvass-storage` acts on it.
    TenantId
}
id! {
    /// Names one survey within its tenant.
    SurveyId
}
id! {
    /// Names one response within its tenant.
    ResponseId
}
id! {
    /// Names one person who can sign in; the same person in every tenant they belong to.
    AccountId
}
id! {
    /// Names one operator of the installation.
    OperatorId
}
id! {
    /// Names one job.
    JobId
}
id! {
    /// Names one API token.
    TokenId
}
id! {
    /// Names one token of the operator's.
    OperatorTokenId
}
id! {
    /// Names one signed-in browser.
    SessionId
}
id! {
    /// Names one page of a tenant.
    PageId
}
id! {
    /// Names one uploaded file of a tenant.
    FileId
}
id! {
    /// Names the bytes of one upload for ever; what a file is made of may change, these do not.
    ContentId
}
id! {
    /// Names one personal invitation to a page.
    InvitationId
}
id! {
    /// Names one of a tenant's own fields for ever, also when its readable id is used again.
    FieldKey
}
id! {
    /// Names one export of a survey's responses.
    ExportId
}
id! {
    /// Names one response that could not be applied.
    DeadLetterId
}
id! {
    /// Names one script of a tenant for ever, also when its name is used again.
    ScriptId
}
id! {
    /// Names one test case of a script.
    ScriptTestId
}
id! {
    /// Names one run of a script: the reference a visitor is given.
    RunId
}
