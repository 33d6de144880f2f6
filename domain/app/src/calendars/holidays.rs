//! Adds and removes closed days: municipal holidays, company closures, corrections of computed ones.

use domain::access::Permission;
use kernel::{Date, Error, Outcome, text, time};
use serde_json::{Value, json};

use super::create_calendar::about;
use super::{Holiday, codes};
use crate::App;
use crate::command::{self, Answer};
use crate::ctx::Ctx;
use crate::lists::not_found;

/// Closes a calendar on a day.
///
/// # Errors
/// `auth.forbidden`, `auth.installation_wide`, `not_found` for the calendar, `version.mismatch`, `calendar.holiday_exists`, `date.out_of_range`,
/// those of a line of text.
pub fn add_holiday(app: &App, ctx: &Ctx, calendar: &str, holiday: &Holiday) -> Outcome<Answer<Holiday>> {
    ctx.require(Permission::CalendarWrite)?;
    ctx.scope.require_all()?;
    let holiday =
        Holiday { day: time::check_range("day", holiday.day)?, name: text::line("name", &holiday.name)? };
    command::run(app, ctx, "calendars.add_holiday", |tx| {
        let version = tx.calendar_version_for_update(calendar)?;
        command::check_version(ctx, version)?;
        if let Some(name) = tx.find_holiday(calendar, holiday.day)? {
            let message = format!("{calendar} is closed on {} already: {name}", holiday.day);
            return Err(Error::field("day", &codes::HOLIDAY_EXISTS, message));
        }
        let after = json!({ "day": holiday.day, "name": holiday.name });
        let event = tx.record(ctx, about("calendars.holiday_added", calendar, Value::Null, after))?;
        tx.insert_holidays(calendar, std::slice::from_ref(&holiday), event)?;
        tx.save_calendar_version(calendar, version + 1, event)?;
        Ok(holiday.clone())
    })
}

/// Opens a calendar on a day that was closed.
///
/// # Errors
/// `auth.forbidden`, `auth.installation_wide`, `not_found` for the calendar or the day, `version.mismatch`.
pub fn remove_holiday(app: &App, ctx: &Ctx, calendar: &str, day: Date) -> Outcome<Answer<()>> {
    ctx.require(Permission::CalendarWrite)?;
    ctx.scope.require_all()?;
    command::run(app, ctx, "calendars.remove_holiday", |tx| {
        let version = tx.calendar_version_for_update(calendar)?;
        command::check_version(ctx, version)?;
        let name = tx
            .find_holiday(calendar, day)?
            .ok_or_else(|| not_found(&format!("the closed days of {calendar}"), &day.to_string()))?;
        let before = json!({ "day": day, "name": name });
        let event = tx.record(ctx, about("calendars.holiday_removed", calendar, before, json!({})))?;
        tx.delete_holiday(calendar, day)?;
        tx.save_calendar_version(calendar, version + 1, event)
    })
}
