//! Telephone numbers.

use std::fmt;

use crate::registry::{Country, codes};
use crate::{Error, Outcome};

/// A telephone number in the international form of ITU-T E.164: `+` and at most 15 digits.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct PhoneNumber(String);

/// Digits of the shortest number with its country code: on small islands four follow three.
const DIGITS_MIN: usize = 7;
/// Digits of the longest (E.164).
const DIGITS_MAX: usize = 15;

impl PhoneNumber {
    /// Reads `+34 91 123 45 67`, `0034…`, `(+44) (0)20 …`, or a national number where `home` says of which country.
    ///
    /// Only the shape is proven: whether the number is in service is not known here.
    ///
    /// # Errors
    /// `phone.invalid` for other characters or lengths, or for a national number of a country without a rule here.
    pub fn parse(field: &str, text: &str, home: Option<Country>) -> Outcome<Self> {
        let wrong = |reason: &str| Error::field(field, &codes::PHONE_INVALID, reason);
        let digits = dial_string(text)
            .ok_or_else(|| wrong("a telephone number has digits, spaces and + ( ) . - / only"))?;
        let international = match digits.strip_prefix('+').or_else(|| digits.strip_prefix("00")) {
            Some(rest) => rest.to_owned(),
            None => with_country_code(&digits, home).ok_or_else(|| {
                wrong("a telephone number begins with + and a country code, or is a full national number")
            })?,
        };
        let starts_well = international.starts_with(|c: char| matches!(c, '1'..='9'));
        if !starts_well || !(DIGITS_MIN..=DIGITS_MAX).contains(&international.len()) {
            return Err(wrong("a telephone number has 7 to 15 digits after the +, the first not 0"));
        }
        Ok(Self(format!("+{international}")))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for PhoneNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Digits with at most one leading `+`; `(0)`, which people write between country code and number, is dropped.
fn dial_string(text: &str) -> Option<String> {
    let text = text.trim();
    let is_international = text.trim_start_matches('(').starts_with(['+', '0']);
    let text = if is_international { text.replace("(0)", "") } else { text.to_owned() };
    let mut dialled = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '0'..='9' => dialled.push(character),
            '+' if dialled.is_empty() => dialled.push(character),
            ' ' | '\u{A0}' | '(' | ')' | '.' | '-' | '/' => {}
            _ => return None,
        }
    }
    Some(dialled)
}

fn with_country_code(national: &str, home: Option<Country>) -> Option<String> {
    let home = home?;
    let plan = PLANS.iter().find(|plan| plan.country == home.as_str())?;
    let number = if plan.trunk_zero { national.strip_prefix('0')? } else { national };
    plan.digits.contains(&number.len()).then(|| format!("{}{number}", plan.code))
}

/// How a country writes its numbers at home.
struct NumberingPlan {
    country: &'static str,
    code: &'static str,
    /// Whether national numbers begin with a 0 that is not part of the international one.
    trunk_zero: bool,
    /// Digits of a national number, without that 0.
    digits: std::ops::RangeInclusive<usize>,
}

const fn plan(
    country: &'static str,
    code: &'static str,
    trunk_zero: bool,
    digits: std::ops::RangeInclusive<usize>,
) -> NumberingPlan {
    NumberingPlan { country, code, trunk_zero, digits }
}

/// National plans as notified to the ITU (E.164, list of assigned country codes).
const PLANS: &[NumberingPlan] = &[
    plan("AD", "376", false, 6..=9),
    plan("AT", "43", true, 4..=13),
    plan("BE", "32", true, 8..=9),
    plan("CH", "41", true, 9..=9),
    plan("DE", "49", true, 5..=13),
    plan("ES", "34", false, 9..=9),
    plan("FR", "33", true, 9..=9),
    plan("GB", "44", true, 9..=10),
    plan("IE", "353", true, 7..=9),
    plan("IT", "39", false, 6..=11),
    plan("LU", "352", false, 5..=11),
    plan("MX", "52", false, 10..=10),
    plan("NL", "31", true, 9..=9),
    plan("PL", "48", false, 9..=9),
    plan("PT", "351", false, 9..=9),
    plan("US", "1", false, 10..=10),
];

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str, home: Option<Country>) -> String {
        PhoneNumber::parse("phone", text, home).unwrap().to_string()
    }

    #[test]
    fn international_numbers_need_no_home() {
        assert_eq!(read("+34 91 123 45 67", None), "+34911234567");
        assert_eq!(read("0034-911.234/567", None), "+34911234567");
        assert_eq!(read("(+44) (0)20 7946 0000", None), "+442079460000");
        assert_eq!(read("+39 06 1234567", None), "+39061234567");
    }

    #[test]
    fn national_numbers_take_the_code_of_their_home() {
        assert_eq!(read("911 234 567", Some(Country::ES)), "+34911234567");
        assert_eq!(read("020 7946 0000", Some(Country::GB)), "+442079460000");
        assert_eq!(read("01 23 45 67 89", Some(Country::FR)), "+33123456789");
    }

    #[test]
    fn italian_numbers_keep_their_zero() {
        assert_eq!(read("06 1234567", Some(Country::IT)), "+39061234567");
    }

    #[test]
    fn what_is_no_number_is_refused() {
        let japan = Country::parse("country", "JP").unwrap();
        for (text, home) in [
            ("", None),
            ("911234567", None),
            ("91123456", Some(Country::ES)),
            ("0312345678", Some(japan)),
            ("+034911234567", None),
            ("+3491123456789012", None),
            ("+34 911 234 567 ext. 4", None),
            ("34+911234567", None),
            ("+١٢٣٤٥٦٧٨", None),
        ] {
            let error = PhoneNumber::parse("phone", text, home).unwrap_err();
            assert_eq!(error.code().text, "phone.invalid", "{text}");
        }
    }
}
