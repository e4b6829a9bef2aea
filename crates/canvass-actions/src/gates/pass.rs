//! Passes: this file is about a note that says who was let in at which page and until when, signed with the tenant's own
//! key (HMAC-SHA-256, RFC 2104), so that it can be carried by anybody and written by nobody else.

use canvass_model::{
    hex::hex,
    id::{AccountId, InvitationId, PageId},
    time::Timestamp,
};
use hmac::{Hmac, KeyInit, Mac};
use sha2::{Digest, Sha256};

/// What a pass says of its holder. Whether it is still true is asked each time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Holder {
    /// They knew the password with this [`stamp`].
    Password(String),
    /// They came by this personal link.
    Invitation(InvitationId),
    /// They are this member.
    Member(AccountId),
}

/// What a tenant's passes are signed with.
#[derive(Clone)]
pub struct PassKey(String);

/// How long a pass is good: as long as a form may stay open.
pub const PASS_MS: i64 = 7 * Timestamp::DAY_MS;
/// No pass is longer.
const PASS_BYTES_MAX: usize = 256;

/// Tells one password from the next without telling anything of it.
pub(super) fn stamp(hash: &str) -> String {
    hex(&Sha256::digest(hash.as_bytes())[..8])
}

impl PassKey {
    pub(super) fn new(text: &str) -> Self {
        Self(text.to_owned())
    }

    /// A pass for `page` from `now` on.
    pub(super) fn issue(&self, page: PageId, holder: &Holder, now: Timestamp) -> String {
        let holder = match holder {
            Holder::Password(stamp) => format!("p.{stamp}"),
            Holder::Invitation(id) => format!("i.{id}"),
            Holder::Member(id) => format!("m.{id}"),
        };
        let note = format!("{holder}.{}", now.plus_ms(PASS_MS).0);
        let signature = hex(&self.sign(page, &note).finalize().into_bytes());
        format!("{note}.{signature}")
    }

    /// Whom a pass for `page` was given to; `None` when it is over, for another page, or not ours.
    pub(super) fn read(&self, page: PageId, pass: &str, now: Timestamp) -> Option<Holder> {
        if PASS_BYTES_MAX < pass.len() {
            return None;
        }
        let (note, signature) = pass.rsplit_once('.')?;
        self.sign(page, note).verify_slice(&unhex(signature)?).ok()?;
        let (holder, expires_at) = note.rsplit_once('.')?;
        if expires_at.parse().ok().map(Timestamp)? <= now {
            return None;
        }
        match holder.split_once('.')? {
            ("p", stamp) => Some(Holder::Password(stamp.to_owned())),
            ("i", id) => InvitationId::parse(id).map(Holder::Invitation),
            ("m", id) => AccountId::parse(id).map(Holder::Member),
            _ => None,
        }
    }

    fn sign(&self, page: PageId, note: &str) -> Hmac<Sha256> {
        let mut block = [0; 64];
        block[..32].copy_from_slice(&Sha256::digest(self.0.as_bytes()));
        let mut mac = Hmac::<Sha256>::new(&block.into());
        mac.update(page.as_bytes());
        mac.update(note.as_bytes());
        mac
    }
}

impl std::fmt::Debug for PassKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("PassKey(…)")
    }
}

fn unhex(text: &str) -> Option<Vec<u8>> {
    let digits: Vec<u8> =
        text.chars().map(|it| it.to_digit(16).and_then(|it| u8::try_from(it).ok())).collect::<Option<_>>()?;
    let (pairs, rest) = digits.as_chunks::<2>();
    rest.is_empty().then(|| pairs.iter().map(|[high, low]| high << 4 | low).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp(1_795_000_000_000);

    const ID: &str = "01890a5d-ac96-774b-bcce-b302099a8057";

    fn page(number: u32) -> PageId {
        PageId::parse(&format!("01890a5d-ac96-774b-bcce-b3020000000{number}")).unwrap()
    }

    #[test]
    fn a_pass_is_good_for_its_page_its_tenant_and_its_time() {
        let key = PassKey::new("one");
        for holder in [
            Holder::Password(stamp("$argon2id$")),
            Holder::Invitation(InvitationId::parse(ID).unwrap()),
            Holder::Member(AccountId::parse(ID).unwrap()),
        ] {
            let pass = key.issue(page(1), &holder, NOW);
            assert_eq!(key.read(page(1), &pass, NOW), Some(holder.clone()));
            assert_eq!(key.read(page(1), &pass, NOW.plus_ms(PASS_MS - 1)), Some(holder));
            assert_eq!(key.read(page(1), &pass, NOW.plus_ms(PASS_MS)), None, "it is over");
            assert_eq!(key.read(page(2), &pass, NOW), None, "another page");
            assert_eq!(PassKey::new("two").read(page(1), &pass, NOW), None, "another tenant");
        }
    }

    #[test]
    fn nobody_changes_a_pass() {
        let key = PassKey::new("one");
        let pass = key.issue(page(1), &Holder::Password(stamp("$argon2id$")), NOW);
        for index in 0..pass.len() {
            let mut changed = pass.clone().into_bytes();
            changed[index] = if changed[index] == b'0' { b'1' } else { b'0' };
            let changed = String::from_utf8(changed).unwrap();
            assert_eq!(key.read(page(1), &changed, NOW), None, "{changed}");
        }
        for forged in ["", ".", "...", "p.x.9999999999999.", "p.x.9999999999999.00", &"a".repeat(9_999), "é.é.é.é"]
        {
            assert_eq!(key.read(page(1), forged, NOW), None, "{forged}");
        }
        let longer = pass.replace("p.", "p..");
        assert_eq!(key.read(page(1), &longer, NOW), None);
    }

    #[test]
    fn another_password_is_another_stamp() {
        assert_ne!(stamp("$argon2id$a"), stamp("$argon2id$b"));
    }
}
