//! Ageing over REST against the same sums in psql.

use crate::book::{Book, TODAY};
use crate::report::{Report, median, ratio, show, timed};

const RUNS: usize = 7;

pub(crate) fn measure(book: &Book, report: &mut Report) {
    let sql = format!(
        "SELECT currency, sum(open_amount) FILTER (WHERE late <= 0), sum(open_amount) FILTER (WHERE late BETWEEN 1 AND 30), \
         sum(open_amount) FILTER (WHERE late BETWEEN 31 AND 60), sum(open_amount) FILTER (WHERE late BETWEEN 61 AND 90), \
         sum(open_amount) FILTER (WHERE late > 90), sum(open_amount) FROM (SELECT currency, open_amount, \
         date '{TODAY}' - coalesce(agreed_due_on, due_on) AS late FROM receivable WHERE closed_on IS NULL) t GROUP BY currency"
    );
    let ours = median((0..RUNS).map(|_| timed(|| book.get("/v1/ageing")).1).collect());
    let theirs = median((0..RUNS).map(|_| timed(|| book.psql(&sql)).1).collect());
    report.line(
        format!("Ageing of {} open invoices over REST", book.receivables),
        (show(ours), format!("the same sums in psql {}", show(theirs))),
        (format!("{:.2} ×", ratio(ours, theirs)), "≤ 1.3 ×"),
    );
}
