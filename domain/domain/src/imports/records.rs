//! Records of a file: one row with its cells, before anything is mapped.

use std::collections::VecDeque;
use std::io::{self, Read};
use std::sync::Arc;

use kernel::{Error, Outcome};

use super::codes;
use super::delimited::{COLUMNS_MAX, FIELD_BYTES_MAX, Signs, SplitFault, split};
use super::dialect::{Dialect, Format};
use super::encoding::Charset;
use super::error_file::{Layout, is_error_column, is_error_tail};
use super::lines::{Line, Lines};
use super::ndjson;
use super::profile::Profile;
use super::record::{Cell, CellKind, Record};
use super::row_error::{RowError, Wrong};

/// Lines that one quoted record may span. Beyond it the quote is taken for unbalanced.
pub const RECORD_LINES_MAX: usize = 100;
/// How much of each line before the header is kept for the error file.
const PREAMBLE_CHARS: usize = 1024;

/// Reads records one by one; a faulty one does not spoil the next.
pub(super) struct Records<R> {
    lines: Lines<R>,
    /// Lines that were read ahead in search of a closing quote.
    ahead: VecDeque<Line>,
    /// Its columns and names are known after the header or the first row.
    layout: Layout,
    short_rows: bool,
    /// A failure met while reading ahead; it is told after the lines before it.
    failure: Option<io::Error>,
    ended: bool,
}

impl<R: Read> Records<R> {
    /// Opens a file and reads its header.
    ///
    /// # Errors
    /// `import.read_failed`, `import.header_missing`.
    pub(super) fn open(profile: &Profile, dialect: &Dialect, input: R) -> Outcome<Self> {
        let signs =
            Signs { delimiter: char::from(dialect.delimiter), quote: profile.quote_sign().map(char::from) };
        let csv = dialect.format == Format::Csv;
        let named = if csv { profile.columns.as_slice() } else { &[] };
        let layout = Layout {
            format: dialect.format,
            signs,
            marked: csv || dialect.charset != Charset::Utf8,
            header: csv && profile.header,
            columns: None,
            names: named.iter().map(|name| name.trim().to_owned()).collect(),
            preamble: Vec::new(),
        };
        let mut records = Self {
            lines: Lines::open(input, dialect.charset).map_err(|e| unreadable(&e))?,
            ahead: VecDeque::new(),
            layout,
            short_rows: profile.short_rows,
            failure: None,
            ended: false,
        };
        records.pass_over_preamble(profile.skip_lines).map_err(|e| unreadable(&e))?;
        if records.layout.header {
            records.read_header()?;
        } else if !named.is_empty() {
            records.layout.columns = Some(named.len());
        }
        Ok(records)
    }

    pub(super) fn names(&self) -> &Arc<[String]> {
        &self.layout.names
    }

    /// What an error file needs to look like this file.
    pub(super) fn layout(&self) -> Layout {
        self.layout.clone()
    }

    /// The next record; `None` after the last or after the file could not be read on.
    pub(super) fn next(&mut self) -> Option<Result<Record, RowError>> {
        while !self.ended {
            let line = match self.next_line() {
                Ok(Some(line)) => line,
                Ok(None) => break,
                Err(e) => {
                    self.ended = true;
                    let wrong = Wrong::new(&codes::READ_FAILED, format!("reading stopped: {e}"));
                    return Some(Err(RowError::new(0, &Arc::from(""), wrong)));
                }
            };
            let outcome = match &line.fault {
                Some(wrong) => Err(wrong.clone()),
                None if line.text.trim().is_empty() => Ok(None),
                None => match self.layout.format {
                    Format::Ndjson => self.json(&line),
                    Format::Csv => self.csv(&line),
                },
            };
            match outcome {
                Ok(Some(record)) => return Some(Ok(record)),
                Ok(None) => {}
                Err(wrong) => return Some(Err(RowError::new(line.no, &Arc::from(line.text), wrong))),
            }
        }
        None
    }

    fn next_line(&mut self) -> io::Result<Option<Line>> {
        if let Some(line) = self.ahead.pop_front() {
            return Ok(Some(line));
        }
        match self.failure.take() {
            Some(e) => Err(e),
            None => self.lines.next(),
        }
    }

    /// Passes over the stated number of lines, and over the `sep=;` that Excel understands.
    fn pass_over_preamble(&mut self, lines: u16) -> io::Result<()> {
        for _ in 0..lines {
            let Some(line) = self.next_line()? else { return Ok(()) };
            self.layout.preamble.push(line.text.chars().take(PREAMBLE_CHARS).collect());
        }
        let Some(line) = self.next_line()? else { return Ok(()) };
        if self.layout.format == Format::Csv && separator_line(&line.text).is_some() {
            self.layout.preamble.push(line.text);
        } else {
            self.ahead.push_front(line);
        }
        Ok(())
    }

    fn read_header(&mut self) -> Outcome<()> {
        let record = match self.next() {
            Some(Ok(record)) => record,
            Some(Err(e)) => return Err(Error::with(&codes::HEADER_MISSING, e.to_string())),
            None => return Err(Error::with(&codes::HEADER_MISSING, "the file is empty")),
        };
        let mut names: Vec<String> = record.cells.iter().map(|cell| cell.text.trim().to_owned()).collect();
        while names.last().is_some_and(String::is_empty) {
            names.pop();
        }
        self.layout.columns = Some(names.len());
        self.layout.names = names.into();
        Ok(())
    }

    fn json(&mut self, line: &Line) -> Result<Option<Record>, Wrong> {
        let (names, cells) = ndjson::flatten(&line.text)?;
        if names.iter().all(|name| is_error_column(name)) {
            return Err(uncorrected());
        }
        // Rows of one export mostly have the same keys: then the names, and what is made of them, are shared.
        if *names != *self.layout.names {
            self.layout.names = names.into();
        }
        let names = Arc::clone(&self.layout.names);
        Ok(Some(Record { line: line.no, text: Arc::from(line.text.as_str()), names, cells }))
    }

    fn csv(&mut self, first: &Line) -> Result<Option<Record>, Wrong> {
        match split(&first.text, self.layout.signs) {
            Ok(cells) => self.row(first.no, &first.text, cells),
            Err(fault @ SplitFault::OpenQuote { .. }) => match self.join_lines(first) {
                Some((text, cells)) => self.row(first.no, &text, cells),
                None => Err(self.split_wrong(fault)),
            },
            Err(fault) => Err(self.split_wrong(fault)),
        }
    }

    /// Tries to close an open quote with the lines that follow. When that fails, they are put back: each may be a
    /// good row of its own.
    fn join_lines(&mut self, first: &Line) -> Option<(String, Vec<String>)> {
        let quote = self.layout.signs.quote?;
        let mut text = first.text.clone();
        let mut taken = Vec::new();
        let mut found = None;
        while taken.len() < RECORD_LINES_MAX && text.len() <= FIELD_BYTES_MAX * 2 {
            let line = match self.next_line() {
                Ok(Some(line)) => line,
                Ok(None) => break,
                Err(e) => {
                    self.failure = Some(e);
                    break;
                }
            };
            text.push('\n');
            text.push_str(&line.text);
            let (faulty, may_close) = (line.fault.is_some(), line.text.contains(quote));
            taken.push(line);
            if faulty {
                break;
            }
            let outcome = if may_close { split(&text, self.layout.signs) } else { continue };
            if !matches!(outcome, Err(SplitFault::OpenQuote { .. })) {
                found = outcome.ok().filter(|cells| self.fits(cells));
                break;
            }
        }
        if found.is_none() {
            taken.into_iter().rev().for_each(|line| self.ahead.push_front(line));
        }
        found.map(|cells| (text, cells))
    }

    /// A record over several lines is believed only when it has the right number of columns.
    fn fits(&self, cells: &[String]) -> bool {
        self.layout
            .columns
            .is_none_or(|expected| cells.len() >= expected && self.may_follow(cells.get(expected..)))
    }

    /// Beyond the last column: empty fields, or in a file without header what an error file adds.
    fn may_follow(&self, extra: Option<&[String]>) -> bool {
        let extra = extra.unwrap_or_default();
        blank(extra) || (!self.layout.header && !self.layout.names.is_empty() && is_error_tail(extra))
    }

    fn row(&mut self, line: u64, text: &str, mut cells: Vec<String>) -> Result<Option<Record>, Wrong> {
        let expected = *self.layout.columns.get_or_insert(cells.len());
        if !self.layout.header && self.layout.names.is_empty() {
            self.layout.names = (1..=expected).map(|position| format!("#{position}")).collect();
        }
        if cells.len() < expected && self.short_rows {
            cells.resize(expected, String::new());
        }
        if cells.len() < expected || !self.may_follow(cells.get(expected..)) {
            let message = format!("the row has {} columns, {expected} are expected", cells.len());
            return Err(Wrong::new(&codes::COLUMN_COUNT, message));
        }
        if blank(&cells) {
            return Ok(None);
        }
        let added = |at: usize| self.layout.names.get(at).is_some_and(|name| is_error_column(name));
        if cells.iter().take(expected).enumerate().all(|(at, cell)| cell.trim().is_empty() || added(at)) {
            return Err(uncorrected());
        }
        cells.truncate(expected);
        let cells = cells.into_iter().map(|text| Cell { text, kind: CellKind::Text }).collect();
        Ok(Some(Record { line, text: Arc::from(text), names: Arc::clone(&self.layout.names), cells }))
    }

    fn split_wrong(&self, fault: SplitFault) -> Wrong {
        let (code, column, what) = match fault {
            SplitFault::OpenQuote { column } => (
                &codes::QUOTE_UNBALANCED,
                column,
                "a quote opens here and does not close; reading goes on at the next line".to_owned(),
            ),
            SplitFault::AfterQuote { column } => (
                &codes::QUOTE_UNBALANCED,
                column,
                "text follows a closing quote; reading goes on at the next line".to_owned(),
            ),
            SplitFault::FieldTooLong { column } => {
                (&codes::FIELD_TOO_LONG, column, format!("a field has at most {FIELD_BYTES_MAX} bytes"))
            }
            SplitFault::TooManyColumns => {
                return Wrong::new(
                    &codes::COLUMNS_TOO_MANY,
                    format!("a row has at most {COLUMNS_MAX} columns"),
                );
            }
        };
        let name = self.layout.names.get(column.saturating_sub(1)).filter(|name| !name.is_empty());
        Wrong::new(code, what).in_column(Some(name.map_or(format!("#{column}").as_str(), String::as_str)))
    }
}

/// The delimiter that a line `sep=;` announces.
pub(super) fn separator_line(text: &str) -> Option<u8> {
    let (start, sign) = text.split_at_checked(4)?;
    match sign.as_bytes() {
        [delimiter] if start.eq_ignore_ascii_case("sep=") => Some(*delimiter),
        _ => None,
    }
}

/// A row of an error file of which only the added columns are filled: it must not pass as an empty row.
fn uncorrected() -> Wrong {
    Wrong::new(&codes::VALUE_REQUIRED, "the row of the error file was not filled in")
}

fn blank(cells: &[String]) -> bool {
    cells.iter().all(|cell| cell.trim().is_empty())
}

fn unreadable(error: &io::Error) -> Error {
    Error::with(&codes::READ_FAILED, format!("the file cannot be read: {error}"))
}
