//! Creates a calendar: a town, a company, a debtor with closures of its own.

use std::collections::BTreeMap;

use domain::access::Permission;
use kernel::calendar::{BusinessCalendar, weekdays_from_iso};
use kernel::registry::Country;
use kernel::{Date, Error, Instant, Outcome, text};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{Calendar, Holiday, codes};
use crate::App;
use crate::command::{self, Answer};
use crate::ctx::Ctx;
use crate::events::NewEvent;
use crate::lists::not_found;

/// A new calendar.
#[derive(Debug, Clone)]
pub struct CreateCalendar {
    pub code: String,
    pub name: String,
    pub country: Option<String>,
    pub subdivision: Option<String>,
    /// ISO weekdays that are closed, 1 = Monday.
    pub weekend: Vec<i16>,
    /// Code of the calendar whose closed days are copied.
    pub copy_of: Option<String>,
}

/// A calendar as it was made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CreatedCalendar {
    pub code: String,
    pub name: String,
    pub country: Option<String>,
    pub subdivision: Option<String>,
    pub weekend: Vec<i16>,
    pub holiday_count: u64,
    pub first_on: Option<Date>,
    pub last_on: Option<Date>,
    pub version: i64,
    pub created_at: Instant,
}

/// Creates a calendar, empty or with the days of another.
///
/// # Errors
/// `auth.forbidden`, `auth.installation_wide`, `calendar.code_invalid`, `calendar.code_taken`, `calendar.weekday_invalid`,
/// `calendar.no_business_day`, `country.unknown`, `not_found` for the calendar to copy, those of a line of text.
pub fn create_calendar(app: &App, ctx: &Ctx, cmd: &CreateCalendar) -> Outcome<Answer<CreatedCalendar>> {
    ctx.require(Permission::CalendarWrite)?;
    ctx.scope.require_all()?;
    let calendar = checked(ctx, cmd)?;
    command::run(app, ctx, "calendars.create_calendar", |tx| {
        let copied = match &cmd.copy_of {
            Some(code) => tx.calendar_with_days(code)?.ok_or_else(|| not_found("calendars", code))?,
            None => BusinessCalendar::try_new("", calendar.weekend, BTreeMap::new())?,
        };
        let after = json!({ "code": calendar.code, "name": calendar.name, "weekend": cmd.weekend,
            "copy_of": cmd.copy_of });
        let event =
            tx.record(ctx, about("calendars.calendar_created", &calendar.code, Value::Null, after))?;
        if !tx.insert_calendar_if_absent(&calendar, event)? {
            let message = format!("{} is in use", calendar.code);
            return Err(Error::field("code", &codes::CODE_TAKEN, message));
        }
        let days = copied.holidays().iter().map(|(day, name)| Holiday { day: *day, name: name.clone() });
        let holiday_count = tx.insert_holidays(&calendar.code, &days.collect::<Vec<_>>(), event)?;
        Ok(CreatedCalendar {
            code: calendar.code.clone(),
            name: calendar.name.clone(),
            country: calendar.country.clone(),
            subdivision: calendar.subdivision.clone(),
            weekend: cmd.weekend.clone(),
            holiday_count,
            first_on: copied.holidays().keys().next().copied(),
            last_on: copied.holidays().keys().next_back().copied(),
            version: 1,
            created_at: ctx.now,
        })
    })
}

/// An event about a calendar, which has a code instead of an id: it stands in both halves.
pub(super) fn about(kind: &'static str, code: &str, before: Value, mut after: Value) -> NewEvent {
    if let Value::Object(fields) = &mut after {
        fields.insert("calendar".to_owned(), code.into());
    }
    NewEvent {
        kind,
        subject_kind: "calendar",
        subject_id: None,
        account_id: None,
        legal_entity_id: None,
        before,
        after,
    }
}

fn checked(ctx: &Ctx, cmd: &CreateCalendar) -> Outcome<Calendar> {
    let code_fits = (1..=40).contains(&cmd.code.len())
        && cmd.code.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-' | b'_'));
    if !code_fits {
        let message = format!("{:?} is not a code", kernel::text::shown(&cmd.code));
        return Err(Error::field("code", &codes::CODE_INVALID, message));
    }
    let weekend = weekdays_from_iso("weekend", &cmd.weekend)?;
    // Refuses a calendar without business days.
    BusinessCalendar::try_new("", weekend, BTreeMap::new())?;
    let country = cmd.country.as_deref().map(|c| Country::parse("country", c)).transpose()?;
    let subdivision = cmd.subdivision.as_deref().map(|s| text::line("subdivision", s)).transpose()?;
    Ok(Calendar {
        code: cmd.code.clone(),
        name: text::line("name", &cmd.name)?,
        country: country.map(|c| c.to_string()),
        subdivision,
        weekend,
        version: 1,
        created_at: ctx.now,
    })
}
