//! Languages of messages: a language with an optional region, and the order in which others stand in for it.

use std::fmt;

use kernel::registry::Language;
use kernel::{Error, Outcome};

use super::codes;

/// A language and, where it matters, a region: `es`, `es-MX` (the part of BCP 47 that is in use).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct LanguageTag {
    language: Language,
    region: Option<[u8; 2]>,
}

impl LanguageTag {
    pub const EN: Self = Self { language: Language::EN, region: None };
    pub const ES: Self = Self { language: Language::ES, region: None };

    /// Reads `ll` or `ll-RR`.
    ///
    /// # Errors
    /// `language_tag.invalid`.
    pub fn parse(field: &str, text: &str) -> Outcome<Self> {
        let wrong =
            || Error::field(field, &codes::LANGUAGE_TAG_INVALID, "a language is written like es or es-MX");
        let (language, region) = match text.split_once('-') {
            Some((language, region)) => (language, Some(region)),
            None => (text, None),
        };
        let language = Language::parse(field, language).map_err(|e| wrong().caused_by(e))?;
        let Some(region) = region else { return Ok(Self { language, region: None }) };
        let region: [u8; 2] = region.as_bytes().try_into().map_err(|e| wrong().caused_by(e))?;
        if !region.iter().all(u8::is_ascii_uppercase) {
            return Err(wrong());
        }
        Ok(Self { language, region: Some(region) })
    }

    pub fn language(&self) -> Language {
        self.language
    }

    /// The region in capitals, `""` without one.
    pub fn region(&self) -> &str {
        self.region.as_ref().and_then(|r| std::str::from_utf8(r).ok()).unwrap_or_default()
    }

    /// The same language without a region.
    #[must_use]
    pub fn without_region(self) -> Self {
        Self { region: None, ..self }
    }
}

impl From<Language> for LanguageTag {
    fn from(language: Language) -> Self {
        Self { language, region: None }
    }
}

impl fmt::Display for LanguageTag {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.language)?;
        if self.region.is_some() { write!(f, "-{}", self.region()) } else { Ok(()) }
    }
}

/// The language to write in: what is wanted, most wanted first and each also without its region, the legal entity's own,
/// English.
///
/// `None` when a text exists in none of them: another language is never guessed.
pub fn fallback(
    wanted: impl IntoIterator<Item = LanguageTag>,
    entity_default: LanguageTag,
    available: &[LanguageTag],
) -> Option<LanguageTag> {
    let wanted = wanted.into_iter().chain([entity_default]);
    let mut order = wanted.flat_map(|tag| [tag, tag.without_region()]).chain([LanguageTag::EN]);
    order.find(|tag| available.contains(tag))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tag(text: &str) -> LanguageTag {
        LanguageTag::parse("language", text).unwrap()
    }

    #[test]
    fn tags_read_back_and_others_are_refused() {
        for text in ["es", "es-MX", "en-US", "ca"] {
            assert_eq!(tag(text).to_string(), text);
        }
        for text in ["", "ES", "es-mx", "es-", "es_MX", "spa", "es-419", "es-MX-x"] {
            assert_eq!(
                LanguageTag::parse("language", text).unwrap_err().code().text,
                "language_tag.invalid",
                "{text}"
            );
        }
    }

    #[test]
    fn a_region_falls_back_to_its_language_then_to_the_entity_then_to_english() {
        let all = [tag("es-MX"), tag("es"), tag("fr"), tag("en")];
        let mexican = Some(tag("es-MX"));
        assert_eq!(fallback(mexican, tag("fr"), &all), Some(tag("es-MX")));
        assert_eq!(fallback(mexican, tag("fr"), &all[1..]), Some(tag("es")));
        assert_eq!(fallback(mexican, tag("fr"), &all[2..]), Some(tag("fr")));
        assert_eq!(fallback(mexican, tag("fr"), &all[3..]), Some(tag("en")));
        assert_eq!(fallback(mexican, tag("fr"), &[tag("de")]), None);
    }

    #[test]
    fn the_next_wish_stands_in_for_one_without_a_text() {
        let wanted = [tag("fr"), tag("ca-ES"), tag("es")];
        assert_eq!(fallback(wanted, tag("en"), &[tag("en"), tag("es")]), Some(tag("es")));
        assert_eq!(fallback(wanted, tag("en"), &[tag("en"), tag("ca"), tag("es")]), Some(tag("ca")));
    }

    #[test]
    fn a_region_that_was_not_asked_for_is_not_guessed() {
        assert_eq!(fallback(Some(tag("es")), tag("en"), &[tag("es-MX"), tag("en")]), Some(tag("en")));
        assert_eq!(fallback(None, tag("es-MX"), &[tag("es"), tag("en")]), Some(tag("es")));
    }
}
