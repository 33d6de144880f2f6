//! Fingerprints of requests, for idempotency keys.

use sha2::{Digest as _, Sha256};

/// SHA-256 over the parts, each with its length, so that no two lists of parts share one.
pub fn of(parts: &[&[u8]]) -> [u8; 32] {
    let mut hasher = Sha256::new();
    for part in parts {
        hasher.update(u64::try_from(part.len()).unwrap_or(u64::MAX).to_be_bytes());
        hasher.update(part);
    }
    hasher.finalize().into()
}
