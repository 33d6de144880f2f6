//! Who sees what: rights by mandant, legal entity and portfolio, enforced in every read and command.

use serde_json::{Value, json};
use testkit::TestApp;
use testkit::push::{account, contact, invoice, party, payment};

use crate::reads::{account_id, column, text};

/// Two legal entities with a customer each; account `B2` is in portfolio `NORTE`.
fn book() -> (TestApp, String, String) {
    let app = TestApp::start();
    let (first, second) = (app.entity("E1"), app.entity("E2"));
    app.post("/v1/portfolios", &json!({ "code": "NORTE", "name": "Norte" })).expect(201);
    for (source, letter) in [("ERP-E1", "A"), ("ERP-E2", "B")] {
        let (one, two) = (format!("{letter}1"), format!("{letter}2"));
        app.push(source)
            .parties(vec![party("P1", &format!("Cliente {letter}"))])
            .accounts(vec![account(&one, "P1"), account(&two, "P1")])
            .contacts(vec![contact("C1", &one, "pagos@example.com")])
            .receivables(vec![
                invoice(&format!("F-{letter}1"), &one, "100", ("2026-01-02", "2026-02-01")),
                invoice(&format!("F-{letter}2"), &two, "10", ("2026-01-02", "2026-02-01")),
            ])
            .entries(vec![payment("Z1", &one, "", ("25", "2026-02-03"))])
            .finish();
    }
    let portfolio = json!({ "portfolio_id": app.get("/v1/portfolios/NORTE").expect(200)["id"] });
    app.put(&format!("/v1/accounts/{}/portfolio", account_id(&app, "B2")), &portfolio).expect(200);
    (app, first, second)
}

fn numbers(app: &TestApp, key: &str, list: &str, name: &str) -> Vec<String> {
    let page = app.call("GET", &format!("/v1/{list}?limit=100")).bearer(key).send().expect(200);
    let mut found = column(&page, name);
    found.sort();
    found
}

#[test]
fn every_list_ends_where_the_rights_do() {
    let (app, first, second) = book();
    let portfolio = text(&app.get("/v1/portfolios/NORTE").expect(200)["id"]);
    let mandant = text(&app.get(&format!("/v1/legal-entities/{second}")).expect(200)["mandant_id"]);
    for (rights, accounts) in [
        (vec![("legal_entity", first.as_str())], vec!["A1", "A2"]),
        (vec![("mandant", mandant.as_str())], vec!["B1", "B2"]),
        (vec![("portfolio", portfolio.as_str())], vec!["B2"]),
        (vec![("legal_entity", first.as_str()), ("portfolio", portfolio.as_str())], vec!["A1", "A2", "B2"]),
    ] {
        let key = app.key(&["collector"], Some(&rights));
        assert_eq!(numbers(&app, &key, "accounts", "number"), accounts, "{rights:?}");
        let with_cash = accounts.iter().filter(|a| a.ends_with('1'));
        let receivables = numbers(&app, &key, "receivables", "account_number");
        assert_eq!(receivables.len(), accounts.len() + with_cash.clone().count(), "{rights:?}");
        for list in ["receivables", "entries", "allocations", "contacts"] {
            for number in numbers(&app, &key, list, "account_number") {
                assert!(accounts.contains(&number.as_str()), "{list} of {number} for {rights:?}");
            }
        }
        let parties = numbers(&app, &key, "parties", "name");
        let letters = accounts.iter().map(|a| format!("Cliente {}", &a[..1]));
        let mut letters = letters.collect::<Vec<_>>();
        letters.dedup();
        assert_eq!(parties, letters, "{rights:?}");
        let ageing = app.call("GET", "/v1/ageing?group_by=account").bearer(&key).send().expect(200);
        let rows = ageing["rows"].as_array().unwrap().iter().map(|r| text(&r["code"]));
        let mut rows = rows.collect::<Vec<_>>();
        rows.sort();
        assert_eq!(rows, accounts, "{rights:?}");
        let documents = ["F-A", "F-B"].map(|query| {
            let found = app.call("GET", &format!("/v1/search?q={query}")).bearer(&key).send().expect(200);
            found["items"].as_array().unwrap().len()
        });
        assert_eq!(documents.iter().sum::<usize>(), accounts.len(), "{rights:?}");
        let found = app.call("GET", "/v1/search?q=cliente").bearer(&key).send().expect(200);
        assert_eq!(found["items"].as_array().unwrap().len(), letters.len(), "{found}");
    }
}

#[test]
fn what_is_out_of_reach_does_not_exist_for_the_caller() {
    let (app, first, _) = book();
    let key = app.key(&["manager"], Some(&[("legal_entity", &first)]));
    let account = account_id(&app, "B1");
    let one = |path: &str| text(&app.get(path).expect(200)["items"][0]["id"]);
    let of = format!("account={account}");
    let paths = [
        format!("/v1/accounts/{account}"),
        format!("/v1/accounts/{account}/balances"),
        format!("/v1/accounts/{account}/ageing"),
        format!("/v1/accounts/{account}/statement"),
        format!("/v1/accounts/{account}/overview"),
        format!("/v1/ageing?account={account}"),
        format!("/v1/receivables/{}", one(&format!("/v1/receivables?{of}"))),
        format!("/v1/entries/{}", one(&format!("/v1/entries?{of}"))),
        format!("/v1/allocations/{}", one(&format!("/v1/allocations?{of}"))),
        format!("/v1/contacts/{}", one(&format!("/v1/contacts?{of}"))),
        format!("/v1/parties/{}", one("/v1/parties?name=cliente%20b")),
    ];
    for path in &paths {
        app.get(path).expect(200);
        let refused = app.call("GET", path).bearer(&key).send();
        assert_eq!(
            (refused.status, refused.code().as_str()),
            (404, "not_found"),
            "{path}: {}",
            refused.text()
        );
    }
    let cash = one(&format!("/v1/receivables?{of}&kind=unallocated_cash"));
    let commands = [
        ("PATCH", paths[0].clone(), json!({ "name": "x" })),
        ("PATCH", paths[9].clone(), json!({ "name": "x" })),
        ("PATCH", paths[10].clone(), json!({ "name": "x" })),
        ("POST", format!("/v1/accounts/{account}/contacts"), json!({ "name": "x" })),
        ("PUT", format!("/v1/accounts/{account}/portfolio"), json!({ "portfolio_id": null })),
        ("POST", format!("/v1/receivables/{cash}/allocations"), json!({})),
        ("POST", format!("{}/reversal", paths[8]), json!({})),
    ];
    for (method, path, body) in &commands {
        let refused = app.call(method, path).json(body).bearer(&key).send();
        assert_eq!(
            (refused.status, refused.code().as_str()),
            (404, "not_found"),
            "{path}: {}",
            refused.text()
        );
    }
}

#[test]
fn roles_say_who_may_change() {
    let (app, ..) = book();
    let account = account_id(&app, "A1");
    let cash = text(&app.get("/v1/receivables?kind=unallocated_cash").expect(200)["items"][0]["id"]);
    let collector = app.key(&["collector"], None);
    let auditor = app.key(&["auditor"], None);
    let edit = |key: &str| {
        app.call("PATCH", &format!("/v1/accounts/{account}"))
            .json(&json!({ "segment": "x" }))
            .bearer(key)
            .send()
    };
    edit(&collector).expect(200);
    edit(&auditor).refused(403, "auth.forbidden");
    for (method, path) in [
        ("POST", format!("/v1/receivables/{cash}/allocations")),
        ("PUT", format!("/v1/accounts/{account}/portfolio")),
    ] {
        let body = if method == "PUT" { json!({ "portfolio_id": null }) } else { json!({}) };
        app.call(method, &path).json(&body).bearer(&collector).send().refused(403, "auth.forbidden");
    }
    let body = json!({ "code": "X", "name": "X" });
    app.call("POST", "/v1/portfolios").json(&body).bearer(&collector).send().refused(403, "auth.forbidden");
}

#[test]
fn a_key_narrowed_to_customers_finds_no_receivable() {
    let (app, ..) = book();
    let body = json!({ "name": "narrow", "roles": ["collector"], "permissions": ["customers.read"],
        "all_rights": true, "rights": [] });
    let key = text(&app.post("/v1/api-keys", &body).expect(201)["secret"]);
    let found = app.call("GET", "/v1/search?q=cliente").bearer(&key).send().expect(200);
    assert_eq!(found["items"].as_array().unwrap().len(), 2);
    let none = app.call("GET", "/v1/search?q=F-A1").bearer(&key).send().expect(200);
    assert_eq!(none["items"], Value::Array(Vec::new()));
    let refused = app.call("GET", "/v1/search?q=F-A1&kind=receivable").bearer(&key).send();
    refused.refused(403, "auth.forbidden");
    app.call("GET", "/v1/receivables").bearer(&key).send().refused(403, "auth.forbidden");
}
