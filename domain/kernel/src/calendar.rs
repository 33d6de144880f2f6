//! Business calendars: weekends, public holidays, shifts, and the hours in which somebody may be contacted.
//!
//! A calendar is data: computed holidays ([`HolidaySet`]) are only a way to fill one, and a company, a town or a debtor
//! adds its own closed days. Several are combined by [`BusinessCalendar::merged`]: closed in one is closed in all.

mod easter;
mod holidays;
mod hours;

use std::collections::BTreeMap;
use std::ops::RangeInclusive;

use chrono::{Datelike as _, Weekday, WeekdaySet};

pub use holidays::{HOLIDAY_YEARS, HolidaySet, holidays_of};
pub use hours::{OpenHours, WeeklyHours};

use crate::registry::codes;
use crate::{Date, Error, Outcome};

/// Saturday and Sunday.
pub const SATURDAY_SUNDAY: WeekdaySet = WeekdaySet::from_array([Weekday::Sat, Weekday::Sun]);

crate::text_enum! {
    /// Where a date goes that does not fall on a business day.
    pub enum ShiftRule {
        /// It stays.
        None = "none",
        /// To the next business day: payment terms in most laws (e.g. Regulation 1182/71, article 3(4)).
        Next = "next",
        /// To the business day before.
        Previous = "previous",
    }
}

/// Which days are business days. At least one weekday is, and closed days are finite, so there is always a next one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BusinessCalendar {
    code: String,
    weekend: WeekdaySet,
    holidays: BTreeMap<Date, String>,
}

impl BusinessCalendar {
    /// A calendar of closed weekdays and closed days with their names.
    ///
    /// # Errors
    /// `calendar.no_business_day` when all seven weekdays are closed.
    pub fn try_new(
        code: impl Into<String>,
        weekend: WeekdaySet,
        holidays: BTreeMap<Date, String>,
    ) -> Outcome<Self> {
        if weekend == WeekdaySet::ALL {
            return Err(Error::field(
                "weekend",
                &codes::CALENDAR_NO_BUSINESS_DAY,
                "all seven weekdays are closed",
            ));
        }
        Ok(Self { code: code.into(), weekend, holidays })
    }

    /// A calendar with Saturday and Sunday off, filled with computed holidays.
    ///
    /// # Errors
    /// `calendar.year_uncovered` for a year outside [`HOLIDAY_YEARS`].
    pub fn of_sets(
        code: impl Into<String>,
        sets: &[HolidaySet],
        years: RangeInclusive<i32>,
    ) -> Outcome<Self> {
        let mut holidays = BTreeMap::new();
        for (year, set) in years.flat_map(|year| sets.iter().map(move |set| (year, set))) {
            for (day, name) in set.days(year)? {
                holidays.entry(day).or_insert_with(|| name.to_owned());
            }
        }
        Self::try_new(code, SATURDAY_SUNDAY, holidays)
    }

    /// The calendar that is closed whenever one of `parts` is: national, regional, local, a debtor's own closures.
    /// A day closed in several keeps the name of the first.
    ///
    /// # Errors
    /// `calendar.no_business_day` when the weekends together leave no day.
    pub fn merged(code: impl Into<String>, parts: &[&Self]) -> Outcome<Self> {
        let weekend = parts.iter().fold(WeekdaySet::EMPTY, |all, part| all.union(part.weekend));
        let mut holidays = BTreeMap::new();
        for (day, name) in parts.iter().flat_map(|part| &part.holidays) {
            holidays.entry(*day).or_insert_with(|| name.clone());
        }
        Self::try_new(code, weekend, holidays)
    }

    pub fn code(&self) -> &str {
        &self.code
    }

    pub fn weekend(&self) -> WeekdaySet {
        self.weekend
    }

    pub fn holidays(&self) -> &BTreeMap<Date, String> {
        &self.holidays
    }

    /// The name of the holiday on a day, if it is one.
    pub fn holiday_on(&self, day: Date) -> Option<&str> {
        self.holidays.get(&day).map(String::as_str)
    }

    pub fn is_business_day(&self, day: Date) -> bool {
        !self.weekend.contains(day.weekday()) && !self.holidays.contains_key(&day)
    }

    /// The day itself or the first business day after it. Beyond the last date there is, that date.
    pub fn next_business_day_on_or_after(&self, day: Date) -> Date {
        self.seek(day, Date::succ_opt)
    }

    /// The day itself or the last business day before it. Before the first date there is, that date.
    pub fn previous_business_day_on_or_before(&self, day: Date) -> Date {
        self.seek(day, Date::pred_opt)
    }

    /// The date that lies so many business days after `day`, or before it if negative. `day` itself is not counted,
    /// business day or not; none at all moves a day that is no business day to the next one.
    pub fn add_business_days(&self, day: Date, days: i16) -> Date {
        if days == 0 {
            return self.next_business_day_on_or_after(day);
        }
        let step: fn(&Date) -> Option<Date> = if days > 0 { Date::succ_opt } else { Date::pred_opt };
        (0..days.unsigned_abs()).fold(day, |day, _| step(&day).map_or(day, |next| self.seek(next, step)))
    }

    /// Business days after `from` up to and with `to`; negative, from `to` on and before `from`, if `to` is earlier.
    /// So [`Self::add_business_days`] of the result leads from `from` to `to` wherever `to` is another business day.
    pub fn business_days_between(&self, from: Date, to: Date) -> i64 {
        let count = |first: Date, last: Date| -> i64 {
            first
                .iter_days()
                .take_while(|day| *day <= last)
                .map(|day| i64::from(self.is_business_day(day)))
                .sum()
        };
        if from <= to {
            count(from, to) - i64::from(self.is_business_day(from))
        } else {
            i64::from(self.is_business_day(from)) - count(to, from)
        }
    }

    /// Moves a date that is no business day as the rule says.
    pub fn shift(&self, day: Date, rule: ShiftRule) -> Date {
        match rule {
            ShiftRule::None => day,
            ShiftRule::Next => self.next_business_day_on_or_after(day),
            ShiftRule::Previous => self.previous_business_day_on_or_before(day),
        }
    }

    fn seek(&self, from: Date, step: fn(&Date) -> Option<Date>) -> Date {
        let mut day = from;
        while !self.is_business_day(day) {
            let Some(next) = step(&day) else { break };
            day = next;
        }
        day
    }
}

/// Weekdays as the database and ISO 8601 number them: 1 is Monday, 7 Sunday.
///
/// # Errors
/// `calendar.weekday_invalid`.
pub fn weekdays_from_iso(field: &str, numbers: &[i16]) -> Outcome<WeekdaySet> {
    let mut days = WeekdaySet::EMPTY;
    for number in numbers {
        let place = u8::try_from(*number).ok().and_then(|n| n.checked_sub(1));
        let day = place.and_then(|place| Weekday::try_from(place).ok()).ok_or_else(|| {
            Error::field(
                field,
                &codes::CALENDAR_WEEKDAY_INVALID,
                format!("{number} is not a weekday from 1 to 7"),
            )
        })?;
        days.insert(day);
    }
    Ok(days)
}

#[cfg(test)]
mod tests;
