//! Every unit of money is in one place only.

use super::super::outcome::{Outcome, outcome};
use super::super::past::Earlier;
use super::*;

const TODAY: &str = "2025-12-31";

/// What became of an invoice of 1,000 issued on 1 March and due on the 31st.
fn told(entries: &[(EntryKind, i64, &str)]) -> Outcome {
    told_on(TODAY, entries)
}

fn told_on(today: &str, entries: &[(EntryKind, i64, &str)]) -> Outcome {
    let items = [item(1, "2025-03-01", 1000, entries)];
    outcome(&items, eur(), (day("2025-03-01"), day("2025-04-01"), day(today))).unwrap()
}

fn figures(of: Outcome) -> [i64; 4] {
    [of.lost, of.late, of.amount_days_late, of.not_known].map(|amount| i64::try_from(amount).unwrap())
}

use EntryKind::{Adjustment, ClearedUnknown, ClearingReset, Credit, Payment, Return, WriteOff};

#[test]
fn of_part_payments_only_the_part_that_came_late_is_late() {
    let parts = [(Payment, -600, "2025-03-31"), (Payment, -300, "2025-04-10"), (Payment, -100, "2025-05-30")];
    assert_eq!(figures(told(&parts)), [0, 100, 300 * 10 + 100 * 60, 0]);
}

#[test]
fn an_unpaid_remainder_waits_and_is_then_late_until_today() {
    let part = [(Payment, -600, "2025-03-31")];
    assert_eq!(figures(told_on("2025-06-29", &part)), [0, 0, 400 * 90, 400], "ninety days past due");
    assert_eq!(figures(told_on("2025-06-30", &part)), [0, 400, 400 * 91, 0]);
    assert_eq!(figures(told_on("2025-03-20", &[])), [0, 0, 0, 1000], "not due");
}

#[test]
fn what_was_lost_is_not_late_too() {
    let lost = [(Payment, -200, "2025-05-10"), (WriteOff, -800, "2025-11-01")];
    assert_eq!(figures(told(&lost)), [800, 200, 200 * 40, 0]);
}

#[test]
fn what_was_credited_or_corrected_is_neither_late_nor_lost() {
    let credited =
        [(Credit, -700, "2025-10-01"), (Adjustment, -50, "2025-10-01"), (Payment, -250, "2025-04-01")];
    assert_eq!(figures(told(&credited)), [0, 0, 250, 0]);
}

#[test]
fn a_reversed_entry_and_its_reversal_are_as_if_neither_had_been() {
    let plain = [(Payment, -1000, "2025-04-05")];
    let reversed = [
        (WriteOff, -1000, "2025-04-01"),
        (WriteOff, 1000, "2025-04-02"),
        (Payment, -1000, "2025-04-03"),
        (Payment, 1000, "2025-04-04"),
        (Payment, -1000, "2025-04-05"),
    ];
    assert_eq!(told(&reversed), told(&plain));
    let kept = [(Payment, -400, "2025-03-10"), (Payment, -600, "2025-05-20"), (Payment, 400, "2025-05-21")];
    assert_eq!(figures(told(&kept)), [0, 1000, 600 * 50 + 400 * 275, 0], "the one of that amount is undone");
}

#[test]
fn money_that_came_back_was_not_paid() {
    let back = [(Payment, -1000, "2025-03-31"), (Return, 1000, "2025-04-20"), (Payment, -1000, "2025-05-30")];
    assert_eq!(figures(told(&back)), [0, 1000, 1000 * 60, 0]);
    let reset = [
        (ClearedUnknown, -1000, "2025-03-31"),
        (ClearingReset, 1000, "2025-04-20"),
        (Payment, -1000, "2025-04-30"),
    ];
    assert_eq!(figures(told(&reset)), [0, 0, 1000 * 30, 0]);
}

#[test]
fn what_was_cleared_by_something_that_says_nothing_is_not_known() {
    assert_eq!(
        figures(told(&[(Payment, -900, "2025-03-31"), (ClearedUnknown, -100, "2025-04-01")])),
        [0, 0, 0, 100]
    );
}

proptest! {
    #[test]
    fn nothing_is_counted_twice(
        entries in proptest::collection::vec((0..7_usize, 1..400_i64, any::<bool>(), 0..300_i64), 0..12),
    ) {
        let kinds = [Payment, WriteOff, Credit, Adjustment, ClearedUnknown, Return, ClearingReset];
        let mut entries = entries;
        entries.sort_by_key(|e| e.3);
        let dated = entries.iter().map(|(kind, amount, back, on)| {
            let on = (day("2025-03-01") + chrono::Duration::days(*on)).to_string();
            let kind = kinds[*kind];
            let back = *back || matches!(kind, Return | ClearingReset);
            (kind, if back { *amount } else { -*amount }, on)
        });
        let dated = dated.collect::<Vec<_>>();
        let entries = dated.iter().map(|(kind, amount, on)| (*kind, *amount, on.as_str())).collect::<Vec<_>>();
        let of = told(&entries);
        for amount in [of.lost, of.late, of.amount_days_late, of.not_known] {
            prop_assert!(amount >= Decimal::ZERO);
        }
        let reduced = entries.iter().map(|(_, amount, _)| (-*amount).max(0)).sum::<i64>();
        let raised = entries.iter().map(|(_, amount, _)| (*amount).max(0)).sum::<i64>();
        prop_assert!(of.lost + of.late + of.not_known <= Decimal::from(1000.max(reduced) + raised));
    }
}

#[test]
fn a_correction_and_an_extension_that_were_entered_later_were_not_known_then() {
    let mut items = vec![item(1, "2024-11-01", 100, &[])];
    items[0].earlier = vec![Earlier { until: at("2025-02-10"), terms: items[0].terms }];
    items[0].terms.amount = Decimal::from(60);
    // Entered in February, and dated back.
    items[0].terms.extended = Some((day("2025-03-15"), day("2024-12-15")));
    let known = |known_at| {
        let facts = facts(&items, eur(), Cut { on: day("2025-02-01"), known_at }).unwrap();
        ["exposure.open", "exposure.overdue"].map(|path| facts.get(path).as_number().unwrap())
    };
    assert_eq!(known(Some(at("2025-01-31"))), [Decimal::from(100), Decimal::from(100)]);
    assert_eq!(known(Some(at("2025-02-11"))), [Decimal::from(60), Decimal::ZERO]);
    assert_eq!(known(None), [Decimal::from(60), Decimal::ZERO]);
}
