//! What of a letter's claim bears interest: which kinds, and what is left of them once credits are set against them.

use kernel::Decimal;

use super::{LateItem, PrincipalChange};
use crate::receivables::kinds::ReceivableKind;

/// Whether what is owed bears statutory interest. A charge of collection is no price, and interest bears none (Código Civil
/// art. 1109 and Código de Comercio art. 317: only once it is claimed in court).
pub fn bears_interest(kind: ReceivableKind) -> bool {
    match kind {
        ReceivableKind::Invoice
        | ReceivableKind::DebitNote
        | ReceivableKind::Instalment
        | ReceivableKind::Retention => true,
        ReceivableKind::CreditNote
        | ReceivableKind::Fee
        | ReceivableKind::Interest
        | ReceivableKind::UnallocatedCash => false,
    }
}

/// Sets open credits against late items from the day each credit is of: the earliest credit first, against the item that was
/// due first, and never more than is open of it. In favour of the debtor nothing of them goes to what bears no interest.
pub fn set_against(items: &mut [LateItem], credits: &[PrincipalChange]) {
    let mut credits = credits.to_vec();
    credits.sort_by_key(|credit| credit.on);
    let mut order = items.iter_mut().collect::<Vec<_>>();
    order.sort_by_key(|item| item.due_on);
    for PrincipalChange { on, amount } in credits {
        let mut left = amount.abs();
        for item in &mut order {
            let taken = left.min(item.open());
            if taken > Decimal::ZERO {
                item.changes.push(PrincipalChange { on, amount: -taken });
                left -= taken;
            }
        }
    }
}

impl LateItem {
    /// What is open after all changes.
    pub fn open(&self) -> Decimal {
        self.principal + self.changes.iter().map(|change| change.amount).sum::<Decimal>()
    }

    /// What was open at the end of the due date.
    pub fn open_after_due(&self) -> Decimal {
        let made = self.changes.iter().filter(|change| change.on <= self.due_on).map(|change| change.amount);
        self.principal + made.sum::<Decimal>()
    }
}

#[cfg(test)]
mod tests {
    use kernel::Currency;

    use super::*;

    fn change(on: &str, amount: i64) -> PrincipalChange {
        PrincipalChange { on: on.parse().unwrap(), amount: Decimal::from(amount) }
    }

    fn item(due_on: &str, principal: i64, changes: &[PrincipalChange]) -> LateItem {
        LateItem {
            currency: Currency::EUR,
            principal: Decimal::from(principal),
            due_on: due_on.parse().unwrap(),
            changes: changes.to_vec(),
        }
    }

    #[test]
    fn credits_lower_what_was_due_first_and_no_more_than_is_open_of_it() {
        let paid = change("2026-02-10", -70);
        let mut items = [item("2026-02-20", 100, &[]), item("2026-02-01", 100, &[paid])];
        set_against(&mut items, &[change("2026-03-02", -20), change("2026-02-25", -25)]);
        assert_eq!(items[1].changes, [paid, change("2026-02-25", -25), change("2026-03-02", -5)]);
        assert_eq!(items[0].changes, [change("2026-03-02", -15)]);
    }

    #[test]
    fn a_credit_larger_than_the_claim_leaves_nothing_and_not_less() {
        let mut items = [item("2026-02-01", 100, &[])];
        set_against(&mut items, &[change("2026-01-15", -500)]);
        assert_eq!((items[0].open(), items[0].open_after_due()), (Decimal::ZERO, Decimal::ZERO));
    }

    #[test]
    fn what_was_open_after_the_due_date_knows_no_later_payment() {
        let late = item("2026-02-01", 100, &[change("2026-02-01", -30), change("2026-02-02", -70)]);
        assert_eq!((late.open_after_due(), late.open()), (Decimal::from(70), Decimal::ZERO));
    }

    #[test]
    fn neither_interest_nor_charges_bear_interest() {
        assert!(bears_interest(ReceivableKind::Instalment) && bears_interest(ReceivableKind::DebitNote));
        assert!(!bears_interest(ReceivableKind::Interest) && !bears_interest(ReceivableKind::Fee));
    }
}
