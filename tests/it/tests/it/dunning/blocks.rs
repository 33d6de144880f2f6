//! Blocks of accounts and items.

use serde_json::json;

use super::{Book, outcome, text};

#[test]
fn nobody_is_dunned_with_a_block_and_again_the_day_after_it_ended() {
    let book = Book::owing("2026-02-20");
    let body = json!({ "account_id": book.id("acc", "A1"), "reason": "promise", "until": "2026-03-06" });
    let block = book.app.post("/v1/blocks", &body).expect(201);
    assert_eq!((text(&block["from"]), text(&block["set_by"])), ("2026-03-04", "administrator"));
    let held = book.decision("2026-03-04");
    assert_eq!(outcome(&held), ("hold", "hold.blocked"));
    assert_eq!(held["counterfactual"]["change"], "block_removed");
    assert!(book.decided("2026-03-06").is_empty());
    assert_eq!(outcome(&book.decision("2026-03-07")).0, "act");
}

#[test]
fn a_lifted_block_blocks_no_more() {
    let book = Book::owing("2026-02-20");
    let body = json!({ "account_id": book.id("acc", "A1"), "reason": "legal" });
    let block = book.app.post("/v1/blocks", &body).expect(201);
    assert_eq!(outcome(&book.decision("2026-03-04")).0, "hold");
    let path = format!("/v1/blocks/{}/end", text(&block["id"]));
    let ended = book.app.post(&path, &json!({})).expect(200);
    assert!(ended["ended_at"].is_string());
    book.app.post(&path, &json!({})).refused(409, "block.ended");
    assert_eq!(outcome(&book.decision("2026-03-05")).0, "act");
    assert_eq!(book.items("/v1/blocks?ended=true").len(), 1);
}

#[test]
fn a_blocked_item_is_left_out_and_the_others_are_claimed() {
    let book = Book::owing("2026-02-20");
    book.invoice("I2", "40.00", "2026-02-21");
    let (account, item) = (book.id("acc", "A1"), book.id("rcv", "I1"));
    let body = json!({ "account_id": account, "receivable_id": item, "reason": "dispute", "note": "price" });
    book.app.post("/v1/blocks", &body).expect(201);
    let decision = book.decision("2026-03-04");
    assert_eq!((outcome(&decision).0, text(&decision["total_amount"])), ("act", "40"));
    assert_eq!(book.count("message_item"), 1);
}

#[test]
fn a_block_that_makes_no_sense_is_refused() {
    let book = Book::owing("2026-02-20");
    let account = book.id("acc", "A1");
    let refused = |more: serde_json::Value, status, code: &str| {
        let mut body = json!({ "account_id": account, "reason": "promise" });
        for (key, value) in more.as_object().expect("an object") {
            body[key] = value.clone();
        }
        book.app.post("/v1/blocks", &body).refused(status, code);
    };
    refused(json!({ "from": "2026-03-10", "until": "2026-03-09" }), 422, "block.ends_before_start");
    refused(json!({ "reason": "mood" }), 422, "value.unknown");
    refused(json!({ "until": "2026-02-30" }), 422, "date.invalid");
    let stranger = format!("rcv_{}", "0".repeat(32));
    refused(json!({ "receivable_id": stranger }), 422, "block.item_unknown");
    refused(json!({ "account_id": format!("acc_{}", "0".repeat(32)) }), 404, "not_found");
}

#[test]
fn a_collector_of_another_legal_entity_cannot_block() {
    let book = Book::owing("2026-02-20");
    let other = book.app.entity("E2");
    let key = book.app.key(&["collector"], Some(&[("legal_entity", &other)]));
    let body = json!({ "account_id": book.id("acc", "A1"), "reason": "promise" });
    let answer = book.app.call("POST", "/v1/blocks").bearer(&key).json(&body).send();
    answer.refused(404, "not_found");
}
