//! A claim that a person asked for is held to what a run is held to.

use proto::v1::{AccountRow, ReceivableRow};
use serde_json::json;
use testkit::app::TestApp;
use testkit::push::{account, invoice};

use crate::messages::{message, plan};
use crate::messages_spoken::{book, of, said};

fn became(app: &TestApp, id: &str) -> (String, String) {
    let found = message(app, id);
    let text = |field: &str| found[field].as_str().unwrap_or_default().to_owned();
    (text("state"), text("state_reason"))
}

fn withdrawn(reason: &str) -> (String, String) {
    ("cancelled".to_owned(), reason.to_owned())
}

#[test]
fn money_that_came_after_a_reminder_was_planned_withdraws_it() {
    let (app, account) = book();
    let reminder = plan(&app, &account, "first_reminder");
    let statement = plan(&app, &account, "statement");
    let cash = ReceivableRow { kind: "unallocated_cash".to_owned(), ..of("CASH", "30.00", "2026-03-03") };
    app.push("ERP-E1").receivables(vec![cash]).finish();
    app.send_due();
    assert_eq!(became(&app, &reminder), withdrawn("message.amounts_changed"));
    assert_eq!(message(&app, &statement)["total_amount"], json!("93"), "a statement says it");
    assert_eq!(said(&app, &plan(&app, &account, "first_reminder")), "CASH=-30 OLD=100");
}

#[test]
fn the_items_of_a_blocked_branch_are_not_asked_of_who_receives_its_letters() {
    let (app, payer) = book();
    let branch = AccountRow { dunning_account_external_id: "A1".to_owned(), ..account("A2", "P1") };
    app.push("ERP-E1")
        .accounts(vec![branch])
        .receivables(vec![invoice("BRANCH", "A2", "50.00", ("2026-01-15", "2026-02-15"))])
        .finish();
    let reminder = plan(&app, &payer, "first_reminder");
    assert_eq!(said(&app, &reminder), "BRANCH=50 OLD=100");
    let blocked =
        app.database.sql("SELECT r.pid('acc', object_id) FROM natural_key WHERE external_id = 'A2'");
    app.post("/v1/blocks", &json!({ "account_id": blocked, "reason": "legal" })).expect(201);
    app.send_due();
    assert_eq!(became(&app, &reminder), withdrawn("message.item_excepted"));
    assert_eq!(said(&app, &plan(&app, &payer, "first_reminder")), "OLD=100");
}

#[test]
fn only_a_claim_that_reached_the_debtor_was_a_reminder() {
    let (app, account) = book();
    plan(&app, &account, "statement");
    app.send_due();
    let reminded = || {
        let body = json!({ "account_id": account, "language": "en" });
        let shown = app.post("/v1/templates/second_reminder/preview", &body).expect(200);
        shown["text"].as_str().expect("a text").contains("we reminded you on")
    };
    assert!(!reminded(), "a statement reminds of nothing");
    app.database.sql("UPDATE message SET purpose = 'reminder'");
    assert!(reminded());
    app.database.sql("UPDATE message SET channel = 'task'");
    assert!(!reminded(), "a task is no letter");
}

#[test]
fn nobody_claims_of_the_insolvent_or_of_our_own_not_even_by_hand() {
    for (mark, reason) in
        [("insolvent_since = '2026-03-04'", "hold.insolvency"), ("intercompany = true", "hold.intercompany")]
    {
        let (app, account) = book();
        let reminder = plan(&app, &account, "first_reminder");
        let statement = plan(&app, &account, "statement");
        app.database.sql(&format!("UPDATE party SET {mark}"));
        let why = app.get(&format!("/v1/messages/{reminder}/why-not-now")).expect(200);
        assert_eq!(why["because"][0]["code"], reason, "{why}");
        app.send_due();
        assert_eq!(became(&app, &reminder), withdrawn(reason));
        assert_eq!(message(&app, &statement)["state"], "sent", "a statement claims nothing");
    }
    let (app, account) = book();
    let reminder = plan(&app, &account, "first_reminder");
    app.database.sql("UPDATE party SET vulnerable = true");
    app.send_due();
    assert_eq!(message(&app, &reminder)["state"], "sent", "a person decided");
}

#[test]
fn a_claim_by_hand_waits_while_a_push_is_under_way() {
    let (app, account) = book();
    let reminder = plan(&app, &account, "first_reminder");
    let push = app.push("ERP-E1");
    app.send_due();
    let waiting = message(&app, &reminder);
    assert_eq!((&waiting["state"], &waiting["waiting_for"]), (&json!("planned"), &json!("hold.stale_data")));
    push.finish();
    app.set_clock("2026-03-04T10:00:00Z".parse().expect("an instant"));
    app.send_due();
    assert_eq!(message(&app, &reminder)["state"], "sent");
}

#[test]
fn there_is_one_claim_at_a_time() {
    let (app, account) = book();
    let first = plan(&app, &account, "first_reminder");
    let again = || {
        let body = json!({ "template_code": "formal_notice" });
        app.post(&format!("/v1/accounts/{account}/messages"), &body)
    };
    let refused = again();
    assert!(refused.text().contains(&first), "it names the other: {}", refused.text());
    refused.refused(409, "message.claim_under_way");
    app.database.sql("UPDATE message SET state = 'unknown'");
    again().refused(409, "message.claim_under_way");
    plan(&app, &account, "statement");
    app.database.sql("UPDATE message SET state = 'failed' WHERE state = 'unknown'");
    assert_eq!(again().status, 201);
}
