//! A short name for bytes.

use sha2::{Digest as _, Sha256};

/// The first half of the SHA-256 digest, as 32 hexadecimal digits: enough that two contents never share a name.
pub(super) fn fingerprint(bytes: &[u8]) -> String {
    let half =
        Sha256::digest(bytes).iter().take(16).fold(0_u128, |number, byte| (number << 8) | u128::from(*byte));
    format!("{half:032x}")
}

#[cfg(test)]
mod tests {
    /// The vector of FIPS 180-2, appendix B.1, cut to its first half.
    #[test]
    fn the_fingerprint_is_the_first_half_of_sha_256() {
        assert_eq!(super::fingerprint(b"abc"), "ba7816bf8f01cfea414140de5dae2223");
    }
}
