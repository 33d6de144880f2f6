//! Languages.

use std::fmt;

use crate::registry::codes;
use crate::{Error, Outcome};

/// A language by its ISO 639-1 code. Any well-formed code is taken: which languages have texts is data.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Language([u8; 2]);

impl Language {
    pub const EN: Self = Self(*b"en");
    pub const ES: Self = Self(*b"es");

    /// Reads two small letters.
    ///
    /// # Errors
    /// `language.invalid`.
    pub fn parse(field: &str, text: &str) -> Outcome<Self> {
        let wrong =
            || Error::field(field, &codes::LANGUAGE_INVALID, "a language is two small letters of ISO 639-1");
        let code: [u8; 2] = text.as_bytes().try_into().map_err(|e| wrong().caused_by(e))?;
        if code.iter().all(u8::is_ascii_lowercase) { Ok(Self(code)) } else { Err(wrong()) }
    }

    /// Whether the product itself speaks it: error texts and built-in templates exist.
    pub fn is_built_in(self) -> bool {
        self == Self::EN || self == Self::ES
    }

    pub fn as_str(&self) -> &str {
        std::str::from_utf8(&self.0).unwrap_or("??")
    }
}

impl fmt::Display for Language {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Debug for Language {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_well_formed_language_is_taken() {
        assert_eq!(Language::parse("language", "es").unwrap(), Language::ES);
        assert_eq!(Language::parse("language", "ca").unwrap().as_str(), "ca");
        assert!(!Language::parse("language", "ca").unwrap().is_built_in());
    }

    #[test]
    fn locales_and_capitals_are_refused() {
        for text in ["ES", "es-ES", "spa", "", "e1", "ñ"] {
            assert_eq!(
                Language::parse("language", text).unwrap_err().code().text,
                "language.invalid",
                "{text}"
            );
        }
    }
}
