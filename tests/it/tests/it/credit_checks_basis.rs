//! What a check is made of: what is late around an account, what rules read of its party, and the record that lets a decision be taken
//! again.

use std::collections::BTreeMap;

use proto::v1::{CheckRequest, CheckResponse, Checkpoint, EntryRow, PartyRow, ReceivableRow};
use serde_json::{Value, json};
use testkit::TestApp;
use testkit::push::{account, invoice, order, party, payment};

use crate::credit_checks::{asked, book, check, pair, policy, reserving, said};
use crate::credit_exposure::party_id;
use crate::credit_releases::{Held, why};
use crate::reads::text;

const LONG_AGO: (&str, &str) = ("2025-12-01", "2026-01-02");
const NOT_DUE: (&str, &str) = ("2026-02-15", "2026-04-01");

fn returned(invoice: &str, amount: &str) -> [EntryRow; 2] {
    let paid = payment(&format!("Z{invoice}"), "A1", invoice, (amount, "2026-01-02"));
    let back = EntryRow {
        kind: "return".to_owned(),
        ..payment(&format!("R{invoice}"), "A1", invoice, (amount, "2026-01-07"))
    };
    [paid, back]
}

#[test]
fn to_pay_what_is_overdue_is_to_pay_what_came_back_as_well() {
    let app = book();
    policy(&app, &json!({ "on_no_limit": "allow" }));
    let back = invoice("F2", "A1", "25.00", LONG_AGO);
    app.push("ERP-E1").receivables(vec![back]).entries(returned("F2", "25.00").to_vec()).finish();
    let unlocks = |answer: &Value| answer["unlocks"].clone();
    let held = check(&app, &asked("10.00", ""));
    assert_eq!(said(&held), pair("hold", "overdue_long"));
    assert_eq!(unlocks(&held), json!([{ "change": "pay_overdue", "amount": "25" }]), "nothing else is late");
    app.push("ERP-E1").receivables(vec![invoice("F3", "A1", "30.00", LONG_AGO)]).finish();
    assert_eq!(
        unlocks(&check(&app, &asked("10.00", ""))),
        json!([{ "change": "pay_overdue", "amount": "55" }])
    );
    app.push("ERP-E1").entries(vec![payment("Z3", "A1", "F3", ("30.00", "2026-03-03"))]).finish();
    assert_eq!(said(&check(&app, &asked("10.00", ""))).0, "hold", "what came back is late by itself");
    app.push("ERP-E1").entries(vec![payment("Z4", "A1", "F2", ("25.00", "2026-03-03"))]).finish();
    assert_eq!(said(&check(&app, &asked("10.00", ""))).0, "allow");
}

/// A1 of one ERP and B1 of another are of one tax id.
fn two_numbers() -> TestApp {
    let app = book();
    app.entity("E2");
    policy(&app, &json!({ "on_no_limit": "allow" }));
    let same = |id: &str| PartyRow { tax_id: "ESB12345674".to_owned(), ..party(id, "Uno") };
    app.push("ERP-E1").parties(vec![same("P1")]).finish();
    app.push("ERP-E2").parties(vec![same("Q1")]).accounts(vec![account("B1", "Q1")]).finish();
    app
}

#[test]
fn what_another_customer_number_of_the_tax_id_owes_late_holds_the_order() {
    let app = two_numbers();
    app.push("ERP-E2").receivables(vec![invoice("G1", "B1", "75.00", LONG_AGO)]).finish();
    let held = check(&app, &asked("10.00", ""));
    assert_eq!(said(&held), pair("hold", "overdue_long"));
    assert_eq!(held["unlocks"], json!([{ "change": "pay_party_overdue", "amount": "75" }]));
    assert_eq!(held["facts"]["party.days_overdue_max"], "61");
    // Late by itself as well: paying here alone is not enough.
    app.push("ERP-E1").receivables(vec![invoice("F2", "A1", "25.00", LONG_AGO)]).finish();
    let both = check(&app, &asked("10.00", ""));
    assert_eq!(both["unlocks"], json!([{ "change": "pay_party_overdue", "amount": "100" }]));
    app.push("ERP-E2").entries(vec![payment("Y1", "B1", "G1", ("75.00", "2026-03-03"))]).finish();
    let own = check(&app, &asked("10.00", ""));
    assert_eq!(
        (said(&own).1.as_str(), &own["unlocks"]),
        ("overdue_long", &json!([{ "change": "pay_overdue", "amount": "25" }]))
    );
    app.push("ERP-E1").entries(vec![payment("Z2", "A1", "F2", ("25.00", "2026-03-03"))]).finish();
    assert_eq!(said(&check(&app, &asked("10.00", ""))).0, "allow");
}

#[test]
fn what_others_of_the_group_owe_late_is_not_what_the_party_owes() {
    let app = book();
    policy(&app, &json!({ "on_no_limit": "allow" }));
    let under = |id: &str| PartyRow { parent_external_id: "P0".to_owned(), ..party(id, id) };
    app.push("ERP-E1")
        .parties(vec![party("P0", "Head"), under("P1"), under("P2")])
        .accounts(vec![account("A2", "P2")])
        .receivables(vec![invoice("F2", "A2", "75.00", LONG_AGO)])
        .finish();
    let answer = check(&app, &asked("10.00", ""));
    assert_eq!(
        (said(&answer).0.as_str(), &answer["facts"]["party.days_overdue_max"]),
        ("allow", &json!("0"))
    );
}

#[test]
fn a_rule_that_refuses_does_so_where_a_rate_is_missing_too() {
    let app = book();
    policy(&app, &json!({ "on_missing_rate": "allow" }));
    let mut dollars = asked("10.00", "");
    dollars["currency"] = json!("USD");
    let unrated = check(&app, &dollars);
    assert_eq!(said(&unrated), pair("allow", "limit.rate_missing"));
    assert_eq!(unrated["facts"]["party.days_overdue_max"], "0", "days need no rate");
    app.push("ERP-E1").receivables(vec![invoice("F2", "A1", "25.00", LONG_AGO)]).finish();
    assert_eq!(said(&check(&app, &dollars)), pair("hold", "overdue_long"));
    let insolvent = PartyRow { insolvent_since: "2026-03-01".to_owned(), ..party("P1", "Uno") };
    app.push("ERP-E1").parties(vec![insolvent]).finish();
    assert_eq!(said(&check(&app, &dollars)), pair("refuse", "party_insolvent"));
    // Of what no amount is known of the careful side is taken, and the record says that it was not known.
    let large = json!([{ "code": "large", "name": { "en": "Large", "es": "Grande" }, "priority": 5, "then": "hold",
        "when": "exposure.open > 1000 or party.overdue > 1000" }]);
    policy(&app, &json!({ "on_missing_rate": "allow", "rules": large }));
    let unknown = check(&app, &dollars);
    assert_eq!(said(&unknown), pair("hold", "large"));
    assert_eq!(unknown["facts"], json!({ "exposure.open": null, "party.overdue": null }));
}

fn rate(app: &TestApp, quote: &str, rate: &str) {
    let rates = json!({ "source": "ECB",
        "rates": [{ "base": "EUR", "quote": quote, "quoted_on": "2026-03-03", "rate": rate }] });
    app.post("/v1/fx-rates", &rates).expect(201);
}

#[test]
fn what_its_order_holds_is_not_reserved_again_where_somebody_elses_rate_is_missing() {
    let app = book();
    policy(&app, &json!({ "on_missing_rate": "allow" }));
    let foreign = ReceivableRow { currency: "GBP".to_owned(), ..invoice("F2", "A1", "75.00", NOT_DUE) };
    app.push("ERP-E1")
        .receivables(vec![foreign])
        .orders(vec![order("PO-1", "A1", ("10.00", "10.00"))])
        .finish();
    let held = |amount: &str| {
        let answer = check(&app, &reserving(amount, "PO-1"));
        assert_eq!(said(&answer), pair("allow", "limit.rate_missing"));
        answer["reservation"]["amount"].clone()
    };
    assert_eq!(held("10.00"), Value::Null, "all of it is held by the order");
    assert_eq!(held("12.00"), "2");
}

#[test]
fn the_record_names_what_a_rule_read_and_nobody_knew() {
    let app = book();
    let vip = json!({ "type": "bool", "label_en": "VIP", "label_es": "VIP" });
    app.put("/v1/attributes/party/vip", &vip).expect(200);
    let rules = json!([{ "code": "vip", "name": { "en": "VIP", "es": "VIP" }, "priority": 5, "then": "hold",
        "when": "party.attributes.vip == true" }]);
    policy(&app, &json!({ "on_no_limit": "allow", "rules": rules }));
    let answer = check(&app, &asked("10.00", ""));
    assert_eq!(answer["facts"], json!({ "party.attributes.vip": null }));
    assert_eq!(told_and_kept(&app, &answer).1["facts"], answer["facts"]);
    let said = grpc(&app, "EUR");
    assert_eq!((said.facts[0].path.as_str(), said.facts[0].value.as_deref()), ("party.attributes.vip", None));
}

#[test]
fn a_release_in_another_currency_counts_at_its_rate_which_is_told() {
    let held = Held::new();
    let eva = held.person("eva", "manager");
    let ask = |amount: &str, currency: &str| {
        let mut body = asked(amount, "PO-1");
        body["currency"] = json!(currency);
        held.ask(&held.erp, &body)
    };
    let first = ask("20.00", "EUR");
    held.release(&eva, &first, &why()).expect(201);
    assert_eq!(said(&ask("20.00", "USD")), pair("hold", "limit.rate_missing"), "nobody knows how much it is");
    rate(&held.app, "USD", "1.25");
    let released = ask("25.00", "USD");
    assert_eq!(said(&released), pair("allow", "release"));
    assert_eq!(released["rates"][0]["rate"], "1.25");
    assert_eq!(said(&ask("25.01", "USD")).0, "hold");
    // Where all there is around the account is in the currency that is asked, too.
    let mut second = asked("25.00", "PO-2");
    second["currency"] = json!("USD");
    let second = held.ask(&held.erp, &second);
    held.release(&eva, &second, &why()).expect(201);
    let euro = held.ask(&held.erp, &asked("20.00", "PO-2"));
    assert_eq!(said(&euro), pair("allow", "release"));
    assert_eq!((&euro["rates"][0]["quote"], &euro["rates"][0]["inverted"]), (&json!("USD"), &json!(true)));
}

fn grpc(app: &TestApp, currency: &str) -> CheckResponse {
    let request = CheckRequest {
        source: "ERP-E1".to_owned(),
        account_external_id: "A1".to_owned(),
        amount: "10.00".to_owned(),
        currency: currency.to_owned(),
        checkpoint: Checkpoint::Order.into(),
        ..CheckRequest::default()
    };
    app.grpc().check(request).expect("an answer")
}

/// What the answer says of the decision, and what its record does.
fn told_and_kept(app: &TestApp, answer: &Value) -> (Value, Value) {
    let record = app.get(&format!("/v1/credit/checks/{}", text(&answer["id"]))).expect(200);
    let kept = record["verdict"].clone();
    let fields = kept.as_object().expect("a verdict").keys();
    let told = fields.map(|field| (field.clone(), answer[field].clone())).collect();
    (Value::Object(told), kept)
}

#[test]
fn the_record_of_a_check_holds_what_it_was_decided_on() {
    let app = book();
    rate(&app, "USD", "1.25");
    let insured = json!({ "holder_kind": "party", "holder_id": party_id(&app, "P1"), "limit_type": "insured",
        "currency": "EUR", "amount": "1000.00", "covered_percent": "90", "reference": "POL-1", "from": "2026-01-01",
        "until": "2026-12-31" });
    let limit = app.post("/v1/credit/limits", &insured).expect(201);
    let mut dollars = asked("10.00", "PO-1");
    dollars["currency"] = json!("USD");
    let answer = check(&app, &dollars);
    let (told, kept) = told_and_kept(&app, &answer);
    assert_eq!(told, kept);
    assert_eq!(
        kept["rates"],
        json!([{ "base": "EUR", "quote": "USD", "on": "2026-03-03", "rate": "1.25", "inverted": false }])
    );
    assert_eq!(
        kept["facts"],
        json!({ "party.days_overdue_max": "0", "party.doubtful": false, "party.insolvent": false, "party.intercompany": false })
    );
    let layer = json!({ "limit_id": limit["id"], "limit_type": "insured", "amount": "1250", "covered_percent": "90",
        "until": "2026-12-31" });
    let binding = &kept["binding"];
    assert_eq!((&binding["layers"], &binding["covered"]), (&json!([layer]), &json!("54")), "90 % of 50 + 10");
    assert_eq!(binding["holder_id"], party_id(&app, "P1"));
    // The other door says the same.
    let said = grpc(&app, "USD");
    let facts = said.facts.iter().map(|f| (f.path.as_str(), f.value.as_deref())).collect::<BTreeMap<_, _>>();
    assert_eq!(facts["party.days_overdue_max"], Some("0"));
    assert_eq!((facts["party.insolvent"], facts.len()), (Some("false"), 4));
    let rate = &said.rates[0];
    assert_eq!(
        (rate.base.as_str(), rate.quote.as_str(), rate.on.as_str(), rate.rate.as_str(), rate.inverted),
        ("EUR", "USD", "2026-03-03", "1.25", false)
    );
    let found = &said.binding.expect("a binding one");
    let layer = &found.layers[0];
    assert_eq!(
        (found.covered.as_str(), layer.amount.as_str(), layer.limit_type.as_str()),
        ("54", "1250", "insured")
    );
    assert_eq!(
        (json!(layer.limit_id), layer.covered_percent.as_str(), layer.until.as_str()),
        (limit["id"].clone(), "90", "2026-12-31")
    );
    // What is looked at later changes nothing of it.
    app.push("ERP-E1").receivables(vec![invoice("F2", "A1", "25.00", LONG_AGO)]).finish();
    assert_eq!(told_and_kept(&app, &answer).1, kept);
}

#[test]
fn rules_read_how_the_party_pays_its_rating_and_what_others_say_of_it() {
    let app = book();
    let party = party_id(&app, "P1");
    let due = ("2025-11-01", "2025-12-01");
    app.push("ERP-E1")
        .receivables(vec![invoice("F2", "A1", "25.00", due)])
        .entries(vec![payment("Z1", "A1", "F2", ("25.00", "2026-01-10"))])
        .finish();
    let bureau = json!({ "name": "Bureau", "grades": ["A", "B", "C"], "valid_days": 180 });
    app.put("/v1/rating-providers/bureau", &bureau).expect(200);
    let rated = json!({ "provider": "bureau", "party_id": party, "grade": "C", "rated_on": "2026-01-15" });
    app.post("/v1/external-ratings", &rated).expect(201);
    let scored = app.post("/v1/scores", &json!({ "party_id": party })).expect(201);
    let rule = |code: &str, priority: u16, when: &str| json!({ "code": code, "name": { "en": code, "es": code }, "priority": priority, "when": when, "then": "hold" });
    let class = text(&scored["class"]);
    let rules = [
        rule("slow", 30, "(behaviour.days_late_365 ?? 0) > 30"),
        rule("graded", 20, "external.rating == 'C'"),
        rule("classed", 10, &format!("score.class == '{class}'")),
    ];
    policy(&app, &json!({ "on_no_limit": "allow", "rules": rules }));
    let held = check(&app, &asked("10.00", ""));
    let fired = held["reasons"].as_array().expect("reasons").iter().map(|r| text(&r["code"]));
    assert_eq!(fired.collect::<Vec<_>>(), ["slow", "graded", "classed", "limit.none"]);
    let known = json!({ "behaviour.days_late_365": "40", "external.rating": "C", "score.class": class });
    assert_eq!(held["facts"], known);
}
