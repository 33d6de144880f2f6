//! Pushing invoices against COPY by psql of the same rows into copies of the same tables.

use std::time::Duration;

use proto::v1::PushMode;

use crate::book::Book;
use crate::report::{Report, median, rate, ratio, show, timed};

/// The push is measured once, so the baseline must not be a lucky or unlucky one.
const COPIES: usize = 3;

/// Loads the book and measures how.
pub(crate) fn measure(book: &mut Book, report: &mut Report) {
    book.quiet();
    let customers = book.customers();
    book.push(customers);
    let invoices = book.invoices();
    let before = written_bytes(book);
    let (first, time) = timed(|| book.push(invoices));
    let written_first = written_bytes(book).saturating_sub(before);
    assert_eq!(usize::try_from(first.created).ok(), Some(book.receivables));
    let baseline = copy(book);
    report.line(
        format!("Push {} new invoices of {} accounts over gRPC", book.receivables, book.accounts),
        (
            format!("{} ({})", show(time), rate(book.receivables, time)),
            format!("COPY by psql {} ({})", show(baseline), rate(book.receivables, baseline)),
        ),
        (format!("{:.2} of the rate", ratio(baseline, time)), "≥ 0.6"),
    );
    let written = written_bytes(book);
    let invoices = book.invoices();
    let (again, second) = timed(|| book.push(invoices));
    assert_eq!(usize::try_from(again.unchanged).ok(), Some(book.receivables));
    let written = written_bytes(book).saturating_sub(written);
    report.line(
        "Push the same again, unchanged",
        (
            format!("{}, {} KiB of WAL", show(second), written / 1024),
            format!("the first time {}, {} KiB of WAL", show(time), written_first / 1024),
        ),
        (format!("{:.1} × faster", ratio(time, second)), "≥ 3 ×"),
    );
    let invoices = book.invoices();
    let (whole, third) = timed(|| book.push_as(PushMode::Snapshot, invoices));
    assert_eq!(usize::try_from(whole.unchanged).ok(), Some(book.receivables));
    report.line(
        "The same as a snapshot, unchanged",
        (show(third), format!("as a delta {}", show(second))),
        (format!("{:.2} ×", ratio(third, second)), "-"),
    );
    report.line(
        "Peak memory of the server meanwhile",
        (format!("{} MiB", book.peak_mib()), "-".to_owned()),
        ("-".to_owned(), "≤ 512 MiB"),
    );
    book.psql("ANALYZE");
}

fn written_bytes(book: &Book) -> u64 {
    book.psql("SELECT pg_wal_lsn_diff(pg_current_wal_lsn(), '0/0')::bigint").parse().expect("a number")
}

/// The same rows into empty copies with the same indexes, in binary form, as fast as psql can.
fn copy(book: &Book) -> Duration {
    let folder = book.data.path().join("copy");
    std::fs::create_dir_all(&folder).expect("a folder");
    std::fs::set_permissions(&folder, std::os::unix::fs::PermissionsExt::from_mode(0o777))
        .expect("permissions");
    let mut time = Duration::ZERO;
    for (table, rows) in [("receivable", "true"), ("natural_key", "kind = 'receivable'")] {
        let file = folder.join(table).display().to_string();
        book.psql(&format!("\\copy (SELECT * FROM {table} WHERE {rows}) TO '{file}' (FORMAT binary)"));
        let runs = (0..COPIES).map(|_| {
            book.psql(&format!("CREATE TABLE copy_{table} (LIKE {table} INCLUDING ALL)"));
            let (_, took) =
                timed(|| book.psql(&format!("\\copy copy_{table} FROM '{file}' (FORMAT binary)")));
            book.psql(&format!("DROP TABLE copy_{table}"));
            took
        });
        time += median(runs.collect());
    }
    std::fs::remove_dir_all(folder).expect("remove the folder");
    time
}
