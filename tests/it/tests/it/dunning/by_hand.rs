//! Steps that a person carries out: planned by the run, done by hand, counted like any other.

use doubles::paper::Reading;
use proto::v1::AccountRow;
use serde_json::{Value, json};
use testkit::push::{account, contact, invoice, payment};

use super::{Book, outcome, text};

/// A book that owes 100 since 20 February, under a ladder whose formal notice comes after ten days by a channel and whose last
/// step, by e-mail, 15 days later.
fn under(channel: &str) -> Book {
    let book = Book::owing("2026-02-20");
    let mut payer = contact("C1", "A1", "pagos@ibarra.example");
    "+34 944 000 000".clone_into(&mut payer.phone);
    let with_address = AccountRow { address: vec!["Calle Real 3".to_owned()], ..account("A1", "P1") };
    book.app.push("ERP-E1").accounts(vec![with_address]).contacts(vec![payer]).finish();
    let mut document = book.app.get("/v1/scenarios/standard").expect(200)["document"].clone();
    let mut notice = document["steps"][3].clone();
    let mut last = document["steps"][2].clone();
    notice["channel"] = json!(channel);
    notice["mode"] = json!("automatic");
    notice["when"] = json!({ "days": 10, "relation": "after_due" });
    last["when"] = json!({ "days_after_previous_step": 15 });
    last["gap_days"] = json!(0);
    document["steps"] = json!([notice, last]);
    let draft = book.app.post("/v1/scenarios", &json!({ "document": document })).expect(201);
    assert_eq!(draft["check"]["valid"], true, "{draft}");
    book.app.post("/v1/scenarios/standard/versions/2/activate", &json!({})).expect(200);
    assert_eq!(text(&book.decision("2026-03-04")["step_code"]), "formal_notice");
    book
}

fn look(book: &Book, at: &str) -> Value {
    book.app.set_clock(at.parse().expect("an instant"));
    book.app.send_due();
    book.items("/v1/messages")[0].clone()
}

#[test]
fn a_letter_of_a_run_waits_for_a_person_and_counts_from_the_day_it_was_posted() {
    let book = under("letter");
    let planned = look(&book, "2026-03-04T10:00:00Z");
    assert_eq!((text(&planned["channel"]), text(&planned["state"])), ("letter", "planned"));
    assert_eq!(planned["waiting_for"], "message.by_hand");
    let path = format!("/v1/messages/{}", text(&planned["id"]));
    let printed = book.app.get(&format!("{path}/pdf"));
    assert!(Reading::of(&printed.bytes).says("100,00"), "what is to be printed: {}", printed.text());
    assert_eq!(outcome(&book.decision("2026-03-05")), ("hold", "hold.open_contact"));
    book.app.set_clock("2026-03-06T10:00:00Z".parse().expect("an instant"));
    assert_eq!(book.app.post(&format!("{path}/mark-sent"), &json!({})).status, 204);
    let sent = book.app.get(&path).expect(200);
    assert_eq!((text(&sent["state"]), text(&sent["items"][0]["sent_on"])), ("sent", "2026-03-06"), "{sent}");
    assert_eq!(book.items("/v1/actions")[0]["state"], "executed");
    assert!(book.app.get(&format!("{path}/pdf")).bytes.starts_with(b"%PDF-1."));
    // The next step counts from the day it was posted, and so does the spacing of what falls overdue meanwhile.
    book.app
        .push("ERP-E1")
        .receivables(vec![invoice("I2", "A1", "60.00", ("2026-01-02", "2026-02-21"))])
        .finish();
    let held = book.decision("2026-03-09");
    assert_eq!(outcome(&held), ("hold", "hold.minimum_spacing"));
    assert_eq!(held["facts"]["last_contact_on"], "2026-03-06");
    book.app.push("ERP-E1").entries(vec![payment("Z2", "A1", "I2", ("60.00", "2026-03-10"))]).finish();
    assert!(book.decided("2026-03-20").iter().all(|d| d["outcome"] != "act"));
    assert_eq!(text(&book.decision("2026-03-23")["step_code"]), "second_reminder");
}

#[test]
fn a_letter_of_a_run_that_the_facts_have_overtaken_is_withdrawn() {
    for (amount, state, reason) in
        [("100.00", "cancelled", "message.paid"), ("40.00", "cancelled", "message.amounts_changed")]
    {
        let book = under("letter");
        book.app.push("ERP-E1").entries(vec![payment("Z1", "A1", "I1", (amount, "2026-03-04"))]).finish();
        let pdf = format!("/v1/messages/{}/pdf", text(&book.items("/v1/messages")[0]["id"]));
        book.app.get(&pdf).refused(409, reason);
        let seen = look(&book, "2026-03-04T10:00:00Z");
        assert_eq!((text(&seen["state"]), text(&seen["state_reason"])), (state, reason));
        assert_eq!(book.items("/v1/actions")[0]["state"], "cancelled");
    }
    let book = under("letter");
    book.app.database.sql("UPDATE party SET insolvent_since = '2026-03-04'");
    let seen = look(&book, "2026-03-04T10:00:00Z");
    assert_eq!((text(&seen["state"]), text(&seen["state_reason"])), ("cancelled", "hold.insolvency"));
}

#[test]
fn calls_and_tasks_are_steps_too() {
    for channel in ["call", "task"] {
        let book = under(channel);
        let planned = look(&book, "2026-03-04T10:00:00Z");
        assert_eq!((text(&planned["channel"]), text(&planned["waiting_for"])), (channel, "message.by_hand"));
        let path = format!("/v1/messages/{}/mark-sent", text(&planned["id"]));
        assert_eq!(book.app.post(&path, &json!({})).status, 204, "{channel}");
        assert_eq!(text(&book.decision("2026-03-19")["step_code"]), "second_reminder", "{channel}");
    }
}

#[test]
fn a_letter_that_was_posted_before_the_facts_moved_counts_from_its_day() {
    // Withdrawn on Wednesday after a part payment; it had been posted that morning, somebody says on Friday.
    let book = under("letter");
    book.app.push("ERP-E1").entries(vec![payment("Z1", "A1", "I1", ("40.00", "2026-03-04"))]).finish();
    let withdrawn = look(&book, "2026-03-04T10:00:00Z");
    assert_eq!(text(&withdrawn["state_reason"]), "message.amounts_changed");
    assert_eq!(withdrawn["allowed_actions"], json!(["mark_sent"]));
    book.on("2026-03-06");
    let path = format!("/v1/messages/{}", text(&withdrawn["id"]));
    let mark = |day: &str| book.app.post(&format!("{path}/mark-sent"), &json!({ "sent_on": day }));
    mark("2026-03-03").refused(422, "message.sent_on_impossible");
    mark("2026-03-07").refused(422, "message.sent_on_impossible");
    assert_eq!(mark("2026-03-04").status, 204);
    let sent = book.app.get(&path).expect(200);
    assert_eq!((text(&sent["state"]), sent["state_reason"].is_null()), ("sent", true), "{sent}");
    let line = &sent["items"][0];
    assert_eq!((text(&line["amount"]), text(&line["sent_on"])), ("100", "2026-03-04"), "as it was planned");
    assert!(book.app.database.sql("SELECT text_body FROM message_content").contains("100,00"), "{sent}");
    assert_eq!(text(&sent["sent_at"]), "2026-03-04T11:00:00+00:00", "noon in Madrid");
    assert_eq!(book.items("/v1/actions")[0]["state"], "executed");
    assert_eq!(
        text(&book.decision("2026-03-19")["step_code"]),
        "second_reminder",
        "the next step counts from there"
    );
    mark("2026-03-04").refused(409, "message.transition_refused");
}

#[test]
fn what_a_person_withdrew_is_not_marked_as_sent() {
    let book = under("letter");
    let planned = look(&book, "2026-03-04T10:00:00Z");
    let path = format!("/v1/messages/{}", text(&planned["id"]));
    assert_eq!(book.app.post(&format!("{path}/cancel"), &json!({ "reason": "por teléfono" })).status, 204);
    assert_eq!(book.app.get(&path).expect(200)["allowed_actions"], json!([]));
    book.app.post(&format!("{path}/mark-sent"), &json!({})).refused(409, "message.transition_refused");
}
