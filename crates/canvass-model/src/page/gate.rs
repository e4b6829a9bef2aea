//! The gate of a page: this file is about who is let in, decided from the page's row and what a visitor brings along.

use super::{Page, Visibility};
use crate::time::Timestamp;

/// Who asks, as far as it is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Who {
    /// Nobody signed in.
    Nobody,
    /// Signed in, and no member of this tenant.
    Stranger,
    /// A signed-in member of this tenant.
    Member,
}

/// What a visitor brings along.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Credentials {
    /// Who they are.
    pub who: Who,
    /// Whether they hold a pass for this very page: they gave its password, or came by a personal link.
    pub holds_pass: bool,
}

/// What the gate answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Admission {
    /// They may see the page.
    Admitted,
    /// They have to give the page's password first.
    PasswordNeeded,
    /// Only who opens a personal link may see it; a member may sign in.
    InvitationNeeded,
    /// They have to sign in first.
    SignInNeeded,
    /// They are signed in, and it is not for them.
    Forbidden,
    /// It is for them, and opens later.
    NotYet {
        /// When.
        opens_at: Timestamp,
    },
    /// It was for them, and is over.
    Over {
        /// Since when.
        since: Timestamp,
    },
}

impl Credentials {
    /// Of a visitor of whom nothing is known.
    pub const NONE: Self = Self { who: Who::Nobody, holds_pass: false };
}

impl Page {
    /// Decides whether somebody with these `credentials` may see the page at `now`. Who has no right learns nothing else
    /// of the page, not even when it opens. Members of the tenant, who can read the page in the console, need no pass.
    pub fn admit(&self, credentials: Credentials, now: Timestamp) -> Admission {
        let Credentials { who, holds_pass } = credentials;
        let is_member = who == Who::Member;
        match self.visibility {
            Visibility::Public | Visibility::Unlisted => {}
            Visibility::Password | Visibility::Invited if holds_pass || is_member => {}
            Visibility::Members if is_member => {}
            Visibility::Password => return Admission::PasswordNeeded,
            Visibility::Invited | Visibility::Members if who == Who::Stranger => return Admission::Forbidden,
            Visibility::Invited => return Admission::InvitationNeeded,
            Visibility::Members => return Admission::SignInNeeded,
        }
        if let Some(opens_at) = self.opens_at.filter(|it| now < *it) {
            return Admission::NotYet { opens_at };
        }
        if let Some(since) = self.closes_at.filter(|it| *it <= now) {
            return Admission::Over { since };
        }
        Admission::Admitted
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{address::PageAddress, id::PageId, page::Target, survey::Revision};

    const NOW: Timestamp = Timestamp(1_000);

    fn page(visibility: Visibility, opens_at: Option<i64>, closes_at: Option<i64>) -> Page {
        Page {
            id: PageId::from(uuid::Uuid::nil()),
            address: PageAddress::parse("about").unwrap(),
            title: "About".to_owned(),
            target: Target::Document,
            visibility,
            opens_at: opens_at.map(Timestamp),
            closes_at: closes_at.map(Timestamp),
            place: 0,
            revision: Revision(1),
            created_at: Timestamp(0),
            updated_at: Timestamp(0),
            trashed_at: None,
        }
    }

    /// Every visibility by every visitor: nobody, a stranger, a member; each without and with a pass.
    #[test]
    fn every_visitor_at_every_visibility() {
        use Admission::{Admitted, Forbidden, InvitationNeeded, PasswordNeeded, SignInNeeded};
        let visitors = [Who::Nobody, Who::Stranger, Who::Member]
            .into_iter()
            .flat_map(|who| [false, true].map(|holds_pass| Credentials { who, holds_pass }));
        let visitors: Vec<Credentials> = visitors.collect();
        let table = [
            (Visibility::Public, [Admitted; 6]),
            (Visibility::Unlisted, [Admitted; 6]),
            (Visibility::Password, [PasswordNeeded, Admitted, PasswordNeeded, Admitted, Admitted, Admitted]),
            (Visibility::Invited, [InvitationNeeded, Admitted, Forbidden, Admitted, Admitted, Admitted]),
            (Visibility::Members, [SignInNeeded, SignInNeeded, Forbidden, Forbidden, Admitted, Admitted]),
        ];
        assert_eq!(table.len(), Visibility::ALL.len());
        for (visibility, expected) in table {
            let page = page(visibility, None, None);
            let found: Vec<Admission> = visitors.iter().map(|it| page.admit(*it, NOW)).collect();
            assert_eq!(found, expected, "{visibility:?}");
        }
    }

    #[test]
    fn the_schedule_is_told_only_to_those_who_may_see_the_page() {
        for visibility in Visibility::ALL {
            let early = page(visibility, Some(1_001), None);
            let late = page(visibility, None, Some(1_000));
            for who in [Who::Nobody, Who::Stranger, Who::Member] {
                for holds_pass in [false, true] {
                    let it = Credentials { who, holds_pass };
                    let open = page(visibility, Some(1_000), Some(1_001)).admit(it, NOW);
                    let (mut not_yet, mut over) = (open, open);
                    if open == Admission::Admitted {
                        not_yet = Admission::NotYet { opens_at: Timestamp(1_001) };
                        over = Admission::Over { since: Timestamp(1_000) };
                    }
                    assert_eq!(early.admit(it, NOW), not_yet, "{visibility:?} {it:?}");
                    assert_eq!(late.admit(it, NOW), over, "{visibility:?} {it:?}");
                }
            }
        }
    }

    #[test]
    fn lists_show_what_everybody_may_see_now() {
        assert!(page(Visibility::Public, None, None).is_listed(NOW));
        assert!(!page(Visibility::Public, Some(1_001), None).is_listed(NOW));
        assert!(!page(Visibility::Public, None, Some(1_000)).is_listed(NOW));
        assert!(!Page { trashed_at: Some(NOW), ..page(Visibility::Public, None, None) }.is_listed(NOW));
        for visibility in &Visibility::ALL[1..] {
            assert!(!page(*visibility, None, None).is_listed(NOW));
        }
    }
}
