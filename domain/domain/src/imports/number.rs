//! Numbers as people and programs write them, read exactly and never guessed.

use kernel::{Currency, Decimal};

use super::codes;
use super::row_error::Wrong;

/// Bytes of a written number.
const NUMBER_BYTES_MAX: usize = 64;

kernel::text_enum! {
    /// How the numbers of a file are written, as a profile states it.
    pub enum NumberFormat {
        /// Decided by the whole column; asked when nothing in it decides.
        Auto = "auto",
        /// `1.234,56`, also `1 234,56`.
        Spanish = "spanish",
        /// `1,234.56`, also `1 234.56`.
        English = "english",
        /// `1234.56`, without groups.
        Plain = "plain",
    }
}

kernel::text_enum! {
    /// How the numbers of a column are written, once decided.
    pub enum NumberStyle {
        Spanish = "spanish",
        English = "english",
        Plain = "plain",
    }
}

impl NumberFormat {
    /// The style, unless it must be found out.
    pub fn stated(self) -> Option<NumberStyle> {
        match self {
            Self::Auto => None,
            Self::Spanish => Some(NumberStyle::Spanish),
            Self::English => Some(NumberStyle::English),
            Self::Plain => Some(NumberStyle::Plain),
        }
    }
}

impl NumberStyle {
    fn decimal_point(self) -> char {
        match self {
            Self::Spanish => ',',
            Self::English | Self::Plain => '.',
        }
    }

    fn groups_with(self, separator: char) -> bool {
        match self {
            Self::Spanish => separator == '.' || is_group_space(separator),
            Self::English => separator == ',' || is_group_space(separator),
            Self::Plain => false,
        }
    }
}

/// A currency that was written beside a number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum CurrencyMark {
    Code(Currency),
    /// `$`, which many currencies use.
    Dollar,
}

impl CurrencyMark {
    /// Whether the mark can stand for `currency`. A dollar sign is the peso's too, but never the euro's.
    pub(super) fn may_mean(self, currency: Currency) -> bool {
        match self {
            Self::Code(code) => code == currency,
            Self::Dollar => currency != Currency::EUR && currency != Currency::GBP,
        }
    }
}

/// A number with the currency mark that stood beside it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Number {
    pub(super) value: Decimal,
    pub(super) mark: Option<CurrencyMark>,
}

/// Reads a number. Accepted around it: spaces (also non-breaking), one currency mark, one sign on either side, or
/// parentheses for a negative.
///
/// # Errors
/// `import.number_invalid`, `import.number_grouping`.
pub(super) fn parse(text: &str, style: NumberStyle) -> Result<Number, Wrong> {
    let invalid = || Wrong::new(&codes::NUMBER_INVALID, format!("{text:?} is not a number ({style})"));
    if text.len() > NUMBER_BYTES_MAX {
        let message = format!("a number has at most {NUMBER_BYTES_MAX} characters");
        return Err(Wrong::new(&codes::NUMBER_INVALID, message));
    }
    let dressed = undress(text).ok_or_else(invalid)?;
    let point = style.decimal_point();
    let (whole, fraction) = match dressed.body.split_once(point) {
        Some((whole, fraction)) => (whole, Some(fraction)),
        None => (dressed.body, None),
    };
    let grouping = || {
        let message = format!("the groups of thousands in {text:?} are wrong ({style})");
        Wrong::new(&codes::NUMBER_GROUPING, message)
    };
    let known = |c: char| c.is_ascii_digit() || c == point || style.groups_with(c);
    if !dressed.body.chars().all(known) {
        return Err(invalid());
    }
    if fraction.is_some_and(|digits| digits.is_empty() || digits.contains(point)) {
        return Err(invalid());
    }
    if fraction.is_some_and(|digits| !is_digits(digits)) {
        return Err(grouping());
    }
    let mut digits = ungrouped(whole).ok_or_else(grouping)?;
    match fraction {
        Some(fraction) => {
            digits.push('.');
            digits.push_str(fraction);
        }
        None if digits.is_empty() => return Err(invalid()),
        None => {}
    }
    let value = exact(&digits).ok_or_else(invalid)?;
    Ok(Number { value: signed(value, dressed.negative), mark: dressed.mark })
}

/// Reads a number of JSON (RFC 8259 §6), exponent included, without going through a float.
///
/// # Errors
/// `import.number_invalid` for more digits than can be held exactly.
pub(super) fn parse_json(text: &str) -> Result<Number, Wrong> {
    let value = json_value(text).ok_or_else(|| {
        Wrong::new(&codes::NUMBER_INVALID, format!("{text:?} has more digits than can be held exactly"))
    })?;
    Ok(Number { value, mark: None })
}

/// The two readings of a number whose style is not known: decimal comma, then decimal point.
pub(super) fn readings(text: &str) -> (Option<Decimal>, Option<Decimal>) {
    let read = |style| parse(text, style).ok().map(|n| n.value);
    (read(NumberStyle::Spanish), read(NumberStyle::English))
}

struct Dressed<'a> {
    body: &'a str,
    negative: bool,
    mark: Option<CurrencyMark>,
}

/// Takes sign, parentheses, currency mark and spaces off, each at most once.
fn undress(text: &str) -> Option<Dressed<'_>> {
    let mut body = text.trim();
    let (mut signed, mut negative, mut mark) = (false, false, None);
    loop {
        if let Some(inner) = body.strip_prefix('(').and_then(|rest| rest.strip_suffix(')')) {
            if std::mem::replace(&mut signed, true) {
                return None;
            }
            (body, negative) = (inner.trim(), true);
        } else if let Some((rest, minus)) = without_sign(body) {
            if std::mem::replace(&mut signed, true) {
                return None;
            }
            (body, negative) = (rest.trim(), minus);
        } else if let Some((rest, found)) = without_mark(body) {
            if mark.replace(found).is_some() {
                return None;
            }
            body = rest.trim();
        } else {
            return Some(Dressed { body, negative, mark });
        }
    }
}

fn without_sign(body: &str) -> Option<(&str, bool)> {
    let minus = ['-', '\u{2212}'];
    let negative = body.strip_prefix(minus).or_else(|| body.strip_suffix(minus)).map(|rest| (rest, true));
    negative.or_else(|| body.strip_prefix('+').or_else(|| body.strip_suffix('+')).map(|rest| (rest, false)))
}

fn without_mark(body: &str) -> Option<(&str, CurrencyMark)> {
    let signs = [
        ('€', CurrencyMark::Code(Currency::EUR)),
        ('£', CurrencyMark::Code(Currency::GBP)),
        ('$', CurrencyMark::Dollar),
    ];
    for (sign, mark) in signs {
        if let Some(rest) = body.strip_prefix(sign).or_else(|| body.strip_suffix(sign)) {
            return Some((rest, mark));
        }
    }
    let (front, after) = body.split_at_checked(3)?;
    if let Ok(currency) = Currency::parse("", front) {
        return Some((after, CurrencyMark::Code(currency)));
    }
    let (before, back) = body.split_at_checked(body.len().checked_sub(3)?)?;
    Currency::parse("", back).ok().map(|currency| (before, CurrencyMark::Code(currency)))
}

/// Joins groups of thousands: one to three digits without a leading zero, then groups of exactly three, all
/// separated by the same sign.
fn ungrouped(whole: &str) -> Option<String> {
    let Some(separator) = whole.chars().find(|c| !c.is_ascii_digit()) else {
        return Some(whole.to_owned());
    };
    let mut groups = whole.split(separator);
    let first = groups.next()?;
    let well_begun = is_digits(first) && first.len() <= 3 && !first.starts_with('0');
    if !well_begun {
        return None;
    }
    let mut digits = first.to_owned();
    for group in groups {
        if group.len() != 3 || !is_digits(group) {
            return None;
        }
        digits.push_str(group);
    }
    Some(digits)
}

fn json_value(text: &str) -> Option<Decimal> {
    let (mantissa, exponent) = match text.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, exponent.parse::<i16>().ok()?),
        None => (text, 0),
    };
    let (negative, mantissa) = match mantissa.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, mantissa),
    };
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let digits = format!("{whole}{fraction}");
    let point = i64::try_from(whole.len()).ok()? + i64::from(exponent);
    let length = i64::try_from(digits.len()).ok()?;
    if !(-40..=40).contains(&point) {
        return digits.bytes().all(|b| b == b'0').then_some(Decimal::ZERO);
    }
    let shifted = if point <= 0 {
        format!("0.{}{digits}", "0".repeat(usize::try_from(-point).ok()?))
    } else if point >= length {
        format!("{digits}{}", "0".repeat(usize::try_from(point - length).ok()?))
    } else {
        let (whole, fraction) = digits.split_at_checked(usize::try_from(point).ok()?)?;
        format!("{whole}.{fraction}")
    };
    let value = exact(&shifted)?;
    Some(signed(value, negative))
}

/// Reads digits with an optional point; `None` rather than a rounded value.
fn exact(digits: &str) -> Option<Decimal> {
    let bounded = match digits.split_once('.') {
        Some((whole, fraction)) => {
            let whole = whole.trim_start_matches('0');
            format!("{}.{}", if whole.is_empty() { "0" } else { whole }, fraction.trim_end_matches('0'))
        }
        None => digits.to_owned(),
    };
    let value = Decimal::from_str_exact(bounded.trim_end_matches('.')).ok()?;
    Some(value.normalize())
}

/// Nothing has no sign: `-0,00` is zero.
pub(super) fn signed(value: Decimal, negative: bool) -> Decimal {
    if negative && !value.is_zero() { -value } else { value }
}

fn is_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit())
}

/// Space, non-breaking space, thin space, narrow non-breaking space.
fn is_group_space(c: char) -> bool {
    matches!(c, ' ' | '\u{a0}' | '\u{2009}' | '\u{202f}')
}

#[cfg(test)]
mod tests;
