//! The formats of tax ids by country: shape and arithmetic.
//!
//! Source of the VAT shapes: VIES, FAQ 11 (structure of VAT numbers by member state). In a shape `#` stands for a
//! digit, `@` for a letter, `*` for either, `[XYZ]` for one of these; all else stands for itself.

use super::arithmetic as a;
use crate::registry::Country;

/// One format of a country.
pub(super) struct Format {
    shape: &'static str,
    /// Whether it is the number that VIES knows.
    pub(super) is_vat: bool,
    /// Whether the check characters fit a text of this shape.
    pub(super) check: fn(&str) -> bool,
}

impl Format {
    pub(super) fn fits(&self, text: &str) -> bool {
        let mut shape = self.shape.chars();
        let mut rest = text.chars();
        loop {
            let (wanted, found) = match (shape.next(), rest.next()) {
                (Some(wanted), Some(found)) => (wanted, found),
                (None, None) => return true,
                (Some(_), None) | (None, Some(_)) => return false,
            };
            let fits = match wanted {
                '#' => found.is_ascii_digit(),
                '@' => found.is_ascii_uppercase(),
                '*' => found.is_ascii_digit() || found.is_ascii_uppercase(),
                '[' => {
                    let (class, behind) = shape.as_str().split_once(']').unwrap_or_default();
                    shape = behind.chars();
                    class.contains(found)
                }
                literal => literal == found,
            };
            if !fits {
                return false;
            }
        }
    }
}

const fn vat(shape: &'static str, check: fn(&str) -> bool) -> Format {
    Format { shape, is_vat: true, check }
}

const fn national(shape: &'static str, check: fn(&str) -> bool) -> Format {
    Format { shape, is_vat: false, check }
}

/// Formats whose check digits are not public, or not worth their code here.
fn shape_only(_: &str) -> bool {
    true
}

/// The formats of a country; none where no rule is known.
pub(super) fn of(country: Country) -> &'static [Format] {
    FORMATS.iter().find(|(code, _)| *code == country.as_str()).map_or(&[], |(_, formats)| *formats)
}

/// Spain, NIF: natural persons (RD 1065/2007, articles 19 and 20) and entities (Orden EHA/451/2008).
const SPAIN: &[Format] = &[
    vat("########@", a::spanish_person),
    vat("[KLMXYZ]#######@", a::spanish_person),
    vat("[ABCDEFGHJNPQRSUVW]#######*", a::spanish_entity),
];

/// France: VAT number, SIREN of the company, SIRET of its establishment (code de commerce, R123-221).
/// The key of a VAT number has no I and no O.
const FRANCE: &[Format] = &[
    vat("[0123456789ABCDEFGHJKLMNPQRSTUVWXYZ][0123456789ABCDEFGHJKLMNPQRSTUVWXYZ]#########", a::french_vat),
    national("#########", a::luhn),
    national("##############", a::siret),
];

/// Germany: USt-IdNr (§ 27a UStG), and since 2024 the economic id with the same digits and a suffix (§ 139c AO).
const GERMANY: &[Format] = &[
    vat("[123456789]########", a::mod_11_10),
    national("[123456789]#############", |t| a::mod_11_10(a::head(t, 9))),
];

/// Italy: partita IVA (DPR 633/1972, article 35), codice fiscale of persons (DM of 23 December 1976), with letters for digits
/// where two persons would share one.
const ITALY: &[Format] = &[vat("###########", a::luhn), national("@@@@@@**@**@***@", a::codice_fiscale)];

/// United Kingdom: VAT number, with branch, of government departments and of health authorities.
const UNITED_KINGDOM: &[Format] = &[
    vat("#########", a::british_vat),
    vat("############", |t| a::british_vat(a::head(t, 9))),
    vat("GD[01234]##", shape_only),
    vat("HA[56789]##", shape_only),
];

#[rustfmt::skip]
const FORMATS: &[(&str, &[Format])] = &[
    ("AT", &[vat("U########", a::austrian_vat)]),
    ("BE", &[vat("##########", a::belgian_vat), vat("#########", a::belgian_vat)]),
    ("BG", &[vat("#########", a::bulgarian_company), vat("##########", shape_only)]),
    ("CY", &[vat("########@", a::cypriot_vat)]),
    ("CZ", &[vat("########", a::czech_company), vat("#########", shape_only), vat("##########", shape_only)]),
    ("DE", GERMANY),
    ("DK", &[vat("########", |t| a::weighted(t, &[2, 7, 6, 5, 4, 3, 2, 1], 11) == 0)]),
    ("EE", &[vat("#########", |t| a::weighted(t, &[3, 7, 1, 3, 7, 1, 3, 7, 1], 10) == 0)]),
    ("ES", SPAIN),
    ("FI", &[vat("########", |t| a::weighted(t, &[7, 9, 10, 5, 8, 4, 2, 1], 11) == 0)]),
    ("FR", FRANCE),
    ("GB", UNITED_KINGDOM),
    ("GR", &[vat("#########", a::greek_vat)]),
    ("HR", &[vat("###########", a::mod_11_10)]),
    ("HU", &[
        vat("########", |t| a::weighted(t, &[9, 7, 3, 1, 9, 7, 3, 1], 10) == 0),
        national("###########", |t| a::weighted(t, &[9, 7, 3, 1, 9, 7, 3, 1], 10) == 0),
    ]),
    ("IE", &[vat("#######@", a::irish_vat), vat("#######@@", a::irish_vat), vat("#@#####@", shape_only)]),
    ("IT", ITALY),
    ("LT", &[vat("#######1#", a::lithuanian_vat), vat("##########1#", a::lithuanian_vat)]),
    ("LU", &[vat("########", a::luxembourg_vat)]),
    ("LV", &[vat("[456789]##########", |t| a::weighted(t, &[9, 1, 4, 8, 3, 10, 2, 5, 7, 6, 1], 11) == 3), vat("[0123]##########", shape_only)]),
    ("MT", &[vat("########", |t| a::weighted(t, &[3, 4, 6, 7, 8, 9, 10, 1], 37) == 0)]),
    ("NL", &[vat("#########B##", a::dutch_vat)]),
    ("PL", &[vat("##########", a::polish_vat)]),
    ("PT", &[vat("[123456789]########", a::portuguese_nif)]),
    ("RO", &[
        vat("##", a::romanian_vat), vat("###", a::romanian_vat), vat("####", a::romanian_vat),
        vat("#####", a::romanian_vat), vat("######", a::romanian_vat), vat("#######", a::romanian_vat),
        vat("########", a::romanian_vat), vat("#########", a::romanian_vat), vat("##########", a::romanian_vat),
    ]),
    ("SE", &[vat("##########01", |t| a::luhn(a::head(t, 10))), national("##########", a::luhn)]),
    ("SI", &[vat("[123456789]#######", a::slovenian_vat)]),
    ("SK", &[vat("[123456789]#########", |t| a::remainder(t, 11) == Some(0))]),
];
