use std::collections::BTreeMap;

use chrono::{TimeDelta, Weekday, WeekdaySet};
use proptest::prelude::*;

use super::{BusinessCalendar, HolidaySet, SATURDAY_SUNDAY, ShiftRule, weekdays_from_iso};
use crate::Date;

fn day(text: &str) -> Date {
    text.parse().unwrap()
}

fn madrid() -> BusinessCalendar {
    BusinessCalendar::of_sets("madrid", &[HolidaySet::Madrid], 2025..=2027).unwrap()
}

#[test]
fn weekends_and_holidays_are_no_business_days() {
    let madrid = madrid();
    assert!(madrid.is_business_day(day("2026-11-03")));
    assert!(!madrid.is_business_day(day("2026-11-07")));
    assert!(!madrid.is_business_day(day("2026-11-02")));
    assert_eq!(madrid.holiday_on(day("2026-11-02")), Some("Traslado de Todos los Santos"));
}

#[test]
fn dates_shift_over_long_weekends_in_both_directions() {
    let madrid = madrid();
    // Saturday, Sunday, moved Constitution Day, Immaculate Conception.
    let (first, last) = (day("2026-12-05"), day("2026-12-08"));
    assert_eq!(madrid.shift(first, ShiftRule::Next), day("2026-12-09"));
    assert_eq!(madrid.shift(last, ShiftRule::Previous), day("2026-12-04"));
    assert_eq!(madrid.shift(first, ShiftRule::None), first);
    assert_eq!(madrid.shift(day("2026-12-04"), ShiftRule::Next), day("2026-12-04"));
}

#[test]
fn the_first_day_is_not_counted() {
    let madrid = madrid();
    assert_eq!(madrid.add_business_days(day("2026-12-04"), 1), day("2026-12-09"));
    assert_eq!(madrid.add_business_days(day("2026-12-05"), 1), day("2026-12-09"));
    assert_eq!(madrid.add_business_days(day("2026-12-05"), 0), day("2026-12-09"));
    assert_eq!(madrid.add_business_days(day("2026-12-09"), -1), day("2026-12-04"));
    assert_eq!(madrid.add_business_days(day("2026-12-08"), -2), day("2026-12-03"));
}

#[test]
fn a_merged_calendar_is_closed_when_any_part_is_and_keeps_the_first_name() {
    let closed = |name: &str| BTreeMap::from([(day("2026-08-14"), name.to_owned())]);
    let town =
        BusinessCalendar::try_new("town", WeekdaySet::single(Weekday::Sun), closed("Fiesta local")).unwrap();
    let debtor = BusinessCalendar::try_new("debtor", SATURDAY_SUNDAY, closed("August closure")).unwrap();
    let merged = BusinessCalendar::merged("all", &[&town, &debtor, &madrid()]).unwrap();
    assert_eq!(merged.holiday_on(day("2026-08-14")), Some("Fiesta local"));
    assert!(!merged.is_business_day(day("2026-11-07")), "Saturday is closed for the debtor");
    assert!(!merged.is_business_day(day("2026-11-02")), "a regional holiday");
}

#[test]
fn a_calendar_without_any_business_day_is_refused() {
    let error = BusinessCalendar::try_new("none", WeekdaySet::ALL, BTreeMap::new()).unwrap_err();
    assert_eq!(error.code().text, "calendar.no_business_day");
    let early = WeekdaySet::from_array([Weekday::Mon, Weekday::Tue, Weekday::Wed, Weekday::Thu]);
    let early = BusinessCalendar::try_new("early", early, BTreeMap::new()).unwrap();
    let late = WeekdaySet::from_array([Weekday::Fri, Weekday::Sat, Weekday::Sun]);
    let late = BusinessCalendar::try_new("late", late, BTreeMap::new()).unwrap();
    let error = BusinessCalendar::merged("none", &[&early, &late]).unwrap_err();
    assert_eq!(error.code().text, "calendar.no_business_day");
}

#[test]
fn weekdays_are_numbered_from_monday_1() {
    assert_eq!(weekdays_from_iso("weekend", &[6, 7]).unwrap(), SATURDAY_SUNDAY);
    for wrong in [0, 8, -1, 300] {
        let error = weekdays_from_iso("weekend", &[wrong]).unwrap_err();
        assert_eq!(error.code().text, "calendar.weekday_invalid", "{wrong}");
    }
}

fn any_calendar() -> impl Strategy<Value = BusinessCalendar> {
    let closed = prop::collection::btree_set(0_i64..400, 0..60);
    (prop::collection::vec(1_i16..=7, 0..6), closed).prop_map(|(weekend, closed)| {
        let closed = closed.iter().map(|after| (day("2026-01-01") + TimeDelta::days(*after), String::new()));
        BusinessCalendar::try_new("any", weekdays_from_iso("weekend", &weekend).unwrap(), closed.collect())
            .unwrap()
    })
}

proptest! {
    #[test]
    fn a_shifted_date_is_the_nearest_business_day_of_its_side(calendar in any_calendar(), after in 0_i64..400) {
        let date = day("2026-01-01") + TimeDelta::days(after);
        let (next, previous) = (calendar.shift(date, ShiftRule::Next), calendar.shift(date, ShiftRule::Previous));
        prop_assert!(previous <= date && date <= next);
        prop_assert!(calendar.is_business_day(next) && calendar.is_business_day(previous));
        let between = previous.iter_days().skip(1).take_while(|d| *d < next).find(|d| calendar.is_business_day(*d));
        prop_assert_eq!(between.filter(|d| *d != date), None);
        prop_assert_eq!(calendar.shift(next, ShiftRule::Next), next);
    }

    #[test]
    fn counting_business_days_undoes_adding_them(calendar in any_calendar(), after in 0_i64..400, days in -40_i16..=40) {
        prop_assume!(days != 0);
        let from = day("2026-01-01") + TimeDelta::days(after);
        let to = calendar.add_business_days(from, days);
        prop_assert!(calendar.is_business_day(to));
        prop_assert_eq!(calendar.business_days_between(from, to), i64::from(days));
    }
}
