//! Tenants: this file is about what the installation knows of an organisation, and the states it passes.

use crate::{alias::Alias, id::TenantId, plan::PlanId, text::OrganisationName, time::Timestamp};

/// Where a tenant is in its life.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum TenantState {
    /// Its sign-up was accepted; nothing exists yet.
    Requested,
    /// Its database and people are being made.
    Provisioning,
    /// In use.
    Active,
    /// Stopped by the operator or for want of payment; nothing is lost.
    Suspended,
    /// Its sign-up failed and was rolled back.
    Failed,
}

/// What the directory records of one tenant.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, schemars::JsonSchema)]
pub struct TenantRecord {
    /// Its id, for ever.
    pub id: TenantId,
    /// Its name in URLs.
    pub alias: Alias,
    /// What it calls itself.
    pub name: OrganisationName,
    /// Where it is in its life.
    pub state: TenantState,
    /// Why it is suspended or failed, for the operator and the tenant.
    pub reason: Option<String>,
    /// Its plan.
    pub plan: PlanId,
    /// The region it was placed in.
    pub region: Region,
    /// When it signed up.
    pub created_at: Timestamp,
}

/// Where a tenant's data lives: the name of one of the regions the operator configured.
#[derive(Debug, Clone, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize, schemars::JsonSchema)]
#[serde(transparent)]
pub struct Region(pub String);

impl TenantState {
    /// All states, in the order of a life.
    pub const ALL: [Self; 5] = [Self::Requested, Self::Provisioning, Self::Active, Self::Suspended, Self::Failed];

    /// The state's stored and public name.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Requested => "requested",
            Self::Provisioning => "provisioning",
            Self::Active => "active",
            Self::Suspended => "suspended",
            Self::Failed => "failed",
        }
    }

    /// Whether its data is there: it serves, or may serve again.
    pub fn is_in_use(self) -> bool {
        match self {
            Self::Active | Self::Suspended => true,
            Self::Requested | Self::Provisioning | Self::Failed => false,
        }
    }

    /// Reads a state's name.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|it| it.as_str() == text)
    }
}
