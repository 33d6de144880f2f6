//! Bank accounts.

use std::fmt;

use crate::registry::{codes, compact, mod97};
use crate::{Error, Outcome};

/// An international bank account number (ISO 13616): known country, its length, and valid check digits.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Iban(String);

impl Iban {
    /// Reads an account number; spaces and small letters are normalised.
    ///
    /// # Errors
    /// `iban.invalid` for an unknown country, another length, or check digits that do not fit (ISO/IEC 7064 mod 97-10).
    pub fn parse(field: &str, text: &str) -> Outcome<Self> {
        let text = compact(text);
        match check(&text) {
            Ok(()) => Ok(Self(text)),
            Err(reason) => Err(Error::field(field, &codes::IBAN_INVALID, reason)),
        }
    }

    /// The electronic form, without spaces.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The alpha-2 code it begins with. `XK` (Kosovo) is used here although ISO 3166-1 does not assign it.
    pub fn country_code(&self) -> &str {
        self.0.get(..2).unwrap_or_default()
    }

    /// The printed form: groups of four (ISO 13616).
    pub fn grouped(&self) -> String {
        let mut grouped = String::with_capacity(self.0.len() + self.0.len() / 4);
        for (place, character) in self.0.chars().enumerate() {
            if place > 0 && place.is_multiple_of(4) {
                grouped.push(' ');
            }
            grouped.push(character);
        }
        grouped
    }
}

impl fmt::Display for Iban {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

fn check(text: &str) -> Result<(), String> {
    let parts = (text.get(..2), text.get(2..4), text.get(..4), text.get(4..));
    let (Some(country), Some(digits), Some(head), Some(account)) = parts else {
        return Err("an IBAN begins with a country and two check digits".to_owned());
    };
    let length = LENGTHS.iter().find(|(code, _)| *code == country).map(|(_, length)| *length);
    let length =
        length.ok_or_else(|| "the country of the IBAN is not in the registry of ISO 13616".to_owned())?;
    if text.len() != length {
        return Err(format!("an IBAN of {country} has {length} characters, not {}", text.len()));
    }
    // 00, 01 and 99 pass the arithmetic as doubles of 97, 98 and 02; the algorithm never makes them.
    if matches!(digits, "00" | "01" | "99") || !digits.chars().all(|c| c.is_ascii_digit()) {
        return Err("the check digits of the IBAN are 02 to 98".to_owned());
    }
    match mod97(account.chars().chain(head.chars())) {
        Some(1) => Ok(()),
        Some(_) => Err("the check digits of the IBAN do not fit".to_owned()),
        None => Err("an IBAN has only letters and digits".to_owned()),
    }
}

/// Lengths by country, from the IBAN registry that SWIFT keeps for ISO 13616.
#[rustfmt::skip]
const LENGTHS: &[(&str, usize)] = &[
    ("AD", 24), ("AE", 23), ("AL", 28), ("AT", 20), ("AZ", 28), ("BA", 20), ("BE", 16), ("BG", 22), ("BH", 22),
    ("BI", 27), ("BR", 29), ("BY", 28), ("CH", 21), ("CR", 22), ("CY", 28), ("CZ", 24), ("DE", 22), ("DJ", 27),
    ("DK", 18), ("DO", 28), ("EE", 20), ("EG", 29), ("ES", 24), ("FI", 18), ("FK", 18), ("FO", 18), ("FR", 27),
    ("GB", 22), ("GE", 22), ("GI", 23), ("GL", 18), ("GR", 27), ("GT", 28), ("HN", 28), ("HR", 21), ("HU", 28),
    ("IE", 22), ("IL", 23), ("IQ", 23), ("IS", 26), ("IT", 27), ("JO", 30), ("KW", 30), ("KZ", 20), ("LB", 28),
    ("LC", 32), ("LI", 21), ("LT", 20), ("LU", 20), ("LV", 21), ("LY", 25), ("MC", 27), ("MD", 24), ("ME", 22),
    ("MK", 19), ("MN", 20), ("MR", 27), ("MT", 31), ("MU", 30), ("NI", 28), ("NL", 18), ("NO", 15), ("OM", 23),
    ("PK", 24), ("PL", 28), ("PS", 29), ("PT", 25), ("QA", 29), ("RO", 24), ("RS", 22), ("RU", 33), ("SA", 24),
    ("SC", 31), ("SD", 18), ("SE", 24), ("SI", 19), ("SK", 24), ("SM", 27), ("SO", 23), ("ST", 25), ("SV", 28),
    ("TL", 23), ("TN", 24), ("TR", 26), ("UA", 29), ("VA", 22), ("VG", 24), ("XK", 20), ("YE", 30),
];

#[cfg(test)]
mod tests {
    use super::*;

    /// Examples that the registry and banks publish.
    const PUBLISHED: &[&str] = &[
        "ES91 2100 0418 4502 0005 1332",
        "GB29 NWBK 6016 1331 9268 19",
        "DE89 3704 0044 0532 0130 00",
        "FR14 2004 1010 0505 0001 3M02 606",
        "IT60 X054 2811 1010 0000 0123 456",
        "PT50 0002 0123 1234 5678 9015 4",
        "BE68 5390 0754 7034",
        "NL91 ABNA 0417 1643 00",
        "CH93 0076 2011 6238 5295 7",
        "NO93 8601 1117 947",
        "MT84 MALT 0110 0001 2345 MTLC AST0 01S",
        "SE45 5000 0000 0583 9825 7466",
        "XK05 1212 0123 4567 8906",
    ];

    #[test]
    fn published_accounts_pass_and_print_as_published() {
        for text in PUBLISHED {
            let iban = Iban::parse("iban", text).unwrap();
            assert_eq!(iban.grouped(), *text);
            assert_eq!(iban.to_string(), text.replace(' ', ""));
            assert_eq!(Iban::parse("iban", &text.to_lowercase()).unwrap(), iban);
        }
    }

    #[test]
    fn any_changed_digit_is_noticed() {
        let good = "ES9121000418450200051332";
        for (place, digit) in good.char_indices().skip(2) {
            let other = if digit == '9' {
                "0".to_owned()
            } else {
                char::from_digit(digit.to_digit(10).unwrap() + 1, 10).unwrap().to_string()
            };
            let mut wrong = good.to_owned();
            wrong.replace_range(place..=place, &other);
            assert_eq!(Iban::parse("iban", &wrong).unwrap_err().code().text, "iban.invalid", "{wrong}");
        }
    }

    #[test]
    fn another_length_is_refused_even_with_check_digits_that_fit() {
        for account in ["2100041845020005133", "210004184502000513322"] {
            let check = 98 - mod97(account.chars().chain("ES00".chars())).unwrap();
            let error = Iban::parse("iban", &format!("ES{check:02}{account}")).unwrap_err();
            assert!(error.to_string().starts_with("an IBAN of ES has 24 characters"), "{error}");
        }
    }

    #[test]
    fn unknown_countries_other_lengths_and_other_characters_are_refused() {
        for text in [
            "",
            "ES",
            "ES91",
            "US9121000418450200051332",
            "ES91210004184502000513",
            "ES912100041845020005133Ñ",
            "9121ES000418450200051332",
        ] {
            assert_eq!(Iban::parse("iban", text).unwrap_err().code().text, "iban.invalid", "{text}");
        }
    }

    #[test]
    fn check_digits_that_the_algorithm_never_makes_are_refused() {
        // DE02… and DE99… have the same remainder: 99 = 97 + 2.
        assert!(Iban::parse("iban", "DE02120300000000202051").is_ok());
        assert!(Iban::parse("iban", "DE99120300000000202051").is_err());
    }
}
