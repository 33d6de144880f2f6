//! Whoever alters what was recorded is found by `recobra verify`; whoever erases a payload is not.

use serde_json::json;
use testkit::TestApp;

/// A book with a few events, all numbered.
fn book() -> TestApp {
    let app = TestApp::start();
    for code in ["A", "B", "C", "D"] {
        app.post("/v1/mandants", &json!({ "code": code, "name": "Grupo" })).expect(201);
    }
    app.sequence_events();
    app
}

fn broken(app: &TestApp) -> Option<(i64, String)> {
    app.wired.store.verify().expect("verified").chain_broken_at
}

/// The number of the event that created a mandant.
fn seq_of(app: &TestApp, code: &str) -> i64 {
    let sql = format!(
        "SELECT c.seq FROM event_chain c JOIN event e ON e.id = c.event_id JOIN event_payload p ON p.event_id = e.id \
         WHERE e.kind = 'organisation.mandant_created' AND p.payload LIKE '%\"code\":\"{code}\"%' ORDER BY c.seq LIMIT 1"
    );
    app.database.sql(&sql).parse().expect("a number")
}

#[test]
fn an_untouched_chain_holds() {
    let app = book();
    let found = app.wired.store.verify().expect("verified");
    assert!(found.holds(), "{found:?}");
    assert!(found.events_checked > 4);
}

#[test]
fn every_field_of_an_event_is_protected() {
    for change in [
        "kind = 'organisation.source_created'",
        "subject_kind = 'source'",
        "subject_id = gen_random_uuid()",
        "account_id = gen_random_uuid()",
        "legal_entity_id = gen_random_uuid()",
        "actor_kind = 'system'",
        "actor_id = gen_random_uuid()",
        "actor_name = 'somebody else'",
        "reason = 'another'",
        "request_id = 'another'",
        "digest = '\\x00'",
    ] {
        let app = book();
        let seq = seq_of(&app, "B");
        let which = format!("id = (SELECT event_id FROM event_chain WHERE seq = {seq})");
        app.database.sql(&format!("UPDATE event SET {change} WHERE {which}"));
        let (at, why) = broken(&app).unwrap_or_else(|| panic!("{change} was not found"));
        assert_eq!((at, why.as_str()), (seq, "the event was altered"), "{change}");
    }
}

#[test]
fn an_altered_payload_is_found_and_an_erased_one_is_not_missed() {
    let app = book();
    let seq = seq_of(&app, "B");
    let which = format!("event_id = (SELECT event_id FROM event_chain WHERE seq = {seq})");
    app.database
        .sql(&format!("UPDATE event_payload SET payload = replace(payload, 'Grupo', 'Otro') WHERE {which}"));
    assert_eq!(broken(&app), Some((seq, "the payload was altered".to_owned())));
    app.database.sql(&format!("DELETE FROM event_payload WHERE {which}"));
    assert_eq!(broken(&app), None, "erasing leaves the chain valid");
}

#[test]
fn events_removed_from_the_end_are_found() {
    let app = book();
    let seq = seq_of(&app, "D");
    let last = app.database.sql("SELECT max(seq) FROM event_chain").parse::<i64>().expect("a number");
    app.database
        .sql(&format!("DELETE FROM event WHERE id IN (SELECT event_id FROM event_chain WHERE seq >= {seq})"));
    assert!(last >= seq);
    assert_eq!(broken(&app), Some((seq, "the event is gone".to_owned())));
}

#[test]
fn a_removed_event_and_a_rewritten_end_are_found() {
    let app = book();
    let seq = seq_of(&app, "B");
    app.database.sql(&format!("DELETE FROM event_chain WHERE seq = {seq}"));
    assert!(broken(&app).is_some_and(|(at, _)| at == seq), "a number is missing");
    let app = book();
    let seq = seq_of(&app, "D");
    app.database.sql(&format!("UPDATE event_chain SET hash = '\\x00' WHERE seq = {seq}"));
    assert_eq!(broken(&app), Some((seq, "the event was altered".to_owned())));
}
