//! United Kingdom: bank holidays, with substitutes for those on weekends, and the single days proclaimed since 2018.

use chrono::{Datelike as _, Weekday};

use super::{Gathered, Rule};
use crate::Date;

pub(super) fn common(days: &mut Gathered) {
    days.add_rules(&[(Rule::Fixed(1, 1), "New Year's Day"), (Rule::Easter(-2), "Good Friday")]);
    let year = days.year;
    // Both were moved for an anniversary: 75 years since the war's end in Europe, and the Platinum Jubilee.
    let early_may = if year == 2020 { Date::from_ymd_opt(2020, 5, 8) } else { first_monday(year, 5) };
    let spring = if year == 2022 { Date::from_ymd_opt(2022, 6, 2) } else { last_monday(year, 5) };
    days.add(early_may, "Early May Bank Holiday");
    days.add(spring, "Spring Bank Holiday");
    for (on, month, day, name) in PROCLAIMED {
        if *on == year {
            days.add_rules(&[(Rule::Fixed(*month, *day), name)]);
        }
    }
    days.add_rules(&[(Rule::Fixed(12, 25), "Christmas Day"), (Rule::Fixed(12, 26), "Boxing Day")]);
    substitutes(days);
}

pub(super) fn england_and_wales(days: &mut Gathered) {
    common(days);
    days.add_rules(&[(Rule::Easter(1), "Easter Monday")]);
    days.add(last_monday(days.year, 8), "Summer Bank Holiday");
}

const PROCLAIMED: &[(i32, u32, u32, &str)] = &[
    (2022, 6, 3, "Platinum Jubilee Bank Holiday"),
    (2022, 9, 19, "State Funeral of Queen Elizabeth II"),
    (2023, 5, 8, "Coronation of King Charles III"),
];

/// A holiday on a weekend is replaced by the next weekday that is none: so Christmas on a Saturday moves to Monday
/// and Boxing Day to Tuesday, but Christmas on a Sunday moves behind Boxing Day.
fn substitutes(days: &mut Gathered) {
    let weekend = |date: Date| matches!(date.weekday(), Weekday::Sat | Weekday::Sun);
    let fixed = [
        (1, 1, "New Year's Day (substitute)"),
        (12, 25, "Christmas Day (substitute)"),
        (12, 26, "Boxing Day (substitute)"),
    ];
    for (month, day, name) in fixed {
        let Some(date) = days.date(&Rule::Fixed(month, day)) else { continue };
        if weekend(date) {
            let free = date.iter_days().find(|d| !weekend(*d) && !days.found.contains_key(d));
            days.add(free, name);
        }
    }
}

fn first_monday(year: i32, month: u32) -> Option<Date> {
    Date::from_weekday_of_month_opt(year, month, Weekday::Mon, 1)
}

fn last_monday(year: i32, month: u32) -> Option<Date> {
    let nth = |n| Date::from_weekday_of_month_opt(year, month, Weekday::Mon, n);
    nth(5).or_else(|| nth(4))
}
