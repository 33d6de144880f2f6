//! Pages of lists: they must cost the same however long the list is.

use std::path::Path;
use std::time::Duration;

use crate::book::Book;
use crate::report::{Report, median, ratio, show, timed};

/// Pages timed of each list, after as many to warm up as its connections need.
const PAGES: usize = 200;
const WARM: usize = 20;
/// The list that a long one is compared with.
const SHORT: usize = 10_000;
const LISTS: [&str; 3] = [
    "/v1/receivables?limit=100",
    "/v1/receivables?limit=100&open=true&sort=due_on",
    "/v1/accounts?limit=100&sort=number",
];

/// Times of the pages of each list.
pub(crate) type Pages = [Vec<Duration>; LISTS.len()];

/// The same pages of a short book, which has a server of its own.
pub(crate) fn short(recobra: &Path) -> Pages {
    let mut book = Book::start(recobra, SHORT / 10, SHORT);
    let (customers, invoices) = (book.customers(), book.invoices());
    book.push(customers);
    book.push(invoices);
    book.psql("ANALYZE");
    let times = LISTS.map(|list| pages(&book, list));
    book.stop();
    times
}

pub(crate) fn measure(book: &Book, short: Pages, report: &mut Report) {
    for (list, short) in LISTS.into_iter().zip(short) {
        let long = pages(book, list);
        let told =
            |times: &[Duration]| format!("p99 {}, median {}", show(p99(times)), show(median(times.to_vec())));
        report.line(
            format!("Page of {list}, {} receivables", book.receivables),
            (told(&long), format!("of {SHORT}: {}", told(&short))),
            (format!("{:.2} ×", ratio(p99(&long), p99(&short))), "flat"),
        );
    }
    let overview = book.psql("SELECT r.pid('acc', id) FROM account LIMIT 1");
    let times =
        (0..PAGES).map(|_| timed(|| book.get(&format!("/v1/accounts/{overview}/overview"))).1).collect();
    report.line(
        "An account's overview in one call",
        (show(median(times)), "-".to_owned()),
        ("-".to_owned(), "-"),
    );
}

/// One page after another, from the first again where the list ends.
fn pages(book: &Book, list: &str) -> Vec<Duration> {
    let mut path = list.to_owned();
    let mut times = Vec::new();
    for _ in 0..WARM + PAGES {
        let (page, time) = timed(|| book.get(&path));
        times.push(time);
        let next = page["next_cursor"].as_str().map(|cursor| format!("{list}&cursor={cursor}"));
        path = next.unwrap_or_else(|| list.to_owned());
    }
    times.split_off(WARM)
}

fn p99(times: &[Duration]) -> Duration {
    let mut times = times.to_vec();
    times.sort_unstable();
    times.get(times.len() * 99 / 100).copied().unwrap_or_default()
}
