//! Alerts of credit: told once per episode, taken in hand, put off, handed up; told to machines and calendars.

use std::collections::BTreeMap;

use proto::v1::attribute_value;
use proto::v1::{AttributeValue, ListEventsRequest, PartyRow};
use serde_json::{Value, json};
use testkit::push::{account, invoice, order, party};
use testkit::{TestApp, wait};

use crate::contract::first;
use crate::reads::text;
use crate::repeat::{Sample, done_once};

/// One attribute, its value a decimal or a date as text.
fn attribute(name: &str, value: &str) -> BTreeMap<String, AttributeValue> {
    let value = Some(attribute_value::Value::Text(value.to_owned()));
    BTreeMap::from([(name.to_owned(), AttributeValue { value })])
}

/// A book with two accounts of one party, and 1,000 owed by the first.
pub(crate) fn book() -> TestApp {
    let app = TestApp::start();
    app.entity("E1");
    app.push("ERP-E1")
        .parties(vec![party("P1", "Uno, S.L."), party("P2", "Dos, S.L.")])
        .accounts(vec![account("A1", "P1"), account("A2", "P1"), account("B1", "P2")])
        .receivables(vec![invoice("F1", "A1", "1000.00", ("2026-01-05", "2026-02-05"))])
        .finish();
    app
}

/// Puts alert rules into force: code, holders, condition.
pub(crate) fn go_by(app: &TestApp, rules: &Value) -> i64 {
    let document = json!({ "schema": 1, "code": "standard", "name": { "en": "Ours", "es": "Las nuestras" }, "rules": rules });
    let draft = app.post("/v1/rule-sets/alert_rules", &json!({ "document": document })).expect(201);
    assert_eq!(draft["check"]["valid"], true, "{draft}");
    let version = draft["version"].as_i64().expect("a version");
    app.post(&format!("/v1/rule-sets/alert_rules/standard/versions/{version}/activate"), &json!({}))
        .expect(200);
    version
}

pub(crate) fn rule(code: &str, holders: &Value, condition: &str) -> Value {
    json!({ "code": code, "name": { "en": code, "es": code }, "holders": holders, "severity": "critical",
        "condition": condition })
}

/// Looks for alerts and answers the ended run.
pub(crate) fn look(app: &TestApp) -> Value {
    let run = app.post("/v1/alert-runs", &json!({})).expect(201);
    let path = format!("/v1/alert-runs/{}", text(&run["id"]));
    wait::until("the run has ended", || app.get(&path).expect(200)["state"] != "running");
    let run = app.get(&path).expect(200);
    assert_eq!(run["state"], "finished", "{run}");
    run
}

pub(crate) fn alerts(app: &TestApp, query: &str) -> Vec<Value> {
    let page = app.get(&format!("/v1/alerts?{query}&limit=500")).expect(200);
    page["items"].as_array().expect("items").clone()
}

pub(crate) fn open_kinds(app: &TestApp) -> Vec<String> {
    let mut kinds = alerts(app, "open=true").iter().map(|a| text(&a["kind"])).collect::<Vec<_>>();
    kinds.sort();
    kinds
}

/// One alert that stands, about the party that owes.
pub(crate) fn standing(app: &TestApp) -> Value {
    go_by(app, &json!([rule("owes", &json!(["party"]), "exposure.open > 500")]));
    look(app);
    alerts(app, "kind=credit.owes")[0].clone()
}

#[test]
fn one_alert_is_raised_for_an_episode_and_ends_with_it() {
    let app = book();
    let version = go_by(&app, &json!([rule("owes", &json!(["account", "party"]), "exposure.open > 500")]));
    let run = look(&app);
    assert_eq!(run["rule_sets"], json!([{ "code": "standard", "version": version }]));
    // Three accounts and two parties; the account that owes and its party.
    assert_eq!((&run["counts"]["holders"], &run["counts"]["raised"]), (&json!(5), &json!(2)));
    let found = alerts(&app, "kind=credit.owes");
    let of = |kind: &str| found.iter().find(|a| a["holder_kind"] == kind).cloned().expect("an alert");
    let (account, party) = (of("account"), of("party"));
    assert_eq!(account["facts"], json!({ "exposure.open": "1000", "holder.currency": "EUR" }));
    assert_eq!((&account["severity"], &account["state"]), (&json!("critical"), &json!("open")));
    assert_eq!(account["rule_set_version"], json!(version));
    assert!(text(&account["holder_id"]).starts_with("acc_") && account["account_id"].is_string());
    assert!(text(&party["holder_id"]).starts_with("pty_") && party["account_id"].is_null());
    assert!(party["legal_entity_id"].is_string(), "all its accounts are of one legal entity");
    // Nothing new is told while it stands.
    let again = look(&app);
    assert_eq!((&again["counts"]["raised"], &again["counts"]["resolved"]), (&json!(0), &json!(0)));
    assert_eq!(alerts(&app, "kind=credit.owes").len(), 2);
    // It ends with its reason, and the next episode is told anew.
    app.push("ERP-E1")
        .receivables(vec![invoice("F1", "A1", "400.00", ("2026-01-05", "2026-02-05"))])
        .finish();
    assert_eq!(look(&app)["counts"]["resolved"], 2);
    assert_eq!(open_kinds(&app), [""; 0]);
    app.push("ERP-E1")
        .receivables(vec![invoice("F1", "A1", "600.00", ("2026-01-05", "2026-02-05"))])
        .finish();
    assert_eq!(look(&app)["counts"]["raised"], 2);
    assert_eq!(alerts(&app, "kind=credit.owes").len(), 4);
    assert_eq!(alerts(&app, "kind=credit.owes&state=resolved").len(), 2);
}

#[test]
fn an_alert_of_a_rule_that_is_no_more_ends_by_itself() {
    let app = book();
    standing(&app);
    go_by(&app, &json!([rule("other", &json!(["party"]), "exposure.open > 99999")]));
    assert_eq!(look(&app)["counts"]["resolved"], 1);
    assert_eq!(open_kinds(&app), [""; 0]);
}

#[test]
fn exposure_is_told_now_and_with_the_orders_at_hand() {
    let app = book();
    app.push("ERP-E1").orders(vec![order("O1", "A1", ("700.00", "700.00"))]).finish();
    go_by(
        &app,
        &json!([
            rule("now", &json!(["account"]), "exposure.now > 1500"),
            rule("soon", &json!(["account"]), "exposure.now <= 1500 and exposure.projected > 1500"),
            rule("late", &json!(["account"]), "exposure.overdue >= 1000 and exposure.days_overdue_max > 20"),
        ]),
    );
    look(&app);
    assert_eq!(open_kinds(&app), ["credit.late", "credit.soon"]);
}

#[test]
fn exposure_of_a_group_is_added_up_in_one_currency_and_a_missing_rate_decides_nothing() {
    let app = TestApp::start();
    app.entity("E1");
    let daughter = PartyRow { parent_external_id: "P1".into(), ..party("P2", "Hija, S.L.") };
    let dollars = proto::v1::ReceivableRow {
        currency: "USD".into(),
        ..invoice("F2", "A2", "100.00", ("2026-02-01", "2026-04-01"))
    };
    app.push("ERP-E1")
        .parties(vec![party("P1", "Madre, S.A."), daughter])
        .accounts(vec![account("A1", "P1"), account("A2", "P2")])
        .receivables(vec![invoice("F1", "A1", "100.00", ("2026-02-01", "2026-04-01")), dollars])
        .finish();
    go_by(&app, &json!([rule("group", &json!(["group"]), "exposure.total > 150")]));
    let run = look(&app);
    assert_eq!((&run["counts"]["raised"], &run["counts"]["undecided"]), (&json!(0), &json!(1)));
    let today = text(&run["business_on"]);
    let rates = json!({ "source": "ECB", "rates": [{ "base": "EUR", "quote": "USD", "quoted_on": today, "rate": "1.25" }] });
    app.post("/v1/fx-rates", &rates).expect(201);
    let run = look(&app);
    assert_eq!((&run["counts"]["raised"], &run["counts"]["undecided"]), (&json!(1), &json!(0)));
    let alert = alerts(&app, "kind=credit.group")[0].clone();
    assert_eq!(alert["facts"]["exposure.total"], "180");
    assert_eq!(text(&alert["holder_kind"]), "group");
}

fn limit(app: &TestApp, body: &Value) {
    app.post("/v1/credit/limits", body).expect(201);
}

#[test]
fn the_standard_rules_tell_of_limits_that_are_exceeded_end_and_are_to_be_reviewed() {
    let app = book();
    app.push("ERP-E1").orders(vec![order("O1", "B1", ("700.00", "700.00"))]).finish();
    let now = app.now();
    let day = |days: i64| (now + chrono::Duration::days(days)).date_naive().to_string();
    let accounts = app.get("/v1/accounts?sort=number").expect(200)["items"].clone();
    let id = |number: usize| text(&accounts[number]["id"]);
    // 1,000 owed by A1 against 800 insured at 90 %, which end in 20 days and are looked at again in 10.
    limit(
        &app,
        &json!({ "holder_kind": "account", "holder_id": id(0), "limit_type": "insured", "reference": "POL-1",
        "currency": "EUR", "amount": "800.00", "covered_percent": "90", "from": day(-30), "until": day(20),
        "review_on": day(10) }),
    );
    // 700 ordered by B1 against a guarantee of 500 that ends in 40 days.
    limit(
        &app,
        &json!({ "holder_kind": "account", "holder_id": id(2), "limit_type": "guaranteed",
        "collateral": "bank_guarantee", "reference": "AVAL-1", "currency": "EUR", "amount": "500.00",
        "from": day(-30), "until": day(40) }),
    );
    look(&app);
    let of = |number: usize| {
        let mut kinds = alerts(&app, &format!("holder={}", id(number)))
            .iter()
            .map(|a| text(&a["kind"]))
            .collect::<Vec<_>>();
        kinds.sort();
        kinds
    };
    assert_eq!(
        of(0),
        ["credit.cover_low", "credit.limit_exceeded", "credit.limit_expires", "credit.review_due"]
    );
    assert_eq!(of(2), ["credit.cover_low", "credit.guarantee_expires", "credit.limit_exceeded_with_orders"]);
    let exceeded = alerts(&app, "kind=credit.limit_exceeded")[0].clone();
    assert_eq!(
        (&exceeded["facts"]["exposure.now"], &exceeded["facts"]["limit.total"]),
        (&json!("1000"), &json!("800"))
    );
    assert_eq!(alerts(&app, "kind=credit.guarantee_expires")[0]["due_on"], day(40));
    let calendar = app.get("/v1/credit/calendar.ics").text();
    let entries = calendar.matches("BEGIN:VEVENT").count();
    assert_eq!(entries, 3, "two ends and a review, each once: {calendar}");
    assert!(calendar.contains(&format!("DTSTART;VALUE=DATE:{}", day(20).replace('-', ""))), "{calendar}");
}

#[test]
fn payment_that_gets_later_is_told_of_a_party() {
    let app = book();
    go_by(
        &app,
        &json!([rule(
            "late",
            &json!(["party"]),
            "(behaviour.days_late_365 ?? 0) > 10 and behaviour.paid_count > 0"
        )]),
    );
    let paid = testkit::push::payment("Z1", "A1", "F1", ("1000", "2026-03-01"));
    app.push("ERP-E1").entries(vec![paid]).finish();
    look(&app);
    assert_eq!(open_kinds(&app), ["credit.late"]);
}

#[test]
fn disputes_bounces_and_master_data_are_facts() {
    let app = book();
    let declared = json!({ "type": "number", "label_en": "Risk", "label_es": "Riesgo" });
    app.put("/v1/attributes/party/risk", &declared).expect(200);
    let disputed = proto::v1::ReceivableRow {
        disputed: true,
        ..invoice("F1", "A1", "1000.00", ("2026-01-05", "2026-02-05"))
    };
    let rated =
        PartyRow { attributes: attribute("risk", "7"), country: "PT".into(), ..party("P2", "Dos, S.L.") };
    app.push("ERP-E1").parties(vec![rated]).receivables(vec![disputed]).finish();
    go_by(
        &app,
        &json!([
            rule("disputed", &json!(["party"]), "behaviour.disputes == 1 and behaviour.new_disputes == 1"),
            rule("risky", &json!(["party"]), "(party.attributes.risk ?? 0) > 5 and party.country == 'PT'"),
            rule("old", &json!(["party"]), "(party.age_days ?? 0) > 10"),
            rule("bounced", &json!(["party"]), "behaviour.bounced_messages > 0"),
            rule("returned", &json!(["party"]), "behaviour.returns > 0"),
        ]),
    );
    look(&app);
    assert_eq!(open_kinds(&app), ["credit.disputed", "credit.old", "credit.risky"]);
}

#[test]
fn an_alert_is_taken_in_hand_once() {
    let app = book();
    let alert = standing(&app);
    let sample = Sample::bare(format!("/v1/alerts/{}/acknowledge", text(&alert["id"])));
    let effect = "SELECT state, acknowledged_at, acknowledged_by, event_id FROM alert";
    let done = done_once(&app, "acknowledge_alert", &sample, effect);
    assert_eq!(done["state"], "acknowledged");
    assert!(done["acknowledged_at"].is_string() && done["acknowledged_by"].is_string());
    // In hand it stays while its reason holds, and ends with it.
    assert_eq!(look(&app)["counts"]["resolved"], 0);
    assert_eq!(alerts(&app, "state=acknowledged").len(), 1);
}

#[test]
fn an_alert_is_put_off_once() {
    let app = book();
    let alert = standing(&app);
    let path = format!("/v1/alerts/{}/snooze", text(&alert["id"]));
    let now = app.now();
    let day = |days: i64| (now + chrono::Duration::days(days)).date_naive().to_string();
    for (until, code) in [
        (day(0), "alert.snooze_range"),
        (day(-3), "alert.snooze_range"),
        (day(900), "alert.snooze_range"),
        ("2026-02-30".to_owned(), "date.invalid"),
    ] {
        app.post(&path, &json!({ "until": until })).refused(422, code);
    }
    let sample = Sample { path, body: json!({ "until": day(2) }), other: json!({ "until": day(3) }) };
    let effect = "SELECT state, snoozed_until, event_id FROM alert";
    let done = done_once(&app, "snooze_alert", &sample, effect);
    assert_eq!((&done["state"], &done["snoozed_until"]), (&json!("snoozed"), &json!(day(2))));
    assert_eq!(look(&app)["counts"]["woken"], 0);
    // Its day comes.
    app.database.sql(&format!("UPDATE alert SET snoozed_until = '{}'", day(0)));
    assert_eq!(look(&app)["counts"]["woken"], 1);
    let woken = alerts(&app, "kind=credit.owes")[0].clone();
    assert_eq!((&woken["state"], &woken["snoozed_until"]), (&json!("open"), &Value::Null));
}

#[test]
fn an_alert_is_handed_up_once() {
    let app = book();
    let alert = standing(&app);
    let path = format!("/v1/alerts/{}/escalate", text(&alert["id"]));
    app.post(&path, &json!({ "to": "king" })).refused(422, "value.unknown");
    let sample = Sample { path, body: json!({ "to": "manager" }), other: json!({ "to": "supervisor" }) };
    let effect = "SELECT state, escalated_at, escalated_to, event_id FROM alert";
    let done = done_once(&app, "escalate_alert", &sample, effect);
    assert_eq!((&done["state"], &done["escalated_to"]), (&json!("escalated"), &json!("manager")));
    assert_eq!(alerts(&app, "escalated_to=manager").len(), 1);
}

#[test]
fn what_nobody_takes_in_hand_is_handed_up_by_itself() {
    let app = book();
    let mut escalating = rule("owes", &json!(["party"]), "exposure.open > 500");
    escalating["escalate"] = json!({ "after_days": 3, "to": "manager" });
    go_by(&app, &json!([escalating]));
    look(&app);
    assert_eq!(look(&app)["counts"]["escalated"], 0);
    app.database.sql("UPDATE alert SET since_on = since_on - 3");
    assert_eq!(look(&app)["counts"]["escalated"], 1);
    let alert = alerts(&app, "kind=credit.owes")[0].clone();
    assert_eq!((&alert["state"], &alert["escalated_to"]), (&json!("escalated"), &json!("manager")));
    assert_eq!(look(&app)["counts"]["escalated"], 0, "once");
}

#[test]
fn an_alert_whose_episode_has_ended_is_left_alone() {
    let app = book();
    let alert = standing(&app);
    let id = text(&alert["id"]);
    app.post(&format!("/v1/alerts/{id}/resolve"), &json!({})).expect(204);
    app.post(&format!("/v1/alerts/{id}/acknowledge"), &json!({})).refused(409, "alert.is_resolved");
    app.post("/v1/alerts/no/acknowledge", &json!({})).refused(404, "not_found");
    // Its reason still holds: the next run tells of it anew.
    assert_eq!(look(&app)["counts"]["raised"], 1);
}

#[test]
fn events_of_an_alert_carry_everything_a_receiver_needs() {
    let app = book();
    let alert = standing(&app);
    app.post(&format!("/v1/alerts/{}/acknowledge", text(&alert["id"])), &json!({})).expect(200);
    app.sequence_events();
    let events =
        app.grpc().events(ListEventsRequest { after: 0, limit: 500, ..Default::default() }).expect("events");
    let of = |kind: &str| {
        let event = events.iter().find(|e| e.kind == kind).unwrap_or_else(|| panic!("no {kind}"));
        serde_json::from_str::<Value>(&event.payload_json).expect("JSON")
    };
    let raised = of("alert.raised");
    let after = &raised["after"];
    assert_eq!(
        (&after["kind"], &after["state"], &after["severity"]),
        (&json!("credit.owes"), &json!("open"), &json!("critical"))
    );
    assert_eq!(after["holder"], json!({ "kind": "party", "id": alert["holder_id"] }));
    assert_eq!(after["params"]["facts"]["exposure.open"], "1000");
    let acknowledged = of("alert.acknowledged");
    assert_eq!(
        (&acknowledged["before"]["state"], &acknowledged["after"]["state"]),
        (&json!("open"), &json!("acknowledged"))
    );
    app.post(&format!("/v1/alerts/{}/resolve", text(&alert["id"])), &json!({})).expect(204);
    app.sequence_events();
    let all =
        app.grpc().events(ListEventsRequest { after: 0, limit: 500, ..Default::default() }).expect("events");
    let resolved = all.iter().find(|e| e.kind == "alert.resolved").expect("an event");
    let resolved = serde_json::from_str::<Value>(&resolved.payload_json).expect("JSON");
    assert_eq!(
        (&resolved["before"]["state"], &resolved["after"]["state"], &resolved["after"]["holder"]),
        (&json!("acknowledged"), &json!("resolved"), &after["holder"])
    );
}

#[test]
fn dates_ahead_are_in_the_calendar_of_whoever_may_see_them() {
    let app = book();
    let declared = json!({ "type": "date", "label_en": "Review", "label_es": "Revisión" });
    app.put("/v1/attributes/party/review_on", &declared).expect(200);
    let now = app.now();
    let on = (now + chrono::Duration::days(12)).date_naive();
    let reviewed =
        PartyRow { attributes: attribute("review_on", &on.to_string()), ..party("P1", "Uno, S.L.") };
    app.push("ERP-E1").parties(vec![reviewed]).finish();
    go_by(
        &app,
        &json!([{ "code": "review", "name": { "en": "Review due", "es": "Toca revisión" }, "holders": ["party"],
        "severity": "info", "lead": { "fact": "party.attributes.review_on", "days": 12 } }]),
    );
    look(&app);
    let alert = alerts(&app, &format!("due_to={on}"))[0].clone();
    assert_eq!(alert["due_on"], on.to_string());
    let calendar = app.call("GET", "/v1/credit/calendar.ics").header("Accept-Language", "es").send();
    assert_eq!(calendar.status, 200);
    assert!(calendar.header("content-type").is_some_and(|t| t.starts_with("text/calendar")));
    let text = calendar.text();
    assert!(text.contains(&format!("DTSTART;VALUE=DATE:{}", on.format("%Y%m%d"))), "{text}");
    assert!(text.contains("SUMMARY:Toca revisión: Uno\\, S.L."), "{text}");
    let other = app.entity("E2");
    let key = app.key(&["credit_analyst"], Some(&[("legal_entity", &other)]));
    let calendar = app.call("GET", "/v1/credit/calendar.ics").bearer(&key).send();
    assert!(!calendar.text().contains("BEGIN:VEVENT"), "{}", calendar.text());
}

#[test]
fn one_run_looks_at_a_time_and_goes_on_where_it_stopped() {
    let app = book();
    go_by(&app, &json!([rule("owes", &json!(["account", "party"]), "exposure.open > 500")]));
    // A run that a worker left half-way: its lease is over, it has looked at the accounts.
    app.database.sql(
        "WITH run AS (INSERT INTO alert_run (id, business_on, state, rule_sets, last_kind, last_id, job_id, started_at, event_id) \
             SELECT gen_random_uuid(), current_date, 'running', '[[\"standard\", 2]]', 'account', \
                 (SELECT id FROM account ORDER BY id DESC LIMIT 1), gen_random_uuid(), now(), gen_random_uuid() \
             RETURNING id, job_id) \
         INSERT INTO job (id, kind, payload, state, run_at, created_at, event_id) \
             SELECT job_id, 'alert_run', json_build_object('run_id', id), 'queued', now(), now(), gen_random_uuid() FROM run",
    );
    wait::until("the run has ended", || {
        app.database.sql("SELECT count(*) FROM alert_run WHERE state = 'running'").trim() == "0"
    });
    let run = app.get("/v1/alert-runs?state=finished").expect(200)["items"][0].clone();
    assert_eq!(run["counts"]["holders"], 2, "the parties were left");
    assert_eq!(alerts(&app, "kind=credit.owes").len(), 1);
}

#[test]
fn who_may_not_take_alerts_in_hand_is_refused() {
    let app = book();
    let alert = standing(&app);
    let key = app.key(&["auditor"], None);
    let path = format!("/v1/alerts/{}/acknowledge", text(&alert["id"]));
    app.call("POST", &path).bearer(&key).json(&json!({})).send().refused(403, "auth.forbidden");
    app.call("POST", "/v1/alert-runs").bearer(&key).json(&json!({})).send().refused(403, "auth.forbidden");
    let other = app.entity("E2");
    let key = app.key(&["manager"], Some(&[("legal_entity", &other)]));
    app.call("POST", &path).bearer(&key).json(&json!({})).send().refused(404, "not_found");
    app.call("POST", "/v1/alert-runs")
        .bearer(&key)
        .json(&json!({}))
        .send()
        .refused(403, "auth.installation_wide");
}

/// What a run decides about the account that owes, after its party became insolvent.
fn automation_stops(app: &TestApp, entity: &str) {
    look(app);
    let kinds = open_kinds(app);
    assert!(kinds.contains(&"credit.insolvency".to_owned()), "{kinds:?}");
    let run = app.post("/v1/dunning/runs", &json!({ "legal_entity_id": entity })).expect(201);
    let path = format!("/v1/dunning/runs/{}", text(&run["id"]));
    wait::until("the run has ended", || app.get(&path).expect(200)["state"] != "running");
    assert_eq!(app.get(&path).expect(200)["counts"]["act"], 0);
    let decisions = app.get("/v1/decisions").expect(200);
    let reasons = decisions["items"][0]["reasons"].to_string();
    assert!(reasons.contains("hold.insolvency"), "{reasons}");
}

#[test]
fn an_insolvency_that_the_erp_tells_stops_automation_within_one_run() {
    let app = book();
    let entity = first(&app, "legal-entities");
    let insolvent = PartyRow { insolvent_since: "2026-03-01".into(), ..party("P1", "Uno, S.L.") };
    app.push("ERP-E1").parties(vec![insolvent]).finish();
    automation_stops(&app, &entity);
}

#[test]
fn an_insolvency_that_a_person_enters_stops_automation_within_one_run() {
    let app = book();
    let entity = first(&app, "legal-entities");
    let parties = app.get("/v1/parties").expect(200);
    let uno = parties["items"].as_array().expect("items").iter().find(|p| p["name"] == "Uno, S.L.").cloned();
    let path = format!("/v1/parties/{}", text(&uno.expect("the party")["id"]));
    app.call("PATCH", &path).json(&json!({ "insolvent_since": "2026-03-01" })).send().expect(200);
    automation_stops(&app, &entity);
}
