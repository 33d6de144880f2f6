//! Fingerprints of requests, for idempotency keys.

use std::fmt;

use app::codes::INTERNAL;
use hmac::{Hmac, KeyInit as _, Mac as _};
use kernel::{Error, Outcome};
use sha2::{Digest as _, Sha256};

/// SHA-256 over the parts, each with its length, so that no two lists of parts share one.
pub fn of(parts: &[&[u8]]) -> [u8; 32] {
    let mut hasher = Sha256::new();
    for part in parts {
        hasher.update(length(part));
        hasher.update(part);
    }
    hasher.finalize().into()
}

/// Fingerprints with a secret of the installation. A request may hold a password; whoever reads its fingerprint must not
/// be able to try passwords against it, which would get around their slow hash.
#[derive(Clone)]
pub struct Fingerprints {
    keyed: Hmac<Sha256>,
}

impl Fingerprints {
    /// From a secret that all instances share and that outlives restarts.
    ///
    /// # Errors
    /// `internal`, which cannot happen: HMAC takes keys of any length.
    pub fn try_new(secret: &[u8; 32]) -> Outcome<Self> {
        let keyed =
            |key: &[u8]| Hmac::<Sha256>::new_from_slice(key).map_err(|e| Error::new(&INTERNAL).caused_by(e));
        // A key of its own: the secret signs tokens as well.
        let own = keyed(secret)?.chain_update(b"recobra idempotency fingerprints").finalize().into_bytes();
        Ok(Self { keyed: keyed(&own)? })
    }

    /// HMAC-SHA-256 over the parts, each with its length.
    pub fn of(&self, parts: &[&[u8]]) -> [u8; 32] {
        let mut mac = self.keyed.clone();
        for part in parts {
            mac.update(&length(part));
            mac.update(part);
        }
        mac.finalize().into_bytes().into()
    }
}

impl fmt::Debug for Fingerprints {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Fingerprints([secret])")
    }
}

fn length(part: &[u8]) -> [u8; 8] {
    u64::try_from(part.len()).unwrap_or(u64::MAX).to_be_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fingerprint_is_of_its_parts_and_of_the_secret() {
        let one = Fingerprints::try_new(&[1; 32]).unwrap();
        assert_eq!(one.of(&[b"a", b"b"]), Fingerprints::try_new(&[1; 32]).unwrap().of(&[b"a", b"b"]));
        assert_ne!(one.of(&[b"a", b"b"]), one.of(&[b"ab", b""]));
        assert_ne!(one.of(&[b"a", b"b"]), Fingerprints::try_new(&[2; 32]).unwrap().of(&[b"a", b"b"]));
        assert_ne!(one.of(&[b"a", b"b"]), of(&[b"a", b"b"]));
    }
}
