//! Proposals: approved, edited, rejected, overtaken.

use serde_json::{Value, json};
use testkit::push::{contact, payment};

use super::{Book, outcome, text};
use crate::repeat::{Sample, done_once};

/// All that deciding about a proposal writes.
const EFFECT: &str = "SELECT state, version, edit, xmin, (SELECT count(*) FROM message), \
    (SELECT count(*) FROM message_item), (SELECT count(*) FROM block) FROM action ORDER BY id";

/// A book whose account has a proposed second reminder of the invoices `I1` (100) and `I2` (40).
fn proposed() -> (Book, Value) {
    in_mode("propose")
}

/// The same, by a scenario whose second reminder is of a mode.
fn in_mode(mode: &str) -> (Book, Value) {
    let book = Book::owing("2026-02-10");
    book.in_mode(2, mode);
    book.invoice("I2", "40.00", "2026-02-11");
    assert_eq!(outcome(&book.decision("2026-03-04")).0, "act");
    book.send_planned("2026-03-04");
    assert_eq!(text(&book.decision("2026-03-19")["step_code"]), "second_reminder");
    let [action] = <[Value; 1]>::try_from(book.items("/v1/actions?state=proposed")).expect("one proposal");
    (book, action)
}

fn path(action: &Value, what: &str) -> String {
    format!("/v1/actions/{}/{what}", text(&action["id"]))
}

#[test]
fn an_approved_proposal_becomes_a_planned_message() {
    let (book, action) = proposed();
    assert_eq!((text(&action["mode"]), text(&action["total_amount"])), ("propose", "140"));
    assert_eq!(book.count("message WHERE state = 'planned'"), 0);
    let approved = book.app.post(&path(&action, "approve"), &json!({})).expect(200);
    assert_eq!(approved["state"], "approved");
    let message = book
        .app
        .database
        .sql("SELECT step_code, trim_scale(total_amount) FROM message WHERE state = 'planned'");
    assert_eq!(message, "second_reminder|140");
    book.app.post(&path(&action, "approve"), &json!({})).refused(409, "action.not_proposed");
}

#[test]
fn an_edited_proposal_keeps_the_difference() {
    let (book, action) = proposed();
    let (item, version) = (book.id("rcv", "I2"), action["version"].to_string());
    let edit = json!({ "leave_out": [item], "language": "en", "note": "asked to wait" });
    let edited = book
        .app
        .call("PUT", &path(&action, "edit"))
        .header("If-Match", &format!("\"{version}\""))
        .json(&edit)
        .send()
        .expect(200);
    assert_eq!((text(&edited["total_amount"]), text(&edited["edit"]["total_amount"])), ("140", "100"));
    assert_eq!(edited["edit"]["left_out"], json!([item]));
    assert_eq!(book.items("/v1/actions?edited=true")[0]["edit"], edited["edit"]);
    // Whoever saw the version before does not overwrite it.
    book.app
        .call("PUT", &path(&action, "edit"))
        .header("If-Match", &format!("\"{version}\""))
        .json(&edit)
        .send()
        .refused(412, "version.mismatch");
    book.app.post(&path(&action, "approve"), &json!({})).expect(200);
    let message = book.app.database.sql(
        "SELECT trim_scale(m.total_amount), m.language, count(*) FROM message m JOIN message_item i \
         ON i.message_id = m.id WHERE m.state = 'planned' GROUP BY 1, 2",
    );
    assert_eq!(message, "100|en|1");
}

#[test]
fn what_is_to_be_approved_is_approved_as_it_is_or_not_at_all() {
    let (book, action) = in_mode("approve");
    assert_eq!(action["mode"], "approve");
    assert_eq!(action["allowed_actions"], json!(["approve", "reject"]));
    let edit = json!({ "note": "asked to wait" });
    book.app.put(&path(&action, "edit"), &edit).refused(409, "action.not_editable");
    assert_eq!(book.app.post(&path(&action, "approve"), &json!({})).expect(200)["state"], "approved");
    let (_, open_to_changes) = in_mode("propose");
    assert_eq!(open_to_changes["allowed_actions"], json!(["approve", "edit", "reject"]));
}

#[test]
fn an_edit_that_makes_no_sense_is_refused() {
    let (book, action) = proposed();
    let refused = |edit: Value, code: &str| book.app.put(&path(&action, "edit"), &edit).refused(422, code);
    refused(json!({ "leave_out": [book.id("rcv", "I1"), book.id("rcv", "I2")] }), "action.edit_empty");
    refused(json!({ "leave_out": [format!("rcv_{}", "0".repeat(32))] }), "action.item_unknown");
    refused(json!({ "template_code": "no_such_template" }), "scenario.template_unknown");
    refused(json!({ "purpose": "fun" }), "value.unknown");
}

#[test]
fn a_rejected_proposal_with_a_block_does_not_come_back_the_next_day() {
    let (book, action) = proposed();
    let body = json!({ "reason": "agreed by phone", "block_until": "2026-03-25" });
    let rejected = book.app.post(&path(&action, "reject"), &body).expect(200);
    assert_eq!((text(&rejected["state"]), text(&rejected["state_reason"])), ("rejected", "agreed by phone"));
    assert_eq!(outcome(&book.decision("2026-03-20")), ("hold", "hold.blocked"));
    assert_eq!(outcome(&book.decision("2026-03-26")).0, "act");
}

#[test]
fn a_proposal_that_would_be_made_again_stays_as_it_is() {
    let (book, action) = proposed();
    assert_eq!(outcome(&book.decision("2026-03-20")), ("hold", "hold.open_contact"));
    let [still] = <[Value; 1]>::try_from(book.items("/v1/actions?state=proposed")).expect("one proposal");
    assert_eq!(still["id"], action["id"]);
}

#[test]
fn a_proposal_that_a_payment_has_overtaken_is_withdrawn_by_the_next_run() {
    let (book, _) = proposed();
    book.app.push("ERP-E1").entries(vec![payment("E1", "A1", "I2", ("40.00", "2026-03-19"))]).finish();
    let fresh = book.decision("2026-03-20");
    assert_eq!((outcome(&fresh).0, text(&fresh["total_amount"])), ("act", "100"));
    let withdrawn = book.items("/v1/actions?state=cancelled");
    assert_eq!((withdrawn.len(), text(&withdrawn[0]["state_reason"])), (1, "message.decision_changed"));
    assert_eq!(book.items("/v1/actions?state=proposed").len(), 1);
}

#[test]
fn a_proposal_that_was_paid_meanwhile_cannot_be_approved() {
    let (book, action) = proposed();
    let entries = [("E1", "I1", "100.00"), ("E2", "I2", "40.00")];
    let entries = entries.map(|(id, item, amount)| payment(id, "A1", item, (amount, "2026-03-19")));
    book.app.push("ERP-E1").entries(entries.to_vec()).finish();
    let answer = book.app.post(&path(&action, "approve"), &json!({})).expect(200);
    assert_eq!(answer["state"], "cancelled");
    assert_eq!(book.count("message WHERE state = 'planned'"), 0);
}

#[test]
fn a_bulk_approval_tells_what_became_of_each() {
    let (book, action) = proposed();
    let stranger = format!("act_{}", "0".repeat(32));
    let body = json!({ "ids": [action["id"], stranger] });
    let answer = book.app.post("/v1/actions/approve", &body).expect(200);
    let found = answer["actions"].as_array().expect("actions");
    let of = |id: &Value| found.iter().find(|a| a["id"] == *id).expect("an answer for each");
    assert_eq!(of(&action["id"])["state"], "approved");
    assert_eq!(of(&json!(stranger))["code"], "not_found");
}

#[test]
fn a_proposal_is_approved_once() {
    let (book, action) = proposed();
    let approved = done_once(&book.app, "approve_action", &Sample::bare(path(&action, "approve")), EFFECT);
    assert_eq!(approved["state"], "approved");
    assert_eq!(book.count("message WHERE state = 'planned'"), 1);
}

#[test]
fn proposals_are_approved_together_once() {
    let (book, action) = proposed();
    let sample = Sample {
        path: "/v1/actions/approve".to_owned(),
        body: json!({ "ids": [action["id"]] }),
        other: json!({ "ids": [action["id"], format!("act_{}", "0".repeat(32))] }),
    };
    let answer = done_once(&book.app, "approve_actions", &sample, EFFECT);
    assert_eq!(answer["actions"][0]["state"], "approved");
    assert_eq!(book.count("message WHERE state = 'planned'"), 1);
}

#[test]
fn a_proposal_is_rejected_once() {
    let (book, action) = proposed();
    let sample = Sample {
        path: path(&action, "reject"),
        body: json!({ "reason": "agreed by phone", "block_until": "2026-03-25" }),
        other: json!({ "reason": "agreed by letter" }),
    };
    let rejected = done_once(&book.app, "reject_action", &sample, EFFECT);
    assert_eq!(rejected["state"], "rejected");
    assert_eq!(book.items("/v1/blocks").len(), 1);
}

#[test]
fn a_proposal_is_edited_once() {
    let (book, action) = proposed();
    let sample = Sample {
        path: path(&action, "edit"),
        body: json!({ "note": "asked to wait" }),
        other: json!({ "leave_out": [book.id("rcv", "I2")] }),
    };
    let edited = done_once(&book.app, "edit_action", &sample, EFFECT);
    assert_eq!(edited["edit"]["note"], "asked to wait");
    assert_eq!(edited["version"].as_i64(), action["version"].as_i64().map(|v| v + 1));
}

#[test]
fn an_approval_tried_out_plans_nothing() {
    let (book, action) = proposed();
    let tried = book.app.post(&path(&action, "approve?dry_run=true"), &json!({})).expect(200);
    assert_eq!((&tried["dry_run"], &tried["result"]["state"]), (&json!(true), &json!("approved")));
    assert_eq!(book.count("message WHERE state = 'planned'"), 0);
    assert_eq!(book.items("/v1/actions?state=proposed").len(), 1);
}

#[test]
fn a_collector_may_look_but_not_approve() {
    let (book, action) = proposed();
    let key = book.app.key(&["collector"], None);
    book.app.call("GET", "/v1/actions").bearer(&key).send().expect(200);
    let answer = book.app.call("POST", &path(&action, "approve")).bearer(&key).json(&json!({})).send();
    answer.refused(403, "auth.forbidden");
}

#[test]
fn a_proposal_is_not_approved_beside_a_claim_of_unknown_outcome() {
    let (book, action) = proposed();
    book.app.push("ERP-E1").contacts(vec![contact("C1", "A1", "pagos@ibarra.example")]).finish();
    let by_hand = format!("/v1/accounts/{}/messages", text(&action["account_id"]));
    book.app.post(&by_hand, &json!({ "template_code": "first_reminder" })).expect(201);
    book.app.database.sql("UPDATE message SET state = 'unknown' WHERE state = 'planned'");
    let answer = book.app.post(&path(&action, "approve"), &json!({})).expect(200);
    assert_eq!((text(&answer["state"]), text(&answer["state_reason"])), ("cancelled", "hold.open_contact"));
    assert_eq!(book.count("message WHERE state = 'planned'"), 0);
}
