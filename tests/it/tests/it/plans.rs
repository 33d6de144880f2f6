//! How PostgreSQL reads the tables that grow with every change: by an index, whatever their size. Told from the plans of the
//! statements that really ran, as the module auto_explain logs them.

use serde_json::Value;
use testkit::cluster::{TestDatabase, scratch};
use testkit::{Reply, TestApp, app};

use crate::reads::text;

/// What has come to its end, 20,000 times, and a little that has not.
const ENDED: &str = "\
    INSERT INTO message (account_id, id, legal_entity_id, decided_on, channel, purpose, template_code, currency, \
            total_amount, state, not_before, planned_at, event_id) \
        SELECT gen_random_uuid(), gen_random_uuid(), gen_random_uuid(), '2026-03-01', 'email', 'dunning', 'x', 'EUR', 1, \
            CASE WHEN n > 19990 THEN 'planned' ELSE 'sent' END, '2026-03-01', '2026-03-01', gen_random_uuid() \
        FROM generate_series(1, 20000) n; \
    INSERT INTO job (id, kind, payload, state, run_at, created_at, event_id) \
        SELECT gen_random_uuid(), 'x', '{}', CASE WHEN n > 19990 THEN 'failed' ELSE 'finished' END, '2026-03-01', \
            '2026-03-01', gen_random_uuid() FROM generate_series(1, 20000) n; \
    ANALYZE message; ANALYZE job";

/// Parts of the statements that are asked about.
const EVENTS: &str = "FROM event e LEFT JOIN event_payload p";
const REVISIONS: &str = "FROM document_revision";

/// A book in which 20,000 changes were recorded, and as many rows of documents and customers each replaced.
fn book() -> TestApp {
    let database = TestDatabase::migrated();
    let name = database.sql("SELECT current_database()");
    for setting in [
        "session_preload_libraries = 'auto_explain'",
        "auto_explain.log_min_duration = 0",
        "auto_explain.log_level = 'log'",
    ] {
        database.sql(&format!("ALTER DATABASE {name} SET {setting}"));
    }
    let app = TestApp::over(database, app::settings(), app::START.parse().unwrap());
    app.database.sql(
        "INSERT INTO event (id, recorded_at, kind, subject_kind, actor_kind, actor_name, request_id, digest) \
             SELECT gen_random_uuid(), timestamptz '2026-03-01' + n * interval '1 minute', 'push.chunk_written', \
                 'push_session', 'system', 'x', 'x', '' FROM generate_series(1, 20000) n; \
         INSERT INTO event_payload (event_id, recorded_at, salt, payload) \
             SELECT id, recorded_at, '', '{}' FROM event WHERE actor_name = 'x'; \
         INSERT INTO customer_revision (object_id, version, object_kind, replaced_at, before, event_id) \
             SELECT gen_random_uuid(), 1, 'party', timestamptz '2026-03-01' + n * interval '1 minute', '{}', \
                 gen_random_uuid() FROM generate_series(1, 20000) n; \
         INSERT INTO document_revision (account_id, object_id, version, object_kind, replaced_at, before, event_id) \
             SELECT gen_random_uuid(), gen_random_uuid(), 1, 'receivable', \
                 timestamptz '2026-03-01' + n * interval '1 minute', '{}', gen_random_uuid() \
             FROM generate_series(1, 20000) n; \
         ANALYZE event; ANALYZE event_payload; ANALYZE customer_revision; ANALYZE document_revision",
    );
    app
}

/// What a call answered, and the plans of its statements, which are known by a part of their text.
fn explained(app: &TestApp, path: &str, statement: &str) -> (Reply, Vec<String>) {
    let log = scratch().join("data/postgres.log");
    let length = || std::fs::metadata(&log).expect("the log").len();
    let before = usize::try_from(length()).unwrap();
    let answer = app.get(path);
    assert_eq!(answer.status, 200, "{}", answer.text());
    let database = app.database.sql("SELECT current_database()");
    let said = std::fs::read(&log).expect("the log")[before..].to_vec();
    let said = String::from_utf8_lossy(&said).into_owned();
    // The lines of an entry begin with a tab, but for the first.
    let mut entries = Vec::<String>::new();
    for line in said.lines() {
        match entries.last_mut().filter(|_| line.starts_with('\t')) {
            Some(entry) => *entry = format!("{entry}\n{line}"),
            None => entries.push(line.to_owned()),
        }
    }
    let of_call = |entry: &String| {
        entry.contains(&format!("@{database}/recobra"))
            && entry.contains("plan:")
            && entry.contains(statement)
    };
    (answer, entries.into_iter().filter(of_call).collect())
}

fn listed(app: &TestApp, path: &str, statement: &str) -> (Value, Vec<String>) {
    let (answer, plans) = explained(app, path, statement);
    (answer.json(), plans)
}

fn by_index(plans: &[String], tables: &[&str]) {
    assert!(!plans.is_empty(), "no plan was logged");
    for plan in plans {
        for table in tables {
            assert!(plan.contains(table), "{table}: {plan}");
            assert!(!plan.contains(&format!("Seq Scan on {table}")), "{table} is read as a whole: {plan}");
        }
    }
}

#[test]
fn the_audit_trail_is_read_by_its_indexes() {
    let app = book();
    let (page, plans) = listed(&app, "/v1/audit-entries?limit=20", EVENTS);
    by_index(&plans, &["event_202603", "event_payload"]);
    let next = format!("/v1/audit-entries?limit=20&cursor={}", text(&page["next_cursor"]));
    by_index(&explained(&app, &next, EVENTS).1, &["event_202603", "event_payload"]);
    let one = format!("/v1/audit-entries/{}", text(&page["items"][0]["id"]));
    let (found, plans) = explained(&app, &one, EVENTS);
    assert_eq!(found.json(), page["items"][0]);
    by_index(&plans, &["event_202603", "event_payload"]);
}

#[test]
fn revisions_are_read_by_their_indexes() {
    let app = book();
    let tables = ["customer_revision", "document_revision"];
    let (page, plans) = listed(&app, "/v1/revisions?limit=20", REVISIONS);
    by_index(&plans, &tables);
    let next = format!("/v1/revisions?limit=20&cursor={}", text(&page["next_cursor"]));
    by_index(&explained(&app, &next, REVISIONS).1, &tables);
}

#[test]
fn the_metrics_count_what_waits_and_not_what_has_come_to_its_end() {
    let app = book();
    app.database.sql(ENDED);
    let (page, plans) = explained(&app, "/metrics", "'alerts_open'");
    by_index(&plans, &["message", "job"]);
    assert!(!plans[0].contains("push_session"), "sessions are not added up: {}", plans[0]);
    let page = page.text();
    for series in ["recobra_messages{state=\"planned\"} 10", "recobra_jobs{state=\"failed\"} 10"] {
        assert!(page.lines().any(|line| line == series), "{series} is not in\n{page}");
    }
    assert!(!page.contains("state=\"sent\"") && !page.contains("state=\"finished\""), "{page}");
}
