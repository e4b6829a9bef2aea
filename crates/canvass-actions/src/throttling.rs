//! Guessing: this file is about making it slow, without letting a guesser lock the owner out.
//!
//! Who tries one account from one place waits longer with every failure. Who tries from a place where that account
//! never signed in shares a limit with everybody else who does; places where it did are not held up by strangers. Who
//! tries many accounts from one place is limited as well.

use std::net::IpAddr;

use canvass_model::{id::PageId, text::Email, time::Timestamp};
use canvass_storage::{DirectoryTx, throttle};

use crate::Error;

/// One attempt to prove who one is, and everything it counts against.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Attempt {
    /// This account from this place.
    pair: String,
    /// This account from all places where it never signed in.
    account: String,
    /// All accounts from this place.
    place: String,
    /// Set while this account is known to have signed in from this place.
    known: String,
}

/// How many failures cost nothing, and how long the waiting becomes.
struct Limit {
    free: u32,
    wait_ms_max: i64,
}

/// People mistype a few times; then each try costs twice the wait of the one before.
const PAIR: Limit = Limit { free: 5, wait_ms_max: 15 * Timestamp::MINUTE_MS };
/// Mild, because a stranger can cause it: it holds up only strangers.
const ACCOUNT: Limit = Limit { free: 50, wait_ms_max: Timestamp::MINUTE_MS };
/// An office behind one address mistypes more than one person does.
const PLACE: Limit = Limit { free: 30, wait_ms_max: 5 * Timestamp::MINUTE_MS };
/// How long a place stays known after a sign-in.
const KNOWN_MS: i64 = 90 * Timestamp::DAY_MS;

impl Attempt {
    /// An attempt of kind `kind` (members and operators are counted apart) with `email` from the client at `address`.
    pub(crate) fn new(kind: &str, email: &Email, address: &str) -> Self {
        let place = place(address);
        Self {
            pair: format!("{kind} {email} from {place}"),
            account: format!("{kind} {email}"),
            known: format!("{kind} {email} known from {place}"),
            place: format!("{kind} from {place}"),
        }
    }

    /// An attempt at the password of a page from the client at `address`.
    pub(crate) fn at_page(page: PageId, address: &str) -> Self {
        let place = place(address);
        Self {
            pair: format!("page {page} from {place}"),
            account: format!("page {page}"),
            known: format!("page {page} known from {place}"),
            place: format!("page from {place}"),
        }
    }

    /// Counts the attempt before it is checked, so that guesses made at the same time count as well.
    /// [`Error::TooMany`] when it has to wait.
    pub(crate) fn begin(&self, tx: &mut DirectoryTx<'_>) -> Result<(), Error> {
        let is_known = throttle::wait_until(tx, &self.known)?.is_some();
        let subjects = [Some(&self.pair), Some(&self.place), (!is_known).then_some(&self.account)];
        for subject in subjects.into_iter().flatten() {
            if let Some(until) = throttle::wait_until(tx, subject)? {
                let seconds = until.ms_since(tx.now()).unsigned_abs().div_ceil(1_000);
                return Err(Error::TooMany { retry_after_seconds: seconds });
            }
        }
        count(tx, &self.pair, &PAIR)
    }

    /// Notes that the attempt was right.
    pub(crate) fn succeed(&self, tx: &mut DirectoryTx<'_>) -> Result<(), Error> {
        throttle::clear(tx, &self.pair)?;
        let until = tx.now().plus_ms(KNOWN_MS);
        throttle::record(tx, &self.known, until)?;
        Ok(())
    }

    /// Takes the attempt back: there was nothing to guess.
    pub(crate) fn forget(&self, tx: &mut DirectoryTx<'_>) -> Result<(), Error> {
        Ok(throttle::clear(tx, &self.pair)?)
    }

    /// Notes that the attempt was wrong.
    pub(crate) fn fail(&self, tx: &mut DirectoryTx<'_>) -> Result<(), Error> {
        count(tx, &self.account, &ACCOUNT)?;
        count(tx, &self.place, &PLACE)
    }
}

fn count(tx: &mut DirectoryTx<'_>, subject: &str, limit: &Limit) -> Result<(), Error> {
    let failures = throttle::failures(tx, subject)?.saturating_add(1);
    let until = tx.now().plus_ms(limit.wait_ms(failures));
    throttle::record(tx, subject, until)?;
    Ok(())
}

impl Limit {
    /// How long to wait after so many failures.
    fn wait_ms(&self, failures: u32) -> i64 {
        match failures.checked_sub(self.free) {
            None => 0,
            Some(beyond) => (Timestamp::SECOND_MS << beyond.min(20)).min(self.wait_ms_max),
        }
    }
}

/// The network a client is in: an IPv4 address, or the 64 bits of an IPv6 address that one customer is given at least.
fn place(address: &str) -> String {
    match address.parse::<IpAddr>().map(|it| it.to_canonical()) {
        Ok(IpAddr::V4(it)) => it.to_string(),
        Ok(IpAddr::V6(it)) => {
            let [a, b, c, d, ..] = it.segments();
            format!("{a:x}:{b:x}:{c:x}:{d:x}::/64")
        }
        Err(_) => "somewhere".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waiting_doubles_after_the_free_tries_and_ends_at_its_bound() {
        let waits: Vec<i64> = [1, 4, 5, 6, 7, 8, 60, u32::MAX].map(|it| PAIR.wait_ms(it)).to_vec();
        assert_eq!(waits, [0, 0, 1_000, 2_000, 4_000, 8_000, 900_000, 900_000]);
    }

    #[test]
    fn one_customer_is_one_place() {
        assert_eq!(place("2001:db8:1:2:3:4:5:6"), place("2001:db8:1:2::1"));
        assert_ne!(place("2001:db8:1:2::1"), place("2001:db8:1:3::1"));
        assert_eq!(place("::ffff:192.0.2.1"), place("192.0.2.1"));
        assert_ne!(place("192.0.2.1"), place("192.0.2.2"));
    }
}
