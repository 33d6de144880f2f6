//! Legal entity identifiers.

use std::fmt;

use crate::registry::{codes, compact, mod97};
use crate::{Error, Outcome};

/// A legal entity identifier of ISO 17442: 18 letters or digits and two check digits.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Lei(String);

impl Lei {
    /// Reads an identifier; spaces and small letters are normalised.
    ///
    /// # Errors
    /// `lei.invalid` for another shape or when the check digits (ISO/IEC 7064 mod 97-10) do not fit.
    pub fn parse(field: &str, text: &str) -> Outcome<Self> {
        let wrong = |what: &str| Error::field(field, &codes::LEI_INVALID, what);
        let text = compact(text);
        let shaped = text.len() == 20
            && text.chars().all(|c| c.is_ascii_alphanumeric())
            && text.chars().rev().take(2).all(|c| c.is_ascii_digit());
        if !shaped {
            return Err(wrong("an LEI has 18 letters or digits and two check digits"));
        }
        match mod97(text.chars()) {
            Some(1) => Ok(Self(text)),
            Some(_) | None => Err(wrong("the check digits of the LEI do not fit")),
        }
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Lei {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn published_identifiers_pass() {
        for text in ["213800KUD8LAJWSQ9D15", "54930084UKLVMY22DS16", "213800 kud8lajwsq 9d15"] {
            assert_eq!(Lei::parse("lei", text).unwrap().as_str().len(), 20, "{text}");
        }
    }

    #[test]
    fn one_wrong_character_is_noticed() {
        for text in [
            "213800KUD8LAJWSQ9D16",
            "213800KUD8LAJWSQ9E15",
            "213800KUD8LAJWSQ9D1",
            "213800KUD8LAJWSQ9DXX",
            "",
        ] {
            assert_eq!(Lei::parse("lei", text).unwrap_err().code().text, "lei.invalid", "{text}");
        }
    }
}
