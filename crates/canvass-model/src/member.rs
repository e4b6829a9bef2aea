//! People in a tenant: this file is about members and what each role may do.

use crate::{
    id::{AccountId, OperatorId, OperatorTokenId, TokenId},
    text::{Email, PersonName},
    time::Timestamp,
};

/// What a member may do.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize, schemars::JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Reads surveys and results, and exports them.
    Analyst,
    /// Also writes, publishes and closes surveys, and erases responses.
    Creator,
    /// Also manages people, tokens and the tenant itself.
    Administrator,
}

/// A person with a role in a tenant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Member {
    /// Their account.
    pub account: AccountId,
    /// What colleagues call them.
    pub name: PersonName,
    /// Where mail reaches them.
    pub email: Email,
    /// What they may do here.
    pub role: Role,
    /// When they joined.
    pub joined_at: Timestamp,
}

/// Who caused a change: recorded with every event.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(tag = "by", rename_all = "snake_case")]
pub enum Actor {
    /// A signed-in member.
    Member {
        /// Their account.
        account: AccountId,
        /// Their name at the time.
        name: String,
    },
    /// A program with an API token.
    Token {
        /// Which token.
        token: TokenId,
        /// What the token was for.
        name: String,
    },
    /// The operator of the installation.
    Operator {
        /// Which operator.
        operator: OperatorId,
        /// Their name at the time.
        name: String,
    },
    /// A program of the operator's, with an operator token.
    OperatorToken {
        /// Which token.
        token: OperatorTokenId,
        /// What the token was for.
        name: String,
    },
    /// Canvass itself, in a job.
    Canvass,
}

impl Role {
    /// All roles, the least first.
    pub const ALL: [Self; 3] = [Self::Analyst, Self::Creator, Self::Administrator];

    /// The role's stored and public name.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Analyst => "analyst",
            Self::Creator => "creator",
            Self::Administrator => "administrator",
        }
    }

    /// Reads a role's name.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|it| it.as_str() == text)
    }
}

impl Member {
    /// This member as the cause of a change.
    pub fn actor(&self) -> Actor {
        Actor::Member { account: self.account, name: self.name.as_str().to_owned() }
    }
}

impl Actor {
    /// The name to show beside a change.
    pub fn name(&self) -> &str {
        match self {
            Self::Member { name, .. }
            | Self::Token { name, .. }
            | Self::Operator { name, .. }
            | Self::OperatorToken { name, .. } => name,
            Self::Canvass => "Canvass",
        }
    }
}
