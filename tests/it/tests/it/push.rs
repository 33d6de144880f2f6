//! Push sessions over gRPC: what comes in, what it becomes, what is refused.

use RowOutcome::{Created, Parked, Rejected, Unchanged, Updated};
use proto::v1::{ControlTotal, FinishSessionRequest, RowOutcome, SessionState};
use serde_json::json;
use testkit::app::TestApp;
use testkit::push::{account, code, contact, invoice, party, payment};

use crate::repeat::{Sample, done_once};

const DATES: (&str, &str) = ("2026-01-15", "2026-02-15");

/// One account `A1` with two invoices, `I1` of 100 and `I2` of 50.
fn seeded() -> TestApp {
    let app = TestApp::start();
    app.entity("E1");
    let finished = app
        .push("ERP-E1")
        .parties(vec![party("P1", "Talleres Ibarra, S.L.")])
        .accounts(vec![account("A1", "P1")])
        .contacts(vec![contact("C1", "A1", "pagos@ibarra.example")])
        .receivables(vec![invoice("I1", "A1", "100.00", DATES), invoice("I2", "A1", "50.00", DATES)])
        .finish();
    assert_eq!(finished.session.expect("a session").state(), SessionState::Finished);
    app
}

fn open_of(app: &TestApp, id: &str) -> String {
    app.database.sql(&format!(
        "SELECT open_amount FROM receivable JOIN natural_key ON object_id = id WHERE external_id = '{id}'"
    ))
}

#[test]
fn what_is_pushed_is_there_and_pushing_it_again_changes_nothing() {
    let app = seeded();
    assert_eq!(open_of(&app, "I1"), "100.0000");
    let before = app.database.sql("SELECT sum(xmin::text::bigint) FROM receivable");
    let again = app.push("ERP-E1").parties(vec![party("P1", "Talleres Ibarra, S.L.")]);
    assert_eq!(again.outcomes(), [Unchanged]);
    let again = again.accounts(vec![account("A1", "P1")]);
    assert_eq!(again.outcomes(), [Unchanged]);
    let again =
        again.receivables(vec![invoice("I1", "A1", "100.00", DATES), invoice("I2", "A1", "50", DATES)]);
    assert_eq!(again.outcomes(), [Unchanged, Unchanged]);
    again.finish();
    assert_eq!(app.database.sql("SELECT sum(xmin::text::bigint) FROM receivable"), before);
}

#[test]
fn a_payment_reduces_what_is_open_once() {
    let app = seeded();
    let pay = || vec![payment("E1", "A1", "I1", ("40.00", "2026-03-01"))];
    let push = app.push("ERP-E1").entries(pay());
    assert_eq!(push.outcomes(), [Created]);
    let push = push.entries(pay());
    assert_eq!(push.outcomes(), [Unchanged]);
    push.finish();
    assert_eq!(open_of(&app, "I1"), "60.0000");
}

#[test]
fn an_entry_before_its_receivable_waits_and_is_applied_when_that_comes() {
    let app = seeded();
    let push = app.push("ERP-E1").entries(vec![payment("E1", "A1", "I9", ("30.00", "2026-03-01"))]);
    assert_eq!(push.outcomes(), [Parked]);
    assert_eq!(push.issues(), ["0 receivable_external_id push.receivable_missing"]);
    let finished = push.receivables(vec![invoice("I9", "A1", "30.00", DATES)]).finish();
    assert_eq!((finished.unparked, finished.still_parked), (1, 0));
    assert_eq!(open_of(&app, "I9"), "0.0000");
}

#[test]
fn a_bad_row_never_spoils_its_neighbours() {
    let app = seeded();
    let good = invoice("I3", "A1", "10.00", DATES);
    let bad = |change: fn(&mut proto::v1::ReceivableRow)| {
        let mut row = invoice("B", "A1", "10.00", DATES);
        change(&mut row);
        row
    };
    let cases = [
        (bad(|r| r.currency = "XXA".into()), "currency currency.unknown"),
        (bad(|r| r.amount = "10.005".into()), "amount amount.exponent"),
        (bad(|r| r.amount = "0.00".into()), "amount receivable.amount_zero"),
        (bad(|r| r.amount = "-5.00".into()), "amount receivable.amount_negative"),
        (bad(|r| r.amount = "1.234,50".into()), "amount amount.invalid"),
        (bad(|r| r.due_on = "2026-01-14".into()), "due_on receivable.due_before_issue"),
        (bad(|r| r.due_on = "2026-02-30".into()), "due_on date.invalid"),
        (bad(|r| r.due_on = "9999-01-01".into()), "due_on date.out_of_range"),
        (bad(|r| r.document_no = "x".repeat(2_000_000)), "document_no text.too_long"),
        (bad(|r| r.document_no = "a\u{0}b".into()), "document_no text.control_character"),
        (bad(|r| r.external_id = String::new()), "external_id text.required"),
    ];
    for (row, expected) in cases {
        let push = app.push("ERP-E1").receivables(vec![row, good.clone()]);
        let kept = push.outcomes();
        assert_eq!(kept.first(), Some(&Rejected), "{expected}: {:?}", push.issues());
        assert!(matches!(kept.last(), Some(Created | Unchanged)), "{expected}: {:?}", push.issues());
        assert_eq!(push.issues().first(), Some(&format!("0 {expected}")));
        push.finish();
    }
}

#[test]
fn two_rows_with_one_key_in_a_chunk_are_not_guessed_about() {
    let app = seeded();
    let push = app
        .push("ERP-E1")
        .receivables(vec![invoice("I3", "A1", "10.00", DATES), invoice("I3", "A1", "11.00", DATES)]);
    assert_eq!(push.outcomes(), [Created, Rejected]);
    assert_eq!(push.issues(), ["1 external_id push.duplicate_key"]);
}

#[test]
fn a_receivable_never_changes_its_account() {
    let app = seeded();
    let push = app.push("ERP-E1").accounts(vec![account("A2", "P1")]);
    let push = push.receivables(vec![invoice("I1", "A2", "100.00", DATES)]);
    assert_eq!(push.outcomes(), [Rejected]);
    assert_eq!(push.issues(), ["0 account_external_id receivable.account_changed"]);
}

#[test]
fn control_totals_that_differ_are_told_and_kept() {
    let app = seeded();
    let total = |amount: &str| ControlTotal {
        currency: "EUR".into(),
        account_group: String::new(),
        open_amount: amount.into(),
        open_count: 2,
    };
    let equal = app.push("ERP-E1").finish_with(vec![total("150.00")]);
    assert_eq!(equal.session.expect("a session").state(), SessionState::Finished);
    let unequal = app.push("ERP-E1").finish_with(vec![total("151.00")]);
    let session = unequal.session.expect("a session");
    assert_eq!(
        (session.state(), session.state_reason.as_str()),
        (SessionState::Unequal, "push.control_unequal")
    );
    let difference = unequal.differences.first().expect("a difference");
    assert_eq!((difference.stated_amount.as_str(), difference.found_amount.as_str()), ("151.00", "150"));
}

#[test]
fn a_count_that_differs_is_told_although_the_amount_agrees_and_so_is_one_account_group() {
    let app = seeded();
    let mut retail = account("A2", "P1");
    "retail".clone_into(&mut retail.segment);
    let push = app.push("ERP-E1").accounts(vec![retail]);
    push.receivables(vec![invoice("I3", "A2", "30.00", DATES)]).finish();
    let total = |group: &str, amount: &str, open_count: i64| ControlTotal {
        currency: "EUR".into(),
        account_group: group.into(),
        open_amount: amount.into(),
        open_count,
    };
    let equal = app.push("ERP-E1").finish_with(vec![total("", "180.00", 3), total("retail", "30.00", 1)]);
    assert_eq!(equal.session.expect("a session").state(), SessionState::Finished);
    let stated = vec![total("", "180.00", 2), total("retail", "180.00", 3), total("wholesale", "1.00", 1)];
    let unequal = app.push("ERP-E1").finish_with(stated);
    let told = unequal.differences.iter().map(|d| {
        format!(
            "{}: {} {} is {} {}",
            d.account_group, d.stated_amount, d.stated_count, d.found_amount, d.found_count
        )
    });
    assert_eq!(
        told.collect::<Vec<_>>(),
        [": 180.00 2 is 180 3", "retail: 180.00 3 is 30 1", "wholesale: 1.00 1 is 0 0"]
    );
    let session = unequal.session.expect("a session");
    assert_eq!(session.state(), SessionState::Unequal);
    let kept = app.get(&format!("/v1/push-sessions/{}", session.id)).expect(200);
    assert_eq!(kept["control_differences"].as_array().map(Vec::len), Some(3), "{kept}");
}

#[test]
fn a_changed_due_date_is_a_revision() {
    let app = seeded();
    let push = app.push("ERP-E1");
    let push = push.receivables(vec![invoice("I1", "A1", "100.00", ("2026-01-15", "2026-03-15"))]);
    assert_eq!(push.outcomes(), [Updated]);
    push.finish();
    assert_eq!(app.database.sql("SELECT count(*) FROM receivable_revision"), "1");
}

#[test]
fn a_held_snapshot_closes_only_when_a_person_confirms_and_only_once() {
    let app = seeded();
    let held = app.push_snapshot("ERP-E1").receivables(vec![invoice("I1", "A1", "100.00", DATES)]).finish();
    let session = held.session.expect("a session");
    assert_eq!(session.state(), SessionState::Held);
    let path = format!("/v1/push-sessions/{}", session.id);
    let shown = app.get(&path).expect(200);
    assert_eq!((&shown["state"], &shown["state_reason"]), (&json!("held"), &json!("push.snapshot_shrunk")));
    assert_eq!((&shown["snapshot_missing_count"], &shown["snapshot_open_count"]), (&json!(1), &json!(2)));
    let confirm = format!("{path}/confirm");
    let tried = app.post(&format!("{confirm}?dry_run=true"), &serde_json::json!({})).expect(200);
    assert_eq!(tried["result"]["closed"], 1);
    assert_eq!(open_of(&app, "I2"), "50.0000");
    let integration = app.key(&["integration"], None);
    let refused = app.call("POST", &confirm).bearer(&integration).json(&serde_json::json!({})).send();
    assert_eq!((refused.status, refused.code().as_str()), (403, "auth.forbidden"));
    for _ in 0..2 {
        let call = app.call("POST", &confirm).header("Idempotency-Key", "confirm-1");
        assert_eq!(call.json(&serde_json::json!({})).send().expect(200)["closed"], 1);
    }
    assert_eq!(open_of(&app, "I2"), "0.0000");
    let again = app.post(&confirm, &serde_json::json!({}));
    assert_eq!(again.code(), "push.session_not_open");
}

#[test]
fn a_held_snapshot_is_confirmed_once() {
    let app = seeded();
    let held = app.push_snapshot("ERP-E1").receivables(vec![invoice("I1", "A1", "100.00", DATES)]).finish();
    let sample = Sample::bare(format!("/v1/push-sessions/{}/confirm", held.session.expect("a session").id));
    let effect = "SELECT open_amount, xmin, (SELECT count(*) FROM ledger_entry) FROM receivable ORDER BY id";
    let confirmed = done_once(&app, "confirm_push_session", &sample, effect);
    assert_eq!(confirmed["closed"], 1);
    assert_eq!((open_of(&app, "I1"), open_of(&app, "I2")), ("100.0000".into(), "0.0000".into()));
}

#[test]
fn a_control_total_is_a_plain_decimal_number() {
    let app = seeded();
    let push = app.push("ERP-E1");
    let finish = |amount: &str| {
        let total = ControlTotal {
            currency: "EUR".to_owned(),
            open_amount: amount.to_owned(),
            ..ControlTotal::default()
        };
        app.grpc()
            .finish(FinishSessionRequest { session_id: push.session.id.clone(), control_totals: vec![total] })
    };
    for amount in ["1_000", "+1", "1e3", "0.123456789012345678901234567891", "", " 1", "1,5"] {
        let refused = finish(amount).expect_err(amount);
        assert_eq!(code(&refused), "amount.invalid", "{amount:?}: {refused}");
    }
    finish("-0.5").expect("a plain one");
}

#[test]
fn control_totals_of_a_held_snapshot_are_compared_when_it_is_confirmed() {
    let app = seeded();
    let snapshot = app.push_snapshot("ERP-E1").receivables(vec![invoice("I1", "A1", "100.00", DATES)]);
    let total = ControlTotal {
        currency: "EUR".to_owned(),
        open_amount: "101.00".to_owned(),
        open_count: 1,
        ..ControlTotal::default()
    };
    let held = snapshot.finish_with(vec![total]);
    assert!(held.differences.is_empty(), "nothing is closed yet, so nothing can be compared");
    let id = held.session.expect("a session").id;
    let path = format!("/v1/push-sessions/{id}");
    assert_eq!(app.get(&path).expect(200)["control_totals"][0]["open_amount"], "101.00");
    let confirmed = app.post(&format!("{path}/confirm"), &serde_json::json!({})).expect(200);
    assert_eq!(
        (&confirmed["state"], &confirmed["closed"]),
        (&serde_json::json!("unequal"), &serde_json::json!(1))
    );
    let again = app.grpc().finish(FinishSessionRequest { session_id: id, control_totals: Vec::new() });
    let again = again.expect("it is what it was");
    let difference = again.differences.first().expect("one differs");
    assert_eq!((difference.found_amount.as_str(), difference.found_count), ("100", 1));
    assert_eq!(again.closed, 1);
}

#[test]
fn a_session_is_given_up_once() {
    let app = seeded();
    let open = app.push("ERP-E1").receivables(vec![invoice("I3", "A1", "10.00", DATES)]);
    let sample = Sample::bare(format!("/v1/push-sessions/{}/abort", open.session.id));
    let effect =
        format!("SELECT state, xmin FROM push_session WHERE r.pid('psh', id) = '{}'", open.session.id);
    done_once(&app, "abort_push_session", &sample, &effect);
    assert_eq!(open_of(&app, "I3"), "10.0000", "what was acknowledged stays");
}

#[test]
fn an_open_session_is_given_up_over_rest() {
    let app = seeded();
    let open = app.push("ERP-E1");
    let path = format!("/v1/push-sessions/{}", open.session.id);
    app.post(&format!("{path}/abort?dry_run=true"), &serde_json::json!({})).expect(200);
    assert_eq!(app.get(&path).expect(200)["state"], "open");
    for _ in 0..2 {
        assert_eq!(app.post(&format!("{path}/abort"), &serde_json::json!({})).status, 204);
    }
    let listed = app.get("/v1/push-sessions?source=ERP-E1&state=aborted").expect(200);
    assert_eq!(listed["items"].as_array().expect("items").len(), 1);
}

#[test]
fn what_waits_is_listed_with_what_it_waits_for() {
    let app = seeded();
    app.push("ERP-E1").entries(vec![payment("E1", "A1", "I9", ("30.00", "2026-03-01"))]).finish();
    let waiting = app.get("/v1/parked-rows?kind=entry").expect(200);
    assert_eq!(waiting["items"][0]["waits_for_external_id"], "I9");
}
