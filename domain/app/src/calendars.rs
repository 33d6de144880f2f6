//! Business calendars: which days are closed where, as data that people add to.

use chrono::WeekdaySet;
use kernel::id::EventId;
use kernel::{Date, Instant, Outcome};

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
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Holiday {
    pub day: Date,
    pub name: String,
}

/// The port of this context.
pub trait CalendarStore {
    /// Whether it was inserted; an existing one is left alone.
    fn insert_calendar_if_absent(&mut self, calendar: &Calendar, event: EventId) -> Outcome<bool>;

    /// Adds the days that the calendar does not have and says how many.
    fn insert_holidays(&mut self, calendar: &str, holidays: &[Holiday], event: EventId) -> Outcome<u64>;
}
