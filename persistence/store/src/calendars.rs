//! Calendars and their closed days.

use app::calendars::{Calendar, CalendarStore, Holiday};
use chrono::Weekday;
use diesel::prelude::*;
use kernel::Outcome;
use kernel::id::EventId;
use schema::{calendar, holiday};

use crate::error::db;
use crate::tx::PgTx;

impl CalendarStore for PgTx<'_> {
    fn insert_calendar_if_absent(&mut self, new: &Calendar, event: EventId) -> Outcome<bool> {
        let weekend = new.weekend.iter(Weekday::Mon).map(iso_number).collect::<Vec<_>>();
        let inserted = diesel::insert_into(calendar::table)
            .values((
                calendar::code.eq(&new.code),
                calendar::name.eq(&new.name),
                calendar::country.eq(new.country.as_deref()),
                calendar::subdivision.eq(new.subdivision.as_deref()),
                calendar::weekend.eq(weekend),
                calendar::version.eq(new.version),
                calendar::created_at.eq(new.created_at),
                calendar::event_id.eq(event.0),
            ))
            .on_conflict_do_nothing()
            .execute(self.conn)
            .map_err(db)?;
        Ok(inserted == 1)
    }

    fn insert_holidays(&mut self, calendar: &str, holidays: &[Holiday], event: EventId) -> Outcome<u64> {
        let rows = holidays.iter().map(|h| {
            (
                holiday::calendar_code.eq(calendar),
                holiday::day.eq(h.day),
                holiday::name.eq(h.name.as_str()),
                holiday::event_id.eq(event.0),
            )
        });
        let inserted = diesel::insert_into(holiday::table)
            .values(rows.collect::<Vec<_>>())
            .on_conflict_do_nothing()
            .execute(self.conn)
            .map_err(db)?;
        Ok(u64::try_from(inserted).unwrap_or(u64::MAX))
    }
}

/// 1 = Monday, as ISO 8601 and the column count.
fn iso_number(day: Weekday) -> i16 {
    i16::try_from(day.number_from_monday()).unwrap_or_default()
}
