//! Checks while nothing can be looked at: a database that only reads, no worker free, and callers nobody knows.

use serde_json::{Value, json};
use testkit::{TestApp, wait};

use crate::credit_checks::{asked, book, by_grpc, check, pair, policy, said};
use crate::reads::text;

fn open_on_failure() -> Value {
    let mut body = asked("10.00", "PO-1");
    body["on_failure"] = json!("open");
    body
}

/// Waits until an answer given unseen is recorded, and gives what it was given for.
fn recorded_cause(app: &TestApp, id: &str) -> String {
    let ctx = app::access::authenticate::system_ctx("credit", app.now());
    wait::until("the answer is recorded", || {
        app::credit::degraded::record_degraded(&app.wired.api.app, &ctx).is_ok()
            && app.get(&format!("/v1/credit/checks/{id}")).status == 200
    });
    app.database.sql(
        "SELECT p.payload::jsonb -> 'after' ->> 'cause' FROM event e JOIN event_payload p ON p.event_id = e.id \
         WHERE e.kind = 'credit.checked' AND p.payload::jsonb -> 'after' ->> 'degraded' = 'true'",
    )
}

/// Whether the database takes changes, from the next connection on; those that are there end.
fn only_reads(app: &TestApp, only: bool) {
    app.database.sql(&format!(
        "BEGIN READ WRITE; DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET default_transaction_read_only = {}', \
             current_database()); END $$; SELECT pg_terminate_backend(pid) FROM pg_stat_activity \
             WHERE datname = current_database() AND pid <> pg_backend_pid(); COMMIT",
        if only { "on" } else { "off" }
    ));
}

#[test]
fn a_database_that_only_reads_is_answered_for_as_one_that_is_away() {
    let app = book();
    check(&app, &asked("10.00", ""));
    only_reads(&app, true);
    wait::until("it reads again", || app.get("/v1/accounts").status == 200);
    app.post("/v1/portfolios", &json!({ "code": "NORTE", "name": "Norte" }))
        .refused(503, "database.unavailable");
    let answer = check(&app, &open_on_failure());
    assert_eq!((said(&answer), &answer["degraded"]), (pair("allow", "unavailable.allow"), &json!(true)));
    only_reads(&app, false);
    assert_eq!(recorded_cause(&app, &text(&answer["id"])), "database.unavailable");
}

#[test]
fn where_no_worker_is_free_the_answer_is_the_one_that_was_chosen() {
    const WORKERS: u32 = 2;
    let app = TestApp::with(|settings| {
        settings.database.connections = WORKERS;
        settings.server.queue_ms_max = 100;
    });
    app.entity("E1");
    check(&app, &asked("10.00", ""));
    let answer = std::thread::scope(|scope| {
        scope.spawn(|| app.database.sql("BEGIN; LOCK TABLE portfolio; SELECT pg_sleep(6); COMMIT"));
        let held = "SELECT count(*) FROM pg_locks WHERE relation = 'portfolio'::regclass AND granted \
            AND mode = 'AccessExclusiveLock' \
            AND database = (SELECT oid FROM pg_database WHERE datname = current_database())";
        wait::until("the table is held", || app.database.sql(held) == "1");
        for n in 0..WORKERS {
            let body = json!({ "code": format!("P{n}"), "name": "x" });
            let app = &app;
            scope.spawn(move || app.post("/v1/portfolios", &body).expect(201));
        }
        wait::until("everybody waits for it", || app.wired.api.requests.free() == 0);
        check(&app, &open_on_failure())
    });
    assert_eq!((said(&answer), &answer["degraded"]), (pair("allow", "unavailable.allow"), &json!(true)));
    assert_eq!(recorded_cause(&app, &text(&answer["id"])), "overloaded");
}

#[test]
fn whoever_is_not_known_while_the_database_is_away_is_told_that_it_is() {
    let app = book();
    let stranger = app.key(&["integration"], None);
    check(&app, &asked("10.00", ""));
    let known_since = app.now();
    app.set_clock(known_since + std::time::Duration::from_secs(9 * 60));
    app.database.cut();
    let call =
        |bearer: &str| app.call("POST", "/v1/credit/checks").bearer(bearer).json(&open_on_failure()).send();
    call(&stranger).refused(503, "database.unavailable");
    assert_eq!(said(&call(&app.admin).expect(201)), pair("allow", "unavailable.allow"));
    app.wired.clock.set(known_since + std::time::Duration::from_secs(10 * 60));
    call(&app.admin).refused(503, "database.unavailable");
    let machine = by_grpc(&app, |_| {}).expect_err("nobody it knows");
    assert_eq!(
        (machine.code(), testkit::push::code(&machine)),
        (tonic::Code::Unavailable, "database.unavailable".to_owned())
    );
    app.database.mend();
}

#[test]
fn who_was_answered_unseen_holds_nothing_when_the_database_comes_to_it() {
    let app = book();
    policy(&app, &json!({ "rules": [], "on_no_limit": "allow" }));
    check(&app, &asked("10.00", ""));
    let mut body = open_on_failure();
    body["reserve"] = json!(true);
    let answer = std::thread::scope(|scope| {
        scope.spawn(|| {
            app.database.sql("BEGIN; LOCK TABLE credit_check IN SHARE MODE; SELECT pg_sleep(6); COMMIT")
        });
        let held = "SELECT count(*) FROM pg_locks WHERE relation = 'credit_check'::regclass AND granted \
            AND mode = 'ShareLock' AND database = (SELECT oid FROM pg_database WHERE datname = current_database())";
        wait::until("the table is held", || app.database.sql(held) == "1");
        check(&app, &body)
    });
    assert_eq!((said(&answer), &answer["degraded"]), (pair("allow", "unavailable.allow"), &json!(true)));
    wait::until("every worker is free", || app.wired.api.requests.free() == app.wired.api.requests.permits());
    assert_eq!(app.database.sql("SELECT count(*) FROM credit_reservation"), "0");
    assert_eq!(recorded_cause(&app, &text(&answer["id"])), "database.unavailable");
    // The next one holds as ever.
    assert!(check(&app, &body)["reservation"].is_object());
}
