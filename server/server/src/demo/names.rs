//! Names, places and tax ids of companies that do not exist.

use kernel::registry::Country;
use kernel::registry::tax_id::{TaxIdCheck, check};
use rand::RngExt as _;
use rand::rngs::StdRng;
use rand::seq::IndexedRandom as _;

const SPANISH_TRADES: [&str; 24] = [
    "Talleres",
    "Construcciones",
    "Transportes",
    "Suministros",
    "Distribuciones",
    "Hermanos",
    "Conservas",
    "Maderas",
    "Cerámicas",
    "Instalaciones",
    "Reformas",
    "Panaderías",
    "Viveros",
    "Imprenta",
    "Clínica",
    "Hostelería",
    "Ferretería",
    "Mecanizados",
    "Textiles",
    "Electricidad",
    "Climatización",
    "Bodegas",
    "Aceites",
    "Frutas",
];
const SPANISH_NAMES: [&str; 28] = [
    "Ibarra",
    "Peñíscola",
    "del Norte",
    "García Ruiz",
    "Montserrat",
    "La Mancha",
    "Begoña",
    "Aranjuez",
    "Castellanos",
    "Olivares",
    "Santa Eulalia",
    "Puig",
    "Etxeberria",
    "Mediterráneo",
    "Somport",
    "Núñez",
    "Vilanova",
    "Sierra Morena",
    "El Bierzo",
    "Marbella",
    "Tajo",
    "Ribera",
    "Duero",
    "Zurbarán",
    "Alhambra",
    "Teide",
    "Moncayo",
    "Camino Real",
];
const ENGLISH_NAMES: [&str; 26] = [
    "Ashford",
    "Briggs & Sons",
    "Calder Valley",
    "Dunmore",
    "Elm Street",
    "Fairfax",
    "Greenfield",
    "Hartley",
    "Irwell",
    "Juniper",
    "Kingsbridge",
    "Langdale",
    "Marlowe",
    "Northgate",
    "Oakham",
    "Pennine",
    "Quayside",
    "Redcar",
    "Silverdale",
    "Thornton",
    "Ullswater",
    "Vale",
    "Westbury",
    "Yarrow",
    "Kestrel",
    "Harbour",
];
const ENGLISH_TRADES: [&str; 16] = [
    "Engineering",
    "Fabrications",
    "Foods",
    "Joinery",
    "Logistics",
    "Packaging",
    "Building Supplies",
    "Printing",
    "Interiors",
    "Electrical",
    "Motors",
    "Textiles",
    "Dental",
    "Catering",
    "Plastics",
    "Nurseries",
];
const SPANISH_TOWNS: [(&str, &str); 12] = [
    ("28013", "Madrid"),
    ("08002", "Barcelona"),
    ("46001", "Valencia"),
    ("41001", "Sevilla"),
    ("50001", "Zaragoza"),
    ("48001", "Bilbao"),
    ("29015", "Málaga"),
    ("15001", "A Coruña"),
    ("33003", "Oviedo"),
    ("30001", "Murcia"),
    ("47001", "Valladolid"),
    ("07001", "Palma"),
];
const ENGLISH_TOWNS: [(&str, &str); 6] = [
    ("M1 4BT", "Manchester"),
    ("LS1 4DY", "Leeds"),
    ("B2 4QA", "Birmingham"),
    ("BS1 5TR", "Bristol"),
    ("L2 2PP", "Liverpool"),
    ("NE1 3PJ", "Newcastle upon Tyne"),
];
const STREETS: [&str; 8] = [
    "Calle Mayor",
    "Avenida de la Constitución",
    "Polígono Industrial Sur, nave",
    "Calle del Carmen",
    "Paseo del Prado",
    "Camino Viejo",
    "Ronda de Levante",
    "Calle San Juan",
];
const ENGLISH_STREETS: [&str; 4] = ["High Street", "Station Road", "Mill Lane", "Church Street"];

/// A company.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Company {
    pub(super) name: String,
    pub(super) english: bool,
    pub(super) country: &'static str,
    pub(super) tax_id: String,
    pub(super) address: Vec<String>,
    /// The part of an address before the `@` belongs to a person; this is what follows it.
    pub(super) domain: String,
}

fn pick<'a, T: ?Sized>(random: &mut StdRng, of: &[&'a T]) -> Option<&'a T> {
    of.choose(random).copied()
}

/// The company of a number: three of four are Spanish.
pub(super) fn company(random: &mut StdRng, number: usize) -> Company {
    let english = random.random_range(0..4) == 0;
    let street_no = random.random_range(1..200);
    let domain = format!("cliente{number:05}.example");
    if english {
        let name = [pick(random, &ENGLISH_NAMES), pick(random, &ENGLISH_TRADES)];
        let (code, town) = ENGLISH_TOWNS.choose(random).copied().unwrap_or_default();
        let street = pick(random, &ENGLISH_STREETS).unwrap_or_default();
        return Company {
            name: format!("{} Ltd", joined(&name)),
            english,
            country: "GB",
            tax_id: tax_id(random, "GB", |random| {
                format!("{:09}", random.random_range(100_000_000..999_999_999))
            }),
            address: vec![
                format!("{street_no} {street}"),
                format!("{town} {code}"),
                "United Kingdom".to_owned(),
            ],
            domain,
        };
    }
    let name = [pick(random, &SPANISH_TRADES), pick(random, &SPANISH_NAMES)];
    let (code, town) = SPANISH_TOWNS.choose(random).copied().unwrap_or_default();
    let street = pick(random, &STREETS).unwrap_or_default();
    let limited = random.random_range(0..5) > 0;
    let letter = if limited { 'B' } else { 'A' };
    Company {
        name: format!("{}, {}", joined(&name), if limited { "S.L." } else { "S.A." }),
        english,
        country: "ES",
        tax_id: tax_id(random, "ES", move |random| {
            format!("{letter}{:08}", random.random_range(0..99_999_999))
        }),
        address: vec![format!("{street} {street_no}"), format!("{code} {town}")],
        domain,
    }
}

fn joined(parts: &[Option<&str>]) -> String {
    parts.iter().flatten().copied().collect::<Vec<_>>().join(" ")
}

/// Draws until the check digit holds: about one of ten does.
fn tax_id(random: &mut StdRng, country: &str, draw: impl Fn(&mut StdRng) -> String) -> String {
    const DRAWS_MAX: usize = 10_000;
    let Ok(country) = Country::parse("country", country) else { return String::new() };
    (0..DRAWS_MAX)
        .map(|_| draw(random))
        .find(|text| check(country, text) == TaxIdCheck::Valid)
        .unwrap_or_default()
}
