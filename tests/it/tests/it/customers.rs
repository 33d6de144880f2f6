//! Correcting customers by hand, against an ERP that goes on pushing.

use serde_json::{Value, json};
use testkit::TestApp;
use testkit::push::{account, contact, party};

use crate::reads::{account_id, text};

fn book() -> TestApp {
    let app = TestApp::start();
    app.entity("E1");
    push(&app, "pagos@example.com", "Calle Vieja 1");
    app
}

/// What the ERP says, whatever people have corrected.
fn push(app: &TestApp, email: &str, street: &str) {
    let mut account = account("A1", "P1");
    account.address = vec![street.to_owned()];
    app.push("ERP-E1")
        .parties(vec![party("P1", "Uno")])
        .accounts(vec![account])
        .contacts(vec![contact("C1", "A1", email)])
        .finish();
}

fn the_contact(app: &TestApp) -> Value {
    app.get("/v1/contacts?origin=pushed").expect(200)["items"][0].clone()
}

fn patch(app: &TestApp, path: &str, body: &Value) -> testkit::Reply {
    app.call("PATCH", path).json(body).send()
}

#[test]
fn a_field_set_by_hand_stays_against_the_erp_until_it_is_released() {
    let app = book();
    let path = format!("/v1/contacts/{}", text(&the_contact(&app)["id"]));
    let done = patch(&app, &path, &json!({ "email": "right@example.com" })).expect(200);
    assert_eq!(done["manual_fields"], json!(["email"]));
    push(&app, "newer@example.com", "Calle Nueva 2");
    let kept = the_contact(&app);
    assert_eq!(kept["email"], "right@example.com");
    assert_eq!(kept["overrides"], json!({ "email": "newer@example.com" }), "what the ERP says is remembered");
    let address = &app.get(&format!("/v1/accounts/{}", account_id(&app, "A1"))).expect(200)["address"];
    assert_eq!(address, &json!(["Calle Nueva 2"]), "what no hand touched follows the ERP");
    assert_eq!(app.get("/v1/contacts?overridden=true").expect(200)["items"].as_array().unwrap().len(), 1);
    let released = patch(&app, &path, &json!({ "release": ["email"] })).expect(200);
    assert_eq!(released["manual_fields"], json!([]));
    assert_eq!(the_contact(&app)["email"], "newer@example.com");
    patch(&app, &path, &json!({ "release": ["email"] })).refused(409, "customers.not_overridden");
}

#[test]
fn every_field_can_be_set_and_cleared() {
    let app = book();
    let account = format!("/v1/accounts/{}", account_id(&app, "A1"));
    let set = json!({ "name": "Nombre", "language": "en", "time_zone": "Europe/Lisbon", "segment": "gold",
        "scenario_code": "soft", "payment_terms_days": 45, "address": ["a", "b"], "calendar_code": "ES" });
    patch(&app, &account, &set).expect(200);
    let seen = app.get(&account).expect(200);
    for (name, value) in set.as_object().unwrap() {
        assert_eq!(&seen[name], value, "{name}");
    }
    patch(&app, &account, &json!({ "segment": null, "payment_terms_days": null })).expect(200);
    assert_eq!(app.get(&account).expect(200)["segment"], Value::Null);
    let party = format!("/v1/parties/{}", text(&seen["party_id"]));
    let set = json!({ "kind": "person", "name": "Ana", "tax_id": "12345678Z", "national_id": "1",
        "country": "ES", "language": "es", "segment": "s", "address": [], "insolvent_since": "2026-01-02",
        "vulnerable": true, "intercompany": true, "doubtful": true, "lei": null });
    patch(&app, &party, &set).expect(200);
    let seen = app.get(&party).expect(200);
    for (name, value) in set.as_object().unwrap() {
        assert_eq!(&seen[name], value, "{name}");
    }
    assert_eq!(seen["overrides"].get("doubtful"), None, "no ERP pushes it");
    let contact = format!("/v1/contacts/{}", text(&the_contact(&app)["id"]));
    let set = json!({ "name": "Eva", "role": "legal", "purposes": ["dunning"], "email": "eva@example.com",
        "phone": "+34 600", "language": "en", "position": 3, "opted_out_channels": ["call"] });
    patch(&app, &contact, &set).expect(200);
    let seen = app.get(&contact).expect(200);
    for (name, value) in set.as_object().unwrap() {
        assert_eq!(&seen[name], value, "{name}");
    }
    patch(&app, &contact, &json!({ "retired": true })).expect(200);
    push(&app, "other@example.com", "x");
    assert_eq!(app.get(&contact).expect(200)["retired_at"], "2026-03-04T08:00:00+00:00");
    patch(&app, &contact, &json!({ "retired": false })).expect(200);
    assert_eq!(app.get(&contact).expect(200)["retired_at"], Value::Null);
}

#[test]
fn an_edit_tells_who_changed_what_and_an_old_version_changes_nothing() {
    let app = book();
    let path = format!("/v1/accounts/{}", account_id(&app, "A1"));
    let tag = app.get(&path).header("ETag").unwrap().to_owned();
    let call =
        |name: &str| app.call("PATCH", &path).json(&json!({ "name": name })).header("If-Match", &tag).send();
    assert_eq!(call("Uno").header("ETag"), Some("\"2\""));
    call("Dos").refused(412, "version.mismatch");
    let told = app
        .call("PATCH", &format!("{path}?dry_run=true"))
        .json(&json!({ "name": "Tres" }))
        .send()
        .expect(200);
    assert_eq!(told["events"][0]["kind"], "customers.account_edited");
    assert_eq!(
        (&told["events"][0]["before"]["name"], &told["events"][0]["after"]["fields"]["name"]),
        (&json!("Uno"), &json!("Tres"))
    );
    assert_eq!(app.get(&path).expect(200)["name"], "Uno");
}

#[test]
fn wrong_edits_have_codes() {
    let app = book();
    let contact = format!("/v1/contacts/{}", text(&the_contact(&app)["id"]));
    let account = format!("/v1/accounts/{}", account_id(&app, "A1"));
    for (path, body, code) in [
        (&contact, json!({ "email": "nobody" }), "email.invalid"),
        (&contact, json!({ "name": "" }), "text.required"),
        (&contact, json!({ "role": "boss" }), "value.unknown"),
        (&contact, json!({ "purposes": "dunning" }), "customers.field_type"),
        (&contact, json!({ "colour": "red" }), "request.body_invalid"),
        (&contact, json!({}), "customers.nothing_to_do"),
        (&contact, json!({ "name": "x", "release": ["name"] }), "customers.set_and_released"),
        (&contact, json!({ "release": ["colour"] }), "customers.field_unknown"),
        (&account, json!({ "calendar_code": "XX-99" }), "customers.calendar_unknown"),
        (&account, json!({ "time_zone": "Mars/Base" }), "time_zone.unknown"),
        (&account, json!({ "payment_terms_days": -1 }), "customers.field_type"),
    ] {
        let reply = patch(&app, path, &body);
        assert_eq!((reply.status, reply.code().as_str()), (422, code), "{body}: {}", reply.text());
    }
}

#[test]
fn a_contact_made_here_is_never_pushed_over() {
    let app = book();
    let path = format!("/v1/accounts/{}/contacts", account_id(&app, "A1"));
    let made =
        app.post(&path, &json!({ "name": "Luz", "email": "luz@example.com", "role": "legal" })).expect(201);
    let contact = app.get(&format!("/v1/contacts/{}", text(&made["id"]))).expect(200);
    assert_eq!((&contact["origin"], &contact["role"]), (&json!("manual"), &json!("legal")));
    assert_eq!(contact["purposes"].as_array().unwrap().len(), 4, "used for everything unless it says");
    push(&app, "other@example.com", "x");
    assert_eq!(app.get(&format!("/v1/contacts/{}", text(&made["id"]))).expect(200), contact);
    app.post(&path, &json!({ "email": "luz@example.com" })).refused(422, "text.required");
    app.post("/v1/accounts/acc_0193c0de0193c0de0193c0de0193c0de/contacts", &json!({ "name": "x" }))
        .refused(404, "not_found");
}

#[test]
fn accounts_are_put_into_portfolios_and_stay_there() {
    let app = book();
    let account = account_id(&app, "A1");
    let portfolio = app.post("/v1/portfolios", &json!({ "code": "SUR", "name": "Sur" })).expect(201);
    app.post("/v1/portfolios", &json!({ "code": "SUR", "name": "Otra" }))
        .refused(409, "organisation.code_taken");
    let path = format!("/v1/accounts/{account}/portfolio");
    app.put(&path, &json!({ "portfolio_id": portfolio["id"] })).expect(200);
    push(&app, "other@example.com", "x");
    let seen = app.get(&format!("/v1/accounts/{account}")).expect(200);
    assert_eq!((&seen["portfolio"], &seen["overrides"]), (&json!("SUR"), &json!({ "portfolio_id": null })));
    assert_eq!(app.get("/v1/portfolios/SUR").expect(200)["accounts"], 1);
    patch(&app, &format!("/v1/accounts/{account}"), &json!({ "release": ["portfolio"] })).expect(200);
    assert_eq!(app.get("/v1/portfolios/SUR").expect(200)["accounts"], 0);
    app.put(&path, &json!({ "portfolio_id": "prt_0193c0de0193c0de0193c0de0193c0de" }))
        .refused(404, "not_found");
}
