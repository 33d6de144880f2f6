//! Fixed compensation for recovery costs.

use kernel::{Currency, Date, Decimal, Money};

use crate::receivables::kinds::ReceivableKind;

/// The fixed sum in force in a jurisdiction over a period of due dates.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FixedCompensation {
    /// ISO 3166 code, e.g. `ES`.
    pub jurisdiction: String,
    pub valid_from: Date,
    /// Inclusive; `None` while no end is known.
    pub valid_to: Option<Date>,
    pub amount: Money,
    pub source: String,
}

/// The Spanish sum: 40 EUR for what fell due since 24 February 2013 (Ley 3/2004 art. 8.1 as amended by RDL 4/2013,
/// which transposes Directive 2011/7/EU art. 6). To be loaded into the database like the rates.
pub fn embedded_es() -> FixedCompensation {
    FixedCompensation {
        jurisdiction: "ES".to_owned(),
        valid_from: Date::from_ymd_opt(2013, 2, 24).unwrap_or(Date::MAX),
        valid_to: None,
        amount: Money::new(Decimal::from(40), Currency::EUR),
        source: "Ley 3/2004, art. 8.1 (RDL 4/2013)".to_owned(),
    }
}

/// What decides whether the fixed compensation is owed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CompensationCase<'a> {
    pub jurisdiction: &'a str,
    pub kind: ReceivableKind,
    /// The due date in force.
    pub due_on: Date,
    /// What was open at the end of the due date.
    pub open_after_due: Decimal,
    /// The business date asked for.
    pub on: Date,
    /// Whether it was claimed before for this invoice, on whatever instalment.
    pub already_claimed: bool,
}

/// The sum owed once per unpaid invoice, without a reminder, as soon as it is late (Ley 3/2004 art. 8.1; Supreme
/// Court, administrative chamber, 4 May 2021: per invoice). It stays owed when the invoice is paid late.
///
/// Instalments count as parts of their invoice. Charges, interest and retentions carry none. The sum is in its own
/// currency, whatever the invoice's. Whether the debtor is a consumer (art. 3.2) is for the caller to know.
pub fn fixed_compensation(case: CompensationCase<'_>, sums: &[FixedCompensation]) -> Option<Money> {
    let invoice = match case.kind {
        ReceivableKind::Invoice | ReceivableKind::Instalment => true,
        ReceivableKind::CreditNote
        | ReceivableKind::DebitNote
        | ReceivableKind::Retention
        | ReceivableKind::Fee
        | ReceivableKind::Interest
        | ReceivableKind::UnallocatedCash => false,
    };
    let late = case.on > case.due_on && case.open_after_due > Decimal::ZERO;
    if !invoice || !late || case.already_claimed {
        return None;
    }
    let in_force = |sum: &&FixedCompensation| {
        sum.jurisdiction == case.jurisdiction
            && sum.valid_from <= case.due_on
            && sum.valid_to.is_none_or(|to| case.due_on <= to)
    };
    sums.iter().find(in_force).map(|sum| sum.amount)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forty_euros_are_owed_once_per_late_invoice() {
        let day = |text: &str| text.parse::<Date>().unwrap();
        let case = CompensationCase {
            jurisdiction: "ES",
            kind: ReceivableKind::Invoice,
            due_on: day("2026-03-31"),
            open_after_due: Decimal::ONE,
            on: day("2026-04-01"),
            already_claimed: false,
        };
        let owed = |case| fixed_compensation(case, &[embedded_es()]).map(|sum| sum.to_string());
        assert_eq!(owed(case).as_deref(), Some("40 EUR"));
        assert!(owed(CompensationCase { kind: ReceivableKind::Instalment, ..case }).is_some());
        assert_eq!(owed(CompensationCase { already_claimed: true, ..case }), None);
        assert_eq!(owed(CompensationCase { on: case.due_on, ..case }), None);
        assert_eq!(owed(CompensationCase { open_after_due: Decimal::ZERO, ..case }), None);
        assert_eq!(owed(CompensationCase { kind: ReceivableKind::Fee, ..case }), None);
        assert_eq!(owed(CompensationCase { jurisdiction: "PT", ..case }), None);
    }

    #[test]
    fn what_fell_due_before_24_february_2013_carries_no_fixed_sum() {
        let due = |text: &str| CompensationCase {
            jurisdiction: "ES",
            kind: ReceivableKind::Invoice,
            due_on: text.parse().unwrap(),
            open_after_due: Decimal::ONE,
            on: "2013-06-01".parse().unwrap(),
            already_claimed: false,
        };
        assert_eq!(fixed_compensation(due("2013-02-23"), &[embedded_es()]), None);
        assert!(fixed_compensation(due("2013-02-24"), &[embedded_es()]).is_some());
    }
}
