//! Rows that waited and are tried again: none of them can keep a session from its end.

use proto::v1::RowOutcome::{Created, Parked, Rejected};
use proto::v1::{EntryRow, SessionState};
use testkit::app::TestApp;
use testkit::push::{invoice, payment};

const DATES: (&str, &str) = ("2026-01-15", "2026-02-15");

/// Account `A1` with the open invoice `F1` of 100.
fn book() -> TestApp {
    TestApp::with_receivables(vec![invoice("F1", "A1", "100.00", DATES)])
}

fn entry(id: &str, kind: &str, (receivable, reverses): (&str, &str), amount: &str) -> EntryRow {
    EntryRow {
        kind: kind.to_owned(),
        reverses_external_id: reverses.to_owned(),
        ..payment(id, "A1", receivable, (amount, "2026-03-01"))
    }
}

fn waiting(app: &TestApp) -> String {
    app.database
        .sql("SELECT external_id, reason_code FROM parked_row WHERE resolved_at IS NULL ORDER BY external_id")
}

/// A mark as doubtful moves no amount, so there is nothing that an entry could take back.
#[test]
fn a_mark_as_doubtful_is_not_taken_back_and_spoils_no_neighbour() {
    let app = book();
    let back = || entry("Z2", "reversal", ("", "Z1"), "0");
    let push = app.push("ERP-E1").entries(vec![entry("Z1", "doubtful", ("F1", ""), "0")]);
    assert_eq!(push.outcomes(), [Created]);
    let push = push.entries(vec![back(), payment("Z3", "A1", "F1", ("10.00", "2026-03-01"))]);
    assert_eq!(push.outcomes(), [Rejected, Created]);
    assert_eq!(push.issues(), ["0 reverses_external_id push.entry_not_reversible"]);
    // The same where it comes first and waits.
    let push = push.entries(vec![entry("Z4", "reversal", ("", "Z5"), "0")]);
    assert_eq!(push.outcomes(), [Parked]);
    let finished = push.entries(vec![entry("Z5", "doubtful", ("F1", ""), "0")]).finish();
    assert_eq!((finished.unparked, finished.still_parked), (0, 1));
    assert_eq!(waiting(&app), "Z4|push.entry_not_reversible");
    assert!(app.wired.store.verify().expect("verified").holds());
}

#[test]
fn a_reversal_that_waits_says_that_its_entry_is_missing() {
    let app = book();
    let push = app.push("ERP-E1").entries(vec![entry("Z2", "reversal", ("", "Z1"), "10.00")]);
    assert_eq!(push.outcomes(), [Parked]);
    assert_eq!(push.issues(), ["0 reverses_external_id push.entry_missing"]);
    push.finish();
    assert_eq!(waiting(&app), "Z2|push.entry_missing");
}

/// Whatever a row does to the database: its neighbours are taken in, it is listed with what happened, and the session ends.
#[test]
fn no_row_that_waited_keeps_a_session_from_its_end() {
    let app = book();
    let ids = ["Z1", "Z2", "Z3", "Z4", "Z5"];
    let rows = ids
        .map(|id| EntryRow { reference: id.to_owned(), ..payment(id, "A1", "F9", ("1.00", "2026-03-01")) });
    let push = app.push("ERP-E1").entries(rows.to_vec());
    assert_eq!(push.outcomes(), [Parked; 5]);
    app.database.sql("ALTER TABLE ledger_entry ADD CONSTRAINT no_z3 CHECK (reference <> 'Z3')");
    app.database.sql("UPDATE parked_row SET payload = '{\"unknown\": 1}' WHERE external_id = 'Z5'");
    let finished = push.receivables(vec![invoice("F9", "A1", "30.00", DATES)]).finish();
    assert_eq!(finished.session.expect("a session").state(), SessionState::Finished);
    assert_eq!((finished.unparked, finished.still_parked), (3, 2));
    assert_eq!(waiting(&app), "Z3|internal\nZ5|internal");
    let open = "SELECT trim_scale(open_amount) FROM receivable WHERE document_no = 'F9'";
    assert_eq!(app.database.sql(open), "27");
    // The next session tries again: nothing is lost.
    app.database.sql("ALTER TABLE ledger_entry DROP CONSTRAINT no_z3");
    let finished = app.push("ERP-E1").finish();
    assert_eq!((finished.unparked, finished.still_parked), (1, 1));
    assert_eq!(app.database.sql(open), "26");
    assert!(app.wired.store.verify().expect("verified").holds());
}
