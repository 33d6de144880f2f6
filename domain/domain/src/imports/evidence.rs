//! What a whole column says about how its dates or numbers are written.

use kernel::text_enum::TextEnum as _;
use kernel::{Date, Decimal, FieldError};

use super::codes;
use super::date::{self, DateOrder};
use super::number::{self, NumberStyle};

/// Evidence about the dates of one column.
#[derive(Debug, Default)]
pub(super) struct DateEvidence {
    /// Orders in which every date so far can be read, with the date that left only these; `None` before the first.
    possible: Option<(Vec<DateOrder>, String)>,
    /// A date with two different readings.
    open: Option<(String, Date, Date)>,
    /// Two dates that no order reads.
    mixed: Option<(String, String)>,
}

impl DateEvidence {
    /// Takes one date into account. What is no date in any order says nothing: it is an error of its row.
    pub(super) fn add(&mut self, text: &str) {
        let readings: Vec<(DateOrder, Date)> = date::readings(text).collect();
        if readings.is_empty() || self.mixed.is_some() {
            return;
        }
        if let [(_, one), (_, other), ..] = readings.as_slice()
            && one != other
            && self.open.is_none()
        {
            self.open = Some((text.to_owned(), *one, *other));
        }
        let orders = || readings.iter().map(|(order, _)| *order);
        let Some((possible, example)) = &mut self.possible else {
            self.possible = Some((orders().collect(), text.to_owned()));
            return;
        };
        if !possible.iter().any(|order| orders().any(|o| o == *order)) {
            self.mixed = Some((example.clone(), text.to_owned()));
            return;
        }
        let before = possible.len();
        possible.retain(|order| orders().any(|o| o == *order));
        if possible.len() < before {
            text.clone_into(example);
        }
    }

    /// The order of the column. Where all dates read the same either way, the order does not matter.
    pub(super) fn decide(&self, column: &str) -> Result<DateOrder, FieldError> {
        let wrong = |code, message| Err(FieldError { field: column.to_owned(), code, message });
        if let Some((one, other)) = &self.mixed {
            let message = format!("column {column} holds {one:?} and {other:?}, which no one form reads");
            return wrong(&codes::DATE_MIXED, message);
        }
        let Some((possible, _)) = &self.possible else {
            return Ok(DateOrder::YearMonthDay);
        };
        match (possible.as_slice(), &self.open) {
            ([order], _) | ([order, ..], None) => Ok(*order),
            (_, Some((text, day_first, month_first))) => wrong(
                &codes::DATE_AMBIGUOUS,
                format!(
                    "column {column}: {text:?} is {day_first} or {month_first}, and nothing in the column decides; \
                     add `dates = \"{}\"` or `dates = \"{}\"` to the profile",
                    DateOrder::DayMonthYear.as_str(),
                    DateOrder::MonthDayYear.as_str(),
                ),
            ),
            ([], None) => Ok(DateOrder::YearMonthDay),
        }
    }
}

/// Evidence about the numbers of one column.
#[derive(Debug, Default)]
pub(super) struct NumberEvidence {
    /// A number that only the decimal comma reads.
    comma: Option<String>,
    /// A number that only the decimal point reads.
    point: Option<String>,
    /// A number with two different readings.
    open: Option<(String, Decimal, Decimal)>,
}

impl NumberEvidence {
    /// Takes one number into account. What is no number in any style says nothing: it is an error of its row.
    pub(super) fn add(&mut self, text: &str) {
        match number::readings(text) {
            (Some(_), None) if self.comma.is_none() => self.comma = Some(text.to_owned()),
            (None, Some(_)) if self.point.is_none() => self.point = Some(text.to_owned()),
            (Some(comma), Some(point)) if comma != point && self.open.is_none() => {
                self.open = Some((text.to_owned(), comma, point));
            }
            _ => {}
        }
    }

    /// The style of the column. Where all numbers read the same either way, the style does not matter.
    pub(super) fn decide(&self, column: &str) -> Result<NumberStyle, FieldError> {
        let wrong = |code, message| Err(FieldError { field: column.to_owned(), code, message });
        match (&self.comma, &self.point, &self.open) {
            (Some(comma), Some(point), _) => {
                let message = format!(
                    "column {column} holds {comma:?} with a decimal comma and {point:?} with a decimal point"
                );
                wrong(&codes::NUMBER_MIXED, message)
            }
            (Some(_), None, _) => Ok(NumberStyle::Spanish),
            (None, Some(_), _) | (None, None, None) => Ok(NumberStyle::English),
            (None, None, Some((text, comma, point))) => wrong(
                &codes::NUMBER_AMBIGUOUS,
                format!("column {column}: {}", number_question(text, *comma, *point)),
            ),
        }
    }
}

/// Names both readings of a number and what to add to the profile.
pub(super) fn number_question(text: &str, comma: Decimal, point: Decimal) -> String {
    format!(
        "{text:?} is {comma} or {point}, and nothing in the column decides; add `numbers = \"{}\"` or `numbers = \
         \"{}\"` to the profile",
        NumberStyle::Spanish.as_str(),
        NumberStyle::English.as_str(),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn dates(column: &[&str]) -> Result<DateOrder, (&'static str, String)> {
        let mut evidence = DateEvidence::default();
        for text in column {
            evidence.add(text);
        }
        evidence.decide("Fecha").map_err(|e| (e.code.text, e.message))
    }

    fn numbers(column: &[&str]) -> Result<NumberStyle, (&'static str, String)> {
        let mut evidence = NumberEvidence::default();
        for text in column {
            evidence.add(text);
        }
        evidence.decide("Importe").map_err(|e| (e.code.text, e.message))
    }

    #[test]
    fn one_day_above_twelve_decides_the_whole_column() {
        assert_eq!(dates(&["01/02/2026", "", "13/02/2026", "03/04/2026"]), Ok(DateOrder::DayMonthYear));
        assert_eq!(dates(&["01/02/2026", "02/13/2026"]), Ok(DateOrder::MonthDayYear));
        assert_eq!(dates(&["2026-02-01"]), Ok(DateOrder::YearMonthDay));
        assert_eq!(dates(&["20260201"]), Ok(DateOrder::Compact));
    }

    #[test]
    fn a_column_that_decides_nothing_is_asked_about() {
        let (code, message) = dates(&["01/01/2026", "01/02/2026"]).unwrap_err();
        assert_eq!(code, "import.date_ambiguous");
        for part in [
            "\"01/02/2026\"",
            "2026-02-01",
            "2026-01-02",
            "dates = \"day_month_year\"",
            "dates = \"month_day_year\"",
        ] {
            assert!(message.contains(part), "{part} in {message}");
        }
    }

    #[test]
    fn a_column_that_reads_the_same_either_way_is_not_asked_about() {
        assert!(dates(&["01/01/2026", "02/02/2026"]).is_ok());
        assert!(dates(&[]).is_ok());
    }

    #[test]
    fn mixed_evidence_is_an_error() {
        let (code, message) = dates(&["13/01/2026", "05/06/2026", "01/13/2026"]).unwrap_err();
        assert_eq!(code, "import.date_mixed");
        assert!(message.contains("13/01/2026") && message.contains("01/13/2026"), "{message}");
        assert_eq!(dates(&["13/01/2026", "2026-01-13"]).unwrap_err().0, "import.date_mixed");
    }

    #[test]
    fn a_day_that_does_not_exist_is_no_evidence() {
        assert_eq!(
            dates(&["30/02/2026", "31/31/2026", "01/02/2026"]).unwrap_err().0,
            "import.date_ambiguous"
        );
    }

    #[test]
    fn one_clear_number_decides_the_whole_column() {
        assert_eq!(numbers(&["1.234", "12,50"]), Ok(NumberStyle::Spanish));
        assert_eq!(numbers(&["1.234", "12.50"]), Ok(NumberStyle::English));
        assert_eq!(numbers(&["1234", "5"]), Ok(NumberStyle::English));
    }

    #[test]
    fn a_number_with_two_readings_is_asked_about() {
        let (code, message) = numbers(&["5", "1.234"]).unwrap_err();
        assert_eq!(code, "import.number_ambiguous");
        for part in ["\"1.234\"", "1234", "numbers = \"spanish\"", "numbers = \"english\""] {
            assert!(message.contains(part), "{part} in {message}");
        }
    }

    #[test]
    fn commas_and_points_for_decimals_in_one_column_are_an_error() {
        assert_eq!(numbers(&["12,50", "12.50"]).unwrap_err().0, "import.number_mixed");
    }
}
