//! Rows that state what is still open: the difference becomes an entry, and what agrees writes nothing.

use proto::v1::RowOutcome::{Created, Unchanged, Updated};
use proto::v1::{OpenSessionRequest, ReceivableRow};
use testkit::app::TestApp;
use testkit::push::{Push, invoice, payment};

use crate::grpc_methods::delta;
use crate::reads::{account_id, receivable, text};

const DATES: (&str, &str) = ("2026-01-15", "2026-02-15");

/// Account `A1` with nothing open.
fn book() -> TestApp {
    TestApp::with_receivables(Vec::new())
}

fn stating(id: &str, amount: &str, open: &str) -> ReceivableRow {
    ReceivableRow { open_amount: open.to_owned(), ..invoice(id, "A1", amount, DATES) }
}

#[test]
fn the_way_of_a_stated_open_amount_is_told_by_entries_of_each_day() {
    let app = book();
    let days = [
        ("2026-03-04", "100", Created),
        ("2026-03-05", "60", Updated),
        ("2026-03-06", "20", Updated),
        ("2026-03-09", "100", Updated),
        ("2026-03-10", "20", Updated),
        ("2026-03-11", "20", Unchanged),
    ];
    for (day, open, outcome) in days {
        app.set_clock(format!("{day}T08:00:00Z").parse().expect("an instant"));
        let push = app.push("ERP-E1").receivables(vec![stating("F1", "100.00", open)]);
        assert_eq!(push.outcomes(), [outcome], "{day}");
        push.finish();
        assert_eq!(receivable(&app, "F1")["open_amount"], open, "{day}");
    }
    let entries = app.get("/v1/entries?limit=10").expect(200);
    let mut found = entries["items"]
        .as_array()
        .expect("items")
        .iter()
        .map(|e| format!("{} {} {}", text(&e["effective_on"]), text(&e["kind"]), text(&e["amount"])))
        .collect::<Vec<_>>();
    found.sort();
    assert_eq!(
        found,
        [
            "2026-03-05 cleared_unknown -40",
            "2026-03-06 cleared_unknown -40",
            "2026-03-09 clearing_reset 80",
            "2026-03-10 cleared_unknown -80",
        ]
    );
    let account = account_id(&app, "A1");
    let as_of = [
        ("2026-03-04", "100"),
        ("2026-03-05", "60"),
        ("2026-03-08", "20"),
        ("2026-03-09", "100"),
        ("2026-03-11", "20"),
    ];
    for (day, open) in as_of {
        let found = app.get(&format!("/v1/accounts/{account}/balances?as_of={day}")).expect(200);
        assert_eq!(found["balances"][0]["open_amount"], open, "{day}");
    }
    assert!(app.wired.store.verify().expect("verified").holds());
}

/// A lock is a write: it would be found in every row, and in the journal of the database.
#[test]
fn an_open_amount_that_agrees_writes_and_locks_nothing() {
    let app = book();
    let rows = || {
        let open = (0..200)
            .map(|n| stating(&format!("F{n}"), "100.00", if n % 2 == 0 { "100.00" } else { "60.00" }));
        open.collect::<Vec<_>>()
    };
    app.push("ERP-E1").receivables(rows()).finish();
    let written = |but: &str| {
        app.database.sql(&format!(
            "SELECT (SELECT string_agg(xmin || ' ' || xmax, ',' ORDER BY id) FROM receivable WHERE document_no <> '{but}'), \
                 (SELECT string_agg(xmin || ' ' || xmax, ',' ORDER BY external_id) FROM natural_key), \
                 (SELECT count(*) FROM ledger_entry WHERE receivable_id NOT IN \
                     (SELECT id FROM receivable WHERE document_no = '{but}')), \
                 (SELECT count(*) FROM receivable_revision)"
        ))
    };
    let (before, neighbours) = (written(""), written("F7"));
    let push = app.push("ERP-E1").receivables(rows());
    assert_eq!(push.outcomes(), [Unchanged; 200]);
    assert_eq!(written(""), before, "nothing was touched");
    // One that differs is the only one touched, also among others.
    let mut moved = rows();
    "40.00".clone_into(&mut moved[7].open_amount);
    let push = push.receivables(moved);
    assert_eq!(push.outcomes().iter().filter(|o| **o != Unchanged).count(), 1);
    push.finish();
    assert_eq!(receivable(&app, "F7")["open_amount"], "40");
    assert_eq!(written("F7"), neighbours, "its neighbours were not touched");
}

/// What moved an item since is seen although the row itself says what it said before.
#[test]
fn an_open_amount_that_was_moved_meanwhile_is_brought_back_to_what_the_erp_states() {
    let app = book();
    app.push("ERP-E1")
        .receivables(vec![stating("F1", "100.00", "100.00")])
        .entries(vec![payment("Z1", "A1", "F1", ("30.00", "2026-03-01"))])
        .finish();
    let push = app.push("ERP-E1").receivables(vec![stating("F1", "100.00", "100.00")]);
    assert_eq!(push.outcomes(), [Updated]);
    push.finish();
    assert_eq!(receivable(&app, "F1")["open_amount"], "100");
}

/// The rows of an earlier day come late: what was open then says nothing of what is open now.
#[test]
fn what_was_open_on_an_earlier_day_is_not_taken_for_what_is_open_now() {
    let app = book();
    let push_of = |day: &str, sequence: i64, rows: Vec<ReceivableRow>| {
        let asked = OpenSessionRequest { as_of: day.to_owned(), ..delta(sequence) };
        let session = app.grpc().open(asked).expect("a session");
        Push::resume(app.grpc(), session).receivables(rows)
    };
    push_of("2026-03-01", 1001, vec![stating("F1", "100.00", "100.00")]).finish();
    push_of("2026-03-03", 1002, vec![stating("F1", "100.00", "0.00")]).finish();
    let entries = || app.database.sql("SELECT count(*) FROM ledger_entry");
    let before = entries();
    let late = push_of("2026-03-02", 1003, vec![stating("F1", "100.00", "60.00")]);
    assert_eq!(late.outcomes(), [Unchanged]);
    assert_eq!(late.issues(), ["0 open_amount push.open_amount_old"]);
    late.finish();
    assert_eq!(entries(), before);
    assert_eq!(app.database.sql("SELECT trim_scale(open_amount) FROM receivable"), "0");
    let agreeing = push_of("2026-03-02", 1004, vec![stating("F1", "100.00", "0.00")]);
    assert!(agreeing.issues().is_empty());
    agreeing.finish();
    let again = push_of("2026-03-03", 1005, vec![stating("F1", "100.00", "60.00")]);
    assert_eq!(again.outcomes(), [Updated], "the same day may be told again");
    again.finish();
    assert_eq!(app.database.sql("SELECT trim_scale(open_amount) FROM receivable"), "60");
}
