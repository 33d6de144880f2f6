//! Argon2id passwords and random secrets.

use std::sync::LazyLock;

use app::access::Crypto;
use app::codes::INTERNAL;
use argon2::Argon2;
use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher as _, PasswordVerifier as _};
use domain::access::key::KeyText;
use kernel::secret::Secret;
use kernel::{Error, Outcome};

/// The default parameters of Argon2id (19 MiB, two passes), as OWASP recommends.
#[derive(Debug, Default, Clone, Copy)]
pub struct SystemCrypto;

impl Crypto for SystemCrypto {
    fn hash_password(&self, password: &Secret) -> Outcome<String> {
        Argon2::default()
            .hash_password(password.expose().as_bytes())
            .map(|hash| hash.to_string())
            .map_err(|e| Error::new(&INTERNAL).caused_by(e))
    }

    fn password_matches(&self, password: &Secret, hash: &str) -> bool {
        PasswordHash::new(hash)
            .is_ok_and(|hash| Argon2::default().verify_password(password.expose().as_bytes(), &hash).is_ok())
    }

    fn match_nothing(&self, password: &Secret) {
        // A real hash by the same parameters, so that checking it takes as long. Of what does not matter.
        static NOTHING: LazyLock<String> = LazyLock::new(|| {
            SystemCrypto.hash_password(&Secret::new("nothing in particular")).unwrap_or_default()
        });
        self.password_matches(password, &NOTHING);
    }

    fn random_key(&self) -> KeyText {
        let mut bytes = [0_u8; 38];
        rand::fill(&mut bytes[..]);
        KeyText::from_random(&bytes)
    }

    fn random_token(&self) -> String {
        let bytes: [u8; 32] = rand::random();
        kernel::text::hex(&bytes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_right_password_matches() {
        let crypto = SystemCrypto;
        let hash = crypto.hash_password(&Secret::new("correct horse battery")).unwrap();
        assert!(crypto.password_matches(&Secret::new("correct horse battery"), &hash));
        assert!(!crypto.password_matches(&Secret::new("correct horse staple"), &hash));
        assert!(!crypto.password_matches(&Secret::new(""), "not a hash"));
    }

    #[test]
    fn random_keys_differ() {
        assert_ne!(SystemCrypto.random_key().expose(), SystemCrypto.random_key().expose());
    }
}
