//! Tax identifiers of companies and persons.
//!
//! Which formats a country has, and how each proves itself, is a table in `formats`; the arithmetic is in `arithmetic`.
//! Ledgers hold wrong numbers: [`TaxId::parse`] refuses them, [`TaxId::keep`] takes them and says what is wrong.

mod arithmetic;
mod formats;

use std::fmt;

use crate::registry::{Country, codes};
use crate::{Error, Outcome};

/// Characters of the longest tax id that is kept.
const LENGTH_MAX: usize = 32;

crate::text_enum! {
    /// What the arithmetic of a tax id says. Whether the number is registered is for the tax office to say.
    pub enum TaxIdCheck {
        /// It has a format of its country, and its check characters fit where the format has any.
        Valid = "valid",
        /// It has a format of its country, but the check characters do not fit.
        WrongCheckDigit = "wrong_check_digit",
        /// It has no format that is known for its country, or no format of that country is known.
        UnknownFormat = "unknown_format",
    }
}

/// A tax identifier of one country, in its normal form: capitals and digits alone, without the country's VAT prefix.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct TaxId {
    country: Country,
    text: String,
}

impl TaxId {
    /// Reads an identifier that must be right. Where no format of the country is known, any letters and digits are.
    ///
    /// # Errors
    /// `tax_id.check_digit`, `tax_id.format`, and those of [`TaxId::keep`].
    pub fn parse(field: &str, country: Country, text: &str) -> Outcome<Self> {
        let (id, check) = Self::keep(field, country, text)?;
        match check {
            TaxIdCheck::Valid => Ok(id),
            TaxIdCheck::UnknownFormat if formats::of(country).is_empty() && id.text.is_ascii() => Ok(id),
            TaxIdCheck::WrongCheckDigit => {
                let message = format!("the check characters of the tax id {} do not fit", id.text);
                Err(Error::field(field, &codes::TAX_ID_CHECK_DIGIT, message))
            }
            TaxIdCheck::UnknownFormat => {
                let message = format!("the tax id {} has no format known in {country}", id.text);
                Err(Error::field(field, &codes::TAX_ID_FORMAT, message))
            }
        }
    }

    /// Takes an identifier as a ledger has it, right or wrong, in its normal form, with what is to be said about it.
    ///
    /// # Errors
    /// `text.required` when it holds no letter or digit, `text.too_long` beyond 32 of them, `text.control_character`.
    pub fn keep(field: &str, country: Country, text: &str) -> Outcome<(Self, TaxIdCheck)> {
        let line = crate::text::line(field, text)?;
        let written = normal(&line);
        if written.is_empty() {
            return Err(Error::field(
                field,
                &codes::TEXT_REQUIRED,
                format!("{field} holds no letter and no digit"),
            ));
        }
        if written.chars().count() > LENGTH_MAX {
            let message = format!("{field} holds more than {LENGTH_MAX} letters and digits");
            return Err(Error::field(field, &codes::TEXT_TOO_LONG, message));
        }
        let (text, check) = judge(country, written);
        Ok((Self { country, text }, check))
    }

    pub fn country(&self) -> Country {
        self.country
    }

    /// The normal form, without the country.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The number with its country prefix, as VIES and cross-border invoices want it; `None` if it is not a valid VAT
    /// number, such as a SIREN or a codice fiscale.
    pub fn vat_number(&self) -> Option<String> {
        let is_vat =
            formats::of(self.country).iter().any(|f| f.is_vat && f.fits(&self.text) && (f.check)(&self.text));
        is_vat.then(|| format!("{}{}", self.country.vat_prefix(), self.text))
    }
}

impl fmt::Display for TaxId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

/// What the arithmetic says of a text as somebody wrote it, with or without spaces, dots and country prefix.
pub fn check(country: Country, text: &str) -> TaxIdCheck {
    judge(country, normal(text)).1
}

fn normal(text: &str) -> String {
    // Capitals of ASCII only: others may be two characters, and then the normal form would not be its own.
    text.chars().filter(|c| c.is_alphanumeric()).map(|c| c.to_ascii_uppercase()).collect()
}

/// The best reading of a text: as it stands, or without the country prefix if only what remains has a format.
fn judge(country: Country, written: String) -> (String, TaxIdCheck) {
    let as_written = of_format(country, &written);
    let bare = PREFIXES_BESIDES_CODE
        .iter()
        .filter_map(|(code, prefix)| (*code == country.as_str()).then_some(*prefix))
        .chain([country.as_str()])
        .filter_map(|prefix| written.strip_prefix(prefix))
        .map(|bare| (bare, of_format(country, bare)))
        .min_by_key(|(_, check)| *check);
    match bare {
        // Again, because an `FR` in front may be a prefix written twice or the key of the number.
        Some((bare, check)) if check < as_written => judge(country, bare.to_owned()),
        Some(_) | None => (written, as_written),
    }
}

/// Prefixes of VAT numbers that are not the code of the country: Greece, and Northern Ireland since 2021.
const PREFIXES_BESIDES_CODE: &[(&str, &str)] = &[("GR", "EL"), ("GB", "XI")];

fn of_format(country: Country, text: &str) -> TaxIdCheck {
    let mut fitting = formats::of(country).iter().filter(|format| format.fits(text)).peekable();
    if fitting.peek().is_none() {
        return TaxIdCheck::UnknownFormat;
    }
    if fitting.any(|format| (format.check)(text)) { TaxIdCheck::Valid } else { TaxIdCheck::WrongCheckDigit }
}

#[cfg(test)]
mod tests;
