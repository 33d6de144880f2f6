//! A check and the report see the same sums where it is easy to see others: currencies without a rate, and what a sale holds already.

use proto::v1::{PartyRow, ReceivableRow};
use serde_json::{Value, json};
use testkit::TestApp;
use testkit::push::{account, invoice, order, party, payment};

use crate::credit_checks::{asked, check, pair, policy, said};
use crate::credit_exposure::{account_id, party_id};
use crate::reads::text;

fn insured(app: &TestApp, kind: &str, id: &str) {
    let body = json!({ "holder_kind": kind, "holder_id": id, "limit_type": "insured", "currency": "EUR",
        "amount": "1000.00", "reference": "POL-1", "from": "2026-01-01" });
    app.post("/v1/credit/limits", &body).expect(201);
}

fn of(number: &str, reference: &str) -> Value {
    let mut body = asked("1.00", reference);
    body["account_external_id"] = json!(number);
    body
}

/// The exposure by which a check of an account judges a holder.
fn judged(app: &TestApp, (number, reference): (&str, &str), kind: &str) -> String {
    let answer = check(app, &of(number, reference));
    let constraints = answer["constraints"].as_array().expect("constraints");
    let own = constraints.iter().find(|c| c["holder_kind"] == kind);
    text(&own.unwrap_or_else(|| panic!("no {kind} in {answer}"))["exposure"])
}

fn reported(app: &TestApp, of: &str) -> String {
    text(&app.get(&format!("/v1/credit/exposure?{of}")).expect(200)["counted_amount"])
}

#[test]
fn a_currency_without_a_rate_stops_both_while_something_is_owed_in_it_and_neither_afterwards() {
    let app = TestApp::start();
    app.entity("E1");
    let dollars = ReceivableRow {
        currency: "USD".to_owned(),
        ..invoice("F2", "A1", "50.00", ("2026-02-15", "2026-04-01"))
    };
    app.push("ERP-E1")
        .parties(vec![party("P1", "Uno")])
        .accounts(vec![account("A1", "P1")])
        .receivables(vec![invoice("F1", "A1", "40.00", ("2026-02-15", "2026-04-01")), dollars])
        .finish();
    let (id, party) = (account_id(&app, "A1"), party_id(&app, "P1"));
    insured(&app, "party", &party);
    let holders = [format!("account={id}"), format!("party={party}")];
    assert_eq!(said(&check(&app, &of("A1", ""))), pair("hold", "limit.rate_missing"));
    for holder in &holders {
        assert_eq!(app.get(&format!("/v1/credit/exposure?{holder}")).code(), "fx.rate_missing", "{holder}");
    }
    let mut paid = payment("Z2", "A1", "F2", ("50.00", "2026-03-03"));
    paid.currency = "USD".to_owned();
    app.push("ERP-E1").entries(vec![paid]).finish();
    for holder in &holders {
        assert_eq!(reported(&app, holder), "40", "{holder}");
    }
    assert_eq!(judged(&app, ("A1", ""), "party"), "40");
    let effective = app.get(&format!("/v1/credit/limits/effective?party={party}")).expect(200);
    assert_eq!(effective["exposure_amount"], "40");
}

#[test]
fn what_a_sale_holds_is_taken_off_the_sums_that_it_is_in_and_off_no_other() {
    let app = TestApp::start();
    app.entity("E1");
    policy(&app, &json!({ "rules": [] }));
    let under = |id: &str, intercompany: bool| PartyRow {
        parent_external_id: "P0".to_owned(),
        intercompany,
        ..party(id, id)
    };
    app.push("ERP-E1")
        .parties(vec![party("P0", "P0"), under("P1", false), under("P2", true)])
        .accounts(vec![account("A0", "P0"), account("A1", "P1"), account("A2", "P2")])
        .receivables(vec![invoice("F0", "A0", "100.00", ("2026-02-15", "2026-04-01"))])
        .orders(vec![order("O1", "A1", ("70.00", "70.00")), order("O2", "A2", ("60.00", "60.00"))])
        .finish();
    let group = party_id(&app, "P0");
    insured(&app, "group", &group);
    for number in ["A1", "A2"] {
        insured(&app, "account", &account_id(&app, number));
    }
    let whole = reported(&app, &format!("group={group}"));
    assert_eq!(whole, "170", "the company of our own is left out");
    for (number, name, own, of_group) in [("A1", "O1", 70, 100), ("A2", "O2", 60, 170)] {
        let account = format!("account={}", account_id(&app, number));
        assert_eq!(reported(&app, &account), own.to_string());
        assert_eq!(judged(&app, (number, ""), "account"), own.to_string());
        assert_eq!(judged(&app, (number, ""), "group"), whole, "{number} orders something new");
        // The order itself is asked about again.
        assert_eq!(judged(&app, (number, name), "account"), "0");
        assert_eq!(
            judged(&app, (number, name), "group"),
            of_group.to_string(),
            "{number} is asked about again"
        );
    }
}
