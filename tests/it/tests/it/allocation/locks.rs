//! Whoever takes an allocation back locks the receivables before it, so that nobody waits for the other.

use std::io::Write as _;
use std::process::{Command, Stdio};

use proto::v1::EntryRow;
use serde_json::json;
use testkit::push::payment;
use testkit::wait;

use super::{allocate, book, holds, open};

#[test]
fn a_returned_payment_waits_for_its_receivables_before_it_locks_the_allocation() {
    let app = book();
    allocate(&app, "Z-1", &json!({})).expect(201);
    // Another session works on one of the receivables, as a person does who takes the allocation back.
    let mut other = Command::new("psql")
        .args(["-X", "-q", "-v", "ON_ERROR_STOP=1", "-d", &app.database.url()])
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .spawn()
        .expect("psql");
    let mut input = other.stdin.take().expect("its input");
    let held = "BEGIN; SELECT 1 FROM receivable WHERE document_no = 'F-1' FOR UPDATE;\n";
    input.write_all(held.as_bytes()).expect("sent");
    input.flush().expect("flushed");
    let sessions = |condition: &str| {
        app.database.sql(&format!(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND {condition}"
        ))
    };
    wait::until("it holds the row", || {
        sessions("state = 'idle in transaction' AND query LIKE '%FOR UPDATE%'") == "1"
    });
    std::thread::scope(|scope| {
        let returned = scope.spawn(|| {
            let back = payment("Z-9", "A1", "", ("150", "2026-03-04"));
            let back =
                EntryRow { kind: "reversal".to_owned(), reverses_external_id: "Z-1".to_owned(), ..back };
            let push = app.push("ERP-E1").entries(vec![back]);
            assert!(push.issues().is_empty(), "{:?}", push.issues());
            push.finish();
        });
        wait::until("the push waits", || sessions("wait_event_type = 'Lock'") == "1");
        let free = "SELECT count(*) FROM (SELECT 1 FROM allocation FOR UPDATE SKIP LOCKED) a";
        let (free, all) = (app.database.sql(free), app.database.sql("SELECT count(*) FROM allocation"));
        input.write_all(b"COMMIT;\n").expect("sent");
        drop(input);
        returned.join().expect("the push");
        assert_eq!(free, all, "the push waited with an allocation locked");
    });
    other.wait().expect("psql");
    assert_eq!((open(&app, "F-1"), open(&app, "Z-1")), ("100".into(), "0".into()));
    holds(&app);
}

/// What somebody is about to commit counts as well: the bounced money takes it back.
#[test]
fn a_returned_payment_takes_back_what_a_person_is_just_allocating() {
    let app = book();
    app.database.sql(
        "CREATE FUNCTION stall() RETURNS trigger LANGUAGE plpgsql AS \
             $$BEGIN PERFORM pg_advisory_xact_lock(777); RETURN NEW; END$$; \
         CREATE TRIGGER stall BEFORE INSERT ON allocation FOR EACH ROW EXECUTE FUNCTION stall()",
    );
    let waiting = |count: &str| {
        let sql = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'";
        wait::until("a session waits", || app.database.sql(sql) == count);
    };
    let held = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND objid = 777 AND granted";
    let mut other = Command::new("psql")
        .args(["-X", "-q", "-v", "ON_ERROR_STOP=1", "-d", &app.database.url()])
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .spawn()
        .expect("psql");
    let mut input = other.stdin.take().expect("its input");
    input.write_all(b"SELECT pg_advisory_lock(777);\n").expect("sent");
    input.flush().expect("flushed");
    wait::until("it holds the lock", || app.database.sql(held) == "1");
    std::thread::scope(|scope| {
        let allocated = scope.spawn(|| allocate(&app, "Z-1", &json!({})).expect(201));
        waiting("1");
        let returned = scope.spawn(|| {
            let back = payment("Z-9", "A1", "", ("150", "2026-03-04"));
            let back =
                EntryRow { kind: "reversal".to_owned(), reverses_external_id: "Z-1".to_owned(), ..back };
            let push = app.push("ERP-E1").entries(vec![back]);
            assert!(push.issues().is_empty(), "{:?}", push.issues());
            push.finish();
        });
        waiting("2");
        drop(input);
        allocated.join().expect("the allocation");
        returned.join().expect("the push");
    });
    other.wait().expect("psql");
    assert_eq!((open(&app, "F-1"), open(&app, "Z-1")), ("100".into(), "0".into()));
    holds(&app);
}
