//! Sending the same thing twice writes nothing: by the versions of the rows, and by the write-ahead log it makes.

use std::collections::BTreeMap;

use RowOutcome::{Created, Unchanged};
use proto::v1::{InstrumentItem, InstrumentRow, RowOutcome};
use testkit::app::TestApp;
use testkit::push::{Push, account, contact, invoice, party, payment};

const DATES: (&str, &str) = ("2026-01-15", "2026-02-15");

/// Tables that tell of the session itself, which is new each time.
const BOOKKEEPING: &[&str] =
    &["event", "event_chain", "event_payload", "event_unsequenced", "push_chunk", "push_session"];

/// Tables whose rows a new session refers to: PostgreSQL locks them for that, which shows in `xmax` alone.
const REFERRED_TO: &[&str] = &["source"];

/// Versions of all rows of every other table: where each lies, who wrote it, and who deleted or locked it.
fn versions(app: &TestApp) -> BTreeMap<String, String> {
    let tables = app.database.sql(
        "SELECT c.oid::regclass, coalesce(pg_partition_root(c.oid), c.oid)::regclass FROM pg_class c \
         WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r'",
    );
    let named = tables.lines().filter_map(|line| line.split_once('|'));
    let kept = named.filter(|(_, whole)| !BOOKKEEPING.contains(whole)).map(|(table, _)| table);
    let each = kept.map(|table| {
        let locked = if REFERRED_TO.contains(&table) { "" } else { ", xmax" };
        format!(
            "SELECT '{table}', coalesce(string_agg(concat_ws(' ', ctid, xmin{locked}), ';' ORDER BY ctid), '') FROM {table}"
        )
    });
    let found = app.database.sql(&each.collect::<Vec<_>>().join(" UNION ALL "));
    found.lines().filter_map(|line| line.split_once('|')).map(|(t, v)| (t.to_owned(), v.to_owned())).collect()
}

fn note() -> InstrumentRow {
    let item = InstrumentItem { receivable_external_id: "I1".to_owned(), amount: "10.00".to_owned() };
    InstrumentRow {
        external_id: "N1".to_owned(),
        account_external_id: "A1".to_owned(),
        kind: "promissory_note".to_owned(),
        number: "PG-1".to_owned(),
        amount: "10.00".to_owned(),
        currency: "EUR".to_owned(),
        received_on: "2026-02-01".to_owned(),
        maturity_on: "2026-05-05".to_owned(),
        items: vec![item],
        ..InstrumentRow::default()
    }
}

/// A chunk of each kind; what became of each row.
fn six_kinds(app: &TestApp) -> Vec<RowOutcome> {
    let mut outcomes = Vec::new();
    let mut push = app.push("ERP-E1");
    let chunks: [fn(Push) -> Push; 6] = [
        |push| push.parties(vec![party("P1", "Talleres Ibarra, S.L.")]),
        |push| push.accounts(vec![account("A1", "P1")]),
        |push| push.contacts(vec![contact("C1", "A1", "pagos@ibarra.example")]),
        |push| push.receivables(vec![invoice("I1", "A1", "100.00", DATES)]),
        |push| push.instruments(vec![note()]),
        |push| push.entries(vec![payment("E1", "A1", "I1", ("40.00", "2026-03-01"))]),
    ];
    for chunk in chunks {
        push = chunk(push);
        outcomes.extend(push.outcomes());
    }
    push.finish();
    outcomes
}

#[test]
fn rows_of_all_six_kinds_sent_again_touch_no_row() {
    let app = TestApp::start();
    app.entity("E1");
    assert_eq!(six_kinds(&app), [Created; 6]);
    app.sequence_events();
    let before = versions(&app);
    for table in ["party", "account", "contact", "receivable", "instrument", "ledger_entry", "natural_key"] {
        assert!(before.get(table).is_some_and(|rows| !rows.is_empty()), "nothing in {table}");
    }
    assert_eq!(six_kinds(&app), [Unchanged; 6]);
    for (table, rows) in versions(&app) {
        assert_eq!(before.get(&table), Some(&rows), "{table} was written or locked");
    }
}

/// Bytes of the write-ahead log that speak of this database since a place in it; the cluster is shared with other tests.
fn logged(app: &TestApp, since: &str) -> u64 {
    // What is not flushed yet cannot be read; the message flushes it.
    app.database.sql("SET synchronous_commit = on; SELECT pg_logical_emit_message(true, 'test', '')");
    let bytes = app.database.sql(&format!(
        "SELECT coalesce(sum(record_length), 0) FROM pg_get_wal_records_info('{since}', pg_current_wal_flush_lsn()) \
         WHERE block_ref LIKE '%/' || (SELECT oid FROM pg_database WHERE datname = current_database()) || '/%'"
    ));
    bytes.parse().expect("a number")
}

#[test]
fn rows_sent_again_are_not_in_the_log() {
    const ROWS: u64 = 2000;
    let app = TestApp::start();
    app.entity("E1");
    app.push("ERP-E1").parties(vec![party("P1", "Uno")]).accounts(vec![account("A1", "P1")]).finish();
    // What PostgreSQL does by itself to new rows is in the log as well.
    app.database.sql(
        "CREATE EXTENSION pg_walinspect; \
         DO $$DECLARE t regclass; BEGIN \
             FOR t IN SELECT oid FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' LOOP \
                 EXECUTE format('ALTER TABLE %s SET (autovacuum_enabled = off)', t); \
             END LOOP; END$$",
    );
    let push = || {
        app.sequence_events();
        let since = app.database.sql("SELECT pg_current_wal_insert_lsn()");
        let rows = (0..ROWS).map(|n| invoice(&format!("I{n}"), "A1", "10.00", DATES));
        let push = app.push("ERP-E1").receivables(rows.collect());
        let outcomes = push.outcomes();
        push.finish();
        (outcomes, logged(&app, &since))
    };
    let (created, first) = push();
    assert!(created.iter().all(|o| *o == Created));
    let (unchanged, again) = push();
    assert!(unchanged.iter().all(|o| *o == Unchanged));
    assert!(first > ROWS * 200, "{first} bytes: the log was not measured");
    // A session, a chunk and its event, whatever the number of rows; one touched row alone would be more than this per row.
    assert!(again < ROWS * 16, "{again} bytes for {ROWS} rows that say nothing new, {first} for new ones");
}
