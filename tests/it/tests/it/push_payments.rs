//! Payments that name what is settled already, and credit notes whose settlement the ERP states itself.

use proto::v1::RowOutcome::Created;
use proto::v1::{EntryAllocation, EntryRow, ReceivableRow};
use testkit::app::TestApp;
use testkit::push::{invoice, payment};

const DATES: (&str, &str) = ("2026-01-15", "2026-02-15");

/// Account `A1` with the open invoices `I1` of 100 and `I2` of 50.
fn book() -> TestApp {
    TestApp::with_receivables(vec![invoice("I1", "A1", "100.00", DATES), invoice("I2", "A1", "50.00", DATES)])
}

fn open(app: &TestApp) -> String {
    app.database.sql(
        "SELECT string_agg(document_no || '=' || trim_scale(open_amount), ' ' ORDER BY document_no) FROM receivable \
         WHERE closed_on IS NULL",
    )
}

/// A payment on the account that lists what it pays.
fn listing(id: &str, amount: &str, lines: &[(&str, &str)]) -> EntryRow {
    let line = |(item, amount): &(&str, &str)| EntryAllocation {
        receivable_external_id: (*item).to_owned(),
        amount: (*amount).to_owned(),
    };
    EntryRow {
        allocations: lines.iter().map(line).collect(),
        ..payment(id, "A1", "", (amount, "2026-03-04"))
    }
}

#[test]
fn money_for_what_is_settled_already_is_kept_on_the_account() {
    let app = book();
    app.push("ERP-E1").entries(vec![payment("E1", "A1", "I1", ("100.00", "2026-03-02"))]).finish();
    let push =
        app.push("ERP-E1").entries(vec![listing("E2", "120.00", &[("I1", "100.00"), ("I2", "20.00")])]);
    assert_eq!(push.outcomes(), [Created]);
    assert_eq!(push.issues(), ["0 allocations allocation.exceeds_open"]);
    push.finish();
    assert_eq!(open(&app), "E2=-100 I2=30");
}

#[test]
fn a_payment_lists_no_more_than_can_be_looked_through() {
    let app = book();
    let push = app.push("ERP-E1").entries(vec![listing("E1", "1001.00", &[("I1", "1.00"); 1001])]);
    assert_eq!(push.issues(), ["0 allocations push.chunk_too_large"]);
    push.finish();
}

#[test]
fn a_credit_note_whose_open_amount_is_stated_is_not_settled_on_top() {
    let app = book();
    let note = || ReceivableRow {
        kind: "credit_note".to_owned(),
        open_amount: "30.00".to_owned(),
        credited_external_id: "I1".to_owned(),
        ..invoice("N1", "A1", "30.00", DATES)
    };
    app.push("ERP-E1").receivables(vec![note()]).finish();
    assert_eq!(open(&app), "I1=100 I2=50 N1=-30", "as the ERP says");
    let entries = || app.database.sql("SELECT count(*) FROM ledger_entry");
    let before = entries();
    app.push("ERP-E1").receivables(vec![note()]).finish();
    assert_eq!((open(&app).as_str(), entries()), ("I1=100 I2=50 N1=-30", before));
}

#[test]
fn a_payment_that_names_its_receivable_lists_no_others() {
    let app = book();
    let both =
        EntryRow { receivable_external_id: "I1".to_owned(), ..listing("E1", "100.00", &[("I2", "40.00")]) };
    let push = app.push("ERP-E1").entries(vec![both]);
    assert_eq!(push.issues(), ["0 allocations push.allocations_misplaced"]);
    push.finish();
    assert_eq!(open(&app), "I1=100 I2=50");
}

/// What an item was overpaid by is moved to another by hand; the payment bounces.
#[test]
fn what_was_moved_from_an_item_is_moved_back_when_its_payment_is_taken_back() {
    let app = book();
    app.push("ERP-E1").entries(vec![payment("E1", "A1", "I1", ("150.00", "2026-03-02"))]).finish();
    assert_eq!(open(&app), "I1=-50 I2=50");
    let id = |document: &str| {
        app.get(&format!("/v1/receivables?document_no={document}")).expect(200)["items"][0]["id"].clone()
    };
    let (from, to) = (id("I1"), id("I2"));
    let path = format!("/v1/receivables/{}/allocations", from.as_str().expect("an id"));
    let lines = serde_json::json!({ "lines": [{ "receivable_id": to, "amount": "50.00" }] });
    app.post(&path, &lines).expect(201);
    assert_eq!(open(&app), "");
    let back = EntryRow {
        kind: "reversal".to_owned(),
        reverses_external_id: "E1".to_owned(),
        ..payment("E2", "A1", "", ("150.00", "2026-03-04"))
    };
    app.push("ERP-E1").entries(vec![back]).finish();
    assert_eq!(open(&app), "I1=100 I2=50");
    assert_eq!(app.database.sql("SELECT count(*) FROM allocation WHERE reversed_at IS NULL"), "0");
    assert!(app.wired.store.verify().expect("verified").holds());
}

#[test]
fn an_item_is_closed_on_the_day_since_which_nothing_is_open() {
    let app = book();
    let closed = || app.database.sql("SELECT closed_on FROM receivable WHERE document_no = 'I1'");
    let back = |id: &str, of: &str, on: &str| EntryRow {
        kind: "reversal".to_owned(),
        reverses_external_id: of.to_owned(),
        ..payment(id, "A1", "", ("100.00", on))
    };
    app.push("ERP-E1").entries(vec![payment("E1", "A1", "I1", ("100.00", "2026-02-05"))]).finish();
    assert_eq!(closed(), "2026-02-05");
    let again = vec![back("R1", "E1", "2026-02-08"), payment("E2", "A1", "I1", ("100.00", "2026-02-09"))];
    app.push("ERP-E1").entries(again).finish();
    assert_eq!(closed(), "2026-02-09", "taken back and paid again in one chunk");
    let mistyped = vec![back("R2", "E2", "2026-02-10"), payment("E3", "A1", "I1", ("100.00", "2030-12-31"))];
    app.push("ERP-E1").entries(mistyped).finish();
    assert_eq!(closed(), "2030-12-31");
    let right = vec![back("R3", "E3", "2026-03-01"), payment("E4", "A1", "I1", ("100.00", "2026-03-01"))];
    app.push("ERP-E1").entries(right).finish();
    assert_eq!(closed(), "2026-03-01", "what a payment and its reversal of one day come to closes nothing");
}

#[test]
fn what_takes_a_payment_back_counts_from_the_day_of_the_payment_at_the_earliest() {
    let app = book();
    let account = crate::reads::account_id(&app, "A1");
    let open_on = |day: &str| {
        app.get(&format!("/v1/accounts/{account}/balances?as_of={day}")).expect(200)["balances"][0]["open_amount"].clone()
    };
    let back = |id: &str, of: &str, amount: &str| EntryRow {
        kind: "reversal".to_owned(),
        reverses_external_id: of.to_owned(),
        ..payment(id, "A1", "", (amount, "2026-02-20"))
    };
    let (on_item, on_account) = (
        payment("E1", "A1", "I1", ("100.00", "2026-03-02")),
        payment("E2", "A1", "", ("30.00", "2026-03-02")),
    );
    app.push("ERP-E1").entries(vec![on_item, on_account]).finish();
    let push = app.push("ERP-E1").entries(vec![back("R1", "E1", "100.00"), back("R2", "E2", "30.00")]);
    assert_eq!(push.outcomes(), [Created, Created]);
    push.finish();
    for day in ["2026-02-25", "2026-03-03"] {
        assert_eq!(open_on(day), "150", "on {day}");
    }
}
