//! Rules tried on the past, through REST.

mod recorded;

use domain::attributes::Declared;
use domain::credit::backtest::past::{Cut, facts};
use domain::rules::evaluate::{FactValue, FactValues};
use kernel::id::{AccountId, PartyId};
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
    let whom = app.get("/v1/accounts?number=A1").expect(200)["items"][0]["id"].clone();
    assert_eq!((&euros["accounts_count"], &euros["accounts"][0]["account_id"]), (&json!(1), &whom));
    assert_eq!(euros["accounts"][0]["refused"]["cases"], 1);
    assert_eq!((&euros["accounts_left_out"], &euros["only_rule_judged"]["cases"]), (&json!(0), &json!(0)));
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
fn what_raters_had_said_by_then_is_asked_and_what_came_later_only_by_business_dates() {
    let (app, entity) = book();
    let bureau = json!({ "name": "Bureau", "grades": ["A", "B", "C"], "valid_days": 180 });
    app.put("/v1/rating-providers/bureau", &bureau).expect(200);
    for (name, grade, on) in
        [("Uno", "C", "2025-03-15"), ("Dos", "A", "2025-03-15"), ("Dos", "C", "2025-05-02")]
    {
        let party = app.get(&format!("/v1/parties?name={name}")).expect(200)["items"][0]["id"].clone();
        let rated = json!({ "provider": "bureau", "party_id": party, "grade": grade, "rated_on": on });
        app.post("/v1/external-ratings", &rated).expect(201);
    }
    let by_rating = json!({ "rule": { "refuse_when": "external.rating == 'C'" } });
    let done = tried(&app, &body(&entity, &by_rating));
    let rule = &done["report"][0]["rule"];
    assert_eq!((&rule["refused"]["cases"], &rule["accepted"]["cases"]), (&json!(1), &json!(1)), "{rule}");
    assert_eq!(amount(&rule["refused"]["lost"]), 500, "the one that was rated C on the first of May");
    assert_eq!(rule["facts_missing"], json!([]));
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

#[test]
fn a_version_of_a_limit_table_can_be_tried_with_the_scorecard_it_reads() {
    let (app, entity) = book();
    let table = |more: Value| {
        let mut rule = json!({ "limit_table": { "code": "standard", "version": 1 } });
        for (key, value) in more.as_object().expect("an object") {
            rule["limit_table"][key] = value.clone();
        }
        rule
    };
    let scored = table(json!({ "scorecard": { "code": "standard", "version": 1 } }));
    let done = tried(&app, &body(&entity, &json!({ "rule": scored, "against": scored })));
    assert_eq!((&done["state"], &done["rule"]), (&json!("finished"), &scored), "{done}");
    let euros = &done["report"][0];
    assert_eq!(euros["rule"], euros["against"], "the same version makes no difference");
    assert_eq!((&euros["difference"]["cases"], &euros["disagreed"]["cases"]), (&json!(0), &json!(0)));
    let cases = |rule: &Value, of: &str| rule[of]["cases"].as_i64().expect("a number");
    let judged = ["accepted", "reduced", "refused"].map(|of| cases(&euros["rule"], of));
    assert!(judged.iter().sum::<i64>() > 0, "{euros}");
    let missing = euros["rule"]["facts_missing"].as_array().expect("a list");
    assert!(missing.contains(&json!("party.insolvent")) && !missing.contains(&json!("score.class")));

    let done = tried(&app, &body(&entity, &json!({ "rule": table(json!({})), "against": scored })));
    let euros = &done["report"][0];
    let (alone, all) = (&euros["rule"]["not_judged"]["referred"], judged.iter().sum::<i64>());
    assert_eq!(alone["cases"], 2, "without a class a person decides: {euros}");
    assert_eq!((cases(euros, "only_against_judged"), cases(euros, "only_rule_judged")), (all, 0));
    assert_eq!(euros["difference"]["cases"], 0, "nothing was judged by both");

    let refused = |rule: &Value, status, code: &str| {
        app.post("/v1/backtests", &body(&entity, &json!({ "rule": rule }))).refused(status, code);
    };
    refused(&table(json!({ "version": 99 })), 404, "rule.version_unknown");
    refused(
        &table(json!({ "scorecard": { "code": "standard", "version": 99 } })),
        404,
        "rule.version_unknown",
    );
    let mut both = scored.clone();
    both["refuse_when"] = json!("true");
    refused(&both, 422, "backtest.conditions_invalid");
    let mut both = scored.clone();
    both["scorecard"] = json!({ "code": "standard", "version": 1, "refuse_classes": ["E"] });
    refused(&both, 422, "backtest.conditions_invalid");
}

/// The past of an account, as it was known before an instant; all that is known when there is none.
fn past(app: &TestApp, number: &str, known_at: Option<&str>) -> FactValues {
    let account = app.get(&format!("/v1/accounts?number={number}")).expect(200)["items"][0]["id"].clone();
    let id = AccountId::parse(&text(&account)).expect("an id").0;
    let rows = app.wired.api.app.store.view("past", |tx| tx.past_items(&[id])).expect("a past");
    let items =
        app::credit::backtest::work::by_account(rows).expect("a past").remove(&id).expect("an account");
    let on = (app.now() + chrono::Duration::days(1)).date_naive();
    let cut = Cut { on, known_at: known_at.map(|at| at.parse().expect("an instant")) };
    facts(&items, items[0].currency, cut).expect("facts")
}

#[test]
fn the_past_as_of_today_is_what_scores_are_made_of() {
    let (app, _) = book();
    let credited = |id: &str, receivable: &str, what: (&str, &str)| {
        let mut credit = payment(id, "A1", receivable, what);
        credit.kind = "credit".to_owned();
        credit
    };
    let mut reversal = payment("Z9", "A1", "", ("20.00", "2026-01-12"));
    reversal.kind = "reversal".to_owned();
    reversal.reverses_external_id = "Z8".to_owned();
    app.push("ERP-E1")
        .receivables(vec![
            invoice("F6", "A1", "70.00", ("2025-11-02", "2025-12-02")),
            invoice("F7", "A1", "80.00", ("2025-11-03", "2025-12-03")),
            invoice("F8", "A1", "20.00", ("2025-11-04", "2025-12-04")),
        ])
        .entries(vec![
            payment("Z6", "A1", "F6", ("70.00", "2025-12-20")),
            payment("Z6B", "A1", "F7", ("50.00", "2025-12-22")),
            credited("Z7", "F7", ("30.00", "2026-01-10")),
            credited("Z8", "F8", ("20.00", "2026-01-11")),
            reversal,
            payment("Z10", "A1", "F8", ("20.00", "2026-01-31")),
        ])
        .finish();
    let past = past(&app, "A1", None);
    let account = app.get("/v1/accounts?number=A1").expect(200)["items"][0].clone();
    let party = PartyId::parse(&text(&account["party_id"])).expect("an id").0;
    let on = app.now().date_naive();
    let store = &app.wired.api.app.store;
    let loaded = store.view("facts", |tx| tx.load_scoring_facts(&[party], on, "standard")).expect("facts");
    let scored = app::credit::scoring::facts::facts(&loaded, &Declared::default(), on);
    let names = [
        "days_late_90",
        "days_late_180",
        "days_late_365",
        "days_late_trend",
        "days_late_max",
        "on_time_ratio",
        "paid_count",
    ];
    let paths = names.iter().map(|name| format!("behaviour.{name}"));
    for path in paths.chain(["party.age_days".to_owned(), "exposure.days_overdue_max".to_owned()]) {
        assert_eq!(past.get(&path), scored[0].1.get(&path), "{path}");
    }
    assert_eq!(
        past.get("behaviour.paid_count"),
        &FactValue::from(3),
        "F1, F6 and F8; F2 was lost, F7 credited"
    );
}

#[test]
fn a_correction_that_came_later_was_not_known_then() {
    let (app, _) = book();
    let push = |amount: &str| {
        let row = invoice("F9", "A3", amount, ("2026-02-01", "2026-03-01"));
        app.push("ERP-E1").receivables(vec![row]).finish();
    };
    let start = app.now();
    push("90.00");
    app.set_clock(start + chrono::Duration::hours(2));
    push("60.00");
    let open = |known_at: Option<chrono::DateTime<chrono::Utc>>| {
        let known_at = known_at.map(|at| at.to_rfc3339());
        past(&app, "A3", known_at.as_deref()).get("exposure.open").as_number().expect("a number")
    };
    assert_eq!(open(Some(start + chrono::Duration::hours(1))), kernel::Decimal::from(90));
    assert_eq!(open(Some(start + chrono::Duration::hours(3))), kernel::Decimal::from(60));
    assert_eq!(open(None), kernel::Decimal::from(60));
}
