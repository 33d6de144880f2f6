//! Percentages, year fractions and exchange rates: exact, and never guessed.

mod day_count;
mod fx;

use std::fmt;

pub use day_count::{DayCount, YearFraction};
pub use fx::{Converted, FxPath, FxPolicy, FxRate, FxRoute, FxTable, RateUsed};

use crate::registry::codes;
use crate::{Decimal, Error, Money, Outcome};

/// Decimals of a percentage: what `numeric(9,4)` holds.
const PERCENT_DECIMALS: u32 = 4;
/// Largest absolute percentage: 99,999.9999.
const PERCENT_MAX: Decimal = Decimal::from_parts(999_999_999, 0, 0, false, PERCENT_DECIMALS);

/// A percentage, such as an annual rate: 10.15 means 10.15 %. Negative ones exist (base rates of 2016 to 2022).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Percent(Decimal);

impl Percent {
    pub const ZERO: Self = Self(Decimal::ZERO);

    /// A percentage with at most four decimals and five digits before them.
    ///
    /// # Errors
    /// `percent.invalid`.
    pub fn try_new(field: &str, percent: Decimal) -> Outcome<Self> {
        let percent = percent.normalize();
        if percent.scale() <= PERCENT_DECIMALS && percent.abs() <= PERCENT_MAX {
            return Ok(Self(percent));
        }
        let message =
            format!("a percentage has at most {PERCENT_DECIMALS} decimals and is at most {PERCENT_MAX}");
        Err(Error::field(field, &codes::PERCENT_INVALID, message))
    }

    /// Reads a plain decimal number such as `-0.88`, without the sign %.
    ///
    /// # Errors
    /// `percent.invalid`.
    pub fn parse(field: &str, text: &str) -> Outcome<Self> {
        let wrong = || Error::field(field, &codes::PERCENT_INVALID, "a percentage is a plain decimal number");
        let digits = text.strip_prefix('-').unwrap_or(text);
        let (whole, decimals) = digits.split_once('.').unwrap_or((digits, "0"));
        let plain = |part: &str| (1..=10).contains(&part.len()) && part.chars().all(|c| c.is_ascii_digit());
        if !plain(whole) || !plain(decimals) {
            return Err(wrong());
        }
        let percent = text.parse::<Decimal>().map_err(|e| wrong().caused_by(e))?;
        Self::try_new(field, percent)
    }

    /// The number before the sign %.
    pub fn get(self) -> Decimal {
        self.0
    }

    /// So much of an amount, not rounded.
    ///
    /// # Errors
    /// `money.overflow`.
    pub fn of(self, money: Money) -> Outcome<Money> {
        let amount =
            money.amount.checked_mul(self.0).and_then(|product| product.checked_div(Decimal::ONE_HUNDRED));
        let amount = amount.ok_or_else(|| Error::new(&codes::MONEY_OVERFLOW))?;
        Ok(Money::new(amount, money.currency))
    }
}

impl fmt::Display for Percent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Currency;

    #[test]
    fn percentages_are_plain_numbers_of_the_columns_width() {
        for (text, normal) in [
            ("10.15", "10.15"),
            ("-0.88", "-0.88"),
            ("8.5000", "8.5"),
            ("99999.9999", "99999.9999"),
            ("0", "0"),
        ] {
            assert_eq!(Percent::parse("rate", text).unwrap().to_string(), normal);
        }
        for text in ["", "8 %", "8,5", "1e2", ".5", "5.", "+1", "--1", "0.00001", "100000", "١", "1_000"] {
            assert_eq!(Percent::parse("rate", text).unwrap_err().code().text, "percent.invalid", "{text}");
        }
    }

    #[test]
    fn a_percentage_of_an_amount_is_exact() {
        let vat = Percent::parse("rate", "21")
            .unwrap()
            .of(Money::new(Decimal::new(3333, 2), Currency::EUR))
            .unwrap();
        assert_eq!(vat.amount, Decimal::new(69_993, 4));
    }
}
