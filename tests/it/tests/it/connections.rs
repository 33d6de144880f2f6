//! Connections that are kept open and made ready before anybody waits for them.

use testkit::{TestApp, wait};

/// Instead of the plans a connection makes, it tells that it was asked to make them.
const TELLS: &str = "CREATE TABLE made_ready (pid integer); CREATE OR REPLACE FUNCTION r.make_ready() RETURNS void LANGUAGE sql \
    AS 'INSERT INTO made_ready VALUES (pg_backend_pid())'";

fn ready(connections: u32) -> TestApp {
    TestApp::with(|settings| settings.database.ready_connections = connections)
}

fn made_ready(app: &TestApp) -> usize {
    app.database.sql("SELECT count(DISTINCT pid) FROM made_ready").parse().expect("a number")
}

/// Ends all connections; the next calls find out and have them replaced.
fn replaced(app: &TestApp, until: impl Fn() -> bool) {
    app.database.cut();
    app.database.mend();
    wait::until("connections are there again", || {
        app.get("/v1/accounts");
        until()
    });
}

#[test]
fn new_connections_make_their_plans_before_anybody_waits_for_one() {
    let app = ready(3);
    app.database.sql(TELLS);
    replaced(&app, || made_ready(&app) >= 3);
    app.get("/v1/accounts").expect(200);
}

#[test]
fn where_none_are_kept_ready_they_are_made_when_they_are_wanted() {
    let app = ready(0);
    app.database.sql(TELLS);
    replaced(&app, || app.get("/v1/accounts").status == 200);
    assert_eq!(made_ready(&app), 0);
}

#[test]
fn the_plans_of_a_check_are_made_without_anything_to_check() {
    ready(0).database.sql("SELECT r.make_ready()");
}
