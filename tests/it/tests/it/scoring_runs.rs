//! Score runs over what ERPs pushed: what was closed on a day nobody knows says nothing, and a margin keeps a class.

use serde_json::{Value, json};
use testkit::TestApp;
use testkit::push::{account, invoice, party, payment};
use testkit::wait;

use crate::credit_exposure::party_id;
use crate::reads::text;

fn run(app: &TestApp) -> Value {
    let started = app.post("/v1/score-runs", &json!({})).expect(201);
    let path = format!("/v1/score-runs/{}", text(&started["id"]));
    wait::until("the portfolio is scored", || app.get(&path).expect(200)["state"] != "running");
    app.get(&path).expect(200)
}

/// The score in force of a party.
fn score(app: &TestApp, name: &str) -> Value {
    app.get(&format!("/v1/parties/{}/rating", party_id(app, name))).expect(200)["score"].clone()
}

/// Customers with one payment in time each, and an invoice that is long due.
fn paying(names: &[&str]) -> TestApp {
    let app = TestApp::start();
    app.entity("E1");
    let number = |name: &str| format!("A-{name}");
    let each = |prefix: &str, due: (&str, &str)| {
        names.iter().map(|n| invoice(&format!("{prefix}-{n}"), &number(n), "100.00", due)).collect::<Vec<_>>()
    };
    let paid = |n: &&str| payment(&format!("Z-{n}"), &number(n), &format!("F-{n}"), ("100.00", "2025-12-01"));
    app.push("ERP-E1")
        .parties(names.iter().map(|n| party(n, n)).collect())
        .accounts(names.iter().map(|n| account(&number(n), n)).collect())
        .receivables(each("F", ("2025-11-01", "2025-12-01")))
        .receivables(each("G", ("2025-11-01", "2025-12-15")))
        .entries(names.iter().map(paid).collect())
        .finish();
    app
}

#[test]
fn what_was_cleared_on_a_day_nobody_knows_is_no_payment_and_no_delay() {
    let app = paying(&["PAID", "CLEARED", "DROPPED", "NONE"]);
    let entry = |name: &str, kind: &str| {
        let row = payment(
            &format!("Y-{name}"),
            &format!("A-{name}"),
            &format!("G-{name}"),
            ("100.00", "2026-02-20"),
        );
        proto::v1::EntryRow { kind: kind.to_owned(), ..row }
    };
    app.push("ERP-E1").entries(vec![entry("PAID", "payment"), entry("CLEARED", "cleared_unknown")]).finish();
    // A snapshot that no longer brings an invoice closes it.
    let kept = invoice("G-NONE", "A-NONE", "100.00", ("2025-11-01", "2025-12-15"));
    app.database.sql("UPDATE source SET snapshot_close_max_percent = 100");
    assert_eq!(app.push_snapshot("ERP-E1").receivables(vec![kept]).finish().closed, 1);
    let how = "SELECT string_agg(DISTINCT e.kind, ',' ORDER BY e.kind) FROM ledger_entry e JOIN account a ON a.id = e.account_id \
        WHERE a.number = 'A-DROPPED'";
    assert_eq!(app.database.sql(how), "payment,snapshot_close");
    assert_eq!(run(&app)["counts"]["written"], 4);
    let days_late = |name: &str| {
        let lines = score(&app, name)["explanation"]["lines"].as_array().expect("lines").clone();
        lines.into_iter().find(|l| l["variable"] == "days_late").expect("a line")["value"].clone()
    };
    assert_eq!(days_late("PAID"), "33.5", "one in time, one 67 days late");
    assert_eq!(days_late("NONE"), "0", "open is not paid");
    assert_eq!((days_late("CLEARED"), days_late("DROPPED")), (json!("0"), json!("0")));
    // The same in what the loader hands to every rule.
    let behaviour = |name: &str| {
        let party = kernel::id::PartyId::parse(&party_id(&app, name)).expect("an id").0;
        let (store, on) = (&app.wired.api.app.store, app.now().date_naive());
        let loaded =
            store.view("facts", |tx| tx.load_scoring_facts(&[party], on, "standard")).expect("facts");
        let facts = app::credit::scoring::facts::facts(&loaded, &domain::attributes::Declared::default(), on);
        ["paid_count", "on_time_ratio", "days_late_90", "days_late_365", "days_late_max"]
            .map(|fact| serde_json::to_value(facts[0].1.get(&format!("behaviour.{fact}"))).expect("JSON"))
    };
    assert_eq!(behaviour("CLEARED"), behaviour("NONE"));
    assert_eq!(behaviour("DROPPED"), behaviour("NONE"));
    assert_ne!(behaviour("PAID"), behaviour("NONE"));
}

/// A scorecard whose points hang on how old the relationship is: A from 80, B from 60.
fn by_age(app: &TestApp) {
    let name = |text: &str| json!({ "en": text, "es": text });
    let bin = |from: i32, to: i32, points: i32| json!({ "from": from, "to": to, "points": points });
    let document = json!({ "schema": 1, "code": "standard", "name": name("By age"), "method": "weighted_mean",
        "variables": [{ "code": "age", "name": name("Age"), "fact": "party.age_days", "weight": 1,
            "bins": [{ "to": 130, "points": 81 }, bin(130, 140, 79), bin(140, 150, 77), bin(150, 160, 81),
                { "from": 160, "points": 83 }],
            "missing": { "policy": "refuse" } }],
        "classes": [{ "code": "A", "name": name("A"), "from": 80 }, { "code": "B", "name": name("B"), "from": 60 },
            { "code": "C", "name": name("C") }],
        "margin": 2 });
    let draft = app.post("/v1/rule-sets/scorecard", &json!({ "document": document })).expect(201);
    assert_eq!(draft["check"]["valid"], true, "{draft}");
    let path = format!("/v1/rule-sets/scorecard/standard/versions/{}/activate", draft["version"]);
    app.post(&path, &json!({})).expect(200);
}

#[test]
fn a_class_is_kept_from_run_to_run_within_the_margin_and_let_go_beyond_it() {
    let app = paying(&["P"]);
    by_age(&app);
    // The customer was first invoiced on 1 November 2025.
    let days = [
        ("2026-03-05", "81", "A", "by_points"),
        ("2026-03-15", "79", "A", "held_by_margin"),
        ("2026-03-25", "77", "B", "by_points"),
        ("2026-04-05", "81", "B", "held_by_margin"),
        ("2026-04-15", "83", "A", "by_points"),
    ];
    let mut former = Value::Null;
    for (day, points, class, reason) in days {
        app.set_clock(format!("{day}T08:00:00Z").parse().expect("an instant"));
        let counts = run(&app)["counts"].clone();
        let found = score(&app, "P");
        assert_eq!(
            (text(&found["points"]), text(&found["class"]), text(&found["reason"])),
            (points.to_owned(), class.to_owned(), reason.to_owned()),
            "on {day}: {found}"
        );
        assert_eq!(found["former_class"], former, "on {day}");
        let moved = (former == "A" && class == "B", former == "B" && class == "A");
        assert_eq!((counts["worse"] == 1, counts["better"] == 1), moved, "on {day}: {counts}");
        former = json!(class);
    }
}
