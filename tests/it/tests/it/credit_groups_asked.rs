//! Joint control, mergers and splits as a check meets them: who binds before, during and after, and what was so on the days between.

use serde_json::{Value, json};
use testkit::TestApp;
use testkit::push::{account, invoice, party};

use crate::credit_checks::{asked, check, pair, policy, said};
use crate::credit_exposure::{account_id, party_id};
use crate::reads::text;

/// A company each, with one account `A-<name>` that owes so much.
fn book(parties: &[(&str, &str)]) -> TestApp {
    let app = TestApp::start();
    app.entity("E1");
    policy(&app, &json!({ "on_no_limit": "allow" }));
    let due = ("2026-02-15", "2026-06-01");
    let number = |name: &str| format!("A-{name}");
    app.push("ERP-E1")
        .parties(parties.iter().map(|(name, _)| party(name, name)).collect())
        .accounts(parties.iter().map(|(name, _)| account(&number(name), name)).collect())
        .receivables(
            parties
                .iter()
                .map(|(name, owes)| invoice(&format!("F-{name}"), &number(name), owes, due))
                .collect(),
        )
        .finish();
    app
}

fn limit(app: &TestApp, kind: &str, name: &str, amount: &str) {
    let body = json!({ "holder_kind": kind, "holder_id": party_id(app, name), "limit_type": "insured", "currency": "EUR",
        "amount": amount, "reference": "POL-1", "from": "2026-01-01", "replace": true });
    app.post("/v1/credit/limits", &body).expect(201);
}

fn related(app: &TestApp, party: &str, to: &str, more: &Value) -> Value {
    let mut body = more.clone();
    (body["party_id"], body["related_party_id"]) = (json!(party_id(app, party)), json!(party_id(app, to)));
    app.post("/v1/party-relations", &body).expect(201)
}

fn ask(app: &TestApp, name: &str, amount: &str) -> Value {
    let mut body = asked(amount, "");
    body["account_external_id"] = json!(format!("A-{name}"));
    check(app, &body)
}

fn gross(app: &TestApp, query: &str) -> String {
    text(&app.get(&format!("/v1/credit/exposure?{query}")).expect(200)["gross_amount"])
}

#[test]
fn who_is_controlled_jointly_counts_in_full_with_each_head_and_either_refuses() {
    let app = book(&[("A", "10.00"), ("B", "20.00"), ("J", "400.00")]);
    for head in ["A", "B"] {
        related(&app, "J", head, &json!({ "kind": "joint_control" }));
    }
    let heads = ["A", "B"].map(|head| party_id(&app, head));
    assert_eq!(gross(&app, &format!("group={}", heads[0])), "410", "in full, and without the other head");
    assert_eq!(gross(&app, &format!("group={}", heads[1])), "420");
    limit(&app, "group", "A", "500.00");
    limit(&app, "group", "B", "500.00");
    let bound = |answer: &Value| (said(answer), text(&answer["binding"]["holder_id"]));
    // What one head leaves is not what the other does.
    assert_eq!(bound(&ask(&app, "J", "80.00")), (pair("allow", "limit.within"), heads[1].clone()));
    assert_eq!(bound(&ask(&app, "J", "80.01")), (pair("hold", "limit.exceeded"), heads[1].clone()));
    limit(&app, "group", "A", "450.00");
    let held = ask(&app, "J", "40.01");
    assert_eq!(bound(&held), (pair("hold", "limit.exceeded"), heads[0].clone()));
    assert_eq!(held["constraints"].as_array().map(Vec::len), Some(2), "both are asked: {held}");
    assert_eq!(said(&ask(&app, "J", "40.00")).0, "allow");
    // Each head answers for itself and the daughter, and not for the other head.
    let own = ask(&app, "B", "80.00");
    assert_eq!(bound(&own), (pair("allow", "limit.within"), heads[1].clone()));
    assert_eq!(own["constraints"].as_array().map(Vec::len), Some(1), "{own}");
    assert!(app.wired.store.verify().expect("verified").holds());
}

#[test]
fn a_holding_inside_a_group_is_a_group_with_limit_and_exposure_of_its_own() {
    let app = book(&[("A", "10.00"), ("B", "20.00"), ("C", "30.00"), ("D", "40.00")]);
    for (daughter, parent) in [("B", "A"), ("C", "B"), ("D", "A")] {
        related(&app, daughter, parent, &json!({ "kind": "parent" }));
    }
    let [whole, inner] = ["A", "B"].map(|head| party_id(&app, head));
    assert_eq!([&whole, &inner].map(|head| gross(&app, &format!("group={head}"))), ["100", "50"]);
    let items = app.get(&format!("/v1/credit/exposure/items?group={inner}")).expect(200);
    assert_eq!(items["items"].as_array().map(Vec::len), Some(2), "drilled down to its own: {items}");
    limit(&app, "group", "A", "500.00");
    limit(&app, "group", "B", "100.00");
    let bound = |answer: &Value| (said(answer), text(&answer["binding"]["holder_id"]));
    for name in ["B", "C"] {
        let answer = ask(&app, name, "50.00");
        assert_eq!(bound(&answer), (pair("allow", "limit.within"), inner.clone()), "{name}");
        assert_eq!(answer["constraints"].as_array().map(Vec::len), Some(2), "every level is asked: {answer}");
        assert_eq!(said(&ask(&app, name, "50.01")), pair("hold", "limit.exceeded"), "{name}");
    }
    for name in ["A", "D"] {
        assert_eq!(
            bound(&ask(&app, name, "400.00")),
            (pair("allow", "limit.within"), whole.clone()),
            "{name}"
        );
        assert_eq!(said(&ask(&app, name, "400.01")), pair("hold", "limit.exceeded"), "{name}");
    }
    // What one holds of the inner group's headroom the other does not have.
    let mut held = asked("50.00", "PO-1");
    (held["account_external_id"], held["reserve"]) = (json!("A-C"), json!(true));
    assert_eq!(said(&check(&app, &held)).0, "allow");
    assert_eq!(said(&ask(&app, "B", "0.01")), pair("hold", "limit.exceeded"));
    assert_eq!(said(&ask(&app, "D", "350.00")).0, "allow", "of the whole group it is a part");
    // In the book it counts once, with its head.
    let book = app.get("/v1/credit/concentration").expect(200);
    assert_eq!((&book["debtors"], &book["largest"][0]["holder_id"]), (&json!(1), &json!(whole)));
    assert_eq!(gross(&app, &format!("group={inner}&as_of=2026-03-04")), "100", "with what is reserved");
    assert!(app.wired.store.verify().expect("verified").holds());
}

/// Exposure of both parties, then exposure and limit by which each is checked.
fn stands(app: &TestApp) -> [(String, String, String); 2] {
    ["A", "B"].map(|name| {
        let constraint = ask(app, name, "1.00")["constraints"][0].clone();
        assert_eq!(constraint["holder_kind"], "party", "{constraint}");
        let effective = format!("/v1/credit/limits/effective?party={}", party_id(app, name));
        let effective = app.get(&effective).expect(200);
        assert_eq!(
            (&effective["total_amount"], &effective["exposure_amount"]),
            (&constraint["limit"], &constraint["exposure"])
        );
        let reported = gross(app, &format!("party={}", party_id(app, name)));
        (reported, text(&constraint["exposure"]), text(&constraint["limit"]))
    })
}

#[test]
fn merged_parties_are_asked_about_as_one_and_apart_before_and_after() {
    let app = book(&[("A", "100.00"), ("B", "30.00")]);
    limit(&app, "party", "A", "150.00");
    limit(&app, "party", "B", "50.00");
    let of = |reported: &str, exposure: &str, limit: &str| (reported.into(), exposure.into(), limit.into());
    let apart = [of("100", "100", "150"), of("30", "30", "50")];
    assert_eq!(stands(&app), apart);
    let on = |day: &str| app.set_clock(format!("2026-03-{day}T08:00:00Z").parse().expect("an instant"));
    on("06");
    let merged = related(&app, "B", "A", &json!({ "kind": "merged", "from": "2026-03-06" }));
    // The limit is that of the party which stands for both.
    assert_eq!(stands(&app), [of("130", "130", "150"), of("130", "130", "150")]);
    assert_eq!(said(&ask(&app, "B", "20.00")).0, "allow");
    assert_eq!(said(&ask(&app, "B", "20.01")), pair("hold", "limit.exceeded"));
    // Before that they were two, and are told so.
    let apart_then = app.get(&format!("/v1/credit/exposure?party={}&as_of=2026-03-05", party_id(&app, "B")));
    let apart_then = apart_then.expect(200);
    let told = ["gross_amount", "holder_name", "holder_id"].map(|field| text(&apart_then[field]));
    assert_eq!(told, ["30".to_owned(), "B".to_owned(), party_id(&app, "B")]);
    on("08");
    let end = format!("/v1/party-relations/{}/end", text(&merged["id"]));
    app.post(&end, &json!({ "until": "2026-03-07" })).expect(200);
    assert_eq!(stands(&app), apart, "apart again, each with its own limit");
    assert_eq!(said(&ask(&app, "B", "20.00")).0, "allow");
    assert_eq!(said(&ask(&app, "B", "20.01")), pair("hold", "limit.exceeded"));
    for (day, sums) in [("05", ["100", "30"]), ("06", ["130", "130"]), ("07", ["130", "130"])] {
        let then = ["A", "B"]
            .map(|name| gross(&app, &format!("party={}&as_of=2026-03-{day}", party_id(&app, name))));
        assert_eq!(then, sums, "as of {day}");
    }
    // An account alone is itself, whomever it counts with.
    assert_eq!(gross(&app, &format!("account={}&as_of=2026-03-06", account_id(&app, "A-B"))), "30");
    assert!(app.wired.store.verify().expect("verified").holds());
}
