//! Dates of credit as iCalendar (RFC 5545).

use app::credit::alerts::store::CalendarRow;
use icalendar::{Calendar, Class, Component as _, Event, EventLike as _, Property};

/// A whole-day event for each date. An event keeps its identity from one reading to the next, so that a calendar moves it
/// instead of showing it twice.
pub(super) fn of(dates: &[CalendarRow], spanish: bool) -> String {
    let mut calendar = Calendar::empty();
    calendar.append_property(Property::new("VERSION", "2.0"));
    calendar.append_property(Property::new("PRODID", "-//Recobra//Credit//EN"));
    calendar.append_property(Property::new("CALSCALE", "GREGORIAN"));
    calendar.name(if spanish { "Recobra: vencimientos de crédito" } else { "Recobra: dates of credit" });
    for date in dates {
        calendar.push(event(date, spanish));
    }
    calendar.done().to_string()
}

fn event(date: &CalendarRow, spanish: bool) -> Event {
    let name = if spanish { &date.name_es } else { &date.name_en };
    Event::new()
        .uid(&format!("{}@recobra", date.uid))
        .timestamp(date.changed_at)
        .summary(&format!("{name}: {}", date.holder_name))
        .starts(date.on)
        .class(Class::Confidential)
        .append_property(Property::new("CATEGORIES", date.kind.as_str()))
        .append_property(Property::new("TRANSP", "TRANSPARENT"))
        .done()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(uid: &str, kind: &str, on: &str) -> CalendarRow {
        CalendarRow {
            uid: uid.to_owned(),
            kind: kind.to_owned(),
            on: on.parse().unwrap(),
            holder_name: "430001 Pérez, Díaz; e Hijos".to_owned(),
            name_en: "Limit expires".to_owned(),
            name_es: "Vence el límite".to_owned(),
            changed_at: "2026-05-04T08:00:00Z".parse().unwrap(),
        }
    }

    #[test]
    fn the_calendar_is_the_checked_in_one() {
        let dates =
            [row("1-end", "limit_expires", "2026-05-31"), row("2", "credit.review_due", "2026-06-01")];
        let text = of(&dates, true);
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/src/v1/credit/calendar.golden.ics");
        if std::env::var_os("UPDATE_GOLDEN").is_some() {
            std::fs::write(path, &text).unwrap();
        }
        assert_eq!(std::fs::read_to_string(path).unwrap(), text);
        assert!(text.lines().all(|line| line.len() <= 76), "lines are folded");
        assert!(of(&[], false).contains("END:VCALENDAR"));
    }
}
