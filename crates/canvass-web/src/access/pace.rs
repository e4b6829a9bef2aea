//! How fast programs may ask: this file is about each token's requests per minute, by its tenant's plan.

use std::num::NonZeroU32;

use canvass_model::{
    id::{OperatorTokenId, TokenId},
    plan::PlanId,
};
use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter, clock::Clock};

use crate::Problem;

/// The requests of every token on this node. Tokens that stay quiet are forgotten.
pub(super) struct Pace {
    plans: [(PlanId, DefaultKeyedRateLimiter<TokenId>); PlanId::ALL.len()],
    operator: DefaultKeyedRateLimiter<OperatorTokenId>,
}

/// Requests a minute of one operator token: at that pace 100,000 tenants are made in three hours.
const OPERATOR_REQUESTS_MINUTE_MAX: NonZeroU32 = NonZeroU32::new(600).unwrap();

/// Tokens remembered per plan before the quiet ones are looked for.
const TOKENS_REMEMBERED: usize = 10_000;

impl Pace {
    pub(super) fn new() -> Self {
        Self {
            plans: PlanId::ALL.map(|plan| (plan, RateLimiter::keyed(quota(plan)))),
            operator: RateLimiter::keyed(Quota::per_minute(OPERATOR_REQUESTS_MINUTE_MAX)),
        }
    }

    /// Counts a request of `token`; refuses it when its plan's pace is exceeded.
    pub(super) fn check(&self, plan: PlanId, token: TokenId) -> Result<(), Problem> {
        let Some((_, limiter)) = self.plans.iter().find(|(it, _)| *it == plan) else { return Ok(()) };
        count(limiter, token)
    }

    /// The same for a token of the operator's.
    pub(super) fn check_operator(&self, token: OperatorTokenId) -> Result<(), Problem> {
        count(&self.operator, token)
    }
}

fn count<Token: std::hash::Hash + Eq + Clone>(
    limiter: &DefaultKeyedRateLimiter<Token>,
    token: Token,
) -> Result<(), Problem> {
    if TOKENS_REMEMBERED < limiter.len() {
        limiter.retain_recent();
    }
    limiter.check_key(&token).map_err(|until| {
        let wait = until.wait_time_from(limiter.clock().now());
        Problem::TooMany { retry_after_seconds: wait.as_secs() + 1 }
    })
}

/// The plan's requests per minute, all of them at once if need be.
fn quota(plan: PlanId) -> Quota {
    Quota::per_minute(NonZeroU32::new(plan.plan().api_requests_minute_max).unwrap_or(NonZeroU32::MIN))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_that_asks_too_fast_waits_and_others_do_not() {
        let pace = Pace::new();
        let [one, other] = [1, 2].map(|it| TokenId::from(uuid::Uuid::from_u128(it)));
        for _ in 0..PlanId::Trial.plan().api_requests_minute_max {
            pace.check(PlanId::Trial, one).unwrap();
        }
        assert!(matches!(pace.check(PlanId::Trial, one), Err(Problem::TooMany { retry_after_seconds: 1.. })));
        assert!(pace.check(PlanId::Trial, other).is_ok());
        assert!(pace.check(PlanId::Premium, one).is_ok());
        let operators = OperatorTokenId::from(uuid::Uuid::from_u128(1));
        for _ in 0..OPERATOR_REQUESTS_MINUTE_MAX.get() {
            pace.check_operator(operators).unwrap();
        }
        assert!(matches!(pace.check_operator(operators), Err(Problem::TooMany { retry_after_seconds: 1.. })));
    }
}
