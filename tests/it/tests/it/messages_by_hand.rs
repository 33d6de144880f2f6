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
