//! The seal: this file is about keeping secrets so that whoever reads the database alone cannot read them.

use std::sync::Arc;

use canvass_model::{id::TenantId, script::SecretName};
use ring::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};

use crate::Error;

/// The key of this installation. A sealed secret opens only with it, for the tenant and under the name it was sealed for.
#[derive(Clone)]
pub struct Seal {
    key: Arc<LessSafeKey>,
}

impl Seal {
    /// The length of the key in bytes.
    pub const KEY_BYTES: usize = 32;

    /// The seal of a key of [`Self::KEY_BYTES`] random bytes.
    pub fn of(key: [u8; Self::KEY_BYTES]) -> Result<Self, Error> {
        let key = UnboundKey::new(&AES_256_GCM, &key).map_err(|_| failed())?;
        Ok(Self { key: Arc::new(LessSafeKey::new(key)) })
    }

    /// Seals a secret: a fresh nonce, then the encrypted text with its mark.
    pub(super) fn close(&self, tenant: TenantId, name: &SecretName, secret: &str) -> Result<Vec<u8>, Error> {
        let mut nonce = [0; NONCE_LEN];
        getrandom::fill(&mut nonce).map_err(|_| failed())?;
        let mut text = secret.as_bytes().to_vec();
        let unique = Nonce::assume_unique_for_key(nonce);
        self.key.seal_in_place_append_tag(unique, Aad::from(owner(tenant, name)), &mut text).map_err(|_| failed())?;
        Ok([&nonce[..], &text].concat())
    }

    /// Opens a secret; `None` when it was sealed with another key, for another tenant, under another name, or changed.
    pub(super) fn open(&self, tenant: TenantId, name: &SecretName, sealed: &[u8]) -> Option<String> {
        let (nonce, text) = sealed.split_at_checked(NONCE_LEN)?;
        let nonce = Nonce::try_assume_unique_for_key(nonce).ok()?;
        let mut text = text.to_vec();
        let opened = self.key.open_in_place(nonce, Aad::from(owner(tenant, name)), &mut text).ok()?;
        String::from_utf8(opened.to_vec()).ok()
    }
}

impl std::fmt::Debug for Seal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Seal(…)")
    }
}

/// Whose a secret is: bound to what is sealed, so that it cannot be moved.
fn owner(tenant: TenantId, name: &SecretName) -> Vec<u8> {
    [&tenant.as_bytes()[..], name.as_str().as_bytes()].concat()
}

fn failed() -> Error {
    Error::Storage(canvass_storage::Error::Unusable("the secret could not be sealed".to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_opens_for_its_owner_under_its_name_alone() {
        let [adatum, fabrikam] =
            [1, 2].map(|it| TenantId::parse(&format!("00000000-0000-0000-0000-00000000000{it}")).unwrap());
        let [name, other] = ["key", "other"].map(|it| SecretName::parse(it).unwrap());
        let seal = Seal::of([7; 32]).unwrap();
        let sealed = seal.close(adatum, &name, "s3cret").unwrap();
        assert!(!sealed.windows(6).any(|it| it == b"s3cret"));
        assert_ne!(seal.close(adatum, &name, "s3cret").unwrap(), sealed);
        assert_eq!(seal.open(adatum, &name, &sealed).as_deref(), Some("s3cret"));
        assert_eq!(seal.open(fabrikam, &name, &sealed), None);
        assert_eq!(seal.open(adatum, &other, &sealed), None);
        assert_eq!(Seal::of([8; 32]).unwrap().open(adatum, &name, &sealed), None);
        assert_eq!(seal.open(adatum, &name, &sealed[..5]), None);
        let mut changed = sealed;
        changed[20] ^= 1;
        assert_eq!(seal.open(adatum, &name, &changed), None);
    }
}
