//! Business calendars: which days are closed where, as data that people add to.

pub mod business_day;
pub mod codes;
pub mod create_calendar;
pub mod holidays;
pub mod lists;

use chrono::WeekdaySet;
use kernel::calendar::BusinessCalendar;
use kernel::id::EventId;
use kernel::{Date, Error, Instant, Outcome};
use serde::{Deserialize, Serialize};

use crate::organisation::codes::CALENDAR_UNKNOWN;

/// A calendar without its days.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Calendar {
    pub code: String,
    pub name: String,
    /// ISO 3166-1 alpha-2.
    pub country: Option<String>,
    /// The part of the ISO 3166-2 code behind the hyphen.
    pub subdivision: Option<String>,
    pub weekend: WeekdaySet,
    pub version: i64,
    pub created_at: Instant,
}

/// A closed day.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Holiday {
    pub day: Date,
    pub name: String,
}

/// What this context reads.
pub trait CalendarReads {
    /// The calendar with all its closed days, `None` when there is none of this code.
    fn calendar_with_days(&mut self, code: &str) -> Outcome<Option<BusinessCalendar>>;
}

/// The calendar that a legal entity works by.
///
/// # Errors
/// `organisation.calendar_unknown` when there is none of this code.
pub fn of_entity<T: CalendarReads + ?Sized>(tx: &mut T, code: &str) -> Outcome<BusinessCalendar> {
    tx.calendar_with_days(code)?.ok_or_else(|| Error::new(&CALENDAR_UNKNOWN))
}

/// The port of this context.
pub trait CalendarStore {
    /// Whether it was inserted; an existing one is left alone.
    fn insert_calendar_if_absent(&mut self, calendar: &Calendar, event: EventId) -> Outcome<bool>;

    /// Adds the days that the calendar does not have and says how many.
    fn insert_holidays(&mut self, calendar: &str, holidays: &[Holiday], event: EventId) -> Outcome<u64>;

    /// The version, locked.
    ///
    /// # Errors
    /// `not_found`.
    fn calendar_version_for_update(&mut self, code: &str) -> Outcome<i64>;

    /// The name of a closed day.
    fn find_holiday(&mut self, calendar: &str, day: Date) -> Outcome<Option<String>>;

    fn delete_holiday(&mut self, calendar: &str, day: Date) -> Outcome<()>;

    /// Gives the calendar its next version.
    fn save_calendar_version(&mut self, code: &str, version: i64, event: EventId) -> Outcome<()>;
}
