//! Values of one row, read as the plan says.

use std::borrow::Cow;

use kernel::{Date, Decimal, text as limits};

use super::codes;
use super::date;
use super::evidence::number_question;
use super::number::{self, CurrencyMark, Number, NumberStyle};
use super::plan::{FieldPlan, Part, Source, TestPlan};
use super::profile::Profile;
use super::profile::fields::Sign;
use super::record::{Cell, CellKind, Record};
use super::row_error::Wrong;

/// A value before it is read as number, date or text.
pub(super) struct Raw<'a> {
    pub(super) text: Cow<'a, str>,
    pub(super) basis: Basis,
}

/// Who wrote a value, and so how it is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Basis {
    /// The file, in its own number and date formats.
    File,
    /// A number of JSON.
    JsonNumber,
    /// `true` or `false` of JSON.
    JsonFlag,
    /// The profile, in canonical form: plain numbers, ISO dates.
    Profile,
}

/// One row with what is needed to read it.
#[derive(Clone, Copy)]
pub(super) struct Values<'a> {
    pub(super) profile: &'a Profile,
    pub(super) record: &'a Record,
}

impl<'a> Values<'a> {
    /// The trimmed text of a cell; empty also for what the profile says means nothing.
    pub(super) fn cell(&self, index: Option<usize>) -> (&'a str, CellKind) {
        let Some(Cell { text, kind }) = index.and_then(|at| self.record.cells.get(at)) else {
            return ("", CellKind::Text);
        };
        let text = text.trim();
        let nothing = self.profile.empty_values.iter().any(|empty| empty == text);
        (if nothing { "" } else { text }, *kind)
    }

    /// Whether a condition holds.
    pub(super) fn holds(&self, asked: &TestPlan) -> Result<bool, Wrong> {
        let (text, kind) = self.cell(asked.index);
        let condition = &asked.condition;
        let texts_hold = condition.empty.is_none_or(|empty| text.is_empty() == empty)
            && condition.equals.as_ref().is_none_or(|texts| texts.as_slice().iter().any(|t| t == text))
            && condition.not_equals.as_ref().is_none_or(|texts| !texts.as_slice().iter().any(|t| t == text))
            && condition
                .starts_with
                .as_ref()
                .is_none_or(|texts| texts.as_slice().iter().any(|t| text.starts_with(t.as_str())));
        let Some(sign) = condition.sign.filter(|_| texts_hold) else {
            return Ok(texts_hold);
        };
        if text.is_empty() {
            return Ok(false);
        }
        let number = read_number(text, basis_of(kind), asked.numbers)
            .map_err(|w| w.in_column(Some(&condition.column)))?;
        Ok(has_sign(number.value, sign))
    }

    /// The text of a field after value maps and defaults.
    pub(super) fn raw(&self, field: &'a FieldPlan) -> Result<Raw<'a>, Wrong> {
        let (text, basis) = match &field.source {
            Source::Absent => (Cow::Borrowed(""), Basis::File),
            Source::Constant(text) => (Cow::Borrowed(text.as_str()), Basis::Profile),
            Source::Template(parts) => (Cow::Owned(self.fill(parts)), Basis::File),
            Source::Column(index) => {
                let (text, kind) = self.cell(Some(*index));
                (Cow::Borrowed(text), basis_of(kind))
            }
        };
        let map = &field.map;
        if let Some(mapped) = map.values.get(text.as_ref()) {
            return Ok(Raw { text: Cow::Borrowed(mapped), basis: Basis::Profile });
        }
        match (text.is_empty(), &map.default, &map.otherwise) {
            (true, Some(default), _) => Ok(Raw { text: Cow::Borrowed(default), basis: Basis::Profile }),
            (false, _, Some(otherwise)) => Ok(Raw { text: Cow::Borrowed(otherwise), basis: Basis::Profile }),
            (false, _, None) if !map.values.is_empty() => {
                let known = map.values.keys().map(String::as_str).collect::<Vec<_>>().join(", ");
                let message = format!("{:?} is none of the mapped values: {known}", shortened(&text));
                Err(Wrong::new(&codes::VALUE_UNMAPPED, message))
            }
            _ => Ok(Raw { text, basis }),
        }
    }

    /// A number after the field's sign rules; `None` when empty.
    pub(super) fn number(&self, field: &'a FieldPlan) -> Result<Option<Number>, Wrong> {
        let raw = self.raw(field)?;
        if raw.text.is_empty() {
            return Ok(None);
        }
        let mut number = read_number(&raw.text, raw.basis, field.numbers)?;
        if field.map.absolute {
            number.value = number.value.abs();
        }
        number.value = number::signed(number.value, field.map.negate != self.turned(field)?);
        Ok(Some(number))
    }

    /// A date; `None` when empty.
    pub(super) fn date(&self, field: &'a FieldPlan) -> Result<Option<Date>, Wrong> {
        let raw = self.raw(field)?;
        if raw.text.is_empty() {
            return Ok(None);
        }
        let order = match (raw.basis, field.dates) {
            (Basis::Profile, _) => date::DateOrder::YearMonthDay,
            (_, Some(order)) => order,
            (_, None) => lone_order(&raw.text)?,
        };
        date::parse(&raw.text, order, self.profile.two_digit_year_pivot).map(Some)
    }

    /// Whether the indicator column turns the sign.
    fn turned(&self, field: &FieldPlan) -> Result<bool, Wrong> {
        let Some(rule) = &field.map.sign else { return Ok(false) };
        let (indicator, _) = self.cell(field.sign_column);
        if rule.negative.iter().any(|negative| negative == indicator) {
            return Ok(true);
        }
        if rule.positive.iter().any(|positive| positive == indicator) {
            return Ok(false);
        }
        let message = format!("{:?} is none of the indicators that the profile names", shortened(indicator));
        Err(Wrong::new(&codes::SIGN_UNKNOWN, message).in_column(Some(&rule.column)))
    }

    /// Empty when a column that may not be is.
    fn fill(&self, parts: &'a [Part]) -> String {
        let piece = |part: &'a Part| match part {
            Part::Text(text) => Some(text.as_str()),
            Part::Column { index, may_be_empty } => {
                let (text, _) = self.cell(*index);
                (*may_be_empty || !text.is_empty()).then_some(text)
            }
        };
        parts.iter().map(piece).collect::<Option<String>>().unwrap_or_default()
    }
}

/// One line of text: runs of white space (also line breaks inside quotes) become one space.
pub(super) fn one_line(field: &str, text: &str) -> Result<Option<String>, Wrong> {
    let joined = text.split_whitespace().collect::<Vec<_>>().join(" ");
    limits::optional_line(field, &joined).map_err(|e| Wrong::from_error(&e))
}

/// A natural key, as the ERP writes it. A number that a spreadsheet has shortened is refused: its digits are lost.
pub(super) fn key(field: &str, text: &str) -> Result<String, Wrong> {
    if is_scientific(text) {
        let message = format!("{text:?} was shortened by a spreadsheet; export the column as text");
        return Err(Wrong::new(&codes::ID_SCIENTIFIC, message));
    }
    limits::external_id(field, text).map_err(|e| Wrong::from_error(&e))
}

/// The first signs of a value, for an error.
pub(super) fn shortened(text: &str) -> String {
    let shown: String = text.chars().take(40).collect();
    if shown.len() < text.len() { format!("{shown}…") } else { shown }
}

/// A currency that stands beside an amount must be the row's.
pub(super) fn check_mark(mark: Option<CurrencyMark>, currency: kernel::Currency) -> Result<(), Wrong> {
    if mark.is_none_or(|mark| mark.may_mean(currency)) {
        return Ok(());
    }
    let message = format!("the amount carries the sign of another currency, the row is in {currency}");
    Err(Wrong::new(&codes::CURRENCY_CONTRADICTED, message))
}

fn read_number(text: &str, basis: Basis, style: Option<NumberStyle>) -> Result<Number, Wrong> {
    match (basis, style) {
        (Basis::JsonNumber, _) => number::parse_json(text),
        (Basis::Profile, _) => number::parse(text, NumberStyle::Plain),
        (_, Some(style)) => number::parse(text, style),
        (_, None) => match number::readings(text) {
            (Some(comma), Some(point)) if comma != point => {
                Err(Wrong::new(&codes::NUMBER_AMBIGUOUS, number_question(text, comma, point)))
            }
            (Some(_), _) => number::parse(text, NumberStyle::Spanish),
            (None, _) => number::parse(text, NumberStyle::English),
        },
    }
}

/// The order of a date about which its column was not asked; never guessed.
fn lone_order(text: &str) -> Result<date::DateOrder, Wrong> {
    let readings: Vec<(date::DateOrder, Date)> = date::readings(text).collect();
    match readings.as_slice() {
        [(_, one), (_, other), ..] if one != other => {
            let message = format!("{text:?} is {one} or {other}; state `dates` in the profile");
            Err(Wrong::new(&codes::DATE_AMBIGUOUS, message))
        }
        [(order, _), ..] => Ok(*order),
        [] => Ok(date::DateOrder::YearMonthDay),
    }
}

fn basis_of(kind: CellKind) -> Basis {
    match kind {
        CellKind::Text => Basis::File,
        CellKind::Number => Basis::JsonNumber,
        CellKind::Flag => Basis::JsonFlag,
    }
}

fn has_sign(value: Decimal, sign: Sign) -> bool {
    let negative = value.is_sign_negative() && !value.is_zero();
    match sign {
        Sign::Negative => negative,
        Sign::Zero => value.is_zero(),
        Sign::Positive => !negative && !value.is_zero(),
        Sign::NotNegative => !negative,
    }
}

/// `1,23457E+11`, as spreadsheets show long numbers.
fn is_scientific(text: &str) -> bool {
    let Some((mantissa, exponent)) = text.split_once("E+") else { return false };
    let digits = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
    let plain = mantissa
        .split_once([',', '.'])
        .is_some_and(|(whole, rest)| whole.len() == 1 && digits(whole) && digits(rest));
    (plain || (mantissa.len() == 1 && digits(mantissa))) && digits(exponent)
}
