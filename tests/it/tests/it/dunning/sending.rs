//! From the run's decision to the mail: the decision is looked at again just before it leaves.

use proto::v1::AccountRow;
use serde_json::{Value, json};
use testkit::push::{account, contact, invoice, payment};

use super::{Book, outcome, text};

/// A book whose run of 4 March planned a first reminder, one in the morning when nobody may be written to yet.
fn planned() -> Book {
    let book = Book::owing("2026-02-20");
    book.app.push("ERP-E1").contacts(vec![contact("C1", "A1", "pagos@ibarra.example")]).finish();
    assert_eq!(outcome(&book.decision("2026-03-04")).0, "act");
    book
}

fn message(book: &Book) -> Value {
    book.items("/v1/messages")[0].clone()
}

fn send_at(book: &Book, at: &str) -> Value {
    book.app.set_clock(at.parse().expect("an instant"));
    book.app.send_due();
    message(book)
}

#[test]
fn what_a_run_decided_is_sent_and_counts_for_the_next_run() {
    let book = planned();
    let sent = send_at(&book, "2026-03-04T10:00:00Z");
    assert_eq!((text(&sent["state"]), text(&sent["recipient"])), ("sent", "pagos@ibarra.example"), "{sent}");
    assert_eq!(book.items("/v1/actions")[0]["state"], "executed");
    book.app
        .push("ERP-E1")
        .receivables(vec![invoice("I2", "A1", "900.00", ("2026-01-02", "2026-03-02"))])
        .finish();
    let held = book.decision("2026-03-09");
    assert_eq!(outcome(&held), ("hold", "hold.minimum_spacing"));
    assert_eq!(held["facts"]["last_contact_on"], "2026-03-04");
}

#[test]
fn a_run_writes_in_the_language_of_the_contact_then_of_the_account() {
    let book = planned();
    let mut english = contact("C1", "A1", "pagos@ibarra.example");
    "en".clone_into(&mut english.language);
    book.app.push("ERP-E1").contacts(vec![english.clone()]).finish();
    let sent = send_at(&book, "2026-03-04T10:00:00Z");
    assert_eq!((text(&sent["state"]), text(&sent["language"])), ("sent", "en"), "{sent}");
    assert!(text(&sent["subject"]).contains("reminder"), "{sent}");
    let of_account = planned();
    of_account.app.database.sql("UPDATE account SET language = 'en'");
    assert_eq!(send_at(&of_account, "2026-03-04T10:00:00Z")["language"], "en");
    assert_eq!(send_at(&planned(), "2026-03-04T10:00:00Z")["language"], "es", "the legal entity's");
    // Nothing is written in French: the reader's next language comes, then the legal entity's.
    let french = || {
        let book = planned();
        let mut contact = contact("C1", "A1", "pagos@ibarra.example");
        "fr".clone_into(&mut contact.language);
        book.app.push("ERP-E1").contacts(vec![contact]).finish();
        book
    };
    assert_eq!(send_at(&french(), "2026-03-04T10:00:00Z")["language"], "es", "the legal entity's");
    let with_account = french();
    with_account.app.database.sql("UPDATE account SET language = 'en'");
    assert_eq!(send_at(&with_account, "2026-03-04T10:00:00Z")["language"], "en", "the account's");
    let all_french = french();
    all_french.app.database.sql("UPDATE legal_entity SET language = 'fr'");
    assert_eq!(send_at(&all_french, "2026-03-04T10:00:00Z")["language"], "en", "English in the end");
}

#[test]
fn why_not_now_knows_what_the_run_would_decide_today() {
    let book = planned();
    book.app.set_clock("2026-03-04T10:00:00Z".parse().expect("an instant"));
    book.app.database.sql("UPDATE party SET insolvent_since = '2026-03-04'");
    let path = format!("/v1/messages/{}/why-not-now", text(&message(&book)["id"]));
    let why = book.app.get(&path).expect(200);
    assert_eq!(
        (&why["now"], &why["because"][0]["code"]),
        (&json!(false), &json!("hold.insolvency")),
        "{why}"
    );
    assert_ne!(why["because"][0]["text"], "hold.insolvency", "a sentence");
}

#[test]
fn a_credit_note_posted_after_the_run_withdraws_the_planned_message() {
    let book = planned();
    let mut credit = invoice("G1", "A1", "30.00", ("2026-03-04", "2026-03-04"));
    "credit_note".clone_into(&mut credit.kind);
    book.app.push("ERP-E1").receivables(vec![credit]).finish();
    let withdrawn = send_at(&book, "2026-03-04T10:00:00Z");
    assert_eq!(
        (text(&withdrawn["state"]), text(&withdrawn["state_reason"])),
        ("cancelled", "message.decision_changed")
    );
    let told = "event e JOIN event_payload p ON p.event_id = e.id WHERE e.kind = 'message.withdrawn' \
        AND p.payload LIKE '%message.decision_changed%'";
    assert_eq!(book.count(told), 1);
    let same = book.count("action a JOIN message m ON m.action_id = a.id AND m.event_id = a.event_id");
    assert_eq!(same, 1, "the action carries the event that ended it");
    assert_eq!(book.items("/v1/actions")[0]["state"], "cancelled");
    // The next run claims what is left.
    assert_eq!(text(&book.decision("2026-03-05")["total_amount"]), "70");
}

#[test]
fn a_block_set_or_a_payment_made_after_the_run_stops_the_message() {
    let blocked = planned();
    let body = json!({ "account_id": blocked.id("acc", "A1"), "reason": "promise" });
    blocked.app.post("/v1/blocks", &body).expect(201);
    assert_eq!(send_at(&blocked, "2026-03-04T10:00:00Z")["state"], "cancelled");
    let paid = planned();
    paid.app.push("ERP-E1").entries(vec![payment("E1", "A1", "I1", ("100.00", "2026-03-04"))]).finish();
    assert_eq!(send_at(&paid, "2026-03-04T10:00:00Z")["state"], "cancelled");
}

#[test]
fn a_message_to_who_receives_no_letters_any_more_says_so() {
    let book = planned();
    let moved = AccountRow { dunning_account_external_id: "A2".to_owned(), ..account("A1", "P1") };
    book.app.push("ERP-E1").accounts(vec![account("A2", "P1"), moved]).finish();
    let withdrawn = send_at(&book, "2026-03-04T10:00:00Z");
    assert_eq!(
        (text(&withdrawn["state"]), text(&withdrawn["state_reason"])),
        ("cancelled", "message.recipient_moved")
    );
    let path = format!("/v1/accounts/{}/messages", book.id("acc", "A1"));
    let refused = book.app.post(&path, &json!({ "template_code": "statement" }));
    assert!(refused.text().contains(&book.id("acc", "A2")), "where they go: {}", refused.text());
    refused.refused(409, "message.letters_elsewhere");
}

#[test]
fn insolvency_declared_after_the_run_stops_the_message() {
    let book = planned();
    book.app.database.sql("UPDATE party SET insolvent_since = '2026-03-04'");
    let withdrawn = send_at(&book, "2026-03-04T10:00:00Z");
    assert_eq!(
        (text(&withdrawn["state"]), text(&withdrawn["state_reason"])),
        ("cancelled", "hold.insolvency")
    );
}

#[test]
fn a_message_waits_while_a_push_is_under_way_and_goes_when_it_is_done() {
    let book = planned();
    let push = book.app.push("ERP-E1");
    let waiting = send_at(&book, "2026-03-04T10:00:00Z");
    assert_eq!((text(&waiting["state"]), text(&waiting["waiting_for"])), ("planned", "hold.stale_data"));
    push.finish();
    assert_eq!(send_at(&book, "2026-03-04T10:30:00Z")["state"], "sent");
}

#[test]
fn an_edited_proposal_goes_out_as_edited() {
    let book = Book::owing("2026-02-10");
    book.in_mode(2, "propose");
    book.invoice("I2", "40.00", "2026-02-11");
    book.app.push("ERP-E1").contacts(vec![contact("C1", "A1", "pagos@ibarra.example")]).finish();
    assert_eq!(outcome(&book.decision("2026-03-04")).0, "act");
    assert_eq!(send_at(&book, "2026-03-04T10:00:00Z")["state"], "sent");
    assert_eq!(text(&book.decision("2026-03-19")["step_code"]), "second_reminder");
    let action = book.items("/v1/actions?state=proposed")[0].clone();
    let path = |what: &str| format!("/v1/actions/{}/{what}", text(&action["id"]));
    let edit = json!({ "leave_out": [book.id("rcv", "I2")], "note": "Tal como hablamos." });
    book.app.put(&path("edit"), &edit).expect(200);
    book.app.post(&path("approve"), &json!({})).expect(200);
    let sent = send_at(&book, "2026-03-19T10:00:00Z");
    assert_eq!((text(&sent["state"]), text(&sent["total_amount"])), ("sent", "100"), "{sent}");
    let said = book
        .app
        .database
        .sql("SELECT text_body FROM message_content ORDER BY text_body LIKE '%hablamos%' DESC LIMIT 1");
    assert!(said.contains("Tal como hablamos."), "{said}");
    // The item left out keeps its step, and its turn.
    let steps = book.app.database.sql(
        "SELECT string_agg(step_no::text, ',' ORDER BY step_no) FROM message_item WHERE sent_on = '2026-03-19'",
    );
    assert_eq!(steps, "3");
}

#[test]
fn a_letter_names_its_step_in_its_own_language() {
    let subject_in = |language: &str| {
        let book = planned();
        let address = format!("/v1/templates/first_reminder.{language}");
        let mut document = book.app.get(&address).expect(200)["document"].clone();
        document["subject"] = json!("E1: {% if step.name %}{{ step.name }}{% endif %}");
        let body = json!({ "purpose": "reminder", "document": document });
        book.app.put(&format!("/v1/templates/first_reminder/{language}"), &body).expect(200);
        book.app.database.sql(&format!("UPDATE message SET language = '{language}'"));
        assert_eq!(send_at(&book, "2026-03-04T10:00:00Z")["state"], "sent");
        book.app.database.sql("SELECT subject FROM message")
    };
    assert_eq!(subject_in("es"), "E1: Primer recordatorio");
    assert_eq!(subject_in("en"), "E1: First reminder");
}
