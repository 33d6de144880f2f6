//! Instruments: the paper or mandate that promises payment. An item under one is not dunned and not free of risk; a
//! return reopens it with its original age. Paper that has matured stands for its items until its result is known; when
//! that does not come, a person is told.

use kernel::{Date, Decimal, Error, FieldError, Outcome};

use super::codes;
use super::kinds::InstrumentStatus;

/// What an instrument says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InstrumentFields {
    /// In the instrument's currency, above zero.
    pub amount: Decimal,
    pub received_on: Date,
    pub maturity_on: Date,
    pub discounted_on: Option<Date>,
    pub settled_on: Option<Date>,
    pub returned_on: Option<Date>,
    /// What the bank charged for a return.
    pub costs_amount: Decimal,
    /// What of it covers each receivable.
    pub item_amounts: Vec<Decimal>,
}

/// Days after maturity within which a bank says whether an instrument was paid; without a result by then a person is told.
pub const RESULT_WITHIN_DAYS: u16 = 5;

/// Checks an instrument and says where it stands on a day.
///
/// # Errors
/// `instrument.invalid` with, per field, `instrument.amount_not_positive`, `instrument.dates`,
/// `instrument.settled_and_returned`, `instrument.costs_without_return`, `instrument.items_exceed`.
pub fn check_instrument(fields: &InstrumentFields, on: Date) -> Outcome<InstrumentStatus> {
    let mut wrong = Vec::new();
    let mut check = |holds: bool, field: &str, code, message: &str| {
        if !holds {
            wrong.push(FieldError { field: field.to_owned(), code, message: message.to_owned() });
        }
    };
    let not_before = |date: Option<Date>| date.is_none_or(|date| date >= fields.received_on);
    check(
        fields.amount > Decimal::ZERO,
        "amount",
        &codes::INSTRUMENT_AMOUNT_NOT_POSITIVE,
        "must be above zero",
    );
    let dates = &codes::INSTRUMENT_DATES;
    check(fields.maturity_on >= fields.received_on, "maturity_on", dates, "matures before it was received");
    check(not_before(fields.discounted_on), "discounted_on", dates, "discounted before it was received");
    check(not_before(fields.settled_on), "settled_on", dates, "settled before it was received");
    check(not_before(fields.returned_on), "returned_on", dates, "returned before it was received");
    let ended_twice = fields.settled_on.is_some() && fields.returned_on.is_some();
    check(
        !ended_twice,
        "returned_on",
        &codes::INSTRUMENT_SETTLED_AND_RETURNED,
        "was settled according to settled_on",
    );
    let costs = fields.costs_amount >= Decimal::ZERO
        && (fields.costs_amount.is_zero() || fields.returned_on.is_some());
    check(
        costs,
        "costs_amount",
        &codes::INSTRUMENT_COSTS_WITHOUT_RETURN,
        "costs are those of a return, not negative",
    );
    let positive = fields.item_amounts.iter().all(|amount| *amount > Decimal::ZERO);
    check(positive, "items", &codes::INSTRUMENT_AMOUNT_NOT_POSITIVE, "each item has an amount above zero");
    let covered = fields.item_amounts.iter().sum::<Decimal>();
    check(covered <= fields.amount, "items", &codes::INSTRUMENT_ITEMS_EXCEED, "cover more than the amount");
    if wrong.is_empty() {
        Ok(status(fields, on))
    } else {
        Err(Error::fields(&codes::INSTRUMENT_INVALID, wrong))
    }
}

fn status(fields: &InstrumentFields, on: Date) -> InstrumentStatus {
    if fields.returned_on.is_some() {
        InstrumentStatus::Returned
    } else if fields.settled_on.is_some() {
        InstrumentStatus::Settled
    } else if fields.maturity_on < on {
        InstrumentStatus::Matured
    } else if fields.discounted_on.is_some() {
        InstrumentStatus::Discounted
    } else {
        InstrumentStatus::Received
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn on(text: &str) -> Date {
        text.parse().unwrap()
    }

    fn pagare() -> InstrumentFields {
        InstrumentFields {
            amount: Decimal::from(100),
            received_on: on("2026-01-10"),
            maturity_on: on("2026-03-10"),
            discounted_on: None,
            settled_on: None,
            returned_on: None,
            costs_amount: Decimal::ZERO,
            item_amounts: vec![Decimal::from(60), Decimal::from(40)],
        }
    }

    #[test]
    fn where_it_stands_follows_from_its_dates() {
        let day = on("2026-03-10");
        assert_eq!(check_instrument(&pagare(), day).unwrap(), InstrumentStatus::Received);
        let discounted = InstrumentFields { discounted_on: Some(on("2026-01-20")), ..pagare() };
        assert_eq!(check_instrument(&discounted, day).unwrap(), InstrumentStatus::Discounted);
        let after = on("2026-03-11");
        assert_eq!(check_instrument(&discounted, after).unwrap(), InstrumentStatus::Matured);
        let settled = InstrumentFields { settled_on: Some(on("2026-03-10")), ..discounted.clone() };
        assert_eq!(check_instrument(&settled, day).unwrap(), InstrumentStatus::Settled);
        let costs_amount = Decimal::from(3);
        let returned = InstrumentFields { returned_on: Some(on("2026-03-12")), costs_amount, ..discounted };
        assert_eq!(check_instrument(&returned, day).unwrap(), InstrumentStatus::Returned);
    }

    #[test]
    fn every_contradiction_is_named() {
        let fields = InstrumentFields {
            amount: Decimal::ZERO,
            maturity_on: on("2026-01-09"),
            settled_on: Some(on("2026-01-09")),
            returned_on: Some(on("2026-02-01")),
            costs_amount: Decimal::from(-1),
            ..pagare()
        };
        let error = check_instrument(&fields, on("2026-02-01")).unwrap_err();
        let codes = error.field_errors().iter().map(|wrong| wrong.code.text).collect::<Vec<_>>();
        assert_eq!(
            codes,
            [
                "instrument.amount_not_positive",
                "instrument.dates",
                "instrument.dates",
                "instrument.settled_and_returned",
                "instrument.costs_without_return",
                "instrument.items_exceed"
            ]
        );
    }
}
