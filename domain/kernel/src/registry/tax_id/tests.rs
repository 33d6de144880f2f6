use proptest::prelude::*;

use super::{TaxId, TaxIdCheck, check};
use crate::registry::Country;

fn country(code: &str) -> Country {
    Country::parse("country", code).unwrap()
}

/// Numbers that tax offices, companies and the documentation of other checkers publish as right, or that were worked out
/// by hand from the published rule.
#[rustfmt::skip]
const VALID: &[(&str, &str, &str)] = &[
    ("ES", "J99216582", "J99216582"), ("ES", "ES B-58378431", "B58378431"), ("ES", "B64717838", "B64717838"),
    ("ES", "54362315-K", "54362315K"), ("ES", "X-5253868-R", "X5253868R"), ("ES", "Y1234567X", "Y1234567X"), ("ES", "Z1234567R", "Z1234567R"), ("ES", "M-1234567-L", "M1234567L"),
    ("ES", "A-28015865", "A28015865"), ("ES", "esa15075062", "A15075062"), ("ES", "Q2826000H", "Q2826000H"),
    ("ES", "12.345.678-Z", "12345678Z"), ("ES", "P2807900B", "P2807900B"),
    ("FR", "552 008 443", "552008443"), ("FR", "Fr 40 303 265 045", "40303265045"), ("FR", "23334175221", "23334175221"),
    ("FR", "K7399859412", "K7399859412"), ("FR", "4Z123456782", "4Z123456782"), ("FR", "732 829 320 00074", "73282932000074"),
    ("FR", "35600000000048", "35600000000048"),
    ("DE", "DE 136,695 976", "136695976"), ("DE", "DE136695976-00001", "13669597600001"),
    ("IT", "IT 00743110157", "00743110157"), ("IT", "RCCMNL83S18D969H", "RCCMNL83S18D969H"),
    ("PT", "PT 501 964 843", "501964843"),
    ("GB", "GB 980 7806 84", "980780684"), ("GB", "XI 980780684", "980780684"), ("GB", "GB980780684001", "980780684001"), ("GB", "123456782", "123456782"), ("GB", "123456727", "123456727"),
    ("GB", "GBGD001", "GD001"), ("GB", "HA599", "HA599"),
    ("AT", "ATU13585627", "U13585627"), ("BE", "BE 0428.759.497", "0428759497"), ("BG", "175074752", "175074752"),
    ("CY", "CY-10259033P", "10259033P"), ("CZ", "CZ 25123891", "25123891"), ("DK", "DK 13585628", "13585628"),
    ("EE", "EE 100 931 558", "100931558"), ("FI", "FI 20774740", "20774740"), ("GR", "EL 094259216", "094259216"),
    ("GR", "GR 094259216", "094259216"), ("HR", "HR 33392005961", "33392005961"), ("HU", "HU-12892312", "12892312"),
    ("IE", "IE 6433435F", "6433435F"), ("IE", "IE 6433435OA", "6433435OA"), ("LT", "119511515", "119511515"),
    ("LT", "LT 100001919017", "100001919017"), ("LT", "100004801610", "100004801610"), ("LU", "LU 150 274 42", "15027442"),
    ("LV", "LV 4000 3521 600", "40003521600"), ("MT", "MT 1167-9112", "11679112"), ("NL", "NL 0044.95445.B01", "004495445B01"),
    ("PL", "PL 8567346215", "8567346215"), ("RO", "RO 185 472 90", "18547290"), ("SE", "SE 123456789701", "123456789701"),
    ("SI", "SI 5022 3054", "50223054"), ("SK", "SK 202 274 96 19", "2022749619"),
];

#[test]
fn published_numbers_are_valid_and_take_their_normal_form() {
    for (code, text, normal) in VALID {
        assert_eq!(check(country(code), text), TaxIdCheck::Valid, "{code} {text}");
        assert_eq!(TaxId::parse("tax_id", country(code), text).unwrap().as_str(), *normal);
    }
}

/// The same, with a digit or letter changed so that the shape still fits.
#[rustfmt::skip]
const WRONG_CHECK: &[(&str, &str)] = &[
    ("ES", "J99216583"), ("ES", "B64717839"), ("ES", "54362315Z"), ("ES", "X5253868A"), ("FR", "552008444"),
    ("FR", "84 323 140 391"), ("FR", "40303265046"), ("FR", "73282932000075"), ("FR", "35600000000049"),
    ("FR", "K7399859413"), ("DE", "136695978"), ("IT", "00743110158"), ("IT", "RCCMNL83S18D969A"), ("PT", "501964842"),
    ("GB", "802311781"), ("AT", "U13585626"), ("BE", "0431150351"), ("BG", "175074751"), ("CY", "10259033Z"),
    ("CZ", "25123890"), ("DK", "13585627"), ("EE", "100594103"), ("FI", "20774741"), ("GR", "123456781"),
    ("HR", "33392005962"), ("HU", "12892313"), ("IE", "6433435E"), ("LT", "100001919018"), ("LU", "15027443"),
    ("LV", "40003521601"), ("MT", "11679113"), ("NL", "123456789B90"), ("PL", "8567346216"), ("RO", "18547291"),
    ("SE", "123456789101"), ("SI", "50223055"), ("SK", "2022749618"),
];

#[test]
fn a_wrong_check_digit_is_refused_by_parse_and_kept_with_a_notice() {
    for (code, text) in WRONG_CHECK {
        assert_eq!(check(country(code), text), TaxIdCheck::WrongCheckDigit, "{code} {text}");
        let error = TaxId::parse("tax_id", country(code), text).unwrap_err();
        assert_eq!(error.code().text, "tax_id.check_digit", "{code} {text}");
        let (kept, check) = TaxId::keep("tax_id", country(code), text).unwrap();
        assert_eq!((kept.as_str(), check), (text.replace(' ', "").as_str(), TaxIdCheck::WrongCheckDigit));
    }
}

#[test]
fn another_shape_is_an_unknown_format() {
    for (code, text) in [
        ("ES", "J992165831"),
        ("ES", "I1234567A"),
        ("ES", "1234567"),
        ("ES", "DE136695976"),
        ("FR", "IO334175221"),
        ("DE", "036695976"),
        ("GB", "GD500"),
        ("GR", "12345678"),
        ("ES", "B5837843١"),
        ("IE", "1234567"),
    ] {
        assert_eq!(check(country(code), text), TaxIdCheck::UnknownFormat, "{code} {text}");
        let error = TaxId::parse("tax_id", country(code), text).unwrap_err();
        assert_eq!(error.code().text, "tax_id.format", "{code} {text}");
    }
}

#[test]
fn where_no_rule_is_known_nothing_is_said_against_a_number() {
    let mexico = country("MX");
    assert_eq!(TaxId::parse("tax_id", mexico, "GODE-561231-GR8").unwrap().as_str(), "GODE561231GR8");
    assert_eq!(check(mexico, "GODE561231GR8"), TaxIdCheck::UnknownFormat);
}

#[test]
fn a_text_that_is_no_identifier_at_all_is_not_kept() {
    for (text, code) in
        [("", "text.required"), (" -./ ", "text.required"), ("a\u{0}b", "text.control_character")]
    {
        assert_eq!(TaxId::keep("tax_id", Country::ES, text).unwrap_err().code().text, code, "{text:?}");
    }
    assert_eq!(TaxId::keep("tax_id", Country::ES, &"9".repeat(33)).unwrap_err().code().text, "text.too_long");
}

#[test]
fn a_prefix_is_only_taken_off_where_it_is_one() {
    // FR is the key of a VAT number here, the country there.
    assert_eq!(TaxId::keep("tax_id", Country::FR, "FR552008443").unwrap().0.as_str(), "552008443");
    assert_eq!(TaxId::keep("tax_id", Country::FR, "FRFR552008443").unwrap().0.as_str(), "552008443");
    assert_eq!(TaxId::keep("tax_id", Country::ES, "ES-UNKNOWN").unwrap().0.as_str(), "ESUNKNOWN");
}

#[test]
fn only_vat_numbers_have_a_form_for_vies() {
    let vat = |code, text| TaxId::parse("tax_id", country(code), text).unwrap().vat_number();
    assert_eq!(vat("ES", "B58378431").as_deref(), Some("ESB58378431"));
    assert_eq!(vat("GR", "GR094259216").as_deref(), Some("EL094259216"));
    assert_eq!(vat("FR", "40303265045").as_deref(), Some("FR40303265045"));
    assert_eq!(vat("FR", "552008443"), None);
    assert_eq!(vat("IT", "RCCMNL83S18D969H"), None);
    assert_eq!(TaxId::keep("tax_id", Country::ES, "J99216583").unwrap().0.vat_number(), None);
}

proptest! {
    /// Normal forms are fixed points: what was stored and is pushed again compares equal.
    #[test]
    fn the_normal_form_reads_back_as_itself(noise in "\\PC{0,30}", doubled in any::<bool>(), place in 0..VALID.len()) {
        let (code, valid, _) = VALID[place];
        let text = if doubled { format!("{code} {code} {valid}") } else { noise };
        if let Ok((id, check)) = TaxId::keep("tax_id", country(code), &text) {
            prop_assert_eq!(TaxId::keep("tax_id", country(code), id.as_str()).unwrap(), (id, check));
        }
    }

    /// A single wrong digit is what these check digits are made to notice.
    #[test]
    fn one_wrong_digit_of_a_spanish_number_is_noticed(number in 0_u32..10_000_000, place in 0_usize..7, plus in 1_u32..10) {
        let digits = format!("{number:07}");
        let control = ('0'..='9').find(|c| check(Country::ES, &format!("B{digits}{c}")) == TaxIdCheck::Valid).unwrap();
        let wrong: String = digits
            .chars()
            .enumerate()
            .map(|(i, c)| if i == place { char::from_digit((c.to_digit(10).unwrap() + plus) % 10, 10).unwrap() } else { c })
            .collect();
        prop_assert_eq!(check(Country::ES, &format!("B{wrong}{control}")), TaxIdCheck::WrongCheckDigit);
    }
}
