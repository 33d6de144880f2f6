//! The feed has no gap and never goes back, whatever transactions are under way.

use std::process::{Command, Stdio};

use serde_json::{Value, json};
use testkit::TestApp;

fn mandant(app: &TestApp, code: &str) {
    app.post("/v1/mandants", &json!({ "code": code, "name": "Grupo" })).expect(201);
}

/// Reads the feed to its end and proves that it goes on without a gap.
fn read_on(app: &TestApp, seen: &mut Vec<Value>) {
    loop {
        let after = seen.last().map_or(0, |event| event["seq"].as_i64().expect("a number"));
        let page = app.get(&format!("/v1/events?after={after}&limit=7")).expect(200);
        for event in page["items"].as_array().expect("items") {
            let expected = seen.last().map_or(1, |last| last["seq"].as_i64().expect("a number") + 1);
            assert_eq!(event["seq"], expected, "a gap, or a step back");
            seen.push(event.clone());
        }
        if page["caught_up"] == true {
            return;
        }
    }
}

#[test]
fn a_transaction_held_open_delays_only_its_own_event_and_leaves_no_gap() {
    let app = TestApp::start();
    let mut seen = Vec::new();
    app.sequence_events();
    read_on(&app, &mut seen);
    // Another session records an event and does not commit: its place in the waiting line is taken, not visible.
    let mut open = Command::new("psql")
        .args(["-X", "-q", "-v", "ON_ERROR_STOP=1", "-d", &app.database.url()])
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .spawn()
        .expect("psql");
    let mut input = open.stdin.take().expect("its input");
    {
        use std::io::Write as _;
        let held = "BEGIN; \
            INSERT INTO event (id, recorded_at, kind, subject_kind, actor_kind, actor_name, request_id, digest) \
            VALUES ('00000000-0000-7000-8000-000000000001', '2026-03-04T08:00:00Z', 'test.held', 'test', 'system', \
                'test', 'r', '\\x00'); \
            INSERT INTO event_unsequenced (event_id, recorded_at) \
            VALUES ('00000000-0000-7000-8000-000000000001', '2026-03-04T08:00:00Z');\n\
            SELECT pg_notify('held', '');\n";
        input.write_all(held.as_bytes()).expect("sent");
        input.flush().expect("flushed");
        testkit::wait::until("the other session holds its transaction open", || {
            app.database.sql(
                "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() \
                 AND state = 'idle in transaction' AND query LIKE '%pg_notify%'",
            ) == "1"
        });
    }
    for poll in 0..40 {
        mandant(&app, &format!("M{poll}"));
        app.sequence_events();
        read_on(&app, &mut seen);
        assert!(seen.iter().all(|event| event["kind"] != "test.held"));
        assert_eq!(
            seen.last().expect("events")["payload"]["after"]["code"],
            format!("M{poll}"),
            "others go on"
        );
    }
    {
        use std::io::Write as _;
        input.write_all(b"COMMIT;\n").expect("sent");
    }
    drop(input);
    assert!(open.wait().expect("psql ends").success());
    mandant(&app, "AFTER");
    app.sequence_events();
    read_on(&app, &mut seen);
    let kinds = seen.iter().filter(|event| event["kind"] == "test.held").count();
    assert_eq!(kinds, 1, "the held event came, late, once");
    let total = app.database.sql("SELECT count(*) FROM event");
    assert_eq!(seen.len().to_string(), total, "nothing is missing");
}

#[test]
fn many_writers_at_once_make_one_line() {
    let app = TestApp::start();
    std::thread::scope(|scope| {
        for writer in 0..4 {
            let app = &app;
            scope.spawn(move || {
                for n in 0..10 {
                    mandant(app, &format!("W{writer}-{n}"));
                    app.sequence_events();
                }
            });
        }
    });
    app.sequence_events();
    let mut seen = Vec::new();
    read_on(&app, &mut seen);
    assert_eq!(seen.len().to_string(), app.database.sql("SELECT count(*) FROM event"));
}
