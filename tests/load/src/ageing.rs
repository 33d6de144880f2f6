//! Ageing over REST against the same sums in psql, now and as of a past day.

use crate::book::{Book, TODAY};
use crate::report::{Report, median, ratio, show, timed};

const RUNS: usize = 7;
/// The day that is looked back at.
const THEN: &str = "2026-04-15";
/// Payments per invoice: a book has about twice as many entries as invoices.
pub(crate) const ENTRIES: usize = 2;

pub(crate) fn measure(book: &mut Book, report: &mut Report) {
    let open = format!(
        "SELECT currency, open_amount AS open, date '{TODAY}' - coalesce(agreed_due_on, due_on) AS late \
         FROM receivable WHERE closed_on IS NULL"
    );
    compare(book, report, format!("Ageing of {} open invoices over REST", book.receivables), ("", &open));
    let entries = book.payments(ENTRIES);
    let (counts, time) = timed(|| book.push(entries));
    eprintln!("  {} payments pushed in {}", counts.created, show(time));
    book.psql("ANALYZE ledger_entry");
    let then = format!(
        "SELECT r.currency, r.original_amount + coalesce(e.amount, 0) AS open, \
             date '{THEN}' - coalesce(r.agreed_due_on, r.due_on) AS late \
         FROM receivable r LEFT JOIN (SELECT account_id, receivable_id, sum(amount) AS amount FROM ledger_entry \
             WHERE effective_on <= date '{THEN}' GROUP BY 1, 2) e ON e.account_id = r.account_id AND e.receivable_id = r.id \
         WHERE r.issue_on <= date '{THEN}'"
    );
    let what = format!("Ageing as of a past day over {} entries", book.receivables * ENTRIES);
    compare(book, report, what, (&format!("?as_of={THEN}"), &then));
}

fn compare(book: &Book, report: &mut Report, what: String, (query, open): (&str, &str)) {
    let sql = format!(
        "SELECT currency, sum(open) FILTER (WHERE late <= 0), \
         sum(open) FILTER (WHERE late BETWEEN 1 AND 30), sum(open) FILTER (WHERE late BETWEEN 31 AND 60), \
         sum(open) FILTER (WHERE late BETWEEN 61 AND 90), sum(open) FILTER (WHERE late > 90), sum(open) \
         FROM ({open}) t WHERE open <> 0 GROUP BY currency"
    );
    let path = format!("/v1/ageing{query}");
    // In turns, so that what else the machine does meets both.
    let (mut ours, mut theirs) = (Vec::new(), Vec::new());
    for _ in 0..RUNS {
        ours.push(timed(|| book.get(&path)).1);
        // The work memory of a report.
        theirs.push(book.psql_timed("SET work_mem = '64MB'", &sql));
    }
    let (ours, theirs) = (median(ours), median(theirs));
    report.line(
        what,
        (show(ours), format!("the same sums in psql {}", show(theirs))),
        (format!("{:.2} ×", ratio(ours, theirs)), "≤ 1.3 ×"),
    );
}
