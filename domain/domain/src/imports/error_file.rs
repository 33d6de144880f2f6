//! Rows that were refused, in the form of the file they came from, so that they can be corrected and pushed again.
//!
//! The file has the columns of the original and four more, which are passed over when it is read. It is always
//! UTF-8; where it has a byte order mark, that wins over the encoding of the profile. A row that could not be split into
//! columns leaves them empty and stands whole in `_message` (`_record` in NDJSON); read again without being filled
//! in, it is refused.

use std::io::{self, Write};
use std::sync::Arc;

use super::delimited::{Signs, split};
use super::dialect::Format;
use super::ndjson;
use super::row_error::RowError;

/// The columns that an error file adds.
pub const ERROR_COLUMNS: [&str; 4] = ["_line", "_code", "_field", "_message"];
/// In NDJSON, holds a line that is no JSON object.
const RECORD_KEY: &str = "_record";

pub(super) fn is_error_column(name: &str) -> bool {
    name.starts_with('_') && (ERROR_COLUMNS.contains(&name) || name == RECORD_KEY)
}

/// In a file without header, the columns that an error file adds are known by what they hold.
pub(super) fn is_error_tail(extra: &[String]) -> bool {
    let [line, code, ..] = extra else { return false };
    extra.len() == ERROR_COLUMNS.len()
        && !line.is_empty()
        && line.bytes().all(|b| b.is_ascii_digit())
        && code.contains('.')
}

/// The look of a file: what its error file repeats.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Layout {
    pub(super) format: Format,
    pub(super) signs: Signs,
    /// Whether the error file begins with a byte order mark: CSV for spreadsheets; NDJSON only when the profile
    /// would take it for something else than UTF-8.
    pub(super) marked: bool,
    pub(super) header: bool,
    pub(super) columns: Option<usize>,
    pub(super) names: Arc<[String]>,
    pub(super) preamble: Vec<String>,
}

/// Writes refused rows.
pub struct ErrorFile<W: Write> {
    layout: Layout,
    out: W,
    last_line: Option<u64>,
}

impl<W: Write> ErrorFile<W> {
    /// Begins the file: byte order mark, the lines before the header, the header.
    ///
    /// # Errors
    /// Those of the writer.
    pub fn create(layout: Layout, out: W) -> io::Result<Self> {
        let mut file = Self { layout, out, last_line: None };
        if file.layout.marked {
            file.out.write_all("\u{feff}".as_bytes())?;
        }
        if file.layout.format == Format::Ndjson {
            return Ok(file);
        }
        for line in &file.layout.preamble {
            writeln!(file.out, "{line}")?;
        }
        if file.layout.header {
            let names = Arc::clone(&file.layout.names);
            let own = names.iter().map(String::as_str).filter(|name| !is_error_column(name));
            file.line(&own.chain(ERROR_COLUMNS).collect::<Vec<_>>())?;
        }
        Ok(file)
    }

    /// Writes one refused row. Several errors of one row that follow each other make one line.
    ///
    /// # Errors
    /// Those of the writer.
    pub fn write(&mut self, error: &RowError) -> io::Result<()> {
        if self.last_line.replace(error.line) == Some(error.line) {
            return Ok(());
        }
        match self.layout.format {
            Format::Csv => self.write_csv(error),
            Format::Ndjson => self.write_json(error),
        }
    }

    /// Hands the writer back, flushed.
    ///
    /// # Errors
    /// Those of the writer.
    pub fn finish(mut self) -> io::Result<W> {
        self.out.flush()?;
        Ok(self.out)
    }

    fn write_csv(&mut self, error: &RowError) -> io::Result<()> {
        let whole = split(&error.record, self.layout.signs).ok().and_then(|cells| self.own_cells(cells));
        let (mut cells, message) = match whole {
            Some(cells) => (cells, error.message.clone()),
            None => (self.empty_cells(), format!("{} | {}", error.message, error.record)),
        };
        cells.push(error.line.to_string());
        cells.push(error.code.to_string());
        cells.push(error.field.clone().unwrap_or_default());
        cells.push(message);
        let cells: Vec<String> = cells.iter().map(|cell| self.writable(cell)).collect();
        self.line(&cells)
    }

    /// The cells of the row without what an earlier error file added; `None` when they do not fit the columns.
    fn own_cells(&self, mut cells: Vec<String>) -> Option<Vec<String>> {
        let mut columns = self.layout.columns;
        let own = cells.len().saturating_sub(ERROR_COLUMNS.len());
        if !self.layout.header && cells.get(own..).is_some_and(is_error_tail) {
            columns = columns.map(|columns| columns.min(own));
            cells.truncate(own);
        }
        if let Some(columns) = columns {
            let extra = cells.get(columns..).unwrap_or_default();
            if cells.len() < columns || extra.iter().any(|cell| !cell.trim().is_empty()) {
                return None;
            }
            cells.truncate(columns);
        }
        let names = &self.layout.names;
        let own = |at: usize| names.get(at).is_none_or(|name| !is_error_column(name));
        Some(cells.into_iter().enumerate().filter(|(at, _)| own(*at)).map(|(_, cell)| cell).collect())
    }

    fn empty_cells(&self) -> Vec<String> {
        let added = self.layout.names.iter().filter(|name| is_error_column(name)).count();
        vec![String::new(); self.layout.columns.unwrap_or(1).saturating_sub(added)]
    }

    /// NUL cannot be written; its replacement is refused on reading until somebody corrects it. Where nothing can
    /// be quoted, delimiters give way to spaces.
    fn writable(&self, cell: &str) -> String {
        let cell = cell.replace('\0', "\u{FFFD}");
        match self.layout.signs.quote {
            Some(_) => cell,
            None => cell.replace([self.layout.signs.delimiter, '\n', '\r'], " "),
        }
    }

    fn line<S: AsRef<str>>(&mut self, cells: &[S]) -> io::Result<()> {
        let Signs { delimiter, quote } = self.layout.signs;
        let style = if quote.is_some() { csv::QuoteStyle::Necessary } else { csv::QuoteStyle::Never };
        let ascii = |sign: char, otherwise: u8| u8::try_from(sign).unwrap_or(otherwise);
        let mut writer = csv::WriterBuilder::new()
            .delimiter(ascii(delimiter, b';'))
            .quote(quote.map_or(b'"', |quote| ascii(quote, b'"')))
            .quote_style(style)
            .from_writer(Vec::new());
        writer.write_record(cells.iter().map(|cell| cell.as_ref().as_bytes()))?;
        let line = writer.into_inner().map_err(|e| io::Error::other(e.to_string()))?;
        self.out.write_all(&line)
    }

    fn write_json(&mut self, error: &RowError) -> io::Result<()> {
        let members = ndjson::members(&error.record);
        let own = members.iter().flatten().filter(|(key, _)| !is_error_column(key));
        let mut parts: Vec<String> = own.map(|(key, value)| format!("{}:{value}", json_text(key))).collect();
        let field = error.field.as_deref().unwrap_or_default();
        parts.push(format!("\"_line\":{}", error.line));
        parts.push(format!("\"_code\":{}", json_text(&error.code)));
        parts.push(format!("\"_field\":{}", json_text(field)));
        parts.push(format!("\"_message\":{}", json_text(&error.message)));
        if members.is_none() {
            parts.push(format!("\"{RECORD_KEY}\":{}", json_text(&error.record)));
        }
        writeln!(self.out, "{{{}}}", parts.join(","))
    }
}

fn json_text(text: &str) -> String {
    serde_json::Value::from(text.replace('\0', "\u{FFFD}")).to_string()
}

#[cfg(test)]
mod tests;
