//! What an object says may be done with it can be done, and what it does not say is refused.

use serde_json::{Value, json};
use testkit::TestApp;
use testkit::push::{account, invoice, party};

fn allowed(app: &TestApp, key: &str, path: &str) -> Vec<String> {
    let read = app.call("GET", path).bearer(key).send().expect(200);
    let object = if read["items"].is_array() { read["items"][0].clone() } else { read };
    let listed = object["allowed_actions"].as_array().unwrap_or_else(|| panic!("{path}: {object}"));
    listed.iter().map(|a| a.as_str().expect("a text").to_owned()).collect()
}

/// A book with a proposal of the second step, a held snapshot and a block.
fn book() -> (TestApp, String) {
    let app = TestApp::start();
    let entity = app.entity("E1");
    let mut document = app.get("/v1/scenarios/standard").expect(200)["document"].clone();
    document["steps"][1]["mode"] = json!("propose");
    app.post("/v1/scenarios", &json!({ "document": document })).expect(201);
    app.post("/v1/scenarios/standard/versions/2/activate", &json!({})).expect(200);
    app.post("/v1/scenarios", &json!({ "document": document })).expect(201);
    app.push("ERP-E1")
        .parties(vec![party("P1", "Uno")])
        .accounts(vec![account("A1", "P1")])
        .receivables(vec![invoice("F1", "A1", "100.00", ("2026-01-15", "2026-02-01"))])
        .finish();
    let run = app.post("/v1/dunning/runs", &json!({ "legal_entity_id": entity })).expect(201);
    let path = format!("/v1/dunning/runs/{}", run["id"].as_str().expect("an id"));
    testkit::wait::until("the run ends", || app.get(&path).expect(200)["state"] == "finished");
    (app, path)
}

#[test]
fn a_proposal_offers_what_the_caller_may_decide_and_no_more_once_it_is_decided() {
    let (app, run) = book();
    let admin = app.admin.clone();
    let collector = app.key(&["collector"], None);
    assert_eq!(allowed(&app, &admin, "/v1/actions"), ["approve", "edit", "reject"]);
    assert!(allowed(&app, &collector, "/v1/actions").is_empty(), "a collector may look");
    assert_eq!(allowed(&app, &collector, &run), ["replay"]);
    let action = app.get("/v1/actions").expect(200)["items"][0]["id"].as_str().expect("an id").to_owned();
    app.post(&format!("/v1/actions/{action}/approve"), &json!({})).expect(200);
    assert!(allowed(&app, &admin, &format!("/v1/actions/{action}")).is_empty());
    assert_eq!(app.post(&format!("/v1/actions/{action}/approve"), &json!({})).status, 409);
    assert_eq!(allowed(&app, &admin, "/v1/messages"), ["cancel"]);
    assert_eq!(allowed(&app, &admin, "/v1/scenarios?state=draft"), ["activate"]);
    assert!(allowed(&app, &admin, "/v1/scenarios?state=active").is_empty());
}

#[test]
fn blocks_and_push_sessions_offer_what_their_state_lets_be_done() {
    let (app, _) = book();
    let admin = app.admin.clone();
    let account = crate::reads::account_id(&app, "A1");
    let block = app.post("/v1/blocks", &json!({ "account_id": account, "reason": "promise" })).expect(201);
    let path = format!("/v1/blocks/{}", block["id"].as_str().expect("an id"));
    assert_eq!(allowed(&app, &admin, &path), ["end"]);
    app.post(&format!("{path}/end"), &json!({})).expect(200);
    assert!(allowed(&app, &admin, &path).is_empty());
    app.push_snapshot("ERP-E1").finish();
    let held = app.get("/v1/push-sessions?state=held").expect(200)["items"][0]["id"].clone();
    let path = format!("/v1/push-sessions/{}", held.as_str().expect("an id"));
    assert_eq!(allowed(&app, &admin, &path), ["abort", "confirm"]);
    let integration = app.key(&["integration"], None);
    assert!(allowed(&app, &integration, &path).is_empty(), "a person must confirm");
    app.post(&format!("{path}/confirm"), &json!({})).expect(200);
    assert!(allowed(&app, &admin, &path).is_empty());
    let created: Value =
        app.post("/v1/blocks", &json!({ "account_id": account, "reason": "legal" })).expect(201);
    assert!(created.get("allowed_actions").is_none(), "told when it is read");
}
