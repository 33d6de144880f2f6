//! Reference data that every installation starts with, each set with its source.

use kernel::calendar::HolidaySet;
use kernel::{Error, Outcome};

use crate::receivables::ageing::{AgeBasis, BucketSet};
use crate::receivables::codes::AGEING_BOUNDS_INVALID;

/// A place or system whose holidays are computed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place {
    pub set: HolidaySet,
    /// In the language of the place.
    pub name: &'static str,
    /// ISO 3166-1 alpha-2; `None` for a settlement system.
    pub country: Option<&'static str>,
    /// The part of the ISO 3166-2 code behind the hyphen.
    pub subdivision: Option<&'static str>,
}

const fn country(set: HolidaySet, name: &'static str, country: &'static str) -> Place {
    Place { set, name, country: Some(country), subdivision: None }
}

const fn part(set: HolidaySet, name: &'static str, country: &'static str, of: &'static str) -> Place {
    Place { set, name, country: Some(country), subdivision: Some(of) }
}

/// The places every installation has a calendar of.
pub const PLACES: &[Place] = &[
    country(HolidaySet::Spain, "España", "ES"),
    part(HolidaySet::Madrid, "Comunidad de Madrid", "ES", "MD"),
    part(HolidaySet::Catalonia, "Cataluña", "ES", "CT"),
    country(HolidaySet::UnitedKingdom, "United Kingdom", "GB"),
    part(HolidaySet::EnglandAndWales, "England and Wales", "GB", "EAW"),
    country(HolidaySet::France, "France", "FR"),
    country(HolidaySet::Germany, "Deutschland", "DE"),
    country(HolidaySet::Italy, "Italia", "IT"),
    country(HolidaySet::Portugal, "Portugal", "PT"),
    Place { set: HolidaySet::Target2, name: "TARGET2 (T2)", country: None, subdivision: None },
];

/// A bucket set of the file, with its code.
#[derive(Debug, serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct BucketSetText {
    code: String,
    name: String,
    basis: AgeBasis,
    bounds: Vec<u16>,
}

/// The bucket sets every installation has: code and set, from `reference/bucket_sets.json`.
///
/// # Errors
/// `ageing.bounds_invalid`: a fault of the build, held off by a test.
pub fn bucket_sets() -> Outcome<Vec<(String, BucketSet)>> {
    let texts: Vec<BucketSetText> = serde_json::from_str(include_str!("reference/bucket_sets.json"))
        .map_err(|e| Error::new(&AGEING_BOUNDS_INVALID).caused_by(e))?;
    texts
        .into_iter()
        .map(|t| BucketSet::try_new(&t.name, t.basis, t.bounds).map(|set| (t.code, set)))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use kernel::text_enum::TextEnum as _;

    #[test]
    fn every_set_of_holidays_has_a_calendar() {
        for set in HolidaySet::ALL {
            assert_eq!(PLACES.iter().filter(|place| place.set == *set).count(), 1, "{set}");
        }
    }

    #[test]
    fn the_code_of_a_calendar_is_that_of_its_place() {
        for place in PLACES {
            let code = match (place.country, place.subdivision) {
                (Some(country), Some(part)) => format!("{country}-{part}"),
                (Some(country), None) => country.to_owned(),
                (None, _) => "TARGET2".to_owned(),
            };
            assert_eq!(code, place.set.as_str());
        }
    }

    #[test]
    fn the_bucket_sets_are_readable_and_begin_with_the_usual_one() {
        let sets = bucket_sets().unwrap();
        let (code, set) = &sets[0];
        assert_eq!((code.as_str(), set.bounds()), ("30-60-90", [30, 60, 90].as_slice()));
        assert_eq!(set.labels(), ["not_due", "1-30", "31-60", "61-90", ">90"]);
    }
}
