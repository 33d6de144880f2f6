//! Business dates and instants, which must never be mixed up.

use chrono::{DateTime, NaiveDate, Utc};
use chrono_tz::Tz;

use crate::registry::codes;
use crate::text::shown;
use crate::{Error, Outcome};

/// A business day of some calendar; it has no time zone.
pub type Date = NaiveDate;

/// A moment, always in UTC.
pub type Instant = DateTime<Utc>;

/// Earliest and latest business dates we accept: older or later ones are typing errors.
pub const YEARS_ACCEPTED: std::ops::RangeInclusive<i32> = 1990..=2100;

/// Reads `YYYY-MM-DD` strictly.
///
/// # Errors
/// `date.invalid` for another shape or a day that does not exist, `date.out_of_range` outside [`YEARS_ACCEPTED`].
pub fn parse_date(field: &str, text: &str) -> Outcome<Date> {
    let wrong = || {
        let message = format!("{:?} is not a date of the form YYYY-MM-DD", shown(text));
        Error::field(field, &codes::DATE_INVALID, message)
    };
    if text.len() != 10 {
        return Err(wrong());
    }
    let date = NaiveDate::parse_from_str(text, "%Y-%m-%d").map_err(|e| wrong().caused_by(e))?;
    check_range(field, date)
}

/// Accepts a date only within [`YEARS_ACCEPTED`].
///
/// # Errors
/// `date.out_of_range`.
pub fn check_range(field: &str, date: Date) -> Outcome<Date> {
    use chrono::Datelike as _;
    if YEARS_ACCEPTED.contains(&date.year()) {
        return Ok(date);
    }
    Err(Error::field(field, &codes::DATE_OUT_OF_RANGE, format!("{date} lies outside the years 1990 to 2100")))
}

/// The business date that an instant falls on in a time zone.
pub fn business_date(at: Instant, zone: Tz) -> Date {
    at.with_timezone(&zone).date_naive()
}

/// Reads an IANA time zone name.
///
/// # Errors
/// `time_zone.unknown`.
pub fn parse_zone(field: &str, text: &str) -> Outcome<Tz> {
    text.parse::<Tz>().map_err(|e| {
        let message = format!("{:?} is not an IANA time zone", shown(text));
        Error::field(field, &codes::TIME_ZONE_UNKNOWN, message).caused_by(e)
    })
}

/// A period of business dates, both ends inclusive, possibly open at the end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Period {
    pub from: Date,
    pub to: Option<Date>,
}

impl Period {
    pub fn contains(&self, on: Date) -> bool {
        self.from <= on && self.to.is_none_or(|to| on <= to)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_thirtieth_of_february_is_refused() {
        assert_eq!(parse_date("due_on", "2026-02-30").unwrap_err().code().text, "date.invalid");
    }

    #[test]
    fn a_far_future_date_is_refused() {
        assert_eq!(parse_date("due_on", "2999-01-01").unwrap_err().code().text, "date.out_of_range");
    }

    #[test]
    fn a_business_date_follows_the_zone() {
        let late_evening = "2026-06-30T22:30:00Z".parse::<Instant>().unwrap();
        assert_eq!(business_date(late_evening, chrono_tz::Europe::Madrid).to_string(), "2026-07-01");
    }
}
