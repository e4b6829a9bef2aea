//! Triggers: this file is about when a script runs.

use super::{Parameters, Schedule};
use crate::id::SurveyId;

/// When a script runs.
#[derive(Debug, Clone, PartialEq)]
pub enum Trigger {
    /// When a member or a program asks for it, with these parameters.
    Manual(Parameters),
    /// When a page that serves it is asked for.
    Page,
    /// Before a response to this survey is accepted.
    Validate(SurveyId),
    /// After responses to this survey were stored.
    Responded(SurveyId),
    /// At times.
    Schedule(Schedule),
    /// Never by itself: the tenant's other scripts import it.
    Module,
}

/// The name of a trigger.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize, schemars::JsonSchema,
)]
#[serde(rename_all = "snake_case")]
#[schemars(rename = "ScriptTrigger")]
pub enum TriggerName {
    /// [`Trigger::Manual`].
    Manual,
    /// [`Trigger::Page`].
    Page,
    /// [`Trigger::Validate`].
    Validate,
    /// [`Trigger::Responded`].
    Responded,
    /// [`Trigger::Schedule`].
    Schedule,
    /// [`Trigger::Module`].
    Module,
}

impl Trigger {
    /// Its name.
    pub fn name(&self) -> TriggerName {
        match self {
            Self::Manual(_) => TriggerName::Manual,
            Self::Page => TriggerName::Page,
            Self::Validate(_) => TriggerName::Validate,
            Self::Responded(_) => TriggerName::Responded,
            Self::Schedule(_) => TriggerName::Schedule,
            Self::Module => TriggerName::Module,
        }
    }

    /// The survey it belongs to, if it belongs to one.
    pub fn survey(&self) -> Option<SurveyId> {
        match self {
            Self::Validate(survey) | Self::Responded(survey) => Some(*survey),
            Self::Manual(_) | Self::Page | Self::Schedule(_) | Self::Module => None,
        }
    }
}

impl TriggerName {
    /// Every trigger, in the order in which they are offered.
    pub const ALL: [Self; 6] =
        [Self::Manual, Self::Page, Self::Validate, Self::Responded, Self::Schedule, Self::Module];

    /// The trigger's stored and public name.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Manual => "manual",
            Self::Page => "page",
            Self::Validate => "validate",
            Self::Responded => "responded",
            Self::Schedule => "schedule",
            Self::Module => "module",
        }
    }

    /// Reads a trigger's name.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|it| it.as_str() == text)
    }
}

impl Default for Trigger {
    fn default() -> Self {
        Self::Manual(Parameters::default())
    }
}
