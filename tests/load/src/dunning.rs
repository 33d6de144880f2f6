//! A dry dunning run against one SQL statement that selects and stores rows of the same width.

use serde_json::json;
use testkit::wait;

use crate::book::{Book, TODAY};
use crate::report::{Report, rate, ratio, show, timed};

/// One row per account and currency that has something overdue, as wide as a decision with its reasons.
const BASELINE: &str = "INSERT INTO baseline SELECT account_id, gen_random_uuid(), date '{today}', gen_random_uuid(), true, \
    currency, 'act', 'step.due', 'first_reminder', 1, sum(open_amount), 0, count(*), \
    max(date '{today}' - coalesce(agreed_due_on, due_on)), 'standard', 1, \
    jsonb_agg(jsonb_build_object('account', account_id, 'item', id, 'open', open_amount, 'due_on', due_on, \
        'days_overdue', date '{today}' - due_on, 'step', 1)), \
    jsonb_build_array(jsonb_build_object('code', 'step.due', 'step', 'first_reminder', 'after_days', 5)), \
    jsonb_build_object('kind', 'none_single'), now() \
    FROM receivable WHERE closed_on IS NULL GROUP BY account_id, currency";
const TABLE: &str = "CREATE TABLE baseline (account_id uuid, id uuid, decided_on date, run_id uuid, dry_run boolean, \
    currency text, outcome text, reason_code text, step_code text, step_no smallint, total_amount numeric(19,4), \
    credits_amount numeric(19,4), item_count integer, days_overdue_max integer, scenario_code text, \
    scenario_version integer, items jsonb, reasons jsonb, counterfactual jsonb, recorded_at timestamptz, \
    PRIMARY KEY (account_id, decided_on, id))";

pub(crate) fn measure(book: &Book, report: &mut Report) {
    book.psql(TABLE);
    let (_, baseline) = timed(|| book.psql(&BASELINE.replace("{today}", TODAY)));
    let (counts, time) = timed(|| {
        let body = json!({ "legal_entity_id": book.entity, "dry_run": true });
        let run = book.server.post("/v1/dunning/runs", &body);
        let id = run.json()["id"].as_str().unwrap_or_else(|| panic!("{}", run.text())).to_owned();
        loop {
            let run = book.get(&format!("/v1/dunning/runs/{id}"));
            match run["state"].as_str() {
                Some("running") => std::thread::sleep(std::time::Duration::from_millis(50)),
                Some("finished") => return run["counts"].clone(),
                _ => panic!("{run}"),
            }
        }
    });
    wait::until("the run is told", || !counts.is_null());
    report.line(
        format!(
            "Dunning run, {} open invoices of {} accounts, decisions stored",
            book.receivables, book.accounts
        ),
        (
            format!("{} ({} accounts)", show(time), rate(book.accounts, time)),
            format!("one SQL statement {}; counts {counts}", show(baseline)),
        ),
        (format!("{:.2} ×", ratio(time, baseline)), "≤ 2 ×"),
    );
}
