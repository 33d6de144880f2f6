//! Ledger entries as they are stated, and the change of the open amount they mean.
//!
//! Stated: payments, credits, write-offs and their like carry no sign, because the kind says the direction;
//! adjustments, transfers and reversals are signed, and positive adds to what the customer owes.
//! Kept: the change itself, so that `open = original + Σ entries`; a payment of an invoice is negative.

use kernel::money::{AMOUNT_MAX, check_amount};
use kernel::registry::codes::AMOUNT_TOO_LARGE;
use kernel::time::check_range;
use kernel::{Currency, Date, Decimal, Error, Outcome};

use super::codes;
use super::findings::{Checked, Notice};
use super::kinds::{EntryKind, ReceivableKind, Side};

/// Which way an entry changes an open amount.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Direction {
    /// Lowers what is open: negative on a debit, positive on a credit. Stated without sign.
    TowardsZero,
    /// Raises what is open: positive on a debit, negative on a credit. Stated without sign.
    AwayFromZero,
    /// Stated with its sign; positive adds to what is owed.
    Signed,
    /// Changes nothing.
    Zero,
}

/// The direction in which `entry` changes a receivable of kind `receivable`.
pub fn direction(entry: EntryKind, receivable: ReceivableKind) -> Direction {
    match entry {
        EntryKind::Payment
        | EntryKind::Credit
        | EntryKind::WriteOff
        | EntryKind::Residual
        | EntryKind::ClearedUnknown
        | EntryKind::SnapshotClose => Direction::TowardsZero,
        // On unallocated cash both happen: the cash itself bounces (towards zero), or its refund does (away).
        EntryKind::Return if receivable == ReceivableKind::UnallocatedCash => Direction::Signed,
        EntryKind::Return | EntryKind::ClearingReset => Direction::AwayFromZero,
        EntryKind::Adjustment | EntryKind::Reversal | EntryKind::Transfer => Direction::Signed,
        EntryKind::Doubtful => Direction::Zero,
    }
}

/// An entry as it arrives, typed but not checked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StatedEntry {
    pub kind: EntryKind,
    /// Signed only where [`direction`] says so.
    pub amount: Decimal,
    pub effective_on: Date,
}

/// The receivable an entry belongs to, as far as the check needs it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EntryTarget {
    pub kind: ReceivableKind,
    pub currency: Currency,
    /// Open before the entry.
    pub open: Decimal,
}

/// An entry that passed its check.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NewEntry {
    pub kind: EntryKind,
    /// What is added to the open amount.
    pub change: Decimal,
    pub effective_on: Date,
}

/// Checks an entry and turns what is stated into the change of the open amount.
///
/// A sign where none belongs is refused and never dropped: a negative payment is a return or a reversal, and
/// guessing would hide debt. Turning the open amount to the other side (an overpayment) is accepted with the
/// notice `entry.exceeds_open`, because the money did move and the ERP is the book of record.
///
/// # Errors
/// `entry.amount_zero`, `entry.amount_sign`, `entry.doubtful_amount`, `amount.exponent`, `amount.too_large`,
/// `date.out_of_range`.
pub fn check_entry(stated: StatedEntry, target: EntryTarget) -> Outcome<Checked<NewEntry>> {
    let amount = check_amount("amount", stated.amount, target.currency)?;
    check_range("effective_on", stated.effective_on)?;
    let change = change(stated.kind, amount, target.kind)?;
    let after = target.open + change;
    check_open("amount", after, target.currency)?;
    let crossed = match target.kind.side() {
        Side::Debit => after < Decimal::ZERO,
        Side::Credit => after > Decimal::ZERO,
    };
    let mut notices = Vec::new();
    if crossed {
        let message = format!("{} {} open, {after} after this {}", target.open, target.currency, stated.kind);
        notices.push(Notice { field: "amount".to_owned(), code: &codes::ENTRY_EXCEEDS_OPEN, message });
    }
    let value = NewEntry { kind: stated.kind, change, effective_on: stated.effective_on };
    Ok(Checked { value, notices })
}

/// What a change leaves open must fit as the change itself must.
///
/// # Errors
/// `amount.too_large`.
pub fn check_open(field: &str, after: Decimal, currency: Currency) -> Outcome<()> {
    if after.abs() <= AMOUNT_MAX {
        return Ok(());
    }
    let message = format!("{after} {currency} would be open, {AMOUNT_MAX} at most can be");
    Err(Error::field(field, &AMOUNT_TOO_LARGE, message))
}

/// The entry that brings a stored open amount to the one an ERP reports without saying why; `None` if equal.
///
/// Less open is `cleared_unknown`. More open, up to the original amount, is a clearing taken back; beyond it, or on
/// the other side of zero, it can only be an adjustment. The answer is (kind, change of the open amount).
pub fn entry_for_reported_open(
    original: Decimal,
    stored: Decimal,
    reported: Decimal,
) -> Option<(EntryKind, Decimal)> {
    let change = reported - stored;
    let same_side = |open: Decimal| open.is_zero() || open.is_sign_negative() == original.is_sign_negative();
    if change.is_zero() {
        return None;
    }
    if !same_side(stored) || !same_side(reported) || reported.abs() > original.abs() {
        return Some((EntryKind::Adjustment, change));
    }
    let kind =
        if reported.abs() < stored.abs() { EntryKind::ClearedUnknown } else { EntryKind::ClearingReset };
    Some((kind, change))
}

/// Whether an item that a snapshot closed, because it lacked it, is opened again by `amount` when it is named. Not beyond `most`, all
/// it was for: then other entries have opened it already.
pub fn reopens(open: Decimal, amount: Decimal, most: Decimal) -> bool {
    let after = open + amount;
    after.is_sign_negative() != most.is_sign_negative() || after.abs() <= most.abs()
}

fn change(kind: EntryKind, amount: Decimal, receivable: ReceivableKind) -> Outcome<Decimal> {
    let direction = direction(kind, receivable);
    if direction == Direction::Zero {
        return if amount.is_zero() {
            Ok(amount)
        } else {
            let message = format!("a {kind} entry changes no amount, {amount} was sent");
            Err(Error::field("amount", &codes::ENTRY_DOUBTFUL_AMOUNT, message))
        };
    }
    if amount.is_zero() {
        return Err(Error::field(
            "amount",
            &codes::ENTRY_AMOUNT_ZERO,
            format!("a {kind} over 0 changes nothing"),
        ));
    }
    if direction == Direction::Signed {
        return Ok(amount);
    }
    if amount.is_sign_negative() {
        let message =
            format!("a {kind} is stated without sign; send {amount} as a return, reversal or adjustment");
        return Err(Error::field("amount", &codes::ENTRY_AMOUNT_SIGN, message));
    }
    let lowers_debt = (direction == Direction::TowardsZero) == (receivable.side() == Side::Debit);
    Ok(if lowers_debt { -amount } else { amount })
}

#[cfg(test)]
mod tests {
    use super::*;
    use kernel::text_enum::TextEnum as _;
    use proptest::prelude::*;

    fn check(kind: EntryKind, amount: i64, receivable: ReceivableKind) -> Result<Decimal, &'static str> {
        checked(kind, amount, receivable).map(|c| c.value.change).map_err(|e| e.code().text)
    }

    fn checked(kind: EntryKind, amount: i64, receivable: ReceivableKind) -> Outcome<Checked<NewEntry>> {
        let open = if receivable.side() == Side::Debit { 100 } else { -100 };
        let target = EntryTarget { kind: receivable, currency: Currency::EUR, open: Decimal::from(open) };
        let effective_on = "2026-03-01".parse().unwrap();
        check_entry(StatedEntry { kind, amount: Decimal::from(amount), effective_on }, target)
    }

    #[test]
    fn a_payment_lowers_an_invoice_and_a_refund_lowers_a_credit_note() {
        assert_eq!(check(EntryKind::Payment, 40, ReceivableKind::Invoice), Ok(Decimal::from(-40)));
        assert_eq!(check(EntryKind::Payment, 40, ReceivableKind::CreditNote), Ok(Decimal::from(40)));
        assert_eq!(check(EntryKind::Payment, -40, ReceivableKind::Invoice), Err("entry.amount_sign"));
    }

    #[test]
    fn a_return_raises_an_invoice_and_goes_either_way_on_cash() {
        assert_eq!(check(EntryKind::Return, 40, ReceivableKind::Invoice), Ok(Decimal::from(40)));
        assert_eq!(check(EntryKind::Return, -40, ReceivableKind::Invoice), Err("entry.amount_sign"));
        assert_eq!(check(EntryKind::Return, 40, ReceivableKind::CreditNote), Ok(Decimal::from(-40)));
        assert_eq!(check(EntryKind::Return, 40, ReceivableKind::UnallocatedCash), Ok(Decimal::from(40)));
        assert_eq!(check(EntryKind::Return, -40, ReceivableKind::UnallocatedCash), Ok(Decimal::from(-40)));
    }

    #[test]
    fn a_closed_item_is_opened_again_up_to_what_it_was_for() {
        let reopened = |open: i64, amount: i64, most: i64| {
            reopens(Decimal::from(open), Decimal::from(amount), Decimal::from(most))
        };
        assert!(reopened(0, 100, 100) && reopened(-30, 100, 100) && reopened(20, 100, 120));
        assert!(!reopened(100, 100, 100), "a return has opened it");
        assert!(reopened(0, -40, -40) && !reopened(-40, -40, -40), "so with a credit note");
        assert!(reopened(0, -150, 100), "what was overpaid is free again");
    }

    #[test]
    fn a_positive_adjustment_adds_to_what_is_owed() {
        assert_eq!(check(EntryKind::Adjustment, 40, ReceivableKind::Invoice), Ok(Decimal::from(40)));
        assert_eq!(check(EntryKind::Adjustment, -40, ReceivableKind::Invoice), Ok(Decimal::from(-40)));
        assert_eq!(check(EntryKind::Transfer, 40, ReceivableKind::CreditNote), Ok(Decimal::from(40)));
    }

    #[test]
    fn doubtful_changes_nothing_and_everything_else_something() {
        for kind in EntryKind::ALL {
            let expected =
                if *kind == EntryKind::Doubtful { Ok(Decimal::ZERO) } else { Err("entry.amount_zero") };
            assert_eq!(check(*kind, 0, ReceivableKind::Invoice), expected, "{kind}");
        }
        assert_eq!(check(EntryKind::Doubtful, 1, ReceivableKind::Invoice), Err("entry.doubtful_amount"));
    }

    #[test]
    fn an_overpayment_is_accepted_and_noticed() {
        let notices = |amount| checked(EntryKind::Payment, amount, ReceivableKind::Invoice).unwrap().notices;
        assert_eq!(notices(100), []);
        assert_eq!(notices(101)[0].code.text, "entry.exceeds_open");
        assert_eq!(checked(EntryKind::Payment, 101, ReceivableKind::CreditNote).unwrap().notices.len(), 1);
    }

    #[test]
    fn what_an_entry_leaves_open_fits_as_the_entry_itself_does() {
        let target = EntryTarget { kind: ReceivableKind::Invoice, currency: Currency::EUR, open: AMOUNT_MAX };
        let after = |kind, amount| {
            let effective_on = "2026-03-01".parse().unwrap();
            let checked = check_entry(StatedEntry { kind, amount, effective_on }, target);
            checked.map(|c| c.value.change).map_err(|e| e.code().text)
        };
        let cent = Decimal::new(1, 2);
        assert_eq!(after(EntryKind::Adjustment, cent), Err("amount.too_large"));
        assert_eq!(after(EntryKind::Adjustment, -cent), Ok(-cent));
        assert_eq!(after(EntryKind::Payment, AMOUNT_MAX), Ok(-AMOUNT_MAX));
    }

    #[test]
    fn a_reported_open_amount_becomes_the_entry_that_explains_least() {
        let d = Decimal::from;
        assert_eq!(entry_for_reported_open(d(100), d(60), d(60)), None);
        assert_eq!(entry_for_reported_open(d(100), d(60), d(20)), Some((EntryKind::ClearedUnknown, d(-40))));
        assert_eq!(entry_for_reported_open(d(100), d(60), d(100)), Some((EntryKind::ClearingReset, d(40))));
        assert_eq!(entry_for_reported_open(d(100), d(60), d(101)), Some((EntryKind::Adjustment, d(41))));
        assert_eq!(entry_for_reported_open(d(100), d(-5), d(0)), Some((EntryKind::Adjustment, d(5))));
        assert_eq!(
            entry_for_reported_open(d(-100), d(-60), d(-20)),
            Some((EntryKind::ClearedUnknown, d(40)))
        );
    }

    proptest! {
        #[test]
        fn the_entry_for_a_reported_open_amount_reaches_it_in_the_direction_of_its_kind(
            original in 1_i64..1000, stored in -1000_i64..1000, reported in -1000_i64..1000, credit in any::<bool>(),
        ) {
            let (kind, sign) = if credit { (ReceivableKind::CreditNote, -1) } else { (ReceivableKind::Invoice, 1) };
            let (original, stored, reported) =
                (Decimal::from(original * sign), Decimal::from(stored), Decimal::from(reported));
            if let Some((entry, moved)) = entry_for_reported_open(original, stored, reported) {
                prop_assert_eq!(stored + moved, reported);
                let signed = direction(entry, kind) == Direction::Signed;
                let stated = if signed { moved } else { moved.abs() };
                prop_assert_eq!(change(entry, stated, kind).unwrap(), moved);
            } else {
                prop_assert_eq!(stored, reported);
            }
        }
    }
}
