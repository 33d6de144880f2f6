//! What a snapshot closes, what it must not close, and what it opens again.

use proto::v1::RowOutcome::{Created, Parked, Rejected, Unchanged};
use proto::v1::attribute_value::Value;
use proto::v1::{AttributeValue, EntryRow, OpenSessionRequest, PushMode, ReceivableRow, SessionState};
use testkit::app::TestApp;
use testkit::push::{Push, account, code, invoice, party, payment};

const DATES: (&str, &str) = ("2026-01-15", "2026-02-15");

/// Account `A1` with the open invoices `I1` to `I5` of 100, in a source that closes whatever a snapshot lacks.
fn book() -> TestApp {
    let app = TestApp::start();
    app.entity("E1");
    app.database.sql("UPDATE source SET snapshot_close_max_percent = 100");
    app.push("ERP-E1")
        .parties(vec![party("P1", "Uno")])
        .accounts(vec![account("A1", "P1")])
        .receivables(all())
        .finish();
    app
}

fn invoices(ids: &[&str]) -> Vec<ReceivableRow> {
    ids.iter().map(|id| invoice(id, "A1", "100.00", DATES)).collect()
}

fn all() -> Vec<ReceivableRow> {
    invoices(&["I1", "I2", "I3", "I4", "I5"])
}

fn open(app: &TestApp) -> String {
    app.database.sql(
        "SELECT coalesce(string_agg(k.external_id || '=' || trim_scale(r.open_amount), ' ' ORDER BY k.external_id), '') \
         FROM receivable r JOIN natural_key k ON k.object_id = r.id WHERE r.closed_on IS NULL",
    )
}

#[test]
fn an_item_whose_row_is_refused_is_not_closed() {
    let app = book();
    let mut rows = invoices(&["I1", "I2", "I3", "I4"]);
    rows[1].currency = "XXQ".to_owned();
    let push = app.push_snapshot("ERP-E1").receivables(rows);
    assert_eq!(push.outcomes(), [Unchanged, Rejected, Unchanged, Unchanged]);
    assert_eq!(push.finish().closed, 1);
    assert_eq!(open(&app), "I1=100 I2=100 I3=100 I4=100", "I2 was named, I5 was not");
}

#[test]
fn an_item_that_waited_for_its_account_in_the_snapshot_is_not_closed_by_it() {
    let app = book();
    let mut rows = all();
    rows.push(invoice("N1", "A2", "7.00", DATES));
    let push = app.push_snapshot("ERP-E1").receivables(rows);
    assert_eq!(push.outcomes()[5], Parked);
    let finished = push.accounts(vec![account("A2", "P1")]).finish();
    assert_eq!((finished.unparked, finished.closed), (1, 0));
    assert_eq!(open(&app), "I1=100 I2=100 I3=100 I4=100 I5=100 N1=7");
}

#[test]
fn an_item_that_an_earlier_snapshot_lacked_is_open_again_when_a_later_one_names_it() {
    let app = book();
    assert_eq!(
        app.push_snapshot("ERP-E1").receivables(invoices(&["I1", "I2", "I3", "I4"])).finish().closed,
        1
    );
    assert_eq!(open(&app), "I1=100 I2=100 I3=100 I4=100");
    let before = app.now().date_naive().to_string();
    app.set_clock("2026-03-05T08:00:00Z".parse().expect("an instant"));
    for _ in 0..2 {
        let again = app.push_snapshot("ERP-E1").receivables(all());
        assert_eq!(again.outcomes()[4], Unchanged);
        assert_eq!(again.finish().closed, 0);
        assert_eq!(open(&app), "I1=100 I2=100 I3=100 I4=100 I5=100", "once, not twice");
    }
    let found = "/v1/receivables?open=true&limit=10&document_no=I5";
    assert_eq!(app.get(found).expect(200)["items"][0]["open_amount"], "100");
    let account = crate::reads::account_id(&app, "A1");
    let then = app.get(&format!("/v1/accounts/{account}/balances?as_of={before}")).expect(200);
    assert_eq!(then["balances"][0]["open_amount"], "400", "on that day it was closed, and that stays true");
}

/// The book after a snapshot that lacked `I5`.
fn closed() -> TestApp {
    let app = book();
    app.push_snapshot("ERP-E1").receivables(invoices(&["I1", "I2", "I3", "I4"])).finish();
    app
}

/// All items, the last of another amount or with what is open of it.
fn all_with(amount: &str, open_amount: &str) -> Vec<ReceivableRow> {
    let mut rows = all();
    (rows[4].amount, rows[4].open_amount) = (amount.to_owned(), open_amount.to_owned());
    rows
}

#[test]
fn an_item_that_is_open_again_with_another_amount_owes_that_amount() {
    for (amount, open_now) in [("120.00", "I5=120"), ("80.00", "I5=80")] {
        let app = closed();
        app.push_snapshot("ERP-E1").receivables(all_with(amount, "")).finish();
        assert_eq!(open(&app), format!("I1=100 I2=100 I3=100 I4=100 {open_now}"));
    }
}

#[test]
fn a_payment_on_an_item_that_is_open_again_lowers_it() {
    let app = closed();
    let paid = payment("E1", "A1", "I5", ("30.00", "2026-03-04"));
    app.push_snapshot("ERP-E1").receivables(all()).entries(vec![paid]).finish();
    assert_eq!(open(&app), "I1=100 I2=100 I3=100 I4=100 I5=70");
}

#[test]
fn what_a_row_says_is_open_holds_whatever_a_snapshot_closed() {
    let app = closed();
    let entries = || app.database.sql("SELECT count(*) FROM ledger_entry");
    let before = entries();
    app.push_snapshot("ERP-E1").receivables(all_with("100.00", "0.00")).finish();
    assert_eq!((open(&app).as_str(), entries()), ("I1=100 I2=100 I3=100 I4=100", before));
    app.push_snapshot("ERP-E1").receivables(all_with("100.00", "40.00")).finish();
    assert_eq!(open(&app), "I1=100 I2=100 I3=100 I4=100 I5=40");
    let app = closed();
    app.push("ERP-E1").receivables(all_with("100.00", "100.00")).finish();
    app.push_snapshot("ERP-E1").receivables(all()).finish();
    assert_eq!(open(&app), "I1=100 I2=100 I3=100 I4=100 I5=100", "opened once, by what was said first");
}

#[test]
fn an_item_that_the_erp_has_opened_itself_is_not_opened_twice() {
    let app = closed();
    let back = EntryRow { kind: "return".to_owned(), ..payment("E1", "A1", "I5", ("100.00", "2026-03-04")) };
    app.push("ERP-E1").entries(vec![back]).finish();
    assert_eq!(open(&app), "I1=100 I2=100 I3=100 I4=100 I5=100");
    app.push_snapshot("ERP-E1").receivables(all()).finish();
    assert_eq!(open(&app), "I1=100 I2=100 I3=100 I4=100 I5=100");
}

#[test]
fn what_adjustments_added_is_opened_again_as_well() {
    let app = book();
    let more =
        EntryRow { kind: "adjustment".to_owned(), ..payment("E1", "A1", "I5", ("10.00", "2026-03-04")) };
    app.push("ERP-E1").entries(vec![more]).finish();
    app.push_snapshot("ERP-E1").receivables(invoices(&["I1", "I2", "I3", "I4"])).finish();
    assert_eq!(open(&app), "I1=100 I2=100 I3=100 I4=100");
    app.push_snapshot("ERP-E1").receivables(all()).finish();
    assert_eq!(open(&app), "I1=100 I2=100 I3=100 I4=100 I5=110");
}

#[test]
fn a_row_that_is_refused_opens_nothing() {
    let app = closed();
    let score = serde_json::json!({ "type": "number", "label_en": "Score", "label_es": "Puntuación" });
    app.put("/v1/attributes/receivable/score", &score).expect(200);
    let wrong: [fn(&mut ReceivableRow); 3] = [
        |row| row.currency = "USD".to_owned(),
        |row| row.account_external_id = "A9".to_owned(),
        |row| {
            let high = AttributeValue { value: Some(Value::Text("high".to_owned())) };
            row.attributes.insert("score".to_owned(), high);
        },
    ];
    for (case, spoil) in wrong.into_iter().enumerate() {
        let mut rows = all_with("100.00", "50.00");
        spoil(&mut rows[4]);
        let push = app.push("ERP-E1").receivables(rows);
        assert!(matches!(push.outcomes()[4], Rejected | Parked), "{case}: {:?}", push.issues());
        push.finish();
        assert_eq!(open(&app), "I1=100 I2=100 I3=100 I4=100", "{case}");
    }
}

/// A credit note that waits for its invoice is older than the snapshot at whose finish the invoice is there.
#[test]
fn a_row_that_waited_is_not_named_by_the_snapshot_that_ends_its_wait() {
    let app = book();
    app.push("ERP-E1").receivables(vec![credit_note("C1", "N1")]).finish();
    app.push_snapshot("ERP-E1").receivables(all()).finish();
    assert_eq!(open(&app), "I1=100 I2=100 I3=100 I4=100 I5=100", "the snapshot lacked the credit note");
    let mut rows = all();
    rows.push(invoice("N1", "A1", "100.00", DATES));
    let finished = app.push_snapshot("ERP-E1").receivables(rows).finish();
    assert_eq!(finished.unparked, 1);
    assert_eq!(open(&app), "I1=100 I2=100 I3=100 I4=100 I5=100 N1=100", "so does this one");
}

#[test]
fn a_credit_note_before_the_chunk_that_opens_its_invoice_again_settles_it_when_it_comes_again() {
    let app = closed();
    let credit = || vec![credit_note("C1", "I5")];
    app.push_snapshot("ERP-E1").receivables(credit()).receivables(all()).finish();
    assert_eq!(open(&app), "C1=-40 I1=100 I2=100 I3=100 I4=100 I5=100");
    app.push_snapshot("ERP-E1").receivables(credit()).receivables(all()).finish();
    assert_eq!(open(&app), "I1=100 I2=100 I3=100 I4=100 I5=60");
}

/// A credit note of 40.
fn credit_note(id: &str, credited: &str) -> ReceivableRow {
    ReceivableRow {
        kind: "credit_note".to_owned(),
        credited_external_id: credited.to_owned(),
        ..invoice(id, "A1", "40.00", DATES)
    }
}

#[test]
fn what_was_issued_after_the_day_of_a_snapshot_is_not_closed_by_it() {
    let app = book();
    let today = app.now().date_naive().to_string();
    app.push("ERP-E1").receivables(vec![invoice("N1", "A1", "7.00", (&today, "2026-04-15"))]).finish();
    let asked = OpenSessionRequest {
        source: "ERP-E1".to_owned(),
        mode: PushMode::Snapshot.into(),
        as_of: "2026-03-03".to_owned(),
        sequence: 99,
        ..OpenSessionRequest::default()
    };
    let session = app.grpc().open(asked).expect("a session");
    let finished =
        Push::resume(app.grpc(), session).receivables(invoices(&["I1", "I2", "I3", "I4"])).finish();
    assert_eq!(finished.closed, 1);
    assert_eq!(open(&app), "I1=100 I2=100 I3=100 I4=100 N1=7");
}

#[test]
fn a_snapshot_of_an_earlier_day_is_refused() {
    let app = book();
    app.push_snapshot("ERP-E1").receivables(all()).finish();
    let asked = |as_of: &str, mode: PushMode| OpenSessionRequest {
        source: "ERP-E1".to_owned(),
        mode: mode.into(),
        as_of: as_of.to_owned(),
        sequence: 99,
        ..OpenSessionRequest::default()
    };
    let refused = app.grpc().open(asked("2026-03-03", PushMode::Snapshot)).expect_err("it is older");
    assert_eq!(code(&refused), "push.as_of_old");
    let refused = app.grpc().open(asked("2026-03-06", PushMode::Delta)).expect_err("it has not come");
    assert_eq!(code(&refused), "push.as_of_future");
    app.grpc().open(asked("2026-03-03", PushMode::Delta)).expect("changes may be told late");
}

#[test]
fn a_held_snapshot_spares_what_its_refused_rows_name_also_when_it_is_confirmed() {
    let app = book();
    app.database.sql("UPDATE source SET snapshot_close_max_percent = 20");
    let mut rows = invoices(&["I1", "I2"]);
    rows[1].amount = "0".to_owned();
    let push = app.push_snapshot("ERP-E1").receivables(rows);
    assert_eq!(push.outcomes(), [Unchanged, Rejected]);
    let session = push.finish().session.expect("a session");
    assert_eq!(session.state(), SessionState::Held);
    let confirm = format!("/v1/push-sessions/{}/confirm", session.id);
    assert_eq!(app.post(&confirm, &serde_json::json!({})).expect(200)["closed"], 3);
    assert_eq!(open(&app), "I1=100 I2=100");
}

#[test]
fn what_waits_since_an_earlier_session_is_closed_when_the_snapshot_lacks_it() {
    let app = book();
    let push = app.push("ERP-E1").receivables(vec![invoice("N1", "A2", "7.00", DATES)]);
    assert_eq!(push.outcomes(), [Parked]);
    push.finish();
    let push = app.push_snapshot("ERP-E1").accounts(vec![account("A2", "P1")]);
    assert_eq!(push.outcomes(), [Created]);
    let finished = push.receivables(all()).finish();
    assert_eq!((finished.unparked, finished.closed), (1, 1));
    assert_eq!(open(&app), "I1=100 I2=100 I3=100 I4=100 I5=100");
}
