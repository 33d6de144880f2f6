//! What holds for everybody is changed by whoever has everything in reach; what belongs to one legal entity, within it.

use serde_json::json;
use testkit::TestApp;
use testkit::push::{account, invoice, party};
use testkit::wait;

use crate::contract::{body, operations};
use crate::reads::{account_id, column, text};

/// Changes that hold for the whole installation.
const WIDE: &[&str] = &[
    "activate_rule_set",
    "activate_scenario",
    "add_holiday",
    "cancel_scoring",
    "create_bucket_set",
    "create_calendar",
    "create_mandant",
    "create_portfolio",
    "declare_attribute",
    "ignore_external_report",
    "import_external_ratings",
    "match_external_report",
    "move_book_clock",
    "put_rating_provider",
    "record_fixed_compensation",
    "record_fx_rates",
    "record_legal_rate",
    "release_sending",
    "remove_holiday",
    "save_contact_policy",
    "save_template",
    "start_alert_run",
    "start_scoring",
    "update_portfolio",
    "withdraw_attribute",
];

#[test]
fn what_holds_for_everybody_needs_everything_in_reach() {
    let app = TestApp::start();
    let first = app.entity("E1");
    app.database.sql("UPDATE installation SET test_book = true");
    let key = app.key(&["administrator"], Some(&[("legal_entity", &first)]));
    let template = app.get("/v1/templates?code=first_reminder&language=es").expect(200)["items"][0].clone();
    let policy = app.get("/v1/contact-policies").expect(200)["items"][0].clone();
    for id in WIDE {
        let all = operations();
        let operation = all.iter().find(|o| o.id == *id).unwrap_or_else(|| panic!("no operation {id}"));
        let body = match *id {
            "save_template" => json!({ "purpose": template["purpose"], "document": template["document"] }),
            "save_contact_policy" => json!({ "document": policy["document"] }),
            _ => body(operation),
        };
        let path = operation.made_up_path();
        let reply = app.call(&operation.method, &path).bearer(&key).json(&body).send();
        assert_eq!(
            (reply.status, reply.code().as_str()),
            (403, "auth.installation_wide"),
            "{id}: {}",
            reply.text()
        );
    }
}

#[test]
fn a_legal_entity_is_made_where_the_whole_mandant_is_in_reach() {
    let app = TestApp::start();
    let (first, second) = (app.entity("E1"), app.entity("E2"));
    let mandant_of = |id: &str| text(&app.get(&format!("/v1/legal-entities/{id}")).expect(200)["mandant_id"]);
    let (own, other) = (mandant_of(&first), mandant_of(&second));
    let create = |key: &str, mandant: &str, code: &str| {
        let body = json!({ "mandant_id": mandant, "code": code, "name": "New, S.A.", "country": "ES",
            "time_zone": "Europe/Madrid", "language": "es", "currency": "EUR", "calendar_code": "ES" });
        app.call("POST", "/v1/legal-entities").bearer(key).json(&body).send()
    };
    let entity = app.key(&["manager"], Some(&[("legal_entity", &first)]));
    create(&entity, &own, "N1").refused(403, "auth.out_of_scope");
    create(&entity, &other, "N1").refused(404, "not_found");
    let mandant = app.key(&["manager"], Some(&[("mandant", &own)]));
    create(&mandant, &other, "N1").refused(404, "not_found");
    create(&mandant, &own, "N1").expect(201);
}

#[test]
fn an_account_is_put_into_a_portfolio_that_the_caller_sees() {
    let app = TestApp::start();
    let (first, _) = (app.entity("E1"), app.entity("E2"));
    for source in ["ERP-E1", "ERP-E2"] {
        let number = source.replace("ERP-E", "A");
        app.push(source).parties(vec![party("P1", "Uno")]).accounts(vec![account(&number, "P1")]).finish();
    }
    let portfolio = |code: &str| {
        text(&app.post("/v1/portfolios", &json!({ "code": code, "name": code })).expect(201)["id"])
    };
    let (own, other) = (portfolio("NORTE"), portfolio("SUR"));
    let path = |number: &str| format!("/v1/accounts/{}/portfolio", account_id(&app, number));
    let into = |id: &str| json!({ "portfolio_id": id });
    app.put(&path("A2"), &into(&other)).expect(200);
    let rights = [("legal_entity", first.as_str()), ("portfolio", own.as_str())];
    let key = app.key(&["manager"], Some(&rights));
    let assign = |id: &str| app.call("PUT", &path("A1")).bearer(&key).json(&into(id)).send();
    assign(&other).refused(404, "not_found");
    assign(&own).expect(200);
}

/// A job of the event that began a dunning run, for which no worker comes.
fn queued_run(app: &TestApp, code: &str, entity: &str) -> String {
    app.push(&format!("ERP-{code}"))
        .parties(vec![party("P1", "Uno")])
        .accounts(vec![account("A1", "P1")])
        .receivables(vec![invoice("F1", "A1", "100.00", ("2026-01-05", "2026-02-05"))])
        .finish();
    app.post("/v1/dunning/runs", &json!({ "legal_entity_id": entity })).expect(201);
    let ended = format!(
        "SELECT count(*) FROM dunning_run u JOIN job j ON j.id = u.job_id \
         WHERE r.pid('len', u.legal_entity_id) = '{entity}' AND j.state = 'finished'"
    );
    wait::until("the run has ended", || app.database.sql(&ended) == "1");
    let job = app.database.sql(&format!(
        "INSERT INTO job (id, kind, payload, run_at, created_at, event_id) \
         SELECT gen_random_uuid(), 'test', '{{}}', now(), now(), j.event_id FROM dunning_run u JOIN job j ON j.id = u.job_id \
         WHERE r.pid('len', u.legal_entity_id) = '{entity}' RETURNING r.pid('job', id)"
    ));
    job.lines().next().expect("a job").to_owned()
}

#[test]
fn jobs_are_seen_and_cancelled_within_the_reach() {
    let app = TestApp::start();
    let (first, second) = (app.entity("E1"), app.entity("E2"));
    let (own, other) = (queued_run(&app, "E1", &first), queued_run(&app, "E2", &second));
    let key = app.key(&["manager"], Some(&[("legal_entity", &first)]));
    let seen = app.call("GET", "/v1/jobs?kind=test").bearer(&key).send().expect(200);
    assert_eq!(column(&seen, "id"), [own.as_str()]);
    let seen = app.call("GET", "/v1/jobs").bearer(&key).send().expect(200);
    assert_eq!(column(&seen, "id").len(), 2, "with that of its run: {seen}");
    let cancel = |job: &str| app.call("POST", &format!("/v1/jobs/{job}/cancel")).bearer(&key).send();
    cancel(&other).refused(404, "not_found");
    assert_eq!(text(&app.get(&format!("/v1/jobs/{other}")).expect(200)["state"]), "queued");
    let cancelled = app.call("POST", &format!("/v1/jobs/{own}/cancel")).bearer(&key).send();
    assert_eq!(cancelled.status, 204, "{}", cancelled.text());
}
