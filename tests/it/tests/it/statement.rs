//! Statements of account.

use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use rust_decimal::Decimal;
use serde_json::{Value, json};
use testkit::TestApp;
use testkit::push::{invoice, payment};

use crate::reads::{account_id, text};

fn book() -> TestApp {
    TestApp::with_receivables(Vec::new())
}

fn amount(value: &Value) -> Decimal {
    text(value).parse().unwrap()
}

#[test]
fn a_statement_opens_moves_and_closes() {
    let app = book();
    app.push("ERP-E1")
        .receivables(vec![
            invoice("F-1", "A1", "100", ("2026-01-10", "2026-02-09")),
            invoice("F-2", "A1", "50", ("2026-02-10", "2026-03-01")),
        ])
        .entries(vec![payment("Z-1", "A1", "F-1", ("30", "2026-02-20"))])
        .finish();
    let path = format!("/v1/accounts/{}/statement?from=2026-02-01&to=2026-02-28", account_id(&app, "A1"));
    let found = app.get(&path).expect(200);
    let euro = &found["statements"][0];
    assert_eq!((&euro["opening_amount"], &euro["closing_amount"]), (&json!("100"), &json!("120")), "{found}");
    let lines = euro["movements"].as_array().unwrap().iter();
    let lines = lines.map(|l| {
        format!("{} {} {} {}", text(&l["on"]), text(&l["kind"]), text(&l["amount"]), text(&l["balance"]))
    });
    assert_eq!(lines.collect::<Vec<_>>(), ["2026-02-10 invoice 50 150", "2026-02-20 payment -30 120"]);
    let open = euro["open_items"].as_array().unwrap();
    assert_eq!(
        (open.len(), &open[0]["days_overdue"], &open[0]["open_amount"]),
        (2, &json!(19), &json!("70"))
    );
    let table = app.call("GET", &path).header("Accept", "text/csv").send().text();
    let lines = table.lines().collect::<Vec<_>>();
    assert_eq!(lines[0], "account,currency,on,movement,kind,document_no,receivable_id,amount,balance");
    assert!(lines[1].starts_with("A1,EUR,2026-02-01,opening,,,,,100"), "{table}");
    assert!(lines[4].starts_with("A1,EUR,2026-02-28,closing,,,,,120"), "{table}");
}

#[test]
fn a_statement_shows_what_was_known() {
    let app = book();
    app.push("ERP-E1").receivables(vec![invoice("F-1", "A1", "100", ("2026-01-10", "2026-02-09"))]).finish();
    app.set_clock("2026-03-10T08:00:00Z".parse().unwrap());
    app.push("ERP-E1").entries(vec![payment("Z-1", "A1", "F-1", ("100", "2026-02-20"))]).finish();
    let path = format!("/v1/accounts/{}/statement?to=2026-03-04", account_id(&app, "A1"));
    assert_eq!(app.get(&path).expect(200)["statements"][0]["closing_amount"], "0");
    let then = app.get(&format!("{path}&known_at=2026-03-04T08:00:00Z")).expect(200);
    assert_eq!(then["statements"][0]["closing_amount"], "100");
}

#[test]
fn wrong_periods_have_codes() {
    let app = book();
    let path = format!("/v1/accounts/{}/statement", account_id(&app, "A1"));
    app.get(&format!("{path}?from=2026-03-02&to=2026-03-01")).refused(422, "statement.period_reversed");
    app.get(&format!("{path}?to=2026-03-05")).refused(422, "as_of.in_future");
    app.get(&format!("{path}?from=2026-13-01")).refused(422, "date.invalid");
    app.get(&format!("{path}?known_at=2020-01-01T00:00:00Z")).refused(422, "known_at.before_first_record");
    app.get(&format!("{path}?until=2026-03-01")).refused(422, "request.parameter_unknown");
}

/// Opening + movements = closing = Σ open items = the balance as of the last day, which is computed in SQL.
#[test]
fn a_statement_adds_up_and_agrees_with_the_balance() {
    let history = proptest::collection::vec((1..90_000i64, 0..50i64, 0..40i64, 1..60_000i64), 1..8);
    let mut runner = TestRunner::new(Config { cases: 5, max_shrink_iters: 10, ..Config::default() });
    runner
        .run(&history, |history| {
            let app = book();
            let today = "2026-03-04".parse::<chrono::NaiveDate>().unwrap();
            let ago = |days: i64| (today - chrono::Duration::days(days)).to_string();
            let (mut invoices, mut payments) = (Vec::new(), Vec::new());
            for (n, (owed, issued, paid, part)) in history.iter().enumerate() {
                let key = format!("F-{n}");
                let amount = Decimal::new(*owed, 2).to_string();
                invoices.push(invoice(&key, "A1", &amount, (&ago(*issued), &ago(issued - 20))));
                let part = Decimal::new(*part, 2).to_string();
                payments.push(payment(&format!("Z-{n}"), "A1", &key, (&part, &ago(*paid))));
            }
            app.push("ERP-E1").receivables(invoices).entries(payments).finish();
            let id = account_id(&app, "A1");
            for (from, to) in [(60, 0), (30, 10), (5, 5)] {
                let (from, to) = (ago(from), ago(to));
                let found = app.get(&format!("/v1/accounts/{id}/statement?from={from}&to={to}")).expect(200);
                let euro = &found["statements"][0];
                let sum = |list: &str, field: &str| {
                    euro[list].as_array().unwrap().iter().map(|row| amount(&row[field])).sum::<Decimal>()
                };
                let closing = amount(&euro["closing_amount"]);
                prop_assert_eq!(
                    amount(&euro["opening_amount"]) + sum("movements", "amount"),
                    closing,
                    "{}",
                    found
                );
                prop_assert_eq!(sum("open_items", "open_amount"), closing, "{}", found);
                let balance = app.get(&format!("/v1/accounts/{id}/balances?as_of={to}")).expect(200);
                let open = balance["balances"][0].get("open_amount").map_or(Decimal::ZERO, amount);
                prop_assert_eq!(open, closing, "{} {}", found, balance);
            }
            Ok(())
        })
        .unwrap();
}
