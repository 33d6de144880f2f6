//! From which day on an allocation by hand counts, and from which it is taken back.

use proto::v1::ReceivableRow;
use serde_json::{Value, json};
use testkit::TestApp;
use testkit::push::{invoice, payment};

use super::{allocate, book, holds, open};
use crate::reads::{account_id, receivable, text};

/// The book with a credit note of 10 January, older than invoice F-2 of 2 February.
fn with_note() -> TestApp {
    let app = book();
    let note = ReceivableRow {
        kind: "credit_note".to_owned(),
        ..invoice("N-1", "A1", "-30", ("2026-01-10", "2026-01-10"))
    };
    app.push("ERP-E1").receivables(vec![note]).finish();
    app
}

fn line(app: &TestApp, document: &str, amount: &str, effective_on: Option<&str>) -> Value {
    let lines = json!([{ "receivable_id": receivable(app, document)["id"], "amount": amount }]);
    match effective_on {
        Some(on) => json!({ "lines": lines, "effective_on": on }),
        None => json!({ "lines": lines }),
    }
}

/// Debits and credits in euro of A1 at the end of a day.
fn sides(app: &TestApp, on: &str) -> (String, String) {
    let account = account_id(app, "A1");
    let found = app.get(&format!("/v1/accounts/{account}/balances?as_of={on}")).expect(200);
    let euro = found["balances"].as_array().unwrap().iter().find(|row| row["currency"] == "EUR");
    let euro = euro.unwrap_or_else(|| panic!("no euro in {found}"));
    (text(&euro["debits_amount"]), text(&euro["credits_amount"]))
}

fn too_early(reply: &testkit::http::Reply) {
    reply.refused(422, "effective_on.too_early");
    assert_eq!(reply.json()["errors"][0]["field"], "effective_on", "{}", reply.text());
}

#[test]
fn an_allocation_counts_from_the_day_both_documents_are_issued() {
    let app = with_note();
    // Cash of 20 February and an invoice of 2 January: the later of the two is the first day.
    too_early(&allocate(&app, "Z-1", &line(&app, "F-1", "100", Some("2026-02-19"))));
    // A note of 10 January and an invoice of 2 February.
    too_early(&allocate(&app, "N-1", &line(&app, "F-2", "30", Some("2026-02-01"))));
    // Rules that find what was issued later are held to it as well.
    too_early(&allocate(&app, "Z-1", &json!({ "effective_on": "2026-02-19" })));
    assert_eq!(
        (open(&app, "F-1"), open(&app, "F-2"), open(&app, "Z-1")),
        ("100".into(), "80".into(), "-150".into())
    );
    let before = ["2026-01-31", "2026-02-01", "2026-02-19"].map(|on| sides(&app, on));
    assert_eq!(
        before,
        [("100", "-30"), ("100", "-30"), ("180", "-30")].map(|(d, c)| (d.to_owned(), c.to_owned()))
    );
    allocate(&app, "Z-1", &line(&app, "F-1", "100", Some("2026-02-20"))).expect(201);
    allocate(&app, "N-1", &line(&app, "F-2", "30", Some("2026-02-02"))).expect(201);
    assert_eq!(sides(&app, "2026-02-01"), before[1], "before that day nothing has changed");
    assert_eq!(sides(&app, "2026-02-19"), ("150".into(), "0".into()));
    assert_eq!(sides(&app, "2026-02-20"), ("50".into(), "-50".into()));
    holds(&app);
}

/// F-1 is overpaid on 20 February: before, there was nothing to move.
#[test]
fn what_was_paid_only_later_is_not_set_against_anything_before() {
    let app = book();
    app.push("ERP-E1").entries(vec![payment("P-1", "A1", "F-1", ("130", "2026-02-20"))]).finish();
    too_early(&allocate(&app, "F-1", &line(&app, "F-2", "30", Some("2026-02-19"))));
    allocate(&app, "F-1", &line(&app, "F-2", "30", Some("2026-02-20"))).expect(201);
    // Free from 20 February to the 23rd, and again from the 25th on.
    let done = allocate(&app, "Z-1", &line(&app, "F-2", "50", Some("2026-02-23"))).expect(201);
    let path = format!("/v1/allocations/{}/reversal", text(&done["allocations"][0]["id"]));
    app.post(&path, &json!({ "effective_on": "2026-02-25" })).expect(200);
    app.push("ERP-E1").receivables(vec![invoice("F-4", "A1", "150", ("2026-02-02", "2026-03-04"))]).finish();
    too_early(&allocate(&app, "Z-1", &line(&app, "F-4", "150", Some("2026-02-22"))));
    allocate(&app, "Z-1", &line(&app, "F-4", "100", Some("2026-02-22"))).expect(201);
    assert_eq!(sides(&app, "2026-02-24"), ("50".into(), "0".into()));
    holds(&app);
}

#[test]
fn an_allocation_is_taken_back_no_earlier_than_it_was_made() {
    let app = book();
    let done = allocate(&app, "Z-1", &line(&app, "F-1", "100", Some("2026-02-25"))).expect(201);
    let path = format!("/v1/allocations/{}/reversal", text(&done["allocations"][0]["id"]));
    too_early(&app.post(&path, &json!({ "effective_on": "2026-02-24" })));
    assert_eq!(open(&app, "F-1"), "0");
    let back = app.post(&path, &json!({ "effective_on": "2026-02-25" })).expect(200);
    assert_eq!(back["effective_on"], "2026-02-25");
    for day in ["2026-02-24", "2026-02-25", "2026-03-04"] {
        assert_eq!(sides(&app, day), ("180".into(), "-150".into()), "{day}: nothing is open twice");
    }
    holds(&app);
}

/// An invoice may be pushed ahead of its date. Set against it today, the credit is gone from that date on and not before.
#[test]
fn what_is_set_against_a_document_of_a_day_to_come_counts_from_that_day() {
    let app = book();
    app.push("ERP-E1").receivables(vec![invoice("F-3", "A1", "50", ("2026-03-20", "2026-04-20"))]).finish();
    let done = allocate(&app, "Z-1", &line(&app, "F-3", "50", None)).expect(201);
    let allocation = text(&done["allocations"][0]["id"]);
    let kept = app.get(&format!("/v1/allocations/{allocation}")).expect(200);
    assert_eq!(kept["effective_on"], "2026-03-20", "{kept}");
    let back = app.post(&format!("/v1/allocations/{allocation}/reversal"), &json!({})).expect(200);
    assert_eq!(back["effective_on"], "2026-03-20", "not before it counts");
    holds(&app);
}

#[test]
fn an_item_is_closed_on_the_latest_day_of_what_settled_it() {
    let app = book();
    app.push("ERP-E1").entries(vec![payment("Z-3", "A1", "F-1", ("60", "2026-03-01"))]).finish();
    allocate(&app, "Z-1", &line(&app, "F-1", "40", Some("2026-02-20"))).expect(201);
    assert_eq!(receivable(&app, "F-1")["closed_on"], "2026-03-01", "by hand");
    app.push("ERP-E1").entries(vec![payment("Z-4", "A1", "F-2", ("50", "2026-03-02"))]).finish();
    app.push("ERP-E1").entries(vec![payment("Z-5", "A1", "F-2", ("30", "2026-02-10"))]).finish();
    assert_eq!(receivable(&app, "F-2")["closed_on"], "2026-03-02", "by a push");
    holds(&app);
}
