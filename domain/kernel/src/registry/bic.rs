//! Bank identifiers.

use std::fmt;

use crate::registry::{Country, codes, compact};
use crate::{Error, Outcome};

/// A business identifier code of ISO 9362, in 8 or 11 characters.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Bic(String);

impl Bic {
    /// Reads a code; spaces and small letters are normalised. It has no check digit: only its shape is proven.
    ///
    /// # Errors
    /// `bic.invalid`.
    pub fn parse(field: &str, text: &str) -> Outcome<Self> {
        let text = compact(text);
        if is_bic(&text) {
            return Ok(Self(text));
        }
        Err(Error::field(
            field,
            &codes::BIC_INVALID,
            "a BIC has four letters, a country, and two or five letters or digits",
        ))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether two codes name the same institution and branch: `XXX` is the head office, as is no branch at all.
    pub fn is_same_office(&self, other: &Self) -> bool {
        let full = |bic: &Self| format!("{:X<11}", bic.0);
        full(self) == full(other)
    }
}

impl fmt::Display for Bic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

fn is_bic(text: &str) -> bool {
    let parts = (text.get(..4), text.get(4..6), text.get(6..));
    let (Some(institution), Some(country), Some(rest)) = parts else { return false };
    institution.chars().all(|c| c.is_ascii_uppercase())
        && (Country::find(country).is_some() || country == KOSOVO)
        && matches!(rest.len(), 2 | 5)
        && rest.chars().all(|c| c.is_ascii_uppercase() || c.is_ascii_digit())
}

/// Not assigned by ISO 3166-1, but used by banks there.
const KOSOVO: &str = "XK";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_lengths_are_taken() {
        assert_eq!(Bic::parse("bic", "bsch es mm").unwrap().as_str(), "BSCHESMM");
        assert_eq!(Bic::parse("bic", "DEUTDEFF500").unwrap().as_str(), "DEUTDEFF500");
    }

    #[test]
    fn the_head_office_has_two_spellings() {
        let short = Bic::parse("bic", "BSCHESMM").unwrap();
        assert!(short.is_same_office(&Bic::parse("bic", "BSCHESMMXXX").unwrap()));
        assert!(!short.is_same_office(&Bic::parse("bic", "BSCHESMM001").unwrap()));
    }

    #[test]
    fn other_shapes_are_refused() {
        for text in
            ["", "BSCHESM", "BSCHESMMX", "BSCHESMMXX", "BSC1ESMM", "BSCHZZMM", "BSCHESMÑ", "BSCHESMM XXXX"]
        {
            assert_eq!(Bic::parse("bic", text).unwrap_err().code().text, "bic.invalid", "{text}");
        }
    }
}
