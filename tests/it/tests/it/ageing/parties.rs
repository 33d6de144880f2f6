//! The ageing of a party is asked about days on which it had accounts, whether it has any today or not.

use serde_json::json;
use testkit::TestApp;
use testkit::push::{account, invoice, party};

use super::totals;
use crate::reads::text;

/// Account A1 belongs to P1 until it passes to P2 on 10 April; P3 never has one.
fn book() -> TestApp {
    let app = TestApp::start();
    app.entity("E1");
    app.push("ERP-E1")
        .parties(vec![party("P1", "Uno"), party("P2", "Dos"), party("P3", "Tres")])
        .accounts(vec![account("A1", "P1")])
        .receivables(vec![invoice("F-1", "A1", "100", ("2026-01-15", "2026-02-15"))])
        .finish();
    app.set_clock("2026-04-10T08:00:00Z".parse().unwrap());
    app.push("ERP-E1").accounts(vec![account("A1", "P2")]).finish();
    app
}

#[test]
fn a_party_without_accounts_today_can_be_asked_about_the_days_it_had_some() {
    let app = book();
    let id = |name: &str| text(&app.get(&format!("/v1/parties?name={name}")).expect(200)["items"][0]["id"]);
    let total = |party: &str, at: &str| {
        let found = app.get(&format!("/v1/ageing?party={party}{at}")).expect(200);
        totals(&found).get("EUR").map(ToString::to_string)
    };
    let (before, after) = (id("uno"), id("dos"));
    let owed = Some("100".to_owned());
    for (at, by_the_one, by_the_other) in [
        ("", None, owed.clone()),
        ("&as_of=2026-04-10", None, owed.clone()),
        ("&as_of=2026-04-09", owed.clone(), None),
        // On 4 March nobody knew of the other party.
        ("&known_at=2026-03-04T08:00:00Z", owed.clone(), None),
        ("&as_of=2026-04-10&known_at=2026-03-04T08:00:00Z", owed.clone(), None),
    ] {
        assert_eq!(total(&before, at), by_the_one, "{at}");
        assert_eq!(total(&after, at), by_the_other, "{at}");
    }
    assert_eq!(app.get(&format!("/v1/ageing?party={before}")).expect(200)["rows"], json!([]));
    app.get(&format!("/v1/ageing?party={}&as_of=2026-03-04", id("tres"))).refused(404, "not_found");
}
