//! A change with `dry_run=true` changes nothing, and nothing that looks like a rehearsal is the performance.
//!
//! [`rehearse`] runs before every change that the guard of idempotency sends, so every change of the contract is held to it.

use serde_json::{Value, json};
use testkit::TestApp;

use crate::contract::{Operation, World, body, operations};

/// Every table with a digest of its rows, but for those that background work writes by itself.
pub(crate) fn digest(app: &TestApp) -> String {
    app.sequence_events();
    while app::credit::exposure::fold(&app.wired.api.app).expect("added up") {}
    app.database.sql(
        "SELECT string_agg(c.relname || ' ' || (xpath('/row/d/text()', query_to_xml(format( \
             'SELECT md5(coalesce(string_agg(t::text, E''\\n'' ORDER BY t::text), '''')) AS d FROM %I t', c.relname), \
             false, true, '')))[1]::text, E'\\n' ORDER BY c.relname) \
         FROM pg_class c WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p') \
             AND NOT c.relispartition AND c.relname NOT IN ('event_chain', 'event_unsequenced', 'lease')",
    )
}

/// Sends a change as a rehearsal.
///
/// # Errors
/// When it is refused, does not say that it is one, or changes a table.
pub(crate) fn rehearse(
    app: &TestApp,
    operation: &Operation,
    (path, body): (&str, &Value),
) -> Result<(), String> {
    let before = digest(app);
    let reply = app.call(&operation.method, &format!("{path}?dry_run=true")).json(body).send();
    if reply.status != 200 || reply.json()["dry_run"] != true {
        let text = reply.text().chars().take(300).collect::<String>();
        return Err(format!("{} is not rehearsed: {} {text}", operation.id, reply.status));
    }
    let after = digest(app);
    let changed = before.lines().zip(after.lines()).filter(|(before, after)| before != after);
    let changed = changed.map(|(before, _)| before.split(' ').next().unwrap_or_default()).collect::<Vec<_>>();
    if changed.is_empty() { Ok(()) } else { Err(format!("rehearsing {} wrote {changed:?}", operation.id)) }
}

#[test]
fn a_misspelt_rehearsal_is_refused_and_not_performed() {
    let world = World::new();
    let mandant = json!({ "code": "NEW", "name": "New" });
    for (query, code) in [
        ("dry_run=True", "request.query_invalid"),
        ("dry_run=1", "request.query_invalid"),
        ("dry_run=", "request.query_invalid"),
        ("dryrun=true", "request.parameter_unknown"),
        ("dry_run=true&x=1", "request.parameter_unknown"),
        ("dry_run=false&dry_run=true", "request.parameter_repeated"),
    ] {
        let before = digest(&world.app);
        world.app.post(&format!("/v1/mandants?{query}"), &mandant).refused(422, code);
        assert_eq!(digest(&world.app), before, "{query}");
    }
    world.app.post("/v1/mandants?dry_run=%74rue", &mandant).expect(200);
    world.app.post("/v1/mandants?dry_run=false", &mandant).expect(201);
}

#[test]
fn every_change_refuses_parameters_that_it_does_not_have() {
    let world = World::new();
    for operation in operations().iter().filter(|o| o.changes()) {
        let path = format!("{}?dryrun=true", operation.made_up_path());
        let reply = world.app.call(&operation.method, &path).json(&body(operation)).send();
        reply.refused(422, "request.parameter_unknown");
    }
}

#[test]
fn signing_in_is_no_rehearsal() {
    let world = World::new();
    for operation in operations().iter().filter(|o| o.changes() && o.open) {
        let path = format!("{}?dry_run=true", operation.path);
        let reply = world.app.call(&operation.method, &path).anonymous().json(&body(operation)).send();
        reply.refused(422, "request.parameter_unknown");
    }
}
