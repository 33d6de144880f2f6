//! Damaged, hostile and merely untidy files.

use std::io::{self, Cursor, Read};

use proptest::prelude::*;

use super::{HEADER, Reader, by_name, inspect, read, receivables, wrong};
use crate::imports::builtin;

fn good(no: usize) -> String {
    format!("{no};C1;1;2026-01-05;2026-01-05")
}

#[test]
fn a_broken_row_never_spoils_its_neighbours() {
    let long = format!("6;{};1;2026-01-05;2026-01-05", "x".repeat(70_000));
    let huge = format!("7;{};1;2026-01-05;2026-01-05", "x".repeat(1_100_000));
    let broken: Vec<Vec<u8>> = vec![
        b"1;\"C1;1;2026-01-05;2026-01-05".to_vec(),
        b"2;\"C\"1;1;2026-01-05;2026-01-05".to_vec(),
        b"3;C\xF1;1;2026-01-05;2026-01-05".to_vec(),
        b"4;C\0;1;2026-01-05;2026-01-05".to_vec(),
        b"5;C1;1;2026-01-05".to_vec(),
        long.into_bytes(),
        huge.into_bytes(),
        b"8;C1;1;2026-01-05;2026-01-05;surplus".to_vec(),
        vec![b';'; 600],
        b"10;C1;1;2026-02-30;2026-01-05".to_vec(),
    ];
    let mut file = format!("{HEADER}\n").into_bytes();
    for (no, row) in broken.iter().enumerate() {
        file.extend_from_slice(row);
        file.extend_from_slice(format!("\n{}\n", good(no)).as_bytes());
    }
    let profile = by_name("encoding = \"utf-8\"\ndelimiter = \";\"");
    let outcomes = read(&profile, &file).unwrap();
    assert_eq!(
        wrong(&outcomes),
        [
            (2, "import.quote_unbalanced"),
            (4, "import.quote_unbalanced"),
            (6, "import.encoding_invalid"),
            (8, "import.nul_byte"),
            (10, "import.column_count"),
            (12, "import.field_too_long"),
            (14, "import.line_too_long"),
            (16, "import.column_count"),
            (18, "import.columns_too_many"),
            (20, "import.date_invalid"),
        ]
    );
    let order: Vec<String> = receivables(outcomes).into_iter().map(|row| row.external_id).collect();
    assert_eq!(order, (0..broken.len()).map(|no| no.to_string()).collect::<Vec<_>>());
}

#[test]
fn an_open_quote_that_a_later_quote_seems_to_close_costs_one_row_only() {
    let file =
        format!("{HEADER}\n1;\"C1;1;2026-01-05;2026-01-05\n2;\"C2\";1;2026-01-05;2026-01-05\n{}\n", good(3));
    let outcomes = read(&by_name(""), &file).unwrap();
    assert_eq!(wrong(&outcomes), [(2, "import.quote_unbalanced")]);
    assert_eq!(receivables(outcomes).len(), 2);
}

#[test]
fn a_quoted_line_break_belongs_to_its_row() {
    let file = format!("{HEADER};document_no\n{};\"A\n\n1\"\n{};B\n", good(1), good(2));
    let outcomes = read(&by_name(""), &file).unwrap();
    assert_eq!(wrong(&outcomes), []);
    let found = receivables(outcomes);
    assert_eq!(found[0].document_no.as_deref(), Some("A 1"));
    assert_eq!((found[1].origin.line, found[0].origin.record.lines().count()), (5, 3));
}

#[test]
fn untidy_files_are_read() {
    let file =
        format!("\u{feff}\n{HEADER};\r\n\r\n{};\r\n;;;;;\r\n   \r\n{};;;\n{}\r", good(1), good(2), good(3));
    let outcomes = read(&by_name(""), &file).unwrap();
    assert_eq!(wrong(&outcomes), []);
    assert_eq!(receivables(outcomes).len(), 3);
}

#[test]
fn a_file_with_a_header_only_has_no_rows() {
    assert_eq!(read(&by_name(""), HEADER).unwrap().len(), 0);
    assert_eq!(read(&by_name("format = \"ndjson\""), "").unwrap().len(), 0);
}

/// Fails once after what it holds has been read, and then claims to have ended.
struct Torn<'a>(&'a [u8], bool);

impl Read for Torn<'_> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        if self.0.is_empty() && !std::mem::replace(&mut self.1, true) {
            return Err(io::Error::other("torn"));
        }
        self.0.read(out)
    }
}

#[test]
fn a_failing_disk_ends_the_file_and_is_never_taken_for_its_end() {
    let whole = format!("{HEADER}\n{}\n2;\"open;1\n", good(1));
    let profile = by_name("delimiter = \";\"\nnumbers = \"plain\"\ndates = \"year_month_day\"");
    let dialect = inspect(&profile, &mut Cursor::new(&whole)).unwrap();
    let outcomes: Vec<_> = Reader::open(&profile, &dialect, Torn(whole.as_bytes(), false)).unwrap().collect();
    assert_eq!(wrong(&outcomes), [(3, "import.quote_unbalanced"), (0, "import.read_failed")]);
    assert!(outcomes.last().unwrap().as_ref().unwrap_err().ends_the_file());
}

/// Makes rows without end and counts what is asked for.
struct Endless {
    row: Vec<u8>,
    at: usize,
}

impl Read for Endless {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        for byte in out.iter_mut() {
            *byte = self.row[self.at % self.row.len()];
            self.at += 1;
        }
        Ok(out.len())
    }
}

#[test]
fn rows_come_before_the_file_has_ended() {
    let profile = by_name(
        "delimiter = \";\"\nheader = false\ncolumns = [\"external_id\",\"account_external_id\",\"amount\",\"issue_on\",\"due_on\"]\nnumbers = \"plain\"\ndates = \"year_month_day\"",
    );
    let dialect = inspect(&profile, &mut Cursor::new(good(1))).unwrap();
    let endless = Endless { row: format!("{}\n1;\"open\n", good(1)).into_bytes(), at: 0 };
    let mut reader = Reader::open(&profile, &dialect, endless).unwrap();
    assert_eq!(reader.by_ref().take(1000).flatten().count(), 500);
}

proptest! {
    #[test]
    fn any_bytes_are_read_or_refused(bytes in prop::collection::vec(any::<u8>(), 0..400), name in prop::sample::select(builtin::names().collect::<Vec<_>>())) {
        let _outcome = read(&builtin::profile(name).unwrap(), &bytes);
    }

    #[test]
    fn any_rows_under_a_good_header_are_read_or_refused(
        body in "([0-9,.;\"\n \\-/€AñE+{}]|2026-01-0|1;C1;){0,80}",
        settings in prop::sample::select(vec!["", "short_rows = true", "quote = \"\"", "numbers = \"spanish\"\ndates = \"day_month_year\""]),
    ) {
        let file = format!("{HEADER}\n{body}");
        if let Ok(outcomes) = read(&by_name(settings), &file) {
            // Every row of the file is answered: lines are either rows, parts of rows, or blank.
            let filled = body.lines().filter(|line| line.contains(|c: char| !matches!(c, ';' | ' ' | '"'))).count();
            let answered: usize = outcomes.iter().map(|outcome| {
                let record = match outcome {
                    Ok(rows) => &rows[0].origin().record,
                    Err(e) => &e.record,
                };
                record.lines().count()
            }).sum();
            prop_assert!(answered >= filled, "{answered} of {filled}");
        }
    }
}
