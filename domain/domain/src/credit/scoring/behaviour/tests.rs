use proptest::prelude::*;

use super::*;

fn day(text: &str) -> Date {
    text.parse().unwrap()
}

fn dec(text: &str) -> Decimal {
    text.parse().unwrap()
}

fn paid(amount: i64, issue: &str, due: &str, on: &str) -> Item {
    Item {
        paid: Decimal::from(amount),
        issue_on: day(issue),
        due_on: day(due),
        expected_pay_on: None,
        settlement: Settlement::Paid(day(on)),
    }
}

#[test]
fn weighted_days_to_pay_agree_with_the_published_example() {
    // K15: 10 paid in 5 days and 100 in 10 days give 9.545, the plain mean is 7.5 (K16).
    let items = [
        paid(10, "2026-01-01", "2026-01-08", "2026-01-06"),
        paid(100, "2026-01-01", "2026-01-08", "2026-01-11"),
    ];
    let known = behaviour(&items, day("2026-01-31"));
    let figures = known.window(90).unwrap();
    assert_eq!(figures.days_to_pay, Some(dec("9.545")));
    assert_eq!(figures.mean_days_to_pay, Some(dec("7.5")));
    // K13 seven days; K14 (10 × -2 + 100 × 3) ÷ 110 = 2.545.
    assert_eq!(figures.terms_days, Some(dec("7")));
    assert_eq!(figures.days_late, Some(dec("2.545")));
    assert_eq!(figures.on_time_ratio, Some(dec("0.0909")));
    assert_eq!(figures.on_time_count_ratio, Some(dec("0.5")));
    assert_eq!(figures.days_late_max, Some(3));
}

#[test]
fn lateness_is_told_against_the_expected_pay_date_as_well() {
    // Due on the 10th, but this customer pays on the 25th, as everybody knows.
    let mut item = paid(100, "2026-01-01", "2026-01-10", "2026-01-27");
    item.expected_pay_on = Some(day("2026-01-25"));
    let known = behaviour(std::slice::from_ref(&item), day("2026-01-31"));
    let figures = known.window(90).unwrap();
    assert_eq!(figures.days_late, Some(dec("17")));
    assert_eq!(figures.days_late_expected, Some(dec("2")));
    // More time was given than anybody had expected to need.
    item.due_on = day("2026-01-27");
    let known = behaviour(&[item], day("2026-01-31"));
    let figures = known.window(90).unwrap();
    assert_eq!((figures.days_late, figures.days_late_expected), (Some(dec("0")), Some(dec("0"))));
}

#[test]
fn what_was_cleared_without_a_known_date_is_left_out_and_counted() {
    let sure = paid(100, "2026-01-01", "2026-01-10", "2026-01-12");
    let unknown = Item { settlement: Settlement::Unknown(day("2026-01-30")), paid: dec("9000"), ..sure };
    let known = behaviour(&[sure, unknown], day("2026-01-31"));
    assert_eq!(known.window(90).unwrap().days_late, Some(dec("2")));
    assert_eq!(known.window(90).unwrap().paid_count, 1);
    assert_eq!(known.left_out, 1);
}

#[test]
fn a_day_in_the_past_sees_later_payments_as_open() {
    let item = paid(100, "2026-01-01", "2026-01-10", "2026-03-01");
    let known = behaviour(&[item], day("2026-02-10"));
    assert_eq!(known.window(365).unwrap().paid_count, 0);
    assert_eq!(known.days_overdue_max, 31);
    assert_eq!(known.days_late_max, None);
    let before_its_issue = behaviour(&[item], day("2025-12-31"));
    assert_eq!((before_its_issue.days_overdue_max, before_its_issue.age_days), (0, None));
}

#[test]
fn a_window_includes_its_last_day_and_its_first() {
    let items = [
        paid(100, "2025-01-01", "2025-01-10", "2026-01-31"),
        paid(100, "2025-01-01", "2025-01-10", "2025-11-03"),
        paid(100, "2025-01-01", "2025-01-10", "2025-11-02"),
    ];
    let known = behaviour(&items, day("2026-01-31"));
    assert_eq!(known.window(90).unwrap().paid_count, 2, "89 days ago is in, 90 days ago is not");
    assert_eq!(known.window(180).unwrap().paid_count, 3);
}

#[test]
fn the_trend_needs_several_items_on_both_sides() {
    let late = |on: &str, days: u64| {
        let due = day(on) - chrono::Days::new(days);
        Item {
            paid: dec("100"),
            issue_on: due - chrono::Days::new(30),
            due_on: due,
            expected_pay_on: None,
            settlement: Settlement::Paid(day(on)),
        }
    };
    let former = [late("2026-01-10", 4), late("2026-02-10", 6)];
    let recent = [late("2026-06-10", 20), late("2026-06-15", 30)];
    let all = former.iter().chain(&recent).copied().collect::<Vec<_>>();
    assert_eq!(behaviour(&all, day("2026-06-30")).trend, Some(dec("20")));
    let thin = former.iter().chain(recent.first()).copied().collect::<Vec<_>>();
    assert_eq!(behaviour(&thin, day("2026-06-30")).trend, None);
}

#[test]
fn without_history_there_are_no_figures_and_no_zeros() {
    let known = behaviour(&[], day("2026-06-30"));
    let figures = known.window(365).unwrap();
    assert_eq!((figures.days_late, figures.on_time_ratio, figures.paid_count), (None, None, 0));
    assert_eq!((known.trend, known.days_late_max, known.age_days), (None, None, None));
}

prop_compose! {
    fn any_item()(
        cents in 1..10_000_000_i64, issued in 0..700_u64, terms in 0..120_u64, after in 0..400_u64,
        how in 0..10_u8, shift in proptest::option::of(0..40_u64),
    ) -> Item {
        let issue_on = day("2025-01-01") + chrono::Days::new(issued);
        let due_on = issue_on + chrono::Days::new(terms);
        let closed = issue_on + chrono::Days::new(after);
        Item {
            paid: Decimal::new(cents, 2), issue_on, due_on,
            expected_pay_on: shift.map(|s| due_on + chrono::Days::new(s)),
            settlement: match how { 0 => Settlement::Open, 1 => Settlement::Unknown(closed), _ => Settlement::Paid(closed) },
        }
    }
}

proptest! {
    #[test]
    fn days_to_pay_are_terms_and_days_late(items in proptest::collection::vec(any_item(), 0..60)) {
        let as_of = day("2026-12-31");
        let s = sums(&items, as_of, (0, 365));
        prop_assert_eq!(s.amount_days_to_pay, s.amount_terms_days + s.amount_days_late);
        let known = behaviour(&items, as_of);
        let figures = known.window(365).unwrap();
        if let (Some(to_pay), Some(terms), Some(late)) = (figures.days_to_pay, figures.terms_days, figures.days_late) {
            // Each is rounded by itself.
            prop_assert!((to_pay - terms - late).abs() <= Decimal::new(1, 3));
        }
    }

    #[test]
    fn a_split_invoice_weighs_as_much_as_a_whole_one(items in proptest::collection::vec(any_item(), 1..30)) {
        let as_of = day("2026-12-31");
        let halves = items.iter().flat_map(|i| { let half = Item { paid: i.paid / dec("2"), ..*i }; [half, half] }).collect::<Vec<_>>();
        let (whole, split) = (behaviour(&items, as_of), behaviour(&halves, as_of));
        for (w, s) in whole.windows.iter().zip(&split.windows) {
            prop_assert_eq!(w.days_late, s.days_late);
            prop_assert_eq!(w.on_time_ratio, s.on_time_ratio);
        }
    }

    #[test]
    fn the_order_of_items_does_not_matter(mut items in proptest::collection::vec(any_item(), 0..40)) {
        let forward = behaviour(&items, day("2026-12-31"));
        items.reverse();
        prop_assert_eq!(forward, behaviour(&items, day("2026-12-31")));
    }

    #[test]
    fn ratios_stay_between_zero_and_one(items in proptest::collection::vec(any_item(), 0..40)) {
        for window in behaviour(&items, day("2026-12-31")).windows {
            for ratio in [window.on_time_ratio, window.on_time_count_ratio].into_iter().flatten() {
                prop_assert!(ratio >= Decimal::ZERO && ratio <= Decimal::ONE);
            }
        }
    }
}
