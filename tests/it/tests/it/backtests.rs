//! Rules tried on the past, through REST.

use serde_json::{Value, json};
use testkit::app::TestApp;
use testkit::push::{account, invoice, party, payment};
use testkit::wait;

use crate::reads::text;

const LATE: &str = "(behaviour.days_late_365 ?? 0) > 20";

/// `A1` pays late and is lost in the end, `A2` pays in time, `A3` is new.
fn book() -> (TestApp, String) {
    let app = TestApp::start();
    let entity = app.entity("E1");
    let mut lost = payment("Z2", "A1", "F2", ("500.00", "2025-11-01"));
    lost.kind = "write_off".to_owned();
    app.push("ERP-E1")
        .parties(vec![party("P1", "Uno"), party("P2", "Dos"), party("P3", "Tres")])
        .accounts(vec![account("A1", "P1"), account("A2", "P2"), account("A3", "P3")])
        .receivables(vec![
            invoice("F1", "A1", "100.00", ("2025-01-02", "2025-02-01")),
            invoice("F2", "A1", "500.00", ("2025-05-05", "2025-06-04")),
            invoice("F3", "A2", "100.00", ("2025-01-02", "2025-02-01")),
            invoice("F4", "A2", "300.00", ("2025-05-05", "2025-06-04")),
            invoice("F5", "A3", "40.00", ("2025-05-06", "2025-06-05")),
        ])
        .entries(vec![
            payment("Z1", "A1", "F1", ("100.00", "2025-03-20")),
            lost,
            payment("Z3", "A2", "F3", ("100.00", "2025-01-30")),
            payment("Z4", "A2", "F4", ("300.00", "2025-06-01")),
            payment("Z5", "A3", "F5", ("40.00", "2025-06-01")),
        ])
        .finish();
    (app, entity)
}

fn body(entity: &str, more: &Value) -> Value {
    let mut body = json!({ "legal_entity_id": entity, "from": "2025-05-01", "until": "2025-06-01",
        "knowledge": "effective", "rule": { "refuse_when": LATE } });
    for (key, value) in more.as_object().expect("an object") {
        body[key] = value.clone();
    }
    body
}

fn tried(app: &TestApp, body: &Value) -> Value {
    let started = app.post("/v1/backtests", body).expect(201);
    let path = format!("/v1/backtests/{}", text(&started["id"]));
    wait::until_some("the end of the back-test", || {
        let found = app.get(&path).expect(200);
        (found["state"] != "running").then_some(found)
    })
}

#[test]
fn whom_a_rule_would_have_refused_and_what_that_saves_and_costs() {
    let (app, entity) = book();
    let done = tried(&app, &body(&entity, &json!({})));
    assert_eq!(done["state"], "finished", "{done}");
    let euros = &done["report"][0];
    let refused = &euros["rule"]["refused"];
    assert_eq!((&refused["cases"], &refused["bad_cases"]), (&json!(1), &json!(1)), "{euros}");
    assert_eq!((amount(&refused["lost"]), amount(&refused["turnover"])), (500, 500));
    assert_eq!(amount(&euros["rule"]["accepted"]["turnover"]), 300);
    assert_eq!(euros["rule"]["not_judged"]["no_history"]["cases"], 1, "A3 was new");
    assert_eq!(euros["against"]["refused"]["cases"], 0, "everything was sold");
    assert_eq!((amount(&euros["difference"]["lost"]), amount(&euros["difference"]["turnover"])), (500, 500));
    assert_eq!(euros["accounts_count"], 1);
}

fn amount(value: &Value) -> i64 {
    let number = text(value).parse::<f64>().expect("an amount");
    format!("{number:.0}").parse().expect("a whole number")
}

#[test]
fn the_same_rule_on_both_sides_makes_no_difference() {
    let (app, entity) = book();
    let done = tried(&app, &body(&entity, &json!({ "against": { "refuse_when": LATE } })));
    let euros = &done["report"][0];
    assert_eq!(euros["rule"], euros["against"]);
    assert_eq!((&euros["difference"]["cases"], &euros["disagreed"]["cases"]), (&json!(0), &json!(0)));
    assert_eq!(amount(&euros["difference"]["lost"]), 0);
}

#[test]
fn of_a_past_that_was_loaded_in_one_go_nothing_was_known_then() {
    let (app, entity) = book();
    let done = tried(&app, &body(&entity, &json!({ "knowledge": "recorded" })));
    let rule = &done["report"][0]["rule"];
    assert_eq!(rule["not_judged"]["no_history"]["cases"], 3, "{rule}");
    assert_eq!(rule["refused"]["cases"], 0);
}

#[test]
fn facts_that_were_not_recorded_then_are_not_guessed() {
    let (app, entity) = book();
    let done = tried(&app, &body(&entity, &json!({ "rule": { "refuse_when": "(limit.total ?? 0) < 10" } })));
    let rule = &done["report"][0]["rule"];
    assert_eq!(rule["not_judged"]["facts_not_recorded"]["cases"], 2, "{rule}");
}

#[test]
fn a_version_of_a_scorecard_can_be_tried_and_names_the_facts_it_did_without() {
    let (app, entity) = book();
    let card = json!({ "scorecard": { "code": "standard", "version": 1, "refuse_classes": ["D", "E"],
        "reduce_classes": ["C"] } });
    let done = tried(&app, &body(&entity, &json!({ "rule": card, "against": card })));
    assert_eq!((&done["state"], &done["rule"]), (&json!("finished"), &card), "{done}");
    let euros = &done["report"][0];
    assert_eq!(euros["rule"], euros["against"], "the same version makes no difference");
    assert_eq!((&euros["difference"]["cases"], &euros["disagreed"]["cases"]), (&json!(0), &json!(0)));
    let judged =
        ["accepted", "reduced", "refused"].map(|of| euros["rule"][of]["cases"].as_i64().expect("a number"));
    assert_eq!(judged.iter().sum::<i64>(), 2, "A3 was new: {euros}");
    let missing = euros["rule"]["facts_missing"].as_array().expect("a list");
    assert!(missing.contains(&json!("behaviour.returns")), "{missing:?}");
    let refused = |changed: Value, status, code: &str| {
        let mut rule = card.clone();
        for (key, value) in changed.as_object().expect("an object") {
            rule["scorecard"][key] = value.clone();
        }
        app.post("/v1/backtests", &body(&entity, &json!({ "rule": rule }))).refused(status, code);
    };
    refused(json!({ "version": 99 }), 404, "rule.version_unknown");
    refused(json!({ "refuse_classes": ["Z"] }), 422, "backtest.conditions_invalid");
    refused(json!({ "refuse_classes": [], "reduce_classes": [] }), 422, "backtest.conditions_invalid");
    let mut both = card.clone();
    both["refuse_when"] = json!("true");
    app.post("/v1/backtests", &body(&entity, &json!({ "rule": both })))
        .refused(422, "backtest.conditions_invalid");
}

#[test]
fn what_cannot_be_tried_is_refused() {
    let (app, entity) = book();
    let refused = |more: Value, code: &str| {
        app.post("/v1/backtests", &body(&entity, &more)).refused(422, code);
    };
    refused(json!({ "rule": {} }), "backtest.conditions_invalid");
    refused(json!({ "rule": { "refuse_when": "behaviour.mood > 1" } }), "backtest.conditions_invalid");
    refused(json!({ "against": { "reduce_when": "1 +" } }), "backtest.conditions_invalid");
    refused(json!({ "from": "2025-13-01" }), "date.invalid");
    refused(json!({ "from": "2025-07-01" }), "backtest.dates_invalid");
    refused(json!({ "from": "1990-07-01" }), "backtest.dates_invalid");
    refused(json!({ "knowledge": "hindsight" }), "value.unknown");
    assert_eq!(app.get("/v1/backtests").expect(200)["items"], json!([]));
}

#[test]
fn a_back_test_that_has_not_begun_can_be_cancelled_with_its_job() {
    let (app, entity) = book();
    // Held as if another worker had the queue.
    let started = app.post("/v1/backtests?dry_run=true", &body(&entity, &json!({}))).expect(200);
    assert!(started.to_string().contains("backtest"), "{started}");
    let id = app.database.sql(
        "INSERT INTO backtest (id, legal_entity_id, state, knowledge, from_on, until_on, rule, started_at, job_id, event_id) \
         SELECT gen_random_uuid(), l.id, 'running', 'effective', '2025-05-01', '2025-06-01', '{}', now(), \
             gen_random_uuid(), (SELECT id FROM event LIMIT 1) FROM legal_entity l RETURNING r.pid('bkt', id)",
    );
    let id = id.lines().next().expect("an id").to_owned();
    app.database.sql(
        "INSERT INTO job (id, kind, payload, run_at, locked_until, created_at, event_id) \
         SELECT job_id, 'backtest', jsonb_build_object('subject_id', id), now(), now() + interval '1 hour', now(), event_id \
         FROM backtest",
    );
    let job = app.database.sql("SELECT r.pid('job', job_id) FROM backtest");
    let reply = app.post(&format!("/v1/jobs/{job}/cancel"), &json!({}));
    assert!(reply.status < 300, "{}", reply.text());
    let found = app.get(&format!("/v1/backtests/{id}")).expect(200);
    assert_eq!(
        (text(&found["state"]), text(&found["state_reason"])),
        ("failed".into(), "job.cancelled".into())
    );
}
