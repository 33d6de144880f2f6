//! Every rule of `recobra verify` is seen to fail when somebody breaks what it guards.

use testkit::TestApp;
use testkit::push::{account, invoice, party, payment};

/// A book in which every rule has something to look at.
fn book() -> TestApp {
    let app = TestApp::start();
    let entity = app.entity("E1");
    app.push("ERP-E1")
        .parties(vec![party("P1", "Uno")])
        .accounts(vec![account("A1", "P1")])
        .receivables(vec![invoice("F1", "A1", "100.00", ("2026-01-15", "2026-02-01"))])
        .entries(vec![payment("Z1", "A1", "", ("30.00", "2026-03-01"))])
        .finish();
    let changed = invoice("F1", "A1", "120.00", ("2026-01-15", "2026-02-01"));
    app.push("ERP-E1").receivables(vec![changed]).finish();
    let run = serde_json::json!({ "legal_entity_id": entity });
    let run = app.post("/v1/dunning/runs", &run).expect(201);
    let path = format!("/v1/dunning/runs/{}", run["id"].as_str().expect("an id"));
    testkit::wait::until("the run ends", || app.get(&path).expect(200)["state"] == "finished");
    app.sequence_events();
    app
}

/// What breaks a rule: the words of the rule, and the SQL.
const BREAKS: &[(&str, &str)] = &[
    ("open amount = original", "UPDATE receivable SET open_amount = open_amount + 1 WHERE kind = 'invoice'"),
    (
        "every allocation moves its credit and its debit",
        "UPDATE ledger_entry SET amount = amount + 1 WHERE allocation_id IS NOT NULL AND amount > 0",
    ),
    ("an allocation in force lowers its debit", "UPDATE allocation SET reversed_at = now()"),
    (
        "a reversal takes back its entry exactly",
        "UPDATE ledger_entry SET reversed_entry_id = gen_random_uuid() WHERE allocation_id IS NOT NULL AND amount < 0",
    ),
    (
        "versions of a receivable follow each other",
        "UPDATE receivable_revision SET recorded_to = recorded_to - interval '1 second'",
    ),
    (
        "every receivable and every reservation has its account",
        "ALTER TABLE ledger_entry DROP CONSTRAINT ledger_entry_receivable_fkey; \
        ALTER TABLE receivable_revision DROP CONSTRAINT receivable_revision_receivable_fkey; \
        ALTER TABLE allocation DROP CONSTRAINT allocation_credit_fkey; ALTER TABLE allocation DROP CONSTRAINT allocation_debit_fkey; \
        UPDATE receivable SET account_id = gen_random_uuid()",
    ),
    ("exposure as it is kept", "UPDATE exposure_movement SET open_amount = open_amount + 1"),
    ("every account counts with the party", "UPDATE risk_member SET risk_party_id = gen_random_uuid()"),
    (
        "groups as they are kept",
        "INSERT INTO risk_party SELECT id, gen_random_uuid(), gen_random_uuid() FROM party LIMIT 1",
    ),
    (
        "letters of every account go to one of its legal entity",
        "UPDATE account SET dunning_account_id = gen_random_uuid()",
    ),
    (
        "every natural key of a receivable",
        "UPDATE natural_key SET object_id = gen_random_uuid() WHERE kind = 'receivable'",
    ),
    (
        "every event is numbered or waits",
        "DELETE FROM event_chain WHERE seq = (SELECT max(seq) FROM event_chain)",
    ),
    (
        "one real run decides",
        "ALTER TABLE dunning_run DISABLE TRIGGER ALL; DROP INDEX dunning_run_business_on_key; \
         CREATE TEMP TABLE twin AS SELECT * FROM dunning_run LIMIT 1; UPDATE twin SET id = gen_random_uuid(); \
         INSERT INTO dunning_run SELECT * FROM twin",
    ),
    ("every action carries out a decision", "UPDATE decision SET outcome = 'nothing'"),
    ("every proven send belongs to a sent message", "UPDATE message_item SET sent_on = '2026-03-04'"),
];

#[test]
fn every_rule_is_broken_once_and_found() {
    let app = book();
    assert!(app.wired.store.verify().expect("verified").holds());
    let rules = app.wired.store.verify().expect("verified").rules_checked;
    assert_eq!(rules, BREAKS.len(), "say here how each rule is broken");
    for (rule, sql) in BREAKS {
        let app = book();
        app.database.sql(sql);
        let broken = app.wired.store.verify().expect("verified").broken;
        assert!(broken.iter().any(|(found, ..)| found.starts_with(rule)), "{rule}: {broken:?}");
    }
}
