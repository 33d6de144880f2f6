//! Which part of a year lies between two dates.

use chrono::Datelike as _;

use crate::rate::Percent;
use crate::registry::codes;
use crate::{Date, Decimal, Error, Money, Outcome};

crate::text_enum! {
    /// How the days between two dates are counted, and of how many a year is made.
    ///
    /// Counted are the days after the first date up to and with the second: interest on arrears begins the day after
    /// the due date. Every convention here adds up: two stretches side by side have the days of the whole, so that
    /// interest may be split wherever a rate changes.
    pub enum DayCount {
        /// Days of the calendar, always by 365 (ISDA 2006, 4.16(d)): the usual reading of Ley 3/2004.
        Act365 = "act_365",
        /// Days of the calendar, always by 360 (ISDA 2006, 4.16(e)): money market and bank credit.
        Act360 = "act_360",
        /// Days of the calendar, by 366 those of leap years and by 365 the others: as some courts compute
        /// (as ISDA 2006, 4.16(b), "actual/actual", which counts the first day instead of the last).
        Act365LeapAware = "act_act",
        /// Months of 30 days, by 360; the 31st counts as the 30th (ISDA 2006, 4.16(g), "30E/360").
        /// Not 4.16(f), whose days do not add up.
        Thirty360 = "thirty_360",
    }
}

/// A part of a year as an exact fraction, because a decimal cannot hold one third.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct YearFraction {
    pub numerator: i64,
    pub denominator: i64,
}

impl YearFraction {
    /// The fraction times an amount, not rounded: multiplied first, divided once.
    ///
    /// # Errors
    /// `money.overflow`.
    pub fn of(self, amount: Decimal) -> Outcome<Decimal> {
        amount
            .checked_mul(Decimal::from(self.numerator))
            .and_then(|product| product.checked_div(Decimal::from(self.denominator)))
            .ok_or_else(|| Error::new(&codes::MONEY_OVERFLOW))
    }
}

impl DayCount {
    /// Days between two dates as the convention counts them; negative if `to` is the earlier.
    pub fn days(self, from: Date, to: Date) -> i64 {
        match self {
            Self::Act365 | Self::Act360 | Self::Act365LeapAware => (to - from).num_days(),
            Self::Thirty360 => commercial_day(to) - commercial_day(from),
        }
    }

    /// The part of a year between two dates; negative if `to` is the earlier.
    pub fn fraction(self, from: Date, to: Date) -> YearFraction {
        let days = self.days(from, to);
        match self {
            Self::Act365 => YearFraction { numerator: days, denominator: 365 },
            Self::Act360 | Self::Thirty360 => YearFraction { numerator: days, denominator: 360 },
            Self::Act365LeapAware => {
                let of_leap_years = leap_year_day(to) - leap_year_day(from);
                let numerator = of_leap_years * 365 + (days - of_leap_years) * 366;
                YearFraction { numerator, denominator: 365 * 366 }
            }
        }
    }

    /// Simple interest for the days after `from` up to and with `to`, not rounded: round the sum of all parts, once.
    ///
    /// # Errors
    /// `money.overflow`.
    pub fn interest(self, principal: Money, annual: Percent, from: Date, to: Date) -> Outcome<Money> {
        let fraction = self.fraction(from, to);
        let denominator = fraction.denominator * 100;
        let rated =
            principal.amount.checked_mul(annual.get()).ok_or_else(|| Error::new(&codes::MONEY_OVERFLOW))?;
        let amount = YearFraction { denominator, ..fraction }.of(rated)?;
        Ok(Money::new(amount, principal.currency))
    }
}

/// The number of a day in a calendar of months of 30 days.
fn commercial_day(date: Date) -> i64 {
    i64::from(date.year()) * 360 + i64::from(date.month0()) * 30 + i64::from(date.day().min(30))
}

/// How many days of leap years lie before or on a date, from the year 1 on.
fn leap_year_day(date: Date) -> i64 {
    let before = i64::from(date.year()) - 1;
    let leap_years = before.div_euclid(4) - before.div_euclid(100) + before.div_euclid(400);
    leap_years * 366 + if date.leap_year() { i64::from(date.ordinal()) } else { 0 }
}

#[cfg(test)]
mod tests {
    use chrono::TimeDelta;
    use proptest::prelude::*;

    use super::*;
    use crate::Currency;
    use crate::text_enum::TextEnum as _;

    fn day(text: &str) -> Date {
        text.parse().unwrap()
    }

    fn interest(convention: DayCount, principal: i64, percent: &str, from: &str, to: &str) -> Decimal {
        let principal = Money::new(Decimal::from(principal), Currency::EUR);
        let annual = Percent::parse("rate", percent).unwrap();
        convention.interest(principal, annual, day(from), day(to)).unwrap().amount
    }

    #[test]
    fn published_examples_of_late_interest_come_out() {
        let euros = |amount: Decimal| Money::new(amount, Currency::EUR).rounded().amount.to_string();
        assert_eq!(euros(interest(DayCount::Act365, 1250, "10.15", "2026-05-01", "2026-06-07")), "12.86");
        let first = interest(DayCount::Act365, 10_000, "12.50", "2024-06-15", "2024-06-30");
        let second = interest(DayCount::Act365, 10_000, "12.25", "2024-06-30", "2024-07-15");
        assert_eq!(
            (euros(first), euros(second), euros(first + second)),
            ("51.37".into(), "50.34".into(), "101.71".into())
        );
        // § 288 BGB: 9 points above a base rate of 3.62, 30 days of a commercial year.
        let german = interest(DayCount::Thirty360, 10_000, "12.62", "2024-02-15", "2024-03-15");
        assert_eq!(euros(german), "105.17");
    }

    #[test]
    fn a_whole_year_is_one_where_the_convention_says_so() {
        for (convention, from, to, numerator, denominator) in [
            (DayCount::Act365, "2023-12-31", "2024-12-31", 366, 365),
            (DayCount::Act360, "2024-12-31", "2025-12-31", 365, 360),
            (DayCount::Act365LeapAware, "2023-12-31", "2024-12-31", 133_590, 133_590),
            (DayCount::Act365LeapAware, "2024-12-31", "2025-12-31", 133_590, 133_590),
            (DayCount::Thirty360, "2023-12-31", "2024-12-31", 360, 360),
        ] {
            assert_eq!(
                convention.fraction(day(from), day(to)),
                YearFraction { numerator, denominator },
                "{convention} {from}"
            );
        }
    }

    #[test]
    fn days_of_leap_years_weigh_less_on_their_side_of_new_year() {
        // Ten days of 2023 and ten of 2024.
        let fraction = DayCount::Act365LeapAware.fraction(day("2023-12-21"), day("2024-01-10"));
        assert_eq!(fraction.numerator, 10 * 366 + 10 * 365);
    }

    #[test]
    fn each_leap_year_has_366_days_of_its_own() {
        for year in 1890..=2110 {
            let last = |year| Date::from_ymd_opt(year, 12, 31).unwrap();
            let own = if last(year).ordinal() == 366 { 366 } else { 0 };
            assert_eq!(leap_year_day(last(year)) - leap_year_day(last(year - 1)), own, "{year}");
        }
    }

    #[test]
    fn the_31st_counts_as_the_30th_in_a_commercial_month() {
        for (from, to, days) in [
            ("2026-01-31", "2026-02-28", 28),
            ("2026-01-30", "2026-01-31", 0),
            ("2026-02-28", "2026-03-31", 32),
            ("2026-01-15", "2026-07-15", 180),
        ] {
            assert_eq!(DayCount::Thirty360.days(day(from), day(to)), days, "{from} {to}");
        }
    }

    proptest! {
        /// A change of the rate splits a stretch; the parts must have the days of the whole.
        #[test]
        fn stretches_side_by_side_add_up(start in 0_i64..20_000, first in 0_i64..2_000, second in 0_i64..2_000) {
            let from = day("1990-01-01") + TimeDelta::days(start);
            let middle = from + TimeDelta::days(first);
            let to = middle + TimeDelta::days(second);
            for convention in DayCount::ALL {
                let part = |a, b| convention.fraction(a, b).numerator;
                prop_assert_eq!(part(from, middle) + part(middle, to), part(from, to));
                prop_assert_eq!(part(to, from), -part(from, to));
                prop_assert!(part(from, to) >= 0);
            }
        }
    }
}
