//! The hours of the week in which somebody may be contacted, and the next such moment.

use chrono::{NaiveDateTime, NaiveTime, Offset as _, TimeDelta, TimeZone as _, Weekday, WeekdaySet};
use chrono_tz::Tz;

use crate::calendar::BusinessCalendar;
use crate::registry::codes;
use crate::{Date, Error, Instant, Outcome};

/// Minutes of a day on which the clock is not changed.
const MINUTES_OF_DAY: u16 = 24 * 60;

/// A stretch of a local day by the wall clock: the first minute is in it, the last is not.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OpenHours {
    from: u16,
    to: u16,
}

impl OpenHours {
    /// From and to in minutes since midnight; `to` may be 1440, the end of the day.
    ///
    /// # Errors
    /// `contact_hours.invalid` when it is empty, begins after it ends, or reaches into the next day.
    pub fn try_new(from: u16, to: u16) -> Outcome<Self> {
        if from < to && to <= MINUTES_OF_DAY {
            return Ok(Self { from, to });
        }
        Err(wrong_hours("hours", &format!("from minute {from} to {to}")))
    }

    /// Reads `HH:MM-HH:MM`, the latter up to `24:00`.
    ///
    /// # Errors
    /// `contact_hours.invalid`.
    pub fn parse(field: &str, text: &str) -> Outcome<Self> {
        let wrong = || wrong_hours(field, &format!("{:?}", crate::text::shown(text)));
        let (from, to) = text.split_once('-').ok_or_else(wrong)?;
        let (from, to) = (minutes(from).ok_or_else(wrong)?, minutes(to).ok_or_else(wrong)?);
        Self::try_new(from, to).map_err(|e| wrong().caused_by(e))
    }

    /// The first minute, since midnight.
    pub fn from(self) -> u16 {
        self.from
    }

    /// The minute after the last, since midnight.
    pub fn to(self) -> u16 {
        self.to
    }

    /// What two have in common, if anything.
    fn intersection(self, other: Self) -> Option<Self> {
        let (from, to) = (self.from.max(other.from), self.to.min(other.to));
        (from < to).then_some(Self { from, to })
    }
}

fn wrong_hours(field: &str, what: &str) -> Error {
    Error::field(
        field,
        &codes::CONTACT_HOURS_INVALID,
        format!("{what} are no hours of one day, as 08:00-19:00 are"),
    )
}

fn minutes(text: &str) -> Option<u16> {
    let (hours, minutes) = text.split_once(':')?;
    let two_digits = |part: &str| part.len() == 2 && part.chars().all(|c| c.is_ascii_digit());
    if !two_digits(hours) || !two_digits(minutes) {
        return None;
    }
    let (hours, minutes): (u16, u16) = (hours.parse().ok()?, minutes.parse().ok()?);
    (hours <= 24 && minutes < 60).then_some(hours * 60 + minutes)
}

/// When contact is allowed, by weekday, in the local time of whoever is contacted. A weekday without hours is closed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct WeeklyHours {
    /// From Monday on.
    days: [Option<OpenHours>; 7],
}

impl WeeklyHours {
    /// Hours for each weekday, from Monday on.
    pub fn new(days: [Option<OpenHours>; 7]) -> Self {
        Self { days }
    }

    /// The same hours on some weekdays.
    pub fn on(weekdays: WeekdaySet, hours: OpenHours) -> Self {
        let mut week = Self::default();
        for day in weekdays.iter(Weekday::Mon) {
            week = week.with(day, Some(hours));
        }
        week
    }

    /// These hours with one weekday changed.
    #[must_use]
    pub fn with(mut self, day: Weekday, hours: Option<OpenHours>) -> Self {
        if let Some(slot) = self.days.get_mut(usize::from(place(day))) {
            *slot = hours;
        }
        self
    }

    /// The hours of a weekday.
    pub fn of(&self, day: Weekday) -> Option<OpenHours> {
        self.days.get(usize::from(place(day))).copied().flatten()
    }

    /// What both allow: of several rules the most careful wins.
    #[must_use]
    pub fn intersection(&self, other: &Self) -> Self {
        let mut both = Self::default();
        for day in WeekdaySet::ALL.iter(Weekday::Mon) {
            let hours = self.of(day).zip(other.of(day)).and_then(|(one, two)| one.intersection(two));
            both = both.with(day, hours);
        }
        both
    }

    /// Whether contact is allowed at an instant: a business day of `calendar` and inside its hours, by the clock of
    /// `zone`. Where Saturday contact is allowed, `calendar` must not have Saturday in its weekend.
    pub fn is_allowed(&self, at: Instant, zone: Tz, calendar: &BusinessCalendar) -> bool {
        let local = at.with_timezone(&zone).naive_local();
        self.window(local.date(), calendar).is_some_and(|(open, close)| open <= local && local < close)
    }

    /// The first instant, not before `at`, at which contact is allowed; `None` if there never is one.
    ///
    /// Where the clock goes forward, hours that the day does not have are left out; where it goes back, an hour that
    /// comes twice is allowed twice.
    pub fn next_allowed(&self, at: Instant, zone: Tz, calendar: &BusinessCalendar) -> Option<Instant> {
        if !self.ever_opens(calendar) {
            return None;
        }
        let today = crate::time::business_date(at, zone);
        let last_closed = calendar.holidays().keys().next_back().map_or(today, |day| today.max(*day));
        // After the last holiday all weeks are alike; a second and third serve hours that a clock change swallows.
        let give_up = last_closed.checked_add_signed(TimeDelta::weeks(3))?;
        let mut from = at;
        while crate::time::business_date(from, zone) <= give_up {
            let stretch = Stretch::starting(from, zone)?;
            if let Some(found) = self.first_in(&stretch, calendar) {
                return Some(found);
            }
            from = stretch.until;
        }
        None
    }

    fn ever_opens(&self, calendar: &BusinessCalendar) -> bool {
        WeekdaySet::ALL
            .iter(Weekday::Mon)
            .any(|day| self.of(day).is_some() && !calendar.weekend().contains(day))
    }

    /// Opening and closing of a business day by the wall clock.
    fn window(&self, day: Date, calendar: &BusinessCalendar) -> Option<(NaiveDateTime, NaiveDateTime)> {
        use chrono::Datelike as _;
        let hours = self.of(day.weekday()).filter(|_| calendar.is_business_day(day))?;
        let at = |minute: u16| {
            day.and_time(NaiveTime::MIN).checked_add_signed(TimeDelta::minutes(i64::from(minute)))
        };
        Some((at(hours.from)?, at(hours.to)?))
    }

    fn first_in(&self, stretch: &Stretch, calendar: &BusinessCalendar) -> Option<Instant> {
        let (from, until) = (stretch.local(stretch.from)?, stretch.local(stretch.until)?);
        from.date().iter_days().take_while(|day| *day <= until.date()).find_map(|day| {
            let (open, close) = self.window(day, calendar)?;
            let first = open.max(from);
            if first < close && first < until { stretch.instant(first) } else { None }
        })
    }
}

fn place(day: Weekday) -> u8 {
    day.number_from_monday().try_into().map_or(0, |number: u8| number - 1)
}

/// A stretch of time, at most a day, in which the local clock runs evenly. `until` is not part of it.
struct Stretch {
    from: Instant,
    until: Instant,
    offset: TimeDelta,
}

impl Stretch {
    fn starting(from: Instant, zone: Tz) -> Option<Self> {
        let offset = offset_at(from, zone);
        let tomorrow = from.checked_add_signed(TimeDelta::days(1))?;
        let until = if offset_at(tomorrow, zone) == offset {
            tomorrow
        } else {
            change_between(from, tomorrow, zone)?
        };
        Some(Self { from, until, offset: TimeDelta::seconds(i64::from(offset)) })
    }

    fn local(&self, at: Instant) -> Option<NaiveDateTime> {
        at.naive_utc().checked_add_signed(self.offset)
    }

    fn instant(&self, local: NaiveDateTime) -> Option<Instant> {
        local.checked_sub_signed(self.offset).map(|utc| utc.and_utc())
    }
}

/// Seconds that local clocks are ahead of UTC.
fn offset_at(at: Instant, zone: Tz) -> i32 {
    zone.offset_from_utc_datetime(&at.naive_utc()).fix().local_minus_utc()
}

/// The first instant with another offset than `before` has, where `after` has another. Clocks change at full seconds.
fn change_between(before: Instant, after: Instant, zone: Tz) -> Option<Instant> {
    let offset = offset_at(before, zone);
    let (mut same, mut changed) = (before.timestamp(), after.timestamp());
    while changed - same > 1 {
        let middle = i64::midpoint(same, changed);
        if offset_at(Instant::from_timestamp(middle, 0)?, zone) == offset {
            same = middle;
        } else {
            changed = middle;
        }
    }
    Instant::from_timestamp(changed, 0)
}

#[cfg(test)]
mod tests;
