//! The date of Easter.

use crate::Date;

/// Easter Sunday of the Western churches in a Gregorian year.
///
/// The anonymous Gregorian computus (Nature, 20 April 1876; Meeus, Astronomical Algorithms, chapter 8), which holds for
/// every year of that calendar. `None` only for years that a date cannot have.
pub(super) fn easter_sunday(year: i32) -> Option<Date> {
    let golden = year.rem_euclid(19);
    let (century, of_century) = (year.div_euclid(100), year.rem_euclid(100));
    let (leap_centuries, centuries_since) = (century / 4, century % 4);
    let lunar_correction = (century - (century + 8) / 25 + 1) / 3;
    let epact = (19 * golden + century - leap_centuries - lunar_correction + 15) % 30;
    let to_sunday = (32 + 2 * centuries_since + 2 * (of_century / 4) - epact - of_century % 4) % 7;
    let late = (golden + 11 * epact + 22 * to_sunday) / 451;
    let month_and_day = epact + to_sunday - 7 * late + 114;
    let month = u32::try_from(month_and_day / 31).ok()?;
    let day = u32::try_from(month_and_day % 31 + 1).ok()?;
    Date::from_ymd_opt(year, month, day)
}

#[cfg(test)]
mod tests {
    use super::easter_sunday;

    #[test]
    fn easter_falls_where_the_almanacs_have_it() {
        // With the earliest and the latest date there can be, and both exceptions of the older Gauss formula.
        for text in [
            "1818-03-22",
            "1943-04-25",
            "1954-04-18",
            "1961-04-02",
            "1981-04-19",
            "2000-04-23",
            "2008-03-23",
            "2018-04-01",
            "2019-04-21",
            "2024-03-31",
            "2025-04-20",
            "2026-04-05",
            "2035-03-25",
            "2038-04-25",
            "2285-03-22",
        ] {
            let year = text.split('-').next().unwrap().parse().unwrap();
            assert_eq!(easter_sunday(year).unwrap().to_string(), text);
        }
    }
}
