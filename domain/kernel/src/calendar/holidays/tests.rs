use std::collections::BTreeSet;
use std::io::Read as _;
use std::path::Path;

use chrono::{Datelike as _, Weekday};

use super::{HOLIDAY_YEARS, HolidaySet, holidays_of};
use crate::Date;
use crate::registry::Country;
use crate::text_enum::TextEnum as _;

/// Month and day of the holidays of a year.
fn days(set: HolidaySet, year: i32) -> String {
    let days = set.days(year).unwrap();
    days.iter().map(|(day, _)| day.format("%m-%d").to_string()).collect::<Vec<_>>().join(" ")
}

#[test]
fn spain_keeps_ten_days_everywhere() {
    assert_eq!(days(HolidaySet::Spain, 2026), "01-01 01-06 04-03 05-01 08-15 10-12 11-01 12-06 12-08 12-25");
}

#[test]
fn madrid_moves_or_exchanges_its_sundays() {
    assert_eq!(
        days(HolidaySet::Madrid, 2026),
        "01-01 01-06 04-02 04-03 05-01 05-02 08-15 10-12 11-01 11-02 12-06 12-07 12-08 12-25"
    );
    assert_eq!(
        days(HolidaySet::Madrid, 2023),
        "01-01 01-06 03-20 04-06 04-07 05-01 05-02 08-15 10-12 11-01 12-06 12-08 12-25"
    );
}

#[test]
fn catalonia_drops_its_sundays_and_takes_whit_monday_when_too_few_remain() {
    assert_eq!(
        days(HolidaySet::Catalonia, 2022),
        "01-01 01-06 04-15 04-18 05-01 06-06 06-24 08-15 09-11 10-12 11-01 12-06 12-08 12-25 12-26"
    );
    assert!(!days(HolidaySet::Catalonia, 2026).contains("05-25"));
}

#[test]
fn a_spanish_region_has_twelve_days_besides_sundays() {
    let count = |set: HolidaySet, year| {
        set.days(year).unwrap().iter().filter(|(day, _)| day.weekday() != Weekday::Sun).count()
    };
    for year in HOLIDAY_YEARS {
        assert_eq!(count(HolidaySet::Madrid, year), 12, "Madrid {year}");
        // Catalonia declares a thirteenth that may be worked and made up for; what it drops when no day is a Sunday is
        // not known in advance.
        let most = if HolidaySet::Catalonia.decided_through() >= Some(year) { 13 } else { 14 };
        assert!((12..=most).contains(&count(HolidaySet::Catalonia, year)), "Catalonia {year}");
    }
}

#[test]
fn english_bank_holidays_on_weekends_have_substitutes() {
    let england = HolidaySet::EnglandAndWales;
    assert_eq!(days(england, 2020), "01-01 04-10 04-13 05-08 05-25 08-31 12-25 12-26 12-28");
    assert_eq!(days(england, 2021), "01-01 04-02 04-05 05-03 05-31 08-30 12-25 12-26 12-27 12-28");
    assert_eq!(
        days(england, 2022),
        "01-01 01-03 04-15 04-18 05-02 06-02 06-03 08-29 09-19 12-25 12-26 12-27"
    );
    assert_eq!(days(england, 2023), "01-01 01-02 04-07 04-10 05-01 05-08 05-29 08-28 12-25 12-26");
    assert_eq!(days(england, 2028), "01-01 01-03 04-14 04-17 05-01 05-29 08-28 12-25 12-26");
}

#[test]
fn other_countries_and_the_settlement_system_follow_their_laws() {
    assert_eq!(
        days(HolidaySet::France, 2027),
        "01-01 03-29 05-01 05-06 05-08 05-17 07-14 08-15 11-01 11-11 12-25"
    );
    assert_eq!(days(HolidaySet::Germany, 2025), "01-01 04-18 04-21 05-01 05-29 06-09 10-03 12-25 12-26");
    assert_eq!(
        days(HolidaySet::Italy, 2025),
        "01-01 01-06 04-21 04-25 05-01 06-02 08-15 11-01 12-08 12-25 12-26"
    );
    assert!(days(HolidaySet::Italy, 2026).contains("10-04"));
    assert_eq!(
        days(HolidaySet::Portugal, 2019),
        "01-01 04-19 04-21 04-25 05-01 06-10 06-20 08-15 10-05 11-01 12-01 12-08 12-25"
    );
    assert_eq!(days(HolidaySet::Target2, 2026), "01-01 04-03 04-06 05-01 12-25 12-26");
}

#[test]
fn places_are_found_by_their_iso_codes() {
    assert_eq!(HolidaySet::find(Country::ES, Some("MD")), Some(HolidaySet::Madrid));
    assert_eq!(HolidaySet::find(Country::GB, Some("WLS")), Some(HolidaySet::EnglandAndWales));
    assert_eq!(HolidaySet::find(Country::GB, None), Some(HolidaySet::UnitedKingdom));
    assert_eq!(holidays_of(Country::FR, None, 2026).unwrap(), HolidaySet::France.days(2026).unwrap());
}

#[test]
fn what_is_not_covered_is_refused_and_not_taken_for_no_holidays() {
    assert_eq!(holidays_of(Country::ES, Some("XX"), 2026).unwrap_err().code().text, "calendar.place_unknown");
    assert_eq!(holidays_of(Country::GR, None, 2026).unwrap_err().code().text, "calendar.place_unknown");
    for year in [2017, 2036, i32::MAX, i32::MIN] {
        assert_eq!(holidays_of(Country::ES, None, year).unwrap_err().code().text, "calendar.year_uncovered");
    }
}

#[test]
fn every_set_has_ordered_distinct_days_of_its_year() {
    for set in HolidaySet::ALL {
        for year in HOLIDAY_YEARS {
            let days = set.days(year).unwrap();
            assert!(days.is_sorted_by(|a, b| a.0 < b.0), "{set} {year}");
            assert!(days.iter().all(|(day, name)| day.year() == year && !name.is_empty()), "{set} {year}");
        }
    }
}

/// Holidays as computed by others, where that reference lies beside the source; it is no part of the source.
fn reference() -> Option<String> {
    let wanted = Path::new("shared/data/reference/public_holidays.csv.gz");
    let found = Path::new(env!("CARGO_MANIFEST_DIR"))
        .ancestors()
        .map(|folder| folder.join(wanted))
        .find(|p| p.exists())?;
    let mut text = String::new();
    flate2::read::GzDecoder::new(std::fs::File::open(found).unwrap()).read_to_string(&mut text).unwrap();
    Some(text)
}

/// Days of one place in the reference.
fn listed(reference: &str, place: &str) -> BTreeSet<Date> {
    let rows = reference.lines().filter_map(|line| line.strip_prefix(place));
    rows.map(|row| row.split(',').next().unwrap().parse::<Date>().unwrap()).collect()
}

/// Sundays are compared only where the reference has them all: its Spain leaves Sundays out, and its Italy adds Easter
/// Sunday and a day of remembrance, always a Sunday, that is not one of the law's free days.
#[test]
fn computed_holidays_are_those_of_the_reference() {
    let Some(reference) = reference() else {
        println!("skipped: no reference holidays beside the source");
        return;
    };
    for (set, place, with_sundays) in [
        (HolidaySet::Germany, "DE,,", true),
        (HolidaySet::Spain, "ES,,", false),
        (HolidaySet::Catalonia, "ES,CT,", false),
        (HolidaySet::Madrid, "ES,MD,", false),
        (HolidaySet::France, "FR,,", true),
        (HolidaySet::UnitedKingdom, "GB,,", true),
        (HolidaySet::EnglandAndWales, "GB,ENG,", true),
        (HolidaySet::Italy, "IT,,", false),
        (HolidaySet::Portugal, "PT,,", true),
        (HolidaySet::Target2, "TARGET2,,", true),
    ] {
        let compared = |day: &Date| with_sundays || day.weekday() != Weekday::Sun;
        let theirs: BTreeSet<Date> = listed(&reference, place).into_iter().filter(compared).collect();
        let years: BTreeSet<i32> = theirs.iter().map(Date::year).collect();
        assert!(years.len() >= 5, "the reference holds {} years of {place}", years.len());
        let ours = years.iter().flat_map(|year| set.days(*year).unwrap()).map(|(day, _)| day);
        assert_eq!(ours.filter(compared).collect::<BTreeSet<_>>(), theirs, "{place}");
    }
}
