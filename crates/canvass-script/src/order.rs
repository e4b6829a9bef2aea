//! What a run needs: this file is about orders, and about scripts that were checked before.

use std::{fmt, sync::Arc};

use canvass_model::{
    id::TenantId,
    script::{Functions, Limits, ScriptName, Source},
    time::Timestamp,
};
use serde_json::Value;

/// One run of a script.
#[derive(Debug, Clone)]
pub struct Order {
    /// Whose script it is. Only the fair queue looks at it; the guest never sees it.
    pub tenant: TenantId,
    /// The script's name, as it stands in tracebacks.
    pub name: ScriptName,
    /// Its text.
    pub source: Arc<Source>,
    /// What [`Sandbox::check`](crate::Sandbox::check) made of the text, if it is at hand. One of another component, after
    /// an upgrade, is passed over.
    pub program: Option<Arc<Program>>,
    /// Scripts of the same tenant that this one may import by their names.
    pub modules: Vec<Module>,
    /// What is called in it, with what.
    pub call: Call,
    /// `canvass.context`: tenant, member, trigger and parameters, as an object.
    pub context: Value,
    /// How much it may use.
    pub limits: Limits,
    /// The moment at which its clock starts. The clock goes on with the work that is done, so that a run with the same
    /// moment, seed and answers is the same run.
    pub now: Timestamp,
    /// Where its random numbers start. Take it from the operating system unless the run is a replay.
    pub seed: u64,
}

/// A script that another one of the same tenant may import.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Module {
    /// Its name; in Python `-` reads `_`.
    pub name: ScriptName,
    /// Its text.
    pub source: Arc<Source>,
}

/// What is called.
#[derive(Debug, Clone, PartialEq)]
pub enum Call {
    /// The script alone: its answer is its last expression, or the variable `result`.
    Main,
    /// `page(request)`, if the script defines it; else the script alone, with the variable `request`.
    Page(Value),
    /// `validate(response)`, if the script defines it; else the script alone, with the variable `response`.
    Validate(Value),
    /// `responded(responses)`, if the script defines it; else the script alone, with the variable `responses`. All of
    /// them go through one instance.
    Responded(Vec<Value>),
}

/// A script that was checked: byte code, good for one component only.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Program {
    /// Marshalled byte code. It came out of a sandbox and goes nowhere but into one.
    pub code: Vec<u8>,
    /// The component that made it, and the only one that may run it.
    pub component: ComponentHash,
    /// The triggers' functions it defines.
    pub functions: Functions,
}

/// The SHA-256 of the component that runs scripts: another one after every change of the guest.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
pub struct ComponentHash(pub [u8; 32]);

impl Program {
    /// Whether the component of this program made it, so that it can be run as it is.
    pub fn is_current(&self) -> bool {
        self.component == crate::component::hash()
    }
}

impl ComponentHash {
    /// Reads 64 hexadecimal digits.
    pub fn parse(text: &str) -> Option<Self> {
        let mut hash = [0; 32];
        if text.len() != 64 || !text.bytes().all(|it| it.is_ascii_hexdigit()) {
            return None;
        }
        for (byte, digits) in hash.iter_mut().zip(text.as_bytes().chunks(2)) {
            *byte = u8::from_str_radix(str::from_utf8(digits).ok()?, 16).ok()?;
        }
        Some(Self(hash))
    }
}

impl fmt::Display for ComponentHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for ComponentHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl Call {
    /// The function that is called if the script defines it.
    pub fn function(&self) -> Option<&'static str> {
        match self {
            Self::Main => None,
            Self::Page(_) => Some("page"),
            Self::Validate(_) => Some("validate"),
            Self::Responded(_) => Some("responded"),
        }
    }
}
