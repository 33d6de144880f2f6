//! Shapes of calendars on the wire.

use app::calendars::Holiday;
use app::calendars::business_day::BusinessDay;
use app::calendars::create_calendar::CreatedCalendar;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::answer::Versioned;

/// A business calendar.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = Calendar)]
pub(crate) struct CalendarDto {
    #[schema(example = "ES-MD")]
    code: String,
    name: String,
    /// ISO 3166-1 alpha-2.
    country: Option<String>,
    /// The part of the ISO 3166-2 code behind the hyphen.
    subdivision: Option<String>,
    /// ISO weekdays that are closed, 1 = Monday.
    #[schema(example = json!([6, 7]))]
    weekend: Vec<i16>,
    holiday_count: u64,
    /// First and last closed day that is known; outside, only weekends are.
    first_on: Option<String>,
    last_on: Option<String>,
    version: i64,
    #[schema(format = DateTime)]
    created_at: String,
}

/// A new calendar.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = CreateCalendar)]
pub(crate) struct CreateCalendarBody {
    /// 1 to 40 letters, digits, points, hyphens, underscores; cannot be changed.
    #[schema(example = "ES-MD-MADRID")]
    pub(super) code: String,
    pub(super) name: String,
    pub(super) country: Option<String>,
    pub(super) subdivision: Option<String>,
    /// ISO weekdays that are closed; Saturday and Sunday by default.
    #[serde(default = "saturday_sunday")]
    pub(super) weekend: Vec<i16>,
    /// Code of a calendar whose closed days are copied.
    pub(super) copy_of: Option<String>,
}

fn saturday_sunday() -> Vec<i16> {
    vec![6, 7]
}

/// A closed day of a calendar.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = Holiday)]
pub(crate) struct HolidayDto {
    calendar: String,
    #[schema(format = Date, example = "2026-10-12")]
    day: String,
    name: String,
}

/// A day on which a calendar is to be closed.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = AddHoliday)]
pub(crate) struct AddHolidayBody {
    #[schema(format = Date, example = "2026-05-15")]
    pub(super) day: String,
    #[schema(example = "San Isidro")]
    pub(super) name: String,
}

/// A day as a calendar sees it.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = BusinessDay)]
pub(crate) struct BusinessDayDto {
    calendar: String,
    #[schema(format = Date)]
    day: String,
    is_business_day: bool,
    is_weekend: bool,
    /// Name of the holiday, if it is one.
    holiday: Option<String>,
    /// The day itself or the first business day after it.
    #[schema(format = Date)]
    next: String,
    /// The day itself or the last business day before it.
    #[schema(format = Date)]
    previous: String,
}

impl HolidayDto {
    pub(super) fn new(calendar: String, holiday: Holiday) -> Self {
        let Holiday { day, name } = holiday;
        Self { calendar, day: day.to_string(), name }
    }
}

impl From<CreatedCalendar> for CalendarDto {
    fn from(made: CreatedCalendar) -> Self {
        Self {
            code: made.code,
            name: made.name,
            country: made.country,
            subdivision: made.subdivision,
            weekend: made.weekend,
            holiday_count: made.holiday_count,
            first_on: made.first_on.map(|day| day.to_string()),
            last_on: made.last_on.map(|day| day.to_string()),
            version: made.version,
            created_at: made.created_at.to_rfc3339(),
        }
    }
}

impl From<BusinessDay> for BusinessDayDto {
    fn from(found: BusinessDay) -> Self {
        Self {
            calendar: found.calendar,
            day: found.day.to_string(),
            is_business_day: found.is_business_day,
            is_weekend: found.is_weekend,
            holiday: found.holiday,
            next: found.next.to_string(),
            previous: found.previous.to_string(),
        }
    }
}

impl Versioned for CalendarDto {
    fn version(&self) -> Option<i64> {
        Some(self.version)
    }
}

impl Versioned for HolidayDto {
    fn version(&self) -> Option<i64> {
        None
    }
}

impl Versioned for BusinessDayDto {
    fn version(&self) -> Option<i64> {
        None
    }
}
