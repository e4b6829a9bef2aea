//! Plans: this file is about what each plan includes; every limit of a tenant stands in one table.

use crate::time::Timestamp;

/// Which plan a tenant is on.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize, schemars::JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum PlanId {
    /// To try Canvass: ends after 30 days.
    Trial,
    /// One person.
    Individual,
    /// A small team.
    Standard,
    /// A large organisation.
    Premium,
}

/// Which intake a tenant's responses take.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize, schemars::JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Lane {
    /// Applied first.
    Premium,
    /// Everyone else.
    Standard,
}

/// Something that only some plans include.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize, schemars::JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Feature {
    /// CSS of the tenant's own for its public pages. A logo and a theme come with every plan.
    Css,
    /// Fields of the tenant's own for its surveys.
    Metadata,
    /// Programs of the tenant's own, in Python.
    Scripts,
    /// Domains of the tenant's own for its public pages.
    Domains,
}

/// What a plan includes. Limits refuse the next action; they never hide or delete what was collected.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, schemars::JsonSchema)]
pub struct Plan {
    /// Which plan.
    pub id: PlanId,
    /// How many members a tenant may have; `null` for any number.
    pub members_max: Option<u32>,
    /// How long a survey may stay open, in milliseconds from its publication.
    pub duration_ms_max: i64,
    /// How many surveys may be open at once.
    pub active_surveys_max: u32,
    /// Responses accepted in one calendar month (UTC).
    pub responses_month_max: u64,
    /// API requests in one minute.
    pub api_requests_minute_max: u32,
    /// Bytes one file may have.
    pub file_bytes_max: u64,
    /// Bytes all files may have together, those in the trash, earlier contents and exports included.
    pub files_bytes_max: u64,
    /// How many files there may be, those in the trash included.
    pub files_max: u32,
    /// The lane its responses take.
    pub lane: Lane,
    /// What it has that others lack. Without a feature nothing new is made of it; what is there stays readable.
    pub features: &'static [Feature],
}

/// A megabyte, as people count them.
pub const MEGABYTE: u64 = 1_000_000;

impl PlanId {
    /// All plans, in the order in which they are offered.
    pub const ALL: [Self; 4] = [Self::Trial, Self::Individual, Self::Standard, Self::Premium];

    /// The plan's stored and public name.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Trial => "trial",
            Self::Individual => "individual",
            Self::Standard => "standard",
            Self::Premium => "premium",
        }
    }

    /// Reads a plan's name.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|it| it.as_str() == text)
    }

    /// What it includes.
    pub fn plan(self) -> Plan {
        let days = |count: i64| count * Timestamp::DAY_MS;
        let (members_max, duration_ms_max, active_surveys_max, responses_month_max, api_requests_minute_max) =
            match self {
                Self::Trial => (Some(1), days(5), 1, 1_000, 60),
                Self::Individual => (Some(1), days(14), 1, 10_000, 60),
                Self::Standard => (Some(5), days(28), 10, 100_000, 600),
                Self::Premium => (None, days(56), 20, 10_000_000, 6_000),
            };
        let lane = match self {
            Self::Premium => Lane::Premium,
            Self::Trial | Self::Individual | Self::Standard => Lane::Standard,
        };
        let (megabytes_each, megabytes_together, files_max) = match self {
            Self::Trial => (5, 20, 20),
            Self::Individual => (20, 200, 200),
            Self::Standard => (100, 2_000, 1_000),
            Self::Premium => (500, 20_000, 5_000),
        };
        let features: &[Feature] = match self {
            Self::Premium => &[Feature::Css, Feature::Metadata, Feature::Scripts, Feature::Domains],
            Self::Standard => &[Feature::Css],
            Self::Trial | Self::Individual => &[],
        };
        Plan {
            id: self,
            members_max,
            duration_ms_max,
            active_surveys_max,
            responses_month_max,
            api_requests_minute_max,
            file_bytes_max: megabytes_each * MEGABYTE,
            files_bytes_max: megabytes_together * MEGABYTE,
            files_max,
            lane,
            features,
        }
    }
}

impl Plan {
    /// Whether it has a feature.
    pub fn includes(&self, feature: Feature) -> bool {
        self.features.contains(&feature)
    }

    /// How long a survey may stay open, in whole days.
    pub fn duration_days_max(&self) -> i64 {
        self.duration_ms_max / Timestamp::DAY_MS
    }
}

impl Lane {
    /// Both lanes, the faster first.
    pub const ALL: [Self; 2] = [Self::Premium, Self::Standard];

    /// The lane's stored and public name.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Premium => "premium",
            Self::Standard => "standard",
        }
    }

    /// Reads a lane's name.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|it| it.as_str() == text)
    }
}
