//! The text form of API keys: `rcb_<prefix>_<secret>`.

use kernel::{Error, Instant, Outcome};

use super::codes;

/// An API key as the caller sends it.
#[derive(Clone, PartialEq, Eq)]
pub struct KeyText {
    /// Public part: finds the row.
    pub prefix: String,
    /// Secret part: 256 random bits in hexadecimal.
    pub secret: String,
}

const PREFIX_LENGTH: usize = 12;
const SECRET_LENGTH: usize = 64;

impl KeyText {
    /// # Errors
    /// `auth.invalid`.
    pub fn parse(text: &str) -> Outcome<Self> {
        let invalid = || Error::new(&codes::INVALID);
        let (prefix, secret) =
            text.strip_prefix("rcb_").and_then(|t| t.split_once('_')).ok_or_else(invalid)?;
        let hex = |t: &str| t.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b));
        if prefix.len() != PREFIX_LENGTH || secret.len() != SECRET_LENGTH || !hex(prefix) || !hex(secret) {
            return Err(invalid());
        }
        Ok(Self { prefix: prefix.to_owned(), secret: secret.to_owned() })
    }

    /// Whether a bearer text looks like an API key rather than a token.
    pub fn looks_like(text: &str) -> bool {
        text.starts_with("rcb_")
    }

    /// Makes a key from 38 random bytes.
    pub fn from_random(random: &[u8; 38]) -> Self {
        let digit = |half: u8| char::from_digit(u32::from(half), 16).unwrap_or('0');
        let hex = random.iter().flat_map(|b| [digit(b >> 4), digit(b & 15)]).collect::<String>();
        let (prefix, secret) = hex.split_at(PREFIX_LENGTH);
        Self { prefix: prefix.to_owned(), secret: secret.to_owned() }
    }

    /// The whole key, shown once.
    pub fn expose(&self) -> String {
        format!("rcb_{}_{}", self.prefix, self.secret)
    }
}

impl std::fmt::Debug for KeyText {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "rcb_{}_[secret]", self.prefix)
    }
}

/// Whether a key is in force.
///
/// # Errors
/// `auth.expired`.
pub fn check_in_force(now: Instant, expires_at: Option<Instant>, revoked_at: Option<Instant>) -> Outcome<()> {
    if revoked_at.is_some_and(|at| at <= now) || expires_at.is_some_and(|at| at <= now) {
        return Err(Error::new(&codes::EXPIRED));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_reads_back_and_hides_in_logs() {
        let key = KeyText::from_random(&[7; 38]);
        assert_eq!(KeyText::parse(&key.expose()).unwrap(), key);
        assert!(!format!("{key:?}").contains(&key.secret));
    }

    #[test]
    fn keys_of_another_shape_are_invalid() {
        for text in ["", "rcb_", "rcb_a_b", "RCB_000000000000_0", "eyJ.a.b"] {
            assert_eq!(KeyText::parse(text).unwrap_err().code().text, "auth.invalid");
        }
    }

    #[test]
    fn a_key_ends_at_its_instant() {
        let at = "2026-01-01T00:00:00Z".parse::<Instant>().unwrap();
        assert!(check_in_force(at, Some(at), None).is_err());
        assert!(check_in_force(at - chrono::TimeDelta::seconds(1), Some(at), None).is_ok());
        assert!(check_in_force(at, None, Some(at)).is_err());
    }
}
