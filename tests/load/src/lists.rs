//! A page from the middle of a list: it must cost the same however long the list is.

use crate::book::Book;
use crate::report::{Report, median, show, timed};

const PAGES: usize = 60;

pub(crate) fn measure(book: &Book, report: &mut Report) {
    let mut path = "/v1/receivables?limit=100".to_owned();
    let mut times = Vec::new();
    for _ in 0..PAGES {
        let (page, time) = timed(|| book.get(&path));
        times.push(time);
        let Some(cursor) = page["next_cursor"].as_str() else { break };
        path = format!("/v1/receivables?limit=100&cursor={cursor}");
    }
    let worst = times.iter().max().copied().unwrap_or_default();
    let first = times.first().copied().unwrap_or_default();
    report.line(
        format!("A page of 100 of {} receivables", book.receivables),
        (
            format!("median {}, worst of {} {}", show(median(times)), PAGES, show(worst)),
            format!("first page {}", show(first)),
        ),
        ("-".to_owned(), "flat"),
    );
    let overview = book.psql("SELECT r.pid('acc', id) FROM account LIMIT 1");
    let times =
        (0..PAGES).map(|_| timed(|| book.get(&format!("/v1/accounts/{overview}/overview"))).1).collect();
    report.line(
        "An account's overview in one call",
        (show(median(times)), "-".to_owned()),
        ("-".to_owned(), "-"),
    );
}
