//! Keys under another account than the one they came with: refused, and what they named stays where it is.

use proto::v1::RowOutcome::{Created, Rejected};
use proto::v1::{EntryAllocation, EntryRow, InstrumentItem, InstrumentRow};
use testkit::app::TestApp;
use testkit::push::{account, invoice, party, payment};

const DATES: (&str, &str) = ("2026-01-15", "2026-02-15");

/// Accounts `A1` and `A2` with the open invoices `F1` and `F2`, and under `A1` the instrument `I1` and the payment `Z1` of 10.
fn book() -> TestApp {
    let app = TestApp::start();
    app.entity("E1");
    let push = app
        .push("ERP-E1")
        .parties(vec![party("P1", "Uno")])
        .accounts(vec![account("A1", "P1"), account("A2", "P1")])
        .receivables(vec![invoice("F1", "A1", "100.00", DATES), invoice("F2", "A2", "100.00", DATES)])
        .instruments(vec![instrument("I1", "A1", "F1")])
        .entries(vec![payment("Z1", "A1", "F1", ("10.00", "2026-03-01"))]);
    assert_eq!(push.outcomes(), [Created]);
    push.finish();
    app
}

fn instrument(id: &str, account: &str, covers: &str) -> InstrumentRow {
    InstrumentRow {
        external_id: id.to_owned(),
        account_external_id: account.to_owned(),
        kind: "promissory_note".to_owned(),
        amount: "10.00".to_owned(),
        currency: "EUR".to_owned(),
        received_on: "2026-02-01".to_owned(),
        maturity_on: "2026-05-05".to_owned(),
        items: vec![InstrumentItem { receivable_external_id: covers.to_owned(), amount: "10.00".to_owned() }],
        ..InstrumentRow::default()
    }
}

/// Everything that such a row could move.
fn written(app: &TestApp) -> String {
    app.database.sql(
        "SELECT (SELECT string_agg(xmin::text || open_amount, ' ' ORDER BY id) FROM receivable), \
             (SELECT string_agg(xmin::text || account_id, ' ') FROM instrument), \
             (SELECT string_agg(xmin::text || receivable_id, ' ') FROM instrument_item), \
             (SELECT count(*) FROM ledger_entry), (SELECT count(*) FROM natural_key)",
    )
}

#[test]
fn an_instrument_keeps_its_account_and_covers_receivables_of_that_alone() {
    let app = book();
    let before = written(&app);
    let push = app.push("ERP-E1");
    let push = push.instruments(vec![instrument("I1", "A2", "F2"), instrument("I2", "A2", "F1")]);
    assert_eq!(push.outcomes(), [Rejected, Rejected]);
    assert_eq!(
        push.issues(),
        [
            "0 account_external_id receivable.account_changed",
            "1 items[0].receivable_external_id receivable.account_changed"
        ]
    );
    push.finish();
    assert_eq!(written(&app), before);
}

#[test]
fn an_entry_keeps_its_account_and_moves_receivables_of_that_alone() {
    let app = book();
    let before = written(&app);
    let reversal = EntryRow {
        kind: "reversal".to_owned(),
        reverses_external_id: "Z1".to_owned(),
        ..payment("Z3", "A2", "", ("10.00", "2026-03-01"))
    };
    let allocated = EntryRow {
        allocations: vec![EntryAllocation {
            receivable_external_id: "F1".to_owned(),
            amount: "10.00".to_owned(),
        }],
        ..payment("Z4", "A2", "", ("10.00", "2026-03-01"))
    };
    let push = app.push("ERP-E1").entries(vec![
        payment("Z1", "A2", "F2", ("10.00", "2026-03-01")),
        payment("Z2", "A2", "F1", ("10.00", "2026-03-01")),
        reversal,
        allocated,
    ]);
    assert_eq!(push.outcomes(), [Rejected; 4]);
    assert_eq!(
        push.issues(),
        [
            "0 external_id push.entry_immutable",
            "1 account_external_id receivable.account_changed",
            "2 reverses_external_id push.entry_not_reversible",
            "3 allocations[0] allocation.item_unknown"
        ]
    );
    push.finish();
    assert_eq!(written(&app), before);
}
