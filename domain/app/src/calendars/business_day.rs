//! Whether a day is a business day, and which ones stand beside it.

use domain::access::Permission;
use kernel::{Date, Outcome};

use crate::App;
use crate::ctx::Ctx;
use crate::lists::not_found;

/// A day as a calendar sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BusinessDay {
    pub calendar: String,
    pub day: Date,
    pub is_business_day: bool,
    /// The name of the holiday, if it is one.
    pub holiday: Option<String>,
    pub is_weekend: bool,
    /// The day itself or the first business day after it.
    pub next: Date,
    /// The day itself or the last business day before it.
    pub previous: Date,
}

/// Looks a day up in a calendar.
///
/// # Errors
/// `auth.forbidden`; `not_found` for the calendar.
pub fn business_day(app: &App, ctx: &Ctx, calendar: &str, day: Date) -> Outcome<BusinessDay> {
    use chrono::Datelike as _;
    ctx.require(Permission::CalendarRead)?;
    let found = app.store.view("calendars.business_day", |tx| tx.calendar_with_days(calendar))?;
    let days = found.ok_or_else(|| not_found("calendars", calendar))?;
    Ok(BusinessDay {
        calendar: days.code().to_owned(),
        day,
        is_business_day: days.is_business_day(day),
        holiday: days.holiday_on(day).map(str::to_owned),
        is_weekend: days.weekend().contains(day.weekday()),
        next: days.next_business_day_on_or_after(day),
        previous: days.previous_business_day_on_or_before(day),
    })
}
