//! Statement of account: opening balance, movements in order, closing balance, and what is open, per currency.
//!
//! Invariant: opening + Σ movements = closing = Σ open items, where opening and closing are computed from the
//! positions of the items and not from the movements.

use std::collections::BTreeMap;

use kernel::id::ReceivableId;
use kernel::{Currency, Date, Decimal, Error, Instant, Outcome};

use super::ageing::days_overdue;
use super::balance::{AsOf, LedgerEntry, Position, Revision, document, position};
use super::codes;
use super::kinds::{EntryKind, ReceivableKind};

/// One receivable of the account with its whole history.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StatementItem {
    pub receivable: ReceivableId,
    pub kind: ReceivableKind,
    pub currency: Currency,
    pub document_no: String,
    pub revisions: Vec<Revision>,
    pub entries: Vec<LedgerEntry>,
}

/// Which days a statement covers, both inclusive, and whose knowledge it shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StatementPeriod {
    pub from: Date,
    pub to: Date,
    pub known_at: Instant,
}

/// Why the balance moved.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MovementKind {
    /// A document was issued.
    Document(ReceivableKind),
    /// A document was changed by an entry.
    Entry(EntryKind),
}

/// One line of a statement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Movement {
    pub on: Date,
    pub receivable: ReceivableId,
    pub document_no: String,
    pub kind: MovementKind,
    pub amount: Decimal,
    /// The balance after this line.
    pub balance: Decimal,
}

/// An item still open at the end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OpenLine {
    pub receivable: ReceivableId,
    pub kind: ReceivableKind,
    pub document_no: String,
    pub issue_on: Date,
    pub due_on: Date,
    pub days_overdue: i64,
    pub amount: Decimal,
    pub open: Decimal,
}

/// The statement of one currency.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Statement {
    pub currency: Currency,
    /// At the end of the day before the period.
    pub opening: Decimal,
    pub movements: Vec<Movement>,
    /// At the end of the last day.
    pub closing: Decimal,
    /// By due date.
    pub open_items: Vec<OpenLine>,
}

impl Statement {
    /// Nothing was, moved or is open: the case in which most sellers send no statement (zero-balance rule).
    pub fn is_blank(&self) -> bool {
        self.opening.is_zero()
            && self.closing.is_zero()
            && self.movements.is_empty()
            && self.open_items.is_empty()
    }
}

/// Assembles the statements of an account, one per currency in alphabetical order.
///
/// Movements are ordered by business date, then documents before entries, then by the time of recording. Entries
/// that change no amount (doubtful) are our own assessment and do not appear. An entry dated before its document
/// appears on the day of the document, as in [`position`].
///
/// # Errors
/// `statement.period_reversed`.
pub fn statement(items: &[StatementItem], period: StatementPeriod) -> Outcome<Vec<Statement>> {
    if period.to < period.from {
        let message = format!("the statement would run from {} to {}", period.from, period.to);
        return Err(Error::field("to", &codes::STATEMENT_PERIOD_REVERSED, message));
    }
    let mut by_currency: BTreeMap<Currency, Vec<&StatementItem>> = BTreeMap::new();
    for item in items {
        by_currency.entry(item.currency).or_default().push(item);
    }
    Ok(by_currency.into_iter().map(|(currency, items)| of_currency(currency, &items, period)).collect())
}

fn of_currency(currency: Currency, items: &[&StatementItem], period: StatementPeriod) -> Statement {
    let known_at = period.known_at;
    let before = |item: &&StatementItem| {
        let on = period.from.pred_opt()?;
        position(&item.revisions, &item.entries, AsOf { on, known_at }).map(|p| p.open)
    };
    let opening: Decimal = items.iter().filter_map(before).sum();
    let mut open_items = Vec::new();
    let mut closing = Decimal::ZERO;
    for item in items {
        let Some(end) = position(&item.revisions, &item.entries, AsOf { on: period.to, known_at }) else {
            continue;
        };
        closing += end.open;
        if !end.open.is_zero() {
            open_items.push(open_line(item, end, period.to));
        }
    }
    open_items.sort_by_key(|line| (line.due_on, line.issue_on, line.receivable));
    Statement { currency, opening, movements: movements(items, period, opening), closing, open_items }
}

fn open_line(item: &StatementItem, end: Position, on: Date) -> OpenLine {
    OpenLine {
        receivable: item.receivable,
        kind: item.kind,
        document_no: item.document_no.clone(),
        issue_on: end.issue_on,
        due_on: end.due_on,
        days_overdue: days_overdue(end.due_on, on),
        amount: end.amount,
        open: end.open,
    }
}

fn movements(items: &[&StatementItem], period: StatementPeriod, opening: Decimal) -> Vec<Movement> {
    let mut lines = Vec::new();
    for item in items {
        let Some(base) = document(&item.revisions, period.known_at) else { continue };
        let mut add = |on: Date, at: Instant, kind: MovementKind, amount: Decimal| {
            if period.from <= on && on <= period.to && !amount.is_zero() {
                let (receivable, document_no) = (item.receivable, item.document_no.clone());
                let line = Movement { on, receivable, document_no, kind, amount, balance: Decimal::ZERO };
                lines.push((at, line));
            }
        };
        add(base.issue_on, base.recorded_at, MovementKind::Document(item.kind), base.amount);
        for entry in item.entries.iter().filter(|entry| entry.recorded_at <= period.known_at) {
            let on = entry.effective_on.max(base.issue_on);
            add(on, entry.recorded_at, MovementKind::Entry(entry.kind), entry.amount);
        }
    }
    lines.sort_by_key(|(at, line)| (line.on, order(line.kind), *at, line.receivable, line.amount));
    let mut balance = opening;
    let running = lines.into_iter().map(|(_, line)| {
        balance += line.amount;
        Movement { balance, ..line }
    });
    running.collect()
}

/// Documents before entries, then kinds in their declared order, so that equal times still have one order.
fn order(kind: MovementKind) -> (u8, Option<ReceivableKind>, Option<EntryKind>) {
    match kind {
        MovementKind::Document(kind) => (0, Some(kind), None),
        MovementKind::Entry(kind) => (1, None, Some(kind)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::receivables::balance::tests::{day, entry, instant, original};
    use proptest::prelude::*;

    fn item(id: u128, currency: Currency, revision: Revision, entries: Vec<LedgerEntry>) -> StatementItem {
        let kind = if revision.amount < Decimal::ZERO {
            ReceivableKind::CreditNote
        } else {
            ReceivableKind::Invoice
        };
        StatementItem {
            receivable: ReceivableId(uuid::Uuid::from_u128(id)),
            kind,
            currency,
            document_no: format!("F-{id}"),
            revisions: vec![revision],
            entries,
        }
    }

    fn period(from: i64, to: i64) -> StatementPeriod {
        StatementPeriod { from: day(from), to: day(to), known_at: instant(1000) }
    }

    #[test]
    fn a_month_reads_as_opening_movements_closing() {
        let old = item(1, Currency::EUR, original(100, 0, 30), vec![entry(EntryKind::Payment, -60, 35, 35)]);
        let new = item(2, Currency::EUR, original(50, 40, 70), vec![]);
        let statements = statement(&[new, old], period(31, 60)).unwrap();
        let [one] = statements.as_slice() else { panic!("one currency") };
        assert_eq!((one.opening, one.closing), (Decimal::from(100), Decimal::from(90)));
        let lines: Vec<_> = one.movements.iter().map(|m| (m.on, m.kind, m.balance)).collect();
        assert_eq!(
            lines,
            [
                (day(35), MovementKind::Entry(EntryKind::Payment), Decimal::from(40)),
                (day(40), MovementKind::Document(ReceivableKind::Invoice), Decimal::from(90)),
            ]
        );
        let open: Vec<_> = one.open_items.iter().map(|l| (l.open, l.days_overdue)).collect();
        assert_eq!(open, [(Decimal::from(40), 30), (Decimal::from(50), 0)]);
    }

    #[test]
    fn each_currency_has_its_own_statement() {
        let items = [
            item(1, Currency::USD, original(7, 0, 30), vec![]),
            item(2, Currency::EUR, original(5, 0, 30), vec![]),
        ];
        let statements = statement(&items, period(0, 10)).unwrap();
        let closings: Vec<_> = statements.iter().map(|s| (s.currency, s.closing)).collect();
        assert_eq!(closings, [(Currency::EUR, Decimal::from(5)), (Currency::USD, Decimal::from(7))]);
    }

    #[test]
    fn our_own_doubts_are_not_shown_to_the_customer() {
        let doubted = item(1, Currency::EUR, original(100, 0, 30), vec![entry(EntryKind::Doubtful, 0, 5, 5)]);
        assert_eq!(statement(&[doubted], period(1, 10)).unwrap()[0].movements, []);
    }

    #[test]
    fn an_account_where_nothing_was_moved_or_is_open_is_blank() {
        let paid =
            item(1, Currency::EUR, original(100, 0, 30), vec![entry(EntryKind::Payment, -100, 20, 20)]);
        assert!(statement(std::slice::from_ref(&paid), period(21, 30)).unwrap()[0].is_blank());
        assert!(!statement(&[paid], period(20, 30)).unwrap()[0].is_blank());
    }

    #[test]
    fn a_statement_cannot_end_before_it_begins() {
        assert_eq!(statement(&[], period(2, 1)).unwrap_err().code().text, "statement.period_reversed");
        assert!(statement(&[], period(1, 1)).unwrap().is_empty());
    }

    #[test]
    fn a_prepayment_appears_on_the_day_of_the_document() {
        let prepaid =
            item(1, Currency::EUR, original(100, 10, 30), vec![entry(EntryKind::Payment, -100, 4, 11)]);
        let january = &statement(std::slice::from_ref(&prepaid), period(0, 9)).unwrap()[0];
        assert!(january.is_blank());
        let after = &statement(&[prepaid], period(10, 20)).unwrap()[0];
        assert_eq!(after.movements.iter().map(|m| m.on).collect::<Vec<_>>(), [day(10), day(10)]);
        assert_eq!(after.closing, Decimal::ZERO);
    }

    type Drawn = (i64, i64, bool, Vec<(i64, i64, i64)>);

    fn account() -> impl Strategy<Value = Vec<StatementItem>> {
        let entries = proptest::collection::vec((-100_i64..100, 0_i64..80, 0_i64..80), 0..6);
        let drawn = proptest::collection::vec((-200_i64..200, 0_i64..60, any::<bool>(), entries), 0..8);
        drawn.prop_map(|drawn: Vec<Drawn>| (1..).zip(drawn).map(build).collect())
    }

    fn build((id, (amount, issued, dollars, entries)): (u128, Drawn)) -> StatementItem {
        let currency = if dollars { Currency::USD } else { Currency::EUR };
        let entries = entries.into_iter().map(|(a, on, at)| entry(EntryKind::Adjustment, a, on, at));
        item(id, currency, original(amount, issued, issued + 30), entries.collect())
    }

    proptest! {
        #[test]
        fn sums_tie_out(items in account(), from in 0_i64..80, length in 0_i64..40, known in 0_i64..90) {
            let period = StatementPeriod { from: day(from), to: day(from + length), known_at: instant(known) };
            for one in statement(&items, period).unwrap() {
                let moved: Decimal = one.movements.iter().map(|m| m.amount).sum();
                prop_assert_eq!(one.opening + moved, one.closing);
                prop_assert_eq!(one.open_items.iter().map(|l| l.open).sum::<Decimal>(), one.closing);
                if let Some(last) = one.movements.last() {
                    prop_assert_eq!(last.balance, one.closing);
                }
                prop_assert!(one.movements.is_sorted_by_key(|m| m.on));
            }
        }

        #[test]
        fn the_closing_balance_opens_the_next_statement(items in account(), cut in 0_i64..80) {
            let first = statement(&items, period(0, cut)).unwrap();
            let second = statement(&items, period(cut + 1, cut + 50)).unwrap();
            for (a, b) in first.iter().zip(&second) {
                prop_assert_eq!(a.closing, b.opening);
            }
        }

        #[test]
        fn the_order_of_items_does_not_matter(items in account()) {
            let mut backwards = items.clone();
            backwards.reverse();
            let (one, other) = (statement(&items, period(0, 90)).unwrap(), statement(&backwards, period(0, 90)).unwrap());
            prop_assert_eq!(one, other);
        }
    }
}
