//! Scoring the whole portfolio and looking for alerts, each against one SQL statement that reads as much and stores as wide rows.

use serde_json::{Value, json};

use crate::book::{Book, TODAY};
use crate::report::{Report, rate, ratio, show, timed};

/// One invoice in so many is paid in full: what behaviour is made of.
const PAID_EVERY: usize = 5;

/// For every party weighted days late of what it paid and its oldest overdue item, in the columns of a score.
const SCORES: &str = "INSERT INTO baseline_score SELECT gen_random_uuid(), m.risk_party_id, 'standard', 1, date '{today}', 'scored', \
    greatest(0, 100 - coalesce(sum(c.amount * c.late) / nullif(sum(c.amount), 0), 0))::numeric(16, 4), 'B', NULL, NULL, 'by_points', \
    NULL, jsonb_build_object('offset', '0', 'cut', null, 'class_by_points', 'B', 'lines', (SELECT jsonb_agg(jsonb_build_object( \
        'variable', 'variable_' || n, 'value', coalesce(sum(c.late), 0)::text, 'points', '70', 'weight', '20', \
        'contribution', (n * 3.5)::text, 'missing', null)) FROM generate_series(1, 10) n), \
        'nearest', jsonb_build_array(jsonb_build_object('direction', 'better', 'class', 'A', 'none_single', false, \
            'change', jsonb_build_object('fact', 'behaviour.days_late_365', 'from', '40', 'to', '30', 'class', 'A', 'points', '80')))), \
    (SELECT jsonb_object_agg('fact.number_' || n, coalesce(sum(c.late), 0)::text) FROM generate_series(1, 12) n), \
    sha256(m.risk_party_id::text::bytea), NULL, now(), NULL, gen_random_uuid() \
    FROM risk_member m LEFT JOIN LATERAL (SELECT r.original_amount AS amount, \
            coalesce(r.closed_on, date '{today}') - coalesce(r.agreed_due_on, r.due_on) AS late \
        FROM receivable r WHERE r.account_id = m.account_id) c ON true GROUP BY m.risk_party_id";

/// For every account and every party what is at risk, beside its limit.
const ALERTS: &str = "INSERT INTO baseline_alert SELECT h.kind, h.id, sum(e.open_amount), sum(e.orders_amount), max(d.days), max(l.amount) \
    FROM (SELECT 'account' AS kind, account_id AS id, account_id FROM risk_member \
        UNION ALL SELECT 'party', risk_party_id, account_id FROM risk_member) h \
    JOIN r.exposure_now e ON e.account_id = h.account_id \
    LEFT JOIN LATERAL (SELECT max(date '{today}' - i.due_on) AS days FROM r.exposure_item i WHERE i.account_id = h.account_id \
        AND i.kind = 'receivable' AND i.due_on < date '{today}') d ON true \
    LEFT JOIN credit_limit l ON l.holder_kind = h.kind AND l.holder_id = h.id AND l.superseded_at IS NULL \
    GROUP BY h.kind, h.id";

/// `parts` part payments of each invoice were pushed before.
pub(crate) fn measure(book: &mut Book, parts: usize, report: &mut Report) {
    let settled = book.settlements(PAID_EVERY, parts);
    book.push(settled);
    book.psql("DELETE FROM credit_limit");
    // A twentieth owes more than its limit.
    book.psql(
        "INSERT INTO credit_limit (id, holder_kind, holder_id, limit_type, currency, amount, valid, origin, set_by, recorded_at, \
             event_id) \
         SELECT gen_random_uuid(), 'party', risk_party_id, 'own', 'EUR', CASE WHEN random() < 0.05 THEN 1 ELSE 1000000 END, \
             daterange('2020-01-01', NULL), 'application', 'bench', now(), gen_random_uuid() FROM risk_member",
    );
    book.psql("VACUUM ANALYZE");
    book.psql("CREATE TABLE baseline_score (LIKE score INCLUDING ALL)");
    book.psql("CREATE TABLE baseline_alert (kind text, id uuid, open numeric, orders numeric, days int, amount numeric)");
    compare(book, report, ("Scoring of the portfolio", "/v1/score-runs", SCORES));
    let width = |table: &str| {
        book.psql(&format!("SELECT coalesce(round(avg(pg_column_size(t.*))), 0) FROM {table} t"))
    };
    eprintln!("  a score takes {} bytes, of the baseline {}", width("score"), width("baseline_score"));
    compare(book, report, ("Looking for alerts, accounts and parties", "/v1/alert-runs", ALERTS));
    book.psql("DROP TABLE baseline_score, baseline_alert");
}

fn compare(book: &Book, report: &mut Report, (what, path, baseline): (&str, &str, &str)) {
    let (_, theirs) = timed(|| book.psql(&baseline.replace("{today}", TODAY)));
    let (counts, ours) = timed(|| run(book, path));
    report.line(
        format!("{what}, {} accounts", book.accounts),
        (
            format!("{} ({} accounts)", show(ours), rate(book.accounts, ours)),
            format!("one SQL statement {}", show(theirs)),
        ),
        (format!("{:.2} ×", ratio(ours, theirs)), "-"),
    );
    eprintln!("  {what}: {counts}");
}

fn run(book: &Book, path: &str) -> Value {
    let started = book.server.post(path, &json!({}));
    let id = started.json()["id"].as_str().unwrap_or_else(|| panic!("{}", started.text())).to_owned();
    book.finished(&format!("{path}/{id}"))
}
