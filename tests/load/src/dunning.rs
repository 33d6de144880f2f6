//! A dry dunning run against one SQL statement that selects and stores rows of the same width.

use std::time::Duration;

use serde_json::json;

use crate::book::{Book, TODAY};
use crate::report::{Report, rate, ratio, show, timed};

/// One row per account and currency with what is open, in the columns of a decision, contact, reasons and facts included.
const BASELINE: &str = "INSERT INTO baseline SELECT account_id, gen_random_uuid(), date '{today}', \
    '00000000-0000-0000-0000-000000000000', true, currency, 'act', 'step.due', 'first_reminder', 1, sum(open_amount), 0, \
    count(*), max(date '{today}' - coalesce(agreed_due_on, due_on)), 'standard', 1, \
    jsonb_build_object('step', 1, 'items', jsonb_agg(jsonb_build_object('account', account_id, 'item', id, \
        'open', open_amount::text, 'days_overdue', date '{today}' - due_on, 'step', 1, 'last_step', null)), \
        'credits', '[]'::jsonb, 'total', sum(open_amount)::text), \
    jsonb_build_array(jsonb_build_object('code', 'step.due', 'item', null, 'ends_on', null, 'amount', null, \
        'needed', null, 'days', 5, 'step', 1, 'detail', null)), \
    jsonb_build_object('kind', 'none_single'), \
    jsonb_build_object('account', account_id, 'currency', currency, 'items', jsonb_agg(jsonb_build_object('account', \
        account_id, 'item', id, 'kind', kind, 'open', open_amount::text, 'original', original_amount::text, \
        'issue_on', issue_on, 'due_on', due_on)), 'country', 'ES', 'language', 'es'), \
    sha256(account_id::text::bytea), now() \
    FROM receivable WHERE closed_on IS NULL GROUP BY account_id, currency";

/// Three reminders to every account in the months before, each about its five oldest open invoices: what a run looks up of what was
/// said before. Written past the doors, because sending them would take an hour.
const HISTORY: &str = "\
    INSERT INTO message (account_id, id, legal_entity_id, decided_on, channel, purpose, template_code, language, \
        recipient, currency, total_amount, step_code, step_no, state, not_before, planned_at, reserved_at, sent_at, event_id) \
    SELECT a.id, gen_random_uuid(), a.legal_entity_id, d.sent_on, 'email', 'reminder', 'first_reminder', 'es', \
        a.id || '@example.com', 'EUR', 100, d.code, d.no, 'sent', d.sent_on, d.sent_on, d.sent_on, d.sent_on, gen_random_uuid() \
    FROM account a CROSS JOIN (VALUES (1, 'due_soon', date '{today}' - 90), (2, 'first_reminder', date '{today}' - 60), \
        (3, 'second_reminder', date '{today}' - 30)) d (no, code, sent_on); \
    INSERT INTO message_item (account_id, message_id, item_account_id, receivable_id, step_code, step_no, amount, sent_on) \
    SELECT m.account_id, m.id, m.account_id, r.id, m.step_code, m.step_no, r.open_amount, m.decided_on FROM message m \
    CROSS JOIN LATERAL (SELECT id, open_amount FROM receivable r WHERE r.account_id = m.account_id \
        AND r.closed_on IS NULL ORDER BY due_on LIMIT 5) r; \
    ANALYZE message, message_item";

/// Receivables per second of Tryton 8.2: 25,000 in 77.8 s on a machine of two cores.
const PEER: f64 = 25_000.0 / 77.8;

pub(crate) fn measure(book: &Book, report: &mut Report) {
    book.psql("CREATE TABLE baseline (LIKE decision INCLUDING ALL)");
    let (_, baseline) = timed(|| book.psql(&BASELINE.replace("{today}", TODAY)));
    let (counts, time) = timed(|| run(book));
    let width = |table: &str| {
        book.psql(&format!("SELECT coalesce(round(avg(pg_column_size(t.*))), 0) FROM {table} t"))
    };
    report.line(
        format!(
            "Dunning run, {} open invoices of {} accounts, decisions stored",
            book.receivables, book.accounts
        ),
        (
            format!(
                "{} ({} accounts), rows of {} bytes",
                show(time),
                rate(book.accounts, time),
                width("decision")
            ),
            format!("one SQL statement {}, rows of {} bytes", show(baseline), width("baseline")),
        ),
        (format!("{:.2} ×", ratio(time, baseline)), "≤ 2 ×"),
    );
    eprintln!("  decided: {counts}");
    report.line(
        "The same against a peer",
        (format!("{} receivables", rate(book.receivables, time)), "Tryton 8.2: 321/s".to_owned()),
        (format!("{:.0} ×", rate_of(book.receivables, time) / PEER), "≥ 100 ×"),
    );
    with_history(book, report, baseline);
    book.psql("DROP TABLE baseline");
}

fn with_history(book: &Book, report: &mut Report, baseline: Duration) {
    book.psql(&HISTORY.replace("{today}", TODAY));
    let items = book.psql("SELECT count(*) FROM message_item");
    let (counts, time) = timed(|| run(book));
    report.line(
        format!("The same with {items} lines of reminders sent before"),
        (format!("{} ({} accounts)", show(time), rate(book.accounts, time)), "the same statement".to_owned()),
        (format!("{:.2} ×", ratio(time, baseline)), "≤ 2 ×"),
    );
    eprintln!("  decided: {counts}");
}

fn rate_of(count: usize, time: Duration) -> f64 {
    count as f64 / time.as_secs_f64()
}

fn run(book: &Book) -> serde_json::Value {
    let body = json!({ "legal_entity_id": book.entity, "dry_run": true });
    let run = book.server.post("/v1/dunning/runs", &body);
    let id = run.json()["id"].as_str().unwrap_or_else(|| panic!("{}", run.text())).to_owned();
    book.finished(&format!("/v1/dunning/runs/{id}"))
}
