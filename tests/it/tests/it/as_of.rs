//! Balances as of a day and as known at an instant.

use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use rust_decimal::Decimal;
use serde_json::{Value, json};
use testkit::TestApp;
use testkit::push::{invoice, payment};

use crate::reads::{account_id, book, receivable, text};

fn amount(value: &Value) -> Decimal {
    text(value).parse().unwrap_or_else(|e| panic!("{value}: {e}"))
}

/// An extension agreed on 10 March moves the due date from that day on, and not before; the statement says the same.
#[test]
fn an_extension_counts_from_its_day_on() {
    let app = book();
    let account = account_id(&app, "A3");
    let mut row = invoice("F-4", "A3", "20", ("2026-02-02", "2026-02-20"));
    row.agreed_due_on = "2026-03-31".to_owned();
    app.set_clock("2026-03-10T08:00:00Z".parse().unwrap());
    app.push("ERP-E1").receivables(vec![row]).finish();
    for (day, overdue, due) in [("2026-03-09", "20", "2026-02-20"), ("2026-03-10", "0", "2026-03-31")] {
        let found = app.get(&format!("/v1/accounts/{account}/balances?as_of={day}")).expect(200);
        assert_eq!(
            (&found["balances"][0]["overdue_amount"], &found["balances"][0]["oldest_due_on"]),
            (&json!(overdue), &json!(due)),
            "{day}"
        );
        let statement = app.get(&format!("/v1/accounts/{account}/statement?to={day}")).expect(200);
        assert_eq!(statement["statements"][0]["open_items"][0]["due_on"], due, "{statement}");
    }
    let before = format!("/v1/accounts/{account}/balances?as_of=2026-03-10&known_at=2026-03-09T08:00:00Z");
    assert_eq!(app.get(&before).expect(200)["balances"][0]["overdue_amount"], "20", "not known yet");
}

#[test]
fn two_corrections_at_one_instant_leave_a_history_without_a_gap() {
    let app = book();
    app.set_clock("2026-03-05T08:00:00Z".parse().unwrap());
    for amount in ["310", "320", "330", "340"] {
        let row = invoice("F-2", "A1", amount, ("2026-02-02", "2026-03-04"));
        app.push("ERP-E1").receivables(vec![row]).finish();
    }
    assert_eq!(receivable(&app, "F-2")["open_amount"], "340");
    let account = account_id(&app, "A1");
    let then = |at: &str| {
        let found = app.get(&format!("/v1/accounts/{account}/balances?known_at={at}")).expect(200);
        text(&found["balances"][0]["open_amount"])
    };
    assert_eq!((then("2026-03-05T07:59:59Z"), then("2026-03-05T08:00:00Z")), ("1380".into(), "1420".into()));
    let verified = app.wired.store.verify().unwrap();
    assert!(verified.holds(), "{verified:?}");
}

/// What one step of a history does.
#[derive(Debug, Clone)]
enum Step {
    Invoice { cents: i64, due_in: i64 },
    Correct { which: usize, cents: i64 },
    Extend { which: usize, days: i64 },
    Pay { which: usize, cents: i64, days_ago: i64 },
    Note { which: usize },
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let step = prop_oneof![
        3 => (1..90_000i64, 0..12i64).prop_map(|(cents, due_in)| Step::Invoice { cents, due_in }),
        1 => (0..9usize, 1..90_000i64).prop_map(|(which, cents)| Step::Correct { which, cents }),
        2 => (0..9usize, 1..25i64).prop_map(|(which, days)| Step::Extend { which, days }),
        4 => (0..9usize, 1..40_000i64, 0..25i64)
            .prop_map(|(which, cents, days_ago)| Step::Pay { which, cents, days_ago }),
        1 => (0..9usize).prop_map(|which| Step::Note { which }),
    ];
    proptest::collection::vec(step, 6..16)
}

/// What was said of one invoice, and when, kept by the test itself.
#[derive(Debug, Clone)]
struct Said {
    issue_on: chrono::NaiveDate,
    row: proto::v1::ReceivableRow,
    /// Day of recording, amount in cents, due date, agreed due date.
    versions: Vec<(usize, i64, chrono::NaiveDate, Option<chrono::NaiveDate>)>,
    /// Day of recording, cents, business date.
    payments: Vec<(usize, i64, chrono::NaiveDate)>,
}

fn day(n: usize) -> chrono::NaiveDate {
    "2026-03-04".parse::<chrono::NaiveDate>().unwrap() + chrono::Days::new(3 * n as u64)
}

fn cents(cents: i64) -> String {
    Decimal::new(cents, 2).to_string()
}

/// The open amount in cents and the due date, rebuilt from what was recorded by a day. An extension counts from its
/// day on; in these histories every other version repeats the agreement before it.
fn rebuilt(said: &Said, on: chrono::NaiveDate, known: usize) -> Option<(i64, chrono::NaiveDate)> {
    let version = said.versions.iter().rev().find(|v| v.0 <= known)?;
    if said.issue_on > on {
        return None;
    }
    let paid = said.payments.iter().filter(|p| p.0 <= known && p.2 <= on).map(|p| p.1).sum::<i64>();
    let agreed = said.versions.iter().rev().find(|v| v.0 <= known && day(v.0) <= on && v.3.is_some());
    Some((version.1 - paid, agreed.and_then(|v| v.3).unwrap_or(version.2)))
}

/// Plays a history, one step each third day, and returns what was said.
fn play(app: &TestApp, steps: &[Step]) -> Vec<Said> {
    let mut book: Vec<Said> = Vec::new();
    for (n, step) in steps.iter().enumerate() {
        app.set_clock(format!("{}T09:00:00Z", day(n)).parse().unwrap());
        let count = book.len();
        match step {
            Step::Invoice { cents: amount, due_in } => {
                let (issue, due) = (day(n), day(n) + chrono::Days::new(*due_in as u64));
                let dates = (issue.to_string(), due.to_string());
                let row = invoice(&format!("F-{n}"), "A1", &cents(*amount), (&dates.0, &dates.1));
                app.push("ERP-E1").receivables(vec![row.clone()]).finish();
                book.push(Said {
                    issue_on: issue,
                    row,
                    versions: vec![(n, *amount, due, None)],
                    payments: Vec::new(),
                });
            }
            _ if count == 0 => {}
            Step::Correct { which, cents: amount } => {
                let said = &mut book[which % count];
                let last = *said.versions.last().unwrap();
                said.row.amount = cents(*amount);
                app.push("ERP-E1").receivables(vec![said.row.clone()]).finish();
                said.versions.push((n, *amount, last.2, last.3));
            }
            Step::Extend { which, days } => {
                let said = &mut book[which % count];
                let last = *said.versions.last().unwrap();
                let agreed = last.3.unwrap_or(last.2) + chrono::Days::new(*days as u64);
                said.row.agreed_due_on = agreed.to_string();
                app.push("ERP-E1").receivables(vec![said.row.clone()]).finish();
                said.versions.push((n, last.1, last.2, Some(agreed)));
            }
            Step::Note { which } => {
                let said = &mut book[which % count];
                said.row.order_no = format!("O-{n}");
                app.push("ERP-E1").receivables(vec![said.row.clone()]).finish();
            }
            Step::Pay { which, cents: amount, days_ago } => {
                let said = &mut book[which % count];
                let on = (day(n) - chrono::Days::new(*days_ago as u64)).max(said.issue_on);
                let row = payment(
                    &format!("Z-{n}"),
                    "A1",
                    &said.row.external_id,
                    (&cents(*amount), &on.to_string()),
                );
                app.push("ERP-E1").entries(vec![row]).finish();
                said.payments.push((n, *amount, on));
            }
        }
    }
    book
}

/// Balances over REST equal those rebuilt by the test, for every business date and every instant of a history.
#[test]
fn as_of_equals_a_rebuild_from_what_was_recorded_by_then() {
    let mut runner = TestRunner::new(Config { cases: 8, max_shrink_iters: 20, ..Config::default() });
    runner
        .run(&steps(), |steps| {
            let app = TestApp::with_receivables(Vec::new());
            let book = play(&app, &steps);
            let id = account_id(&app, "A1");
            let last = steps.len() - 1;
            for known in 0..=last {
                for on in (0..=last).map(day).chain([day(0) - chrono::Days::new(10)]) {
                    check(&app, &id, &book, (on, known))?;
                }
            }
            let verified = app.wired.store.verify().unwrap();
            prop_assert!(verified.holds(), "{verified:?}");
            Ok(())
        })
        .unwrap();
}

fn check(
    app: &TestApp,
    id: &str,
    book: &[Said],
    (on, known): (chrono::NaiveDate, usize),
) -> Result<(), TestCaseError> {
    let at = format!("as_of={on}&known_at={}T09:00:00Z", day(known));
    let found = app.get(&format!("/v1/accounts/{id}/balances?{at}")).expect(200);
    let items = book.iter().filter_map(|said| rebuilt(said, on, known)).filter(|item| item.0 != 0);
    let items = items.collect::<Vec<_>>();
    let sum = |keep: &dyn Fn(&(i64, chrono::NaiveDate)) -> bool| {
        Decimal::new(items.iter().filter(|i| keep(i)).map(|i| i.0).sum(), 2)
    };
    let row = &found["balances"][0];
    if items.is_empty() {
        prop_assert!(row.is_null(), "{} at {}", found, at);
        return Ok(());
    }
    prop_assert_eq!(amount(&row["open_amount"]), sum(&|_| true), "{} at {}", found, at);
    prop_assert_eq!(amount(&row["credits_amount"]), sum(&|i| i.0 < 0), "{} at {}", found, at);
    prop_assert_eq!(amount(&row["overdue_amount"]), sum(&|i| i.0 > 0 && i.1 < on), "{} at {}", found, at);
    prop_assert_eq!(row["open_items"].as_u64(), Some(items.len() as u64), "{} at {}", found, at);
    Ok(())
}
