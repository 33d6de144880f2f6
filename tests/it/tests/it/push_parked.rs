//! Rows that wait for others, and rows that meet: nothing taken in disappears, nothing old overwrites what is newer.

use proto::v1::RowOutcome::{Created, Parked, Rejected, Unchanged, Updated};
use proto::v1::{AccountRow, EntryRow, PartyRow, ReceivableRow};
use testkit::app::TestApp;
use testkit::push::{account, contact, invoice, party, payment};

use crate::reads::{account_id, text};

const DATES: (&str, &str) = ("2026-01-15", "2026-02-15");

/// One account `A1` of legal entity `E1` with nothing open.
fn book() -> TestApp {
    TestApp::with_receivables(Vec::new())
}

fn dollars(row: ReceivableRow) -> ReceivableRow {
    ReceivableRow { currency: "USD".to_owned(), ..row }
}

fn reversal(id: &str, of: &str, amount: &str) -> EntryRow {
    let row = payment(id, "A1", "", (amount, "2026-03-04"));
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
        .entries(vec![reversal("Z2", "Z1", "100.00"), reversal("Z3", "Z1", "100.00")]);
    assert_eq!(push.outcomes(), [Created, Rejected]);
    assert_eq!(push.issues(), ["1 reverses_external_id push.entry_not_reversible"]);
    let push = push.entries(vec![reversal("Z4", "Z1", "100.00"), reversal("Z5", "Z2", "100.00")]);
    assert_eq!(push.outcomes(), [Rejected, Rejected], "nor in a later chunk, nor what took it back");
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
    app.push("ERP-E1").receivables(vec![credit_note("C1", "F1", "40.00")]).finish();
    app.push("ERP-E1").entries(vec![payment("Z1", "A1", "C1", ("10.00", "2026-03-01"))]).finish();
    assert_eq!(open(&app, ""), "-30");
    let finished = app.push("ERP-E1").receivables(vec![invoice("F1", "A1", "100.00", DATES)]).finish();
    assert_eq!((finished.unparked, finished.still_parked), (1, 0));
    assert_eq!(open(&app, ""), "70");
    assert_eq!(app.database.sql("SELECT sum(amount) FROM allocation"), "30.0000");
}

/// The ERP has said itself what was set against what, whichever of the two comes first.
#[test]
fn a_credit_note_that_waited_and_states_what_is_open_is_linked_and_not_settled() {
    let app = book();
    let credit = ReceivableRow { open_amount: "40.00".to_owned(), ..credit_note("C1", "F1", "40.00") };
    app.push("ERP-E1").receivables(vec![credit]).finish();
    app.push("ERP-E1").entries(vec![payment("Z1", "A1", "C1", ("10.00", "2026-03-01"))]).finish();
    let finished = app.push("ERP-E1").receivables(vec![invoice("F1", "A1", "100.00", DATES)]).finish();
    assert_eq!((finished.unparked, finished.still_parked), (1, 0));
    assert_eq!(
        open(&app, ""),
        "70",
        "100 less the 30 that are left, and what it said when it came undoes nothing"
    );
    assert_eq!(app.database.sql("SELECT count(*) FROM allocation"), "0");
    let linked = "SELECT count(*) FROM receivable WHERE credited_receivable_id IS NOT NULL";
    assert_eq!(app.database.sql(linked), "1");
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
    // What was paid too much is the customer's, and is shown.
    assert_eq!(open(&app, ""), "-30");
}

#[test]
fn a_reversal_that_states_another_amount_is_refused() {
    let app = book();
    let push = app
        .push("ERP-E1")
        .receivables(vec![invoice("F1", "A1", "100.00", DATES)])
        .entries(vec![payment("Z1", "A1", "F1", ("100.00", "2026-03-01"))])
        .entries(vec![reversal("Z2", "Z1", "1.00"), reversal("Z3", "Z1", "-100.00")]);
    assert_eq!(push.outcomes(), [Rejected, Created], "its sign is the ERP's own");
    assert_eq!(push.issues(), ["0 amount push.reversal_differs"]);
    push.finish();
    assert_eq!(open(&app, ""), "100");
}

#[test]
fn money_on_account_that_bounces_opens_again_what_it_was_set_against() {
    let app = book();
    let push = app
        .push("ERP-E1")
        .receivables(vec![invoice("F1", "A1", "100.00", DATES), invoice("F2", "A1", "70.00", DATES)])
        .entries(vec![payment("Z1", "A1", "", ("150.00", "2026-03-01"))]);
    assert_eq!(app.database.sql("SELECT count(*) FROM allocation WHERE reversed_at IS NULL"), "2");
    let push = push.entries(vec![reversal("Z2", "Z1", "149.00"), reversal("Z3", "Z1", "150.00")]);
    assert_eq!(push.outcomes(), [Rejected, Created]);
    assert_eq!(push.issues(), ["0 amount push.reversal_differs"]);
    assert_eq!(app.database.sql("SELECT count(*) FROM allocation WHERE reversed_at IS NULL"), "0");
    let push = push.entries(vec![reversal("Z4", "Z1", "150.00")]);
    assert_eq!(push.issues(), ["0 reverses_external_id push.entry_not_reversible"]);
    push.finish();
    assert_eq!(open(&app, ""), "170");
    assert_eq!(open(&app, "?as_of=2026-03-02"), "20", "until it bounced it was paid");
    assert!(app.wired.store.verify().expect("verified").holds());
}

#[test]
fn money_on_account_of_which_a_part_was_moved_otherwise_does_not_bounce_and_nothing_moves() {
    let app = book();
    let refund = EntryRow { kind: "return".to_owned(), ..payment("Z2", "A1", "", ("5.00", "2026-03-02")) };
    let push = app
        .push("ERP-E1")
        .receivables(vec![invoice("F1", "A1", "100.00", DATES)])
        .entries(vec![payment("Z1", "A1", "", ("150.00", "2026-03-01"))]);
    let push = push.entries(vec![refund]);
    assert_eq!(push.outcomes(), [Rejected], "it would not say of what");
    app.database.sql(
        "WITH c AS (UPDATE receivable SET open_amount = open_amount + 5 WHERE kind = 'unallocated_cash' \
             RETURNING account_id, id, event_id, recorded_at) \
         INSERT INTO ledger_entry (account_id, id, receivable_id, event_id, effective_on, recorded_at, amount, kind) \
         SELECT account_id, gen_random_uuid(), id, event_id, '2026-03-02', recorded_at, 5, 'adjustment' FROM c",
    );
    let push = push.entries(vec![reversal("Z3", "Z1", "150.00")]);
    assert_eq!(push.issues(), ["0 reverses_external_id push.entry_not_reversible"]);
    assert_eq!(open(&app, ""), "-45");
    assert_eq!(app.database.sql("SELECT count(*) FROM allocation WHERE reversed_at IS NULL"), "1");
}

#[test]
fn a_key_that_could_never_come_is_refused_and_not_waited_for() {
    let app = book();
    let long = "K".repeat(129);
    let push = app.push("ERP-E1").entries(vec![
        payment("Z1", "A1", &long, ("1.00", "2026-03-01")),
        reversal("Z2", &long, "1.00"),
        EntryRow { kind: "snapshot_close".to_owned(), ..payment("Z3", "A1", "F1", ("1.00", "2026-03-01")) },
    ]);
    assert_eq!(push.outcomes(), [Rejected, Rejected, Rejected]);
    let push = push.receivables(vec![invoice("F1", "", "1.00", DATES), invoice("F2", &long, "1.00", DATES)]);
    assert_eq!(push.outcomes(), [Rejected, Rejected]);
    assert_eq!(push.issues(), ["0 account_external_id text.required", "1 account_external_id text.too_long"]);
    let far = AccountRow { dunning_account_external_id: long.clone(), ..account("A9", "P1") };
    assert_eq!(push.accounts(vec![far]).outcomes(), [Rejected]);
    assert_eq!(app.database.sql("SELECT count(*) FROM parked_row"), "0");
}

#[test]
fn a_group_and_its_members_come_in_any_order() {
    let app = book();
    let member = |id: &str, parent: &str| PartyRow { parent_external_id: parent.to_owned(), ..party(id, id) };
    let push = app.push("ERP-E1").parties(vec![member("M1", "G1"), party("G1", "Grupo"), member("M2", "G2")]);
    assert_eq!(push.outcomes(), [Created, Created, Created]);
    assert_eq!(push.issues(), ["2 parent_external_id push.party_missing"]);
    let push = push.parties(vec![party("G2", "Otro grupo"), member("G3", "G3")]);
    assert_eq!(push.outcomes(), [Created, Rejected], "nobody is their own parent");
    assert_eq!(push.finish().unparked, 1);
    let parents = "SELECT p.name, g.name FROM party p JOIN party g ON g.id = p.parent_id ORDER BY 1";
    assert_eq!(app.database.sql(parents), "M1|Grupo\nM2|Otro grupo");
    let again = app.push("ERP-E1").parties(vec![member("M1", "G1"), member("M2", "G2")]);
    assert_eq!(again.outcomes(), [Unchanged, Unchanged]);
}

#[test]
fn letters_never_go_to_an_account_that_did_not_come() {
    let app = book();
    let to = |id: &str, dunning: &str| AccountRow {
        dunning_account_external_id: dunning.to_owned(),
        ..account(id, "P1")
    };
    let rows = vec![to("B1", "B2"), account("B2", "P9"), to("B5", "B3"), to("B4", "B4")];
    let push = app.push("ERP-E1").accounts(rows);
    let outcomes = [Parked, Parked, Parked, Created];
    assert_eq!(push.outcomes(), outcomes, "B1 waits for B2, which waits for its party");
    let push = push.parties(vec![party("P9", "Nueve")]).accounts(vec![account("B3", "P1")]);
    assert_eq!(push.finish().unparked, 3);
    let dangling = "SELECT count(*) FROM account a WHERE NOT EXISTS (SELECT 1 FROM account d WHERE d.id = a.dunning_account_id)";
    assert_eq!(app.database.sql(dangling), "0");
    let groups = "SELECT a.number, d.number FROM account a JOIN account d ON d.id = a.dunning_account_id \
        WHERE a.number LIKE 'B%' ORDER BY 1";
    assert_eq!(app.database.sql(groups), "B1|B2\nB2|B2\nB3|B3\nB4|B4\nB5|B3");
}

#[test]
fn an_account_that_receives_the_letters_of_another_receives_its_own() {
    const CHAINED: &str = "dunning_account_external_id push.dunning_account_chained";
    let app = book();
    let to = |id: &str, dunning: &str| AccountRow {
        dunning_account_external_id: dunning.to_owned(),
        ..account(id, "P1")
    };
    let push = app.push("ERP-E1").accounts(vec![to("B2", "B1"), to("B1", "A1")]);
    assert_eq!((push.outcomes(), push.issues()), (vec![Rejected, Created], vec![format!("0 {CHAINED}")]));
    let push = push.accounts(vec![to("B3", "B1")]);
    assert_eq!(push.issues(), [format!("0 {CHAINED}")], "B1 was there already");
    let push = push.accounts(vec![to("A1", "B4"), account("B4", "P1")]);
    assert_eq!(push.outcomes(), [Rejected, Created], "A1 receives the letters of B1");
    // Both go to another account together.
    let push = push.accounts(vec![to("A1", "B4"), to("B1", "B4")]);
    assert_eq!(push.outcomes(), [Updated, Updated]);
    // One that waits is judged when what it waits for comes.
    let push = push.accounts(vec![to("B6", "B5")]);
    assert_eq!(push.outcomes(), [Parked]);
    let finished = push.accounts(vec![to("B5", "B4")]).finish();
    assert_eq!((finished.unparked, finished.still_parked), (0, 1));
    let chains = "SELECT count(*) FROM account a JOIN account d ON d.id = a.dunning_account_id \
        WHERE d.dunning_account_id <> d.id";
    assert_eq!(app.database.sql(chains), "0");
}

#[test]
fn a_contact_keeps_its_account() {
    let app = book();
    let push = app.push("ERP-E1").accounts(vec![account("A2", "P1")]).contacts(vec![contact(
        "C1",
        "A1",
        "a@example.com",
    )]);
    let push = push.contacts(vec![contact("C1", "A2", "a@example.com")]);
    assert_eq!(push.issues(), ["0 account_external_id contact.account_changed"]);
}
