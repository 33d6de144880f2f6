//! An ageing in pages is the same ageing.

use serde_json::{Value, json};
use testkit::TestApp;
use testkit::push::{account, invoice, party};

use super::totals;
use crate::reads::text;

/// Three parties with two accounts each. Of the six accounts four lie in a portfolio of their own and two in none.
fn book() -> TestApp {
    let app = TestApp::start();
    app.entity("E1");
    for code in ["P-A", "P-B", "P-C", "P-D"] {
        app.post("/v1/portfolios", &json!({ "code": code, "name": code })).expect(201);
    }
    let accounts = ["P-A", "P-B", "P-C", "P-D", "", ""].into_iter().enumerate().map(|(n, portfolio)| {
        let mut row = account(&format!("A{n}"), &format!("P{}", n % 3));
        portfolio.clone_into(&mut row.portfolio);
        row
    });
    let invoices = (0..6).map(|n| {
        let due = ["2026-01-15", "2026-02-20", "2026-03-20"][n % 3];
        invoice(&format!("F-{n}"), &format!("A{n}"), &format!("{}.25", 10 + n), ("2026-01-02", due))
    });
    app.push("ERP-E1")
        .parties((0..3).map(|n| party(&format!("P{n}"), &format!("Party {n}"))).collect())
        .accounts(accounts.collect())
        .receivables(invoices.collect())
        .finish();
    app
}

/// Every row of every page, of at most `limit` groups each.
fn paged(app: &TestApp, query: &str, limit: usize) -> Value {
    let (mut rows, mut after) = (Vec::new(), String::new());
    loop {
        let page = app.get(&format!("/v1/ageing?{query}&limit={limit}{after}")).expect(200);
        let found = page["rows"].as_array().unwrap();
        assert!(found.len() <= limit, "{page}");
        rows.extend(found.iter().cloned());
        if page["next_after"].is_null() {
            return json!({ "rows": rows });
        }
        assert!(rows.len() < 20, "paging comes to an end: {page}");
        after = format!("&after={}", text(&page["next_after"]));
    }
}

#[test]
fn all_pages_together_are_the_whole_with_the_group_of_those_without_one() {
    let app = book();
    let everything = totals(&app.get("/v1/ageing").expect(200));
    for at in ["", "&as_of=2026-03-04"] {
        for (by, groups) in [("portfolio", 5), ("party", 3), ("account", 6), ("legal_entity", 1)] {
            let query = format!("group_by={by}{at}");
            let whole = app.get(&format!("/v1/ageing?{query}")).expect(200);
            assert_eq!(whole["rows"].as_array().unwrap().len(), groups, "{whole}");
            for limit in 1..=groups {
                let pages = paged(&app, &query, limit);
                assert_eq!(pages["rows"], whole["rows"], "{query} by {limit}");
                assert_eq!(totals(&pages), everything, "{query} by {limit}");
            }
        }
    }
}
