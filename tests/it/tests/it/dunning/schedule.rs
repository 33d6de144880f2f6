//! The daily run at the legal entity's own time.

use serde_json::{Value, json};
use testkit::app::TestApp;
use testkit::push::{account, invoice, party};
use testkit::wait;

fn scheduled(run_at: &str) -> (TestApp, String) {
    let app = TestApp::with(|settings| settings.dunning.schedule = true);
    let entity = app.entity("E1");
    app.push("ERP-E1")
        .parties(vec![party("P1", "Talleres Ibarra, S.L.")])
        .accounts(vec![account("A1", "P1")])
        .receivables(vec![invoice("I1", "A1", "100.00", ("2026-01-02", "2026-02-20"))])
        .finish();
    // Other settings are the test kit's business.
    app.database.sql(&format!("UPDATE legal_entity SET run_at = '{run_at}'"));
    (app, entity)
}

fn runs(app: &TestApp) -> Vec<Value> {
    app.get("/v1/dunning/runs").expect(200)["items"].as_array().expect("items").clone()
}

#[test]
fn the_daily_run_starts_by_itself_once_a_day() {
    // It is nine in the morning in Madrid.
    let (app, _) = scheduled("08:30");
    wait::until("the daily run", || runs(&app).first().is_some_and(|r| r["state"] == "finished"));
    app.set_clock("2026-03-04T20:00:00Z".parse().expect("an instant"));
    app.push("ERP-E1").finish();
    app.set_clock("2026-03-05T08:00:00Z".parse().expect("an instant"));
    wait::until("the run of the next day", || runs(&app).iter().any(|r| r["business_on"] == "2026-03-05"));
    assert_eq!(runs(&app).len(), 2, "the evening of the first day brought no other");
}

#[test]
fn before_its_time_in_its_own_zone_nothing_runs() {
    // Nine in Madrid is eight in UTC: a zone left out would be seen.
    let (app, entity) = scheduled("09:30");
    let other = app.entity("E2");
    app.push("ERP-E2").finish();
    app.database.sql("UPDATE legal_entity SET run_at = '08:59' WHERE code = 'E2'");
    wait::until("the run of the other legal entity", || !runs(&app).is_empty());
    let found = runs(&app);
    assert!(found.iter().all(|r| r["legal_entity_id"] == json!(other)), "{entity} ran too early");
}

#[test]
fn a_held_daily_run_is_taken_up_when_the_data_has_come() {
    let (app, _) = scheduled("08:30");
    wait::until("the first run", || !runs(&app).is_empty());
    app.set_clock("2026-03-08T08:00:00Z".parse().expect("an instant"));
    wait::until("a held run", || runs(&app).iter().any(|r| r["state"] == "held"));
    app.push("ERP-E1").finish();
    wait::until("the run after the push", || {
        runs(&app).iter().any(|r| r["business_on"] == "2026-03-08" && r["state"] == "finished")
    });
    let held = runs(&app).iter().filter(|r| r["state"] == "held").count();
    assert_eq!(held, 1, "one is enough to say so");
}

#[test]
fn a_cancelled_daily_run_is_not_started_again_by_itself() {
    let app = TestApp::with(|settings| settings.dunning.schedule = true);
    // Nobody carries a run out: it can be cancelled at leisure.
    app.database.sql("ALTER TABLE job ALTER locked_until SET DEFAULT now() + interval '1 hour'");
    let (entity, other) = (app.entity("E1"), app.entity("E2"));
    app.push("ERP-E1").finish();
    app.push("ERP-E2").finish();
    app.database.sql("UPDATE legal_entity SET run_at = '08:30' WHERE code = 'E1'");
    wait::until("the daily run", || !runs(&app).is_empty());
    let run = runs(&app)[0]["id"].as_str().expect("an id").to_owned();
    app.post(&format!("/v1/dunning/runs/{run}/cancel"), &json!({})).expect(200);
    // Legal entities are looked at in the order of their codes: when the second has a run, the first was passed over.
    app.database.sql("UPDATE legal_entity SET run_at = '08:30' WHERE code = 'E2'");
    let of = |id: &str| runs(&app).iter().filter(|run| run["legal_entity_id"] == json!(id)).count();
    wait::until("the run of the other legal entity", || of(&other) > 0);
    assert_eq!(of(&entity), 1);
    // A person may think again.
    let again = app.post("/v1/dunning/runs", &json!({ "legal_entity_id": entity })).expect(201);
    assert_ne!(again["id"], json!(run));
}

#[test]
fn a_failed_daily_run_is_not_started_again_all_day() {
    let app = TestApp::start();
    app.entity("E1");
    app.push("ERP-E1").finish();
    app.database.sql("UPDATE legal_entity SET run_at = '08:30'");
    let start = || {
        let instance = uuid::Uuid::from_u128(1);
        ::app::dunning::schedule::start_due(&app.wired.api.app, instance, 60).expect("look at the schedule")
    };
    assert_eq!(start().len(), 1);
    wait::until("the end of the run", || runs(&app).iter().all(|run| run["state"] == "finished"));
    app.database.sql("UPDATE dunning_run SET state = 'failed'");
    assert_eq!(start().len(), 0);
    app.set_clock("2026-03-05T08:00:00Z".parse().expect("an instant"));
    assert_eq!(start().len(), 1, "the next day is another day");
}

#[test]
fn two_instances_do_not_both_start_runs() {
    let app = TestApp::start();
    app.entity("E1");
    app.push("ERP-E1").finish();
    app.database.sql("UPDATE legal_entity SET run_at = '08:30'");
    let (one, two) = (uuid::Uuid::from_u128(1), uuid::Uuid::from_u128(2));
    let start = |instance| {
        ::app::dunning::schedule::start_due(&app.wired.api.app, instance, 60).expect("look at the schedule")
    };
    assert_eq!(start(one).len(), 1);
    app.database.sql("DELETE FROM dunning_run_chunk; DELETE FROM decision; DELETE FROM dunning_run");
    assert_eq!(start(two).len(), 0, "the first one holds the lease");
    assert_eq!(start(one).len(), 1);
}
