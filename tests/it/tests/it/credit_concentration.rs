//! How much of the book hangs on few debtors.

use proto::v1::{PartyRow, ReceivableRow};
use serde_json::{Value, json};
use testkit::TestApp;
use testkit::push::{account, delivery, invoice, order, party};

use crate::credit_exposure::party_id;
use crate::reads::text;

/// Debtors by what they owe: 400 (a mother 250, her daughter 150), 300, 200 and 100. A company of our own owes 5000.
fn book() -> TestApp {
    let app = TestApp::start();
    app.entity("E1");
    let daughter = PartyRow { parent_external_id: "MADRE".to_owned(), ..party("HIJA", "Hija") };
    let own = PartyRow { intercompany: true, ..party("PROPIA", "Propia") };
    app.push("ERP-E1")
        .parties(vec![
            party("MADRE", "Madre"),
            daughter,
            own,
            party("P300", "Trescientos"),
            party("P200", "Doscientos"),
            party("P100", "Cien"),
        ])
        .accounts(vec![
            account("A1", "MADRE"),
            account("A2", "HIJA"),
            account("A3", "P300"),
            account("A4", "P200"),
            account("A5", "P100"),
            account("A6", "PROPIA"),
        ])
        .receivables(vec![
            owed("F1", "A1", "250.00"),
            owed("F2", "A2", "150.00"),
            owed("F3", "A3", "300.00"),
            owed("F4", "A4", "200.00"),
            owed("F5", "A5", "100.00"),
            owed("F6", "A6", "5000.00"),
        ])
        .finish();
    app
}

fn owed(id: &str, account: &str, amount: &str) -> ReceivableRow {
    invoice(id, account, amount, ("2026-01-15", "2026-04-01"))
}

fn concentration(app: &TestApp, query: &str) -> Value {
    app.get(&format!("/v1/credit/concentration?{query}")).expect(200)
}

/// Names of the largest with what they owe.
fn largest(report: &Value) -> Vec<(String, String)> {
    let largest = report["largest"].as_array().expect("the largest").iter();
    largest.map(|debtor| (text(&debtor["holder_name"]), text(&debtor["amount"]))).collect()
}

fn pairs(expected: &[(&str, &str)]) -> Vec<(String, String)> {
    expected.iter().map(|(name, amount)| ((*name).to_owned(), (*amount).to_owned())).collect()
}

#[test]
fn shares_are_of_groups_and_companies_of_our_own_are_left_out() {
    let app = book();
    let report = concentration(&app, "");
    assert_eq!((&report["hhi"], &report["normalised_hhi"]), (&json!("0.3"), &json!("0.066667")));
    assert_eq!((&report["effective_number"], &report["debtors"]), (&json!("3.33"), &json!(4)));
    assert_eq!((&report["total_amount"], &report["eliminated_amount"]), (&json!("1000"), &json!("5000")));
    let all = [("Madre", "400"), ("Trescientos", "300"), ("Doscientos", "200"), ("Cien", "100")];
    assert_eq!(largest(&report), pairs(&all));
    let first = &report["largest"][0];
    assert_eq!(
        (&first["holder_kind"], text(&first["holder_id"])),
        (&json!("group"), party_id(&app, "MADRE"))
    );
    let group = format!("/v1/credit/exposure?group={}", text(&first["holder_id"]));
    assert_eq!(app.get(&group).expect(200)["gross_amount"], "400", "it is what its exposure tells");
    assert_eq!(report["largest"][1]["holder_kind"], "party");
    let two = concentration(&app, "top=2");
    assert_eq!(largest(&two), pairs(&all[..2]));
    assert_eq!((&two["top_amount"], &two["top_share"]), (&json!("700"), &json!("0.7")));
    assert_eq!((&two["hhi"], &two["debtors"]), (&report["hhi"], &report["debtors"]), "of all, named or not");
}

#[test]
fn who_is_controlled_jointly_stands_by_itself_and_counts_once() {
    let app = book();
    for head in ["P200", "P100"] {
        let body = json!({ "party_id": party_id(&app, "P300"), "related_party_id": party_id(&app, head),
            "kind": "joint_control" });
        app.post("/v1/party-relations", &body).expect(201);
    }
    let report = concentration(&app, "");
    assert_eq!((&report["total_amount"], &report["hhi"]), (&json!("1000"), &json!("0.3")));
    assert_eq!(report["largest"][1]["holder_kind"], "party");
    // With somebody under it, it is a debtor together with that one, and with none of those who control it.
    let under = json!({ "party_id": party_id(&app, "MADRE"), "related_party_id": party_id(&app, "P300"), "kind": "parent" });
    app.post("/v1/party-relations", &under).expect(201);
    let report = concentration(&app, "");
    assert_eq!((&report["total_amount"], &report["debtors"]), (&json!("1000"), &json!(3)));
    let first = &report["largest"][0];
    assert_eq!((&first["holder_kind"], &first["amount"]), (&json!("group"), &json!("700")));
    assert_eq!(text(&first["holder_id"]), party_id(&app, "P300"));
}

#[test]
fn exposure_takes_in_what_is_ordered_delivered_and_reserved_for_as_long_as_it_is() {
    let app = book();
    app.push("ERP-E1")
        .orders(vec![order("O1", "A5", ("600.00", "600.00"))])
        .deliveries(vec![delivery("D1", "A4", "50.00")])
        .finish();
    let reserve = json!({ "source": "ERP-E1", "account_external_id": "A3", "amount": "25.00", "currency": "EUR",
        "checkpoint": "order", "reserve": true, "reservation_hours": 1 });
    let limit = json!({ "holder_kind": "party", "holder_id": party_id(&app, "P300"), "limit_type": "insured",
        "currency": "EUR", "amount": "1000.00", "reference": "POL-1", "from": "2026-01-01" });
    app.post("/v1/credit/limits", &limit).expect(201);
    let check = app.post("/v1/credit/checks", &reserve).expect(201);
    assert!(check["reservation"].is_object(), "{check}");
    let now = concentration(&app, "measure=exposure");
    let all = [("Cien", "700"), ("Madre", "400"), ("Trescientos", "325"), ("Doscientos", "250")];
    assert_eq!(largest(&now), pairs(&all));
    assert_eq!(concentration(&app, "")["total_amount"], "1000");
    app.set_clock(app.now() + chrono::TimeDelta::hours(2));
    assert_eq!(concentration(&app, "measure=exposure")["total_amount"], "1650");
}

#[test]
fn other_currencies_are_converted_by_a_rate_that_is_named() {
    let app = book();
    let dollars = ReceivableRow { currency: "USD".to_owned(), ..owed("F7", "A5", "250.00") };
    app.push("ERP-E1").receivables(vec![dollars]).finish();
    assert_eq!(app.get("/v1/credit/concentration").code(), "fx.rate_missing");
    let rates = json!({ "source": "ECB", "rates": [{ "base": "EUR", "quote": "USD", "quoted_on": "2026-03-03", "rate": "1.25" }] });
    app.post("/v1/fx-rates", &rates).expect(201);
    let report = concentration(&app, "top=3");
    assert_eq!(largest(&report), pairs(&[("Madre", "400"), ("Trescientos", "300"), ("Cien", "300")]));
    assert_eq!((&report["currency"], &report["rates"][0]["rate"]), (&json!("EUR"), &json!("1.25")));
    assert_eq!(concentration(&app, "currency=USD")["total_amount"], "1500");
}

#[test]
fn a_caller_sees_what_is_in_reach_and_that_it_is_not_all() {
    let app = book();
    let first = text(&app.get("/v1/legal-entities?code=E1").expect(200)["items"][0]["id"]);
    let second = app.entity("E2");
    app.push("ERP-E2")
        .parties(vec![party("OTRA", "Otra")])
        .accounts(vec![account("B1", "OTRA")])
        .receivables(vec![owed("G1", "B1", "70.00")])
        .finish();
    let all = concentration(&app, "");
    assert_eq!((&all["total_amount"], &all["partial"]), (&json!("1070"), &json!(false)));
    let one = concentration(&app, &format!("legal_entity={second}"));
    assert_eq!(
        (&one["total_amount"], &one["hhi"], &one["partial"]),
        (&json!("70"), &json!("1"), &json!(false))
    );
    assert_eq!(one["normalised_hhi"], Value::Null);
    let key = app.key(&["credit_analyst"], Some(&[("legal_entity", &second)]));
    let call =
        |query: &str| app.call("GET", &format!("/v1/credit/concentration?{query}")).bearer(&key).send();
    let own = call("").expect(200);
    assert_eq!((&own["total_amount"], &own["partial"]), (&json!("70"), &json!(true)));
    call(&format!("legal_entity={first}")).refused(404, "not_found");
}

#[test]
fn it_comes_as_a_table_and_what_cannot_be_asked_is_refused_by_code() {
    let app = book();
    let table = app.call("GET", "/v1/credit/concentration?top=1").header("Accept", "text/csv").send().text();
    assert_eq!(table.lines().count(), 2, "{table}");
    assert!(table.contains("Madre") && table.contains("hhi"), "{table}");
    for (query, status, code) in [
        ("top=0", 422, "credit.top_invalid"),
        ("top=501", 422, "credit.top_invalid"),
        ("top=many", 422, "request.query_invalid"),
        ("measure=colour", 422, "value.unknown"),
        ("currency=QQQ", 422, "currency.unknown"),
        ("portfolio=prt_00000000000000000000000000000001", 404, "not_found"),
    ] {
        let reply = app.get(&format!("/v1/credit/concentration?{query}"));
        assert_eq!((reply.status, reply.code().as_str()), (status, code), "{query}");
    }
    let empty = TestApp::start();
    empty.entity("E1");
    empty.get("/v1/credit/concentration").refused(404, "not_found");
}
