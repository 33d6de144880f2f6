//! Dates as people and programs write them, read strictly and never guessed.

use kernel::{Date, time};

use super::codes;
use super::row_error::Wrong;

kernel::text_enum! {
    /// How the dates of a file are written, as a profile states it.
    pub enum DateFormat {
        /// Decided by the whole column; asked when nothing in it decides.
        Auto = "auto",
        /// `31/12/2026`, `31-12-2026`, `31.12.2026`.
        DayMonthYear = "day_month_year",
        /// `12/31/2026`.
        MonthDayYear = "month_day_year",
        /// ISO 8601: `2026-12-31`, also with `/` and `.`.
        YearMonthDay = "year_month_day",
        /// `20261231`.
        Compact = "compact",
    }
}

kernel::text_enum! {
    /// How the dates of a column are written, once decided.
    pub enum DateOrder {
        DayMonthYear = "day_month_year",
        MonthDayYear = "month_day_year",
        YearMonthDay = "year_month_day",
        Compact = "compact",
    }
}

impl DateFormat {
    /// The order, unless it must be found out.
    pub fn stated(self) -> Option<DateOrder> {
        match self {
            Self::Auto => None,
            Self::DayMonthYear => Some(DateOrder::DayMonthYear),
            Self::MonthDayYear => Some(DateOrder::MonthDayYear),
            Self::YearMonthDay => Some(DateOrder::YearMonthDay),
            Self::Compact => Some(DateOrder::Compact),
        }
    }
}

/// Reads a date. A time of day is accepted only when it is midnight, which databases and spreadsheets append.
///
/// # Errors
/// `import.date_invalid`, `import.date_pivot_missing`, `date.out_of_range`.
pub(super) fn parse(text: &str, order: DateOrder, pivot: Option<u8>) -> Result<Date, Wrong> {
    let invalid = |why: &str| {
        let shown: String = text.chars().take(40).collect();
        Wrong::new(&codes::DATE_INVALID, format!("{shown:?} {why} ({order})"))
    };
    let parts = parts(text, order).ok_or_else(|| invalid("is not a date of the stated form"))?;
    let year = match (parts.short_year, pivot) {
        (false, _) => parts.year,
        (true, Some(pivot)) if parts.year < i32::from(pivot) => 2000 + parts.year,
        (true, Some(_)) => 1900 + parts.year,
        (true, None) => {
            let message =
                format!("{text:?} has a two-digit year; add e.g. `two_digit_year_pivot = 70` to the profile");
            return Err(Wrong::new(&codes::DATE_PIVOT_MISSING, message));
        }
    };
    let date = Date::from_ymd_opt(year, parts.month, parts.day).ok_or_else(|| invalid("does not exist"))?;
    time::check_range("", date).map_err(|e| Wrong::from_error(&e))
}

/// Every order in which the text is a date that exists, with that date. Two-digit years are taken as of this
/// century: only day and month matter for the question.
pub(super) fn readings(text: &str) -> impl Iterator<Item = (DateOrder, Date)> {
    use kernel::text_enum::TextEnum as _;
    DateOrder::ALL.iter().filter_map(|order| {
        let parts = parts(text, *order)?;
        let year = if parts.short_year { 2000 + parts.year } else { parts.year };
        Date::from_ymd_opt(year, parts.month, parts.day).map(|date| (*order, date))
    })
}

struct Parts {
    year: i32,
    month: u32,
    day: u32,
    short_year: bool,
}

fn parts(text: &str, order: DateOrder) -> Option<Parts> {
    let day_text = without_midnight(text.trim())?;
    if order == DateOrder::Compact {
        return compact_parts(day_text);
    }
    let separator =
        day_text.chars().find(|c| !c.is_ascii_digit()).filter(|c| matches!(c, '/' | '-' | '.'))?;
    let mut pieces = day_text.split(separator);
    let (first, second, third) = (pieces.next()?, pieces.next()?, pieces.next()?);
    if pieces.next().is_some() {
        return None;
    }
    let (year, month, day) = match order {
        DateOrder::DayMonthYear => (third, second, first),
        DateOrder::MonthDayYear => (third, first, second),
        DateOrder::YearMonthDay | DateOrder::Compact => (first, second, third),
    };
    let short_year = year.len() == 2 && order != DateOrder::YearMonthDay;
    let well_formed = (year.len() == 4 || short_year) && is_day(month) && is_day(day) && is_digits(year);
    if !well_formed {
        return None;
    }
    Some(Parts { year: year.parse().ok()?, month: month.parse().ok()?, day: day.parse().ok()?, short_year })
}

fn compact_parts(text: &str) -> Option<Parts> {
    if text.len() != 8 || !is_digits(text) {
        return None;
    }
    let (year, rest) = text.split_at_checked(4)?;
    let (month, day) = rest.split_at_checked(2)?;
    Some(Parts {
        year: year.parse().ok()?,
        month: month.parse().ok()?,
        day: day.parse().ok()?,
        short_year: false,
    })
}

fn without_midnight(text: &str) -> Option<&str> {
    let Some((day, clock)) = text.split_once(['T', ' ']) else {
        return Some(text);
    };
    let clock = clock.trim().trim_end_matches('Z');
    let midnight =
        clock.len() <= 16 && clock.contains(':') && clock.chars().all(|c| matches!(c, '0' | ':' | '.'));
    midnight.then_some(day)
}

fn is_day(text: &str) -> bool {
    text.len() <= 2 && is_digits(text)
}

fn is_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str, order: DateOrder) -> Result<String, &'static str> {
        parse(text, order, None).map(|d| d.to_string()).map_err(|w| w.code.text)
    }

    #[test]
    fn every_form_is_read_in_its_order() {
        assert_eq!(day("31/12/2026", DateOrder::DayMonthYear).unwrap(), "2026-12-31");
        assert_eq!(day("1.2.2026", DateOrder::DayMonthYear).unwrap(), "2026-02-01");
        assert_eq!(day("1/2/2026", DateOrder::MonthDayYear).unwrap(), "2026-01-02");
        assert_eq!(day("2026-02-01", DateOrder::YearMonthDay).unwrap(), "2026-02-01");
        assert_eq!(day("20260201", DateOrder::Compact).unwrap(), "2026-02-01");
    }

    #[test]
    fn the_thirtieth_of_february_is_refused() {
        assert_eq!(day("30/02/2026", DateOrder::DayMonthYear), Err("import.date_invalid"));
        assert_eq!(day("20260230", DateOrder::Compact), Err("import.date_invalid"));
    }

    #[test]
    fn a_leap_day_exists_every_fourth_year() {
        assert_eq!(day("29/02/2024", DateOrder::DayMonthYear).unwrap(), "2024-02-29");
        assert_eq!(day("29/02/2026", DateOrder::DayMonthYear), Err("import.date_invalid"));
    }

    #[test]
    fn midnight_is_dropped_and_any_other_time_is_refused() {
        assert_eq!(day("31/12/2026 0:00:00", DateOrder::DayMonthYear).unwrap(), "2026-12-31");
        assert_eq!(day("2026-12-31T00:00:00.000Z", DateOrder::YearMonthDay).unwrap(), "2026-12-31");
        assert_eq!(day("2026-12-31T23:30:00Z", DateOrder::YearMonthDay), Err("import.date_invalid"));
        assert_eq!(day("31/12/2026 0", DateOrder::DayMonthYear), Err("import.date_invalid"));
    }

    #[test]
    fn a_two_digit_year_needs_a_pivot() {
        assert_eq!(day("31/12/26", DateOrder::DayMonthYear), Err("import.date_pivot_missing"));
        let with_pivot = |text| parse(text, DateOrder::DayMonthYear, Some(70)).map(|d| d.to_string());
        assert_eq!(with_pivot("31/12/69").unwrap(), "2069-12-31");
        assert_eq!(with_pivot("31/12/91").unwrap(), "1991-12-31");
    }

    #[test]
    fn other_shapes_are_refused() {
        for text in [
            "",
            "31/12",
            "31/12/2026/1",
            "31-12/2026",
            "1e/2/2026",
            "45678",
            "٣١/١٢/٢٠٢٦",
            "31/12/226",
            "-1/2/2026",
        ] {
            assert_eq!(day(text, DateOrder::DayMonthYear), Err("import.date_invalid"), "{text}");
        }
        assert_eq!(day("31/12/9999", DateOrder::DayMonthYear), Err("date.out_of_range"));
    }

    #[test]
    fn a_day_above_twelve_leaves_one_reading() {
        let orders = |text| readings(text).map(|(order, _)| order).collect::<Vec<_>>();
        assert_eq!(orders("13/01/2026"), [DateOrder::DayMonthYear]);
        assert_eq!(orders("01/13/2026"), [DateOrder::MonthDayYear]);
        assert_eq!(orders("01/02/2026"), [DateOrder::DayMonthYear, DateOrder::MonthDayYear]);
        assert_eq!(orders("20260102"), [DateOrder::Compact]);
        assert_eq!(orders("2026/01/02"), [DateOrder::YearMonthDay]);
    }
}
