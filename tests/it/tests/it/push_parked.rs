//! Rows that wait for others, and rows that meet: nothing taken in disappears, nothing old overwrites what is newer.

use proto::v1::RowOutcome::{Created, Parked, Rejected, Unchanged};
use proto::v1::{EntryRow, ReceivableRow};
use testkit::app::TestApp;
use testkit::push::{account, invoice, party, payment};

use crate::reads::{account_id, text};

const DATES: (&str, &str) = ("2026-01-15", "2026-02-15");

/// One account `A1` of legal entity `E1` with nothing open.
fn book() -> TestApp {
    let app = TestApp::start();
    app.entity("E1");
    app.push("ERP-E1").parties(vec![party("P1", "Uno")]).accounts(vec![account("A1", "P1")]).finish();
    app
}

fn dollars(row: ReceivableRow) -> ReceivableRow {
    ReceivableRow { currency: "USD".to_owned(), ..row }
}

fn reversal(id: &str, of: &str) -> EntryRow {
    let row = payment(id, "A1", "", ("1.00", "2026-03-04"));
    EntryRow { kind: "reversal".to_owned(), reverses_external_id: of.to_owned(), ..row }
}

/// Open amount of A1 in euro, now or as of a day.
fn open(app: &TestApp, at: &str) -> String {
    let found = app.get(&format!("/v1/accounts/{}/balances{at}", account_id(app, "A1"))).expect(200);
    let rows = found["balances"].as_array().expect("balances").iter();
    let euro = rows.filter(|row| row["currency"] == "EUR").map(|row| text(&row["open_amount"])).next();
    euro.unwrap_or_else(|| "0".to_owned())
}

#[test]
fn a_payment_that_waited_and_turns_out_wrong_stays_listed_with_what_is_wrong() {
    let app = book();
    let push = app.push("ERP-E1").entries(vec![payment("Z1", "A1", "F1", ("30.00", "2026-03-01"))]);
    assert_eq!(push.outcomes(), [Parked]);
    let finished = push.receivables(vec![dollars(invoice("F1", "A1", "30.00", DATES))]).finish();
    assert_eq!((finished.unparked, finished.still_parked), (0, 1));
    let listed =
        app.database.sql("SELECT external_id, reason_code FROM parked_row WHERE resolved_at IS NULL");
    assert_eq!(listed, "Z1|entry.currency_differs");
    // Corrected, it is taken in and no longer waits.
    let mut corrected = payment("Z1", "A1", "F1", ("30.00", "2026-03-01"));
    "USD".clone_into(&mut corrected.currency);
    let push = app.push("ERP-E1").entries(vec![corrected]);
    assert_eq!(push.outcomes(), [Created]);
    assert_eq!(push.finish().still_parked, 0);
}

#[test]
fn a_row_that_waited_does_not_overwrite_what_was_sent_after_it() {
    let app = book();
    let push = app.push("ERP-E1").receivables(vec![invoice("F1", "A2", "100.00", DATES)]);
    assert_eq!(push.outcomes(), [Parked]);
    let push = push.accounts(vec![account("A2", "P1")]);
    let push = push.receivables(vec![invoice("F1", "A2", "120.00", DATES)]);
    assert_eq!(push.outcomes(), [Created]);
    assert_eq!(push.finish().still_parked, 0);
    assert_eq!(app.database.sql("SELECT open_amount FROM receivable"), "120.0000");
    assert_eq!(app.database.sql("SELECT count(*) FROM receivable_revision"), "0");
}

#[test]
fn an_entry_is_taken_back_once() {
    let app = book();
    let push = app
        .push("ERP-E1")
        .receivables(vec![invoice("F1", "A1", "100.00", DATES)])
        .entries(vec![payment("Z1", "A1", "F1", ("100.00", "2026-03-01"))])
        .entries(vec![reversal("Z2", "Z1"), reversal("Z3", "Z1")]);
    assert_eq!(push.outcomes(), [Created, Rejected]);
    assert_eq!(push.issues(), ["1 reverses_external_id push.entry_not_reversible"]);
    let push = push.entries(vec![reversal("Z4", "Z1")]);
    assert_eq!(push.outcomes(), [Rejected], "nor in a later chunk");
    push.finish();
    assert_eq!(open(&app, ""), "100");
}

#[test]
fn a_credit_note_in_another_currency_is_not_set_against_its_invoice() {
    let app = book();
    let credit = ReceivableRow {
        kind: "credit_note".to_owned(),
        credited_external_id: "F1".to_owned(),
        ..dollars(invoice("C1", "A1", "100.00", DATES))
    };
    let push = app.push("ERP-E1").receivables(vec![invoice("F1", "A1", "100.00", DATES), credit]);
    assert_eq!(push.outcomes(), [Created, Created]);
    assert_eq!(push.issues(), ["1 currency allocation.currency_mismatch"]);
    push.finish();
    assert_eq!(open(&app, ""), "100");
    assert_eq!(app.database.sql("SELECT count(*) FROM allocation"), "0");
}

fn credit_note(id: &str, credited: &str, amount: &str) -> ReceivableRow {
    ReceivableRow {
        kind: "credit_note".to_owned(),
        credited_external_id: credited.to_owned(),
        ..invoice(id, "A1", amount, DATES)
    }
}

#[test]
fn a_credit_note_that_comes_before_its_invoice_is_a_credit_and_settles_it_when_it_comes() {
    let app = book();
    let push = app.push("ERP-E1").receivables(vec![credit_note("C1", "F1", "40.00")]);
    assert_eq!(push.outcomes(), [Created], "it is booked at once");
    assert_eq!(push.issues(), ["0 credited_external_id push.receivable_missing"]);
    assert_eq!(push.finish().still_parked, 1);
    assert_eq!(open(&app, ""), "-40");
    let waiting = &app.get("/v1/parked-rows").expect(200)["items"][0];
    assert_eq!((&waiting["external_id"], &waiting["waits_for_external_id"]), (&"C1".into(), &"F1".into()));

    let push = app.push("ERP-E1").receivables(vec![credit_note("C1", "F1", "40.00")]);
    assert_eq!(push.outcomes(), [Unchanged], "said again, it goes on waiting");
    assert_eq!(push.finish().still_parked, 1);

    let finished = app.push("ERP-E1").receivables(vec![invoice("F1", "A1", "100.00", DATES)]).finish();
    assert_eq!((finished.unparked, finished.still_parked), (1, 0));
    assert_eq!(open(&app, ""), "60");
    assert_eq!(app.database.sql("SELECT count(*) || ' ' || sum(amount) FROM allocation"), "1 40.0000");
    let credited = "SELECT count(*) FROM receivable c JOIN receivable i ON i.id = c.credited_receivable_id \
                    WHERE c.document_no = 'C1' AND i.document_no = 'F1'";
    assert_eq!(app.database.sql(credited), "1");

    let again = app.push("ERP-E1").receivables(vec![credit_note("C1", "F1", "40.00")]).finish();
    assert_eq!((again.unparked, again.still_parked), (0, 0));
    assert_eq!(app.database.sql("SELECT count(*) FROM allocation"), "1", "once linked, it is not set again");
}

/// What was open when it came is not open any more when its invoice comes.
#[test]
fn a_credit_note_that_waited_is_settled_with_what_is_left_of_it() {
    let app = book();
    let credit = ReceivableRow { open_amount: "40.00".to_owned(), ..credit_note("C1", "F1", "40.00") };
    app.push("ERP-E1").receivables(vec![credit]).finish();
    app.push("ERP-E1").entries(vec![payment("Z1", "A1", "C1", ("10.00", "2026-03-01"))]).finish();
    assert_eq!(open(&app, ""), "-30");
    let finished = app.push("ERP-E1").receivables(vec![invoice("F1", "A1", "100.00", DATES)]).finish();
    assert_eq!((finished.unparked, finished.still_parked), (1, 0));
    assert_eq!(open(&app, ""), "70");
    assert_eq!(app.database.sql("SELECT sum(amount) FROM allocation"), "30.0000");
}

#[test]
fn a_credit_note_that_names_the_invoice_of_another_account_stays_a_credit() {
    let app = book();
    let push = app.push("ERP-E1").accounts(vec![account("A2", "P1")]);
    let push = push.receivables(vec![invoice("F1", "A2", "100.00", DATES), credit_note("C1", "F1", "40.00")]);
    assert_eq!(push.issues(), ["1 credited_external_id push.receivable_missing"]);
    assert_eq!(push.finish().still_parked, 0);
    assert_eq!(app.database.sql("SELECT count(*) FROM allocation"), "0");
}

/// The invoice was set against cash and then moved to a later day: in between, the money is neither gone nor hidden.
#[test]
fn an_invoice_moved_to_a_later_day_leaves_what_was_paid_on_it_in_sight() {
    let app = book();
    app.push("ERP-E1")
        .receivables(vec![invoice("F1", "A1", "100.00", ("2026-02-10", "2026-03-20"))])
        .entries(vec![payment("Z1", "A1", "", ("100.00", "2026-02-12"))])
        .finish();
    app.push("ERP-E1")
        .receivables(vec![invoice("F1", "A1", "100.00", ("2026-02-20", "2026-03-20"))])
        .finish();
    for (day, expected) in
        [("2026-02-11", "0"), ("2026-02-12", "-100"), ("2026-02-19", "-100"), ("2026-02-20", "0")]
    {
        assert_eq!(open(&app, &format!("?as_of={day}")), expected, "{day}");
    }
}

/// Received on 10 February, set against an invoice issued on the 20th: in between it is open, not gone.
#[test]
fn money_received_before_its_invoice_was_issued_is_open_until_then() {
    let app = book();
    app.push("ERP-E1")
        .receivables(vec![invoice("F1", "A1", "100.00", ("2026-02-20", "2026-03-20"))])
        .entries(vec![payment("Z1", "A1", "", ("100.00", "2026-02-10"))])
        .finish();
    assert_eq!(open(&app, ""), "0");
    for (day, expected) in
        [("2026-02-09", "0"), ("2026-02-10", "-100"), ("2026-02-19", "-100"), ("2026-02-20", "0")]
    {
        assert_eq!(open(&app, &format!("?as_of={day}")), expected, "{day}");
    }
}

#[test]
fn a_notice_about_an_accepted_row_does_not_call_it_rejected() {
    let app = book();
    let push = app.push("ERP-E1").receivables(vec![invoice("F1", "A1", "100.00", DATES)]);
    let push = push.entries(vec![payment("Z1", "A1", "F1", ("130.00", "2026-03-01"))]);
    assert_eq!(push.issues(), ["0 amount entry.exceeds_open"]);
    let answer = push.answers.last().expect("an answer");
    assert_eq!(answer.issues.first().map(|issue| issue.outcome()), Some(Created));
    push.finish();
}
