//! Countries.

use std::fmt;

use crate::registry::codes;
use crate::text::shown;
use crate::{Error, Outcome};

/// A country of ISO 3166-1, by its alpha-2 code. Cheap to copy and compare.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Country([u8; 2]);

impl Country {
    pub const DE: Self = Self(*b"DE");
    pub const ES: Self = Self(*b"ES");
    pub const FR: Self = Self(*b"FR");
    pub const GB: Self = Self(*b"GB");
    pub const GR: Self = Self(*b"GR");
    pub const IT: Self = Self(*b"IT");
    pub const PT: Self = Self(*b"PT");

    /// Reads an officially assigned alpha-2 code, in capitals.
    ///
    /// # Errors
    /// `country.unknown`: also for `UK` and `EL`, which are not codes of the standard, so that one country has one name.
    pub fn parse(field: &str, text: &str) -> Outcome<Self> {
        Self::find(text).ok_or_else(|| {
            Error::field(
                field,
                &codes::COUNTRY_UNKNOWN,
                format!("{:?} is not a country of ISO 3166-1", shown(text)),
            )
        })
    }

    /// The country of an alpha-2 code in capitals, if the code is assigned.
    pub fn find(text: &str) -> Option<Self> {
        let code: [u8; 2] = text.as_bytes().try_into().ok()?;
        ASSIGNED.binary_search(&&code).is_ok().then_some(Self(code))
    }

    pub fn as_str(&self) -> &str {
        std::str::from_utf8(&self.0).unwrap_or("??")
    }

    /// Whether it is a member of the European Union (27 members, since 1 February 2020).
    pub fn is_eu(self) -> bool {
        EU.contains(&&self.0)
    }

    /// The prefix of its VAT numbers: the code itself, but `EL` for Greece (Directive 2006/112/EC, article 215).
    pub fn vat_prefix(&self) -> &str {
        if *self == Self::GR { "EL" } else { self.as_str() }
    }
}

impl fmt::Display for Country {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Debug for Country {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

#[rustfmt::skip]
const EU: &[&[u8; 2]] = &[
    b"AT", b"BE", b"BG", b"CY", b"CZ", b"DE", b"DK", b"EE", b"ES", b"FI", b"FR", b"GR", b"HR", b"HU", b"IE", b"IT",
    b"LT", b"LU", b"LV", b"MT", b"NL", b"PL", b"PT", b"RO", b"SE", b"SI", b"SK",
];

/// The 249 officially assigned codes, in order.
#[rustfmt::skip]
const ASSIGNED: &[&[u8; 2]] = &[
    b"AD", b"AE", b"AF", b"AG", b"AI", b"AL", b"AM", b"AO", b"AQ", b"AR", b"AS", b"AT", b"AU", b"AW", b"AX", b"AZ",
    b"BA", b"BB", b"BD", b"BE", b"BF", b"BG", b"BH", b"BI", b"BJ", b"BL", b"BM", b"BN", b"BO", b"BQ", b"BR", b"BS",
    b"BT", b"BV", b"BW", b"BY", b"BZ", b"CA", b"CC", b"CD", b"CF", b"CG", b"CH", b"CI", b"CK", b"CL", b"CM", b"CN",
    b"CO", b"CR", b"CU", b"CV", b"CW", b"CX", b"CY", b"CZ", b"DE", b"DJ", b"DK", b"DM", b"DO", b"DZ", b"EC", b"EE",
    b"EG", b"EH", b"ER", b"ES", b"ET", b"FI", b"FJ", b"FK", b"FM", b"FO", b"FR", b"GA", b"GB", b"GD", b"GE", b"GF",
    b"GG", b"GH", b"GI", b"GL", b"GM", b"GN", b"GP", b"GQ", b"GR", b"GS", b"GT", b"GU", b"GW", b"GY", b"HK", b"HM",
    b"HN", b"HR", b"HT", b"HU", b"ID", b"IE", b"IL", b"IM", b"IN", b"IO", b"IQ", b"IR", b"IS", b"IT", b"JE", b"JM",
    b"JO", b"JP", b"KE", b"KG", b"KH", b"KI", b"KM", b"KN", b"KP", b"KR", b"KW", b"KY", b"KZ", b"LA", b"LB", b"LC",
    b"LI", b"LK", b"LR", b"LS", b"LT", b"LU", b"LV", b"LY", b"MA", b"MC", b"MD", b"ME", b"MF", b"MG", b"MH", b"MK",
    b"ML", b"MM", b"MN", b"MO", b"MP", b"MQ", b"MR", b"MS", b"MT", b"MU", b"MV", b"MW", b"MX", b"MY", b"MZ", b"NA",
    b"NC", b"NE", b"NF", b"NG", b"NI", b"NL", b"NO", b"NP", b"NR", b"NU", b"NZ", b"OM", b"PA", b"PE", b"PF", b"PG",
    b"PH", b"PK", b"PL", b"PM", b"PN", b"PR", b"PS", b"PT", b"PW", b"PY", b"QA", b"RE", b"RO", b"RS", b"RU", b"RW",
    b"SA", b"SB", b"SC", b"SD", b"SE", b"SG", b"SH", b"SI", b"SJ", b"SK", b"SL", b"SM", b"SN", b"SO", b"SR", b"SS",
    b"ST", b"SV", b"SX", b"SY", b"SZ", b"TC", b"TD", b"TF", b"TG", b"TH", b"TJ", b"TK", b"TL", b"TM", b"TN", b"TO",
    b"TR", b"TT", b"TV", b"TW", b"TZ", b"UA", b"UG", b"UM", b"US", b"UY", b"UZ", b"VA", b"VC", b"VE", b"VG", b"VI",
    b"VN", b"VU", b"WF", b"WS", b"YE", b"YT", b"ZA", b"ZM", b"ZW",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_sorted_and_complete() {
        assert_eq!(ASSIGNED.len(), 249);
        assert!(ASSIGNED.is_sorted_by(|a, b| a < b));
    }

    #[test]
    fn what_is_not_a_code_of_the_standard_is_refused() {
        for text in ["UK", "EL", "XK", "es", "ESP", "", "E", "ñ"] {
            assert_eq!(Country::parse("country", text).unwrap_err().code().text, "country.unknown", "{text}");
        }
    }

    #[test]
    fn the_union_has_27_members_and_the_kingdom_is_not_one() {
        let members = ASSIGNED.iter().filter(|code| Country(***code).is_eu()).count();
        assert_eq!(members, 27);
        assert!(!Country::GB.is_eu());
    }

    #[test]
    fn greek_vat_numbers_begin_with_el() {
        assert_eq!(Country::GR.vat_prefix(), "EL");
        assert_eq!(Country::ES.vat_prefix(), "ES");
    }
}
