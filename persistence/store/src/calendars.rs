//! Calendars and their closed days.

use app::calendars::{Calendar, CalendarReads, CalendarStore, Holiday};
use app::lists::not_found;
use chrono::Weekday;
use diesel::prelude::*;
use kernel::calendar::{BusinessCalendar, weekdays_from_iso};
use kernel::id::EventId;
use kernel::{Date, Outcome};
use schema::{calendar, holiday};

use crate::error::db;
use crate::tx::PgTx;

impl CalendarReads for PgTx<'_> {
    fn calendar_with_days(&mut self, code: &str) -> Outcome<Option<BusinessCalendar>> {
        let weekend = calendar::table
            .find(code)
            .select(calendar::weekend)
            .first::<Vec<i16>>(self.conn)
            .optional()
            .map_err(db)?;
        let Some(weekend) = weekend else { return Ok(None) };
        let days = holiday::table
            .filter(holiday::calendar_code.eq(code))
            .select((holiday::day, holiday::name))
            .load::<(Date, String)>(self.conn)
            .map_err(db)?;
        let weekend = weekdays_from_iso("weekend", &weekend)?;
        BusinessCalendar::try_new(code, weekend, days.into_iter().collect()).map(Some)
    }
}

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

    fn calendar_version_for_update(&mut self, code: &str) -> Outcome<i64> {
        let found = calendar::table
            .find(code)
            .select(calendar::version)
            .for_update()
            .first(self.conn)
            .optional()
            .map_err(db)?;
        found.ok_or_else(|| not_found("calendars", code))
    }

    fn find_holiday(&mut self, calendar: &str, day: Date) -> Outcome<Option<String>> {
        let found = holiday::table.find((calendar, day)).select(holiday::name);
        found.first(self.conn).optional().map_err(db)
    }

    fn delete_holiday(&mut self, calendar: &str, day: Date) -> Outcome<()> {
        diesel::delete(holiday::table.find((calendar, day))).execute(self.conn).map(drop).map_err(db)
    }

    fn save_calendar_version(&mut self, code: &str, version: i64, event: EventId) -> Outcome<()> {
        diesel::update(calendar::table.find(code))
            .set((calendar::version.eq(version), calendar::event_id.eq(event.0)))
            .execute(self.conn)
            .map(drop)
            .map_err(db)
    }
}

/// 1 = Monday, as ISO 8601 and the column count.
fn iso_number(day: Weekday) -> i16 {
    i16::try_from(day.number_from_monday()).unwrap_or_default()
}
