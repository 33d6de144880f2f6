//! Exact amounts in a named currency.

use std::fmt;

use rust_decimal::{Decimal, RoundingStrategy};

use crate::registry::codes;
use crate::text::shown;
use crate::{Error, Outcome};

/// An ISO 4217 currency in use. Cheap to copy and compare.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Currency {
    code: [u8; 3],
    exponent: u8,
}

impl Currency {
    pub const EUR: Self = Self { code: *b"EUR", exponent: 2 };
    pub const USD: Self = Self { code: *b"USD", exponent: 2 };
    pub const GBP: Self = Self { code: *b"GBP", exponent: 2 };

    /// Reads a three-letter code, in capitals.
    ///
    /// # Errors
    /// `currency.unknown`: an unknown currency is never replaced by another.
    pub fn parse(field: &str, text: &str) -> Outcome<Self> {
        let unknown = || {
            Error::field(
                field,
                &codes::CURRENCY_UNKNOWN,
                format!("{:?} is not an ISO 4217 currency in use", shown(text)),
            )
        };
        let code: [u8; 3] = text.as_bytes().try_into().map_err(|e| unknown().caused_by(e))?;
        let exponent = exponent_of(code).ok_or_else(unknown)?;
        Ok(Self { code, exponent })
    }

    /// Digits after the decimal point of the smallest unit in circulation.
    pub fn exponent(self) -> u32 {
        u32::from(self.exponent)
    }

    pub fn as_str(&self) -> &str {
        std::str::from_utf8(&self.code).unwrap_or("???")
    }
}

impl fmt::Display for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Debug for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Exponents of ISO 4217 list one; every code in use that is not listed here by exception has two digits.
fn exponent_of(code: [u8; 3]) -> Option<u8> {
    match &code {
        b"BIF" | b"CLP" | b"DJF" | b"GNF" | b"ISK" | b"JPY" | b"KMF" | b"KRW" | b"PYG" | b"RWF" | b"UGX"
        | b"VND" | b"VUV" | b"XAF" | b"XOF" | b"XPF" => Some(0),
        b"BHD" | b"IQD" | b"JOD" | b"KWD" | b"LYD" | b"OMR" | b"TND" => Some(3),
        b"CLF" | b"UYW" => Some(4),
        _ if TWO_DIGITS.contains(&code) => Some(2),
        _ => None,
    }
}

#[rustfmt::skip]
const TWO_DIGITS: &[[u8; 3]] = &[
    *b"AED", *b"AFN", *b"ALL", *b"AMD", *b"AOA", *b"ARS", *b"AUD", *b"AWG", *b"AZN", *b"BAM", *b"BBD", *b"BDT",
    *b"BGN", *b"BMD", *b"BND", *b"BOB", *b"BRL", *b"BSD", *b"BTN", *b"BWP", *b"BYN", *b"BZD", *b"CAD", *b"CDF",
    *b"CHF", *b"CNY", *b"COP", *b"CRC", *b"CUP", *b"CVE", *b"CZK", *b"DKK", *b"DOP", *b"DZD", *b"EGP", *b"ERN",
    *b"ETB", *b"EUR", *b"FJD", *b"FKP", *b"GBP", *b"GEL", *b"GHS", *b"GIP", *b"GMD", *b"GTQ", *b"GYD", *b"HKD",
    *b"HNL", *b"HTG", *b"HUF", *b"IDR", *b"ILS", *b"INR", *b"IRR", *b"JMD", *b"KES", *b"KGS", *b"KHR", *b"KPW",
    *b"KYD", *b"KZT", *b"LAK", *b"LBP", *b"LKR", *b"LRD", *b"LSL", *b"MAD", *b"MDL", *b"MGA", *b"MKD", *b"MMK",
    *b"MNT", *b"MOP", *b"MRU", *b"MUR", *b"MVR", *b"MWK", *b"MXN", *b"MYR", *b"MZN", *b"NAD", *b"NGN", *b"NIO",
    *b"NOK", *b"NPR", *b"NZD", *b"PAB", *b"PEN", *b"PGK", *b"PHP", *b"PKR", *b"PLN", *b"QAR", *b"RON", *b"RSD",
    *b"RUB", *b"SAR", *b"SBD", *b"SCR", *b"SDG", *b"SEK", *b"SGD", *b"SHP", *b"SLE", *b"SOS", *b"SRD", *b"SSP",
    *b"STN", *b"SVC", *b"SYP", *b"SZL", *b"THB", *b"TJS", *b"TMT", *b"TOP", *b"TRY", *b"TTD", *b"TWD", *b"TZS",
    *b"UAH", *b"USD", *b"UYU", *b"UZS", *b"VED", *b"VES", *b"WST", *b"XCD", *b"XCG", *b"YER", *b"ZAR", *b"ZMW",
    *b"ZWG",
];

/// Largest absolute amount accepted: what `numeric(19,4)` holds.
pub const AMOUNT_MAX: Decimal = Decimal::from_parts(0xA4C6_7FFF, 0x3_8D7E, 0, false, 0);

/// An exact amount of one currency. Sums of different currencies do not exist without a named rate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Money {
    pub amount: Decimal,
    pub currency: Currency,
}

impl Money {
    pub fn new(amount: Decimal, currency: Currency) -> Self {
        Self { amount, currency }
    }

    pub fn zero(currency: Currency) -> Self {
        Self { amount: Decimal::ZERO, currency }
    }

    /// Adds two amounts of the same currency.
    ///
    /// # Errors
    /// `money.currency_mismatch`, `money.overflow`.
    pub fn checked_add(self, other: Self) -> Outcome<Self> {
        if self.currency != other.currency {
            return Err(Error::with(
                &codes::MONEY_CURRENCY_MISMATCH,
                format!("{} and {} cannot be added without a rate", self.currency, other.currency),
            ));
        }
        let amount =
            self.amount.checked_add(other.amount).ok_or_else(|| Error::new(&codes::MONEY_OVERFLOW))?;
        Ok(Self { amount, currency: self.currency })
    }

    /// Rounds half away from zero to the currency's smallest unit: commercial rounding, as invoices use.
    #[must_use]
    pub fn rounded(self) -> Self {
        Self { amount: round_commercial(self.amount, self.currency), currency: self.currency }
    }
}

impl fmt::Display for Money {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.amount, self.currency)
    }
}

/// Rounds half away from zero to the smallest unit of `currency`.
pub fn round_commercial(amount: Decimal, currency: Currency) -> Decimal {
    amount.round_dp_with_strategy(currency.exponent(), RoundingStrategy::MidpointAwayFromZero)
}

/// Reads a plain decimal (`-?digits[.digits]`) as an amount of `currency`.
///
/// # Errors
/// `amount.invalid` for another shape, `amount.exponent` for more digits than the currency has,
/// `amount.too_large` beyond [`AMOUNT_MAX`].
pub fn parse_amount(field: &str, text: &str, currency: Currency) -> Outcome<Decimal> {
    let amount = parse_decimal(text).ok_or_else(|| {
        let message = format!("{:?} is not a decimal number like 1234.56", shown(text));
        Error::field(field, &codes::AMOUNT_INVALID, message)
    })?;
    check_amount(field, amount, currency)
}

/// Reads `-?digits[.digits]` of at most 32 characters and nothing else: no signs, exponents or separators that another
/// reader would take differently, and no more digits than are kept, so that nothing is rounded.
pub fn parse_decimal(text: &str) -> Option<Decimal> {
    let plain = !text.is_empty()
        && text.len() <= 32
        && text.bytes().enumerate().all(|(i, b)| b.is_ascii_digit() || b == b'.' || (b == b'-' && i == 0))
        && text.bytes().last().is_some_and(|b| b.is_ascii_digit());
    if plain { Decimal::from_str_exact(text).ok() } else { None }
}

/// Checks digits and size of an amount that is already a number; trailing zeros are dropped.
///
/// # Errors
/// `amount.exponent`, `amount.too_large`.
pub fn check_amount(field: &str, amount: Decimal, currency: Currency) -> Outcome<Decimal> {
    let amount = amount.normalize();
    if amount.scale() > currency.exponent() {
        return Err(Error::field(
            field,
            &codes::AMOUNT_EXPONENT,
            format!("{amount} has more decimals than {currency} has ({})", currency.exponent()),
        ));
    }
    if amount.abs() > AMOUNT_MAX {
        return Err(Error::field(
            field,
            &codes::AMOUNT_TOO_LARGE,
            format!("{amount} is larger than {AMOUNT_MAX}"),
        ));
    }
    Ok(amount)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_unknown_currency_is_never_replaced() {
        assert_eq!(Currency::parse("currency", "XXX").unwrap_err().code().text, "currency.unknown");
        assert_eq!(Currency::parse("currency", "eur").unwrap_err().code().text, "currency.unknown");
    }

    #[test]
    fn yen_has_no_decimals() {
        let yen = Currency::parse("currency", "JPY").unwrap();
        assert_eq!(parse_amount("amount", "10.5", yen).unwrap_err().code().text, "amount.exponent");
        assert_eq!(parse_amount("amount", "10.00", yen).unwrap(), Decimal::from(10));
    }

    #[test]
    fn the_largest_amount_fits_the_column() {
        assert_eq!(AMOUNT_MAX.to_string(), "999999999999999");
    }

    #[test]
    fn numbers_of_another_shape_are_refused() {
        for text in ["1,5", "1e5", "+1", "1.", ".", "", "١", "0x10", "1 000"] {
            assert_eq!(
                parse_amount("amount", text, Currency::EUR).unwrap_err().code().text,
                "amount.invalid",
                "{text}"
            );
        }
    }

    #[test]
    fn halves_round_away_from_zero() {
        let half = Decimal::new(-12345, 3);
        assert_eq!(round_commercial(half, Currency::EUR), Decimal::new(-1235, 2));
    }
}
