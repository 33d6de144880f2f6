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
