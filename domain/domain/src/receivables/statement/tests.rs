use super::*;
use crate::receivables::balance::tests::{day, entry, instant, original};
use proptest::prelude::*;

fn item(id: u128, currency: Currency, revision: Revision, entries: Vec<LedgerEntry>) -> StatementItem {
    let kind =
        if revision.amount < Decimal::ZERO { ReceivableKind::CreditNote } else { ReceivableKind::Invoice };
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
fn a_statement_cannot_end_before_it_begins() {
    assert_eq!(statement(&[], period(2, 1)).unwrap_err().code().text, "statement.period_reversed");
    assert!(statement(&[], period(1, 1)).unwrap().is_empty());
}

#[test]
fn a_prepayment_is_a_credit_until_the_day_of_the_document() {
    let prepaid = item(1, Currency::EUR, original(100, 10, 30), vec![entry(EntryKind::Payment, -100, 4, 11)]);
    let january = &statement(std::slice::from_ref(&prepaid), period(0, 9)).unwrap()[0];
    assert_eq!(january.movements.iter().map(|m| m.on).collect::<Vec<_>>(), [day(4)]);
    assert_eq!((january.closing, january.open_items[0].amount), (Decimal::from(-100), Decimal::ZERO));
    let after = &statement(&[prepaid], period(10, 20)).unwrap()[0];
    assert_eq!((after.opening, after.closing), (Decimal::from(-100), Decimal::ZERO));
    assert_eq!(after.movements.iter().map(|m| m.on).collect::<Vec<_>>(), [day(10)]);
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
