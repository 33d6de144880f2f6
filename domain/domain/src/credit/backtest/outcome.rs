//! What became of what was invoiced: paid in time, paid late, lost, credited, or not known yet.
//!
//! Every unit of money is in one place only. What was paid by 30 days after the due date was paid as agreed or nearly so; what was
//! paid later, or is still open after [`WAIT_DAYS`], is late; what was written off is lost; what was credited, or moved by a
//! correction, was never to be paid and is neither. What is open and not that old, and what was closed by something that says nothing,
//! is not known.

use kernel::{Currency, Date, Decimal};

use super::past::{Cut, PastEntry, PastItem};
use crate::receivables::kinds::EntryKind;

/// Days past due after which an unpaid item is counted as late instead of waited for.
const WAIT_DAYS: i64 = 90;
/// Days past due beyond which money is late.
const LATE_DAYS: i64 = 30;

/// What became of what was invoiced from one day until another.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Outcome {
    pub invoices: u32,
    pub turnover: Decimal,
    /// Written off.
    pub lost: Decimal,
    /// Paid more than 30 days after the due date, or still unpaid more than 90 days after it.
    pub late: Decimal,
    /// Amount times days between due date and payment, for what was paid after it, and until today for what is unpaid: interest is this
    /// times a rate, over 360.
    pub amount_days_late: Decimal,
    /// Not paid, and not yet 90 days past due; or closed by something that says nothing.
    pub not_known: Decimal,
}

/// By everything that is known on `today`; nothing when nothing was invoiced.
pub fn outcome(
    items: &[PastItem],
    currency: Currency,
    (from, until, today): (Date, Date, Date),
) -> Option<Outcome> {
    let mut all = Outcome::default();
    let month =
        |i: &&PastItem| i.currency == currency && i.terms.issue_on >= from && i.terms.issue_on < until;
    for item in items.iter().filter(month) {
        all.invoices += 1;
        all.turnover += item.terms.amount;
        all.add(item, today);
    }
    (all.invoices > 0).then_some(all)
}

impl Outcome {
    fn add(&mut self, item: &PastItem, today: Date) {
        let end = Cut { on: today.succ_opt().unwrap_or(today), known_at: None };
        let due_on = end.due_on(&item.terms);
        let mut parts = Parts::default();
        let mut open = item.terms.amount;
        for entry in item.entries.iter().filter(|e| e.effective_on <= today) {
            open += entry.amount;
            parts.add(entry);
        }
        for Part { end, on, amount } in parts.0 {
            match end {
                End::Paid => self.waited(amount, (on - due_on).num_days(), LATE_DAYS),
                End::Lost => self.lost += amount,
                End::Unclear => self.not_known += amount,
                End::Settled => {}
            }
        }
        let waited = (today - due_on).num_days();
        if waited <= WAIT_DAYS {
            self.not_known += open.max(Decimal::ZERO);
        }
        self.waited(open.max(Decimal::ZERO), waited, WAIT_DAYS);
    }

    fn waited(&mut self, amount: Decimal, days: i64, late_after: i64) {
        if days > late_after {
            self.late += amount;
        }
        self.amount_days_late += amount * Decimal::from(days.max(0));
    }
}

/// How a part of an item ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum End {
    Paid,
    Lost,
    /// Credited or corrected: it is not owed any more.
    Settled,
    Unclear,
}

#[derive(Debug, Clone, Copy)]
struct Part {
    end: End,
    on: Date,
    amount: Decimal,
}

/// The parts that an item ended in, in the order of their days.
#[derive(Default)]
struct Parts(Vec<Part>);

impl Parts {
    fn add(&mut self, entry: &PastEntry) {
        let end = match entry.kind {
            EntryKind::Payment | EntryKind::Return | EntryKind::Transfer | EntryKind::Residual => {
                Some(End::Paid)
            }
            EntryKind::WriteOff => Some(End::Lost),
            EntryKind::Credit | EntryKind::Adjustment | EntryKind::Doubtful | EntryKind::Reversal => {
                Some(End::Settled)
            }
            EntryKind::ClearedUnknown | EntryKind::SnapshotClose => Some(End::Unclear),
            // Whatever it was that the ERP had cleared.
            EntryKind::ClearingReset => None,
        };
        if entry.amount > Decimal::ZERO {
            self.take_back(end, entry.amount);
        } else {
            let (end, on, amount) = (end.unwrap_or(End::Unclear), entry.effective_on, -entry.amount);
            self.0.push(Part { end, on, amount });
        }
    }

    /// Undoes the newest parts that ended in this way: the one of exactly this amount, or as many as it takes.
    fn take_back(&mut self, end: Option<End>, mut amount: Decimal) {
        let fits = |part: &Part| end.is_none_or(|end| part.end == end);
        if let Some(exact) = self.0.iter().rposition(|part| fits(part) && part.amount == amount) {
            self.0.remove(exact);
            return;
        }
        for part in self.0.iter_mut().rev().filter(|part| fits(part)) {
            let back = part.amount.min(amount);
            part.amount -= back;
            amount -= back;
        }
    }
}
