//! What callers are told when a unit of work keeps losing to others.

use app::events::EventFeed as _;
use serde_json::json;
use testkit::{TestApp, wait};

/// Every insert into a table fails as one that lost to another transaction, and counts how often it was tried.
fn losing(app: &TestApp, table: &str) {
    app.database.sql(&format!(
        "CREATE SEQUENCE tries; CREATE FUNCTION lose() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN \
             PERFORM nextval('tries'); \
             RAISE EXCEPTION 'could not serialize access due to concurrent update' USING ERRCODE = '40001'; \
         END $$; CREATE TRIGGER lose BEFORE INSERT ON {table} FOR EACH ROW EXECUTE FUNCTION lose()"
    ));
}

#[test]
fn a_change_that_keeps_losing_is_tried_four_times_and_then_refused_with_a_hint() {
    let app = TestApp::start();
    losing(&app, "portfolio");
    let reply = app.post("/v1/portfolios", &json!({ "code": "NORTE", "name": "Norte" }));
    reply.refused(503, "database.contended");
    assert_eq!(reply.header("Retry-After"), Some("1"));
    assert_eq!(app.database.sql("SELECT last_value FROM tries"), "4");
    app.database.sql("DROP TRIGGER lose ON portfolio");
    app.post("/v1/portfolios", &json!({ "code": "NORTE", "name": "Norte" })).expect(201);
}

#[test]
fn a_read_that_loses_says_the_same() {
    let app = TestApp::start();
    app.entity("E1");
    app.database.sql(
        "CREATE OR REPLACE FUNCTION r.pid(prefix text, id uuid) RETURNS text LANGUAGE plpgsql AS $$ BEGIN \
             RAISE EXCEPTION 'canceling statement due to conflict with recovery' USING ERRCODE = '40001'; END $$",
    );
    let reply = app.get("/v1/mandants");
    reply.refused(503, "database.contended");
    assert_eq!(reply.header("Retry-After"), Some("1"));
}

#[test]
fn so_does_the_sequencer() {
    let app = TestApp::start();
    losing(&app, "event_chain");
    app.post("/v1/portfolios", &json!({ "code": "NORTE", "name": "Norte" })).expect(201);
    // While the server's own sequencer is at it, there is nothing to do.
    let mut error = None;
    wait::until("it is our turn", || {
        error = app.wired.store.sequence(10).err();
        error.is_some()
    });
    let error = error.unwrap();
    assert_eq!((error.code().text, error.retry_after_seconds()), ("database.contended", Some(1)));
}
