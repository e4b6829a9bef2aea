//! Domains: this file is about hosts that tenants bring along, and how far it is proved that they are theirs.

mod name;
pub use self::name::{DomainName, InvalidDomain};
use crate::{hex::hex, time::Timestamp};

/// What a tenant puts into the name system to prove that a domain is its own: 32 of `a-f 0-9`. No secret: everybody can
/// read it there, and it is worth something only to the tenant that was given it.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, schemars::JsonSchema)]
#[serde(transparent)]
pub struct DomainToken(String);

/// How far a claim is proved.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, serde::Serialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum DomainState {
    /// The record was not seen yet; it is looked for.
    Waiting,
    /// The record was seen: the tenant's pages are served there.
    Verified,
    /// The record was not found in time, or was lost for too long; nothing is served there, and nobody looks any more
    /// until somebody asks.
    Failed,
}

/// A domain that a tenant claims.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Domain {
    /// Which.
    pub name: DomainName,
    /// What its record must say.
    pub token: DomainToken,
    /// How far it is proved.
    pub state: DomainState,
    /// When it came into this state.
    pub since: Timestamp,
    /// Why the last look did not find what it looked for; `None` when it did, or before the first.
    pub reason: Option<String>,
    /// When it was last looked for.
    pub checked_at: Option<Timestamp>,
    /// When it is looked for next; `None` when nobody will before somebody asks.
    pub next_check_at: Option<Timestamp>,
    /// Looks in a row that did not find it.
    pub failures: u32,
    /// Since when the record of a verified domain has been missing.
    pub lost_at: Option<Timestamp>,
    /// When it was claimed.
    pub claimed_at: Timestamp,
}

/// What one look into the name system saw.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Sight {
    /// The record, as it must be.
    Found,
    /// Certainly no such record; why, in words.
    Missing(String),
    /// Nothing that tells one from the other: servers that did not answer. Why, in words.
    Unclear(String),
}

/// What became of a domain by a look that somebody should hear of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Turn {
    /// It is the tenant's from now on.
    Verified,
    /// Its record is gone.
    Lost,
    /// Its record is back.
    Regained,
    /// Its record was gone for too long: it is the tenant's no more.
    Released,
    /// The record of a claim never appeared.
    GivenUp,
}

/// Where a tenant's pages have the one address that the world is told.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Home {
    /// Below the installation's own.
    #[default]
    Path,
    /// At its host below the installation's.
    Subdomain,
    /// At a domain it brought along.
    Domain(DomainName),
}

/// What a tenant's other addresses do.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, Hash, Default, serde::Serialize, serde::Deserialize, schemars::JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum OtherAddresses {
    /// They serve the same pages.
    #[default]
    Serve,
    /// They lead to the primary one, where a page is for everybody.
    LeadOn,
}

/// A tenant's choice among its addresses.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct PrimaryAddress {
    /// The one that links, feeds and search engines are told.
    pub home: Home,
    /// What the others do.
    pub others: OtherAddresses,
}

impl DomainToken {
    /// A token out of 16 random bytes.
    pub fn from_random(bytes: [u8; 16]) -> Self {
        Self(hex(&bytes))
    }

    /// Reads a stored token.
    pub fn parse(text: &str) -> Option<Self> {
        let is_token = text.len() == 32 && text.bytes().all(|it| matches!(it, b'0'..=b'9' | b'a'..=b'f'));
        is_token.then(|| Self(text.to_owned()))
    }

    /// The token as stored.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// What the record must say.
    pub fn record(&self) -> String {
        format!("canvass={}", self.0)
    }
}

impl DomainState {
    /// All states.
    pub const ALL: [Self; 3] = [Self::Waiting, Self::Verified, Self::Failed];

    /// The state's stored and public name.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Verified => "verified",
            Self::Failed => "failed",
        }
    }

    /// Reads a state's name.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|it| it.as_str() == text)
    }
}

impl OtherAddresses {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Serve, Self::LeadOn];

    /// The choice's stored and public name.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Serve => "serve",
            Self::LeadOn => "lead_on",
        }
    }

    /// Reads a choice's name.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|it| it.as_str() == text)
    }
}

impl Domain {
    /// Domains that one tenant may claim at once: more are a list of somebody else's.
    pub const PER_TENANT_MAX: u32 = 10;
    /// The first look after a claim in vain comes again after this; each further one after twice the time before.
    pub const AGAIN_MS_MIN: i64 = 30 * Timestamp::SECOND_MS;
    /// Name servers keep what is not there for about an hour, so looking more often tells nothing.
    pub const AGAIN_MS_MAX: i64 = Timestamp::HOUR_MS;
    /// A claim without a record is given up after this: whoever comes back to it later asks again.
    pub const WAITING_MS_MAX: i64 = 7 * Timestamp::DAY_MS;
    /// How often a verified domain is looked at.
    pub const VERIFIED_AGAIN_MS: i64 = Timestamp::DAY_MS;
    /// Looks in a row, an hour apart, after which a verified domain's record counts as lost: a zone that is being written
    /// anew is no loss.
    pub const LOST_AFTER: u32 = 3;

    /// A new claim, due for its first look soon: nobody sets a record before knowing what it must say.
    pub fn claim(name: DomainName, token: DomainToken, now: Timestamp) -> Self {
        Self {
            name,
            token,
            state: DomainState::Waiting,
            since: now,
            reason: None,
            checked_at: None,
            next_check_at: Some(now.plus_ms(Self::AGAIN_MS_MIN)),
            failures: 0,
            lost_at: None,
            claimed_at: now,
        }
    }

    /// The domain after a look. A verified domain whose record is missing stays verified for `grace_ms` after that was
    /// told; servers that do not answer take nothing from anybody.
    pub fn seen(self, sight: Sight, now: Timestamp, grace_ms: i64) -> (Self, Option<Turn>) {
        let looked = Self { checked_at: Some(now), ..self };
        match (sight, looked.state) {
            (Sight::Found, _) => looked.found(now),
            (Sight::Missing(why) | Sight::Unclear(why), DomainState::Waiting) => looked.not_yet(why, now),
            (Sight::Missing(why), DomainState::Verified) => looked.missing(why, now, grace_ms),
            (Sight::Unclear(why), DomainState::Verified) => {
                let next_check_at = Some(now.plus_ms(Self::AGAIN_MS_MAX));
                (Self { reason: Some(why), next_check_at, ..looked }, None)
            }
            (Sight::Missing(why) | Sight::Unclear(why), DomainState::Failed) => {
                (Self { reason: Some(why), next_check_at: None, ..looked }, None)
            }
        }
    }

    /// Whether its pages are served, and its record is missing.
    pub fn is_lost(&self) -> bool {
        self.state == DomainState::Verified && self.lost_at.is_some()
    }

    fn found(self, now: Timestamp) -> (Self, Option<Turn>) {
        let turn = match self.state {
            DomainState::Waiting | DomainState::Failed => Some(Turn::Verified),
            DomainState::Verified => self.lost_at.map(|_| Turn::Regained),
        };
        let since = if self.state == DomainState::Verified { self.since } else { now };
        let next_check_at = Some(now.plus_ms(Self::VERIFIED_AGAIN_MS));
        let state = DomainState::Verified;
        (Self { state, since, reason: None, next_check_at, failures: 0, lost_at: None, ..self }, turn)
    }

    fn not_yet(self, why: String, now: Timestamp) -> (Self, Option<Turn>) {
        let failures = self.failures.saturating_add(1);
        let looked = Self { reason: Some(why), failures, ..self };
        if Self::WAITING_MS_MAX <= now.ms_since(looked.since) {
            return (
                Self { state: DomainState::Failed, since: now, next_check_at: None, ..looked },
                Some(Turn::GivenUp),
            );
        }
        let doubled = Self::AGAIN_MS_MIN.saturating_mul(1 << failures.saturating_sub(1).min(16));
        let next_check_at = Some(now.plus_ms(doubled.min(Self::AGAIN_MS_MAX)));
        (Self { next_check_at, ..looked }, None)
    }

    fn missing(self, why: String, now: Timestamp, grace_ms: i64) -> (Self, Option<Turn>) {
        let failures = self.failures.saturating_add(1);
        let next_check_at = Some(now.plus_ms(Self::AGAIN_MS_MAX));
        let looked = Self { reason: Some(why), failures, next_check_at, ..self };
        match looked.lost_at {
            Some(at) if grace_ms <= now.ms_since(at) => {
                let state = DomainState::Failed;
                (Self { state, since: now, next_check_at: None, lost_at: None, ..looked }, Some(Turn::Released))
            }
            Some(_) => (looked, None),
            None if failures < Self::LOST_AFTER => (looked, None),
            None => (Self { lost_at: Some(now), ..looked }, Some(Turn::Lost)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const GRACE_MS: i64 = 14 * Timestamp::DAY_MS;

    fn claim() -> Domain {
        let token = DomainToken::from_random([7; 16]);
        Domain::claim(DomainName::parse("ask.adatum.example").unwrap(), token, Timestamp(0))
    }

    fn missing() -> Sight {
        Sight::Missing("there is no such record".to_owned())
    }

    fn unclear() -> Sight {
        Sight::Unclear("no server answered".to_owned())
    }

    #[test]
    fn a_token_is_read_back_and_nothing_else_is_one() {
        let token = DomainToken::from_random([0xa5; 16]);
        assert_eq!(token.record(), format!("canvass={}", "a5".repeat(16)));
        assert_eq!(DomainToken::parse(token.as_str()), Some(token));
        for text in ["", "a5", &"A5".repeat(16), &"g5".repeat(16)] {
            assert_eq!(DomainToken::parse(text), None, "{text}");
        }
    }

    #[test]
    fn a_claim_is_looked_for_ever_less_often_and_then_given_up() {
        let (mut domain, mut looks) = (claim(), 0);
        let mut pauses = Vec::new();
        while let Some(at) = domain.next_check_at {
            let (after, turn) = domain.seen(if looks % 2 == 0 { missing() } else { unclear() }, at, GRACE_MS);
            looks += 1;
            pauses.extend(after.next_check_at.map(|next| next.ms_since(at)));
            assert_eq!(turn, (after.state == DomainState::Failed).then_some(Turn::GivenUp));
            assert!(looks < 1_000, "it comes to an end");
            domain = after;
        }
        assert_eq!(&pauses[..3], [30_000, 60_000, 120_000]);
        assert!(pauses.is_sorted() && *pauses.last().unwrap() == Timestamp::HOUR_MS);
        assert_eq!((domain.state, looks), (DomainState::Failed, domain.failures));
        assert!((Domain::WAITING_MS_MAX..Domain::WAITING_MS_MAX + Timestamp::HOUR_MS).contains(&domain.since.0));
        let (domain, turn) = domain.seen(missing(), Timestamp(i64::MAX / 2), GRACE_MS);
        assert_eq!((domain.next_check_at, turn), (None, None), "nobody looks by themselves any more");
        assert_eq!(domain.seen(Sight::Found, Timestamp(i64::MAX / 2), GRACE_MS).1, Some(Turn::Verified));
    }

    #[test]
    fn a_verified_domain_is_lost_after_three_looks_and_released_after_its_grace() {
        let (mut domain, turn) = claim().seen(Sight::Found, Timestamp(5), GRACE_MS);
        assert_eq!((turn, domain.state, domain.since), (Some(Turn::Verified), DomainState::Verified, Timestamp(5)));
        assert_eq!(domain.next_check_at, Some(Timestamp(5 + Domain::VERIFIED_AGAIN_MS)));
        let mut turns = Vec::new();
        while let Some(at) = domain.next_check_at {
            let (after, turn) = domain.seen(missing(), at, GRACE_MS);
            turns.extend(turn.map(|it| (it, at)));
            domain = after;
            assert!(turns.len() < 3);
        }
        let [(Turn::Lost, lost), (Turn::Released, released)] = turns[..] else { panic!("{turns:?}") };
        assert_eq!(released.ms_since(lost), GRACE_MS);
        assert_eq!((domain.state, domain.since, domain.is_lost()), (DomainState::Failed, released, false));
    }

    #[test]
    fn servers_that_do_not_answer_take_no_domain_away() {
        let (mut domain, _) = claim().seen(Sight::Found, Timestamp(5), GRACE_MS);
        for _ in 0..1_000 {
            let at = domain.next_check_at.unwrap();
            let (after, turn) = domain.seen(unclear(), at, GRACE_MS);
            assert_eq!((turn, after.state, after.failures), (None, DomainState::Verified, 0));
            domain = after;
        }
    }

    #[test]
    fn a_record_that_is_back_in_time_is_told_if_its_loss_was() {
        let (mut domain, _) = claim().seen(Sight::Found, Timestamp(5), GRACE_MS);
        for wanted in [None, None, Some(Turn::Lost)] {
            let at = domain.next_check_at.unwrap();
            let (after, turn) = domain.seen(missing(), at, GRACE_MS);
            assert_eq!(turn, wanted);
            let (back, turn) = after.clone().seen(Sight::Found, at, GRACE_MS);
            assert_eq!(turn, wanted.map(|_| Turn::Regained));
            assert_eq!((back.failures, back.lost_at, back.since), (0, None, Timestamp(5)));
            domain = after;
        }
    }
}
