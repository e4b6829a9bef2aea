//! The guest: this file is about the component that is in the program, and what else of it there is to read.

use std::sync::OnceLock;

use sha2::{Digest, Sha256};

use crate::ComponentHash;

/// The version of what scripts are given and may do: `canvass.__version__`.
pub const CONTRACT: &str = "1";

/// The type stubs of the module `canvass`, for editors and type checkers.
pub const STUBS: &str = include_str!("../guest/canvass.pyi");

/// The component, compressed. `build.rs` found it.
static COMPRESSED: &[u8] = include_bytes!(env!("CANVASS_GUEST"));

/// How large the component may be: a bound on what unpacking allocates.
const COMPONENT_BYTES_MAX: usize = 128 * 1024 * 1024;

/// The component's name: the hash of its compressed form, which differs whenever the component does.
pub fn hash() -> ComponentHash {
    static HASH: OnceLock<ComponentHash> = OnceLock::new();
    *HASH.get_or_init(|| ComponentHash(Sha256::digest(COMPRESSED).into()))
}

/// The component itself.
pub(crate) fn unpacked() -> Result<Vec<u8>, String> {
    miniz_oxide::inflate::decompress_to_vec_zlib_with_limit(COMPRESSED, COMPONENT_BYTES_MAX)
        .map_err(|error| format!("the guest in this program is damaged: {error}"))
}
