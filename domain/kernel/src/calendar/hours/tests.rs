use std::collections::BTreeMap;

use chrono::{TimeDelta, Weekday, WeekdaySet};
use chrono_tz::Tz;
use proptest::prelude::*;

use super::{OpenHours, WeeklyHours};
use crate::calendar::{BusinessCalendar, SATURDAY_SUNDAY};
use crate::{Date, Instant};

const MONDAY_TO_FRIDAY: WeekdaySet = WeekdaySet::ALL.difference(SATURDAY_SUNDAY);

fn hours(text: &str) -> OpenHours {
    OpenHours::parse("hours", text).unwrap()
}

fn office(text: &str) -> WeeklyHours {
    WeeklyHours::on(MONDAY_TO_FRIDAY, hours(text))
}

fn daily(text: &str) -> WeeklyHours {
    WeeklyHours::on(WeekdaySet::ALL, hours(text))
}

fn calendar(weekend: WeekdaySet, closed: &[&str]) -> BusinessCalendar {
    let closed = closed.iter().map(|day| (day.parse::<Date>().unwrap(), "closed".to_owned())).collect();
    BusinessCalendar::try_new("test", weekend, closed).unwrap()
}

/// The next allowed instant, written in local time with its offset.
fn next(week: &WeeklyHours, at: &str, zone: Tz, calendar: &BusinessCalendar) -> String {
    let at = at.parse::<Instant>().unwrap();
    week.next_allowed(at, zone, calendar)
        .map_or("never".to_owned(), |found| found.with_timezone(&zone).to_rfc3339())
}

#[test]
fn inside_the_hours_it_is_now() {
    let madrid = Tz::Europe__Madrid;
    let plain = calendar(SATURDAY_SUNDAY, &[]);
    assert_eq!(
        next(&office("08:00-19:00"), "2026-07-01T06:00:00Z", madrid, &plain),
        "2026-07-01T08:00:00+02:00"
    );
    assert_eq!(
        next(&office("08:00-19:00"), "2026-07-01T16:59:59Z", madrid, &plain),
        "2026-07-01T18:59:59+02:00"
    );
}

#[test]
fn the_closing_minute_is_already_closed() {
    let plain = calendar(SATURDAY_SUNDAY, &[]);
    let found = next(&office("08:00-19:00"), "2026-07-01T17:00:00Z", Tz::Europe__Madrid, &plain);
    assert_eq!(found, "2026-07-02T08:00:00+02:00");
}

#[test]
fn weekends_and_holidays_are_waited_for_across_a_clock_change() {
    let easter = calendar(SATURDAY_SUNDAY, &["2026-03-27", "2026-03-30"]);
    let found = next(&office("08:00-19:00"), "2026-03-26T22:00:00Z", Tz::Europe__Madrid, &easter);
    assert_eq!(found, "2026-03-31T08:00:00+02:00");
}

#[test]
fn hours_that_the_spring_change_swallows_begin_after_it() {
    let every_day = calendar(WeekdaySet::EMPTY, &[]);
    // 29 March 2026 has no 02:00 to 03:00 in Madrid.
    let found = next(&daily("02:15-04:00"), "2026-03-29T00:30:00Z", Tz::Europe__Madrid, &every_day);
    assert_eq!(found, "2026-03-29T03:00:00+02:00");
    let found = next(&daily("02:15-02:45"), "2026-03-29T00:30:00Z", Tz::Europe__Madrid, &every_day);
    assert_eq!(found, "2026-03-30T02:15:00+02:00");
}

#[test]
fn hours_that_the_autumn_change_repeats_are_allowed_twice() {
    let every_day = calendar(WeekdaySet::EMPTY, &[]);
    let week = daily("02:15-02:45");
    // 25 October 2026 has 02:00 to 03:00 twice in Madrid.
    let madrid = Tz::Europe__Madrid;
    assert_eq!(next(&week, "2026-10-25T00:00:00Z", madrid, &every_day), "2026-10-25T02:15:00+02:00");
    assert_eq!(next(&week, "2026-10-25T00:45:00Z", madrid, &every_day), "2026-10-25T02:15:00+01:00");
    assert_eq!(next(&week, "2026-10-25T01:45:00Z", madrid, &every_day), "2026-10-26T02:15:00+01:00");
    // Closed at 02:30, open again when the clock goes back into the hours.
    assert_eq!(
        next(&daily("01:30-02:30"), "2026-10-25T00:40:00Z", madrid, &every_day),
        "2026-10-25T02:00:00+01:00"
    );
}

#[test]
fn a_day_that_a_place_never_had_is_passed_over() {
    // Samoa had no 30 December 2011.
    let every_day = calendar(WeekdaySet::EMPTY, &[]);
    let found = next(&daily("08:00-09:00"), "2011-12-29T20:00:00Z", Tz::Pacific__Apia, &every_day);
    assert_eq!(found, "2011-12-31T08:00:00+14:00");
}

#[test]
fn saturdays_open_where_the_calendar_leaves_them() {
    // Ley 2300/2023 of Colombia: 07:00 to 19:00, Saturdays 08:00 to 15:00.
    let week = office("07:00-19:00").with(Weekday::Sat, Some(hours("08:00-15:00")));
    let bogota = Tz::America__Bogota;
    let sundays = calendar(WeekdaySet::single(Weekday::Sun), &[]);
    assert_eq!(next(&week, "2026-11-21T03:00:00Z", bogota, &sundays), "2026-11-21T08:00:00-05:00");
    assert_eq!(next(&week, "2026-11-21T20:00:00Z", bogota, &sundays), "2026-11-23T07:00:00-05:00");
    let weekends = calendar(SATURDAY_SUNDAY, &[]);
    assert_eq!(next(&week, "2026-11-21T03:00:00Z", bogota, &weekends), "2026-11-23T07:00:00-05:00");
}

#[test]
fn hours_only_on_closed_days_never_open() {
    let weekends = calendar(SATURDAY_SUNDAY, &[]);
    let saturdays = WeeklyHours::on(WeekdaySet::single(Weekday::Sat), hours("08:00-15:00"));
    assert_eq!(next(&saturdays, "2026-11-21T03:00:00Z", Tz::UTC, &weekends), "never");
    assert_eq!(next(&WeeklyHours::default(), "2026-11-21T03:00:00Z", Tz::UTC, &weekends), "never");
}

#[test]
fn of_two_rules_the_more_careful_wins() {
    let both = office("08:00-18:00")
        .intersection(&daily("10:00-20:00").with(Weekday::Tue, Some(hours("18:00-20:00"))));
    assert_eq!(both.of(Weekday::Mon), Some(hours("10:00-18:00")));
    assert_eq!(both.of(Weekday::Tue), None);
    assert_eq!(both.of(Weekday::Sun), None);
}

#[test]
fn hours_of_another_shape_are_refused() {
    for text in
        ["", "8:00-19:00", "19:00-08:00", "08:00-08:00", "08:00-24:01", "08:60-19:00", "08:00", "-1:00-02:00"]
    {
        assert_eq!(
            OpenHours::parse("hours", text).unwrap_err().code().text,
            "contact_hours.invalid",
            "{text}"
        );
    }
    assert_eq!(OpenHours::parse("hours", "00:00-24:00").unwrap(), OpenHours::try_new(0, 1440).unwrap());
}

/// Zones with half-hour changes, half-hour offsets, changes at midnight, and none.
const ZONES: &[Tz] = &[
    Tz::Europe__Madrid,
    Tz::Atlantic__Canary,
    Tz::America__New_York,
    Tz::America__Santiago,
    Tz::Australia__Lord_Howe,
    Tz::Asia__Kolkata,
    Tz::Asia__Beirut,
    Tz::UTC,
];

fn any_hours() -> impl Strategy<Value = OpenHours> {
    (0_u16..1440, 1_u16..=1440)
        .prop_map(|(from, length)| OpenHours::try_new(from, (from + length).min(1440)).unwrap())
}

fn any_week() -> impl Strategy<Value = WeeklyHours> {
    prop::array::uniform7(prop::option::of(any_hours())).prop_map(WeeklyHours::new)
}

/// Instants of ten years, one in two within a day of a European clock change.
fn any_instant() -> impl Strategy<Value = Instant> {
    let changes = [1_774_746_000_i64, 1_792_890_000, 1_743_296_400, 1_761_440_400];
    let near =
        (prop::sample::select(changes.to_vec()), -100_000_i64..100_000).prop_map(|(change, by)| change + by);
    prop_oneof![1_600_000_000_i64..1_900_000_000, near]
        .prop_map(|second| Instant::from_timestamp(second, 0).unwrap())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn the_next_allowed_instant_is_the_first_and_stays(
        week in any_week(),
        at in any_instant(),
        zone in prop::sample::select(ZONES.to_vec()),
        closed in prop::collection::vec(0_i64..10, 0..6),
    ) {
        let today = crate::time::business_date(at, zone);
        let closed: BTreeMap<Date, String> =
            closed.iter().map(|day| (today + TimeDelta::days(*day), "closed".to_owned())).collect();
        let calendar = BusinessCalendar::try_new("test", SATURDAY_SUNDAY, closed).unwrap();
        let Some(found) = week.next_allowed(at, zone, &calendar) else {
            prop_assert!(MONDAY_TO_FRIDAY.iter(Weekday::Mon).all(|day| week.of(day).is_none()));
            return Ok(());
        };
        prop_assert!(found >= at);
        prop_assert!(week.is_allowed(found, zone, &calendar));
        prop_assert_eq!(week.next_allowed(found, zone, &calendar), Some(found));
        let mut earlier = at;
        while earlier < found {
            prop_assert!(!week.is_allowed(earlier, zone, &calendar), "{} is allowed before {}", earlier, found);
            earlier += TimeDelta::minutes(13);
        }
    }
}
