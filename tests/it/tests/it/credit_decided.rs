//! What became of what credit checks decided, by version of the policy.

use chrono::TimeDelta;
use serde_json::{Value, json};
use testkit::TestApp;
use testkit::push::{account, invoice, party, payment};

use crate::credit_checks::{asked, check, pair, policy, said};
use crate::credit_releases::{Held, why};
use crate::reads::text;

const START: &str = "2026-03-04";

/// Three customers on 4 March: two are asked about under the first version of the policy, which holds whoever has no limit, and later under
/// a second one, which allows them. The first pays nothing of March and everything of October, the second the other way round.
fn book() -> (TestApp, String) {
    let app = TestApp::start();
    let entity = app.entity("E1");
    app.push("ERP-E1")
        .parties(vec![party("P1", "Uno"), party("P2", "Dos"), party("P3", "Tres")])
        .accounts(vec![account("A1", "P1"), account("A2", "P2"), account("A3", "P3")])
        .finish();
    for number in ["A1", "A2"] {
        assert_eq!(said(&check(&app, &of(number, "order"))), pair("hold", "limit.none"));
    }
    // A quotation is no sale.
    check(&app, &of("A3", "quote"));
    app.push("ERP-E1")
        .receivables(vec![
            invoice("F1", "A1", "100.00", ("2026-03-10", "2026-04-10")),
            invoice("F2", "A2", "200.00", ("2026-03-10", "2026-04-10")),
        ])
        .entries(vec![payment("Z2", "A2", "F2", ("200.00", "2026-04-20"))])
        .finish();
    app.set_clock(app.now() + TimeDelta::days(210));
    policy(&app, &json!({ "on_no_limit": "allow", "rules": [] }));
    for number in ["A1", "A2", "A3"] {
        assert_eq!(said(&check(&app, &of(number, "ship"))), pair("allow", "limit.none"));
    }
    app.push("ERP-E1")
        .receivables(vec![
            invoice("F3", "A1", "300.00", ("2026-10-01", "2026-11-01")),
            invoice("F4", "A2", "400.00", ("2026-10-01", "2026-11-01")),
        ])
        .entries(vec![payment("Z3", "A1", "F3", ("300.00", "2026-10-20"))])
        .finish();
    (app, entity)
}

fn of(number: &str, checkpoint: &str) -> Value {
    let mut body = asked("10.00", "");
    (body["account_external_id"], body["checkpoint"]) = (json!(number), json!(checkpoint));
    body
}

fn outcomes(app: &TestApp, entity: &str, query: &str) -> Value {
    app.get(&format!("/v1/legal-entities/{entity}/decision-outcomes?{query}")).expect(200)
}

/// Version, judged cases, hits and rate.
fn rates(report: &Value) -> Vec<(i64, i64, i64, Value)> {
    let versions = report["versions"].as_array().expect("versions").iter();
    let number = |value: &Value| value.as_i64().expect("a number");
    let rate = |v: &Value| {
        (number(&v["policy_version"]), number(&v["judged_cases"]), number(&v["hits"]), v["hit_rate"].clone())
    };
    versions.map(rate).collect()
}

#[test]
fn each_version_is_told_how_often_it_was_right_once_that_is_known() {
    let (app, entity) = book();
    app.set_clock(app.now() + TimeDelta::days(150));
    let report = outcomes(&app, &entity, "");
    assert_eq!(rates(&report), [(1, 2, 1, json!("0.5")), (2, 2, 1, json!("0.5"))]);
    let [first, second] = report["versions"].as_array().expect("versions").as_slice() else {
        panic!("{report}")
    };
    let held = json!({ "cases": 2, "invoices": 2, "invoiced_amount": "300", "lost_amount": "0", "late_amount": "100",
        "bad_cases": 1 });
    assert_eq!((&first["held"], &first["allowed"]["cases"]), (&held, &json!(0)));
    assert_eq!(
        (&second["allowed"]["late_amount"], &second["not_invoiced_cases"]),
        (&json!("400"), &json!(1))
    );
    assert_eq!(report, outcomes(&app, &entity, ""), "asked again it is the same");
    // Of October nothing is known in October, and what was known then is told the same today.
    let then = outcomes(&app, &entity, "to=2026-09-30&as_of=2026-10-02");
    assert_eq!(rates(&then), [(1, 2, 1, json!("0.5")), (2, 0, 0, Value::Null)]);
    assert_eq!(then["versions"][1]["not_known_cases"], 3, "two are not due, one may still come");
    let only_first = outcomes(&app, &entity, &format!("from={START}&to={START}"));
    assert_eq!(rates(&only_first), [(1, 2, 1, json!("0.5"))]);
}

#[test]
fn what_a_person_released_was_held_by_the_policy() {
    let held = Held::new();
    let app = &held.app;
    let entity = text(&app.get("/v1/legal-entities?code=E1").expect(200)["items"][0]["id"]);
    app.set_clock("2026-03-30T10:00:00Z".parse().expect("an instant"));
    let eva = held.person("eva", "manager");
    let answer = held.ask(&held.erp, &asked("10.00", "PO-1"));
    assert_eq!(said(&answer), pair("hold", "limit.none"));
    held.release(&eva, &answer, &why()).expect(201);
    app.set_clock("2026-04-02T10:00:00Z".parse().expect("an instant"));
    let mut shipped = asked("10.00", "PO-1");
    shipped["checkpoint"] = json!("ship");
    assert_eq!(said(&held.ask(&held.erp, &shipped)), pair("allow", "release"));
    app.push("ERP-E1").receivables(vec![invoice("F2", "A1", "10.00", ("2026-04-05", "2026-04-20"))]).finish();
    app.set_clock("2026-10-01T10:00:00Z".parse().expect("an instant"));
    let report = outcomes(app, &entity, "");
    assert_eq!(rates(&report), [(1, 1, 1, json!("1"))]);
    let version = &report["versions"][0];
    assert_eq!((&version["held"]["bad_cases"], &version["not_invoiced_cases"]), (&json!(1), &json!(1)));
}

#[test]
fn it_comes_as_a_table_and_what_cannot_be_asked_is_refused_by_code() {
    let (app, entity) = book();
    let path = format!("/v1/legal-entities/{entity}/decision-outcomes");
    let table = app.call("GET", &path).header("Accept", "text/csv").send().text();
    assert_eq!(table.lines().count(), 3, "{table}");
    assert!(table.contains("held_late_amount") && !table.contains('{'), "{table}");
    for (query, status, code) in [
        ("from=2026-03-05&to=2026-03-04", 422, "credit.decision_dates_invalid"),
        ("as_of=2026-03-04&to=2026-03-05", 422, "credit.decision_dates_invalid"),
        ("as_of=2036-01-01", 422, "credit.decision_dates_invalid"),
        ("from=yesterday", 422, "date.invalid"),
    ] {
        app.get(&format!("{path}?{query}")).refused(status, code);
    }
    app.get("/v1/legal-entities/len_00000000000000000000000000000001/decision-outcomes")
        .refused(404, "not_found");
    let other = app.entity("E2");
    let key = app.key(&["credit_analyst"], Some(&[("legal_entity", &other)]));
    app.call("GET", &path).bearer(&key).send().refused(403, "auth.out_of_scope");
}

#[test]
fn more_accounts_than_one_answer_looks_at_are_refused_and_fewer_days_answered() {
    let (app, entity) = book();
    app.database.sql(
        "INSERT INTO credit_check SELECT other.* FROM (SELECT * FROM credit_check WHERE checkpoint = 'order' LIMIT 1) c, \
             generate_series(1, 20000) n, jsonb_populate_record(NULL::credit_check, to_jsonb(c) || jsonb_build_object( \
             'id', md5(n::text)::uuid, 'account_id', md5(n::text)::uuid)) other",
    );
    let path = format!("/v1/legal-entities/{entity}/decision-outcomes");
    app.get(&path).refused(422, "credit.decisions_too_many");
    let later = outcomes(&app, &entity, "from=2026-09-01");
    assert_eq!(rates(&later), [(2, 0, 0, Value::Null)], "the many were asked about in March");
}
