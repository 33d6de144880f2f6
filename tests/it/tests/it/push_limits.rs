//! The largest amounts: one that would not fit any more refuses its row and no other.

use proto::v1::RowOutcome::{Created, Parked, Rejected, Updated};
use proto::v1::{ControlTotal, EntryAllocation, EntryRow, FinishSessionRequest};
use testkit::app::TestApp;
use testkit::push::{code, invoice, payment};

use crate::grpc_methods::delta;

const DATES: (&str, &str) = ("2026-01-15", "2026-02-15");
const LARGEST: &str = "999999999999999";

/// Account `A1` with the open invoices `F1`, as large as can be, and `F2` of 100.
fn book() -> TestApp {
    TestApp::with_receivables(vec![invoice("F1", "A1", LARGEST, DATES), invoice("F2", "A1", "100.00", DATES)])
}

fn entry(id: &str, kind: &str, receivable: &str, amount: &str) -> EntryRow {
    EntryRow { kind: kind.to_owned(), ..payment(id, "A1", receivable, (amount, "2026-03-01")) }
}

fn open(app: &TestApp) -> String {
    app.database.sql("SELECT trim_scale(open_amount) FROM receivable ORDER BY id")
}

#[test]
fn an_entry_after_which_too_much_would_be_open_is_refused_alone() {
    let app = book();
    let push = app.push("ERP-E1").entries(vec![
        entry("Z1", "adjustment", "F1", LARGEST),
        entry("Z2", "payment", "F2", "40.00"),
        entry("Z3", "adjustment", "F1", "0.01"),
        entry("Z4", "adjustment", "F1", "-1"),
    ]);
    assert_eq!(push.outcomes(), [Rejected, Created, Rejected, Created]);
    assert_eq!(push.issues(), ["0 amount amount.too_large", "2 amount amount.too_large"]);
    push.finish();
    assert_eq!(open(&app), "999999999999998\n60");
}

#[test]
fn a_reversal_after_which_too_much_would_be_open_is_refused_alone() {
    let app = book();
    let push = app
        .push("ERP-E1")
        .entries(vec![entry("Z1", "payment", "F1", "5"), entry("Z2", "adjustment", "F1", "5")]);
    let back = EntryRow { reverses_external_id: "Z1".to_owned(), ..entry("Z3", "reversal", "", "5") };
    let push = push.entries(vec![back, entry("Z4", "payment", "F2", "40.00")]);
    assert_eq!(push.outcomes(), [Rejected, Created]);
    assert_eq!(push.issues(), ["0 amount amount.too_large"]);
    push.finish();
    assert_eq!(open(&app), "999999999999999\n60");
}

#[test]
fn money_on_account_whose_return_would_leave_too_much_open_does_not_bounce_and_nothing_moves() {
    let app = book();
    let listed =
        |id: &str, amount: &str| EntryAllocation { receivable_external_id: id.into(), amount: amount.into() };
    let cash = EntryRow {
        allocations: vec![listed("F1", "5"), listed("F2", "7")],
        ..entry("Z1", "payment", "", "12")
    };
    let push = app.push("ERP-E1").entries(vec![cash, entry("Z2", "adjustment", "F1", "5")]);
    assert_eq!(push.outcomes(), [Created, Created]);
    let back = EntryRow { reverses_external_id: "Z1".to_owned(), ..entry("Z3", "reversal", "", "12") };
    let push = push.entries(vec![back, entry("Z4", "payment", "F2", "40.00")]);
    assert_eq!(push.outcomes(), [Rejected, Created]);
    assert_eq!(push.issues(), ["0 amount amount.too_large"]);
    push.finish();
    assert_eq!(open(&app), "999999999999999\n53\n0");
    assert_eq!(app.database.sql("SELECT count(*) FROM allocation WHERE reversed_at IS NULL"), "2");
}

#[test]
fn a_correction_after_which_too_much_would_be_open_is_refused_alone() {
    let app = book();
    let push = app.push("ERP-E1").entries(vec![entry("Z1", "adjustment", "F2", "999999999999000")]);
    assert_eq!(push.outcomes(), [Created]);
    let push =
        push.receivables(vec![invoice("F2", "A1", "5000.00", DATES), invoice("F1", "A1", "700.00", DATES)]);
    assert_eq!(push.outcomes(), [Rejected, Updated]);
    assert_eq!(push.issues(), ["0 amount amount.too_large"]);
    push.finish();
    assert_eq!(open(&app), "700\n999999999999100");
}

/// From as much too little as fits to as much as fits is a step that fits into no entry.
#[test]
fn a_stated_open_amount_that_takes_too_large_an_entry_is_refused_alone() {
    let app = book();
    let push = app.push("ERP-E1").entries(vec![
        entry("Z1", "payment", "F1", LARGEST),
        entry("Z2", "payment", "F1", LARGEST),
        entry("Z3", "payment", "F1", "1"),
    ]);
    assert_eq!(push.outcomes(), [Created, Created, Rejected]);
    let mut stated = invoice("F1", "A1", LARGEST, DATES);
    LARGEST.clone_into(&mut stated.open_amount);
    let mut other = invoice("F2", "A1", "100.00", DATES);
    "30".clone_into(&mut other.open_amount);
    let push = push.receivables(vec![stated, other]);
    assert_eq!(push.outcomes(), [Rejected, Updated]);
    assert_eq!(push.issues(), ["0 open_amount amount.too_large"]);
    push.finish();
    assert_eq!(open(&app), "-999999999999999\n30");
}

#[test]
fn a_row_that_waited_and_would_be_too_large_stays_listed_with_what_is_wrong() {
    let app = book();
    let push = app.push("ERP-E1").entries(vec![entry("Z1", "adjustment", "F9", LARGEST)]);
    assert_eq!(push.outcomes(), [Parked]);
    let finished = push.receivables(vec![invoice("F9", "A1", LARGEST, DATES)]).finish();
    assert_eq!((finished.unparked, finished.still_parked), (0, 1));
    assert_eq!(app.database.sql("SELECT reason_code FROM parked_row"), "amount.too_large");
}

#[test]
fn control_totals_have_bounds() {
    let app = book();
    let grpc = app.grpc();
    let session = grpc.open(delta(7)).expect("a session").id;
    let total = |group: &str| ControlTotal {
        currency: "EUR".to_owned(),
        account_group: group.to_owned(),
        open_amount: "1".to_owned(),
        open_count: 0,
    };
    let finish = |control_totals: Vec<ControlTotal>| {
        code(
            &grpc
                .finish(FinishSessionRequest { session_id: session.clone(), control_totals })
                .expect_err("refused"),
        )
    };
    assert_eq!(finish(vec![total(""); 1001]), "push.control_totals_too_many");
    assert_eq!(finish(vec![total("a\0b")]), "text.control_character");
    assert_eq!(finish(vec![total(&"x".repeat(10_000))]), "text.too_long");
}
