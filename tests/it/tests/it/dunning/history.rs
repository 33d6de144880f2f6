//! What was said before counts, whoever said it and to whom.

use proto::v1::AccountRow;
use serde_json::{Value, json};
use testkit::push::{account, contact, invoice};

use super::{Book, outcome, text};

fn letters_to(book: &Book, account_id: &str, recipient: &str) {
    let row = AccountRow { dunning_account_external_id: recipient.to_owned(), ..account(account_id, "P1") };
    book.app.push("ERP-E1").accounts(vec![row]).finish();
}

/// Goes to a day and runs; what was decided about the group of an account.
fn decided_about(book: &Book, account_id: &str, day: &str) -> Value {
    let decided = book.decided(day);
    let found = decided.iter().find(|decision| decision["account_number"] == account_id);
    found.unwrap_or_else(|| panic!("nothing about {account_id} in {decided:?}")).clone()
}

/// A book whose account `A1` was reminded of `I1` on 4 March, and an account `A2` that owes nothing.
fn reminded() -> Book {
    let book = Book::owing("2026-02-20");
    book.app.push("ERP-E1").accounts(vec![account("A2", "P1"), account("A3", "P1")]).finish();
    assert_eq!(text(&book.decision("2026-03-04")["step_code"]), "first_reminder");
    book.send_planned("2026-03-04");
    book
}

#[test]
fn another_recipient_starts_no_ladder_anew_and_forgets_no_contact() {
    let book = reminded();
    letters_to(&book, "A1", "A2");
    book.invoice("I2", "50.00", "2026-02-25");
    assert_eq!(outcome(&decided_about(&book, "A2", "2026-03-09")), ("hold", "hold.minimum_spacing"));
    assert_eq!(text(&decided_about(&book, "A2", "2026-03-19")["step_code"]), "second_reminder");
    // What was said to A2 of A1's items is remembered when a third account receives the letters.
    let action = text(&book.items("/v1/actions?state=proposed")[0]["id"]).to_owned();
    book.app.post(&format!("/v1/actions/{action}/approve"), &json!({})).expect(200);
    book.send_planned("2026-03-19");
    letters_to(&book, "A1", "A3");
    book.invoice("I3", "60.00", "2026-03-10");
    let held = decided_about(&book, "A3", "2026-03-25");
    assert_eq!(
        (outcome(&held), text(&held["facts"]["last_contact_on"])),
        (("hold", "hold.minimum_spacing"), "2026-03-19")
    );
    let steps = |day: &str| {
        book.on(day);
        let outlook = book.app.get(&format!("/v1/accounts/{}/dunning", book.id("acc", "A1"))).expect(200);
        let items = outlook["currencies"][0]["items"].as_array().expect("items").clone();
        items.iter().map(|item| item["last_step"].clone()).collect::<Vec<_>>()
    };
    assert_eq!(steps("2026-03-26"), [json!(3), json!(2), json!(null)]);
}

#[test]
fn another_recipient_does_not_forget_a_contact_of_unknown_outcome() {
    let book = Book::owing("2026-02-20");
    book.app.push("ERP-E1").accounts(vec![account("A2", "P1"), account("A3", "P1")]).finish();
    letters_to(&book, "A1", "A2");
    assert_eq!(outcome(&book.decision("2026-03-04")).0, "act");
    book.app.database.sql("UPDATE message SET state = 'unknown'");
    letters_to(&book, "A1", "A3");
    let held = decided_about(&book, "A3", "2026-03-20");
    assert_eq!(
        (outcome(&held), text(&held["reasons"][0]["detail"])),
        (("hold", "hold.open_contact"), "unknown")
    );
    letters_to(&book, "A1", "");
    assert_eq!(outcome(&decided_about(&book, "A1", "2026-04-20")), ("hold", "hold.open_contact"));
    assert_eq!(book.count("message"), 1);
}

/// A message by hand from this template, sent on 4 March; the decision of the run of the next day.
fn after_writing(template: &str) -> Value {
    let book = Book::owing("2026-02-20");
    book.app.push("ERP-E1").contacts(vec![contact("C1", "A1", "pagos@ibarra.example")]).finish();
    book.app.set_clock("2026-03-04T10:00:00Z".parse().expect("an instant"));
    let path = format!("/v1/accounts/{}/messages", book.id("acc", "A1"));
    book.app.post(&path, &json!({ "template_code": template })).expect(201);
    book.app.send_due();
    assert_eq!(book.count("message WHERE state = 'sent'"), 1);
    book.decision("2026-03-05")
}

#[test]
fn a_reminder_by_hand_is_a_contact_and_a_statement_is_none() {
    assert_eq!(outcome(&after_writing("first_reminder")), ("hold", "hold.minimum_spacing"));
    assert_eq!(outcome(&after_writing("statement")).0, "act");
}

#[test]
fn a_reminder_by_hand_of_unknown_outcome_holds_the_run() {
    let book = Book::owing("2026-02-20");
    let path = format!("/v1/accounts/{}/messages", book.id("acc", "A1"));
    book.app.post(&path, &json!({ "template_code": "first_reminder" })).expect(201);
    book.app.database.sql("UPDATE message SET state = 'unknown'");
    assert_eq!(outcome(&book.decision("2026-03-05")), ("hold", "hold.open_contact"));
}

#[test]
fn an_edit_leaves_an_item_whose_time_has_come() {
    let book = reminded();
    book.in_mode(2, "propose");
    // Overdue and listed, but its own step comes five days after its due date.
    book.invoice("I2", "900.00", "2026-03-16");
    assert_eq!(text(&book.decision("2026-03-19")["step_code"]), "second_reminder");
    let action = book.items("/v1/actions?state=proposed")[0].clone();
    assert_eq!(action["total_amount"], "1000");
    let path = format!("/v1/actions/{}/edit", text(&action["id"]));
    let leave_out = |item: &str| json!({ "leave_out": [book.id("rcv", item)] });
    book.app.put(&path, &leave_out("I1")).refused(422, "action.edit_without_step");
    book.app.put(&path, &leave_out("I2")).expect(200);
}

#[test]
fn a_message_that_waits_overnight_goes_although_another_item_fell_overdue() {
    let book = Book::owing("2026-02-20");
    let due = |day: &str, id: &str| invoice(id, "A1", "40.00", ("2026-01-02", day));
    book.app
        .push("ERP-E1")
        .contacts(vec![contact("C1", "A1", "pagos@ibarra.example")])
        .receivables(vec![due("2026-03-02", "I2"), due("2026-03-03", "I3")])
        .finish();
    book.app.set_clock("2026-03-04T19:00:00Z".parse().expect("an instant"));
    book.run();
    let planned = book.items("/v1/messages")[0].clone();
    assert_eq!((text(&planned["state"]), text(&planned["total_amount"])), ("planned", "100"));
    book.app.send_due();
    // In the morning, the 5th, I2 is past its days of grace.
    book.app.set_clock("2026-03-05T09:00:00Z".parse().expect("an instant"));
    book.app.send_due();
    let sent = book.items("/v1/messages")[0].clone();
    assert_eq!((text(&sent["state"]), text(&sent["total_amount"])), ("sent", "100"), "{sent}");
    assert_eq!(book.count("message_item"), 1, "as it was decided");
}
